"""Reading the words of a command: integers, doubles, long doubles and options.

Every reader takes a word as it was typed and either returns the value or raises `ReplyError` with
Redis's text. `options` reads what follows the fixed words, from a table that says which options
there are, what each takes and which exclude one another.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tutor.engine import errors
from tutor.engine.replies import ReplyError

INT64_MIN = -(2**63)
INT64_MAX = 2**63 - 1

# integers

_INTEGER = re.compile(rb"0|-?[1-9][0-9]{0,18}").fullmatch


def parse_integer(word: bytes) -> int | None:
    """A signed 64-bit integer in its one canonical form (redis 7.0, util.c: string2ll), or None.

    No spaces, no plus, no leading zeros, no ``-0``.
    """
    if _INTEGER(word) is None:
        return None
    value = int(word)
    return value if INT64_MIN <= value <= INT64_MAX else None


def integer(word: bytes, error: str = errors.NOT_INTEGER) -> int:
    """The word as a signed 64-bit integer."""
    if _INTEGER(word) is not None:
        value = int(word)
        if INT64_MIN <= value <= INT64_MAX:
            return value
    raise ReplyError(error)


def positive(word: bytes, error: str = errors.NOT_POSITIVE) -> int:
    """An integer from 0 up; one text for what is no integer and for what is negative."""
    value = integer(word, error)
    if value < 0:
        raise ReplyError(error)
    return value


def ranged(word: bytes, low: int, high: int, error: str | None = None) -> int:
    """An integer from ``low`` to ``high``; ``error``, if given, is the text of both faults."""
    value = integer(word, error or errors.NOT_INTEGER)
    if not low <= value <= high:
        raise ReplyError(error or errors.out_of_range(low, high))
    return value


# doubles

_DECIMAL = re.compile(rb"([+-]?)([0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE]([+-]?[0-9]+))?").fullmatch
_HEX = re.compile(
    rb"([+-]?)0[xX]([0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP]([+-]?[0-9]+))?"
).fullmatch
_INFINITE = re.compile(rb"([+-]?)inf(?:inity)?", re.IGNORECASE).fullmatch
_ANY_DIGIT = re.compile(rb"[1-9a-fA-F]").search


def parse_number(word: bytes) -> float | None:
    """A double as C's `strtod` reads the whole word, or None.

    Takes hexadecimal and infinities; refuses NaN, and texts that over- or underflow (redis 7.0,
    util.c: string2d).
    """
    if word.isdigit():
        value = float(word)
        return None if value == math.inf else value
    decimal = _DECIMAL(word)
    if decimal is not None:
        value = float(word)
        if value - value != 0.0:  # infinite: the text was too large
            return None
        if value == 0.0 and _ANY_DIGIT(decimal[2]):
            return None
        return value
    infinite = _INFINITE(word)
    if infinite is not None:
        return -math.inf if infinite[1] == b"-" else math.inf
    hexadecimal = _HEX(word)
    if hexadecimal is None:
        return None
    try:
        value = float.fromhex(word.decode("ascii"))
    except OverflowError:
        return None
    return None if value == 0.0 and _ANY_DIGIT(hexadecimal[2]) else value


def number(word: bytes, error: str = errors.NOT_FLOAT) -> float:
    """The word as a double; infinities are numbers, NaN is not."""
    value = parse_number(word)
    if value is None:
        raise ReplyError(error)
    return value


# long doubles: x87's 80 bits, of which 64 are the mantissa

_MANTISSA = 64
_LONG_DOUBLE_CHARS = 5 * 1024
_MAX_EXPONENT = 16384  # finite values are below 2**16384
_MIN_EXPONENT = -16445  # the least denormal is 2**-16445
_CHUNK_DIGITS = 4000
_CHUNK: int = 10**_CHUNK_DIGITS
_FAR = 20_000  # exponents beyond it over- or underflow whatever the digits are


@dataclass(slots=True)
class LongDouble:
    """The number ``mantissa * 2**exponent``, its mantissa at most 64 bits (or an infinity)."""

    mantissa: int
    exponent: int = 0
    infinite: bool = False

    def __add__(self, other: LongDouble) -> LongDouble | None:
        """The rounded sum; None if it is not finite."""
        if self.infinite or other.infinite:
            return None
        low = min(self.exponent, other.exponent)
        total = self.mantissa << self.exponent - low
        total += other.mantissa << other.exponent - low
        result = _rounded(total, 1, low)
        return None if result.infinite else result

    def __bytes__(self) -> bytes:
        """``%.17Lf`` without the zeros at its end (redis 7.0, util.c: ld2string, LD_STR_HUMAN)."""
        size = abs(self.mantissa)
        if self.exponent >= 0:
            digits = _decimal(size << self.exponent)
        else:
            scaled = _divide(size * 10**17, 1 << -self.exponent)
            whole, part = divmod(scaled, 10**17)
            digits = _decimal(whole) + b".%017d" % part
            digits = digits.rstrip(b"0").rstrip(b".")
        return b"-" + digits if self.mantissa < 0 and digits != b"0" else digits


def parse_long_double(word: bytes) -> LongDouble | None:
    """A long double as C's `strtold` reads the whole word, or None (also for NaN)."""
    if _INTEGER(word) is not None:
        value = int(word)
        if -(2**63) <= value <= 2**63:
            return LongDouble(value)
    if not 0 < len(word) < _LONG_DOUBLE_CHARS:
        return None
    if (match := _DECIMAL(word)) is not None:
        base, point = 10, 10
    elif (match := _HEX(word)) is not None:
        base, point = 16, 2
    elif (match := _INFINITE(word)) is not None:
        return LongDouble(-1 if match[1] == b"-" else 1, 0, True)
    else:
        return None
    whole, _, part = match[2].partition(b".")
    digits = _whole(whole + part, base)
    if digits == 0:
        return LongDouble(0)
    power = _clamped(match[3]) - len(part) * (4 if base == 16 else 1)
    size = power + len(whole + part) * (4 if base == 16 else 1)
    if not -_FAR < size < _FAR:
        return None
    result = (
        _rounded(digits, 1, power)
        if point == 2
        else _rounded(digits * 10 ** max(power, 0), 10 ** max(-power, 0), 0)
    )
    if result.infinite or result.mantissa == 0:
        return None
    return LongDouble(-result.mantissa, result.exponent) if match[1] == b"-" else result


def long_double(word: bytes, error: str = errors.NOT_FLOAT) -> LongDouble:
    """The word as a long double; infinities are numbers, NaN is not."""
    value = parse_long_double(word)
    if value is None:
        raise ReplyError(error)
    return value


def _decimal(size: int) -> bytes:
    """Digits of an integer that may have more of them than Python is willing to convert."""
    if size < _CHUNK:
        return b"%d" % size
    high, low = divmod(size, _CHUNK)
    return _decimal(high) + b"%0*d" % (_CHUNK_DIGITS, low)


def _whole(digits: bytes, base: int) -> int:
    """The converse."""
    if base == 16 or len(digits) <= _CHUNK_DIGITS:
        return int(digits, base)
    return _whole(digits[:-_CHUNK_DIGITS], base) * _CHUNK + int(digits[-_CHUNK_DIGITS:])


def _clamped(exponent: bytes | None) -> int:
    if not exponent:
        return 0
    sign = -1 if exponent.startswith(b"-") else 1
    digits = exponent.lstrip(b"+-").lstrip(b"0")
    return sign * (int(digits or b"0") if len(digits) < 7 else 10_000_000)


def _divide(numerator: int, denominator: int) -> int:
    """The quotient of two positive integers, rounded to nearest, ties to even."""
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * rest
    return quotient + (twice > denominator or (twice == denominator and quotient & 1))


def _rounded(numerator: int, denominator: int, exponent: int) -> LongDouble:
    """``numerator / denominator * 2**exponent`` as the nearest long double."""
    if numerator == 0:
        return LongDouble(0)
    size = abs(numerator)
    if denominator == 1 and size < 1 << _MANTISSA and _MIN_EXPONENT <= exponent < _MANTISSA:
        return LongDouble(numerator, exponent)
    shift = size.bit_length() - denominator.bit_length() - _MANTISSA
    if size << max(-shift, 0) >= denominator << max(shift, 0) + _MANTISSA:
        shift += 1
    shift = max(shift, _MIN_EXPONENT - exponent)
    mantissa = _divide(size << max(-shift, 0), denominator << max(shift, 0))
    exponent += shift
    infinite = mantissa.bit_length() + exponent > _MAX_EXPONENT
    return LongDouble(-mantissa if numerator < 0 else mantissa, exponent, infinite)


# options

Reader = Callable[[bytes], Any]


def word(argument: bytes) -> bytes:
    """The reader of an option's value that is taken as it is."""
    return argument


@dataclass(frozen=True, slots=True)
class Option:
    """One option: a reader for each word that follows it, and the options it cannot stand with.

    Without readers it is a flag, whose value is True; with one its value is what the reader gave,
    with more a tuple. ``repeats``: may be given several times, the value is the list of all;
    otherwise the last one counts.
    """

    readers: tuple[Reader, ...] = ()
    excludes: tuple[bytes, ...] = ()
    repeats: bool = False


FLAG = Option()

OptionTable = Mapping[bytes, Option]
"""Options by lower-case name."""


def options(
    argv: Sequence[bytes],
    start: int,
    table: OptionTable,
    unknown: Callable[[bytes], str] = lambda _: errors.SYNTAX,
) -> dict[bytes, Any]:
    """Everything from word ``start`` on as options: lower-case name → value, latest word last.

    Read from left to right, so the first fault is the one that is reported. A word that is no
    option, lacks its values or meets one that excludes it is answered with ``unknown(word)``.
    """
    found, end = leading_options(argv, start, table)
    if end < len(argv):
        raise ReplyError(unknown(argv[end]))
    return found


def leading_options(
    argv: Sequence[bytes], start: int, table: OptionTable
) -> tuple[dict[bytes, Any], int]:
    """As `options`, but stops at the first word that is none; returns its index too (ZADD)."""
    found: dict[bytes, Any] = {}
    at, count = start, len(argv)
    while at < count:
        name = argv[at].lower()
        option = table.get(name)
        if option is None or at + len(option.readers) >= count:
            break
        if any(other in found for other in option.excludes):
            break
        values = [read(argv[at + 1 + i]) for i, read in enumerate(option.readers)]
        value = True if not values else values[0] if len(values) == 1 else tuple(values)
        if option.repeats:
            found.setdefault(name, []).append(value)
        else:
            found.pop(name, None)
            found[name] = value
        at += 1 + len(option.readers)
    return found, at
