"""Keyspace notifications: changes of keys as pub/sub messages (redis 7.0, notify.c).

``notify-keyspace-events`` says which: ``K`` for ``__keyspace@db__:key`` with the event as message,
``E`` for ``__keyevent@db__:event`` with the key, and letters for the classes of events.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.engine.engine import Engine
    from tutor.engine.registry import Command

_CLASSES: dict[str, str] = {
    "$": "set setrange append incrby incrbyfloat setbit getset pfadd",
    "l": "lpush rpush lpop rpop linsert lset lrem ltrim sortstore",
    "s": "sadd srem spop sinterstore sunionstore sdiffstore",
    "h": "hset hincrby hincrbyfloat hdel",
    "z": "zadd zincr zrem zremrangebyscore zremrangebyrank zremrangebylex zinterstore zunionstore"
    " zdiffstore zrangestore zpopmin zpopmax geosearchstore georadiusstore",
    "x": "expired",
    "e": "evicted",
    "t": "xadd xtrim xdel xsetid xgroup-create xgroup-setid xgroup-destroy"
    " xgroup-createconsumer xgroup-delconsumer",
    "m": "keymiss",
    "n": "new",
}
_CLASS_OF = {event: letter for letter, events in _CLASSES.items() for event in events.split()}
_LATE: dict[frozenset[str], str] = {
    frozenset({"set", "del", "expire", "persist"}): "getset getdel getex",
    frozenset({"setbit"}): "bitfield",
    frozenset({"expire"}): "expire pexpire expireat pexpireat",
    frozenset({"lpush", "rpush"}): "lpush rpush lpushx rpushx",
    frozenset({"lpop", "rpop", "del"}): "lpop rpop lmpop blpop brpop blmpop lmove rpoplpush blmove"
    " brpoplpush",
    frozenset({"lset"}): "lset",
    frozenset({"del"}): "spop",
    frozenset({"sinterstore"}): "sinterstore",
    frozenset({"sunionstore", "sdiffstore", "del"}): "sunionstore sdiffstore",
    frozenset({"hset", "hincrby", "hincrbyfloat"}): "hset hmset hsetnx hincrby hincrbyfloat",
    frozenset({"zadd", "zincr"}): "zadd zincrby geoadd",
    frozenset({"zpopmin", "zpopmax", "del"}): "zpopmin zpopmax bzpopmin bzpopmax zmpop bzmpop",
    frozenset(
        {"zunionstore", "zinterstore", "zdiffstore", "zrangestore", "del"}
    ): "zunionstore zinterstore zdiffstore zrangestore",
    frozenset({"xadd"}): "xadd",
    frozenset({"xsetid"}): "xsetid",
    frozenset({"xgroup-create", "xgroup-setid", "xgroup-destroy"}): "xgroup|create xgroup|setid"
    " xgroup|destroy",
}
"""Events that come behind the reply of these commands, where a client listens to itself."""

_LATE_EVENTS = {name: events for events, names in _LATE.items() for name in names.split()}
_SET_GET = frozenset({"new", "set", "expire"})
_NONE: frozenset[str] = frozenset()

_GENERIC = "g"
_ALL = "g$lshzxetd"


def late_events(command: Command, argv: Sequence[bytes]) -> frozenset[str]:
    """The events that a client which listens to itself hears of after the command's reply.

    Redis writes replies and events as it comes to them; with SET's option GET the reply is first.
    """
    if command.name == "set" and any(word.lower() == b"get" for word in argv[3:]):
        return _SET_GET
    return _LATE_EVENTS.get(command.name, _NONE)


def publish_new(engine: Engine, db: int, key: bytes) -> None:
    """A key has come into being (class ``n``)."""
    late = engine.late
    engine.late = late or "new" in engine.late_events
    publish(engine, db, key, "new")
    engine.late = late


def publish(engine: Engine, db: int, key: bytes, event: str) -> None:
    """Tell subscribers that ``event`` happened to ``key``, if the directive asks for its class.

    Without an event (PFCOUNT keeps its result in the value) there is nothing to tell.
    """
    if not event:
        return
    wanted = engine.config.notify_keyspace_events
    letter = _CLASS_OF.get(event, _GENERIC)
    if letter not in wanted and not ("A" in wanted and letter in _ALL):
        return
    name = event.encode()
    if "K" in wanted:
        engine.pubsub.publish(b"__keyspace@%d__:%b" % (db, key), name)
    if "E" in wanted:
        engine.pubsub.publish(b"__keyevent@%d__:%b" % (db, name), key)
