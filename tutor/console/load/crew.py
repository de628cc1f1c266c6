"""The clients of a load: threads that take requests at their moments and carry their routines out.

A request comes when it comes, whatever becomes of those before; if no client is free it waits. A
routine goes on under one lock, and waits for the network without it.
"""

from __future__ import annotations

import queue
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from tutor.console.load.figures import Figures
from tutor.console.load.work import Visit, Work
from tutor.engine.replies import OK, QUEUED, Reply, ReplyError
from tutor.labs.routines import Query, Routine, Send
from tutor.network.loadtarget import Unreachable

BEHIND = 2
"""Threads for what is done behind the scenes."""

WARM_S = 20.0
"""How long the first request waits for all clients to be connected."""

HOPELESS = 200
"""So many requests without an answer in a row end the run."""


class Target(Protocol):
    """What the crew asks of `tutor.network.loadtarget.LoadTarget`."""

    def send(self, argv: Sequence[bytes]) -> Any: ...
    def transaction(self, commands: Sequence[Sequence[bytes]]) -> list[Any]: ...
    def node_of(self, argv: Sequence[bytes]) -> str: ...
    def warm(self) -> None: ...


class Pace:
    """When requests come: ``rate`` a second (Poisson; 0: as soon as a client is free), for
    ``seconds``, at most ``most`` in all. ``clock`` counts seconds."""

    def __init__(
        self, rate: float, seconds: float, most: int, seed: int, clock: Callable[[], float]
    ) -> None:
        self._rate, self._seconds, self._most = rate, seconds, most
        self._chance = random.Random(seed)
        self._clock = clock
        self.taken = 0
        self.start()

    @property
    def planned(self) -> bool:
        """Whether requests have moments of their own."""
        return self._rate > 0

    def start(self) -> None:
        """Now."""
        self._began = self._next = self._clock()

    @property
    def passed(self) -> float:
        """Seconds since the beginning."""
        return self._clock() - self._began

    def take(self) -> float | None:
        """The moment of the next request, as seconds since the beginning; None if there is none."""
        if self.taken >= self._most:
            return None
        if self._rate > 0:
            self._next += self._chance.expovariate(self._rate)
            at = self._next - self._began
        else:
            at = self.passed
        if at >= self._seconds:
            return None
        self.taken += 1
        return at


@dataclass(slots=True)
class _Hand:
    """One thread's own."""

    chance: random.Random
    queued: list[tuple[bytes, ...]] | None = None


class Crew:
    """``work`` may be set later, before `begin`. ``clocks``: how far each node's clock is ahead of
    ours, and how surely (`TargetFacts`)."""

    def __init__(
        self,
        target: Target,
        pace: Pace,
        clients: int,
        seed: int,
        clocks: Mapping[str, tuple[int, int]],
    ) -> None:
        self.figures = Figures()
        self.lock = threading.Lock()
        self.work: Work
        self.over = threading.Event()
        self.hopeless = False
        self.fault: Exception | None = None
        """What no client should have met: it ended the run."""
        self._target, self._pace, self._clocks = target, pace, clocks
        self._ready = threading.Barrier(clients, pace.start)
        self._behind: queue.SimpleQueue[Routine[Any] | None] = queue.SimpleQueue()
        self._hands = [
            threading.Thread(target=self._run, args=(f"{seed}:{n}",), daemon=True)
            for n in range(clients)
        ]
        self._helpers = [
            threading.Thread(target=self._help, args=(f"{seed}:behind{n}",), daemon=True)
            for n in range(BEHIND)
        ]

    def begin(self) -> None:
        """Let them work."""
        for each in (*self._helpers, *self._hands):
            each.start()

    @property
    def at_work(self) -> bool:
        """Whether requests are still to come or under way."""
        return any(each.is_alive() for each in self._hands)

    def stop(self, seconds: float = 10.0) -> bool:
        """No more requests; wait for those under way. False if some did not end in time."""
        self.over.set()
        self._ready.abort()
        for _each in self._helpers:
            self._behind.put(None)
        until = time.monotonic() + seconds
        for each in (*self._hands, *self._helpers):
            if each.ident is not None:
                each.join(max(until - time.monotonic(), 0.0))
        return not any(each.is_alive() for each in (*self._hands, *self._helpers))

    def spawn(self, routine: Routine[Any]) -> None:
        """Behind the scenes."""
        self._behind.put(routine)

    # a thread

    def _run(self, seed: str) -> None:
        try:
            self._work_on(_Hand(random.Random(seed)))
        except Exception as error:
            self.fault = error
            self.over.set()
            self._ready.abort()

    def _work_on(self, hand: _Hand) -> None:
        with suppress(Unreachable):
            self._target.warm()
        with suppress(threading.BrokenBarrierError):
            self._ready.wait(WARM_S)
        while not self.over.is_set():
            with self.lock:
                at = self._pace.take()
                number = self._pace.taken
            if at is None or self.over.wait(max(at - self._pace.passed, 0.0)):
                return
            with self.lock:
                if self._pace.planned:
                    waited = round((self._pace.passed - at) * 1_000_000)
                    self.figures.late = max(self.figures.late, waited)
                visit = self.work.visit(number, hand.chance)
            self._serve(hand, visit)

    def _serve(self, hand: _Hand, visit: Visit) -> None:
        began = time.monotonic_ns()
        try:
            outcome = self._carry_out(hand, visit)
        except (ReplyError, Unreachable, ValueError) as error:
            code = error.code if isinstance(error, ReplyError | Unreachable) else "VANISHED"
            with self.lock:
                self._failed(code)
            return
        if self.over.is_set() and outcome is _LEFT:
            return
        took = (time.monotonic_ns() - began) // 1000
        with self.lock:
            name, good = self.work.ended(visit, outcome, self.figures)
            self.figures.request(int(self._pace.passed), took, name, good)

    def _failed(self, code: str) -> None:
        self.figures.failure(int(self._pace.passed), code)
        if self.figures.failed_in_a_row >= HOPELESS:
            self.hopeless = True
            self.over.set()

    def _help(self, seed: str) -> None:
        hand = _Hand(random.Random(seed))
        while (routine := self._behind.get()) is not None:
            try:
                self._carry_out(hand, Visit(routine))
            except (ReplyError, Unreachable, ValueError) as error:
                code = error.code if isinstance(error, ReplyError | Unreachable) else "VANISHED"
                with self.lock:
                    self.figures.errors[code] += 1

    def _carry_out(self, hand: _Hand, visit: Visit) -> Any:
        """Run a routine to its end; what it returns, or `_LEFT` if the run is over."""
        routine, reply, trouble = visit.routine, None, None
        hand.queued = None
        while True:
            with self.lock:
                try:
                    wish = routine.send(reply) if trouble is None else routine.throw(trouble)
                except StopIteration as end:
                    return end.value
            reply = trouble = None
            if not isinstance(wish, Send):
                pause = (wish.cost if isinstance(wish, Query) else wish.time) / 1_000_000
                if self.over.wait(pause):
                    with self.lock:
                        routine.close()
                    return _LEFT
                continue
            try:
                reply = self._ask(hand, visit, wish.argv)
            except ReplyError as error:
                trouble = error

    def _ask(self, hand: _Hand, visit: Visit, argv: tuple[bytes, ...]) -> Reply:
        """One command; those of a transaction go together with its EXEC."""
        if argv[0] == b"MULTI":
            hand.queued = []
            return OK
        if hand.queued is not None and argv[0] != b"EXEC":
            hand.queued.append(argv)
            return QUEUED
        queued, hand.queued = hand.queued, None
        node = self._target.node_of(argv if queued is None else queued[0])
        ahead, unsure = self._clocks.get(node, (0, 0))
        failed = True
        began = time.time_ns() // 1000
        try:
            if queued is None:
                reply: Any = self._target.send(argv)
            else:
                reply = self._target.transaction(queued)
            failed = False
        except ReplyError as error:
            failed = error.code != "NOSCRIPT"
            raise
        finally:
            ended = time.time_ns() // 1000
            with self.lock:
                self.figures.command(node, ended - began, failed)
        visit.sent, visit.heard = began + ahead - unsure, ended + ahead + unsure
        with self.lock:
            self.work.saw(visit, argv, reply)
        return cast_reply(reply)


def cast_reply(reply: Any) -> Reply:
    """redis-py tells True where the server said OK."""
    return OK if reply is True else reply


_LEFT = object()
"""The run ended before the request."""
