"""RESP bytes taken apart: one token for each line that the protocol gives a type byte.

    *2\\r\\n$3\\r\\nGET\\r\\n$1\\r\\nk\\r\\n   ─▶   *2│\\r\\n      array of 2
                                         $3│\\r\\n│GET│\\r\\n   bulk string
                                         $1│\\r\\n│k│\\r\\n

The raw bytes of all tokens, one after the other, are the bytes that came in. Bytes may end anywhere
(only the beginning of a long reply is looked at): the last token says so.
Source of the types: RESP2 and RESP3 as redis-server 7.0.15 writes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "array",
    "set",
    "map",
    "push",
    "attribute",
    "bulk",
    "verbatim",
    "simple",
    "error",
    "integer",
    "double",
    "boolean",
    "big number",
    "null",
    "null array",
    "null bulk",
    "cut",
]

CRLF = b"\r\n"

_AGGREGATES: dict[bytes, Kind] = {
    b"*": "array",
    b"~": "set",
    b">": "push",
    b"%": "map",
    b"|": "attribute",
}
_BLOBS: dict[bytes, Kind] = {b"$": "bulk", b"=": "verbatim"}
_LINES: dict[bytes, Kind] = {
    b"+": "simple",
    b"-": "error",
    b":": "integer",
    b",": "double",
    b"#": "boolean",
    b"(": "big number",
    b"_": "null",
}
_NULLS: dict[Kind, Kind] = {"array": "null array", "bulk": "null bulk"}
_PAIRS = frozenset({"map", "attribute"})


class NotResp(ValueError):
    """Bytes that no RESP server sends, from some offset on."""


@dataclass(frozen=True, slots=True)
class Token:
    """``sign`` is the type byte, ``head`` what stands on its line (a length, a number, a text),
    ``body`` the payload of a bulk or verbatim string. ``depth``: how many aggregates it lies in;
    ``index``: its place among their elements; ``half``: of a map's pair. ``raw``: all its bytes;
    ``whole`` is False where they end too early."""

    kind: Kind
    depth: int
    index: int
    sign: bytes
    head: bytes
    body: bytes | None
    raw: bytes
    half: Literal["", "key", "value"] = ""
    whole: bool = True

    @property
    def length(self) -> int:
        """The number in the head: elements, pairs or bytes; -1 for nothing."""
        return int(self.head)


@dataclass(slots=True)
class _Level:
    """An aggregate that is open: how many of its elements are still to come."""

    left: int
    pairs: bool
    seen: int = 0


def tokens(data: bytes) -> Iterator[Token]:
    """The tokens in order; raises `NotResp`."""
    levels: list[_Level] = []
    at = 0
    while at < len(data):
        while levels and not levels[-1].left:
            levels.pop()
        token = _token(data, at, levels)
        if levels and token.kind != "attribute":
            levels[-1].left -= 1
            levels[-1].seen += 1
        if token.whole and token.sign in _AGGREGATES and token.length > 0:
            pairs = token.kind in _PAIRS
            levels.append(_Level(token.length * (2 if pairs else 1), pairs))
        yield token
        at += len(token.raw)


def _token(data: bytes, at: int, levels: list[_Level]) -> Token:
    sign = data[at : at + 1]
    kind = _AGGREGATES.get(sign) or _BLOBS.get(sign) or _LINES.get(sign)
    if kind is None:
        raise NotResp(f"no type byte: {sign!r} at offset {at}")
    depth, index = len(levels), levels[-1].seen if levels else 0
    half: Literal["", "key", "value"] = ""
    if levels and levels[-1].pairs:
        half = "value" if index % 2 else "key"
    end = data.find(CRLF, at)
    if end < 0:
        return Token("cut", depth, index, sign, data[at + 1 :], None, data[at:], half, False)
    head = data[at + 1 : end]
    after = end + 2
    if sign in _LINES:
        return Token(kind, depth, index, sign, head, None, data[at:after], half)
    if not head.removeprefix(b"-").isdigit():
        raise NotResp(f"no length: {head[:20]!r} at offset {at}")
    length = int(head)
    if length < 0:
        kind = _NULLS.get(kind, kind)
    if sign in _AGGREGATES or length < 0:
        return Token(kind, depth, index, sign, head, None, data[at:after], half)
    body = data[after : after + length]
    raw = data[at : after + length + 2]
    whole = len(raw) == after + length + 2 - at
    return Token(kind, depth, index, sign, head, body, raw, half, whole)
