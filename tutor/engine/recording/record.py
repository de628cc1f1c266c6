"""Running a command with traces attached to the structures of its keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tutor.engine import cron
from tutor.engine.inspect import Inspection, inspect
from tutor.engine.recording.film import Film, Step, WhyNot
from tutor.engine.recording.housekeeping import EvictionWatcher, ExpiryWatcher
from tutor.engine.recording.images import index_for_a_film
from tutor.engine.recording.reel import Draft, Reel, Watcher
from tutor.engine.recording.silence import silence
from tutor.engine.recording.towers import SkiplistWatcher
from tutor.engine.recording.watchers import (
    IntsetWatcher,
    ListWatcher,
    PairsWatcher,
    StringWatcher,
    TableWatcher,
)
from tutor.engine.registry import Command
from tutor.engine.replies import BLOCKED, Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.structures.intset import Intset
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.sds import Sds
from tutor.engine.structures.skiplist import Skiplist
from tutor.engine.structures.trace import births
from tutor.engine.structures.window import Window
from tutor.engine.table import keys_of
from tutor.engine.values import Hash, Zset

if TYPE_CHECKING:
    from tutor.engine.engine import Engine
    from tutor.engine.world import World

_WATCHERS: dict[type, type[Watcher]] = {
    HashTable: TableWatcher,
    Hash: PairsWatcher,
    Zset: PairsWatcher,
    Intset: IntsetWatcher,
    Quicklist: ListWatcher,
    Sds: StringWatcher,
    Skiplist: SkiplistWatcher,
}
_OF_THE_KEYSPACE = frozenset({"scan", "randomkey"})
"""Commands that name no key and walk through the keyspace."""

_KEYS_MOST = 8
"""Keys of one command whose structures are filmed."""

_SHOWN = 12
_WHOLE = 16
"""The end of a film shows a value of at most so many items; the steps have shown a larger one."""


def record(engine: Engine, session: Session, argv: Sequence[bytes]) -> Film:
    """Carry out ``argv`` for ``session`` and film it. The engine is changed as by the command.

    Structures that are larger than `image.CHAINS_MOST` and have no bucket index are filmed without
    chains. A command that would wait is called off.
    """
    argv = tuple(argv)
    keys, why_not = _keys(engine, session, argv)
    if why_not:
        return Film(argv, session.db.index, why_not=why_not)
    return _Recording(engine, session, argv, keys).film()


def record_entry(world: World, index: int) -> Film:
    """The film of ``world.history[index]``, made at its moment; the present stays as it is.

    Of a command that MULTI only queued there is none: EXEC's shows what it did.
    """
    entry = world.history[index]
    with world.moment(index) as engine, silence(engine):
        session = understudy(engine, world.session)
        session.db = engine.databases[entry.db]
        session.transaction = world.session.transaction
        film = record(engine, session, entry.argv)
    failed = isinstance(film.reply, ReplyError)
    if film.steps and isinstance(entry.reply, ReplyError) and not failed:
        return Film(film.argv, film.db, reply=entry.reply, why_not="refused")
    return film


def record_last(world: World, count: int) -> Film:
    """The last ``count`` commands as one film, as far as the history goes back."""
    first = max(len(world.history) - count, world.earliest)
    films = [record_entry(world, index) for index in range(first, len(world.history))]
    if len(films) == 1:
        return films[0]
    steps: list[Step] = []
    for film in films:
        facts = {"argv": film.argv, "why_not": film.why_not}
        steps += [Step("command.run", (film.db, b""), None, facts), *film.steps]
    last = films[-1]
    return Film(
        (),
        last.db,
        tuple(steps),
        last.reply,
        left_out=sum(film.left_out for film in films),
        commands=tuple(film.argv for film in films),
    )


def record_expiry(world: World) -> Film:
    """The film of the next turn of active expiry, as if it were due now; nothing is changed."""
    with world.moment(len(world.history)) as engine, silence(engine):
        engine.now_ms = engine.clock.now_us() // 1000
        recording = _Recording(engine, understudy(engine, world.session), (), ())
        return recording.expiry()


def understudy(engine: Engine, real: Session) -> Session:
    """A session like a real one, to whom nobody answers."""
    session = Session(engine, real.id, real.peer)
    session.resp, session.user = real.resp, real.user
    session.authenticated = real.authenticated
    session.name = real.name
    return session


def _keys(
    engine: Engine, session: Session, argv: Sequence[bytes]
) -> tuple[tuple[bytes, ...], WhyNot]:
    """The keys to be watched, or why there is nothing to film."""
    try:
        command = engine.find(argv)
    except ReplyError:
        return (), "unknown"
    if session.transaction is not None and command.name != "exec":
        return (), "queued"
    keys = _named(command, argv)
    if command.name == "exec" and session.transaction is not None:
        queue = session.transaction.queue
        keys = [key for inner, words in queue for key in _named(inner, words)]
    if not keys and command.name not in _OF_THE_KEYSPACE:
        return (), "no-keys"
    return tuple(dict.fromkeys(keys))[:_KEYS_MOST], ""


def _named(command: Command, argv: Sequence[bytes]) -> list[bytes]:
    try:
        return [argv[at] for at in keys_of(command.spec, argv)]
    except ValueError:
        return []


def _parts(value: Any) -> Iterator[Any]:
    """The structures a value consists of."""
    for part in (value, *(getattr(value, name, None) for name in ("table", "skiplist", "ints"))):
        if _watcher_of(part) is not None:
            yield part


def _watcher_of(structure: Any) -> type[Watcher] | None:
    """Who watches a structure of this class or of one that keeps a log of its changes."""
    kinds = (_WATCHERS.get(kind) for kind in type(structure).__mro__)
    return next((kind for kind in kinds if kind is not None), None)


class _Recording:
    """One command while it is filmed."""

    def __init__(
        self, engine: Engine, session: Session, argv: Sequence[bytes], keys: Sequence[bytes]
    ) -> None:
        self.engine, self.session, self.argv, self.keys = engine, session, tuple(argv), keys
        self.db = session.db
        self.reel = Reel(str(engine.config.allocator))
        self._watchers: list[Watcher] = []
        self._owners: dict[int, bytes] = {}
        self._traces = engine.eviction.trace, engine.cron.trace
        self._keepers = (
            EvictionWatcher(self.reel, engine.eviction),
            ExpiryWatcher(self.reel, engine.cron),
        )
        for keeper in self._keepers:
            keeper.engine = engine

    def film(self) -> Film:
        before = {key: self._look(key) for key in self.keys}
        for key in self.keys:
            self._own(key)
        self._attach(self.db.keys)
        for watcher in self._watchers:
            if isinstance(watcher.structure, HashTable):
                index_for_a_film(watcher.structure)
        with self._attached():
            if self.keys:  # the lookup with which every command on a key begins
                self.db.keys.tell_search(self.keys[0])
            reply = self.engine.execute(self.session, self.argv)
            for key in self.keys:
                self._own(key)
            for watcher in self._watchers:
                watcher.close()
        waits = reply is BLOCKED
        if waits:
            self.engine.waiting.unblock(self.session)
        steps = self._steps()
        if waits and all(step.kind.startswith("keyspace.") for step in steps):
            steps = []
        elif not waits:
            steps += self._ends(before, bool(steps))
        return Film(
            self.argv,
            self.db.index,
            tuple(steps),
            None if waits else reply,
            left_out=self.reel.left_out,
            why_not=self._why_not(steps, waits, reply),
        )

    def expiry(self) -> Film:
        """One cycle of active expiry."""
        if self.engine.journal is not None:
            self.engine.journal.note_cron()
        with self._attached():
            cron.expire_cycle(self.engine)
        steps = tuple(self._steps())
        return Film((), self.db.index, steps, left_out=self.reel.left_out)

    def _why_not(self, steps: list[Step], waits: bool, reply: Reply) -> WhyNot:
        if steps:
            return ""
        if waits:
            return "waits"
        return "aborted" if self.argv[0].lower() == b"exec" and reply is None else "quiet"

    # attaching

    def _attach(self, structure: Any) -> None:
        kind = _watcher_of(structure)
        if kind is not None:
            watcher = kind(self.reel, structure)
            self._watchers.append(watcher)
            structure.trace = watcher

    def _own(self, key: bytes) -> None:
        """Note whose the structures of a key are, and attach to those that are not yet."""
        known = {id(watcher.structure) for watcher in self._watchers}
        for part in _parts(self.db.keys.data.get(key)):
            self._owners.setdefault(id(part), key)
            if id(part) not in known:
                self._attach(part)

    @contextmanager
    def _attached(self) -> Iterator[None]:
        """While the command runs: attach to every structure that comes into being."""
        outer, engine = births.onlooker, self.engine
        births.onlooker = self._born
        engine.eviction.trace, engine.cron.trace = self._keepers
        try:
            yield
        finally:
            births.onlooker = outer
            engine.eviction.trace, engine.cron.trace = self._traces
            for watcher in self._watchers:
                watcher.structure.trace = None

    def _born(self, structure: Any) -> None:
        if self.reel.listen():
            self._attach(structure)

    # the steps

    def _steps(self) -> list[Step]:
        """The drafts with their places; lookups in the keyspace only where nothing else is told."""
        keyspace = id(self.db.keys)
        inside = [draft for draft in self.reel.drafts if draft.owner != keyspace]
        steps = [self._step(draft) for draft in inside]
        found = [step for step in steps if step is not None]
        if found:
            return found
        return [self._keyspace_step(draft) for draft in self.reel.drafts if draft.owner == keyspace]

    def _step(self, draft: Draft) -> Step | None:
        """None for a structure that belongs to none of the keys: an intermediate result."""
        if draft.owner in {id(keeper.structure) for keeper in self._keepers}:
            place = (draft.facts.get("db", self.db.index), draft.facts.get("key", b""))
            return Step(draft.kind, place, draft.image, draft.facts, draft.left_out)
        key = self._owners.get(draft.owner)
        if key is None and len(self.keys) == 1:
            key = self.keys[0]  # it was converted, or is gone by now
        if key is None:
            return None
        place = (self.db.index, key)
        return Step(draft.kind, place, draft.image, draft.facts, draft.left_out)

    def _keyspace_step(self, draft: Draft) -> Step:
        place = (self.db.index, draft.facts.get("key", b""))
        kind = draft.kind.replace("table.", "keyspace.")
        return Step(kind, place, draft.image, draft.facts, draft.left_out)

    # before and after

    def _look(self, key: bytes) -> Inspection | None:
        return inspect(self.engine, self.db.index, key, Window(0, _SHOWN))

    def _ends(self, before: dict[bytes, Inspection | None], told: bool) -> list[Step]:
        """What has become of each key that has changed, beside what it was."""
        steps: list[Step] = []
        for key in self.keys:
            was, now = before[key], self._look(key)
            if was == now or (told and now is not None and now.items_total > _WHOLE):
                continue
            facts = {"was": was, "key": key, "gone": now is None}
            steps.append(Step("key.after", (self.db.index, key), now, facts))
        return steps
