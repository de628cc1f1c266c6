"""Several clients and time that goes by, in a step's world."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tutor.course import questions
from tutor.course.attempt import Attempt
from tutor.course.model import Line, Step
from tutor.course.moves import read_move
from tutor.course.predicates.base import Check
from tutor.course.predicates.reading import read_check
from tutor.course.predicates.replies import reply_text
from tutor.course.schema import Source
from tutor.engine.clock import SystemClock, VirtualClock
from tutor.engine.cmdline import split
from tutor.engine.replies import BLOCKED, OK, Reply, ReplyError
from tutor.labs.replication.words import BadWord


def line(text: str) -> Line:
    return Line(text, tuple(split(text)))


def step(*setup: str, checks: tuple[Check, ...] = ()) -> Step:
    return Step("s", "exercise", 1, setup=tuple(map(line, setup)), checks=checks)


def check(demand: str) -> Check:
    source = Source("lesson.toml", f'id = "c"\n{demand}\n')
    found = read_check(source.top)
    assert not source.problems
    return found


def run(attempt: Attempt, *lines: str) -> list[Reply]:
    return [attempt.run(split(text)).reply for text in lines]


def begun(*setup: str, checks: tuple[Check, ...] = ()) -> Attempt:
    return Attempt(step(*setup, checks=checks), 1, VirtualClock())


@pytest.mark.parametrize(
    "text", [":client", ":client 0", ":client 10", ":client 1.5", ":run", ":run 0", ":run -1",
             ":run soon", ":run nan", ":run inf", ":run 86401", ":run 1 2", ":fly", ":"]
)  # fmt: skip
def test_a_move_that_cannot_be_made_is_an_error_and_changes_nothing(text: str) -> None:
    with pytest.raises(BadWord):
        read_move(split(text))
    attempt = begun()
    assert isinstance(run(attempt, text)[0], ReplyError)
    assert attempt.client == 1
    assert not attempt.world.history


def test_time_goes_by_and_keys_expire() -> None:
    attempt = begun("SET k v EX 60")
    assert run(attempt, ":run 59.5", "EXISTS k", "TTL k", ":RUN 1", "EXISTS k") == [OK, 1, 1, OK, 0]
    assert [entry.command for entry in attempt.world.history] == ["exists", "ttl", "exists"]


def test_expired_keys_go_although_nobody_asks() -> None:
    attempt = begun(*(f"SET k{number} v PX 500" for number in range(100)))
    run(attempt, ":run 30")
    assert len(attempt.world.engine.databases[0].keys.data) == 0


def test_a_setup_may_lie_in_the_past() -> None:
    attempt = begun("SET old v EX 100", ":run 70", "SET new v EX 100")
    assert run(attempt, "TTL old", "TTL new") == [30, 100]


def test_each_client_has_a_session_of_its_own() -> None:
    attempt = begun()
    replies = run(attempt, "SELECT 3", "MULTI", ":client 2", "SET k 2", "CLIENT SETNAME two",
                  ":client 1", "SET k 1", "EXEC", "GET k")  # fmt: skip
    assert replies[3] == OK
    assert replies[7] == [OK]
    assert replies[8] == b"1"
    assert attempt.world.engine.databases[0].keys.data[b"k"] == b"2"
    assert [entry.client for entry in attempt.world.history] == [1, 1, 2, 2, 1, 1, 1]


def test_what_one_client_waits_for_another_may_bring() -> None:
    attempt = begun()
    assert run(attempt, "BLPOP queue 0", ":client 2") == [BLOCKED, OK]
    assert attempt.tick() is False
    assert run(attempt, "LPUSH queue job") == [1]
    assert attempt.tick() is False
    assert attempt.world.history[0].reply == [b"queue", b"job"]


def test_waiting_ends_while_time_is_made_to_go_by() -> None:
    attempt = begun()
    run(attempt, "BLPOP queue 5", ":client 2", ":run 4")
    assert attempt.world.history[0].reply is BLOCKED
    run(attempt, ":run 2")
    assert reply_text(attempt.world.history[0].reply) == "(nil)"


def test_a_client_that_was_killed_comes_back_as_another() -> None:
    attempt = begun()
    run(attempt, ":client 2", "CLIENT SETNAME two", ":client 1")
    victim = attempt.clients[2].id
    assert run(attempt, f"CLIENT KILL ID {victim}", ":client 2", "CLIENT GETNAME")[0] == 1
    assert attempt.clients[2].id != victim


def test_an_attempt_is_resumed_with_its_clients_and_its_time() -> None:
    begin = step("SET k v EX 100", ":run 10")
    clock = VirtualClock()
    attempt = Attempt(begin, 1, clock)
    run(attempt, ":client 2", "CLIENT SETNAME two", ":run 50", "SET late x EX 30", ":run 1")
    state = attempt.state()
    clock.advance(ms=3_600_000)
    again = Attempt.resumed(begin, 1, clock, state)
    assert run(again, "TTL k", "TTL late", "CLIENT GETNAME") == [39, 29, b"two"]
    assert again.client == 2


def test_on_the_real_clock_time_leaps_as_well() -> None:
    attempt = Attempt(step("SET k v EX 60"), 1, SystemClock())
    assert run(attempt, ":run 61", "EXISTS k") == [OK, 0]
    state = attempt.state()
    again = Attempt.resumed(step("SET k v EX 60"), 1, SystemClock(), state)
    assert again.world.history[0].reply == 0
    attempt.reset()
    assert run(attempt, "EXISTS k") == [1]


def test_a_pattern_may_ask_who_sent_a_command() -> None:
    attempt = begun(checks=(check('history = { used = [{ cmd = "SET", client = 2 }] }'),))
    run(attempt, "SET k 1")
    assert not attempt.passed
    run(attempt, ":client 2", "SET k 2")
    assert attempt.passed


def test_a_setting_is_checked_as_config_get_says_it() -> None:
    attempt = begun(checks=(check('config = { maxmemory-policy = "allkeys-lru", maxmemory = ["1048576", "2097152"] }'),))  # fmt: skip # noqa: E501
    run(attempt, "CONFIG SET maxmemory-policy allkeys-lru")
    assert not attempt.passed
    run(attempt, "CONFIG SET maxmemory 1mb")
    assert attempt.passed


def test_a_question_may_let_time_go_by() -> None:
    from tutor.course.model import Predict

    asked = replace(
        step(),
        predict=Predict((line("SET k 1 EX 60"), line(":run 61")), line("TTL k"), {}, 1),
    )
    assert questions.computed_reply(asked, 1) == -2


def test_the_next_line_of_the_solution_knows_clients_and_moves() -> None:
    lines = ("SET k 1", ":run 61", ":client 2", "SET k 2", ":client 1", "GET k")
    attempt = Attempt(replace(step(), solution=tuple(map(line, lines))), 1, VirtualClock())
    for text in lines:
        assert attempt.next_line() == text
        run(attempt, text)


def test_a_key_whose_time_is_over_is_stored_until_it_is_asked_for() -> None:
    checks = (check('expect = { key = "k", stored = false }'),)
    attempt = begun("DEBUG SET-ACTIVE-EXPIRE 0", "SET k v EX 60", ":run 61", checks=checks)
    assert attempt.scene.now.value(b"k") is None
    assert not attempt.passed
    run(attempt, "EXISTS k")
    assert attempt.passed
    run(attempt, "SET k v")
    assert not attempt.passed


def test_who_is_connected_is_known_by_name() -> None:
    gone = check('clients = { name = "robot", connected = false }')
    speaks = check('clients = { name = "shop", connected = true, resp = 3 }')
    attempt = begun(checks=(gone, replace(speaks, id="d")))
    assert [verdict.status for verdict in attempt.verdicts["d"]] == ["pending", "pending"]
    run(attempt, "CLIENT SETNAME shop", ":client 2", "CLIENT SETNAME robot")
    assert [verdict.status for verdict in attempt.verdicts["c"]] == ["wrong"]
    assert [verdict.status for verdict in attempt.verdicts["d"]] == ["ok", "wrong"]
    assert speaks.predicates[1].got(attempt.verdicts["d"][1]) == "2"
    run(attempt, ":client 1", "CLIENT KILL TYPE normal", "HELLO 3")
    assert attempt.passed


@pytest.mark.parametrize(
    ("demand", "says"),
    [
        ('{ name = "shop" }', "asks nothing"),
        ('{ name = "shop", resp = 4 }', "must be 2 or 3"),
        ('{ name = "shop", conected = true }', "unknown key"),
        ("{ connected = true }", "'name' is missing"),
    ],
)
def test_a_demand_on_clients_that_cannot_be_read_is_a_problem(demand: str, says: str) -> None:
    source = Source("lesson.toml", f'id = "c"\nclients = {demand}\n')
    read_check(source.top)
    assert any(says in problem.message for problem in source.problems)
