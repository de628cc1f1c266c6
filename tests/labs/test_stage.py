"""The persistence stage: what it shows of each write is what a restart finds."""

from __future__ import annotations

import os
import random
from itertools import pairwise

import pytest

from tutor.labs.durability import POLICIES, Stage
from tutor.labs.durability.frame import StageFrame
from tutor.labs.durability.lab import DurabilityLab
from tutor.labs.durability.stage import FSYNCS_US, RATES, STEP_US

SEEDS = int(os.environ.get("LAB_SEEDS", "8"))
FIRST = int(os.environ.get("LAB_SEED", random.SystemRandom().randrange(1 << 24)))


def a_run(policy: str, seed: int, steps: int = 90) -> tuple[Stage, list[StageFrame]]:
    """A server to which this and that is done."""
    chance, stage = random.Random(seed), Stage(policy, seed)
    frames = [stage.frame]
    for _ in range(steps):
        frames.append(stage.step())
        if chance.random() < 0.06:
            kind = chance.choice(["crash", "power-cut", "restart", "restart", "rate", "fsync"])
            values = {"rate": RATES, "fsync": FSYNCS_US}.get(kind, (0,))
            stage.act(kind, "", chance.choice(values))
            frames[-1] = stage.frame
    return stage, frames


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("number", range(SEEDS))
def test_what_is_shown_of_a_dead_server_is_what_a_restart_finds(policy: str, number: int) -> None:
    seed = FIRST + number
    chance, stage = random.Random(seed), Stage(policy, seed)
    stage.act("fsync", "", chance.choice(FSYNCS_US))
    for _death in range(3):
        stage.step(chance.randrange(5, 60))
        alive = stage.frame
        death = chance.choice(["crash", "power-cut"])
        stage.act(death)
        dead = stage.frame
        before = alive.count("gone")
        if death == "crash":
            assert dead.count("gone") - before == alive.crash_takes, seed
        else:
            assert 0 <= dead.count("gone") - before <= alive.power_takes, seed
            assert dead.count("cache") == 0
        stage.step(chance.randrange(1, 15))
        shown = [stage.place(write) != "gone" for write in stage.ledger.acknowledged]
        stage.act("restart")
        assert [stage.holds(write) for write in stage.ledger.acknowledged] == shown, seed


@pytest.mark.parametrize("policy", POLICIES)
def test_places_are_as_the_setting_promises(policy: str) -> None:
    stage = Stage(policy)
    seen = {place for _ in range(120) for place, _count in stage.step().runs}
    assert seen == {
        "memory": {"memory"}, "save-60": {"memory"}, "save-2": {"memory", "disk"},
        "aof-no": {"cache", "disk"}, "aof-everysec": {"cache", "disk"}, "aof-always": {"disk"},
    }[policy]  # fmt: skip


def test_a_busy_disk_lets_writes_wait_in_the_buffer_but_not_for_ever() -> None:
    stage = Stage("aof-everysec")
    stage.act("fsync", "", 4_000_000)
    frames = [stage.step() for _ in range(150)]
    assert max(frame.count("buffer") for frame in frames) >= 20
    assert max(frame.count("buffer") for frame in frames) <= 60  # two seconds at 20 a second
    assert any(frame.syncing for frame in frames)
    assert "Asynchronous AOF fsync is taking too long" in str(stage.node.lines)


def test_each_write_waits_for_a_slow_disk_if_appendfsync_is_always() -> None:
    stage = Stage("aof-always")
    stage.act("fsync", "", 300_000)
    stage.step(100)
    assert 25 <= stage.frame.acknowledged <= 36


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("number", range(2))
def test_back_and_on_again_is_the_run_as_it_was(
    policy: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutor.labs.durability.stage.GAP", 10)
    seed = FIRST + number
    stage, frames = a_run(policy, seed)
    chance = random.Random(seed)
    for _ in range(3):
        there = chance.randrange(len(frames))
        stage.back_to(there * STEP_US)
        assert stage.frame == frames[there], (seed, there)
        assert [stage.step() for _ in frames[there + 1 :]] == frames[there + 1 :], (seed, there)
    straight = Stage(policy, seed, acts=stage.acts)
    assert [straight.frame, *(straight.step() for _ in frames[1:])] == frames, seed


def test_all_settings_see_the_same_writes_at_the_same_time() -> None:
    lab = DurabilityLab()
    lab.step(60)
    assert len({frame.acknowledged for frame in lab.frames[-1]}) == 1
    lab.act("power-cut")
    gone = [frame.count("gone") for frame in lab.frames[-1]]
    assert gone[0] == gone[1] == lab.frames[-1][0].acknowledged
    assert gone[-1] == 0
    lab.back_to(2_000_000)
    assert len(lab.frames) == 21
    lab.act("crash")
    assert [frame.up for frame in lab.frames[-1]] == [False] * 6
    for earlier, later in pairwise(lab.frames):
        assert later[0].time - earlier[0].time == STEP_US
