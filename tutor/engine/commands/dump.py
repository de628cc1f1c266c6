"""DUMP and RESTORE: a value as bytes, and back (redis 7.0, cluster.c)."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import codec, errors
from tutor.engine.arguments import FLAG, Option, OptionTable, integer, options
from tutor.engine.codec_reader import BadFormat, load
from tutor.engine.memory.last_uses import used_before
from tutor.engine.memory.lfu import is_lfu, stamp
from tutor.engine.registry import command
from tutor.engine.replies import OK, Reply, ReplyError
from tutor.engine.session import Session


def _idle_time(word: bytes) -> int:
    seconds = integer(word)
    if seconds < 0:
        raise ReplyError(errors.INVALID_IDLETIME)
    return seconds


def _frequency(word: bytes) -> int:
    frequency = integer(word)
    if not 0 <= frequency <= 255:
        raise ReplyError(errors.INVALID_FREQ)
    return frequency


_OPTIONS: OptionTable = {
    b"replace": FLAG,
    b"absttl": FLAG,
    b"idletime": Option((_idle_time,), excludes=(b"freq",)),
    b"freq": Option((_frequency,), excludes=(b"idletime",)),
}


@command("dump")
def dump(session: Session, argv: Sequence[bytes]) -> Reply:
    """DUMP key."""
    value = session.db.lookup(argv[1])
    return None if value is None else codec.dump(session.engine, value)


@command("restore")
@command("restore-asking")
def restore(session: Session, argv: Sequence[bytes]) -> Reply:
    """RESTORE key ttl payload [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency]."""
    engine, db, key = session.engine, session.db, argv[1]
    found = options(argv, 4, _OPTIONS)
    if b"replace" not in found and db.peek(key) is not None:
        raise ReplyError(errors.BUSY_KEY)
    ttl = integer(argv[2])
    if ttl < 0:
        raise ReplyError(errors.INVALID_TTL)
    if not codec.verify(argv[3], engine.config.check_payloads):
        raise ReplyError(errors.BAD_PAYLOAD)
    try:
        value = load(engine, argv[3])
    except BadFormat:
        raise ReplyError(errors.BAD_FORMAT) from None
    deleted = db.delete(key)
    when = ttl if b"absttl" in found or not ttl else ttl + engine.now_ms
    if when and when <= engine.now_ms:
        if deleted:
            db.changed(key, "del")
            engine.propagation.instead(db.removal, key)
        return OK
    db.set(key, value)
    if when:
        db.set_expiry(key, when)
    if is_lfu(engine.config.maxmemory_policy):
        if b"freq" in found:
            db.access.recent[key] = stamp(engine, found[b"freq"])
    elif b"idletime" in found:
        db.access.recent[key] = used_before(engine.now_ms, found[b"idletime"])
    db.changed(key, "restore")
    if when and b"absttl" not in found:
        words = (*argv[:2], b"%d" % when, *argv[3:], b"ABSTTL")
        engine.propagation.instead(*words)
    return OK
