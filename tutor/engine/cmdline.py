"""How redis-cli cuts a line into words, and how a word is quoted so that it comes back.

The rules are those of redis 7.0, sds.c, `sdssplitargs`: words are separated by blanks; ``"…"``
knows ``\\xHH \\n \\r \\t \\b \\a`` and takes any other escaped character as itself; ``'…'``
knows only ``\\'``; a quote may open in the middle of a word, but after a closing one must come a
blank; a NUL ends the line. Text is UTF-8; undecodable bytes travel as surrogate escapes.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Token", "UnbalancedQuotes", "escape", "quote", "split", "tokens", "unquoted"]

_BLANKS = " \t\n\v\f\r"
_ENDS = " \t\n\r"  # what ends a bare word; \v and \f do not
_UNESCAPE = {"n": b"\n", "r": b"\r", "t": b"\t", "b": b"\b", "a": b"\a"}
_ESCAPE = {
    0x22: '\\"', 0x5C: "\\\\", 0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t", 0x07: "\\a", 0x08: "\\b",
}  # fmt: skip
_ESCAPED = tuple(
    _ESCAPE.get(code) or (chr(code) if 0x20 <= code < 0x7F else f"\\x{code:02x}")
    for code in range(256)
)
_HEX = frozenset("0123456789abcdefABCDEF")


class UnbalancedQuotes(ValueError):
    """A line that redis-cli answers with ``Invalid argument(s)``.

    ``position`` is the index in the line of the trouble: of the quote that was never closed
    (``kind`` "open"), or of the character glued to a closing quote (``kind`` "glued").
    """

    def __init__(self, position: int, kind: str) -> None:
        super().__init__(f"{kind} quote at {position}")
        self.position = position
        self.kind = kind


class Token(NamedTuple):
    """A word of a line that is still being typed.

    ``line[start:end]`` is the word with its quotes; ``value`` what Redis would get; ``closed`` is
    False if a quote in it is open, or if something is glued to a closing quote (``glued``).
    ``quoted``: there are quotes in it.
    """

    start: int
    end: int
    value: bytes
    closed: bool
    quoted: bool = False
    glued: bool = False


def split(line: str) -> list[bytes]:
    """The words of a line, exactly as redis-cli would send them; may be empty.

    Raises `UnbalancedQuotes`.
    """
    words: list[bytes] = []
    at = 0
    while True:
        at = _skip_blanks(line, at)
        if at >= len(line) or line[at] == "\0":
            return words
        token, trouble = _word(line, at)
        if trouble is not None:
            raise UnbalancedQuotes(trouble.position, trouble.kind)
        words.append(token.value)
        at = token.end


def unquoted(text: str) -> bytes:
    """A word that arrived whole (an argument of a shell): as it is, or in double quotes with their
    escapes."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            words = split(text)
        except UnbalancedQuotes:
            words = []
        if len(words) == 1:
            return words[0]
    return text.encode("utf-8", "surrogateescape")


def tokens(line: str) -> list[Token]:
    """The words of a line as far as it was typed; never raises."""
    found: list[Token] = []
    at = 0
    while True:
        at = _skip_blanks(line, at)
        if at >= len(line) or line[at] == "\0":
            return found
        token, _ = _word(line, at)
        found.append(token)
        at = token.end


def quote(arg: bytes, readable: bool = True, bare: bool = True) -> str:
    """The shortest spelling of a word that `split` turns back into ``arg``.

    A word without special characters stays bare (unless ``bare`` is False); ``readable`` leaves
    valid UTF-8 text as text, otherwise each byte outside ASCII becomes ``\\xHH`` as in redis-cli.
    """
    if bare and arg and _is_bare(arg, readable):
        return arg.decode("utf-8")
    return f'"{escape(arg, readable)}"'


def escape(data: bytes, readable: bool = True) -> str:
    """The inside of a double-quoted string; see `quote`."""
    if readable:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return "".join(map(_escape_character, text))
    return "".join(map(_ESCAPED.__getitem__, data))


def _escape_character(character: str) -> str:
    code = ord(character)
    if code < 0x80:
        return _ESCAPED[code]
    if character.isprintable():
        return character
    return "".join(map(_ESCAPED.__getitem__, character.encode()))


def _is_bare(arg: bytes, readable: bool) -> bool:
    try:
        text = arg.decode("utf-8" if readable else "ascii")
    except UnicodeDecodeError:
        return False
    return text.isprintable() and not any(character in " \"'" for character in text)


def _skip_blanks(line: str, at: int) -> int:
    while at < len(line) and line[at] in _BLANKS:
        at += 1
    return at


def _word(line: str, start: int) -> tuple[Token, UnbalancedQuotes | None]:
    """The word that begins at ``start``, and what is wrong with it."""
    value = bytearray()
    at, end = start, len(line)
    quoted = False
    while at < end:
        character = line[at]
        if character in _ENDS or character == "\0":
            break
        if character in "\"'":
            quoted = True
            opened = at
            at = _double(line, at + 1, value) if character == '"' else _single(line, at + 1, value)
            if at < 0:
                token = Token(start, end, bytes(value), False, True)
                return token, UnbalancedQuotes(opened, "open")
            if at < end and line[at] not in _BLANKS and line[at] != "\0":
                glued = at
                while at < end and line[at] not in _BLANKS:
                    at += 1
                value += _encode(line[glued:at])
                token = Token(start, at, bytes(value), False, True, True)
                return token, UnbalancedQuotes(glued, "glued")
            break
        stop = at + 1
        while stop < end and line[stop] not in " \t\n\r\0\"'":
            stop += 1
        value += _encode(line[at:stop])
        at = stop
    return Token(start, at, bytes(value), True, quoted), None


def _double(line: str, at: int, value: bytearray) -> int:
    """Read up to the closing double quote; the index after it, or -1."""
    end = len(line)
    while at < end:
        character = line[at]
        if character == '"':
            return at + 1
        if character == "\0":
            return -1
        if character == "\\" and at + 1 < end and line[at + 1] != "\0":
            code = line[at + 2 : at + 4]
            if line[at + 1] == "x" and len(code) == 2 and _HEX.issuperset(code):
                value.append(int(code, 16))
                at += 4
                continue
            value += _UNESCAPE.get(line[at + 1]) or _encode(line[at + 1])
            at += 2
            continue
        value += _encode(character)
        at += 1
    return -1


def _single(line: str, at: int, value: bytearray) -> int:
    """Read up to the closing single quote; the index after it, or -1."""
    end = len(line)
    while at < end:
        character = line[at]
        if character == "'":
            return at + 1
        if character == "\0":
            return -1
        if character == "\\" and line[at + 1 : at + 2] == "'":
            value += b"'"
            at += 2
            continue
        value += _encode(character)
        at += 1
    return -1


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
