"""All rules, each with the part of a lesson that it is about."""

from __future__ import annotations

from tutor.course.lint.bilingual import BILINGUAL_RULES
from tutor.course.lint.demo import DEMO_RULES
from tutor.course.lint.engine import ENGINE_RULES, Rule
from tutor.course.lint.pace import PACE_RULES
from tutor.course.lint.panels import PANEL_RULES
from tutor.course.lint.structure import STRUCTURE_RULES
from tutor.course.lint.teaching import TEACHING_RULES
from tutor.course.lint.wording import WORDING_RULES

LOADED = ("S1", "S7", "T2")
"""Rules that the loader itself applies; S2 and S3 and E12 in part."""

LESSON_RULES: dict[str, Rule] = {
    **STRUCTURE_RULES, **BILINGUAL_RULES, **WORDING_RULES, **TEACHING_RULES,
}  # fmt: skip
"""About a lesson as a whole."""

STEP_RULES: dict[str, Rule] = {**ENGINE_RULES, **PACE_RULES, **PANEL_RULES, **DEMO_RULES}
"""About each step by itself: they run it."""

RULES: dict[str, Rule] = {**LESSON_RULES, **STEP_RULES}
