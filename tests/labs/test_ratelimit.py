"""The rate limiting lab: what its workers send, the scheduler by hand, what is counted."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tutor.labs.cache.calls import DjangoCache
from tutor.labs.catalog import lab_kind
from tutor.labs.ratelimit import EXPERIMENTS, FIRST, NAMES, OF, STEPS, Knobs, LimiterLab
from tutor.labs.ratelimit.frame import LaneFrame, WorkerFrame
from tutor.labs.ratelimit.lane import LimiterLane

BY_HAND = Knobs("burst", 3, 2, workers=3, scheduler="by-hand")


def words(lane: LimiterLane) -> list[str]:
    """The commands so far, scripts by their first two words."""
    return [one.told().text for one in lane.wire]


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_a_frame_is_plain_data(experiment: str) -> None:
    lab = LimiterLab(experiment)
    lab.step(30)
    again = json.loads(json.dumps(lab.frame.as_json()))
    assert again["experiment"] == experiment
    assert [lane["name"] for lane in again["lanes"]] == list(NAMES)


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_every_knob_turns_and_others_are_refused(experiment: str) -> None:
    lab = LimiterLab(experiment, names=["notes", "incr", "log", "gcra"])
    for kind in OF[experiment]:
        lab.step()
        for value in STEPS.get(kind, (0,)):
            lab.act(kind, "A" if kind == "go" else "", value)
            if kind != "go":
                assert lab.standing(kind) == value == lab.figures()[kind]
    lab.step(5)
    for kind in set(STEPS) - set(OF[experiment]):
        with pytest.raises(KeyError):
            lab.act(kind, "", 1)
    with pytest.raises(KeyError):
        LimiterLab(experiment, names=["prayer"])


def test_a_run_is_made_by_words_and_unknown_words_are_refused() -> None:
    kind = lab_kind("rate-limit")
    assert (kind.experiments, kind.lanes("race")) == (EXPERIMENTS, NAMES)
    lab = kind.make("race", 3, {"limit": 10, "scheduler": "by-hand"}, ())
    assert lab.knobs == replace(FIRST["race"], limit=10, scheduler="by-hand")
    for experiment, settings in (("race", {"users": 3}), ("race", {"go": 1}), ("marathon", {})):
        with pytest.raises(KeyError):
            kind.make(experiment, 3, settings, ())


def test_the_notes_function_sends_what_django_sends() -> None:
    lane = LimiterLane("notes", 7, Knobs("steady", 2, 5, 5, workers=1))
    lane.run_to(700_000)
    key = ":1:rate_limit:42"
    assert words(lane) == [
        f"GET {key}", f"SET {key} 1 EX 5",
        f"GET {key}", f"EXISTS {key}", f"INCRBY {key} 1",
        f"GET {key}",
    ]  # fmt: skip
    assert [one.outcome for one in lane.decided] == ["accepted", "accepted", "refused"]


def test_incr_fails_as_djangos_where_there_is_no_key() -> None:
    call = DjangoCache().incr("x")
    assert next(call).argv == (b"EXISTS", b":1:x")  # type: ignore[union-attr]
    with pytest.raises(ValueError, match=r"^Key ':1:x' not found\.$"):
        call.send(0)


def test_a_script_is_sent_once_and_called_by_its_digest_from_then_on() -> None:
    for name in NAMES[2:]:
        lane = LimiterLane(name, 7, Knobs("steady", 2, 5, 5, workers=1))
        lane.run_to(700_000)
        sent = [one.split()[0] for one in words(lane)]
        assert sent == ["EVALSHA", "EVAL", "EVALSHA", "EVALSHA"], name
        assert lane.wire[0].told().reply.startswith("NOSCRIPT")


def test_by_hand_three_workers_read_the_same_and_all_of_them_pass() -> None:
    lab = LimiterLab("race", 7, BY_HAND, ["notes", "lua"])
    for worker in "AABB":  # the first opens the window and the second counts: one may pass still
        lab.act("go", worker)
    lab.act("go", "B")
    for worker in "ABC":
        lab.act("go", worker)
    notes = lab.frame.lane("notes")
    assert [one.heard for one in notes.workers] == [(("GET", "2"),)] * 3
    assert [one.next.split()[0] for one in notes.workers] == ["EXISTS"] * 3
    assert (notes.accepted, notes.over) == (2, 0)
    for worker in "ABCABC":
        lab.act("go", worker)
    notes = lab.frame.lane("notes")
    assert (notes.accepted, notes.over) == (5, 2)
    assert [one.slipped for one in notes.workers] == [False, True, True]
    assert [(e.code, dict(e.params)) for e in lab.frame.events] == [
        ("slipped", {"lane": "notes", "worker": "B"}),
        ("slipped", {"lane": "notes", "worker": "C"}),
    ]
    assert lab.frame.lane("lua").over == 0
    assert lab.frame.lane("lua").accepted == 3
    assert lab.figures()["notes.over"] == 2


def held(lane: LaneFrame) -> list[WorkerFrame]:
    return [one for one in lane.workers if one.held]


def test_by_hand_nobody_moves_unless_told_and_time_goes_on() -> None:
    lab = LimiterLab("race", 7, BY_HAND)
    before = lab.frame
    lab.step(30)
    for lane, was in zip(lab.frame.lanes, before.lanes, strict=True):
        assert (lane.sent, len(held(lane))) == (0, 3)
        assert lane.workers == was.workers
    lab.act("go", "B")
    assert {lane.sent for lane in lab.frame.lanes} == {1}
    with pytest.raises(KeyError):
        lab.act("go", "D")
    lab.act("scheduler", value="free")
    lab.step(20)
    for lane in lab.frame.lanes:
        assert not held(lane)
        assert lane.done > 3
    lab.act("scheduler", value="by-hand")
    lab.step()
    assert all(len(held(lane)) == 3 for lane in lab.frame.lanes)
    lab.act("workers", value=1)
    assert all(len(lane.workers) == 1 for lane in lab.frame.lanes)


def test_a_transaction_may_be_stopped_in_the_middle_and_nobody_slips_past() -> None:
    lab = LimiterLab("race", 7, replace(BY_HAND, limit=1), ["incr"])
    for worker in "ABCABCABC":
        lab.act("go", worker)
    queued = (("MULTI", "OK"), ("INCR", "QUEUED"), ("EXPIRE", "QUEUED"))
    assert {one.heard for one in lab.frame.lanes[0].workers} == {queued}
    for worker in "CAB":
        lab.act("go", worker)
    lane = lab.frame.lanes[0]
    assert [one.last for one in lane.workers] == ["refused", "refused", "accepted"]
    assert (lane.over, lane.keys[0].value, lane.keys[0].ttl_ms) == (0, "3", 2000)


def test_a_window_that_ends_between_look_and_write_is_an_error_or_a_counter_for_good() -> None:
    lab = LimiterLab("race", 7, BY_HAND, ["notes"])
    for worker in "AABC":
        lab.act("go", worker)
    lab.act("go", "C")  # EXISTS: the key is there still
    lab.step(21)
    lab.act("go", "B")
    assert lab.frame.lanes[0].errors == 1  # ValueError: Key not found
    lab.act("go", "C")
    key = lab.frame.lanes[0].keys[0]
    assert (key.value, key.ttl_ms) == ("1", None)
    lab.step(100)
    assert lab.frame.lanes[0].keys[0].ttl_ms is None


def test_keys_have_their_types_and_sizes_and_a_log_is_the_largest() -> None:
    lab = LimiterLab("compare", 7, Knobs("steady", 50, 10, 20, workers=4))
    lab.step(30)
    types = {lane.name: lane.keys[0].type for lane in lab.frame.lanes}
    assert types == {
        "notes": "string", "incr": "string", "lua": "string", "log": "zset", "counter": "hash",
        "bucket": "hash", "gcra": "string",
    }  # fmt: skip
    sizes = {lane.name: lane.per_user for lane in lab.frame.lanes}
    assert sizes["log"] > 5 * max(size for name, size in sizes.items() if name != "log")
    for lane in lab.frame.lanes:
        key = lane.keys[0]
        asked = lab.execute(lane.name, (b"SELECT", b"1"))
        asked = lab.execute(lane.name, (b"MEMORY", b"USAGE", key.name.encode()))
        assert (asked, lane.bytes) == (key.size, key.size), lane.name


def test_who_attacks_is_refused_and_the_others_pass() -> None:
    lab = LimiterLab("compare", 7, Knobs("attacker", 10, 2, 3, users=2, workers=4))
    lab.step(120)
    for lane in lab.frame.lanes:
        users = {one.name: one for one in lane.users}
        assert users["66"].refused > users["66"].accepted > 0, lane.name
        for name in ("42", "43"):
            assert users[name].accepted > 10 > users[name].refused * 2, (lane.name, users)


def test_counting_begins_anew_when_the_limit_is_turned() -> None:
    lab = LimiterLab("race", 7, names=["notes"])
    while not lab.frame.lanes[0].over:
        lab.step()
    lab.act("limit", value=100)
    assert (lab.frame.lanes[0].over, lab.frame.lanes[0].most) == (0, 0)


def test_what_is_shown_of_a_moment_is_what_led_up_to_it() -> None:
    lab = LimiterLab("race", 7, names=["notes"])
    lab.step(20)
    early = lab.shown(8).lanes[0]
    lab.step(20)
    assert lab.shown(8).lanes[0] == early
    late = lab.frame.lanes[0]
    assert (len(early.series), len(late.series)) == (9, 41)
    assert len(late.recent) == late.done > len(early.recent) == early.done
    assert all(one.time <= 800_000 for one in early.recent)
    assert late.wire[-1].time > early.wire[-1].time
    slipped = sum(one.slipped for one in late.recent)
    assert slipped == late.over == sum(sample.slipped for sample in late.series)
