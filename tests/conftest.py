"""The line at the end of a run that says how much was compared with the real server."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oracle.tally import TALLY


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
