"""SUBSCRIBE, PUBLISH, PUBSUB and their like (redis 7.0, pubsub.c)."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.clients.pubsub import CHANNEL, PATTERN, SHARD, Kind, Subscribers
from tutor.engine.glob import compile_glob
from tutor.engine.helptext import help_of
from tutor.engine.registry import command
from tutor.engine.replies import Reply, ReplyError, Several
from tutor.engine.session import Session


@command("subscribe")
def subscribe(session: Session, argv: Sequence[bytes]) -> Reply:
    """SUBSCRIBE channel [channel …]: one answer for each."""
    return _subscribe(session, argv, CHANNEL)


@command("psubscribe")
def psubscribe(session: Session, argv: Sequence[bytes]) -> Reply:
    """PSUBSCRIBE pattern [pattern …]."""
    return _subscribe(session, argv, PATTERN)


@command("ssubscribe")
def ssubscribe(session: Session, argv: Sequence[bytes]) -> Reply:
    """SSUBSCRIBE shardchannel [shardchannel …]; unlike the others not inside EXEC."""
    if session.in_exec:
        raise ReplyError(errors.SSUBSCRIBE_IN_EXEC)
    return _subscribe(session, argv, SHARD)


def _subscribe(session: Session, argv: Sequence[bytes], kind: Kind) -> Reply:
    hub = session.engine.pubsub
    return Several(hub.subscribe(session, kind, name) for name in argv[1:])


@command("unsubscribe")
def unsubscribe(session: Session, argv: Sequence[bytes]) -> Reply:
    """UNSUBSCRIBE [channel …]: without names, from all."""
    return _unsubscribe(session, argv, CHANNEL)


@command("punsubscribe")
def punsubscribe(session: Session, argv: Sequence[bytes]) -> Reply:
    """PUNSUBSCRIBE [pattern …]."""
    return _unsubscribe(session, argv, PATTERN)


@command("sunsubscribe")
def sunsubscribe(session: Session, argv: Sequence[bytes]) -> Reply:
    """SUNSUBSCRIBE [shardchannel …]."""
    return _unsubscribe(session, argv, SHARD)


def _unsubscribe(session: Session, argv: Sequence[bytes], kind: Kind) -> Reply:
    hub = session.engine.pubsub
    if len(argv) == 1:
        return Several(hub.unsubscribe_all(session, kind))
    return Several(hub.unsubscribe(session, kind, name) for name in argv[1:])


@command("publish")
def publish(session: Session, argv: Sequence[bytes]) -> Reply:
    """PUBLISH channel message: how many have got it."""
    session.engine.propagation.force(log=False)
    return session.engine.pubsub.publish(argv[1], argv[2])


@command("spublish")
def spublish(session: Session, argv: Sequence[bytes]) -> Reply:
    """SPUBLISH shardchannel message."""
    session.engine.propagation.force(log=False)
    return session.engine.pubsub.publish_shard(argv[1], argv[2])


# PUBSUB


@command("pubsub|channels")
def pubsub_channels(session: Session, argv: Sequence[bytes]) -> Reply:
    """PUBSUB CHANNELS [pattern]: channels that somebody listens to."""
    return _names(session.engine.pubsub.channels, argv)


@command("pubsub|shardchannels")
def pubsub_shardchannels(session: Session, argv: Sequence[bytes]) -> Reply:
    """PUBSUB SHARDCHANNELS [pattern]."""
    return _names(session.engine.pubsub.shard_channels, argv)


def _names(table: Subscribers, argv: Sequence[bytes]) -> Reply:
    if len(argv) > 3:
        raise ReplyError(errors.subcommand_syntax("PUBSUB", argv[1]))
    if len(argv) == 2:
        return list(table)
    fits = compile_glob(argv[2])
    return [name for name in table if fits(name)]


@command("pubsub|numsub")
def pubsub_numsub(session: Session, argv: Sequence[bytes]) -> Reply:
    """PUBSUB NUMSUB [channel …]: channels and how many listen to each."""
    return _numbers(session.engine.pubsub.channels, argv)


@command("pubsub|shardnumsub")
def pubsub_shardnumsub(session: Session, argv: Sequence[bytes]) -> Reply:
    """PUBSUB SHARDNUMSUB [shardchannel …]."""
    return _numbers(session.engine.pubsub.shard_channels, argv)


def _numbers(table: Subscribers, argv: Sequence[bytes]) -> Reply:
    return [word for name in argv[2:] for word in (name, len(table.get(name, ())))]


@command("pubsub|numpat")
def pubsub_numpat(session: Session, argv: Sequence[bytes]) -> Reply:
    """PUBSUB NUMPAT: patterns, each counted once."""
    return len(session.engine.pubsub.patterns)


@command("pubsub|help")
def pubsub_help(session: Session, argv: Sequence[bytes]) -> Reply:
    return help_of(session, b"pubsub")
