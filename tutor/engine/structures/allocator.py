"""Size classes of jemalloc: how many bytes an allocation of ``n`` bytes really takes.

Redis asks the allocator how large each block became and hands the slack to the string that lives
in it, so the classes are visible in ``DEBUG SDSLEN`` and ``MEMORY USAGE``. Two builds of the same
Redis 7.0.15 differ below 64 bytes:

    debian    8  16      32      48      64 80 96 112 128 160 192 224 256 320 …   (jemalloc 5.3.0)
    upstream  8  16  24  32  40  48  56  64 80 96 112 128 160 192 224 256 320 …   (jemalloc 5.2.1)

Above 64 both go in four equal steps per doubling. Source: measured with ``DEBUG SDSLEN`` on both
builds; the classes are jemalloc's ``SIZE_CLASSES`` with quantum 16 and 8.
"""

from __future__ import annotations

ALLOCATORS = ("debian", "upstream")


def size_class(n: int, allocator: str = "debian") -> int:
    """Bytes the allocator gives for a request of ``n`` (0 counts as 1). O(1)."""
    if n > 64:
        step = 1 << ((n - 1).bit_length() - 3)
        return (n + step - 1) & -step
    if n <= 8:
        return 8
    if allocator == "debian":
        return (n + 15) & -16
    if allocator == "upstream":
        return (n + 7) & -8
    raise ValueError(f"unknown allocator {allocator!r}; known: {', '.join(ALLOCATORS)}")
