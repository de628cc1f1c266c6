"""The whole server, looked at: what the diagrams of `tutor.diagrams.server` are drawn from.

It asks the engine for a view's layout, keeps the census going, and listens to expiry and eviction
while somebody looks at them. It is our turn with the engine whenever anything here is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from tutor.course.calls import wire_of
from tutor.diagrams.server.rdb_file import FileFigures
from tutor.engine.census import BUDGET, Census, KeyspaceMap, Order, Place
from tutor.engine.clients.figures import clients_of
from tutor.engine.clients.redaction import redacted
from tutor.engine.expiry_watch import ExpiryWatch, rehearse
from tutor.engine.memory.eviction_watch import EvictionWatch
from tutor.engine.replies import Reply
from tutor.engine.session import Session
from tutor.engine.traffic import Traffic
from tutor.network.exchange import Exchange, exchange
from tutor.persistence.dissect.server_file import ServerFile
from tutor.persistence.rdb import RdbInfo
from tutor.persistence.service import Persister

if TYPE_CHECKING:
    from tutor.diagrams.server import ServerView
    from tutor.engine.engine import Engine
    from tutor.engine.world import Entry, World

__all__ = ["Overheard", "WholeServer", "layout_once"]

MOST_COPIED = 100_000
"""Keys of an engine that is copied to rehearse a cycle."""

MOST_COUNTED = 200_000
"""Elements that are counted for a picture that is drawn once."""


UNITS_ONCE = 48
"""Fields and keys of a file that is drawn once."""

STAY_S = 1.0
"""So long another client's exchange is shown, so that it can be read."""

OWN_STAY_S = 3.0
"""And so long one's own, whatever others do meanwhile."""


class Overheard(Traffic):
    """Traffic of which the last command and its reply are kept while somebody looks at the wire."""

    def __init__(self) -> None:
        super().__init__()
        self.listening = False
        self.last: tuple[Session, Sequence[bytes], Reply] | None = None

    def executed(self, session: Session, argv: Sequence[bytes], reply: Reply, took_us: int) -> None:
        """A command was carried out."""
        if self.listening:
            command = session.last_command
            words = argv if command is None else redacted(command, argv)
            self.last = session, words, reply
        super().executed(session, argv, reply, took_us)


class WholeServer:
    """What a pane shows of a world; `attend` says which view is looked at."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.census = Census(world.engine)
        self._file: tuple[tuple[int, ...], ServerFile] | None = None
        self._expiry = ExpiryWatch(world.engine)
        self._eviction = EvictionWatch(world.engine)
        self._exchange: tuple[Entry, Any, Exchange] | None = None
        self._others: tuple[float, Entry | None, Exchange | None] = (0.0, world.last, None)
        """Until when what is shown stays, our own last command then, another client's exchange."""

    def attend(self, view: ServerView | None) -> None:
        """Listen to what this view shows, and to nothing else."""
        for watch, watched in ((self._expiry, "expiry"), (self._eviction, "eviction")):
            if view == watched:
                watch.attach()
            else:
                watch.detach()
        traffic = self.world.traffic
        if isinstance(traffic, Overheard):
            traffic.listening, traffic.last = view == "wire", None

    def layout(
        self,
        view: ServerView,
        *,
        order: Order = "bytes",
        start: int = 0,
        rows: int = 20,
        chosen: Place | None = None,
    ) -> Any:
        """What `draw_server` draws for this view; the arguments concern the map."""
        engine = self.world.engine
        if view == "map":
            return self.census.keyspace(order, start, rows, chosen=chosen)
        if view == "memory":
            return self.census.figures()
        if view == "expiry":
            return self._expiry.figures(self._expiring_db())
        if view == "eviction":
            return self._eviction.figures()
        if view == "wire":
            return self._exchange_of_others() or self._last_exchange()
        if view == "file":
            file = self.file()
            return FileFigures(file, start, min(start + rows, file.count), self.changed())
        return clients_of(engine)

    def file(self) -> ServerFile:
        """The RDB file of this moment; what was counted is kept until something is written."""
        engine = self.world.engine
        stats = engine.stats
        moment = (
            *(stats.dirty, stats.expired_keys, stats.evicted_keys, engine.config.version),
            *(len(self.world.history), len(self.world.future)),
            *(len(one) for one in engine.databases),
        )
        if self._file is None or self._file[0] != moment:
            self._file = moment, ServerFile(engine, _info(engine))
        return self._file[1]

    def changed(self) -> frozenset[Place]:
        """Keys that the last command changed."""
        last = self.world.last
        return frozenset((db, key) for db, key, _event in last.changed) if last else frozenset()

    def _expiring_db(self) -> int:
        """Our own database, unless only another one has keys with a TTL."""
        own = self.world.session.db
        if own.expires.data:
            return own.index
        databases = self.world.engine.databases
        return next((one.index for one in databases if one.expires.data), own.index)

    def _exchange_of_others(self) -> Exchange | None:
        """What another client has sent and got since our own last command, if anything."""
        traffic, own, now = self.world.traffic, self.world.last, monotonic()
        until, before, shown = self._others
        if own is not before:
            until, shown = now + OWN_STAY_S, None
        if isinstance(traffic, Overheard) and traffic.last is not None and now >= until:
            session, words, reply = traffic.last
            traffic.last = None
            if session.id != self.world.session.id:
                until = now + STAY_S
                shown = replace(exchange(words, reply, session.resp), client=session.id)
        self._others = until, own, shown
        return shown

    def _last_exchange(self) -> Exchange | None:
        """The last command of this world and its reply."""
        entry = self.world.last
        if entry is None:
            return None
        known = self._exchange
        if known is None or known[0] is not entry or known[1] is not entry.reply:
            argv, reply = wire_of(entry)
            made = exchange(argv, reply, self.world.session.resp)
            self._exchange = known = entry, entry.reply, made
        return known[2]


def _info(engine: Engine) -> RdbInfo:
    """What the file says of itself."""
    if isinstance(engine.persistence, Persister):
        return engine.persistence.info()
    return RdbInfo(engine.clock.now_us() // 1_000_000, engine.accounts.present())


def layout_once(world: World, view: ServerView, *, order: Order = "bytes", rows: int = 20) -> Any:
    """A view's layout for a picture that is drawn once. The next cycle of expiry is rehearsed on a
    copy; TTLs are measured by the longest of them."""
    looked = WholeServer(world)
    if view in ("map", "memory"):
        for _slice in range(MOST_COUNTED // BUDGET):
            if looked.census.advance():
                break
    if view == "expiry" and sum(map(len, world.engine.databases)) <= MOST_COPIED:
        return rehearse(world.engine, looked._expiring_db())
    if view == "file":
        for _step in range(MOST_COUNTED // BUDGET):
            if not looked.file().go_on():
                break
        return looked.layout(view, rows=UNITS_ONCE)
    layout = looked.layout(view, order=order, rows=rows)
    return _on_one_scale(layout) if isinstance(layout, KeyspaceMap) else layout


def _on_one_scale(layout: KeyspaceMap) -> KeyspaceMap:
    """Each TTL against the longest that is shown: none was seen before."""
    longest = max((facts.ttl_ms or 0 for _place, facts in layout.rows if facts), default=0)
    rows = tuple(
        (place, replace(facts, full_ms=longest) if facts and facts.ttl_ms is not None else facts)
        for place, facts in layout.rows
    )
    return replace(layout, rows=rows)
