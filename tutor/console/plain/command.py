"""`redis-tutor --plain`, `redis-tutor lesson ID --plain`: the course in lines, from end to end."""

from __future__ import annotations

import argparse
import sys

from tutor.console.plain.page import IN_A_PIPE, Page, wants_ascii
from tutor.console.plain.reading import reader_for
from tutor.console.plain.room import Room
from tutor.console.xray.printing import speaks
from tutor.course.outline import NoSuchPlace, Outline
from tutor.course.progress import Progress
from tutor.i18n import LANGUAGES, MissingCatalog, guess_language, set_language
from tutor.network.link import LinkError

__all__ = ["run"]


def run(args: argparse.Namespace) -> int:
    """Play until the input ends or somebody leaves; the exit code: 2 if there is no such lesson or
    step. ``args`` may have lesson, step, lang, ascii, join."""
    progress = Progress()
    _speak(getattr(args, "lang", None) or progress.setting("language"))
    page = Page(sys.stdout, IN_A_PIPE, ascii=getattr(args, "ascii", False) or wants_ascii())
    page.measure()
    joined = None
    if getattr(args, "join", None):
        from tutor.console.joining import join, why_not

        try:
            joined = join(args.join)
        except LinkError as error:
            print(f"redis-tutor: {why_not(error)}", file=sys.stderr)
            return 2
        page.say(joined.greeting)
    room = Room(
        Outline(progress),
        progress,
        page,
        reader_for(page),
        interactive=sys.stdin.isatty(),
        follow=joined.teller.follow if joined is not None else lambda player: None,
    )
    try:
        room.run(getattr(args, "lesson", None), getattr(args, "step", None))
    except NoSuchPlace as error:
        print(f"redis-tutor: {error}", file=sys.stderr)
        return 2
    finally:
        if joined is not None:
            joined.close()
    return 0


def _speak(wanted: object) -> None:
    """The language that is wished, else the locale's if its letters can be written."""
    code = str(wanted or guess_language() or "en")
    if not wanted and not speaks(sys.stdout, LANGUAGES.get(code, "")):
        code = "en"
    try:
        set_language(code if code in LANGUAGES else "en")
    except MissingCatalog as error:
        print(f"redis-tutor: {error}", file=sys.stderr)
