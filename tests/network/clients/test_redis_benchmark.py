"""redis-benchmark runs all its tests to the end, in every mode that changes what it sends."""

from __future__ import annotations

import csv
import io
import re
import subprocess

import pytest

from benchmarks.processes import ServerProcess
from tests.network.clients.conftest import program

TESTS = {
    "PING_INLINE", "PING_MBULK", "SET", "GET", "INCR", "LPUSH", "RPUSH", "LPOP", "RPOP", "SADD",
    "HSET", "SPOP", "ZADD", "ZPOPMIN", "LPUSH (needed to benchmark LRANGE)",
    "LRANGE_100 (first 100 elements)", "LRANGE_300 (first 300 elements)",
    "LRANGE_500 (first 500 elements)", "LRANGE_600 (first 600 elements)", "MSET (10 keys)",
}  # fmt: skip


def run(server: ServerProcess, *words: str) -> str:
    """What it prints; any error reply ends it with one."""
    command = [program("redis-benchmark"), "-p", str(server.port), "-n", "2000", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr
    assert not [line for line in done.stderr.splitlines() if "Keepalive disabled" not in line]
    return done.stdout


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("-P", "16"),
        ("-3",),
        ("-r", "1000"),
        ("-r", "1000", "-P", "7", "-c", "3"),
        ("-d", "300", "-c", "10"),
        ("--threads", "2"),
        ("--enable-tracking", "-r", "100"),
        ("--dbnum", "5"),
    ],
    ids=" ".join,
)
def test_all_its_tests_come_to_an_end(words: tuple[str, ...], ours: ServerProcess) -> None:
    said = re.split(r"[\r\n]", run(ours, "-q", *words))
    done = {line.partition(": ")[0] for line in said if "requests per second" in line}
    assert done == TESTS


def test_its_table_has_a_row_for_each_test(ours: ServerProcess) -> None:
    rows = list(csv.reader(io.StringIO(run(ours, "--csv"))))
    assert rows[0][:2] == ["test", "rps"]
    assert {row[0] for row in rows[1:]} == TESTS
    assert all(float(row[1]) > 0 for row in rows[1:])


def test_connections_may_be_made_anew_for_every_request(ours: ServerProcess) -> None:
    said = run(ours, "-k", "0", "-t", "set,get", "-q", "-c", "10")
    assert said.count("requests per second") == 2


def test_a_command_of_ones_own_is_repeated(ours: ServerProcess) -> None:
    said = run(ours, "-q", "-r", "100", "EVAL", "return redis.call('INCR', KEYS[1])", "1", "n")
    assert "requests per second" in said
    with ours.connect() as connection:
        connection.sendall(b"GET n\r\n")
        assert connection.recv(100) == b"$4\r\n2000\r\n"
