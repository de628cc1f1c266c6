"""Films of intsets: a binary search, and the widening of all elements from the last one on.

┌ [0] ─┬ [1] ─┐ ░░░░░░░░ ┌ [2] ──┬ [3] ────┐
│ 1    │ 2    │ ░ 4 B ░░ │ 3     │ 500     │
└ 2 B ─┴ 2 B ─┘ ░░░░░░░░ └ 4 B ──┴ 4 B ────┘
"""

from __future__ import annotations

from tutor.diagrams.boxes import Cell, Group, cell, flow
from tutor.diagrams.canvas import Line, omitted, wrapped
from tutor.diagrams.intsets import draw_intset
from tutor.diagrams.motion.listpacks import convert, converted
from tutor.diagrams.motion.scene import Facts, Scene
from tutor.diagrams.motion.tables import draw_table
from tutor.diagrams.paths import HERE, SearchSpan
from tutor.engine.recording import Step
from tutor.engine.structures.intset import HEADER_SIZE, IntsetElement, IntsetLayout
from tutor.i18n import _, ngettext, pgettext

_NEIGHBOURS = 4


def _draw(step: Step, width: int) -> list[Line]:
    assert isinstance(step.image, IntsetLayout)
    facts, kind = step.facts, step.kind.split(".")[1]
    marks: set[object] = set()
    if kind == "probe":
        marks.add(SearchSpan(facts["low"], facts["middle"], facts["high"]))
    elif kind == "insert":
        marks |= {facts["value"], "length"}
    elif kind == "remove":
        marks.add(SearchSpan(0, facts["place"], step.image.length))
    return draw_intset(step.image, width, frozenset(marks))


# a binary search


def _too_wide(facts: Facts) -> str:
    words = _(
        "%(value)d needs %(width)d bytes and the elements have %(have)d: it cannot be in the set."
    )
    return words % facts


def _beyond(facts: Facts) -> str:
    if facts["after"]:
        words = _(
            "%(value)d is greater than the last number: not in the set, its place is the end."
        )
        return words % facts
    words = _("%(value)d is less than the first number: not in the set, its place is the front.")
    return words % facts


def _probe(facts: Facts) -> str:
    if facts["seen"] == facts["value"]:
        return _("In the middle, at [%(middle)d], is %(seen)d: found.") % facts
    if facts["seen"] < facts["value"]:
        words = _(
            "In the middle, at [%(middle)d], is %(seen)d, less than %(value)d: the lower "
            "half is out."
        )
        return words % facts
    words = _(
        "In the middle, at [%(middle)d], is %(seen)d, more than %(value)d: the upper half is out."
    )
    return words % facts


def _not_found(facts: Facts) -> str:
    words = _("Nothing is left to halve: %(value)d is not in the set; its place is [%(place)d].")
    return words % facts


# changes


def _insert(facts: Facts) -> str:
    if not facts["moved"]:
        return _("%(value)d is written at [%(place)d], where there is room for it.") % facts
    return ngettext(
        "%(n)d number has moved up by one place, and %(value)d is written at [%(place)d].",
        "%(n)d numbers have moved up by one place, and %(value)d is written at [%(place)d].",
        facts["moved"],
    ) % {"n": facts["moved"], **facts}


def _remove(facts: Facts) -> str:
    return ngettext(
        "%(value)d at [%(place)d] will be overwritten: %(n)d number behind it moves down. "
        "The width stays.",
        "%(value)d at [%(place)d] will be overwritten: %(n)d numbers behind it move down. "
        "The width stays.",
        facts["moved"],
    ) % {"n": facts["moved"], **facts}


def _upgrade(facts: Facts) -> str:
    return ngettext(
        "%(value)d does not fit into %(old)d bytes: the block grows, and %(n)d element will be "
        "widened from %(old)d to %(new)d bytes, so that all have one width.",
        "%(value)d does not fit into %(old)d bytes: the block grows, and all %(n)d elements will "
        "be widened from %(old)d to %(new)d bytes, the last one first.",
        facts["count"],
    ) % {"n": facts["count"], **facts}


def _widen(facts: Facts) -> str:
    target = facts["index"] + facts["shift"]
    words = _(
        "%(number)d is moved from byte %(from)d to byte %(to)d and is %(new)d bytes wide now. "
        "From the end, so that nothing is overwritten that has not moved yet."
    )
    places = {
        "from": HEADER_SIZE + facts["index"] * facts["old"],
        "to": HEADER_SIZE + target * facts["new"],
    }
    if places["from"] == places["to"]:
        words = _("%(number)d stays at byte %(to)d and is %(new)d bytes wide now.")
    return words % {**facts, **places}


def _draw_widen(step: Step, width: int) -> list[Line]:
    """Narrow elements at the left, wide ones at the right, what lies between is up for writing."""
    assert isinstance(step.image, IntsetLayout)
    facts, layout = step.facts, step.image
    index, shift = facts["index"], facts["shift"]
    narrow = [one for one in layout.elements if one.index < index][-_NEIGHBOURS:]
    wide = [one for one in layout.elements if one.index >= index][:_NEIGHBOURS]
    length = facts["count"] + 1
    header = [
        cell(f"{facts['new']}", "encoding", "4 B", "header", True),
        cell(str(facts["count"]), "length", "4 B", "header"),
    ]
    between = (index + shift) * facts["new"] - index * facts["old"]
    groups: list[Group] = [header]
    if narrow:
        groups.append([_box(one, one.index, facts["old"], False) for one in narrow])
    if between:
        signs: Line = (("░" * 6, "free"),)
        groups.append([Cell(signs, pgettext("bytes", "free"), f"{between} B")])
    groups.append([_box(one, one.index + shift, facts["new"], one.index == index) for one in wide])
    if not shift and len(wide) < _NEIGHBOURS:
        room: Line = (("░" * 6, "free"),)
        groups[-1] = [*groups[-1], Cell(room, f"[{length - 1}]", f"{facts['new']} B")]
    lines = flow(groups, width)
    seen = len(narrow) + len(wide)
    if seen < layout.length:
        more = layout.length - seen
        left_out = ngettext("%(n)d more number", "%(n)d more numbers", more) % {"n": more}
        lines.append(omitted(left_out, width))
    note = _("%(moved)d of %(count)d moved") % {
        "moved": facts["count"] - index,
        "count": facts["count"],
    }
    return [*lines, *wrapped(note, width)]


def _box(one: IntsetElement, place: int, size: int, here: bool) -> Cell:
    caption = f"{HERE if here else ''}[{place}]"
    return cell(str(one.value), caption, f"{size} B", "payload", here, 3 * size // 2)


SCENES = {
    "intset.too-wide": Scene(_draw, _too_wide),
    "intset.beyond": Scene(_draw, _beyond),
    "intset.probe": Scene(_draw, _probe),
    "intset.not-found": Scene(_draw, _not_found),
    "intset.insert": Scene(_draw, _insert),
    "intset.remove": Scene(_draw, _remove),
    "intset.upgrade": Scene(_draw, _upgrade),
    "intset.widen": Scene(_draw_widen, _widen),
    "intset.convert": Scene(_draw, convert),
    "intset.converted": Scene(draw_table, converted),
}
