"""The same data as other versions of Redis hold it, byte for byte, and what a cascade would do.

    hash    2.0  zipmap        2.6  ziplist                    7.0  listpack
    zset                       2.4  ziplist    2.6  ziplist    7.0  listpack
    list    1.0  linkedlist    3.2  quicklist of ziplists      7.0  quicklist of listpacks
    set     1.0  hashtable                                     7.2  listpack, while it is small

The bytes are those that each version would write if the elements were put in one after the other.
A list is compared node by node; where its nodes are cut is the list's own history.
Costs the listpack or the nodes that are looked at. Sources: redis 2.4, zipmap.c, ziplist.c,
adlist.h, sds.h; 6.2, ziplist.c, util.c (d2string); 7.0, listpack.c, dict.h; 7.2, t_set.c.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain

from tutor.engine.inspect import Inspection
from tutor.engine.memory.usage import listpack_entries
from tutor.engine.replies import format_double
from tutor.engine.structures import listpack, ziplist, zipmap
from tutor.engine.structures.hashtable import DICT_SIZE, ENTRY_SIZE, SLOT_SIZE, next_size
from tutor.engine.structures.listpack import ListpackLayout
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.quicklist_layout import QuicklistLayout, QuicklistNodeLayout
from tutor.engine.structures.sds import HEADER_SIZES, ROBJ_SIZE, header_type, parse_integer
from tutor.engine.structures.ziplist import CascadeStep, ZiplistLayout
from tutor.engine.structures.zipmap import ZipmapLayout
from tutor.engine.values import Hash, Set, Zset

NODES_MOST = 3
"""Nodes of a list that are compared at once."""

SET_ENTRIES, SET_VALUE = 128, 64
"""set-max-listpack-entries and -value of 7.2."""

_LINK_SIZE, _LIST_SIZE, _OLD_SDS = 24, 48, 8
_SHARED = 10_000


@dataclass(frozen=True, slots=True)
class Piece:
    """One allocation of an element: what it is, and its bytes as asked for."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class LinkedElement:
    """An element that is several allocations joined by pointers."""

    index: int
    value: bytes
    pieces: tuple[Piece, ...]

    @property
    def size(self) -> int:
        return sum(piece.size for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class LinkedForm:
    """A linked list or a hash table: what stands once, and the visible elements."""

    total_bytes: int
    head: tuple[Piece, ...]
    count: int
    entries: tuple[LinkedElement, ...]


FormLayout = ZipmapLayout | ZiplistLayout | ListpackLayout | LinkedForm


@dataclass(frozen=True, slots=True)
class Form:
    """What the data were in the versions from ``since`` to ``until`` ("" = still)."""

    structure: str
    since: str
    until: str
    layout: FormLayout


@dataclass(frozen=True, slots=True)
class Dominoes:
    """A cascade in a ziplist of the data: the entry at ``index`` comes to ``size`` bytes.

    ``happened``: it is so since the last command; else it is asked what would be. ``if_large`` is
    how many entries would grow if each took 250 to 253 bytes: all behind the first.
    """

    index: int
    value: bytes
    size: int
    steps: tuple[CascadeStep, ...]
    happened: bool
    if_large: int


@dataclass(frozen=True, slots=True)
class Ancestry:
    """One value, or the ``node`` of a list, in its forms. ``shown`` are the indexes of the visible
    entries among ``count``, ``values`` their texts; an item is ``each`` so many entries."""

    kind: str
    count: int
    each: int
    shown: tuple[int, ...]
    values: Mapping[int, bytes]
    forms: tuple[Form, ...]
    dominoes: Dominoes | None = None
    node: int | None = None


def has_ancestors(inspection: Inspection) -> bool:
    """Whether other versions hold the key in another form. O(1), O(members) of a small set."""
    value, encoding = inspection.value, inspection.encoding
    if isinstance(value, Set):
        members = _members(value)
        return 0 < len(members) <= SET_ENTRIES and max(map(len, members)) <= SET_VALUE
    if isinstance(value, (Hash, Zset)):
        return encoding in ("listpack", "ziplist", "zipmap")
    return isinstance(value, Quicklist)


def _members(value: Set) -> Collection[bytes]:
    return () if value.table is None else value.table.data


def ancestors(inspection: Inspection, changed: Collection[object] = ()) -> tuple[Ancestry, ...]:
    """The forms of what the inspection's window shows: one value, or some nodes of a list.
    ``changed`` are the marks of `tutor.diagrams.difference`."""
    value = inspection.value
    if isinstance(value, Quicklist):
        return _nodes(inspection, value, changed)
    shown = _visible(inspection)
    if isinstance(value, Hash):
        words = list(chain.from_iterable(value.fields.items()))
        return (_packed("hash", words, shown, _HASH, changed),)
    if isinstance(value, Zset):
        words = list(listpack_entries(value))
        return (_packed("zset", words, shown, _ZSET, changed),)
    assert isinstance(value, Set)
    return (_set(list(_members(value)), shown),)


def _visible(inspection: Inspection) -> tuple[int, ...]:
    """Indexes of entries in sight: those the layout has; of a table, whose window moves over slots,
    a like share of the members."""
    layout = inspection.layout
    if isinstance(layout, (ListpackLayout, ZiplistLayout, ZipmapLayout)):
        return tuple(entry.index for entry in layout.entries)
    total, length = max(inspection.items_total, 1), inspection.length
    first, last = inspection.window.bounds(total)
    return tuple(range(first * length // total, last * length // total))


# packed values


def _listpack(words: Sequence[bytes], shown: Iterable[int]) -> ListpackLayout:
    offsets = list(accumulate(map(listpack.entry_size, words), initial=listpack.HEADER_SIZE))
    entries = tuple(
        entry
        for index in shown
        for entry in listpack.entries_at([words[index]], index, offsets[index])
    )
    start = entries[0].index if entries else 0
    return ListpackLayout(offsets[-1] + 1, len(words), start, entries)


def _scored(words: Sequence[bytes]) -> list[bytes]:
    """Members with their scores as text in the way of 2.4 to 6.2 (util.c: d2string)."""
    flat = list(words)
    flat[1::2] = [_old_score(text) for text in words[1::2]]
    return flat


def _old_score(text: bytes) -> bytes:
    """Digits only up to 2^52 or so; further on ``%.17g``, as 7.0 writes fractions."""
    score = float(text)
    if -(2**52) < score < 2**52 and score == int(score):
        return b"%d" % int(score)
    return format_double(score)


Maker = Callable[[Sequence[bytes], Iterable[int]], FormLayout]
_HASH: Sequence[tuple[str, str, str, Maker]] = (
    ("zipmap", "2.0", "2.4", zipmap.layout_of),
    ("ziplist", "2.6", "6.2", ziplist.layout_of),
    ("listpack", "7.0", "", _listpack),
)
_ZSET: Sequence[tuple[str, str, str, Maker]] = (
    ("ziplist", "2.4", "2.4", lambda some, shown: ziplist.layout_of(_scored(some), shown, True)),
    ("ziplist", "2.6", "6.2", lambda some, shown: ziplist.layout_of(_scored(some), shown)),
    ("listpack", "7.0", "", _listpack),
)


def _packed(
    kind: str,
    words: Sequence[bytes],
    shown: tuple[int, ...],
    makers: Sequence[tuple[str, str, str, Maker]],
    changed: Collection[object],
) -> Ancestry:
    forms = tuple(
        Form(name, since, until, make(words, shown)) for name, since, until, make in makers
    )
    new = {index for index in changed if isinstance(index, int)}
    values = {index: words[index] for index in shown}
    fallen = dominoes(words, new)
    return Ancestry(kind, len(words), 2, shown, values, forms, fallen)


# cascades


def dominoes(words: Sequence[bytes], new: Collection[int]) -> Dominoes | None:
    """The cascade that the entries ``new`` have brought about in a ziplist of ``words``, or else
    the longest that one growing entry would; None where no entry has another behind it."""
    sizes = ziplist.entry_sizes(words)
    if_large = max(len(sizes) - 1, 0)
    for index in sorted(new):
        behind = index + 1
        if behind >= len(words) or behind in new or sizes[index] < ziplist.LONG_PREVIOUS:
            continue
        before = ziplist.entry_sizes([*words[:index], b"", *words[behind:]])
        steps = ziplist.cascade(before, index, sizes[index])
        if steps:
            return Dominoes(index, words[index], sizes[index], steps, True, if_large)
    at = ziplist.widest_cascade(sizes)
    if at is None:
        return None
    steps = ziplist.cascade(sizes, at, ziplist.LONG_PREVIOUS)
    return Dominoes(at, words[at], ziplist.LONG_PREVIOUS, steps, False, if_large)


# lists


def _nodes(
    inspection: Inspection, value: Quicklist, changed: Collection[object]
) -> tuple[Ancestry, ...]:
    layout = inspection.layout
    if not isinstance(layout, QuicklistLayout):  # 7.2's listpack, 3.0's ziplist
        words = next(iter(value.nodes())).entries
        return (_node(words, _visible(inspection), None, ()),)
    nodes = [node for node in layout.nodes if not node.plain][:NODES_MOST]
    return tuple(
        _node(
            _elements(value, node),
            _in_node(node),
            node.index if layout.node_count > 1 else None,
            {one[1] for one in changed if isinstance(one, tuple) and one[0] == node.index},
        )
        for node in nodes
    )


def _elements(value: Quicklist, node: QuicklistNodeLayout) -> list[bytes]:
    found = value.node_at(node.index)
    assert found is not None
    return found.entries


def _in_node(node: QuicklistNodeLayout) -> tuple[int, ...]:
    assert node.listpack is not None
    return tuple(entry.index for entry in node.listpack.entries)


def _node(
    words: Sequence[bytes],
    shown: tuple[int, ...],
    index: int | None,
    new: Collection[object],
) -> Ancestry:
    forms = (
        Form("linkedlist", "1.0", "3.0", _linked(words, shown)),
        Form("ziplist", "3.2", "6.2", ziplist.layout_of(words, shown)),
        Form("listpack", "7.0", "", _listpack(words, shown)),
    )
    values = {at: words[at] for at in shown}
    fallen = dominoes(words, [one for one in new if isinstance(one, int)])
    return Ancestry("list", len(words), 1, shown, values, forms, fallen, index)


def _linked(words: Sequence[bytes], shown: Iterable[int]) -> LinkedForm:
    """redis 2.4, adlist.h: a node of three pointers, the object, and unless it is an integer the
    text with a header of eight bytes. The integers up to 9999 are shared objects."""
    head = (Piece("list", _LIST_SIZE),)
    return _linked_form(head, words, shown, _linked_pieces)


def _linked_form(
    head: tuple[Piece, ...],
    words: Sequence[bytes],
    shown: Iterable[int],
    pieces: Callable[[bytes], tuple[Piece, ...]],
) -> LinkedForm:
    total = sum(piece.size for piece in head)
    total += sum(piece.size for word in words for piece in pieces(word))
    entries = tuple(LinkedElement(at, words[at], pieces(words[at])) for at in shown)
    return LinkedForm(total, head, len(words), entries)


def _linked_pieces(word: bytes) -> tuple[Piece, ...]:
    number = parse_integer(word)
    if number is not None and 0 <= number < _SHARED:
        return (Piece("listNode", _LINK_SIZE),)
    base = Piece("listNode", _LINK_SIZE), Piece("robj", ROBJ_SIZE)
    return base if number is not None else (*base, Piece("sds", _OLD_SDS + len(word) + 1))


# sets


def _set(members: Sequence[bytes], shown: tuple[int, ...]) -> Ancestry:
    forms = (
        Form("hashtable", "1.0", "7.0", _table(members, shown)),
        Form("listpack", "7.2", "", _listpack(members, shown)),
    )
    values = {at: members[at] for at in shown}
    return Ancestry("set", len(members), 1, shown, values, forms)


def _table(members: Sequence[bytes], shown: Iterable[int]) -> LinkedForm:
    """redis 7.0, dict.h: an entry of three pointers, and the text; as many slots as it takes."""
    head = (Piece("dict", DICT_SIZE), Piece("slots", SLOT_SIZE * next_size(len(members))))
    return _linked_form(head, members, shown, _entry_pieces)


def _entry_pieces(word: bytes) -> tuple[Piece, ...]:
    text = HEADER_SIZES[header_type(len(word))] + len(word) + 1
    return Piece("dictEntry", ENTRY_SIZE), Piece("sds", text)
