"""The queue lab: what its workers send, what each experiment shows, what can be done to it."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest

from tutor.engine.replies import NULL_ARRAY, ReplyError
from tutor.labs.catalog import LAB_NAMES, lab_kind
from tutor.labs.queue import EXPERIMENTS, FIRST, OF, STEPS, WAYS, Knobs, QueueLab, QueueLane
from tutor.labs.queue.trial import settle, trial
from tutor.labs.queue.ways import BLOCK_S, POLL_US, TAKE, TAKE_SHA, WAY, Shift, Work, Worked, reap
from tutor.labs.rounds import Round
from tutor.labs.routines import Send, Sleep

SHIFT = Shift(b"w1", 2000, 3, 1000, 5_000_000, False)
TASK = b"letter:1"
WELL, BADLY = Worked(True, 5_000_400), Worked(False, 5_000_400)
CALM = Knobs(rate=10, workers=1, work_ms=100, crash=0, idle_ms=1000)


def words(wish: object) -> object:
    """A wish as it is written: a command's words, a task in brackets, a sleep's time."""
    if isinstance(wish, Send):
        return b" ".join(wish.argv).decode()
    if isinstance(wish, Work):
        return [wish.task.decode()]
    assert isinstance(wish, Sleep)
    return wish.time


def played(way: str, shift: Shift, outcomes: list[object]) -> list[object]:
    """What a round wishes when it gets these outcomes, one after the other."""
    return wishes(Round(WAY[way].take, shift), outcomes)


def wishes(one: Round, outcomes: list[object]) -> list[object]:
    found: list[object] = []
    for outcome in [None, *outcomes]:
        try:
            found.append(words(one.go_on(outcome)))
        except StopIteration:
            return found
    return found


# what is sent


def test_rpop_asks_again_after_a_pause_and_brpop_waits_at_the_server() -> None:
    assert played("rpop", SHIFT, [None]) == ["RPOP tasks", POLL_US]
    assert played("rpop", SHIFT, [TASK, WELL]) == ["RPOP tasks", ["letter:1"]]
    assert played("brpop", SHIFT, [[b"tasks", TASK], WELL]) == ["BRPOP tasks 2", ["letter:1"]]
    assert played("brpop", SHIFT, [NULL_ARRAY]) == ["BRPOP tasks 2"]


def test_lmove_keeps_a_task_in_a_list_until_it_is_done() -> None:
    begin: list[object] = [
        f"SET alive:w1 1 PX {2000 + BLOCK_S * 1000}",
        "BLMOVE tasks work:w1 RIGHT LEFT 2",
    ]
    assert played("lmove", SHIFT, [b"OK", None]) == begin
    assert played("lmove", SHIFT, [b"OK", TASK, WELL, 1]) == [
        *begin, ["letter:1"], "LREM work:w1 1 letter:1",
    ]  # fmt: skip
    assert played("lmove", SHIFT, [b"OK", TASK, BADLY, TASK]) == [
        *begin, ["letter:1"], "LMOVE work:w1 tasks RIGHT LEFT",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tries", "outcome", "end"),
    [
        (1, WELL, ["LREM work:w1 1 letter:1", "HDEL tries letter:1"]),
        (2, BADLY, ["LMOVE work:w1 tasks RIGHT LEFT"]),
        (3, BADLY, ["LMOVE work:w1 dead RIGHT LEFT"]),
    ],
)
def test_retry_counts_before_it_begins_and_buries_after_the_last_attempt(
    tries: int, outcome: Worked, end: list[object]
) -> None:
    found = played("retry", SHIFT, [b"OK", TASK, tries, outcome, 1, 1])
    assert found[2:] == ["HINCRBY tries letter:1 1", ["letter:1"], *end]


def test_who_has_killed_too_many_workers_is_buried_without_another_attempt() -> None:
    assert played("retry", SHIFT, [b"OK", TASK, 4, TASK])[2:] == [
        "HINCRBY tries letter:1 1", "LMOVE work:w1 dead RIGHT LEFT",
    ]  # fmt: skip
    found = played("delayed", SHIFT, [[TASK, 4], 1, 1])
    assert found[1:] == ["LPUSH dead letter:1", "ZREM work letter:1"]
    claimed = [[b"0-0", [[b"1-1", [b"task", TASK]]], []], [[b"1-1", b"w1", 0, 4]], 1, 1]
    found = played("stream", replace(SHIFT, claim=True), claimed)
    assert found[1:] == [
        "XPENDING mail senders 1-1 1-1 1", "LPUSH dead letter:1", "XACK mail senders 1-1",
    ]  # fmt: skip


def test_delayed_waits_twice_as_long_after_each_failure() -> None:
    take = f"EVALSHA {TAKE_SHA.decode()} 3 later work tries 5000000 2000"
    assert played("delayed", SHIFT, [[TASK, 1], WELL, 1, 1]) == [
        take, ["letter:1"], "ZREM work letter:1", "HDEL tries letter:1",
    ]  # fmt: skip
    for tries, due in ((1, 5_001_400), (2, 5_002_400)):
        found = played("delayed", SHIFT, [[TASK, tries], BADLY, 1, 1])
        assert found[2:] == [f"ZADD later {due} letter:1", "ZREM work letter:1"]
    assert played("delayed", SHIFT, [None]) == [take, POLL_US]


def test_a_server_that_does_not_know_the_script_is_given_it() -> None:
    missing = ReplyError("NOSCRIPT No matching script. Please use EVAL.")
    found = played("delayed", SHIFT, [missing, TAKE_SHA, None])
    assert found[1] == f"SCRIPT LOAD {TAKE.decode()}"
    assert (found[0] == found[2], found[3]) == (True, POLL_US)


def test_stream_acknowledges_what_is_done_and_claims_what_others_left() -> None:
    read = "XREADGROUP GROUP senders w1 COUNT 1 BLOCK 1000 STREAMS mail >"
    new = [[b"mail", [[b"1-1", [b"task", TASK]]]]]
    assert played("stream", SHIFT, [new, WELL, 1]) == [
        read, ["letter:1"], "XACK mail senders 1-1",
    ]  # fmt: skip
    assert played("stream", SHIFT, [new, BADLY]) == [read, ["letter:1"]]
    claim = replace(SHIFT, claim=True)
    found = played("stream", claim, [[b"5-0", [], []], [b"0-0", [], []], NULL_ARRAY])
    assert found == [
        "XAUTOCLAIM mail senders w1 2000 0-0 COUNT 1",
        "XAUTOCLAIM mail senders w1 2000 5-0 COUNT 1",
        read,
    ]


def test_the_reaper_puts_back_what_those_had_who_do_not_live() -> None:
    found = wishes(Round(reap, (b"w1", b"w2"), 7), [1, 1, 0, TASK, None])
    assert found == [
        "EXISTS alive:w1 alive:w2", "EXISTS alive:w1", "EXISTS alive:w2",
        "LMOVE work:w2 tasks RIGHT RIGHT", "LMOVE work:w2 tasks RIGHT RIGHT", 7,
    ]  # fmt: skip
    assert wishes(Round(reap, (b"w1", b"w2"), 7), [2]) == ["EXISTS alive:w1 alive:w2", 7]


def test_a_round_that_was_stored_goes_on_where_it_was() -> None:
    one = Round(WAY["retry"].take, SHIFT)
    for outcome in (None, b"OK", TASK):
        one.go_on(outcome)
    other = Round.__new__(Round)
    other.__setstate__(one.__getstate__())
    assert [words(one.go_on(2)), words(other.go_on(2))] == [["letter:1"]] * 2
    assert words(other.go_on(BADLY)) == "LMOVE work:w1 tasks RIGHT LEFT"


# the lab


def test_the_lab_is_known_by_its_name() -> None:
    assert "queue" in LAB_NAMES
    kind = lab_kind("queue")
    assert kind.experiments == EXPERIMENTS
    lab = kind.make("retries", 3, {"rate": 2, "idle": 5, "once": "on"}, ())
    assert (lab.knobs.rate, lab.knobs.idle_ms, lab.knobs.once) == (2, 5000, "on")
    for experiment, settings in (("retries", {"delay": 1}), ("crash", {"poison": 1}), ("x", {})):
        with pytest.raises(KeyError):
            kind.make(experiment, 3, settings, ())
    with pytest.raises(KeyError):
        QueueLab("crash", ways=["retry"])


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_a_frame_is_plain_data_and_figures_keep_their_names(experiment: str) -> None:
    lab = QueueLab(experiment)
    names = {*lab.figures()}
    lab.step(30)
    again = json.loads(json.dumps(lab.frame.as_json()))
    assert [lane["way"] for lane in again["lanes"]] == list(WAYS[experiment])
    assert {*lab.figures()} == names
    assert {
        f"{way}.{name}"
        for way in WAYS[experiment]
        for name in ("lost", "doubled", "waiting", "latency_ms", "longest")
    } <= names


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_every_knob_turns_and_others_are_refused(experiment: str) -> None:
    lab = QueueLab(experiment)
    for kind in OF[experiment]:
        for value in STEPS.get(kind, (0,)):
            lab.step()
            lab.act(kind, "", value)
            if kind in STEPS:
                assert lab.standing(kind) == value
    lab.step(5)
    for kind in {*STEPS, "kill", "freeze"} - {*OF[experiment]}:
        with pytest.raises(KeyError):
            lab.act(kind, "", 1)
    with pytest.raises(KeyError):
        lab.standing("kill")


@pytest.mark.parametrize("kind", ["kill", "freeze"])
def test_a_blow_that_hits_nobody_is_told(kind: str) -> None:
    lab = QueueLab("crash", 3)
    lab.act(kind)
    assert [event.code for event in lab.frame.events] == ["nobody"]
    lab.step(30)
    lab.act(kind)
    assert [event.code for event in lab.events] == ["nobody"], "now somebody was hit"


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_at_every_moment_every_task_is_in_exactly_one_place(experiment: str) -> None:
    lab = QueueLab(experiment, 11, replace(FIRST[experiment], crash=20, poison=10))
    for turn in range(80):
        lab.step()
        for kind in ("kill", "freeze"):
            if turn % 23 == 20 and kind in OF[experiment]:
                lab.act(kind)
        for lane in lab.frames[-1].lanes:
            parts = (lane.waiting, lane.working, lane.scheduled, lane.done, lane.dead, lane.lost)
            assert lane.made == sum(parts), (turn, lane)
            assert lane.doubled <= lane.done


def test_every_lane_has_the_same_tasks_and_at_first_the_same_mishaps() -> None:
    lab = QueueLab("crash", 5)
    lab.step(120)
    letters = [lane.ledger.letters for lane in lab.lanes]
    assert all(one == other for one, other in pairwise(letters))
    assert len(letters[0]) > 40


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_going_back_and_on_again_shows_the_same(experiment: str) -> None:
    lab = QueueLab(experiment, 4)
    for turn in range(22):
        lab.step(8)
        for kind, value in (("kill", 0.0), ("freeze", 0.0), ("workers", 4.0 if turn < 15 else 2.0)):
            if turn % 9 == 5 and kind in OF[experiment]:
                lab.act(kind, value=value)
    before = list(lab.frames)
    assert all(len(memory._checkpoints) for memory in lab._memory)
    for time in (11_300_000, 17_000_000):
        lab.back_to(time)
        assert lab.frames == before[: time // 100_000 + 1]
        lab.step(len(before) - len(lab.frames))
        assert lab.frames == before


def test_another_lab_of_the_same_seed_and_acts_shows_the_same() -> None:
    lab = QueueLab("crash", 9)
    lab.step(25)
    lab.act("kill")
    lab.step(25)
    again = QueueLab("crash", 9, acts=lab.acts)
    again.step(50)
    assert again.frames == lab.frames
    other = QueueLab("crash", 10, acts=lab.acts)
    other.step(50)
    assert other.frames != lab.frames


def test_a_command_typed_by_hand_is_accounted_for() -> None:
    lab = QueueLab("crash", 3, Knobs(rate=20, workers=1, work_ms=800, crash=0))
    lab.step(30)
    before = lab.frame.lane("rpop")
    assert before.lost == 0 < before.waiting
    assert lab.lanes[0].world.master.engine.databases[1].peek(b"tasks") is not None
    lab.lanes[0].world.master.execute(
        lab.lanes[0].world.master.session_of("site:50000"), (b"LPOP", b"tasks", b"2")
    )
    lab.step()
    assert lab.frame.lane("rpop").lost == 2


def test_a_task_that_nobody_of_the_lab_has_made_is_worked_at_and_not_counted() -> None:
    lane = QueueLane("retry", 3, replace(CALM, rate=0))
    node = lane.world.master
    session = node.session_of("site:50000")
    node.execute(session, (b"LPUSH", b"tasks", b"hello", b"hello", b"letter:9"))
    lane.run_to(3_000_000)
    frame = lane.take()
    assert (frame.made, frame.done, frame.lost, frame.events) == (0, 0, 0, ())
    assert node.execute(session, (b"EXISTS", b"tasks", b"work:w1", b"tries", b"dead")) == 0


def test_whoever_gets_a_reply_that_nobody_expected_dies_and_is_started_again() -> None:
    lane = QueueLane("stream", 3, CALM)
    lane.run_to(1_000_000)
    node = lane.world.master
    node.execute(node.session_of("site:50000"), (b"DEL", b"mail"))
    lane.run_to(5_000_000)
    crashes = [dict(one.params) for one in lane.events if one.code == "crash"]
    assert len(crashes) > 1
    assert {one["moment"] for one in crashes} == {"error"}
    node.execute(node.session_of("site:50000"), (b"XGROUP", b"CREATE", b"mail", b"senders", b"0"))
    done = lane.ledger.done
    lane.run_to(8_000_000)
    assert lane.ledger.done > done


# what each way does with mishaps


@pytest.mark.parametrize("way", WAY)
def test_who_is_killed_at_work_loses_a_task_only_where_nobody_knows_of_it(way: str) -> None:
    lane = QueueLane(way, 3, CALM, most=6)
    while not lane.kill():
        lane.run_to(lane.world.simulation.now + 50_000)
    frame = settle(lane).take()
    gone = 1 if way in ("rpop", "brpop") else 0
    assert (frame.lost, frame.done, frame.crashes) == (gone, 6 - gone, 1)
    assert frame.doubled == 0
    assert [one.code for one in lane.events if one.code == "lost"] == ["lost"] * gone


@pytest.mark.parametrize("way", ["lmove", "retry", "delayed", "stream"])
@pytest.mark.parametrize("once", ["off", "on"])
def test_who_was_only_slow_does_a_task_again_and_idempotency_takes_it_once(
    way: str, once: str
) -> None:
    lane = QueueLane(way, 3, replace(CALM, workers=2, once=once), most=6)
    while not lane.freeze():
        lane.run_to(lane.world.simulation.now + 50_000)
    name = next(dict(one.params)["task"] for one in lane.events if one.code == "frozen")
    settle(lane)
    lane.run_to(lane.world.simulation.now + 6_000_000)  # it wakes up and goes on
    frame = lane.take()
    assert (frame.done, frame.lost) == (6, 0)
    again = [dict(one.params)["task"] for one in lane.events if one.code == "again"]
    assert again == [name]
    assert (frame.doubled, frame.repeats) == ((1, 0) if once == "off" else (0, 1))
    assert [one.number for one in frame.recent if one.state == "doubled"] == (
        [int(name.removeprefix("letter:"))] if once == "off" else []
    )


def test_poison_ends_as_a_dead_letter_where_attempts_are_counted_and_goes_round_elsewhere() -> None:
    knobs = Knobs(rate=10, workers=2, work_ms=50, crash=0, poison=30, attempts=3, idle_ms=500)
    poisoned = {one.number for one in trial("retry", 8, knobs, 20).ledger.letters if one.poison}
    assert len(poisoned) > 3
    for way in ("retry", "stream", "delayed"):
        lane = trial(way, 8, knobs, 20)
        frame = lane.take()
        dead = {one.number for one in frame.recent if one.state == "dead"}
        assert dead == poisoned
        assert (frame.done, frame.lost) == (20 - len(poisoned), 0)
        assert {lane.ledger.begun[number] for number in poisoned} == {3}
    lane = QueueLane("lmove", 8, knobs, most=20)
    lane.run_to(30_000_000)
    frame = lane.take()
    assert frame.done == 20 - len(poisoned)
    assert frame.waiting + frame.working == len(poisoned)
    assert min(lane.ledger.begun[number] for number in poisoned) > 20


def test_a_short_outage_uses_up_attempts_at_once_and_not_those_that_are_put_off() -> None:
    lab = QueueLab("delayed", 6, Knobs(rate=4, workers=3, work_ms=100, crash=0, attempts=4))
    lab.step(20)
    lab.act("outage", value="on")
    lab.step(40)
    lab.act("outage", value="off")
    lab.act("rate", value=0)
    lab.step(300)
    figures = lab.figures()
    assert figures["retry.dead"] > 5
    assert figures["delayed.dead"] == 0
    assert figures["delayed.done"] == figures["delayed.made"]
    assert figures["retry.early"] > 0 == figures["delayed.early"]  # type: ignore[operator]


def test_a_queue_that_grows_shrinks_again_with_more_workers() -> None:
    lab = QueueLab("speed", 2, Knobs(rate=10, workers=1, work_ms=200, crash=0))
    lab.step(100)
    few = lab.figures()
    assert min(few[f"{way}.waiting"] for way in WAYS["speed"]) > 30  # type: ignore[type-var]
    assert min(few[f"{way}.latency_ms"] for way in WAYS["speed"]) > 3000  # type: ignore[type-var]
    lab.act("workers", value=6)
    lab.step(100)
    many = lab.figures()
    for way in WAYS["speed"]:
        assert many[f"{way}.waiting"] < 10 < 30 < many[f"{way}.longest"]  # type: ignore[operator]
        assert many[f"{way}.latency_ms"] < 1000  # type: ignore[operator]
    assert many["rpop.vain"] > 0 == many["brpop.vain"]  # type: ignore[operator]


def test_workers_that_are_too_many_go_and_lose_nothing() -> None:
    lane = QueueLane("brpop", 5, replace(CALM, workers=6), most=40)
    lane.run_to(2_000_000)
    lane.set_knobs(replace(lane.knobs, workers=2))
    frame = settle(lane).take()
    assert (frame.done, frame.lost, frame.crashes) == (40, 0, 0)
    assert [worker.name for worker in frame.workers] == ["w1", "w2"]
