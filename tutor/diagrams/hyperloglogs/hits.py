"""Why an element touches the register of a HyperLogLog that it touches: the bits of its hash.

ann · MurmurHash64A 68a3d1f20c9b31a7
0110100010100011110100011111001000001100100110110011000 11000110100111
                                                  value 4 ▲   = 12711
"""

from __future__ import annotations

from tutor.diagrams.canvas import Line, Run, clip_line, marked, wrapped
from tutor.diagrams.payload import shown
from tutor.engine.structures.hyperloglog_layout import Hit
from tutor.i18n import _

_INDEX, _REST = 14, 50
_WORD = 40


def draw_hit(hit: Hit, value: int, raised: bool | None, width: int) -> list[Line]:
    """The hash of an element, its two parts named under it; ``value`` is what the register holds
    now, ``raised`` whether the last command raised it, None if that is not known."""
    bits = f"{hit.hash:064b}"
    room = min(max(width - _INDEX - 1, 4), _REST)
    cut = room < _REST
    rest = ("…" if cut else "") + bits[:_REST][_REST - room + cut :]
    head: list[Run] = [(shown(hit.element, _WORD), "key")]
    head.append((f" · MurmurHash64A = {hit.hash:016x}", "label"))
    tail = min(hit.rank, room)
    numbers: Line = (
        (rest[: room - tail], "label"),
        (rest[room - tail :], "header"),
        (" ", "text"),
        (bits[_REST:], "header"),
    )
    return [
        clip_line(head, width),
        clip_line(tuple(run for run in numbers if run[0]), width),
        clip_line(_names(hit, room), width),
        *_outcome(hit, value, raised, width),
    ]


def _names(hit: Hit, room: int) -> list[Run]:
    """Under the bits: the lowest 1 of the upper part, the number that the lower one is."""
    rank = _("rank %(rank)d") % {"rank": hit.rank}
    at = room - hit.rank
    register = f" = {hit.register}"
    if at < 0:
        return [(rank.ljust(room), "label"), (register, "label")]
    before = f"{rank} " if len(rank) < at else ""
    after = "" if before else f" {rank}"
    return [
        (before.rjust(at), "label"),
        ("▲", "pointer"),
        (after.ljust(room - at - 1), "label"),
        (register, "label"),
    ]


def _outcome(hit: Hit, value: int, raised: bool | None, width: int) -> list[Line]:
    name = _("register %(register)d") % {"register": hit.register}
    if raised is False:
        words = _("holds %(value)d already: not lower than %(rank)d, nothing changes")
        text = f"► {name} " + words % {"value": value, "rank": hit.rank}
        return wrapped(text, width)
    held = marked(str(value), "header", raised is True)
    return [clip_line([(f"► {name} = ", "label"), *held], width)]


def describe_hit(hit: Hit, value: int) -> str:
    """The same facts as a sentence."""
    words = _(
        "Element %(element)s has the hash %(hash)s: its low 14 bits name register %(register)d, "
        "the lowest 1 of the other 50 stands at place %(rank)d; the register holds %(value)d."
    )
    return words % {
        "element": shown(hit.element, _WORD),
        "hash": f"{hit.hash:016x}",
        "register": hit.register,
        "rank": hit.rank,
        "value": value,
    }
