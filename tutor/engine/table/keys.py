"""Which words of a command are keys, and what the command does to each.

Follows redis 7.0.15, db.c: `getKeysUsingKeySpecs`, and, where a command's key specs cannot say it
(SORT's STORE may stand anywhere, MIGRATE's specs are incomplete, SET reads only with GET), the
command's own function. The messages of the ValueErrors are those of COMMAND GETKEYS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from tutor.engine.table.spec import CommandSpec, KeySpec

__all__ = ["KeyWord", "keys_and_flags", "keys_of"]

KeyWord = tuple[int, tuple[str, ...]]
"""The index of a key among the words, and what happens to it: flags of a `KeySpec`.

Without flags all that is known is that the word is a key: the words fit no key spec.
"""


class _Unsaid(Exception):
    """The key specs do not fit these words, or say of themselves that they do not tell all."""


def keys_of(spec: CommandSpec, argv: Sequence[bytes]) -> list[int]:
    """The indexes in `argv` (which includes the command's name) of the command's keys.

    As COMMAND GETKEYS answers, its order included. ValueError, with Redis's message, when the
    command takes no keys, when there are too few or too many words, and when the words are such
    that the keys cannot be told. `spec` may be the container of the subcommand in `argv`.
    """
    return [at for at, _ in keys_and_flags(spec, argv)]


def keys_and_flags(spec: CommandSpec, argv: Sequence[bytes]) -> list[KeyWord]:
    """As `keys_of`, and with each key its flags: COMMAND GETKEYSANDFLAGS."""
    if spec.subcommands and len(argv) > 1:
        subcommand = spec.subcommands.get(argv[1].decode("latin-1").lower())
        if subcommand is None:
            raise ValueError("Invalid command specified")
        spec = subcommand
    if all("not_key" in key_spec.flags for key_spec in spec.key_specs):
        raise ValueError("The command has no key arguments")
    if (spec.arity > 0 and spec.arity != len(argv)) or len(argv) < -spec.arity:
        raise ValueError("Invalid number of arguments specified for command")
    try:
        found = _by_specs(spec, argv)
    except _Unsaid:
        found = _by_function(spec, argv)
    if not found and "no_mandatory_keys" not in spec.flags:
        raise ValueError("Invalid arguments specified for command")
    return found


_OF_THE_SPEC = frozenset({"incomplete", "variable_flags"})
"""Flags that say something of a key spec itself, not of a key."""


@cache
def _telling(spec: CommandSpec) -> tuple[tuple[KeySpec, tuple[str, ...]], ...] | None:
    """The specs of a command's keys and the flags of those keys; None if the flags vary."""
    if any("variable_flags" in key_spec.flags for key_spec in spec.key_specs):
        return None
    return tuple(
        (key_spec, tuple(flag for flag in key_spec.flags if flag not in _OF_THE_SPEC))
        for key_spec in spec.key_specs
        if "not_key" not in key_spec.flags
    )


def _by_specs(spec: CommandSpec, argv: Sequence[bytes]) -> list[KeyWord]:
    telling = _telling(spec)
    if telling is None:
        raise _Unsaid
    found: list[KeyWord] = []
    for key_spec, flags in telling:
        first = _first(key_spec, argv)
        if first is None:
            continue
        first, last = _bounds(key_spec, first, argv)
        if last >= len(argv) or last < first or first >= len(argv):
            raise _Unsaid
        found += [(at, flags) for at in range(first, last + 1, key_spec.step)]
        if "incomplete" in key_spec.flags:
            raise _Unsaid
    return found


def _first(key_spec: KeySpec, argv: Sequence[bytes]) -> int | None:
    """Where the search for keys begins; None if the keyword it hangs on was not typed."""
    if key_spec.begin_search == "index":
        return key_spec.index
    if key_spec.begin_search == "unknown":
        raise _Unsaid
    # From the front the last word is never looked at, and from the back the first two are not: a
    # keyword there could have no keys after it.
    start, end = key_spec.index, len(argv) - 1
    places = range(start, end) if start > 0 else range(len(argv) + start, 1, -1)
    keyword = key_spec.keyword.lower().encode()
    return next((at + 1 for at in places if argv[at].lower() == keyword), None)


def _bounds(key_spec: KeySpec, first: int, argv: Sequence[bytes]) -> tuple[int, int]:
    """First and last word that one key spec covers; they may lie outside `argv`."""
    argc = len(argv)
    if key_spec.find_keys == "range":
        if key_spec.last_key >= 0:
            return first, first + key_spec.last_key
        if not key_spec.limit:
            return first, argc + key_spec.last_key
        return first, first + (argc - first) // key_spec.limit + key_spec.last_key
    if key_spec.find_keys == "unknown":
        raise _Unsaid
    at = first + key_spec.keynum
    count = _integer(argv[at]) if at < argc else -1
    if count < 0:
        raise _Unsaid
    first += key_spec.first_key
    return first, first + count - 1


_INTEGER = re.compile(rb"0|-?[1-9][0-9]*")
_ATOI = re.compile(rb"[ \t\n\v\f\r]*([+-]?[0-9]+)")


def _integer(word: bytes) -> int:
    """A number as `string2ll` reads it (no spaces, no plus, no leading zeros), or -1."""
    return int(word) if len(word) < 21 and _INTEGER.fullmatch(word) else -1


def _atoi(word: bytes) -> int:
    """The number a word begins with, as C's `atoi` reads it."""
    found = _ATOI.match(word)
    return int(found[1]) if found else 0


def _by_function(spec: CommandSpec, argv: Sequence[bytes]) -> list[KeyWord]:
    special = _FUNCTIONS.get(spec.name)
    if special is not None:
        return special(argv)
    for key_spec in spec.key_specs:
        if key_spec.find_keys == "keynum" and key_spec.begin_search == "index":
            at = key_spec.index + key_spec.keynum
            first = key_spec.index + key_spec.first_key
            count = _atoi(argv[at])
            if not 1 <= count <= (len(argv) - first) // key_spec.step:
                return []
            found = list(range(first, first + count * key_spec.step, key_spec.step))
            destination = [s.index for s in spec.key_specs if s.find_keys == "range"]
            return [(key, ()) for key in found + destination]
    return []


_READ = ("RO", "access")
_READ_AND_WRITE = ("RW", "access", "update")
_OVERWRITE = ("OW", "update")


def _set(argv: Sequence[bytes]) -> list[KeyWord]:
    """SET writes, and with GET reads too (`setGetKeys`)."""
    get = any(word.lower() == b"get" for word in argv[3:])
    return [(1, _READ_AND_WRITE if get else _OVERWRITE)]


def _bitfield(argv: Sequence[bytes]) -> list[KeyWord]:
    """BITFIELD writes if anything but whole GET and OVERFLOW operations is among its words.

    `bitfieldGetKeys`.
    """
    values = {b"get": 2, b"overflow": 1}
    at = 2
    while at < len(argv):
        at += 1 + values.get(argv[at].lower(), len(argv))
    return [(1, _READ if at == len(argv) else _READ_AND_WRITE)]


def _xread(argv: Sequence[bytes]) -> list[KeyWord]:
    """XREAD, XREADGROUP: the first half of what follows STREAMS (`xreadGetKeys`)."""
    values = {b"block": 1, b"count": 1, b"group": 2, b"noack": 0}
    at = 1
    while at < len(argv) and (word := argv[at].lower()) != b"streams":
        at += 1 + values.get(word, len(argv))
    streams, odd = divmod(len(argv) - at - 1, 2)
    return [] if odd else [(key, ()) for key in range(at + 1, at + 1 + streams)]


def _sort(argv: Sequence[bytes]) -> list[KeyWord]:
    """SORT: the key, and the key after the last STORE (`sortGetKeys`)."""
    store: list[KeyWord] = []
    at = 2
    while at < len(argv):
        word = argv[at].lower()
        if word == b"limit":
            at += 2
        elif word in (b"get", b"by"):
            at += 1
        elif word == b"store" and at + 1 < len(argv):
            store = [(at + 1, _OVERWRITE)]
        at += 1
    return [(1, _READ), *store]


def _sort_ro(argv: Sequence[bytes]) -> list[KeyWord]:
    return [(1, _READ)]


def _migrate(argv: Sequence[bytes]) -> list[KeyWord]:
    """MIGRATE: one key in its place, or all that follow KEYS when that one is empty."""
    skipped = {b"auth": 1, b"auth2": 2}
    keys = [3]
    at = 6
    while at < len(argv):
        word = argv[at].lower()
        if word == b"keys":
            keys = [] if argv[3] else list(range(at + 1, len(argv)))
            break
        at += 1 + skipped.get(word, 0)
    return [(key, ("RW", "access", "delete")) for key in keys]


_FUNCTIONS: dict[str, Callable[[Sequence[bytes]], list[KeyWord]]] = {
    "bitfield": _bitfield,
    "migrate": _migrate,
    "set": _set,
    "sort": _sort,
    "sort_ro": _sort_ro,
    "xread": _xread,
    "xreadgroup": _xread,
}
