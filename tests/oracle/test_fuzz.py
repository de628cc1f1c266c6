"""Random commands of every group over TCP, to our server and to redis-server.

ORACLE_FUZZ=1000000 python3 -m pytest tests/oracle/test_fuzz.py     a night's worth
ORACLE_SEED=123 …                                                  the same again
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.network.serving import Serving, serving
from tests.oracle.conftest import running_redis
from tests.oracle.fuzz.run import Fuzzer, Round, shrink
from tests.oracle.tally import TALLY
from tutor.engine.cmdline import quote

COMMANDS = int(os.environ.get("ORACLE_FUZZ", "60000"))
LENGTH = 200
HASH_SEEDS = 40
"""Other servers that are asked about a round: an answer of one in ten is then hardly missed."""


@pytest.fixture(scope="module")
def ours() -> Iterator[Serving]:
    with serving() as running:
        yield running


def decided_by_a_hash_seed(ours: Serving, one: Round, folder: Path) -> bool:
    """Whether a redis-server with other hash seeds agrees with us on the whole round.

    The size of a table that a command like SUNIONSTORE builds can follow from the order in which
    it meets the members, and that order from a number that each process draws by chance.
    """
    for _ in range(HASH_SEEDS):
        with running_redis(folder) as port:
            if Fuzzer(ours, port).run(one) is None:
                return True
    return False


def _script(commands: Sequence[Sequence[bytes]]) -> str:
    return "\n".join(" ".join(quote(word, readable=False) for word in argv) for argv in commands)


def test_both_servers_say_and_hold_the_same(ours: Serving, redis_port: int, tmp_path: Path) -> None:
    seed = int(os.environ.get("ORACLE_SEED", random.SystemRandom().randrange(2**32)))
    fuzzer, by_seed = Fuzzer(ours, redis_port), 0
    for turn in range(max(COMMANDS // LENGTH, 1)):
        one = Round.of(seed + turn, LENGTH)
        told = TALLY.differences
        again = (
            f"ORACLE_SEED={one.seed} ORACLE_FUZZ={LENGTH} (RESP{one.resp}, {dict(one.settings)})"
        )
        try:
            difference = fuzzer.run(one)
            if difference is not None and decided_by_a_hash_seed(ours, one, tmp_path):
                by_seed += 1
                TALLY.differences = told
            elif difference is not None:
                commands, smallest = shrink(fuzzer, one, difference)
                pytest.fail(f"{again}:\n{_script(commands)}\n{smallest.argv}\n{smallest.text}")
        except TimeoutError as error:
            pytest.fail(f"{again}: {error!r}")
    assert sum(fuzzer.commands.values()) >= 0.99 * (COMMANDS - LENGTH)
    print(f"{by_seed} rounds were decided by a hash seed")
    assert by_seed * LENGTH <= max(COMMANDS // 1000, 3 * LENGTH)
    assert fuzzer.given_up * LENGTH <= max(COMMANDS // 100, 3 * LENGTH)
