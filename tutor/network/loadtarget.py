"""A server or a cluster that load is put on, through redis-py: every key under one prefix.

    argv ─▶ keys get the prefix ─▶ redis.Redis | redis.cluster.RedisCluster ─▶ reply

The keys that were named are remembered, so that exactly they can be removed at the end. Nobody
else's are ever named.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlparse

import redis
from redis import exceptions as trouble
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.retry import Retry

from tutor.engine.registry import all_commands
from tutor.engine.replies import ReplyError
from tutor.engine.table import keys_of
from tutor.network.client import Client
from tutor.network.link import LinkError

TIMEOUT_S = 5.0
"""How long the way to a server, and one answer, may take."""

UNSURE_US = 1_000_000
"""A clock that is not told."""

_BATCH = 500

_CODES: Mapping[str, str] = {
    "NoScriptError": "NOSCRIPT",
    "NoPermissionError": "NOPERM",
    "ReadOnlyError": "READONLY",
    "OutOfMemoryError": "OOM",
    "MovedError": "MOVED",
    "AskError": "ASK",
    "ClusterDownError": "CLUSTERDOWN",
    "MasterDownError": "MASTERDOWN",
    "TryAgainError": "TRYAGAIN",
    "ExecAbortError": "EXECABORT",
    "ClusterCrossSlotError": "CROSSSLOT",
}
"""redis-py takes the code off these texts."""


class Unreachable(Exception):
    """No answer to a command: ``code`` is TIMEOUT, LOST, AUTH, or SLOTS (no node has the slot)."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """What is there: ``nodes`` as ``host:port`` (masters of a cluster), how many keys they hold
    together (None: nobody may ask), and for each how far its clock is ahead of ours and how
    surely, in microseconds.
    ``may_evict``: writing may cost others their keys."""

    cluster: bool
    version: str
    nodes: tuple[str, ...]
    keys: int | None
    clocks: Mapping[str, tuple[int, int]]
    may_evict: bool


class LoadTarget:
    """``url`` as redis-py reads it. ``cluster`` None: ask the server. Raises `LinkError` for what
    cannot be reached. ``prefix`` stands before every key; all methods may be called from any
    thread."""

    def __init__(
        self, url: str, prefix: bytes, cluster: bool | None = None, connections: int = 64
    ) -> None:
        first = _first_look(url)
        _specs()  # takes a while, and is wanted by the first command
        self.prefix = prefix
        self.cluster = first.cluster if cluster is None else cluster
        if self.cluster and not first.cluster:
            raise LinkError("handshake", first.address, "ERR cluster support disabled")
        self._named: set[bytes] = set()
        self._lock = threading.Lock()
        self._address = first.address
        self._client: Any = self._connected(url, connections)
        self.facts = self._look()

    def _connected(self, url: str, connections: int) -> Any:
        options: dict[str, Any] = {
            "socket_timeout": TIMEOUT_S,
            "socket_connect_timeout": TIMEOUT_S,
            "max_connections": connections + 4,
        }
        try:
            if self.cluster:
                made: Any = RedisCluster.from_url(
                    _without_database(url), retry=Retry(NoBackoff(), 5), **options
                )
            else:
                made = redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), **options)
        except trouble.RedisError as error:
            raise LinkError("other", self._address, str(error)) from error
        return made

    # what is there

    def _look(self) -> TargetFacts:
        keys: int | None = 0
        clocks, may_evict, version = {}, False, ""
        for name, node in self._nodes():
            count = _count(node)
            keys = None if keys is None or count is None else keys + count
            clocks[name] = _clock(node)
            info = _info(node)
            version = str(info.get("valkey_version") or info.get("redis_version") or version)
            limit, policy = int(info.get("maxmemory", 0)), str(info.get("maxmemory_policy", ""))
            near = int(info.get("used_memory", 0)) > limit * 0.8
            may_evict = may_evict or bool(limit and policy not in ("", "noeviction") and near)
        return TargetFacts(self.cluster, version, tuple(clocks), keys, clocks, may_evict)

    def _nodes(self) -> list[tuple[str, Any]]:
        """Every master, by its address."""
        if not self.cluster:
            return [(self._address, self._client)]
        found: list[ClusterNode] = sorted(self._client.get_primaries(), key=lambda one: one.name)
        return [(node.name, self._client.get_redis_connection(node)) for node in found]

    def warm(self) -> None:
        """Have a connection to every node. Raises `Unreachable`."""
        for _name, node in self._nodes():
            self._answer(node.ping)

    def node_of(self, argv: Sequence[bytes]) -> str:
        """Where a command goes (`send` puts the prefix before its keys)."""
        if not self.cluster:
            return self._address
        keys = _key_places(argv)
        if not keys:
            return self._address
        try:
            node = self._client.get_node_from_key(self.prefix + argv[keys[0]])
        except (trouble.RedisError, trouble.RedisClusterException):
            return "?"
        return str(node.name)

    # commands

    def send(self, argv: Sequence[bytes]) -> Any:
        """One command's reply. Raises `ReplyError` or `Unreachable`."""
        words = self._with_prefix(argv)
        return self._answer(lambda: self._client.execute_command(*words))

    def transaction(self, commands: Sequence[Sequence[bytes]]) -> list[Any]:
        """MULTI, the commands, EXEC: the replies. All keys are of one slot."""

        def run() -> list[Any]:
            with self._client.pipeline(transaction=True) as pipe:
                for argv in commands:
                    pipe.execute_command(*self._with_prefix(argv))
                return list(pipe.execute())

        return list(self._answer(run))

    def _with_prefix(self, argv: Sequence[bytes]) -> list[Any]:
        """As redis-py wants it: a cluster's client looks the name up as text."""
        words: list[Any] = [argv[0].decode(), *argv[1:]]
        for at in _key_places(argv):
            words[at] = self.prefix + words[at]
            if words[at] not in self._named:
                with self._lock:
                    self._named.add(words[at])
        return words

    @staticmethod
    def _answer(ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except trouble.AuthenticationError as error:
            raise Unreachable("AUTH", str(error)) from error
        except trouble.ResponseError as error:
            code = _CODES.get(type(error).__name__)
            text = str(error) or type(error).__name__
            raise ReplyError(f"{code} {text}" if code else _coded(text)) from error
        except trouble.TimeoutError as error:
            raise Unreachable("TIMEOUT", str(error)) from error
        except (trouble.ConnectionError, OSError) as error:
            raise Unreachable("LOST", str(error)) from error
        except trouble.RedisClusterException as error:
            raise Unreachable("SLOTS", str(error)) from error

    # the end

    def remove(self) -> tuple[int, int]:
        """Remove every key that was named, as far as it is still there; how many were removed, and
        how many could not be (the server is gone: their lifetimes end them)."""
        with self._lock:
            names, self._named = sorted(self._named), set()
        removed = left = 0
        for start in range(0, len(names), _BATCH):
            part = names[start : start + _BATCH]
            try:
                with self._client.pipeline(transaction=False) as pipe:
                    for name in part:
                        pipe.execute_command("UNLINK", name)
                    removed += sum(int(each) for each in pipe.execute())
            except (trouble.RedisError, trouble.RedisClusterException, OSError):
                left += len(part)
        return removed, left

    def close(self) -> None:
        """Hang up."""
        self._client.close()


@dataclass(frozen=True, slots=True)
class _FirstLook:
    address: str
    cluster: bool


def _first_look(url: str) -> _FirstLook:
    """Whether somebody is there who lets us in, and whether it is a node of a cluster; raises
    `LinkError`."""
    client = Client(url, connect_timeout=TIMEOUT_S, reply_timeout=TIMEOUT_S)
    try:
        reply = client.execute([b"PING"])
        if isinstance(reply, ReplyError):
            kind = "auth" if reply.code in ("NOAUTH", "WRONGPASS", "NOPERM") else "handshake"
            raise LinkError(kind, client.address, reply.message)  # type: ignore[arg-type]
        info = client.execute([b"INFO", b"cluster"])
    finally:
        client.close()
    return _FirstLook(client.address, isinstance(info, bytes) and b"cluster_enabled:1" in info)


def _without_database(url: str) -> str:
    """A cluster has the database 0 only, and redis-py wants none named."""
    parts = urlparse(url)
    return parts._replace(path="").geturl() if parts.path in ("/0", "/") else url


def _info(node: Any) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for section in ("server", "memory"):
        try:
            found.update(node.info(section))
        except trouble.ResponseError:  # an ACL may forbid it
            continue
    return found


def _count(node: Any) -> int | None:
    try:
        return int(node.dbsize())
    except trouble.ResponseError:
        return None


def _clock(node: Any) -> tuple[int, int]:
    """How far a server's clock is ahead of ours, and the error of that, in microseconds; if it does
    not tell, as far as one is wrong at the most."""
    before = time.time_ns() // 1000
    try:
        seconds, micros = node.time()
    except trouble.ResponseError:
        return 0, UNSURE_US
    after = time.time_ns() // 1000
    return int(seconds) * 1_000_000 + int(micros) - (before + after) // 2, (after - before) // 2 + 1


@cache
def _specs() -> Mapping[bytes, Any]:
    return {name: command.spec for name, command in all_commands().items()}


def _key_places(argv: Sequence[bytes]) -> list[int]:
    """Which words are keys."""
    spec = _specs().get(argv[0].lower())
    try:
        return [] if spec is None else keys_of(spec, argv)
    except ValueError:
        return []


def _coded(text: str) -> str:
    """An error's text, with a code before it."""
    code = text.split(" ", 1)[0]
    return text if code.isupper() else f"ERR {text}"
