"""The whole server at a glance: a table of views, one row a view.

Each view has a layout of its own (made by `tutor.engine` and `tutor.network`), draws it, and says
the same in words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tutor.diagrams.canvas import Drawing, Line, clip_line
from tutor.diagrams.server.client_buffers import describe_clients, draw_clients
from tutor.diagrams.server.eviction_pool import describe_eviction, draw_eviction
from tutor.diagrams.server.expiry_cycle import describe_expiry, draw_expiry
from tutor.diagrams.server.keyspace_map import describe_keyspace, draw_keyspace
from tutor.diagrams.server.memory_census import describe_memory, draw_memory
from tutor.diagrams.server.rdb_file import describe_file, draw_file
from tutor.diagrams.server.wire import describe_wire, draw_wire
from tutor.i18n import pgettext

ServerView = Literal["map", "memory", "expiry", "eviction", "wire", "clients", "file"]

NARROWEST = 12


@dataclass(frozen=True, slots=True)
class ServerViewRow:
    """``name`` is the view's word for a tab; ``draw`` gives lines for a width, ``describe``
    sentences."""

    name: Callable[[], str]
    draw: Callable[[Any, int], list[Line]]
    describe: Callable[[Any], list[str]]


SERVER_VIEWS: Mapping[ServerView, ServerViewRow] = {
    "map": ServerViewRow(lambda: pgettext("view", "map"), draw_keyspace, describe_keyspace),
    "memory": ServerViewRow(lambda: pgettext("view", "memory"), draw_memory, describe_memory),
    "expiry": ServerViewRow(lambda: pgettext("view", "expiry"), draw_expiry, describe_expiry),
    "eviction": ServerViewRow(
        lambda: pgettext("view", "eviction"), draw_eviction, describe_eviction
    ),
    "wire": ServerViewRow(lambda: pgettext("view", "wire"), draw_wire, describe_wire),
    "clients": ServerViewRow(lambda: pgettext("view", "clients"), draw_clients, describe_clients),
    "file": ServerViewRow(lambda: pgettext("view", "file"), draw_file, describe_file),
}
"""In the order in which they are offered. Layouts: `KeyspaceMap`, `CensusFigures`, `ExpiryFigures`,
`EvictionFigures`, `Exchange` or None, `ClientsFigures`, `FileFigures`."""


def draw_server(view: ServerView, layout: Any, width: int) -> Drawing:
    """A view's picture, ``width`` cells wide at most (but `NARROWEST`), and its text twin."""
    width = max(width, NARROWEST)
    row = SERVER_VIEWS[view]
    lines = tuple(clip_line(line, width) for line in row.draw(layout, width))
    return Drawing(lines, "\n".join(row.describe(layout)))
