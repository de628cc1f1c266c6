"""Client-side caching: which keys a client has read, and the word that they have changed
(redis 7.0, tracking.c).

By default the server remembers for each key who has read it and tells them once. In broadcasting
mode it remembers nothing but prefixes, and tells of every change under them: all keys at once, when
the commands that a client has sent are done (`TrackingTable.broadcast`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.engine.replies import Push, Reply
from tutor.engine.table import keys_of

if TYPE_CHECKING:
    from tutor.engine.engine import Engine
    from tutor.engine.registry import Command
    from tutor.engine.session import Session

INVALIDATE_CHANNEL = b"__redis__:invalidate"
_SPARE = 1000  # a thousandth of a full table is freed at once
_READ_ONLY_SCRIPTS = frozenset({"eval_ro", "evalsha_ro", "fcall_ro"})


@dataclass(slots=True)
class Tracking:
    """What a session asked for with CLIENT TRACKING ON.

    ``redirect``: the id of the client that is told instead, 0 for none; ``broken``: it is gone.
    ``caching``: CLIENT CACHING was given for the next command. ``command``: the one being carried
    out, whose keys count for all that a script reads.
    """

    broadcast: bool = False
    redirect: int = 0
    opt_in: bool = False
    opt_out: bool = False
    no_loop: bool = False
    caching: bool = False
    broken: bool = False
    prefixes: set[bytes] = field(default_factory=set)
    command: tuple[Command, Sequence[bytes]] | None = None


@dataclass(slots=True)
class _Prefix:
    """A prefix of broadcasting mode: who listens, and which keys changed, by whom."""

    clients: dict[int, None] = field(default_factory=dict)
    changed: dict[bytes, Session | None] = field(default_factory=dict)


class TrackingTable:
    """Keys to the ids of sessions that may hold them, and the prefixes of broadcasting mode."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.clients: dict[int, Session] = {}
        self.active = False  # there is anybody to tell, or anything to forget
        self.readers: dict[bytes, dict[int, None]] = {}
        self.items = 0
        self.prefixes: dict[bytes, _Prefix] = {}
        self._in_call = False
        self._pending: list[tuple[Tracking, bytes | None]] = []

    @property
    def broadcasting(self) -> bool:
        """Somebody tracks in broadcasting mode."""
        return bool(self.prefixes)

    @property
    def overfull(self) -> bool:
        """There are more keys than ``tracking-table-max-keys``."""
        most = self.engine.config.tracking_table_max_keys
        return bool(most) and len(self.readers) > most

    # on and off

    def start(self, session: Session, tracking: Tracking) -> None:
        """``session`` tracks, with these options instead of what it had."""
        old = session.tracking
        if old is not None:
            tracking.prefixes |= old.prefixes
            tracking.caching, tracking.command = old.caching, old.command
        target = self.engine.sessions.get(tracking.redirect)
        if target is not None:
            target.hears_for_others = True
            target.settle()
        session.tracking = tracking
        self.clients[session.id] = session
        self.active = True
        for prefix in tracking.prefixes:
            self.prefixes.setdefault(prefix, _Prefix()).clients[session.id] = None
        session.settle()
        self.engine.settle()

    def stop(self, session: Session) -> None:
        """A session is gone or tracks no more. What it has read is forgotten as it changes."""
        tracking = session.tracking
        if tracking is None:
            return
        for name in tracking.prefixes:
            prefix = self.prefixes[name]
            del prefix.clients[session.id]
            if not prefix.clients:
                del self.prefixes[name]
        session.tracking = None
        del self.clients[session.id]
        session.settle()
        self._settle()

    def _settle(self) -> None:
        self.active = bool(self.clients or self.readers)
        self.engine.settle()

    # remembering

    def carry_out(self, session: Session, command: Command, argv: Sequence[bytes]) -> Reply:
        """Run a command of ``session``, top-level or in EXEC: whatever a script does counts as
        its doing, and invalidations that concern the session itself wait for the end."""
        tracking = session.tracking
        if tracking is None:
            return self.engine.call(session, command, argv)
        outer = self._in_call, tracking.command
        self._in_call, tracking.command = True, (command, argv)
        try:
            return self.engine.call(session, command, argv)
        finally:
            self._in_call, tracking.command = outer

    def remember(self, session: Session, command: Command) -> None:
        """A command that reads was carried out: remember the keys of its client's command."""
        if command.name in _READ_ONLY_SCRIPTS:
            return
        reader = self.engine.current if session.script else session
        if reader is None or (tracking := reader.tracking) is None:
            return
        if tracking.broadcast or tracking.command is None:
            return
        if (tracking.opt_in and not tracking.caching) or (tracking.opt_out and tracking.caching):
            return
        asked, argv = tracking.command
        try:
            found = keys_of(asked.spec, argv)
        except ValueError:
            return
        for at in found:
            readers = self.readers.setdefault(argv[at], {})
            if reader.id not in readers:
                readers[reader.id] = None
                self.items += 1
        if self.overfull:
            self.engine.settle()

    def command_over(self, session: Session, name: bytes) -> None:
        """CLIENT CACHING holds for one command, or one transaction."""
        tracking = session.tracking
        if tracking is not None and session.transaction is None and name.lower() != b"client":
            tracking.caching = False

    # telling

    def invalidate(self, key: bytes) -> None:
        """A key has changed: tell who may hold it."""
        if self.prefixes:
            writer = None if self.engine.running_script is not None else self.engine.current
            for name, prefix in self.prefixes.items():
                if key.startswith(name):
                    prefix.changed[key] = writer
        if key in self.readers:
            self._tell_readers(key)

    def _tell_readers(self, key: bytes) -> None:
        readers = self.readers.pop(key)
        self.items -= len(readers)
        current = self.engine.current
        for session_id in readers:
            session = self.clients.get(session_id)
            if session is None or session.tracking is None or session.tracking.broadcast:
                continue
            if session is current and session.tracking.no_loop:
                continue
            if session is current and self._in_call:
                self._pending.append((session.tracking, key))
            else:
                self._send(session, session.tracking, [key])
        if not self.clients and not self.readers:
            self._settle()

    def flushed(self) -> None:
        """All keys of a database are gone: everybody is told to forget everything."""
        current = self.engine.current
        for session in list(self.clients.values()):
            assert session.tracking is not None
            if session is current and self._in_call:
                self._pending.append((session.tracking, None))
            else:
                self._send(session, session.tracking, None)
        self.readers.clear()
        self.items = 0
        self._settle()

    def trim(self) -> None:
        """Forget random keys until the table has its size; their readers are told.

        Of a large table a little more, so that not every command has to look at all of it.
        """
        most = self.engine.config.tracking_table_max_keys
        most -= most // _SPARE
        keys = list(self.readers)
        while len(self.readers) > most:
            at = self.engine.random.randrange(len(keys))
            keys[at], keys[-1] = keys[-1], keys[at]
            self._tell_readers(keys.pop())
        self.engine.settle()

    def broadcast(self) -> None:
        """Tell the listeners of each prefix all that has changed under it since the last time."""
        for _, prefix in sorted(self.prefixes.items()):
            changed, prefix.changed = sorted(prefix.changed.items()), {}
            if not changed:
                continue
            everything = [key for key, _ in changed]
            for session_id in prefix.clients:
                session = self.clients[session_id]
                assert session.tracking is not None
                keys = everything
                if session.tracking.no_loop:
                    keys = [key for key, writer in changed if writer is not session]
                if keys:
                    self._send(session, session.tracking, keys)

    def tell_pending(self, session: Session) -> None:
        """The command of ``session`` is over: tell it what it has changed itself."""
        if not self._pending:
            return
        pending, self._pending = self._pending, []
        for tracking, key in pending:  # even if it has switched tracking off since
            self._send(session, session.tracking or tracking, None if key is None else [key])

    def _send(self, session: Session, tracking: Tracking, keys: Iterable[bytes] | None) -> None:
        """Tell a client, or the one it has redirected to (`None`: all keys)."""
        value: Reply = list(keys) if keys is not None else None
        target = session
        if tracking.redirect:
            redirected = self.engine.sessions.get(tracking.redirect)
            if redirected is None:
                tracking.broken = True
                if session.resp > 2:
                    session.push(Push([b"tracking-redir-broken", tracking.redirect]))
                return
            target = redirected
        if target.resp > 2:
            target.push(Push([b"invalidate", value]))
        elif tracking.redirect and len(target.subscriptions):
            target.push(Push([b"message", INVALIDATE_CHANNEL, value]))
