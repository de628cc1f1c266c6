"""What holds of the ways to hand tasks out in every run, whatever its chances are.

Of a thousand seeds, eight tasks each, of which two in five kill the first worker that takes them:
RPOP and BRPOP lose tasks in 95 % of the runs, the other ways none in any.

LAB_SEEDS=5000 python3 -m pytest tests/labs/test_queue_properties.py    a night's worth
LAB_SEED=123 …                                                         beginning with this one
"""

from __future__ import annotations

import os
import random
from dataclasses import replace

import pytest

from tutor.engine.engine import Engine
from tutor.labs.queue import Knobs, QueueLane
from tutor.labs.queue.ledger import number_of, tasks_in
from tutor.labs.queue.process import Process
from tutor.labs.queue.trial import HARD, TASKS, settle
from tutor.labs.queue.ways import WAY
from tutor.labs.world import DATABASE

SEEDS = int(os.environ.get("LAB_SEEDS", "1000"))
FIRST_SEED = int(os.environ.get("LAB_SEED", random.SystemRandom().randrange(1 << 24)))
CHUNK = 100
CHUNKS = range(-(-SEEDS // CHUNK))
COUNTED = ("retry", "delayed", "stream")
"""Ways that count attempts."""

GIVEN_AWAY, KEPT = ("rpop", "brpop"), ("lmove", *COUNTED)


def seeds_of(chunk: int) -> range:
    first = FIRST_SEED + chunk * CHUNK
    return range(first, min(first + CHUNK, FIRST_SEED + SEEDS))


class Watched(QueueLane):
    """A lane that writes down what its dead workers had: ``held`` before the letter was sent,
    ``sent`` after it."""

    def __init__(self, way: str, seed: int, knobs: Knobs, *, most: int = TASKS) -> None:
        self.held: set[int] = set()
        self.sent: set[int] = set()
        super().__init__(way, seed, knobs, most=most)

    def hung_up(self, process: Process, held: list[object]) -> None:
        super().hung_up(process, held)
        for number in tasks_in(held):
            (self.held if number in self.ledger.open else self.sent).add(number)


def check(lane: Watched, seed: int) -> None:
    """What is true at the end of each run of each way."""
    ledger, engine = lane.ledger, lane.world.master.engine
    frame, numbers = lane.take(), {letter.number for letter in ledger.letters}
    assert numbers == set(range(1, lane.most + 1)), seed
    assert frame.made == frame.done + frame.dead + frame.lost, seed
    lost = {number for number, state in ledger.states(lane.heard()).items() if state == "lost"}
    told = {number_of(dict(one.params)["task"].encode())
            for one in lane.events if one.code == "lost"}  # fmt: skip
    assert lost == told, seed
    if seed % 4 == 0:
        assert not lost & in_redis(engine), seed
    if lane.way in GIVEN_AWAY:
        assert lost == lane.held & {*ledger.open}, seed
        assert not ledger.doubled, seed
    else:
        assert not lost, seed
        assert {*ledger.doubled} <= lane.sent, seed


def in_redis(engine: Engine) -> set[int]:
    """Every task that any command finds, done or not: asked by commands, not by looking inside."""
    session = engine.connect("check:1")
    engine.execute(session, (b"SELECT", b"%d" % DATABASE))
    found: set[int] = set()
    for key in engine.execute(session, (b"KEYS", b"*")):
        kind = engine.execute(session, (b"TYPE", key))
        if kind == b"list":
            found |= {*tasks_in(engine.execute(session, (b"LRANGE", key, b"0", b"-1")))}
        elif kind == b"zset":
            found |= {*tasks_in(engine.execute(session, (b"ZRANGE", key, b"0", b"-1")))}
        elif kind == b"stream":
            found |= {*tasks_in(engine.execute(session, (b"XRANGE", key, b"-", b"+")))}
    engine.disconnect(session)
    return found


@pytest.mark.parametrize("chunk", CHUNKS)
@pytest.mark.parametrize("way", GIVEN_AWAY)
def test_what_crashed_workers_held_is_lost_and_nothing_else(way: str, chunk: int) -> None:
    losing = 0
    for seed in seeds_of(chunk):
        lane = Watched(way, seed, HARD)
        settle(lane)
        check(lane, seed)
        held = {letter.number for letter in lane.ledger.letters
                if letter.crash < HARD.crash and letter.moment != "after"}  # fmt: skip
        assert lane.held == held == {*lane.ledger.open}, seed
        losing += bool(held)
    assert losing * 100 >= len(seeds_of(chunk)) * 85  # 95 on average


@pytest.mark.parametrize("chunk", CHUNKS)
@pytest.mark.parametrize("way", KEPT)
def test_nothing_is_lost_where_redis_knows_who_has_what(way: str, chunk: int) -> None:
    for seed in seeds_of(chunk):
        lane = Watched(way, seed, HARD)
        settle(lane)
        check(lane, seed)
        assert lane.ledger.done == TASKS, seed  # nobody gives up after so few attempts
        died_after = {dict(one.params)["task"] for one in lane.events
                      if one.code == "crash" and dict(one.params)["moment"] == "after"}  # fmt: skip
        assert {*lane.ledger.doubled} == {number_of(task.encode()) for task in died_after}, seed


@pytest.mark.parametrize("way", WAY)
def test_death_at_any_moment_loses_only_what_was_given_away(way: str) -> None:
    """Workers die at times that nothing in the lab has chosen: also while a command or its reply is
    on its way, and while they wait at the server."""
    lost = 0
    for seed in seeds_of(0)[:40]:
        chance = random.Random(seed)
        lane = Watched(way, seed, replace(HARD, crash=0, work_ms=20, rate=40))
        for _ in range(12):
            lane.run_to(lane.world.simulation.now + chance.randrange(60_000))
            chance.choice(lane.workers).die("killed")
        settle(lane)
        check(lane, seed)
        lost += len(lane.held & {*lane.ledger.open})
    assert lost > 0 if way in GIVEN_AWAY else lost == 0


@pytest.mark.parametrize("way", KEPT)
def test_who_stands_still_may_double_tasks_but_loses_none(way: str) -> None:
    for seed in seeds_of(0)[:25]:
        chance = random.Random(seed)
        lane = Watched(way, seed, replace(HARD, crash=0))
        frozen: set[int] = set()
        for _ in range(4):
            lane.run_to(lane.world.simulation.now + chance.randrange(150_000))
            worker = chance.choice(lane.workers)
            worker.freeze(chance.randrange(4_000_000))
            frozen |= {*tasks_in(worker.heard), number_of(worker.task)}
        settle(lane)
        lane.run_to(lane.world.simulation.now + 4_000_000)
        assert lane.ledger.done == TASKS, seed
        again = {number for number, begun in lane.ledger.begun.items() if begun > 1}
        assert {*lane.ledger.doubled} <= again, seed


@pytest.mark.parametrize("way", COUNTED)
def test_with_few_attempts_tasks_end_as_dead_letters_and_are_not_lost(way: str) -> None:
    dead = 0
    for seed in seeds_of(0)[:25]:
        lane = Watched(way, seed, replace(HARD, poison=20, attempts=2))
        settle(lane)
        check(lane, seed)
        dead += lane.take().dead
        assert max(lane.ledger.begun.values()) <= 2, seed
    assert dead > 0
