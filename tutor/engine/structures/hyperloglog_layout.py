"""The image of a HyperLogLog for a look: header, registers, and the opcodes of the sparse form.

A value has 16,384 registers whatever it has counted, so a look costs about that much at most; of
the opcodes those of a window are kept. A sparse value whose runs do not cover the registers exactly
is corrupt: it has no registers to show, but its header and first opcodes have.
Source: redis 7.0, hyperloglog.c.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from tutor.engine.structures import hyperloglog, hyperloglog_sparse
from tutor.engine.structures.hyperloglog import HEADER_SIZE, REGISTERS, SPARSE, Text
from tutor.engine.structures.window import Window

Opcode = Literal["ZERO", "XZERO", "VAL"]
_CACHED_BITS = (1 << 63) - 1
_SPARSE_MOST = HEADER_SIZE + 2 * REGISTERS + 2
"""Bytes of a sparse value that are looked at: each run covers a register at least, so a longer one
cannot be right."""

_SEEN = 8
"""Values of which the registers are remembered: a look comes again and again."""


@dataclass(frozen=True, slots=True)
class OpcodeLayout:
    """One run: where it stands in the string, its bytes, the first register of the ``run`` that it
    covers, and the value of these, ``rank``."""

    index: int
    offset: int
    data: bytes
    register: int
    run: int
    rank: int

    @property
    def name(self) -> Opcode:
        if self.rank:
            return "VAL"
        return "XZERO" if len(self.data) == 2 else "ZERO"


@dataclass(frozen=True, slots=True)
class HyperloglogLayout:
    """Header and registers.

    ``cached`` is the cardinality in the header, which holds unless ``stale``; ``estimate`` is what
    PFCOUNT answers. ``registers`` has one byte for each, empty if the value is corrupt;
    ``histogram`` counts registers by value. ``opcodes`` are those of the window, out of
    ``opcode_count`` (both none in the dense form).
    """

    sparse: bool
    size: int
    header: bytes
    cached: int
    stale: bool
    estimate: int | None
    registers: bytes
    histogram: tuple[int, ...]
    opcode_count: int
    opcodes: tuple[OpcodeLayout, ...]

    @property
    def corrupt(self) -> bool:
        return not self.registers


def hyperloglog_layout(text: Text, window: Window) -> HyperloglogLayout | None:
    """Derive the image, with the opcodes that begin in the bytes of the window; None if the string
    cannot be a HyperLogLog."""
    if not hyperloglog.is_hyperloglog(text):
        return None
    sparse = text[hyperloglog.ENCODING_AT] == SPARSE
    count = int.from_bytes(text[8:HEADER_SIZE], "little")
    cached, stale = count & _CACHED_BITS, count > _CACHED_BITS
    if sparse:
        registers, opcodes = _sparse(bytes(text[:_SPARSE_MOST]))
    else:
        registers, opcodes = _dense(bytes(text)), ()
    histogram = _histogram(registers)
    estimate = None
    if registers:
        estimate = hyperloglog.estimate(histogram) if stale else cached
    begins = [one.offset for one in opcodes]
    first, last = (bisect_left(begins, byte) for byte in window.bounds(len(text)))
    return HyperloglogLayout(
        sparse=sparse,
        size=len(text),
        header=bytes(text[:HEADER_SIZE]),
        cached=cached,
        stale=stale,
        estimate=estimate,
        registers=registers,
        histogram=histogram,
        opcode_count=len(opcodes),
        opcodes=opcodes[first:last],
    )


@lru_cache(maxsize=_SEEN)
def _histogram(registers: bytes) -> tuple[int, ...]:
    return tuple(hyperloglog.histogram_of(registers))


@lru_cache(maxsize=_SEEN)
def _dense(text: bytes) -> bytes:
    return hyperloglog.unpack(text)


@lru_cache(maxsize=_SEEN)
def _sparse(text: bytes) -> tuple[bytes, tuple[OpcodeLayout, ...]]:
    """Registers and opcodes; no registers if they are not covered exactly."""
    opcodes: list[OpcodeLayout] = []
    ranks: list[bytes] = []
    at, register = HEADER_SIZE, 0
    for size, rank, run in hyperloglog_sparse.opcodes(text):
        opcodes.append(OpcodeLayout(len(opcodes), at, text[at : at + size], register, run, rank))
        ranks.append(bytes([rank]) * run)
        at += size
        register += run
        if register > REGISTERS:
            return b"", tuple(opcodes)
    registers = b"".join(ranks) if register == REGISTERS else b""
    return registers, tuple(opcodes)


def register_under(text: Text, element: bytes) -> int | None:
    """What the register holds on which an element falls; None if the value has none to show.
    O(1) in a dense value and in a sparse one that was looked at before."""
    if not hyperloglog.is_hyperloglog(text):
        return None
    register, _rank = hyperloglog.place(element)
    if text[hyperloglog.ENCODING_AT] != SPARSE:
        return hyperloglog.dense_get(text, register)
    registers, _opcodes = _sparse(bytes(text[:_SPARSE_MOST]))
    return registers[register] if registers else None


@dataclass(frozen=True, slots=True)
class Hit:
    """Where an element falls: its hash, the register its low 14 bits name, and the rank: the place
    of the lowest 1 among the other 50, counted from 1."""

    element: bytes
    hash: int
    register: int
    rank: int


def hit_of(element: bytes) -> Hit:
    """Why an element touches the register that it touches."""
    register, rank = hyperloglog.place(element)
    return Hit(element, hyperloglog.murmur64(element), register, rank)
