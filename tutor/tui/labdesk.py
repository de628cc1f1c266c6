"""The lab's console: a prompt on one of its nodes, in the lab's own time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from tutor.console.backend import EmbeddedBackend, Prompt
from tutor.engine.replies import Reply
from tutor.engine.turns import Turns
from tutor.engine.world import Entry, World
from tutor.i18n import _
from tutor.labs.replication.words import WORDS, next_words
from tutor.tui.desk import Company

if TYPE_CHECKING:
    from tutor.labs.node import Node
    from tutor.labs.replication.frame import Frame
    from tutor.labs.replication.lab import Lab
    from tutor.tui.labplay import Playing


class NodeBackend(EmbeddedBackend):
    """The engine of a node; what is typed goes through the lab."""

    def __init__(self, world: World, desk: LabDesk) -> None:
        super().__init__(world, remember=False, may_serve=False)
        self._desk, self._name = desk, desk.name

    def next_words(self, before: Sequence[str]) -> Sequence[str] | None:
        """As `tutor.console.completion.Vocabulary`."""
        words = self._desk.words
        if not before:
            return words
        return next_words(before, list(self._desk.nodes)) if before[0].lower() in words else ()

    @property
    def info(self) -> str:
        return _("node {name} of the lab, Redis 7.0.15").format(name=self._name)

    def prompt(self) -> Prompt:
        """The node's name stands for its address."""
        return super().prompt()._replace(address=f"{self._name}:6379")

    def tick(self) -> None:
        """The lab's time passes by itself."""


class LabDesk:
    """A `Desk` on the node ``name`` of whatever lab is played. ``lock``: whoever touches an engine
    of the lab has it. ``words`` of the lab are those that the prompt takes."""

    def __init__(self, playing: Playing[Lab, Frame]) -> None:
        self._playing = playing
        self.lock = Turns()
        self.words: Sequence[str] = WORDS
        self.name = next(iter(playing.lab.nodes))
        self._backends: dict[str, tuple[Node, int, NodeBackend]] = {}

    @property
    def nodes(self) -> Collection[str]:
        """The names of all nodes."""
        return self._playing.lab.nodes.keys()

    @property
    def node(self) -> Node:
        """The node that the prompt is on."""
        nodes = self._playing.lab.nodes
        if self.name not in nodes:
            self.name = next(iter(nodes))
        return nodes[self.name]

    @property
    def backend(self) -> NodeBackend:
        node = self.node
        known = self._backends.get(self.name)
        if known is None or known[0] is not node or known[1] != node.life:
            world = World(node.engine)
            node.engine.disconnect(world.session)
            world.session = self._playing.lab.session_on(self.name)  # rebuilt, if time went back
            world.lock = self.lock
            backend = NodeBackend(world, self)
            known = self._backends[self.name] = node, node.life, backend
        return known[2]

    @property
    def world(self) -> World:
        return self.backend.world

    company: Company | None = None
    """Set by whoever has something beside the lab."""

    def choose(self, name: str) -> bool:
        """Put the prompt on another node; False if there is none of that name."""
        names = self._playing.lab.nodes
        found = [one for one in names if one == name] or [one for one in names if one[:1] + one[
            len(one.rstrip("0123456789")) :] == name]  # fmt: skip
        if not found:
            return False
        self.name = found[0]
        return True

    def run(self, argv: Sequence[bytes]) -> Reply:
        with self.lock:
            self._playing.be_there()
            return self._playing.lab.execute(self.name, tuple(argv))

    def cancel(self) -> None:
        self.backend.cancel()

    def tick(self) -> bool:
        return False

    def undo(self) -> Entry | None:
        return None

    def redo(self) -> Entry | None:
        return None

    def go(self, index: int) -> None:
        """The lab has a slider of its own."""

    def switch(self, number: int) -> None:
        """And no branches."""
