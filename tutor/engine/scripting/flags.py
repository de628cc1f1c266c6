"""What a script says of itself in its first line: ``#!lua flags=no-writes,allow-oom``."""

from __future__ import annotations

from typing import Final

from tutor.engine import errors
from tutor.engine.cmdline import UnbalancedQuotes, split
from tutor.engine.replies import ReplyError

FLAGS: Final = ("no-writes", "allow-oom", "allow-stale", "no-cluster", "allow-cross-slot-keys")
"""All flags, in the order in which FUNCTION LIST names them."""

Flags = frozenset[str]


def shebang_words(line: bytes) -> list[bytes]:
    """The words of a first line; none where its quotes do not match."""
    try:
        return split(line.decode("utf-8", "surrogateescape"))
    except UnbalancedQuotes:
        return []


def read_shebang(body: bytes) -> tuple[Flags | None, bytes]:
    """The flags a script declares, None if it has no such line, and the code that Lua gets.

    The line feed stays, so that lines keep their numbers. Raises `ReplyError`.
    """
    if not body.startswith(b"#!"):
        return None, body
    end = body.find(b"\n")
    if end < 0:
        raise ReplyError(errors.SCRIPT_SHEBANG)
    words = shebang_words(body[:end])
    if not words:
        raise ReplyError(errors.SCRIPT_NO_ENGINE)
    if words[0] != b"#!lua":
        raise ReplyError(errors.script_engine(words[0]))
    found: set[str] = set()
    for word in words[1:]:
        if not word.startswith(b"flags="):
            raise ReplyError(errors.script_option(word))
        for name in word[6:].split(b",") if len(word) > 6 else ():
            flag = errors.text(name)
            if flag not in FLAGS:
                raise ReplyError(errors.script_flag(name))
            found.add(flag)
    return frozenset(found), body[end:]
