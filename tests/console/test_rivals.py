"""`redis-tutor rivals` without a screen: text, JSON, pictures, and what is wrong with a request."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tutor import cli
from tutor.labs.rivals import ROWS


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert cli.main(["rivals", *words]) == code
    printed = capsys.readouterr()
    return printed.err if code else printed.out


def test_without_a_terminal_it_tells_every_row_with_figures_and_verdict(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = said(capsys, "--width", "100")
    for title in ("Types", "Persistence", "Use: queue", "Memory per item", "Popularity"):
        assert title in text
    assert text.count("The notes: not that simple") == 4
    assert "writes a second" not in text


def test_one_row_shows_what_was_said(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "--row", "queue", "--width", "100")
    assert "> LPUSH tasks a" in text
    assert "> lpush tasks a" in text
    assert r"*3\r\n$5\r\nLPUSH" in said(capsys, "--row", "queue", "--width", "150", "--wire")


def test_json_is_a_line_for_each_and_repeats_itself(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "--json")
    rows = [json.loads(line) for line in text.splitlines()]
    assert [row["row"] for row in rows] == list(ROWS)
    assert all(row["exchanges"] for row in rows)
    assert said(capsys, "--json") == text
    assert json.loads(said(capsys, "--json", "--row", "types"))["figures"][0]["of"] == 9


def test_the_speed_is_measured_when_that_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "--row", "speed", "--measure", "--width", "100")
    assert "writes a second, this program" in text


def test_memory_is_drawn_after_lines_of_ones_own(capsys: pytest.CaptureFixture[str]) -> None:
    lines = ("--run", "set k 0 60 5", "--run", "hello")
    assert "1 of 10922" in said(capsys, *lines)
    assert "hello" in said(capsys, "--view", "item", *lines)
    assert "H █" in said(capsys, "--view", "page", *lines)
    assert "Its value: hello." in said(capsys, "--view", "item", "--plain", *lines)


def test_a_full_memory_evicts_and_keeps_what_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "--view", "queues", "--memory", "2", "--fill", "60", "--size", "60000")
    warm = text.split("WARM · 4 items")[1].split("└")[0]
    assert all(f"item:{number}" in warm for number in (1, 2, 3, 4))
    assert "evicted" in text


def test_the_ring_before_and_after(capsys: pytest.CaptureFixture[str]) -> None:
    assert "nothing has changed yet" in said(capsys, "--view", "ring", "--servers", "5")
    assert "D has joined" in said(capsys, "--view", "ring", "--join", "1")
    assert "B has left" in said(capsys, "--view", "ring", "--leave", "10.0.0.2:11211")


def test_pictures_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vector, pixels = tmp_path / "a.svg", tmp_path / "a.png"
    printed = said(capsys, "--view", "ring", "--svg", str(vector), "--png", str(pixels))
    assert printed == ""
    assert ET.parse(vector).getroot().tag.endswith("svg")
    assert pixels.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--view", "item"], "no item is stored"),
        (["--view", "queues"], "no item is stored"),
        (["--view", "ring", "--leave", "nobody"], "There is no server nobody"),
        (["--memory", "1", "--view", "slabs"], "Cannot set item size limit higher"),
        (["--row", "queue", "--svg", "/nowhere/at/all.svg"], "no such file"),
    ],
)
def test_what_cannot_be_done_is_said(
    capsys: pytest.CaptureFixture[str], words: list[str], text: str
) -> None:
    assert text in said(capsys, *words, code=1)


def test_an_error_of_memcached_and_data_that_are_missing_are_told_aside(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["rivals", "--run", "get", "--run", "set k 0 0 9"]) == 0
    told = capsys.readouterr().err
    assert "'get': ERROR" in told
    assert "still waits for 11 bytes" in told


def test_in_russian(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Конспект: не так просто" in said(capsys, "--row", "types", "--lang", "ru")
