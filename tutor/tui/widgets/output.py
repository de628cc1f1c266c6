"""What was typed and what Redis answered, with the card of an error folded beneath it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType

from tutor.i18n import _, ngettext
from tutor.tui.glyphs import glyphs
from tutor.tui.keys import KEYS, key_name
from tutor.tui.paint import EMPTY, Piece, Row, row, with_action, wrap
from tutor.tui.widgets.commandline import command_pieces
from tutor.tui.widgets.painted import Canvas

if TYPE_CHECKING:
    from tutor.console.cards import Card
    from tutor.console.render import Line

KEPT = 400
"""Exchanges that stay; older ones are forgotten."""

LONGEST = 10_000
"""Characters of one line that are shown."""


@dataclass(slots=True, eq=False)
class Exchange:
    """One line and all that came of it.

    ``waiting``: for a blocking command's reply; ``running``: what is said while a long command is
    carried out. ``card`` is asked again when the language changes; ``notes`` are said by the tutor,
    not by Redis, and are asked for again likewise.
    """

    prompt: str = ""
    line: str = ""
    reply: list[Row] = field(default_factory=list)
    waiting: bool = False
    running: Callable[[], str] | None = None
    card: Callable[[], Card | None] | None = None
    open: bool = False
    notes: list[Callable[[], Row]] = field(default_factory=list)


class Output(Canvas, can_focus=True):
    """The log of a console; follows its end unless the learner scrolled up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("end", "scroll_end", show=False),
        Binding("home", "scroll_home", show=False),
    ]
    DEFAULT_CSS = "Output { overflow-x: hidden; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.exchanges: list[Exchange] = []
        self._laid: list[list[Row]] = []
        self._laid_width = 0
        self.pieces: Callable[[str], Row] = command_pieces
        """How a typed line is coloured."""

    # what is told

    def command(self, prompt: str, line: str) -> Exchange:
        """A line was entered."""
        exchange = Exchange(prompt, line)
        self._append(exchange)
        return exchange

    def say(self, make: Callable[[], Row]) -> None:
        """A line of the tutor's own, in whatever language is present when it is shown."""
        self._append(Exchange(notes=[make]))

    def add(self, exchange: Exchange) -> None:
        """Something that nobody has typed."""
        self._append(exchange)

    def print(self, lines: Sequence[Line]) -> None:
        """Lines of a word of the console (`help`, `:undo`)."""
        if not self.exchanges or self.exchanges[-1].reply:
            self._append(Exchange())
        self.exchanges[-1].reply += [row(*line) for line in lines]
        self.changed(self.exchanges[-1])

    def clear(self) -> None:
        """Forget everything."""
        self.exchanges.clear()
        self._laid.clear()
        self._lay_out()

    def changed(self, exchange: Exchange) -> None:
        """An exchange got its reply, its card, or was folded."""
        if exchange in self.exchanges:
            index = self.exchanges.index(exchange)
            self._laid[index] = self._rows_of(exchange, self._laid_width)
            self._lay_out()

    def toggle_card(self, index: int | None = None) -> bool:
        """Unfold or fold the card of an exchange (the newest that has one); False if none has."""
        if index is None:
            having = [at for at, exchange in enumerate(self.exchanges) if exchange.card]
            if not having:
                return False
            index = having[-1]
        exchange = self.exchanges[index]
        exchange.open = not exchange.open
        self.changed(exchange)
        return True

    # layout

    def _append(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)
        self._laid.append(self._rows_of(exchange, self._laid_width))
        if len(self.exchanges) > KEPT:
            del self.exchanges[:-KEPT], self._laid[:-KEPT]
            self._laid = [self._rows_of(each, self._laid_width) for each in self.exchanges]
        self._lay_out()

    def _lay_out(self) -> None:
        follow = self.is_vertical_scroll_end
        rows = [line for rows in self._laid for line in rows]
        above = max(self.scrollable_content_region.height - len(rows), 0)
        self.show([EMPTY] * above + rows, width=self._laid_width)
        if follow:
            self.scroll_end(animate=False, force=True, immediate=True, x_axis=False)

    def retranslate(self) -> None:
        """Cards and notes in the present language."""
        self._laid = [self._rows_of(exchange, self._laid_width) for exchange in self.exchanges]
        self._lay_out()

    def on_resize(self, event: events.Resize) -> None:
        """Wrap again for the new width; what there is stands above the prompt."""
        self.fit()

    def fit(self) -> None:
        """Lay out for the room that there is: for one who has just been shown."""
        width = self.scrollable_content_region.width
        if width != self._laid_width:
            self._laid_width = width
            self.retranslate()
        else:
            self._lay_out()

    def _rows_of(self, exchange: Exchange, width: int) -> list[Row]:
        if width <= 0:
            return []
        rows: list[Row] = []
        if exchange.line or exchange.prompt:
            line = (Piece(exchange.prompt, "prompt"), *self.pieces(exchange.line))
            rows += wrap(_shortened(line), width, "  ")
        for reply in exchange.reply:
            rows += wrap(_shortened(reply), width, "  ")
        if exchange.waiting:
            rows.append(row((_("waiting for a reply; Esc or Ctrl-C gives up"), "muted")))
        if exchange.running is not None:
            rows += wrap(row((exchange.running(), "muted")), width, "  ")
        if exchange.card is not None:
            rows += self._card_rows(exchange, width)
        for note in exchange.notes:
            rows += wrap(note(), width, "  ")
        return rows

    def _card_rows(self, exchange: Exchange, width: int) -> list[Row]:
        from tutor.tui.widgets.markdown import markdown_rows, paste

        card = exchange.card() if exchange.card else None
        if card is None:
            return []
        action = f"screen.card({self.exchanges.index(exchange)})"
        mark = glyphs.down if exchange.open else glyphs.right
        key = key_name(KEYS["card"].keys)
        head = row(
            Piece(f"{mark} ", "accent", action),
            Piece(card.title, "accent", action),
            Piece(f"  {key}", "dim", action),
        )
        rows = wrap(head, width, "  ")
        if exchange.open:
            bar = Piece(f"{glyphs.bar} ", "rule")
            rows += [(bar, *line) for line in markdown_rows(card.meaning, width - 2)]
            for command, why in card.try_lines:
                pieces = with_action(self.pieces(command), paste(command))
                gap = "  " if command and why else ""
                line = (Piece(f"{glyphs.arrow} "), *pieces, Piece(f"{gap}{why}", "muted"))
                rows += [(bar, *part) for part in wrap(line, width - 2, "  ")]
        return rows


def _shortened(line: Row) -> Row:
    """A line of reasonable length; what is left out is counted."""
    left, kept = LONGEST, []
    for piece in line:
        kept.append(piece._replace(text=piece.text[:left]))
        left -= len(kept[-1].text)
    more = sum(len(piece.text) for piece in line) - LONGEST
    if more <= 0:
        return line
    text = ngettext("… and {n} more character", "… and {n} more characters", more)
    return (*kept, Piece(text.format(n=more), "muted"))
