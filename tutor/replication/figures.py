"""Replication in figures: ROLE, INFO replication (redis 7.0, replication.c, server.c), and plain
records for pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tutor.engine.replies import Reply
from tutor.replication.attached import WORDS, Replica

if TYPE_CHECKING:
    from tutor.engine.engine import Engine
    from tutor.replication.replication import Replication


def role(replication: Replication) -> Reply:
    """ROLE's reply."""
    follower, history = replication.follower, replication.history
    if follower.follows:
        connection = follower.connection
        offset = connection.applied if connection is not None and follower.up else -1
        return [b"slave", follower.host, follower.port, follower.state.encode(), offset]
    online = [
        [one.host.encode(), b"%d" % one.port, b"%d" % one.ack]
        for one in replication.master.replicas
        if one.online
    ]
    return [b"master", history.offset, online]


def info(replication: Replication, engine: Engine) -> Iterable[tuple[str, object]]:
    """The fields of INFO replication, in Redis's order."""
    follower, master, history = replication.follower, replication.master, replication.history
    yield "role", "slave" if follower.follows else "master"
    if follower.follows:
        yield from _our_master(replication, engine)
    yield "connected_slaves", len(master.replicas)
    config = engine.config
    if config.min_replicas_to_write and config.min_replicas_max_lag:
        yield "min_slaves_good_slaves", master.good
    for number, replica in enumerate(master.replicas):
        yield f"slave{number}", _line(replica, engine.now_ms)
    backlog = master.backlog
    yield "master_failover_state", replication.failover.stage.value
    yield "master_replid", history.id.decode()
    yield "master_replid2", history.second_id.decode()
    yield "master_repl_offset", history.offset
    yield "second_repl_offset", history.second_offset
    yield "repl_backlog_active", int(backlog is not None)
    yield "repl_backlog_size", config.repl_backlog_size
    yield "repl_backlog_first_byte_offset", backlog.first if backlog is not None else 0
    yield "repl_backlog_histlen", backlog.histlen if backlog is not None else 0


def _our_master(replication: Replication, engine: Engine) -> Iterable[tuple[str, object]]:
    follower = replication.follower
    connection, position = follower.connection, follower.position
    read = applied = 1
    if connection is not None and follower.up:
        read, applied = connection.read, connection.applied
    elif position is not None:
        read = applied = position.offset
    syncing = follower.state == "sync"
    yield "master_host", follower.host.decode("utf-8", "surrogateescape")
    yield "master_port", follower.port
    yield "master_link_status", "up" if follower.up else "down"
    yield "master_last_io_seconds_ago", follower.heard_s if follower.up else -1
    yield "master_sync_in_progress", int(syncing)
    yield "slave_read_repl_offset", read
    yield "slave_repl_offset", applied
    if syncing and connection is not None:
        reception = connection.reception
        total, got = (reception.size, reception.read) if reception is not None else (-1, 0)
        yield "master_sync_total_bytes", total
        yield "master_sync_read_bytes", got
        yield "master_sync_left_bytes", total - got
        yield "master_sync_perc", f"{got / total * 100 if total else 0:.2f}"
        yield "master_sync_last_io_seconds_ago", follower.heard_s
    if not follower.up:
        since = follower.down_since_ms
        gone = engine.now_ms // 1000 - since // 1000 if since else -1
        yield "master_link_down_since_seconds", gone
    config = engine.config
    yield "slave_priority", config.replica_priority
    yield "slave_read_only", int(config.replica_read_only)
    yield "replica_announced", int(config.replica_announced)


def _line(replica: Replica, now_ms: int) -> str:
    return (
        f"ip={replica.host},port={replica.port},state={WORDS[replica.state]},"
        f"offset={replica.ack},lag={_lag(replica, now_ms)}"
    )


def laggards(replicas: Sequence[Replica], offset: int, now_ms: int) -> list[str]:
    """The log's line of each replica that has not acknowledged ``offset`` when we end."""
    return [
        f"Lagging replica {one.name} reported offset {offset - one.ack} behind master,"
        f" lag={_lag(one, now_ms)}, state={WORDS[one.state]}."
        for one in replicas
        if one.ack != offset
    ]


def _lag(replica: Replica, now_ms: int) -> int:
    """Seconds since it has said something; 0 while it has no copy of the data."""
    return now_ms // 1000 - replica.ack_ms // 1000 if replica.online else 0
