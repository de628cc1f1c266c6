"""Both engines on one bench: the same lines to each, in one virtual time.

    line ─▶ Redis      words ─▶ RESP bytes ─▶ a node of the labs ─▶ reply bytes
    line ─▶ Memcached  text ─▶ bytes ─▶ feed ─▶ reply bytes

Redis has a replica that may be attached, Memcached two more servers that know nothing of the first.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from tutor.engine.cmdline import split
from tutor.engine.replies import BLOCKED, NO_REPLY, Reply
from tutor.labs.node import Kept, Node, NodeSettings
from tutor.labs.simulation import Simulation
from tutor.labs.wire import Wire
from tutor.memcached.connection import Connection
from tutor.memcached.layout import StoreEvent
from tutor.memcached.memcached import Memcached
from tutor.memcached.sharding import placing
from tutor.network.encoder import encode

EngineName = Literal["redis", "memcached"]
SAVE_POINTS = ((3600, 1), (300, 100), (60, 10000))
"""What redis-server 7.0 has without a configuration."""

MEMCACHED_LIMIT = 4 << 20
"""Small, so that an experiment can fill it."""

SHOWN = 400
"""Bytes of a request and of a reply that are kept; the lengths are always those of the whole."""

CACHES = ("cache1", "cache2", "cache3")
EVENTS = 60
"""Of items that come, move and go, the last of the first Memcached."""

_SECOND = 1_000_000
_LETTERS = b"abcdefghijklmnopqrstuvwxyz"
_PLACE = re.compile(r"\{(n|cas|x\d+)\}")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A line and what came back. ``step`` is the number of the step it belongs to; ``typed`` the
    line as a person writes it, "" if a reply came late. ``refused``: nobody listened; ``waits``:
    no reply yet."""

    engine: EngineName
    server: str
    client: str
    step: int
    typed: str
    request: bytes
    reply: bytes
    request_length: int
    reply_length: int
    refused: bool = False
    waits: bool = False


class Bench:
    """See the module's text. ``seed`` is for whatever is random in the engines."""

    def __init__(self, seed: int = 7) -> None:
        self.seed = seed
        self.step = 0
        self._late: list[Exchange] = []
        self._cas = "0"
        self.used_at_first = 0
        self.fresh("rdb")
        self.acts: Mapping[str, Callable[..., None]] = {
            "wait": self.wait,
            "fresh": self.fresh,
            "empty": self.empty,
            "kill": self.kill,
            "stop": self.stop,
            "start": self.start,
            "lose": self.lose,
        }
        """What can be done besides talking, by its word."""

    def fresh(self, kept: str) -> None:
        """Empty machines; Redis keeps ``nothing``, ``rdb`` (its default save points) or ``aof``."""
        self.simulation = Simulation(self.seed)
        self.nodes: dict[str, Node] = {}
        for number, name in enumerate(("redis", "replica")):
            settings = NodeSettings(_KEPT[kept], SAVE_POINTS)
            self.nodes[name] = Node(self.simulation, name, number, settings, self.nodes.get)
        wire = Wire(self.simulation, "redis", "replica")
        self.nodes["redis"].wires["replica"] = self.nodes["replica"].wires["redis"] = wire
        for node in self.nodes.values():
            node.start()
        self.events: deque[StoreEvent] = deque(maxlen=EVENTS)
        self.caches: dict[str, Memcached | None] = {name: self._new_cache(name) for name in CACHES}
        self._lines: dict[tuple[str, str], tuple[Memcached, Connection]] = {}

    def empty(self) -> None:
        """Empty machines that have seen every command once: what Redis keeps of commands and
        clients is there already, and `used_at_first` is what it takes."""
        self.fresh("nothing")
        for line in ("SET k v", "MEMORY USAGE k", "DEL k"):
            self.redis(line)
        self.info("memory", "used_memory")
        self.used_at_first = self.info("memory", "used_memory")

    def _new_cache(self, name: str) -> Memcached:
        """An empty one; what happens in the first is remembered for the X-ray."""
        cache = Memcached(self.simulation.clock, memory_limit=MEMCACHED_LIMIT)
        if name == CACHES[0]:
            self.events.clear()
            cache.store.observe(self.events.append)
        return cache

    def cache(self, name: str = CACHES[0]) -> Memcached:
        """A Memcached server that runs."""
        found = self.caches[name]
        assert found is not None
        return found

    def line_to(self, name: str, client: str) -> Connection:
        """The connection of a client; another one once the process has begun anew."""
        cache = self.cache(name)
        known = self._lines.get((name, client))
        if known is None or known[0] is not cache:
            known = self._lines[name, client] = cache, cache.connect(client)
        return known[1]

    # what is done to both

    def act(self, words: str) -> None:
        """``wait 61``, ``fresh aof``, ``kill``, ``stop``, ``start``, ``lose redis cache1``."""
        word, *rest = words.split()
        self.acts[word](*rest)

    def wait(self, seconds: str) -> None:
        """Let time pass."""
        self.simulation.run_until(self.simulation.now + round(float(seconds) * _SECOND))
        for cache in self.caches.values():
            if cache is not None:
                cache.catch_up()

    def kill(self) -> None:
        """Both processes die at once (kill -9)."""
        self.wait("2")
        self.lose("redis", *CACHES)

    def stop(self) -> None:
        """Both are asked to end: Redis by SHUTDOWN, which writes a dump if there are save
        points."""
        node = self.nodes["redis"]
        node.execute(node.session_of("admin:50000"), (b"SHUTDOWN",))
        self.wait("0.1")
        self.lose(*CACHES)

    def lose(self, *names: str) -> None:
        """Machines whose processes are gone."""
        for name in names:
            if name in self.nodes:
                self.nodes[name].crash()
            else:
                self.caches[name] = None

    def start(self) -> None:
        """Processes that are gone begin anew, with the files that are there."""
        if not self.nodes["redis"].up:
            self.nodes["redis"].start()
        for name, cache in self.caches.items():
            self.caches[name] = cache or self._new_cache(name)

    # talking

    def redis(self, line: str, number: int = 1) -> Exchange:
        """A line as it is typed into redis-cli."""
        server, client, text = self._address(line, "redis", number)
        node = self.nodes[server]
        session = node.session_of(f"{client}:50000")
        session.on_reply = partial(self._hear, server, client)
        argv = _words(text)
        request = encode(argv, 2)
        told = partial(self._told, "redis", server, client, text, request)
        if not node.up:
            return told(b"", refused=True)
        reply = node.execute(session, argv)
        if reply is BLOCKED:
            return told(b"", waits=True)
        return told(b"" if reply is NO_REPLY else encode(reply, 2))

    def _hear(self, server: str, client: str, reply: Reply) -> None:
        """The reply of a command that has waited."""
        self._late.append(self._told("redis", server, client, "", b"", encode(reply, 2)))

    def late(self) -> list[Exchange]:
        """Replies that have come meanwhile; nothing was typed for them."""
        found, self._late = self._late, []
        return found

    def memcached(self, line: str, number: int = 1) -> Exchange:
        """Protocol lines, with ``\\n`` between them and none at the end."""
        server, client, text = self._address(line, "cache1", number)
        request = text.replace("\n", "\r\n").encode() + b"\r\n"
        if server == "shard":
            server = placing("rendezvous", self.living)(request.split()[1])
        told = partial(self._told, "memcached", server, client, text, request)
        if self.caches[server] is None:
            return told(b"", refused=True)
        reply = self.line_to(server, client).feed(request)
        if text.startswith("gets ") and reply.startswith(b"VALUE "):
            self._cas = reply.split(b"\r\n")[0].split()[-1].decode()
        return told(reply)

    @property
    def living(self) -> Sequence[str]:
        """The Memcached servers that a client finds."""
        return [name for name, cache in self.caches.items() if cache is not None]

    def _told(
        self, engine: EngineName, server: str, client: str, text: str, request: bytes,
        reply: bytes, refused: bool = False, waits: bool = False,
    ) -> Exchange:  # fmt: skip
        return Exchange(
            engine, server, client, self.step, text[:SHOWN], request[:SHOWN], reply[:SHOWN],
            len(request), len(reply), refused, waits,
        )  # fmt: skip

    def _address(self, line: str, server: str, number: int) -> tuple[str, str, str]:
        """Server, client and the line itself, its places filled in."""
        client = "a"
        if line.startswith("@"):
            address, line = line[1:].split(" ", 1)
            name, _, other = address.partition("#")
            server, client = name or server, other or client
        return server, client, _PLACE.sub(lambda place: self._filled(place[1], number), line)

    def _filled(self, place: str, number: int) -> str:
        if place == "n":
            return str(number)
        if place == "cas":
            return self._cas
        length = int(place[1:])
        return (_LETTERS * (length // len(_LETTERS) + 1))[:length].decode()

    # looking

    def info(self, section: str, name: str) -> int:
        """A figure of Redis's INFO."""
        node = self.nodes["redis"]
        reply: Reply = node.execute(node.session_of("admin:50000"), (b"INFO", section.encode()))
        assert isinstance(reply, bytes)
        found = re.search(rf"^{name}:(\d+)", reply.decode(), re.MULTILINE)
        assert found is not None
        return int(found[1])


def _words(text: str) -> list[bytes]:
    """A line as redis-cli cuts it; long ones without quotes the short way."""
    return [bytes(word) for word in split(text)] if _QUOTES.search(text) else text.encode().split()


_QUOTES = re.compile(r"""["'\\]""")
_KEPT: Mapping[str, Kept] = {"nothing": "nothing", "rdb": "rdb", "aof": "aof"}
