"""Texts of error replies, to the letter of redis-server 7.0.15 (without the leading ``-``).

A text that takes an argument is a function; everything else is a constant. Commands raise
``ReplyError(errors.SYNTAX)``.
"""

from __future__ import annotations

from collections.abc import Sequence

WRONG_TYPE = "WRONGTYPE Operation against a key holding the wrong kind of value"
NOT_INTEGER = "ERR value is not an integer or out of range"
NOT_FLOAT = "ERR value is not a valid float"
SYNTAX = "ERR syntax error"
NO_SUCH_KEY = "ERR no such key"
OVERFLOW = "ERR increment or decrement would overflow"
INDEX_OUT_OF_RANGE = "ERR index out of range"
NOT_POSITIVE = "ERR value is out of range, must be positive"
STRING_TOO_LONG = "ERR string exceeds maximum allowed size (proto-max-bulk-len)"
SAME_OBJECT = "ERR source and destination objects are the same"
DB_OUT_OF_RANGE = "ERR DB index is out of range"
NESTED_MULTI = "ERR MULTI calls can not be nested"
EXEC_WITHOUT_MULTI = "ERR EXEC without MULTI"
DISCARD_WITHOUT_MULTI = "ERR DISCARD without MULTI"
WATCH_IN_MULTI = "ERR WATCH inside MULTI is not allowed"
EXEC_ABORT = "EXECABORT Transaction discarded because of previous errors."
NO_MULTI = "ERR Command not allowed inside a transaction"

_CLIP = 128


def text(data: bytes) -> str:
    """Bytes of a request inside an error text; undecodable bytes survive as surrogates."""
    return data.decode("utf-8", "surrogateescape")


def wrong_arity(name: str) -> str:
    """``name`` is the full lower-case name, ``get`` or ``object|encoding``."""
    return f"ERR wrong number of arguments for '{name}' command"


def invalid_expire(name: str) -> str:
    return f"ERR invalid expire time in '{name}' command"


def out_of_range(low: int, high: int) -> str:
    return f"ERR value is out of range, value must between {low} and {high}"


def unknown_command(argv: Sequence[bytes]) -> str:
    """Name and arguments are clipped to 128 bytes each in total (redis 7.0, server.c)."""
    args = b""
    for arg in argv[1:]:
        if len(args) >= _CLIP:
            break
        args += b"'" + arg[: _CLIP - len(args)] + b"' "
    body = f"'{text(argv[0][:_CLIP])}', with args beginning with: {text(args)}"
    return "ERR unknown command " + _one_line(body)


def unknown_subcommand(container: bytes, sub: bytes) -> str:
    """The container is shown in capitals, the subcommand as typed (clipped to 128)."""
    shown = text(sub[:_CLIP])
    return f"ERR unknown subcommand '{_one_line(shown)}'. Try {text(container.upper())} HELP."


def _one_line(message: str) -> str:
    return message.replace("\r", " ").replace("\n", " ")
