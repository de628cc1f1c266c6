"""Read a pickle without unpickling it: what each byte is, from the first to the last or to a fault.

The opcodes and how their arguments are read come from the standard library's `pickletools`; where
an argument ends is looked at before it is read, so that a length out of nowhere takes no memory.
"""

from __future__ import annotations

import io
import pickletools
import re
from collections.abc import Mapping
from typing import Any

from tutor.diagrams.pickles.layout import Danger, Fault, FaultCode, Op, PickleLayout, Rest
from tutor.diagrams.pickles.machine import MOST_ROOM, Broken, Machine
from tutor.diagrams.pickles.values import Large, json_twin, spelt

LIMIT = 4096
"""Opcodes that are looked at, unless somebody wants more."""

KEPT = 64
"""Bytes of an opcode that are kept for the picture."""

MOST_ARGUMENT = 1 << 20
MOST_TOGETHER = 4 << 20
"""Arguments beyond this are told by their sizes."""

MOST_DIGITS = 200
_NUMBER = re.compile(rb"\s*[+-]?[0-9](_?[0-9])*\s*")
_BY_CODE: Mapping[int, pickletools.OpcodeInfo] = {
    ord(one.code): one for one in pickletools.opcodes
}  # fmt: skip
_LENGTHS = {
    pickletools.TAKEN_FROM_ARGUMENT1: (1, False),
    pickletools.TAKEN_FROM_ARGUMENT4: (4, True),
    pickletools.TAKEN_FROM_ARGUMENT4U: (4, False),
    pickletools.TAKEN_FROM_ARGUMENT8U: (8, False),
}
_LINES = {"stringnl_noescape_pair": 2}
_TEXTS = frozenset({"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE", "STRING"})
_LONGS = frozenset({"LONG", "LONG1", "LONG4", "INT"})
_PUTS = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_INDEXES = _PUTS | {"GET", "BINGET", "LONG_BINGET", "FRAME"}


def dissect(data: bytes, limit: int = LIMIT) -> PickleLayout:
    """Take a pickle apart. Never raises, never carries out anything; O(limit + sizes up to a few
    MiB), whatever the bytes are."""
    walk = _Walk(data)
    if not data:
        walk.faults.append(Fault("empty", 0))
    while walk.at < len(data) and len(walk.ops) < limit and walk.step():
        pass
    return walk.finish()


class _Walk:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.ops: list[Op] = []
        self.faults: list[Fault] = []
        self.machine = Machine()
        self.protocol = 0
        self.deepest = 0
        self._together = 0
        self._stopped = False

    def step(self) -> bool:
        """One opcode; False where nothing can follow."""
        info = _BY_CODE.get(self.data[self.at])
        if info is None:
            return self._fail("opcode", f"0x{self.data[self.at]:02x}")
        try:
            end = self._end(info)
            argument = self._argument(info, end)
        except Broken as broken:
            return self._fail(broken.code, broken.found)
        return self._carry_out(info, end, argument)

    def _carry_out(self, info: pickletools.OpcodeInfo, end: int, argument: Any) -> bool:
        machine, start = self.machine, self.at
        depth = len(machine.marks)
        fault: Fault | None = None
        danger: Danger | None = None
        try:
            danger = machine.do(info.name, argument)
        except Broken as broken:
            fault = Fault(broken.code, start, broken.found)
        except RecursionError:
            fault = Fault("kind", start)
        self._stopped = fault is not None
        if info.name == "PROTO":
            self.protocol = argument
        elif info.name == "FRAME" and argument > len(self.data) - end:
            fault = Fault("frame", start, str(argument))
        elif info.name in _PUTS and argument > MOST_ROOM + len(machine.memo):
            fault = Fault("room", start, str(argument))
        if fault is not None:
            self.faults.append(fault)
        self.deepest = max(self.deepest, machine.height)
        self.ops.append(Op(
            offset=start, size=end - start, code=self.data[start], name=info.name,
            data=self.data[start : min(end, start + KEPT)],
            argument="" if info.arg is None else _shown(info.name, argument),
            number=argument if info.name in _INDEXES else None,
            stack=machine.height, memo=len(machine.memo),
            depth=min(depth, len(machine.marks)), danger=danger, fault=fault,
        ))  # fmt: skip
        self.at = end
        return not self._stopped and not machine.done

    def _fail(self, code: FaultCode, found: str = "") -> bool:
        self.faults.append(Fault(code, self.at, found))
        self._stopped = True
        return False

    # where an argument ends, and what it is

    def _end(self, info: pickletools.OpcodeInfo) -> int:
        """The byte after the argument. Raises `Broken` if it is not there."""
        start, data = self.at + 1, self.data
        if info.arg is None:
            return start
        if info.arg.n == pickletools.UP_TO_NEWLINE:
            for _line in range(_LINES.get(info.arg.name, 1)):
                found = data.find(b"\n", start)
                if found < 0:
                    raise Broken("cut")
                start = found + 1
            return start
        if info.arg.n >= 0:
            end = start + info.arg.n
        else:
            size, signed = _LENGTHS[info.arg.n]
            head = data[start : start + size]
            if len(head) < size:
                raise Broken("cut")
            length = int.from_bytes(head, "little", signed=signed)
            if length < 0:
                raise Broken("argument", str(length))
            end = start + size + length
        if end > len(data):
            raise Broken("cut", str(end - self.at))
        return end

    def _argument(self, info: pickletools.OpcodeInfo, end: int) -> Any:
        if info.arg is None:
            return None
        size = end - self.at - 1
        if info.name in _LONGS and size > MOST_DIGITS:
            return Large("int", size)
        if size > MOST_ARGUMENT or self._together + size > MOST_TOGETHER:
            begins = self.data[self.at + 1 : self.at + 1 + KEPT]
            return Large(
                "str" if info.name in _TEXTS else "bytes",
                size,
                begins[8:24].decode("ascii", "replace"),
            )
        self._together += size
        try:
            return info.arg.reader(io.BytesIO(self.data[self.at + 1 : end]))
        except (ValueError, UnicodeError, OverflowError) as error:
            raise Broken("argument", str(error).partition("\n")[0][:80]) from None

    # the end

    def finish(self) -> PickleLayout:
        machine, data = self.machine, self.data
        rest: Rest | None = None
        left = len(data) - self.at
        failed = self._stopped
        if left:
            kind = "after-stop" if machine.done else "damage" if failed else "left-out"
            rest = Rest(self.at, left, data[self.at : self.at + KEPT], kind)  # type: ignore[arg-type]
        elif not machine.done and not failed and data:
            self.faults.append(Fault("no-stop", self.at))
        held = machine.result if machine.done else machine.stack[-1] if machine.height else None
        known = machine.done or machine.height > 0
        return PickleLayout(
            size=len(data), protocol=self.protocol, ops=tuple(self.ops), rest=rest,
            faults=tuple(self.faults), value=spelt(held, 400) if known else "",
            json=json_twin(machine.result) if machine.done else None, deepest=self.deepest,
            is_number=len(data) <= MOST_DIGITS and _NUMBER.fullmatch(data) is not None,
        )  # fmt: skip


def _shown(name: str, argument: Any) -> str:
    if name in ("GLOBAL", "INST"):
        return str(argument).replace(" ", ".", 1)[: KEPT * 2]
    return spelt(argument, 160)
