"""Reads a step's ``[step.lab]``, and sees to it that the rest of the step speaks of that lab."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tutor.course import moves
from tutor.course.besidestep import demand_faults, line_fault
from tutor.course.model import LabSetup, Line, Step
from tutor.course.moves import USAGE
from tutor.course.predicates.reading import LAB_ONLY, WORLD_ONLY
from tutor.course.problems import Problem, did_you_mean
from tutor.course.prose import Document, Run
from tutor.course.schema import Table
from tutor.labs.replication.lab import MOST_REPLICAS
from tutor.labs.replication.scenarios import SCENARIOS
from tutor.labs.replication.words import WORDS, BadWord, read_move

_WORLD_KEYS = ("view", "goal")
"""Keys of a step that need a world with an X-ray."""


def read_lab_setup(table: Table) -> LabSetup | None:
    """``[step.lab]`` with a scenario, a number of replicas and the clients' rates."""
    inner = table.table("lab")
    if inner is None:
        return None
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
    inner.close()
    return LabSetup(scenario, replicas, *rates)


def complain_about_lines(table: Table, step: Step) -> None:
    """Lines of a step that are neither commands nor moves that can be made there."""
    words = WORDS if step.lab is not None else tuple(USAGE)
    for each, number in _lines(step):
        fault = line_fault(each, step)
        if fault is not None:
            if fault:
                message = f"{each.text!r}: {fault}"
                table.source.problems.append(Problem(table.source.file, number, "S1", message))
            continue
        try:
            if step.lab is not None:
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
    nodes = None if step.lab is None else step.lab.nodes
    for path, data in _tables(table.data, ()):
        line = table.source.line((*table.place, *path))
        for message in (*_faults(path, data, nodes), *_beside_faults(path, data, step)):
            table.source.problems.append(Problem(table.source.file, line, "S1", message))
    if step.lab is None:
        return
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


def _faults(
    path: tuple[str | int, ...], data: Mapping[str, Any], nodes: tuple[str, ...] | None
) -> Iterator[str]:
    part = path[0] if path else ""
    if part not in ("check", "feedback"):
        return
    wrong = LAB_ONLY if nodes is None else WORLD_ONLY
    for key in wrong:
        if key in data and isinstance(data[key], dict):
            where = "in a lab" if nodes is None else "without a lab"
            yield f"{key!r} belongs to steps {where}"
    if nodes is not None and ("equals_setup" in data or "diff" in data):
        yield "a lab keeps no copy of its beginning: 'equals_setup' and 'diff' cannot be asked"
    for key in ("node", "follows"):
        name = data.get(key)
        if isinstance(name, str) and name and name not in (nodes or ()):
            yield f"no node {name!r} here{did_you_mean(name, nodes or ())}"


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
