"""What an error means and what to try, in the learner's language.

A card is looked up by the error's text: the `FAMILIES` of each module say which texts belong
together. A family is a function of a `Case` (the command, the error, what exists) that returns a
card, or None if it has nothing to say; then the next one is asked.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from functools import cache

from tutor.console.backend import Catalog
from tutor.console.cards import (
    arguments,
    bitmaps,
    clients,
    functions,
    keys,
    names,
    numbers,
    places,
    replication,
    scripts,
    server,
    sessions,
    settings,
    streams,
    users,
)
from tutor.console.cards.case import Card, Case, Families, Try
from tutor.console.cards.quotes import quoting_card
from tutor.console.render import Line
from tutor.engine.replies import ReplyError
from tutor.i18n import _

__all__ = ["Card", "Try", "card", "card_lines", "quoting_card"]

_FAMILIES: Families = (
    *replication.FAMILIES,
    *streams.FAMILIES,
    *bitmaps.FAMILIES,
    *places.FAMILIES,
    *scripts.FAMILIES,
    *functions.FAMILIES,
    *arguments.FAMILIES,
    *clients.FAMILIES,
    *numbers.FAMILIES,
    *settings.FAMILIES,
    *keys.FAMILIES,
    *sessions.FAMILIES,
    *users.FAMILIES,
    *server.FAMILIES,
    *names.FAMILIES,
)
"""The first that has something to say makes the card: the special stand before the general."""


def card(
    argv: Sequence[bytes], reply_error: ReplyError, context: Catalog | None = None
) -> Card | None:
    """The card of an error reply to ``argv``; None if there is nothing to add.

    ``context`` tells the types of keys; it is only read.
    """
    if not argv:
        return None
    case = Case(argv, reply_error.message, context)
    for pattern, family in _patterns():
        if pattern.match(case.message):
            found = family(case)
            if found is not None:
                return found
    return numbers.anything_wrong(case)


@cache
def _patterns() -> list[tuple[re.Pattern[str], Callable[[Case], Card | None]]]:
    return [(re.compile(pattern), family) for pattern, family in _FAMILIES]


def card_lines(card: Card, width: int = 80) -> list[Line]:
    """A card for a terminal of ``width`` columns. Roles: ``title``, ``text``, ``syntax``, ``note``.

    Every line stands behind a bar, so that the card is told from replies without colour.
    """
    bar = ("▌ ", "label")
    room = max(min(width - 3, 96), 20)
    lines: list[Line] = [[bar, (card.title, "title")]]
    code = False
    for row in textwrap.wrap(card.meaning, room, break_on_hyphens=False):
        line: Line = [bar]
        for at, piece in enumerate(row.split("`")):
            code ^= at > 0
            if piece:
                line.append((piece, "syntax" if code else "text"))
        lines.append(line)
    for attempt in card.try_lines:
        if not attempt.command:
            lines += [[bar, ("· ", "label"), (piece, "text")]
                      for piece in textwrap.wrap(attempt.why, room - 2)]  # fmt: skip
            continue
        line = [bar, (_("try: "), "label"), (attempt.command, "syntax")]
        used = sum(len(text) for text, _role in line)
        if attempt.why and used + len(attempt.why) + 5 <= width:
            line.append((f"   — {attempt.why}", "note"))
            lines.append(line)
        else:
            lines.append(line)
            wrapped = textwrap.wrap(attempt.why, room - 4)
            lines += [[bar, ("    " + piece, "note")] for piece in wrapped]
    return lines
