"""The experiments with both engines as they are drawn: golden files at three widths, in words, in
Russian.

`UPDATE_GOLDENS=1 pytest tests/diagrams/test_rivals.py` writes the files anew.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from tutor import i18n
from tutor.diagrams.canvas import line_width
from tutor.diagrams.rivals import draw_outcome, notes_text, row_text, step_text
from tutor.diagrams.rivals.sides import NAMES
from tutor.diagrams.rivals.words import figure_text, verdict_sentence, verdict_text
from tutor.labs.rivals import ROWS, Experiment, Outcome, run

GOLDEN = Path(__file__).parent / "golden_rivals"
WIDTHS = (60, 80, 120)


@cache
def outcome(name: str) -> Outcome:
    return run(name)


def compare(name: str, sections: list[tuple[str, str]]) -> None:
    text = "\n".join(f"=== {title}\n\n{body}\n" for title, body in sections)
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDENS"):
        file.write_text(text, encoding="utf-8")
    assert file.is_file(), f"{file} is missing: run with UPDATE_GOLDENS=1"
    assert text.splitlines() == file.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", ROWS)
def test_drawn_as_in_the_golden_file(name: str) -> None:
    found = outcome(name)
    sections = [(f"{width} cells", draw_outcome(found, width).plain) for width in WIDTHS]
    sections.append(("in words", draw_outcome(found, 80).text))
    sections.append(("on the wire, 80 cells", draw_outcome(found, 80, wire=True).plain))
    compare(name, sections)


@pytest.mark.parametrize("name", ROWS)
def test_drawn_in_russian(name: str, russian: None) -> None:
    assert i18n.language() == "ru"
    drawing = draw_outcome(outcome(name), 80)
    compare(f"{name}.ru", [("80 cells", drawing.plain), ("in words", drawing.text)])


def test_no_golden_file_is_left_over() -> None:
    expected = {*ROWS, *(f"{name}.ru" for name in ROWS)}
    assert {file.stem for file in GOLDEN.glob("*.txt")} == expected


@pytest.mark.parametrize("name", ROWS)
def test_no_line_is_wider_than_asked_at_any_step(name: str) -> None:
    experiment = Experiment(name)
    while True:
        for width in (12, 30, 59, 63, 64, 65, 80, 97, 160):
            for wire in (False, True):
                drawing = draw_outcome(experiment.outcome, width, experiment.done, wire)
                assert max(map(line_width, drawing.lines)) <= width
        if experiment.done:
            break
        experiment.advance()


@pytest.mark.parametrize("name", ROWS)
def test_both_engines_are_named_and_the_verdict_comes_at_the_end(name: str) -> None:
    found = outcome(name)
    drawing = draw_outcome(found, 120)
    assert all(engine in drawing.plain for engine in NAMES.values())
    ending = verdict_sentence(name).split()[-1]
    assert drawing.plain.endswith(ending)
    assert ending not in draw_outcome(found, 120, done=False).plain[-len(ending) - 2 :]
    notes = notes_text(ROWS[name])
    assert (verdict_text(found.verdict) in drawing.plain) == (notes is not None)


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_everything_that_is_tried_and_counted_has_words(lang: str) -> None:
    i18n.set_language(lang)
    for name, row in ROWS.items():
        assert row_text(name)
        for step in row.steps:
            assert "%" not in step_text(step.code).replace(" %", "")
        for figure in outcome(name).figures:
            assert "%(" not in figure_text(figure)


def test_of_many_repetitions_the_first_the_last_and_the_first_error_are_shown() -> None:
    plain = draw_outcome(outcome("cache"), 160).plain
    assert "OOM command not allowed" in plain
    assert "57 more" in plain
    assert "58 more" in plain


def test_a_step_in_which_nothing_is_said_is_seen_as_well() -> None:
    experiment = Experiment("persistence")
    for _step in range(3):
        experiment.advance()
    drawing = draw_outcome(experiment.outcome, 100, done=False)
    assert drawing.plain.endswith("3. Two seconds later both processes are killed (kill -9)")
    assert "4. " not in drawing.plain


def test_bytes_on_the_wire_are_those_that_were_sent() -> None:
    plain = draw_outcome(outcome("rate-limit"), 160, wire=True).plain
    assert r"*2\r\n$4\r\nINCR\r\n$4\r\nrl:7\r\n" in plain
    assert r"add rl:7 0 60 1\r\n0\r\n" in plain
