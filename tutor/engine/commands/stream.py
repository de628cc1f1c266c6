"""Streams: adding, reading ranges, deleting, trimming (redis 7.0, t_stream.c).

Waiting for entries stands in `stream_read`, consumer groups in `stream_groups` and `stream_claims`,
XINFO in `stream_info`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tutor.engine import errors
from tutor.engine.arguments import integer
from tutor.engine.commands.stream_arguments import (
    AddOptions,
    Trimming,
    add_options,
    interval_end,
    interval_start,
    node_limits,
    stream_id,
    trim_options,
)
from tutor.engine.registry import command
from tutor.engine.replies import NULL_ARRAY, OK, Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.structures.stream import LARGEST_ID, SEQUENCE, Entry, Stream, id_text

_LARGEST_ENTRY = 1 << 30


def entries_reply(entries: Iterable[Entry]) -> list[Reply]:
    """Entries as every command shows them: the ID, then names and values in turn."""
    return [[id_text(entry), list(words)] for entry, words in entries]


# adding


@command("xadd")
def xadd(session: Session, argv: Sequence[bytes]) -> Reply:
    """XADD key [NOMKSTREAM] [MAXLEN|MINID [=|~] threshold [LIMIT count]] *|id field value …."""
    db, key, config = session.db, argv[1], session.engine.config
    found = add_options(argv, config, told=session.from_master)
    count = len(argv) - found.fields_at
    if count < 2 or count % 2:
        raise ReplyError(errors.wrong_arity("xadd"))
    if found.entry == 0 and found.with_sequence:
        raise ReplyError(errors.XADD_ZERO)
    stream = db.write(key, Stream)
    if stream is None:
        if not found.create:
            return None
        stream = Stream()
        db.set(key, stream)
    words = argv[found.fields_at :]
    entry = _next_id(session, stream, found)
    if sum(map(len, words)) > _LARGEST_ENTRY:
        raise ReplyError(errors.XADD_TOO_LARGE)
    stream.append(entry, words, node_limits(config))
    db.changed(key, "xadd")
    trimming = found.trimming
    if trimming is not None and _trim(stream, config.allocator, trimming):
        db.changed(key, "xtrim", 0)
    if session.engine.propagation.active:
        told = list(argv)
        if found.entry is None or not found.with_sequence:
            told[found.fields_at - 1] = id_text(entry)
        if trimming is not None and trimming.approximate:
            _made_exact(told, stream, trimming)
        session.engine.propagation.instead(*told)
    if db.blocked:
        db.signal_ready(key)
    return id_text(entry)


def _next_id(session: Session, stream: Stream, found: AddOptions) -> int:
    """The ID of the entry to be added, chosen where it was left open."""
    last = stream.last_id
    if last == LARGEST_ID:
        raise ReplyError(errors.XADD_EXHAUSTED)
    entry = found.entry
    if entry is None:
        now_ms = session.engine.now_ms
        return now_ms << 64 if now_ms > last >> 64 else last + 1
    if not found.with_sequence and entry >> 64 == last >> 64:
        if last & SEQUENCE == SEQUENCE:
            raise ReplyError(errors.XADD_TOO_LARGE)  # 7.0 means: no ID is left in this millisecond
        entry = last + 1
    if entry <= last:
        raise ReplyError(errors.XADD_SMALLER)
    return entry


# reading


@command("xlen")
def xlen(session: Session, argv: Sequence[bytes]) -> Reply:
    """XLEN key."""
    stream = session.db.read(argv[1], Stream)
    return 0 if stream is None else stream.length


def _range(session: Session, argv: Sequence[bytes], reverse: bool) -> Reply:
    start = interval_start(argv[3 if reverse else 2])
    end = interval_end(argv[2 if reverse else 3])
    count = -1
    for at in range(4, len(argv), 2):
        if argv[at].lower() != b"count" or at + 1 == len(argv):
            raise ReplyError(errors.SYNTAX)
        count = max(integer(argv[at + 1]), 0)
    stream = session.db.read(argv[1], Stream)
    if stream is None:
        return []
    if count == 0:
        return NULL_ARRAY
    return entries_reply(stream.range(start, end, max(count, 0), reverse))


@command("xrange")
def xrange(session: Session, argv: Sequence[bytes]) -> Reply:
    """XRANGE key start end [COUNT count]."""
    return _range(session, argv, False)


@command("xrevrange")
def xrevrange(session: Session, argv: Sequence[bytes]) -> Reply:
    """XREVRANGE key end start [COUNT count]: the newest first."""
    return _range(session, argv, True)


# removing


@command("xdel")
def xdel(session: Session, argv: Sequence[bytes]) -> Reply:
    """XDEL key id [id …]: how many there were. An emptied stream stays."""
    db, key = session.db, argv[1]
    stream = db.write(key, Stream)
    if stream is None:
        return 0
    entries = [stream_id(word) for word in argv[2:]]
    deleted = stream.delete_all(entries, session.engine.config.allocator)
    if deleted:
        db.changed(key, "xdel", deleted)
    return deleted


def _trim(stream: Stream, allocator: str, how: Trimming) -> int:
    return stream.trim(allocator, how.maxlen, how.minid, how.approximate, how.limit)


@command("xtrim")
def xtrim(session: Session, argv: Sequence[bytes]) -> Reply:
    """XTRIM key MAXLEN|MINID [=|~] threshold [LIMIT count]: how many entries went."""
    db, key, config = session.db, argv[1], session.engine.config
    trimming = trim_options(argv, config, told=session.from_master)
    stream = db.write(key, Stream)
    if stream is None:
        return 0
    deleted = _trim(stream, config.allocator, trimming)
    if deleted:
        db.changed(key, "xtrim", deleted)
        if trimming.approximate and session.engine.propagation.active:
            told = list(argv)
            _made_exact(told, stream, trimming)
            session.engine.propagation.instead(*told)
    return deleted


def _made_exact(argv: list[bytes], stream: Stream, trimming: Trimming) -> None:
    """``~`` becomes ``=`` and the threshold what came of it, so that a replica trims alike."""
    at = trimming.threshold_at
    argv[at - 1] = b"="
    if trimming.maxlen is not None:
        argv[at] = b"%d" % stream.length
    else:
        masters = stream.nodes.keys
        argv[at] = id_text(masters[0] if masters else LARGEST_ID)  # deleted or not


@command("xsetid")
def xsetid(session: Session, argv: Sequence[bytes]) -> Reply:
    """XSETID key last-id [ENTRIESADDED count] [MAXDELETEDID id]."""
    last, added, max_deleted = _xsetid_options(argv)
    db, key = session.db, argv[1]
    stream = db.write(key, Stream)
    if stream is None:
        raise ReplyError(errors.NO_SUCH_KEY)
    if stream.length:
        if last < stream.edge(first=False):
            raise ReplyError(errors.XSETID_TOP)
        if added is not None and stream.length > added:
            raise ReplyError(errors.XSETID_LENGTH)
    stream.last_id = last
    if added is not None:
        stream.entries_added = added
    if max_deleted:
        stream.max_deleted_id = max_deleted
    db.changed_aside(key, "xsetid")
    return OK


def _xsetid_options(argv: Sequence[bytes]) -> tuple[int, int | None, int]:
    last, added, max_deleted = stream_id(argv[2]), None, 0
    for at in range(3, len(argv), 2):
        name = argv[at].lower()
        if at + 1 == len(argv) or name not in (b"entriesadded", b"maxdeletedid"):
            raise ReplyError(errors.SYNTAX)
        if name == b"entriesadded":
            added = integer(argv[at + 1])
            if added < 0:
                raise ReplyError(errors.XSETID_ADDED)
        else:
            max_deleted = stream_id(argv[at + 1])
            if last < max_deleted:
                raise ReplyError(errors.XSETID_GIVEN_DELETED)
    return last, added, max_deleted
