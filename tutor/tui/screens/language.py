"""Asked once, where the locale speaks neither Russian nor English."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.i18n import LANGUAGES
from tutor.tui.base import BaseScreen
from tutor.tui.keys import bindings
from tutor.tui.widgets.notice import TooSmall


class LanguageScreen(BaseScreen[str]):
    """Dismissed with the code of a language. Its few words stand in both languages."""

    CSS_PATH = "language.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(number), f"choose('{code}')", name, show=False)
            for number, (code, name) in enumerate(LANGUAGES.items(), 1)
        ),
        *bindings("quit"),
    ]

    def compose(self) -> ComposeResult:
        """A question and two answers."""
        yield TooSmall()
        with Vertical(id="question"):
            yield Static("Language · Язык", markup=False)
            yield OptionList(
                *(
                    Option(Content(f"{number}  {name}"), id=code)
                    for number, (code, name) in enumerate(LANGUAGES.items(), 1)
                )
            )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click."""
        self.action_choose(str(event.option_id))

    def action_choose(self, code: str) -> None:
        """Take a language."""
        self.dismiss(code)
