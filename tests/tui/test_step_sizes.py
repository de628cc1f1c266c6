"""Lint's S6 counts lines without a screen; here they are those that the screen draws."""

from __future__ import annotations

import pytest

from tutor.course.lint.measure import WIDTH, rendered_lines
from tutor.course.lint.structure import CODE_CELLS
from tutor.course.loader import load_course
from tutor.course.model import Lesson
from tutor.course.texts import perform_section
from tutor.tui.paint import width_of
from tutor.tui.widgets.prose import prose_rows

LESSONS = load_course().lessons


@pytest.mark.parametrize("lesson", LESSONS, ids=[lesson.id for lesson in LESSONS])
def test_a_text_takes_as_many_lines_as_lint_counts(lesson: Lesson) -> None:
    steps = {step.id: step for step in lesson.steps}
    for language, document in lesson.prose.items():
        for anchor, section in document.sections.items():
            step = steps[anchor.partition("/")[0]]
            if "/feedback." in anchor:
                continue  # its places are not filled yet
            prose = perform_section(section.blocks, step, lesson.seed)
            rows = prose_rows(prose, WIDTH)
            assert rendered_lines(prose, WIDTH) == len(rows), f"{language}: {anchor}"
            assert max(map(width_of, rows), default=0) <= WIDTH, f"{language}: {anchor}"


def test_code_as_wide_as_lint_allows_is_not_broken() -> None:
    from tutor.course.prose import Code

    line = "x" * CODE_CELLS
    assert len(prose_rows((Code(line),), WIDTH)) == 1
