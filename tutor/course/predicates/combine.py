"""Joins predicates: all of them, any of them, not this one."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.course.predicates.base import (
    Demand,
    Predicate,
    Scene,
    Verdict,
    WholeLine,
    line_text,
    verdict,
)
from tutor.i18n import pgettext


def _described(predicate: Predicate) -> str:
    return line_text(predicate, verdict(True))


@dataclass(frozen=True, slots=True)
class All:
    """``all = [{…}, {…}]``."""

    parts: tuple[Predicate, ...]
    key: bytes | None = None

    def evaluate(self, scene: Scene) -> Verdict:
        for index, part in enumerate(self.parts):
            found = part.evaluate(scene)
            if not found.ok:
                return Verdict(found.status, (index, found))
        return verdict(True)

    def name(self) -> str:
        return "; ".join(_described(part) for part in self.parts)

    def want(self) -> str:
        return ""

    def got(self, verdict: Verdict) -> str:
        if not isinstance(verdict.got, tuple):
            return ""
        index, found = verdict.got
        part = self.parts[index]
        told = bool(part.got(found) or part.want())
        return (WholeLine if told else Demand)(line_text(part, found))

    def literals(self) -> tuple[str, ...]:
        return tuple(word for part in self.parts for word in part.literals())


@dataclass(frozen=True, slots=True)
class Any:
    """``any = [{…}, {…}]``: the first that holds is enough."""

    parts: tuple[Predicate, ...]
    key: bytes | None = None

    def evaluate(self, scene: Scene) -> Verdict:
        found = [part.evaluate(scene) for part in self.parts]
        if any(one.ok for one in found):
            return verdict(True)
        return Verdict("wrong" if any(one.status == "wrong" for one in found) else "pending")

    def name(self) -> str:
        return pgettext("check", ", or ").join(_described(part) for part in self.parts)

    def want(self) -> str:
        return ""

    def got(self, verdict: Verdict) -> str:
        return ""

    def literals(self) -> tuple[str, ...]:
        """What every alternative needs; the rest a learner may choose."""
        sets = [set(part.literals()) for part in self.parts]
        return tuple(sorted(set.intersection(*sets))) if sets else ()


@dataclass(frozen=True, slots=True)
class Not:
    """``not = {…}``; what cannot be judged yet is not the case."""

    part: Predicate
    key: bytes | None = None

    def evaluate(self, scene: Scene) -> Verdict:
        return verdict(not self.part.evaluate(scene).ok)

    def name(self) -> str:
        return pgettext("check", "not so: {what}").format(what=_described(self.part))

    def want(self) -> str:
        return ""

    def got(self, verdict: Verdict) -> str:
        return ""

    def literals(self) -> tuple[str, ...]:
        return self.part.literals()
