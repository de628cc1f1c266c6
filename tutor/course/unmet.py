"""Why not yet: each demand of a step that is not met, as what is → what is wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tutor.course.model import Step
from tutor.course.predicates.base import Verdict, line_text
from tutor.course.views import CheckLine


def unmet(step: Step, verdicts: Mapping[str, Sequence[Verdict]]) -> list[CheckLine]:
    """A line for each predicate that is not green, also where its check has a text of its own; of
    a key it says which."""
    lines = []
    for check in step.checks:
        for predicate, verdict in zip(check.predicates, verdicts[check.id], strict=True):
            if not verdict.ok:
                key = predicate.key
                whose = f"{key.decode('utf-8', 'replace')} · " if key else ""
                lines.append(CheckLine(verdict.status, f"{whose}{line_text(predicate, verdict)}"))
    return lines
