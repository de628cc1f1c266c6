"""The rate limiting lab as it is drawn: golden files at three widths, in words.

`UPDATE_GOLDENS=1 pytest tests/diagrams/test_ratelimit_lab.py` writes the files anew.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from tutor import i18n
from tutor.diagrams.canvas import line_width
from tutor.diagrams.labs.catalog import lab_picture
from tutor.diagrams.labs.ratelimit import (
    FIRST_ROW,
    describe_rate,
    draw_rate,
    lane_count,
    rate_drawing,
)
from tutor.diagrams.labs.ratelimit_words import (
    limit_event_text,
    limit_experiment_about,
    limit_knob_text,
    limiter_about,
    limiter_text,
)
from tutor.labs.ratelimit import EXPERIMENTS, NAMES, OF, STEPS, Knobs, LimiterLab, RateFrame
from tutor.labs.ratelimit.frame import TRAFFIC
from tutor.tui.ratelimitkeys import RATE_LIMIT_KEYS

GOLDEN = Path(__file__).parent / "golden_ratelimit"
MOMENTS = (*EXPERIMENTS, "by-hand", "attacker")


@cache
def moment(name: str) -> RateFrame:
    if name == "by-hand":
        lab = LimiterLab("race", 7, Knobs("burst", 3, 2, workers=4, scheduler="by-hand"))
        for worker in "AABBBCDCCDD":
            lab.act("go", worker)
    elif name == "attacker":
        lab = LimiterLab("compare", 7, Knobs("attacker", 10, 5, 3, users=10, workers=8))
        lab.step(60)
    else:
        lab = LimiterLab(name, 7)
        lab.step(110)
    return lab.frame


def section(title: str, text: str) -> str:
    return f"=== {title}\n\n{text}\n\n"


@pytest.mark.parametrize("name", MOMENTS)
def test_drawn_as_in_the_golden_file(name: str) -> None:
    frame = moment(name)
    text = ""
    for chosen, width in enumerate((60, 78, 118)):
        text += section(f"{width} cells", rate_drawing(frame, chosen, width).plain)
    text += section("ASCII", rate_drawing(frame, 0, 80).ascii().plain)
    text += section("in words", describe_rate(frame))
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDENS"):
        file.write_text(text, encoding="utf-8")
    assert file.is_file(), f"{file} is missing: run with UPDATE_GOLDENS=1"
    assert text.splitlines() == file.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", MOMENTS)
def test_no_line_is_too_wide_and_no_picture_too_high(name: str, language: str) -> None:
    i18n.set_language(language)
    frame = moment(name)
    for width in (40, 57, 78, 96, 118, 160):
        for chosen in (0, 3, lane_count(frame) - 1, 99):
            for height in (1, 5, 9, 16, 24, 30, 60):
                lines = draw_rate(frame, chosen, width, height)
                assert 0 < len(lines) <= height
                assert max(map(line_width, lines)) <= width
    i18n.set_language("en")
    assert rate_drawing(frame, 0, 118).ascii().plain.isascii()


def test_a_lane_has_a_name_a_sentence_and_a_row_at_which_it_is_chosen() -> None:
    lines = draw_rate(moment("compare"), 2, 118, 30)
    for at, name in enumerate(NAMES):
        assert limiter_about(name)
        row = "".join(text for text, _role in lines[FIRST_ROW + at])
        assert limiter_text(name) in row
        assert row.startswith("►") == (at == 2)


def test_the_chosen_lane_stands_beside_the_one_before_it_where_there_is_room() -> None:
    def names(chosen: int, width: int) -> str:
        lines = draw_rate(moment("compare"), chosen, width, 30)[len(NAMES) + 3 :]
        return "".join(text for text, _role in lines[0])

    assert names(3, 118).split("│")[0].strip() == limiter_text("lua")
    assert names(3, 118).split("│")[1].strip() == limiter_text("log")
    assert names(0, 118).split("│")[0].strip() == limiter_text("notes")
    assert names(3, 78).strip() == limiter_text("log")


def test_who_slipped_past_is_marked_and_told() -> None:
    frame = moment("by-hand")
    plain = rate_drawing(frame, 0, 118).plain
    assert plain.count("▲") >= 3  # the request, its worker, what the sign means
    told = describe_rate(frame)
    assert "notes' version: a request slipped past the limit at worker D" in told
    assert "1 slipped past the limit" in told


def test_every_knob_has_a_word_a_key_and_an_event() -> None:
    lab = LimiterLab("race", 7, names=["notes"])
    picture = lab_picture("rate-limit")
    assert picture.lane_count(lab.frame) == 1
    keys = {key.kind for key in RATE_LIMIT_KEYS}
    for experiment in EXPERIMENTS:
        assert limit_experiment_about(experiment)
        for kind in OF[experiment]:
            assert limit_knob_text(kind)
            assert kind in keys
    for kind in OF["race"]:
        if kind != "go":
            lab.act(kind, value=STEPS[kind][-1])
            assert limit_event_text(lab.events[-1]).startswith(limit_knob_text(kind))
    assert {key.target for key in RATE_LIMIT_KEYS if key.kind == "go"} == {*"ABCD"}
    letters = "".join(key.keys for key in RATE_LIMIT_KEYS)
    assert len(set(letters)) == len(letters)
    assert not {*letters} & {*" .,+-xv:123456789"}


def test_all_traffic_has_a_name() -> None:
    for traffic in TRAFFIC:
        lab = LimiterLab("compare", 7, Knobs(traffic), names=["gcra"])
        assert lab_picture("rate-limit").knobs_text(lab.frame)
