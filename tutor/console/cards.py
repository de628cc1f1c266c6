"""What an error means and what to try, in the learner's language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tutor.console.backend import Catalog
from tutor.console.lexer import UnbalancedQuotes
from tutor.engine.replies import ReplyError


class Try(NamedTuple):
    """A line to try, ready to be typed ("" if it is only advice), and why."""

    command: str
    why: str


class Card(NamedTuple):
    """``meaning`` is one to three sentences; ``try_lines`` may be empty."""

    title: str
    meaning: str
    try_lines: tuple[Try, ...]


def card(
    argv: Sequence[bytes], reply_error: ReplyError, context: Catalog | None = None
) -> Card | None:
    """The card of an error reply to ``argv``; None if there is nothing to add.

    ``context`` tells the types of keys; it is only read.
    """
    raise NotImplementedError


def quoting_card(line: str, error: UnbalancedQuotes) -> Card:
    """The card of a line that redis-cli answers with ``Invalid argument(s)``."""
    raise NotImplementedError
