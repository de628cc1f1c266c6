"""What all our screens share: translated bindings, a change of language, and a guard on size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Protocol, runtime_checkable

from textual.binding import ActiveBinding, BindingType
from textual.screen import ModalScreen, Screen, ScreenResultType

from tutor.i18n import _
from tutor.tui.compositing import RowCompositor
from tutor.tui.keys import bindings

SMALLEST = (40, 12)
"""Columns and rows below which a screen says that it needs more room."""

_WIDTHS = [(0, "-cramped"), (SMALLEST[0], "-narrow"), (100, "-wide")]
_HEIGHTS = [(0, "-flat"), (SMALLEST[1], "-short"), (30, "-tall")]


@runtime_checkable
class Speaks(Protocol):
    """A widget that shows words of its own."""

    def retranslate(self) -> None:
        """Show them in the present language."""


class Translated(Screen[ScreenResultType]):
    """Bindings in the present language; `retranslate` reaches every widget that `Speaks`."""

    def __init__(
        self, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name, id, classes)
        self._compositor = RowCompositor()

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """As Textual's, with descriptions and tooltips in the present language."""
        return {
            key: active._replace(
                binding=replace(active.binding, description=_said(active.binding.description)),
                tooltip=_said(active.tooltip),
            )
            for key, active in super().active_bindings.items()
        }

    def own_help(self) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        """Sections of help on the screen's own keys: titles, and keys with their sentences."""
        return ()

    def retranslate(self) -> None:
        """Show everything in the present language; focus, scroll and what was typed stay."""
        for widget in self.walk_children():
            if isinstance(widget, Speaks):
                widget.retranslate()
        self.refresh_bindings()


class BaseScreen(Translated[ScreenResultType]):
    """A full screen; its style sheet reads classes such as ``-narrow`` and ``-short``."""

    HORIZONTAL_BREAKPOINTS = _WIDTHS
    VERTICAL_BREAKPOINTS = _HEIGHTS


class BaseModal(Translated[ScreenResultType], ModalScreen[ScreenResultType]):
    """A window over a screen, closed by Esc; the app's own keys (F2, F10) work in it as well."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("close")]
    HORIZONTAL_BREAKPOINTS = _WIDTHS
    VERTICAL_BREAKPOINTS = _HEIGHTS

    def action_close(self) -> None:
        """Close the window without a result."""
        self.dismiss(None)


def _said(message: str) -> str:
    return _(message) if message else ""
