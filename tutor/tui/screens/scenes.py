"""Lists of a talk: the scenes of a demo, and the demos that there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.course.presenting import Presentation
from tutor.course.scenes import Script
from tutor.i18n import _, language
from tutor.tui.base import BaseModal
from tutor.tui.glyphs import glyphs


class _Choice(BaseModal[int]):
    """Numbered lines; dismissed with the number of one, None by Esc."""

    CSS_PATH = "scenes.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(str(number), f"take({number})", show=False) for number in range(1, 10)
    ]
    AUTO_FOCUS = "OptionList"

    def title_text(self) -> str:
        """What is chosen."""
        raise NotImplementedError

    def lines(self) -> Sequence[str]:
        """The choices, from 1."""
        raise NotImplementedError

    def present(self) -> int:
        """The one that the bar is on at first."""
        return 1

    def compose(self) -> ComposeResult:
        """A title and a list."""
        with Vertical(id="choice"):
            yield Static(self.title_text(), markup=False)
            yield OptionList(*(
                Option(Content(f"{number}  {text}"), id=str(number))
                for number, text in enumerate(self.lines(), 1)
            ))  # fmt: skip

    def on_mount(self) -> None:
        """The bar is on the present one."""
        self.query_one(OptionList).highlighted = self.present() - 1

    def retranslate(self) -> None:
        """In the present language."""
        super().retranslate()
        self.query_one(Static).update(self.title_text())
        options = self.query_one(OptionList)
        for number, text in enumerate(self.lines()):
            options.replace_option_prompt_at_index(number, Content(f"{number + 1}  {text}"))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click."""
        self.dismiss(int(str(event.option_id)))

    def action_take(self, number: int) -> None:
        """A digit."""
        if number <= len(self.lines()):
            self.dismiss(number)


class ScenesScreen(_Choice):
    """The scenes of the demo that is presented."""

    def __init__(self, presentation: Presentation) -> None:
        super().__init__()
        self._presentation = presentation

    def title_text(self) -> str:
        return _("Scenes")

    def lines(self) -> Sequence[str]:
        script = self._presentation.script
        return [script.scene_title(scene, language()) for scene in script.scenes]

    def present(self) -> int:
        return self._presentation.scene_number


class DemosScreen(_Choice):
    """All demos."""

    def __init__(self, scripts: Sequence[Script]) -> None:
        super().__init__()
        self._scripts = scripts

    def title_text(self) -> str:
        return _("Demos")

    def lines(self) -> Sequence[str]:
        return [
            f"{script.name} {glyphs.dash} {script.title(language())}" for script in self._scripts
        ]
