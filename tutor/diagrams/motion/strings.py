"""Films of strings: made raw, grown, written into."""

from __future__ import annotations

from tutor.diagrams.canvas import Line
from tutor.diagrams.motion.scene import Facts, Scene
from tutor.diagrams.strings import draw_string
from tutor.engine.recording import Step
from tutor.engine.structures.sds import MAX_PREALLOCATION, StringLayout
from tutor.i18n import _, ngettext


def _draw(step: Step, width: int) -> list[Line]:
    assert isinstance(step.image, StringLayout)
    facts, layout, kind = step.facts, step.image, step.kind.split(".")[1]
    marks: set[object] = set()
    if kind == "raw":
        marks = {"encoding"}
    elif kind == "grow":
        marks = {"alloc", "header"}
    elif kind == "write":
        start = max(facts["start"] - facts["gap"] - layout.preview_start, 0)
        stop = facts["stop"] - layout.preview_start
        if start < min(stop, len(layout.preview)):
            marks = {"len", "text", ("text", start, min(stop, len(layout.preview)))}
        else:
            marks = {"len", "text", "beyond"}
    return draw_string(layout, width, frozenset(marks))


def _raw(facts: Facts) -> str:
    words = _(
        "A string in the encoding %(before)s cannot be edited in place: "
        "it is copied into an SDS of its own, raw, and stays raw."
    )
    return words % facts


def _grow(facts: Facts) -> str:
    if facts["length"] < MAX_PREALLOCATION:
        words = _(
            "%(length)d bytes do not fit into alloc %(before)d: twice as much is requested, "
            "%(request)d, and the allocator's block gives %(alloc)d. Doubling makes "
            "appending cheap."
        )
    else:
        words = _(
            "%(length)d bytes do not fit into alloc %(before)d: 1 MiB more than needed is "
            "requested, %(request)d, and the allocator's block gives %(alloc)d."
        )
    return words % facts


def _write(facts: Facts) -> str:
    size = facts["stop"] - facts["start"]
    said = ngettext(
        "%(n)d byte is written at offset %(start)d; %(free)d free are left in the block.",
        "%(n)d bytes are written at offset %(start)d; %(free)d free are left in the block.",
        size,
    ) % {"n": size, "start": facts["start"], "free": facts["free"]}
    if not facts["gap"]:
        return said
    gap = ngettext(
        "The gap of %(n)d byte before it is filled with a zero byte.",
        "The gap of %(n)d bytes before it is filled with zero bytes.",
        facts["gap"],
    )
    return f"{said} {gap % {'n': facts['gap']}}"


SCENES = {
    "string.raw": Scene(_draw, _raw),
    "string.grow": Scene(_draw, _grow),
    "string.write": Scene(_draw, _write),
}
