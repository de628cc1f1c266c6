"""A lab's console: a prompt on one of its servers, in the lab's own time."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from tutor.console.backend import EmbeddedBackend, Prompt
from tutor.engine.engine import Engine
from tutor.engine.replies import Reply
from tutor.engine.session import Session
from tutor.engine.turns import Turns
from tutor.engine.world import Entry, World
from tutor.i18n import _
from tutor.labs.lanewords import LaneWords
from tutor.labs.replication.words import WORDS, next_words, read_move
from tutor.tui.desk import Company

if TYPE_CHECKING:
    from tutor.labs.catalog import AnyLab
    from tutor.labs.lanes import LaneDeed
    from tutor.labs.replication.frame import Frame
    from tutor.labs.replication.lab import Lab
    from tutor.tui.labplay import Playing


class LabMove(Protocol):
    """What a person does to a lab, read from words: `Move`, `LaneMove`."""

    @property
    def kind(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def value(self) -> float | str: ...
    @property
    def words(self) -> tuple[bytes, ...]: ...


class LabBackend(EmbeddedBackend):
    """The engine of a server; what is typed goes through the lab."""

    def __init__(self, world: World, desk: LabDesk) -> None:
        super().__init__(world, remember=False, may_serve=False)
        self._desk, self._name = desk, desk.name

    def next_words(self, before: Sequence[str]) -> Sequence[str] | None:
        """As `tutor.console.completion.Vocabulary`."""
        words = self._desk.words
        if not before:
            return words
        return self._desk.next_words(before) if before[0].lower() in words else ()

    @property
    def info(self) -> str:
        return _("node {name} of the lab, Redis 7.0.15").format(name=self._name)

    def prompt(self) -> Prompt:
        """The node's name stands for its address."""
        return super().prompt()._replace(address=f"{self._name}:6379")

    def tick(self) -> None:
        """The lab's time passes by itself."""


class LabDesk:
    """A `Desk` on the server ``name`` of whatever lab is played. ``lock``: whoever touches an
    engine of the lab has it."""

    company: Company | None = None
    """Set by whoever has something beside the lab."""

    def __init__(self, name: str) -> None:
        self.lock = Turns()
        self.name = name
        self._backends: dict[str, tuple[Engine, LabBackend]] = {}
        self.deed: LaneDeed | None = None
        """In a lab of lanes: what was done last; its reply may come later."""

    # what a lab says of itself

    @property
    @abstractmethod
    def nodes(self) -> Collection[str]:
        """The names of all servers."""

    @property
    @abstractmethod
    def words(self) -> Sequence[str]:
        """Those of the lab that the prompt takes besides commands."""

    @abstractmethod
    def next_words(self, before: Sequence[str]) -> Sequence[str] | None:
        """What may stand behind words; None where a command begins."""

    @abstractmethod
    def read(self, argv: Sequence[bytes]) -> LabMove:
        """A move out of its words. Raises `BadWord`."""

    @property
    @abstractmethod
    def condition(self) -> str:
        """Whether the server answers: see `tutor.labs.node.Node.condition`."""

    @abstractmethod
    def run(self, argv: Sequence[bytes]) -> Reply:
        """A command on the server, at the moment that is shown."""

    @abstractmethod
    def _engine(self) -> Engine:
        """That of the server."""

    @abstractmethod
    def _session(self) -> Session:
        """The prompt's connection to it."""

    # the prompt

    @property
    def backend(self) -> LabBackend:
        engine = self._engine()
        known = self._backends.get(self.name)
        if known is None or known[0] is not engine or self._has_another(known[1].world.session):
            world = World(engine)
            engine.disconnect(world.session)
            world.session = self._session()  # rebuilt, if time went back
            world.lock = self.lock
            known = self._backends[self.name] = engine, LabBackend(world, self)
        return known[1]

    def _has_another(self, known: Session) -> bool:
        """Whether the prompt's connection is not the known one any more; the one that a lab gives
        who is not connected has no number."""
        session = self._session()
        return session is not known and session.id != 0

    @property
    def world(self) -> World:
        return self.backend.world

    def choose(self, name: str) -> bool:
        """Put the prompt on another node; False if there is none of that name."""
        names = list(self.nodes)
        found = [one for one in names if one == name] or [one for one in names if one[:1] + one[
            len(one.rstrip("0123456789")) :] == name]  # fmt: skip
        if not found:
            return False
        self.name = found[0]
        return True

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


class NodeDesk(LabDesk):
    """On a node of the replication lab."""

    def __init__(self, playing: Playing[Lab, Frame]) -> None:
        super().__init__(next(iter(playing.lab.nodes)))
        self._playing = playing

    @property
    def nodes(self) -> Collection[str]:
        return self._playing.lab.nodes.keys()

    @property
    def words(self) -> Sequence[str]:
        return WORDS

    def next_words(self, before: Sequence[str]) -> Sequence[str] | None:
        return next_words(before, list(self.nodes))

    def read(self, argv: Sequence[bytes]) -> LabMove:
        return read_move(argv, self.nodes, self.name)

    @property
    def condition(self) -> str:
        self._stay()
        return self._playing.lab.nodes[self.name].condition

    def run(self, argv: Sequence[bytes]) -> Reply:
        with self.lock:
            self._playing.be_there()
            return self._playing.lab.execute(self.name, tuple(argv))

    def _engine(self) -> Engine:
        self._stay()
        return self._playing.lab.nodes[self.name].engine

    def _session(self) -> Session:
        return self._playing.lab.session_on(self.name)

    def _stay(self) -> None:
        """Another lab may have fewer nodes."""
        if self.name not in self.nodes:
            self.name = next(iter(self.nodes))


class LaneDesk(LabDesk):
    """On the server of a lane. An experiment without servers has no prompt: then the name is ""."""

    def __init__(self, playing: Callable[[], Playing[AnyLab, Any]]) -> None:
        super().__init__("")
        self._playing = playing
        self._idle = World()
        self._stay()

    @property
    def lab(self) -> AnyLab:
        """The run that is played."""
        return self._playing().lab

    @property
    def nodes(self) -> Collection[str]:
        return self.lab.places

    @property
    def _words(self) -> LaneWords:
        return LaneWords(self.lab.knobs_here(), self.lab.places)

    @property
    def words(self) -> Sequence[str]:
        return self._words.words

    def next_words(self, before: Sequence[str]) -> Sequence[str] | None:
        return self._words.next_words(before)

    def read(self, argv: Sequence[bytes]) -> LabMove:
        return self._words.read(argv, self.name)

    @property
    def condition(self) -> str:
        self._stay()
        return self.lab.condition_of(self.name) if self.name else "online"

    def run(self, argv: Sequence[bytes]) -> Reply:
        with self.lock:
            self._playing().be_there()
            reply = self.lab.execute(self.name, tuple(argv))
            self.deed = self.lab.deeds[-1]
            return reply

    def is_done(self, deed: LaneDeed) -> bool:
        """Whether something is still part of the run: time may have gone back before it."""
        return any(deed is one for one in self.lab.deeds)

    def _engine(self) -> Engine:
        self._stay()
        return self.lab.engine_at(self.name) if self.name else self._idle.engine

    def _session(self) -> Session:
        return self.lab.session_on(self.name) if self.name else self._idle.session

    def _stay(self) -> None:
        """Another experiment has others."""
        if self.name not in self.nodes:
            self.name = next(iter(self.nodes), "")
