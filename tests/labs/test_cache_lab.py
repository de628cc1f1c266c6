"""The cache lab: what its workers send, what each experiment shows, what can be done to it."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from tutor.labs.cache import CURES, EXPERIMENTS, OF, STEPS, CacheLab
from tutor.labs.cache import calls as calls_module
from tutor.labs.cache.calls import DjangoCache, dumps, loads
from tutor.labs.cache.models import ROWS, changes, examine
from tutor.labs.routines import Routine, Send
from tutor.labs.world import World


def sent_by(routine: Routine[Any], replies: list[object]) -> list[tuple[bytes, ...]]:
    """The commands of a call that gets these replies."""
    sent: list[tuple[bytes, ...]] = []
    outcome: object = None
    waiting = list(replies)
    while True:
        try:
            wish = routine.send(outcome)
        except StopIteration:
            return sent
        assert isinstance(wish, Send)
        sent.append(wish.argv)
        outcome = waiting.pop(0)


def constant() -> Routine[Any]:
    return [1]
    yield


STORED = dumps([1])
OURS: dict[str, tuple[Any, list[object]]] = {
    "get": (lambda c: c.get("k"), [None]),
    "get version": (lambda c: c.get("k", version=2), [STORED]),
    "set": (lambda c: c.set("k", [1], 60), [b"OK"]),
    "set by default": (lambda c: c.set("k", 7), [b"OK"]),
    "set for ever": (lambda c: c.set("k", 7, None), [b"OK"]),
    "set for nothing": (lambda c: c.set("k", 7, 0), [0]),
    "set for less": (lambda c: c.set("k", 7, -5), [0]),
    "add": (lambda c: c.add("k", 7, 60), [b"OK"]),
    "add for nothing": (lambda c: c.add("k", 7, 0), [b"OK", 1]),
    "get_or_set": (lambda c: c.get_or_set("k", constant, 60), [None, b"OK", STORED]),
    "delete": (lambda c: c.delete("k"), [1]),
    "delete_many": (lambda c: c.delete_many(["a", "b"]), [2]),
    "delete_many of none": (lambda c: c.delete_many([]), []),
    "incr": (lambda c: c.incr("k"), [1, 8]),
    "incr by more": (lambda c: c.incr("k", 3, version=2), [1, 10]),
    "incr_version": (lambda c: c.incr_version("k"), [STORED, b"OK", 1]),
    "clear": (lambda c: c.clear(), [b"OK"]),
}
THEIRS: dict[str, Any] = {
    **{name: call for name, (call, _replies) in OURS.items()},
    "get_or_set": lambda c: c.get_or_set("k", lambda: [1], 60),
}


@pytest.mark.parametrize("name", OURS)
def test_the_commands_are_those_of_djangos_own_cache(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    django = pytest.importorskip("django.core.cache.backends.redis")
    redis = pytest.importorskip("redis")
    call, replies = OURS[name]
    waiting, sent = list(replies), []

    def execute(self: object, *args: Any, **options: Any) -> object:
        sent.append(tuple(one if isinstance(one, bytes) else str(one).encode() for one in args))
        reply = waiting.pop(0)
        return reply == b"OK" or reply if args[0] in ("SET", "FLUSHDB") else reply

    monkeypatch.setattr(redis.Redis, "execute_command", execute)
    cache = django.RedisCache("redis://127.0.0.1:1/1", {"KEY_PREFIX": "shop"})
    THEIRS[name](cache)
    ours = sent_by(call(DjangoCache("shop")), replies)
    assert [_unordered(words) for words in ours] == [_unordered(words) for words in sent]


def _unordered(words: tuple[bytes, ...]) -> tuple[Any, ...]:
    """EX and NX may stand in any order."""
    return (*words[:3], *sorted(words[3:])) if words[0] == b"SET" else words


def test_values_are_stored_as_django_stores_them() -> None:
    assert dumps(12) == b"12"
    for value in (True, "12", 1.5, None, {"a": (1, 2)}):
        assert dumps(value) == pickle.dumps(value, 5)
        assert loads(dumps(value)) == value
    with pytest.raises(pickle.UnpicklingError, match="not plain data"):
        loads(pickle.dumps(calls_module.DjangoCache))


def test_reads_go_to_a_random_replica_and_writes_to_the_first() -> None:
    world = World(7, replicas=2)
    assert world.server_for(Send(True, (b"SET",))) == "master"
    names = [world.server_for(Send(False, (b"GET",))) for _ in range(400)]
    assert set(names) == {"replica1", "replica2"}
    assert 150 < names.count("replica1") < 250
    assert World(7).server_for(Send(False, (b"GET",))) == "master"


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_a_frame_is_plain_data(experiment: Any) -> None:
    lab = CacheLab(experiment)
    lab.step(30)
    again = json.loads(json.dumps(lab.frame.as_json()))
    assert again["experiment"] == experiment
    lanes = again["lanes"] or again["versions"] or again["evictions"]
    names = [lane.get("cure") or lane.get("policy") for lane in lanes]
    assert names == list(CURES[experiment])


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_every_knob_turns_and_others_are_refused(experiment: Any) -> None:
    lab = CacheLab(experiment)
    for kind in OF[experiment]:
        for value in STEPS.get(kind, (0,)):
            lab.step(2)
            lab.act(kind, "", value)
    lab.step(5)
    for kind in set(STEPS) - set(OF[experiment]):
        with pytest.raises(KeyError):
            lab.act(kind, "", 1)
    with pytest.raises(KeyError):
        CacheLab(experiment, cures=["prayer"])


def test_a_cache_saves_time_and_the_same_traffic_shows_how_much() -> None:
    lab = CacheLab("aside")
    lab.step(300)
    plain, cached = lab.frame.lane("without"), lab.frame.lane("aside")
    assert plain.requests == cached.requests
    assert (plain.hits, plain.computed > plain.done - 1) == (0, True)
    assert cached.hit_ratio > 50
    assert cached.mean_us < plain.mean_us / 2
    assert cached.saved_us > 0 >= plain.saved_us


def test_a_blow_that_hits_nobody_is_told() -> None:
    lab = CacheLab("stampede", cures=["lock"])
    lab.act("kill")
    assert [event.code for event in lab.frame.events] == ["nobody"]


def test_who_holds_the_lock_and_dies_lets_all_wait_until_the_lock_is_over() -> None:
    lab = CacheLab("stampede", cures=["lock"])
    while lab.frame.lanes[0].load == 0:
        lab.step()
    lab.act("kill")
    assert lab.frame.lanes[0].killed == 1
    assert [event.code for event in lab.events] == ["crash"]
    lab.step(80)
    assert lab.frame.lanes[0].load == 0
    assert all(worker.doing for worker in lab.frame.lanes[0].workers)
    lab.step(40)
    assert lab.frame.lanes[0].computed == 2
    assert lab.frame.lanes[0].worst_us > 9_000_000


def test_clear_wipes_the_neighbour_and_the_other_ways_do_not() -> None:
    lab = CacheLab("versions")
    lab.step(90)
    ways = {lane.cure: lane for lane in lab.frame.versions}
    assert {cure: lane.neighbour_lost for cure, lane in ways.items()} == {
        "clear": 4, "own-db": 0, "version": 0, "delete_many": 0,
    }  # fmt: skip
    assert {cure: lane.old_served for cure, lane in ways.items()} == {
        "clear": 0, "own-db": 0, "version": 0, "delete_many": 1,
    }  # fmt: skip
    assert ways["version"].held > 0 == ways["clear"].held
    assert ("FLUSHDB",) in {call.commands for call in ways["clear"].calls}
    lab.step(200)
    assert lab.frame.versions[2].held == 0  # their time is over


def test_models_are_larger_than_dictionaries_and_break_when_a_class_changes() -> None:
    for rows in ROWS:
        sizes = {one.way: one.size for one in examine(rows).sizes}
        assert sizes["models"] > 2 * sizes["dictionaries"] > 2 * sizes["tuples"]
    found = {(one.change, one.way): one for one in changes()}
    assert "AttributeError" in found["added", "model"].uses
    assert not found["added", "dictionary"].broken
    assert "Can't get attribute 'Product'" in found["moved", "model"].loads
    assert not found["moved", "dictionary"].broken
    assert (found["cents", "model"].silent, found["cents", "dictionary"].silent) == (True, True)
    assert found["saved", "model"].uses == "stock = 7"
    assert found["saved", "dictionary"].uses == "stock = 3"


def test_a_cure_has_its_price() -> None:
    lab = CacheLab("routing")
    lab.step(150)
    lanes = {lane.cure: lane for lane in lab.frame.lanes}
    assert lanes["none"].stale > 0
    assert lanes["sticky"].at_master == lanes["sticky"].done
    assert lanes["wait"].write_us > 100 * lanes["none"].write_us
    assert lanes["version"].missing > 0
    assert {lane.stale for cure, lane in lanes.items() if cure != "none"} == {0}
