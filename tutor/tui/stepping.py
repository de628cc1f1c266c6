"""A ready function that was carried out line by line: its text, where one is, what a line did.

  2  key = f"rate_limit:{user_id}"
► 3  current = cache.get(key)
  4  if current is None:

  key = 'rate_limit:7'   current⁺ = None
  master  GET :1:rate_limit:7  →  (nil)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.i18n import _
from tutor.tui.glyphs import glyphs
from tutor.tui.paint import EMPTY, Row, fit, row, wrap

if TYPE_CHECKING:
    from tutor.network.django.recipes import Recipe, Step
    from tutor.network.django.session import Outcome


_LEAST = 3
"""Lines of the text that are shown however little room there is."""


class Stepping:
    """The steps of one call; ``at`` is the one that is shown, from 0."""

    def __init__(self, outcome: Outcome) -> None:
        self.steps: Sequence[Step] = outcome.steps
        self.at = 0
        self._line = outcome.line

    def move(self, by: int) -> None:
        """Go on, or back."""
        self.at = min(max(self.at + by, 0), len(self.steps) - 1)

    @property
    def recipe(self) -> Recipe:
        """The function."""
        from tutor.console.django.report import called
        from tutor.network.django.recipes import RECIPES

        return RECIPES[called(self._line)]

    def title(self) -> Row:
        """``is_rate_limited · step 2 of 6``."""
        text = _("step {n} of {total}").format(n=self.at + 1, total=len(self.steps))
        return row((self.recipe.name, "title"), (f" {glyphs.dot} {text}", "muted"))

    def rows(self, width: int, height: int) -> list[Row]:
        """The text, then what the present line did; of a long text what is around that line."""
        did = self._did(width)
        source = self._source(width)
        room = max(height - len(did) - 1, _LEAST)
        here = self.steps[self.at].line - 1
        first = max(min(here - room // 2, len(source) - room), 0)
        return [*source[first : first + room], EMPTY, *did]

    def _did(self, width: int) -> list[Row]:
        from tutor.console.django.report import exchange_line

        now = self.steps[self.at]
        pieces: list[tuple[str, str]] = []
        for name, value in now.variables.items():
            new = name in now.changed
            mark = glyphs.changed if new else ""
            pieces += [(f"{name}{mark}", "changed" if new else "muted"), (f" = {value}   ", "")]
        rows = wrap(row(*pieces), width, "  ") if pieces else []
        rows += [fit(row(*exchange_line(one, brief=True)), width, glyphs.ellipsis)
                 for one in now.exchanges]  # fmt: skip
        if now.error is not None:
            rows += wrap(row((f"{type(now.error).__name__}: {now.error}", "error")), width)
        elif now.returned is not None:
            rows += wrap(row(("return ", "option"), (now.returned, "string")), width)
        return [*rows, row(("Alt+← Alt+→", "hotkey"), "  ", (_("line by line"), "muted"))]

    def _source(self, width: int) -> list[Row]:
        from tutor.console.django.highlight import pieces

        passed = {one.line for one in self.steps[: self.at]}
        here = self.steps[self.at].line
        rows = []
        for number, text in enumerate(self.recipe.source.splitlines(), 1):
            mark = (f"{glyphs.right} ", "accent") if number == here else ("  ", "")
            known = pieces(text) if number in passed or number == here else [(text, "dim")]
            made = row(mark, (f"{number:>2}  ", "index"), *known)
            rows.append(fit(made, width, glyphs.ellipsis))
        return rows
