"""Patterns of KEYS, SCAN, CONFIG GET and their like: ``*``, ``?``, ``[a-z]``, ``[^a]``, ``\\x``.

A pattern is translated once into a regular expression that never backtracks over an earlier star,
so matching costs at most length of the text times number of stars. Peculiarities that follow the
original (redis 7.0, util.c: stringmatchlen): a class that is not closed ends with the pattern, a
range compares signed bytes and may be written backwards, an escaped byte in a class keeps its case
even where case does not matter, and ``*`` alone does not match the empty text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

Matcher = Callable[[bytes], bool]

_STAR, _ANY, _OPEN, _ESCAPE, _CLOSE, _NOT, _DASH = b"*?[\\]^-"


def matches(pattern: bytes, text: bytes, ignore_case: bool = False) -> bool:
    """True if the whole text fits the pattern."""
    return compile_glob(pattern, ignore_case)(text)


@lru_cache(maxsize=256)
def compile_glob(pattern: bytes, ignore_case: bool = False) -> Matcher:
    """A function that tells whether a whole text fits the pattern."""
    if not pattern:
        return _is_empty
    match = re.compile(_translate(pattern, ignore_case), re.DOTALL).fullmatch

    def fits(text: bytes) -> bool:
        return len(text) > 0 and match(text) is not None

    return fits


def _is_empty(text: bytes) -> bool:
    return not text


def _translate(pattern: bytes, ignore_case: bool) -> bytes:
    """A star but the last one is satisfied by the leftmost fit of what follows it."""
    segments: list[list[bytes]] = [[]]
    at = 0
    while at < len(pattern):
        code = pattern[at]
        if code == _STAR:
            if at == 0 or pattern[at - 1] != _STAR or segments[-1]:
                segments.append([])
            at += 1
            continue
        if code == _ANY:
            segments[-1].append(b".")
        elif code == _OPEN:
            members, at = _class(pattern, at + 1, ignore_case)
            segments[-1].append(_one_of(members))
            continue
        else:
            if code == _ESCAPE and at + 1 < len(pattern):
                at += 1
            segments[-1].append(_one_of(_cases(pattern[at], ignore_case)))
        at += 1
    first, *rest = (b"".join(segment) for segment in segments)
    if not rest:
        return first
    between = b"".join(b"(?>.*?%s)" % segment for segment in rest[:-1])
    return first + between + b".*" + rest[-1]


def _class(pattern: bytes, at: int, ignore_case: bool) -> tuple[frozenset[int], int]:
    """The bytes a class beginning at ``at`` admits, and where the pattern goes on."""
    end = len(pattern)
    negated = at < end and pattern[at] == _NOT
    at += negated
    members: set[int] = set()
    while at < end and pattern[at] != _CLOSE:
        if pattern[at] == _ESCAPE and at + 1 < end:
            members.add(pattern[at + 1])
            at += 2
        elif at + 2 < end and pattern[at + 1] == _DASH:
            members |= _range(pattern[at], pattern[at + 2], ignore_case)
            at += 3
        else:
            members |= _cases(pattern[at], ignore_case)
            at += 1
    if negated:
        members = set(range(256)) - members
    return frozenset(members), min(at + 1, end)


def _range(first: int, last: int, ignore_case: bool) -> set[int]:
    low, high = sorted((_signed(first), _signed(last)))
    if ignore_case:
        low, high = _signed(_lower(low & 255)), _signed(_lower(high & 255))
        return {code for code in range(256) if low <= _signed(_lower(code)) <= high}
    return {code for code in range(256) if low <= _signed(code) <= high}


def _signed(code: int) -> int:
    return code - 256 if code > 127 else code


def _lower(code: int) -> int:
    return code + 32 if 65 <= code <= 90 else code


def _cases(code: int, ignore_case: bool) -> frozenset[int]:
    if not ignore_case:
        return frozenset((code,))
    return frozenset((*bytes((code,)).lower(), *bytes((code,)).upper()))


def _one_of(members: frozenset[int]) -> bytes:
    if len(members) == 1:
        return re.escape(bytes(members))
    if not members:
        return b"(?!)"
    return b"[%s]" % b"".join(b"\\x%02x" % code for code in sorted(members))
