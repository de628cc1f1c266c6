"""Predicates about what stands beside Redis: keys as Django's cache reads them, and Memcached."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tutor.course.observe import text_of
from tutor.course.predicates.base import PENDING, Bounds, Predicate, Scene, Verdict, verdict
from tutor.course.predicates.expect import read_bounds
from tutor.course.predicates.replies import clip
from tutor.course.problems import did_you_mean
from tutor.course.schema import Table
from tutor.i18n import pgettext

LONGEST = 60
"""Characters of a value in a line of checks."""

Aspect = Literal["exists", "value", "ttl_s"]
_DJANGO = ("key", "version", "alias", "node", "exists", "value", "python", "ttl_s")
_MEMCACHED_KEY = ("exists", "value", "ttl_s", "flags", "slab")


@dataclass(frozen=True, slots=True)
class CachePredicate:
    """Shared: a key as the cache of ``alias`` names it. It is looked at where the cache writes; in
    a lab ``node`` may say another server."""

    key: bytes
    version: int | None
    alias: str
    node: str

    def stored(self, scene: Scene) -> tuple[bytes | None, int | None]:
        """The bytes as Redis holds them, and how many seconds they have left."""
        assert scene.beside is not None
        desk = scene.beside.desk
        endpoint = desk.settings.endpoints[self.alias][0]
        if scene.in_lab:
            scene = scene.on(self.node or endpoint.server)
        name = desk.make_key(self.key.decode(), self.version, self.alias).encode()
        value, moment = scene.now.value(name, endpoint.db), scene.now
        return (None if value is None else text_of(value)), moment.ttl_s(name, endpoint.db)

    def literals(self) -> tuple[str, ...]:
        return (self.key.decode("utf-8", "replace"),)

    def where(self, text: str) -> str:
        """A name with its server, where there are several."""
        return f"{self.node}: {text}" if self.node else text


@dataclass(frozen=True, slots=True)
class Cached(CachePredicate):
    """``exists = true``: the cache would find it."""

    wanted: bool

    def evaluate(self, scene: Scene) -> Verdict:
        there = self.stored(scene)[0] is not None
        if there == self.wanted:
            return verdict(True)
        return PENDING if self.wanted else verdict(False)

    def name(self) -> str:
        if self.wanted:
            return self.where(pgettext("check", "the cache has the key"))
        return self.where(pgettext("check", "the cache does not have the key"))

    def want(self) -> str:
        return ""

    def got(self, verdict: Verdict) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class CachedValue(CachePredicate):
    """``value = …``: what `cache.get` would return, unpickled."""

    wanted: Any

    def evaluate(self, scene: Scene) -> Verdict:
        assert scene.beside is not None
        data = self.stored(scene)[0]
        if data is None:
            return PENDING
        try:
            value = scene.beside.desk.loads(data, self.alias)
        except Exception as error:  # whatever a serializer raises over bytes of another
            return verdict(False, type(error).__name__)
        return verdict(_same(self.wanted, value), _clipped(value))

    def name(self) -> str:
        return self.where(pgettext("check", "value in the cache"))

    def want(self) -> str:
        return _clipped(self.wanted)

    def got(self, verdict: Verdict) -> str:
        return str(verdict.got)

    def literals(self) -> tuple[str, ...]:
        return (*CachePredicate.literals(self), *dict.fromkeys(_leaves(self.wanted)))


@dataclass(frozen=True, slots=True)
class CachedTtl(CachePredicate):
    """``ttl_s = { gt = 0, le = 60 }``, or ``"none"``."""

    wanted: Bounds | None

    def evaluate(self, scene: Scene) -> Verdict:
        data, left = self.stored(scene)
        if data is None:
            return PENDING
        if self.wanted is None:
            return verdict(left is None, left)
        return verdict(left is not None and self.wanted.holds(left), left)

    def name(self) -> str:
        return self.where(pgettext("check", "lifetime in the cache, in seconds"))

    def want(self) -> str:
        return _limits(self.wanted)

    def got(self, verdict: Verdict) -> str:
        return pgettext("check", "no limit") if verdict.got is None else str(verdict.got)

    def literals(self) -> tuple[str, ...]:
        return (*CachePredicate.literals(self), *_seconds(self.wanted))


@dataclass(frozen=True, slots=True)
class McItem:
    """A key of Memcached: ``exists``, ``value``, ``ttl_s``, ``flags`` or its class of ``slab``."""

    key: bytes
    aspect: str
    wanted: Any

    def evaluate(self, scene: Scene) -> Verdict:
        from tutor.course.mcstage import alive, second

        assert scene.beside is not None
        memcached = scene.beside.memcached
        item = alive(memcached, self.key)
        if self.aspect == "exists":
            there = item is not None
            return verdict(True) if there == self.wanted else (
                PENDING if self.wanted else verdict(False))  # fmt: skip
        if item is None:
            return PENDING
        if self.aspect == "value":
            data = bytes(item.data).removesuffix(b"\r\n")
            return verdict(data == self.wanted, data)
        if self.aspect in ("flags", "slab"):
            number = item.flags if self.aspect == "flags" else item.slab.number
            return verdict(self.wanted.holds(number), number)
        left = item.exptime - second(memcached) if item.exptime else None
        fits = left is None if self.wanted is None else left is not None and self.wanted.holds(left)
        return verdict(fits, left)

    def name(self) -> str:
        return _ITEM[self.aspect](self.wanted)

    def want(self) -> str:
        if self.aspect == "exists":
            return ""
        if self.aspect == "value":
            return clip(self.wanted)
        return _limits(self.wanted)

    def got(self, verdict: Verdict) -> str:
        if self.aspect == "exists":
            return ""
        if isinstance(verdict.got, bytes):
            return clip(verdict.got)
        return pgettext("check", "no limit") if verdict.got is None else str(verdict.got)

    def literals(self) -> tuple[str, ...]:
        name = self.key.decode("utf-8", "replace")
        if self.aspect == "value":
            return (name, self.wanted.decode("utf-8", "replace"))
        return (name, *(_seconds(self.wanted) if self.aspect != "exists" else ()))


@dataclass(frozen=True, slots=True)
class McFigure:
    """A counter of Memcached, as ``stats`` tells it."""

    figure: str
    wanted: Bounds
    key: bytes | None = None

    def evaluate(self, scene: Scene) -> Verdict:
        assert scene.beside is not None
        number = _FIGURES[self.figure](scene.beside.memcached)
        return verdict(self.wanted.holds(number), number)

    def name(self) -> str:
        return f"Memcached: {self.figure}"

    def want(self) -> str:
        return self.wanted.text()

    def got(self, verdict: Verdict) -> str:
        return str(verdict.got)

    def literals(self) -> tuple[str, ...]:
        return ()


def _curr_items(memcached: Any) -> int:
    return len(memcached.store.index)


def _evictions(memcached: Any) -> int:
    classes = memcached.store.slabs.classes
    return sum(queue.evicted for slab in classes for queue in slab.queues)


def _get_hits(memcached: Any) -> int:
    tallies = memcached.store.tallies
    return int(tallies.get_cmds - tallies.get_misses)


def _get_misses(memcached: Any) -> int:
    return int(memcached.store.tallies.get_misses)


_FIGURES: Mapping[str, Callable[[Any], int]] = {
    "curr_items": _curr_items,
    "evictions": _evictions,
    "get_hits": _get_hits,
    "get_misses": _get_misses,
}
_ITEM: Mapping[str, Callable[[Any], str]] = {
    "exists": lambda wanted: (
        pgettext("check", "Memcached has the key")
        if wanted
        else pgettext("check", "Memcached does not have the key")
    ),
    "value": lambda _wanted: pgettext("check", "value in Memcached"),
    "ttl_s": lambda _wanted: pgettext("check", "lifetime in Memcached, in seconds"),
    "flags": lambda _wanted: pgettext("check", "flags in Memcached"),
    "slab": lambda _wanted: pgettext("check", "class of its slab in Memcached"),
}


def read_django(table: Table) -> list[Predicate]:
    """``{ key = "leaderboard_v1", value = [1, 2], ttl_s = { gt = 0, le = 60 }, version = 1 }``;
    ``python = "{'a': (1, 2)}"`` for a value that TOML cannot write."""
    key = table.require("key", str, "").encode()
    version = table.get("version", int, 0) if "version" in table else None
    place = (key, version, table.get("alias", str, "default"), table.get("node", str, ""))
    found: list[Predicate] = []
    for name in table.data:
        if name == "exists":
            found.append(Cached(*place, table.get(name, bool, True)))
        elif name == "value":
            found.append(CachedValue(*place, table.raw(name)))
        elif name == "python":
            found += [CachedValue(*place, value) for value in _literal(table, name)]
        elif name == "ttl_s":
            found += [CachedTtl(*place, limits) for limits in _lifetime(table, name)]
        elif name not in _DJANGO:
            table.raw(name)
            table.complain(f"unknown predicate {name!r}{did_you_mean(name, _DJANGO)}", name)
    table.close()
    if not found and not table.source.problems:
        table.complain("'django' names a key but asks nothing of it")
    return found


def read_memcached(table: Table) -> list[Predicate]:
    """``{ key = "k", value = "hello", ttl_s = {…} }``, and of the whole ``{ curr_items = 3 }``."""
    key = table.get("key", str, "").encode()
    found: list[Predicate] = []
    for name in table.data:
        if name in _FIGURES:
            bounds = read_bounds(table, name)
            found += [] if bounds is None else [McFigure(name, bounds)]
        elif name in _MEMCACHED_KEY and not key:
            table.raw(name)
            table.complain(f"{name!r} needs a 'key'", name)
        elif name == "exists":
            found.append(McItem(key, name, table.get(name, bool, True)))
        elif name == "value":
            found.append(McItem(key, name, table.get(name, str, "").encode()))
        elif name in ("flags", "slab"):
            bounds = read_bounds(table, name)
            found += [] if bounds is None else [McItem(key, name, bounds)]
        elif name == "ttl_s":
            found += [McItem(key, name, limits) for limits in _lifetime(table, name)]
        elif name != "key":
            table.raw(name)
            known = ("key", *_MEMCACHED_KEY, *_FIGURES)
            table.complain(f"unknown predicate {name!r}{did_you_mean(name, known)}", name)
    table.close()
    if not found and not table.source.problems:
        table.complain("'memcached' asks nothing")
    return found


def _lifetime(table: Table, name: str) -> list[Bounds | None]:
    if table.raw(name) == "none":
        return [None]
    bounds = read_bounds(table, name)
    return [] if bounds is None else [bounds]


def _literal(table: Table, name: str) -> list[Any]:
    text = table.get(name, str, "")
    try:
        return [ast.literal_eval(text)]
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        table.complain(f"{name!r} is no literal of Python: {text!r}", name)
        return []


def _same(want: Any, value: Any) -> bool:
    """Equal, and of the same types: True is not 1, a tuple is no list."""
    if type(want) is not type(value):
        return False
    if isinstance(want, (list, tuple)):
        return len(want) == len(value) and all(map(_same, want, value))
    if isinstance(want, dict):
        return want.keys() == value.keys() and all(_same(want[key], value[key]) for key in want)
    return bool(want == value)


def _clipped(value: Any) -> str:
    from tutor.network.django.values import written

    return written(value, LONGEST)


def _leaves(value: Any) -> list[str]:
    """Texts and numbers in a value, as a task would name them."""
    if isinstance(value, dict):
        return [leaf for pair in value.items() for part in pair for leaf in _leaves(part)]
    if isinstance(value, (list, tuple, set)):
        return [leaf for part in value for leaf in _leaves(part)]
    return [] if value is None or isinstance(value, bool) else [str(value)]


def _limits(wanted: Bounds | None) -> str:
    return pgettext("check", "no limit") if wanted is None else wanted.text()


def _seconds(wanted: Bounds | None) -> tuple[str, ...]:
    numbers = [] if wanted is None else [n for n in wanted.limits.values() if n > 1]
    return tuple(map(str, numbers))
