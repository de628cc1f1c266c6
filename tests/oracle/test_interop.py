"""Replication with the real server, over TCP, both ways: full syncs, streams of writes of all
types, cut links and partial resyncs, chains, changes of roles; at the end every key is compared.

``ORACLE_EXAMPLES`` times 20 commands make one stream. Figures: ``pytest -rP``.
"""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from tests.network.serving import until
from tests.oracle.replicas import (
    Compared,
    Kind,
    Node,
    Wire,
    Writer,
    at_rest,
    compare,
    running,
)

LENGTH = 20 * int(os.environ.get("ORACLE_EXAMPLES", "20"))
PAIRS: list[tuple[Kind, Kind]] = [("ours", "real"), ("real", "ours"), ("ours", "ours")]

pytestmark = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="redis-server is not installed"
)


def _report(name: str, writer: Writer, found: Compared, master: Node, cuts: int = 0) -> None:
    stats = master.info("stats")
    print(
        f"{name}: {found.keys} keys ({dict(found.types)}), {writer.commands} commands, {cuts} cuts,"
        f" {stats['sync_full']} full syncs, {stats['sync_partial_ok']} partial,"
        f" {stats['sync_partial_err']} refused, {len(found.differences)} differences"
    )


@pytest.mark.parametrize(("master_kind", "replica_kind"), PAIRS)
@pytest.mark.parametrize("transfer", ["streamed", "stored"])
def test_a_replica_has_its_masters_keys(
    tmp_path: Path, master_kind: Kind, replica_kind: Kind, transfer: str
) -> None:
    diskless = "yes" if transfer == "streamed" else "no"
    master = Node(master_kind, tmp_path, "--repl-diskless-sync", diskless)
    replica = Node(replica_kind, tmp_path)
    with running(master, replica):
        writer = Writer(tmp_path.name)
        writer.write(master, LENGTH)
        replica.call("SET left over")
        replica.follow(master.port)
        writer.write(master, LENGTH)
        at_rest(master, replica)
        found = compare(master, replica)
        _report(f"{master_kind} to {replica_kind}, {transfer}", writer, found, master)
        assert found.differences == []
        assert found.keys > 20
        assert master.info("stats")["sync_full"] == "1"


@pytest.mark.parametrize(("master_kind", "replica_kind"), PAIRS)
def test_a_replica_whose_link_is_cut_again_and_again_goes_on_where_it_was(
    tmp_path: Path, master_kind: Kind, replica_kind: Kind
) -> None:
    master, replica = Node(master_kind, tmp_path), Node(replica_kind, tmp_path)
    wire = Wire(master.port)
    with running(master, replica):
        chance, writer, cuts = random.Random(5), Writer(tmp_path.name), 0

        def maybe_cut() -> None:
            nonlocal cuts
            if chance.random() < 0.5:
                until(replica.link_is_up, 30)
                wire.cut()
                cuts += 1

        writer.write(master, LENGTH // 2)
        replica.follow(wire.port)
        for _ in range(4):
            writer.write(master, LENGTH // 2, maybe_cut)
            until(replica.link_is_up, 30)
        at_rest(master, replica)
        found = compare(master, replica)
        _report(f"{master_kind} to {replica_kind}, cut", writer, found, master, cuts)
        wire.close()
        assert found.differences == []
        stats = master.info("stats")
        assert stats["sync_full"] == "1"
        assert 0 < int(stats["sync_partial_ok"]) <= cuts


@pytest.mark.parametrize(("master_kind", "replica_kind"), PAIRS)
def test_a_replica_that_was_away_for_longer_than_the_backlog_copies_everything(
    tmp_path: Path, master_kind: Kind, replica_kind: Kind
) -> None:
    master = Node(master_kind, tmp_path, "--repl-backlog-size", "16kb")
    replica = Node(replica_kind, tmp_path)
    wire = Wire(master.port)
    with running(master, replica):
        writer = Writer(tmp_path.name)
        replica.follow(wire.port)
        wire.closed = True
        wire.cut()
        master.call("SET big " + "x" * 100_000)
        writer.write(master, LENGTH)
        wire.closed = False
        at_rest(master, replica)
        found = compare(master, replica)
        _report(f"{master_kind} to {replica_kind}, away", writer, found, master, 1)
        wire.close()
        assert found.differences == []
        assert master.info("stats")["sync_full"] == "2"
        assert master.info("stats")["sync_partial_err"] >= "1"


@pytest.mark.parametrize("kinds", [("real", "ours", "real"), ("ours", "real", "ours")])
def test_a_chain_passes_the_stream_on_as_it_came(
    tmp_path: Path, kinds: tuple[Kind, Kind, Kind]
) -> None:
    first, middle, last = (Node(kind, tmp_path) for kind in kinds)
    with running(first, middle, last):
        writer = Writer(tmp_path.name)
        writer.write(first, LENGTH)
        middle.follow(first.port)
        last.follow(middle.port)
        writer.write(first, LENGTH)
        at_rest(first, middle)
        at_rest(first, last)
        assert last.info()["master_replid"] == first.info()["master_replid"]
        for node in (middle, last):
            found = compare(first, node)
            _report("-".join(kinds), writer, found, first)
            assert found.differences == []


@pytest.mark.parametrize("kinds", [("real", "ours", "real"), ("ours", "real", "ours")])
def test_after_a_promotion_the_others_go_on_without_a_full_sync(
    tmp_path: Path, kinds: tuple[Kind, Kind, Kind]
) -> None:
    old, promoted, sister = (Node(kind, tmp_path) for kind in kinds)
    with running(old, promoted, sister):
        writer = Writer(tmp_path.name)
        writer.write(old, LENGTH)
        promoted.follow(old.port)
        sister.follow(old.port)
        writer.write(old, LENGTH)
        at_rest(old, promoted, sister)
        past = old.info()["master_replid"]
        promoted.call("REPLICAOF NO ONE")
        assert promoted.info()["master_replid2"] == past
        sister.follow(promoted.port)
        old.follow(promoted.port)
        writer.write(promoted, LENGTH)
        at_rest(promoted, old, sister)
        assert promoted.info("stats")["sync_full"] == "0"
        assert promoted.info("stats")["sync_partial_ok"] == "2"
        for node in (old, sister):
            found = compare(promoted, node)
            _report("promotion, " + "-".join(kinds), writer, found, promoted)
            assert found.differences == []


@pytest.mark.parametrize(("master_kind", "replica_kind"), PAIRS)
def test_failover_changes_the_roles_without_losing_anything(
    tmp_path: Path, master_kind: Kind, replica_kind: Kind
) -> None:
    master, replica = Node(master_kind, tmp_path), Node(replica_kind, tmp_path)
    with running(master, replica):
        writer = Writer(tmp_path.name)
        replica.follow(master.port)
        writer.write(master, LENGTH)
        master.call(f"FAILOVER TO 127.0.0.1 {replica.port} TIMEOUT 20000")
        until(lambda: replica.info()["role"] == "master", 30)
        until(master.link_is_up, 30)
        assert master.info()["master_failover_state"] == "no-failover"
        writer.write(replica, LENGTH)
        at_rest(replica, master)
        found = compare(replica, master)
        _report(f"failover {master_kind} to {replica_kind}", writer, found, replica)
        assert found.differences == []
        assert replica.info("stats")["sync_full"] == "0"


@pytest.mark.parametrize(("master_kind", "replica_kind"), PAIRS)
def test_a_restarted_replica_goes_on_from_its_dump(
    tmp_path: Path, master_kind: Kind, replica_kind: Kind
) -> None:
    master = Node(master_kind, tmp_path)
    replica = Node(replica_kind, tmp_path, "--replicaof", f"127.0.0.1 {master.port}")
    with running(master, replica):
        writer = Writer(tmp_path.name)
        until(replica.link_is_up, 30)
        writer.write(master, LENGTH)
        at_rest(master, replica)
        replica.call("SAVE")
        replica.stop(kill=True)
        writer.write(master, LENGTH)
        replica.start()
        until(replica.link_is_up, 30)
        at_rest(master, replica)
        found = compare(master, replica)
        _report(f"restart, {master_kind} to {replica_kind}", writer, found, master)
        assert found.differences == []
        assert master.info("stats")["sync_full"] == "1"
        assert master.info("stats")["sync_partial_ok"] == "1"


@pytest.mark.parametrize(("master_kind", "replica_kind"), PAIRS)
def test_a_replica_logs_in(tmp_path: Path, master_kind: Kind, replica_kind: Kind) -> None:
    master = Node(master_kind, tmp_path)
    with running(master):
        master.call("ACL SETUSER copyist on >secret +psync +replconf +ping")
        master.call("CONFIG SET requirepass other")
        master.call("AUTH other")
        login = ("--masteruser", "copyist", "--masterauth", "secret")
        replica = Node(replica_kind, tmp_path, *login)
        with running(replica):
            replica.follow(master.port)
            master.call("SET k v")
            assert master.call("WAIT 1 10000") == 1
            assert replica.call("GET k") == b"v"
