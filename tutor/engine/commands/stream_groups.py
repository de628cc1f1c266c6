"""Streams, consumer groups: XGROUP, XACK, XPENDING (redis 7.0, t_stream.c).

Reading for a group stands in `stream_read`, changing owners of entries in `stream_claims`. WATCH
hears of none of this but a stream that XGROUP CREATE makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutor.engine import errors
from tutor.engine.arguments import integer
from tutor.engine.commands.stream_arguments import (
    any_stream_id,
    interval_end,
    interval_start,
    stream_id,
)
from tutor.engine.commands.stream_read import create_consumer
from tutor.engine.helptext import help_of
from tutor.engine.registry import command
from tutor.engine.replies import NULL_ARRAY, OK, Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.structures.stream import Stream, id_text
from tutor.engine.structures.stream_group import UNKNOWN_READ, Consumer, Group

# XGROUP


@command("xgroup|create")
def xgroup_create(session: Session, argv: Sequence[bytes]) -> Reply:
    """XGROUP CREATE key group id|$ [MKSTREAM] [ENTRIESREAD count]."""
    db, key, name = session.db, argv[2], argv[3]
    create, entries_read = _options(argv, "create")
    stream = db.write(key, Stream)
    if stream is None and not create:
        raise ReplyError(errors.XGROUP_NO_KEY)
    newest = 0 if stream is None else stream.last_id
    last = newest if argv[4] == b"$" else stream_id(argv[4])
    if stream is None:
        stream = Stream()
        db.set(key, stream)
        db.changed(key, "", 0)
    if stream.add_group(name, last, entries_read) is None:
        raise ReplyError(errors.XGROUP_EXISTS)
    db.changed_aside(key, "xgroup-create")
    return OK


def _options(argv: Sequence[bytes], subcommand: str) -> tuple[bool, int]:
    """MKSTREAM (for CREATE) and ENTRIESREAD."""
    create, entries_read, at = False, UNKNOWN_READ, 5
    while at < len(argv):
        option = argv[at].lower()
        if option == b"mkstream" and subcommand == "create":
            create = True
            at += 1
        elif option == b"entriesread" and at + 1 < len(argv):
            entries_read = integer(argv[at + 1])
            if entries_read < UNKNOWN_READ:
                raise ReplyError(errors.XGROUP_ENTRIES_READ)
            at += 2
        else:
            raise ReplyError(errors.subcommand_syntax("XGROUP", argv[1]))
    return create, entries_read


def _group(session: Session, argv: Sequence[bytes]) -> tuple[Stream, Group]:
    """The stream and the group that a subcommand of XGROUP needs."""
    stream = session.db.write(argv[2], Stream)
    if stream is None:
        raise ReplyError(errors.XGROUP_NO_KEY)
    group = stream.own_group(argv[3])
    if group is None:
        raise ReplyError(errors.no_group_of_key(argv[3], argv[2]))
    return stream, group


@command("xgroup|setid")
def xgroup_setid(session: Session, argv: Sequence[bytes]) -> Reply:
    """XGROUP SETID key group id|$ [ENTRIESREAD count]."""
    _, entries_read = _options(argv, "setid")
    stream, group = _group(session, argv)
    if len(argv) not in (5, 7):
        raise ReplyError(errors.subcommand_syntax("XGROUP", argv[1]))
    last = stream.last_id if argv[4] == b"$" else any_stream_id(argv[4])
    group.last_id, group.entries_read = last, entries_read
    session.db.changed_aside(argv[2], "xgroup-setid")
    return OK


@command("xgroup|destroy")
def xgroup_destroy(session: Session, argv: Sequence[bytes]) -> Reply:
    """XGROUP DESTROY key group: whether there was one."""
    db, key = session.db, argv[2]
    stream = db.write(key, Stream)
    if stream is None:
        raise ReplyError(errors.XGROUP_NO_KEY)
    if stream.groups.pop(argv[3], None) is None:
        return 0
    db.changed_aside(key, "xgroup-destroy")
    if db.blocked:
        db.signal_ready(key)
    return 1


@command("xgroup|createconsumer")
def xgroup_createconsumer(session: Session, argv: Sequence[bytes]) -> Reply:
    """XGROUP CREATECONSUMER key group consumer: whether it is new."""
    _, group = _group(session, argv)
    if argv[4] in group.consumers:
        return 0
    create_consumer(session.db, argv[2], group, argv[4])
    return 1


@command("xgroup|delconsumer")
def xgroup_delconsumer(session: Session, argv: Sequence[bytes]) -> Reply:
    """XGROUP DELCONSUMER key group consumer: how many entries it held."""
    _, group = _group(session, argv)
    if argv[4] not in group.consumers:
        return 0
    held = group.remove(argv[4])
    session.db.changed_aside(argv[2], "xgroup-delconsumer")
    return held


@command("xgroup|help")
def xgroup_help(session: Session, argv: Sequence[bytes]) -> Reply:
    """XGROUP HELP."""
    return help_of(session, b"xgroup")


# XACK


@command("xack")
def xack(session: Session, argv: Sequence[bytes]) -> Reply:
    """XACK key group id [id …]: how many were pending."""
    db, key = session.db, argv[1]
    stream = db.read(key, Stream)
    if stream is None or stream.group(argv[2]) is None:
        return 0
    entries = [stream_id(word) for word in argv[3:]]
    stream = db.write(key, Stream)
    assert stream is not None
    group = stream.own_group(argv[2])
    assert group is not None
    released = sum(map(group.release, entries))
    if released:
        db.changed_aside(key, dirty=released)
    return released


# XPENDING


@dataclass(slots=True)
class _Pending:
    """The extended form of XPENDING."""

    start: int
    end: int
    count: int
    min_idle: int
    consumer: bytes | None


@command("xpending")
def xpending(session: Session, argv: Sequence[bytes]) -> Reply:
    """XPENDING key group [[IDLE milliseconds] start end count [consumer]]."""
    wanted = None if len(argv) == 3 else _pending_options(argv)
    stream = session.db.read(argv[1], Stream)
    group = None if stream is None else stream.group(argv[2])
    if group is None:
        raise ReplyError(errors.no_group(argv[1], argv[2]))
    if wanted is None:
        return _summary(group)
    return _pending(group, wanted, session.engine.now_ms)


def _pending_options(argv: Sequence[bytes]) -> _Pending:
    if not 6 <= len(argv) <= 9:
        raise ReplyError(errors.SYNTAX)
    at, min_idle = 3, 0
    if argv[3].lower() == b"idle":
        min_idle = integer(argv[4])
        if len(argv) < 8:
            raise ReplyError(errors.SYNTAX)
        at = 5
    count = max(integer(argv[at + 2]), 0)
    start, end = interval_start(argv[at]), interval_end(argv[at + 1])
    return _Pending(start, end, count, min_idle, argv[at + 3] if at + 3 < len(argv) else None)


def _summary(group: Group) -> Reply:
    keys = group.pending.keys
    if not keys:
        return [0, None, None, NULL_ARRAY]
    holders = [
        [consumer.name, b"%d" % len(consumer.pending)]
        for consumer in group.listed()
        if len(consumer.pending)
    ]
    return [len(keys), id_text(keys[0]), id_text(keys[-1]), holders]


def _pending(group: Group, wanted: _Pending, now_ms: int) -> Reply:
    consumer: Consumer | None = None
    if wanted.consumer is not None:
        consumer = group.consumers.get(wanted.consumer)
        if consumer is None:
            return []
    reply: list[Reply] = []
    nacks = group.pending.values
    for entry, _ in (group.pending if consumer is None else consumer.pending).walk(wanted.start):
        if len(reply) == wanted.count or entry > wanted.end:
            break
        nack = nacks[entry]
        idle = now_ms - nack.time
        if not wanted.min_idle or idle >= wanted.min_idle:
            reply.append([id_text(entry), nack.consumer, max(idle, 0), nack.deliveries])
    return reply
