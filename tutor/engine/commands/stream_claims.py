"""Streams, taking over what another consumer holds: XCLAIM, XAUTOCLAIM (redis 7.0, t_stream.c)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from tutor.engine import errors
from tutor.engine.arguments import INT64_MAX, integer, ranged
from tutor.engine.commands.stream_arguments import interval_start, stream_id
from tutor.engine.commands.stream_effects import GroupPlace, tell_claim, tell_last_id
from tutor.engine.commands.stream_read import consumer_of
from tutor.engine.registry import command
from tutor.engine.replies import Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.structures.stream import Stream, id_text
from tutor.engine.structures.stream_group import Group, Nack
from tutor.engine.values import Value

_ATTEMPTS = 10
_ID_SIZE = 16
_TOO_LARGE = 1 << 46
"""Bytes no allocator gives: 7.0 asks for room for COUNT deleted IDs before it begins."""


def _check_group(value: Value | None, argv: Sequence[bytes]) -> None:
    if value is not None and not isinstance(value, Stream):
        raise ReplyError(errors.WRONG_TYPE)
    if value is None or value.group(argv[2]) is None:
        raise ReplyError(errors.no_group(argv[1], argv[2]))


def _own(session: Session, argv: Sequence[bytes]) -> tuple[Stream, Group]:
    """The stream and its group, to be changed; they were found before."""
    stream = session.db.write(argv[1], Stream)
    assert stream is not None
    group = stream.own_group(argv[2])
    assert group is not None
    return stream, group


# XCLAIM


@dataclass(slots=True)
class _Claim:
    """The options of XCLAIM. ``time`` None: now."""

    min_idle: int
    entries: list[int]
    time: int | None = None
    retry_count: int | None = None
    force: bool = False
    just_id: bool = False
    last_id: int = 0


@command("xclaim")
def xclaim(session: Session, argv: Sequence[bytes]) -> Reply:
    """XCLAIM key group consumer min-idle-time id [id …] [IDLE ms] [TIME ms] [RETRYCOUNT count]
    [FORCE] [JUSTID] [LASTID id]."""
    _check_group(session.db.lookup(argv[1]), argv)
    now_ms = session.engine.now_ms
    claim = _claim_options(argv, now_ms)
    stream, group = _own(session, argv)
    moved = claim.last_id > group.last_id
    if moved:
        group.last_id = claim.last_id
    place = GroupPlace(session.db, argv[1], argv[2], group)
    taker = _Taker(place, argv[3])
    reply: list[Reply] = []
    changes = 0
    for entry in claim.entries:
        words = stream.get(entry)
        if words is None:
            changes += _release(place, entry)
        elif taker.take(entry, claim, now_ms):
            changes += 1
            reply.append(id_text(entry) if claim.just_id else [id_text(entry), list(words)])
    if changes or moved:
        session.db.changed_aside(argv[1], dirty=changes or 1)
    if moved and not changes:
        tell_last_id(place)
    session.engine.propagation.prevent()
    return reply


def _release(place: GroupPlace, entry: int) -> bool:
    """An entry that is deleted is no longer pending; False if it was not."""
    nack = place.group.pending.get(entry)
    if nack is not None:
        tell_claim(place, entry, nack)
    return place.group.release(entry)


def _claim_options(argv: Sequence[bytes], now_ms: int) -> _Claim:
    claim = _Claim(max(integer(argv[4], errors.XCLAIM_MIN_IDLE), 0), [])
    at = 5
    for word in argv[5:]:
        try:
            claim.entries.append(stream_id(word))
        except ReplyError:
            break
        at += 1
    while at < len(argv):
        at = _claim_option(argv, at, claim, now_ms)
    return claim


def _claim_option(argv: Sequence[bytes], at: int, claim: _Claim, now_ms: int) -> int:
    """Read the option at ``at``; the index behind it."""
    option = argv[at].lower()
    if option == b"force":
        claim.force = True
        return at + 1
    if option == b"justid":
        claim.just_id = True
        return at + 1
    if at + 1 == len(argv) or option not in (b"idle", b"time", b"retrycount", b"lastid"):
        raise ReplyError(errors.xclaim_option(argv[at]))
    word = argv[at + 1]
    if option == b"idle":
        claim.time = _delivery_time(now_ms - integer(word, errors.XCLAIM_IDLE), now_ms)
    elif option == b"time":
        claim.time = _delivery_time(integer(word, errors.XCLAIM_TIME), now_ms)
    elif option == b"retrycount":
        retry_count = integer(word, errors.XCLAIM_RETRYCOUNT)
        claim.retry_count = retry_count if retry_count >= 0 else None
    else:
        claim.last_id = stream_id(word)
    return at + 2


def _delivery_time(time: int, now_ms: int) -> int | None:
    """A time that lies in the future or before 1970 is taken for now."""
    return time if 0 <= time <= now_ms else None


@dataclass(slots=True)
class _Taker:
    """Who claims. The consumer is looked up, and so seen or created, at the first entry it gets."""

    place: GroupPlace
    name: bytes
    found: bool = False

    def take(self, entry: int, claim: _Claim, now_ms: int) -> bool:
        """Take an entry; False if it is not pending, or not for long enough."""
        place, group = self.place, self.place.group
        nack = group.pending.get(entry)
        if nack is None:
            if not claim.force:
                return False
            count = 1
        elif claim.min_idle and now_ms - nack.time < claim.min_idle:
            return False
        else:
            count = nack.deliveries
        if claim.retry_count is not None:
            count = claim.retry_count
        elif not claim.just_id:
            count += 1
        if not self.found:
            consumer_of(place.db, place.key, group, self.name)
            self.found = True
        time = now_ms if claim.time is None else claim.time
        nack = Nack(self.name, time, count)
        group.assign(entry, nack)
        tell_claim(place, entry, nack)
        return True


# XAUTOCLAIM


@command("xautoclaim")
def xautoclaim(session: Session, argv: Sequence[bytes]) -> Reply:
    """XAUTOCLAIM key group consumer min-idle-time start [COUNT count] [JUSTID].

    Where to go on, what was claimed, and the IDs of what is deleted and so no longer pending.
    """
    value = session.db.lookup(argv[1])
    min_idle = max(integer(argv[4], errors.XAUTOCLAIM_MIN_IDLE), 0)
    start = interval_start(argv[5])
    count, just_id = _autoclaim_options(argv)
    _check_group(value, argv)
    if count * _ID_SIZE >= _TOO_LARGE:
        raise ReplyError(errors.XAUTOCLAIM_MEMORY)
    stream, group = _own(session, argv)
    place = GroupPlace(session.db, argv[1], argv[2], group)
    taker = _Taker(place, argv[3])
    now_ms = session.engine.now_ms
    claim = _Claim(min_idle, [], just_id=just_id)
    claimed: list[Reply] = []
    deleted: list[Reply] = []
    following = 0
    attempts = count * _ATTEMPTS
    for entry, _ in list(islice(group.pending.walk(start), attempts + 1)):
        if not attempts or len(claimed) + len(deleted) == count:
            following = entry
            break
        attempts -= 1
        words = stream.get(entry)
        if words is None:
            _release(place, entry)
            deleted.append(id_text(entry))
        elif taker.take(entry, claim, now_ms):
            claimed.append(id_text(entry) if just_id else [id_text(entry), list(words)])
    if claimed or deleted:
        session.db.changed_aside(argv[1], dirty=len(claimed) + len(deleted))
    session.engine.propagation.prevent()
    return [id_text(following), claimed, deleted]


def _autoclaim_options(argv: Sequence[bytes]) -> tuple[int, bool]:
    count, just_id, at = 100, False, 6
    while at < len(argv):
        option = argv[at].lower()
        if option == b"count" and at + 1 < len(argv):
            count = ranged(argv[at + 1], 1, INT64_MAX // _ID_SIZE, errors.XAUTOCLAIM_COUNT)
            at += 2
        elif option == b"justid":
            just_id = True
            at += 1
        else:
            raise ReplyError(errors.SYNTAX)
    return count, just_id
