"""Every scenario of `calls/*.txt`, on the engine and on the real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle.compare import Scenario, engine_like_the_oracle, load_calls, run_scenario

_FILES = sorted((Path(__file__).parent / "calls").glob("*.txt"))
_SCENARIOS = [scenario for path in _FILES for scenario in load_calls(path)]


@pytest.mark.parametrize("scenario", _SCENARIOS, ids=[scenario.name for scenario in _SCENARIOS])
def test_replies_and_keys_equal_those_of_the_real_server(
    scenario: Scenario, redis_port: int
) -> None:
    found = run_scenario(scenario, engine_like_the_oracle(), redis_port)
    if found:
        pytest.fail(f"{scenario.path.name}\n" + "\n".join(found), pytrace=False)
