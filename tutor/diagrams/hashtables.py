"""A hash table: slots from top to bottom, each with its chain; both tables while rehashing.

ht[0] · 4 slots · 3 entries    ht[1] · 8 slots · 2 entries
0 · ← moved                    0 ► name            4 ·
1 ► email ► theme ◄ rehashidx  1 ·                 5 ·
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.diagrams.canvas import (
    Line,
    Run,
    clip_line,
    fill_line,
    gauge,
    line_width,
    marked,
    omitted,
    width_of,
    wrapped,
)
from tutor.diagrams.parts import Parts
from tutor.diagrams.paths import DONE, HERE, ChainPath, SlotsDone, path_in
from tutor.diagrams.payload import printable, shown
from tutor.diagrams.sentences import changed_by_command
from tutor.engine.image import CHAINS_MOST, TableFigures
from tutor.engine.structures.hashtable import MIN_FILL_PERCENT
from tutor.engine.structures.hashtable_layout import (
    BucketLayout,
    EntryLayout,
    HashTableLayout,
    TableLayout,
)
from tutor.i18n import _, ngettext, pgettext

Changed = frozenset[object]
_GAP = 2
_NARROWEST = 26
_WORD = 40


def draw_hashtable(
    layout: HashTableLayout | TableFigures, width: int, changed: Changed
) -> list[Line]:
    """``changed`` holds keys of new entries, pairs ("value", key) of entries with a new value, and
    the words ``size``, ``used``, ``rehashidx`` (and, for the bytes, ("used", table))."""
    parts = hashtable_parts(layout, width, changed)
    around: list[Line] = []
    if isinstance(layout, HashTableLayout):
        part = [table for table in layout.tables if len(table.buckets) < table.size]
        around = [line for table in part[:1] for line in _around(table, width)]
    return [*parts.above, *parts.items, *around, *parts.below]


def hashtable_parts(layout: HashTableLayout | TableFigures, width: int, changed: Changed) -> Parts:
    """The figures, the window's slots with their chains, when the table will grow."""
    figures = figures_of(layout)
    lines = _head(figures, changed, width)
    lines += _progress(figures, changed, width) if figures.rehashidx >= 0 else []
    if isinstance(layout, TableFigures):
        return Parts([*lines, *_without_chains(layout, width)])
    if len(layout.tables) > 1:
        titles, slots = _two_tables(layout, width, changed)
        return Parts([*lines, *titles], slots)
    table = layout.tables[0]
    count = max(1, min(3, (width + _GAP) // (_NARROWEST + _GAP), -(-len(table.buckets) // 4)))
    column = (width - _GAP * (count - 1)) // count
    rows = [_bucket(bucket, table, layout, column, changed) for bucket in table.buckets]
    notes = [line for text in _notes(figures) for line in wrapped(text, width)]
    return Parts(lines, _side_by_side(_split(rows, count), column), notes)


def figures_of(layout: HashTableLayout | TableFigures) -> TableFigures:
    """The figures of a layout with or without chains."""
    if isinstance(layout, TableFigures):
        return layout
    sizes = tuple(table.size for table in layout.tables)
    return TableFigures(layout.used, sizes, layout.rehashidx)


def _head(figures: TableFigures, changed: Changed, width: int) -> list[Line]:
    """``16 slots · 9 entries · load factor 0.56``, on two lines where it is narrow."""
    runs: list[Run] = [*marked(slots_text(figures), "title", "size" in changed)]
    runs.append((" · ", "label"))
    runs += marked(_entries_text(figures.used), "label", "used" in changed)
    if not any(figures.sizes):
        return [clip_line(runs, width)]
    load = _load(figures)
    if line_width(runs) + 3 + width_of(load) <= width:
        return [(*runs, (" · " + load, "label"))]
    return [clip_line(runs, width), *wrapped(load, width)]


def _load(figures: TableFigures) -> str:
    """Entries for each slot, while rehashing for each of the old ones and of the new."""
    loads = [figures.used / size for size in figures.sizes if size]
    if len(loads) == 1:
        return _("load factor %(load).2f") % {"load": loads[0]}
    return _("load factor %(old).2f → %(new).2f") % {"old": loads[0], "new": loads[-1]}


def slots_text(figures: TableFigures) -> str:
    """``16 slots``, or ``16 + 32 slots`` while rehashing."""
    total = figures.sizes[-1]
    sizes = " + ".join(map(str, figures.sizes))
    return ngettext("%(sizes)s slot", "%(sizes)s slots", total) % {"sizes": sizes}


def _entries_text(used: int) -> str:
    return ngettext("%(n)d entry", "%(n)d entries", used) % {"n": used}


def _progress(figures: TableFigures, changed: Changed, width: int) -> list[Line]:
    """How far the rehash is."""
    moved, old = figures.rehashidx, figures.sizes[0]
    words = _("%(moved)d of %(size)d slots moved; each operation moves the next that has entries")
    note = words % {"moved": moved, "size": old}
    bar: Line = (
        ("rehashidx ", "label"),
        *marked(str(moved), "header", "rehashidx" in changed),
        (" ", "text"),
        *gauge(moved, old, 16),
    )
    if line_width(bar) + 1 + width_of(note) <= width:
        return [(*bar, (" " + note, "label"))]
    return [clip_line(bar, width), *wrapped(note, width)]


def _without_chains(figures: TableFigures, width: int) -> list[Line]:
    """Why there are no chains, or when there will be."""
    said = _no_chains(figures)
    lines = wrapped(said, width) if said else []
    return [*lines, gauge(figures.prepared, 100, min(40, width))] if figures.prepared else lines


def _no_chains(figures: TableFigures) -> str:
    """Empty for a small table: a film may see one before its chains are known."""
    if figures.prepared:
        words = _("Which slot each entry lies in is being worked out: %(percent)d %%.")
        return words % {"percent": figures.prepared}
    if figures.used <= CHAINS_MOST:
        return ""
    return ngettext(
        "Only the figures are shown: chains are drawn for up to %(n)d entry.",
        "Only the figures are shown: chains are drawn for up to %(n)d entries.",
        CHAINS_MOST,
    ) % {"n": CHAINS_MOST}


def _notes(figures: TableFigures) -> list[str]:
    """When it will grow, and when a deletion will make it shrink."""
    size = figures.sizes[0]
    if not size or figures.used > size or figures.rehashidx >= 0:
        return []
    grows = ngettext(
        "Entry number %(n)d will start a rehash into %(size)d slot.",
        "Entry number %(n)d will start a rehash into %(size)d slots.",
        size * 2,
    ) % {"n": size + 1, "size": size * 2}
    least = -(-size * MIN_FILL_PERCENT // 100)
    if least < 2:
        return [grows]
    shrinks = ngettext(
        "A deletion that leaves fewer than %(n)d entry (10 %%) will make it shrink.",
        "A deletion that leaves fewer than %(n)d entries (10 %%) will make it shrink.",
        least,
    ) % {"n": least}
    return [grows, shrinks]


def _two_tables(
    layout: HashTableLayout, width: int, changed: Changed
) -> tuple[list[Line], list[Line]]:
    """Titles; table 0 and, beside each of its slots, the two of table 1 into which it empties."""
    old, new = layout.tables
    low = [bucket for bucket in new.buckets if bucket.index < old.size]
    high = [bucket for bucket in new.buckets if bucket.index >= old.size]
    beside = bool(high) and new.size == old.size * 2 and width >= 3 * (_NARROWEST - 8)
    count = 3 if beside else 2
    column = max(5, (width - _GAP * (count - 1)) // count)
    parts = [(old, old.buckets), (new, low), (new, high)] if beside else [
        (old, old.buckets), (new, new.buckets)
    ]  # fmt: skip
    columns = [
        [_bucket(bucket, table, layout, column, changed) for bucket in buckets]
        for table, buckets in parts
    ]
    titles = _titles((old, new), (column, width - column - _GAP))
    head = _side_by_side([[title] for title in titles], column)
    return head, _side_by_side(columns, column)


def _titles(tables: Sequence[TableLayout], widths: Sequence[int]) -> list[Line]:
    """What stands over the columns: in words if there is room for both, else in figures."""
    words = [_filled(table) for table in tables]
    if any(width_of(text) > width for text, width in zip(words, widths, strict=True)):
        words = [f"ht[{table.number}]: {table.used}/{table.size}" for table in tables]
    return [clip_line([(text, "title")], width) for text, width in zip(words, widths, strict=True)]


def _filled(table: TableLayout) -> str:
    """``ht[0]: 14 entries / 16 slots``."""
    slots = ngettext("%(n)d slot", "%(n)d slots", table.size) % {"n": table.size}
    return f"ht[{table.number}]: {_entries_text(table.used)} / {slots}"


def _around(table: TableLayout, width: int) -> list[Line]:
    """Which slots the window shows, if not all."""
    text = _around_text(table)
    return [omitted(text, width)] if text else []


def _around_text(table: TableLayout) -> str:
    if not table.buckets or len(table.buckets) == table.size:
        return ""
    words = _("shown are slots %(first)d–%(last)d of %(size)d")
    first, last = table.buckets[0].index, table.buckets[-1].index
    return words % {"first": first, "last": last, "size": table.size}


def _bucket(
    bucket: BucketLayout, table: TableLayout, layout: HashTableLayout, width: int, changed: Changed
) -> Line:
    """``3 ► email ► theme``."""
    digits = len(str(max(table.size - 1, 0)))
    runs: list[Run] = [(f"{bucket.index:>{digits}}", "label"), _slot_sign(bucket, table, changed)]
    path = path_in(changed, ChainPath)
    looked = (path.table, path.slot) == (table.number, bucket.index) if path is not None else False
    compared = path.entries if path is not None and looked else 0
    if table.number == 0 and bucket.index < layout.rehashidx:
        runs.append(("· ← " + pgettext("slot", "moved"), "free"))
    elif not bucket.entries:
        runs.append(("·", "free"))
    for number, entry in enumerate(bucket.entries):
        arrow: Run = ("━► ", "path") if number < compared else ("► ", "pointer")
        runs += [(" ", "text"), arrow] if number else [arrow]
        runs += _entry(entry, changed)
    if looked and compared > len(bucket.entries):
        runs.append((" ━► nil", "path"))
    if table.number != 0 or layout.rehashidx != bucket.index:
        return clip_line(runs, width)
    mark = " ◄ rehashidx" if line_width(runs) + 12 <= width else " ◄"
    return (*clip_line(runs, width - len(mark)), (mark, "header"))


def _slot_sign(bucket: BucketLayout, table: TableLayout, changed: Changed) -> Run:
    """What stands between a slot's number and its chain: a space, or where an algorithm is."""
    place = (table.number, bucket.index)
    chain, scan = path_in(changed, ChainPath), path_in(changed, SlotsDone)
    if chain is not None and place == (chain.table, chain.slot):
        return HERE, "path"
    if scan is not None and place in scan.now:
        return HERE, "path"
    return (DONE, "free") if scan is not None and place in scan.before else (" ", "text")


def _entry(entry: EntryLayout, changed: Changed) -> Line:
    new = entry.key in changed
    text = shown(entry.key, _WORD)
    if not isinstance(entry.value, bytes):
        return marked(text, "payload", new)
    value = marked(shown(entry.value, _WORD), "payload", ("value", entry.key) in changed)
    if new:
        value = tuple((text, "changed") for text, _role in value)
    return (*marked(text, "key", new), ("=", "frame"), *value)


def _split(rows: Sequence[Line], count: int) -> list[Sequence[Line]]:
    height = max(1, -(-len(rows) // count))
    return [rows[at : at + height] for at in range(0, len(rows), height)]


def _side_by_side(columns: Sequence[Sequence[Line]], width: int) -> list[Line]:
    """Columns of ``width`` cells beside each other; the last one may be wider."""
    lines: list[Line] = []
    for row in range(max(map(len, columns), default=0)):
        line: list[Run] = []
        for number, column in enumerate(columns):
            cells = column[row] if row < len(column) else ()
            if number:
                line.append((" " * _GAP, "text"))
            line += cells if number == len(columns) - 1 else fill_line(cells, width)
        lines.append(tuple(line))
    return lines


def describe_hashtable(
    layout: HashTableLayout | TableFigures, changed: Changed = frozenset()
) -> list[str]:
    """The same facts as sentences."""
    figures = figures_of(layout)
    lines = [_summary(figures)]
    if isinstance(layout, TableFigures):
        return [*lines, *filter(None, [_no_chains(layout)])]
    for table in layout.tables:
        if len(layout.tables) > 1:
            lines.append(_filled(table) + ".")
        lines += [_chain(bucket, table) for bucket in table.buckets if bucket.entries]
        around = _around_text(table)
        lines += [around[0].upper() + around[1:] + "."] if around else []
    return [*lines, *_notes(figures), *_news(layout, changed)]


def _summary(figures: TableFigures) -> str:
    slots, entries = slots_text(figures), _entries_text(figures.used)
    if figures.rehashidx < 0:
        head = _("It is a hash table: %(slots)s, %(entries)s, load factor %(load).2f.")
        load = figures.used / max(figures.sizes[0], 1)
        return head % {"slots": slots, "entries": entries, "load": load}
    head = _(
        "It is a hash table that is rehashing: %(slots)s, %(entries)s; %(moved)d of %(size)d "
        "slots have moved (rehashidx), and each operation moves the next that has entries."
    )
    said = head % {
        "slots": slots,
        "entries": entries,
        "moved": figures.rehashidx,
        "size": figures.sizes[0],
    }
    loads = _load(figures)
    return f"{said} {loads[:1].upper()}{loads[1:]}."


def _chain(bucket: BucketLayout, table: TableLayout) -> str:
    chain = ", ".join(
        printable(entry.key)
        + (f" = {printable(entry.value)}" if isinstance(entry.value, bytes) else "")
        for entry in bucket.entries
    )
    words = _("Slot %(slot)d of table %(table)d holds %(chain)s.")
    return words % {"table": table.number, "slot": bucket.index, "chain": chain}


def _news(layout: HashTableLayout, changed: Changed) -> list[str]:
    names = [_("the slots")] if "size" in changed else []
    names += [_("the number of entries")] if "used" in changed else []
    names += ["rehashidx"] if "rehashidx" in changed else []
    names += [
        shown(entry.key)
        for table in layout.tables
        for bucket in table.buckets
        for entry in bucket.entries
        if entry.key in changed or ("value", entry.key) in changed
    ]
    return changed_by_command(names)
