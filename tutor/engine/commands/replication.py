"""REPLICAOF, ROLE, REPLCONF, PSYNC, FAILOVER (redis 7.0, replication.c).

To copy another server's data, or to give ours away, needs links that the engine has not got:
`Engine.replication` says what whoever serves makes of it. Without it there is a master without
replicas.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tutor.engine import errors
from tutor.engine.arguments import integer, ranged
from tutor.engine.registry import command
from tutor.engine.replies import NO_REPLY, OK, Reply, ReplyError
from tutor.engine.session import Session

_INT32_MAX = 2**31 - 1
_LONGEST_ADDRESS = 255


@command("role")
def role(session: Session, argv: Sequence[bytes]) -> Reply:
    """ROLE: what this server is, how far it is, and who follows it."""
    replication = session.engine.replication
    return [b"master", 0, []] if replication is None else replication.role()


@command("replicaof")
def replicaof(session: Session, argv: Sequence[bytes]) -> Reply:
    """REPLICAOF host port | NO ONE."""
    replication = session.engine.replication
    if replication is not None and replication.changing_roles:
        raise ReplyError(errors.REPLICAOF_WHILE_FAILING_OVER)
    if argv[1].lower() == b"no" and argv[2].lower() == b"one":
        if replication is not None:
            replication.unfollow(session)
        return OK
    if session.replica:
        raise ReplyError(errors.REPLICAOF_BY_REPLICA)
    port = ranged(argv[2], -(2**63), 2**63 - 1, errors.BAD_MASTER_PORT)
    if not 0 <= port <= 65535:
        raise ReplyError(errors.BAD_MASTER_PORT)
    if replication is None:
        raise ReplyError(errors.NO_REPLICATION)
    return replication.follow(session, argv[1], port)


@command("slaveof")
def slaveof(session: Session, argv: Sequence[bytes]) -> Reply:
    """SLAVEOF: REPLICAOF's old name."""
    return replicaof(session, argv)


@command("psync")
def psync(session: Session, argv: Sequence[bytes]) -> Reply:
    """PSYNC replicationid offset: a replica wants our data."""
    return _feed(session, argv)


@command("sync")
def sync(session: Session, argv: Sequence[bytes]) -> Reply:
    """SYNC: PSYNC's forerunner."""
    return _feed(session, argv)


def _feed(session: Session, argv: Sequence[bytes]) -> Reply:
    replication = session.engine.replication
    if replication is None:
        raise ReplyError(errors.NO_REPLICATION)
    return replication.feed(session, argv)


# REPLCONF


@command("replconf")
def replconf(session: Session, argv: Sequence[bytes]) -> Reply:
    """REPLCONF [option value …]: what a replica says of itself before PSYNC, and how far it is."""
    replication = session.engine.replication
    if len(argv) % 2 == 0:
        raise ReplyError(errors.SYNTAX)
    for at in range(1, len(argv), 2):
        option, word = argv[at].lower(), argv[at + 1]
        if option == b"ack":
            if replication is not None:
                replication.acknowledged(session, word)
            return NO_REPLY
        if option == b"getack":
            if replication is not None:
                replication.asked()
            return NO_REPLY
        read = _OPTIONS.get(option)
        if read is None:
            raise ReplyError(errors.replconf_option(argv[at]))
        value = read(word)
        if replication is not None:
            replication.introduced(session, option, value)
    return OK


def _any(value: bytes) -> bytes:
    """Any value will do."""
    return value


def _address(value: bytes) -> bytes:
    if len(value) > _LONGEST_ADDRESS:
        raise ReplyError(errors.replconf_address(len(value)))
    return value


def _port(value: bytes) -> int:
    return integer(value)


def _rdb_only(value: bytes) -> int:
    return ranged(value, 0, 1)


def _rdb_filter(value: bytes) -> bytes:
    for word in value.split():
        if word.lower() != b"functions":
            raise ReplyError(errors.replconf_filter(value))
    return value


_OPTIONS: dict[bytes, Callable[[bytes], bytes | int]] = {
    b"listening-port": _port,
    b"ip-address": _address,
    b"capa": _any,
    b"rdb-only": _rdb_only,
    b"rdb-filter-only": _rdb_filter,
}


# FAILOVER


@command("failover")
def failover(session: Session, argv: Sequence[bytes]) -> Reply:
    """FAILOVER [TO host port [FORCE]] [ABORT] [TIMEOUT milliseconds]: hand over to a replica."""
    replication = session.engine.replication
    if len(argv) == 2 and argv[1].lower() == b"abort":
        if replication is None:
            raise ReplyError(errors.NO_FAILOVER)
        replication.abort_failover()
        return OK
    at, timeout_ms, force = 1, 0, False
    target: tuple[bytes, int] | None = None
    while at < len(argv):
        option, left = argv[at].lower(), len(argv) - 1 - at
        if option == b"timeout" and left and not timeout_ms:
            timeout_ms = integer(argv[at + 1])
            if timeout_ms <= 0:
                raise ReplyError(errors.FAILOVER_TIMEOUT)
            at += 2
        elif option == b"to" and left >= 2 and target is None:
            target = argv[at + 1], ranged(argv[at + 2], -_INT32_MAX - 1, _INT32_MAX)
            at += 3
        elif option == b"force" and not force:
            force = True
            at += 1
        else:
            raise ReplyError(errors.SYNTAX)
    if replication is None:
        raise ReplyError(errors.FAILOVER_NO_REPLICAS)
    replication.begin_failover(target, timeout_ms, force=force)
    return OK
