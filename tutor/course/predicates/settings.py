"""Predicates about the server itself: what its configuration says."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.course.predicates.base import Predicate, Scene, Verdict, verdict
from tutor.course.problems import did_you_mean
from tutor.course.schema import Table
from tutor.engine.config.directives import DIRECTIVES
from tutor.engine.engine import Engine
from tutor.i18n import pgettext


@dataclass(frozen=True, slots=True)
class Setting:
    """``config = { "maxmemory-policy" = "allkeys-lru" }``: as CONFIG GET says it, or one of some
    values. ``node``: of that one, in a lab."""

    directive: str
    wanted: tuple[str, ...]
    node: str = ""
    key: bytes | None = None

    def evaluate(self, scene: Scene) -> Verdict:
        engine: Engine = scene.run.engine_of(self.node) if self.node else scene.world.engine
        shown = engine.config.show(DIRECTIVES[self.directive]).decode("utf-8", "replace")
        return verdict(shown in self.wanted, shown or '""')

    def name(self) -> str:
        return f"{self.node}: {self.directive}" if self.node else self.directive

    def want(self) -> str:
        return pgettext("check", " or ").join(value or '""' for value in self.wanted)

    def got(self, verdict: Verdict) -> str:
        return str(verdict.got)

    def literals(self) -> tuple[str, ...]:
        return (self.directive, *self.wanted)


def read_settings(table: Table) -> list[Predicate]:
    """Names of directives with a value, or a list of which any will do."""
    node = table.get("node", str, "")
    found: list[Predicate] = []
    for name in table.data:
        if name == "node":
            continue
        if name not in DIRECTIVES:
            table.raw(name)
            table.complain(f"no directive {name!r}{did_you_mean(name, tuple(DIRECTIVES))}", name)
            continue
        found.append(Setting(name, table.strings(name), node))
    if not found and not table.source.problems:
        table.complain("'config' asks nothing")
    table.close()
    return found
