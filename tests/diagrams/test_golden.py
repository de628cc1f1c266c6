"""Every structure as it is drawn, at three widths, in both views, and its text twins.

`UPDATE_GOLDENS=1 pytest tests/diagrams/test_golden.py` writes the files anew: read the difference.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.diagrams.samples import SAMPLES, Sample, sample
from tutor import i18n
from tutor.diagrams import View

GOLDEN = Path(__file__).parent / "golden"
WIDTHS = (40, 70, 110)
VIEWS: tuple[View, ...] = ("structure", "bytes")
RUSSIAN = (
    "string-append",
    "hash-listpack-many",
    "hash-rehashing",
    "list-compressed",
    "set-intset-16",
    "set-table",
    "zset-skiplist-9",
)


def sections(made: Sample, widths: tuple[int, ...]) -> Iterator[tuple[str, str]]:
    for view in VIEWS:
        for width in widths:
            yield f"{view}, {width} cells", made.draw(width, view).plain
        yield f"{view}, in words", made.draw(110, view).text


def compare(name: str, made: Sample, widths: tuple[int, ...] = WIDTHS) -> None:
    text = "\n".join(f"=== {title}\n\n{body}\n" for title, body in sections(made, widths))
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDENS"):
        file.write_text(text, encoding="utf-8")
    assert file.is_file(), f"{file} is missing: run with UPDATE_GOLDENS=1"
    assert text.splitlines() == file.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", SAMPLES)
def test_drawn_as_in_the_golden_file(name: str) -> None:
    compare(name, sample(name))


@pytest.mark.parametrize("name", RUSSIAN)
def test_drawn_in_russian(name: str, russian: None) -> None:
    assert i18n.language() == "ru"
    compare(f"{name}.ru", sample(name), (70,))


def test_no_golden_file_is_left_over() -> None:
    expected = {*SAMPLES, *(f"{name}.ru" for name in RUSSIAN)}
    assert {file.stem for file in GOLDEN.glob("*.txt")} == expected
