"""XINFO: what a stream, its groups and their consumers look like inside (redis 7.0, t_stream.c)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from tutor.engine import errors
from tutor.engine.arguments import integer
from tutor.engine.commands.stream import entries_reply
from tutor.engine.helptext import help_of
from tutor.engine.registry import command
from tutor.engine.replies import Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.structures.stream import Stream, id_text
from tutor.engine.structures.stream_group import UNKNOWN_READ, Consumer, Group

_SHOWN = 10
"""Entries that FULL shows of each list if it is not told how many."""


def _stream(session: Session, argv: Sequence[bytes]) -> Stream:
    stream = session.db.read(argv[2], Stream)
    if stream is None:
        raise ReplyError(errors.NO_SUCH_KEY)
    return stream


@command("xinfo|stream")
def xinfo_stream(session: Session, argv: Sequence[bytes]) -> Reply:
    """XINFO STREAM key [FULL [COUNT count]]."""
    stream = _stream(session, argv)
    reply: dict[bytes, Reply] = {
        b"length": stream.length,
        b"radix-tree-keys": len(stream.nodes),
        b"radix-tree-nodes": stream.nodes.nodes,
        b"last-generated-id": id_text(stream.last_id),
        b"max-deleted-entry-id": id_text(stream.max_deleted_id),
        b"entries-added": stream.entries_added,
        b"recorded-first-entry-id": id_text(stream.first_id),
    }
    if len(argv) > 3:
        count = _full_count(argv)
        reply[b"entries"] = entries_reply(stream.range(count=count))
        reply[b"groups"] = [
            _full_group(stream, name, stream.groups[name], count) for name in sorted(stream.groups)
        ]
        return reply
    reply[b"groups"] = len(stream.groups)
    for name, reverse in ((b"first-entry", False), (b"last-entry", True)):
        found = entries_reply(stream.range(count=1, reverse=reverse))
        reply[name] = found[0] if found else None
    return reply


def _full_count(argv: Sequence[bytes]) -> int:
    """How many of each list to show; 0 is all."""
    if argv[3].lower() != b"full" or len(argv) not in (4, 6):
        raise ReplyError(errors.subcommand_syntax("XINFO", argv[1]))
    if len(argv) == 4:
        return _SHOWN
    if argv[4].lower() != b"count":
        raise ReplyError(errors.subcommand_syntax("XINFO", argv[1]))
    count = integer(argv[5])
    return count if count >= 0 else _SHOWN


def _progress(stream: Stream, group: Group) -> dict[bytes, Reply]:
    read = group.entries_read
    return {
        b"last-delivered-id": id_text(group.last_id),
        b"entries-read": None if read == UNKNOWN_READ else read,
        b"lag": stream.lag(group),
    }


def _full_group(stream: Stream, name: bytes, group: Group, count: int) -> Reply:
    pending = islice(group.pending.walk(0), count or None)
    return {
        b"name": name,
        **_progress(stream, group),
        b"pel-count": len(group.pending),
        b"pending": [
            [id_text(entry), nack.consumer, nack.time, nack.deliveries] for entry, nack in pending
        ],
        b"consumers": [_full_consumer(group, consumer, count) for consumer in group.listed()],
    }


def _full_consumer(group: Group, consumer: Consumer, count: int) -> Reply:
    nacks = group.pending.values
    pending = islice(consumer.pending.keys, count or None)
    return {
        b"name": consumer.name,
        b"seen-time": consumer.seen_ms,
        b"pel-count": len(consumer.pending),
        b"pending": [
            [id_text(entry), nacks[entry].time, nacks[entry].deliveries] for entry in pending
        ],
    }


@command("xinfo|groups")
def xinfo_groups(session: Session, argv: Sequence[bytes]) -> Reply:
    """XINFO GROUPS key."""
    stream = _stream(session, argv)
    return [
        {
            b"name": name,
            b"consumers": len(group.consumers),
            b"pending": len(group.pending),
            **_progress(stream, group),
        }
        for name, group in sorted(stream.groups.items())
    ]


@command("xinfo|consumers")
def xinfo_consumers(session: Session, argv: Sequence[bytes]) -> Reply:
    """XINFO CONSUMERS key group."""
    stream = _stream(session, argv)
    group = stream.group(argv[3])
    if group is None:
        raise ReplyError(errors.no_group_of_key(argv[3], argv[2]))
    now_ms = session.engine.now_ms
    return [
        {
            b"name": consumer.name,
            b"pending": len(consumer.pending),
            b"idle": max(now_ms - consumer.seen_ms, 0),
        }
        for consumer in group.listed()
    ]


@command("xinfo|help")
def xinfo_help(session: Session, argv: Sequence[bytes]) -> Reply:
    """XINFO HELP."""
    return help_of(session, b"xinfo")
