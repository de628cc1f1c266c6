"""The keyspace: the largest keys as blocks, and every key as a row with its bytes and its time.

┌────────────────────┬───────────┐
│ board              │ user:1    │
│ zset 3.4 KB        │ hash 120 B│
└────────────────────┴───────────┘
  key      type  encoding    bytes           TTL
► board    zset  skiplist   3.4 KB ████████
  session  hash  listpack    120 B █░░░░░░░  41 s ████░░
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tutor.diagrams.amounts import size_text, time_text
from tutor.diagrams.canvas import (
    Line,
    Role,
    Run,
    clip,
    clip_line,
    gauge,
    line_width,
    omitted,
    pad,
    width_of,
    wrapped,
)
from tutor.diagrams.payload import shown
from tutor.diagrams.sentences import not_shown
from tutor.diagrams.server.treemap import Tile, draw_tiles, tiles
from tutor.engine.census import KeyFacts, KeyspaceMap, Order, Place
from tutor.i18n import _, ngettext, pgettext

BLOCK_ROWS = 9
"""Rows of the blocks, borders included."""

_BAR = 8
_NAME = 12
_SPACE = 2


def order_name(order: Order) -> str:
    """The word for an order of the map."""
    names = {
        "bytes": pgettext("order", "largest"),
        "ttl": pgettext("order", "next to expire"),
        "idle": pgettext("order", "longest unused"),
        "type": pgettext("order", "type"),
    }
    return names[order]


def draw_keyspace(layout: KeyspaceMap, width: int, blocks: int = BLOCK_ROWS) -> list[Line]:
    """Progress, blocks (in so many rows, none if 0), table."""
    return [*_top(layout, width, blocks), *_table(layout, width)]


def fit_keyspace(
    layout: KeyspaceMap, width: int, height: int
) -> tuple[KeyspaceMap, list[Line], int]:
    """The map on a screen of so many lines: blocks only where they leave room for the table, and as
    many keys as fit. Gives the window that is left, the lines, and on which of them its first key
    stands."""
    top = _top(layout, width, _block_rows(height))
    first = len(top) + 1
    rest = layout.start + height - first < layout.present
    visible = max(height - first - rest, 1)
    layout = replace(layout, rows=layout.rows[:visible])
    return layout, [*top, *_table(layout, width)], first


_BLOCKS_BY_HEIGHT = ((20, BLOCK_ROWS), (15, 6))


def _block_rows(height: int) -> int:
    return next((rows for least, rows in _BLOCKS_BY_HEIGHT if height >= least), 0)


def _top(layout: KeyspaceMap, width: int, blocks: int) -> list[Line]:
    return [clip_line(_summary(layout), width), *draw_blocks(layout, width, blocks)]


def _table(layout: KeyspaceMap, width: int) -> list[Line]:
    if not layout.present:
        return wrapped(_("There are no keys yet."), width)
    lines = draw_rows(layout, width)
    rest = layout.present - layout.start - len(layout.rows)
    return [*lines, omitted(_more(rest), width)] if rest > 0 else lines


def _summary(layout: KeyspaceMap) -> list[Run]:
    keys = ngettext("%(n)d key", "%(n)d keys", layout.present) % {"n": layout.present}
    order = _("order: %(name)s") % _order(layout)
    runs: list[Run] = [(keys, "title"), (" · ", "frame"), (size_text(layout.size), "label")]
    runs += [(" · ", "frame"), (order, "label")]
    if layout.progress is not None:
        words = _("counted %(counted)d of %(present)d")
        figures = {"counted": layout.progress[0], "present": layout.progress[1]}
        bar = gauge(*layout.progress, _BAR)
        runs += [(" · ", "frame"), *bar, (" " + words % figures, "warning")]
    return runs


def _order(layout: KeyspaceMap) -> dict[str, str]:
    return {"name": order_name(layout.order)}


def _more(keys: int) -> str:
    return ngettext("%(n)d more key", "%(n)d more keys", keys) % {"n": keys}


# blocks


def draw_blocks(layout: KeyspaceMap, width: int, rows: int = BLOCK_ROWS) -> list[Line]:
    """The largest keys, each as large as its share of the bytes; the others in one block. As many
    as there is room for."""
    found = _placed(layout, width, rows)
    if found is None:
        return []
    placed, count, rest = found
    texts = [_tile_text(layout, tile, count, rest) for tile in _by_index(placed)]
    return draw_tiles(placed, texts)


def block_at(layout: KeyspaceMap, width: int, height: int, x: int, y: int) -> Place | None:
    """The key whose block a cell of the map of `fit_keyspace` belongs to."""
    found = _placed(layout, width, _block_rows(height))
    for tile in found[0] if found is not None else ():
        if tile.x < x < tile.x + tile.width and tile.y < y - 1 < tile.y + tile.height:
            assert found is not None
            return layout.blocks[tile.index].place if tile.index < found[1] else None
    return None


def _placed(layout: KeyspaceMap, width: int, rows: int) -> tuple[list[Tile], int, int] | None:
    """Places for as many blocks as there is room for, how many keys they are, and the bytes of the
    last block if it stands for all others."""
    if rows < 3 or len(layout.blocks) < 2:
        return None
    sizes = [block.size for block in layout.blocks]
    for count in range(len(sizes), 1, -1):
        rest = layout.size - sum(sizes[:count])
        weights = sizes[:count] + ([rest] if layout.counted > count and rest > 0 else [])
        placed = tiles(weights, width, rows)
        if placed is not None:
            return placed, count, rest
    return None


def _by_index(placed: Sequence[Tile]) -> list[Tile]:
    return sorted(placed, key=lambda tile: tile.index)


def _tile_text(layout: KeyspaceMap, tile: Tile, count: int, rest: int) -> list[Line]:
    """Name, type and bytes, in as many lines as the block has."""
    if tile.index == count:
        return [((_more(layout.counted - count), "label"),), ((size_text(rest), "label"),)]
    block = layout.blocks[tile.index]
    chosen = block.place == layout.chosen
    size: Run = (size_text(block.size), "label")
    both: Line = ((block.type + " ", "header"), size)
    name: Run = (_name(block.place, layout.databases), "changed" if chosen else "key")
    first: Line = (("► ", "pointer"), name) if chosen else (name,)
    if tile.height == 2 and line_width((*first, size)) + 2 < tile.width - 1:
        return [(*first, ("  ", "text"), size)]
    lines: list[Line] = [first]
    if line_width(both) < tile.width - 1:
        return [*lines, both]
    if tile.height > 3:
        return [*lines, both[:1], (size,)]
    return [*lines, (size,)]


def _name(place: Place, databases: int) -> str:
    """``[1] key``: with the database where several have keys."""
    number, key = place
    return (f"[{number}] " if databases > 1 else "") + shown(key, 256)


# the table


@dataclass(frozen=True, slots=True)
class _Column:
    """A column right of the names: heading, cells, and what stands in it; ``needs`` is the least
    width of the table at which it is shown. A ``bar`` grows with the table."""

    title: Callable[[], str]
    cells: int
    runs: Callable[[KeyFacts, KeyspaceMap, int], Sequence[Run]]
    needs: int
    right: bool = False
    bar: bool = False


def _size(facts: KeyFacts, layout: KeyspaceMap, cells: int) -> Sequence[Run]:
    about = "" if facts.exact else "~"
    return [(about + size_text(facts.size), "payload")]


def _size_bar(facts: KeyFacts, layout: KeyspaceMap, cells: int) -> Sequence[Run]:
    sizes = [block.size for block in layout.blocks[:1]]
    sizes += [one.size for _place, one in layout.rows if one is not None]
    return gauge(facts.size, max(sizes), cells)


def _ttl(facts: KeyFacts, layout: KeyspaceMap, cells: int) -> Sequence[Run]:
    if facts.ttl_ms is None:
        return [("—", "label")]
    if facts.ttl_ms < 0:
        return [(pgettext("key", "over"), "warning")]
    return [(time_text(facts.ttl_ms), "text")]


def _ttl_bar(facts: KeyFacts, layout: KeyspaceMap, cells: int) -> Sequence[Run]:
    if facts.ttl_ms is None or facts.ttl_ms < 0:
        return []
    return gauge(facts.ttl_ms, max(facts.full_ms or 0, facts.ttl_ms), cells)


def _disuse(facts: KeyFacts, layout: KeyspaceMap, cells: int) -> Sequence[Run]:
    if facts.uses is not None:
        return [(_("uses %(n)s") % {"n": facts.uses}, "label")]
    return [(time_text((facts.idle_s or 0) * 1000), "label")]


_COLUMNS = (
    _Column(lambda: pgettext("column", "type"), 6, lambda f, m, c: [(f.type, "header")], 0),
    _Column(lambda: pgettext("column", "encoding"), 9, lambda f, m, c: [(f.encoding, "label")], 56),
    _Column(lambda: pgettext("column", "bytes"), 7, _size, 0, right=True),
    _Column(lambda: "", _BAR, _size_bar, 78, bar=True),
    _Column(lambda: "TTL", 7, _ttl, 36, right=True),
    _Column(lambda: "", _BAR, _ttl_bar, 46, bar=True),
    _Column(lambda: pgettext("column", "unused"), 10, _disuse, 90, right=True),
)


def draw_rows(layout: KeyspaceMap, width: int) -> list[Line]:
    """The table: a heading, and a line for each key of the window. A bar beside the bytes is the
    key's share of the largest; one beside a TTL drains as the time runs out."""
    unused = _COLUMNS[-1]
    columns = [
        one
        for one in _COLUMNS
        if one.needs <= width or (one is unused and layout.order == "idle" and width >= 56)
    ]
    longer = max(min((width - 78) // 4, 12), 0)
    columns = [replace(one, cells=one.cells + longer) if one.bar else one for one in columns]
    room = width - 2 - sum(one.cells + 1 for one in columns)
    room = max(room, min(_NAME, width - 2))
    heading: list[Run] = [(pad("  " + pgettext("column", "key"), room + 2), "label")]
    for column in columns:
        title = clip(column.title(), column.cells)
        gap = " " * (column.cells - width_of(title))
        heading.append((" " + (gap + title if column.right else title + gap), "label"))
    lines = [clip_line(heading, width)]
    for place, facts in layout.rows:
        lines.append(clip_line(_row(layout, place, facts, columns, room), width))
    return lines


def _row(
    layout: KeyspaceMap,
    place: Place,
    facts: KeyFacts | None,
    columns: Sequence[_Column],
    room: int,
) -> list[Run]:
    chosen = place == layout.chosen
    role: Role = "changed" if chosen else "key" if facts is not None else "label"
    runs: list[Run] = [
        ("► " if chosen else "  ", "pointer"),
        (pad(_name(place, layout.databases), room), role),
    ]
    if facts is None:
        return [*runs, (" " + pgettext("key", "gone"), "warning")]
    for column in columns:
        text = clip_line(column.runs(facts, layout, column.cells), column.cells)
        gap: Run = (" " * (column.cells - line_width(text)), "text")
        filled: Sequence[Run] = [gap, *text] if column.right else [*text, gap]
        runs += [(" ", "text"), *(run for run in filled if run[0])]
    return runs


# in words


def describe_keyspace(layout: KeyspaceMap) -> list[str]:
    """The same facts as sentences."""
    keys = ngettext(
        "There is %(n)d key of %(size)s.", "There are %(n)d keys of %(size)s.", layout.present
    )
    lines = [keys % {"n": layout.present, "size": size_text(layout.size)}]
    if layout.progress is not None:
        words = _("So far %(counted)d of %(present)d are counted.")
        lines.append(words % {"counted": layout.progress[0], "present": layout.progress[1]})
    if not layout.rows:
        return lines
    lines.append(_("In this order: %(name)s.") % _order(layout))
    if layout.start:
        before = ngettext("%(n)d key before", "%(n)d keys before", layout.start)
        lines.append(not_shown(before % {"n": layout.start}))
    lines += [_sentence(place, facts, layout.databases) for place, facts in layout.rows]
    rest = layout.present - layout.start - len(layout.rows)
    return [*lines, not_shown(_more(rest))] if rest > 0 else lines


def _sentence(place: Place, facts: KeyFacts | None, databases: int) -> str:
    name = _name(place, databases)
    if facts is None:
        return _("%(key)s has gone.") % {"key": name}
    size = ngettext("%(n)d byte", "%(n)d bytes", facts.size) % {"n": facts.size}
    figures = {
        "key": name,
        "type": facts.type,
        "encoding": facts.encoding,
        "size": size if facts.exact else _("about %(size)s") % {"size": size},
        "lifetime": _lifetime(facts),
        "disuse": _unused(facts),
    }
    return _("%(key)s: %(type)s, %(encoding)s, %(size)s, %(lifetime)s, %(disuse)s.") % figures


def _lifetime(facts: KeyFacts) -> str:
    if facts.ttl_ms is None:
        return _("no TTL")
    if facts.ttl_ms < 0:
        return _("its time is over, it was not removed yet")
    full = max(facts.full_ms or 0, facts.ttl_ms)
    if full == facts.ttl_ms:
        return _("TTL %(left)s") % {"left": time_text(facts.ttl_ms)}
    figures = {"left": time_text(facts.ttl_ms), "full": time_text(full)}
    return _("TTL %(left)s of %(full)s") % figures


def _unused(facts: KeyFacts) -> str:
    if facts.uses is not None:
        return _("counter of uses %(n)d") % {"n": facts.uses}
    return _("unused for %(time)s") % {"time": time_text((facts.idle_s or 0) * 1000)}
