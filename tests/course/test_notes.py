"""Nothing of the notes is lost: each part stands in a step of the course, in both languages."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tutor.course.model import Course, Lesson, Step

ROOT = Path(__file__).resolve().parents[2]
NOTES = ROOT.parent / "shared" / "notes" / "redis-notes.ru.md"


@pytest.fixture(scope="module")
def notes() -> ModuleType:
    spec = importlib.util.spec_from_file_location("notes", ROOT / "docs" / "notes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["notes"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def places(notes: ModuleType) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = notes.mapped(notes.MAP.read_text(encoding="utf-8"))
    return found


def text_of(lesson: Lesson, step: Step, language: str) -> str:
    """Everything that a step says, and every line that is typed in it."""
    lines = [*step.setup, *step.solution, *step.goal]
    lines += [line for accept in step.accept for line in accept.run]
    if step.predict is not None:
        lines += [*step.predict.run, step.predict.ask]
    document = lesson.prose[language]
    said = [
        f"{document.titles.get(anchor, '')}\n{section.text}"
        for anchor, section in document.sections.items()
        if anchor.partition("/")[0] == step.id
    ]
    return "\n".join([*said, *(line.text for line in lines)])


def spoken(text: str) -> str:
    """Code regardless of quotes and spaces that change nothing."""
    return re.sub(r"[\s'\"]+", " ", text).strip().casefold()


def test_the_page_is_what_the_map_says(
    notes: ModuleType, places: dict[tuple[str, str], list[str]]
) -> None:
    page = notes.PAGE.read_text(encoding="utf-8")
    assert page == notes.page(places), "run: python docs/notes.py"


def test_every_part_of_the_map_leads_to_a_step(
    course: Course, places: dict[tuple[str, str], list[str]]
) -> None:
    known = {f"{lesson.id}/{step.id}" for lesson in course.lessons for step in lesson.steps}
    assert places
    for part, steps in places.items():
        assert steps, part
        assert set(steps) <= known, part


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_command_is_in_the_steps_it_leads_to(
    course: Course, places: dict[tuple[str, str], list[str]], language: str
) -> None:
    for (kind, part), steps in places.items():
        if kind != "command":
            continue
        said = [_step_text(course, step, language) for step in steps]
        assert any(spoken(part) in spoken(text) for text in said), (part, steps)


def _step_text(course: Course, name: str, language: str) -> str:
    lesson_id, _, step_id = name.partition("/")
    lesson = course.lesson(lesson_id)
    return text_of(lesson, lesson.steps[lesson.index_of(step_id)], language)


@pytest.mark.skipif(not NOTES.exists(), reason="the notes are not part of the project")
def test_no_part_of_the_notes_is_missing(
    notes: ModuleType, places: dict[tuple[str, str], list[str]]
) -> None:
    parts = list(notes.parts(NOTES.read_text(encoding="utf-8")))
    assert len(parts) > 80
    assert {(part.kind, part.text) for part in parts} == set(places)


@pytest.mark.skipif(not NOTES.exists(), reason="the notes are not part of the project")
@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_line_of_a_block_is_in_the_steps_it_leads_to(
    course: Course, notes: ModuleType, places: dict[tuple[str, str], list[str]], language: str
) -> None:
    for part in notes.parts(NOTES.read_text(encoding="utf-8")):
        if part.kind != "block":
            continue
        steps = places[part.kind, part.text]
        said = spoken("\n".join(_step_text(course, step, language) for step in steps))
        missing = [line for line in part.lines if spoken(line) and spoken(line) not in said]
        assert not missing, (part.text, steps)
