"""Routines that can be frozen half-way, for programs that never rest.

A generator cannot be stored, but what it was sent can: thawed, the routine is made anew and sent
the same again. So it must depend on nothing but its arguments and outcomes, and change nothing by
itself; what it wants done it yields.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from tutor.engine.replies import ReplyError


class Round:
    """One run of ``make(*arguments)``, a routine. ``outcomes``: what it was sent so far."""

    def __init__(self, make: Callable[..., Generator[Any, Any, Any]], *arguments: object) -> None:
        self._make = make
        self._arguments = arguments
        self.outcomes: list[object] = []
        self._routine = make(*arguments)

    def go_on(self, outcome: object = None) -> Any:
        """What it waits for next. Raises StopIteration at its end, and `ReplyError` if it was sent
        one that it does not catch."""
        self.outcomes.append(outcome)
        if isinstance(outcome, ReplyError):
            return self._routine.throw(outcome)
        return self._routine.send(outcome)

    def __getstate__(self) -> tuple[object, ...]:
        return self._make, self._arguments, self.outcomes

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self._make, self._arguments, outcomes = state
        self.outcomes = []
        self._routine = self._make(*self._arguments)
        for outcome in outcomes:
            self.go_on(outcome)
