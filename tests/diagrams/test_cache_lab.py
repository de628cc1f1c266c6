"""The cache lab as it is drawn: golden files at three widths, in words, in Russian.

`UPDATE_GOLDENS=1 pytest tests/diagrams/test_cache_lab.py` writes the files anew.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from tutor.diagrams.canvas import line_width
from tutor.diagrams.labs.cache import (
    FIRST_ROW,
    cache_drawing,
    describe_cache,
    draw_cache,
    lane_count,
)
from tutor.diagrams.labs.cache_words import (
    cache_event_text,
    cure_about,
    cure_text,
    experiment_text,
)
from tutor.labs.cache import CURES, EXPERIMENTS, OF, CacheFrame, CacheLab, Experiment

GOLDEN = Path(__file__).parent / "golden_cache"
WIDTHS = (60, 80, 118)


@cache
def moment(experiment: Experiment) -> CacheFrame:
    lab = CacheLab(experiment, seed=7)
    lab.step(60)
    if "kill" in OF[experiment]:
        lab.act("kill")
    if "delay" in OF[experiment]:
        lab.act("delay", "", 300)
    lab.step(70)
    return lab.frame


def compare(name: str, text: str) -> None:
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDENS"):
        file.write_text(text, encoding="utf-8")
    assert file.is_file(), f"{file} is missing: run with UPDATE_GOLDENS=1"
    assert text.splitlines() == file.read_text(encoding="utf-8").splitlines()


def section(title: str, text: str) -> str:
    return f"=== {title}\n\n{text}\n\n"


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_drawn_as_in_the_golden_file(experiment: Experiment) -> None:
    frame = moment(experiment)
    text = ""
    for at, width in enumerate(WIDTHS):
        chosen = min(at, lane_count(frame) - 1)
        text += section(f"{width} cells", cache_drawing(frame, chosen, width).plain)
    text += section("ASCII", cache_drawing(frame, 0, 80).ascii().plain)
    compare(experiment, text + section("in words", describe_cache(frame)))


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_drawn_in_russian(experiment: Experiment, russian: None) -> None:
    frame = moment(experiment)
    words = "\n".join(cure_about(experiment, cure) for cure in CURES[experiment])
    text = section("80 cells", cache_drawing(frame, 0, 80).plain) + section("cures", words)
    compare(f"{experiment}.ru", text + section("in words", describe_cache(frame)))


@pytest.mark.parametrize("experiment", EXPERIMENTS)
@pytest.mark.parametrize("width", [40, 57, 78, 96, 118, 160])
def test_no_line_is_too_wide_and_no_picture_too_high(experiment: Experiment, width: int) -> None:
    frame = moment(experiment)
    for chosen in range(lane_count(frame)):
        for height in (1, 5, 9, 14, 18, 24, 33, 60):
            lines = draw_cache(frame, chosen, width, height)
            assert 0 < len(lines) <= height
            assert max(map(line_width, lines)) <= width
        assert cache_drawing(frame, chosen, width).ascii().plain.isascii()


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_a_lane_has_a_name_a_sentence_and_a_row(experiment: Experiment) -> None:
    assert experiment_text(experiment)
    lines = draw_cache(moment(experiment), 0, 100, 30)
    for at, cure in enumerate(CURES[experiment]):
        assert cure_about(experiment, cure)
        row = "".join(text for text, _role in lines[FIRST_ROW + at])
        assert cure_text(cure) in row


def test_a_killed_worker_is_told() -> None:
    lab = CacheLab("stampede", cures=["lock"])
    while lab.frame.lanes[0].load == 0:
        lab.step()
    lab.act("kill")
    assert "the worker that computed page:0 is killed" in describe_cache(lab.frame)


def test_a_kill_is_told_with_the_lane_and_key_it_hit_or_that_it_hit_nobody() -> None:
    lab = CacheLab("stampede", cures=["lock"])
    lab.act("kill")
    while not any(lane.killed for lane in lab.frame.lanes):
        lab.step()
        lab.act("kill")
    told = [cache_event_text(event) for event in lab.events]
    assert told[0] == "nobody is computing now, so nobody is hit"
    assert told[-1].startswith(f"{cure_text('lock')}: the worker that computed ")
