"""Scenarios of `streams/*.txt`: what every client receives after every command, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.oracle.compare import engine_like_the_oracle
from tests.oracle.received import Crowd, play, scenarios

_SCENARIOS = [
    pytest.param(lines, id=f"{path.stem}:{line}")
    for path in sorted((Path(__file__).parent / "streams").glob("*.txt"))
    for line, lines in scenarios(path.read_text("utf-8"))
]


@pytest.fixture
def crowd(redis_port: int) -> Iterator[Crowd]:
    crowd = Crowd(engine_like_the_oracle(), redis_port)
    yield crowd
    crowd.close()


@pytest.mark.parametrize("lines", _SCENARIOS)
def test_clients_receive_what_the_real_server_sends(lines: list[str], crowd: Crowd) -> None:
    found = play(lines, crowd)
    if found:
        pytest.fail("\n".join(map(str, found)), pytrace=False)
