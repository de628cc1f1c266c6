"""`redis-tutor lessons`: the words that follow, one function for each."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from tutor.course import sync
from tutor.course.loader import IDS_FILE, read_course
from tutor.course.model import Course, Lesson
from tutor.course.problems import Problem
from tutor.i18n import LANGUAGES
from tutor.resources import data_folder, lessons_folder


def main(argv: Sequence[str]) -> int:
    """Run ``lessons …``; returns the exit code."""
    parser = argparse.ArgumentParser(prog="redis-tutor lessons", description="For lesson authors.")
    _add_commands(parser)
    args = parser.parse_args(argv)
    return int(args.perform(args))


def _add_commands(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="lint|new|play|sync|synced|list")

    def add(name: str, about: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=about, description=about)
        made.add_argument(
            "--lessons", "--folder", dest="folder", type=Path, metavar="DIR",
            help="another folder of lessons",
        )  # fmt: skip
        return made

    checking = add("lint", "prove lessons (all, or those named)")
    checking.add_argument("lessons", nargs="*", metavar="ID", help="an id or a lesson's folder")
    checking.add_argument(
        "--draft", action="store_true", help="only warn of what a release needs (locks)"
    )
    checking.add_argument(
        "--jobs", type=int, default=0, metavar="N", help="processes (default: one for each core)"
    )
    checking.set_defaults(perform=_lint)
    new = add("new", "begin a lesson: a folder to be filled, with comments")
    new.add_argument("lesson", metavar="ID", help="its id: small letters, digits, hyphens")
    new.set_defaults(perform=_new)
    play = add("play", "play lessons' solutions without a hand, and write down what was seen")
    play.add_argument("lessons", nargs="+", metavar="ID")
    play.add_argument("--record", metavar="F", help="a Markdown file, or an asciicast (.cast)")
    play.add_argument("--lang", choices=[*LANGUAGES], default="en", help="the language (en)")
    play.set_defaults(perform=_play)
    looking = add("sync", "show what lags behind in which language, side by side")
    looking.add_argument("lessons", nargs="*", metavar="ID")
    looking.add_argument("--width", type=int, default=0, metavar="N", help="cells of a line")
    looking.set_defaults(perform=_sync)
    synced = add("synced", "declare both languages reviewed together")
    synced.add_argument("lessons", nargs="+", metavar="ID")
    synced.set_defaults(perform=_synced)
    listing = add("list", "the lessons and their steps")
    listing.set_defaults(perform=_list)


def _lint(args: argparse.Namespace) -> int:
    from tutor.console.lessons.bar import progress_bar
    from tutor.console.lessons.twins import DiagramTwins
    from tutor.course.lint import Surroundings, lint

    own = args.folder is None and lessons_folder() == data_folder("lessons")
    around = Surroundings(DiagramTwins(), _app_sources() if own and not args.lessons else None)
    lines: list[str] = []
    with progress_bar(sys.stderr) as progress:
        code = lint(
            args.lessons, lines.append, _root(args), args.draft,
            around=around, processes=args.jobs or os.cpu_count() or 1, progress=progress,
        )  # fmt: skip
    print("\n".join(lines))
    return code


def _app_sources() -> Path | None:
    """The checkout whose app is proved too; None in an installed copy, which has no sources of its
    catalogs, or where nothing reads them."""
    folder = data_folder("locales").parent
    whole = (folder / "tutor" / "cli.py").is_file() and any(folder.glob("locales/*/*/*.po"))
    return folder if whole and find_spec("babel") else None


def _root(args: argparse.Namespace) -> Path:
    folder: Path | None = args.folder
    return folder or lessons_folder()


def _chosen(args: argparse.Namespace) -> tuple[Course, list[Lesson], list[Problem]]:
    """The course, the lessons that were named, and what keeps the others from being used."""
    course, problems = read_course(_root(args))
    errors = [each for each in problems if each.rule in ("S1", "S7")]
    lessons, wrong = [], []
    for name in args.lessons or [lesson.id for lesson in course.lessons]:
        id_ = Path(name).name
        lesson = next((one for one in course.lessons if one.id == id_), None)
        mine = [each for each in errors if f"/{id_}/" in f"/{each.file}"]
        if lesson is None and not mine:
            mine = [Problem(id_, 0, "S1", "no such lesson in course.toml")]
        if mine or lesson is None:
            wrong += mine
        else:
            lessons.append(lesson)
    return course, lessons, wrong


def _new(args: argparse.Namespace) -> int:
    from tutor.console.lessons.scaffold import ScaffoldError, write_scaffold

    try:
        files = write_scaffold(_root(args), args.lesson)
    except ScaffoldError as error:
        print(f"redis-tutor: {error}", file=sys.stderr)
        return 1
    for path in files:
        print(path)
    print(f"Fill it in, then: redis-tutor lessons lint --draft {args.lesson}")
    return 0


def _play(args: argparse.Namespace) -> int:
    from tutor.console.lessons.recording import play_lessons

    course, lessons, wrong = _chosen(args)
    for problem in wrong:
        print(problem)
    return play_lessons(course, lessons, args.lang, args.record) or int(bool(wrong))


def _sync(args: argparse.Namespace) -> int:
    from tutor.console.lessons.review import show_stale

    _course, lessons, wrong = _chosen(args)
    for problem in wrong:
        print(problem)
    return show_stale(lessons, _root(args), args.width) or int(bool(wrong))


def _synced(args: argparse.Namespace) -> int:
    root = _root(args)
    _course, lessons, wrong = _chosen(args)
    for problem in wrong:
        print(problem)
    for lesson in lessons:
        structures = {step.id: step.structure for step in lesson.steps}
        changed = sync.write_lock(root / lesson.id, lesson.prose, structures)
        ids = [lesson.id, *(f"{lesson.id}/{step.id}" for step in lesson.steps)]
        fresh = sync.write_ids(root / IDS_FILE, ids)
        print(f"{lesson.id}: {len(changed)} texts marked as reviewed, {len(fresh)} new ids")
    return 1 if wrong else 0


def _list(args: argparse.Namespace) -> int:
    course, problems = read_course(_root(args))
    for problem in problems:
        if problem.rule != "T2":
            print(problem)
    for lesson in course.lessons:
        print(f"{lesson.id}  {lesson.title('en')} · {lesson.title('ru')}  ({lesson.minutes} min)")
        for step in lesson.steps:
            print(f"  {step.id}  {step.kind}")
    return 0 if course.lessons else 1
