"""Every structure as it is drawn, at three widths, in both views, and its text twins.

`UPDATE_GOLDENS=1 pytest tests/diagrams/test_golden.py` writes the files anew: read the difference.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.diagrams.samples import SAMPLES, Sample, build
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


def sections(sample: Sample, widths: tuple[int, ...]) -> Iterator[tuple[str, str]]:
    for view in VIEWS:
        for width in widths:
            yield f"{view}, {width} cells", sample.draw(width, view).plain
        yield f"{view}, in words", sample.draw(110, view).text


def compare(name: str, sample: Sample, widths: tuple[int, ...] = WIDTHS) -> None:
    text = "\n".join(f"=== {title}\n\n{body}\n" for title, body in sections(sample, widths))
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDENS"):
        file.write_text(text, encoding="utf-8")
    assert file.is_file(), f"{file} is missing: run with UPDATE_GOLDENS=1"
    assert text.splitlines() == file.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", SAMPLES)
def test_drawn_as_in_the_golden_file(name: str) -> None:
    compare(name, build(SAMPLES[name]))


@pytest.mark.parametrize("name", RUSSIAN)
def test_drawn_in_russian(name: str, russian: None) -> None:
    assert i18n.language() == "ru"
    compare(f"{name}.ru", build(SAMPLES[name]), (70,))


def test_no_golden_file_is_left_over() -> None:
    expected = {*SAMPLES, *(f"{name}.ru" for name in RUSSIAN)}
    assert {file.stem for file in GOLDEN.glob("*.txt")} == expected
