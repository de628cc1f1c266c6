"""What happened in the lab, one sentence an event: a table from codes to words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tutor.diagrams.canvas import Line, Role, clip_line
from tutor.diagrams.labs.amounts import clock_text
from tutor.i18n import _, ngettext
from tutor.labs.replication.frame import EventFrame, Frame

Params = Mapping[str, str]


def _restart(source: str) -> str:
    if source == "nothing":
        return _("%(node)s starts again, with nothing on its disk")
    return _("%(node)s starts again, with its %(source)s file")


_EVENTS: Mapping[str, tuple[Callable[[Params], str], Role]] = {
    "cut": (lambda p: _("the link %(first)s – %(second)s is cut") % p, "gone"),
    "heal": (lambda p: _("the link %(first)s – %(second)s is whole again") % p, "pointer"),
    "crash": (lambda p: _("%(node)s crashes (kill -9)") % p, "gone"),
    "power-cut": (lambda p: _("%(node)s loses its power") % p, "gone"),
    "restart": (lambda p: _restart(p["source"]) % {**p, "source": p["source"].upper()}, "pointer"),
    "pause": (lambda p: _("%(node)s stands still") % p, "warning"),
    "resume": (lambda p: _("%(node)s goes on") % p, "pointer"),
    "promote": (lambda p: _("%(node)s is a master now: REPLICAOF NO ONE") % p, "changed"),
    "follow": (lambda p: _("%(node)s follows %(master)s") % p, "changed"),
    "full-sync": (lambda p: _("%(node)s copies everything from %(master)s") % p, "warning"),
    "partial-sync": (
        lambda p: _("%(node)s goes on at offset %(offset)s: partial resync") % p,
        "pointer",
    ),
    "loaded": (lambda p: _("%(node)s has loaded the copy") % p, "pointer"),
    "link-up": (lambda p: _("%(node)s hears its master") % p, "pointer"),
    "link-down": (lambda p: _("%(node)s has lost its master") % p, "warning"),
    "lost": (lambda p: _lost(p), "gone"),
    "wait-short": (
        lambda p: _("WAIT %(wanted)s came back with %(reached)s") % p,
        "warning",
    ),
    "s-down": (lambda p: _("%(sentinel)s hears nothing from %(node)s: subjectively down") % p,
               "warning"),
    "o-down": (lambda p: _("the quorum agrees: %(node)s is objectively down") % p, "gone"),
    "vote": (lambda p: _("%(sentinel)s votes for %(leader)s in epoch %(epoch)s") % p, "key"),
    "leader": (lambda p: _("%(sentinel)s leads the failover of epoch %(epoch)s") % p, "changed"),
    "no-leader": (lambda p: _("nobody got enough votes in epoch %(epoch)s") % p, "warning"),
    "switch": (lambda p: _("clients are told: the master is %(node)s") % p, "changed"),
    "demote": (lambda p: _("%(node)s comes back and has to follow %(master)s") % p, "changed"),
    "set": (lambda p: _("%(what)s: %(value)s") % p, "label"),
    "dumped": (lambda p: _dumped(p), "pointer"),
    "back": (lambda p: _back(p), "pointer"),
    "command": (lambda p: _("on %(node)s: %(command)s") % p, "key"),
    "call": (lambda p: _("Django: %(call)s") % p, "key"),
}  # fmt: skip


def _lost(params: Params) -> str:
    count = int(params["count"])
    text = ngettext("%(n)d acknowledged write is gone", "%(n)d acknowledged writes are gone", count)
    return text % {"n": count}


def _dumped(params: Params) -> str:
    count = int(params["count"])
    text = ngettext("the dump is complete: %(n)d write is in it",
                    "the dump is complete: %(n)d writes are in it", count)  # fmt: skip
    return text % {"n": count}


def _back(params: Params) -> str:
    count = int(params["there"])
    text = ngettext("%(n)d acknowledged write is there again",
                    "%(n)d acknowledged writes are there again", count)  # fmt: skip
    return text % {"n": count}


def codes() -> frozenset[str]:
    """Events that have a sentence."""
    return frozenset(_EVENTS)


def event_text(event: EventFrame) -> str:
    """The sentence, without the time. Raises KeyError for an event that has none."""
    return _EVENTS[event.code][0](dict(event.params))


def draw_events(frame: Frame, width: int, rows: int) -> list[Line]:
    """The newest first."""
    return event_lines(frame.events, width, rows)


def event_lines(events: Sequence[EventFrame], width: int, rows: int) -> list[Line]:
    """The newest of some events first."""
    if not events:
        return [clip_line([(_("nothing has happened yet"), "label")], width)]
    lines: list[Line] = []
    for event in list(reversed(events))[:rows]:
        time = (f"{clock_text(event.time)} ", "label")
        lines.append(clip_line([time, (event_text(event), _EVENTS[event.code][1])], width))  # type: ignore[list-item]
    return lines
