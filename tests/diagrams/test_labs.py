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
from tutor.diagrams.labs import draw_compact, draw_lab, event_text
from tutor.diagrams.labs.durability import draw_durability
from tutor.diagrams.labs.stage import describe_stage, draw_stage, stage_drawing
from tutor.labs.durability import run_all
from tutor.labs.durability.lab import DurabilityLab, Moment
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


@cache
def stage(kept: str) -> Moment:
    """Six servers: while they run, after a loss of power, and after a restart."""
    made = DurabilityLab(seed=7)
    made.act("fsync", "", 1_500_000)
    made.step(93)
    if kept != "runs":
        made.act("power-cut")
        made.step(6)
    if kept == "restarted":
        made.act("restart")
        made.step(25)
    return made.frames[-1]


@pytest.mark.parametrize("kept", ["runs", "without-power", "restarted"])
def test_the_stage_is_drawn_as_in_the_golden_file(kept: str) -> None:
    moment = stage(kept)
    text = "".join(section(f"{width} cells", stage_drawing(moment, 4, width)) for width in WIDTHS)
    compare(f"stage-{kept}", f"{text}=== in words\n\n{describe_stage(moment)}\n")


def test_the_stage_is_drawn_in_russian(russian: None) -> None:
    drawing = stage_drawing(stage("restarted"), 2, 80)
    compare("stage-restarted.ru", section("80 cells", drawing) + drawing.text)


@pytest.mark.parametrize("kept", ["runs", "without-power", "restarted"])
@pytest.mark.parametrize("width", [40, 57, 79, 91, 92, 118, 160])
def test_no_line_of_the_stage_is_too_wide(kept: str, width: int) -> None:
    for chosen in range(len(stage(kept))):
        for height in (12, 18, 24, 33, 60):
            lines = draw_stage(stage(kept), chosen, width, height)
            assert len(lines) <= height
            assert max(map(line_width, lines)) <= width
        assert stage_drawing(stage(kept), chosen, width).ascii().plain.isascii()


def test_every_event_of_the_stage_has_a_sentence() -> None:
    codes = {event.code for frame in stage("restarted") for event in frame.events}
    assert codes == {"power-cut", "restart", "back", "lost", "dumped"}
    assert all(event_text(event) for frame in stage("restarted") for event in frame.events)


@pytest.mark.parametrize("width", [40, 57, 78, 96, 118])
@pytest.mark.parametrize("replicas", [0, 1, 3, 5])
def test_the_compact_form_keeps_its_width(width: int, replicas: int) -> None:
    made = Lab("cut-then-heal" if replicas > 1 else "healthy", 7, replicas)
    made.step(80)
    for measure in ("ms", "bytes", None):
        lines = draw_compact(made.frame, measure, width)  # type: ignore[arg-type]
        assert max(map(line_width, lines)) <= max(width, 57)
        assert len(lines) <= replicas + 4


def test_what_a_death_leaves_is_drawn() -> None:
    drawing = draw_durability(run_all("power-cut", 9_300_000), 100)
    compare("durability", section("100 cells", drawing) + drawing.text)


@pytest.mark.parametrize("width", [60, 80, 118])
def test_one_server_alone_has_no_replicas_to_speak_of(width: int) -> None:
    made = Lab("healthy", 7, 0)
    made.act("kept", "master", "rdb")
    made.step(25)
    changes = made.frame.node("master").dirty
    drawing = draw_lab(made.frame, width)
    assert changes > 1
    assert f"{changes} changes since the last snapshot" in drawing.plain
    assert "replica" not in drawing.plain
    assert "backlog" not in drawing.plain
    assert "replica" not in drawing.text
