"""What stands around a lab while it is presented: the caption above, figures in large type."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len

from tutor.course.presenting import Presentation
from tutor.course.scenelabs import UNKNOWN
from tutor.course.scenes import Scene
from tutor.diagrams.scenes import figure_text
from tutor.i18n import _
from tutor.tui.blockdigits import ROWS, is_drawable, large
from tutor.tui.glyphs import glyphs, wants_ascii
from tutor.tui.paint import EMPTY, Piece, Row, fit, row, spread, wrap
from tutor.tui.widgets.markdown import markdown_line
from tutor.tui.widgets.painted import Line

MOST_NOTE_ROWS = 4
_GAPS = (6, 4, 3, 2)
"""Cells between two large figures: as many as there is room for."""


def first_paragraph(note: str) -> str:
    """What the class sees of a note; the rest is for the presenter."""
    return " ".join(note.strip().split("\n\n")[0].split())


class Caption(Line):
    """Scene, note, and what the next key does. ``large``: with room around it."""

    DEFAULT_CSS = "Caption { background: $surface; padding: 0 1; }"

    def __init__(
        self, presentation: Presentation, large: Callable[[], bool], *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.presentation = presentation
        self._large = large
        self._measured: tuple[object, ...] = ()
        self._note_rows = 1

    def fit_height(self, width: int) -> None:
        """As high as the longest note of the scene needs, so that nothing jumps between beats."""
        shown = self.presentation
        key = (shown.scene.id, shown.lang, width, self._large())
        if width > 0 and key != self._measured:
            self._measured = key
            notes = [
                self._note(shown.script.words(shown.scene, beat.note, shown.lang), width)
                for beat in shown.scene.beats
            ]
            self._note_rows = min(max(map(len, notes)), MOST_NOTE_ROWS)
            self.styles.height = self._note_rows + 2 + (2 if self._large() else 0)
        self.refresh()

    def _note(self, note: str, width: int) -> list[Row]:
        return wrap(markdown_line(first_paragraph(note), "strong"), width)

    def compose_rows(self, width: int) -> Sequence[Row]:
        """The head, the note, what comes."""
        shown = self.presentation
        gap: list[Row] = [EMPTY] if self._large() else []
        note = self._note(shown.note, width)[: self._note_rows]
        note += [EMPTY] * (self._note_rows - len(note))
        return [self._head(width), *gap, *note, *gap, self._foot(width)]

    def _head(self, width: int) -> Row:
        shown = self.presentation
        number = f"{shown.scene_number}/{len(shown.scenes)}"
        left = row((number, "accent"), "  ", (shown.title, "title"))
        beats = len(shown.scene.beats)
        marks = row(
            (glyphs.full * shown.beat_number, "accent"),
            (glyphs.empty * (beats - shown.beat_number), "dim"),
        )
        if shown.interrupted:
            text = _("your hands now · ^T: back to the script")
            marks = row((f"{glyphs.warning} {text}", "warning"))
        return spread(left, marks, width, glyphs.ellipsis)

    def _foot(self, width: int) -> Row:
        """What is being typed, or what the next key does."""
        shown = self.presentation
        if shown.interrupted:
            return row(("PgDn", "hotkey"), " ", (_("back to the script, and on"), "muted"))
        if shown.busy:
            return fit(row((f"{glyphs.right} ", "accent"), *self._doing()), width, glyphs.ellipsis)
        if shown.over:
            return row((_("The end of the demo."), "muted"))
        pieces = row(("PgDn", "hotkey"), " ")
        if shown.coming is None:
            text = _("next scene: {title}").format(title=shown.next_line)
            return fit((*pieces, Piece(text, "muted")), width, glyphs.ellipsis)
        return fit((*pieces, Piece(shown.next_line, "code")), width, glyphs.ellipsis)

    def _doing(self) -> list[tuple[str, str]]:
        shown = self.presentation
        if shown.typed:
            return [(f"{shown.typed}▌", "command")]
        if shown.said:
            return [(shown.said[-1].line, "command")]
        return [(_("time passes"), "muted")]


class Figures(Line):
    """The scene's figures in block digits, each over its words."""

    DEFAULT_CSS = "Figures { height: 6; padding: 1 1 0 1; display: none; }"

    def __init__(
        self, presentation: Presentation, values: Callable[[], dict[str, float | str]],
        *, id: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(id=id)
        self.presentation = presentation
        self._values = values

    def _columns(self) -> list[tuple[list[str], str]]:
        """The three rows of each figure, and its words."""
        shown, values = self.presentation, self._values()
        scene: Scene = shown.scene
        found: list[tuple[list[str], str]] = []
        for number, name in enumerate(scene.figures, 1):
            text = figure_text(name, values.get(name, UNKNOWN))
            words = shown.script.words(scene, f"figure.{number}", shown.lang)
            drawn = is_drawable(text) and not wants_ascii()
            rows = list(large(text)) if drawn else ["", f"  {text}", ""]
            wide = max(cell_len(words), *map(cell_len, rows))
            found.append(([one.ljust(wide) for one in rows], words.ljust(wide)))
        return found

    def compose_rows(self, width: int) -> Sequence[Row]:
        """Three rows of digits, one of words. Where it is narrow they stand closer, then those at
        the end give way."""
        columns = self._columns()
        while len(columns) > 1 and _width(columns, min(_GAPS)) > width:
            columns.pop()
        gap = " " * next((one for one in _GAPS if _width(columns, one) <= width), min(_GAPS))
        rows = [
            row((gap.join(column[0][at] for column in columns), "strong")) for at in range(ROWS)
        ]
        return [*rows, row((gap.join(column[1] for column in columns), "muted"))]


def _width(columns: Sequence[tuple[list[str], str]], gap: int) -> int:
    return sum(cell_len(words) for _rows, words in columns) + gap * (len(columns) - 1)
