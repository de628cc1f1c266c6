"""A look at a lane: its state as data, for a frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.engine.engine import Engine
from tutor.engine.replies import Reply, ReplyError, Status
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.stream import Stream
from tutor.engine.values import Hash, Value, Zset
from tutor.labs.queue.frame import (
    KeyFrame,
    LaneFrame,
    Sample,
    State,
    TaskFrame,
    WireFrame,
    WorkerFrame,
)
from tutor.labs.queue.ledger import entries
from tutor.labs.queue.process import REAPER, Process
from tutor.labs.queue.ways import TAKE_SHA
from tutor.labs.world import DATABASE, Logged

if TYPE_CHECKING:
    from tutor.labs.queue.lane import QueueLane

RECENT, KEYS, WIRE, EVENTS = 60, 10, 14, 8
"""So many tasks, keys, commands and events a frame tells."""


def look(lane: QueueLane) -> LaneFrame:
    """The present moment of a lane."""
    ledger, world = lane.ledger, lane.world
    states = ledger.states(lane.heard())
    counts: Counter[State] = Counter(states.values())
    latencies = ledger.latencies
    keys = keys_of(world.master.engine)
    return LaneFrame(
        way=lane.way, made=len(ledger.letters), waiting=counts["waiting"],
        working=counts["working"], scheduled=counts["scheduled"], done=ledger.done,
        doubled=len(ledger.doubled), dead=counts["dead"], lost=counts["lost"],
        repeats=ledger.repeats, early=ledger.early, crashes=lane.crashes, vain=lane.vain,
        commands=world.commands, worst_us=ledger.worst_us,
        latency_us=sum(latencies) // len(latencies) if latencies else 0,
        sample=Sample(counts["waiting"], ledger.step_slowest, ledger.step_done),
        recent=_recent(lane, states), workers=tuple(map(_worker, _shown(lane))),
        keys=keys[:KEYS], key_count=len(keys), wire=tuple(map(_told, list(world.log)[-WIRE:])),
        events=tuple(lane.events[-EVENTS:]),
    )  # fmt: skip


def _recent(lane: QueueLane, states: dict[int, State]) -> tuple[TaskFrame, ...]:
    ledger = lane.ledger
    found: list[TaskFrame] = []
    for letter in ledger.letters[-RECENT:]:
        number = letter.number
        done: State = "doubled" if number in ledger.doubled else "done"
        found.append(TaskFrame(number, states.get(number, done), ledger.begun[number]))
    return tuple(found)


def _shown(lane: QueueLane) -> list[Process]:
    """Who is there, the reaper last."""
    there = [one for one in lane.workers if one.alive or not one.leaving]
    return [*there, lane.reaper] if lane.reaper.alive else there


def _worker(one: Process) -> WorkerFrame:
    doing = "frozen" if one.frozen else one.doing
    return WorkerFrame(one.name, doing, one.since, one.task.decode(), one.pace)


# keys

_KINDS: tuple[tuple[type, str], ...] = (
    (Quicklist, "list"), (Hash, "hash"), (Zset, "zset"), (Stream, "stream"),
)  # fmt: skip


def keys_of(engine: Engine) -> tuple[KeyFrame, ...]:
    """Every key of the application's database by name, those that run out last."""
    database, now = engine.databases[DATABASE], engine.clock.now_us() // 1000
    found: list[KeyFrame] = []
    for name in database.live_keys():
        value, at = database.peek(name), database.expires_at(name)
        left = None if at is None else max(at - now, 0)
        found.append(_key(name, value, left))
    return tuple(sorted(found, key=lambda key: (key.ttl_ms is not None, key.name)))


def _key(name: bytes, value: Value | None, ttl_ms: int | None) -> KeyFrame:
    kind = next((word for one, word in _KINDS if isinstance(value, one)), "string")
    size = len(value) if isinstance(value, (Quicklist, Hash, Zset, Stream)) else 1
    text = name.decode("utf-8", "replace")
    if not isinstance(value, Stream):
        return KeyFrame(text, kind, size, ttl_ms)
    states = [state for state, _task in entries(name, value)]
    return KeyFrame(text, kind, size, ttl_ms, states.count("waiting"), states.count("working"))


# the wire


def _told(one: Logged) -> WireFrame:
    if one.shown is None:
        who = "site" if not one.worker else "reaper" if one.worker == REAPER else f"w{one.worker}"
        one.shown = WireFrame(one.time, who, _words(one.argv), reply_text(one.reply))
    assert isinstance(one.shown, WireFrame)
    return one.shown


def _words(argv: Sequence[bytes]) -> str:
    """As it is typed; a script by its name."""
    if argv[0] == b"SCRIPT":
        return "SCRIPT LOAD <take.lua>"
    shown = (b"<take>" if word == TAKE_SHA else word for word in argv)
    return " ".join(word.decode("utf-8", "replace") for word in shown)


def reply_text(reply: Reply) -> str:
    """On one line, as redis-cli says it."""
    if isinstance(reply, ReplyError):
        return str(reply)
    if isinstance(reply, Status):
        return reply.decode()
    if isinstance(reply, bytes):
        text = reply.decode("utf-8", "replace")
        return "<sha1>" if text == TAKE_SHA.decode() else text
    if isinstance(reply, int):
        return f"(integer) {reply}"
    if isinstance(reply, (list, tuple)):
        return "[" + " ".join(map(_inner, reply)) + "]"
    return "(nil)"


def _inner(one: object) -> str:
    return str(one) if isinstance(one, int) else reply_text(one)
