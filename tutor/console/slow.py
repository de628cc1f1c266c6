"""``:slow`` at the prompt: the last command, or one that is typed behind it, step by step in words.

A screen that can move shows the same film as moving pictures (`tutor.tui.widgets.player`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.console.backend import Backend, EmbeddedBackend
from tutor.console.commands import Host, busy_text, complain, say
from tutor.i18n import _

if TYPE_CHECKING:
    from tutor.engine.recording import Film

__all__ = ["behind", "film_of_last", "run"]

_BUSY_S = 0.2

MOST = 20
"""Commands of one film."""

OWN = ("off", "expiry")
"""Words behind ``:slow`` that are no commands: no more of it; the next turn of active expiry."""


def behind(line: str) -> str:
    """The command behind ``:slow``; empty if there is none, or one of `OWN`, or a number, or the
    line is another."""
    first, _space, rest = line.strip().partition(" ")
    rest = rest.strip()
    return rest if first.lower() == ":slow" and not is_own(rest) else ""


def is_own(word: str) -> bool:
    """Whether what stands behind ``:slow`` is for it and no command."""
    return word.lower() in OWN or word.isdecimal()


def film_of_last(backend: Backend, word: str = "") -> tuple[Film | None, str]:
    """The film of the last command that was run here, of as many as ``word`` says, or of the next
    turn of active expiry; or None and why there is none."""
    if not isinstance(backend, EmbeddedBackend):
        return None, _("Of a real server only the outcome can be seen: there is no slow motion.")
    from tutor.engine.recording import record_expiry, record_last

    world = backend.world
    with world.lock.glance(_BUSY_S) as mine:
        if not mine:
            return None, busy_text()
        if word == "expiry":
            return record_expiry(world), ""
        if len(world.history) <= world.earliest:
            return None, _("No command has been run here yet: there is nothing to show slowly.")
        count = min(int(word), MOST) if word.isdecimal() else 1
        return record_last(world, max(count, 1)), ""


def run(host: Host, arguments: Sequence[str]) -> None:
    """Print the film of the last command in numbered sentences; with a command, carry it out
    first."""
    from tutor.diagrams.motion import film_lines, film_title

    own = arguments[0].lower() if len(arguments) == 1 else ""
    if own == "off":
        say(host, _("Slow motion is over."))
        return
    backend = host.backend
    if arguments and not is_own(own):
        words = [word.encode("utf-8", "surrogateescape") for word in arguments]
        film, why_not = _film_now(host, words)
    else:
        film, why_not = film_of_last(backend, own)
    if film is None:
        complain(host, why_not)
        return
    host.show([[(film_title(film), "note")], *([(line, "")] for line in film_lines(film))])


def _film_now(host: Host, argv: Sequence[bytes]) -> tuple[Film | None, str]:
    """Carry out a command, show its reply, and film it."""
    from tutor.console.render import render
    from tutor.engine.recording import record
    from tutor.engine.replies import BLOCKED

    backend = host.backend
    if not isinstance(backend, EmbeddedBackend):
        return film_of_last(backend)
    if not backend.remembers:  # no history to go back in: it is filmed while it runs
        with backend.world.lock:
            film = record(backend.world.engine, backend.world.session, argv)
        if not film.why_not:
            host.show(render(film.reply, backend.resp, host.readable, argv))
            return film, ""
    reply = backend.execute(argv)
    if reply is not BLOCKED:
        host.show(render(reply, backend.resp, host.readable, argv))
    if not backend.remembers:
        return film, ""
    return film_of_last(backend)
