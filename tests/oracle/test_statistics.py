"""SLOWLOG, LATENCY and INFO's statistics beside the real server's, over the same commands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.oracle.compare import RawConnection, engine_like_the_oracle, neutral
from tests.oracle.received import Crowd, play
from tests.oracle.tally import TALLY
from tutor.engine.engine import Engine
from tutor.engine.session import Session
from tutor.engine.statistics.latency import Spikes, graph

_LONG = "0123456789" * 13
_MANY = " ".join(f"k{number}" for number in range(34))

_SCRIPT = f"""
@2 CLIENT SETNAME joe
@2 AUTH secret
@2 AUTH joe secret
@2 AUTH a b c
@2 HELLO 2 AUTH default foo SETNAME x
@2 HELLO 2 SETNAME y
@2 HELLO 2 FOO AUTH a b
@2 ACL SETUSER bob on >x
@2 ACL DELUSER bob
@2 CONFIG SET requirepass ""
@2 CONFIG SET masterauth s masteruser u appendonly no
@2 CONFIG SET MASTERAUTH "" masteruser ""
@2 MIGRATE h 1 "" 0 1 COPY AUTH2 a b KEYS k
@2 MULTI
@2 SET a b
@2 GET a
@2 LPUSH a b
@2 EXEC
@2 GET
@2 NOSUCH
@2 SET k {_LONG}
@2 DEL {_MANY}
@2 MSET {_MANY}
@2 BLPOP l 0
@3 LPUSH l a
@2 BLPOP l 0.02
@wait 0.2
@2 MONITOR
@2 RESET
@2 EVAL "redis.call('set','a','1') return redis.call('get','a')" 0
@2 SUBSCRIBE x
@2 PING
"""


@pytest.fixture
def crowd(redis_port: int) -> Iterator[Crowd]:
    crowd = Crowd(engine_like_the_oracle(), redis_port)
    yield crowd
    crowd.close()


def _entries(reply: Any, control: str) -> list[Any]:
    """Words, address and name of each entry; our own PINGs left out."""
    return [entry[3:] for entry in reply if entry[4] != control.encode()]


def test_the_slow_log_holds_what_the_real_servers_holds(crowd: Crowd, redis_port: int) -> None:
    setting = ["CONFIG SET slowlog-log-slower-than 0", "CONFIG SET slowlog-max-len 1000"]
    assert play([*setting, "SLOWLOG RESET"], crowd) == []
    assert play(_SCRIPT.strip().splitlines(), crowd) == []
    session = crowd.engine.connect("asker")
    ours = neutral(crowd.engine.execute(session, [b"SLOWLOG", b"GET", b"-1"]))
    with RawConnection(redis_port) as raw:
        theirs = raw.call(b"SLOWLOG", b"GET", b"-1")
        raw.call(b"CONFIG", b"RESETSTAT")
    control = crowd.control.session.peer
    TALLY.calls += len(theirs)
    assert _entries(ours, control) == _entries(theirs, control)


def test_the_slow_log_keeps_its_length_and_its_numbers(crowd: Crowd) -> None:
    lines = [
        "CONFIG SET slowlog-max-len 3",
        "SLOWLOG RESET",
        "SLOWLOG LEN",
        "CONFIG SET slowlog-log-slower-than 0",
        "PING",
        "PING",
        "PING",
        "SLOWLOG LEN",
        "CONFIG SET slowlog-log-slower-than -1",
        "SLOWLOG LEN",
        "SLOWLOG GET 0",
        "SLOWLOG RESET",
        "SLOWLOG GET -1",
        "SLOWLOG GET -2",
        "SLOWLOG GET x",
        "SLOWLOG GET 1 2",
        "SLOWLOG RESET x",
    ]
    assert play(lines, crowd) == []


def test_a_graph_of_the_real_servers_spikes_looks_like_its_own(redis_port: int) -> None:
    with RawConnection(redis_port) as raw:
        raw.call(b"CONFIG", b"SET", b"latency-monitor-threshold", b"1")
        raw.call(b"LATENCY", b"RESET")
        for seconds in (b"0.011", b"0.6", b"0.9", b"0.3"):
            raw.call(b"DEBUG", b"SLEEP", seconds)
        history = raw.call(b"LATENCY", b"HISTORY", b"command")
        highest = raw.call(b"LATENCY", b"LATEST")[0][3]
        theirs = raw.call(b"LATENCY", b"GRAPH", b"command").decode()
        now = int(raw.call(b"TIME")[0])
        raw.call(b"CONFIG", b"SET", b"latency-monitor-threshold", b"0")
    spikes = Spikes(highest=highest)
    spikes.samples.extend((at, ms) for at, ms in history)
    TALLY.calls += 1
    assert theirs in (graph("command", spikes, now), graph("command", spikes, now - 1))


# both servers do the same


def _both(port: int, lines: list[str]) -> tuple[Engine, Session, RawConnection]:
    engine = engine_like_the_oracle()
    session, raw = engine.connect(), RawConnection(port)
    for line in lines:
        argv = line.encode().split()
        engine.execute(session, argv)
        raw.call(*argv)
    return engine, session, raw


def test_spikes_are_noted_by_the_kind_of_command(redis_port: int) -> None:
    lines = ["CONFIG SET latency-monitor-threshold 5", "LATENCY RESET", "GET k"]
    engine, session, raw = _both(redis_port, [*lines, "DEBUG SLEEP 0.006", "SET k v"])
    with raw:
        ours = [row[0] for row in engine.execute(session, [b"LATENCY", b"LATEST"])]
        theirs = [row[0] for row in raw.call(b"LATENCY", b"LATEST")]
        raw.call(b"LATENCY", b"RESET")
        raw.call(b"CONFIG", b"SET", b"latency-monitor-threshold", b"0")
    TALLY.calls += 1
    assert ours == theirs == [b"command"]


def test_histograms_have_the_commands_and_counts_of_the_real_server(redis_port: int) -> None:
    lines = ["CONFIG RESETSTAT", "GET a", "GET a", "SET a 1", "CLIENT ID", "CONFIG GET port", "GET"]
    lines += ["MULTI", "GET a", "EXEC", "LPUSH l a", "BLPOP l 0", "OBJECT ENCODING a"]
    engine, session, raw = _both(redis_port, lines)
    with raw:
        for words in ([], [b"GET", b"nosuch", b"client"], [b"client|id", b"SET"], [b"client|x"]):
            ours = neutral(engine.execute(session, [b"LATENCY", b"HISTOGRAM", *words]))
            theirs = raw.call(b"LATENCY", b"HISTOGRAM", *words)
            TALLY.calls += 1
            assert _calls(ours) == _calls(theirs), words


def _calls(reply: list[Any]) -> dict[bytes, tuple[int, int]]:
    """Calls of each command, and the last figure of its histogram."""
    found = {}
    for name, body in zip(reply[::2], reply[1::2], strict=True):
        assert (body[0], body[2]) == (b"calls", b"histogram_usec")
        levels = body[3]
        assert levels[::2] == sorted(levels[::2])
        assert levels[1::2] == sorted(set(levels[1::2]))
        found[name] = (body[1], levels[-1])
    return found


@pytest.mark.parametrize("percentiles", ["50 99 99.9", "0 12.5 100", ""])
def test_info_latencystats_has_the_form_of_the_real_servers(
    percentiles: str, redis_port: int
) -> None:
    engine, session, raw = _both(redis_port, ["CONFIG RESETSTAT", "GET a", "SET a 1", "CLIENT ID"])
    with raw:
        setting = [b"CONFIG", b"SET", b"latency-tracking-info-percentiles", percentiles.encode()]
        engine.execute(session, setting)
        raw.call(*setting)
        ours = _labels(engine.execute(session, [b"INFO", b"latencystats"]))
        theirs = _labels(raw.call(b"INFO", b"latencystats"))
    TALLY.calls += 1
    assert ours == theirs


def _labels(text: bytes) -> set[str]:
    """Lines without their figures."""
    return {
        ",".join(part.rpartition("=")[0] for part in line.split(","))
        for line in text.decode().split("\r\n")
        if not line.startswith("#")
    }


def test_nothing_is_told_of_latency_while_it_is_not_tracked(redis_port: int) -> None:
    lines = ["CONFIG RESETSTAT", "GET a", "CONFIG SET latency-tracking no", "GET a", "SET a 1"]
    engine, session, raw = _both(redis_port, lines)
    with raw:
        for words in ([b"INFO", b"latencystats"],):
            TALLY.calls += 1
            assert engine.execute(session, words) == raw.call(*words) == b"# Latencystats\r\n"
        words = [b"LATENCY", b"HISTOGRAM", b"get", b"set"]
        assert _calls(neutral(engine.execute(session, words))) == _calls(raw.call(*words))
        raw.call(b"CONFIG", b"SET", b"latency-tracking", b"yes")
