"""How the values of directives are read and shown: one class per type, one function per special.

Reading raises `BadValue` with Redis's text (redis 7.0, config.c).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from tutor.engine.arguments import parse_number
from tutor.engine.structures.sds import parse_integer

_LONG = 2**63 - 1
_ULONG = 2**64 - 1


class BadValue(ValueError):
    """The value does not fit; the message is Redis's own."""


WRONG_NUMBER = "wrong number of arguments"


class Kind(Protocol):
    """How values of a type are read from a word of CONFIG SET and shown by CONFIG GET."""

    def parse(self, word: bytes, old: Any) -> Any:
        """The value, or `BadValue`. ``old`` is the present one (some specials change it partly)."""
        ...

    def show(self, value: Any) -> bytes: ...


def _c_string(word: bytes) -> bytes:
    """What C sees of a word: everything before the first NUL."""
    return word.partition(b"\0")[0]


class Bool:
    """``yes`` or ``no``."""

    def parse(self, word: bytes, old: Any) -> bool:
        text = _c_string(word).lower()
        if text not in (b"yes", b"no"):
            raise BadValue("argument must be 'yes' or 'no'")
        return text == b"yes"

    def show(self, value: bool) -> bytes:
        return b"yes" if value else b"no"


@dataclass(frozen=True)
class Number:
    """A decimal integer from ``low`` to ``high``."""

    low: int
    high: int

    def parse(self, word: bytes, old: Any) -> int:
        value = parse_integer(word)
        if value is None:
            raise BadValue("argument couldn't be parsed into an integer")
        return self.check(value)

    def check(self, value: int) -> int:
        if not self.low <= value <= self.high:
            raise BadValue(f"argument must be between {self.low} and {self.high} inclusive")
        return value

    def show(self, value: int) -> bytes:
        return b"%d" % value


@dataclass(frozen=True)
class Octal(Number):
    """An integer written in octal; ``low`` and ``high`` are plain integers."""

    def parse(self, word: bytes, old: Any) -> int:
        found = _OCTAL(_c_string(word))
        if found is None:
            raise BadValue("argument couldn't be parsed as an octal number")
        value = int((found[1] or b"") + (found[2] or b"0"), 8)
        if not self.low <= value <= self.high:
            raise BadValue(f"argument must be between {self.low:o} and {self.high:o} inclusive")
        return value

    def show(self, value: int) -> bytes:
        return b"%o" % value


_OCTAL = re.compile(rb"(?:[ \t\n\v\f\r]*([+-]?)([0-7]+))?").fullmatch
_MEMORY = re.compile(rb"([0-9]*)(b|k|kb|m|mb|g|gb)?", re.IGNORECASE).fullmatch
_UNITS = {b"k": 1000, b"kb": 1 << 10, b"m": 10**6, b"mb": 1 << 20, b"g": 10**9, b"gb": 1 << 30}


def parse_memory(word: bytes) -> int | None:
    """An amount such as ``100``, ``5mb`` (2^20) or ``5m`` (10^6); None if it is none.

    No digits at all mean 0, too many saturate, and the product wraps at 2^64, as in redis 7.0,
    util.c: memtoull.
    """
    found = _MEMORY(_c_string(word))
    if found is None or len(found[1]) >= 128:
        return None
    unit = _UNITS.get((found[2] or b"").lower(), 1)
    return min(int(found[1] or b"0"), _ULONG) * unit & _ULONG


@dataclass(frozen=True)
class Memory(Number):
    """An amount of bytes, with or without a unit."""

    def parse(self, word: bytes, old: Any) -> int:
        value = parse_memory(word)
        if value is None:
            raise BadValue("argument must be a memory value")
        return self.check(value)


@dataclass(frozen=True)
class Percent(Number):
    """An amount of bytes or, kept as a negative number, a percentage."""

    def parse(self, word: bytes, old: Any) -> int:
        text = _c_string(word)
        if text.endswith(b"%"):
            value = parse_integer(text[:-1])
            if value is None or value < 0:
                raise BadValue("argument must be a memory or percent value")
            amount = -value
        else:
            size = parse_memory(text)
            if size is None:
                raise BadValue("argument must be a memory or percent value")
            amount = size if size <= _LONG else size - 2**64
        if amount < -100:
            raise BadValue("percentage argument must be less or equal to 100")
        return amount

    def show(self, value: int) -> bytes:
        return b"%d%%" % -value if value < 0 else b"%d" % value


def _one_of(names: tuple[str, ...]) -> BadValue:
    return BadValue("argument(s) must be one of the following: " + ", ".join(names))


@dataclass(frozen=True)
class Enum:
    """One word of ``names``; a word of ``synonyms`` reads as another."""

    names: tuple[str, ...]
    synonyms: tuple[tuple[str, str], ...] = ()

    def parse(self, word: bytes, old: Any) -> str:
        text = _c_string(word).decode("latin-1").lower()
        if text not in self.names:
            raise _one_of(self.names)
        return dict(self.synonyms).get(text, text)

    def show(self, value: str) -> bytes:
        return value.encode()


@dataclass(frozen=True)
class Flags:
    """Several words of ``names``, the first of which means none of the others."""

    names: tuple[str, ...]

    def parse(self, word: bytes, old: Any) -> str:
        return self.parse_words(_words(word), old)

    def parse_words(self, words: list[bytes], old: Any) -> str:
        given = [_c_string(word).decode("latin-1").lower() for word in words]
        if not given or not set(given) <= set(self.names):
            raise _one_of(self.names)
        if {"save", "nosave"} <= set(given):
            raise BadValue("shutdown options SAVE and NOSAVE can't be used simultaneously")
        return " ".join(name for name in self.names[1:] if name in given) or self.names[0]

    def show(self, value: str) -> bytes:
        return value.encode()


class Text:
    """Any text up to a NUL."""

    def parse(self, word: bytes, old: Any) -> bytes:
        return _c_string(word)

    def show(self, value: bytes) -> bytes:
        return value


class Secret(Text):
    """Any bytes."""

    def parse(self, word: bytes, old: Any) -> bytes:
        return word


@dataclass(frozen=True)
class Special:
    """A type with one member: its own reader and writer."""

    parse: Callable[[bytes, Any], Any]
    show: Callable[[Any], bytes]


@dataclass(frozen=True)
class SpecialWords:
    """A type with one member whose directive takes several words."""

    parse_words: Callable[[list[bytes], Any], Any]
    show: Callable[[Any], bytes]

    def parse(self, word: bytes, old: Any) -> Any:
        return self.parse_words(_words(word), old)


# specials

_C_INTEGER = re.compile(rb"[ \t\n\v\f\r]*[+-]?[0-9]+").fullmatch


def _c_integer(word: bytes) -> int | None:
    """A whole word as C's strtoll reads it: blanks may precede, no digits at all are 0."""
    text = _c_string(word)
    if not text:
        return 0
    if not _C_INTEGER(text):
        return None
    return min(max(int(text), -_LONG - 1), _LONG)


def _int32(value: int) -> int:
    """What is left of a long that C keeps in an int."""
    return (value + 2**31) % 2**32 - 2**31


def _words(word: bytes) -> list[bytes]:
    """A value cut at single spaces, as CONFIG SET does with directives of several arguments."""
    text = _c_string(word)
    return text.split(b" ") if text else []


def parse_save(words: list[bytes], old: Any) -> tuple[tuple[int, int], ...]:
    """Pairs (seconds, changes)."""
    if words == [b""]:
        return ()
    values = [-1 if (value := _c_integer(text)) is None else value for text in words]
    pairs = tuple(zip(values[::2], values[1::2], strict=False))
    if len(values) % 2 or any(seconds < 1 or changes < 0 for seconds, changes in pairs):
        raise BadValue("Invalid save parameters")
    return tuple((seconds, _int32(changes)) for seconds, changes in pairs)


def show_numbers(values: tuple[tuple[int, ...], ...]) -> bytes:
    return b" ".join(b"%d" % value for group in values for value in group)


CLIENT_CLASSES = ("normal", "slave", "pubsub")


def parse_output_limits(given: list[bytes], old: Any) -> tuple[tuple[int, int, int], ...]:
    """(hard bytes, soft bytes, soft seconds) of normal clients, replicas and subscribers."""
    if len(given) % 4:
        raise BadValue("Wrong number of arguments in buffer limit configuration.")
    limits = list(old)
    for at in range(0, len(given), 4):
        name = given[at].decode("latin-1").lower().replace("replica", "slave")
        if name not in CLIENT_CLASSES:
            raise BadValue("Invalid client class specified in buffer limit configuration.")
        hard, soft = parse_memory(given[at + 1]), parse_memory(given[at + 2]) or 0
        seconds = _c_integer(given[at + 3])
        if hard is None or seconds is None or _int32(seconds) < 0:
            raise BadValue(
                "Error in hard, soft or soft_seconds setting in buffer limit configuration."
            )
        limits[CLIENT_CLASSES.index(name)] = (hard, soft, _int32(seconds))
    return tuple(limits)


def show_output_limits(value: tuple[tuple[int, int, int], ...]) -> bytes:
    return b" ".join(
        b"%b %d %d %d" % (name.encode(), *limit)
        for name, limit in zip(CLIENT_CLASSES, value, strict=True)
    )


def parse_oom_values(words: list[bytes], old: Any) -> tuple[int, ...]:
    """oom_score_adj of the master, of replicas and of forked children."""
    if len(words) != 3:
        raise BadValue(WRONG_NUMBER)
    values = [value for word in words if (value := _c_integer(word)) is not None]
    if len(values) != 3 or not all(-2000 <= value <= 2000 for value in values):
        raise BadValue("Invalid oom-score-adj-values, elements must be between -2000 and 2000.")
    return tuple(values)


_EVENT_CLASSES = "g$lshzxetd"
_EVENT_OTHERS = "KEmn"


def parse_events(word: bytes, old: Any) -> str:
    """Letters in Redis's order; ``A`` stands for all of ``g$lshzxetd``."""
    given = set(_c_string(word).decode("latin-1"))
    if not given <= {"A", *_EVENT_CLASSES, *_EVENT_OTHERS}:
        raise BadValue("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.")
    every = "A" in given or set(_EVENT_CLASSES) <= given
    classes = "A" if every else "".join(c for c in _EVENT_CLASSES if c in given)
    return classes + "".join(c for c in "nKEm" if c in given)


def show_events(value: str) -> bytes:
    """7.0 forgets to show ``n`` beside ``A``."""
    return (value.replace("n", "") if "A" in value else value).encode()


def parse_percentiles(given: list[bytes], old: Any) -> tuple[float, ...]:
    """Percentiles of INFO latencystats."""
    if given == [b""]:
        return ()
    values = []
    for text in given:
        value = parse_number(text)
        if value is None:
            raise BadValue("Invalid latency-tracking-info-percentiles parameters")
        if not 0 <= value <= 100:
            raise BadValue(
                "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]"
            )
        values.append(value)
    return tuple(values)


def show_percentiles(values: tuple[float, ...]) -> bytes:
    """Six decimals, without trailing zeros."""
    return b" ".join((b"%f" % value).rstrip(b"0").rstrip(b".") for value in values)


def parse_bind(words: list[bytes], old: Any) -> tuple[str, ...]:
    """Local addresses to listen on; ``-`` before one: never mind if it is not there."""
    addresses = () if words == [b""] else tuple(word.decode("latin-1") for word in words)
    if len(addresses) > 16:
        raise BadValue("Too many bind addresses specified.")
    return addresses


def show_bind(value: tuple[str, ...]) -> bytes:
    return " ".join(value).encode("latin-1")


def can_bind(addresses: tuple[str, ...]) -> bool:
    """True if all of these look like addresses (whether they are this machine's is not asked)."""
    import ipaddress  # milliseconds of every start, for a directive that hardly anybody sets

    for address in addresses:
        bare = address.removeprefix("-")
        if bare in ("*", "::*"):
            continue
        try:
            ipaddress.ip_address(bare)
        except ValueError:
            return False
    return True


def parse_replicaof(words: list[bytes], old: Any) -> bytes:
    """``host port``, or nothing for ``no one``."""
    if len(words) != 2:
        raise BadValue(WRONG_NUMBER)
    host, port = words
    if (host.lower(), port.lower()) == (b"no", b"one"):
        return b""
    number = _c_integer(port)
    if number is None or not 0 <= number <= 65535:
        raise BadValue("Invalid master port")
    return b"%b %d" % (host, number)


def _base_name(word: bytes, name: str, kind: str, empty: bool) -> bytes:
    text = _c_string(word)
    if not text and not empty:
        raise BadValue(f"{name} can't be empty")
    if b"/" in text or b"\\" in text:
        raise BadValue(f"{name} can't be a path, just a {kind}")
    return text


def parse_db_file(word: bytes, old: Any) -> bytes:
    return _base_name(word, "dbfilename", "filename", empty=True)


def parse_append_file(word: bytes, old: Any) -> bytes:
    return _base_name(word, "appendfilename", "filename", empty=False)


def parse_append_folder(word: bytes, old: Any) -> bytes:
    return _base_name(word, "appenddirname", "dirname", empty=False)


def parse_hostname(word: bytes, old: Any) -> bytes:
    text = _c_string(word)
    if len(text) >= 256:
        raise BadValue("Hostnames must be less than 256 characters")
    if not re.fullmatch(rb"[A-Za-z0-9.-]*", text):
        raise BadValue("Hostnames may only contain alphanumeric characters, hyphens or dots")
    return text


_TITLE_FIELDS = rb"title|config-file|port|tls-port|unixsocket|listen-addr|server-mode"
_TITLE = re.compile(rb"(?:[^{]|\{(?:%b)\})+" % _TITLE_FIELDS, re.DOTALL).fullmatch


def parse_title(word: bytes, old: Any) -> bytes:
    text = _c_string(word)
    if not _TITLE(text):
        raise BadValue("template format is invalid or contains unknown variables")
    return text


def parse_defrag(word: bytes, old: Any) -> bool:
    """Debian's build has an allocator of its own, which cannot defragment."""
    value = Bool().parse(word, old)
    if value:
        raise BadValue(
            "Active defragmentation cannot be enabled: it requires a Redis server compiled with a "
            "modified Jemalloc like the one shipped by default with the Redis source distribution"
        )
    return value
