"""The labs as they are drawn: golden files at three widths, in words, in Russian.

`UPDATE_GOLDENS=1 pytest tests/diagrams/test_labs.py` writes the files anew.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from tutor import i18n
from tutor.diagrams.canvas import Drawing, line_width
from tutor.diagrams.labs import draw_lab
from tutor.diagrams.labs.durability import draw_durability
from tutor.labs.durability import run_all
from tutor.labs.replication.lab import Lab

GOLDEN = Path(__file__).parent / "golden_labs"
WIDTHS = (60, 80, 118)
MOMENTS = {
    "healthy": 30, "cut-then-heal": 80, "sentinel-failover": 68, "split-brain": 160,
    "chained": 60, "narrow-link": 90, "crash-master": 90,
}  # fmt: skip


@cache
def lab(name: str) -> Lab:
    made = Lab(name, seed=7)
    made.step(MOMENTS[name])
    return made


def compare(name: str, text: str) -> None:
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDENS"):
        file.write_text(text, encoding="utf-8")
    assert file.is_file(), f"{file} is missing: run with UPDATE_GOLDENS=1"
    assert text.splitlines() == file.read_text(encoding="utf-8").splitlines()


def section(title: str, drawing: Drawing) -> str:
    return f"=== {title}\n\n{drawing.plain}\n\n"


@pytest.mark.parametrize("name", MOMENTS)
def test_drawn_as_in_the_golden_file(name: str) -> None:
    frame = lab(name).frame
    text = "".join(section(f"{width} cells", draw_lab(frame, width)) for width in WIDTHS)
    compare(name, f"{text}=== in words\n\n{draw_lab(frame, 80).text}\n")


@pytest.mark.parametrize("name", ["cut-then-heal", "sentinel-failover"])
def test_drawn_in_russian(name: str, russian: None) -> None:
    assert i18n.language() == "ru"
    drawing = draw_lab(lab(name).frame, 80)
    compare(f"{name}.ru", section("80 cells", drawing) + drawing.text)


@pytest.mark.parametrize("name", MOMENTS)
@pytest.mark.parametrize("width", [40, 57, 79, 96, 97, 118, 160])
def test_no_line_is_too_wide_whatever_happens(name: str, width: int) -> None:
    frames = lab(name).frames
    for number in range(0, len(frames), 20):
        drawing = draw_lab(lab(name).shown(number), width)
        assert max(map(line_width, drawing.lines)) <= width
        assert drawing.ascii().plain.isascii() or "«" in drawing.plain or "–" in drawing.plain


def test_what_a_death_leaves_is_drawn() -> None:
    drawing = draw_durability(run_all("power-cut", 9_300_000), 100)
    compare("durability", section("100 cells", drawing) + drawing.text)
