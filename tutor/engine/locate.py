"""Where in a long structure something stands: the item that a viewer has to scroll to.

Items are those that the window of an inspection moves over: towers, slots, nodes, entries, pairs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from tutor.engine.inspect import Found, Inspection, NodeContents
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.quicklist_layout import QuicklistLayout
from tutor.engine.structures.sds import Sds, parse_integer
from tutor.engine.structures.stream import Stream
from tutor.engine.values import Hash, Set, Zset

WORDS_MOST = 64
"""Of a command with very many words the last ones are looked up."""

NODES_MOST = 64
"""Nodes of a list on either side of the visible ones that are remembered …"""

ENTRIES_MOST = 4096
"""… if they hold no more."""


def remember(inspection: Inspection, argv: Sequence[bytes]) -> Inspection:
    """A look at a key with what will be asked of it when a command has run, which may edit the
    value in place: what it holds under the words of the command, what the nodes of a list around
    the window hold. O(visible and words looked up)."""
    noted = {word: inspection.find(word) for word in argv[1:][-WORDS_MOST:]}
    return replace(inspection, noted=noted, kept=_around(inspection))


def _around(inspection: Inspection) -> list[NodeContents]:
    """The visible nodes of a list and some on either side; none if they hold very much."""
    layout = inspection.layout
    if not isinstance(layout, QuicklistLayout) or not isinstance(inspection.value, Quicklist):
        return []
    entries = max((node.count for node in layout.nodes), default=layout.length)
    beside = min(ENTRIES_MOST // max(entries, 1), NODES_MOST)
    if sum(node.count for node in layout.nodes) > ENTRIES_MOST:
        return []
    last = layout.start + len(layout.nodes)
    return inspection.nodes(max(layout.start - beside, 0), last + beside)


def changed_item(
    argv: Sequence[bytes], before: Mapping[bytes, Found], after: Inspection
) -> int | None:
    """The item of the last word under which a command changed something; ``before`` is what it
    held under them. Of a list, a stream or a text: where such a command works. None if there is
    no such place."""
    if isinstance(after.value, (Quicklist, Stream, Sds, bytes)):
        return item_of_command(argv, after)
    for word in reversed(argv[1:][-WORDS_MOST:]):
        if word in before and after.find(word) != before[word]:
            item = item_of(after, word)
            if item is not None:
                return item
    return None


def item_of(inspection: Inspection, part: bytes) -> int | None:
    """The item of a field or member; None if it is not there (of a table: not known). O(log N) in a
    skiplist or an intset, O(1) in a table, O(N) in a listpack."""
    value = inspection.value
    if isinstance(value, Zset):
        score = value.scores.get(part)
        if score is None:
            return None
        if value.skiplist is None:
            return bisect_left(value.ordered, (score, part))
        return value.skiplist.rank(score, part)
    if isinstance(value, Hash) and value.table is None:
        return next((at for at, field in enumerate(value.fields) if field == part), None)
    if isinstance(value, Set) and value.ints is not None:
        number = parse_integer(part)
        return None if number is None else bisect_left(value.ints.values, number)
    if isinstance(value, (Hash, Set)) and value.table is not None:
        return _slot(value.table, part)
    return None


def _slot(table: HashTable, key: bytes) -> int | None:
    """The slot of a key. While a table doubles that of table 0, beside which the new ones stand."""
    if not table.indexed or not table.size0:
        return None
    value = table.hash(key)
    slot = value & (table.size0 - 1)
    if table.rehashidx < 0 or table.size1 == table.size0 * 2:
        return slot
    moved = slot < table.rehashidx or table.size0 > table.size1
    return value & (table.size1 - 1) if moved else slot


# lists, streams and strings: the command says where

End = Callable[[Sequence[bytes]], int | bytes | None]
"""A position (negative from the end), or the element to look for."""


def _first(argv: Sequence[bytes]) -> int:
    return 0


def _last(argv: Sequence[bytes]) -> int:
    return -1


def _index(argv: Sequence[bytes]) -> int | None:
    return parse_integer(argv[2]) if len(argv) > 2 else None


def _inserted(argv: Sequence[bytes]) -> bytes | None:
    return argv[4] if len(argv) > 4 else None


def _bit(argv: Sequence[bytes]) -> int | None:
    bit = _index(argv)
    return None if bit is None else bit // 8


def _side(at: int) -> End:
    def end(argv: Sequence[bytes]) -> int | None:
        return {b"left": 0, b"right": -1}.get(argv[at].lower()) if len(argv) > at else None

    return end


_WORKS: Mapping[bytes, End] = {
    b"lpush": _first,
    b"lpushx": _first,
    b"lpop": _first,
    b"blpop": _first,
    b"rpush": _last,
    b"rpushx": _last,
    b"rpop": _last,
    b"brpop": _last,
    b"rpoplpush": _first,
    b"brpoplpush": _first,
    b"lmove": _side(4),
    b"blmove": _side(4),
    b"lset": _index,
    b"linsert": _inserted,
    b"xadd": _last,
    b"append": _last,
    b"setrange": _index,
    b"setbit": _bit,
}


def item_of_command(argv: Sequence[bytes], inspection: Inspection) -> int | None:
    """Where in a list, a stream or a long text a command works, before it or after it; None if it
    cannot be told from its words. At the ends O(1), else O(elements before), as the command
    itself."""
    works = _WORKS.get(argv[0].lower()) if argv else None
    where = works(argv) if works is not None else None
    value = inspection.value
    if where is None or not inspection.items_total:
        return None
    if where in (0, -1):
        return inspection.items_total - 1 if where else 0
    if isinstance(value, (Sds, bytes)) and isinstance(where, int):
        return where if 0 <= where < inspection.items_total else None
    if not isinstance(value, Quicklist):
        return None
    return _item_with(value, where) if isinstance(where, bytes) else _item_at(value, where)


def _item_with(value: Quicklist, element: bytes) -> int | None:
    """The item with the first such element."""
    for index, node in enumerate(value.nodes()):
        if element in node.entries:
            return node.entries.index(element) if value.node_count == 1 else index
    return None


def _item_at(value: Quicklist, position: int) -> int | None:
    position += len(value) if position < 0 else 0
    if not 0 <= position < len(value):
        return None
    if value.node_count == 1:
        return position
    before = 0
    for index, node in enumerate(value.nodes()):
        before += len(node.entries)
        if position < before:
            return index
    return None
