"""What holds for all tests: they begin in English, and no example is timed; the last line says how
much was compared."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.oracle.tally import TALLY
from tutor.i18n import set_language

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def begin_in_english() -> None:
    """Whatever language a test before this one has left."""
    set_language("en")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """An xdist worker hands its count to the controller."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["oracle"] = TALLY.as_dict()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """The controller adds up what its workers counted."""
    counted = getattr(node, "workeroutput", {}).get("oracle")
    if counted is not None:
        TALLY.add(counted)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if TALLY.calls or TALLY.steps or TALLY.differences:
        terminalreporter.write_line(
            f"oracle: {TALLY.calls} calls, {TALLY.steps} state-machine steps, "
            f"{TALLY.differences} differences"
        )
