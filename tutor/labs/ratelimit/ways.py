"""The algorithms as routines: the commands that a worker sends to know whether a request may pass.

A routine returns whether it passes. What Redis is asked in one command (or in MULTI … EXEC) nobody
gets between; between two commands of a routine everybody may.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tutor.engine.replies import ReplyError
from tutor.labs.cache.calls import DjangoCache
from tutor.labs.ratelimit.scripts import SCRIPTS, digest
from tutor.labs.routines import Routine, Send


class Ask(NamedTuple):
    """A request of a user; ``name`` is its own. ``limit`` in ``window_s`` seconds."""

    user: str
    name: str
    limit: int
    window_s: int


CACHE = DjangoCache()


def notes(ask: Ask) -> Routine[bool]:
    """The notes' ``is_rate_limited``, call by call. Raises ValueError as ``cache.incr`` does if
    the window ends between its look and the one before."""
    key = f"rate_limit:{ask.user}"
    current = yield from CACHE.get(key)
    if current is None:
        yield from CACHE.set(key, 1, ask.window_s)
        return True
    if current >= ask.limit:
        return False
    yield from CACHE.incr(key)
    return True


def incr(ask: Ask) -> Routine[bool]:
    """Count first, then look at what came out; the lifetime in the same transaction."""
    key = f"rate:{ask.user}".encode()
    yield Send(True, (b"MULTI",))
    yield Send(True, (b"INCR", key))
    yield Send(True, (b"EXPIRE", key, b"%d" % ask.window_s, b"NX"))
    count, _set = yield Send(True, (b"EXEC",))
    return bool(count <= ask.limit)


def _script(name: str, key: str, passes: Callable[[Any, Ask], bool]) -> Way:
    script = SCRIPTS[name].encode()
    sha = digest(SCRIPTS[name])

    def way(ask: Ask) -> Routine[bool]:
        words = [b"1", f"{key}:{ask.user}".encode(), b"%d" % ask.limit, b"%d" % ask.window_s]
        if name == "log":
            words.append(ask.name.encode())
        try:
            reply = yield Send(True, (b"EVALSHA", sha, *words))
        except ReplyError as error:
            if not str(error).startswith("NOSCRIPT"):
                raise
            reply = yield Send(True, (b"EVAL", script, *words))
        return passes(reply, ask)

    return way


Way = Callable[[Ask], Routine[bool]]

WAYS: Mapping[str, Way] = {
    "notes": notes,
    "incr": incr,
    "lua": _script("lua", "rate", lambda count, ask: count <= ask.limit),
    "log": _script("log", "log", lambda left, ask: left >= 0),
    "counter": _script("counter", "counter", lambda left, ask: left >= 0),
    "bucket": _script("bucket", "bucket", lambda left, ask: left >= 0),
    "gcra": _script("gcra", "gcra", lambda wait, ask: wait == 0),
}
NAMES = tuple(WAYS)
"""The lanes, in the order in which they are shown."""
