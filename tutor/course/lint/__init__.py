"""Proves lessons: structure (S), engine (E), the two languages (T), teaching (P).

Each rule is a function over one lesson that yields problems with file and line; `RULES` names them
all. `lint` runs them and reports what was proved. Every rule has a lesson under `tests/course/bad/`
that breaks it and nothing else.
"""

from tutor.course.lint.run import RULES, Proof, check_course, lint

__all__ = ["RULES", "Proof", "check_course", "lint"]
