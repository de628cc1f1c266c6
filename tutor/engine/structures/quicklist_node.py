"""One node of a quicklist: a listpack (or one huge plain entry), raw or LZF-compressed.

    node 40 bytes: prev, next, entry, sz, count:16 encoding:2 container:2 recompress:1 ...
                                |
           RAW                  v                           LZF
    | listpack, sz bytes |                | compressed size, 8 bytes | LZF image |

Redis compresses at once; here a node only remembers that it was tried (``DUE``), and whether the
trial paid is found out when somebody looks or before the contents change, because a node whose
trial failed is treated differently from then on.
Constants: redis 7.0, quicklist.c (MIN_COMPRESS_BYTES 48, MIN_COMPRESS_IMPROVE 8), quicklist.h.
"""

from __future__ import annotations

from . import lzf
from .allocator import size_class
from .listpack import EMPTY_SIZE, encode, entry_size

NODE_SIZE = 40
LZF_HEADER = 8
MIN_COMPRESS_BYTES = 48
MIN_COMPRESS_GAIN = 8
RAW = -1
DUE = 0


class Node:
    """``entries`` and the byte size of their listpack (or of the plain entry).

    ``squeezed`` is RAW, DUE (compression was tried on these contents, outcome not computed yet) or
    the size of the LZF image. What was pushed in front is kept in ``fresh``, the latest last, until
    somebody asks for the entries: to move them all for each push would cost more than the push.
    The others are ``placed``.
    """

    __slots__ = ("fresh", "next", "placed", "plain", "prev", "size", "squeezed")

    def __init__(self, entries: list[bytes], size: int, plain: bool = False) -> None:
        self.prev: Node | None = None
        self.next: Node | None = None
        self.placed = entries
        self.fresh: list[bytes] | None = None
        self.size = size
        self.plain = plain
        self.squeezed = RAW

    @property
    def entries(self) -> list[bytes]:
        """The values, from the head on."""
        if self.fresh is not None:
            self.fresh.reverse()
            self.placed[:0] = self.fresh
            self.fresh = None
        return self.placed

    @entries.setter
    def entries(self, entries: list[bytes]) -> None:
        self.placed, self.fresh = entries, None

    @classmethod
    def of(cls, value: bytes) -> Node:
        """A node with a listpack of one entry."""
        return cls([value], EMPTY_SIZE + entry_size(value))

    def image(self) -> bytes:
        """The listpack's bytes, or the plain entry."""
        return self.entries[0] if self.plain else encode(self.entries)

    def lzf_size(self) -> int | None:
        """Bytes of the LZF image, None when the node is raw. O(bytes) the first time."""
        if self.squeezed == DUE:
            self.squeezed = self._try_lzf()
        return None if self.squeezed == RAW else self.squeezed

    def allocation(self, allocator: str = "debian") -> int:
        """Bytes of the block the node points to."""
        squeezed = self.lzf_size()
        return size_class(self.size if squeezed is None else LZF_HEADER + squeezed, allocator)

    def _try_lzf(self) -> int:
        if self.size < MIN_COMPRESS_BYTES:
            return RAW
        image = lzf.compress(self.image(), self.size)
        if image is None or len(image) + MIN_COMPRESS_GAIN >= self.size:
            return RAW
        return len(image)
