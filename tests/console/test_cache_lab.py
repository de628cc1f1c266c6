"""`redis-tutor lab cache` without a screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutor.cli import main
from tutor.labs.cache import CURES, EXPERIMENTS


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_json_has_a_line_for_each_step_and_is_the_same_again(
    experiment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["lab", "cache", "--experiment", experiment, "--seed", "3", "--steps", "20", "--json"]
    assert main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    frames = [json.loads(line) for line in lines]
    assert [frame["time"] for frame in frames] == [100_000 * n for n in range(1, 21)]
    assert {frame["experiment"] for frame in frames} == {experiment}
    assert main(words) == 0
    assert capsys.readouterr().out.splitlines() == lines


def test_one_cure_by_itself_is_what_it_is_beside_the_others(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["lab", "cache", "--steps", "60", "--json"]
    assert main(words) == 0
    beside = json.loads(capsys.readouterr().out.splitlines()[-1])["lanes"]
    assert main([*words, "--cure", "lock"]) == 0
    (alone,) = json.loads(capsys.readouterr().out.splitlines()[-1])["lanes"]
    assert alone == next(lane for lane in beside if lane["cure"] == "lock")


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_text_shows_every_lane_and_the_chosen_cure(
    lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--lang", lang, "lab", "cache", "--cure", "get_or_set", "--width", "100"]
    assert main([*words, "--workers", "5", "--steps", "60"]) == 0
    out = capsys.readouterr().out
    assert "► get_or_set" in out
    assert "SET NX EX" in out
    assert {"en": "workers 5", "ru": "воркеров 5"}[lang] in out
    assert max(map(len, out.splitlines())) <= 100


def test_the_curve_of_stale_reads_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "en", "lab", "cache", "--experiment", "routing", "--steps", "20"]) == 0
    out = capsys.readouterr().out
    assert "replication 600 ms" in out
    assert "0 % " in out


def test_what_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "cache", "--cure", "prayer", "--steps", "1"]) == 2
    told = capsys.readouterr().err
    assert all(cure in told for cure in CURES["stampede"])
    assert main(["lab", "cache", "--experiment", "models", "--cure", "lock", "--steps", "1"]) == 2
    capsys.readouterr()
    for wrong in ("-1", "1.5", "many", "999999999999", "٣"):
        assert main(["lab", "cache", f"--workers={wrong}", "--steps", "1"]) == 2
        assert f"not {wrong}." in capsys.readouterr().err


def test_knobs_are_set_by_their_words(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["lab", "cache", "--lane", "lock", "--json", "--steps", "1"]
    assert main([*words, "--set", "ttl=3", "--set", "rate=0"]) == 0
    frame = json.loads(capsys.readouterr().out)
    assert (frame["knobs"]["ttl_s"], frame["knobs"]["rate"]) == (3, 0)
    assert [lane["cure"] for lane in frame["lanes"]] == ["lock"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["cach"], "Did you mean cache?"),
        (["cache", "--experiment", "stampde"], "Did you mean stampede?"),
        (["cache", "--lane", "loc"], "Did you mean lock?"),
        (["cache", "--set", "rat=5"], "Did you mean rate?"),
        (["cache", "--set", "rate=6"], "There are: 0, 5, 10, 20, 40, 80"),
        (["cache", "--set", "rate=nan"], "There are: 0, 5"),
        (["cache", "--set", "kill=1"], "has no knob kill"),
        (["cache", "--set", "rate"], "KNOB=VALUE, not rate"),
        (["cache", "--experiment", "routing", "--set", "ttl=5"], "routing has no knob ttl"),
    ],
)
def test_bad_words_are_told_with_what_was_meant(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--lang", "en", "lab", *words, "--steps", "1"]) == 2
    assert told in capsys.readouterr().err


def test_the_list_names_experiments_lanes_and_knobs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "en", "lab", "cache", "--list"]) == 0
    out = capsys.readouterr().out
    for experiment in EXPERIMENTS:
        assert experiment in out
        assert all(f"    {cure}" in out for cure in CURES[experiment])
    assert "0  5  10  20  [40]  80" in out
    assert main(["--lang", "en", "lab", "--list"]) == 0
    assert "Cache lab" in capsys.readouterr().out


def test_a_picture_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cache.svg"
    assert main(["lab", "cache", "--steps", "30", "--svg", str(file)]) == 0
    assert "<svg" in file.read_text()
    assert main(["lab", "cache", "--steps", "3", "--png", str(tmp_path / "cache.png")]) == 0
    assert (tmp_path / "cache.png").read_bytes()[:4] == b"\x89PNG"
    assert main(["lab", "cache", "--steps", "3", "--svg", str(tmp_path / "no" / "x.svg")]) == 1
