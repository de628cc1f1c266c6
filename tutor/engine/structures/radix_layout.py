"""The nodes of a radix tree that lead to some of its keys, each with the bytes Redis gives it.

    node     header u32 | text | padding to 8 | a pointer for each way | pointer to a value
    header   bit 0 a key ends here · bit 1 its value is NULL · bit 2 compressed · 29 bits: size

A *compressed* node holds a run of bytes without a choice and one pointer; a *branching* one holds a
byte and a pointer for each way; a *leaf* holds no text, only the value. Ways that lead to none of
the wanted keys are counted, not derived: the cost is that of the keys shown, the nodes above them,
and a search for each way of these.
Source: redis 7.0, rax.h (raxNode), rax.c (raxNodeCurrentLength, raxPadding).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from tutor.engine.structures.radix import KEY_SIZE, Radix

RAX_SIZE = 24
"""Bytes of the tree's own structure: root, number of keys, number of nodes."""

_HEADER, _POINTER = 4, 8
_IS_KEY, _COMPRESSED, _SIZE_SHIFT = 1, 4, 3
_V = TypeVar("_V")


@dataclass(frozen=True, slots=True)
class RadixNodeLayout:
    """One node, ``depth`` bytes of the key below the root.

    ``text`` is the run of a compressed node, or the byte of each way of a branching one. ``key`` is
    that of a leaf. ``children`` are those of the ways from ``first`` on that lead to wanted keys;
    ``before`` and ``after`` count the keys to which the other ways lead.
    """

    depth: int
    text: bytes
    key: int | None
    children: tuple[RadixNodeLayout, ...]
    first: int = 0
    before: int = 0
    after: int = 0
    ways: int = 0

    @property
    def compressed(self) -> bool:
        """Whether the text is a run of bytes; one byte alone is a branching with one way."""
        return self.ways == 1 and len(self.text) > 1

    @property
    def header(self) -> bytes:
        """The four header bytes."""
        flags = _IS_KEY if self.key is not None else _COMPRESSED if self.compressed else 0
        return (flags | len(self.text) << _SIZE_SHIFT).to_bytes(_HEADER, "little")

    @property
    def padding(self) -> int:
        """Bytes after the text that align the pointers."""
        return -(_HEADER + len(self.text)) % _POINTER

    @property
    def size(self) -> int:
        """Bytes of the whole node."""
        pointers = self.ways + (self.key is not None)
        return _HEADER + len(self.text) + self.padding + pointers * _POINTER

    def walk(self) -> Iterator[RadixNodeLayout]:
        """This node and those below it, as far as they were derived, in the order of the keys."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class RadixLayout:
    """A tree: how many keys and nodes the whole has, and the root with what was derived."""

    keys: int
    nodes: int
    root: RadixNodeLayout


def radix_layout(radix: Radix[_V], start: int, stop: int) -> RadixLayout:
    """Derive the nodes that lead to the keys [start, stop)."""
    keys = radix.keys
    if not keys:
        return RadixLayout(0, radix.nodes, RadixNodeLayout(0, b"", None, ()))
    return RadixLayout(len(keys), radix.nodes, _node(keys, (0, len(keys)), 0, (start, stop)))


Range = tuple[int, int]
"""Keys by their places, from the first up to, not including, the second."""


def _node(keys: list[int], held: Range, depth: int, wanted: Range) -> RadixNodeLayout:
    """The node for keys that share their first ``depth`` bytes."""
    if depth == KEY_SIZE:
        return RadixNodeLayout(depth, b"", keys[held[0]], ())
    first, last = keys[held[0]], keys[held[1] - 1]
    shared = KEY_SIZE - ((first ^ last).bit_length() + 7 >> 3)
    if shared > depth:
        run = first.to_bytes(KEY_SIZE, "big")[depth:shared]
        inside = max(held[0], wanted[0]) < min(held[1], wanted[1])
        children = (_node(keys, held, shared, wanted),) if inside else ()
        after = 0 if inside else held[1] - held[0]
        return RadixNodeLayout(depth, run, None, children, after=after, ways=1)
    return _branching(keys, held, depth, wanted)


def _branching(keys: list[int], held: Range, depth: int, wanted: Range) -> RadixNodeLayout:
    ways: list[int] = []
    children: list[RadixNodeLayout] = []
    place = first = before = after = 0
    rest = 8 * (KEY_SIZE - depth - 1)
    at = held[0]
    while at < held[1]:
        prefix = keys[at] >> rest
        end = bisect_left(keys, prefix + 1 << rest, at + 1, held[1])
        ways.append(prefix & 0xFF)
        if end <= wanted[0]:
            before += end - at
            first = place + 1
        elif at >= wanted[1]:
            after += end - at
        else:
            children.append(_node(keys, (at, end), depth + 1, wanted))
        place, at = place + 1, end
    text = bytes(ways)
    return RadixNodeLayout(depth, text, None, tuple(children), first, before, after, ways=len(text))
