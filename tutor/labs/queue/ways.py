"""The ways to hand tasks out, as rounds of a worker: take one, work, say that it is done.

    rpop     RPOP tasks ─▶ work                                              nobody knows who has it
    brpop    BRPOP tasks ─▶ work
    lmove    BLMOVE tasks work:w1 ─▶ work ─▶ LREM work:w1
    retry    BLMOVE ─▶ HINCRBY tries ─▶ work ─▶ LREM, or back, or LMOVE work:w1 dead
    delayed  EVALSHA take (later ─▶ work, by time) ─▶ work ─▶ ZREM work, or ZADD later
    stream   XREADGROUP mail ─▶ work ─▶ XACK mail; XAUTOCLAIM what others left

A round depends on its `Shift` and on replies alone (`tutor.labs.rounds`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from tutor.engine.replies import ReplyError
from tutor.labs.routines import Send, Sleep

POLL_US = 100_000
"""Who asks in vain asks again after so long."""

BLOCK_S = 2
"""Who waits at the server looks around after so long."""

MOST_PAUSES = 6
"""The pause before another attempt is doubled so often at most."""

TASKS, TRIES, DEAD = b"tasks", b"tries", b"dead"
LATER, IN_WORK = b"later", b"work"
MAIL, GROUP = b"mail", b"senders"

TAKE = b"""\
local now = tonumber(ARGV[1])
local over = redis.call('ZRANGE', KEYS[2], '-inf', now, 'BYSCORE', 'LIMIT', 0, 10)
for _, task in ipairs(over) do
  redis.call('ZADD', KEYS[1], now, task)
  redis.call('ZREM', KEYS[2], task)
end
local due = redis.call('ZRANGE', KEYS[1], '-inf', now, 'BYSCORE', 'LIMIT', 0, 1)[1]
if not due then return false end
redis.call('ZREM', KEYS[1], due)
redis.call('ZADD', KEYS[2], now + ARGV[2], due)
return {due, redis.call('HINCRBY', KEYS[3], due, 1)}
"""
"""From ``later`` into ``work`` what is due, with the time when its worker counts as dead; before
that, back into ``later`` whose worker does."""

TAKE_SHA = hashlib.sha1(TAKE).hexdigest().encode()
LOAD = (b"SCRIPT", b"LOAD", TAKE)


@dataclass(frozen=True, slots=True)
class Work:
    """A wish: work at a task. Comes back as `Worked`."""

    task: bytes


@dataclass(frozen=True, slots=True)
class Worked:
    """Whether it succeeded, and the time then, in milliseconds of the servers' clocks."""

    success: bool
    now_ms: int


@dataclass(frozen=True, slots=True)
class Shift:
    """What a worker knows when a round begins. ``claim``: it is time to look for what others
    left behind."""

    name: bytes
    idle_ms: int
    attempts: int
    delay_ms: int
    now_ms: int
    claim: bool


Step = Generator[Send | Sleep | Work, Any, Any]


def _send(*argv: bytes) -> Send:
    return Send(True, argv)


def _number(value: int) -> bytes:
    return b"%d" % value


# lists, and nobody knows who has what


def rpop(shift: Shift) -> Step:
    """Ask; if there is nothing, sleep and ask again."""
    task = yield _send(b"RPOP", TASKS)
    if task is None:
        yield Sleep(POLL_US)
    else:
        yield Work(task)


def brpop(shift: Shift) -> Step:
    """Wait at the server."""
    reply = yield _send(b"BRPOP", TASKS, _number(BLOCK_S))
    if isinstance(reply, list):
        yield Work(reply[1])


# lists, and each worker has one of its own


def _own(name: bytes) -> bytes:
    return b"work:" + name


def alive_key(name: bytes) -> bytes:
    """The key that says that a worker lives; it runs out by itself."""
    return b"alive:" + name


def _take(shift: Shift) -> Step:
    """A task into the worker's own list; None if none came."""
    life = shift.idle_ms + BLOCK_S * 1000
    yield _send(b"SET", alive_key(shift.name), b"1", b"PX", _number(life))
    own = _own(shift.name)
    task = yield _send(b"BLMOVE", TASKS, own, b"RIGHT", b"LEFT", _number(BLOCK_S))
    return task if isinstance(task, bytes) else None


def _back(name: bytes) -> Send:
    """To the end of the queue, behind all others."""
    return _send(b"LMOVE", _own(name), TASKS, b"RIGHT", b"LEFT")


def lmove(shift: Shift) -> Step:
    """What failed goes back to the end of the queue, as often as it fails."""
    task = yield from _take(shift)
    if task is None:
        return
    worked = yield Work(task)
    if worked.success:
        yield _send(b"LREM", _own(shift.name), b"1", task)
    else:
        yield _back(shift.name)


def retry(shift: Shift) -> Step:
    """The same, and it is counted how often a task was begun."""
    task = yield from _take(shift)
    if task is None:
        return
    own, bury = _own(shift.name), (b"LMOVE", _own(shift.name), DEAD, b"RIGHT", b"LEFT")
    tries = yield _send(b"HINCRBY", TRIES, task, b"1")
    if tries > shift.attempts:
        yield _send(*bury)
        return
    worked = yield Work(task)
    if worked.success:
        yield _send(b"LREM", own, b"1", task)
        yield _send(b"HDEL", TRIES, task)
    elif tries >= shift.attempts:
        yield _send(*bury)
    else:
        yield _back(shift.name)


def come_back(shift: Shift) -> Step:
    """Whoever starts again puts back what it had in hand."""
    task: object = b""
    while task is not None:
        task = yield _send(b"LMOVE", _own(shift.name), TASKS, b"LEFT", b"RIGHT")


def reap(names: tuple[bytes, ...], pause_us: int) -> Step:
    """The reaper: whoever has not said for long that it lives is dead, and what it had goes back to
    where the next one takes."""
    alive = yield _send(b"EXISTS", *map(alive_key, names))
    for name in names if alive < len(names) else ():
        if (yield _send(b"EXISTS", alive_key(name))):
            continue
        task: object = b""
        while task is not None:
            task = yield _send(b"LMOVE", _own(name), TASKS, b"RIGHT", b"RIGHT")
    yield Sleep(pause_us)


# by time


def delayed(shift: Shift) -> Step:
    """Whatever fails is put off, each time for twice as long."""
    now, idle = _number(shift.now_ms), _number(shift.idle_ms)
    take = _send(b"EVALSHA", TAKE_SHA, b"3", LATER, IN_WORK, TRIES, now, idle)
    try:
        taken = yield take
    except ReplyError as error:
        if error.code != "NOSCRIPT":
            raise
        yield _send(*LOAD)  # the server has begun anew, or SCRIPT FLUSH
        taken = yield take
    if taken is None:
        yield Sleep(POLL_US)
        return
    task, tries = taken
    if tries <= shift.attempts:
        worked = yield Work(task)
        if worked.success:
            yield _send(b"ZREM", IN_WORK, task)
            yield _send(b"HDEL", TRIES, task)
            return
        if tries < shift.attempts:
            pause = shift.delay_ms << min(tries - 1, MOST_PAUSES)
            yield _send(b"ZADD", LATER, _number(worked.now_ms + pause), task)
            yield _send(b"ZREM", IN_WORK, task)
            return
    yield _send(b"LPUSH", DEAD, task)
    yield _send(b"ZREM", IN_WORK, task)


# a stream with a group


def stream(shift: Shift) -> Step:
    """What failed is not acknowledged: after its time anybody may claim it."""
    entry, count = None, 1
    if shift.claim:
        entry, count = yield from _claimed(shift)
    if entry is None:
        block = _number(max(min(shift.idle_ms // 2, BLOCK_S * 1000), 1))
        reply = yield _send(b"XREADGROUP", b"GROUP", GROUP, shift.name, b"COUNT", b"1",
                            b"BLOCK", block, b"STREAMS", MAIL, b">")  # fmt: skip
        if not isinstance(reply, list):
            return
        entry = reply[0][1][0]
    task = entry[1][1]
    if count <= shift.attempts:
        worked = yield Work(task)
        if not worked.success and count < shift.attempts:
            return
        if not worked.success:
            yield _send(b"LPUSH", DEAD, task)
    else:
        yield _send(b"LPUSH", DEAD, task)
    yield _send(b"XACK", MAIL, GROUP, entry[0])


def _claimed(shift: Shift) -> Step:
    """An entry that others have left for too long, and how often it was given out."""
    cursor, idle = b"0-0", _number(shift.idle_ms)
    while True:
        reply = yield _send(b"XAUTOCLAIM", MAIL, GROUP, shift.name, idle, cursor, b"COUNT", b"1")
        cursor, entries = reply[0], reply[1]
        if entries:
            entry = entries[0]
            seen = yield _send(b"XPENDING", MAIL, GROUP, entry[0], entry[0], b"1")
            return entry, seen[0][3] if seen else 1
        if cursor == b"0-0":
            return None, 1


# the table


class Way(NamedTuple):
    """``put``: the command that makes a task, of (task, due in ms). ``prepare``: what was done
    before the first worker came. ``begin``: the first round of a worker; ``reaps``: there is a
    reaper."""

    take: Callable[[Shift], Step]
    put: Callable[[bytes, int], tuple[bytes, ...]]
    begin: Callable[[Shift], Step] | None = None
    prepare: tuple[tuple[bytes, ...], ...] = ()
    reaps: bool = False


def _push(task: bytes, due_ms: int) -> tuple[bytes, ...]:
    return b"LPUSH", TASKS, task


def _put_off(task: bytes, due_ms: int) -> tuple[bytes, ...]:
    return b"ZADD", LATER, _number(due_ms), task


def _append(task: bytes, due_ms: int) -> tuple[bytes, ...]:
    return b"XADD", MAIL, b"*", b"task", task


WAY: Mapping[str, Way] = {
    "rpop": Way(rpop, _push),
    "brpop": Way(brpop, _push),
    "lmove": Way(lmove, _push, come_back, reaps=True),
    "retry": Way(retry, _push, come_back, reaps=True),
    "delayed": Way(delayed, _put_off, prepare=(LOAD,)),
    "stream": Way(stream, _append,
                  prepare=((b"XGROUP", b"CREATE", MAIL, GROUP, b"0", b"MKSTREAM"),)),
}  # fmt: skip
