"""``redis-tutor django``: the prompt, a pipe, or lines of the command line.

redis-tutor django
redis-tutor django --settings replicas --run 'cache.set("k", 1)' --run 'cache.get("k")'
redis-tutor django --json < calls.txt
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import IO

from tutor.console.cards import card_lines
from tutor.console.django import words
from tutor.console.django.cards import missing_card
from tutor.console.django.report import json_line, outcome_lines
from tutor.console.render import Line
from tutor.i18n import MissingCatalog, guess_language, set_language
from tutor.network.django.caches import is_djangos_absence
from tutor.network.django.fleet import CannotServe
from tutor.network.django.session import Session
from tutor.network.django.settings import SettingsError

__all__ = ["Script", "missing_lines", "run", "text_of"]


def run(args: argparse.Namespace) -> int:
    """Carry out the command; the exit code: 2 for wrong settings, 1 without Django or a port."""
    code = getattr(args, "lang", None) or guess_language() or "en"
    try:
        set_language(code)
    except MissingCatalog as error:
        if code != "en":
            print(f"redis-tutor: {error}", file=sys.stderr)
    try:
        session = _session(args.settings)
    except _Failed as failure:
        print(text_of(failure.lines), end="", file=sys.stderr)
        return failure.code
    try:
        if args.lines:
            return Script(session, args.json).run(args.lines)
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            return Script(session, args.json).run(sys.stdin)
        from tutor.console.django.prompt import DjangoPrompt

        return DjangoPrompt(session).run()
    finally:
        session.close()


class _Failed(Exception):
    """There is no session; ``lines`` say why."""

    def __init__(self, lines: Sequence[Line], code: int) -> None:
        super().__init__(code)
        self.lines, self.code = lines, code


def _session(settings: str | None) -> Session:
    try:
        return Session(words.settings_of(settings))
    except SettingsError as error:
        raise _Failed(words.settings_problem(error), 2) from None
    except CannotServe as error:
        raise _Failed([[(str(error), "error")]], 1) from None
    except Exception as error:
        if not is_djangos_absence(error):
            raise
        raise _Failed(missing_lines(error), 1) from None


def missing_lines(error: BaseException, width: int = 80) -> list[Line]:
    """Django's absence in Python's words and ours."""
    said = f"{type(error).__name__}: {error}"
    return [[(said, "error")], *card_lines(missing_card(error), width)]


def text_of(lines: Iterable[Line]) -> str:
    """Lines without their roles."""
    return "".join("".join(text for text, _role in line).rstrip() + "\n" for line in lines)


class Script:
    """Carries lines out one after the other, and prints them with what they did."""

    def __init__(self, session: Session, as_json: bool = False, out: IO[str] | None = None) -> None:
        self.session = session
        self.width = min(shutil.get_terminal_size((100, 40)).columns, 100)
        self._json = as_json
        self._out = out or sys.stdout
        self._left = False

    def run(self, lines: Iterable[str]) -> int:
        """Until the end, or ``:quit``; the exit code."""
        for line in lines:
            self._line(line.rstrip("\r\n"))
            self._out.flush()
            if self._left:
                break
        return 0

    def _line(self, line: str) -> None:
        if not line.strip() or line.lstrip().startswith("#"):
            return
        if not self._json:
            self._out.write(f">>> {line.removeprefix('>>> ')}\n")
        if words.run(line, self):
            return
        outcome = self.session.execute(line)
        if self._json:
            self._out.write(json_line(outcome, self.session) + "\n")
        else:
            self.show(outcome_lines(outcome, self.session, self.width))

    # the words' Host

    def show(self, lines: Sequence[Line]) -> None:
        """Print; JSON is for calls only."""
        if not self._json:
            self._out.write(text_of(lines))

    def clear(self) -> None:
        """There is no screen."""

    def quit(self) -> None:
        """Read no further."""
        self._left = True

    def set_language(self, code: str) -> None:
        """Switch the words."""
        set_language(code)
