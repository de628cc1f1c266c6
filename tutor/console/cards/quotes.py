"""The card of a line whose quotes do not fit."""

from __future__ import annotations

import re

from tutor.console.cards.case import Card, Try
from tutor.console.lexer import UnbalancedQuotes, split
from tutor.i18n import _

__all__ = ["quoting_card"]


_SCRIPT = re.compile(
    r"\s*(?:EVAL|EVAL_RO|SCRIPT\s+LOAD|FUNCTION\s+LOAD(?:\s+REPLACE)?)\s+\"", re.IGNORECASE
)
"""What stands before a script in double quotes."""


def _with_other_quotes(line: str) -> str | None:
    """A line with a script in which double quotes stand inside double quotes, put right."""
    found = _SCRIPT.match(line)
    if found is None:
        return None
    end = line.rfind('"')
    body = line[found.end() : end]
    if end < found.end() or not re.search(r'(?<!\\)"', body) or "'" in body:
        return None
    fixed = line[: found.end()] + re.sub(r'(?<!\\)"', "'", body) + line[end:]
    try:
        split(fixed)
    except UnbalancedQuotes:
        return None
    return fixed


def quoting_card(line: str, error: UnbalancedQuotes) -> Card:
    """The card of a line that redis-cli answers with ``Invalid argument(s)``."""
    at = error.position
    script = _with_other_quotes(line)
    if script is not None:
        return Card(
            _("The script's quotes end too early"),
            _("The script stands in double quotes, so the next one ends it. Inside, Lua takes "
              "single quotes as well. Nothing was sent."),
            (Try(script, _("single quotes inside")),),
        )  # fmt: skip
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
