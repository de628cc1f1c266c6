"""A world: one engine, one session, and everything that was done in it, with time travel.

The TUI's sandbox, a lesson's step and the plain prompt each own a world. It watches its engine
(`Observer`) and remembers for each command what it touched and converted, so that the X-ray
can follow and lessons can judge the route as well as the state. What each command changed is in
its `Timeline`: going to another moment costs what lies between, not the size of the data.

Other clients may come in through a port (`tutor.network.service`): then several threads want the
engine, and each takes its turn (`World.lock`). What others have changed is counted in the records,
so that undo never takes it back unasked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tutor.engine.clock import HeldClock
from tutor.engine.engine import Engine, Snapshot
from tutor.engine.events import Conversion
from tutor.engine.journal import LISTENING, Journal
from tutor.engine.replies import BLOCKED, NOT_SERVED, Reply, ReplyError
from tutor.engine.session import Session, Transaction
from tutor.engine.structures.journal import Record
from tutor.engine.table import keys_of
from tutor.engine.timeline import Branch, Timeline
from tutor.engine.traffic import Traffic
from tutor.engine.turns import Turns


@dataclass(frozen=True, slots=True)
class Stand:
    """What a session has besides data: its database, and what MULTI has queued so far."""

    client: int = 0
    db: int = 0
    transaction: Transaction | None = None
    queued: int = 0
    broken: bool = False

    @classmethod
    def of(cls, session: Session) -> Stand:
        """How it is now."""
        queue = session.transaction
        if queue is None:
            return cls(session.id, session.db.index)
        return cls(session.id, session.db.index, queue, len(queue.queue), queue.broken)

    def take(self, session: Session) -> None:
        """Put a session there again."""
        session.db = session.engine.databases[self.db]
        queue = self.transaction
        session.transaction = (
            None if queue is None else Transaction(queue.queue[: self.queued], self.broken)
        )


@dataclass(slots=True)
class Entry:
    """One command that was run: its words, its reply, and what it did.

    ``changed`` lists (database, key, event) in order, ``conversions`` the encodings that
    changed, ``keys`` the keys named in the command. ``undoable``: it changed the world.
    ``now_us`` is when it ran, ``stand`` and ``stood`` how its session was before and after,
    ``client`` the number of whoever sent it, where there are several.
    """

    argv: tuple[bytes, ...]
    reply: Reply = None
    db: int = 0
    keys: tuple[bytes, ...] = ()
    changed: list[tuple[int, bytes, str]] = field(default_factory=list)
    conversions: list[Conversion] = field(default_factory=list)
    undoable: bool = False
    now_us: int = 0
    stand: Stand = Stand()
    stood: Stand = Stand()
    client: int = 1

    @property
    def command(self) -> str:
        """The first word, lower case."""
        return self.argv[0].decode("utf-8", "replace").lower()


@dataclass(frozen=True, slots=True)
class Loss:
    """What of other clients' work a journey would take back: so many changes, of these keys (the
    newest first, not all if there are many)."""

    changes: int
    keys: tuple[bytes, ...]


class World:
    """See the module's text. ``on_change`` is called after every command and journey.

    ``history`` are the commands that lie behind us, `future` those that were taken back and can be
    done again. ``lock``: whoever touches the engine while others may do so too takes a turn; the
    methods here do it themselves. ``traffic`` is there while somebody wants to see all clients'
    commands.
    """

    def __init__(self, engine: Engine | None = None) -> None:
        self.engine = engine or Engine()
        self.engine.observer = self
        self.session: Session = self.engine.connect()
        self.history: list[Entry] = []
        self.timeline = Timeline(Journal(self.engine))
        self.on_change: Callable[[], None] | None = None
        self.lock = Turns()
        self.traffic: Traffic | None = None
        self._settings = self.engine.config.version
        self._at_work = 0  # commands of others
        self._running: Entry | None = None
        self._keeps = True

    # commands

    def run(self, argv: Sequence[bytes]) -> Reply:
        """Carry out a command and remember it. Returns its reply (or `BLOCKED`).

        In the past, a command that changes something begins a branch (`branches`).
        """
        session = self.session
        entry = Entry(tuple(argv), db=session.db.index, keys=self._keys(argv))
        return self.perform(entry, lambda: self.engine.execute(session, entry.argv)).reply

    def perform(self, entry: Entry, do: Callable[[], Reply]) -> Entry:
        """Carry out ``do`` as one entry of the history: what it changes here is taken back and done
        again with it. If ``do`` makes the entry ``undoable``, it has changed something elsewhere,
        whose owner looks at the history to know what is in force."""
        with self.lock:
            self._mend()
            entry.now_us = self.engine.clock.now_us()
            entry.stand = Stand.of(self.session)
            outer, self._running = self._running, entry
            if outer is None and self._keeps:
                for key in entry.keys:
                    self.timeline.journal.watch_key(self.session.db, key)
                self.timeline.before_command()
            dirty, version = self.engine.stats.dirty, self.engine.config.version
            try:
                entry.reply = do()
            finally:
                self._running = outer
            entry.stood = Stand.of(self.session)
            self._settings = self.engine.config.version
            self.history.append(entry)
            if not self._keeps:
                pass
            elif outer is None:
                now = self.engine.stats.dirty, self._settings
                entry.undoable = entry.undoable or (dirty, version) != now
                self.timeline.after_command(entry)
            else:
                self.timeline.within(entry)
        self._notify()
        return entry

    def watch_keys(self, session: Session, argv: Sequence[bytes]) -> None:
        """Another session of our own is about to run a command on these keys, within `perform`."""
        for key in self._keys(argv):
            self.timeline.journal.watch_key(session.db, key)

    def stop_keeping(self) -> None:
        """Keep no history from now on (commands from a pipe): nothing can be taken back, and the
        engine pays nothing."""
        with self.lock:
            self.timeline.forget(len(self.history))
            self.timeline.journal.stop()
            self._keeps = False

    @property
    def last(self) -> Entry | None:
        """The newest command, if any."""
        return self.history[-1] if self.history else None

    def _keys(self, argv: Sequence[bytes]) -> tuple[bytes, ...]:
        try:
            command = self.engine.find(argv)
            return tuple(argv[index] for index in keys_of(command.spec, argv))
        except (ReplyError, ValueError):
            return ()

    # going through time

    @property
    def future(self) -> list[Entry]:
        """The commands ahead of us, the next one first: we stand in the past if there are any."""
        return self.timeline.ahead

    @property
    def branches(self) -> Sequence[Branch]:
        """The ways that were left, the oldest first."""
        return self.timeline.branches

    @property
    def earliest(self) -> int:
        """The lowest index that `go` can reach: what came before was not kept."""
        return self.timeline.base

    @property
    def can_undo(self) -> bool:
        return self._undoable() is not None

    @property
    def can_redo(self) -> bool:
        return bool(self.timeline.future)

    def undo(self) -> Entry | None:
        """Take back the newest command that changed something; returns it, or None.

        Everything that came after it is taken back too: ask `undo_loss` before.
        """
        with self.lock:
            self._mend()
            index = self._undoable()
            if index is None:
                return None
            entry = self.history[index]
            self._travel(index)
        self._notify()
        return entry

    def redo(self) -> Entry | None:
        """Do again the next command that changed something, and what followed it without changing
        anything; returns the command, or None. See `redo_loss`."""
        with self.lock:
            self._mend()
            ahead = self.future
            if not ahead:
                return None
            effects = [at for at, entry in enumerate(ahead) if entry.undoable]
            stop = effects[1] if len(effects) > 1 else len(ahead)
            self._travel(len(self.history) + stop)
        self._notify()
        return ahead[effects[0] if effects else 0]

    def go(self, index: int) -> None:
        """Go to the moment just before the command of that index (counted from the first, through
        `history` and on through `future`), or to the end of both. What others have done since is
        taken back with the rest: ask `loss` before. IndexError outside."""
        with self.lock:
            self._mend()
            self._travel(self._checked(index))
        self._notify()

    def switch(self, number: int) -> None:
        """Go over to the branch ``branches[number]``, to its end; the present way becomes a branch.
        IndexError if there is none."""
        with self.lock:
            self._mend()
            branch = self.branches[_natural(number)]
            self.timeline.leave()
            for entry, taken_back in self.timeline.switch(branch):
                self._passed(entry, taken_back)
            self._arrived()
        self._notify()

    def _checked(self, index: int) -> int:
        if not self.earliest <= index <= len(self.history) + len(self.future):
            raise IndexError(f"no moment {index}")
        return index

    def _travel(self, index: int) -> None:
        self.timeline.leave()
        while len(self.history) > index and (entry := self.timeline.back()) is not None:
            self._passed(entry, taken_back=True)
        while len(self.history) < index and (entry := self.timeline.forth()) is not None:
            self._passed(entry, taken_back=False)
        self._arrived()

    def _passed(self, entry: Entry, taken_back: bool) -> None:
        if taken_back:
            self.history.pop()
        else:
            self.history.append(entry)

    def _arrived(self) -> None:
        """The session, too, is as it was; unless others ran what lies next to us (`:client`)."""
        ahead = self.timeline.next
        if ahead is not None or self.history:
            stand = self.history[-1].stood if ahead is None else ahead.stand
            if stand.client == self.session.id:
                stand.take(self.session)
        self._settings = self.engine.config.version

    @contextmanager
    def moment(self, index: int) -> Iterator[Engine]:
        """The engine as it stood just before the command of that index ran; afterwards the present
        is back. Counted as by `go`; IndexError outside.

        Data, configuration, users, scripts, randomness, the time and the session's database and
        transaction are those of that moment; time stands still. ``len(history)`` is the present.
        Whatever is done inside leaves no trace (statistics apart), and nobody is told of it.
        """
        with self.lock:
            self._mend()
            by = self._checked(index) - len(self.history)
            later = [*self.history[index:], *self.future]
            engine, session, clock = self.engine, self.session, self.engine.clock
            observer, db, transaction = engine.observer, session.db, session.transaction
            engine.observer = None
            aside = self.timeline.leave()
            self._jump(by)
            try:
                if by and later:
                    engine.use_clock(HeldClock(clock, later[0].now_us))
                    later[0].stand.take(session)
                yield engine
            finally:
                engine.use_clock(clock)
                session.db, session.transaction = db, transaction
                self.timeline.drop()
                self._jump(-by)
                self.timeline.resume(aside)
                engine.observer = observer

    def _jump(self, by: int) -> None:
        """So many commands back or forth, the history left as it is."""
        for _ in range(abs(by)):
            if by < 0:
                self.timeline.back()
            else:
                self.timeline.forth()

    def rewrote(self, db: int, key: bytes) -> bool:
        """Whether the last command opened the value at a key for writing."""
        steps = reversed(self.timeline.past)
        last = next((step for step in steps if step.entry is not None), None)
        return last is not None and (db, key) in last.record.opened

    def undo_loss(self) -> Loss | None:
        """What other clients have changed since the command that `undo` would take back."""
        index = self._undoable()
        return None if index is None else self.loss(index)

    def redo_loss(self) -> Loss | None:
        """What other clients have changed since we came to this moment."""
        return _summed(self.timeline.lost_by_going(0)) if self.can_redo else None

    def loss(self, index: int) -> Loss | None:
        """What other clients have changed that `go` would take back."""
        by = len(self.history) - index
        return _summed(self.timeline.lost_by_going(by)) if by > 0 else self.redo_loss()

    def switch_loss(self, number: int) -> Loss | None:
        """What other clients have changed that `switch` would take back."""
        return _summed(self.timeline.lost_by_switching(self.branches[_natural(number)]))

    def _undoable(self) -> int | None:
        for index in range(len(self.history) - 1, self.earliest - 1, -1):
            if self.history[index].undoable:
                return index
        return None

    def restart(self, snapshot: Snapshot) -> None:
        """Go to a moment and forget the history (a step's reset). Where we listen is no data: while
        a port is open it stays as it is."""
        with self.lock:
            config = self.engine.config
            listening = {name: getattr(config, name) for name in LISTENING}
            self.engine.restore(snapshot)
            if self.engine.host is not None:
                config.__dict__.update(listening)
            self.history.clear()
            self._mend()
            self._arrived()
        self._notify()

    def _mend(self) -> None:
        """If somebody has put other data into the engine, nothing of before can be taken back."""
        if not self._keeps:
            self.timeline.base = len(self.history)
        elif self.timeline.journal.lost:
            self.timeline.journal.lost = False
            self.timeline.forget(len(self.history))

    def _notify(self) -> None:
        if self.on_change is not None:
            self.on_change()

    # Observer

    def changed(self, db: int, key: bytes, event: str) -> None:
        if self._keeps:
            self.timeline.journal.watch_key(self.engine.databases[db], key)
        if self._running is not None:
            self._running.changed.append((db, key, event))
        elif event not in _BY_ITSELF:
            self.timeline.journal.log.record.add_other(key)
        if self.traffic is not None and event not in _BY_ITSELF:
            self.traffic.changed(db, key)

    def converted(self, conversion: Conversion) -> None:
        if self._running is not None:
            self._running.conversions.append(conversion)
        elif self.traffic is not None:
            self.traffic.conversions.append(conversion)

    def executed(self, session: Session, argv: Sequence[bytes], reply: Reply, took_us: int) -> None:
        if self._running is None and self.engine.config.version != self._settings:
            self._settings = self.engine.config.version
            self.timeline.journal.log.record.others += 1
        if self._running is None:
            self._at_work += 1
            if not self._at_work % _LOOK_EVERY:
                self.timeline.watch_gap()
        if self.traffic is not None:
            self.traffic.executed(session, argv, reply, took_us)

    @property
    def waiting(self) -> bool:
        """True while the session is blocked (BLPOP …) or held back (CLIENT PAUSE); the last entry's
        reply is `BLOCKED`."""
        return waits(self.session)

    def stop_waiting(self, reply: Reply = NOT_SERVED) -> None:
        """Give up what the session waits for; only if there is a ``reply``, it is delivered."""
        if self.session.postponed is None:
            self.engine.waiting.unblock(self.session, reply)
            return
        self.session.postponed = None
        del self.engine.postponed[self.session.id]
        if reply is not NOT_SERVED:
            self.engine.waiting.deliver(self.session, reply)

    def finish_waiting(self, reply: Reply) -> None:
        """Put the reply that came later in place of `BLOCKED`."""
        if self.history and self.history[-1].reply is BLOCKED:
            self.history[-1].reply = reply


def _summed(records: Sequence[Record]) -> Loss | None:
    """What others have done of what some records tell, the newest first; None if nothing."""
    changes = sum(record.others for record in records)
    keys = (key for record in records for key in reversed(record.others_keys))
    return Loss(changes, tuple(dict.fromkeys(keys))) if changes else None


def _natural(number: int) -> int:
    """An index that does not count from the end."""
    if number < 0:
        raise IndexError(number)
    return number


def waits(session: Session) -> bool:
    """Whether the answer to a session's last command is still to come."""
    return session.blocked is not None or session.postponed is not None


_BY_ITSELF = frozenset({"expired", "evicted"})
"""What happens to a key without a client's doing."""

_LOOK_EVERY = 1024
"""So many commands of others between two looks at how much they have changed."""
