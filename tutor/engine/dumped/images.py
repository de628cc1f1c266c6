"""Images of values that were read from a dump, and what could not be told.

Where redis 7.0 would hold the same thing the layout is the one that the engine derives for its own
keys; the others are those of ziplists, zipmaps, and tables and skiplists without their order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tutor.engine.codec_reader import BadFormat
from tutor.engine.dumped.texts import object_figures, sds_figures, table_figures
from tutor.engine.dumped.values import Held, HeldNode
from tutor.engine.image import Layout, TableFigures, derive_image
from tutor.engine.memory.usage import DEFAULT_SAMPLES
from tutor.engine.structures import listpack, ziplist, zipmap
from tutor.engine.structures.allocator import size_class
from tutor.engine.structures.hashtable import ENTRY_SIZE
from tutor.engine.structures.hashtable_layout import TableStats
from tutor.engine.structures.listpack import ListpackLayout
from tutor.engine.structures.outside_layout import Ranked, RankedLayout, UnplacedLayout
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.quicklist_layout import QuicklistLayout, QuicklistNodeLayout
from tutor.engine.structures.sds import (
    EMBSTR_LIMIT,
    HEADER_SIZES,
    MAX_LENGTHS,
    Sds,
    SdsFigures,
    StringLayout,
    encoding_of,
    header_type,
    key_memory,
    parse_integer,
)
from tutor.engine.structures.stream import Stream
from tutor.engine.structures.window import Window
from tutor.engine.values import Value, Zset

if TYPE_CHECKING:
    from tutor.engine.dumped import Outside

SHARED = 2**31 - 1
"""The reference count of a shared object (redis 7.0, server.h: OBJ_SHARED_REFCOUNT)."""

_ALLOCATORS = ("debian", "upstream")


@dataclass(frozen=True, slots=True)
class Image:
    """What `tutor.engine.dumped` makes an `Inspection` of."""

    encoding: str
    length: int
    layout: Layout
    items_total: int
    value: Value
    unknown: frozenset[str] = frozenset()
    table: TableFigures | None = None
    allocator: str = "debian"


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at: a window, and perhaps the ends beside it, as `tutor.engine.image` does."""

    window: Window
    ends: bool = True

    def last(self, entries: int) -> int:
        """How many entries are shown behind the window."""
        return entries if self.ends and self.window.count > 0 else 0


def derive(held: Held, facts: Outside, look: Look) -> Image:
    """The image of what is looked at of ``held``."""
    return _BY_TYPE[held.type](held, facts, look)


def _native(value: Value, look: Look, allocator: str = "debian") -> tuple[Layout, int]:
    return derive_image(value, look.window, allocator, look.ends)


def _allocator(facts: Outside) -> str:
    """The table of size classes that server's allocator has, or "" (redis 7.0 brings jemalloc
    5.2.1 along, 7.2 brings 5.3.0; Debian's 7.0 has 5.3.0 with coarser small classes)."""
    if facts.allocator.startswith(("jemalloc-5.1.0", "jemalloc-5.2.1")):
        return "upstream"
    before_7_2 = facts.version.startswith(("6.", "7.0."))
    return "debian" if facts.allocator.startswith("jemalloc-5.3.0") and before_7_2 else ""


def _classed(facts: Outside, derived: Callable[[str], Image]) -> Image:
    """An image in which sizes of allocations stand; they are unknown if it is not known which
    allocator it is, and the known ones do not agree."""
    name = _allocator(facts)
    if name:
        return replace(derived(name), allocator=name)
    image, other = map(derived, _ALLOCATORS)
    if facts.allocator.startswith("jemalloc-5") and image.layout == other.layout:
        return image
    return replace(image, unknown=image.unknown | {"allocations"})


# strings


def _string(held: Held, facts: Outside, look: Look) -> Image:
    text = held.value
    assert isinstance(text, bytes)
    unknown: set[str] = set()
    encoding = facts.encoding
    if not encoding:
        unknown.add("encoding")
        encoding = encoding_of(text)
    if encoding == "int":
        return _integer(text, facts, look, unknown)
    if encoding == "embstr":
        if len(text) > EMBSTR_LIMIT:
            raise _contradiction(f"an embstr of {len(text)} bytes")
        return _text(Sds.embstr(text), facts, look, unknown)
    figures = sds_figures(facts.sdslen_text)
    if figures is None or figures.length != len(text):
        unknown.add("spare")
        raw = Sds(bytearray(text), len(text), max(header_type(len(text)), 8))
    else:
        kinds = _header_kinds(figures, facts)
        if len(kinds) > 1:
            unknown.add("header")
        alloc = figures.length + figures.avail
        raw = Sds(bytearray(text), alloc, kinds[0] if kinds else max(header_type(alloc), 8))
    return _text(raw, facts, look, unknown)


def _contradiction(what: str) -> BadFormat:
    return BadFormat(f"OBJECT ENCODING and the dump contradict each other: {what}")


def _integer(text: bytes, facts: Outside, look: Look, unknown: set[str]) -> Image:
    number = parse_integer(text)
    if number is None:
        raise _contradiction(f"an integer of {text[:32]!r}")
    layout, total = _native(number, look)
    assert isinstance(layout, StringLayout)
    if facts.refcount is not None:
        layout = replace(layout, shared=facts.refcount >= SHARED)
    elif layout.shared:
        unknown.add("refcount")
    return Image("int", len(text), layout, total, number, frozenset(unknown))


def _text(value: Sds, facts: Outside, look: Look, unknown: set[str]) -> Image:
    def derived(allocator: str) -> Image:
        layout, total = _native(value, look, allocator)
        return Image(value.encoding, len(value.data), layout, total, value, frozenset(unknown))

    return _classed(facts, derived)


def _header_kinds(figures: SdsFigures, facts: Outside) -> list[int]:
    """The SDS headers that fit the figures of DEBUG SDSLEN, the likeliest first.

    A header is chosen by the room that is asked for, and only those of 32 and 64 bits are kept when
    room is given back (redis 7.0, sds.c: sdsResize); since 7.0 all but the smallest take whatever
    the allocator gives beyond (sdsnewlen).
    """
    alloc = figures.length + figures.avail
    name = _allocator(facts)
    kinds = [
        kind
        for kind, header in HEADER_SIZES.items()
        if _LEAST_ROOM[kind] <= alloc <= MAX_LENGTHS[kind]
        and (kind > 5 or (not figures.avail and alloc))
        and any(
            size_class(header + alloc + 1, one) == figures.zmalloc
            for one in ([name] if name else _ALLOCATORS)
        )
    ]
    if 5 in kinds and not facts.version.startswith("6.") and figures.zmalloc > alloc + 4:
        return [5]
    usual = max(header_type(alloc), 8)
    return sorted(kinds, key=lambda kind: kind != usual)


_LEAST_ROOM: Mapping[int, int] = {5: 1, 8: 0, 16: 256, 32: 256, 64: 1 << 32}
"""The smallest room that a text with each kind of header can have."""


# lists


def _list(held: Held, facts: Outside, look: Look) -> Image:
    figures = object_figures(facts.object_text)
    fill = figures.get("ql_listpack_max", figures.get("ql_ziplist_max"))
    if not isinstance(held.value, Quicklist):
        held.value = _quicklist(held.nodes, -2 if fill is None else int(fill))
    value = held.value
    if held.encoding == "ziplist" or facts.encoding == "listpack":
        return _packed_list(held, value, look)
    unknown: set[str] = set() if facts.encoding or held.nodes[1:] else {"encoding"}
    if fill is None:
        unknown.add("fill")
    compressed = figures.get("ql_compressed")
    if compressed != 0:
        unknown.add("depth")
    if compressed != 0 and any(node.may_be_compressed for node in held.nodes[1:-1]):
        unknown.add("compression")

    def derived(allocator: str) -> Image:
        layout, total = _native(value, look, allocator)
        assert isinstance(layout, QuicklistLayout)
        layout = replace(
            layout,
            fill=None if fill is None else layout.fill,
            compress=None if compressed != 0 else 0,
            nodes=tuple(_node(one, held.nodes[one.index], allocator) for one in layout.nodes),
        )
        return Image("quicklist", len(value), layout, total, value, frozenset(unknown))

    return _classed(facts, derived)


def _quicklist(nodes: Sequence[HeldNode], fill: int) -> Quicklist:
    """The same nodes, for looking elements up."""
    value = Quicklist(fill)
    for node in nodes:
        value.append_node(list(node.elements), node.form == "plain")
    return value


def _node(layout: QuicklistNodeLayout, held: HeldNode, allocator: str) -> QuicklistNodeLayout:
    """The node with what it holds in truth, if that is not a listpack."""
    if held.form != "ziplist":
        return layout
    assert layout.listpack is not None
    shown = {entry.index for entry in layout.listpack.entries}
    entries = tuple(one for one in ziplist.entries_of(held.image) if one.index in shown)
    whole = ziplist.layout(held.image, Window(0, 0))
    image = replace(whole, start=layout.listpack.start, entries=entries)
    size = len(held.image)
    return replace(layout, size=size, allocation=size_class(size, allocator), listpack=image)


def _packed_list(held: Held, value: Quicklist, look: Look) -> Image:
    if len(held.nodes) != 1 or held.nodes[0].form == "plain":
        raise _contradiction(f"one block, but {len(held.nodes)} nodes")
    node = held.nodes[0]
    if held.encoding == "ziplist":
        layout: Layout = ziplist.layout(node.image, look.window, look.last(1))
        return Image("ziplist", len(value), layout, len(value), value)
    image = _listpack(node.elements, look, 1)
    return Image("listpack", len(value), image, len(value), value)


# hashes, sets, sorted sets


def _listpack(words: Sequence[bytes], look: Look, each: int) -> ListpackLayout:
    """The image of items that are ``each`` so many entries."""
    start, stop = look.window.bounds(len(words) // each)
    image = listpack.layout(words, Window(start * each, (stop - start) * each))
    last = look.last(each)
    if not last or stop * each == len(words):
        return image
    tail = listpack.layout(words, Window(len(words) - last, last))
    return replace(image, entries=image.entries + tail.entries)


def _compact(held: Held, facts: Outside, look: Look) -> Image:
    """A hash, a set or a sorted set."""
    length = len(held.value)  # type: ignore[arg-type]
    if held.encoding in ("hashtable", "skiplist"):
        return _unordered(held, facts, look)
    if held.encoding == "intset":
        layout, total = _native(held.value, look)
        return Image("intset", length, layout, total, held.value)
    each = _ENTRIES_EACH.get(held.encoding) or (1 if held.type == "set" else 2)
    flat = Window(look.window.start * each, look.window.count * each)
    if held.encoding == "zipmap":
        layout = zipmap.layout(held.blob, flat, look.last(each))
    elif held.encoding == "ziplist":
        layout = ziplist.layout(held.blob, flat, look.last(each))
    else:
        layout = _listpack(held.words, look, each)
    return Image(held.encoding, length, layout, length, held.value)


_ENTRIES_EACH: Mapping[str, int] = {"listpackex": 3}


def _unordered(held: Held, facts: Outside, look: Look) -> Image:
    """A table or a skiplist: what is in it, not where."""
    length = len(held.value)  # type: ignore[arg-type]
    tables = table_figures(facts.table_text)
    if sum(table.used for table in tables) != length:
        tables = ()
    unknown = {"buckets"} if tables else {"buckets", "tables"}
    start, stop = look.window.bounds(length)
    if isinstance(held.value, Zset):
        unknown.add("towers")
        pairs = enumerate(held.value.ordered[start:stop], start)
        members = tuple(Ranked(rank, member, score) for rank, (score, member) in pairs)
        layout: Layout = RankedLayout(length, start, members, tables)
    else:
        layout = UnplacedLayout(length, start, held.entries[start:stop], tables)
    some = frozenset(unknown)
    return Image(held.encoding, length, layout, length, held.value, some, _summed(tables))


def _summed(tables: Sequence[TableStats]) -> TableFigures | None:
    """The figures of a dict's tables together; how far it has been rehashed is not said."""
    if not tables:
        return None
    sizes = tuple(table.size for table in tables)
    return TableFigures(sum(table.used for table in tables), sizes, -1)


# streams


def _stream(held: Held, facts: Outside, look: Look) -> Image:
    """The last node may have more room than it uses: what MEMORY USAGE has beyond the rest."""
    value = held.value
    assert isinstance(value, Stream)
    name = _allocator(facts)
    known = bool(name) and _fit_last_node(value, facts, name)
    layout, total = _native(value, look, name or "debian")
    unknown = frozenset[str]() if known else frozenset({"allocations"})
    return Image("stream", len(value), layout, total, value, unknown, allocator=name or "debian")


def _fit_last_node(value: Stream, facts: Outside, allocator: str) -> bool:
    """Give the last node the room that makes the whole as large as 7.0 says it is; False if no room
    does."""
    if facts.memory is None or not facts.version.startswith("7.0."):
        return False
    if not value.nodes.keys:
        return True
    rest = key_memory(facts.key, allocator) + ENTRY_SIZE
    last = value.nodes.values[value.nodes.keys[-1]]
    last.close()
    beyond = facts.memory - value.memory(DEFAULT_SAMPLES, allocator) - rest
    room = last.allocation(allocator) + beyond
    if beyond < 0 or size_class(room, allocator) != room:
        return False
    last.requested = room
    return value.memory(DEFAULT_SAMPLES, allocator) + rest == facts.memory


_BY_TYPE: Mapping[str, Callable[[Held, Outside, Look], Image]] = {
    "string": _string,
    "list": _list,
    "hash": _compact,
    "set": _compact,
    "zset": _compact,
    "stream": _stream,
}
