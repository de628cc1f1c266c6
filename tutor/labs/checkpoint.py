"""Checkpoints: a lab's world as bytes, to be there again without running it from the beginning.

    run      ├────────┬────────┬────────┬────────┬───▶
                      ▲ bytes  ▲ bytes  ▲ bytes  ▲ bytes
    wanted   ─────────────────────────●
                               └ thaw ┘ and run the rest

`pickle` does the work. What it cannot do by itself is told it here: functions that were made inside
others (a heap of happenings is full of them) are put together again out of their code and what they
have caught; what belongs to a module (a sentinel, a row of the command table) stays the one that it
is; a Lua state is made anew; and who only looks on from above (a console, a screen) is not part of
the world: where it was there is None afterwards, and it has to attach itself anew.

There are moments that cannot be kept (a generator is half through, say): then there is no
checkpoint, and the one before serves.
"""

from __future__ import annotations

import gc
import io
import pickle
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from types import CellType, CodeType, FunctionType, MethodType
from typing import Any

from tutor.engine.registry import Command
from tutor.engine.table import CommandSpec
from tutor.engine.world import World

MOST = 200
"""So many checkpoints are kept; then every second one is dropped, and they come half as often."""

MOST_BYTES = 64 << 20
GAP = 1000
"""Happenings between two checkpoints at first: some 40 ms of running."""

_SHARED = frozenset((CodeType, CommandSpec))
_NATIVE = frozenset((bytes, int, str, dict, list, tuple, bool, float, type(None), bytearray, type))
_ABOVE = ("tutor.tui", "tutor.console", "textual")
_CANNOT = (TypeError, pickle.PicklingError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The world at the frame ``number``; ``happenings``: how many there had been until then."""

    number: int
    happenings: int
    data: bytes


class Freezer:
    """Makes bytes of worlds, and worlds of bytes. ``shared`` are the objects that stay what they
    are, by name; ``number`` gives an object of many a number by which ``find`` knows it again."""

    def __init__(
        self,
        shared: dict[str, object],
        many: type,
        number: Callable[[Any], int],
        find: Callable[[int], object],
    ) -> None:
        self._names = {id(one): name for name, one in shared.items()}
        self._shared = shared
        self.many, self.number, self.find = many, number, find
        self._kept: dict[int, object] = {}
        self._modules = 0

    def freeze(self, world: object) -> bytes | None:
        """The world as bytes; None if this moment cannot be kept."""
        if len(sys.modules) != self._modules:
            self._modules = len(sys.modules)
            self._kept.update(_constants())
        buffer = io.BytesIO()
        with _undisturbed():
            try:
                _Pickler(buffer, self).dump(world)
            except _CANNOT:
                return None
        return zlib.compress(buffer.getvalue(), 1)

    def thaw(self, data: bytes) -> Any:
        """A world of its own, made of these bytes."""
        with _undisturbed():
            return _Unpickler(io.BytesIO(zlib.decompress(data)), self).load()

    def key(self, one: object) -> object:
        """By what an object is known that is not copied; None for the others."""
        kind = type(one)
        if kind in _NATIVE:
            return self._names.get(id(one)) if kind is list else None
        if kind is self.many:
            return self.number(one)
        if kind in _SHARED or id(one) in self._kept or _is_row(one):
            self._kept[id(one)] = one
            return (id(one),)
        if _is_above(one) or _is_lua(one):
            return ()
        return self._names.get(id(one))

    def known(self, key: Any) -> object:
        """The object."""
        if isinstance(key, int):
            return self.find(key)
        if isinstance(key, str):
            return self._shared[key]
        return self._kept[key[0]] if key else None


def _constants() -> dict[int, object]:
    """Single objects that belong to our modules."""
    return {
        id(value): value
        for name, module in list(sys.modules.items())
        if name.startswith("tutor.") and not name.startswith(_ABOVE)
        for value in vars(module).values()
        if type(value).__module__.startswith("tutor.") or type(value) is object
    }


def _is_row(one: object) -> bool:
    """Whether it is a command of the table, and not a twin that an engine has made of it."""
    return type(one) is Command and not _is_inner(one.function)


def _is_inner(function: object) -> bool:
    """Whether it was made inside another one, so that its name does not lead to it."""
    return isinstance(function, FunctionType) and "<" in function.__qualname__


def _is_above(one: object) -> bool:
    """Whether it belongs to those who look on."""
    if isinstance(one, partial):
        one = one.func
    if isinstance(one, MethodType):
        one = one.__self__
    if isinstance(one, FunctionType):
        return str(one.__module__).startswith(_ABOVE)
    return isinstance(one, World) or type(one).__module__.startswith(_ABOVE)


def _is_lua(one: object) -> bool:
    """Whether it is the Lua state of scripts, which is made anew out of them when one is run; that
    of functions is not, it has what was loaded into it."""
    if type(one).__module__ != "tutor.engine.scripting.runtime":
        return False
    caller: Any = getattr(one, "caller", None)
    return caller is not None and caller.session.peer == "eval"


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Thousands of objects are made, none is garbage."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, freezer: Freezer) -> None:
        super().__init__(file, 5)
        self.persistent_id = freezer.key  # type: ignore[method-assign]

    def reducer_override(self, obj: Any) -> Any:
        if _is_inner(obj):
            made = obj.__code__, obj.__module__, obj.__name__, obj.__closure__
            return _function, made, (obj.__defaults__, obj.__kwdefaults__), None, None, _defaults
        if isinstance(obj, CellType):
            return _cell, (), (obj.cell_contents,), None, None, _fill
        if type(obj) is count:  # from Python 3.14 on it says nothing of itself
            return count, (int(repr(obj)[6:-1]),)
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, freezer: Freezer) -> None:
        super().__init__(file)
        self.persistent_load = freezer.known  # type: ignore[method-assign]


def _function(
    code: CodeType, module: str, name: str, cells: tuple[CellType, ...] | None
) -> FunctionType:
    return FunctionType(code, vars(sys.modules[module]), name, None, cells)


def _cell() -> CellType:
    return CellType()


def _defaults(function: FunctionType, state: tuple[Any, Any]) -> None:
    function.__defaults__, function.__kwdefaults__ = state


def _fill(cell: CellType, state: Sequence[object]) -> None:
    cell.cell_contents = state[0]


class Checkpoints:
    """Those of one run, in order, ``gap`` happenings apart, in ``most`` bytes."""

    def __init__(self, gap: int = 0, most: int = 0) -> None:
        self._most = most or MOST_BYTES
        self._all: list[Checkpoint] = []
        self._gap = gap or GAP
        self._not_before = 0  # happenings: the last try was in vain

    @property
    def size(self) -> int:
        """Bytes of all together."""
        return sum(len(one.data) for one in self._all)

    def __len__(self) -> int:
        return len(self._all)

    def offer(self, number: int, happenings: int, freeze: Callable[[], bytes | None]) -> None:
        """The world is at this frame: ``freeze`` it if enough has happened since the last one."""
        last = self._all[-1] if self._all else Checkpoint(0, 0, b"")
        due = max(last.happenings + self._gap, self._not_before)
        if number <= last.number or happenings < due:
            return
        data = freeze()
        if data is None:
            self._not_before = happenings + self._gap // 10
            return
        self._all.append(Checkpoint(number, happenings, data))
        if len(self._all) > MOST or self.size > self._most:
            del self._all[::2]
            self._gap *= 2

    def before(self, number: int) -> Checkpoint | None:
        """The last one that is not behind a frame."""
        return next((one for one in reversed(self._all) if one.number <= number), None)

    def forget_from(self, number: int) -> None:
        """From this frame on the run will be another."""
        self._all = [one for one in self._all if one.number < number]
        self._not_before = 0
