"""A command of a cache call and its reply on one line: a pickle is told by its size."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine.replies import Reply, ReplyError, Status

_PICKLE = b"\x80"


def word_text(word: bytes) -> str:
    """A word as it is typed; what is no text is told by its size."""
    if word[:1] == _PICKLE:
        return f"<pickle {len(word)} B>"
    text = word.decode("utf-8", "replace")
    return text if text.isprintable() and text else f"<{len(word)} B>"


def words_text(argv: Sequence[bytes]) -> str:
    """``SET shop:1:page:0 <pickle 92 B> EX 5``."""
    return " ".join(map(word_text, argv))


def reply_text(reply: Reply) -> str:
    """As redis-cli says it, but a pickle by its size."""
    if reply is None:
        return "(nil)"
    if isinstance(reply, ReplyError):
        return str(reply)
    if isinstance(reply, Status):
        return reply.decode()
    if isinstance(reply, bytes):
        return word_text(reply)
    return f"(integer) {reply}" if isinstance(reply, int) else str(reply)
