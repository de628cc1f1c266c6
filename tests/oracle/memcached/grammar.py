"""Random conversations with memcached: right commands, and every way to get one wrong.

No `flush_all` with a delay: it calls back what an earlier one has killed, except what a thread of
the real server has cleared away by then. No large value that is born dead: how many pages there are
would follow from when a thread clears it away. No value of blanks only: looking for a number in it,
the real server reads on in whatever lies behind the item.
"""

from __future__ import annotations

import random
from base64 import b64encode

KEYS = [b"k%d" % number for number in range(6)] + [b"long" + b"x" * 246, b"caf\xc3\xa9"]
BINARY_KEYS = [b"\0\1\2", b"a b\r\n", b"k1", b"x" * 100, b"\xff"]
EVERY_KEY = [*KEYS, *(key for key in BINARY_KEYS if key.isalnum()), b"noreply", b"0"]
BASE64_KEYS = [b64encode(key) for key in BINARY_KEYS]

_EXPTIMES = [b"0"] * 6 + [b"1000", b"2592000", b"2592001", b"-1", b"2147483647", b"4294967296"]
_BAD_NUMBERS = [
    *(b"x", b"-1", b"", b"1x", b"+1", b"007", b"-0", b"\t1", b"1\t", b"1.5", b"0x10", b"--1"),
    *(b"4294967295", b"4294967297", b"18446744073709551615", b"18446744073709551616"),
    *(b"-18446744073709551615", b"99999999999999999999999", b"2147483648", b"-2147483648"),
]
_BAD_TIMES = [
    *(b"x", b"", b"1x", b"+1000", b"001000", b"-0", b"\t1000", b"1000\t", b"1000.5", b"0x1000"),
    *_BAD_NUMBERS[-9:],
]
"""As `_BAD_NUMBERS`, without those that end within a conversation: whether a second has passed is
the machine's doing."""
_NUMBERS = [b"0", b"1", b"9", b"10", b"99", b"18446744073709551615", b"12 3", b"5\t", b"000", b" 7"]
_LARGE = 500_000
_META_FLAGS = b"bckfhlqstuvIO" + b"TNRFCJDM" + b"ZWXSE"
_WORDS = [
    *(b"version", b"verbosity 0", b"stats reset", b"stats sizes", b"stats detail dump", b"stats x"),
    *(b"lru_crawler sleep 100", b"lru tune 20 40 0.2 2.0", b"lru temp_ttl -1", b"slabs", b"lru"),
    *(b"cache_memlimit 64", b"cache_memlimit 1", b"shutdown", b"GET k1", b"mx", b"m", b"", b" "),
    *(b"quit2", b"gat 0", b"gats 0", b"get", b"set", b"me", b"mn", b"mn 1", b"stats cachedump"),
    *(b"flush_all noreply", b"flush_all 0", b"slabs automove 1", b"bget k1"),
]


class Grammar:
    """Draws conversations from a seeded generator; ``large`` values are rare but come."""

    def __init__(self, seed: int, *, deltas: bool = True) -> None:
        self._draw = random.Random(seed)
        self._deltas = deltas

    def conversation(self, length: int) -> list[bytes]:
        """So many commands, each with its value."""
        return [self.command() for _ in range(length)]

    def command(self) -> bytes:
        """One command with its line end, and its value if it has one."""
        draw = self._draw
        kinds = [
            *([self._storage] * 8 + [self._get] * 6 + [self._touch] * 2 + [self._delete] * 2),
            *([self._meta_get] * 6 + [self._meta_set] * 5 + [self._meta_delete] * 3),
            *([self._debug] * 2 + [self._other] * 2),
        ]
        if self._deltas:
            kinds += [self._delta] * 4 + [self._meta_arithmetic] * 4
        return draw.choice(kinds)()

    # parts

    def _key(self) -> bytes:
        draw = self._draw
        if draw.random() < 0.03:
            return draw.choice([b"x" * 251, b"noreply", b"0", b"", b"k\0z", b"\x7f\xff"])
        return draw.choice(KEYS)

    def _exptime(self) -> bytes:
        draw = self._draw
        return draw.choice(_BAD_TIMES if draw.random() < 0.04 else _EXPTIMES)

    def _number(self) -> bytes:
        draw = self._draw
        if draw.random() < 0.06:
            return draw.choice(_BAD_NUMBERS)
        return b"%d" % draw.choice(
            [0, 1, 2, 7, 10, 99, 1000, 2**63, 2**64 - 1, draw.getrandbits(64)]
        )

    def _value(self) -> bytes:
        draw = self._draw
        kind = draw.random()
        if kind < 0.45:
            return draw.choice(_NUMBERS)
        if kind < 0.55:
            return b""
        if kind < 0.9:
            return b"a" + bytes(draw.choices(b"ab\r\n \0\xff1", k=draw.randrange(40)))
        if kind < 0.985:
            return bytes([draw.randrange(33, 256)]) * draw.randrange(6000)
        return b"L" * draw.choice([*range(523_000, 525_600, 100), 600_000, 1_048_400, 1_048_600])

    def _line(self, *words: bytes) -> bytes:
        """Words as a line: mostly as they should be."""
        draw = self._draw
        chance = draw.random()
        joined = list(words)
        if chance < 0.02:
            joined.insert(
                draw.randrange(len(joined) + 1), draw.choice([b"", b"extra", b"1", b"noreply"])
            )
        elif chance < 0.04:
            del joined[draw.randrange(len(joined))]
        end = draw.choice([b"\n", b" \r\n", b"\r\r\n"]) if draw.random() < 0.02 else b"\r\n"
        return b" ".join(joined) + end

    def _noreply(self) -> list[bytes]:
        return [b"noreply"] if self._draw.random() < 0.1 else []

    def _data(self, value: bytes) -> bytes:
        """A value on the wire; now and then its length is not what was said."""
        draw = self._draw
        chance = draw.random()
        if chance < 0.02:
            return value + draw.choice([b"", b"\n", b"xx", b"x\r\n", b"\r\r\n"])
        return value + b"\r\n"

    def _length(self, value: bytes) -> bytes:
        if self._draw.random() < 0.02:
            return self._draw.choice(_BAD_NUMBERS[:12])
        return b"%d" % len(value)

    # commands

    def _storage(self) -> bytes:
        draw = self._draw
        name = draw.choice(
            [b"set"] * 5 + [b"add", b"replace", b"append", b"prepend", b"cas", b"cas"]
        )
        value = self._value()
        flags = b"0" if draw.random() < 0.7 else self._number()
        exptime = b"0" if len(value) >= _LARGE else self._exptime()
        words = [name, self._key(), flags, exptime, self._length(value)]
        if name == b"cas":
            words.append(self._cas())
        return self._line(*words, *self._noreply()) + self._data(value)

    def _cas(self) -> bytes:
        return b"%d" % self._draw.choice(
            [0, 1, 5, 10, 20, 40, 80, 10**9, self._draw.randrange(100)]
        )

    def _get(self) -> bytes:
        draw = self._draw
        name = draw.choice([b"get", b"get", b"gets", b"gat", b"gats"])
        time = [self._exptime()] if name.startswith(b"gat") else []
        count = draw.choice([1, 1, 1, 2, 5, 30])
        return self._line(name, *time, *(self._key() for _ in range(count)))

    def _delta(self) -> bytes:
        name = self._draw.choice([b"incr", b"decr"])
        return self._line(name, self._key(), self._number(), *self._noreply())

    def _touch(self) -> bytes:
        return self._line(b"touch", self._key(), self._exptime(), *self._noreply())

    def _delete(self) -> bytes:
        hold = [b"0"] if self._draw.random() < 0.1 else []
        return self._line(b"delete", self._key(), *hold, *self._noreply())

    def _other(self) -> bytes:
        draw = self._draw
        if draw.random() < 0.1:
            return bytes(draw.choices(range(1, 128), k=draw.randrange(1, 60))) + b"\r\n"
        return draw.choice(_WORDS) + b"\r\n"

    def _flags(self, letters: bytes, at_most: int = 6) -> list[bytes]:
        draw = self._draw
        chosen = draw.choices(letters, k=draw.randrange(at_most + 1))
        if draw.random() < 0.9:
            chosen = list(dict.fromkeys(chosen))
        if draw.random() < 0.02:
            chosen.append(draw.choice(b"!xyz\x7f\xff"))
        return [bytes([letter]) + self._token(letter) for letter in chosen]

    def _token(self, letter: int) -> bytes:
        draw = self._draw
        match chr(letter):
            case "T" | "N" | "R":
                return self._exptime()
            case "F" | "D" | "J":
                return self._number()
            case "C":
                return self._cas()
            case "M":
                return draw.choice(
                    [b"E", b"A", b"P", b"R", b"S", b"I", b"D", b"+", b"-", b"x", b"", b"AB"]
                )
            case "O":
                return draw.choice([b"", b"1", b"opaque", b"x" * 31, b"x" * 32])
        return b"" if draw.random() < 0.95 else b"y"

    def _meta_key(self, flags: list[bytes]) -> bytes:
        if any(flag[:1] == b"b" for flag in flags):
            bad = [b"=", b"Zg", b"!!!!", b"Z===", b"Zg==Zg=="]
            return self._draw.choice(bad if self._draw.random() < 0.1 else BASE64_KEYS)
        return self._key()

    def _meta_get(self) -> bytes:
        letters = b"cfhklqstuvvOb" + (b"TNR" if self._draw.random() < 0.4 else b"")
        flags = self._flags(letters)
        return self._line(b"mg", self._meta_key(flags), *flags)

    def _meta_set(self) -> bytes:
        flags = self._flags(b"bckqOTFCMMI")
        value = self._value()
        if len(value) >= _LARGE:
            flags = [flag for flag in flags if flag[:1] != b"T"]
        return self._line(b"ms", self._meta_key(flags), self._length(value), *flags) + self._data(
            value
        )

    def _meta_delete(self) -> bytes:
        flags = self._flags(b"bkqOTCII", 4)
        return self._line(b"md", self._meta_key(flags), *flags)

    def _meta_arithmetic(self) -> bytes:
        flags = self._flags(b"bkqvtcOTNJDCM")
        return self._line(b"ma", self._meta_key(flags), *flags)

    def _debug(self) -> bytes:
        flags = [b"b"] if self._draw.random() < 0.2 else []
        return self._line(b"me", self._meta_key(flags), *flags)


def questions() -> bytes:
    """What is asked of every key when a conversation is over."""
    asked = [b"mg %b v s f t c k\r\nme %b\r\n" % (key, key) for key in EVERY_KEY]
    asked += [b"mg %b b v s f t c k\r\nme %b b\r\n" % (key, key) for key in BASE64_KEYS]
    return b"".join(asked)
