"""A replica and its master: how they find each other, part, and find each other again."""

from __future__ import annotations

import pytest

from tests.replication.pipes import Net, Node
from tutor.engine import errors
from tutor.engine.replies import OK, ReplyError, Status
from tutor.persistence.rdb import ReplInfo
from tutor.replication.links import LinkListener


def _pair(**config: object) -> tuple[Net, Node, Node]:
    net = Net()
    master, replica = net.chain(7001, 7002, **{"repl_diskless_sync_delay": 0, **config})
    return net, master, replica


@pytest.mark.parametrize("diskless", [True, False])
def test_a_new_replica_gets_all_data_in_place_of_its_own(diskless: bool) -> None:
    net = Net()
    master = net.node(7001, repl_diskless_sync=diskless, repl_diskless_sync_delay=0)
    replica = net.node(7002)
    for line in ("set k v", "rpush l 1 2", "set t v px 5000", "select 3", "sadd s a b"):
        master.run(line)
    replica.run("set own data")
    assert replica.run("replicaof 127.0.0.1 7001") is OK
    net.heal(1)
    assert replica.digest == master.digest
    assert replica.info()["master_link_status"] == "up"
    assert master.info("stats")["sync_full"] == "1"


def test_role_tells_each_state_of_the_way_to_the_master() -> None:
    net = Net()
    net.node(7001, repl_diskless_sync_delay=5)
    replica = net.node(7002)
    replica.run("replicaof 127.0.0.1 7001")
    states = []
    for _ in range(4000):
        state = replica.run("role")[3]
        if states[-1:] != [state]:
            states.append(state)
        net.pipes[0].move(1, down=net.random.random() < 0.5)
        net.sleep_nodes()
        if net.random.random() < 0.01:
            net.pass_ms(1000)
    assert states == [b"connecting", b"handshake", b"sync", b"connected"]


def test_a_lost_link_is_taken_up_where_it_was() -> None:
    net, master, replica = _pair()
    net.pipes[0].cut()
    for _ in range(20):
        master.run("incr n")
    net.settle()
    assert replica.run("get n") == b"20"
    assert master.info("stats")["sync_full"] == "1"
    assert master.info("stats")["sync_partial_ok"] == "1"


def test_what_was_half_received_is_asked_for_again() -> None:
    net, master, replica = _pair()
    for line in ("multi", "incr a", "incr b", "exec", "incr c"):
        master.run(line)
    for _ in range(60):
        net.pipes[0].move(1, down=True)
    assert replica.run("get a") is None
    net.pipes[0].cut()
    net.settle()
    assert replica.digest == master.digest
    assert [replica.run(f"get {key}") for key in "abc"] == [b"1"] * 3


def test_a_promoted_replica_and_its_old_master_need_no_full_sync() -> None:
    net, old, promoted = _pair()
    old.run("set k v")
    net.settle()
    promoted.run("replicaof no one")
    net.settle()
    promoted.run("set k w")
    old.run("replicaof 127.0.0.1 7002")
    net.heal(1)
    assert old.run("get k") == b"w"
    assert promoted.info("stats")["sync_full"] == "0"
    assert promoted.info()["master_replid2"] != "0" * 40


def test_what_an_old_master_wrote_behind_the_promotion_is_lost_in_a_full_sync() -> None:
    net, old, promoted = _pair()
    net.pipes[0].cut()
    promoted.run("replicaof no one")
    old.run("set lost forever")
    promoted.run("set k w")
    old.run("replicaof 127.0.0.1 7002")
    net.heal(1)
    assert old.run("get lost") is None
    assert promoted.info("stats")["sync_partial_err"] == "1"
    assert old.digest == promoted.digest


def test_a_chain_has_one_history() -> None:
    net = Net()
    first, middle, last = net.chain(7001, 7002, 7003, repl_diskless_sync_delay=0)
    first.run("set k v")
    net.settle()
    assert last.run("get k") == b"v"
    infos = [node.info() for node in (first, middle, last)]
    assert len({info["master_replid"] for info in infos}) == 1
    assert len({info["master_repl_offset"] for info in infos}) == 1
    net.pipes[0].cut()
    first.run("set k w")
    net.settle()
    assert last.run("get k") == b"w"
    assert middle.info("stats")["sync_full"] == "1"


def test_sub_replicas_of_a_promoted_replica_go_on_with_it() -> None:
    net = Net()
    _first, middle, last = net.chain(7001, 7002, 7003, repl_diskless_sync_delay=0)
    middle.run("replicaof no one")
    middle.run("select 5")
    middle.run("set k v")
    net.heal(1)
    last.run("select 5")
    assert last.run("get k") == b"v"
    assert middle.info("stats")["sync_full"] == "1"


def test_a_master_that_is_not_there_is_tried_every_second() -> None:
    net = Net()
    replica = net.node(7002)
    replica.run("replicaof 127.0.0.1 7001")
    net.settle()
    for _ in range(3):
        assert replica.run("role")[3] == b"connect"
        net.pass_ms(1000)
        net.settle()
    assert replica.lines.count("Error condition on socket for SYNC: Connection refused") == 4
    net.node(7001, repl_diskless_sync_delay=0)
    net.heal(2)
    assert replica.info()["master_link_status"] == "up"


def test_a_name_that_means_nothing_is_tried_again_too() -> None:
    net = Net()
    net.node(7001, repl_diskless_sync_delay=0)
    replica = net.node(7002)
    dial = replica.dial

    def refuse(host: bytes, port: int, listener: LinkListener) -> object:
        raise OSError(-2, "Name or service not known")

    replica.dial = refuse  # type: ignore[assignment, method-assign]
    replica.run("replicaof nowhere 7001")
    assert "Unable to connect to MASTER: Name or service not known" in replica.lines
    replica.dial = dial  # type: ignore[method-assign]
    net.heal(2)
    assert replica.info()["master_link_status"] == "up"


def test_a_silent_master_is_given_up_after_the_timeout() -> None:
    net, master, replica = _pair(repl_timeout=5)
    master.freeze()
    for _ in range(7):
        net.pass_ms(1000)
    assert "MASTER timeout: no data nor PING received..." in replica.lines
    assert replica.info()["master_link_status"] == "down"
    assert 0 <= int(replica.info()["master_link_down_since_seconds"]) <= 4


def test_a_replica_whose_master_is_locked_says_why() -> None:
    net = Net()
    net.node(7001).order("config set requirepass secret")
    replica = net.node(7002, masterauth=b"wrong")
    replica.run("replicaof 127.0.0.1 7001")
    net.settle()
    assert any(line.startswith("Unable to AUTH to MASTER: -WRONGPASS") for line in replica.lines)
    assert replica.run("role")[3] == b"connect"


def test_whoever_follows_the_same_master_already_is_told_so() -> None:
    _net, _master, replica = _pair()
    reply = replica.run("replicaof 127.0.0.1 7001")
    assert reply == Status(b"OK Already connected to specified master")


def test_a_replica_refuses_writes_and_wait() -> None:
    _net, _master, replica = _pair()
    assert replica.run("set k v") == ReplyError(errors.READ_ONLY_REPLICA)
    assert replica.run("wait 0 0") == ReplyError(errors.WAIT_ON_REPLICA)


def test_writes_to_a_writable_replica_stay_there_and_go_with_the_next_full_sync() -> None:
    net, master, replica = _pair(replica_read_only=False)
    replica.run("set own v")
    net.heal(1)
    assert master.run("get own") is None
    assert replica.info()["master_repl_offset"] == master.info()["master_repl_offset"]
    master.run("debug change-repl-id")
    net.pipes[0].cut()
    net.heal(1)
    assert replica.run("get own") is None


def test_stale_data_are_served_unless_told_otherwise() -> None:
    net, master, replica = _pair()
    master.run("set k v")
    net.settle()
    master.kill()
    assert replica.run("get k") == b"v"
    replica.run("config set replica-serve-stale-data no")
    assert replica.run("get k") == ReplyError(errors.MASTER_DOWN)


def test_a_damaged_dump_leaves_the_old_data() -> None:
    net = Net()
    net.node(7001, repl_diskless_sync_delay=0).run("set k v")
    replica = net.node(7002)
    replica.run("set own data")
    replica.run("replicaof 127.0.0.1 7001")
    for _ in range(200):
        pipe = net.pipes[-1]
        at = pipe.down.find(b"REDIS0010")
        if at >= 0:
            pipe.down[at + 20] ^= 0xFF
            break
        net.sleep_nodes()
        pipe.move(1 << 20, down=False)
        if pipe.down.find(b"REDIS0010") < 0:
            pipe.move(1 << 20, down=True)
    assert replica.run("get own") == b"data"
    while not any("Failed trying to load" in line for line in replica.lines):
        assert net.pipes
        net.pipes[0].move(1 << 20, down=True)
        replica.engine.before_sleep()
    assert replica.run("get own") == b"data"
    assert not replica.engine.loading
    net.heal(2)
    assert replica.run("get k") == b"v"


def test_a_server_that_restarts_with_its_dump_goes_on() -> None:
    net, master, replica = _pair()
    master.run("set k v")
    net.settle()
    stands = replica.replication.stands()
    assert isinstance(stands, ReplInfo)
    dump = replica.engine.snapshot()
    replica.kill()
    master.run("set k w")
    again = net.node(7002)
    again.engine.restore(dump)
    again.replication.start_following(b"127.0.0.1", 7001)
    again.replication.restore(stands)
    net.heal(2)
    assert again.run("get k") == b"w"
    assert master.info("stats")["sync_full"] == "1"


def test_replicas_of_a_master_that_restarts_with_its_dump_go_on() -> None:
    net, master, replica = _pair()
    master.run("set k v")
    net.settle()
    stands, dump = master.replication.stands(), master.engine.snapshot()
    assert stands is not None
    master.kill()
    again = net.node(7001)
    again.engine.restore(dump)
    again.replication.restore(stands)
    again.run("set k w")
    net.heal(3)
    assert replica.run("get k") == b"w"
    assert again.info("stats")["sync_full"] == "0"
    assert again.info("stats")["sync_partial_ok"] == "1"


def test_a_paused_replica_holds_the_stream_back_and_loses_nothing() -> None:
    net, master, replica = _pair()
    replica.run("client pause 3000 all")
    master.run("set k v")
    master.run("set k w")
    net.settle()
    assert replica.engine.databases[0].peek(b"k") is None
    net.heal(4)
    assert replica.run("get k") == b"w"
    assert replica.digest == master.digest
