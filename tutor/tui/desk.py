"""Who carries out what a console pane is told: a lesson's player, or the sandbox's own world."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from tutor.console.backend import EmbeddedBackend
from tutor.engine.replies import Reply
from tutor.engine.world import Entry, World

if TYPE_CHECKING:
    from tutor.course.player import Player
    from tutor.course.views import Turn


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


class WorldDesk:
    """A free world: the sandbox."""

    def __init__(self, world: World | None = None) -> None:
        self.backend = EmbeddedBackend(world)

    @property
    def world(self) -> World:
        return self.backend.world

    def run(self, argv: Sequence[bytes]) -> Reply:
        return self.backend.execute(argv)

    def cancel(self) -> None:
        self.backend.cancel()

    def tick(self) -> bool:
        stats = self.world.engine.stats
        before = (stats.dirty, stats.expired_keys, self.backend.waiting)
        self.backend.tick()
        return before != (stats.dirty, stats.expired_keys, self.backend.waiting)

    def undo(self) -> Entry | None:
        return self.world.undo()

    def redo(self) -> Entry | None:
        return self.world.redo()


class LessonDesk:
    """The world of a lesson's present step; ``turn`` is what came of the last command."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self.turn: Turn | None = None
        self._backend = EmbeddedBackend(player.world)

    @property
    def world(self) -> World:
        return self._player.world

    @property
    def backend(self) -> EmbeddedBackend:
        if self._backend.world is not self._player.world:
            self._backend = EmbeddedBackend(self._player.world)
        return self._backend

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
