"""The bytes that pictures show, put together over all windows, to be laid beside the real ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tutor.diagrams import NOTHING
from tutor.diagrams.allocations import blocks_of
from tutor.engine.engine import Engine
from tutor.engine.inspect import Inspection, inspect
from tutor.engine.structures.window import Window

EVERYTHING = Window(0, 1_000_000)


@dataclass
class Image:
    """One allocation: the bytes that were shown, by their offset, whichever window showed them."""

    pieces: dict[int, bytes] = field(default_factory=dict)

    def show(self, offset: int, data: bytes) -> None:
        """A field was in sight. What was in sight before must read the same."""
        seen = self.pieces.get(offset, b"")
        short, long = sorted((seen, data), key=len)
        assert long.startswith(short), f"offset {offset} reads {seen!r} and {data!r}"
        self.pieces[offset] = long

    def joined(self) -> bytes | None:
        """All bytes from the first to the last; None if some of them were never in sight."""
        whole = bytearray()
        for offset, data in sorted(self.pieces.items()):
            if offset > len(whole):
                return None
            overlap = bytes(whole[offset : offset + len(data)])
            assert data.startswith(overlap) or overlap.startswith(data)
            whole[offset : offset + len(data)] = data if len(data) >= len(overlap) else overlap
        return bytes(whole)


Images = dict[str, Image]


def looks(
    engine: Engine, key: bytes, windows: Iterable[Window], db: int = 0
) -> Iterator[Inspection]:
    """The key through each window."""
    for window in windows:
        seen = inspect(engine, db, key, window)
        assert seen is not None
        yield seen


def windows_over(total: int, size: int, most: int = 60) -> list[Window]:
    """Windows that follow each other over everything: of this size, or larger if they would be
    very many."""
    while total > size * most:
        size *= 2
    return [Window(start, size) for start in range(0, max(total, 1), size)]


def pictured(seen: Iterable[Inspection]) -> Images:
    """What the bytes view shows in all these looks, allocation by allocation.

    Names are those of the titles; what belongs to a node of a list is named ``node 3 listpack``.
    """
    images: Images = {}
    for inspection in seen:
        for name, offset, data in _fields(inspection):
            images.setdefault(name, Image()).show(offset, data)
    return images


def _fields(inspection: Inspection) -> Iterator[tuple[str, int, bytes]]:
    """Every field with known bytes: its allocation, its offset there, its bytes."""
    name, node = "", ""
    for block in blocks_of(inspection, NOTHING):
        if block.title:
            head = block.title.split(" · ")[0]
            if head.startswith("quicklistNode"):
                name = node = "node " + head.split()[1]
            else:
                name = f"{node} {head}".strip()
        elif node and name in (node, f"{node} quicklistLZF") and block.fields:
            name = f"{node} text"
        offset = block.start
        for one in block.fields:
            if one.data is not None:
                data = one.data
                if len(data) < one.size and len(set(data)) == 1 and one.role == "frame":
                    data = data[:1] * one.size
                yield name, offset, data
            offset += one.size
