"""`redis-tutor lab` without a screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutor.cli import main
from tutor.labs.replication.scenarios import SCENARIOS


def test_json_has_a_line_for_each_step(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["lab", "replication", "--seed", "7", "--scenario", "cut-then-heal", "--steps", "50"]
    assert main([*words, "--json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    frames = [json.loads(line) for line in lines]
    assert [frame["time"] for frame in frames] == [100_000 * n for n in range(1, 51)]
    assert {node["name"] for node in frames[-1]["nodes"]} == {"master", "replica1", "replica2"}
    assert frames[-1]["links"][1]["cut_since"] == 3_000_000
    assert main([*words, "--json"]) == 0
    assert capsys.readouterr().out.splitlines() == lines


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_text_tells_what_happened(capsys: pytest.CaptureFixture[str], lang: str) -> None:
    words = ["--lang", lang, "lab", "replication", "--scenario", "crash-master", "--steps", "80"]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert {"en": "crashes (kill -9)", "ru": "падает (kill -9)"}[lang] in out
    assert "replica2" in out


def test_all_scenarios_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "--list"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in SCENARIOS)


def test_an_unknown_scenario_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "replication", "--scenario", "none", "--steps", "1"]) == 2
    assert "healthy" in capsys.readouterr().err


def test_the_persistence_stage_tells_what_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "durability", "--kill", "3", "--death", "power-cut", "--json"]) == 0
    found = {one["policy"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}
    assert found["memory"]["lost"] == found["memory"]["acknowledged"] > 0
    assert found["aof-always"]["lost"] == 0
    assert main(["lab", "durability", "--kill", "3"]) == 0
    assert "appendfsync always" in capsys.readouterr().out


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_moment_of_the_persistence_stage(
    lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--lang", lang, "lab", "durability", "--setting", "save-2", "--steps", "40"]
    assert main(words) == 0
    assert "► save 2 1" in capsys.readouterr().out
    assert main([*words, "--kill", "3", "--death", "crash", "--json"]) == 0
    frames = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [frame["up"] for frame in frames] == [False] * 6
    assert main([*words, "--svg", str(tmp_path / "stage.svg")]) == 0
    assert "appendfsync always" in (tmp_path / "stage.svg").read_text(encoding="utf-8")
