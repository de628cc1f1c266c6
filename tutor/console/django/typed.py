"""What has been typed behind ``>>>``: its history, and pastes of several lines."""

from __future__ import annotations

import ast

from tutor.console.history import History
from tutor.resources import state_folder

__all__ = ["HISTORY", "open_history", "statements"]

HISTORY = "django-history"


def open_history() -> History:
    """What was typed behind ``>>>``, apart from the Redis prompt's lines."""
    try:
        return History(state_folder() / HISTORY)
    except RuntimeError:  # no home directory
        return History()


def statements(text: str) -> list[str]:
    """What was pasted as several lines, statement by statement."""
    if "\n" not in text.strip():
        return [text]
    lines = [line.removeprefix(">>> ").removeprefix("... ") for line in text.splitlines()]
    whole = "\n".join(lines)
    try:
        body = ast.parse(whole).body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return [line for line in lines if line.strip()]
    return [ast.get_source_segment(whole, one) or "" for one in body]
