"""LZF, the compressor of dumps and of inner list nodes: byte for byte what Redis writes.

    literal run   | 000LLLLL | L+1 bytes |                          1..32 bytes copied
    short match   | LLLooooo | oooooooo |                           L+2 bytes (3..8), L in 1..6
    long match    | 111ooooo | L | oooooooo |                       L+9 bytes (9..264)
    distance back = offset + 1, at most 8192

The compressor keeps one table from a hash of three bytes to the last place they were seen; it takes
the match found there or copies one literal. After a match only the last two places inside it are
entered into the table. Position 0 is never referred to.

Compressing takes Python half a microsecond a byte. The same algorithm in Lua, which LuaJIT compiles
(lupa brings it to most systems), takes a fiftieth of that and gives the same bytes; it is made
ready, which takes some milliseconds, once there is enough to do. Complexity O(bytes).
Constants: redis 7.0, lzfP.h and lzf_c.c (HLOG 16, VERY_FAST, MAX_OFF 8192).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from . import lzf_python

WORTH_COMPILING = 16_384
"""Bytes in all after which the compiled form is made."""

_LONGEST = 1 << 30  # its places are 32-bit integers
_BY_ADDRESS = 1 << 18  # from here on by address: LuaJIT's own memory may not do
_SPARE = 272  # bytes that the compiled form may write beyond what it says
_MOST_GAIN = 88  # three bytes stand for 264 at most

_Worker = Callable[..., Any]
"""``f(data, size, limit)`` gives the result as bytes; ``f(address, size, limit, address)`` writes
it to the second address and gives its length in bytes; nil where there is none."""


class _Work:
    """How many bytes were asked for so far."""

    done = 0


def compress(data: bytes, max_out: int | None = None) -> bytes | None:
    """Compress ``data`` into at most ``max_out`` bytes (default: its own length).

    None when it does not fit, by the same conservative tests the original makes.
    """
    size = len(data)
    limit = size if max_out is None else max_out
    compiled = _compiled() if _worth(size) else None
    if compiled is None:
        return lzf_python.compress(data, limit)
    return _at_work(compiled[0], data, limit, limit)


def decompress(blob: bytes, size: int) -> bytes:
    """The original ``size`` bytes; ValueError when the blob is damaged or of another size.

    Of size 0 everything is right: the original's sign of an error is the length 0 (redis 7.0,
    rdb.c: rdbLoadLzfStringObject).
    """
    if not size and blob:
        return b""
    possible = size <= _MOST_GAIN * len(blob)
    compiled = _compiled() if possible and _worth(size) else None
    data = None if compiled is None else _at_work(compiled[1], blob, size, size)
    return lzf_python.decompress(blob, size) if data is None else data


def _worth(size: int) -> bool:
    _Work.done += size
    return _Work.done > WORTH_COMPILING and size < _LONGEST


def _at_work(worker: _Worker, data: bytes, bound: int, room: int) -> bytes | None:
    """What the compiled form makes of the data; at most ``room`` bytes come out."""
    if max(len(data), room) < _BY_ADDRESS:
        result: bytes | None = worker(data, len(data), bound)
        return result
    source, out = array("B", data), array("B", bytes(1)) * (room + _SPARE)
    length = worker(source.buffer_info()[0], len(data), bound, out.buffer_info()[0])
    return None if length is None else memoryview(out)[:length].tobytes()


@cache
def _compiled() -> tuple[_Worker, _Worker] | None:
    """Both functions as machine code, or None where there is no LuaJIT."""
    try:
        from lupa.luajit21 import LuaRuntime
    except ImportError:
        return None
    lua: Any = LuaRuntime(
        encoding=None,
        unpack_returned_tuples=True,
        register_eval=False,
        register_builtins=False,
    )
    compress, decompress = lua.execute(Path(__file__).with_name("lzf.lua").read_bytes())
    return compress, decompress
