"""Going through time at the prompt: ``:undo 3``, ``:redo``, ``:time 12``, ``:time branch 2``.

What a word asks for is a `Trip`; the plain prompt and the TUI read it, ask what it would cost
others, take it and tell of it in the same words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from tutor.console.backend import EmbeddedBackend
from tutor.console.commands import Host, busy_text, complain, loss_text, lost_text, say
from tutor.console.lexer import quote
from tutor.console.render import Line
from tutor.course.calls import CallEntry, McEntry, line_of
from tutor.i18n import _, ngettext

if TYPE_CHECKING:
    from tutor.engine.world import Entry, Loss, World

__all__ = ["Traveller", "Trip", "loss_of", "moment_lines", "run", "take", "told", "trip_of"]

AROUND = 8
"""Commands that are listed before the present and after it."""

_BUSY_S = 0.2
_WIDEST = 60

Kind = Literal["undo", "redo", "go", "branch"]


class Trip(NamedTuple):
    """Where to: so many changes back (``undo``) or forth (``redo``), to the moment after so many
    commands (``go``), or over to a branch. ``sure``: even if others lose work."""

    kind: Kind
    number: int = 1
    sure: bool = False

    @property
    def words(self) -> str:
        """How it is typed."""
        if self.kind in ("undo", "redo"):
            return f":{self.kind}" if self.number == 1 else f":{self.kind} {self.number}"
        return f":time {'branch ' if self.kind == 'branch' else ''}{self.number}"


class Traveller(Protocol):
    """A world, or a desk that stands before one."""

    def undo(self) -> Entry | None: ...

    def redo(self) -> Entry | None: ...

    def go(self, index: int) -> None: ...

    def switch(self, number: int) -> None: ...


def trip_of(word: str, arguments: Sequence[str]) -> Trip | None:
    """What ``:undo``, ``:redo`` or ``:time`` with these arguments asks for; None if there is
    nothing to do but to list the moments. ValueError if they mean nothing."""
    words = [one.lower() for one in arguments]
    sure = words[-1:] == ["yes"]
    if sure:
        del words[-1]
    kind: Kind = "undo" if word == ":undo" else "redo" if word == ":redo" else "go"
    if kind == "go" and words[:1] == ["branch"]:
        kind = "branch"
        del words[0]
    if not words and not (kind == "branch" or (kind == "go" and sure)):
        return None if kind == "go" else Trip(kind, 1, sure)
    if len(words) != 1 or not words[0].isdecimal() or (kind != "go" and int(words[0]) < 1):
        raise ValueError(word)
    return Trip(kind, int(words[0]), sure)


def usage(word: str) -> str:
    """What may stand behind a word."""
    if word == ":time":
        return _("Say :time, :time N (the moment after N commands) or :time branch K.")
    return _("Say how many changes: {word} 3").format(word=word)


def loss_of(world: World, trip: Trip) -> Loss | None:
    """What other clients have done that the trip would take back."""
    if trip.kind == "redo":
        return world.redo_loss()
    if trip.kind == "go":
        return world.loss(trip.number)
    if trip.kind == "branch":
        return world.switch_loss(trip.number - 1)
    effects = [at for at, entry in enumerate(world.history) if entry.undoable]
    effects = [at for at in effects if at >= world.earliest]
    return world.loss(effects[-min(trip.number, len(effects))]) if effects else None


def take(world: World, traveller: Traveller, trip: Trip) -> list[Entry]:
    """Go there; returns the commands that were taken back or done again, in that order. IndexError
    if there is no such moment or branch."""
    behind, ahead = list(world.history), world.future
    if trip.kind == "go":
        traveller.go(trip.number)
    elif trip.kind == "branch":
        traveller.switch(trip.number - 1)
    else:
        turn = traveller.undo if trip.kind == "undo" else traveller.redo
        taken: list[Entry] = []
        while len(taken) < trip.number and (entry := turn()) is not None:
            taken.append(entry)
        return taken
    shared = _shared(behind, world.history)
    if trip.kind == "branch":
        return [*reversed(behind[shared:]), *world.history[shared:]]
    moved = len(world.history) - len(behind)
    return ahead[:moved] if moved >= 0 else behind[moved:][::-1]


def _shared(one: Sequence[Entry], other: Sequence[Entry]) -> int:
    """How many commands two histories have in common."""
    pairs = enumerate(zip(one, other, strict=False))
    shorter = min(len(one), len(other))
    return next((at for at, (mine, theirs) in pairs if mine is not theirs), shorter)


def told(
    world: World, trip: Trip, entries: Sequence[Entry], loss: Loss | None, readable: bool = True
) -> str:
    """What has happened, in words."""
    if trip.kind == "branch":
        text = _("This is branch {number} now: {where}.")
        text = text.format(number=trip.number, where=where(world))
    elif trip.kind == "go":
        text = _("You stand {where}.").format(where=where(world))
    elif not entries:
        return _("Nothing to undo.") if trip.kind == "undo" else _("Nothing to redo.")
    elif len(entries) == 1:
        text = _("Taken back: {command}") if trip.kind == "undo" else _("Done again: {command}")
        text = text.format(command=command_text(entries[0], 0, readable))
    elif trip.kind == "undo":
        text = ngettext("Taken back: {n} change", "Taken back: {n} changes", len(entries))
        text = text.format(n=len(entries))
    else:
        text = ngettext("Done again: {n} change", "Done again: {n} changes", len(entries))
        text = text.format(n=len(entries))
    return text if loss is None else f"{text} {lost_text(loss)}"


def where(world: World) -> str:
    """Our place among the commands."""
    done, ahead = len(world.history), len(world.future)
    if not done:
        return _("at the beginning, before all commands")
    if not ahead:
        return ngettext("after the only command", "after all {n} commands", done).format(n=done)
    return _("after {n} of {total} commands").format(n=done, total=done + ahead)


def command_text(entry: Entry, most: int = _WIDEST, readable: bool = True) -> str:
    """A command as it was typed, cut to so many characters (0: whole)."""
    if isinstance(entry, (CallEntry, McEntry)):
        line = line_of(entry)
        return line if not most or len(line) <= most else f"{line[: most - 1]}…"
    text = ""
    for word in entry.argv:
        text += f"{' ' if text else ''}{quote(_head(word, 4 * most), readable)}"
        if most and len(text) > most:
            return text[: most - 1] + "…"
    return text


def _head(word: bytes, most: int) -> bytes:
    """The first ``most`` bytes of a word (0: all), no character of UTF-8 cut in two."""
    if not most or len(word) <= most:
        return word
    end = most
    while end > most - 4 and word[end] & 0xC0 == 0x80:
        end -= 1
    return word[:end]


def past_text(ahead: int) -> str:
    """We stand in the past: what that means."""
    return ngettext(
        "the past, {n} command ahead; a change begins a branch",
        "the past, {n} commands ahead; a change begins a branch",
        ahead,
    ).format(n=ahead)


def moment_lines(world: World) -> list[Line]:
    """The commands around the present with their numbers, and the branches."""
    history, future = world.history, world.future
    first = max(len(history) - AROUND, 0)
    lines: list[Line] = []
    if not history and not future:
        lines.append([(_("Nothing has been done yet."), "note")])
    if first:
        lines.append([(_("… {n} before").format(n=first), "note")])
    lines += [_moment_line(at + 1, history[at], "text") for at in range(first, len(history))]
    if future:
        lines.append([("► " + past_text(len(future)), "warning")])
        shown = future[:AROUND]
        lines += [_moment_line(len(history) + at, e, "note") for at, e in enumerate(shown, 1)]
        if len(future) > AROUND:
            lines.append([(_("… {n} after").format(n=len(future) - AROUND), "note")])
    elif history:
        lines.append([("► " + _("the present"), "note")])
    for number, branch in enumerate(world.branches, 1):
        text = ngettext(
            "branch {number}: after command {begins} another {n} command, up to {command}",
            "branch {number}: after command {begins} another {n} commands, up to {command}",
            len(branch.entries),
        )
        command = command_text(branch.entries[-1], _WIDEST // 2)
        text = text.format(
            number=number, begins=branch.begins, n=len(branch.entries), command=command
        )
        lines.append([(text, "note")])
    return lines


def _moment_line(number: int, entry: Entry, role: str) -> Line:
    mark = "•" if entry.undoable else " "
    return [(f"{number:>5} {mark} ", "note"), (command_text(entry), role)]


def run(host: Host, word: str, arguments: Sequence[str]) -> None:
    """The words at the plain prompt."""
    backend = host.backend
    if not isinstance(backend, EmbeddedBackend):
        complain(host, _("A real server has no undo: what was done is done."))
        return
    try:
        trip = trip_of(word, arguments)
    except ValueError:
        complain(host, usage(word))
        return
    with backend.world.lock.glance(_BUSY_S) as mine:
        if not mine:
            complain(host, busy_text())
            return
        if trip is None:
            host.show(moment_lines(backend.world))
            return
        try:
            loss = loss_of(backend.world, trip)
            if loss is not None and not trip.sure:
                complain(host, loss_text(loss, f"{trip.words} yes"))
                return
            entries = take(backend.world, backend.world, trip)
        except IndexError:
            complain(host, no_such(trip))
            return
        text = told(backend.world, trip, entries, loss, host.readable)
    say(host, text)


def no_such(trip: Trip) -> str:
    """There is no such moment or branch."""
    if trip.kind == "branch":
        return _("There is no branch {number}. :time lists them.").format(number=trip.number)
    return _("There is no moment {number}. :time lists them.").format(number=trip.number)
