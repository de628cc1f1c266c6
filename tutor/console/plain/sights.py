"""Pictures in words: the X-ray of a key, the goal of a step, the lab, the whole server."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from tutor.console.xray.sight import WINDOW, Sight, sight_in
from tutor.course.player import Player
from tutor.diagrams import describe
from tutor.diagrams.labs.catalog import lab_sentences
from tutor.diagrams.payload import shown
from tutor.diagrams.views import View, views_of
from tutor.engine.inspect import inspect
from tutor.engine.structures.window import Window
from tutor.engine.world import World
from tutor.i18n import _

__all__ = ["goal_in_words", "key_in_words", "lab_in_words", "step_in_words"]

MOST_KEYS = 5
"""Keys that are told of without being asked for."""


def step_in_words(player: Player) -> list[str]:
    """What stands on stage: the lab, or the key that the step looks at (else the last touched)."""
    if player.lab is not None:
        return lab_in_words(player)
    key = player.step.view.focus or _last_key(player.world)
    if key is None:
        keys = list(islice(player.world.session.db.keys.data, MOST_KEYS + 1))
        if not keys:
            return [_("The database is empty.")]
        if len(keys) > MOST_KEYS:
            return [_("Which key? show KEY")]
        return [line for each in sorted(keys) for line in key_in_words(player, each)]
    return key_in_words(player, key)


def key_in_words(player: Player, key: bytes, view: str = "") -> list[str]:
    """One key as its structure in memory, or in another view of it, and what the last command did
    to it."""
    sight = _sight(player, key)
    if not view:
        view = player.step.view.panel if player.step.view.panel in sight.views else "structure"
    if view not in sight.views:
        return [sight.misfit(view)]
    return sight.draw(view, WIDTH).text.splitlines()


WIDTH = 80
"""Of the picture that is told and not drawn; sentences do not depend on it."""


def goal_in_words(player: Player) -> list[str]:
    """The keys as they are when the task is done."""
    if player.lab is not None:
        return [_("In a lab the goal is what its checks say; why tells what is still missing.")]
    world = player.goal_world()
    if world is None:
        return [_("This step asks for nothing.")]
    touched = dict.fromkeys(
        (db, key) for entry in world.history for db, key, _event in entry.changed
    )
    focus = player.step.view.focus
    places = list(touched) or ([(0, focus)] if focus else [])
    return [line for db, key in places[:MOST_KEYS] for line in _goal_of(player, world, db, key)]


def _goal_of(player: Player, world: World, db: int, key: bytes) -> list[str]:
    seen = inspect(world.engine, db, key, Window(0, WINDOW))
    if seen is None:
        return [_("There is no key {key} any more.").format(key=shown(key))]
    panel = player.step.view.panel
    view: View = "bytes" if panel == "bytes" and "bytes" in views_of(seen) else "structure"
    return describe(seen, view=view)


def lab_in_words(player: Player) -> list[str]:
    """The lab at this moment."""
    return lab_sentences(player.lab, player.node)


def _sight(player: Player, key: bytes) -> Sight:
    window = Window(0, WINDOW)
    stage = player.stage
    if stage is not None:
        if player.node not in stage.nodes:
            return Sight(key, None)
        session = stage.session(player.lab, player.node)
        engine = stage.engine(player.lab, player.node)
        return Sight(key, inspect(engine, session.db.index, key, window))
    world = player.world
    db, last = world.session.db.index, world.last
    if last is not None and _touched(last.changed, db, key):
        return sight_in(world, db, key)
    return Sight(key, inspect(world.engine, db, key, window))


def _touched(changed: Sequence[tuple[int, bytes, str]], db: int, key: bytes) -> bool:
    return any((at, name) == (db, key) for at, name, _event in changed)


def _last_key(world: World) -> bytes | None:
    db = world.session.db.index
    recent = islice(reversed(world.history), 50)
    return next((each.keys[0] for each in recent if each.keys and each.db == db), None)
