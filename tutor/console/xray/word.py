"""``:xray [KEY [VIEW]]`` at the prompt: a key of our own engine or of a real server, drawn."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from itertools import islice

from tutor.console.backend import EmbeddedBackend
from tutor.console.commands import Host, busy_text, complain
from tutor.console.remote import RemoteBackend
from tutor.console.trouble import explain
from tutor.console.xray.printing import as_console
from tutor.console.xray.sight import WINDOW, Sight, sight_in
from tutor.console.xray.staging import Failed, peek
from tutor.engine.inspect import inspect
from tutor.engine.structures.window import Window
from tutor.i18n import _
from tutor.network.link import LinkError

__all__ = ["run"]

_WIDTH = 100
_BUSY_S = 0.2


def run(host: Host, arguments: Sequence[str]) -> None:
    """Print the picture, or what is wrong with the arguments."""
    if len(arguments) > 2:
        complain(host, _("Say one key and one view: :xray KEY bytes"))
        return
    name = arguments[0].encode("utf-8", "surrogateescape") if arguments else None
    try:
        sight = _look(host, name)
    except Failed as error:
        host.show(error.lines)
        return
    except LinkError as error:
        complain(host, explain(error))
        return
    view = arguments[1].lower() if len(arguments) > 1 else "structure"
    if view not in sight.views:
        complain(host, sight.misfit(view))
    elif (shown := getattr(host, "show_key", None)) is not None:
        shown(sight.key, view)
    else:
        host.show(as_console(sight.draw(view, _columns(host)).lines))


def _columns(host: Host) -> int:
    """Cells of a line where the host prints."""
    columns = getattr(host, "columns", None)
    return columns if columns else shutil.get_terminal_size((_WIDTH, 24)).columns


def _look(host: Host, key: bytes | None) -> Sight:
    backend = host.backend
    if isinstance(backend, EmbeddedBackend):
        with backend.world.lock.glance(_BUSY_S) as mine:
            if not mine:
                raise Failed.because(busy_text())
            return _look_inside(backend, key)
    if key is None:
        raise Failed.because(_("Which key? :xray KEY"))
    assert isinstance(backend, RemoteBackend)
    return Sight(key, peek(backend, key, Window(0, WINDOW)))


def _look_inside(backend: EmbeddedBackend, key: bytes | None) -> Sight:
    """At a key of our own engine; if the last command touched it, what that did is known."""
    world = backend.world
    db = world.session.db.index
    if key is None:
        recent = islice(reversed(world.history), 50)
        key = next((each.keys[0] for each in recent if each.keys and each.db == db), None)
    if key is None:
        raise Failed.because(_("Which key? :xray KEY"))
    last = world.last
    if last is not None and any((at, name) == (db, key) for at, name, _event in last.changed):
        return sight_in(world, db, key)
    return Sight(key, inspect(world.engine, db, key, Window(0, WINDOW)))
