"""The clients of a load on our own server, and on servers that are no good."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.network.serving import Serving, free_port, serving, until
from tutor import i18n
from tutor.console.load.command import run
from tutor.console.load.crew import HOPELESS, Crew, Pace
from tutor.console.load.options import ALGORITHMS, CURES, add_arguments
from tutor.console.load.work import LimiterWork
from tutor.console.load.zipf import Zipf
from tutor.engine.replies import ReplyError
from tutor.network.loadtarget import LoadTarget, Unreachable


@pytest.fixture(autouse=True)
def english() -> None:
    i18n.set_language("en")


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with serving() as running:
        yield running


def asked(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    options = parser.add_argument_group("options")
    add_arguments(options)
    options.add_argument("--lang", default="en")
    return parser.parse_args(words)


def told(
    capsys: pytest.CaptureFixture[str], server: Serving, *words: str
) -> tuple[int, dict[str, Any]]:
    code = run(asked("--connect", f"redis://127.0.0.1:{server.port}", "--json", *words))
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, found


# pace


def test_a_pace_gives_so_many_requests_a_second_and_then_none() -> None:
    clock = itertools.count().__next__
    pace = Pace(100, 10, 5000, 1, lambda: 0.0 * clock())
    moments = list(iter(pace.take, None))
    assert 900 < len(moments) < 1100
    assert moments == sorted(moments)
    assert moments[-1] < 10


def test_a_pace_is_bounded_in_number() -> None:
    pace = Pace(100, 10, 7, 1, lambda: 0.0)
    assert len(list(iter(pace.take, None))) == 7


def test_without_a_rate_requests_come_as_soon_as_somebody_is_free() -> None:
    now = [0.0]
    pace = Pace(0, 2, 1000, 1, lambda: now[0])
    assert pace.take() == 0.0
    now[0] = 1.5
    assert pace.take() == 1.5
    now[0] = 2.0
    assert pace.take() is None


# on our own server


@pytest.mark.parametrize("algorithm", [name for name in ALGORITHMS if name != "notes"])
def test_an_algorithm_of_one_step_lets_nobody_over_the_limit(
    algorithm: str, server: Serving, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--algorithm", algorithm, "--window", "60", "--limit", "4", "--rate", "0",
             "--keys", "5", "--zipf", "0", "--requests", "150", "--clients", "6")  # fmt: skip
    code, found = told(capsys, server, *words)
    assert code == 0
    assert (found["over"], found["errors"], found["requests"]) == (0, {}, 150)
    assert 20 <= found["outcomes"]["accepted"] <= 22
    assert found["most_in_any_window"] <= 8
    assert found["removed"] == 5


def test_the_notes_function_lets_requests_through_when_clients_race(
    server: Serving, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somewhere in ten rounds of sixteen clients two of them read before either writes."""
    over = 0
    for seed in range(10):
        words = ("--algorithm", "notes", "--window", "60", "--limit", "4", "--rate", "0")
        more = ("--keys", "1", "--requests", "60", "--clients", "16", "--seed", str(seed))
        over += told(capsys, server, *words, *more)[1]["over"]
        if over:
            break
    assert over > 0


@pytest.mark.parametrize("cure", CURES)
def test_each_cure_of_the_cache_answers_every_request(
    cure: str, server: Serving, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--workload", "cache", "--cure", cure, "--requests", "60", "--rate", "0",
             "--cost", "1", "--keys", "4", "--ttl", "30", "--clients", "4")  # fmt: skip
    code, found = told(capsys, server, *words)
    assert (code, found["requests"], found["errors"]) == (0, 60, {})
    if cure == "without":
        assert found["computed"] == 60
        assert found["hit_ratio"] == 0
    else:
        assert found["computed"] < 45
        assert found["hit_ratio"] > 0.25
    if cure in ("lock", "stale"):
        assert found["at_once"] == 1


def test_nobody_else_s_keys_are_touched_and_none_of_ours_stays(
    server: Serving, capsys: pytest.CaptureFixture[str]
) -> None:
    data = server.engine.databases[0].keys.data
    with redis.Redis(port=server.port) as client:
        client.mset({"rate:{user:0}": "theirs", ":1:rate_limit:{user:0}": "7", "shop:1:x": "8"})
        before = dict(data)
        for words in (("--algorithm", "notes"), ("--workload", "cache", "--cost", "1")):
            told(capsys, server, "--requests", "40", "--rate", "0", "--keys", "3", *words)
        assert dict(data) == before
        client.flushall()


def test_in_words_the_end_tells_what_was_removed(
    server: Serving, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"redis://127.0.0.1:{server.port}"
    assert run(asked("--connect", url, "--requests", "30", "--rate", "0", "--keys", "2")) == 0
    out = capsys.readouterr().out
    for part in ("redis-tutor:load:", "requests", "over the limit", "p99", "2 keys were removed"):
        assert part in out


def test_interrupted_it_removes_its_keys_and_still_tells(tmp_path: Path, server: Serving) -> None:
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "tutor", "load", "--lang", "en", "--seconds", "60"),
            *("--connect", f"redis://127.0.0.1:{server.port}", "--keys", "20", "--json"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "REDIS_TUTOR_HOME": str(tmp_path)},
    )
    data = server.engine.databases[0].keys.data
    try:
        until(lambda: len(data) > 5, 30)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert err == ""
    assert json.loads(out)["removed"] > 5
    assert not data


# no good


class Broken:
    """A target that never answers as it should."""

    def __init__(self, trouble: Exception) -> None:
        self.trouble = trouble

    def send(self, argv: Sequence[bytes]) -> Any:
        raise self.trouble

    def transaction(self, commands: Sequence[Sequence[bytes]]) -> list[Any]:
        raise self.trouble

    def node_of(self, argv: Sequence[bytes]) -> str:
        return "n"

    def warm(self) -> None:
        """Nothing to connect."""


def crew_on(trouble: Exception) -> Crew:
    pace = Pace(0, 60, 1_000_000, 1, time.monotonic)
    crew = Crew(Broken(trouble), pace, 3, 1, {})
    crew.work = LimiterWork("incr", 5, 10, Zipf(3, 0))
    crew.begin()
    until(lambda: not crew.at_work, 20)
    assert crew.stop()
    return crew


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (ReplyError("CLUSTERDOWN The cluster is down"), "CLUSTERDOWN"),
        (ReplyError("MOVED 1 127.0.0.1:1"), "MOVED"),
        (Unreachable("TIMEOUT", "no answer"), "TIMEOUT"),
    ],
)
def test_a_server_that_answers_nothing_ends_the_run_early(trouble: Exception, code: str) -> None:
    crew = crew_on(trouble)
    assert crew.hopeless
    assert HOPELESS <= crew.figures.errors[code] <= HOPELESS + 3
    assert crew.figures.requests == 0


def test_what_nobody_expected_ends_the_run_and_is_kept() -> None:
    crew = crew_on(TypeError("no such thing"))
    assert isinstance(crew.fault, TypeError)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--connect", "redis://127.0.0.1:{port}"], "Nobody listens"),
        (["--connect", "http://x"], "is not an address"),
        (["--connect", "redis://:w@127.0.0.1:{open}"], "did not accept the login"),
        (["--connect", "redis://127.0.0.1:{open}", "--cluster"], "cluster support disabled"),
    ],
)
def test_what_cannot_begin_says_why(
    words: list[str], part: str, server: Serving, capsys: pytest.CaptureFixture[str]
) -> None:
    filled = [word.format(port=free_port(), open=server.port) for word in words]
    assert run(asked(*filled)) == 2
    assert part in capsys.readouterr().err


def test_a_server_that_evicts_others_keys_is_left_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with serving(maxmemory=1_000_000, maxmemory_policy="allkeys-lru") as full:
        with redis.Redis(port=full.port) as client:
            client.set("big", "x" * 700_000)
        url = f"redis://127.0.0.1:{full.port}"
        if not LoadTarget(url, b"p:").facts.may_evict:
            pytest.fail("the server did not say that its memory is nearly full")
        assert run(asked("--connect", url)) == 2
        assert "--force" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [["--clients", "0"], ["--clients", "9999"], ["--seconds", "nan"], ["--rate", "-1"],
     ["--keys", "x"], ["--zipf", "99"], ["--algorithm", "none"]],
)  # fmt: skip
def test_what_has_no_bounds_is_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit):
        asked("--connect", "redis://x", *words)


def test_keys_get_the_prefix_wherever_they_stand_in_a_command(server: Serving) -> None:
    target = LoadTarget(f"redis://127.0.0.1:{server.port}", b"mine:")
    try:
        target.send((b"SET", b"a", b"a"))
        target.send((b"EVAL", b"return redis.call('SET', KEYS[1], 'EVAL')", b"1", b"b", b"1"))
        assert target.transaction([(b"INCR", b"c"), (b"EXPIRE", b"c", b"9")])[0] == 1
        assert sorted(server.engine.databases[0].keys.data) == [b"mine:a", b"mine:b", b"mine:c"]
        assert target.remove() == (3, 0)
        assert not server.engine.databases[0].keys.data
    finally:
        target.close()


def test_a_user_who_may_ask_for_little_may_still_put_on_load(
    server: Serving, capsys: pytest.CaptureFixture[str]
) -> None:
    with redis.Redis(port=server.port) as client:
        client.execute_command("ACL", "SETUSER", "small", "on", ">w", "~redis-tutor:load:*",
                               "+ping", "+get", "+set", "+unlink", "+multi", "+exec", "+incr",
                               "+expire")  # fmt: skip
    url = f"redis://small:w@127.0.0.1:{server.port}"
    words = ("--algorithm", "incr", "--requests", "30", "--rate", "0", "--keys", "2")
    assert run(asked("--connect", url, *words)) == 0
    told_ = capsys.readouterr()
    assert "The server holds" not in told_.out
    assert "2 keys were removed" in told_.out
