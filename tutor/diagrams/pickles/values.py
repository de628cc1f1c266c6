"""What lies on the stack while a pickle is read: plain data, and in place of the rest its names.

`spelt` writes such a value as Python would, `json_twin` as JSON would. Both stop early: a few bytes
can name a value of any size (a list that holds ten times a list that holds ten times …).
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from tutor.diagrams.payload import printable
from tutor.diagrams.pickles.layout import JsonTwin, Loss

Kind = Literal["list", "tuple", "dict", "set", "frozenset", "bytearray"]

MOST_DEEP = 100
MOST_PARTS = 50_000
MOST_JSON = 4096
_SPELT_DEEP = 12


@dataclass(slots=True, eq=False, repr=False)
class Group:
    """A container; the items of a dictionary alternate: key, value."""

    kind: Kind
    items: list[Any] = field(default_factory=list)


@dataclass(slots=True, eq=False, repr=False)
class Named:
    """A name that would be imported."""

    name: str


@dataclass(slots=True, eq=False, repr=False)
class Made:
    """What a call would give, with what would be put into it afterwards."""

    name: str
    arguments: Any
    state: Any = None
    items: list[Any] = field(default_factory=list)


@dataclass(slots=True, eq=False, repr=False)
class Large:
    """A text, bytes or a number that is too long to be kept; ``size`` in bytes."""

    kind: Literal["str", "bytes", "int"]
    size: int
    begins: str = ""


_BRACKETS = {"list": "[]", "tuple": "()", "set": "{}", "dict": "{}"}


def spelt(value: Any, budget: int = 200) -> str:
    """As Python would write it, in about so many characters."""
    out: list[str] = []
    _spell(value, out, [budget], 0)
    return "".join(out)


def _spell(value: Any, out: list[str], left: list[int], deep: int) -> None:
    if left[0] <= 0 or deep > _SPELT_DEEP:
        if not out or out[-1] != "…":
            out.append("…")
        return
    if isinstance(value, Group):
        _spell_group(value, out, left, deep)
    elif isinstance(value, Made):
        _put(value.name, out, left)
        arguments = value.arguments
        if not isinstance(arguments, Group):
            arguments = Group("tuple", [arguments])
        _spell_items(arguments.items, "()", out, left, deep)
        if value.state is not None:
            _put(" ← ", out, left)
            _spell(value.state, out, left, deep + 1)
        if value.items:
            _spell_items(value.items, "[]", out, left, deep)
    else:
        _put(_spell_one(value, left[0]), out, left)


def _spell_group(value: Group, out: list[str], left: list[int], deep: int) -> None:
    if value.kind == "dict":
        pairs = zip(value.items[::2], value.items[1::2], strict=False)
        _put("{", out, left)
        for at, (key, one) in enumerate(pairs):
            _put(", " if at else "", out, left)
            _spell(key, out, left, deep + 1)
            _put(": ", out, left)
            _spell(one, out, left, deep + 1)
            if left[0] <= 0:
                break
        _put("}", out, left)
    elif value.kind in _BRACKETS and (value.items or value.kind != "set"):
        _spell_items(value.items, _BRACKETS[value.kind], out, left, deep)
    else:
        _put(value.kind, out, left)
        _spell_items(value.items, "()", out, left, deep)


def _spell_items(
    items: list[Any], brackets: str, out: list[str], left: list[int], deep: int
) -> None:
    _put(brackets[0], out, left)
    for at, one in enumerate(items):
        _put(", " if at else "", out, left)
        _spell(one, out, left, deep + 1)
        if left[0] <= 0:
            break
    _put(brackets[1], out, left)


def _put(text: str, out: list[str], left: list[int]) -> None:
    left[0] -= len(text)
    out.append(text)


def _spell_one(value: Any, room: int) -> str:
    if isinstance(value, str):
        cut = value[: max(room, 1)]
        raw = printable(cut.encode("utf-8", "surrogatepass"), 1 << 20).replace("'", "\\'")
        return f"'{raw}{'…' if len(cut) < len(value) else ''}'"
    if isinstance(value, bytes):
        cut_bytes = value[: max(room, 1)]
        text = "".join(chr(one) if 0x20 <= one < 0x7F and one not in b"'\\" else f"\\x{one:02x}"
                       for one in cut_bytes)  # fmt: skip
        return f"b'{text}{'…' if len(cut_bytes) < len(value) else ''}'"
    if isinstance(value, Named):
        return value.name
    if isinstance(value, Large):
        return f"{value.kind}({value.begins}… {value.size} B)"
    return repr(value)


# as JSON


class _TooMuch(Exception):
    """The value cannot be written out."""


@dataclass(frozen=True, slots=True)
class _Refused:
    """Stands where JSON has nothing."""

    words: str


class _Reader:
    """Makes plain Python of a value, noting what JSON does to it."""

    def __init__(self) -> None:
        self.losses: Counter[Loss] = Counter()
        self.error = ""
        self.parts = 0
        self._open: set[int] = set()

    def plain(self, value: Any, deep: int = 0) -> Any:
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise _TooMuch
        if deep > MOST_DEEP:
            self.losses["nesting"] += 1
            raise _TooMuch
        if isinstance(value, Large):
            raise _TooMuch
        if isinstance(value, Group):
            return self._group(value, deep)
        if isinstance(value, bytes):
            return self._refuse("bytes", "bytes", value)
        if isinstance(value, Made):
            return self._made(value)
        if isinstance(value, Named):
            return self._refuse("object", "type", value)
        if isinstance(value, float) and not math.isfinite(value):
            self.losses["nan"] += 1
        return value

    def _group(self, value: Group, deep: int) -> Any:
        if id(value) in self._open:
            self.losses["cycle"] += 1
            self.error = self.error or "ValueError: Circular reference detected"
            raise _TooMuch
        self._open.add(id(value))
        try:
            if value.kind == "dict":
                return self._dictionary(value, deep)
            if value.kind in ("list", "tuple"):
                if value.kind == "tuple":
                    self.losses["tuple"] += 1
                return [self.plain(one, deep + 1) for one in value.items]
            loss: Loss = "bytes" if value.kind == "bytearray" else "set"
            return self._refuse(loss, value.kind, value)
        finally:
            self._open.discard(id(value))

    def _dictionary(self, value: Group, deep: int) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        names: set[str] = set()
        for key, one in zip(value.items[::2], value.items[1::2], strict=False):
            item = self.plain(one, deep + 1)
            if not isinstance(key, (str, int, float, type(None))):
                self.losses["bad-key"] += 1
                kind = _type_of(key)
                self.error = self.error or (
                    f"TypeError: keys must be str, int, float, bool or None, not {kind}"
                )
                continue
            if not isinstance(key, str):
                self.losses["key"] += 1
            made[key] = item
        for key in made:
            name = key if isinstance(key, str) else json.dumps(key)
            self.losses["same"] += name in names
            names.add(name)
        return made

    def _made(self, value: Made) -> Any:
        module, _, name = value.name.rpartition(".")
        if module == "datetime":
            return self._refuse("datetime", name, value)
        if value.name == "decimal.Decimal":
            return self._refuse("decimal", "Decimal", value)
        return self._refuse("object", name.rpartition(".")[2], value)

    def _refuse(self, loss: Loss, kind: str, value: Any) -> Any:
        self.losses[loss] += 1
        self.error = self.error or f"TypeError: Object of type {kind} is not JSON serializable"
        return _Refused(spelt(value, 60))


def _type_of(value: Any) -> str:
    if isinstance(value, Group):
        return value.kind
    if isinstance(value, Made):
        return value.name.rpartition(".")[2]
    return "type" if isinstance(value, Named) else type(value).__name__


def json_twin(value: Any) -> JsonTwin:
    """The value as JSON, its sizes, and what is lost."""
    reader = _Reader()
    marks: list[str] = []

    def mark(refused: _Refused) -> str:
        marks.append(refused.words)
        return f"{_EDGE}{len(marks) - 1}{_EDGE}"

    try:
        plain = reader.plain(value)
        compact = json.dumps(plain, ensure_ascii=False, separators=(",", ":"), default=mark)
        size = len(json.dumps(plain)) if not reader.error else None
    except (_TooMuch, ValueError):
        return JsonTwin("", None, None, _counted(reader.losses), reader.error)
    data = compact.encode("utf-8", "surrogatepass")
    text = printable(data, MOST_JSON).replace("\\\\", "\\")
    edge = "".join(f"\\x{byte:02x}" for byte in _EDGE.encode())
    for number, words in enumerate(marks):
        text = text.replace(f'"{edge}{number}{edge}"', f"<{words}>", 1)
    tight = len(data) if size is not None else None
    return JsonTwin(text, size, tight, _counted(reader.losses), reader.error)


_EDGE = "\ufdd0"
"""A character that belongs to no text (Unicode: noncharacters): it marks what JSON refuses."""


def _counted(losses: Counter[Loss]) -> tuple[tuple[Loss, int], ...]:
    return tuple((loss, count) for loss, count in losses.items() if count)
