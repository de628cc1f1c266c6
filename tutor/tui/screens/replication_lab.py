"""The replication lab: servers and links at the top, charts beneath, time, a prompt on any node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.types import CSSPathType

from tutor.console.history import History
from tutor.diagrams.labs.scenarios import scenario_text
from tutor.i18n import _, language
from tutor.labs.replication.actions import stepped
from tutor.labs.replication.frame import Frame
from tutor.labs.replication.lab import MOST_REPLICAS, Lab
from tutor.labs.replication.scenarios import SCENARIOS
from tutor.tui.keys import bindings
from tutor.tui.labdesk import NodeDesk
from tutor.tui.labkeys import LAB_KEYS, LabKey, Section, replication_help
from tutor.tui.labplay import Playing
from tutor.tui.labview import PANELS, Panel, lab_lines, panel_name
from tutor.tui.labwords import WordCanvas
from tutor.tui.paint import Row, row
from tutor.tui.screens.prompted import PromptedLabScreen
from tutor.tui.widgets.keybar import KeyBar
from tutor.tui.widgets.labcanvas import KnobBar, ReplicationCanvas, choices, link_of
from tutor.tui.widgets.labslider import LabSlider
from tutor.tui.widgets.notice import TooSmall
from tutor.tui.widgets.topbar import TopBar

_KEPT = ("rdb", "aof", "nothing")
_BY_LETTER: dict[str, tuple[LabKey, int]] = {
    letter: (key, -1 if at else 1) for key in LAB_KEYS for at, letter in enumerate(key.keys)
}


class ReplicationLabScreen(PromptedLabScreen):
    """``scenario``, ``seed`` and ``replicas`` say which run it begins with."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["replication_lab.tcss"]
    DEFAULT_CLASSES = "replication-lab"
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "help", "language", "panel", "panel_back", "clear", "card", "palette", "home", "quit"
    )
    AUTO_FOCUS = "#lab"
    playing: Playing[Lab, Frame]
    canvas: ReplicationCanvas

    def __init__(
        self,
        history: History,
        scenario: str = "healthy",
        seed: int = 7,
        replicas: int | None = None,
    ) -> None:
        super().__init__()
        self._scenario, self._seed, self._replicas = scenario, seed, replicas
        self.playing = Playing(self._make)
        self.desk = NodeDesk(self.playing)
        self.turns = self.desk.lock
        self.panel: Panel = "ms"
        self.chosen = "master"
        self.canvas = WordCanvas(id="lab")
        self.slider = LabSlider(lambda: self.playing, id="slider")
        self.knobs = KnobBar(lambda: self.playing.frame, lambda: self.chosen, id="knobs")
        self.console_pane = self.make_console(history)

    def _make(self) -> Lab:
        lab = Lab(self._scenario, self._seed, self._replicas)
        self._replicas = lab.replicas
        return lab

    def compose(self) -> ComposeResult:
        """Head, picture, knobs, time, console, keys."""
        yield TopBar(self._where, self._state)
        yield TooSmall()
        yield self.canvas
        yield self.knobs
        yield self.slider
        yield self.console_pane
        yield KeyBar()

    # showing

    def _where(self) -> Row:
        frame = self.playing.frame
        return row(
            ("redis-tutor", "muted"), "   ", (_("Replication lab"), "title"),
            (f"   {frame.scenario}", "accent"), (f"  {scenario_text(frame.scenario)}", "muted"),
        )  # fmt: skip

    def _state(self) -> list[Row]:
        seed = _("seed {n}").format(n=self.playing.frame.seed)
        tabs = row((panel_name(self.panel), "muted"))
        return [tabs, row((seed, "muted")), row((language().upper(), "accent"))]

    def draw(self, width: int, height: int) -> None:
        """The picture, the knobs, the head."""
        frame = self.playing.frame
        if self.chosen not in choices(frame):
            self.chosen = choices(frame)[0]
        if width > 0:
            self.canvas.draw(lab_lines(frame, self.panel, width, height), self.chosen.split("-"))
        self.query_one(TopBar).refresh()
        self.knobs.refresh()

    def own_help(self) -> list[Section]:
        """The lab's keys."""
        return replication_help()

    def words(self) -> Mapping[str, Callable[[], object]]:
        """Besides those of time."""
        return {
            "up": partial(self._choose, -1),
            "down": partial(self._choose, 1),
            "panel": self._next_panel,
            "scenario": self._next_scenario,
            "replicas": self._more_replicas,
            "seed": self._next_seed,
            "prompt": self.open_prompt,
        }

    # what is chosen

    def _choose(self, by: int) -> None:
        found = choices(self.playing.frame)
        at = found.index(self.chosen) if self.chosen in found else 0
        self.chosen = found[(at + by) % len(found)]

    def clicked(self, x: int, y: int) -> None:
        """A click on the picture: the server whose name stands nearest above it."""
        for line in reversed(self.canvas.rows[: y + 1]):
            text = "".join(piece.text for piece in line)
            here = [name for name in self.playing.lab.nodes if f"{name} " in text]
            near = min(here, key=lambda name: abs(text.index(f"{name} ") - x), default="")
            if near:
                self.chosen = near
                self.look()
                return

    def _next_panel(self) -> None:
        self.panel = PANELS[(PANELS.index(self.panel) + 1) % len(PANELS)]

    # another run

    def _next_scenario(self) -> None:
        names = list(SCENARIOS)
        self._scenario = names[(names.index(self._scenario) + 1) % len(names)]
        self._replicas = None
        self._begin()

    def _more_replicas(self) -> None:
        self._replicas = (self._replicas or 1) % MOST_REPLICAS + 1
        self._begin()

    def _next_seed(self) -> None:
        self._seed += 1
        self._begin()

    def _begin(self) -> None:
        self.playing.choose(self._make)
        self.console_pane.look()

    # knobs

    def action_knob(self, letter: str) -> None:
        """A key that changes something; in the past it begins another future."""
        key, by = _BY_LETTER[letter]
        frame = self.playing.frame
        with self.turns:
            self._turn(key, by, frame)
        self.look()
        self.console_pane.look()

    def _turn(self, key: LabKey, by: int, frame: Frame) -> None:
        act, chosen = self.playing.act, self.chosen
        if key.of == "lab":
            present = {
                "sentinels": float(len(frame.sentinels)),
                "wait": float(frame.wait),
                "write-rate": frame.write_rate,
                "read-rate": frame.read_rate,
            }[key.kind]
            value = stepped(key.kind, present, by)
            if key.kind == "sentinels" and value == present:
                value = 0
            act(key.kind, "", value)
            return
        if key.of == "link":
            self._turn_link(key, by, frame)
            return
        node = frame.node(chosen.split("-")[-1])
        kept = node.persistence
        turns = {
            "isolate": lambda: act(
                "rejoin" if self._is_isolated(node.name) else "isolate", node.name
            ),
            "pause": lambda: act("resume" if node.state == "paused" else "pause", node.name),
            "kept": lambda: act("kept", node.name, _KEPT[(_KEPT.index(kept) + 1) % len(_KEPT)]),
            "restart": lambda: act("restart", node.name, kept),
            "promote": lambda: self._promote(node.name),
            "follow": lambda: self._follow(node.name, frame),
        }
        turns.get(key.kind, lambda: act(key.kind, node.name))()

    def _turn_link(self, key: LabKey, by: int, frame: Frame) -> None:
        link = link_of(frame, self.chosen)
        if link is None:  # a server is chosen: the link to its master is meant
            name = self.chosen
            links = [one for one in choices(frame) if "-" in one and name in one.split("-")]
            if not links:
                return
            link = link_of(frame, links[0])
            assert link is not None
        target = f"{link.first}-{link.second}"
        if key.kind == "cut":
            self.playing.act("cut" if link.cut_since is None else "heal", target)
            return
        present = {
            "delay": link.delay_ms,
            "jitter": link.jitter_ms,
            "bandwidth": float(link.bandwidth),
            "loss": link.loss,
        }[key.kind]
        self.playing.act(key.kind, target, stepped(key.kind, present, by))

    def _is_isolated(self, name: str) -> bool:
        return all(w.cut_since is not None for w in self.playing.lab.nodes[name].wires.values())

    def _promote(self, name: str) -> None:
        """Make it a master and send the clients there; who is down cannot be asked."""
        self.playing.act("promote", name)
        if self.playing.lab.nodes[name].up:
            self.playing.act("switch", name)

    def _follow(self, name: str, frame: Frame) -> None:
        master = frame.master or self.playing.lab.clients.master
        if master != name:
            self.playing.act("follow", name, master)
