"""A hash table: slots from top to bottom, each with its chain; both tables while rehashing.

0 ·
3 ▸ email ▸ theme   ◀ rehashidx
"""

from __future__ import annotations

from tutor.diagrams.canvas import MARK, Line, Run, bar, clip_line, line_width, printable
from tutor.engine.structures.hashtable_layout import BucketLayout, HashTableLayout, TableLayout
from tutor.i18n import _

_GAP = 2
_NARROWEST = 26


def draw_hashtable(layout: HashTableLayout, width: int, changed: frozenset[object]) -> list[Line]:
    """``changed`` holds keys of entries and the words ``size``, ``rehashidx``."""
    lines: list[Line] = [_figures(layout, changed)]
    if layout.rehashidx >= 0 and len(layout.tables) > 1:
        lines.append(_progress(layout))
        column = max(12, (width - _GAP) // 2)
        columns = [_table(table, layout, column, changed) for table in layout.tables]
        lines += _side_by_side(columns, column)
        return [clip_line(line, width) for line in lines]
    for table in layout.tables[:1]:
        count = max(1, min(3, (width + _GAP) // (_NARROWEST + _GAP)))
        column = (width - _GAP * (count - 1)) // count
        rows = [_bucket(bucket, table, layout, column, changed) for bucket in table.buckets]
        height = -(-len(rows) // count)
        lines += _side_by_side(
            [rows[at : at + height] for at in range(0, len(rows), height or 1)], column
        )
        lines += _around(table)
    return [clip_line(line, width) for line in lines]


def _figures(layout: HashTableLayout, changed: frozenset[object]) -> Line:
    size = sum(table.size for table in layout.tables)
    load = layout.used / layout.tables[0].size if layout.tables and layout.tables[0].size else 0.0
    sizes = " + ".join(str(table.size) for table in layout.tables if table.size)
    mark = MARK if "size" in changed else ""
    return (
        (mark + _("slots %(sizes)s") % {"sizes": sizes or size}, "changed" if mark else "title"),
        (" · " + _("entries %(used)d") % {"used": layout.used}, "label"),
        (" · " + _("load factor %(load).2f") % {"load": load}, "label"),
        (" · rehashidx ", "label"),
        (str(layout.rehashidx), "changed" if "rehashidx" in changed else "label"),
    )


def _progress(layout: HashTableLayout) -> Line:
    old = layout.tables[0].size
    note = _("rehash %(done)d/%(size)d: each operation moves one bucket")
    return (
        *bar(layout.rehashidx, old, 16),
        (" " + note % {"done": layout.rehashidx, "size": old}, "label"),
    )


def _table(
    table: TableLayout, layout: HashTableLayout, width: int, changed: frozenset[object]
) -> list[Line]:
    title = f"ht[{table.number}] " + _("%(size)d slots, %(used)d entries") % {
        "size": table.size,
        "used": table.used,
    }
    rows: list[Line] = [clip_line([(title, "title")], width)]
    rows += [_bucket(bucket, table, layout, width, changed) for bucket in table.buckets]
    return [*rows, *_around(table)]


def _around(table: TableLayout) -> list[Line]:
    """How many slots lie outside of the window."""
    rest = table.size - table.start - len(table.buckets)
    if not table.start and rest <= 0:
        return []
    words = _("slots %(first)d–%(last)d of %(size)d") % {
        "first": table.start,
        "last": table.start + len(table.buckets) - 1,
        "size": table.size,
    }
    return [(("… " + words, "label"),)]


def _bucket(
    bucket: BucketLayout,
    table: TableLayout,
    layout: HashTableLayout,
    width: int,
    changed: frozenset[object],
) -> Line:
    digits = len(str(max(table.size - 1, 0)))
    runs: list[Run] = [(f"{bucket.index:>{digits}} ", "label")]
    moved = table.number == 0 and bucket.index < layout.rehashidx
    if moved:
        runs.append(("· ← " + _("moved"), "free"))
    elif not bucket.entries:
        runs.append(("·", "free"))
    for entry in bucket.entries:
        text = printable(entry.key, 40)
        if isinstance(entry.value, bytes):
            text += "=" + printable(entry.value, 40)
        new = entry.key in changed
        runs.append(("▸ ", "pointer"))
        runs.append((MARK + text if new else text, "changed" if new else "payload"))
        runs.append((" ", "text"))
    if table.number == 0 and layout.rehashidx == bucket.index:
        runs.append(("◀ rehashidx", "pointer"))
    return clip_line(runs, width)


def _side_by_side(columns: list[list[Line]], width: int) -> list[Line]:
    height = max((len(column) for column in columns), default=0)
    lines: list[Line] = []
    for row in range(height):
        line: list[Run] = []
        for number, column in enumerate(columns):
            cells = column[row] if row < len(column) else ()
            if number:
                line.append((" " * _GAP, "text"))
            line += cells
            if number < len(columns) - 1:
                line.append((" " * (width - line_width(cells)), "text"))
        lines.append(tuple(line))
    return lines


def describe_hashtable(layout: HashTableLayout) -> list[str]:
    """The same facts as sentences."""
    lines = ["".join(text for text, _role in _figures(layout, frozenset()))]
    for table in layout.tables:
        for bucket in table.buckets:
            if bucket.entries:
                chain = ", ".join(
                    printable(entry.key)
                    + (f" = {printable(entry.value)}" if isinstance(entry.value, bytes) else "")
                    for entry in bucket.entries
                )
                lines.append(
                    _("table %(table)d, slot %(slot)d: %(chain)s")
                    % {"table": table.number, "slot": bucket.index, "chain": chain}
                )
    return lines
