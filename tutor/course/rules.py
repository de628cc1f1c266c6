"""Reads a feedback rule: ``[[step.feedback]]`` with an id and, except the last, a ``when``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tutor.course.feedback import ASPECTS, OUTCOMES
from tutor.course.model import Diff, FeedbackRule
from tutor.course.predicates.base import Check, Predicate
from tutor.course.predicates.besides import read_django, read_memcached
from tutor.course.predicates.expect import read_expect
from tutor.course.predicates.figures import read_figure
from tutor.course.predicates.labreading import read_lab, read_repl
from tutor.course.predicates.patterns import read_used
from tutor.course.predicates.reading import read_patterns
from tutor.course.problems import did_you_mean
from tutor.course.schema import Table

_STATES: Mapping[str, Callable[[Table], list[Predicate]]] = {
    "repl": read_repl,
    "lab": read_lab,
    "figure": read_figure,
    "django": read_django,
    "memcached": read_memcached,
}
"""Conditions on the present moment, besides those on a key of Redis."""


def read_rule(table: Table, checks: list[str]) -> FeedbackRule:
    """One rule; ``checks`` are the ids that ``check_failed`` may name."""
    id_ = table.require("id", str, "")
    when = table.table("when")
    table.close()
    if when is None:
        return FeedbackRule(id_, table.line)
    last = read_used(when)
    state = _state(when)
    diff = _diff(when)
    used = read_patterns(when, "used") if "used" in when else []
    not_used = read_patterns(when, "not_used") if "not_used" in when else []
    failed, passed = when.strings("check_failed"), when.strings("check_passed")
    for name, ids in (("check_failed", failed), ("check_passed", passed)):
        for check in ids:
            if check not in checks:
                when.complain(f"no check {check!r} here{did_you_mean(check, checks)}", name)
    when.close()
    keys = [last.key, state_key(when), diff.key if diff else None]
    rule = FeedbackRule(
        id=id_,
        line=table.line,
        last=None if last.empty else last,
        used=tuple(used),
        not_used=tuple(not_used),
        state=state,
        diff=diff,
        failed=failed,
        passed=passed,
        key=next((key for key in keys if key is not None), None),
    )
    if rule.catch_all:
        when.complain("'when' names no condition")
    return rule


def state_key(when: Table) -> bytes | None:
    """The key that ``state`` is about: its own, or that of the rule."""
    state = when.data.get("state")
    key = state.get("key") if isinstance(state, dict) else None
    return key.encode() if isinstance(key, str) else None


def _state(when: Table) -> tuple[Check, ...]:
    found: list[Check] = []
    inner = when.table("state")
    if inner is not None:
        if "key" not in inner and isinstance(when.data.get("key"), str):
            inner = Table(inner.source, {**inner.data, "key": when.data["key"]}, inner.place)
        found.append(Check("state", tuple(read_expect(inner)), inner.line))
    for name, read in _STATES.items():
        inner = when.table(name)
        if inner is not None:
            found.append(Check(name, tuple(read(inner)), inner.line))
    return tuple(found)


def _diff(when: Table) -> Diff | None:
    inner = when.table("diff")
    if inner is None:
        return None
    key = inner.get("key", str, "") or when.data.get("key")
    changes = {}
    for aspect in inner.data:
        if aspect == "key":
            continue
        if aspect not in ASPECTS:
            inner.complain(f"unknown aspect {aspect!r}{did_you_mean(aspect, ASPECTS)}", aspect)
            inner.raw(aspect)
            continue
        changes[aspect] = inner.choice(aspect, OUTCOMES[aspect], OUTCOMES[aspect][0])
    inner.close()
    if not changes:
        inner.complain(f"'diff' needs at least one of: {', '.join(ASPECTS)}")
    return Diff(key.encode() if isinstance(key, str) else None, changes)
