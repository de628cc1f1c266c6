"""Django's cache over a lab's nodes: calls are actions of the run."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from tests.course.test_beside import step
from tutor.course.calls import CallEntry, line_words
from tutor.course.labattempt import LabAttempt
from tutor.course.model import LabSetup
from tutor.engine.replies import BLOCKED
from tutor.engine.world import Entry

QUIET = LabSetup(writes=0, reads=0)
WAIT = "cache._cache.get_client(None, write=True).wait(2, 1000)"
READS = ['cache.get("k")'] * 12


def trial(*setup: str, django: str = "replicas", seed: int = 7) -> LabAttempt:
    return LabAttempt(step(*setup, django=django, lab=QUIET), seed)


def run(attempt: LabAttempt, *lines: str) -> Entry:
    for text in lines:
        entry = attempt.run(line_words(text))
    return entry


def servers(attempt: LabAttempt) -> list[str]:
    calls = [entry for entry in attempt.view.history if isinstance(entry, CallEntry)]
    return [one.server for call in calls if call.told for one in call.told.exchanges]


def replies(attempt: LabAttempt) -> Sequence[object]:
    return [(entry.argv, entry.reply) for entry in attempt.view.history]


def test_writes_go_to_the_first_server_and_reads_to_the_others() -> None:
    attempt = trial(":run 1")
    run(attempt, 'cache.set("k", 1)', ":run 1", *READS)
    assert servers(attempt)[0] == "master"
    assert set(servers(attempt)[1:]) == {"replica1", "replica2"}


def test_the_replica_for_a_read_follows_from_the_seed() -> None:
    def drawn(seed: int) -> list[str]:
        attempt = trial(":run 1", seed=seed)
        run(attempt, *READS)
        return servers(attempt)

    assert drawn(7) == drawn(7)
    assert len({tuple(drawn(seed)) for seed in range(5)}) > 1


def test_a_replica_that_is_cut_off_gives_what_it_has() -> None:
    attempt = trial(":run 1", 'cache.set("k", "old")', ":run 1")
    run(attempt, ":cut master-replica1", 'cache.set("k", "new")', ":run 1", *READS)
    values = {entry.reply for entry in attempt.view.history if entry.argv[0] == b"cache.get"}
    assert values == {b"old", b"new"}


def test_a_server_that_is_down_refuses_and_one_that_stands_still_times_out() -> None:
    attempt = trial(":run 1")
    down = run(attempt, ":crash master", 'cache.set("k", 1)')
    assert "redis.exceptions.ConnectionError: Error 111 connecting to master:6379" in str(
        down.reply
    )
    still = run(attempt, ":pause replica1", ":pause replica2", 'cache.get("k")')
    assert "redis.exceptions.TimeoutError" in str(still.reply)
    assert run(attempt, ":resume replica1", ":resume replica2", 'cache.get("k")').reply is None


def test_the_list_in_the_wrong_order_writes_to_a_replica() -> None:
    attempt = trial(":run 1", django="swapped")
    assert "ReadOnlyError" in str(run(attempt, 'cache.set("k", 1)').reply)


def test_a_wait_is_answered_when_the_replicas_have_it() -> None:
    attempt = trial(":run 1")
    assert run(attempt, 'cache.set("k", 1)', WAIT).reply is BLOCKED
    assert run(attempt, 'cache.get("k")').reply is None  # other connections go on
    run(attempt, ":run 1")
    waited = next(one for one in attempt.view.history if one.argv[0] == b"client.wait")
    assert waited.reply == 2
    run(attempt, ":cut master-replica1", 'cache.set("k", 2)', WAIT, ":run 2")
    waited = [one for one in attempt.view.history if one.argv[0] == b"client.wait"][-1]
    assert waited.reply == 1


def test_going_back_takes_calls_and_names_back() -> None:
    attempt = trial(":run 1")
    run(attempt, ":run 1", "x = cache.get_or_set('k', 5)", ":run 2", "x")
    assert attempt.view.last is not None
    assert attempt.view.last.reply == 5
    run(attempt, ":back 3")
    assert not attempt.view.history
    assert "name: x" in str(run(attempt, "x").reply)


def test_a_run_that_is_gone_through_again_is_the_same() -> None:
    attempt = trial(":run 1")
    run(attempt, 'cache.set("k", 1)', WAIT, *READS, ":run 9", 'x = cache.incr("k")', ":run 1", "x")
    run(attempt, ":crash replica2", *READS, ":run 2")
    before, now = replies(attempt), attempt.lab.now
    for moment in (6_000_000, 1_500_000):
        attempt.lab.back_to(moment)
        attempt.lab.step((now - attempt.lab.now) // 100_000)
        assert replies(attempt) == before


def test_a_kept_run_comes_back_with_its_calls() -> None:
    attempt = trial(":run 1")
    run(attempt, 'x = cache.set("k", (1, 2))', ":run 1", *READS, ":cut master-replica2", "x")
    kept = json.loads(json.dumps(attempt.state()))
    again = LabAttempt.resumed(attempt.step, 7, kept)
    assert replies(again) == replies(attempt)
    assert servers(again) == servers(attempt)


def test_a_call_in_the_setup_that_fails_is_told() -> None:
    from tutor.course.lint.labbench import LabBench

    bench = LabBench(step(":run 1", 'cache.incr("k")', lab=QUIET), 7)
    assert [line.text for line, _reply in bench.failed] == ['cache.incr("k")']


@pytest.mark.parametrize("text", ["cache.set('k', 1)", "get_leaderboard()"])
def test_the_next_line_of_the_solution_is_known_among_calls(text: str) -> None:
    from dataclasses import replace

    from tutor.course.model import Line

    lines = tuple(Line(one, line_words(one)) for one in (text, ":run 1", "GET k"))
    attempt = LabAttempt(replace(step(":run 1", django="replicas", lab=QUIET), solution=lines), 7)
    assert attempt.next_line() == text
    run(attempt, text)
    assert attempt.next_line() == "GET k"
