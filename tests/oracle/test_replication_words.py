"""What servers say of replication (INFO, ROLE, refusals) in the same situations on both sides.

A scene is played twice, by our servers and by real ones, and they must have said the same:
offsets to the byte (no PING disturbs them), but for ids, ports and seconds.
"""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.network.serving import free_port, until
from tests.oracle.raw import RawConnection
from tests.oracle.replicas import Kind, Node, at_rest, running

pytestmark = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="redis-server is not installed"
)

_ID = re.compile(r"\b[0-9a-f]{40}\b")
_SECONDS = re.compile(r"(lag=|_seconds(?:_ago)?:)(\d+)")
_QUIET = ("--repl-ping-replica-period", "3600", "--repl-timeout", "3600")


class Stage:
    """Servers of one kind, and what they have said so far."""

    def __init__(self, kind: Kind, folder: Path) -> None:
        self.kind = kind
        self.folder = folder
        self.nodes: list[Node] = []
        self.names: dict[int, str] = {}
        self.said: list[str] = []
        self._ids: dict[str, str] = {}

    def node(self, *directives: str) -> Node:
        """Another server."""
        node = Node(self.kind, self.folder, *_QUIET, *directives)
        self.names[node.port] = f"port {len(self.nodes)}"
        self.nodes.append(node)
        return node

    def port(self, name: str) -> int:
        """A port that nobody listens to."""
        port = free_port()
        self.names[port] = name
        return port

    def say(self, node: Node, *lines: str) -> None:
        """Commands of one client, and the replies."""
        for line in lines:
            self.said.append(self.neutral(f"{line}: {node.call(line)!r}"))

    def say_together(self, node: Node, *lines: str) -> None:
        """Commands that arrive in one packet: nothing of the server's own comes between."""
        node.raw.send_together(*(line.encode().split() for line in lines))
        for line in lines:
            self.said.append(self.neutral(f"{line}: {node.raw.receive()!r}"))

    def look(self, *nodes: Node) -> None:
        """INFO replication and ROLE."""
        for node in nodes:
            until(lambda node=node: _all_online(node), 20)  # a replica says so first
            text = node.call("INFO replication")
            assert isinstance(text, bytes)
            self.said += [self.neutral(line) for line in text.decode().split("\r\n")]
            self.said.append(self.neutral(f"ROLE: {node.call('ROLE')!r}"))

    def neutral(self, text: str) -> str:
        """The text without what is each server's own."""
        for port, name in self.names.items():
            text = re.sub(rf"\b{port}\b", name, text)
        text = _ID.sub(lambda found: self._name(found[0]), text)
        return _SECONDS.sub(lambda found: found[1] + ("few" if int(found[2]) < 9 else "many"), text)

    def _name(self, identity: str) -> str:
        if not identity.strip("0"):
            return identity
        return self._ids.setdefault(identity, f"id {len(self._ids)}")


def _all_online(node: Node) -> bool:
    return not {"state=wait_bgsave", "state=send_bulk"} & set(
        ",".join(node.info().values()).split(",")
    )


Scene = Callable[[Stage], None]


def _play(scene: Scene, kind: Kind, folder: Path) -> list[str]:
    stage = Stage(kind, folder)
    try:
        scene(stage)
    finally:
        with running(*stage.nodes):
            pass
    return stage.said


def _alone(stage: Stage) -> None:
    node = stage.node()
    stage.look(node)
    stage.say(node, "REPLICAOF NO ONE", "SLAVEOF no one", "WAIT 0 0", "WAIT 1 10", "WAIT -1 0")
    stage.say(node, "WAIT x 0", "WAIT 0 x", "WAIT 0 -1", "WAIT 0", "SET a 1", "WAIT 0 10")
    stage.look(node)


def _bad_words(stage: Stage) -> None:
    node = stage.node()
    stage.say(node, "REPLICAOF", "REPLICAOF NO", "REPLICAOF 127.0.0.1 abc", "SLAVEOF h 99999999")
    stage.say(node, "REPLICAOF 127.0.0.1 -1", "REPLICAOF 127.0.0.1 70000", "REPLICAOF NO ONE x")
    stage.say(node, "REPLCONF", "REPLCONF x", "REPLCONF x y", "REPLCONF listening-port x")
    stage.say(node, "REPLCONF listening-port 1 capa", "REPLCONF capa eof capa psync2 capa nonsense")
    stage.say(node, "REPLCONF listening-port 70000", "REPLCONF rdb-only x", "REPLCONF rdb-only 1")
    stage.say(node, f"REPLCONF ip-address {'x' * 300}", "REPLCONF rdb-filter-only nonsense")
    stage.say(node, "REPLCONF rdb-filter-only functions", "REPLCONF ip-address 10.0.0.1")
    stage.say(node, "PSYNC", "PSYNC ?", "PSYNC ? x")
    stage.say(node, "FAILOVER", "FAILOVER ABORT", "FAILOVER ABORT x", "FAILOVER TIMEOUT x")
    stage.say(node, "FAILOVER TIMEOUT 0", "FAILOVER TIMEOUT -1", "FAILOVER TO 127.0.0.1")
    stage.say(node, "FAILOVER TO 127.0.0.1 1", "FAILOVER TO 127.0.0.1 x", "FAILOVER FORCE")
    stage.say(
        node, "FAILOVER TO 127.0.0.1 1 FORCE", "FAILOVER TO h 1 FORCE TIMEOUT 10", "FAILOVER x"
    )
    stage.say(node, "SYNC x")
    stage.say(node, "MULTI", "PSYNC ? -1", "SYNC", "REPLICAOF NO ONE", "ROLE", "WAIT 1 0", "EXEC")
    stage.look(node)


def _two_replicas(stage: Stage) -> None:
    master, one, two = stage.node(), stage.node(), stage.node()
    stage.say(master, "SET before 1")
    one.follow(master.port)
    at_rest(master, one)
    stage.look(master, one)
    two.follow(master.port)
    stage.say(master, "SET a 1", "SELECT 3", "INCR n", "WAIT 2 5000", "WAIT 3 50")
    at_rest(master, one, two)
    stage.look(master, one, two)
    stage.say(
        one, "WAIT 0 0", "SET a 2", "GET a", "EVAL return(redis.call('set','a','1')) 0", "PING"
    )
    stage.say(one, "MULTI", "SET a 1", "EXEC", f"REPLICAOF 127.0.0.1 {master.port}", "FAILOVER")
    stage.say(one, "CONFIG SET replica-read-only no", "SET mine 1", "GET mine", "INFO nothing")
    stage.say(one, "EVAL return(redis.call('set','mine','2')) 0", "PUBLISH c m")
    stage.look(one)
    stage.say(master, "FAILOVER TO 127.0.0.1 1", "FAILOVER TO 127.0.0.1 1 FORCE TIMEOUT 10")
    two.stop()
    until(lambda: master.info()["connected_slaves"] == "1", 10)
    stage.look(master)


def _a_chain(stage: Stage) -> None:
    master, middle, last = stage.node(), stage.node(), stage.node()
    middle.follow(master.port)
    last.follow(middle.port)
    stage.say(master, "SET a 1", "WAIT 1 5000")
    at_rest(master, middle, last)
    stage.look(master, middle, last)
    stage.say(middle, "REPLICAOF NO ONE", "SET b 1")
    until(last.link_is_up, 20)
    at_rest(middle, last)
    stage.look(middle, last)
    last.call("REPLICAOF NO ONE")
    stage.look(last)


def _without_master(stage: Stage) -> None:
    node, nobody = stage.node(), stage.port("nobody")
    stage.say(node, "SET a 1", f"REPLICAOF 127.0.0.1 {nobody}", f"REPLICAOF 127.0.0.1 {nobody}")
    until(lambda: node.call("ROLE")[3] == b"connect", 10)
    stage.look(node)
    stage.say(node, "GET a", "CONFIG SET replica-serve-stale-data no", "GET a", "SET a 2", "PING")
    stage.say(
        node, "EVAL return(1) 0", "MULTI", "GET a", "EXEC", "KEYS *", "CONFIG GET save", "ECHO x"
    )
    stage.say(node, "FCALL f 0", "SUBSCRIBE c")


def _too_few_replicas(stage: Stage) -> None:
    master, replica = stage.node("--min-replicas-to-write", "1"), stage.node()
    stage.look(master)
    stage.say(master, "SET a 1", "GET a", "MULTI", "SET a 1", "EXEC", "DEL a", "FLUSHALL", "PING")
    stage.say(master, "EVAL return(redis.call('set','a','1')) 0", "PUBLISH c m")
    replica.follow(master.port)
    until(lambda: master.info()["min_slaves_good_slaves"] == "1", 10)
    stage.say(master, "SET a 1")
    at_rest(master, replica)
    stage.look(master)


def _failover(stage: Stage) -> None:
    master, replica, other = stage.node(), stage.node(), stage.node()
    for node in (replica, other):
        node.follow(master.port)
    stage.say(master, "SET a 1", "WAIT 2 5000")
    at_rest(master, replica, other)
    begun = f"FAILOVER TO 127.0.0.1 {replica.port} TIMEOUT 20000"
    stage.say_together(master, begun, "FAILOVER", "GET a")
    until(lambda: replica.info()["role"] == "master" and master.link_is_up(), 30)
    other.follow(replica.port)
    stage.say(replica, "SET b 1")
    at_rest(replica, master)
    stage.look(master)
    stage.say(master, "SET c 1", "FAILOVER ABORT")


def _restarted(stage: Stage) -> None:
    master, replica = stage.node(), stage.node()
    replica.follow(master.port)
    stage.say(master, "SELECT 2", "SET a 1", "WAIT 1 5000")
    at_rest(master, replica)
    for node in (replica, master):
        stage.say(node, "SAVE")
        node.stop()
    nobody = stage.port("nobody")
    replica.directives += ("--replicaof", f"127.0.0.1 {nobody}")
    replica.start()
    master.start()
    until(lambda: replica.call("ROLE")[3] == b"connect", 10)
    stage.look(replica, master)
    replica.follow(master.port)
    stage.look(replica, master)


def _keys_of_a_replicas_own(stage: Stage) -> None:
    master, replica = stage.node(), stage.node("--replica-read-only", "no")
    replica.follow(master.port)
    stage.say(master, "SET theirs 1 PX 60000", "WAIT 1 5000")
    stage.say(replica, "SET own 1 PX 300", "SET later 1 EX 100", "RPUSH l a", "PEXPIRE l 300")
    stage.say(replica, "SET stays 1 EX 100", "PERSIST stays", "SELECT 1", "SET own 1 PX 60000")
    stage.say(replica, "FLUSHDB", "SELECT 0", "DBSIZE")
    tracked = "slave_expires_tracked_keys"
    until(lambda: replica.info("stats")[tracked] == "1", 10)
    stage.say(replica, "DBSIZE", "EXISTS own l later stays theirs", "PERSIST later")
    until(lambda: replica.info("stats")[tracked] == "0", 10)
    stage.said.append(replica.info("stats")["expired_keys"])


def _announced(stage: Stage) -> None:
    stage.names[4321] = "4321"
    master = stage.node()
    replica = stage.node(
        "--replica-announce-ip", "replica.example", "--replica-announce-port", "4321"
    )
    replica.follow(master.port)
    at_rest(master, replica)
    stage.look(master)
    stage.say(replica, "CONFIG SET replica-announced no replica-priority 7")
    stage.look(replica)


def _a_replica_that_reads_nothing(stage: Stage) -> None:
    master = stage.node("--repl-diskless-sync", "yes")
    with RawConnection(master.port) as raw:
        for line in ("PING", "REPLCONF listening-port 4321", "REPLCONF capa eof capa psync2"):
            stage.said.append(repr(raw.call(*line.encode().split())))
        raw.send(b"PSYNC", b"?", b"-1")
        until(lambda: "state=online" in master.info().get("slave0", ""), 10)
        master.call("SET a 1")
        stage.look(master)
        stage.say(master, "WAIT 1 100", "CLIENT LIST TYPE nonsense", "CLIENT LIST TYPE slave x")


def _a_master_that_stops_in_the_middle(stage: Stage) -> None:
    node = stage.node()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        stage.names[port] = "master"
        stage.say(node, f"REPLICAOF 127.0.0.1 {port}")
        peer, _address = listener.accept()
        with peer:
            peer.settimeout(60)
            said = b""
            while b"PSYNC" not in said:
                said = peer.recv(4096)
                peer.sendall(
                    b"+PONG\r\n" if b"PING" in said else b"+OK\r\n" * said.count(b"REPLCONF")
                )
            peer.sendall(
                b"+FULLRESYNC " + b"f" * 40 + b" 1000\r\n$2000\r\nREDIS0010" + b"\xfa" * 91
            )
            until(lambda: node.info().get("master_sync_read_bytes") == "100", 10)
            stage.look(node)
            stage.say(node, "GET a")


def _shutdown_waits_for_a_replica(stage: Stage) -> None:
    master, asked = stage.node("--shutdown-timeout", "60"), []
    with RawConnection(master.port) as mute, RawConnection(master.port) as client:
        mute.call(b"REPLCONF", b"listening-port", b"4321")
        mute.send(b"PSYNC", b"?", b"-1")
        until(lambda: "state=online" in master.info().get("slave0", ""), 10)
        stage.say(master, "SET a 1")
        client.send(b"SHUTDOWN", b"NOSAVE")
        until(lambda: b"cmd=shutdown" in master.raw.call(b"CLIENT", b"LIST"), 10)
        with RawConnection(master.port) as writer:
            writer.send(b"SET", b"a", b"2")
            assert writer.quiet(0.2)
            stage.say(master, "GET a", "SHUTDOWN ABORT", "SHUTDOWN ABORT")
            stage.said += [repr(client.receive()), repr(writer.receive())]
        stage.say(master, "CONFIG SET shutdown-timeout 1")
        writer = RawConnection(master.port)  # 7.0.15 dies of what an aborted client says next
        writer.send(b"SHUTDOWN")
        asked.append(master.process.wait(60) if master.process is not None else None)
        writer.close()
    lines = master.log().splitlines()
    start = next(at for at, line in enumerate(lines) if "User requested shutdown" in line)
    wanted = ("shutdown", "shutting", "replica ", "replicas")
    stage.said += [
        stage.neutral(re.sub(r"^.*?(?= [.*#-] )|lag=\d+", "", line))
        for line in lines[start:]
        if any(word in line for word in wanted) and "lost." not in line
    ]
    stage.said.append(repr(asked))


def _shutdown_when_replicas_are_there(stage: Stage) -> None:
    master, replica = stage.node(), stage.node()
    replica.follow(master.port)
    stage.say(master, "SET a 1")
    with RawConnection(master.port) as client:
        client.send(b"SHUTDOWN", b"NOSAVE")
        assert master.process is not None
        stage.said.append(repr(master.process.wait(60)))
    stage.said += [
        line[line.index(" * ") :] for line in master.log().splitlines() if " of 1 " in line
    ]
    stage.say(replica, "GET a")


_SCENES: tuple[Scene, ...] = (
    _alone,
    _bad_words,
    _two_replicas,
    _a_chain,
    _without_master,
    _too_few_replicas,
    _failover,
    _restarted,
    _keys_of_a_replicas_own,
    _announced,
    _a_replica_that_reads_nothing,
    _a_master_that_stops_in_the_middle,
    _shutdown_waits_for_a_replica,
    _shutdown_when_replicas_are_there,
)


@pytest.mark.parametrize("scene", _SCENES, ids=[scene.__name__.strip("_") for scene in _SCENES])
def test_the_same_is_said_as_by_the_real_server(tmp_path: Path, scene: Scene) -> None:
    theirs = _play(scene, "real", tmp_path)
    assert _play(scene, "ours", tmp_path) == theirs
