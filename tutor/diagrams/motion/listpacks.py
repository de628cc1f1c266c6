"""Films of listpacks: a walk from entry to entry, and what it writes when it is there."""

from __future__ import annotations

from tutor.diagrams.canvas import Line
from tutor.diagrams.listpacks import draw_pairs
from tutor.diagrams.motion.scene import Facts, Scene, found_text, named
from tutor.diagrams.motion.tables import draw_table
from tutor.diagrams.paths import PairAt
from tutor.diagrams.skiplists import score_text
from tutor.engine.recording import Step
from tutor.engine.structures.listpack import ListpackLayout
from tutor.i18n import _, ngettext

_WALKS = frozenset({"compare", "absent", "order", "gap"})


def _draw(step: Step, width: int) -> list[Line]:
    assert isinstance(step.image, ListpackLayout)
    facts, kind = step.facts, step.kind.split(".")[1]
    marks: set[object] = set()
    if "at" in facts:
        marks.add(PairAt(facts["at"], walked=kind in _WALKS))
    elif kind == "absent":
        marks.add(PairAt(facts["count"]))
    if kind in ("append", "place"):
        marks |= {2 * facts["at"], 2 * facts["at"] + 1, "total", "count"}
    elif kind == "replace":
        marks.add(2 * facts["at"] + 1)
    return draw_pairs(step.image, width, frozenset(marks))


def _compare(facts: Facts) -> str:
    figures = {"name": named(facts["name"]), "part": named(facts["part"])}
    if facts["same"]:
        return found_text(facts)
    return _("%(name)s is not %(part)s: its lengths say where the next pair begins.") % figures


def _absent(facts: Facts) -> str:
    words = _("The end byte ff: %(part)s is not here. That took the whole listpack: O(N).")
    return words % {"part": named(facts["part"])}


def _order(facts: Facts) -> str:
    figures = {
        "name": named(facts["name"]),
        "other": score_text(facts["other"]),
        "part": named(facts["part"]),
        "score": score_text(facts["score"]),
    }
    if facts["end"]:
        words = _("%(name)s (%(other)s) comes after %(part)s (%(score)s): the place is found.")
        return words % figures
    return _("%(name)s (%(other)s) comes before %(part)s (%(score)s): on to the next.") % figures


def _gap(facts: Facts) -> str:
    words = _("%(part)s (%(score)s) belongs here: all bytes behind move up to make room.")
    return words % {"part": named(facts["part"]), "score": score_text(facts["score"])}


def _sized(facts: Facts) -> dict[str, object]:
    return {"part": named(facts["part"]), "n": facts["size"]}


def _place(facts: Facts) -> str:
    return ngettext(
        "Member and score of %(part)s are written: %(n)d byte more.",
        "Member and score of %(part)s are written: %(n)d bytes more.",
        facts["size"],
    ) % _sized(facts)


def _append(facts: Facts) -> str:
    return ngettext(
        "%(part)s and its value are appended at the end: %(n)d byte more.",
        "%(part)s and its value are appended at the end: %(n)d bytes more.",
        facts["size"],
    ) % _sized(facts)


def _replace(facts: Facts) -> str:
    words = _("The value of %(part)s is written over; what follows moves if the size is another.")
    return words % _sized(facts)


def _delete(facts: Facts) -> str:
    words = _("%(part)s is cut out: all bytes behind it move down.")
    return words % {"part": named(facts["part"])}


def convert(facts: Facts) -> str:
    """A compact value is about to become a big one."""
    if facts["into"] == "skiplist":
        return ngettext(
            "The limits of the listpack are exceeded: %(n)d pair is put into a skiplist "
            "and a table.",
            "The limits of the listpack are exceeded: %(n)d pairs are put into a skiplist and a "
            "table, one by one.",
            facts["entries"],
        ) % {"n": facts["entries"]}
    return ngettext(
        "It may not stay compact: %(n)d element is put into a hash table.",
        "It may not stay compact: %(n)d elements are put into a hash table made large enough "
        "at once.",
        facts["entries"],
    ) % {"n": facts["entries"]}


def converted(facts: Facts) -> str:
    """It has become one; it never goes back."""
    return _("Now it is a hash table. It stays one, however small it gets.")


SCENES = {
    "listpack.compare": Scene(_draw, _compare),
    "listpack.absent": Scene(_draw, _absent),
    "listpack.order": Scene(_draw, _order),
    "listpack.gap": Scene(_draw, _gap),
    "listpack.place": Scene(_draw, _place),
    "listpack.append": Scene(_draw, _append),
    "listpack.replace": Scene(_draw, _replace),
    "listpack.delete": Scene(_draw, _delete),
    "listpack.convert": Scene(_draw, convert),
    "listpack.converted": Scene(draw_table, converted),
}
