"""Which key of a lane the X-ray shows: the one of the last command, else the lane's first."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine.engine import Engine
from tutor.engine.replies import ReplyError
from tutor.engine.table import keys_of
from tutor.engine.world import World
from tutor.tui.xray import Place, Xray


class LaneXray:
    """``xray`` looks at the server where the prompt is, whichever that is."""

    def __init__(self) -> None:
        self.xray = Xray()
        self._engine: Engine | None = None
        self._asked: Place | None = None

    def typed(self, world: World, argv: Sequence[bytes]) -> None:
        """A command was typed: its key is meant from now on, on whichever server."""
        try:
            found = keys_of(world.engine.find(argv).spec, argv)
        except (ReplyError, ValueError):
            return
        if found:
            self._asked = world.session.db.index, argv[found[0]]

    def look(self, world: World) -> None:
        """Time has passed, or another server is looked at: mark what is new in the key."""
        if world.engine is not self._engine:
            self._engine = world.engine
            self.xray.watch(world)
        self.xray.follow(self._asked or self.xray.place or _first(world))


def _first(world: World) -> Place | None:
    """Of the keys of a database the first by its name."""
    database = world.session.db
    key = min(database.live_keys(), default=None)
    return None if key is None else (database.index, key)
