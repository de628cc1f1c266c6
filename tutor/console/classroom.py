"""``redis-tutor class``: the instructor's server, with a screen or in lines.

    redis-tutor class --learners anna,boris
    redis-tutor class --learners group7.txt --bind 0.0.0.0 --csv group7.csv

Without a terminal, or with --plain, it prints what happens: who comes, who goes on, who is stuck.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.console.classwords import (
    clients_text,
    join_lines,
    place_text,
    rule_text,
    state_text,
    stuck_text,
)
from tutor.console.trouble import reason
from tutor.i18n import _, guess_language, ngettext, set_language

if TYPE_CHECKING:
    from tutor.course.classroom.hall import Hall
    from tutor.course.classroom.model import Row
    from tutor.course.model import Course

__all__ = ["ended", "opened", "run"]

LOOK_S = 0.2


def opened(args: argparse.Namespace) -> Hall | None:
    """The class, its door open; None having said why not."""
    from tutor.course.classroom.hall import Hall
    from tutor.course.classroom.roster import RosterError, read_roster
    from tutor.network.service import PortRefused

    try:
        roster = read_roster(args.learners)
    except RosterError as error:
        _fail(str(error))
        return None
    except OSError as error:
        _fail(reason(error))
        return None
    hosts = [host.strip() for host in args.bind.split(",") if host.strip()] or ["127.0.0.1"]
    hall = Hall(roster, hosts)
    try:
        hall.open(args.port or None)
    except PortRefused as refused:
        _fail(_refusal_text(refused, args.port, args.bind))
        return None
    return hall


def _refusal_text(refused: Exception, port: int, bind: str) -> str:
    why = getattr(refused, "reason", "other")
    if why == "taken":
        text = _("Port {port} is taken, perhaps by a Redis. --port 0 takes the next free one.")
    elif why == "forbidden":
        text = _("The system does not allow port {port}. Take one above 1023.")
    else:
        text = _("Port {port} cannot be opened on {bind}: {reason}")
    return text.format(port=port, bind=bind, reason=refused)


def _fail(text: str) -> None:
    print(f"redis-tutor: {text}", file=sys.stderr)


def ended(hall: Hall, sheet: str | None) -> int:
    """Hang up; write the progress and say where it is. The exit code."""
    from tutor.course.classroom.sheet import write_sheet

    hall.close()
    if not sheet:
        return 0
    try:
        write_sheet(hall.classroom, Path(sheet))
    except OSError as error:
        _fail(reason(error))
        return 1
    print(_("Written: {file}").format(file=sheet))
    return 0


# in lines


def run(args: argparse.Namespace) -> int:
    """Hold a class in lines until SIGINT or SIGTERM; the exit code."""
    set_language(args.lang or guess_language() or "en")
    hall = opened(args)
    if hall is None:
        return 2
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    _greet(hall)
    log = ClassLog(hall, _course(), lambda line: print(line, flush=True))
    while not over.wait(LOOK_S):
        log.look()
        if hall.service.ending:
            _fail(_("The server has stopped: {reason}").format(reason=_last_warning(hall)))
            break
    return ended(hall, args.csv)


def _last_warning(hall: Hall) -> str:
    return hall.service.warnings[-1] if hall.service.warnings else hall.service.ending


def _course() -> Course:
    from tutor.course.outline import Outline
    from tutor.course.progress import Progress

    return Outline(Progress()).course


def _greet(hall: Hall) -> None:
    addresses = ", ".join(hall.service.addresses)
    print(_("The class listens on {addresses}; Ctrl+C ends it.").format(addresses=addresses))
    if hall.here_only:
        print(_("Only this computer can come in: --bind 0.0.0.0 opens it for your network."))
    print(rule_text())
    for learner in hall.roster:
        print(f"\n{learner.name}")
        for line in join_lines(hall, learner):
            print(f"  {line}")
    print(flush=True)


class ClassLog:
    """Says in a line what has changed with a learner since the last look."""

    def __init__(self, hall: Hall, course: Course, say: Callable[[str], object]) -> None:
        self._hall, self._course, self._say = hall, course, say
        self._before: dict[str, tuple[object, ...]] = {}
        self._strangers = 0

    def look(self) -> None:
        """Look once."""
        if not self._hall.look():
            return
        now = self._hall.now_ms
        for row in self._hall.rows:
            seen = (row.state, row.place.lesson, row.place.number, row.stuck, row.addresses)
            before = self._before.get(row.learner.id)
            self._before[row.learner.id] = seen
            if seen != before and (before is not None or row.state != "absent"):
                at = datetime.fromtimestamp(now / 1000).strftime("%H:%M:%S")
                self._say(f"{at} {self._told(row)}")
        refused = self._hall.classroom.refused
        if refused > self._strangers:
            text = ngettext("{n} login with no learner's name", "{n} logins with no learner's name",
                            refused)  # fmt: skip
            self._say(text.format(n=refused))
            self._strangers = refused

    def _told(self, row: Row) -> str:
        parts = [f"{row.learner.name}: {state_text(row.state)}"]
        parts += [place_text(row.place, self._course), clients_text(row)]
        if row.stuck:
            parts.append(_("stuck: {why}").format(why=stuck_text(row.stuck)))
        return ", ".join(part for part in parts if part)
