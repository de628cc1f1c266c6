"""Verdicts as lines: ✓ ✗ ○ with what is and what is wanted, in the present language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tutor.course.model import Step
from tutor.course.predicates.base import Check, Demand, Verdict, WholeLine, line_text
from tutor.course.texts import Texts
from tutor.course.views import CheckLine, CheckView
from tutor.i18n import pgettext


def check_views(
    step: Step, texts: Texts, seen: Mapping[str, tuple[Verdict, ...]]
) -> list[CheckView]:
    """Every check of a step with its lines, as ``seen`` at some moment."""
    keys = {p.key for check in step.checks for p in check.predicates if p.key}
    views = []
    for check in step.checks:
        verdicts = seen[check.id]
        label = texts.line(f"{step.id}/check.{check.id}")
        lines = []
        for predicate, verdict in zip(check.predicates, verdicts, strict=True):
            text = line_text(predicate, verdict)
            if predicate.key and len(keys) > 1:
                text = f"{predicate.key.decode('utf-8', 'replace')} · {text}"
            lines.append(CheckLine(verdict.status, text))
        details = tuple(lines)
        ok = all(verdict.ok for verdict in verdicts)
        if label:
            wrong = any(verdict.status == "wrong" for verdict in verdicts)
            status = "ok" if ok else "wrong" if wrong else "pending"
            detail = "" if len(lines) != 1 or status != "wrong" else _got(check, verdicts)
            lines = [CheckLine(status, f"{label}{detail}")]  # type: ignore[arg-type]
        views.append(CheckView(check.id, ok, tuple(lines), label, details))
    return views


def _got(check: Check, verdicts: Sequence[Verdict]) -> str:
    predicate, verdict = check.predicates[0], verdicts[0]
    got = predicate.got(verdict)
    if isinstance(got, Demand):
        return ""  # the author's words say it better
    if not got or isinstance(got, WholeLine):
        return f": {got}" if got else ""
    text = pgettext("check", "is {got}, needs {want}")
    return ": " + text.format(got=got, want=predicate.want())
