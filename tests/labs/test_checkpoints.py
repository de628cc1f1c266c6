"""Going back: what comes after it is what came before, and another future is that of a new run.

LAB_SEEDS=1000 python3 -m pytest tests/labs/test_checkpoints.py     a night's worth
"""

from __future__ import annotations

import os
import random

import pytest

from tests.labs.random_runs import Plan, make, plan
from tutor.labs import checkpoint
from tutor.labs.checkpoint import Checkpoints, Freezer
from tutor.labs.queue import Knobs, QueueLane
from tutor.labs.replication.lab import STEP_US, Lab

SEEDS = int(os.environ.get("LAB_SEEDS", "6"))
FIRST = int(os.environ.get("LAB_SEED", random.SystemRandom().randrange(1 << 24)))
STEPS = 130
GAP = 15


@pytest.fixture
def dense(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint at nearly every step."""
    monkeypatch.setattr(checkpoint, "GAP", GAP)


def state(lab: Lab) -> object:
    """Data, offsets, wires, disks, chance: whatever the run depends on."""
    nodes = []
    for node in lab.nodes.values():
        data: object = None
        if node.up:
            data = (
                [
                    {key: list(value.items()) for key, value in database.keys.data.items()}
                    for database in node.engine.databases
                ],
                node.engine.random.getstate(),
            )
        files = {name: b"".join(node.disk.read(name)) for name in node.disk.names()}
        nodes.append((node.name, node.condition, node.offset, node.lines, files, data))
    wires = [
        [(segment.data, segment.sent, segment.arrives) for segment in wire.flying]
        for wire in lab.wires.values()
    ]
    writes = [(one.number, one.acknowledged, one.safe, one.lost) for one in lab.ledger.writes]
    return nodes, wires, writes, lab.simulation.random.getstate(), lab.simulation.happenings


def turn(lab: Lab, chance: random.Random) -> None:
    """Something that a person does."""
    links = [f"{first}-{second}" for first, second in lab.wires]
    kinds = {
        "delay": (chance.choice(links), 150), "cut": (chance.choice(links), 0),
        "heal": (chance.choice(links), 0), "crash": (chance.choice(list(lab.nodes)), 0),
        "restart": (chance.choice(list(lab.nodes)), "aof"), "wait": ("", 1),
        "write-rate": ("", 40), "sentinels": ("", 3), "pause": (chance.choice(list(lab.nodes)), 0),
    }  # fmt: skip
    kind = chance.choice(list(kinds))
    lab.act(kind, *kinds[kind])


@pytest.mark.parametrize("number", range(SEEDS))
def test_back_and_on_again_is_the_run_as_it_was(number: int, dense: None) -> None:
    seed = FIRST + number
    chance, lab = random.Random(seed), make(plan(seed))
    for _ in range(STEPS):
        lab.step()
        if chance.random() < 0.04:
            turn(lab, chance)
    frames, events, end = list(lab.frames), list(lab.events), state(lab)
    assert len(lab.checkpoints) > min(lab.simulation.happenings // (4 * GAP), STEPS // 4), seed
    for _ in range(2):
        there = chance.randrange(STEPS)
        lab.back_to(there * STEP_US)
        assert lab.frames == frames[: there + 1], seed
        lab.step(STEPS - there)
        assert lab.frames == frames, (seed, there)
        assert (lab.events, state(lab)) == (events, end), (seed, there)
        assert lab.shown(STEPS).samples[-1].time == lab.now


@pytest.mark.parametrize("number", range(SEEDS))
def test_another_future_is_that_of_a_run_from_the_beginning(number: int, dense: None) -> None:
    seed = FIRST + number
    chance, one = random.Random(seed), plan(seed)
    lab = make(one)
    lab.step(STEPS)
    there = chance.randrange(1, STEPS)
    lab.back_to(there * STEP_US)
    turn(lab, chance)
    if lab.nodes["master"].condition == "online":
        lab.execute("master", (b"HSET", b"k", b"f", b"v"))
    lab.step(STEPS - there)
    straight = from_the_beginning(one, lab)
    straight.step(STEPS)
    assert straight.frames == lab.frames, (seed, there)
    assert state(straight) == state(lab), (seed, there)


def from_the_beginning(one: Plan, lab: Lab) -> Lab:
    """The same scenario with everything that was done by hand in ``lab``."""
    by_hand = [action for action in lab.actions if action.by_hand]
    missed = [action for action in one.scenario.actions if action not in lab.actions]
    assert not missed
    return Lab(one.scenario, one.seed, one.replicas, actions=by_hand)


def test_checkpoints_are_kept_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "MOST", 10)
    kept = Checkpoints()
    for number in range(1, 500):
        kept.offer(number, number * 1000, lambda: b"x" * 100)
        assert len(kept) <= 10
    for number in (200, 499):
        found = kept.before(number)
        assert found is not None
        assert number - found.number <= 80
    small = Checkpoints(1000, most=5000)
    for number in range(1, 500):
        small.offer(number, number * 1000, lambda: b"x" * 900)
        assert small.size <= 5000


def test_who_looks_on_is_not_part_of_the_world() -> None:
    from tutor.tui.labdesk import NodeDesk
    from tutor.tui.labplay import Playing

    playing = Playing(lambda: Lab("healthy"))
    playing.forward(30)
    desk = NodeDesk(playing)
    desk.run((b"SET", b"k", b"v"))
    first = desk.backend
    playing.forward(300)
    assert len(playing.lab.checkpoints) > 1
    playing.go(200)
    playing.act("crash", "replica1")
    assert desk.backend is not first
    assert desk.run((b"GET", b"k")) == b"v"
    assert playing.frame.time == 200 * STEP_US


class _Nobody:
    """No object of it is told by number."""


def test_a_server_that_has_run_a_script_is_stored_and_knows_the_script_afterwards() -> None:
    lane = QueueLane("delayed", 3, Knobs(crash=0))
    lane.run_to(3_000_000)
    freezer = Freezer({}, _Nobody, lambda one: 0, lambda number: None)
    data = freezer.freeze(lane)
    assert data is not None
    again = freezer.thaw(data)
    for one in (lane, again):
        one.run_to(6_000_000)
    assert again.take() == lane.take()
    assert not [event for event in again.events if event.code == "crash"]
