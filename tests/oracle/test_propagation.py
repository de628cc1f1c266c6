"""Effects: what our engine tells replicas is, to the byte but for times, what a real master tells
them, in every scenario of `calls/*.txt` about data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.oracle.compare import (
    Scenario,
    directives,
    engine_like_the_oracle,
    load_calls,
    put_back,
    wait_for,
)
from tests.oracle.conftest import running_redis
from tests.oracle.propagated import MARK, OurReplica, RealReplica, mark, same_effects
from tests.oracle.raw import RawConnection
from tests.oracle.tally import TALLY
from tutor.engine.session import Session

_GROUPS = (
    *("string", "list", "set", "zset", "hash", "stream", "stream_blocking", "bitmap", "geo"),
    *("hyperloglog", "keys", "dump", "sort", "transactions", "scripting", "scripting_libraries"),
    *("functions", "blocking", "server"),
)
_CALLS = Path(__file__).parent / "calls"


def _waits_for_expiry(scenario: Scenario) -> bool:
    """Whether a client waits for a key to die of age: no key does by itself here."""
    dies = any(call.argv and call.argv[0] == b"PEXPIRE" for call in scenario.calls)
    return dies and any(call.blocks for call in scenario.calls)


_SCENARIOS = [
    scenario
    for group in _GROUPS
    for scenario in load_calls(_CALLS / f"{group}.txt")
    if not _waits_for_expiry(scenario)
]


@pytest.fixture(scope="module")
def master_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server by itself: once it has had a replica it is another one, and ROLE tells."""
    with running_redis(tmp_path_factory.mktemp("master")) as port:
        yield port


@pytest.fixture(scope="module")
def replica(master_port: int) -> Iterator[RealReplica]:
    with RawConnection(master_port) as control:
        control.call(b"CONFIG", b"SET", b"repl-diskless-sync-delay", b"0")
        control.call(b"DEBUG", b"SET-ACTIVE-EXPIRE", b"0")
    connected = RealReplica(master_port)
    yield connected
    connected.close()


@pytest.mark.parametrize("scenario", _SCENARIOS, ids=[scenario.name for scenario in _SCENARIOS])
def test_replicas_are_told_what_a_real_master_tells_them(
    scenario: Scenario, master_port: int, replica: RealReplica
) -> None:
    found = _run(scenario, master_port, replica)
    if found:
        pytest.fail(f"{scenario.path.name}\n" + "\n".join(found), pytrace=False)


def _run(scenario: Scenario, port: int, replica: RealReplica) -> list[str]:
    engine = engine_like_the_oracle()
    engine.active_expire = False
    mine = OurReplica(engine)
    sessions: dict[int, Session] = {}
    raws: dict[int, RawConnection] = {}
    found: list[str] = []
    own = engine.connect()
    with RawConnection(port) as control:
        before = directives(control)
        for words in ((b"FLUSHALL",), (b"FUNCTION", b"FLUSH"), (b"SCRIPT", b"FLUSH")):
            control.call(*words)
        engine.execute(own, (b"PUBLISH", MARK, b"0"))
        replica.until(mark(control, 0))
        mine.take()
        try:
            for number, call in enumerate(scenario.calls, 1):
                if call.client not in sessions:
                    raws[call.client] = RawConnection(port)
                    sessions[call.client] = engine.connect()
                session, raw = sessions[call.client], raws[call.client]
                if call.reply:
                    raw.receive()
                    if session.blocked is not None:
                        wait_for(session)
                elif call.blocks:
                    engine.execute(session, call.argv)
                    raw.send(*call.argv)
                    if not raw.quiet(0.03):
                        raw.receive()
                else:
                    engine.execute(session, call.argv)
                    raw.call(*call.argv)
                    if session.blocked is not None:
                        wait_for(session)
                theirs = replica.until(mark(control, number))
                engine.execute(own, (b"PUBLISH", MARK, b"%d" % number))
                ours = mine.take()
                TALLY.calls += 1
                if not same_effects(ours, theirs):
                    TALLY.differences += 1
                    found.append(
                        f"line {call.line}: {b' '.join(call.argv)!r}\n"
                        f"    ours   {ours!r}\n    theirs {theirs!r}"
                    )
        finally:
            for raw in raws.values():
                raw.close()
            put_back(control, before)
            control.call(b"DEBUG", b"SET-ACTIVE-EXPIRE", b"0")
    return found
