r"""The last exchange as it stands on the wire: every byte, and what it means.

► request, 22 bytes
  *2\r\n              array of 2
    $3\r\nGET\r\n     bulk string of 3 bytes
    $1\r\nk\r\n       bulk string of 1 byte
◄ reply, RESP2, 8 bytes
  $2\r\nhi\r\n        bulk string of 2 bytes
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import cast

from tutor.diagrams.canvas import (
    Line,
    Role,
    Run,
    clip_line,
    line_width,
    omitted,
    prefix_of,
    width_of,
    wrapped,
)
from tutor.diagrams.payload import printable
from tutor.diagrams.sentences import as_sentence
from tutor.i18n import _, ngettext, pgettext
from tutor.network.exchange import Exchange
from tutor.network.tokens import CRLF, Kind, Token, tokens

MOST = 200
"""Tokens of one side that are drawn."""

_END = r"\r\n"
_NARROW = 60


def draw_wire(exchange: Exchange | None, width: int) -> list[Line]:
    """Request and reply; without an exchange a hint."""
    if exchange is None:
        return wrapped(nothing_text(), width)
    title = _request_title(exchange, short=width < _NARROW)
    lines = _side(title, "►", exchange.request, width, request=True)
    if not exchange.whole_request:
        lines.append(omitted(_("the request goes on"), width))
    lines.append(())
    if exchange.waits:
        return lines + wrapped(_waits_text(), width, "warning")
    if not exchange.reply:
        return lines + wrapped(_silence_text(), width)
    lines += _side(_reply_title(exchange), "◄", exchange.reply, width, request=False)
    if not exchange.whole_reply:
        lines.append(omitted(_("the reply goes on"), width))
    return [*lines, (), *_legend(width)]


def nothing_text() -> str:
    """Before the first command."""
    return _("Nothing has gone over the wire yet. Type a command.")


def _waits_text() -> str:
    return _("The reply is still to come: the command waits.")


def _silence_text() -> str:
    return _("No reply is sent.")


def _bytes_text(data: bytes, whole: bool) -> str:
    n = len(data)
    if whole:
        return ngettext("%(n)d byte", "%(n)d bytes", n) % {"n": n}
    return ngettext("the first %(n)d byte", "the first %(n)d bytes", n) % {"n": n}


def _request_title(exchange: Exchange, short: bool = False) -> str:
    size = _bytes_text(exchange.request, exchange.whole_request)
    if exchange.client:
        return _("request of client #%(id)d, %(size)s") % {"id": exchange.client, "size": size}
    if short:
        return _("request, %(size)s") % {"size": size}
    return _("request, %(size)s: an array of bulk strings, always") % {"size": size}


def _reply_title(exchange: Exchange) -> str:
    size = _bytes_text(exchange.reply, exchange.whole_reply)
    return _("reply in RESP%(resp)d, %(size)s") % {"resp": exchange.resp, "size": size}


def _legend(width: int) -> list[Line]:
    end = _("end of a line (CR LF)") if width >= _NARROW else "CR LF"
    line: list[Run] = []
    for text, role, words in (
        ("$", "header", pgettext("wire", "type")),
        ("5", "pointer", pgettext("wire", "length")),
        (_END, "free", end),
        ("hello", "payload", pgettext("wire", "payload")),
    ):
        line += [(text, cast("Role", role)), (f" {words}  ", "label")]
    return [clip_line(line, width)]


# tokens


def _side(title: str, sign: str, data: bytes, width: int, *, request: bool) -> list[Line]:
    heading: Line = clip_line([(sign + " ", "pointer"), (title, "title")], width)
    some = list(islice(tokens(data), MOST + 1))
    drawn = some[:MOST]
    meanings = [meaning(one, request, short=width < _NARROW) for one in drawn]
    room = width - 4 - min(max(map(width_of, meanings), default=0), width // 2)
    raws = [_raw(one, room) for one in drawn]
    column = max((line_width(raw) for raw in raws), default=0)
    lines = [heading]
    for raw, words in zip(raws, meanings, strict=True):
        gap = " " * (column - line_width(raw) + 2)
        lines.append(clip_line([("  ", "text"), *raw, (gap, "text"), (words, "label")], width))
    if len(some) > MOST:
        lines.append(omitted(_("more elements"), width))
    return lines


def _raw(token: Token, room: int) -> Line:
    """The token's bytes, its payload cut where there is no room (``…``)."""
    number: Role = "payload" if token.body is None and not _is_length(token) else "pointer"
    runs: list[Run] = [(" " * (2 * min(token.depth, 6)), "text")]
    runs.append((token.sign.decode("latin-1"), "header"))
    ends = 1 if token.body is None else 2
    left = room - line_width(runs) - len(_END) * ends
    if token.body is None:
        runs.append((_cut(printable(token.head, room + 1), left), number))
    else:
        runs.append((token.head.decode("latin-1"), number))
        runs.append((_END, "free"))
        left -= len(token.head)
        runs.append((_cut(printable(token.body, max(room, 1)), left), "payload"))
    if token.raw.endswith(CRLF):
        runs.append((_END, "free"))
    return tuple(run for run in runs if run[0])


def _is_length(token: Token) -> bool:
    return token.sign in (b"*", b"~", b">", b"%", b"|", b"$", b"=")


def _cut(text: str, room: int) -> str:
    room = max(room, 1)
    return text if width_of(text) <= room else prefix_of(text, room - 1) + "…"


def _elements(n: int) -> str:
    return ngettext("array of %(n)d element", "array of %(n)d elements", n)


_COUNTED: dict[Kind, Callable[[int], str]] = {
    "array": _elements,
    "set": lambda n: ngettext("set of %(n)d element", "set of %(n)d elements", n),
    "push": lambda n: ngettext("push of %(n)d element", "push of %(n)d elements", n),
    "map": lambda n: ngettext("map of %(n)d pair", "map of %(n)d pairs", n),
    "attribute": lambda n: ngettext("attribute of %(n)d pair", "attribute of %(n)d pairs", n),
    "bulk": lambda n: ngettext("bulk string of %(n)d byte", "bulk string of %(n)d bytes", n),
    "verbatim": lambda n: ngettext(
        "verbatim string of %(n)d byte", "verbatim string of %(n)d bytes", n
    ),
}
_SHORT: dict[Kind, Callable[[], str]] = {
    "array": lambda: pgettext("resp", "array"),
    "set": lambda: pgettext("resp", "set"),
    "push": lambda: pgettext("resp", "push"),
    "map": lambda: pgettext("resp", "map"),
    "attribute": lambda: pgettext("resp", "attribute"),
    "bulk": lambda: pgettext("resp", "bulk string"),
    "verbatim": lambda: pgettext("resp", "verbatim string"),
    "simple": lambda: pgettext("resp", "simple string"),
    "error": lambda: pgettext("resp", "error"),
    "integer": lambda: pgettext("resp", "integer"),
    "double": lambda: pgettext("resp", "double"),
    "boolean": lambda: pgettext("resp", "boolean"),
    "big number": lambda: pgettext("resp", "big number"),
    "null": lambda: pgettext("resp", "null"),
    "null array": lambda: pgettext("resp", "null array"),
    "null bulk": lambda: pgettext("resp", "null: no string"),
    "cut": lambda: pgettext("resp", "cut off here"),
}


def meaning(token: Token, request: bool, short: bool = False) -> str:
    """What a token is, in words: ``bulk string of 3 bytes``."""
    counted = _COUNTED.get(token.kind)
    if counted is not None and not short:
        words = counted(token.length) % {"n": token.length}
    else:
        words = _SHORT[token.kind]()
    if token.half:
        names = {"key": pgettext("of a pair", "key"), "value": pgettext("of a pair", "value")}
        words = f"{names[token.half]}: {words}"
    if request and token.depth == 1 and token.index == 0 and not short:
        words += ", " + _("the command")
    return words


# in words


def describe_wire(exchange: Exchange | None) -> list[str]:
    """The same facts as sentences: each token with its bytes."""
    if exchange is None:
        return [nothing_text()]
    lines = [as_sentence(_request_title(exchange))]
    lines += _sentences(tokens(exchange.request), request=True)
    if exchange.waits:
        return [*lines, _waits_text()]
    if not exchange.reply:
        return [*lines, _silence_text()]
    lines.append(as_sentence(_reply_title(exchange)))
    return lines + _sentences(tokens(exchange.reply), request=False)


def _sentences(some: Iterable[Token], *, request: bool) -> list[str]:
    drawn: Sequence[Token] = list(islice(some, MOST + 1))
    lines = [
        _("Depth %(depth)d: %(bytes)s, %(meaning)s.")
        % {
            "depth": token.depth,
            "bytes": printable(token.raw, 200),
            "meaning": meaning(token, request),
        }
        for token in drawn[:MOST]
    ]
    return [*lines, as_sentence(_("more elements"))] if len(drawn) > MOST else lines
