"""One node of a stream: up to a hundred entries in one listpack, told as differences.

    master   | count | deleted | fields n | name … name | 0 |
    entry    | flags | ms - master's | seq - master's | value … value | words |             flag 2
             | flags | ms - master's | seq - master's | n | name | value … | words |

The node's key is the ID of its first entry, the *master*; its field names stand there once, and an
entry with the same names in the same order (flag 2) has none of its own. A deleted entry stays
where it is and gets flag 1; only a node whose last entry goes is removed. ``words`` is how many
listpack entries precede it in its own, for reading backwards; differences wrap at 64 bits.

A new node asks for 4,096 bytes at once (less if a node may not become so large), so the allocation
is history: it grows with the listpack, and is cut to size when the node is full and whenever the
listpack shrinks, as by a counter that needs a byte less.

``ids``, ``words`` and ``flags`` run parallel, deleted entries included. IDs ascend, but those of
deleted entries need not: after XSETID has gone back, an ID may be given again (``ordered`` is then
False). Appending is O(words), finding an ID O(log n). Source: redis 7.0, t_stream.c
(streamAppendItem, streamIteratorRemoveEntry), listpack.c (lpInsert).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from tutor.engine.structures import listpack
from tutor.engine.structures.allocator import size_class
from tutor.engine.structures.listpack import entry_size, integer_size
from tutor.engine.structures.sds import parse_integer

DELETED, SAME_FIELDS = 1, 2
PREALLOCATED = 4096
_ONE_BYTE = 127
_FLAGS_SIZE = integer_size(SAME_FIELDS | DELETED)
_SEQUENCE = (1 << 64) - 1

Words = tuple[bytes, ...]
"""An entry's contents: name, value, name, value …"""


def _signed(difference: int) -> int:
    """The low 64 bits as a signed integer."""
    return (difference + (1 << 63) & _SEQUENCE) - (1 << 63)


def difference(entry: int, master: int) -> tuple[int, int]:
    """What is written of an ID: its distance from the master's, milliseconds and sequence."""
    return _signed((entry >> 64) - (master >> 64)), _signed(
        (entry & _SEQUENCE) - (master & _SEQUENCE)
    )


class StreamNode:
    """Entries of one listpack. ``requested`` is the size last asked of the allocator at least."""

    __slots__ = (
        "count",
        "deleted",
        "fields",
        "flags",
        "ids",
        "master",
        "ordered",
        "owner",
        "requested",
        "size",
        "words",
    )

    def __init__(self, master: int, fields: Words, requested: int, owner: object) -> None:
        self.master = master
        self.fields = fields
        self.ids: list[int] = []
        self.words: list[Words] = []
        self.flags = bytearray()
        self.count = 0
        self.deleted = 0
        self.ordered = True
        header = 3 * integer_size(0) + integer_size(len(fields))
        self.size = listpack.EMPTY_SIZE + header + sum(map(entry_size, fields))
        self.requested = max(requested, self.size)
        self.owner = owner

    # changing

    def append(self, entry: int, words: Sequence[bytes], allocator: str) -> None:
        """Add an entry whose ID is above all others."""
        fields = self.fields
        if len(words) == 2 * len(fields) and tuple(words[::2]) == fields:
            flags, stored = SAME_FIELDS, words[1::2]
            own = tuple(chain.from_iterable(zip(fields, stored, strict=True)))
            extra = integer_size(3 + len(stored))
        else:
            flags, stored = 0, words
            own = tuple(words)
            extra = integer_size(len(words) // 2) + integer_size(4 + len(stored))
        ms, seq = difference(entry, self.master)
        self._count(1, 0, allocator)
        self._add(entry, own, flags)
        extra += _FLAGS_SIZE + integer_size(ms) + integer_size(seq)
        self.size += extra + sum(map(entry_size, stored))
        self._grow(allocator)

    def _add(self, entry: int, words: Words, flags: int) -> None:
        if self.ids and entry <= self.ids[-1]:
            self.ordered = False
        self.ids.append(entry)
        self.words.append(words)
        self.flags.append(flags)

    def delete(self, at: int, allocator: str) -> None:
        """Mark a live entry as deleted and count it so."""
        self.mark(at)
        self._count(-1, 0, allocator)
        self._count(0, 1, allocator)

    def mark(self, at: int) -> None:
        """Mark an entry as deleted; the counters are the caller's."""
        self.flags[at] |= DELETED

    def recount(self, marked: int, allocator: str) -> None:
        """Count entries that were marked."""
        self._count(-marked, 0, allocator)
        self._count(0, marked, allocator)

    def close(self) -> None:
        """Cut the allocation to size: the next entry goes to another node."""
        self.requested = self.size

    def _count(self, count: int, deleted: int, allocator: str) -> None:
        """Write a counter anew: the listpack may grow or shrink by some bytes."""
        was = self.count, self.deleted
        self.count += count
        self.deleted += deleted
        if len(self.ids) < _ONE_BYTE:
            return  # all of these numbers take one byte
        change = integer_size(self.count) + integer_size(self.deleted) - sum(map(integer_size, was))
        self.size += change
        if change < 0:
            self.requested = self.size
        elif change:
            self._grow(allocator)

    def _grow(self, allocator: str) -> None:
        if self.size > self.requested and self.size > size_class(self.requested, allocator):
            self.requested = self.size

    # reading

    def find(self, entry: int) -> int:
        """The index of a live entry, or -1."""
        ids, flags = self.ids, self.flags
        if self.ordered:
            at = bisect_left(ids, entry)
            return at if ids[at : at + 1] == [entry] and not flags[at] & DELETED else -1
        places = (at for at, one in enumerate(ids) if one == entry and not flags[at] & DELETED)
        return next(places, -1)

    def listpack(self) -> Iterator[bytes]:
        """The entries of the listpack, integers as digits."""
        head = (self.count, self.deleted, len(self.fields))
        yield from (b"%d" % number for number in head)
        yield from self.fields
        yield b"0"
        for entry, words, flags in zip(self.ids, self.words, self.flags, strict=True):
            ms, seq = difference(entry, self.master)
            yield from (b"%d" % number for number in (flags, ms, seq))
            if flags & SAME_FIELDS:
                yield from words[1::2]
                yield b"%d" % (3 + len(words) // 2)
            else:
                yield b"%d" % (len(words) // 2)
                yield from words
                yield b"%d" % (4 + len(words))

    def image(self) -> bytes:
        """The bytes of the listpack."""
        return listpack.encode(self.listpack())

    def allocation(self, allocator: str) -> int:
        """Bytes the listpack takes from the allocator."""
        return size_class(self.requested, allocator)

    def clone(self, owner: object) -> StreamNode:
        """The same node for another owner."""
        copy = StreamNode.__new__(StreamNode)
        copy.master, copy.fields = self.master, self.fields
        copy.ids, copy.words, copy.flags = self.ids.copy(), self.words.copy(), self.flags.copy()
        copy.count, copy.deleted = self.count, self.deleted
        copy.size, copy.requested = self.size, self.requested
        copy.ordered = self.ordered
        copy.owner = owner
        return copy

    def check(self) -> None:
        """Assert that counters, sizes and order agree."""
        assert len(self.ids) == len(self.words) == len(self.flags)
        assert self.ordered == (self.ids == sorted(set(self.ids)))
        live = [one for one, flags in zip(self.ids, self.flags, strict=True) if not flags & DELETED]
        assert live == sorted(set(live))
        assert self.count == sum(not flags & DELETED for flags in self.flags)
        assert self.deleted == len(self.ids) - self.count
        assert self.size == len(self.image())
        assert decode(self.master, self.image(), self.owner).image() == self.image()


def decode(master: int, image: bytes, owner: object) -> StreamNode:
    """The node of a listpack; raises ValueError if the bytes are not one.

    What Redis does not look at is taken as it is: the listpack's own count of entries, and whether
    flags and IDs make sense (redis 7.0, streamValidateListpackIntegrity).
    """
    uncounted = image[:4] + b"\xff\xff" + image[listpack.HEADER_SIZE :]
    reader = _Reader(listpack.decode(uncounted))
    count, deleted, width = reader.integer(), reader.integer(), reader.integer()
    node = StreamNode(master, tuple(reader.take(width)), 0, owner)
    if reader.integer() != 0:
        raise ValueError("stream node: the master entry does not end with 0")
    while reader.left:
        _decode_entry(reader, node)
    if count + deleted != len(node.ids) or not node.ids:
        raise ValueError("stream node: the counters do not fit the entries")
    node.count, node.deleted = count, deleted
    node.size = node.requested = len(image)
    return node


def _decode_entry(reader: _Reader, node: StreamNode) -> None:
    flags = reader.integer()
    ms = (node.master >> 64) + reader.integer() & _SEQUENCE
    seq = (node.master & _SEQUENCE) + reader.integer() & _SEQUENCE
    fields = node.fields
    if flags & SAME_FIELDS:
        values = reader.take(len(fields))
        words: Iterable[bytes] = chain.from_iterable(zip(fields, values, strict=True))
        size = 3 + len(fields)
    else:
        width = reader.integer()
        words = reader.take(2 * width)
        size = 4 + 2 * width
    if reader.integer() != size:
        raise ValueError("stream node: an entry's length does not fit it")
    node._add(ms << 64 | seq, tuple(words), flags & (DELETED | SAME_FIELDS))


class _Reader:
    """Takes words off the front of a listpack."""

    __slots__ = ("_at", "_words")

    def __init__(self, words: list[bytes]) -> None:
        self._words = words
        self._at = 0

    @property
    def left(self) -> bool:
        return self._at < len(self._words)

    def take(self, count: int) -> list[bytes]:
        found = self._words[self._at : self._at + count] if count > 0 else []
        if len(found) != count:
            raise ValueError("stream node: the listpack ends too early")
        self._at += count
        return found

    def integer(self) -> int:
        number = parse_integer(self.take(1)[0])
        if number is None:
            raise ValueError("stream node: a number is wanted")
        return number
