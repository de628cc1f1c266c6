"""A lab of lanes in words, and what was done in it with the replies."""

from __future__ import annotations

import pytest

from tutor.engine.cmdline import split
from tutor.engine.replies import BLOCKED, NULL_ARRAY, ReplyError
from tutor.labs.cache import CacheLab
from tutor.labs.knobs import Act, Knob
from tutor.labs.lanes import COMMAND
from tutor.labs.lanewords import LaneMove, LaneWords, place_of, words_of
from tutor.labs.replication.words import BadWord

KNOBS = (
    Knob("rate", (0, 5, 40)),
    Knob("kill"),
    Knob("go", (), ("A", "B")),
    Knob("speed", (0.5, 2), ("A", "B")),
    Knob("policy", ("lru", "lfu")),
)
WORDS = LaneWords(KNOBS, ("none", "lock"))


@pytest.mark.parametrize(
    ("line", "move"),
    [
        (":rate 40", LaneMove("rate", "", 40)),
        (":RATE 5.0", LaneMove("rate", "", 5)),
        (":kill", LaneMove("kill")),
        (":go B", LaneMove("go", "B")),
        (":speed A .5", LaneMove("speed", "A", 0.5)),
        (":policy lfu", LaneMove("policy", "", "lfu")),
        (":run 2.5", LaneMove("run", "", 2.5)),
        (":back 1", LaneMove("back", "", 1)),
        (":node lock", LaneMove("node", "lock")),
        (":on lock SET k 'a b'", LaneMove(COMMAND, "lock", 0, (b"SET", b"k", b"a b"))),
        ("GET k", LaneMove(COMMAND, "none", 0, (b"GET", b"k"))),
    ],
)
def test_words_are_read(line: str, move: LaneMove) -> None:
    assert WORDS.read(split(line), "none") == move


@pytest.mark.parametrize(
    ("line", "usage"),
    [
        (":rate", ":rate 5"), (":rate 41", ":rate 5"), (":rate nan", ":rate 5"),
        (":rate x y", ":rate 5"), (":kill now", ":kill"), (":go", ":go A"), (":go C", ":go A"),
        (":speed 2", ":speed A 0.5"), (":policy none", ":policy lru"), (":run 0", ":run 2"),
        (":run 61", ":run 2"), (":run", ":run 2"), (":back -1", ":back 2"),
        (":on lock", ":on none PING"), (":on master GET k", ":on none PING"),
        (":node nowhere", ":node none"), (":node", ":node none"), (":rats 40", ""), (":", ""),
    ],
)  # fmt: skip
def test_what_is_no_move_is_told_how_it_is_written(line: str, usage: str) -> None:
    with pytest.raises(BadWord) as caught:
        WORDS.read(split(line), "none")
    assert caught.value.usage == usage


def test_what_may_come_next() -> None:
    assert WORDS.next_words([]) == [*WORDS.words]
    assert WORDS.next_words([":on"]) == ["none", "lock"]
    assert WORDS.next_words([":on", "lock"]) is None
    assert WORDS.next_words([":speed"]) == ["A", "B"]
    assert WORDS.next_words([":speed", "A"]) == ["0.5", "2"]
    assert WORDS.next_words([":rate"]) == ["0", "5", "40"]
    assert WORDS.next_words([":rate", "5"]) == WORDS.next_words([":run"]) == []
    assert ":on" not in LaneWords(KNOBS, ()).words


def test_an_act_in_words_is_read_as_the_same_act() -> None:
    knobs = {knob.kind: knob for knob in KNOBS}
    for line in (":rate 40", ":kill", ":go B", ":speed A 0.5", ":policy lfu"):
        act = WORDS.read(split(line), "none").act(0)
        assert b" ".join(words_of(act, knobs[act.kind])).decode() == line
    assert words_of(Act(0, COMMAND, "SET k 'a b'", "lock"), None) == (b"SET", b"k", b"a b")


def test_deeds_are_what_was_done_until_now_with_the_replies() -> None:
    lab = CacheLab("stampede", 7)
    lab.step(3)
    assert lab.execute("lock", (b"SET", b"mine", b"1")) is not None
    assert isinstance(lab.execute("none", (b"LPOP", b"mine", b"x")), ReplyError)
    lab.act("rate", value=10)
    lab.step(5)
    assert [deed.act.kind for deed in lab.deeds] == ["command", "command", "rate"]
    lab.back_to(200_000)
    assert lab.deeds == []
    lab.step(10)
    assert [deed.act.time for deed in lab.deeds] == [300_000] * 3
    assert lab.engine_at("lock").execute(lab.session_on("lock"), (b"GET", b"mine")) == b"1"


def test_the_prompt_is_in_the_database_of_the_application() -> None:
    lab = CacheLab("stampede", 7)
    lab.step(2)
    assert lab.session_on("lock").db.index == 1
    assert lab.execute("lock", (b"EXISTS", b"shop:1:page:0")) == 1
    lab.execute("lock", (b"SELECT", b"0"))
    lab.step(3)
    lab.back_to(400_000)
    assert lab.session_on("lock").db.index == 0


def test_a_reply_that_was_waited_for_comes_again_when_time_went_back() -> None:
    lab = CacheLab("stampede", 7)
    lab.step(2)
    assert lab.execute("lock", (b"BLPOP", b"l", b"1")) is BLOCKED
    (deed,) = lab.deeds
    lab.step(60)
    assert deed.reply is NULL_ARRAY
    lab.back_to(900_000)
    assert lab.deeds == [deed]
    assert deed.reply is BLOCKED
    lab.step(10)
    assert deed.reply is NULL_ARRAY
    assert [lane.world.live for lane in lab.lanes if lane.world.live < 0] == []


def test_who_watches_hears_of_each_moment() -> None:
    lab = CacheLab("stampede", 7)
    heard: list[int] = []
    lab.watch = lambda: heard.append(lab.now)
    lab.step(2)
    lab.act("rate", value=5)
    lab.execute("none", (b"PING",))
    lab.back_to(100_000)
    assert heard == [100_000, 200_000, 200_000, 200_000, 100_000]


def test_the_place_of_a_lane_keeps_the_person() -> None:
    people = ("me", "you", "me@a", "you@a", "me@b", "you@b")
    assert place_of(("a", "b"), "b", "a") == "b"
    assert place_of(("a", "b"), "") == "a"
    assert place_of(people, "b", "you") == "you@b"
    assert place_of(people, "a", "me@b") == "me@a"
    assert place_of(people, "a") == "me@a"
    assert place_of(people, "", "me@b") == "me"
    assert place_of((), "a") == ""
