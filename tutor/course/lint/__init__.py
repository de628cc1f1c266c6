"""Proves lessons: structure (S), engine (E), the two languages (T), teaching (P).

Each rule is a function over one lesson that yields problems with file and line; `RULES` names them
all. `lint` runs them and reports what was proved. Every rule has a lesson under `tests/course/bad/`
that breaks it and nothing else.
"""

from tutor.course.lint.app import APP_RULES
from tutor.course.lint.rules import LOADED, RULES
from tutor.course.lint.run import Proof, check_course, lint
from tutor.course.lint.surroundings import Surroundings, Twins

__all__ = [
    "APP_RULES", "LOADED", "RULES", "Proof", "Surroundings", "Twins", "check_course", "lint",
]  # fmt: skip
