"""A pickle taken apart, as data: nothing in it was ever carried out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Deed = Literal["names", "calls", "makes", "builds", "registry", "outside"]
"""What an opcode would have the reader do that plain data never needs: import a name, call it,
make an instance, fill an instance's state, look into the registry of extensions, ask the program
for an object of its own."""

FaultCode = Literal[
    "cut", "frame", "opcode", "argument", "underflow", "mark", "memo", "protocol", "room", "kind",
    "empty", "no-stop",
]  # fmt: skip
Loss = Literal[
    "tuple", "key", "nan", "same", "set", "bytes", "datetime", "decimal", "object", "bad-key",
    "cycle", "nesting",
]  # fmt: skip
"""What JSON makes something else of (`ALTERED`) and what it refuses."""

ALTERED: tuple[Loss, ...] = ("tuple", "key", "nan", "same")


@dataclass(frozen=True, slots=True)
class Danger:
    """``name`` is the callable as ``module.name`` ("?" where it stands nowhere in the pickle),
    ``arguments`` what it would get, spelt as in Python. ``weapon``: what attacks are made of."""

    deed: Deed
    name: str
    arguments: str = ""
    weapon: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a reader would give up, or (``frame``) what contradicts the bytes."""

    code: FaultCode
    offset: int
    found: str = ""


@dataclass(frozen=True, slots=True)
class Op:
    """One opcode with its argument: ``size`` bytes at ``offset``, of which ``data`` are the first.

    ``argument`` is spelt as in Python, "" if there is none, ``number`` an index of the memo or a
    length. ``stack`` and ``memo`` are how many objects there are afterwards, ``depth`` how many
    marks were open.
    """

    offset: int
    size: int
    code: int
    name: str
    data: bytes
    argument: str = ""
    number: int | None = None
    stack: int = 0
    memo: int = 0
    depth: int = 0
    danger: Danger | None = None
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Rest:
    """Bytes that are no opcode: after the end, behind a fault, or beyond the limit."""

    offset: int
    size: int
    data: bytes
    kind: Literal["after-stop", "damage", "left-out"]


@dataclass(frozen=True, slots=True)
class JsonTwin:
    """The same value as ``json.dumps`` writes it. ``size`` and ``compact`` (without spaces, UTF-8)
    are bytes, None where it refuses or the value is too large to be counted; ``error`` is the text
    of its refusal. ``losses`` are what would not come back as it was, with how often."""

    text: str
    size: int | None
    compact: int | None
    losses: tuple[tuple[Loss, int], ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class PickleLayout:
    """``size`` bytes: ``ops`` and then ``rest`` cover each of them once. ``value`` is what it holds
    as far as that is plain data, calls as calls; ``is_number``: Django takes this text for a whole
    number and never unpickles it."""

    size: int
    protocol: int
    ops: tuple[Op, ...]
    rest: Rest | None
    faults: tuple[Fault, ...]
    value: str
    json: JsonTwin | None
    deepest: int
    is_number: bool = False

    @property
    def dangers(self) -> tuple[Danger, ...]:
        """What a reader would be made to do, in order."""
        return tuple(op.danger for op in self.ops if op.danger is not None)

    @property
    def whole(self) -> bool:
        """Whether a reader would come to its end."""
        return not self.faults and bool(self.ops) and self.ops[-1].name == "STOP"
