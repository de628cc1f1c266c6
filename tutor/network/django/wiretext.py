"""What went over the wire, as pieces of text with their roles."""

from __future__ import annotations

import json

from tutor.engine.replies import NULL_ARRAY, Reply, ReplyError, Status
from tutor.i18n import _
from tutor.network.django.stored import form_of
from tutor.network.django.wirelog import Exchange

_WORD = 48
_BRIEF = 22
_ROLES = {"master": "command", "replica": "key"}
_INDENT = "  "


def exchange_line(one: Exchange, brief: bool = False, timed: bool = True) -> list[tuple[str, str]]:
    """``master  SET myapp:1:k … EX 60  →  OK  0.4 ms``; ``brief``: long and binary words are only
    counted; ``timed`` without: how long it took is not said."""
    if one.failed:
        return [
            (f"{_INDENT}{one.server:<8} ", _ROLES.get(one.role, "note")),
            (_("no connection: {why}").format(why=one.failed), "error"),
        ]
    most = _BRIEF if brief else _WORD
    text, role = reply_text(one.reply, most) if one.answered else (_("no reply"), "error")
    name, *words = one.argv
    return [
        (f"{_INDENT}{one.server:<8} ", _ROLES.get(one.role, "note")),
        (name.decode("ascii", "replace"), "syntax"),
        ("".join(f" {word_text(word, most)}" for word in words), ""),
        ("  →  ", "note"),
        (text, role),
        *([(f"  {one.took_us / 1000:.1f} ms", "note")] if timed else []),
    ]


def word_text(word: bytes, most: int = _WORD) -> str:
    """A word of a command: text as it is, other bytes escaped, cut if it is long."""
    cut = word[:most]
    try:
        text = cut.decode()
        plain = text.isprintable()
        if plain and (not text or " " in text):
            text = json.dumps(text, ensure_ascii=False)
    except UnicodeDecodeError:
        plain = False
    if not plain and most == _BRIEF:
        kind, _protocol = form_of(word)
        return _("{kind} {n} B").format(kind=kind, n=len(word))
    if not plain:
        text = repr(cut[: most // 2])
        cut = cut[: most // 2]
    if len(cut) == len(word):
        return text
    return _("{start}… ({n} B)").format(start=text, n=len(word))


def reply_text(reply: Reply, most: int = _WORD) -> tuple[str, str]:
    """A reply in one line, and its role."""
    if isinstance(reply, ReplyError):
        return reply.message, "error"
    if isinstance(reply, Status):
        return reply.decode("utf-8", "replace"), "status"
    if reply is None or reply is NULL_ARRAY:
        return "(nil)", "nil"
    if isinstance(reply, bool):
        return str(reply).lower(), "boolean"
    if isinstance(reply, int):
        return f"(integer) {reply}", "integer"
    if isinstance(reply, bytes):
        return word_text(reply, most), "string"
    if isinstance(reply, (list, tuple)):
        inner = ", ".join(reply_text(one, 20)[0] for one in reply[:8])
        return f"[{inner}{', …' if len(reply) > 8 else ''}]", "index"
    return repr(reply)[:most], "string"
