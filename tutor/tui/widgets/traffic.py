"""The open port: who is connected, and every command as it arrives, with what it took.

    ► 127.0.0.1:6379                       1234 commands/s
      redis-cli -p 6379
    id  client           name   db command   calls   idle
    7   127.0.0.1:50312  shop    0 lpush        12    0 s
    ──────────────────────────────────────────────────────
    12:03:05.123 #7  LPUSH q job:1                    9 µs

Commands may come by the thousand; what is not visible costs nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tutor.engine.cmdline import quote
from tutor.engine.replies import ReplyError
from tutor.engine.traffic import Arrival, Traffic
from tutor.i18n import _, ngettext, pgettext
from tutor.tui.glyphs import glyphs
from tutor.tui.paint import EMPTY, Piece, Row, fit, plain, row, spread, width_of, wrap
from tutor.tui.widgets.painted import Canvas, Line, Painter

if TYPE_CHECKING:
    from tutor.console.backend import EmbeddedBackend
    from tutor.engine.session import Session

MOST_CLIENTS = 200
"""Clients that are listed."""


class TrafficPane(Vertical):
    """``backend`` is asked for its port and its world whenever `look` is called."""

    DEFAULT_CSS = """
    TrafficPane #connected { height: auto; max-height: 45%; margin-top: 1; }
    TrafficPane #arrivals { height: 1fr; border-top: solid $line; }
    """

    def __init__(self, backend: Callable[[], EmbeddedBackend], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._backend = backend
        self._port = _Port(self._port_rows)
        self._clients = Canvas(id="connected")
        self.log_view = ArrivalLog(self._who, id="arrivals")

    def compose(self) -> ComposeResult:
        """Address and rate, clients, commands."""
        yield self._port
        yield self._clients
        yield self.log_view

    def look(self) -> None:
        """Show the present; it is our turn with the engine."""
        backend, traffic = self._backend(), self._backend().world.traffic
        present = list(backend.world.engine.sessions.values())
        if traffic is not None:
            traffic.forget({session.id for session in present})
            self.log_view.look(traffic)
        self._clients.display = backend.serving
        if backend.serving:
            width = self.size.width - 1
            rows = self._client_rows(present, traffic, width)
            if len(rows) != len(self._clients.rows):
                self._clients.styles.height = len(rows)
            self._clients.show(rows, width=width)
        self._port.look()

    def retranslate(self) -> None:
        """Show words and clients in the present language."""
        with self._backend().world.lock.glance() as mine:
            if mine:
                self.look()

    # the port

    def _port_rows(self, width: int) -> list[Row]:
        backend = self._backend()
        service = backend.service
        if service is None or not backend.serving:
            text = _(
                "No port is open. F3 or /serve opens one: then redis-cli and your own programs "
                "on this computer can use this Redis, and you see here what they do."
            )
            return wrap(row((text, "muted")), width)
        address = ", ".join(service.addresses)
        rate = backend.world.engine.stats.metrics["ops"].per_second
        per_second = ngettext("{n} command/s", "{n} commands/s", rate).format(n=rate)
        ahead = self.log_view.newer
        if ahead:
            text = ngettext("{n} newer: End", "{n} newer: End", ahead).format(n=ahead)
            right = row((text, "warning"))
        else:
            right = row((per_second, "muted"))
        left = row((f"{glyphs.right} ", "ok"), (address, "ok"))
        hint = row(
            ("  ", ""),
            (_("in another terminal:") + " ", "muted"),
            (f"redis-cli -p {service.port}", "code"),
        )
        return [spread(left, right, width, glyphs.ellipsis), fit(hint, width, glyphs.ellipsis)]

    # clients

    def _who(self, session: Session) -> str:
        """How a session is named: ours is you, the others have numbers."""
        if session.script:
            return "lua"
        if session in self._backend().clients.values():
            return pgettext("client", "you")
        return f"#{session.id}"

    def _client_rows(
        self, present: Sequence[Session], traffic: Traffic | None, width: int
    ) -> list[Row]:
        heads = [
            *("id", pgettext("column", "client"), pgettext("column", "name"), "db"),
            *(pgettext("column", "command"), pgettext("column", "calls")),
            pgettext("column", "idle"),
        ]
        counts = traffic.counts if traffic is not None else {}
        table = [
            self._client_cells(session, counts.get(session.id, 0))
            for session in present[:MOST_CLIENTS]
        ]
        named = any(cells[2] for cells in table)
        shown = [0, 1, *([2] if named else []), 3, 4, 5, 6]
        sizes = {at: max(cell_len(line[at]) for line in [heads, *table]) for at in shown}
        over = sum(sizes.values()) + len(shown) - 1 - width
        for at, least in ((2, 6), (4, 7), (1, 10)):  # what may be cut if there is no room
            if at in sizes and over > 0:
                cut = min(max(sizes[at] - least, 0), over)
                sizes[at] -= cut
                over -= cut
        rows = [_cells(heads, ["dim"] * 7, sizes)]
        for session, cells in zip(present, table, strict=False):
            waits = session.blocked is not None or session.postponed is not None
            roles = ["", "key", "payload", "", "warning" if waits else "command", "", "muted"]
            rows.append(_cells(cells, roles, sizes))
        if len(present) > MOST_CLIENTS:
            more = len(present) - MOST_CLIENTS
            text = ngettext("… and {n} more client", "… and {n} more clients", more)
            rows.append(row((text.format(n=more), "muted")))
        return rows

    def _client_cells(self, session: Session, calls: int) -> list[str]:
        who = self._who(session)
        idle = max(session.engine.now_ms - session.last_ms, 0) // 1000
        command = session.last_command.name.replace("|", " ") if session.last_command else "-"
        if session.blocked is not None or session.postponed is not None:
            command += glyphs.ellipsis
        elif session.transaction is not None:
            command = f"(TX) {command}"
        name = plain(session.name.decode("utf-8", "replace"))
        peer = who if not who.startswith("#") else session.peer
        numbers = [str(session.db.index), command, str(calls), _("{n} s").format(n=idle)]
        return [str(session.id), peer, name, *numbers]


class _Port(Line):
    """Rows that are laid out anew only if there are more of them, or fewer."""

    DEFAULT_CSS = "_Port { height: 2; }"

    def __init__(self, compose_rows: Callable[[int], list[Row]]) -> None:
        super().__init__()
        self._make = compose_rows
        self._rows: list[Row] = []

    def look(self) -> None:
        """Make the rows again."""
        before, self._rows = self._rows, self._make(self.size.width) if self.size.width else []
        if self._rows and len(before) != len(self._rows):
            self.styles.height = len(self._rows)
        if before != self._rows:
            self.refresh()

    def compose_rows(self, width: int) -> list[Row]:
        """What was made last."""
        return self._rows

    def on_resize(self) -> None:
        """Wrap for another width."""
        self.look()

    retranslate = look


_RIGHT = frozenset({3, 5, 6})


def _cells(texts: Sequence[str], roles: Sequence[str], sizes: dict[int, int]) -> Row:
    """One line of the table: texts cut or filled to their columns."""
    pieces: list[Piece] = []
    for at, size in sizes.items():
        cut = fit(row((texts[at], roles[at])), size, glyphs.ellipsis)
        gap = Piece(" " * (size - width_of(cut)))
        pieces += [
            *([Piece(" ")] if pieces else []),
            *((gap, *cut) if at in _RIGHT else (*cut, gap)),
        ]
    return tuple(pieces)


class ArrivalLog(Painter, ScrollView, can_focus=True):
    """Commands in the order of arrival, the newest at the bottom.

    Scrolled up it stands still; ``newer`` counts what has come since.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("end", "newest", show=False),
        Binding("home", "oldest", show=False),
    ]
    DEFAULT_CSS = "ArrivalLog { scrollbar-size: 1 1; overflow-x: hidden; }"

    def __init__(self, who: Callable[[Session], str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.newer = 0
        self._who = who
        self._arrivals: list[tuple[object, ...]] = []
        self._total = 0
        self._following = True
        self._traffic: Traffic | None = None

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scrolled to the end one follows it; the room may shrink and grow meanwhile."""
        super().watch_scroll_y(old_value, new_value)
        self._following = new_value >= self.max_scroll_y

    def look(self, traffic: Traffic) -> None:
        """Show what has come, unless the reader has scrolled up."""
        self._traffic = traffic
        if not self._following:
            self.newer = traffic.total - self._total
        elif self._total != traffic.total or self.newer:
            self._show_newest(traffic)

    def _show_newest(self, traffic: Traffic) -> None:
        self.newer = 0
        self._following = True
        self._total = traffic.total
        self._arrivals = self._shown(traffic)
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._arrivals))
        self.scroll_end(animate=False, force=True, immediate=True, x_axis=False)
        self.refresh()

    def _shown(self, traffic: Traffic) -> list[tuple[object, ...]]:
        """Which commands."""
        return traffic.arrivals()

    def action_oldest(self) -> None:
        """Go to the oldest that is kept."""
        self.scroll_home(animate=False, force=True, immediate=True, x_axis=False)

    def action_newest(self) -> None:
        """Go to the newest and follow again."""
        self.scroll_end(animate=False, force=True, immediate=True, x_axis=False)
        if self._traffic is not None:
            self._show_newest(self._traffic)

    def on_resize(self, event: events.Resize) -> None:
        """Who is at the end stays there."""
        if self._traffic is not None and self._following:
            self._show_newest(self._traffic)

    def retranslate(self) -> None:
        """Names of clients and units."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Textual's line API: only what is visible is ever composed."""
        width = self.scrollable_content_region.width
        at = self.scroll_offset.y + y
        pieces = EMPTY
        if at < len(self._arrivals):
            arrival = Arrival._make(self._arrivals[at])
            pieces = arrival_row(arrival, self._who(arrival.session), width)
        return self.paint(pieces).adjust_cell_length(self.size.width, self.base)


def arrival_row(arrival: Arrival, who: str, width: int) -> Row:
    """``12:03:05.123 #7 LPUSH q job:1      9 µs``; an error has a sign and its code."""
    at = datetime.fromtimestamp(arrival.at_ms / 1000).strftime("%H:%M:%S.%f")[:-3]
    took = glyphs.ellipsis if arrival.waits else duration(arrival.took_us)
    right = [Piece(f" {took:>7}", "warning" if arrival.took_us >= SLOW_US else "muted")]
    if arrival.error:
        right.insert(0, Piece(f" {glyphs.fail} {ReplyError(arrival.error).code}", "fail"))
    db = f"[{arrival.db}]" if arrival.db else ""
    left = row((f"{at} ", "dim"), (f"{who + db:<5} ", "key"))
    room = max(width - width_of(left) - width_of(right), 4)
    words = fit(_words(arrival.words, room + 1), room, glyphs.ellipsis)
    return (*left, *words, Piece(" " * (room - width_of(words))), *right)


SLOW_US = 10_000
"""A command from which others notice that they wait; the slow log's own limit."""


def _words(words: Sequence[bytes], most: int) -> Row:
    """The beginning of the command as it would be typed."""
    text = quote(words[0]).upper()
    for word in words[1:]:
        if len(text) > most:
            break
        text += " " + quote(word)
    name, blank, rest = plain(text[:most]).partition(" ")
    return row((name, "command"), (blank + rest, ""))


def duration(us: int) -> str:
    """Three figures and a unit."""
    if us < 1000:
        return _("{n} µs").format(n=us or "<1")
    if us < 1_000_000:
        return _("{n} ms").format(n=f"{us / 1000:.3g}" if us < 100_000 else us // 1000)
    return _("{n} s").format(n=f"{us / 1_000_000:.3g}")
