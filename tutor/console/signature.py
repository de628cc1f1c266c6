"""The syntax of the command at hand, and where in it the cursor stands."""

from __future__ import annotations

from typing import Literal, NamedTuple

State = Literal["done", "active", "remaining"]


class Word(NamedTuple):
    """A piece of the syntax (``key``, ``[EX seconds]``) and how far it is typed."""

    text: str
    state: State


class Signature(NamedTuple):
    """What the prompt shows under the line.

    ``command`` is the full name in capitals ("OBJECT ENCODING"), ``words`` its syntax in order,
    ``summary`` one line in the present language, ``complexity`` such as ``O(1)``.
    """

    command: str
    words: tuple[Word, ...]
    summary: str
    complexity: str


def signature(line: str, cursor: int) -> Signature | None:
    """None while the line names no command that is known."""
    raise NotImplementedError
