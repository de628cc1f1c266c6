"""What a prompt has to know of that which stands beside a step's Redis."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor.course.calls import MC, is_python, line_words
from tutor.course.model import Step
from tutor.engine.cmdline import split

if TYPE_CHECKING:
    from tutor.network.django.desk import Desk
    from tutor.network.django.session import Session


class StepCompany:
    """Django and Memcached of one step; ``desk`` gives the process in which Django runs."""

    def __init__(self, step: Step, desk: Callable[[], Desk]) -> None:
        self._step = step
        self._desk = desk

    @classmethod
    def of(cls, step: Step, desk: Callable[[], Desk]) -> StepCompany | None:
        """None for a step that has neither."""
        if step.django is None and step.memcached is None:
            return None
        return cls(step, desk)

    def words(self, line: str) -> tuple[bytes, ...] | None:
        """A line that is for one of them, in words; None for any other. Raises
        `UnbalancedQuotes`."""
        if self.takes_python(line):
            return line_words(line)
        if self.takes_mc and line.lstrip().lower().split(" ")[0] == MC.decode():
            return tuple(split(line))
        return None

    def takes_python(self, line: str) -> bool:
        """Whether a line is one of Python."""
        return self._step.django is not None and is_python(line)

    @property
    def takes_mc(self) -> bool:
        """Whether lines may be for Memcached."""
        return self._step.memcached is not None

    def session(self) -> Session | None:
        """The Django process, for completion; None if there is none."""
        return None if self._step.django is None else self._desk().session
