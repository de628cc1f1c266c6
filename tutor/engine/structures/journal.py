"""What a change has changed, so that it can be taken back and done again: the undo log.

    before ──── command ────▶ after          record: for each place that was touched, what stood
       ◀──── swap ────▶                      there before; swapped, it holds what stood there after

A `Record` keeps, for each place, the first old value only; so its size follows what was changed,
not how often, nor how big the structure is. Taking back exchanges the old values with the present
ones, and doing again exchanges them back: one record serves both directions. Whatever has no place
(a tower of a skiplist, bytes in the middle of a text) is an `Operation` that knows its inverse;
these are played backwards, then forwards.

The structures that write themselves down are in `logged` and `logged_quicklist`; those that nobody
keeps a history of pay nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, NamedTuple, Protocol

MISSING: Any = object()
"""In place of the value of a key that is not there."""

_NAMED = 50

Getter = Callable[[Any], tuple[Any, ...]]
Adjust = Callable[[Any, dict[str, Any], "Record", bool], None]


class Operation(Protocol):
    """A change that can be reversed; each call goes the other way than the one before."""

    def swap(self) -> None: ...


class _Fields(NamedTuple):
    """Which attributes make up the state of an object; see `keep_fields`."""

    names: tuple[str, ...]
    values: Getter
    derived: tuple[str, ...]
    adjust: Adjust | None


_fields: dict[type, _Fields] = {}


def keep_fields(
    kind: type,
    names: tuple[str, ...],
    derived: tuple[str, ...] = (),
    adjust: Adjust | None = None,
) -> None:
    """Say which attributes make up the state of an object of a class (two at least).

    ``derived`` are attributes that are set to None when the state changes. ``adjust(owner, wanted,
    record, back)`` may change what is about to be set; items have been exchanged by then.
    """
    _fields[kind] = _Fields(names, attrgetter(*names), derived, adjust)


class Record:
    """What stood at each place before a change. ``opened`` are the keys (database, key) whose value
    was opened for writing; ``sides`` what is beside the data (`tutor.engine.journal`).
    ``others`` counts changes that were made by somebody else than who keeps the history, and
    ``others_keys`` are the keys of the last of them (`add_other`).
    """

    __slots__ = (
        "indexes",
        "items",
        "members",
        "opened",
        "operations",
        "others",
        "others_keys",
        "sides",
        "slots",
        "states",
    )

    def __init__(self) -> None:
        self.items: dict[int, tuple[dict[Any, Any], dict[Any, Any]]] = {}
        self.slots: dict[int, tuple[list[Any], dict[int, Any]]] = {}
        self.members: dict[int, tuple[set[Any], dict[Any, bool]]] = {}
        self.states: dict[int, tuple[Any, tuple[Any, ...]]] = {}
        self.operations: list[Operation] = []
        self.opened: dict[tuple[int, bytes], None] = {}
        self.sides: dict[str, Any] = {}
        self.indexes: dict[
            int, None
        ] = {}  # of tables whose bucket index is kept up to date by keys
        self.others = 0
        self.others_keys: list[bytes] = []

    def __bool__(self) -> bool:
        """Whether anything at all was touched."""
        return bool(
            self.items
            or self.others
            or self.states
            or self.operations
            or self.sides
            or self.slots
            or self.members
        )

    @property
    def weight(self) -> int:
        """How many places it keeps."""
        kept = len(self.states) + len(self.operations)
        for places in (self.items, self.slots, self.members):
            kept += sum(len(saved) for _, saved in places.values())
        return kept

    def add_other(self, key: bytes) -> None:
        """Somebody else has changed a key."""
        self.others += 1
        self.others_keys.append(key)
        if len(self.others_keys) > 2 * _NAMED:
            del self.others_keys[:_NAMED]

    # before a change

    def item(self, contents: dict[Any, Any], key: Any) -> None:
        """``contents[key]`` is about to be set or removed."""
        found = self.items.get(id(contents))
        if found is None:
            found = self.items[id(contents)] = (contents, {})
        if key not in found[1]:
            found[1][key] = contents.get(key, MISSING)

    def slot(self, places: list[Any], at: int) -> None:
        """``places[at]`` is about to be set."""
        found = self.slots.get(id(places))
        if found is None:
            found = self.slots[id(places)] = (places, {})
        if at not in found[1]:
            found[1][at] = places[at]

    def member(self, contents: set[Any], key: Any) -> None:
        """``key`` is about to be put into a set or taken out of it."""
        found = self.members.get(id(contents))
        if found is None:
            found = self.members[id(contents)] = (contents, {})
        if key not in found[1]:
            found[1][key] = key in contents

    def state(self, owner: Any) -> None:
        """Attributes of an object are about to be set; which those are `keep_fields` has said."""
        if id(owner) not in self.states:
            kind = type(owner)
            self.states[id(owner)] = owner, _fields[kind].values(owner)

    # and back

    def swap(self, back: bool) -> None:
        """Exchange what stood there with what stands there: ``back``, or forward again."""
        operations = self.operations
        for operation in reversed(operations) if back else operations:
            operation.swap()
        for contents, saved in self.items.values():
            _swap_items(contents, saved, back)
        for places, held in self.slots.values():
            for at, value in held.items():
                held[at], places[at] = places[at], value
        for members, was in self.members.values():
            for key, inside in was.items():
                was[key] = key in members
                (members.add if inside else members.discard)(key)
        for number, (owner, values) in self.states.items():
            fields = _fields[type(owner)]
            wanted = dict(zip(fields.names, values, strict=True))
            if fields.adjust is not None:
                fields.adjust(owner, wanted, self, back)
            self.states[number] = owner, fields.values(owner)
            for name in fields.derived:
                object.__setattr__(owner, name, None)
            for name, value in wanted.items():
                object.__setattr__(owner, name, value)


def _swap_items(contents: dict[Any, Any], saved: dict[Any, Any], back: bool) -> None:
    """What was touched last comes back first, so that keys that were the newest of all stand in
    the dict's own order again."""
    keys = list(saved)
    for key in reversed(keys) if back else keys:
        now = contents.get(key, MISSING)
        old = saved[key]
        if old is MISSING:
            dict.pop(contents, key, None)
        else:
            dict.__setitem__(contents, key, old)
        saved[key] = now


class Log:
    """The record that is open at present. Everything that writes itself down holds this object."""

    __slots__ = ("record",)

    def __init__(self) -> None:
        self.record = Record()

    def begin(self) -> Record:
        """Open a new record; returns the one before."""
        closed, self.record = self.record, Record()
        return closed


class LoggedDict(dict[Any, Any]):
    """A dict that writes down what is set and removed."""

    __slots__ = ("log",)

    def __init__(self, contents: dict[Any, Any], log: Log) -> None:
        super().__init__(contents)
        self.log = log

    def __setitem__(self, key: Any, value: Any) -> None:
        self.log.record.item(self, key)
        dict.__setitem__(self, key, value)

    def __delitem__(self, key: Any) -> None:
        self.log.record.item(self, key)
        dict.__delitem__(self, key)

    def pop(self, key: Any, *default: Any) -> Any:
        """As that of a dict."""
        self.log.record.item(self, key)
        return dict.pop(self, key, *default)


class Splice:
    """Bytes of a text were replaced by so many others."""

    __slots__ = ("count", "old", "start", "text")

    def __init__(self, text: bytearray, start: int, old: bytes, count: int) -> None:
        self.text = text
        self.start = start
        self.old = old
        self.count = count

    def swap(self) -> None:
        """Exchange the old bytes with the present ones."""
        place = slice(self.start, self.start + self.count)
        now = bytes(self.text[place])
        bytearray.__setitem__(self.text, place, self.old)
        self.old, self.count = now, len(self.old)


class LoggedBytes(bytearray):
    """A text that writes down which of its bytes were replaced."""

    log: Log

    def __setitem__(self, place: Any, value: Any) -> None:
        if isinstance(place, slice):
            start, stop, step = place.indices(len(self))
            if step != 1:
                start, stop = 0, len(self)
            stop = max(start, stop)
        else:
            start = place if place >= 0 else place + len(self)
            stop = start + 1
        old, length = bytes(self[start:stop]), len(self)
        super().__setitem__(place, value)
        self._note(start, old, length)

    def __delitem__(self, place: Any) -> None:
        self[place if isinstance(place, slice) else slice(place, place + 1 or None)] = b""

    def __iadd__(self, more: Any) -> LoggedBytes:  # type: ignore[misc]
        self.extend(more)
        return self

    def extend(self, more: Any) -> None:
        """As that of a bytearray."""
        length = len(self)
        super().extend(more)
        self._note(length, b"", length)

    def _note(self, start: int, old: bytes, length: int) -> None:
        """So many bytes stand in place of the old ones as the length has changed by."""
        count = len(old) + len(self) - length
        self.log.record.operations.append(Splice(self, start, old, count))
