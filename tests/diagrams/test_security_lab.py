"""The security lab as it is drawn: golden files at three widths, in words.

`UPDATE_GOLDENS=1 pytest tests/diagrams/test_security_lab.py` writes the files anew.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from tutor.diagrams.canvas import line_width
from tutor.diagrams.labs.security import (
    FIRST_ROW,
    describe_security,
    draw_security,
    lane_count,
    security_drawing,
)
from tutor.diagrams.labs.security_guess import span_text
from tutor.diagrams.labs.security_words import (
    attack_about,
    attack_text,
    knob_text,
    setting_about,
    setting_text,
)
from tutor.labs.security import ATTACKS, EXPERIMENTS, OF, SETTINGS, SecurityFrame, SecurityLab
from tutor.tui.securitykeys import SECURITY_KEYS

GOLDEN = Path(__file__).parent / "golden_security"
WIDTHS = (60, 80, 118)


@cache
def moment(experiment: str) -> SecurityFrame:
    lab = SecurityLab(experiment, seed=7)
    lab.step(60)
    if experiment == "harden":
        lab.act("acl")
        lab.act("deploy")
    if experiment == "attacks":
        lab.act("configs", "", "yes")
        lab.act("attack", "file")
    lab.step(40)
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
        text += section(f"{width} cells", security_drawing(frame, chosen, width).plain)
    text += section("ASCII", security_drawing(frame, 0, 80).ascii().plain)
    compare(experiment, text + section("in words", describe_security(frame)))


@pytest.mark.parametrize("experiment", EXPERIMENTS)
@pytest.mark.parametrize("width", [40, 57, 78, 96, 118, 160])
def test_no_line_is_too_wide_and_no_picture_too_high(experiment: str, width: int) -> None:
    frame = moment(experiment)
    for chosen in range(lane_count(frame)):
        for height in (1, 5, 9, 14, 18, 24, 33, 60):
            lines = draw_security(frame, chosen, width, height)
            assert 0 < len(lines) <= height
            assert max(map(line_width, lines)) <= width
        assert security_drawing(frame, chosen, width).ascii().plain.isascii()


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_a_lane_has_a_name_a_sentence_and_a_row(experiment: str) -> None:
    lines = draw_security(moment(experiment), 0, 100, 30)
    for at, setting in enumerate(SETTINGS[experiment]):
        assert setting_about(experiment, setting)
        row = "".join(text for text, _role in lines[FIRST_ROW + at])
        assert setting_text(setting) in row


def test_every_attack_and_every_knob_has_words_and_a_key_of_its_own() -> None:
    for attack in ATTACKS:
        assert attack_text(attack)
        assert attack_about(attack)
    letters = "".join(key.keys for key in SECURITY_KEYS)
    assert len(set(letters)) == len(letters)
    kinds = {key.kind for key in SECURITY_KEYS}
    assert kinds == {kind for knobs in OF.values() for kind in knobs}
    assert all(knob_text(kind) and key.word() and key.help() for kind in kinds
               for key in SECURITY_KEYS if key.kind == kind)  # fmt: skip


def test_a_span_is_told_in_the_unit_that_fits() -> None:
    assert [span_text(one) for one in (0.00016, 0.19, 70, 9_000, 4e71)] == [
        "1 ms", "190 ms", "70.0 s", "2 h", "10^64 years",
    ]  # fmt: skip
