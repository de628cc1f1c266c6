"""What holds of the rate limiting lab in every run, whatever its chances are.

LAB_SEED=123 python3 -m pytest tests/labs/test_ratelimit_properties.py     beginning with this one
"""

from __future__ import annotations

import os
import random
from dataclasses import replace

import pytest

from benchmarks.ratelimit import KNOBS, tally
from tests.labs.limiter_models import MODELS
from tutor.labs.ratelimit import NAMES, OF, STEPS, Knobs, LimiterLab
from tutor.labs.ratelimit.frame import TRAFFIC
from tutor.labs.ratelimit.lane import LimiterLane

FIRST_SEED = int(os.environ.get("LAB_SEED", random.SystemRandom().randrange(1 << 24)))
SEEDS = 1000
CHUNK = 100
CHUNKS = range(SEEDS // CHUNK)
FIXED = ("notes", "incr", "lua")
ATOMIC = NAMES[1:]
SECOND = 1_000_000


def seeds_of(chunk: int) -> range:
    return range(FIRST_SEED + chunk * CHUNK, FIRST_SEED + (chunk + 1) * CHUNK)


@pytest.mark.parametrize("chunk", CHUNKS)
def test_the_notes_function_lets_requests_slip_past_within_a_second_and_a_quarter(
    chunk: int,
) -> None:
    """4 workers, two bursts. In 999 of 1,000 seeds or in all of them when it was measured; chance
    is let have three in a hundred."""
    found = tally("notes", seeds_of(chunk))
    assert found.seeds >= CHUNK - 3, seeds_of(chunk)
    assert found.worst > KNOBS.limit, seeds_of(chunk)  # more than twice what may pass


@pytest.mark.parametrize("chunk", CHUNKS)
@pytest.mark.parametrize("name", ATOMIC)
def test_what_redis_decides_at_once_lets_nobody_slip_past(name: str, chunk: int) -> None:
    found = tally(name, seeds_of(chunk))
    assert (found.over, found.errors) == (0, 0), seeds_of(chunk)
    assert found.accepted >= CHUNK * KNOBS.limit, seeds_of(chunk)
    assert found.most <= KNOBS.limit * (1 if name == "log" else 2), seeds_of(chunk)


@pytest.mark.parametrize("workers", [2, 3, 8])
def test_two_workers_are_enough_for_the_race_and_one_is_not(workers: int) -> None:
    """In 996 of 1,000 seeds with two workers, in 999 with three, when it was measured."""
    found = tally("notes", seeds_of(0), replace(KNOBS, workers=workers))
    assert found.seeds >= 93, seeds_of(0)
    alone = tally("notes", seeds_of(0)[:20], replace(KNOBS, workers=1))
    assert (alone.over, alone.accepted > 0) == (0, True)


@pytest.mark.parametrize("name", NAMES)
def test_every_decision_is_that_of_the_textbook(name: str) -> None:
    """Any traffic, any limit, any window; the notes' function with one worker, for it races."""
    decisions = 0
    for seed in range(FIRST_SEED, FIRST_SEED + 16):
        chance = random.Random(seed)
        knobs = Knobs(
            chance.choice(TRAFFIC), chance.choice((1, 2, 3, 5, 10)), chance.choice((1, 2, 5)),
            chance.choice((2, 5, 20)), chance.choice((1, 3)),
            1 if name == "notes" else chance.choice((1, 4)), 0 if name == "notes" else 3,
        )  # fmt: skip
        lane = LimiterLane(name, seed, knobs)
        lane.run_to(6 * SECOND)
        model = MODELS[name](knobs.limit, knobs.window_us)
        asked = [one.time for one in lane.wire if one.argv[0] == b"GET"]
        for at, one in enumerate(lane.decided):
            time = asked[at] if name == "notes" else one.time
            assert model(one.user, time) in (one.outcome, "either"), (seed, knobs, one)
        decisions += len(lane.decided)
        assert lane.over == 0, (seed, knobs)
    assert decisions > 200


@pytest.mark.parametrize("name", NAMES)
def test_across_an_edge_twice_the_limit_passes_a_fixed_window_and_never_the_log(name: str) -> None:
    """A window that begins with its first request has spent one on beginning."""
    for seed in range(FIRST_SEED, FIRST_SEED + 8):
        chance = random.Random(seed)
        limit, window = chance.choice((5, 10, 20)), chance.choice((2, 5))
        workers = 1 if name == "notes" else 8  # for it races
        knobs = Knobs("edge", limit, window, users=1, workers=workers, pause_ms=0)
        lane = LimiterLane(name, seed, knobs)
        lane.run_to(4 * window * SECOND)
        passed = [one.time for one in lane.decided if one.outcome == "accepted"]
        most = max(sum(t - knobs.window_us < one <= t for one in passed) for t in passed)
        assert most == lane.most, seed
        if name in FIXED:
            assert most == (2 * limit if name == "lua" else 2 * limit - 1), seed
        elif name == "log":
            assert most == limit, seed
        else:
            assert limit <= most <= limit + limit // 5 + 1, seed  # what drips in within 0.18


def test_every_lane_gets_the_same_requests() -> None:
    for number, traffic in enumerate(TRAFFIC):
        lab = LimiterLab("compare", FIRST_SEED + number, Knobs(traffic, 5, 1, 8, users=3))
        lab.step(40)
        asked = [{one.number: one.user for one in lane.decided} for lane in lab.lanes]
        assert len(asked[0]) > 10, traffic
        for lane, users in zip(lab.lanes, asked, strict=True):
            assert lane.requests == lab.lanes[0].requests, traffic
            assert all(asked[0].get(at, user) == user for at, user in users.items()), traffic
            frame = lane.take()
            assert frame.accepted + frame.refused + frame.errors == frame.done
            busy = sum(bool(worker.user) for worker in frame.workers)
            assert frame.done + frame.waiting + busy == frame.requests


LANES = ("notes", "incr", "log", "gcra")


def _lab(experiment: str, seed: int) -> LimiterLab:
    return LimiterLab(experiment, seed, names=LANES)


def _turn(lab: LimiterLab, chance: random.Random) -> None:
    kind = chance.choice(OF[lab.experiment])
    target = chance.choice("ABCDEFGH"[: int(lab.standing("workers"))]) if kind == "go" else ""
    lab.act(kind, target, chance.choice(STEPS.get(kind, (0,))))


@pytest.mark.parametrize("number", range(6))
def test_the_same_seed_gives_the_same_run_and_going_back_repeats_it(number: int) -> None:
    seed = FIRST_SEED + number
    chance = random.Random(seed)
    experiment = chance.choice(("compare", "edge", "race"))
    one = _lab(experiment, seed)
    for step in range(60):
        one.step()
        if step % 5 == 2:
            _turn(one, chance)
    two = LimiterLab(experiment, seed, names=LANES, acts=one.acts)
    two.step(60)
    assert one.frames == two.frames
    wanted, shown = list(one.frames), one.shown(30)
    for to in (chance.randrange(40, 60), chance.randrange(5, 40)):
        one.back_to(to * 100_000)
        assert one.frames == wanted[: to + 1]
        one.step(60 - to)
        assert one.frames == wanted
        assert one.shown(30) == shown


@pytest.mark.parametrize("number", range(6))
def test_another_future_is_that_of_a_run_in_which_the_same_was_done(number: int) -> None:
    seed = FIRST_SEED + number
    chance = random.Random(seed)
    experiment = chance.choice(("compare", "race"))
    lab = _lab(experiment, seed)
    for _future in range(4):
        lab.step(chance.randrange(10, 30))
        lab.back_to(chance.randrange(len(lab.frames)) * 100_000)
        for _act in range(chance.randrange(1, 4)):
            _turn(lab, chance)
            lab.step(chance.randrange(3))
    lab.step(10)
    again = LimiterLab(experiment, seed, names=LANES, acts=lab.acts)
    again.step(len(lab.frames) - 1)
    assert again.frames == lab.frames
    assert again.figures() == lab.figures()
