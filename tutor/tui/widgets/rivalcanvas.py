"""What the screen of both engines is made of: the list, pictures, the bar of keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import BindingType

from tutor.diagrams.rivals import row_text, verdict_text
from tutor.i18n import _
from tutor.labs.rivals import ROWS
from tutor.tui.glyphs import glyphs
from tutor.tui.labkeys import key_bindings
from tutor.tui.paint import Row, fit, row, wrap
from tutor.tui.rivalkeys import CHOOSE, OF_MODE, Mode, all_keys
from tutor.tui.widgets.labcanvas import LabCanvas, cut_rows, play_words
from tutor.tui.widgets.painted import Line

CHOICES: tuple[str, ...] = (*ROWS, "ring", "prompt")
"""The rows of the table, and what else can be chosen."""


def choice_text(choice: str) -> str:
    """Its name."""
    if choice in ROWS:
        return row_text(choice)
    return _("Sharding: the ring") if choice == "ring" else _("Memcached's prompt")


def mode_of(choice: str) -> Mode:
    """What is seen when it is chosen."""
    modes: dict[str, Mode] = {"ring": "ring", "prompt": "prompt"}
    return modes.get(choice, "experiment")


class RivalsCanvas(LabCanvas):
    """A picture; the keys of all modes work while it has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = key_bindings(all_keys(), "")


class ChoiceList(Line):
    """The experiments, the ring and the prompt; those that were run to their end carry a mark."""

    DEFAULT_CSS = "ChoiceList { height: 100%; }"

    def __init__(
        self, chosen: Callable[[], str], done: Callable[[str], bool], *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._chosen = chosen
        self._done = done

    def compose_rows(self, width: int) -> Sequence[Row]:
        """A row for each, a blank one before what is no experiment."""
        rows: list[Row] = [row((_("The notes' table"), "label"))]
        for choice in CHOICES:
            if choice == "ring":
                rows.append(())
            here = choice == self._chosen()
            sign = glyphs.right if here else glyphs.ok if self._done(choice) else " "
            role = "accent" if here else "ok"
            name = (choice_text(choice), "chosen" if here else "")
            rows.append(fit(row((f"{sign} ", role), name), width, glyphs.ellipsis))
        rows += [(), *self._verdict(width)]
        return rows

    def _verdict(self, width: int) -> list[Row]:
        """What is to be thought of the notes' row, once it was tried."""
        chosen = self._chosen()
        if chosen not in ROWS or ROWS[chosen].of is None or not self._done(chosen):
            return []
        text = verdict_text(ROWS[chosen].verdict)
        return wrap(row((_("the notes: "), "muted"), (text, "warning")), width)

    def choice_at(self, y: int) -> str | None:
        """What stands in a row."""
        at = y - 1
        if at > len(ROWS):
            at -= 1
        elif at == len(ROWS):
            return None
        return CHOICES[at] if 0 <= at < len(CHOICES) else None

    def on_click(self, event: events.Click) -> None:
        """A click chooses."""
        choice = self.choice_at(event.y)
        choose: Callable[[str], None] | None = getattr(self.screen, "choose", None)
        if choice is not None and choose is not None:
            choose(choice)


class RivalsBar(Line):
    """Where one is, and the keys that work here."""

    DEFAULT_CSS = "RivalsBar { padding: 0 1; }"

    def __init__(
        self, mode: Callable[[], Mode], words: Callable[[], Row], *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._mode = mode
        self._words = words

    def compose_rows(self, width: int) -> Sequence[Row]:
        """As many rows as there is room for."""
        keys = (*OF_MODE[self._mode()], CHOOSE)
        pieces = (*self._words(), *play_words(keys))
        return cut_rows(wrap(pieces, width, "  "), width, self.size.height)
