"""Predicates about a lab of lanes: what its figures show, and what its knobs stand at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tutor.course.figurewords import figure_text
from tutor.course.laneoffer import Offer, offer_of
from tutor.course.predicates.base import (
    OPERATORS,
    Bounds,
    Predicate,
    Scene,
    Verdict,
    verdict,
)
from tutor.course.predicates.lab import limits_of
from tutor.course.problems import did_you_mean
from tutor.course.schema import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """``figure = { name = "lock.at_once", le = 1 }``; ``since``: only what has been counted since
    the learner came. ``lab`` is the one that the figure belongs to."""

    lab: str
    figure: str
    wanted: Bounds
    since: bool = False
    key: bytes | None = None

    def evaluate(self, scene: Scene) -> Verdict:
        view = scene.lanes
        got = view.since(self.figure) if self.since else view.figures[self.figure]
        return verdict(not isinstance(got, str) and self.wanted.holds(got), got)

    def name(self) -> str:
        return figure_text(self.lab, self.figure, since=self.since)

    def want(self) -> str:
        return self.wanted.text()

    def got(self, verdict: Verdict) -> str:
        return verdict.got if isinstance(verdict.got, str) else f"{round(verdict.got, 2):g}"

    def literals(self) -> tuple[str, ...]:
        return limits_of(self.wanted)


@dataclass(frozen=True, slots=True)
class FigureWord:
    """``figure = { name = "knob.policy", is = "allkeys-lru" }``: a figure that is a word."""

    lab: str
    figure: str
    wanted: str
    key: bytes | None = None

    def evaluate(self, scene: Scene) -> Verdict:
        got = scene.lanes.figures[self.figure]
        return verdict(got == self.wanted, got)

    def name(self) -> str:
        return figure_text(self.lab, self.figure)

    def want(self) -> str:
        return self.wanted

    def got(self, verdict: Verdict) -> str:
        return str(verdict.got)

    def literals(self) -> tuple[str, ...]:
        return (self.wanted,)


def read_figure(table: Table) -> list[Predicate]:
    """``{ name = "lock.at_once", le = 1, since = true }``, or ``is`` for a word."""
    name = table.require("name", str, "")
    since, word = table.get("since", bool, False), table.get("is", str, "")
    limits = _limits(table)
    table.close()
    lab, offer = _stage_of(table)
    if offer is None:
        return []  # told where a figure stands in a step without such a lab
    if name not in offer.figures:
        table.complain(f"no figure {name!r} here{_meant(name, offer)}", "name")
        return []
    if bool(word) == bool(limits):
        table.complain(f"a figure needs 'is' or some of: {', '.join(OPERATORS)}")
        return []
    return [FigureWord(lab, name, word) if word else Figure(lab, name, Bounds(limits), since)]


def _limits(table: Table) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for op in OPERATORS:
        limit = table.raw(op)
        if type(limit) in (int, float):
            found[op] = limit
        elif limit is not None:
            table.complain(f"{op!r} must be a number", op)
    return found


def _meant(name: str, offer: Offer) -> str:
    """Of many figures only those of the same lane are listed."""
    lane = name.partition(".")[0]
    of_lane = [one for one in offer.figures if one.partition(".")[0] == lane]
    return did_you_mean(name, of_lane or offer.figures)


def _stage_of(table: Table) -> tuple[str, Offer | None]:
    """The lab of lanes of the step in which a table stands, if it has one."""
    data = table.source.data
    step: object = None
    if len(table.place) > 1 and table.place[0] == "step":
        step = data["step"][int(table.place[1])]
    lab = step.get("lab") if isinstance(step, dict) else None
    if not isinstance(lab, dict):
        return "", None
    name, experiment = lab.get("lab"), lab.get("experiment")
    try:
        from tutor.labs.catalog import lab_kind

        return str(name), offer_of(str(name), str(experiment or lab_kind(str(name)).first))
    except KeyError:
        return "", None
