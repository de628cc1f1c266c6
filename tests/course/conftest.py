"""A course to play with, and English unless a test says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.course.lessonkit import write_lesson
from tutor import i18n
from tutor.course.loader import load_course
from tutor.course.model import Course


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    before = i18n.language()
    i18n.set_language("en")
    yield
    i18n.set_language(before)


@pytest.fixture(scope="session")
def course() -> Course:
    """The real lessons."""
    return load_course()


@pytest.fixture
def tiny_folder(tmp_path: Path) -> Path:
    """A small faultless course that may be spoilt."""
    return write_lesson(tmp_path / "lessons")


@pytest.fixture
def tiny(tiny_folder: Path) -> Course:
    """The same, loaded."""
    return load_course(tiny_folder)
