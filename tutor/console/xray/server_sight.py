"""The whole server after some commands: what `redis-tutor xray --server VIEW` draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tutor.console.whole_server import WholeServer, layout_once
from tutor.console.xray.sight import no_such_view
from tutor.diagrams import Drawing
from tutor.diagrams.server import SERVER_VIEWS, ServerView, draw_server
from tutor.i18n import _

if TYPE_CHECKING:
    from tutor.engine.world import World

__all__ = ["ServerSight"]


class ServerSight:
    """Listens, from now on, to what the view ``listening`` shows of what happens."""

    def __init__(self, world: World, listening: str) -> None:
        self._world = world
        self._looked = WholeServer(world)
        if listening in SERVER_VIEWS:
            self._looked.attend(cast("ServerView", listening))

    @property
    def views(self) -> tuple[str, ...]:
        """The views there are, in the order in which they are offered."""
        return tuple(SERVER_VIEWS)

    @property
    def argv(self) -> tuple[bytes, ...]:
        """The last command."""
        return self._world.last.argv if self._world.last is not None else ()

    @property
    def name(self) -> str:
        """What stands in the bar above a picture."""
        return _("Server")

    def draw(self, view: str, width: int, marks: bool = True) -> Drawing:
        """One of `views`, ``width`` cells wide at most."""
        chosen = cast("ServerView", view)
        if view == "eviction":
            return draw_server(chosen, self._looked.layout(chosen), width)
        return draw_server(chosen, layout_once(self._world, chosen), width)

    def misfit(self, view: str) -> str:
        """Which views there are instead."""
        return no_such_view(view, self.views)

    def view_name(self, view: str) -> str:
        """The word for one of `views`."""
        return SERVER_VIEWS[cast("ServerView", view)].name()
