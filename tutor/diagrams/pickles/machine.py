"""The stack machine of a pickle, carried out on names: nothing is imported, nothing called.

    MARK  'id'  TUPLE        ─▶ the stack holds ('id',)
    STACK_GLOBAL             ─▶ … and the name os.system
    REDUCE                   ─▶ … and "what os.system('id') would give"

What each opcode does to the stack: CPython's Lib/pickle.py, class _Unpickler.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tutor.diagrams.pickles.layout import Danger, Deed, FaultCode
from tutor.diagrams.pickles.values import Group, Kind, Large, Made, Named, spelt

MARK = object()
MOST_ROOM = 1 << 20
"""So many places of the memo may be asked for before it is an attack: the C reader makes room for
every index below the one that is named."""

_REACHING = (
    "os posix nt subprocess sys shutil socket pty commands platform importlib runpy code codeop "
    "ctypes operator functools pickle _pickle marshal types inspect timeit pdb bdb multiprocessing "
    "threading webbrowser requests urllib pip cProfile profile trace builtins.exec builtins.eval "
    "builtins.compile builtins.open builtins.__import__ builtins.getattr builtins.setattr "
    "builtins.delattr builtins.globals builtins.vars builtins.input builtins.breakpoint "
    "builtins.apply"
)
_WEAPONS = frozenset(_REACHING.split())


class Broken(Exception):
    """A reader gives up here."""

    def __init__(self, code: FaultCode, found: str = "") -> None:
        super().__init__(code, found)
        self.code = code
        self.found = found


def is_weapon(name: str) -> bool:
    """Whether attacks are made of such names: they start programs, open files, reach anything."""
    name = name.replace("__builtin__.", "builtins.")
    return name in _WEAPONS or name.partition(".")[0] in _WEAPONS


class Machine:
    """``stack`` with its marks, and the ``memo``. `do` carries out one opcode."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}
        self.marks: list[int] = []
        self.result: Any = None
        self.done = False

    def do(self, name: str, argument: Any) -> Danger | None:
        """Raises `Broken` where a reader would fail."""
        if name in PUSHED:
            self.stack.append(argument)
            return None
        return _DEEDS[name](self, argument)

    @property
    def height(self) -> int:
        """Objects on the stack."""
        return len(self.stack) - len(self.marks)

    def pop(self) -> Any:
        """The top. A mark is none."""
        if not self.stack or self.stack[-1] is MARK:
            raise Broken("underflow")
        return self.stack.pop()

    def top(self) -> Any:
        if not self.stack or self.stack[-1] is MARK:
            raise Broken("underflow")
        return self.stack[-1]

    def pop_to_mark(self) -> list[Any]:
        if not self.marks:
            raise Broken("mark")
        at = self.marks.pop()
        items = self.stack[at + 1 :]
        del self.stack[at:]
        return items

    def put(self, index: int) -> None:
        self.memo[index] = self.top()

    def get(self, index: int) -> None:
        if index not in self.memo:
            raise Broken("memo", str(index))
        self.stack.append(self.memo[index])


def _danger(deed: Deed, name: str, arguments: str = "") -> Danger:
    return Danger(deed, name, arguments, is_weapon(name))


def _name_of(value: Any) -> str:
    if isinstance(value, (Named, Made)):
        return value.name if isinstance(value, Named) else f"{value.name}(…)"
    return "?"


def _arguments(value: Any) -> str:
    text = spelt(value, 120)
    return text if isinstance(value, Group) and value.kind == "tuple" else f"(*{text})"


def _group(kind: Kind) -> Callable[[Machine, Any], None]:
    def push(machine: Machine, argument: Any) -> None:
        machine.stack.append(Group(kind))

    return push


def _marked(kind: Kind) -> Callable[[Machine, Any], None]:
    def gather(machine: Machine, argument: Any) -> None:
        items = machine.pop_to_mark()
        if kind == "dict" and len(items) % 2:
            raise Broken("kind", "dict")
        machine.stack.append(Group(kind, items))

    return gather


def _tuple(count: int) -> Callable[[Machine, Any], None]:
    def gather(machine: Machine, argument: Any) -> None:
        items = [machine.pop() for _ in range(count)]
        machine.stack.append(Group("tuple", items[::-1]))

    return gather


def _into(machine: Machine, items: list[Any], kind: Kind) -> None:
    """Items go into what lies below them."""
    target = machine.top()
    if isinstance(target, Made) or (isinstance(target, Group) and target.kind == kind):
        target.items += items
    else:
        raise Broken("kind", kind)


def _append(machine: Machine, argument: Any) -> None:
    item = machine.pop()
    _into(machine, [item], "list")


def _set_item(machine: Machine, argument: Any) -> None:
    value, key = machine.pop(), machine.pop()
    _into(machine, [key, value], "dict")


def _many(kind: Kind) -> Callable[[Machine, Any], None]:
    def add(machine: Machine, argument: Any) -> None:
        items = machine.pop_to_mark()
        if kind == "dict" and len(items) % 2:
            raise Broken("kind", "dict")
        _into(machine, items, kind)

    return add


def _mark(machine: Machine, argument: Any) -> None:
    machine.marks.append(len(machine.stack))
    machine.stack.append(MARK)


def _pop(machine: Machine, argument: Any) -> None:
    if machine.stack and machine.stack[-1] is MARK:
        machine.pop_to_mark()
    else:
        machine.pop()


def _pop_mark(machine: Machine, argument: Any) -> None:
    machine.pop_to_mark()


def _duplicate(machine: Machine, argument: Any) -> None:
    machine.stack.append(machine.top())


def _memoize(machine: Machine, argument: Any) -> None:
    machine.put(len(machine.memo))


def _global(machine: Machine, argument: Any) -> Danger:
    module, _, name = str(argument).partition(" ")
    named = Named(f"{module}.{name}")
    machine.stack.append(named)
    return _danger("names", named.name)


def _stack_global(machine: Machine, argument: Any) -> Danger:
    name, module = machine.pop(), machine.pop()
    if not isinstance(name, str) or not isinstance(module, str):
        if isinstance(name, Large) or isinstance(module, Large):
            machine.stack.append(Named("?"))
            return _danger("names", "?")
        raise Broken("kind", "STACK_GLOBAL")
    named = Named(f"{module}.{name}")
    machine.stack.append(named)
    return _danger("names", named.name)


def _reduce(machine: Machine, argument: Any) -> Danger:
    arguments, function = machine.pop(), machine.pop()
    return _call(machine, "calls", function, arguments)


def _call(machine: Machine, deed: Deed, function: Any, arguments: Any) -> Danger:
    name = _name_of(function)
    machine.stack.append(Made(name, arguments))
    return _danger(deed, name, _arguments(arguments))


def _new(machine: Machine, argument: Any) -> Danger:
    arguments, function = machine.pop(), machine.pop()
    return _call(machine, "makes", function, arguments)


def _new_with_words(machine: Machine, argument: Any) -> Danger:
    words, arguments, function = machine.pop(), machine.pop(), machine.pop()
    danger = _call(machine, "makes", function, arguments)
    if isinstance(words, Group) and words.items:
        danger = _danger("makes", danger.name, f"{danger.arguments[:-1]}, **{spelt(words, 80)})")
    return danger


def _inst(machine: Machine, argument: Any) -> Danger:
    module, _, name = str(argument).partition(" ")
    arguments = Group("tuple", machine.pop_to_mark())
    return _call(machine, "calls", Named(f"{module}.{name}"), arguments)


def _obj(machine: Machine, argument: Any) -> Danger:
    items = machine.pop_to_mark()
    if not items:
        raise Broken("underflow")
    return _call(machine, "calls", items[0], Group("tuple", items[1:]))


def _build(machine: Machine, argument: Any) -> Danger:
    state, target = machine.pop(), machine.top()
    if isinstance(target, Made):
        target.state = state
    return _danger("builds", _name_of(target), spelt(state, 120))


def _extension(machine: Machine, argument: Any) -> Danger:
    machine.stack.append(Named(f"copyreg[{argument}]"))
    return Danger("registry", f"copyreg[{argument}]")


def _persistent(machine: Machine, argument: Any) -> Danger:
    if argument is None:
        argument = machine.pop()
    machine.stack.append(Named(f"persistent_load({spelt(argument, 60)})"))
    return Danger("outside", "persistent_load", f"({spelt(argument, 60)})")


def _protocol(machine: Machine, argument: Any) -> None:
    if argument > 5:
        raise Broken("protocol", str(argument))


def _stop(machine: Machine, argument: Any) -> None:
    machine.result = machine.pop()
    machine.done = True


def _buffer(machine: Machine, argument: Any) -> Danger:
    machine.stack.append(Named("buffers"))
    return Danger("outside", "buffers")


def _nothing(machine: Machine, argument: Any) -> None:
    """Says something about the bytes, not about the value."""


def _fixed(value: object) -> Callable[[Machine, Any], None]:
    return lambda machine, argument: machine.stack.append(value)


def _byte_array(machine: Machine, argument: Any) -> None:
    held = argument if isinstance(argument, Large) else bytes(argument)
    machine.stack.append(Group("bytearray", [held]))


_PLAIN = (
    "INT BININT BININT1 BININT2 LONG LONG1 LONG4 STRING BINSTRING SHORT_BINSTRING BINBYTES "
    "SHORT_BINBYTES BINBYTES8 UNICODE SHORT_BINUNICODE BINUNICODE BINUNICODE8 FLOAT "
    "BINFLOAT"
)
PUSHED = frozenset(_PLAIN.split())
"""What pushes its argument and does nothing else."""

_DEEDS: Mapping[str, Callable[[Machine, Any], Danger | None]] = {
    "NONE": _fixed(None), "NEWTRUE": _fixed(True), "NEWFALSE": _fixed(False),
    "EMPTY_LIST": _group("list"), "EMPTY_TUPLE": _group("tuple"), "EMPTY_DICT": _group("dict"),
    "EMPTY_SET": _group("set"), "LIST": _marked("list"), "TUPLE": _marked("tuple"),
    "DICT": _marked("dict"), "FROZENSET": _marked("frozenset"), "TUPLE1": _tuple(1),
    "TUPLE2": _tuple(2), "TUPLE3": _tuple(3), "APPEND": _append, "APPENDS": _many("list"),
    "SETITEM": _set_item, "SETITEMS": _many("dict"), "ADDITEMS": _many("set"), "MARK": _mark,
    "POP": _pop, "POP_MARK": _pop_mark, "DUP": _duplicate, "MEMOIZE": _memoize,
    "PUT": Machine.put, "BINPUT": Machine.put, "LONG_BINPUT": Machine.put,
    "GET": Machine.get, "BINGET": Machine.get, "LONG_BINGET": Machine.get,
    "BYTEARRAY8": _byte_array, "NEXT_BUFFER": _buffer, "READONLY_BUFFER": _nothing,
    "GLOBAL": _global, "STACK_GLOBAL": _stack_global, "REDUCE": _reduce, "NEWOBJ": _new,
    "NEWOBJ_EX": _new_with_words, "INST": _inst, "OBJ": _obj, "BUILD": _build,
    "EXT1": _extension, "EXT2": _extension, "EXT4": _extension, "PERSID": _persistent,
    "BINPERSID": _persistent, "PROTO": _protocol, "FRAME": _nothing, "STOP": _stop,
}  # fmt: skip
