"""Django's cache and Memcached beside a step: lines are carried out, taken back and kept."""

from __future__ import annotations

import json

import pytest

from tutor.course.attempt import Attempt
from tutor.course.calls import (
    CallEntry,
    McEntry,
    essence,
    is_python,
    line_name,
    line_of,
    line_words,
    said_lines,
    wire_of,
)
from tutor.course.model import DjangoSetup, LabSetup, Line, McSetup, Step
from tutor.course.predicates.base import Bounds
from tutor.course.predicates.besides import McItem
from tutor.course.predicates.patterns import Used, matches
from tutor.engine.clock import VirtualClock
from tutor.engine.replies import ReplyError, is_error
from tutor.engine.world import Entry

NOON_US = 1_700_000_000_000_000


def line(text: str) -> Line:
    return Line(text, line_words(text))


def step(*setup: str, django: str = "single", lab: LabSetup | None = None) -> Step:
    return Step(
        "s", "free", 1, setup=tuple(map(line, setup)), django=DjangoSetup(django),
        memcached=None if lab else McSetup(memory_mb=2), lab=lab,
    )  # fmt: skip


def attempt(*setup: str, django: str = "single") -> Attempt:
    return Attempt(step(*setup, django=django), 7, VirtualClock(NOON_US))


def run(trial: Attempt, *lines: str) -> Entry:
    for text in lines:
        entry = trial.run(line_words(text))
    return entry


# which language a line is in


@pytest.mark.parametrize(
    "text",
    [
        'cache.set("k", 1)', 'x = cache.get("k")', '"k" in cache', 'caches["default"].get("k")',
        "get_leaderboard()", ">>> x", "_", "import os", 'await cache.aget("k")',
        'client = cache._cache.get_client(None, write=True)',
    ],
)  # fmt: skip
def test_a_line_of_python_is_known(text: str) -> None:
    assert is_python(text)
    assert len(line_words(text)) == 1


@pytest.mark.parametrize(
    "text", ["SET k v", "PING", "get (x)", "CLIENT LIST", "SET k=1 2", ":run 5", ":mc get k"]
)
def test_a_line_for_another_is_left_to_it(text: str) -> None:
    assert not is_python(text)


def test_a_call_is_named_with_its_arguments_as_patterns_have_them() -> None:
    argv = line_words('y = cache.set("k", [1, "x"], timeout=60)')
    assert line_name(argv) == "cache.set"
    assert essence(argv) == (b"cache.set", b"k", b"[1, 'x']", b"timeout=60")
    assert line_name(line_words('"k" not in cache')) == "in"
    assert line_name(line_words(":MC set k 0 0 v")) == "mc.set"


# Django in a world


def test_a_call_is_one_entry_with_the_commands_that_it_caused() -> None:
    entry = run(attempt(), 'cache.set_many({"a": 1, "b": "x"}, timeout=9)')
    assert isinstance(entry, CallEntry)
    assert entry.told is not None
    names = [one.argv[0] for one in entry.told.exchanges]
    assert names == [b"MULTI", b"MSET", b"EXPIRE", b"EXPIRE", b"EXEC"]
    assert entry.keys == (b"myapp:1:a", b"myapp:1:b")
    assert entry.named == (b"a", b"b")
    assert entry.db == 1
    assert {key for _db, key, _event in entry.changed} == set(entry.keys)
    assert wire_of(entry)[0] == (b"EXEC",)


def test_values_come_back_as_they_were_and_as_replies() -> None:
    trial = attempt()
    assert run(trial, 'cache.set("k", {"a": (1, None)})', 'cache.get("k")').reply == {
        b"a": [1, None]
    }
    assert run(trial, 'cache.add("k", 1)').reply is False
    assert run(trial, '"k" in cache').reply is True
    assert run(trial, 'cache.get("missing")').reply is None
    assert run(trial, 'x = cache.get("k")', "x").reply == {b"a": [1, None]}


def test_errors_are_those_of_python_and_nothing_is_sent_for_what_is_refused() -> None:
    trial = attempt()
    assert "ValueError: Key 'myapp:1:k' not found" in run(trial, 'cache.incr("k")').reply.message
    assert "has no attribute 'lpush'" in run(trial, 'cache.lpush("k", 1)').reply.message
    refused = run(trial, 'cache.set("k", open("/etc/passwd"))')
    assert is_error(refused.reply)
    assert isinstance(refused, CallEntry)
    assert refused.told is not None
    assert not refused.told.exchanges
    assert said_lines(run(trial, "nobody")) == ((
        ("NameError: name 'nobody' is not defined", "error"),),)  # fmt: skip


def test_time_of_the_step_is_time_of_the_cache() -> None:
    trial = attempt()
    run(trial, 'cache.set("k", 1, timeout=60)', ":run 59")
    assert run(trial, 'cache.get("k")').reply == 1
    assert run(trial, ":run 2", 'cache.get("k")').reply is None


def test_a_call_is_taken_back_and_done_again_as_a_whole() -> None:
    trial = attempt()
    run(trial, 'cache.set("a", 1)', 'cache.set_many({"a": 2, "b": 3})', "SELECT 1")
    undone = trial.undo()
    assert undone is not None
    assert line_of(undone) == 'cache.set_many({"a": 2, "b": 3})'
    assert run(trial, 'cache.get_many(["a", "b"])').reply == {b"a": 1}
    trial.redo()
    assert run(trial, 'cache.get_many(["a", "b"])').reply == {b"a": 2, b"b": 3}


def test_a_hash_that_a_client_has_changed_is_taken_back_too() -> None:
    client = "cache._cache.get_client(None, write=True)"
    trial = attempt()
    run(trial, f'{client}.hset("h", "f", "1")', f'{client}.hset("h", "f", "2")')
    trial.undo()
    assert run(trial, f'{client}.hget("h", "f")').reply == b"1"


def test_the_learners_own_session_is_not_django_s() -> None:
    trial = attempt()
    run(trial, 'cache.set("k", 1)', "MULTI", 'cache.set("k", 2)')
    assert run(trial, 'cache.get("k")').reply == 2
    assert run(trial, "DISCARD").reply == b"OK"
    assert trial.world.session.db.index == 0


def test_a_connection_that_was_killed_is_made_anew() -> None:
    trial = attempt()
    run(trial, 'cache.set("k", 1)', "CLIENT KILL TYPE normal SKIPME yes")
    assert run(trial, 'cache.get("k")').reply == 1


def test_waiting_for_replicas_lets_time_go_by() -> None:
    trial = attempt()
    before = trial.clock.now_us()
    wait = "cache._cache.get_client(None, write=True).wait(1, 200)"
    assert run(trial, 'cache.set("k", 1)', wait).reply == 0
    assert trial.clock.now_us() - before >= 200_000


def test_a_password_is_needed_where_the_server_has_one() -> None:
    trial = attempt("CONFIG SET requirepass password", django="password")
    assert run(trial, 'cache.set("k", 1)', 'cache.get("k")').reply == 1
    other = attempt("CONFIG SET requirepass other", django="password")
    assert isinstance(run(other, 'cache.get("k")').reply, ReplyError)


def test_setup_may_have_calls_and_commands_for_memcached() -> None:
    trial = attempt('cache.set("k", "v", timeout=None)', ":mc set m 0 0 hello")
    assert run(trial, 'cache.get("k")').reply == b"v"
    assert run(trial, ":mc get m").reply == b"hello"
    assert trial.stage.failed == []
    assert attempt('cache.incr("k")').stage.failed


# Memcached in a world


def test_memcached_gets_the_data_from_the_end_of_the_line() -> None:
    trial = attempt()
    entry = run(trial, ":mc set k 5 60 hello world")
    assert isinstance(entry, McEntry)
    assert entry.request == b"set k 5 60 11\r\nhello world\r\n"
    assert run(trial, ":mc get k").reply == b"hello world"
    assert run(trial, ":mc gets k other").reply == [[b"hello world", 1], None]
    assert run(trial, ":mc cas k 0 0 1 new").reply == b"STORED"
    assert run(trial, ":mc cas k 0 0 1 newer").reply == b"EXISTS"
    assert is_error(run(trial, ":mc incr k 1").reply)
    assert is_error(run(trial, ":mc nonsense").reply)


def test_memcached_follows_the_clock_and_the_history() -> None:
    trial = attempt()
    run(trial, ":mc set k 0 60 old", ":run 30", ":mc set k 0 60 new", ":run 31")
    assert run(trial, ":mc get k").reply == b"new"
    trial.undo()
    assert run(trial, ":mc get k").reply is None  # the older one has had its minute
    trial.redo()
    assert run(trial, ":mc get k").reply == b"new"
    assert trial.undo() is not None
    assert trial.undo() is not None
    assert trial.undo() is None


def test_many_large_values_push_out_the_oldest() -> None:
    trial = attempt()
    assert run(trial, ":mc fill page: 3 200000").reply == 3
    assert run(trial, ":mc get page:1").reply == b"x" * 200_000
    assert run(trial, ":mc fill other: 30 200000").reply == 30
    assert run(trial, ":mc get page:3").reply is None
    assert is_error(run(trial, ":mc fill page: many 5").reply)


def test_every_key_of_a_command_for_memcached_is_known() -> None:
    trial = attempt(":mc set a 0 0 x")
    named = {text: run(trial, text) for text in (":mc gat 60 a b", ":mc gets a b", ":mc touch a 5")}
    assert [entry.named for entry in named.values() if isinstance(entry, McEntry)] == [
        (b"a", b"b"), (b"a", b"b"), (b"a",),
    ]  # fmt: skip
    assert matches(Used(commands=("mc.gat",), key=b"b"), named[":mc gat 60 a b"])


def test_a_check_names_the_class_of_an_items_slab() -> None:
    trial = attempt(":mc set a 0 0 " + 36 * "x", ":mc set b 0 0 " + 37 * "x")
    wanted = {key: McItem(key, "slab", Bounds({"eq": 2})) for key in (b"a", b"b", b"none")}
    found = {key: check.evaluate(trial.scene) for key, check in wanted.items()}
    assert [found[key].status for key in wanted] == ["wrong", "ok", "pending"]
    assert found[b"a"].got == 1
    assert wanted[b"a"].literals() == ("a", "2")


# keeping


def test_a_step_with_both_comes_back_as_it_was_left() -> None:
    trial = attempt()
    run(trial, 'x = cache.set("k", [1], timeout=60)', ":mc set k 0 60 v", ":run 20", "x")
    run(trial, 'cache.get("k")', ":mc delete k")
    trial.undo()
    run(trial, "SELECT 1", "TTL myapp:1:k", ":mc get k")
    kept = json.loads(json.dumps(trial.state()))
    again = Attempt.resumed(trial.step, 7, VirtualClock(2 * NOON_US), kept)
    assert [entry.reply for entry in again.world.history] == [
        entry.reply for entry in trial.world.history
    ]
    assert run(again, "TTL myapp:1:k").reply == 40
    assert run(again, ":mc get k").reply == b"v"
    assert run(again, ":run 41", ":mc get k").reply is None


# patterns


def test_a_pattern_finds_a_call_by_either_name_of_its_key() -> None:
    entry = run(attempt(), 'cache.set("k", 1, timeout=60)')
    assert matches(Used(("cache.set",), b"k", ("timeout=60",)), entry)
    assert matches(Used(key=b"myapp:1:k"), entry)
    assert not matches(Used(("cache.get",)), entry)
    assert not matches(Used(key=b"other"), entry)
    assert matches(Used(("mc.get",), b"k"), run(attempt(), ":mc get k"))
