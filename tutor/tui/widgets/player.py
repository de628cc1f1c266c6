"""The player of slow motion: caption, frame, how far the film is, and its keys.

► ZADD lb 250 p6
L3: p4 (180) is still before p6 (250): go right, rank += 1, now 4.

 L3   H━━━━━3━━━━►■━━1━━►●─────────5──────►nil          the structure's own picture
━━━━━━━━━━━━●──────────────── 7 / 18 · ×1
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.geometry import Region
from textual.message import Message
from textual.timer import Timer

from tutor.diagrams.paths import HERE
from tutor.diagrams.payload import printable
from tutor.i18n import _, pgettext
from tutor.tui.film import Showing
from tutor.tui.glyphs import glyphs
from tutor.tui.paint import EMPTY, Piece, Row, fit, row, width_of, wrap
from tutor.tui.widgets.painted import Canvas, Line

if TYPE_CHECKING:
    from tutor.engine.recording import Film

FRAME_S = 1 / 30
_CAPTION_ROWS = 5
GAP = "  "
"""Between two keys."""


class _Frame(Canvas, can_focus=True):
    """The picture of a step; the film's keys work while it has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "screen.film('toggle')", show=False),
        Binding("full_stop,right", "screen.film('on')", show=False),
        Binding("comma,left", "screen.film('back')", show=False),
        Binding("plus,equals_sign", "screen.film('faster')", show=False),
        Binding("minus", "screen.film('slower')", show=False),
        Binding("home", "screen.film('first')", show=False),
        Binding("end", "screen.film('last')", show=False),
        Binding("escape", "screen.film('leave')", show=False, priority=True),
    ]


class _Words(Line):
    """The command, and what happens in the step. As tall as the longest caption, so that nothing
    jumps."""

    def __init__(self, player: Player) -> None:
        super().__init__(id="film-words")
        self._player = player

    def compose_rows(self, width: int) -> Sequence[Row]:
        """The caption's rows."""
        return self._player.word_rows(width)


class _Bar(Line):
    """How far the film is, and its keys, both to be clicked."""

    DEFAULT_CSS = "_Bar { height: 2; }"

    def __init__(self, player: Player) -> None:
        super().__init__(id="film-bar")
        self._player = player

    def compose_rows(self, width: int) -> Sequence[Row]:
        """Two rows."""
        return self._player.bar_rows(width)


class Player(Vertical):
    """Shows a film in the place of the X-ray's picture; `show` begins one."""

    DEFAULT_CSS = """
    Player { height: 1fr; }
    Player _Frame { height: 1fr; background: transparent; }
    """

    class Left(Message):
        """The learner is done with the film."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.showing: Showing | None = None
        self.frame = _Frame(id="film")
        self._words = _Words(self)
        self._bar = _Bar(self)
        self._timer: Timer | None = None
        self._tall = (0, 0)

    def compose(self) -> ComposeResult:
        """Caption, picture, bar."""
        yield self._words
        yield self.frame
        yield self._bar

    def on_mount(self) -> None:
        """The clock stands while nothing moves."""
        self._timer = self.set_interval(FRAME_S, self._tick, pause=True)

    # the film

    def show(self, film: Film) -> None:
        """Begin a film; it goes by itself unless motion is reduced."""
        self.showing = Showing(film, reduced=self.app.animation_level == "none")
        self.showing.play()
        self._tall = (0, 0)
        self.frame.scroll_home(animate=False, immediate=True)
        self.look()
        self.call_after_refresh(self.look)

    def clear(self) -> None:
        """No film any more; nothing ticks."""
        self.showing = None
        if self._timer is not None:
            self._timer.pause()

    def command(self, word: str) -> None:
        """What a key or a click asks for."""
        showing = self.showing
        if showing is None:
            return
        if word == "leave":
            self.post_message(self.Left())
            return
        if word == "toggle":
            if not showing.toggle():
                self.notify(self._no_motion(), markup=False)
        elif word in ("faster", "slower"):
            showing.faster(1 if word == "faster" else -1)
        else:
            moves = {"on": 1, "back": -1, "first": -showing.count, "last": showing.count}
            showing.move(moves[word])
        self.look()

    def go(self, position: int) -> None:
        """A click on the bar."""
        if self.showing is not None:
            self.showing.go(position)
            self.look()

    def _no_motion(self) -> str:
        if self.showing is not None and self.showing.count < 2:
            return _("There is nothing to go through.")
        return _("Motion is switched off: step with . and ,")

    def _tick(self) -> None:
        showing = self.showing
        if showing is not None and showing.advance():
            self.look()
        elif self._timer is not None and (showing is None or not showing.playing):
            self._timer.pause()

    # painting

    @on(events.Resize)
    def _resized(self) -> None:
        self.call_after_refresh(self.look)  # by then the frame has its size as well

    def look(self) -> None:
        """Paint the step that is seen now."""
        showing, width = self.showing, self.frame.size.width - 1
        if self._timer is not None and showing is not None:
            (self._timer.resume if showing.playing else self._timer.pause)()
        if showing is None or width <= 0:
            return
        from tutor.diagrams.motion import draw_step

        self._grow(width)
        rows = [row(*line) for line in draw_step(showing.step, width).lines] if showing.step else []
        self.frame.show(rows)
        self._bring_into_sight(rows)
        self._words.refresh()
        self._bar.refresh()

    def _grow(self, width: int) -> None:
        """The caption gets as many rows as the longest one of the film needs at this width."""
        if self._tall[0] != width and self.showing is not None:
            from tutor.diagrams.motion import caption

            said = [caption(step) for step in self.showing.film.steps]
            rows = max((len(wrap(row((one, "text")), width)) for one in said), default=2)
            self._tall = (width, rows)
            self._words.styles.height = 1 + min(rows, _CAPTION_ROWS) + 1

    def _bring_into_sight(self, rows: Sequence[Row]) -> None:
        """Where the algorithm stands is visible, or else what it has changed."""
        here = [y for y, line in enumerate(rows) if any(map(_is_here, line))]
        here = here or [
            y for y, line in enumerate(rows) if any(one[1] == "changed" for one in line)
        ]
        top, height = self.frame.scroll_offset.y, self.frame.size.height
        if here and not top <= here[0] < top + height:
            region = Region(0, max(here[0] - 1, 0), 1, min(height, 3))
            self.frame.scroll_to_region(region, animate=False, immediate=True)

    @property
    def text(self) -> str:
        """The step in words, for the clipboard."""
        showing = self.showing
        if showing is None:
            return ""
        from tutor.diagrams.motion import caption, left_out, why_no_film

        step = showing.step
        if step is None:
            return why_no_film(showing.film)
        more = left_out(showing.film) if showing.last else ""
        return f"{caption(step)} {more}".rstrip()

    def word_rows(self, width: int) -> list[Row]:
        """The command and the caption."""
        showing = self.showing
        if showing is None:
            return []
        from tutor.diagrams.motion import film_title

        sign = glyphs.right if showing.playing else glyphs.bar * 2
        title = row((f"{sign} ", "accent"), (film_title(showing.film), "strong"), *self._whose())
        said = wrap(row((self.text, "text")), width)
        return [fit(title, width, glyphs.ellipsis), *said[:_CAPTION_ROWS]]

    def shows(self, place: tuple[int, bytes] | None) -> bool:
        """Whether the film that is shown is about this key."""
        return self.showing is not None and place in {
            step.place for step in self.showing.film.steps
        }

    def _whose(self) -> list[tuple[str, str]]:
        """The key whose structure is seen, where the film shows those of several."""
        showing = self.showing
        step = showing.step if showing is not None else None
        if showing is None or step is None or not step.place[1]:
            return []
        if len({one.place for one in showing.film.steps if one.place[1]}) < 2:
            return []
        return [(f" {glyphs.dot} ", "dim"), (printable(step.place[1], 60), "key")]

    def bar_rows(self, width: int) -> list[Row]:
        """How far it is, and the keys."""
        showing = self.showing
        if showing is None or not showing.count:
            return [EMPTY, _keys(width, whole=False, playing=False)]
        figures = f" {showing.position + 1} / {showing.count} {glyphs.dot} ×{showing.speed:g}"
        cells = max(width - len(figures), 4)
        at = showing.position * (cells - 1) // max(showing.count - 1, 1)
        pieces: list[Piece] = []
        for cell in range(cells):
            step = round(cell * (showing.count - 1) / (cells - 1))
            sign, role = (glyphs.heavy, "path") if cell < at else (glyphs.rule, "rule")
            if cell == at:
                sign, role = "●", "path"
            pieces.append(Piece(sign, role, f"screen.film_go({step})"))
        return [(*pieces, Piece(figures, "muted")), _keys(width, True, showing.playing)]

    def retranslate(self) -> None:
        """The film with its words in the present language."""
        self._tall = (0, 0)
        self.look()


def _is_here(piece: Piece) -> bool:
    return piece.role == "path" or HERE in piece.text


def _keys(width: int, whole: bool, playing: bool) -> Row:
    """The keys of the player, as many as there is room for; each can be clicked. The way out is
    always among them."""
    known = [
        (pgettext("film", "Space"), _pause_or_play(playing), "toggle"),
        (".", pgettext("film", "step"), "on"),
        (",", pgettext("film", "back"), "back"),
        ("+", pgettext("film", "faster"), "faster"),
        ("-", pgettext("film", "slower"), "slower"),
    ]
    leave = _key("Esc", pgettext("film", "leave"), "leave")
    pieces: list[Piece] = []
    for key in known if whole else ():
        more = _key(*key)
        if width_of([*pieces, *more, *leave]) > width + len(GAP):
            break
        pieces += more
    return (*pieces, *leave)


def _key(key: str, word: str, command: str) -> list[Piece]:
    action = f"screen.film('{command}')"
    return [Piece(key, "hotkey", action), Piece(f" {word}", "muted", action), Piece(GAP)]


def _pause_or_play(playing: bool) -> str:
    return pgettext("film", "pause") if playing else pgettext("film", "play")
