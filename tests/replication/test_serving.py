"""A master and those who follow it: dumps, limits, WAIT, FAILOVER."""

from __future__ import annotations

from tests.replication.pipes import Net, Node
from tutor.engine import errors
from tutor.engine.replies import BLOCKED, NO_REPLY, OK, Reply, ReplyError
from tutor.engine.session import Session
from tutor.replication.attached import State


def _net(**config: object) -> tuple[Net, Node, list[Node]]:
    """A master with two replicas, in sync."""
    net = Net()
    master = net.node(7001, **{"repl_diskless_sync_delay": 0, **config})
    replicas = [net.node(port, **config) for port in (7002, 7003)]
    for replica in replicas:
        replica.run("replicaof 127.0.0.1 7001")
        net.settle()
    net.heal(2)
    return net, master, replicas


def _states(master: Node) -> set[State]:
    return {one.state for one in master.replication.master.replicas}


def _bare(master: Node) -> tuple[Session, list[bytes]]:
    """A client that says what it likes, and what it got as a replica."""
    session, got = master.new_client(), list[bytes]()
    session.on_raw = got.append
    session.unsent = lambda: 0
    return session, got


# dumps


def test_replicas_that_come_within_the_delay_share_a_dump() -> None:
    net = Net()
    master = net.node(7001, repl_diskless_sync_delay=5)
    for port in (7002, 7003, 7004):
        net.node(port).run("replicaof 127.0.0.1 7001")
        net.settle()
        net.pass_ms(1000)
    assert _states(master) == {State.WAIT_START}
    net.heal(8)
    target = "Starting BGSAVE for SYNC with target: replicas sockets"
    assert master.lines.count(target) == 1
    assert _states(master) == {State.ONLINE}


def test_enough_waiting_replicas_end_the_delay() -> None:
    net = Net()
    master = net.node(7001, repl_diskless_sync_delay=60, repl_diskless_sync_max_replicas=2)
    for port in (7002, 7003):
        net.node(port).run("replicaof 127.0.0.1 7001")
    net.heal(3)
    assert len(master.run("role")[2]) == 2


def test_who_says_sync_gets_a_stored_dump_and_the_stream_and_is_asked_nothing() -> None:
    net = Net()
    master = net.node(7001)
    master.run("set k v")
    session, got = _bare(master)
    assert master.run("sync", session=session) is NO_REPLY
    master.run("set k w")
    net.heal(6)
    data = b"".join(got).lstrip(b"\n")
    size = int(data[1 : data.index(b"\r\n")])
    dump = data[data.index(b"\r\n") + 2 :][:size]
    assert dump.startswith(b"REDIS0010")
    stream = data[data.index(b"\r\n") + 2 + size :]
    assert b"SELECT" in stream
    assert stream.endswith((b"w\r\n", b"ping\r\n"))


def test_an_rdb_only_replica_is_let_go_when_it_has_its_dump() -> None:
    net = Net()
    master = net.node(7001, repl_diskless_sync=False)
    session, got = _bare(master)
    master.run("replconf rdb-only 1", session=session)
    master.run("psync ? -1", session=session)
    net.heal(2)
    assert session.id not in master.engine.sessions
    assert b"REDIS0010" in b"".join(got)
    assert b"ping" not in b"".join(got)


def test_a_dump_of_functions_holds_no_keys() -> None:
    net = Net()
    master = net.node(7001, repl_diskless_sync_delay=0)
    master.run("set secret v")
    code = b"#!lua name=lib\nredis.register_function('f', function() return 1 end)"
    master.run("function load", code)
    session, got = _bare(master)
    master.run("replconf rdb-filter-only functions", session=session)
    master.run("replconf capa eof capa psync2", session=session)
    master.run("psync ? -1", session=session)
    net.settle()
    data = b"".join(got)
    assert b"register_function" in data
    assert b"secret" not in data


# gates


def test_a_replica_may_not_touch_keys_nor_become_a_replica_of_another() -> None:
    master = Net().node(7001)
    session, _got = _bare(master)
    master.run("psync ? -1", session=session)
    assert master.run("get k", session=session) == ReplyError(errors.REPLICA_KEYSPACE)
    refused = master.run("replicaof 127.0.0.1 7009", session=session)
    assert refused == ReplyError(errors.REPLICAOF_BY_REPLICA)
    assert master.run("psync ? -1", session=session) is NO_REPLY


def test_a_replica_without_its_master_has_no_data_to_give() -> None:
    replica = Net().node(7002)
    replica.run("replicaof 127.0.0.1 7001")
    session, _got = _bare(replica)
    refused = replica.run("psync ? -1", session=session)
    assert refused == ReplyError(errors.SYNC_WITHOUT_MASTER)


def test_too_few_good_replicas_forbid_writes() -> None:
    net, master, _replicas = _net(min_replicas_to_write=2, min_replicas_max_lag=3)
    assert master.run("set k v") is OK
    assert master.info()["min_slaves_good_slaves"] == "2"
    net.nodes[7003].freeze()
    for _ in range(5):
        net.settle()
        net.pass_ms(1000)
    assert master.run("set k w") == ReplyError(errors.NO_REPLICAS)
    master.run("config set min-replicas-to-write 1")
    net.settle()
    assert master.run("set k w") is OK


def test_a_silent_replica_is_dropped_after_the_timeout() -> None:
    net, master, replicas = _net(repl_timeout=5)
    replicas[0].freeze()
    for _ in range(8):
        net.settle()
        net.pass_ms(1000)
    assert master.info()["connected_slaves"] == "1"
    assert any("Disconnecting timedout replica (streaming sync)" in one for one in master.lines)


def test_a_replica_that_does_not_read_is_dropped_at_its_limit() -> None:
    limits = ((0, 0, 0), (1 << 20, 0, 0), (0, 0, 0))
    net, master, _replicas = _net(client_output_buffer_limit=limits, repl_backlog_size=16384)
    for _ in range(12):
        master.run("set k " + "x" * 100_000)
    net.sleep_nodes()
    assert master.info()["connected_slaves"] == "0"
    assert sum("overcoming of output buffer limits" in line for line in master.lines) == 2
    net.heal(2)
    assert {node.digest for node in net.nodes.values()} == {master.digest}


def test_the_backlog_goes_when_nobody_came_for_long_enough() -> None:
    net, master, replicas = _net(repl_backlog_ttl=10)
    identity = master.info()["master_replid"]
    for replica in replicas:
        replica.kill()
    for _ in range(12):
        net.pass_ms(1000)
    info = master.info()
    assert info["repl_backlog_active"] == "0"
    assert info["master_replid"] != identity
    offset = info["master_repl_offset"]
    master.run("set k v")
    assert master.info()["master_repl_offset"] == offset


# WAIT


def test_wait_counts_at_once_or_when_replicas_answer() -> None:
    net, master, _replicas = _net()
    master.run("set k v")
    assert master.run("wait 2 0") is BLOCKED
    net.settle()
    assert master.answers == [2]
    assert master.run("wait 2 0") == 2
    assert master.run("wait 0 0") == 2


def test_wait_gives_up_with_the_number_that_it_has() -> None:
    net, master, replicas = _net()
    replicas[0].freeze()
    master.run("set k v")
    assert master.run("wait 2 1500") is BLOCKED
    net.settle()
    assert master.answers == []
    net.pass_ms(1500)
    assert master.answers == [1]


def test_wait_in_a_transaction_does_not_wait_and_counts_what_was_before_it() -> None:
    _world, master, replicas = _net()
    replicas[0].freeze()
    master.run("set k v")
    for line in ("multi", "set k w", "wait 2 0"):
        master.run(line)
    assert master.run("exec") == [OK, 0]


def test_who_waits_on_a_master_that_becomes_a_replica_is_sent_away() -> None:
    net, master, replicas = _net()
    client, got = master.new_client(), list[Reply]()
    client.on_reply = got.append
    master.run("blpop k 0", session=client)
    master.run(f"replicaof 127.0.0.1 {replicas[0].port}")
    assert got == [ReplyError(errors.UNBLOCKED_BY_ROLE)]
    assert client.closing
    net.settle()


# FAILOVER


def test_failover_waits_for_the_replica_and_holds_writes_back_meanwhile() -> None:
    net, master, replicas = _net()
    master.run("set k v")
    assert master.order("failover to 127.0.0.1 7002 timeout 20000") is OK
    assert master.info()["master_failover_state"] == "waiting-for-sync"
    assert master.run("set k w") is BLOCKED
    assert master.order("failover") == ReplyError(errors.FAILOVER_IN_PROGRESS)
    refused = master.order("replicaof no one")
    assert refused == ReplyError(errors.REPLICAOF_WHILE_FAILING_OVER)
    net.heal(3)
    assert replicas[0].info()["role"] == "master"
    assert master.info()["role"] == "slave"
    assert master.info()["master_failover_state"] == "no-failover"
    assert master.answers == [ReplyError(errors.READ_ONLY_REPLICA)]
    assert replicas[0].run("get k") == b"v"
    net.heal(12)
    assert replicas[1].digest == master.digest == replicas[0].digest


def test_failover_without_a_target_takes_the_first_that_has_everything() -> None:
    net, master, replicas = _net()
    master.run("set k v")
    assert master.order("failover") is OK
    net.heal(3)
    roles = [node.info()["role"] for node in (master, *replicas)]
    assert roles.count("master") == 1
    assert roles[0] == "slave"


def test_failover_gives_up_when_the_replica_does_not_catch_up() -> None:
    net, master, replicas = _net()
    replicas[0].freeze()
    master.run("set k v")
    master.order("failover to 127.0.0.1 7002 timeout 2000")
    for _ in range(25):
        net.pass_ms(100)
    assert master.info()["role"] == "master"
    assert master.info()["master_failover_state"] == "no-failover"
    assert any("Replica never caught up before timeout" in line for line in master.lines)
    assert master.run("set k w") is OK


def test_failover_by_force_does_not_wait_for_longer_than_told() -> None:
    net, master, replicas = _net()
    replicas[0].replication.follower.connection = None
    master.run("set k v")
    master.order("failover to 127.0.0.1 7002 force timeout 1000")
    for _ in range(12):
        net.pass_ms(100)
    assert any("forcing failover" in line for line in master.lines)
    assert master.info()["role"] == "slave"


def test_failover_can_be_called_off() -> None:
    _world, master, replicas = _net()
    replicas[0].freeze()
    master.run("set k v")
    assert master.order("failover abort") == ReplyError(errors.NO_FAILOVER)
    master.order("failover to 127.0.0.1 7002")
    assert master.order("failover abort") is OK
    assert master.run("set k w") is OK


def test_a_refused_failover_makes_the_master_one_again() -> None:
    net, master, replicas = _net()
    master.run("set k v")
    net.heal(2)
    replicas[0].replication.history.begin()
    master.order("failover to 127.0.0.1 7002")
    net.heal(3)
    assert any("Failover target rejected psync request" in line for line in master.lines)
    assert master.info()["role"] == "master"
    assert master.run("set k w") is OK


def test_a_clients_pause_outlives_a_failover() -> None:
    net, master, _replicas = _net()
    master.order("client pause 100000 write")
    master.order("failover to 127.0.0.1 7002")
    master.order("failover abort")
    assert master.run("set k v") is BLOCKED
    net.pass_ms(100_000)
    net.settle()
    assert master.answers == [OK]
