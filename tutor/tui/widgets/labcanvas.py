"""The lab's picture: servers, links, charts; beneath it the chosen thing with its knobs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType

from tutor.diagrams.canvas import Line as DrawnLine
from tutor.diagrams.labs.amounts import lag_time_text, rate_text, wire_text
from tutor.diagrams.labs.nodes import kept_word
from tutor.diagrams.labs.topology import others_of
from tutor.i18n import _, pgettext
from tutor.labs.durability.frame import StageFrame
from tutor.labs.replication.frame import Frame, LinkFrame
from tutor.tui.glyphs import glyphs
from tutor.tui.labkeys import (
    AMONG_SERVERS,
    GIVEN_RUN_KEYS,
    LAB_KEYS,
    PLAY_KEYS,
    STAGE_KEYS,
    STAGE_PLAY_KEYS,
    LabKey,
    PlayKey,
    StageKey,
    key_bindings,
)
from tutor.tui.paint import EMPTY, Piece, Row, fit, row, wrap
from tutor.tui.widgets.painted import Canvas, Line

if TYPE_CHECKING:
    from textual.screen import Screen

    from tutor.tui.lanekeys import LaneKey

NO_BREAK = "\u00a0"


class LabCanvas(Canvas, can_focus=True):
    """The picture of a lab."""

    DEFAULT_CSS = "LabCanvas { height: 1fr; background: transparent; padding: 0 1; }"

    def draw(self, lines: Sequence[DrawnLine], chosen: Sequence[str]) -> None:
        """Show these lines of a diagram, the names that are ``chosen`` as such."""
        self.show(
            [
                row(*(
                    (text, "chosen" if role == "title" and text in chosen else role)
                    for text, role in line
                ))
                for line in lines
            ]
        )  # fmt: skip

    def on_click(self, event: events.Click) -> None:
        """A click chooses the server or link at that place."""
        screen: Screen[object] = self.screen
        choose: Callable[[int, int], None] | None = getattr(screen, "clicked", None)
        if choose is not None:
            choose(event.x, event.y + self.scroll_offset.y)


class ReplicationCanvas(LabCanvas):
    """The replication lab's; its keys work while it has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = key_bindings(
        PLAY_KEYS, "".join(key.keys for key in LAB_KEYS)
    )


class StageCanvas(LabCanvas):
    """The persistence stage's."""

    BINDINGS: ClassVar[list[BindingType]] = key_bindings(
        STAGE_PLAY_KEYS, "".join(key.keys for key in STAGE_KEYS)
    )


class SettingsBar(Line):
    """What the whole lab is set to, and the keys: as many rows as there is room for. ``settings``
    says the former in words, ``knobs`` are the keys that change it."""

    DEFAULT_CSS = "SettingsBar { height: 2; padding: 0 1; }"

    def __init__(
        self,
        settings: Callable[[], str],
        knobs: Callable[[], Sequence[StageKey | LaneKey]],
        play: Sequence[PlayKey],
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._settings = settings
        self._knobs = knobs
        self._play = play

    def compose_rows(self, width: int) -> Sequence[Row]:
        """The settings and the knobs, then the keys of time."""
        first = (*row((self._settings(), "muted")), *knob_words(self._knobs()))
        return cut_rows([*wrap(first, width, "  "),
                         *wrap((Piece(" "), *play_words(self._play)), width, "  ")],
                        width, self.size.height)  # fmt: skip


def stage_settings(frame: StageFrame) -> str:
    """What all servers of the persistence stage are set to."""
    writes = _("writes %(rate)s") % {"rate": rate_text(frame.rate)}
    fsync = _("an fsync takes %(time)s") % {"time": lag_time_text(frame.fsync_us / 1000)}
    return f"{writes} · {fsync}"


class KnobBar(Line):
    """What is chosen, with its present settings, and the keys that change it: two rows, three where
    it is narrow."""

    DEFAULT_CSS = "KnobBar { height: 2; padding: 0 1; }"

    def __init__(
        self,
        frame: Callable[[], Frame],
        chosen: Callable[[], str],
        *,
        fixed: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._frame = frame
        self._chosen = chosen
        self._fixed = fixed  # the run is given: no other scenario, number of replicas or seed

    def compose_rows(self, width: int) -> Sequence[Row]:
        """The rows that there is room for."""
        frame, chosen = self._frame(), self._chosen()
        of = "link" if "-" in chosen else "node"
        usable = [key for key in LAB_KEYS if frame.lagging or key.kind not in AMONG_SERVERS]
        node = next((node for node in frame.nodes if node.name == chosen), None)
        stands_at = {"kept": kept_word(node)} if node is not None else None
        first = self._what(frame, chosen)
        first += knob_words([key for key in usable if key.of == of], stands_at)
        second = (Piece("  "), *self._lab_state(frame))
        second += knob_words([key for key in usable if key.of == "lab"])
        second += play_words(GIVEN_RUN_KEYS if self._fixed else PLAY_KEYS)
        rows = wrap(first, width, "  ")[: self.size.height - 1]
        return cut_rows([*rows, *wrap(second, width, "  ")], width, self.size.height)

    def _what(self, frame: Frame, chosen: str) -> Row:
        name = chosen.replace("-", " – ")
        pieces = row((f"{glyphs.right} ", "accent"), (name, "strong"))
        link = link_of(frame, chosen)
        if link is not None:
            text = wire_text(link.delay_ms, link.jitter_ms, link.bandwidth, link.loss)
            pieces += row((f"  {text}", "code"))
            if link.cut_since is not None:
                pieces += row(("  " + pgettext("link", "cut"), "fail"))
        return pieces

    def _lab_state(self, frame: Frame) -> Row:
        writes = _("writes %(rate)s") % {"rate": rate_text(frame.write_rate)}
        reads = _("reads %(rate)s") % {"rate": rate_text(frame.read_rate)}
        waits = f" · WAIT {frame.wait}" if frame.wait else ""
        return row((f"{writes} · {reads}{waits}", "muted"))


def knob_words(
    keys: Sequence[LabKey | StageKey | LaneKey], stands_at: Mapping[str, str] | None = None
) -> Row:
    """Knobs with their words, for the bar; a click turns one. ``stands_at``: by kind, what is not
    seen elsewhere."""
    pieces: Row = EMPTY
    for key in keys:
        pieces += (Piece("  "),)
        for letter in key.keys:
            pieces += (Piece(letter, "hotkey", f"screen.knob('{letter}')"),)
        pieces += (Piece(f"{NO_BREAK}{key.word().replace(' ', NO_BREAK)}", "muted"),)
        if stands_at and key.kind in stands_at:
            pieces += (Piece(f":{NO_BREAK}{stands_at[key.kind]}", "muted"),)
    return pieces


def cut_rows(rows: Sequence[Row], width: int, height: int) -> list[Row]:
    """So many rows at most; an ellipsis says that there were more."""
    kept = list(rows[:height])
    if len(rows) > len(kept) > 0:
        kept[-1] = fit((*kept[-1], Piece(" " * width)), width, glyphs.ellipsis)
    return kept


def play_words(keys: Sequence[PlayKey]) -> Row:
    """Keys with their words, for the bar."""
    pieces: Row = EMPTY
    for key in keys:
        if key.word is not None:
            pieces += (Piece(f"  {key.shown}", "hotkey"),)
            pieces += (Piece(f"{NO_BREAK}{key.word()}", "muted"),)
    return pieces


def link_of(frame: Frame, chosen: str) -> LinkFrame | None:
    """The link ``a-b`` in a frame."""
    if "-" not in chosen:
        return None
    ends = set(chosen.split("-"))
    return next((link for link in frame.links if {link.first, link.second} == ends), None)


def choices(frame: Frame) -> list[str]:
    """What can be chosen, from the top: each server, and the link to its master."""
    first = [node for node in frame.nodes if node not in others_of(frame)]
    found = [node.name for node in first]
    for node in others_of(frame):
        for link in frame.links:
            if node.name in (link.first, link.second) and node.master in (link.first, link.second):
                found.append(f"{link.first}-{link.second}")
        found.append(node.name)
    return found
