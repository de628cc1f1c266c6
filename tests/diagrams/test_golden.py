"""Every structure as it is drawn: at three widths, in every view that fits it, and its text twins.

    golden/keys    the lines and the twin of each view, for each sample
    golden/roles   what each run of these lines means, that is, its colour
    golden/diff    before and after the sample's last command, and why
    golden/ascii   the same lines for a terminal without box characters, for some samples

`UPDATE_GOLDENS=1 pytest tests/diagrams/test_golden.py` writes the files anew (`-k NAME` for some):
read the difference. A sample or a view that is new in its table is drawn without more ado.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import get_args

import pytest

from tests.diagrams.samples import SAMPLES, Sample, sample
from tutor import i18n
from tutor.diagrams import Drawing, Role, View
from tutor.diagrams import views_of as all_views_of
from tutor.diagrams.canvas import Line, width_of
from tutor.diagrams.views import VIEWS
from tutor.engine.inspect import Inspection

GOLDEN = Path(__file__).parent / "golden"
FOLDERS = ("keys", "roles", "diff", "ascii")
WIDTHS = (40, 70, 110)
RUSSIAN = (
    "string-int",
    "string-embstr",
    "string-append",
    "hash-listpack-many",
    "hash-rehashing",
    "list-compressed",
    "set-intset-16",
    "set-table",
    "zset-listpack",
    "zset-skiplist-9",
    "stream-groups",
)
"""A sample of each structure, drawn in Russian as well."""

FURTHER_VIEWS = tuple(view for view in VIEWS if view not in ("structure", "bytes", "file"))
"""Views that only some keys have; one sample of each is drawn in Russian."""

COMPARED = tuple(
    name
    for name, lines in SAMPLES.items()
    if sum(not line.startswith("CONFIG") for line in lines) > 1
)
"""Samples whose key was there before the last command."""

ASCII = (
    "string-append",
    "hash-rehashing",
    "list-compressed",
    "zset-skiplist-9",
    "zset-listpack",
    "stream-nodes",
    "hll-sparse",
    "geo-search",
)

LETTERS: dict[Role, str] = {
    "text": "t",
    "title": "T",
    "label": "l",
    "frame": "f",
    "header": "h",
    "key": "k",
    "payload": "p",
    "free": "e",
    "pointer": "a",
    "changed": "C",
    "gone": "G",
    "path": "P",
    "warning": "w",
}
"""How the roles are written in `golden/roles`: ``8l 1C 24p`` is 8 cells of label, and so on."""


def views_of(inspection: Inspection) -> tuple[View, ...]:
    """All but ``file``, which has golden files of its own (`test_files`)."""
    return tuple(view for view in all_views_of(inspection) if view != "file")


Sections = Iterator[tuple[str, str]]


def pictures(
    made: Sample, widths: tuple[int, ...], views: tuple[View, ...] | None = None
) -> Sections:
    """Lines at each width and words, view by view."""
    for view in views or views_of(made.after):
        for width in widths:
            yield f"{view}, {width} cells", made.draw(width, view).plain
        yield f"{view}, in words", made.draw(110, view).text


def roles(made: Sample) -> Sections:
    """The meaning of each run, view by view."""
    for view in views_of(made.after):
        yield f"{view}, 70 cells", roles_of(made.draw(70, view))


def roles_of(drawing: Drawing) -> str:
    """One line of letters and cells for each line; alike ones that follow each other as ``×3``."""
    told = []
    for line, same in groupby(map(_roles_of_line, drawing.lines)):
        count = len(list(same))
        told.append(line if count == 1 else f"{line} ×{count}")
    return "\n".join(told)


def _roles_of_line(line: Line) -> str:
    runs = [(role, width_of(text)) for text, role in line if text]
    return " ".join(
        f"{sum(cells for _role, cells in some)}{LETTERS[role]}"
        for role, some in groupby(runs, lambda run: run[0])
    )


def comparison(made: Sample, widths: tuple[int, ...]) -> Sections:
    """Before and after, their roles, and the twin."""
    for width in widths:
        yield f"diff, {width} cells", made.draw_diff(width).plain
    yield "diff, roles at 70 cells", roles_of(made.draw_diff(70))
    yield "diff, in words", made.draw_diff(110).text


def without_boxes(made: Sample) -> Sections:
    """What a terminal that knows ASCII alone gets."""
    for view in views_of(made.after):
        yield f"{view}, 70 cells", made.draw(70, view).ascii().plain
    yield "diff, 110 cells", made.draw_diff(110).ascii().plain


def compare(folder: str, name: str, sections: Sections) -> None:
    """Against the golden file, which is written first if that was asked for."""
    text = "\n".join(f"=== {title}\n\n{body}\n" for title, body in sections)
    file = GOLDEN / folder / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDENS"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert file.is_file(), f"{file} is missing: run with UPDATE_GOLDENS=1"
    assert text.splitlines() == file.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", SAMPLES)
def test_drawn_as_in_the_golden_file(name: str) -> None:
    compare("keys", name, pictures(sample(name), WIDTHS))


@pytest.mark.parametrize("name", SAMPLES)
def test_each_run_means_what_the_golden_file_says(name: str) -> None:
    compare("roles", name, roles(sample(name)))


@pytest.mark.parametrize("name", COMPARED)
def test_before_and_after_as_in_the_golden_file(name: str) -> None:
    compare("diff", name, comparison(sample(name), WIDTHS))


@pytest.mark.parametrize("name", RUSSIAN)
def test_drawn_in_russian(name: str, russian: None) -> None:
    assert i18n.language() == "ru"
    compare("keys", f"{name}.ru", pictures(sample(name), (70,)))
    compare("diff", f"{name}.ru", comparison(sample(name), (110,)))


@pytest.mark.parametrize("view", FURTHER_VIEWS)
def test_each_further_view_is_drawn_in_russian(view: View, russian: None) -> None:
    made = next((one for one in map(sample, SAMPLES) if view in views_of(one.after)), None)
    assert made is not None, f"no sample has the view {view}"
    compare("keys", f"view-{view}.ru", pictures(made, (70,), (view,)))


@pytest.mark.parametrize("name", ASCII)
def test_drawn_without_boxes(name: str) -> None:
    compare("ascii", name, without_boxes(sample(name)))


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_golden_file_is_left_over(folder: str) -> None:
    russian = {f"{name}.ru" for name in RUSSIAN}
    expected = {
        "keys": {*SAMPLES, *russian, *(f"view-{view}.ru" for view in FURTHER_VIEWS)},
        "roles": {*SAMPLES},
        "diff": {*COMPARED, *russian},
        "ascii": {*ASCII},
    }
    assert {file.stem for file in (GOLDEN / folder).glob("*.txt")} == expected[folder]


def test_each_structure_is_drawn_in_russian() -> None:
    drawn, all_of_them = (
        {(made.after.type, made.after.encoding) for made in map(sample, names)}
        for names in (RUSSIAN, SAMPLES)
    )
    assert drawn == all_of_them


def test_every_role_has_a_letter_of_its_own() -> None:
    assert set(LETTERS) == set(get_args(Role))
    assert len(set(LETTERS.values())) == len(LETTERS)


def test_the_golden_files_stay_small_enough_to_be_read() -> None:
    files = (file for folder in FOLDERS for file in (GOLDEN / folder).glob("*.txt"))
    assert sum(file.stat().st_size for file in files) < 2_500_000
