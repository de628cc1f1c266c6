"""What holds whatever happens: random writes, cuts, pieces of any size, changes of roles.

``REPLICATION_SEEDS`` runs (60 if it is not set), each with another seed.
"""

from __future__ import annotations

import os
import random

import pytest

from tests.replication.pipes import Net, Node
from tutor.engine.replies import BLOCKED

SEEDS = int(os.environ.get("REPLICATION_SEEDS", "60"))
STEPS = 250
PORTS = (7001, 7002, 7003, 7004)


class History:
    """What the data were wherever a master stood: by the history's id and the offset in it."""

    def __init__(self) -> None:
        self.known: dict[tuple[bytes, int], bytes] = {}
        self.seen = 0

    def note(self, node: Node) -> None:
        """A master has carried out a command."""
        history = node.replication.history
        if node.replication.master.backlog is not None:
            self.known[history.id, history.offset] = node.digest

    def check(self, node: Node) -> None:
        """Whoever stands where a master stood has what it had."""
        if node.engine.loading:
            return
        history = node.replication.history
        expected = self.known.get((history.id, history.offset))
        if expected is not None and node.replication.is_replica:
            self.seen += 1
            assert node.digest == expected


class Run:
    """One random run, from a master with three replicas on."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.net = Net(seed)
        self.history = History()
        self.written = 0
        self.waits: list[tuple[Node, int, int]] = []
        diskless = self.chance.choice((True, False))
        size = self.chance.choice((16384, 1 << 20))
        for port in PORTS:
            self.net.node(
                port,
                repl_diskless_sync=diskless,
                repl_diskless_sync_delay=self.chance.choice((0, 1)),
                repl_backlog_size=size,
                repl_timeout=5,
                repl_ping_replica_period=2,
                min_replicas_to_write=self.chance.choice((0, 0, 1)),
            )
        first, *others = self.nodes
        for node in others:
            node.order(f"replicaof 127.0.0.1 {first.port}")
        self.net.heal(3)

    @property
    def nodes(self) -> list[Node]:
        return list(self.net.nodes.values())

    def step(self) -> None:
        roll = self.chance.random()
        if roll < 0.45:
            for _ in range(self.chance.randint(1, 10)):
                self.net.stir()
            self.net.sleep_nodes()
        elif roll < 0.80:
            self.write()
        elif roll < 0.88:
            self.net.pass_ms(self.chance.choice((1, 100, 700, 2500)))
        elif roll < 0.92 and self.net.pipes:
            self.chance.choice(self.net.pipes).cut()
        elif roll < 0.95:
            self.change_roles()
        else:
            self.net.sleep_nodes()
        for node in self.nodes:
            self.history.check(node)

    def write(self) -> None:
        node = self.chance.choice(self.nodes)
        self.written += 1
        number = self.written
        lines = (
            f"rpush log {number}",
            f"incr counter{number % 3}",
            f"set k{number % 7} {number} px {self.chance.choice((50, 5000))}",
            f"sadd s {number % 20}",
            "spop s",
            f"select {number % 3}",
            f"set big {'x' * self.chance.choice((10, 3000))}",
            "multi",
            "exec",
            "eval return{redis.call('incr','e'),redis.call('lpush','el','x')} 0",
            "del log",
        )
        node.run(self.chance.choice(lines))
        if not node.replication.is_replica:
            self.history.note(node)

    def change_roles(self) -> None:
        node, other = self.chance.sample(self.nodes, 2)
        if self.chance.random() < 0.4:
            node.order("replicaof no one")
        else:
            node.order(f"replicaof 127.0.0.1 {other.port}")

    def come_to_rest(self) -> Node:
        """Faults are over, and one node is everybody's master."""
        master, *others = self.chance.sample(self.nodes, len(PORTS))
        master.order("replicaof no one")
        above = master
        for node in others:
            node.order(f"replicaof 127.0.0.1 {above.port}")
            above = self.chance.choice((master, node))
        for node in self.nodes:
            node.run("discard")
            node.order("config set min-replicas-to-write 0")
        self.net.heal(30)
        return master


@pytest.mark.parametrize("seed", range(SEEDS))
def test_replicas_hold_a_moment_of_their_masters_past_and_in_the_end_its_present(
    seed: int,
) -> None:
    run = Run(seed)
    for _ in range(STEPS):
        run.step()
    master = run.come_to_rest()
    master.run("set last word")
    run.net.heal(2)
    for node in run.nodes:
        assert node is master or node.replication.link_up
        assert node.digest == master.digest
        assert node.replication.history.id == master.replication.history.id
        assert node.replication.history.offset == master.replication.history.offset


@pytest.mark.parametrize("seed", range(SEEDS // 2))
def test_wait_never_counts_a_replica_that_lacks_the_write(seed: int) -> None:
    chance, net = random.Random(seed), Net(seed)
    nodes = net.chain(7001, repl_diskless_sync_delay=0)
    master = nodes[0]
    replicas = [net.node(port) for port in PORTS[1:]]
    for replica in replicas:
        replica.order("replicaof 127.0.0.1 7001")
    net.heal(3)
    answered = 0
    for number in range(40):
        client, answers = master.new_client(), []
        client.on_reply = answers.append
        master.run(f"incr n{number % 2}", session=client)
        offset = client.write_offset
        reply = master.run(f"wait {chance.randint(1, 3)} 500", session=client)
        for _ in range(chance.randint(0, 30)):
            net.stir()
            if chance.random() < 0.03 and net.pipes:
                chance.choice(net.pipes).cut()
            net.sleep_nodes()
            if answers or reply is not BLOCKED:
                break
        for _ in range(3):
            if reply is BLOCKED and not answers:
                net.pass_ms(300)
        count = answers[0] if answers else reply
        assert isinstance(count, int)
        has = [one for one in replicas if one.replication.history.offset >= offset]
        assert count <= len(has)
        answered += count
        net.settle()
    assert answered > 0


def test_the_checks_above_have_something_to_check() -> None:
    run = Run(1)
    for _ in range(STEPS):
        run.step()
    assert run.history.seen > 20
