"""What a learner keeps, at the command line: progress, reviews that are due, the cheat sheet.

redis-tutor progress                     how far, what is weak, where to go on
redis-tutor progress export FILE         all of it in one file, for another machine
redis-tutor progress import FILE         joined to what is here
redis-tutor progress report LESSON       the report on a lesson's exam
redis-tutor progress history LESSON      what was done in its steps, and when
redis-tutor review --list                what is due
redis-tutor cheatsheet [LESSON …]        Markdown from one's own commands
"""

from __future__ import annotations

import argparse
import shutil
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.i18n import _, guess_language, ngettext, set_language

if TYPE_CHECKING:
    from tutor.course.cheatsheet import Manner
    from tutor.course.model import Course
    from tutor.course.progress import Progress
    from tutor.course.summary import LessonSummary, Summary

REVIEW = "redis-tutor review"

STANDARD = "-"
"""A file's name that stands for standard output."""


def add_progress_arguments(
    parser: argparse.ArgumentParser, options: argparse._ArgumentGroup
) -> None:
    """The words and options of ``redis-tutor progress``."""
    words = parser.add_argument_group(_("arguments"))
    words.add_argument(
        "deed",
        nargs="?",
        choices=("show", "history", "export", "import", "report"),
        default="show",
        help=_("show (the default), history, export, import, report"),
    )
    words.add_argument(
        "name",
        nargs="?",
        metavar="FILE",
        help=_("the file; for history and report: the lesson's id"),
    )
    _output_argument(options)


def add_review_arguments(options: argparse._ArgumentGroup) -> None:
    """The options of ``redis-tutor review``."""
    options.add_argument("--list", action="store_true", help=_("only tell what is due"))


def add_cheatsheet_arguments(
    parser: argparse.ArgumentParser, options: argparse._ArgumentGroup
) -> None:
    """The words and options of ``redis-tutor cheatsheet``."""
    words = parser.add_argument_group(_("arguments"))
    words.add_argument(
        "lessons", nargs="*", metavar="LESSON", help=_("ids of lessons (the default: all)")
    )
    _output_argument(options)


def _output_argument(options: argparse._ArgumentGroup) -> None:
    options.add_argument(
        "--output", metavar="FILE", default=STANDARD, help=_("write it to a file (- is the screen)")
    )


# the commands


def run_progress(args: argparse.Namespace) -> int:
    """Carry out ``redis-tutor progress …``; the exit code."""
    progress, course = _open(args)
    if args.deed != "show" and not args.name:
        return _refuse(_("{command} needs a name").format(command=f"progress {args.deed}"))
    if args.deed == "export":
        return export(progress, Path(args.name))
    if args.deed == "import":
        return bring_in(progress, course, Path(args.name))
    if args.deed == "history":
        return _history(progress, course, args)
    if args.deed == "report":
        return _report(progress, course, args)
    from tutor.course.summary import summarize

    for line in summary_lines(summarize(course, progress, _now_ms())):
        _say(line)
    return _told(progress)


def run_review(args: argparse.Namespace) -> int:
    """What is due, as text; the exit code. The questions themselves are asked on the screen."""
    progress, course = _open(args)
    for line in due_lines(course, progress, _now_ms()):
        _say(line)
    return _told(progress)


def run_cheatsheet(args: argparse.Namespace) -> int:
    """Carry out ``redis-tutor cheatsheet``; the exit code."""
    from tutor.course.cheatsheet import cheat_sheet

    progress, course = _open(args)
    for id_ in args.lessons:
        if not _is_lesson(course, id_):
            return _refuse(_no_lesson(course, id_))
    sheet = cheat_sheet(course, progress, manner(), args.lessons)
    if not sheet:
        return _refuse(_("Nothing was typed in a lesson yet: there is nothing to write down."))
    return _write(sheet, args.output)


def export(progress: Progress, path: Path) -> int:
    """Write the progress to a file; the exit code."""
    from datetime import UTC, datetime

    from tutor import __version__
    from tutor.course.transfer import wrapped, write

    written = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        write(path, wrapped(progress.contents(), written, __version__))
    except OSError as error:
        return _refuse(_reason(error, path))
    print(_("Your progress is in {file}.").format(file=path))
    return _told(progress)


def bring_in(progress: Progress, course: Course, path: Path) -> int:
    """Join the progress of a file to what is here; the exit code."""
    from tutor.course.transfer import Unfit, read

    try:
        theirs = read(path)
    except OSError as error:
        return _refuse(_reason(error, path))
    except Unfit as unfit:
        for fault in unfit.faults:
            print(f"{path}: {fault}", file=sys.stderr)
        return _refuse(_("Nothing was changed."))
    before = _done(progress, course)
    try:
        copy = progress.take_in(theirs)
    except OSError as error:
        return _refuse(_reason(error, progress.path or path))
    after = _done(progress, course)
    text = ngettext("{n} step became done.", "{n} steps became done.", after - before)
    print(text.format(n=after - before))
    if copy is not None:
        print(_("Your progress before that is kept as {file}.").format(file=copy))
    return _told(progress)


def _history(progress: Progress, course: Course, args: argparse.Namespace) -> int:
    from tutor.console.steps_done import history_lines

    if not _is_lesson(course, args.name):
        return _refuse(_no_lesson(course, args.name))
    lines = list(history_lines(course, progress, course.lesson(args.name)))
    if not lines:
        return _refuse(_("Nothing was done in this lesson yet."))
    return _write("\n".join(lines) + "\n", args.output)


def _report(progress: Progress, course: Course, args: argparse.Namespace) -> int:
    from tutor.course.player import Player
    from tutor.course.report import exam_markdown, report_of

    if not _is_lesson(course, args.name):
        return _refuse(_no_lesson(course, args.name))
    lesson = course.lesson(args.name)
    exams = [step for step in lesson.steps if step.exam is not None]
    if not exams:
        return _refuse(_("The lesson {id} has no exam.").format(id=lesson.id))
    place = progress.place(lesson.id)
    begun = [step for step in exams if place is not None and step.id in place["attempts"]]
    if not begun:
        return _refuse(_("The exam has not been begun yet."))
    texts = []
    for step in begun:
        player = Player(course, lesson.id, step.id)
        player.restore({"step": step.id, "attempts": place["attempts"] if place else {}})
        report = report_of(player)
        assert report is not None
        texts.append(exam_markdown(report))
    return _write("\n".join(texts), args.output)


# words


def summary_lines(summary: Summary) -> Iterator[str]:
    """The whole summary as lines of text."""
    from rich.cells import cell_len

    yield total_text(summary)
    yield ""
    width = max((cell_len(lesson.title) for lesson in summary.lessons), default=0)
    for lesson in summary.lessons:
        pad = " " * (width - cell_len(lesson.title))
        count = f"{lesson.done}/{lesson.steps}"
        yield f"{lesson.number:>3}  {lesson.title}{pad}  {count:>6}  {state_text(lesson)}".rstrip()
    if summary.weak:
        yield ""
        yield _("Weak concepts, and the step to repeat")
        for weak in summary.weak:
            yield f"  {', '.join(weak.names)} — {weak.why}"
            yield f"    → {weak.lesson_title}: {weak.step_title}"
    yield ""
    yield due_text(summary, REVIEW)
    yield next_text(summary, "redis-tutor learn")


def total_text(summary: Summary) -> str:
    """How much of the course is done."""
    text = _("Lessons finished: {lessons} of {all}. Steps done: {done} of {steps}")
    said = text.format(
        lessons=summary.finished,
        all=len(summary.lessons),
        done=summary.done,
        steps=summary.steps,
    )
    if not summary.assisted:
        return f"{said}."
    return f"{said}, " + _("{n} of them with the solution.").format(n=summary.assisted)


def state_text(lesson: LessonSummary) -> str:
    """What is to be said of one lesson besides its figures."""
    if not lesson.done:
        return ""
    parts = [] if lesson.open else [_("finished")]
    if lesson.assisted:
        parts.append(_("with the solution: {n}").format(n=len(lesson.assisted)))
    if lesson.open:
        parts.append(_("open: {n}").format(n=len(lesson.open)))
    return ", ".join(parts)


def due_text(summary: Summary, command: str = "") -> str:
    """What a review would ask now (and the ``command`` for it), or when there is something."""
    from tutor.course.summary import span_text

    if summary.due:
        text = ngettext("{n} concept is due", "{n} concepts are due", summary.due)
        return text.format(n=summary.due) + (f": {command}" if command else ".")
    if summary.next_due_ms is None:
        return _("Nothing to review yet: finish a step first.")
    when = span_text(summary.next_due_ms - summary.now_ms)
    return _("Nothing is due now. The next review is {when}.").format(when=when)


def next_text(summary: Summary, command: str = "") -> str:
    """Where to go on (and the ``command`` for it)."""
    if summary.next_step is None:
        return _("All steps of the course are done.")
    id_, lesson, step = summary.next_step
    text = _("Go on with: {lesson}, “{step}”").format(lesson=lesson, step=step)
    return f"{text} ({command} {id_})" if command else text


def due_lines(course: Course, progress: Progress, now_ms: int) -> Iterator[str]:
    """What is due, concept by concept."""
    from tutor.course.review import due_now
    from tutor.course.summary import step_title, summarize
    from tutor.i18n import language

    yield due_text(summarize(course, progress, now_ms), REVIEW)
    for due in due_now(course, progress, now_ms):
        name = course.concept_name(due.concept.id, language())
        item = due.item
        title = step_title(item.lesson, item.step)
        yield f"  {name}  ({item.lesson.title(language())}: {title})"


def manner() -> Manner:
    """How the cheat sheet prints replies and boxes."""
    from tutor.console.render import render
    from tutor.course.cheatsheet import Manner
    from tutor.course.prose import box_title
    from tutor.engine.replies import Reply

    def reply(value: Reply) -> str:
        return "\n".join("".join(text for text, _role in line) for line in render(value))

    return Manner(reply, box_title)


# inside


def _open(args: argparse.Namespace) -> tuple[Progress, Course]:
    from tutor.course.loader import read_course
    from tutor.course.progress import Progress

    progress = Progress()
    kept = progress.setting("language")
    set_language(args.lang or (kept if isinstance(kept, str) else None) or guess_language() or "en")
    course, _problems = read_course()
    return progress, course


def _say(line: str) -> None:
    """Print a line; what is too long for the terminal goes on beneath it, further in."""
    width = shutil.get_terminal_size((100, 24)).columns
    inner = " " * (len(line) - len(line.lstrip()) + 2)
    print(textwrap.fill(line, width, subsequent_indent=inner, break_on_hyphens=False))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _done(progress: Progress, course: Course) -> int:
    return sum(len(progress.summary(lesson.id).done) for lesson in course.lessons)


def _is_lesson(course: Course, id_: str) -> bool:
    try:
        course.lesson(id_)
    except KeyError:
        return False
    return True


def _no_lesson(course: Course, id_: str) -> str:
    known = ", ".join(lesson.id for lesson in course.lessons)
    return _("There is no lesson {id}. There are: {known}").format(id=id_, known=known)


def _write(text: str, name: str) -> int:
    if name == STANDARD:
        sys.stdout.write(text)
        return 0
    try:
        Path(name).write_text(text, encoding="utf-8")
    except OSError as error:
        return _refuse(_reason(error, Path(name)))
    print(_("Written: {file}").format(file=name))
    return 0


def _reason(error: OSError, path: Path) -> str:
    return f"{path}: {error.strerror or error}"


def _refuse(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 2


def _told(progress: Progress) -> int:
    for notice in progress.notices():
        print(notice, file=sys.stderr)
    return 0
