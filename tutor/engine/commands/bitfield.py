"""BITFIELD: integers of 1 to 64 bits anywhere inside a string (redis 7.0, bitops.c).

    u5 at offset 6:    byte 0        byte 1        byte 2
                     0000 00|aa    aaa|0 0000    0000 0000

The highest bit comes first. All operations are read before the first is carried out, so a fault
in any of them changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutor.engine import errors
from tutor.engine.arguments import INT64_MAX, integer, parse_integer
from tutor.engine.commands.bitmap import Text, bit_offset, bits_of, writable_bits
from tutor.engine.registry import command
from tutor.engine.replies import Reply, ReplyError
from tutor.engine.session import Session

_WORDS = {b"get": 2, b"set": 3, b"incrby": 3}
"""How many words follow the name of an operation."""

_OVERFLOWS = (b"wrap", b"sat", b"fail")


@dataclass(frozen=True, slots=True)
class Field:
    """Where an integer lies, how wide it is, and whether it has a sign."""

    offset: int
    width: int
    signed: bool

    @property
    def low(self) -> int:
        return -(1 << self.width - 1) if self.signed else 0

    @property
    def high(self) -> int:
        return (1 << self.width - self.signed) - 1

    def wrapped(self, value: int) -> int:
        """What is left of a value in so many bits."""
        value &= (1 << self.width) - 1
        return value - (1 << self.width) if value > self.high else value

    def read(self, text: Text) -> int:
        """The integer; what lies beyond the end of the string is 0."""
        first, past, shift = self._place()
        part = text[first:past].ljust(past - first, b"\0")
        return self.wrapped(int.from_bytes(part, "big") >> shift)

    def write(self, text: bytearray, value: int) -> None:
        """Store the integer; the string is long enough."""
        first, past, shift = self._place()
        mask = (1 << self.width) - 1
        bits = int.from_bytes(text[first:past], "big") & ~(mask << shift)
        text[first:past] = (bits | (value & mask) << shift).to_bytes(past - first, "big")

    def _place(self) -> tuple[int, int, int]:
        """The bytes it touches and how many bits follow it in the last one."""
        end = self.offset + self.width
        return self.offset >> 3, (end + 7) >> 3, -end & 7


@dataclass(frozen=True, slots=True)
class Operation:
    """One of GET, SET and INCRBY with its operand and what to do on overflow."""

    name: bytes
    field: Field
    operand: int
    overflow: bytes

    def result(self, old: int) -> int | None:
        """The integer to be stored, None if it does not fit and OVERFLOW FAIL is in force."""
        field = self.field
        if self.name == b"incrby":
            value = old + self.operand
        else:  # an unsigned field sees the operand as C casts it
            value = self.operand if field.signed else self.operand % 2**64
        if field.low <= value <= field.high:
            return value
        if self.overflow == b"sat":
            # SET: a distance that C cannot hold turns negative, so far below counts as above
            far = self.name == b"set" and field.high - value > INT64_MAX
            return field.high if value > field.high or far else field.low
        return field.wrapped(value) if self.overflow == b"wrap" else None


@command("bitfield")
def bitfield(session: Session, argv: Sequence[bytes]) -> Reply:
    """BITFIELD key [GET type offset] [OVERFLOW WRAP|SAT|FAIL] [SET|INCRBY type offset n] …"""
    operations = _operations(session, argv)
    if all(operation.name == b"get" for operation in operations):
        return _get_all(session, argv[1], operations)
    db, key = session.db, argv[1]
    last = max(
        operation.field.offset + operation.field.width - 1
        for operation in operations
        if operation.name != b"get"
    )
    sds, grown = writable_bits(db, key, last)
    replies: list[Reply] = []
    changes = 0
    for operation in operations:
        old = operation.field.read(sds.data)
        if operation.name == b"get":
            replies.append(old)
            continue
        new = operation.result(old)
        if new is None:
            replies.append(None)
            continue
        replies.append(new if operation.name == b"incrby" else old)
        operation.field.write(sds.data, new)
        changes += grown or new != old
    if changes:
        db.changed(key, "setbit", changes)
    return replies


@command("bitfield_ro")
def bitfield_ro(session: Session, argv: Sequence[bytes]) -> Reply:
    """BITFIELD_RO key [GET type offset …]."""
    operations = _operations(session, argv)
    if any(operation.name != b"get" for operation in operations):
        raise ReplyError(errors.BITFIELD_READ_ONLY)
    return _get_all(session, argv[1], operations)


def _get_all(session: Session, key: bytes, operations: Sequence[Operation]) -> Reply:
    text = bits_of(session.db, key) or b""
    return [operation.field.read(text) for operation in operations]


def _operations(session: Session, argv: Sequence[bytes]) -> list[Operation]:
    found: list[Operation] = []
    overflow = b"wrap"
    at, count = 2, len(argv)
    while at < count:
        name = argv[at].lower()
        if name == b"overflow" and at + 1 < count:
            overflow = argv[at + 1].lower()
            if overflow not in _OVERFLOWS:
                raise ReplyError(errors.BITFIELD_OVERFLOW)
            at += 2
            continue
        words = _WORDS.get(name)
        if words is None or at + words >= count:
            raise ReplyError(errors.SYNTAX)
        signed, width = _type(argv[at + 1])
        field = Field(bit_offset(session, argv[at + 2], width), width, signed)
        operand = integer(argv[at + 3]) if words == 3 else 0
        found.append(Operation(name, field, operand, overflow))
        at += 1 + words
    return found


def fields_of(argv: Sequence[bytes]) -> list[Field]:
    """The integers that the words of a BITFIELD name, for whoever looks on; what the limits of a
    server make of them is not asked. Raises ReplyError."""
    found: list[Field] = []
    at = 2
    while at + 2 < len(argv):
        words = _WORDS.get(argv[at].lower())
        if words is not None:
            signed, width = _type(argv[at + 1])
            counted = argv[at + 2].startswith(b"#")
            place = integer(argv[at + 2][counted:]) * (width if counted else 1)
            found.append(Field(place, width, signed))
        at += 2 if words is None else 1 + words
    return found


def _type(word: bytes) -> tuple[bool, int]:
    """``i`` or ``u`` and a width: whether it has a sign, and how many bits."""
    width = parse_integer(word[1:])
    signed = word[:1] == b"i"
    if width is None or word[:1] not in (b"i", b"u") or not 1 <= width <= (64 if signed else 63):
        raise ReplyError(errors.BITFIELD_TYPE)
    return signed, width
