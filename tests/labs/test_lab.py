"""The replication lab: the same seed, the same run; scenarios show what they promise."""

from __future__ import annotations

import gc
import json
import random

import pytest

from tutor.diagrams.labs import draw_lab, event_text
from tutor.diagrams.labs.scenarios import scenario_text
from tutor.engine.replies import ReplyError
from tutor.labs import checkpoint
from tutor.labs.node import Node
from tutor.labs.replication.actions import KNOBS, UnknownTarget, stepped
from tutor.labs.replication.lab import Lab
from tutor.labs.replication.scenarios import SCENARIOS


def told(lab: Lab) -> list[str]:
    return [event.code for event in lab.events]


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_same_seed_gives_the_same_run_and_every_moment_can_be_drawn(name: str) -> None:
    one, other = Lab(name, seed=3), Lab(name, seed=3)
    one.step(150)
    other.step(150)
    assert one.frames == other.frames
    assert one.frame != Lab(name, seed=4).step(150)
    assert scenario_text(name)
    for frame in one.frames[::25]:
        drawing = draw_lab(frame, 100)
        assert drawing.plain
        assert drawing.text
        json.dumps(frame.as_json())
    for event in one.events:
        assert event_text(event)


def test_going_back_runs_it_again_and_acting_begins_another_future() -> None:
    lab = Lab("cut-then-heal", seed=5)
    lab.step(100)
    before = list(lab.frames)
    lab.back_to(4_000_000)
    assert lab.frames == before[:41]
    lab.step(60)
    assert lab.frames == before
    lab.back_to(4_000_000)
    lab.act("heal", "master-replica2")
    lab.step(60)
    assert lab.frames != before
    assert lab.frame.links[1].cut_since is None


def test_a_replica_does_not_take_over_by_itself() -> None:
    lab = Lab("crash-master")
    lab.step(300)
    assert [node.role for node in lab.frame.nodes[1:]] == ["replica", "replica"]
    assert lab.frame.counters.refused > 0


def test_writes_that_a_planned_failover_holds_back_are_not_told_as_done() -> None:
    lab = Lab("healthy", replicas=2)
    lab.step(20)
    lab.execute("master", (b"FAILOVER", b"TO", b"replica1", b"6379"))
    before = lab.frame.counters.acknowledged
    lab.step()
    assert lab.frame.counters.acknowledged == before
    lab.step(15)
    assert lab.frame.node("replica1").role == "master"
    assert lab.frame.counters.refused > 0
    lab.act("switch", "replica1")
    assert lab.frame.counters.lost == 0


def test_sentinels_agree_vote_and_promote() -> None:
    lab = Lab("sentinel-failover")
    lab.step(150)
    codes = told(lab)
    order = [
        codes.index(code) for code in ("crash", "s-down", "o-down", "vote", "leader", "switch")
    ]
    assert order == sorted(order)
    assert lab.frame.master != "master"
    assert lab.frame.node(lab.frame.master).role == "master"


def test_what_an_isolated_master_has_taken_is_lost() -> None:
    lab = Lab("split-brain")
    lab.step(300)
    assert lab.frame.counters.lost > 0
    assert "demote" in told(lab)
    assert lab.frame.node("master").role == "replica"


def test_an_empty_master_empties_its_replicas() -> None:
    lab = Lab("empty-master")
    lab.act("write-rate", "", 40)  # the scenario goes on
    lab.step(70)
    assert lab.frame.counters.lost > 0


def test_a_long_cut_is_a_full_copy_and_a_short_one_is_not() -> None:
    long, short = Lab("long-cut"), Lab("cut-then-heal")
    long.step(280)
    short.step(200)
    assert told(long).count("full-sync") == 3
    assert told(short).count("full-sync") == 2
    assert "partial-sync" in told(short)


def test_a_command_on_a_replica_is_refused_for_real() -> None:
    lab = Lab("healthy")
    lab.step(20)
    reply = lab.execute("replica1", (b"SET", b"k", b"v"))
    assert isinstance(reply, ReplyError)
    assert reply.code == "READONLY"
    lab.execute("master", (b"SET", b"k", b"v"))
    lab.step(5)
    assert lab.execute("replica1", (b"GET", b"k")) == b"v"


def test_what_does_not_exist_cannot_be_turned() -> None:
    lab = Lab("healthy")
    for kind, target in (("crash", "replica9"), ("cut", "master-replica9")):
        with pytest.raises(UnknownTarget):
            lab.act(kind, target)


def test_a_knob_goes_through_its_steps_and_stays_at_its_ends() -> None:
    steps = KNOBS["delay"].steps
    assert [stepped("delay", steps[0], by) for by in (-1, 1)] == [steps[0], steps[1]]
    assert stepped("delay", steps[-1], 1) == steps[-1]
    assert [stepped("delay", 20, by) for by in (-1, 1)] == [10, 40]  # between two steps


def test_every_knob_can_be_turned_in_one_run() -> None:
    lab = Lab("healthy", replicas=3)
    values: dict[str, tuple[str, float | str]] = {
        "delay": ("master-replica1", 40), "jitter": ("master-replica1", 20),
        "bandwidth": ("master-replica1", 8192), "loss": ("master-replica1", 5),
        "cut": ("master-replica2", 0), "heal": ("master-replica2", 0),
        "isolate": ("replica3", 0), "rejoin": ("replica3", 0),
        "pause": ("replica1", 0), "resume": ("replica1", 0),
        "crash": ("replica2", 0), "restart": ("replica2", "aof"),
        "power-cut": ("replica2", 0), "kept": ("replica1", "rdb"),
        "promote": ("replica1", 0), "switch": ("replica1", 0), "follow": ("master", "replica1"),
        "sentinels": ("", 3), "wait": ("", 1), "write-rate": ("", 40), "read-rate": ("", 4),
        "command": ("master", "PING"), "call": ("", 'cache.get("tea")'),
    }  # fmt: skip
    assert values.keys() == KNOBS.keys()
    for kind, (target, value) in values.items():
        lab.act(kind, target, value)
        lab.step(10)
        assert draw_lab(lab.frame, 80).plain


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_runs_with_any_number_of_replicas(name: str) -> None:
    for replicas in (0, 1, 5):
        lab = Lab(name, seed=3, replicas=replicas)
        lab.step(40 if replicas == 5 else 210)
        assert len(lab.frame.nodes) == replicas + 1


def test_one_server_alone_answers_reads_and_keeps_what_its_disk_has() -> None:
    lab = Lab("healthy", replicas=0)
    lab.act("kept", "master", "rdb")
    lab.step(60)
    assert lab.frame.counters.reads > 0
    assert lab.frame.counters.would_be_lost == 0
    lab.act("crash", "master")
    lab.step(10)
    assert lab.frame.counters.refused > 0
    lab.act("restart", "master", "rdb")
    node = lab.frame.node("master")
    assert node.loaded
    assert node.loaded == node.keys
    assert 0 < lab.frame.counters.lost < lab.frame.counters.acknowledged


def in_the_middle_of_a_save() -> tuple[Lab, Node]:
    """A lab whose replica1 is saving its data in the background."""
    lab, chance = Lab("healthy", seed=5), random.Random(5)
    replica = lab.nodes["replica1"]
    for number in range(60):
        lab.execute("master", (b"SET", b"k%d" % number, chance.randbytes(20_000)))
    lab.step(40)
    lab.execute("replica1", (b"BGSAVE",))
    lab.step()
    assert replica.persister.busy
    assert replica.disk.names() == ["temp-0.rdb"]
    return lab, replica


def test_who_dies_in_the_middle_of_a_save_leaves_a_part_and_the_run_can_be_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checkpoint, "GAP", 15)
    lab, replica = in_the_middle_of_a_save()
    lab.act("crash", "replica1")
    died = len(lab.frames)
    lab.step(20)
    kept = lab.checkpoints.before(len(lab.frames))
    assert kept is not None
    assert kept.number > died
    lab.act("restart", "replica1", "aof")
    gc.collect()  # what is left of the dead process cleans nothing up
    assert "temp-0.rdb" in replica.disk.names()


def test_who_is_stopped_in_the_middle_of_a_save_has_the_whole_file_when_it_goes_on() -> None:
    lab, replica = in_the_middle_of_a_save()
    lab.act("pause", "replica1")
    part = sum(map(len, replica.disk.read("temp-0.rdb")))
    assert part > 1_200_000
    lab.step(5)
    lab.act("resume", "replica1")
    lab.step(5)
    assert not replica.persister.busy
    assert replica.disk.names() == ["dump.rdb"]
    assert sum(map(len, replica.disk.read("dump.rdb"))) == part
