"""The queue lab as it is drawn: golden files at three widths, in words, and that all of it fits.

`UPDATE_GOLDENS=1 pytest tests/diagrams/test_queue_lab.py` writes the files anew.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from tutor.diagrams.canvas import line_width
from tutor.diagrams.labs.catalog import lab_picture
from tutor.diagrams.labs.queue import (
    FIRST_ROW,
    describe_queue,
    draw_queue,
    lane_count,
    queue_drawing,
)
from tutor.diagrams.labs.queue_words import (
    experiment_about,
    experiment_text,
    happening_text,
    knob_text,
    queue_event_text,
    way_about,
    way_text,
)
from tutor.labs.queue import EXPERIMENTS, OF, WAYS, QueueFrame, QueueLab
from tutor.labs.replication.frame import EventFrame
from tutor.tui.queuekeys import QUEUE_KEYS

GOLDEN = Path(__file__).parent / "golden_queue"
WIDTHS = (60, 78, 118)
SIZES = ((40, 9), (57, 12), (78, 16), (96, 20), (99, 30), (100, 16), (118, 30), (160, 50))


@cache
def moment(experiment: str, steps: int = 150) -> QueueFrame:
    lab = QueueLab(experiment, seed=7)
    lab.step(steps)
    for kind in ("kill", "freeze"):
        if kind in OF[experiment]:
            lab.act(kind)
    if "crash" in OF[experiment]:
        lab.act("crash", value=20)
    if "outage" in OF[experiment]:
        lab.act("outage", value="on")
    lab.step(steps // 6)
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
def test_drawn_as_in_the_golden_file(experiment: str) -> None:
    frame = moment(experiment)
    text = ""
    for at, width in enumerate(WIDTHS):
        chosen = min(at, lane_count(frame) - 1)
        text += section(f"{width} cells", queue_drawing(frame, chosen, width).plain)
    text += section("ASCII", queue_drawing(frame, 0, 80).ascii().plain)
    compare(experiment, text + section("in words", describe_queue(frame)))


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_drawn_in_russian(experiment: str, russian: None) -> None:
    frame = moment(experiment)
    words = "\n".join(way_about(way) for way in WAYS[experiment])
    text = section("78 cells", queue_drawing(frame, 1, 78).plain) + section("ways", words)
    compare(f"{experiment}.ru", text + section("in words", describe_queue(frame)))


def check_sizes(experiment: str) -> None:
    for frame in (moment(experiment), moment(experiment, 6), QueueLab(experiment).frame):
        for chosen in range(lane_count(frame)):
            for width, most in SIZES:
                for height in {1, 3, 6, most, most + 7}:
                    lines = draw_queue(frame, chosen, width, height)
                    assert 0 < len(lines) <= height
                    assert max(map(line_width, lines)) <= width
            assert queue_drawing(frame, chosen, 78).ascii().plain.isascii()


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_no_line_is_too_wide_and_no_picture_too_high(experiment: str) -> None:
    check_sizes(experiment)


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_nor_in_russian(experiment: str, russian: None) -> None:
    for frame in (moment(experiment), moment(experiment, 6)):
        for width, height in SIZES:
            lines = draw_queue(frame, 1, width, height)
            assert 0 < len(lines) <= height
            assert max(map(line_width, lines)) <= width


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_the_usual_screens_are_made_use_of(experiment: str) -> None:
    """What a lane holds and does is on both, down to the last row."""
    frame = moment(experiment)
    for width, height in ((78, 16), (118, 30)):
        for chosen, lane in enumerate(frame.lanes):
            lines = draw_queue(frame, chosen, width, height)
            text = "\n".join("".join(words for words, _role in line) for line in lines)
            assert len(lines) >= height - 3
            assert lane.workers[0].name in text
            assert lane.keys[0].name in text
            assert lane.wire[-1].text.split()[0] in text


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_a_lane_has_a_name_a_sentence_and_a_row(experiment: str) -> None:
    assert experiment_text(experiment)
    assert experiment_about(experiment)
    lines = draw_queue(moment(experiment), 0, 100, 30)
    for at, way in enumerate(WAYS[experiment]):
        assert way_about(way)
        row = "".join(text for text, _role in lines[FIRST_ROW + at])
        assert way_text(way) in row


def test_every_state_is_drawn_with_its_sign() -> None:
    shown = "\n".join(queue_drawing(moment(one), at, 118).plain
                      for one in EXPERIMENTS for at in range(len(WAYS[one])))  # fmt: skip
    legend = ("· waits", "► in work", "○ for later", "✓ done", "² done twice", "† dead letter",
              "✗ lost")  # fmt: skip
    assert [one for one in legend if one not in shown] == []


def test_every_happening_has_a_sentence() -> None:
    params = {"lane": "lmove", "worker": "w1", "task": "letter:7", "count": "2"}
    told = set()
    for code, more in (
        *(("crash", {"moment": one}) for one in ("before", "while", "after", "killed", "error")),
        *((code, {}) for code in ("lost", "doubled", "dead", "frozen", "again")),
    ):  # fmt: skip
        event = EventFrame(0, code, tuple({**params, **more}.items()))
        told.add(happening_text(event))
        assert queue_event_text(event) == f"LMOVE: {happening_text(event)}"
    assert len(told) == 10
    turned = EventFrame(0, "knob", (("name", "outage"), ("value", "on")))
    assert queue_event_text(turned) == "outage is on now"
    missed = EventFrame(0, "nobody", ())
    assert queue_event_text(missed) == "nobody is at work now, so nobody is hit"


def test_every_knob_has_a_word_and_a_key() -> None:
    picture = lab_picture("queue")
    kinds = {kind for kinds in OF.values() for kind in kinds}
    assert {key.kind for key in QUEUE_KEYS} == kinds
    assert all(knob_text(kind) and picture.knob_text(kind) for kind in kinds)
    letters = "".join(key.keys for key in QUEUE_KEYS)
    assert len({*letters}) == len(letters)
    assert not {*letters} & {*" .,+-xv:123456789"}
    assert all(key.word() and key.help() for key in QUEUE_KEYS)
