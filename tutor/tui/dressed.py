"""What all our apps look like: our themes, and only ASCII or no colours where that is wished."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import App
from textual.filter import LineFilter, Monochrome, NoColor
from textual.reactive import Reactive
from textual.scrollbar import ScrollBar
from textual.theme import Theme

from tutor.tui.glyphs import AsciiFilter, wants_ascii
from tutor.tui.theme import DARK, THEMES
from tutor.tui.widgets.scrollbars import ThinScrollBar


class Dressed(App[None]):
    """An app in our dress."""

    theme: Reactive[str] = Reactive(DARK.name)

    def __init__(self) -> None:
        super().__init__()
        ScrollBar.renderer = ThinScrollBar
        self._ascii = AsciiFilter(enabled=wants_ascii())

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Ours and no others."""
        return THEMES

    def get_theme(self, theme_name: str) -> Theme | None:
        """Known from the first moment, so that the style sheet is not read twice at the start."""
        return THEMES.get(theme_name)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """With NO_COLOR not even greys; where it is wished only ASCII."""
        filters = [*super().get_line_filters(), *([self._ascii] if self._ascii.enabled else [])]
        return [NoColor() if isinstance(each, Monochrome) else each for each in filters]
