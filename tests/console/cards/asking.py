"""A world in which a line fails, and the card of its error."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.console.aftermath import error_in
from tutor.console.backend import EmbeddedBackend
from tutor.console.cards import Card, card, card_lines
from tutor.console.lexer import split


def world(*lines: str) -> EmbeddedBackend:
    """An engine in which these lines were carried out."""
    backend = EmbeddedBackend()
    for line in lines:
        assert error_in(backend.execute(split(line))) is None, line
    return backend


def card_of(backend: EmbeddedBackend, line: str) -> Card:
    """The card of a line that fails; it can be drawn, and what it proposes can be typed."""
    argv = split(line)
    error = error_in(backend.execute(argv))
    assert error is not None, line
    found = card(argv, error, backend)
    assert found is not None, error.message
    assert found.title
    assert card_lines(found, 40)
    for one in found.try_lines:
        split(one.command)
    return found


def first_try(backend: EmbeddedBackend, line: str) -> str:
    """The first line that the card proposes."""
    return card_of(backend, line).try_lines[0].command


def tries(found: Card) -> Sequence[str]:
    return [one.command for one in found.try_lines]
