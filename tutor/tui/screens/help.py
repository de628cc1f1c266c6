"""F1: the command at hand, the panel one is in, and the keys that work now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget

from tutor.i18n import _
from tutor.tui.base import BaseModal
from tutor.tui.glyphs import glyphs
from tutor.tui.keys import KEYS, Key, bindings, key_name
from tutor.tui.labkeys import layout_note
from tutor.tui.paint import EMPTY, Row, row, width_of, wrap
from tutor.tui.widgets.rows import Rows

Sections = Sequence[tuple[str, Sequence[tuple[str, str]]]]


class HelpScreen(BaseModal[None]):
    """``line`` is what stands in the prompt, ``focus`` the widget that was focused, ``own`` gives
    the keys that only this screen has."""

    CSS_PATH = "window.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("close")

    def __init__(
        self,
        line: str,
        focus: Widget | None,
        keys: Sequence[str],
        own: Callable[[], Sections] = tuple,
    ) -> None:
        super().__init__()
        self._line = line
        self._focus = focus
        self._own = own
        self._keys = [key for key in KEYS.values() if key.id in keys]

    def compose(self) -> ComposeResult:
        """One text that scrolls."""
        with VerticalScroll(classes="window"):
            yield Rows(self._rows)

    def _rows(self, width: int) -> Sequence[Row]:
        rows = self._command_rows(width)
        panel = panel_words(self._focus)
        if panel:
            rows += [*([EMPTY] if rows else []), *_section(panel[0], width)]
            rows += _bullets(panel[1:], width)
        if self._focus is not None and self._focus.id == "prompt":
            rows += _table([(key, text()) for key, text in PROMPT_KEYS], width)
        for title, lines in self._own():
            rows += [*([EMPTY] if rows else []), *_section(title, width), *_table(lines, width)]
        rows += [*([EMPTY] if rows else []), *_section(_("Keyboard"), width)]
        rows += _table([(_names(key), _(key.help)) for key in self._keys], width)
        if any(key.id == "earlier" for key in self._keys):
            rows += [EMPTY, *_section(_("Time"), width), *_bullets(time_words(), width)]
        rows += [EMPTY, row(("Esc", "hotkey"), "  " + _("closes this window"))]
        return rows

    def _command_rows(self, width: int) -> list[Row]:
        from tutor.console.help import help_lines
        from tutor.console.signature import signature

        found = signature(self._line, len(self._line)) if self._line.strip() else None
        if found is None:
            return []
        rows: list[Row] = []
        for line in help_lines(found.command.lower()):
            pieces = row(*line)
            column = width_of(pieces[:-1]) if line and line[0][0].startswith("  ") else 2
            rows += wrap(pieces, width, " " * min(column, width // 2))
        return rows


PROMPT_KEYS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("Tab", lambda: _("complete the word; again for the next completion")),
    ("↑ ↓", lambda: _("earlier and later lines")),
    ("^R", lambda: _("search earlier lines")),
    ("→", lambda: _("take the grey continuation")),
    ("PgUp PgDn", lambda: _("scroll the output")),
    ("^C", lambda: _("empty the line, give up waiting or listening")),
)


def panel_words(focus: Widget | None) -> list[str]:
    """A title and some sentences about the panel one is in."""
    name = focus.id if focus is not None else ""
    if name == "lab" or (name == "prompt" and focus is not None and focus.screen.query("#lab")):
        return [
            _("The lab"),
            _("Servers and links; arrows choose one, a letter in the line of knobs changes it. "
              "Space stops time and lets it go on, . and , step, + and - change the pace."),
            _("The line of time goes back by a click or with ,: what you do there begins another "
              "future."),
            _("Commands go to the server that the prompt names; :node replica1 moves the prompt."),
            _("The prompt takes more words: :on replica1 GET k runs a command "
              "elsewhere; :cut master-replica1, :heal, :delay, :crash, :restart, :promote, "
              ":switch, :follow and others turn the knobs; :run 2 lets seconds pass, :back 2 "
              "takes them back."),
        ]  # fmt: skip
    if name == "prompt":
        return [
            _("The prompt"),
            _("Type a Redis command and press Enter. The line beneath shows its syntax; the "
              "argument that comes next is underlined and stands between ‹ and ›."),
            _("Paste several lines to run them one after another."),
            _("help SET explains a command, help @hash lists a group, help alone lists the words "
              "of the console: :slow, :time, :xray and others."),
        ]  # fmt: skip
    if name == "picture":
        return [
            _("The X-ray"),
            _("It shows the memory image of the key that your last command touched."),
            _("⁺ marks what the last command changed; ░ is memory that is reserved and free."),
            _("Ctrl-X or a click on a name changes the view: the structure, its bytes, the same "
              "data in older and newer versions of Redis, before and after the last command, the "
              "picture in words. F9 pins the key."),
            _("Arrows, PgUp, PgDn, Home and End scroll; [ and ] go through a long structure part "
              "by part."),
            _("F12 shows the last command step by step."),
        ]  # fmt: skip
    if name == "stage":
        return [
            _("The persistence stage"),
            _("The same client writes to six servers that keep their data in six ways. A sign is "
              "an acknowledged write: where it is now, or that it is gone."),
            _("Kill them all at one moment, start them again and compare. In the past what you do "
              "begins another future."),
            layout_note(),
        ]  # fmt: skip
    if name == "lab":
        return [
            _("The replication lab"),
            _("A master, its replicas and the links between them, in a time of its own. What you "
              "do is done in the moment that is shown; in the past it begins another future."),
            layout_note(),
        ]  # fmt: skip
    if name in ("tried", "slabs"):
        return [
            _("Redis and Memcached"),
            _("Each experiment does the same on both engines, in a time of its own. Space takes "
              "the next step; at the end stand figures, and what to think of the notes' row."),
            _("Beneath is the X-ray of Memcached: an item lies in a chunk, chunks of one size in "
              "pages, pages in slab classes; each class has queues HOT, WARM and COLD."),
            _("The ring shows who gets a key when the client decides; ⁺ marks what has moved."),
            layout_note(),
        ]  # fmt: skip
    if name == "memcached-prompt":
        return [
            _("Memcached's prompt"),
            _("Lines go to a Memcached of your own as over telnet. After set and its kin the "
              "server waits for as many bytes as you have announced: type them in the next line."),
            _("The line beneath shows the syntax; under a reply that needs explaining stands a "
              "card, Ctrl-O unfolds it. Esc gives up data that the server waits for, then leads "
              "to the X-ray."),
        ]  # fmt: skip
    if name == "film":
        return [
            _("Slow motion"),
            _("The last command is run again, and each step of its algorithm is shown on the "
              "structure, as it was in that step. Your data stays as it is."),
            _("▼ is where the algorithm looks, × what it has passed, ⁺ what it has changed."),
            _("Space pauses and goes on; the right and left arrows step; + and - change the speed; "
              "Home and End go to the first and the last step; Esc leaves."),
            _(":slow ZADD k 1 a carries out a command and shows it; :slow 3 shows the last three."),
        ]  # fmt: skip
    if name in ("server-picture", "server-file"):
        return [
            _("The server"),
            _("Left and Right, or Ctrl-X, change the view: map, memory, expiry, eviction, wire, "
              "clients, file."),
            _("In the map arrows choose a key and Enter shows it in the X-ray; [ and ] change the "
              "order. The bar beside a TTL drains as the time runs out."),
            _("F8 goes back to the X-ray."),
        ]  # fmt: skip
    if name == "arrivals":
        return [
            _("The port"),
            _("Above: who is connected. Below: every command as it arrives, and how long Redis "
              "worked on it; ✗ marks an error."),
            _("Scrolled up the list stands still; End follows again."),
            _("The X-ray goes to the key that another client touched last; F9 pins it."),
        ]  # fmt: skip
    if name == "side":
        return [
            _("The left panel"),
            _("Arrows and the mouse wheel scroll it."),
            _("A click on a command puts it into the prompt."),
        ]
    if name == "output":
        return [
            _("The output"),
            _("Replies as redis-cli prints them. Under an error stands a card; Ctrl-O unfolds it."),
        ]
    return []


def time_words() -> list[str]:
    """About the line of moments, where there is one."""
    return [
        _("The line above the keys is all that was done here. Alt+← and Alt+→ go along it command "
          "by command, a click or a drag goes anywhere."),
        _("A command that changes something in the past begins a branch; what lay ahead is kept. "
          ":time lists moments and branches, :time 3 goes to a moment, "
          ":time branch 1 to a branch."),
    ]  # fmt: skip


def _bullets(lines: Sequence[str], width: int) -> list[Row]:
    rows: list[Row] = []
    for line in lines:
        rows += wrap(row((f"{glyphs.bullet} ", "accent"), line), width, "  ")
    return rows


def _names(key: Key) -> str:
    return " ".join(key_name(each) for each in key.keys.split(","))


def _section(title: str, width: int) -> list[Row]:
    return wrap(row((title, "title")), width)


def _table(lines: Sequence[tuple[str, str]], width: int) -> list[Row]:
    column = max((cell_len(key) for key, _text in lines), default=0) + 2
    rows: list[Row] = []
    for key, text in lines:
        gap = " " * (column - cell_len(key))
        rows += wrap(row((key, "hotkey"), (gap, ""), text), width, " " * column)
    return rows
