"""The card of a line whose quotes do not fit."""

from __future__ import annotations

from tutor.console.cards.case import Card, Try
from tutor.console.lexer import UnbalancedQuotes
from tutor.i18n import _

__all__ = ["quoting_card"]


def quoting_card(line: str, error: UnbalancedQuotes) -> Card:
    """The card of a line that redis-cli answers with ``Invalid argument(s)``."""
    at = error.position
    if error.kind == "open":
        mark = line[at]
        title = _("A quote is not closed")
        meaning = _(
            "The quote `{mark}` in column {column} is opened but not closed, so it is not clear "
            "where the argument ends. Nothing was sent."
        ).format(mark=mark, column=at + 1)
        if mark == "'" and at and line[at - 1].isalnum():
            advice = _("An apostrophe inside a word must stand in double quotes.")
            start = line.rfind(" ", 0, at) + 1
            tries = (Try(f'{line[:start]}"{line[start:].rstrip()}"', advice),)
        else:
            tries = (Try(line.rstrip() + mark, _("the quote closed at the end")),)
        return Card(title, meaning, tries)
    meaning = _(
        "After a closing quote there must be a space: in column {column} stands “{letter}”. "
        "Nothing was sent."
    ).format(column=at + 1, letter=line[at])
    spaced = f"{line[:at]} {line[at:]}"
    inner = _('A quote inside a quoted argument is written as \\".')
    return Card(
        _("A word is glued to a closing quote"),
        meaning,
        (Try(spaced, _("two arguments")), Try("", inner)),
    )
