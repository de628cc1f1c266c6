"""Reads a step's ``[step.lab]``, and sees to it that the rest of the step speaks of that lab."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tutor.course import moves
from tutor.course.besidestep import demand_faults, line_fault
from tutor.course.laneoffer import offer_of
from tutor.course.model import LabSetup, LaneSetup, Line, Step
from tutor.course.moves import USAGE
from tutor.course.predicates.reading import (
    LAB_ONLY,
    LANE_LAB_ONLY,
    NODE_LAB_ONLY,
    WORLD_ONLY,
)
from tutor.course.problems import Problem, did_you_mean
from tutor.course.prose import Document, Run
from tutor.course.schema import Table
from tutor.labs.catalog import LAB_NAMES, lab_kind
from tutor.labs.lanewords import text_of
from tutor.labs.replication.lab import MOST_REPLICAS
from tutor.labs.replication.scenarios import SCENARIOS
from tutor.labs.replication.words import WORDS, BadWord, read_move

REPLICATION = "replication"
_WORLD_KEYS = ("view", "goal")
"""Keys of a step that need a world with an X-ray."""


def read_lab_setup(table: Table) -> LabSetup | LaneSetup | None:
    """``[step.lab]``: of the replication lab, or with ``lab`` of a lab of lanes."""
    inner = table.table("lab")
    if inner is None:
        return None
    lab = inner.choice("lab", (REPLICATION, *LAB_NAMES), REPLICATION)
    setup = _replication(inner) if lab == REPLICATION else _lanes(inner, lab)
    inner.close()
    return setup


def _replication(inner: Table) -> LabSetup:
    """A scenario, a number of replicas and the clients' rates."""
    scenario = inner.choice("scenario", tuple(SCENARIOS), "healthy")
    given = SCENARIOS[scenario]
    replicas = inner.get("replicas", int, given.replicas)
    if not 0 <= replicas <= MOST_REPLICAS:
        inner.complain(f"'replicas' must be 0 to {MOST_REPLICAS}", "replicas")
        replicas = given.replicas
    rates = []
    for name, usual in (("writes", given.write_rate), ("reads", given.read_rate)):
        rates.append(inner.get(name, int, round(usual)))
        if rates[-1] < 0:
            inner.complain(f"{name!r} must not be below 0", name)
    return LabSetup(scenario, replicas, *rates)


def _lanes(inner: Table, lab: str) -> LaneSetup:
    """An experiment, a lane to look at first, what knobs stand at, and where the prompt is."""
    kind = lab_kind(lab)
    experiment = inner.choice("experiment", kind.experiments, kind.first)
    offer = offer_of(lab, experiment)
    lane = inner.choice("lane", offer.lanes, "") if "lane" in inner else ""
    place = inner.choice("place", offer.places, "") if "place" in inner else ""
    settings: list[tuple[str, float | str]] = []
    given = inner.table("set")
    for word in () if given is None else given.data:
        assert given is not None
        said, knob = given.raw(word), offer.knobs.get(word)
        if knob is None or not knob.values:
            turned = [one.kind for one in offer.knobs.values() if one.values]
            given.complain(f"no knob {word!r} here{did_you_mean(word, turned)}", word)
        elif isinstance(said, bool) or said not in knob.values:
            known = ", ".join(map(text_of, knob.values))
            given.complain(f"{word!r} cannot stand at {said!r}; known: {known}", word)
        else:
            settings.append((word, said))
    return LaneSetup(lab, experiment, lane, tuple(settings), place)


def complain_about_lines(table: Table, step: Step) -> None:
    """Lines of a step that are neither commands nor moves that can be made there."""
    lanes = step.lab.offer.words if isinstance(step.lab, LaneSetup) else None
    words = tuple(USAGE) if step.lab is None else WORDS if lanes is None else lanes.words
    for each, number in _lines(step):
        fault = line_fault(each, step)
        if fault is not None:
            if fault:
                message = f"{each.text!r}: {fault}"
                table.source.problems.append(Problem(table.source.file, number, "S1", message))
            continue
        try:
            if lanes is not None and step.lab is not None:
                lanes.read(each.argv, step.lab.first)
            elif step.lab is not None:
                read_move(each.argv, step.lab.nodes)
            elif moves.is_move(each.argv):
                moves.read_move(each.argv)
        except BadWord as error:
            hint = "" if error.usage else did_you_mean(error.word, words)
            message = f"{each.text!r}: {error}{hint}"
            table.source.problems.append(Problem(table.source.file, number, "S1", message))
    if step.lab is None and any(line.command == ":client" for line in step.setup):
        table.complain("a setup has one client: it cannot have ':client'", "setup")


def complain_about_lab(table: Table, step: Step) -> None:
    """What a step in a lab may not ask, and what a step without one may not."""
    for path, data in _tables(table.data, ()):
        line = table.source.line((*table.place, *path))
        for message in (*_faults(path, data, step), *_beside_faults(path, data, step)):
            table.source.problems.append(Problem(table.source.file, line, "S1", message))
    if step.lab is None:
        return
    if isinstance(step.lab, LaneSetup) and step.django is not None:
        table.complain("Django's cache stands beside worlds and the replication lab", "django")
    for key in _WORLD_KEYS:
        if key in table:
            table.complain(f"{key!r} belongs to steps without a lab", key)
    if any(line.command == ":back" for line in step.setup):
        table.complain("a setup goes forward: it cannot have ':back'", "setup")


def examples_in_labs(steps: Sequence[Step], prose: Mapping[str, Document]) -> Iterator[Problem]:
    """A ``redis run`` block needs a world: a step in a lab has none."""
    labs = {step.id for step in steps if step.lab is not None}
    for document in prose.values():
        for anchor, section in document.sections.items():
            for block in section.blocks:
                if isinstance(block, Run) and anchor.partition("/")[0] in labs:
                    message = "a 'redis run' block belongs to steps without a lab"
                    yield Problem(document.file, block.line, "S1", message)


def _beside_faults(
    path: tuple[str | int, ...], data: Mapping[str, Any], step: Step
) -> Sequence[str]:
    return demand_faults(step, data) if path[:1] in (("check",), ("feedback",)) else ()


def _faults(path: tuple[str | int, ...], data: Mapping[str, Any], step: Step) -> Iterator[str]:
    part = path[0] if path else ""
    if part not in ("check", "feedback"):
        return
    for kinds, where in _elsewhere(step):
        for key in kinds:
            if isinstance(data.get(key), dict):
                yield f"{key!r} belongs to steps {where}"
    nodes = () if step.lab is None else step.lab.nodes
    if step.lab is not None and ("equals_setup" in data or "diff" in data):
        yield "a lab keeps no copy of its beginning: 'equals_setup' and 'diff' cannot be asked"
    for key in ("node", "follows"):
        name = data.get(key)
        if isinstance(name, str) and name and name not in nodes:
            yield f"no node {name!r} here{did_you_mean(name, nodes)}"


def _elsewhere(step: Step) -> Iterator[tuple[tuple[str, ...], str]]:
    """Kinds of demands that cannot be made in a step, and where they can."""
    if step.lab is None:
        yield LAB_ONLY, "in a lab"
        return
    yield WORLD_ONLY, "without a lab"
    if isinstance(step.lab, LaneSetup):
        yield NODE_LAB_ONLY, "in the replication lab"
    else:
        yield LANE_LAB_ONLY, "in a lab of lanes"


def _tables(
    data: Mapping[str, Any], path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    """Every table inside a table, with its path; not those whose keys are the learner's data."""
    yield path, data
    for key, value in data.items():
        if key in ("fields", "scores"):
            continue
        if isinstance(value, dict):
            yield from _tables(value, (*path, key))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, dict):
                    yield from _tables(item, (*path, key, index))


def _lines(step: Step) -> Iterator[tuple[Line, int]]:
    """Every line of a step and the line of the file where its sample stands."""
    samples = [(step.setup, step.line), (step.solution, step.line)]
    samples += [(accept.run, accept.line) for accept in step.accept]
    samples += [((*reject.run, *reject.recover), reject.line) for reject in step.reject]
    if step.predict is not None:
        samples.append(((*step.predict.run, step.predict.ask), step.predict.line))
    if step.demo is not None:
        moved = tuple(beat.moved for beat in step.demo.beats if beat.moved is not None)
        samples.append((moved, step.demo.line))
    for lines, number in samples:
        for line in lines:
            if line.argv != (b"",):
                yield line, number
