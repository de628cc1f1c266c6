"""``:server [VIEW]`` at the prompt: the whole server drawn, or its pane where there is one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from tutor.console.backend import EmbeddedBackend
from tutor.console.commands import Host, busy_text, complain
from tutor.console.xray.printing import as_console
from tutor.diagrams.canvas import Line
from tutor.diagrams.server import SERVER_VIEWS, ServerView, draw_server
from tutor.engine.census import ORDERS, Order
from tutor.i18n import _

if TYPE_CHECKING:
    from tutor.engine.world import World

__all__ = ["run"]

_WIDTH = 100
_BUSY_S = 0.2

Open = Callable[[ServerView, Order | None], None]
"""Shows a view in a pane (``host.show_server``)."""


def run(host: Host, arguments: Sequence[str]) -> None:
    """Show a view; of the map also in which order, and any of them in words (``text``)."""
    words = [word.lower() for word in arguments]
    in_words = words[-1:] == ["text"]
    view, order = _wish(words[:-1] if in_words else words)
    if view is None:
        complain(host, _usage())
        return
    backend = host.backend
    if not isinstance(backend, EmbeddedBackend):
        complain(host, _("Of a real server only keys can be seen through: :xray KEY"))
        return
    opened: Open | None = getattr(host, "show_server", None)
    if opened is not None and not in_words:
        opened(view, order)
        return
    with backend.world.lock.glance(_BUSY_S) as mine:
        if not mine:
            complain(host, busy_text())
            return
        world = backend.world
        if view == "wire" and not world.history and world.session.last_command is not None:
            complain(host, _("Commands from a pipe are not remembered: there is nothing to show."))
            return
        lines = _lines(world, view, order, _columns(host), in_words)
    host.show(as_console(lines))


def _wish(words: Sequence[str]) -> tuple[ServerView | None, Order | None]:
    """The view and the order that were asked for; no view if the words mean nothing."""
    view, order = (*words, "", "")[:2]
    if len(words) > 2 or (view and view not in SERVER_VIEWS):
        return None, None
    if not order:
        return cast("ServerView", view or "map"), None
    known = next((one for one in ORDERS if one == order), None)
    return ("map", known) if view == "map" and known is not None else (None, None)


def _usage() -> str:
    text = _(
        "Say what of the server: {views}; of the map also its order: :server map {orders}. "
        "With text at the end it is told in words."
    )
    return text.format(views=", ".join(SERVER_VIEWS), orders=" | ".join(ORDERS))


def _columns(host: Host) -> int:
    """Cells of a line where the host prints."""
    columns = getattr(host, "columns", None)
    return columns if columns else shutil.get_terminal_size((_WIDTH, 24)).columns


def _lines(
    world: World, view: ServerView, order: Order | None, width: int, in_words: bool
) -> list[Line]:
    from tutor.console.whole_server import layout_once

    drawing = draw_server(view, layout_once(world, view, order=order or "bytes"), width)
    if in_words:
        return [((line, "text"),) for line in drawing.text.splitlines()]
    return list(drawing.lines)
