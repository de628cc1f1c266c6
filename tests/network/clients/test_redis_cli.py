"""redis-cli in its modes that need no terminal: it must say the same of both servers."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from struct import pack

import pytest

from benchmarks.processes import ServerProcess
from tests.network.clients.conftest import program


@pytest.fixture
def redis_cli() -> str:
    return program("redis-cli")


def run(cli: str, server: ServerProcess, *words: str, given: bytes = b"") -> str:
    """What redis-cli prints."""
    command = [cli, "-p", str(server.port), *words]
    done = subprocess.run(command, input=given, capture_output=True, timeout=60, check=False)
    assert not done.stderr, done.stderr
    return done.stdout.decode(errors="surrogateescape")


def watch(
    cli: str, server: ServerProcess, words: Sequence[str], enough: str, lines: Sequence[bytes] = ()
) -> str:
    """What redis-cli shows in a terminal until ``enough`` (a pattern) is there.

    One of ``lines`` is typed at each prompt.
    """
    pytest.importorskip("termios", reason="this system has no terminals of POSIX's kind")
    import pty
    from fcntl import ioctl
    from termios import TIOCSWINSZ

    child, terminal = pty.fork()
    if child == 0:
        os.execv(cli, [cli, "-p", str(server.port), *words])
    ioctl(terminal, TIOCSWINSZ, pack("HHHH", 40, 120, 0, 0))
    seen = b""
    to_type = iter(lines)
    deadline = time.monotonic() + 60
    try:
        while not re.search(enough.encode(), seen, re.S):
            assert time.monotonic() < deadline, seen
            if select.select([terminal], [], [], 0.5)[0]:
                seen += os.read(terminal, 65536)
            if seen.endswith(b"> "):
                os.write(terminal, next(to_type, b"") + b"\r")
                seen += b"\n"
    finally:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
        os.close(terminal)
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", seen.decode(errors="replace"))


def fill(cli: str, server: ServerProcess) -> None:
    """A few keys of every type."""
    lines = [
        "SET text hello",
        "SET long " + "x" * 500,
        "RPUSH list 1 2 3",
        "RPUSH longer " + " ".join(map(str, range(1000))),
        "HSET hash a 1 b 2",
        "SADD set a b c d",
        "SADD numbers 1 2 3",
        "ZADD zset " + " ".join(f"{number} m{number}" for number in range(20)),
        "XADD stream 1-1 a b",
        "PFADD hll a b c",
        "SETBIT bits 1000 1",
        "GEOADD places 13.4 52.5 Berlin",
    ]
    run(cli, server, given="\n".join(lines).encode())


_SAME: tuple[tuple[str, ...], ...] = (
    ("PING",),
    ("PING", "hello"),
    ("GET", "nothing"),
    ("--no-raw", "GET", "nothing"),
    ("--no-raw", "LRANGE", "list", "0", "-1"),
    ("--no-raw", "HGETALL", "hash"),
    ("-3", "--no-raw", "HGETALL", "hash"),
    ("-3", "--no-raw", "ZRANGE", "zset", "0", "-1", "WITHSCORES"),
    ("-3", "--no-raw", "ZSCORE", "zset", "a"),
    ("-3", "--no-raw", "XRANGE", "stream", "-", "+"),
    ("-3", "--no-raw", "GEOPOS", "places", "Berlin", "Rome"),
    ("-3", "--json", "HGETALL", "hash"),
    ("-3", "--json", "COMMAND", "DOCS", "get"),
    ("--csv", "LRANGE", "list", "0", "-1"),
    ("--no-raw", "COMMAND", "INFO", "get", "zadd", "nope"),
    ("--no-raw", "COMMAND", "GETKEYS", "MSET", "a", "1", "b", "2"),
    ("-n", "9", "SET", "k", "v"),
    ("-r", "3", "INCR", "n"),
    ("-e", "NOPE"),
    ("-e", "GET"),
    ("--quoted-input", "SET", '"\\x00\\xff"', "v"),
    ("--no-raw", "KEYS", "\\x00*"),
    ("--no-raw", "OBJECT", "ENCODING", "long"),
    ("--no-raw", "DUMP", "zset"),
    ("--no-raw", "EVAL", "return {1, 'two', {3}, false, 3.9}", "0"),
    ("-3", "--no-raw", "EVAL", "redis.setresp(3) return redis.call('hgetall', 'hash')", "0"),
    ("--no-raw", "CLUSTER", "INFO"),
    ("--no-raw", "ACL", "WHOAMI"),
    ("--no-raw", "PUBSUB", "CHANNELS"),
    ("-u", "redis://default@127.0.0.1:{port}/2", "DBSIZE"),
)
"""Command lines; ``{port}`` stands for the server's."""


@pytest.mark.parametrize("words", _SAME, ids=" ".join)
def test_it_prints_the_same_of_both_servers(
    words: tuple[str, ...], redis_cli: str, ours: ServerProcess, theirs: ServerProcess
) -> None:
    said = []
    for server in (ours, theirs):
        fill(redis_cli, server)
        line = [word.format(port=server.port) if "://" in word else word for word in words]
        done = subprocess.run(
            [redis_cli, "-p", str(server.port), *line], capture_output=True, timeout=60
        )
        said.append((done.returncode, done.stdout, done.stderr))
    if words[1:3] == ("--json", "COMMAND"):  # the words of summaries are our own
        said = [(code, re.sub(rb'"summary":"[^"]*"', b"", out), err) for code, out, err in said]
    if "HGETALL" not in words or "-3" not in words:
        assert said[0] == said[1]
    else:
        assert sorted(said[0][1]) == sorted(said[1][1])


def sampled(text: str) -> list[str]:
    """The summary of --bigkeys and its like: no order of keys in it."""
    summary = text.partition("-------- summary -------")[2]
    return sorted(line for line in summary.splitlines() if line)


@pytest.mark.parametrize("mode", ["--bigkeys", "--memkeys"])
def test_it_finds_the_same_biggest_keys(
    mode: str, redis_cli: str, ours: ServerProcess, theirs: ServerProcess
) -> None:
    found = []
    for server in (ours, theirs):
        fill(redis_cli, server)
        found.append(sampled(run(redis_cli, server, mode)))
    assert any("Biggest" in line for line in found[0])
    assert found[0] == found[1]


def test_it_finds_the_hot_key(redis_cli: str, server: ServerProcess) -> None:
    run(redis_cli, server, "CONFIG", "SET", "maxmemory-policy", "allkeys-lfu")
    fill(redis_cli, server)
    run(redis_cli, server, "-r", "2000", "GET", "text")
    assert re.search(r"hot key found with counter: \d+\s+keyname: \"text\"",
                     run(redis_cli, server, "--hotkeys"))  # fmt: skip


def test_hot_keys_want_an_lfu_policy(redis_cli: str, server: ServerProcess) -> None:
    fill(redis_cli, server)
    done = subprocess.run(
        [redis_cli, "-p", str(server.port), "--hotkeys"], capture_output=True, timeout=60
    )
    assert done.returncode == 1
    assert b"An LFU maxmemory policy is not selected" in done.stderr


def test_it_scans_by_pattern(redis_cli: str, server: ServerProcess) -> None:
    fill(redis_cli, server)
    assert sorted(run(redis_cli, server, "--scan", "--pattern", "l*").split()) == [
        "list",
        "long",
        "longer",
    ]


def test_it_rolls_statistics(redis_cli: str, server: ServerProcess) -> None:
    shown = watch(redis_cli, server, ["--stat", "-i", "0.05"], r"keys.*\n(\d[^\n]*\n){3}")
    assert re.search(r"\d+\s+[\d.]+[KM]\s+\d+\s+\d+\s+\d+ \(\+\d+\)", shown), shown


def test_it_measures_latency(redis_cli: str, server: ServerProcess) -> None:
    lowest, highest, average, samples = run(
        redis_cli, server, "--latency", "--raw", "-i", "0.2"
    ).split()
    assert int(lowest) <= float(average) <= int(highest)
    assert int(samples) >= 1


@pytest.mark.parametrize("count", [0, 1, 20_000])
def test_masses_are_inserted_through_a_pipe(
    count: int, redis_cli: str, server: ServerProcess
) -> None:
    given = b"".join(
        b"*3\r\n$3\r\nSET\r\n$%d\r\nkey:%d\r\n$1\r\nv\r\n" % (len(f"key:{number}"), number)
        for number in range(count)
    )
    said = run(redis_cli, server, "--pipe", given=given)
    assert said.endswith(f"errors: 0, replies: {count}\n")
    assert run(redis_cli, server, "DBSIZE") == f"{count}\n"


def test_errors_in_a_mass_are_counted(redis_cli: str, server: ServerProcess) -> None:
    command = [redis_cli, "-p", str(server.port), "--pipe"]
    given = b"SET a 1\r\nLPUSH a 1\r\nNOPE\r\nGET a\r\n"
    done = subprocess.run(command, input=given, capture_output=True, timeout=60, check=False)
    assert b"errors: 2, replies: 4" in done.stdout
    assert b"WRONGTYPE" in done.stderr


def test_a_script_in_a_file_is_run(redis_cli: str, server: ServerProcess, tmp_path: Path) -> None:
    script = tmp_path / "add.lua"
    script.write_text("redis.call('SET', KEYS[1], ARGV[1] + ARGV[2])\nreturn {KEYS[1], #ARGV}\n")
    said = run(redis_cli, server, "--eval", str(script), "sum", ",", "2", "3")
    assert said == "sum\n2\n"
    assert run(redis_cli, server, "GET", "sum") == "5\n"


def test_values_come_from_standard_input(redis_cli: str, server: ServerProcess) -> None:
    data = bytes(range(256)) * 1000
    assert run(redis_cli, server, "-x", "SET", "binary", given=data) == "OK\n"
    got = run(redis_cli, server, "-D", "", "--raw", "GET", "binary")
    assert got.encode(errors="surrogateescape") == data


def test_monitor_and_subscribe_show_what_happens(redis_cli: str, server: ServerProcess) -> None:
    with subprocess.Popen(
        [redis_cli, "-p", str(server.port), "MONITOR"], stdout=subprocess.PIPE, text=True
    ) as monitor, subprocess.Popen(
        [redis_cli, "-p", str(server.port), "SUBSCRIBE", "news"], stdout=subprocess.PIPE, text=True
    ) as subscriber:  # fmt: skip
        assert monitor.stdout
        assert subscriber.stdout
        assert [subscriber.stdout.readline() for _ in range(3)] == ["subscribe\n", "news\n", "1\n"]
        assert monitor.stdout.readline() == "OK\n"
        assert run(redis_cli, server, "PUBLISH", "news", "hi") == "1\n"
        assert [subscriber.stdout.readline() for _ in range(3)] == ["message\n", "news\n", "hi\n"]
        line = monitor.stdout.readline()
        while "PUBLISH" not in line:
            line = monitor.stdout.readline()
        assert re.fullmatch(r'\d+\.\d{6} \[0 127\.0\.0\.1:\d+\] "PUBLISH" "news" "hi"\n', line)
        monitor.terminate()
        subscriber.terminate()


def test_a_dialogue_has_help_and_shows_an_open_transaction(
    redis_cli: str, server: ServerProcess
) -> None:
    lines = [b"SET k v", b"GET k", b"HELP SUBSTR", b"MULTI", b"INCR n", b"EXEC"]
    shown = watch(redis_cli, server, [], r"\(integer\) 1\b", lines)
    for part in ('"v"', "SUBSTR key start end", "QUEUED", "(TX)>"):
        assert part in shown
