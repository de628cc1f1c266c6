"""The CSV of a class: RFC 4180, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tutor.course.classroom.model import Classroom, Place
from tutor.course.classroom.roster import Roster
from tutor.course.classroom.sheet import HEAD, harmless, sheet_text, write_sheet

T = 1_700_000_000_000


def told(room: Classroom, user: bytes, place: Place) -> None:
    words = [word.encode() for pair in place.fields().items() for word in pair]
    room.heard(T, user, [b"HSET", user + b":.tutor", *words])


def read(room: Classroom) -> list[list[str]]:
    return list(csv.reader(io.StringIO(sheet_text(room), newline=""), strict=True))


def test_a_row_for_each_step_and_one_for_who_never_came() -> None:
    room = Classroom(Roster(["Анна", "Boris"]))
    told(room, b"anna", Place("string", "set", 1, 7, True, 4, 0, 2))
    told(room, b"anna", Place("string", "get", 2, 7))
    room.heard(T + 5000, b"anna", [b"GTE"], "ERR unknown")
    head, *rows = read(room)
    assert head == list(HEAD)
    assert [row[:8] for row in rows] == [
        ["Анна", "string", "set", "done", "4", "2", "0", "0"],
        ["Анна", "string", "get", "begun", "0", "0", "1", "1"],
        ["Boris", "", "", "absent", "0", "0", "0", "0"],
    ]
    assert rows[1][8] != rows[1][9]
    assert rows[2][8:] == ["", ""]


def test_commas_quotes_and_breaks_come_back_as_they_were() -> None:
    room = Classroom(Roster(['Anna, "the first"']))
    text = sheet_text(room)
    assert text.endswith("\r\n")
    assert read(room)[1][0] == 'Anna, "the first"'


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "'=1", "＝1", "\r=1"]
)
def test_a_formula_is_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Anna", "", "O'Neil", "a=b", "1"])
def test_anything_else_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_formulas_in_names_and_steps_reach_no_cell() -> None:
    room = Classroom(Roster(['=HYPERLINK("http://x")A']))
    (learner,) = room.roster
    told(room, learner.user, Place('=cmd|"/c calc"!A1', "@step", 1, 2))
    for row in read(room)[1:]:
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    room = Classroom(Roster(["Анна"]))
    path = tmp_path / "class.csv"
    path.write_text("old")
    write_sheet(room, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfname,lesson")
    assert "Анна" in path.read_text(encoding="utf-8")
    assert [each.name for each in tmp_path.iterdir()] == ["class.csv"]


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    room = Classroom(Roster(["Анна"]))
    folder = tmp_path / "class.csv"
    folder.mkdir()
    with pytest.raises(OSError, match="directory"):
        write_sheet(room, folder)
    assert [each.name for each in tmp_path.iterdir()] == ["class.csv"]
