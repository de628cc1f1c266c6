"""Memcached 1.6.18 as a machine: a store, a clock, connections. Bytes in, bytes out.

    clock = SystemClock()                          # anything with now_us()
    cache = Memcached(clock, memory_limit=64 * MEBIBYTE)
    alice, bob = cache.connect(), cache.connect()
    alice.feed(b"set k 0 60 2\\r\\nhi\\r\\n")           # b"STORED\\r\\n"
    bob.feed(b"get k\\r\\n")                          # b"VALUE k 0 2\\r\\nhi\\r\\nEND\\r\\n"
    cache.store.layout()                           # what lies where: tutor.memcached.layout

`Connection.feed` takes whatever came, keeps what is not whole yet, and gives what is to be sent;
when `Connection.closing` is set, the connection ends once that is sent. Whoever has no bytes uses
the `Store`: `cache.store.get(key)`. Nothing here opens a socket, reads the wall clock or draws a
random number: the same bytes at the same times give the same replies.

Not here: the binary protocol, UDP, TLS, storage on flash, the proxy, `watch`, and pages that change
their class by themselves.

What the real server does in threads of its own happens here when time has passed: `feed` looks at
the clock first, and `catch_up` does so without a command. `due_us` is when it would have something
to do.
"""

from __future__ import annotations

from collections.abc import Callable

from tutor.memcached.clock import Clock
from tutor.memcached.connection import Connection
from tutor.memcached.crawler import Crawler
from tutor.memcached.lru import UPDATE_INTERVAL_S, Maintainer
from tutor.memcached.settings import MEBIBYTE, Settings
from tutor.memcached.store import Store

SECOND_US = 1_000_000
_HEAD_START_S = UPDATE_INTERVAL_S + 2
"""What the clock shows at the start, so that "a minute ago" is always after 0."""
_MONTH_S = 60 * 60 * 24 * 30


class Memcached:
    """One memcached. Keyword arguments are those of `Settings`; raises `SettingsError`.

    ``started_s``: the Unix second that memcached counts from; ``store.now`` are the seconds since.
    ``paced``: somebody calls `catch_up` again and again, so that `feed` need not look at the clock.
    ``process`` tells the process id and its user and system seconds, for `stats`.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        memory_limit: int = 64 * MEBIBYTE,
        evictions: bool = True,
        growth_factor: float = 1.25,
        slab_min_size: int = 48,
        item_size_max: int = MEBIBYTE,
        settings: Settings | None = None,
    ) -> None:
        self.clock = clock
        self.settings = settings or Settings(
            memory_limit=memory_limit,
            evictions=evictions,
            growth_factor=growth_factor,
            slab_min_size=slab_min_size,
            item_size_max=item_size_max,
        )
        now_us = clock.now_us()
        self.started_s = now_us // SECOND_US - _HEAD_START_S
        self.store = Store(self.settings, _HEAD_START_S)
        self.maintainer = Maintainer(self.store, now_us)
        self.crawler = Crawler(self.store)
        self.connections: dict[int, Connection] = {}  # by number, for `stats conns`
        self.most_connections = 0
        self.prefixes: dict[bytes, list[int]] = {}  # `stats detail`: gets, hits, sets, deletes
        self.process: Callable[[], tuple[int, float, float]] = lambda: (0, 0.0, 0.0)
        self.listener: Callable[[Connection, bytes], None] | None = None  # hears every line
        self.paced = False
        self.due_us = 0
        self.catch_up(now_us)

    def connect(self, address: str = "", listener: str = "", number: int = 0) -> Connection:
        """A new client; what it is called in `stats conns`, and its number there."""
        if not number:
            number = max(self.connections, default=0) + 1
        connection = Connection(self, number, address, listener)
        self.connections[number] = connection
        self.most_connections = max(self.most_connections, len(self.connections))
        self.store.tallies.total_connections += 1
        return connection

    def disconnect(self, connection: Connection) -> None:
        """A client is gone; what it was sending is given up."""
        connection.abandon()
        self.connections.pop(connection.number, None)

    def catch_up(self, now_us: int | None = None) -> None:
        """Let the clock, the LRU maintainer and the crawler come to the present moment."""
        now_us = self.clock.now_us() if now_us is None else now_us
        store = self.store
        second = now_us // SECOND_US - self.started_s
        if second > store.now:
            store.now = second
            if self.settings.crawler:
                self.crawler.check()
        if store.bumps or now_us >= self.maintainer.due_us:
            self.maintainer.run(now_us)
        self.due_us = min((now_us // SECOND_US + 1) * SECOND_US, self.maintainer.due_us)

    def record(self, key: bytes, what: int, *, hit: bool = False) -> None:
        """`stats detail`: note a get, a set or a delete under the key's prefix, if it has one."""
        prefix, colon, _ = key.partition(b":")
        if colon:
            counts = self.prefixes.setdefault(prefix, [0, 0, 0, 0])
            counts[what] += 1
            counts[1] += hit

    def deadline(self, exptime: int) -> int:
        """When something is over, in the store's seconds; 0: never.

        Up to 30 days ``exptime`` are seconds from now, beyond that a Unix time; a moment before
        the start, and any negative number, is long ago.
        """
        if not exptime:
            return 0
        if exptime < 0 or exptime > _MONTH_S:
            return exptime - self.started_s if exptime > self.started_s else 1
        return exptime + self.store.now
