"""Carries statements out against Django's cache, and gathers what they did.

Statement ─▶ Django ─▶ wire log
    └──────▶ Outcome: value or error, exchanges, keys as they are stored now
"""

from __future__ import annotations

import asyncio
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tutor.network.django import samples
from tutor.network.django.caches import Caches
from tutor.network.django.fleet import Fleet
from tutor.network.django.language import (
    ASYNC_METHODS,
    METHODS,
    Cache,
    Call,
    Client,
    Contains,
    Data,
    Named,
    Refused,
    Statement,
    build,
    parse,
)
from tutor.network.django.memory import MemoryFleet
from tutor.network.django.recipes import RECIPES, SLOW, Kitchen, Step
from tutor.network.django.settings import BLOCKS, Settings, read
from tutor.network.django.stored import Stored, keys_of, look
from tutor.network.django.values import MOST_NODES, nodes, written
from tutor.network.django.wirelog import Exchange, WireLog, without_handshake

MOST_KEPT = 100
"""Names of results."""

MOST_STORED = 6
"""Keys that are looked at after a call."""

SETTLE_S = 0.5
"""How long a write may take to reach replicas that are not held back, before the prompt is back.
Without it a learner would sometimes be too fast for a loopback."""


@dataclass(frozen=True)
class Outcome:
    """What a line did.

    ``text`` is the value as Python writes it (None: there is none); ``error`` what was raised and
    ``error_text`` Python's last line of it; ``refused`` says why nothing was done. ``warnings`` are
    lines as Python prints them. ``exchanges`` without the handshakes, which are counted;
    ``stored`` are the keys that they named, as they are now where the call went.
    """

    line: str
    statement: Statement | None = None
    text: str | None = None
    value: Any = None
    error: BaseException | None = None
    error_text: str = ""
    refused: Refused | None = None
    warnings: tuple[str, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    handshakes: int = 0
    stored: tuple[Stored, ...] = ()
    steps: tuple[Step, ...] = ()
    seconds: float = 0.0


@dataclass
class _Names:
    """What names stand for."""

    results: dict[str, Any] = field(default_factory=dict)

    def all(self, functions: dict[str, Any]) -> dict[str, Any]:
        ready = {name: make() for name, make in samples.VALUES.items()}
        return {**self.results, **ready, **functions}


class Session:
    """A fleet, Django's caches on it, names of results. To be used from one thread.

    The constructor raises what Django raises where it is missing or too old. ``cost_s`` is what the
    notes' slow function takes. `close` stops the servers.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        cost_s: float = samples.COST_S,
        fleet: Fleet | MemoryFleet | None = None,
    ) -> None:
        self.fleet: Any = fleet or Fleet()
        self.log = WireLog()
        self.cost_s = cost_s
        self._names = _Names()
        self.settings = settings or read(BLOCKS["single"])
        try:
            self.caches = Caches(self.settings, self.fleet, self.log)
        except BaseException:
            self.fleet.stop()
            raise
        self.last: Outcome | None = None

    def close(self) -> None:
        """Hang up and stop the servers."""
        self.caches.close()
        self.fleet.stop()

    def choose(self, settings: Settings) -> None:
        """Other settings from now on. The servers and their data stay."""
        self.caches.close()
        self.settings = settings
        self.caches = Caches(settings, self.fleet, self.log)

    @property
    def names(self) -> Sequence[str]:
        """Names of results."""
        return list(self._names.results)

    @property
    def results(self) -> dict[str, Any]:
        """What they stand for."""
        return self._names.results

    @results.setter
    def results(self, results: dict[str, Any]) -> None:
        self._names.results = results

    @property
    def kitchen(self) -> Kitchen:
        """The ready functions, on the present cache."""
        return Kitchen(self.caches.cache, self.log, self._slow)

    def _slow(self) -> Any:
        return samples.calculate_leaderboard(self.cost_s)

    def stored_value(self, key: str = "") -> Stored | None:
        """A key on the server for writing (as Django or as Redis calls it); without a name the one
        that the last call left."""
        if not key:
            return next(iter(self.last.stored), None) if self.last is not None else None
        endpoint = self.settings.endpoints["default"][0]
        for name in (self.caches.cache.make_key(key), key):
            found = look(self.fleet, endpoint.server, endpoint.db, name.encode())
            if found is not None:
                return found
        return None

    def milliseconds_left(self, key: str, alias: str = "default") -> int:
        """PTTL of a key on the server for writing: -1 without expiry, -2 if it is not there."""
        endpoint = self.settings.endpoints[alias][0]
        found = look(self.fleet, endpoint.server, endpoint.db, key.encode())
        if found is None:
            return -2
        return -1 if found.ttl_ms is None else found.ttl_ms

    # a line

    def execute(self, line: str) -> Outcome:
        """Carry out a line. Raises nothing but KeyboardInterrupt."""
        try:
            statement = parse(line)
        except Refused as refused:
            return self._keep(Outcome(line, refused=refused))
        return self._keep(self._run(line, lambda: self._value(statement), statement))

    def step(self, line: str) -> Outcome:
        """Carry out a ready function line by line; ``line`` is its call."""
        try:
            call = parse(line).subject
            if not isinstance(call, Call) or not isinstance(call.receiver, Named) or call.method:
                raise Refused("function", line)
            args, keywords = self._arguments(call)
        except Refused as refused:
            return self._keep(Outcome(line, refused=refused))
        name, steps = call.receiver.name, list[Step]()

        def run() -> Any:
            steps.extend(self.kitchen.step(name, *args, **keywords))

        outcome = self._run(line, run, None)
        if not steps:
            return self._keep(outcome)
        last = steps[-1]
        return self._keep(
            replace(
                outcome,
                text=last.returned,
                error=last.error,
                error_text=_last_line(last.error),
                steps=tuple(steps),
            )
        )

    def _keep(self, outcome: Outcome) -> Outcome:
        self.last = outcome
        return outcome

    def _run(self, line: str, do: Callable[[], Any], statement: Statement | None) -> Outcome:
        mark, began = self.log.count, time.perf_counter()
        value: Any = None
        error: BaseException | None = None
        refused: Refused | None = None
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                value = do()
                if statement is not None:
                    self._assign(statement, value)
            except Refused as refusal:
                refused = refusal
            except Exception as problem:
                error = problem
        seconds = time.perf_counter() - began
        exchanges = self.log.since(mark)
        calls = tuple(without_handshake(exchanges))
        if any(one.server == "master" for one in calls):
            self.fleet.settle(SETTLE_S)
        assigned = statement is not None and bool(statement.target)
        text = None if error or refused or assigned or statement is None else written(value)
        said = tuple(f"{one.category.__name__}: {one.message}" for one in caught)
        return Outcome(
            line,
            statement,
            text=text,
            value=value,
            error=error,
            error_text=_last_line(error),
            refused=refused,
            warnings=said,
            exchanges=calls,
            handshakes=len(exchanges) - len(calls),
            stored=tuple(self._stored(calls)),
            seconds=seconds,
        )

    def _assign(self, statement: Statement, value: Any) -> None:
        results = self._names.results
        if nodes(value) > MOST_NODES:  # built into other values again and again it would explode
            if statement.target:
                raise Refused("big", statement.target)
            return
        if statement.target:
            results[statement.target] = value
        elif value is not None:
            results["_"] = value
        while len(results) > MOST_KEPT:
            del results[next(iter(results))]

    def _stored(self, calls: Sequence[Exchange]) -> list[Stored]:
        """The keys of the last calls first; a replica's copy only where it differs."""
        found: dict[tuple[str, int, bytes], Stored] = {}
        for one in reversed(calls):
            for key in keys_of([one]):
                place = (one.server, one.db, key)
                stored = None if place in found else look(self.fleet, *place)
                if stored is not None and not any(map(stored.same_as, found.values())):
                    found[place] = stored
            if len(found) >= MOST_STORED:
                break
        return list(found.values())[:MOST_STORED]

    # values

    def _value(self, statement: Statement) -> Any:
        subject = statement.subject
        if isinstance(subject, Call):
            return self._called(subject)
        if isinstance(subject, Contains):
            inside = build(subject.key, {}) in self._cache(subject.cache)
            return inside is not subject.negated
        if isinstance(subject, Client):
            return self._client(subject)
        if isinstance(subject, Cache):
            return self._cache(subject)
        if isinstance(subject, Named):
            return self._named(subject)
        assert isinstance(subject, Data)
        return build(subject.node, {})

    def _named(self, subject: Named) -> Any:
        known = self._names.all(self._functions())
        if subject.name not in known:
            raise Refused("name", subject.name)
        return known[subject.name]

    def _functions(self) -> dict[str, Any]:
        kitchen = self.kitchen
        made: dict[str, Any] = {SLOW: self._slow}
        for name in RECIPES:
            made[name] = lambda *args, name=name, **kwargs: kitchen.function(name)(*args, **kwargs)
        return made

    def _cache(self, cache: Cache) -> Any:
        own = cache.alias in (None, "default")
        return self.caches.cache if own else self.caches.handler[cache.alias]

    def _client(self, client: Client) -> Any:
        args = [build(one, {}) for one in client.args]
        keywords = {name: build(one, {}) for name, one in client.keywords.items()}
        return self._cache(client.cache)._cache.get_client(*args, **keywords)

    def _arguments(self, call: Call) -> tuple[list[Any], dict[str, Any]]:
        """The arguments' values. Only get_or_set may be given a function."""
        takes_function = call.method in ("get_or_set", "aget_or_set")
        known = self._names.all(self._functions() if takes_function else {})
        args = [build(one, known) for one in call.args]
        return args, {name: build(one, known) for name, one in call.keywords.items()}

    def _called(self, call: Call) -> Any:
        if isinstance(call.receiver, Named) and not call.method:
            args, keywords = self._arguments(call)
            return self._functions()[call.receiver.name](*args, **keywords)
        if isinstance(call.receiver, Cache):
            return self._cache_call(call, self._cache(call.receiver))
        client = self._receiver(call.receiver)
        args, keywords = self._arguments(call)
        return getattr(client, call.method)(*args, **keywords)

    def _receiver(self, receiver: Client | Named) -> Any:
        """A client of redis-py; nothing else has methods here."""
        import redis

        if isinstance(receiver, Client):
            return self._client(receiver)
        value = self._named(receiver)
        if not isinstance(value, redis.Redis):
            raise Refused("attribute", receiver.name)
        return value

    def _cache_call(self, call: Call, cache: Any) -> Any:
        known = call.method in METHODS or call.method in ASYNC_METHODS
        if not known:
            if hasattr(cache, call.method):
                raise Refused("method", call.method)
            getattr(cache, call.method)  # raises Django's own AttributeError
        if call.awaited is not (call.method in ASYNC_METHODS):
            raise Refused("await", call.method)
        args, keywords = self._arguments(call)
        method = getattr(cache, call.method)
        if not call.awaited:
            return method(*args, **keywords)

        async def later() -> Any:
            return await method(*args, **keywords)

        return asyncio.run(later())


def _last_line(error: BaseException | None) -> str:
    """As Python ends a traceback."""
    if error is None:
        return ""
    return traceback.format_exception_only(error)[-1].strip()
