"""A Django process beside engines in memory: a line is carried out, and told as plain data.

    line ─▶ Session ─▶ Django ─▶ redis-py ─▶ memory ─▶ engines
                          └▶ Told: value or error, commands with their replies

Everything follows from the line, the engines and the seed: Django draws the replica for a read with
Python's random numbers, which are put at a known place for the time of the call.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from tutor.engine.replies import Reply, ReplyError, Status
from tutor.network.django.language import ASYNC_METHODS, Call, Refused, parse
from tutor.network.django.memory import Host, MemoryFleet
from tutor.network.django.session import Outcome, Session
from tutor.network.django.settings import Settings
from tutor.network.django.stored import keys_of
from tutor.network.django.wirelog import Exchange, without_handshake


@dataclass(frozen=True)
class Told:
    """What a call did, without the objects of the process in which it ran.

    ``text`` is the value as Python writes it (None: there is none), ``error`` Python's last line of
    what was raised, ``refused`` why nothing was done. ``reply`` is the value as a reply of Redis
    would have it: text as bytes, a tuple as a list, an error as an error.
    """

    text: str | None = None
    reply: Reply = None
    error: str = ""
    refused: Refused | None = None
    warnings: tuple[str, ...] = ()
    exchanges: tuple[Exchange, ...] = ()

    @property
    def keys(self) -> tuple[bytes, ...]:
        """The keys that its commands name, as Redis calls them."""
        return tuple(keys_of(self.exchanges))

    @property
    def db(self) -> int:
        """The database of its first command."""
        return self.exchanges[0].db if self.exchanges else 0


class Desk:
    """Lines for one process. ``hosts`` are the servers, the master first.

    ``lasting``: redis-py keeps its connections from call to call; without, each call makes its own
    (the servers know them again), so that nothing is kept here that another run would not have.
    """

    def __init__(
        self, settings: Settings, hosts: Mapping[str, Host], seed: int, *, lasting: bool = True
    ) -> None:
        self.settings = settings
        self.seed = seed
        self._lasting = lasting
        self._mark = 0
        self._session = Session(settings, 0.0, MemoryFleet(hosts))

    def make_key(self, key: str, version: int | None = None, alias: str = "default") -> str:
        """A key as the cache stores it."""
        caches = self._session.caches
        cache = caches.cache if alias == "default" else caches.handler[alias]
        return str(cache.make_key(key, version))

    def loads(self, data: bytes, alias: str = "default") -> Any:
        """A stored value as the cache would read it. Raises what its serializer raises."""
        options = self._session.caches.handler.settings[alias]["OPTIONS"]
        return options["serializer"]().loads(data)

    @property
    def names(self) -> dict[str, Any]:
        """What the names of results stand for, to be kept and given back."""
        return dict(self._session.results)

    @names.setter
    def names(self, names: Mapping[str, Any]) -> None:
        self._session.results = dict(names)

    @property
    def session(self) -> Session:
        """For completion of what is typed."""
        return self._session

    def call(self, line: str, number: int) -> Told:
        """Carry out a line, the ``number``-th of this process. Raises `Suspended` if it has to wait
        for an answer and time cannot go by meanwhile."""
        refused = refusal(line)
        if refused is not None:
            self._session.last = Outcome(line, refused=refused)
            return Told(reply=_refused_reply(refused), refused=refused)
        self._mark = self._session.log.count
        try:
            with _chance(f"{self.seed}:{number}"):
                outcome = self._session.execute(line)
        finally:
            if not self._lasting:
                self._session.caches.close()
        return told(outcome)

    def unanswered(self) -> tuple[Exchange, ...]:
        """What a call that was suspended has sent, and what it got until then."""
        return tuple(without_handshake(self._session.log.since(self._mark)))


def refusal(line: str) -> Refused | None:
    """Why a line is not carried out here, as far as its text alone tells."""
    try:
        statement = parse(line)
    except Refused as refused:
        return refused
    subject = statement.subject
    if isinstance(subject, Call) and (subject.awaited or subject.method in ASYNC_METHODS):
        return Refused("await", subject.method)
    return None


def answered(exchanges: Sequence[Exchange], reply: Reply) -> Told:
    """What a suspended call did, now that the reply to its last command has come."""
    *before, last = exchanges
    whole = (*before, replace(last, reply=reply))
    return Told(repr(reply), reply, exchanges=whole)


@contextmanager
def _chance(seed: str) -> Iterator[None]:
    """Python's own random numbers begin at a known place, and afterwards go on where they were."""
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)


def told(outcome: Outcome) -> Told:
    """An outcome as plain data."""
    reply: Reply = as_reply(outcome.value)
    if outcome.refused is not None:
        reply = _refused_reply(outcome.refused)
    elif outcome.error is not None:
        reply = ReplyError(outcome.error_text)
    return Told(outcome.text, reply, outcome.error_text, outcome.refused, outcome.warnings,
                outcome.exchanges)  # fmt: skip


def _refused_reply(refused: Refused) -> ReplyError:
    return ReplyError(f"REFUSED {refused}")


_PLAIN: Mapping[type, Callable[[Any], Reply]] = {
    type(None): lambda value: value,
    bool: lambda value: value,
    int: lambda value: value,
    float: lambda value: value,
    bytes: lambda value: value,
    str: lambda value: value.encode("utf-8", "surrogateescape"),
    list: lambda value: [as_reply(one) for one in value],
    tuple: lambda value: [as_reply(one) for one in value],
    dict: lambda value: {as_reply(key): as_reply(one) for key, one in value.items()},
}


def as_reply(value: Any) -> Reply:
    """A value of Python as a reply; what Redis has no form for is a status with its text."""
    make = _PLAIN.get(type(value))
    try:
        return make(value) if make is not None else Status(repr(value).encode())
    except (TypeError, RecursionError):  # a tuple was a dictionary's key
        return Status(repr(value).encode())
