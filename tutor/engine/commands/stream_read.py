"""Streams, reading what is new: XREAD, XREADGROUP, and waiting for it (redis 7.0, t_stream.c,
blocked.c).

A client that waits is served when an entry is added after the ID it has. XREADGROUP gives up when
its group or its stream is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tutor.engine import errors
from tutor.engine.arguments import INT64_MAX, integer
from tutor.engine.commands.stream import entries_reply
from tutor.engine.commands.stream_arguments import stream_id
from tutor.engine.commands.stream_effects import (
    GroupPlace,
    tell_claim,
    tell_consumer,
    tell_last_id,
)
from tutor.engine.database import Database
from tutor.engine.registry import command
from tutor.engine.replies import NOT_SERVED, NULL_ARRAY, MapReply, Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.structures.stream import LARGEST_ID, Stream, id_text
from tutor.engine.structures.stream_group import Consumer, Group, Nack

_AT_ONCE = 1000
"""Entries given to a client that waited and named no COUNT."""


@dataclass(slots=True)
class _Reading:
    """What was asked for. ``block`` is None without BLOCK; ``after`` holds for each key the ID to
    read on from, `LARGEST_ID` meaning ``>``."""

    keys: Sequence[bytes] = ()
    ids: Sequence[bytes] = ()
    count: int = 0
    block: int | None = None
    group: bytes | None = None
    consumer: bytes = b""
    noack: bool = False
    after: list[int] = field(default_factory=list)


@command("xread")
def xread(session: Session, argv: Sequence[bytes]) -> Reply:
    """XREAD [COUNT count] [BLOCK milliseconds] STREAMS key [key …] id [id …]."""
    reading = _parse(session, argv, False)
    db = session.db
    for key, word in zip(reading.keys, reading.ids, strict=True):
        stream = db.read(key, Stream)
        if word == b"$":
            reading.after.append(0 if stream is None else stream.last_id)
        elif word == b">":
            raise ReplyError(errors.XREAD_NEW)
        else:
            reading.after.append(stream_id(word))
    found = MapReply()
    for key, after in zip(reading.keys, reading.after, strict=True):
        stream = db.read(key, Stream)
        if stream is not None and stream.length and stream.edge(first=False) > after:
            found.append([key, entries_reply(stream.range(after + 1, count=reading.count))])
    return found or _wait(session, reading)


@command("xreadgroup")
def xreadgroup(session: Session, argv: Sequence[bytes]) -> Reply:
    """XREADGROUP GROUP group consumer [COUNT count] [BLOCK milliseconds] [NOACK]
    STREAMS key [key …] id [id …]."""
    reading = _parse(session, argv, True)
    group = reading.group
    if group is None:
        raise ReplyError(errors.XREADGROUP_MISSING)
    db = session.db
    for key, word in zip(reading.keys, reading.ids, strict=True):
        stream = db.read(key, Stream)
        if stream is None or stream.group(group) is None:
            raise ReplyError(errors.no_group(key, group) + " in XREADGROUP with GROUP option")
        if word == b"$":
            raise ReplyError(errors.XREADGROUP_LAST)
        reading.after.append(LARGEST_ID if word == b">" else stream_id(word))
    found = MapReply()
    for key, after in zip(reading.keys, reading.after, strict=True):
        db.lookup(key)
        stream = db.write(key, Stream)
        assert stream is not None
        owned = stream.own_group(group)
        assert owned is not None
        place = GroupPlace(db, key, group, owned)
        if after != LARGEST_ID:
            consumer = _reader(place, reading.consumer, reading.noack)
            entries = _history(stream, owned, consumer, after + 1, reading.count, db.engine.now_ms)
        elif stream.length and stream.edge(first=False) > owned.last_id:
            consumer = _reader(place, reading.consumer, reading.noack)
            entries = _deliver(place, stream, consumer, reading.count, reading.noack)
        else:
            continue
        found.append([key, entries])
        db.changed_aside(key)
    session.engine.propagation.prevent()
    return found or _wait(session, reading)


# what was asked for


def _parse(session: Session, argv: Sequence[bytes], grouped: bool) -> _Reading:
    found = _Reading()
    at, last = 1, len(argv) - 1
    while at <= last:
        option, more = argv[at].lower(), last - at
        if option == b"block" and more:
            if session.script:
                raise ReplyError(errors.block_in_script(argv[0]))
            found.block = _timeout(argv[at + 1])
            at += 2
        elif option == b"count" and more:
            found.count = max(integer(argv[at + 1]), 0)
            at += 2
        elif option == b"streams" and more:
            if more % 2:
                raise ReplyError(errors.XREAD_UNBALANCED)
            middle = at + 1 + more // 2
            found.keys, found.ids = argv[at + 1 : middle], argv[middle:]
            return found
        elif option == b"group" and more >= 2:
            if not grouped:
                raise ReplyError(errors.XREAD_GROUP)
            found.group, found.consumer = argv[at + 1], argv[at + 2]
            at += 3
        elif option == b"noack":
            if not grouped:
                raise ReplyError(errors.XREAD_NOACK)
            found.noack = True
            at += 1
        else:
            break
    raise ReplyError(errors.SYNTAX)


def _timeout(word: bytes) -> int:
    timeout = integer(word, errors.TIMEOUT_NOT_INTEGER)
    if timeout < 0:
        raise ReplyError(errors.TIMEOUT_NEGATIVE)
    return timeout


# reading for a group


def consumer_of(db: Database, key: bytes, group: Group, name: bytes) -> Consumer:
    """The consumer of this name, seen now; created if there is none."""
    consumer = group.consumers.get(name)
    if consumer is None:
        return create_consumer(db, key, group, name)
    consumer.seen_ms = db.engine.now_ms
    return consumer


def create_consumer(db: Database, key: bytes, group: Group, name: bytes) -> Consumer:
    """A consumer that is not there yet."""
    consumer = group.consumers[name] = Consumer(name, db.engine.now_ms)
    db.changed_aside(key, "xgroup-createconsumer")
    return consumer


def _reader(place: GroupPlace, name: bytes, noack: bool) -> Consumer:
    """`consumer_of`, for XREADGROUP: with NOACK no XCLAIM will tell replicas of a new one."""
    if noack and name not in place.group.consumers:
        tell_consumer(place, name)
    return consumer_of(place.db, place.key, place.group, name)


def _deliver(
    place: GroupPlace, stream: Stream, consumer: Consumer, count: int, noack: bool
) -> Reply:
    """What the group has not had yet; it becomes pending unless ``noack``."""
    group, now_ms = place.group, place.db.engine.now_ms
    entries = list(stream.range(group.last_id + 1, count=count))
    for entry, _ in entries:
        stream.advance(group, entry)
        if not noack:
            nack = Nack(consumer.name, now_ms, 1)
            group.assign(entry, nack)
            tell_claim(place, entry, nack)
    if noack and entries:
        tell_last_id(place)
    return entries_reply(entries)


def _history(
    stream: Stream, group: Group, consumer: Consumer, start: int, count: int, now_ms: int
) -> Reply:
    """What is pending for a consumer, delivered once more; None for what is deleted since."""
    reply: list[Reply] = []
    for entry, _ in consumer.pending.walk(start):
        if count and len(reply) == count:
            break
        words = stream.get(entry)
        if words is None:
            reply.append([id_text(entry), NULL_ARRAY])
            continue
        nack = group.pending.values[entry]
        group.pending.set(entry, Nack(nack.consumer, now_ms, nack.deliveries + 1))
        reply.append([id_text(entry), list(words)])
    return reply


# waiting


def _wait(session: Session, reading: _Reading) -> Reply:
    """Nothing to give: wait if that was asked for."""
    if reading.block is None:
        return NULL_ARRAY
    after: dict[bytes, int] = {}
    for key, entry in zip(reading.keys, reading.after, strict=True):
        after.setdefault(key, entry)
    count = reading.count or _AT_ONCE

    def serve(session: Session, key: bytes) -> Reply:
        stream = session.db.peek(key)
        if not isinstance(stream, Stream):
            return NOT_SERVED
        if reading.group is not None:
            return _serve_group(session, key, reading.group, reading.consumer, count, reading.noack)
        if stream.last_id <= after[key]:
            return NOT_SERVED
        return MapReply([[key, entries_reply(stream.range(after[key] + 1, count=count))]])

    gone = "" if reading.group is None else errors.XREADGROUP_NO_STREAM
    timeout = min(reading.block, INT64_MAX)
    waiting = session.engine.waiting
    return waiting.block(session, reading.keys, Stream, timeout, NULL_ARRAY, serve, gone)


def _serve_group(
    session: Session, key: bytes, group: bytes, consumer: bytes, count: int, noack: bool
) -> Reply:
    """Give a client that waited what its group has not had; raises if the group is gone."""
    db = session.db
    stream = db.write(key, Stream)
    assert stream is not None
    owned = stream.own_group(group)
    if owned is None:
        raise ReplyError(errors.XREADGROUP_NO_GROUP)
    if stream.last_id <= owned.last_id:
        return NOT_SERVED
    place = GroupPlace(db, key, group, owned)
    reader = _reader(place, consumer, noack)
    delivered = _deliver(place, stream, reader, count, noack)
    session.engine.propagation.prevent()
    return MapReply([[key, delivered]])
