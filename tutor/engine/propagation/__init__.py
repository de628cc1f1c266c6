"""What changes of the data become, for the append-only file and for replicas: effects.

    command ─▶ changes ─▶ effects of it ─┐
    EXEC, script ─▶ those of all inside ─┼─▶ gathered ─▶ MULTI … EXEC around several ─▶ sinks
    expiry, eviction ─▶ DEL ─────────────┘

An effect says what came of a command, not what was asked for: ``SPOP s`` becomes ``SREM s member``,
a relative TTL an absolute moment (redis 7.0, server.c: call, alsoPropagate,
propagatePendingCommands). Where nothing was changed there is no effect. Without sinks nothing is
gathered, and commands take their short way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from tutor.engine.engine import Engine
    from tutor.engine.registry import Command
    from tutor.engine.replies import Reply
    from tutor.engine.session import Session

__all__ = ["Effect", "Propagation", "Sink", "has_effect"]


class Effect(NamedTuple):
    """A command that has the same effect as what was done. ``logged``: it belongs into the
    append-only file; ``replicated``: and to the replicas."""

    db: int
    argv: Sequence[bytes]
    logged: bool = True
    replicated: bool = True


class Sink(Protocol):
    """Who is told of effects. Must not call the engine back."""

    def feed(self, effects: Sequence[Effect]) -> None:
        """All effects of one command, transaction or script, in order, before its reply."""
        ...


MULTI, EXEC = (b"MULTI",), (b"EXEC",)
_TO_LOG, _TO_REPLICAS = 1, 2

_CONTAINERS = frozenset({"exec", "eval", "evalsha", "fcall", "debug"})
"""What they change, the commands inside have told, or it is no change of the data."""


def has_effect(command: Command) -> bool:
    """Whether its changes are its own, and not those of commands that it carries out."""
    return command.name not in _CONTAINERS


class _Own:
    """What a command says of its own effect: ``instead`` of its words, and where it goes
    whether or not anything was counted as changed."""

    __slots__ = ("forced", "instead")

    def __init__(self) -> None:
        self.instead: list[Sequence[bytes]] | None = None
        self.forced: tuple[bool, bool] | None = None


class Propagation:
    """Gathers effects and feeds the sinks. ``active`` while there are any.

    ``writer`` is the session whose command's effects are being fed, None for those of expiry and
    eviction outside a command.
    """

    __slots__ = ("_depth", "_engine", "_gathered", "_own", "_quiet", "active", "sinks", "writer")

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.sinks: list[Sink] = []
        self.active = False
        self.writer: Session | None = None
        self._gathered: list[Effect] = []
        self._own: _Own | None = None
        self._depth = 0
        self._quiet = 0

    def add(self, sink: Sink) -> None:
        """Tell ``sink`` from now on."""
        self.sinks.append(sink)
        self._settle()

    def remove(self, sink: Sink) -> None:
        """Tell it no more."""
        self.sinks.remove(sink)
        self._settle()

    def _settle(self) -> None:
        self.active = bool(self.sinks)
        self._engine.settle()

    # what commands say; nothing of it costs anything while nobody listens

    def instead(self, *argv: bytes) -> None:
        """The present command's effect is this command; said again, these commands."""
        if self._own is not None:
            if self._own.instead is None:
                self._own.instead = []
            self._own.instead.append(argv)

    def as_it_is(self) -> None:
        """What was said of the present command does not hold: its own words are its effect."""
        if self._own is not None:
            self._own.instead = None

    def prevent(self) -> None:
        """The present command has no effect of its own."""
        if self._own is not None and self._own.instead is None:
            self._own.instead = []

    def force(self, *, log: bool = True, replicas: bool = True) -> None:
        """The present command goes on although no data changed (PUBLISH)."""
        if self._own is not None:
            self._own.forced = log, replicas

    def also(self, db: int, *argv: bytes) -> None:
        """Something was changed beside the present command, or without one: by expiry, eviction, a
        client that was served."""
        if self.active and not self._quiet:
            self._gathered.append(Effect(db, argv))
            if not self._depth:
                self.flush()

    # carrying out

    def carry_out(self, session: Session, command: Command, argv: Sequence[bytes]) -> Reply:
        """Run a command's function and gather its effect. Raises what it raises."""
        if not has_effect(command):
            return command.function(session, argv)
        return self._observed(session, argv, lambda: command.function(session, argv))

    def twin(self, command: Command) -> Command:
        """The command with a function that gathers and tells its effect: for the short way, on
        which it stands by itself."""
        twin, function, own, stats = copy(command), command.function, _Own(), self._engine.stats

        def tell(session: Session, argv: Sequence[bytes]) -> Reply:
            own.instead = own.forced = None
            self._own, self._depth, before = own, 1, stats.dirty
            try:
                return function(session, argv)
            finally:
                self._own, self._depth = None, 0
                changed = stats.dirty != before
                if changed or own.forced is not None:
                    self._gather(session, argv, own, changed)
                if self._gathered:
                    self.flush(session)

        twin.function = tell
        return twin

    def serve(self, session: Session, argv: Sequence[bytes], serve: Callable[[], Reply]) -> Reply:
        """As `carry_out`, for a command that had waited and is answered now."""
        if not self.active:
            return serve()
        self.begin()
        try:
            return self._observed(session, argv, serve)
        finally:
            self._depth -= 1
            if self._depth <= 1 and self._gathered:  # it stands by itself
                self.flush(session)

    def _observed(self, session: Session, argv: Sequence[bytes], run: Callable[[], Reply]) -> Reply:
        stats = self._engine.stats
        outer, own = self._own, _Own()
        self._own, before = own, stats.dirty
        try:
            return run()
        finally:
            self._own = outer
            if stats.dirty != before or own.forced is not None:
                self._gather(session, argv, own, stats.dirty != before)

    def _gather(self, session: Session, argv: Sequence[bytes], own: _Own, changed: bool) -> None:
        """A command's effect, by what it said of it and whether it ``changed`` anything."""
        logged = replicated = changed
        if own.forced is not None:
            logged, replicated = logged or own.forced[0], replicated or own.forced[1]
        script = self._engine.running_script
        if script is not None:
            logged = logged and bool(script.told & _TO_LOG)
            replicated = replicated and bool(script.told & _TO_REPLICAS)
        if (logged or replicated) and not self._quiet:
            db = session.db.index
            for words in (argv,) if own.instead is None else own.instead:
                self._gathered.append(Effect(db, words, logged, replicated))

    def begin(self) -> None:
        """A command of a client begins, or one of its parts: effects are gathered until `end`."""
        self._depth += 1

    def unit_over(self, session: Session | None) -> None:
        """What the command itself has done is complete; clients that it has woken come next."""
        if self._gathered and self._depth == 1:
            self.flush(session)

    def end(self, session: Session | None) -> None:
        """It is over: at the outermost end the sinks are told."""
        self._depth -= 1
        if not self._depth and self._gathered:
            self.flush(session)

    def tell_each(self) -> None:
        """What was gathered belongs to no command (evictions): no transaction, and now."""
        if self._gathered:
            self.flush(transaction=False)

    def flush(self, session: Session | None = None, *, transaction: bool = True) -> None:
        """Tell the sinks what was gathered, several effects as one ``transaction``."""
        effects, self._gathered = self._gathered, []
        if len(effects) > 1 and transaction:
            effects = _wrapped(effects)
        self.writer = session
        try:
            for sink in self.sinks:
                sink.feed(effects)
        finally:
            self.writer = None

    # whose changes are nobody else's business

    def quiet(self) -> None:
        """From here on changes have no effects (a replica's own writes, loading), until `loud`."""
        self._quiet += 1

    def loud(self) -> None:
        """The end of `quiet`."""
        self._quiet -= 1


def _wrapped(effects: list[Effect]) -> list[Effect]:
    """Effects that belong together, between MULTI and EXEC."""
    logged = any(effect.logged for effect in effects)
    replicated = any(effect.replicated for effect in effects)
    first, last = effects[0].db, effects[-1].db
    return [
        Effect(first, MULTI, logged, replicated),
        *effects,
        Effect(last, EXEC, logged, replicated),
    ]
