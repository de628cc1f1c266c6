"""`redis-tutor lessons`: what lesson authors run."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from tutor.course import sync
from tutor.course.loader import IDS_FILE, read_course
from tutor.resources import data_folder


def main(argv: Sequence[str]) -> int:
    """Run ``lessons …``; returns the exit code."""
    parser = argparse.ArgumentParser(prog="redis-tutor lessons", description="For lesson authors.")
    add_arguments(parser)
    args = parser.parse_args(argv)
    return int(args.perform(args))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The commands lint, synced and list."""
    commands = parser.add_subparsers(required=True, metavar="lint|synced|list")
    checking = commands.add_parser("lint", help="prove lessons (all, or those named)")
    checking.add_argument("lessons", nargs="*", metavar="ID", help="an id or a lesson's folder")
    checking.add_argument(
        "--draft", action="store_true", help="only warn of what a release needs (locks)"
    )
    checking.add_argument("--folder", type=Path, help="another folder of lessons")
    checking.set_defaults(perform=_lint)
    synced = commands.add_parser("synced", help="declare both languages reviewed together")
    synced.add_argument("lessons", nargs="+", metavar="ID")
    synced.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    synced.set_defaults(perform=_synced)
    listing = commands.add_parser("list", help="the lessons and their steps")
    listing.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    listing.set_defaults(perform=_list)


def _lint(args: argparse.Namespace) -> int:
    from tutor.course.lint import lint

    return lint(args.lessons, print, args.folder, args.draft)


def _synced(args: argparse.Namespace) -> int:
    root: Path = args.folder or data_folder("lessons")
    course, problems = read_course(root)
    failed = False
    for name in args.lessons:
        id_ = Path(name).name
        lesson = next((one for one in course.lessons if one.id == id_), None)
        errors = [p for p in problems if p.rule == "S1" and f"/{id_}/" in f"/{p.file}"]
        if lesson is None or errors:
            failed = True
            for problem in errors:
                print(problem)
            if lesson is None and not errors:
                print(f"{id_}: no such lesson in course.toml")
            continue
        structures = {step.id: step.structure for step in lesson.steps}
        changed = sync.write_lock(root / id_, lesson.prose, structures)
        ids = [lesson.id, *(f"{lesson.id}/{step.id}" for step in lesson.steps)]
        fresh = sync.write_ids(root / IDS_FILE, ids)
        print(f"{id_}: {len(changed)} texts marked as reviewed, {len(fresh)} new ids")
    return 1 if failed else 0


def _list(args: argparse.Namespace) -> int:
    course, problems = read_course(args.folder)
    for problem in problems:
        if problem.rule != "T2":
            print(problem)
    for lesson in course.lessons:
        print(f"{lesson.id}  {lesson.title('en')} · {lesson.title('ru')}  ({lesson.minutes} min)")
        for step in lesson.steps:
            print(f"  {step.id}  {step.kind}")
    return 0 if course.lessons else 1
