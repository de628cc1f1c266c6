"""A command of an algorithm, its reply and a key's value, each on one line."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine.replies import Reply
from tutor.engine.structures.sds import Sds
from tutor.engine.values import Hash, Value, Zset, type_name
from tutor.labs.cache.wire_text import reply_text, word_text


def command_text(argv: Sequence[bytes]) -> str:
    """``EVALSHA 3f2a9c… 1 rate:42 10 60``; of a script its size."""
    words = list(map(word_text, argv))
    if argv[0] == b"EVAL":
        words[1] = f"<script {len(argv[1])} B>"
    elif argv[0] == b"EVALSHA":
        words[1] = words[1][:6] + "…"
    return " ".join(words)


def answer_text(reply: Reply) -> str:
    """As redis-cli says it, a list on one line."""
    if isinstance(reply, list):
        return "[" + ", ".join(str(one) if isinstance(one, int) else reply_text(one)
                               for one in reply) + "]"  # fmt: skip
    return reply_text(reply)


def value_text(value: Value) -> str:
    """What a limiter's key holds, in short: a number, fields, or how many members."""
    if isinstance(value, Hash):
        pairs = ((name.decode(), text.decode()) for name, text in value.items())
        return " ".join(f"{name} {_number(text)}" for name, text in pairs)
    if isinstance(value, Zset):
        return str(len(value))
    if isinstance(value, (bytes, int)):
        return word_text(str(value).encode() if isinstance(value, int) else value)
    return word_text(bytes(value.data)) if isinstance(value, Sds) else type_name(value)


def _number(text: str) -> str:
    """A double to two places."""
    try:
        return f"{float(text):.2f}" if "." in text else text
    except ValueError:
        return text
