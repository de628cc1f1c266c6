"""Redis and Memcached side by side: the notes' table as experiments, sharding, and a prompt.

choices │ what was tried, on both │ X-ray of Memcached beneath
        │ the ring                │
        │ Memcached's prompt      │
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from time import perf_counter
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.types import CSSPathType

from tutor.console.telnet.talk import Talk
from tutor.diagrams.canvas import Drawing
from tutor.diagrams.memcached import VIEWS, MemcachedView, draw_memcached, ring_figures
from tutor.diagrams.rivals import draw_outcome
from tutor.engine.clock import Clock, SystemClock
from tutor.i18n import _, language
from tutor.labs.rivals import ROWS, Experiment, Shards
from tutor.memcached.layout import StoreEvent
from tutor.memcached.looks import class_in, page_of, queues_of
from tutor.memcached.memcached import Memcached
from tutor.memcached.store import Store
from tutor.tui.base import BaseScreen
from tutor.tui.keys import bindings
from tutor.tui.labkeys import Section
from tutor.tui.paint import Row, row
from tutor.tui.rivalkeys import Mode, rivals_help
from tutor.tui.widgets.keybar import KeyBar
from tutor.tui.widgets.memcachedpane import MemcachedPane
from tutor.tui.widgets.notice import TooSmall
from tutor.tui.widgets.panelhead import PanelHead
from tutor.tui.widgets.rivalcanvas import (
    CHOICES,
    ChoiceList,
    RivalsBar,
    RivalsCanvas,
    choice_text,
    mode_of,
)
from tutor.tui.widgets.topbar import TopBar

SEED = 7
XRAYS: tuple[MemcachedView | None, ...] = ("slabs", "page", "queues", "item", None)
"""What may stand beneath an experiment, in the order of the key."""

_TALL = 30
"""Rows below which there is no X-ray beneath an experiment unless it is asked for."""

ALL_S = 0.35
"""Between two steps, when all are taken."""


class RivalsScreen(BaseScreen[None]):
    """``choice`` is what it begins with. ``clock``: of the learner's own Memcached; the system's,
    unless a test gives another. ``timer`` measures the speed."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["rivals.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "help", "language", "panel", "panel_back", "clear", "card", "palette", "home", "quit"
    )
    AUTO_FOCUS = "#tried"

    def __init__(
        self,
        choice: str = "types",
        clock: Clock | None = None,
        timer: Callable[[], float] = perf_counter,
    ) -> None:
        super().__init__()
        self.choice = choice
        self.timer = timer
        self.experiments: dict[str, Experiment] = {}
        self.shards = Shards()
        self.server = 0
        self.talk = Talk(Memcached(clock or SystemClock()))
        self.xray: MemcachedView | None = "slabs"
        self.slab_class: int | None = None
        self.wire = False
        self._playing = False
        self._number = 0
        self.canvas = RivalsCanvas(id="tried")
        self.slabs = RivalsCanvas(id="slabs")
        self.head = PanelHead(self.slabs, self._slabs_title, self._views)
        self.head.id = "slabs-head"
        self.pane = MemcachedPane(lambda: self.talk, id="talk")
        self.list = ChoiceList(lambda: self.choice, self._is_done, id="choices")
        self.bar = RivalsBar(lambda: self.mode, self._position, id="knobs")

    def compose(self) -> ComposeResult:
        """Head, list, pictures, prompt, keys."""
        yield TopBar(self._where, self._state)
        yield TooSmall()
        with Horizontal(id="rivals"):
            yield self.list
            with Vertical(id="work"):
                yield self.canvas
                yield self.head
                yield self.slabs
                yield self.pane
        yield self.bar
        yield KeyBar()

    def on_mount(self) -> None:
        """All steps one after another, when that is asked for."""
        self.set_interval(ALL_S, self.tick)
        self.set_interval(1.0, self.second)
        if self.app.size.height < _TALL and self.mode == "experiment":
            self.xray = None
        self.look()

    # what there is

    @property
    def mode(self) -> Mode:
        """What is seen."""
        return mode_of(self.choice)

    @property
    def experiment(self) -> Experiment:
        """The chosen one; it begins when it is first looked at."""
        name = self.choice if self.choice in ROWS else "types"
        if name not in self.experiments:
            self.experiments[name] = Experiment(name, SEED, self.timer)
        return self.experiments[name]

    def _is_done(self, choice: str) -> bool:
        experiment = self.experiments.get(choice)
        return experiment is not None and experiment.done

    @property
    def store(self) -> Store | None:
        """The Memcached that the X-ray looks into; None if its process is gone."""
        if self.mode == "prompt":
            return self.talk.cache.store
        cache = self.experiment.bench.caches["cache1"]
        return cache.store if cache is not None else None

    @property
    def key(self) -> bytes:
        """The item that was named last."""
        if self.mode == "prompt":
            return self.talk.key
        named = [one for one in self.experiment.exchanges if one.engine == "memcached"]
        words = named[-1].typed.split() if named else []
        return words[1].encode() if len(words) > 1 else b""

    # showing

    def _where(self) -> Row:
        return row(
            ("redis-tutor", "muted"), "   ", (_("Redis and Memcached"), "title"),
            (f"   {choice_text(self.choice)}", "accent"),
        )  # fmt: skip

    def _state(self) -> list[Row]:
        place = f"{CHOICES.index(self.choice) + 1}/{len(CHOICES)}"
        return [row((place, "muted")), row((language().upper(), "accent"))]

    def _position(self) -> Row:
        """How far the experiment has come."""
        if self.mode != "experiment":
            return ()
        experiment = self.experiment
        words = _("step {n} of {total}").format(
            n=experiment.position, total=len(experiment.row.steps)
        )
        return row((words, "muted"))

    def look(self) -> None:
        """Show everything."""
        mode = self.mode
        self.set_class(mode == "prompt", "-prompt")
        self.set_class(self.xray is not None and mode != "ring", "-xray")
        self.canvas.draw(self._drawing().lines, ())
        self._look_at_slabs()
        self.pane.look()
        for widget in (self.list, self.bar, self.query_one(TopBar)):
            widget.refresh()

    def _drawing(self) -> Drawing:
        width = self.canvas.scrollable_content_region.width or 60
        if self.mode == "ring":
            servers = self.shards.servers
            chosen = servers[min(self.server, len(servers) - 1)]
            return draw_memcached("ring", ring_figures(self.shards, chosen), width)
        experiment = self.experiment
        return draw_outcome(experiment.outcome, width, experiment.done, self.wire)

    def _look_at_slabs(self) -> None:
        if self.xray is None or self.mode == "ring":
            return
        width = self.slabs.scrollable_content_region.width or 60
        store = self.store
        layout = self._layout_of(store) if store is not None else None
        if layout is None:
            text = _("The process is gone, and with it everything.")
            if store is not None:
                text = _("Nothing is stored yet.")
            self.slabs.draw([((text, "label"),)], ())
            return
        self.slabs.draw(draw_memcached(self.xray, layout, width).lines, ())
        self.head.refresh()

    def _layout_of(self, store: Store) -> Any:
        """The layout of the chosen view; None if there is nothing to see."""
        whole = store.layout()
        if self.xray == "slabs":
            return whole
        item = store.item_layout(self.key) if self.key else None
        if self.xray == "item":
            return item
        number = self.slab_class or (item.slab_class if item is not None else None)
        chosen = class_in(whole, number)
        if chosen is None:
            return None
        if self.xray == "page":
            return page_of(store, chosen)
        return queues_of(store, chosen, self._events())

    def _events(self) -> Sequence[StoreEvent]:
        return self.talk.events if self.mode == "prompt" else tuple(self.experiment.bench.events)

    def _slabs_title(self) -> Row:
        return row((_("X-ray of Memcached"), "title"))

    def _views(self) -> Row:
        """Names of the views; the present one between brackets."""
        pieces: list[tuple[str, str]] = []
        for view in XRAYS[:-1]:
            assert view is not None
            name = VIEWS[view].name()
            here = view == self.xray
            pieces.append((f"[{name}]" if here else f" {name} ", "title" if here else "muted"))
        return row(*pieces)

    @on(events.ScreenResume)
    def _look_again(self) -> None:
        self.look()

    @on(events.Resize)
    def _resized(self) -> None:
        self.call_after_refresh(self.look)

    def retranslate(self) -> None:
        """Everything in the present language."""
        super().retranslate()
        self.look()

    def own_help(self) -> list[Section]:
        """The keys of the screen."""
        return rivals_help()

    # keys

    def action_lab(self, word: str) -> None:
        """A key of the picture; one that has no meaning in this mode does nothing."""
        common: dict[str, Callable[[], object]] = {
            "up": partial(self._next_choice, -1),
            "down": partial(self._next_choice, 1),
            "page_up": partial(self._scroll, -1),
            "page_down": partial(self._scroll, 1),
        }
        words = {**common, **self._words()[self.mode]}
        if word in words:
            words[word]()
            self.look()
            if word in ("step", "again", "all"):
                self.call_after_refresh(self._to_the_end)

    def _words(self) -> Mapping[Mode, Mapping[str, Callable[[], object]]]:
        xray = {
            "view": partial(self._next_view, 1),
            "view_back": partial(self._next_view, -1),
            "class": partial(self._next_class, 1),
            "class_back": partial(self._next_class, -1),
        }
        return {
            "experiment": {
                **xray, "step": self._step, "all": self._all, "again": self._again,
                "wire": self._other_wire, "prompt": self._step,
            },
            "ring": {
                "server": partial(self._next_server, 1),
                "server_back": partial(self._next_server, -1),
                "join": self.shards.join, "leave": self._leave, "key": self._another_key,
                "again": self._three_servers,
            },
            "prompt": {**xray, "prompt": self.pane.prompt.focus, "step": self.pane.prompt.focus},
        }  # fmt: skip

    def choose(self, choice: str) -> None:
        """Show an experiment, the ring or the prompt."""
        self.choice, self._playing, self.slab_class = choice, False, None
        if self.mode == "prompt" and self.xray is None:
            self.xray = "slabs"
        self.canvas.scroll_home(animate=False)
        self.look()
        self.call_after_refresh(self._focus)

    def _focus(self) -> None:
        (self.slabs if self.mode == "prompt" else self.canvas).focus()
        self.look()

    def _next_choice(self, by: int) -> None:
        self.choose(CHOICES[(CHOICES.index(self.choice) + by) % len(CHOICES)])

    def _scroll(self, by: int) -> None:
        seen = self.focused if isinstance(self.focused, RivalsCanvas) else self.canvas
        scroll = seen.scroll_page_up if by < 0 else seen.scroll_page_down
        scroll(animate=False)

    def _next_view(self, by: int) -> None:
        views = XRAYS[:-1] if self.mode == "prompt" else XRAYS
        self.xray = views[(views.index(self.xray) + by) % len(views)]
        self.slabs.scroll_home(animate=False)

    def _next_class(self, by: int) -> None:
        store = self.store
        numbers = [one.number for one in store.layout().classes] if store is not None else []
        if not numbers:
            return
        shown = class_in(store.layout(), self.slab_class) if store is not None else None
        at = numbers.index(shown.number) if shown is not None else 0
        self.slab_class = numbers[(at + by) % len(numbers)]

    # an experiment

    def _step(self) -> None:
        if not self.experiment.done:
            self.experiment.advance()

    def _all(self) -> None:
        """Step by step by itself; with reduced motion at once."""
        if self.app.animation_level == "none":
            while not self.experiment.done:
                self.experiment.advance()
        else:
            self._playing = not self._playing

    def tick(self) -> None:
        """The next step, if all are being taken."""
        if not self._playing:
            return
        self._step()
        self._playing = not self.experiment.done
        self.look()
        self.call_after_refresh(self._to_the_end)

    def second(self) -> None:
        """Time has passed in the learner's own Memcached: items expire, queues are juggled."""
        if self.mode == "prompt":
            self.talk.tick()
            self._look_at_slabs()
            self.head.refresh()

    def _to_the_end(self) -> None:
        if self.mode == "experiment":
            self.canvas.scroll_end(animate=False, force=True, immediate=True, x_axis=False)

    def _again(self) -> None:
        self._playing = False
        self.experiments.pop(self.experiment.name)

    def _other_wire(self) -> None:
        self.wire = not self.wire

    # the ring

    def _next_server(self, by: int) -> None:
        self.server = (self.server + by) % len(self.shards.servers)

    def _leave(self) -> None:
        servers = self.shards.servers
        self.shards.leave(servers[min(self.server, len(servers) - 1)])
        self.server = min(self.server, len(self.shards.servers) - 1)

    def _another_key(self) -> None:
        self._number += 1
        self.shards.follow(b"key:%d" % self._number)

    def _three_servers(self) -> None:
        self.shards, self.server = Shards(), 0

    # the prompt

    @on(MemcachedPane.Ran)
    def _ran(self) -> None:
        self.look()

    @on(MemcachedPane.Left)
    def _left(self) -> None:
        self.slabs.focus()

    def action_clear_output(self) -> None:
        """Empty the output."""
        self.pane.output.clear()

    def action_card(self, index: int | None = None) -> None:
        """Unfold or fold the card under a reply."""
        self.pane.output.toggle_card(index)

    def action_paste(self, command: str) -> None:
        """A click on a command puts it into the prompt."""
        self.pane.prompt.put(command)
        self.pane.prompt.focus()

    def action_next_panel(self) -> None:
        """Between picture and prompt, between the experiment and the X-ray."""
        if self.mode == "prompt":
            prompt = self.pane.prompt
            (self.slabs if self.focused is prompt else prompt).focus()
        elif self.mode == "experiment" and self.xray is not None:
            (self.canvas if self.focused is self.slabs else self.slabs).focus()

    action_previous_panel = action_next_panel
