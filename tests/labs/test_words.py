"""The lab's words: each knob can be typed, and what cannot be done is said to be no move."""

from __future__ import annotations

import pytest

from tutor.engine.cmdline import split
from tutor.labs.replication.actions import KNOBS, LINES, Action
from tutor.labs.replication.lab import Lab
from tutor.labs.replication.words import WORDS, BadWord, Move, read_move, usage_of, words_of

NODES = ("master", "replica1", "replica2")


def read(line: str, at: str = "master") -> Move:
    return read_move(split(line), NODES, at)


def test_each_knob_has_a_word_whose_usage_reads_back() -> None:
    assert {word[1:] for word in WORDS} >= KNOBS.keys() - set(LINES)
    for word in WORDS:
        assert read(usage_of(word)).kind in (word[1:], "command")


def test_a_plain_command_is_for_the_node_of_the_prompt() -> None:
    assert read("SET k 'a b'", "replica2") == Move("command", "replica2", 0, (b"SET", b"k", b"a b"))
    assert read(":on replica1 GET k") == Move("command", "replica1", 0, (b"GET", b"k"))


def test_words_are_read_in_any_case_and_links_either_way_round() -> None:
    assert read(":CUT replica1-master") == Move("cut", "replica1-master")
    assert read(":Run 0.5").value == 0.5


@pytest.mark.parametrize(
    "line",
    [
        ":on replica9 GET k",
        ":on replica1",
        ":node",
        ":run",
        ":run soon",
        ":run 0",
        ":run 3600",
        ":cut master",
        ":cut master-master",
        ":cut master-replica1 5",
        ":delay master-replica1",
        ":delay master-replica1 -5",
        ":delay master-replica1 nan",
        ":restart master tape",
        ":follow replica1 replica1",
        ":wait",
        ":command master PING",
        ":nosuchword",
    ],
)
def test_what_cannot_be_done_is_no_move(line: str) -> None:
    with pytest.raises(BadWord):
        read(line)


def test_an_action_is_told_in_the_words_that_make_it() -> None:
    for line in (":cut master-replica1", ":delay master-replica2 300", ":restart master rdb",
                 ":follow replica1 replica2", ":wait 1", ":promote replica1"):  # fmt: skip
        assert b" ".join(words_of(read(line).action)).decode() == line
    assert words_of(Action(0, "command", "master", 'SET k "a b"')) == (b"SET", b"k", b"a b")


def test_deeds_tell_what_was_done_and_what_was_replied() -> None:
    lab = Lab("healthy")
    lab.step(10)
    lab.act("cut", "master-replica1")
    lab.execute("replica2", (b"SET", b"k", b"v"))
    assert [deed.action.kind for deed in lab.deeds] == ["cut", "command"]
    assert "READONLY" in str(lab.deeds[-1].reply)


def test_a_deed_gets_its_late_reply() -> None:
    lab = Lab("healthy")
    lab.step(20)
    lab.execute("master", (b"SET", b"k", b"v"))
    lab.execute("master", (b"WAIT", b"1", b"1000"))
    assert lab.deeds[-1].reply not in (1, 2)
    lab.step(10)
    assert lab.deeds[-1].reply in (1, 2)


def test_a_watch_sees_each_moment_also_when_time_goes_back() -> None:
    lab = Lab("healthy")
    seen: list[int] = []
    lab.watch = lambda: seen.append(lab.now)
    lab.step(3)
    lab.act("cut", "master-replica1")
    lab.back_to(100_000)
    assert seen == [100_000, 200_000, 300_000, 300_000, 100_000]


def test_actions_that_no_lab_can_do_are_known_beforehand() -> None:
    lab = Lab("healthy")
    assert lab.can(Action(0, "cut", "master-replica2"))
    assert not lab.can(Action(0, "cut", "master-replica5"))
    assert not lab.can(Action(0, "delay", "master-replica1", "much"))
    assert not lab.can(Action(0, "command", "master", '"'))
