"""Random commands of every group over TCP, to our server and to redis-server.

ORACLE_FUZZ=1000000 python3 -m pytest tests/oracle/test_fuzz.py     a night's worth
ORACLE_SEED=123 …                                                  the same again
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

from tests.network.serving import Serving, serving
from tests.oracle.fuzz.run import Fuzzer, Round, shrink
from tutor.engine.cmdline import quote

COMMANDS = int(os.environ.get("ORACLE_FUZZ", "60000"))
LENGTH = 200


@pytest.fixture(scope="module")
def ours() -> Iterator[Serving]:
    with serving() as running:
        yield running


def test_both_servers_say_and_hold_the_same(ours: Serving, redis_port: int) -> None:
    seed = int(os.environ.get("ORACLE_SEED", random.SystemRandom().randrange(2**32)))
    fuzzer = Fuzzer(ours, redis_port)
    for turn in range(max(COMMANDS // LENGTH, 1)):
        one = Round.of(seed + turn, LENGTH)
        difference = fuzzer.run(one)
        if difference is not None:
            commands, smallest = shrink(fuzzer, one, difference)
            script = "\n".join(
                " ".join(quote(word, readable=False) for word in argv) for argv in commands
            )
            pytest.fail(
                f"ORACLE_SEED={one.seed} ORACLE_FUZZ={LENGTH} (RESP{one.resp}, "
                f"{dict(one.settings)}):\n{script}\n{smallest.argv}\n{smallest.text}"
            )
    assert sum(fuzzer.commands.values()) >= 0.99 * (COMMANDS - LENGTH)
    assert fuzzer.given_up * LENGTH <= max(COMMANDS // 100, 3 * LENGTH)
