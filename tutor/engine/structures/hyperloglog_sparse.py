"""The sparse form of a HyperLogLog: runs of equal registers instead of the registers themselves.

    ZERO    00llllll            l + 1 registers are 0            1 to 64
    XZERO   01llllll llllllll   l + 1 registers are 0            1 to 16384
    VAL     1vvvvvll            l + 1 registers hold v + 1       1 to 4 of 1 to 32

An empty value is one XZERO. Setting a register splits the run that it stands in and merges it with
neighbours of the same value; what results depends on the order, so each step is Redis's own.
Beyond `hll-sparse-max-bytes`, or for a rank above 32, the value becomes dense for good.

Invariant: the runs cover 16384 registers, no more, no less; anything else is corrupt. Setting a
register and decoding are O(runs). Source of the facts: redis 7.0, hyperloglog.c.
"""

from __future__ import annotations

from collections.abc import Iterator

from tutor.engine.structures.hyperloglog import (
    DENSE,
    ENCODING_AT,
    HEADER_SIZE,
    REGISTERS,
    SPARSE,
    Text,
    dense_set,
    header,
    invalidate,
    pack,
)
from tutor.engine.structures.sds import Sds

_ZERO_MOST = 64
_VAL_MOST = 32
_XZERO, _VAL = 0x40, 0x80
_ROOM = 3  # an XZERO split in two with a VAL between them grows by so many bytes
_MERGE_STEPS = 5  # how many opcodes are looked at when neighbours are merged

_RUNS = bytes(
    (op & 3) + 1 if op & _VAL else 0 if op & _XZERO else (op & 63) + 1 for op in range(256)
)
"""The run of an opcode by its first byte; 0 for XZERO, which goes on in a second one."""

_RANKS = [bytes([rank]) for rank in range(_VAL_MOST + 1)]


class Corrupt(Exception):
    """The runs of a sparse value do not cover the registers exactly."""


def empty() -> bytes:
    """An empty sparse value, whose count is known to be 0."""
    return header(SPARSE) + _zeros(REGISTERS)


# opcodes


def _zeros(run: int) -> bytes:
    """ZERO or XZERO for so many registers."""
    if run <= _ZERO_MOST:
        return bytes([run - 1])
    return bytes([_XZERO | (run - 1) >> 8, (run - 1) & 255])


def _value(rank: int, run: int) -> bytes:
    """VAL for so many registers."""
    return bytes([_VAL | (rank - 1) << 2 | run - 1])


def _long_run(text: Text, at: int) -> int:
    """The run of an XZERO; if its second byte is missing, the NUL after the string is read."""
    low = text[at + 1] if at + 1 < len(text) else 0
    return ((text[at] & 63) << 8 | low) + 1


def opcodes(text: Text) -> Iterator[tuple[int, int, int]]:
    """Each opcode: its size in bytes, the rank it stands for, its run."""
    at, end = HEADER_SIZE, len(text)
    while at < end:
        op = text[at]
        if op & _VAL:
            yield 1, (op >> 2 & 31) + 1, (op & 3) + 1
        elif op & _XZERO:
            yield 2, 0, _long_run(text, at)
            at += 1
        else:
            yield 1, 0, op + 1
        at += 1


def registers(text: Text) -> bytes:
    """All registers, one in each byte; raises `Corrupt`."""
    parts: list[bytes] = []
    total = 0
    for _, rank, run in opcodes(text):
        parts.append(_RANKS[rank] * run)
        total += run
    if total != REGISTERS:
        raise Corrupt
    return b"".join(parts)


def histogram(text: Text) -> list[int]:
    """How many registers hold each rank; raises `Corrupt`."""
    counts = [0] * 64
    for _, rank, run in opcodes(text):
        counts[rank] += run
    if sum(counts) != REGISTERS:
        raise Corrupt
    return counts


def to_dense(sds: Sds, allocator: str) -> None:
    """Turn a sparse value into a dense one, in a new block; raises `Corrupt`."""
    text = sds.data
    if text[ENCODING_AT] == DENSE:
        return
    dense = Sds.fresh(text[:HEADER_SIZE] + pack(registers(text)), allocator)
    dense.data[ENCODING_AT] = DENSE
    sds.data, sds.alloc, sds.kind = dense.data, dense.alloc, dense.kind


# setting a register

Place = tuple[int, int]
"""Where an opcode begins and the register with which its run begins."""

START: Place = (HEADER_SIZE, 0)


class _Run:
    """The opcode that a register stands in, and the one before it."""

    __slots__ = ("at", "before", "first", "size", "span")

    def __init__(self, text: Text, index: int, start: Place) -> None:
        at, first = before, _ = start
        end, runs = len(text), _RUNS
        span = span_before = 0
        while at < end:
            span, size = runs[text[at]], 1
            if not span:
                span, size = _long_run(text, at), 2
            first += span
            if index < first:
                break
            before, span_before = at, span
            at += size
        if not span or at >= end:
            raise Corrupt
        first -= span
        self.at, self.first, self.span, self.size = at, first, span, size
        self.before = before, first - span_before


def set_register(
    sds: Sds, index: int, rank: int, most: int, allocator: str, start: Place = START
) -> Place | None:
    """Raise a register of a sparse value to ``rank``, promoting the value if it must be.

    ``most`` is hll-sparse-max-bytes. Returns None if the register holds as much already, else a
    place from which a higher register may be looked for (``start``). Raises `Corrupt`.
    """
    if rank > _VAL_MOST:
        return _promoted(sds, index, rank, allocator)
    sds.reserve(_ROOM, allocator)
    text = sds.data
    run = _Run(text, index, start)
    if run.at == start[0] > HEADER_SIZE:  # the opcode before it may take part in merging
        run = _Run(text, index, START)
    op, at = text[run.at], run.at
    old = (op >> 2 & 31) + 1 if op & _VAL else 0
    if old >= rank:
        return None
    new = _split(old, rank, index - run.first, run.first + run.span - 1 - index)
    growth = len(new) - run.size
    length = len(text) + growth
    if growth > 0 and length > most:
        return _promoted(sds, index, rank, allocator)
    text[at : at + run.size] = new
    del text[length:]
    _merge(text, run.before[0])
    invalidate(text)
    return run.before


def _split(old: int, rank: int, before: int, after: int) -> bytes:
    """What replaces a run of ``old`` in which one register, with so many of the run before and
    after it, now holds ``rank``."""
    new = _value(rank, 1)
    if before:
        new = (_value(old, before) if old else _zeros(before)) + new
    if after:
        new += _value(old, after) if old else _zeros(after)
    return new


def _merge(text: bytearray, at: int) -> None:
    """Join equal neighbours from an opcode on, as far as Redis looks."""
    for _ in range(_MERGE_STEPS):
        if at >= len(text):
            return
        op = text[at]
        following = text[at + 1] if at + 1 < len(text) else 0
        if not op & _VAL:
            at += 2 if op & _XZERO else 1
        elif following & _VAL and op >> 2 == following >> 2 and _RUNS[op] + _RUNS[following] <= 4:
            text[at + 1] = op & ~3 | _RUNS[op] + _RUNS[following] - 1
            del text[at]
        else:
            at += 1


def _promoted(sds: Sds, index: int, rank: int, allocator: str) -> Place:
    to_dense(sds, allocator)
    dense_set(sds.data, index, rank)
    return START
