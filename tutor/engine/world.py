"""A world: one engine, one session, and everything that was done in it, with undo and redo.

The TUI's sandbox, a lesson's step and the plain prompt each own a world. It watches its engine
(`Observer`) and remembers for each command what it touched and converted, so that the X-ray
can follow and lessons can judge the route as well as the state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tutor.engine.engine import Engine, Snapshot
from tutor.engine.events import Conversion
from tutor.engine.replies import BLOCKED, Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.table import keys_of


@dataclass(slots=True)
class Entry:
    """One command that was run: its words, its reply, and what it did.

    ``changed`` lists (database, key, event) in order, ``conversions`` the encodings that
    changed, ``keys`` the keys named in the command. ``before`` is the moment before it, kept only
    if the command changed the world (so it can be undone).
    """

    argv: tuple[bytes, ...]
    reply: Reply = None
    db: int = 0
    keys: tuple[bytes, ...] = ()
    changed: list[tuple[int, bytes, str]] = field(default_factory=list)
    conversions: list[Conversion] = field(default_factory=list)
    before: Snapshot | None = None

    @property
    def command(self) -> str:
        """The first word, lower case."""
        return self.argv[0].decode("utf-8", "replace").lower()


class World:
    """See the module's text. ``on_change`` is called after every command, undo and redo."""

    def __init__(self, engine: Engine | None = None) -> None:
        self.engine = engine or Engine()
        self.engine.observer = self
        self.session: Session = self.engine.connect()
        self.history: list[Entry] = []
        self.on_change: Callable[[], None] | None = None
        self._redo: list[tuple[list[Entry], Snapshot]] = []
        self._running: Entry | None = None

    # commands

    def run(self, argv: Sequence[bytes]) -> Reply:
        """Carry out a command and remember it. Returns its reply (or `BLOCKED`)."""
        entry = Entry(tuple(argv), db=self.session.db.index, keys=self._keys(argv))
        before = self.engine.snapshot() if self._may_change(argv) else None
        dirty, version = self.engine.stats.dirty, self.engine.config.version
        self._running = entry
        try:
            entry.reply = self.engine.execute(self.session, entry.argv)
        finally:
            self._running = None
        if (dirty, version) != (self.engine.stats.dirty, self.engine.config.version):
            entry.before = before
            self._redo.clear()
        self.history.append(entry)
        self._notify()
        return entry.reply

    @property
    def last(self) -> Entry | None:
        """The newest command, if any."""
        return self.history[-1] if self.history else None

    def _may_change(self, argv: Sequence[bytes]) -> bool:
        try:
            command = self.engine.find(argv)
        except ReplyError:
            return False
        return "readonly" not in command.spec.flags and command.name not in _HARMLESS

    def _keys(self, argv: Sequence[bytes]) -> tuple[bytes, ...]:
        try:
            command = self.engine.find(argv)
            return tuple(argv[index] for index in keys_of(command.spec, argv))
        except (ReplyError, ValueError):
            return ()

    # undo and redo

    @property
    def can_undo(self) -> bool:
        return any(entry.before is not None for entry in self.history)

    @property
    def can_redo(self) -> bool:
        return bool(self._redo)

    def undo(self) -> Entry | None:
        """Take back the newest command that changed something; returns it, or None."""
        for index in range(len(self.history) - 1, -1, -1):
            entry = self.history[index]
            if entry.before is not None:
                now = self.engine.snapshot()
                self.engine.restore(entry.before)
                self._redo.append((self.history[index:], now))
                del self.history[index:]
                self._notify()
                return entry
        return None

    def redo(self) -> Entry | None:
        """Do again what `undo` took back; returns the command, or None."""
        if not self._redo:
            return None
        entries, after = self._redo.pop()
        entries[0].before = self.engine.snapshot()
        self.engine.restore(after)
        self.history += entries
        self._notify()
        return entries[0]

    def restart(self, snapshot: Snapshot) -> None:
        """Go to a moment and forget the history (a step's reset)."""
        self.engine.restore(snapshot)
        self.history.clear()
        self._redo.clear()
        self._notify()

    def _notify(self) -> None:
        if self.on_change is not None:
            self.on_change()

    # Observer

    def changed(self, db: int, key: bytes, event: str) -> None:
        if self._running is not None:
            self._running.changed.append((db, key, event))

    def converted(self, conversion: Conversion) -> None:
        if self._running is not None:
            self._running.conversions.append(conversion)

    def executed(self, session: Session, argv: Sequence[bytes], reply: Reply) -> None:
        """Nothing more to note: `run` keeps the command and its reply."""

    @property
    def waiting(self) -> bool:
        """True while the session is blocked (BLPOP …); the last entry's reply is `BLOCKED`."""
        return self.session.blocked is not None

    def finish_waiting(self, reply: Reply) -> None:
        """Put the reply that came later in place of `BLOCKED`."""
        if self.history and self.history[-1].reply is BLOCKED:
            self.history[-1].reply = reply


_HARMLESS = frozenset({"multi", "watch", "unwatch", "discard", "select", "ping", "echo", "info"})
