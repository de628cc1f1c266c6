"""Who carries out what a console pane is told: a lesson's player, or the sandbox's own world."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from tutor.console.backend import EmbeddedBackend
from tutor.engine.replies import Reply, is_error
from tutor.engine.world import Entry, World

if TYPE_CHECKING:
    from tutor.course.player import Player
    from tutor.course.views import Turn
    from tutor.network.django.session import Session


class Company(Protocol):
    """A Django process or a Memcached beside the engine."""

    def words(self, line: str) -> Sequence[bytes] | None:
        """A line that is for one of them, in words; None for any other. Raises
        `UnbalancedQuotes`."""
        ...

    def takes_python(self, line: str) -> bool:
        """Whether a line is one of Python."""
        ...

    @property
    def takes_mc(self) -> bool:
        """Whether lines may be for Memcached."""
        ...

    def session(self) -> Session | None:
        """The Django process, for completion; None if there is none."""
        ...


class Desk(Protocol):
    """What a screen with a console needs."""

    @property
    def backend(self) -> EmbeddedBackend:
        """Prompt, completion and the console's own words; may become another object."""
        ...

    @property
    def world(self) -> World:
        """The world that commands change; may become another object."""
        ...

    @property
    def company(self) -> Company | None:
        """What else lines may be for, if there is something."""
        ...

    def run(self, argv: Sequence[bytes]) -> Reply:
        """Carry out a command; `BLOCKED` if it now waits."""
        ...

    def cancel(self) -> None:
        """Give up waiting."""
        ...

    def tick(self) -> bool:
        """Let time pass; True if something may look different now."""
        ...

    def undo(self) -> Entry | None:
        """Take back the last change."""
        ...

    def redo(self) -> Entry | None:
        """Do again what was taken back."""
        ...

    def go(self, index: int) -> None:
        """Go to another moment (`World.go`)."""
        ...

    def switch(self, number: int) -> None:
        """Go over to a branch (`World.switch`)."""
        ...


class WorldDesk:
    """A free world: the sandbox."""

    company: Company | None = None

    def __init__(self, world: World | None = None) -> None:
        self.backend = EmbeddedBackend(world)
        self._seen: tuple[object, ...] = ()

    @property
    def world(self) -> World:
        return self.backend.world

    def run(self, argv: Sequence[bytes]) -> Reply:
        return self.backend.execute(argv)

    def cancel(self) -> None:
        self.backend.cancel()

    def tick(self) -> bool:
        self.backend.tick()
        stats, service = self.world.engine.stats, self.backend.service
        seen = (
            *(stats.dirty, stats.expired_keys, self.backend.waiting),
            *(() if service is None else (service.addresses, service.clients)),
            self.world.traffic.total if self.world.traffic is not None else 0,
        )
        before, self._seen = self._seen, seen
        return seen != before

    def undo(self) -> Entry | None:
        return self.world.undo()

    def redo(self) -> Entry | None:
        return self.world.redo()

    def go(self, index: int) -> None:
        self.world.go(index)

    def switch(self, number: int) -> None:
        self.world.switch(number)


class LessonBackend(EmbeddedBackend):
    """The world of a step. Who is at the prompt, and what time it is, the player says."""

    may_pass_time = True

    def __init__(self, player: Player) -> None:
        self._player = player
        super().__init__(player.world, may_serve=False)
        for number, session in player.clients.items():
            if number not in self.clients:
                self._adopt(number, session)

    def _begin(self, world: World) -> None:
        current = world.session
        world.session = self._player.clients.get(1, current)
        super()._begin(world)
        world.session = current

    def _answered(
        self, number: int, earlier: Callable[[Reply], object] | None, reply: Reply
    ) -> None:
        """The step itself puts a late reply into its history."""
        if earlier is not None:
            earlier(reply)

    def use_client(self, number: int) -> None:
        self._player.run((b":client", b"%d" % number))
        if self.clients.get(number) is not self.world.session:
            self._adopt(number, self.world.session)

    def pass_time(self, seconds: str) -> bool:
        turn = self._player.run((b":run", seconds.encode()))
        return not is_error(turn.reply)


class LessonDesk:
    """The world of a lesson's present step; ``turn`` is what came of the last command."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self.turn: Turn | None = None
        self._backend = LessonBackend(player)

    @property
    def world(self) -> World:
        return self._player.world

    @property
    def backend(self) -> EmbeddedBackend:
        if self._backend.world is not self._player.world:
            self._backend = LessonBackend(self._player)
        return self._backend

    @property
    def company(self) -> Company | None:
        return self._player.company

    def run(self, argv: Sequence[bytes]) -> Reply:
        self.turn = self._player.run(argv)
        return self.turn.reply

    def cancel(self) -> None:
        self._player.cancel()

    def tick(self) -> bool:
        return self._player.tick()

    def undo(self) -> Entry | None:
        return self._player.undo()

    def redo(self) -> Entry | None:
        return self._player.redo()

    def go(self, index: int) -> None:
        self._player.go(index)

    def switch(self, number: int) -> None:
        self._player.switch(number)
