"""Replies as redis-cli prints them: on a terminal (`render`) and in a pipe (`plain`).

A line is a list of pieces ``(text, role)``. Roles of replies: ``string``, ``integer``, ``double``,
``boolean``, ``nil``, ``empty``, ``status``, ``error``, ``text`` (INFO and its kin), ``index`` (the
numbering ``1)`` and the arrow of maps).

The layout follows redis 7.0, redis-cli.c: `cliFormatReplyTTY` and `cliFormatReplyRaw`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tutor.console.lexer import escape
from tutor.engine.replies import (
    NO_REPLY,
    NULL_ARRAY,
    Attribute,
    BigNumber,
    MapReply,
    Pairs,
    Push,
    ReplyError,
    SetReply,
    Several,
    Status,
    Verbatim,
    format_double,
)
from tutor.i18n import ngettext

__all__ = [
    "GIANT",
    "KEPT",
    "Line",
    "Role",
    "plain",
    "plain_beginning",
    "printable",
    "prints_text",
    "render",
    "render_beginning",
    "render_text",
]

GIANT, KEPT = 1 << 20, 2400
"""A string of more bytes than the first is shown by as many as the second, where a screen would
stand still for it. Escaped and with what is said of the rest, that is less than a line may have."""

Role = str
Line = list[tuple[str, Role]]
"""One line of the screen, without the line end."""

_SEPARATORS = {"array": ")", "push": ")", "set": "~", "map": "#"}
_EMPTY = {
    "array": "(empty array)",
    "push": "(empty push)",
    "set": "(empty set)",
    "map": "(empty hash)",
}


def render(
    reply: Any, resp: int = 2, readable: bool = True, argv: Sequence[bytes] = ()
) -> list[Line]:
    """A reply as redis-cli shows it on a terminal.

    ``resp`` is the session's protocol: in RESP2 maps, sets, doubles and booleans arrive as arrays,
    bulk strings and integers. ``readable`` prints valid UTF-8 as text and keeps control characters
    of statuses and texts off the screen; without it every byte outside ASCII is ``\\xHH``, byte for
    byte as redis-cli. ``argv`` is the command: some (INFO, CLIENT LIST, …) are printed as they are;
    without it all `Verbatim` replies are. No reply (CLIENT REPLY OFF) has no lines.
    """
    if type(reply) is Several:
        return [line for one in reply for line in render(one, resp, readable, argv)]
    if reply is NO_REPLY or type(reply) is Attribute:
        return []
    if resp == 3 and type(reply) is Push and _is_invalidation(reply):
        return [[("-> invalidate: ", "index"), (_keys_of(reply, readable), "string")]]
    if prints_text(argv) or (not argv and isinstance(reply, Verbatim)):
        text = _raw(reply, resp).decode("utf-8", "surrogateescape")
        role = "error" if type(reply) is ReplyError else "text"
        lines: list[Line] = [[(text.removesuffix("\n"), role)]]
    else:
        lines = _lines(reply, resp, readable)
    return list(_split(lines, readable))


def _is_invalidation(message: Push) -> bool:
    return len(message) == 2 and message[0] == b"invalidate" and isinstance(message[1], list)


def _keys_of(message: Push, readable: bool) -> str:
    if readable:
        return ", ".join(f"'{escape(key)}'" for key in message[1])
    return b", ".join(b"'%b'" % key for key in message[1]).decode("utf-8", "surrogateescape")


def render_beginning(
    reply: Any, most: int, resp: int = 2, readable: bool = True, argv: Sequence[bytes] = ()
) -> tuple[list[Line], int]:
    """As `render`, but of an array only as many elements as give ``most`` lines, and of a string
    of more than `GIANT` bytes its beginning; the number says how many elements were left out.
    O(most) for arrays."""
    if prints_text(argv) or not isinstance(reply, (bytes, list, tuple, dict)):
        return render(reply, resp, readable, argv), 0
    if len(reply) <= (GIANT if isinstance(reply, bytes) else 0):
        return render(reply, resp, readable, argv), 0
    kind, value = _shape(reply, resp)
    if kind not in _SEPARATORS:
        return list(_split(_lines(reply, resp, readable, giants=False), readable)), 0
    lines: list[Line] = []
    shown = 0
    for block in _blocks(kind, value, resp, readable, giants=False):
        lines += block
        shown += 1
        if len(lines) >= most:
            break
    return list(_split(lines, readable)), len(value) - shown


def render_text(
    reply: Any, resp: int = 2, readable: bool = True, argv: Sequence[bytes] = ()
) -> str:
    """As `render`, in one string with line ends; undecodable bytes are surrogate escapes."""
    lines = render(reply, resp, readable, argv)
    return "".join("".join(text for text, _ in line) + "\n" for line in lines)


def plain(reply: Any, resp: int = 2, argv: Sequence[bytes] = ()) -> bytes:
    """A reply as redis-cli writes it when stdout is not a terminal, line end included."""
    if type(reply) is Several:
        return b"".join(plain(one, resp, argv) for one in reply)
    if reply is NO_REPLY or type(reply) is Attribute:
        return b""
    return _raw(reply, resp) + (b"" if prints_text(argv) else b"\n")


def plain_beginning(
    reply: Any, most: int, resp: int = 2, argv: Sequence[bytes] = ()
) -> tuple[list[Line], int]:
    """As `plain`, in lines for a screen: of an array ``most`` elements (the number says how many
    were left out), of a string of more than `GIANT` bytes its beginning."""
    elements, giant = 0, isinstance(reply, bytes) and len(reply) > GIANT
    whole = reply
    if isinstance(reply, list) and len(reply) > most:
        elements, reply = len(reply) - most, reply[:most]
    elif giant:
        reply = reply[:KEPT]
    text = plain(reply, resp, argv).decode("utf-8", "surrogateescape")
    found = text.removesuffix("\n").split("\n") if text else []
    lines: list[Line] = [[(printable(line), "text")] for line in found]
    if giant:
        lines[-1].append((_more_bytes(whole), "muted"))
    return lines, elements


def prints_text(argv: Sequence[bytes]) -> bool:
    """True for the commands whose reply redis-cli always prints as it is."""
    if not argv:
        return False
    name = argv[0].upper()
    if name in (b"INFO", b"LOLWUT"):
        return True
    length = _TEXT_REPLIES.get((name, argv[1].upper() if len(argv) > 1 else b""))
    return length is not None and (length == 0 or length == len(argv))


_TEXT_REPLIES = {
    (b"DEBUG", b"HTSTATS"): 0,
    (b"DEBUG", b"HTSTATS-KEY"): 0,
    (b"MEMORY", b"MALLOC-STATS"): 0,
    (b"MEMORY", b"DOCTOR"): 0,
    (b"CLUSTER", b"NODES"): 2,
    (b"CLUSTER", b"INFO"): 2,
    (b"CLIENT", b"LIST"): 0,
    (b"CLIENT", b"INFO"): 0,
    (b"LATENCY", b"GRAPH"): 3,
    (b"LATENCY", b"DOCTOR"): 2,
}
"""Command and subcommand, and how many words there must be (0: any); redis 7.0, redis-cli.c."""


def printable(text: str) -> str:
    """Text that cannot disturb a terminal: control characters and stray bytes as ``\\xHH``."""
    if text.isprintable():
        return text
    return "".join(
        character
        if character.isprintable() or character in "\n\t"
        else "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogateescape"))
        for character in text
    )


def _shape(reply: Any, resp: int) -> tuple[str, Any]:
    """The kind of a reply on the wire of this protocol, and its value or its elements."""
    if isinstance(reply, bytes):
        if isinstance(reply, Status):
            return "status", reply
        if resp == 3 and isinstance(reply, BigNumber):
            return "integer", reply.decode("latin-1")
        return ("text" if resp == 3 and isinstance(reply, Verbatim) else "string"), reply
    if reply is None or reply is NULL_ARRAY:
        return "nil", None
    if isinstance(reply, bool):
        return ("boolean", reply) if resp == 3 else ("integer", int(reply))
    if isinstance(reply, int):
        return "integer", reply
    if isinstance(reply, float):
        text: bytes = getattr(reply, "text", None) or format_double(reply)
        return ("double" if resp == 3 else "string"), text
    if isinstance(reply, ReplyError):
        return "error", reply.message
    if isinstance(reply, dict):
        if resp == 3:
            return "map", list(reply.items())
        return "array", [part for pair in reply.items() for part in pair]
    if isinstance(reply, Pairs):
        if resp == 3:
            return "array", reply
        return "array", [part for pair in reply for part in pair]
    if resp == 3 and isinstance(reply, MapReply):
        return "map", reply
    if resp == 3 and isinstance(reply, SetReply):
        return "set", reply
    if resp == 3 and isinstance(reply, Push):
        return "push", reply
    if isinstance(reply, (list, tuple)):
        return "array", reply
    raise TypeError(f"not a reply: {reply!r}")


def _lines(reply: Any, resp: int, readable: bool, *, giants: bool = True) -> list[Line]:
    """``giants``: whether a giant string is printed whole."""
    kind, value = _shape(reply, resp)
    if kind not in _SEPARATORS:
        if giants or kind not in ("string", "text") or len(value) <= GIANT:
            return [[(_scalar(kind, value, readable), kind)]]
        return [[(_scalar(kind, value[:KEPT], readable), kind), (_more_bytes(value), "muted")]]
    if not value:
        return [[(_EMPTY[kind], "empty")]]
    blocks = _blocks(kind, value, resp, readable, giants=giants)
    return [line for block in blocks for line in block]


def _more_bytes(giant: bytes) -> str:
    """What is said behind the beginning of a giant string."""
    left = len(giant) - KEPT
    return ngettext("… and {n} more byte", "… and {n} more bytes", left).format(n=left)


def _blocks(
    kind: str, value: Any, resp: int, readable: bool, *, giants: bool = True
) -> Iterator[list[Line]]:
    """The lines of each element, numbered."""
    separator = _SEPARATORS[kind]
    width = len(str(len(value)))
    indent = (" " * (width + 2), "index")
    for number, element in enumerate(value, 1):
        if kind == "map":
            block = _lines(element[0], resp, readable, giants=giants)
            rest = _lines(element[1], resp, readable, giants=giants)
            block[-1] = [*block[-1], (" => ", "index"), *(rest[0] if len(rest) == 1 else ())]
            block += rest if len(rest) > 1 else ()
        else:
            block = _lines(element, resp, readable, giants=giants)
        yield [
            [(f"{number:>{width}}{separator} ", "index"), *block[0]],
            *([indent, *line] for line in block[1:]),
        ]


def _scalar(kind: str, value: Any, readable: bool) -> str:
    if kind == "string":
        return f'"{escape(value, readable)}"'
    if kind == "integer":
        return f"(integer) {value}"
    if kind == "nil":
        return "(nil)"
    if kind == "boolean":
        return "(true)" if value else "(false)"
    if kind == "error":
        return f"(error) {value}"
    text: str = value.decode("utf-8", "surrogateescape")
    return f"(double) {text}" if kind == "double" else text


def _split(lines: list[Line], readable: bool) -> Iterator[Line]:
    """Cut pieces that contain line ends; what follows one is not indented, as in redis-cli."""
    for line in lines:
        current: Line = []
        for text, role in line:
            first, *more = text.split("\n")
            current.append((_clean(first, readable), role))
            for part in more:
                yield current
                current = [(_clean(part, readable), role)]
        yield current


def _clean(text: str, readable: bool) -> str:
    return printable(text.removesuffix("\r")) if readable else text


def _raw(reply: Any, resp: int) -> bytes:
    kind, value = _shape(reply, resp)
    if kind == "nil":
        return b""
    if kind in ("string", "status", "text", "double"):
        return bytes(value)
    if kind == "integer":
        return str(value).encode()
    if kind == "boolean":
        return b"(true)" if value else b"(false)"
    if kind == "error":
        return bytes(value.encode("utf-8", "surrogateescape")) + b"\n"
    if kind == "map":
        return b"\n".join(_raw(key, resp) + b" " + _raw(item, resp) for key, item in value)
    return b"\n".join(_raw(element, resp) for element in value)
