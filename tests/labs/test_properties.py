"""What holds in every run of the replication lab, whatever goes wrong in it.

LAB_SEEDS=1000 python3 -m pytest tests/labs/test_properties.py      a night's worth
LAB_SEED=123 …                                                     beginning with this one
"""

from __future__ import annotations

import os
import random
from itertools import pairwise

import pytest

from tests.labs.random_runs import FAULTS_UNTIL, STEP_US, make, make_peace, mend, plan
from tutor.engine.engine import Engine
from tutor.labs.durability import run
from tutor.labs.node import Node
from tutor.labs.replication.lab import Lab
from tutor.labs.replication.ledger import Ledger, Write, holds

SEEDS = int(os.environ.get("LAB_SEEDS", "25"))
FIRST = int(os.environ.get("LAB_SEED", random.SystemRandom().randrange(1 << 24)))
_SEEDS = range(FIRST, FIRST + SEEDS)
_NUMBERS = range(SEEDS)
PING_SIZE = 14
"""A master's sign of life, which may be under way."""


def contents(engine: Engine) -> list[dict[bytes, object]]:
    """The data as plain values."""
    return [
        {key: dict(value.items()) for key, value in database.keys.data.items()}
        for database in engine.databases
    ]


def assert_prefix(lab: Lab, node: Node) -> None:
    """A server's data are those of its history up to some moment: no write is there whose
    predecessor in the same history is not."""
    history = node.replication.history.id
    mine = [holds(node.engine, write) for write in lab.ledger.writes if write.history == history]
    for earlier, later in pairwise(mine):
        assert earlier or not later, (lab.seed, node.name, lab.now)


@pytest.mark.parametrize("number", _NUMBERS)
def test_a_replica_holds_a_prefix_of_its_masters_history_and_all_converge(number: int) -> None:
    seed = _SEEDS[number]
    lab = make(plan(seed))
    while lab.now < FAULTS_UNTIL:
        lab.step(5)
        for node in lab.nodes.values():
            if node.up:
                assert_prefix(lab, node)
    make_peace(lab)
    master = lab.nodes[lab.clients.master]
    wanted = contents(master.engine)
    for node in lab.nodes.values():
        assert node.up, (seed, node.name, node.lines[-3:])
        if node is not master:
            assert node.replication.link_up, (seed, node.name, node.lines[-5:])
            assert master.offset - node.offset in (0, PING_SIZE), (seed, node.name)
        assert contents(node.engine) == wanted, (seed, node.name)


@pytest.mark.parametrize("number", _NUMBERS)
def test_what_is_lost_is_counted_and_nothing_else(number: int) -> None:
    seed = _SEEDS[number]
    lab = make(plan(seed))
    lab.step(FAULTS_UNTIL // STEP_US)
    make_peace(lab)
    truth = lab.nodes[lab.clients.master].engine
    gone = [write for write in lab.ledger.acknowledged if not holds(truth, write)]
    assert len(gone) == lab.frame.counters.lost, seed
    assert all(write.lost for write in gone), seed


@pytest.mark.parametrize("number", _NUMBERS)
def test_wait_never_reports_more_replicas_than_hold_the_write(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = _SEEDS[number]
    lab = make(plan(seed, deaths=False))
    chance = random.Random(seed)
    wanted = chance.randint(1, lab.replicas)
    while not lab.nodes["master"].replication.master.replicas:
        lab.step()  # a write before the first replica has offset 0, which WAIT takes for known
        if lab.now == FAULTS_UNTIL:
            mend(lab)  # all this time none has got through
    lab.step(2)
    lab.act("wait", "", wanted)
    checked: list[Write] = []

    def acknowledge(self: Ledger, write: Write) -> None:
        master = lab.clients.master
        having = sum(
            holds(node.engine, write) for name, node in lab.nodes.items() if name != master
        )
        assert having >= wanted, (seed, write.number, having, wanted)
        checked.append(write)

    monkeypatch.setattr(Ledger, "acknowledge", acknowledge)
    lab.step(FAULTS_UNTIL // STEP_US)
    make_peace(lab)
    assert checked or lab.ledger.refused, seed


@pytest.mark.parametrize("number", _NUMBERS)
def test_what_a_death_may_take_depends_on_appendfsync(number: int) -> None:
    seed = _SEEDS[number]
    chance = random.Random(seed)
    at, rate = chance.randrange(600_000, 12_000_000), chance.choice((5.0, 20.0, 80.0))
    always = run("aof-always", chance.choice(("crash", "power-cut")), at, seed, rate)
    assert (always.lost, always.acknowledged > 0) == (0, True), seed
    everysec = run("aof-everysec", "power-cut", at, seed, rate)
    assert everysec.oldest_loss <= 2_000_000, (seed, everysec.oldest_loss)
    for policy in ("aof-everysec", "aof-no"):
        assert run(policy, "crash", at, seed, rate).lost == 0, seed
