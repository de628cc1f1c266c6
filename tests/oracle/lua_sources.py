"""Random Lua expressions, JSON, MessagePack and struct formats, for comparing libraries.

Names and texts stay below 32 bytes: the server's Lua hashes longer ones in its own way, so it walks
through tables with such names in another order than Lua 5.1 does.
"""

from __future__ import annotations

import random
import struct

_NUMBERS = (
    *("0", "1", "-1", "2", "10", "127", "128", "255", "256", "-128", "-129", "65535", "65536"),
    *("2^31", "2^32", "2^53", "-2^53", "2^62", "-2^63", "1.5", "-0.25", "0.1", "1e10", "1e100"),
    *("3.14159265358979", "1e15", "123456789", "-1e-7"),
)
_WORDS = ("err", "ok", "map", "set", "double", "format", "string")
_JSON_ATOMS = (
    *("true", "false", "null", "nan", "inf", "-inf", "0x1F", "01", "1e5", "-0", "+1", "1.5e-3"),
    *(".5", "1.", "-"),
)
_JSON_PIECES = (
    *("a", "b", "\\n", "\\u00e9", "\\ud83d\\ude00", '\\"', "\\\\", "\\/", "é", "\\x", "\\u12"),
    *("z", "\\t"),
)
_NUMBER_HEADS = (
    *((0xCC, 1), (0xD0, 1), (0xCD, 2), (0xD1, 2), (0xCE, 4), (0xD2, 4), (0xCA, 4)),
    *((0xCF, 8), (0xD3, 8)),
)
_FORMATS = (
    *("b", "B", "h", "H", "l", "L", "T", "i", "I", "f", "d", "s", "x", " ", "<", ">", "!"),
    *("!2", "!4", "!8", "c0", "c3", "c", "i3", "i9", "I16", "c2"),
)
_BAD_FORMATS = ("q", "=", "!3", "i40", "Z", "-")


class LuaSources:
    """A seeded source of arguments."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def number(self) -> str:
        """A number as Lua writes it."""
        pick = self.random
        if pick.random() < 0.7:
            return pick.choice(_NUMBERS)
        if pick.random() < 0.5:
            return str(pick.randint(-(10**6), 10**6))
        return repr(pick.uniform(-1, 1) * 10.0 ** pick.randint(-20, 20))

    def text(self) -> str:
        """A string as Lua writes it, any bytes in it."""
        pick = self.random
        kind = pick.randrange(4)
        if kind == 0:
            return f"'k{pick.randrange(20)}'"
        if kind == 1:
            return f"'{pick.choice(_WORDS)}'"
        if kind == 2:
            return f"string.rep('{pick.choice('xy/q')}', {pick.choice([0, 1, 15, 16, 30, 31])})"
        return "'" + "".join(f"\\{byte:03d}" for byte in pick.randbytes(pick.randint(0, 12))) + "'"

    def value(self, depth: int = 0) -> str:
        """A value that has no address: nothing in it prints differently on two servers."""
        kind = self.random.randrange(12)
        if kind < 4 or depth > 3:
            return self.number()
        if kind < 7:
            return self.text()
        if kind == 7:
            return self.random.choice(["true", "false", "nil", "cjson.null"])
        return self._table(depth + 1)

    def _table(self, depth: int) -> str:
        pick = self.random
        values = [self.value(depth) for _ in range(pick.randint(0, 5))]
        named = [f"k{pick.randrange(9)}={self.value(depth)}" for _ in range(pick.randint(0, 3))]
        kind = pick.randrange(4)
        if kind == 0:
            return "{" + ",".join(values) + "}"
        if kind == 1:
            keys = [pick.choice([self.text, self.number])() for _ in values]
            pairs = [f"[{key}]={value}" for key, value in zip(keys, values, strict=True)]
            return "{" + ",".join(pairs) + "}"
        if kind == 2:
            return "{" + ",".join(values + named) + "}"
        return pick.choice(
            [
                f"{{map={{{','.join(named)}}}}}",
                f"{{set={{{','.join(f'k{pick.randrange(9)}=true' for _ in values)}}}}}",
                f"{{double={self.number()}}}",
                f"{{err={self.text()}}}",
                f"{{ok={self.text()}}}",
                f"{{verbatim_string={{format={self.text()},string={self.text()}}}}}",
            ]
        )

    def json(self, depth: int = 0) -> str:
        """JSON, for the most part valid."""
        pick = self.random
        blank = pick.choice(["", " ", "\n", "\t "])
        kind = pick.randrange(9)
        if kind == 0:
            return blank + pick.choice(_JSON_ATOMS)
        if kind < 4 or depth > 3:
            return blank + pick.choice(
                [str(pick.randint(-(10**9), 10**9)), repr(pick.uniform(-9, 9))]
            )
        if kind < 6:
            return blank + '"' + "".join(pick.choices(_JSON_PIECES, k=pick.randint(0, 8))) + '"'
        inner = [self.json(depth + 1) for _ in range(pick.randint(0, 4))]
        if kind < 7:
            return blank + "[" + ",".join(inner) + "]"
        return blank + "{" + ",".join(f'"k{pick.randrange(9)}":{text}' for text in inner) + "}"

    def message_pack(self, depth: int = 0) -> bytes:
        """MessagePack, for the most part valid."""
        pick = self.random
        count = pick.randrange(5)
        kind = pick.randrange(10)
        if kind == 0:
            return pick.randbytes(1)
        if kind < 4 or depth > 3:
            head, size = pick.choice(_NUMBER_HEADS)
            return bytes([head]) + pick.randbytes(size)
        if kind == 4:
            return b"\xcb" + struct.pack(">d", pick.uniform(-1e9, 1e9))
        if kind < 7:
            heads = (bytes([0xA0 + count]), bytes([0xD9, count]), bytes([0xDA, 0, count]))
            return pick.choice(heads) + pick.randbytes(count)
        inner = [self.message_pack(depth + 1) for _ in range(count)]
        if kind < 9:
            heads = (bytes([0x90 + count]), bytes([0xDC, 0, count]), bytes([0xDD, 0, 0, 0, count]))
            return pick.choice(heads) + b"".join(inner)
        heads = (bytes([0x80 + count]), bytes([0xDE, 0, count]), bytes([0xDF, 0, 0, 0, count]))
        names = (bytes([pick.randrange(128)]) for _ in inner)
        pairs = zip(names, inner, strict=True)
        return pick.choice(heads) + b"".join(name + text for name, text in pairs)

    def damaged(self, text: bytes) -> bytes:
        """The text with up to two bytes changed, taken out or put in."""
        pick, found = self.random, bytearray(text)
        for _ in range(pick.randrange(3)):
            at = pick.randrange(len(found)) if found else 0
            patch = pick.choice([b"", bytes([pick.choice(b'{}[],:"\\0-+e.')])])
            found[at : at + pick.randrange(2)] = patch
        return bytes(found)

    def struct_format(self) -> str:
        """A format of the library struct."""
        pick = self.random
        options = [
            pick.choice(_FORMATS if pick.random() < 0.985 else _BAD_FORMATS)
            for _ in range(pick.randint(0, 7))
        ]
        return "".join(options)
