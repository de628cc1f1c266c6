"""A demo played to its end without a screen: whether its lab does what the scenes say of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from operator import eq, ge, gt, le, lt
from pathlib import Path
from typing import Any

from tutor.course.model import LANGUAGES
from tutor.course.presenting import Presentation, Said
from tutor.course.problems import Problem, shown_path
from tutor.course.scenelabs import UNKNOWN
from tutor.course.scenereading import FILE, demo_names, demos_folder, read_script
from tutor.course.scenes import Cue, Script
from tutor.engine.replies import BLOCKED, ReplyError

SEEDS = (1, 2)
"""Besides the script's own; what a scene says must hold under all of them."""

RULE = "D1"
_SIGNS: dict[str, Any] = {"<": lt, "<=": le, "=": eq, ">=": ge, ">": gt}


def check_demos(lessons: Path | None = None, only: str | None = None) -> list[Problem]:
    """Everything that is wrong with the demos beside some lessons (or one ``only``): how they are
    written, and what comes of them under several seeds."""
    found: list[Problem] = []
    for name in demo_names(lessons) if only is None else (only,):
        folder = demos_folder(lessons) / name
        script, problems = read_script(folder)
        found += problems
        if script is not None and not problems:
            found += rehearse_all(script, shown_path(folder / FILE))
    return found


def rehearse_all(script: Script, file: str) -> Iterator[Problem]:
    """Every scene under the script's own seed and `SEEDS`, in every language; of a demand that
    fails more than once only the first time is told."""
    told: set[int] = set()
    for at, seed in enumerate((script.seed, *SEEDS)):
        for line, message in rehearse(script, seed, LANGUAGES[at % len(LANGUAGES)]):
            if line not in told:
                told.add(line)
                yield Problem(file, line, RULE, f"seed {seed}: {message}")


def rehearse(script: Script, seed: int, lang: str = "en") -> Iterator[tuple[int, str]]:
    """Play every scene from its beginning to its end; gives the line and what is wrong there: a
    demand that is not met, a command that gives an error, a reply that does not come."""
    for number in range(1, len(script.scenes) + 1):
        found: list[tuple[int, str]] = []
        presentation = Presentation(script, lang, seed, number, watch=partial(_look, found))
        presentation.come_to_end()
        yield from found
        for said in presentation.said:
            if said.run is not None and (message := _reply_fault(said, said.run.text)):
                yield said.run.line, message


def _look(found: list[tuple[int, str]], presentation: Presentation, cue: Cue) -> None:
    if fault := demand_fault(presentation, cue):
        found.append((cue.line, fault))


def demand_fault(presentation: Presentation, cue: Cue) -> str:
    """What is not as a demand says at this moment, "" if it is."""
    demand = cue.demand
    assert demand is not None
    figures = presentation.figures()
    value = figures[demand.figure]
    other = figures.get(str(demand.other), demand.other)
    if UNKNOWN in (value, other) or isinstance(value, str) != isinstance(other, str):
        met = demand.sign == "=" and value == other
    else:
        met = bool(_SIGNS[demand.sign](value, other))
    return "" if met else f"expected {cue.text}, but it is {value} against {other}"


def _reply_fault(said: Said, error: str) -> str:
    """What is wrong with a reply, if an ``error`` is expected, or "" for none."""
    answer = said.answer
    if isinstance(answer, ReplyError):
        return "" if error and str(answer).startswith(error) else (
            f"{said.line!r} gives an error: {answer}"
        )  # fmt: skip
    if error:
        return f"{said.line!r} should give the error {error}"
    return f"{said.line!r} gets no reply in this scene" if answer is BLOCKED else ""
