"""A Markdown document in a window: to be read, and to be kept as a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from tutor.console.confinement import closed, closed_text
from tutor.i18n import _
from tutor.tui.base import BaseModal
from tutor.tui.glyphs import glyphs
from tutor.tui.keys import letters
from tutor.tui.paint import EMPTY, Piece, Row, row, wrap
from tutor.tui.widgets.markdown import markdown_rows
from tutor.tui.widgets.rows import Rows


class DocumentScreen(BaseModal[bool]):
    """``document`` gives the text in the present language, ``name`` is the file's, without its
    ending. Dismissed with True to go on (``onward`` names that way), None to stay."""

    CSS_PATH = "window.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(letters("s"), "save", show=False),
        Binding("enter", "go_on", show=False),
    ]
    AUTO_FOCUS = ".window"

    def __init__(
        self, document: Callable[[], str], name: str, onward: Callable[[], str] | None = None
    ) -> None:
        super().__init__()
        self._document, self._file, self._onward = document, name, onward

    def compose(self) -> ComposeResult:
        """The text, and beneath it the ways on."""
        with VerticalScroll(classes="window"):
            yield Rows(self._rows)

    def _rows(self, width: int) -> Sequence[Row]:
        rows = [*markdown_rows(self._document(), width), EMPTY]
        if not closed():
            rows.append(way("S", _("keep it as a file"), "screen.save"))
        if self._onward is not None:
            rows.append(way("Enter", self._onward(), "screen.go_on"))
        rows.append(way("Esc", _("close"), "screen.close"))
        return [part for line in rows for part in wrap(line, width)]

    def action_save(self) -> None:
        """Write it to the folder that we are in, under a name that is free."""
        if closed():
            self.notify(closed_text(), severity="warning", markup=False)
            return
        path = _free(Path.cwd(), self._file)
        try:
            path.write_text(self._document(), encoding="utf-8")
        except OSError as error:
            text = f"{glyphs.warning} {path}: {error.strerror or error}"
            self.notify(text, severity="warning", markup=False)
            return
        self.notify(_("Written: {file}").format(file=path), markup=False)

    def action_go_on(self) -> None:
        """Close it, and go on where it was opened on the way."""
        self.dismiss(True if self._onward is not None else None)


def way(key: str, text: str, action: str) -> Row:
    """A key and what it does, to be clicked as well."""
    return row(Piece(f"{key:>5}", "hotkey", action), Piece(f"  {text}", "", action))


def _free(folder: Path, name: str) -> Path:
    number = 1
    path = folder / f"{name}.md"
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}.md"
    return path
