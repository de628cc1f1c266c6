"""Films of hash tables: a hash becomes a slot, a chain is walked, slots move, a scan turns bits."""

from __future__ import annotations

from tutor.diagrams.canvas import Line, Run, clip_line, pad, wrapped
from tutor.diagrams.hashtables import draw_hashtable
from tutor.diagrams.motion.scene import Facts, Scene, found_text, named
from tutor.diagrams.paths import HERE, ChainPath, SlotsDone
from tutor.engine.image import TableFigures
from tutor.engine.recording import Step
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.i18n import _, pgettext

_BITS_MOST = 24
_NAMED = 8


def _draw(step: Step, width: int) -> list[Line]:
    assert isinstance(step.image, (HashTableLayout, TableFigures))
    kind = step.kind.split(".")[1]
    facts = step.facts
    marks: set[object] = set()
    if kind in ("compare", "absent", "elsewhere"):
        entries = facts["at"] + 1 if kind == "compare" else _all_and_end(step.image, facts)
        marks.add(ChainPath(facts["table"], facts["slot"], entries))
    elif kind in ("insert", "remove"):
        marks.add(ChainPath(facts["table"], facts["slot"], 0))
        marks |= {facts["key"], "used"} if kind == "insert" else set()
    elif kind == "hash" and any(facts["sizes"]):
        table = int(len(facts["slots"]) > 1 and facts["slots"][0] < facts["moved"])
        marks.add(ChainPath(table, facts["slots"][table], 0))
    elif kind == "rehash":
        marks |= {"rehashidx", *(key for key, _slot in facts["targets"])}
    elif kind == "create":
        marks.add("size")
    return draw_hashtable(step.image, width, frozenset(marks))


def draw_table(step: Step, width: int) -> list[Line]:
    """A table as it is, without a path."""
    assert isinstance(step.image, (HashTableLayout, TableFigures))
    return draw_hashtable(step.image, width, frozenset())


def _all_and_end(image: HashTableLayout | TableFigures, facts: Facts) -> int:
    """The whole chain and the NULL behind it."""
    if isinstance(image, TableFigures):
        return 0
    for table in image.tables:
        for bucket in table.buckets:
            if (table.number, bucket.index) == (facts["table"], facts["slot"]):
                return len(bucket.entries) + 1
    return 0


def _hash(facts: Facts) -> str:
    sizes, slots = facts["sizes"], facts["slots"]
    if not sizes[0]:
        return _("The table has no slots yet: %(key)s is not there.") % {"key": named(facts["key"])}
    figures = {
        "key": named(facts["key"]),
        "hash": f"{facts['hash']:016x}",
        "mask": f"{sizes[0] - 1:x}",
        "slot": slots[0],
    }
    if len(sizes) == 1:
        words = _("hash(%(key)s) = %(hash)s, its last bits (& %(mask)s) are slot %(slot)d.")
        return words % figures
    words = _(
        "hash(%(key)s) = %(hash)s: slot %(slot)d of table 0 or slot %(slot1)d of table 1; "
        "slots of table 0 below %(moved)d have moved."
    )
    return words % {**figures, "slot1": slots[1], "moved": facts["moved"]}


def _compare(facts: Facts) -> str:
    figures = {"name": named(facts["name"]), "key": named(facts["key"])}
    if facts["same"]:
        return found_text(facts)
    return _("%(name)s shares the slot but is not %(key)s: on along the chain.") % figures


def _absent(facts: Facts) -> str:
    words = _("The chain of slot %(slot)d ends here: %(key)s is not in the table.")
    return words % {"slot": facts["slot"], "key": named(facts["key"])}


def _elsewhere(facts: Facts) -> str:
    words = _("Not in slot %(slot)d of table 0; while rehashing table 1 has to be asked as well.")
    return words % {"slot": facts["slot"]}


def _found(facts: Facts) -> str:
    words = _("%(key)s is there. (The chains of so large a table are not shown.)")
    return words % {"key": named(facts["key"])}


def _missing(facts: Facts) -> str:
    words = _("%(key)s is not there. (The chains of so large a table are not shown.)")
    return words % {"key": named(facts["key"])}


def _insert(facts: Facts) -> str:
    figures = {"key": named(facts["key"]), "slot": facts["slot"]}
    if facts["table"]:
        words = _(
            "%(key)s goes to the head of slot %(slot)d of table 1: "
            "while rehashing, new entries never go to table 0."
        )
        return words % figures
    return _("%(key)s goes to the head of the chain of slot %(slot)d.") % figures


def _remove(facts: Facts) -> str:
    words = _("%(key)s is about to leave slot %(slot)d: its chain closes over the gap.")
    return words % {"key": named(facts["key"]), "slot": facts["slot"]}


def _create(facts: Facts) -> str:
    words = _("The first entry: the table gets its first %(n)d slots.")
    return words % {"n": facts["size"]}


def _expand(facts: Facts) -> str:
    figures = {"used": facts["used"], "old": facts["old"], "new": facts["new"]}
    if facts["new"] > facts["old"]:
        words = _(
            "%(used)d entries in %(old)d slots: full. A second table of %(new)d slots is made; "
            "entries will move slot by slot, one slot with each operation."
        )
    else:
        words = _(
            "%(used)d entries in %(old)d slots: under 10 %%. A second table of only %(new)d slots "
            "is made; entries will move slot by slot, one slot with each operation."
        )
    return words % figures


def _rehash(facts: Facts) -> str:
    moved = ", ".join(f"{named(key)} → {slot}" for key, slot in facts["targets"][:_NAMED])
    if len(facts["targets"]) > _NAMED:
        moved += ", …"
    words = _(
        "A rehash step: slot %(slot)d of table 0 is emptied into table 1 (%(moved)s). "
        "Each operation pays for one."
    )
    return words % {"slot": facts["bucket"], "moved": moved}


def _rehashed(facts: Facts) -> str:
    words = _("Table 0 is empty: table 1 with its %(n)d slots takes its place, the rehash is over.")
    return words % {"n": facts["size"]}


# scanning


def _draw_scan(step: Step, width: int) -> list[Line]:
    assert isinstance(step.image, HashTableLayout)
    facts = step.facts
    lines = [clip_line(line, width) for line in _bits(facts)]
    now, before = slots_done(facts["cursor"], facts["next"], step.image)
    lines += draw_hashtable(step.image, width, frozenset({SlotsDone(now, before)}))
    note = _("%(here)s given out now · %(done)s given out before") % {"here": HERE, "done": "•"}
    return [*lines, *wrapped(note, width)]


def slots_done(
    cursor: int, following: int, image: HashTableLayout
) -> tuple[frozenset[tuple[int, int]], frozenset[tuple[int, int]]]:
    """Visible slots (table, slot) that a scan visits between two cursors, and visited before.

    A cursor counts with its bits reversed, so what it has visited in a table of any size is what
    lies before it in that order. That is why a scan survives the growth of the table.
    """
    now: set[tuple[int, int]] = set()
    before: set[tuple[int, int]] = set()
    for table in image.tables:
        bits = table.size.bit_length() - 1
        start = _backwards(cursor & (table.size - 1), bits)
        end = _backwards(following & (table.size - 1), bits) if following else table.size
        for bucket in table.buckets:
            place = _backwards(bucket.index, bits)
            if start <= place < max(end, start + 1):
                now.add((table.number, bucket.index))
            elif place < start:
                before.add((table.number, bucket.index))
    return frozenset(now), frozenset(before)


def _backwards(number: int, bits: int) -> int:
    return int(f"{number:0{bits}b}"[::-1], 2) if bits else 0


def _bits(facts: Facts) -> list[Line]:
    """The cursor as bits, and what adding one at the high end makes of it."""
    bits = min(max(facts["sizes"]).bit_length() - 1, _BITS_MOST)
    rows: list[tuple[str, int]] = [
        (pgettext("scan", "cursor"), facts["cursor"]),
        (pgettext("scan", "next"), facts["next"]),
    ]
    lines: list[Line] = []
    for name, cursor in rows:
        runs: list[Run] = [
            (pad(name, 11), "label"),
            (f"{cursor & ((1 << bits) - 1):0{bits}b}", "header"),
            (f" = {cursor}", "label"),
        ]
        lines.append(tuple(runs))
    return lines


def _given_out(facts: Facts) -> str:
    names = [named(key) for key in facts["keys"][:_NAMED]]
    if len(facts["keys"]) > _NAMED:
        names.append("…")
    return ", ".join(names) or pgettext("scan", "nothing")


def _scan(facts: Facts) -> str:
    size = facts["sizes"][0]
    figures = {
        "slot": facts["cursor"] & (size - 1),
        "keys": _given_out(facts),
        "next": facts["next"],
    }
    if len(facts["sizes"]) > 1:
        words = _(
            "While rehashing a cursor stands for a slot of the smaller table and all those of the "
            "larger that its entries go to. Given out: %(keys)s. Next cursor: %(next)d."
        )
        return words % figures
    if not facts["next"]:
        words = _(
            "Slot %(slot)d gives %(keys)s. The reversed counter overflows: cursor 0, the end."
        )
        return words % figures
    words = _(
        "Slot %(slot)d gives %(keys)s. One is added at the highest bit, carrying to the "
        "lower ones: "
        "next cursor %(next)d. In this order a table may grow meanwhile and nothing is missed."
    )
    return words % figures


_SCENES = {
    "hash": Scene(_draw, _hash),
    "compare": Scene(_draw, _compare),
    "absent": Scene(_draw, _absent),
    "elsewhere": Scene(_draw, _elsewhere),
    "found": Scene(_draw, _found),
    "missing": Scene(_draw, _missing),
    "insert": Scene(_draw, _insert),
    "remove": Scene(_draw, _remove),
    "create": Scene(_draw, _create),
    "expand": Scene(_draw, _expand),
    "rehash": Scene(_draw, _rehash),
    "rehashed": Scene(_draw, _rehashed),
    "scan": Scene(_draw_scan, _scan),
}

SCENES = {
    f"{where}.{kind}": one for where in ("table", "keyspace") for kind, one in _SCENES.items()
}
"""The keyspace is a hash table like any other."""
