"""What a command of the past became for the append-only file, found by running it once more.

``SPOP s`` in the history is ``SREM s member`` in the file, ``EXPIRE`` a ``PEXPIREAT``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.engine.propagation import Effect
from tutor.engine.recording.record import understudy
from tutor.engine.recording.silence import silence
from tutor.engine.replies import BLOCKED

if TYPE_CHECKING:
    from tutor.engine.world import World


class _Listener:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.heard: list[Effect] = []

    def feed(self, effects: Sequence[Effect]) -> None:
        """As `tutor.engine.propagation.Sink`."""
        self.heard += effects


def effects_of(world: World, index: int) -> tuple[Effect, ...] | None:
    """What ``world.history[index]`` wrote into an append-only file, or would have; None if that
    moment is not kept any more. The present stays as it is."""
    entry = world.history[index]
    listener = _Listener()
    try:
        with world.moment(index) as engine, silence(engine):
            session = understudy(engine, world.session)
            session.db = engine.databases[entry.db]
            session.transaction = world.session.transaction
            engine.propagation.add(listener)
            if engine.execute(session, entry.argv) is BLOCKED:
                engine.waiting.unblock(session)
    except IndexError:
        return None
    return tuple(effect for effect in listener.heard if effect.logged)
