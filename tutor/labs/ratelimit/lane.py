"""A lane: the same requests under one algorithm. Workers take them in the order in which they come.

requests ─▶ queue ─▶ free worker ─▶ algorithm: commands ─▶ accepted, refused
                                               │
                                               └▶ promise and truth look on
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from heapq import nsmallest
from typing import Any, NamedTuple

from tutor.engine.memory.usage import memory_usage
from tutor.engine.replies import Reply, ReplyError
from tutor.engine.values import type_name
from tutor.labs.ratelimit.frame import (
    WORKERS,
    KeyFrame,
    Knobs,
    LaneFrame,
    Outcome,
    RequestFrame,
    Sample,
    UserFrame,
    WireFrame,
    WorkerFrame,
)
from tutor.labs.ratelimit.promises import PROMISES, AnyWindow
from tutor.labs.ratelimit.stepped import SteppedWorld
from tutor.labs.ratelimit.traffic import FIRST_USER, Traffic
from tutor.labs.ratelimit.ways import WAYS, Ask
from tutor.labs.ratelimit.wire_text import answer_text, command_text, value_text
from tutor.labs.routines import Routine, Sleep
from tutor.labs.world import DATABASE, World

KEYS = 8
"""So many of a server's keys are told by name."""

USERS = 12


class Sent(NamedTuple):
    """A command that was carried out, when, for which worker."""

    time: int
    worker: int
    argv: tuple[bytes, ...]
    reply: Reply

    def told(self) -> WireFrame:
        """In short."""
        return WireFrame(self.time, self.worker, command_text(self.argv), answer_text(self.reply))


@dataclass(slots=True, eq=False)
class Request:
    """One request; ``sent`` are its commands that were answered, ``next`` the one after them."""

    number: int
    user: str
    sent: list[Sent] = field(default_factory=list)
    next: tuple[bytes, ...] = ()


@dataclass(slots=True, eq=False)
class Worker:
    """A process of the application, one request at a time."""

    number: int
    request: Request | None = None
    last: RequestFrame | None = None


class LimiterLane:
    """``name`` is an algorithm of `WAYS`. ``decided`` and ``wire`` only grow."""

    def __init__(self, name: str, seed: int, knobs: Knobs) -> None:
        self.name = name
        self.knobs = knobs
        self.stepped = SteppedWorld(seed)
        self.world: World = self.stepped
        self.chance = random.Random(f"{seed}:workers")
        self.traffic = Traffic(self.world.simulation, seed, lambda: self.knobs, self._arrive)
        self.workers = [Worker(number) for number in range(knobs.workers)]
        self.queue: deque[Request] = deque()
        self.requests = self.over = self.most = self.per_user = 0
        self.outcomes: Counter[Outcome] = Counter()
        self.users: dict[str, Counter[Outcome]] = {}
        self.decided: list[RequestFrame] = []
        self.wire: list[Sent] = []
        self._step: list[RequestFrame] = []
        self._count_anew()
        if knobs.scheduler == "by-hand":
            self._stop()
        else:
            self.traffic.begin()

    def _count_anew(self) -> None:
        limit, window = self.knobs.limit, self.knobs.window_us
        self.promise = PROMISES[self.name](limit, window)
        self.truth = AnyWindow(limit, window)
        self.over = self.most = 0

    # requests

    def _arrive(self, user: str) -> None:
        self.requests += 1
        self.queue.append(Request(self.requests, user))
        self._serve()

    def _serve(self) -> None:
        for worker in self.workers:
            if worker.request is not None or worker.number >= self.knobs.workers:
                continue
            if not self.queue and self.stepped.by_hand:  # there is always somebody who asks
                self.requests += 1
                self.queue.append(Request(self.requests, str(FIRST_USER)))
            if self.queue:
                request = worker.request = self.queue.popleft()
                done = partial(self._answered, worker, request)
                self.world.start(worker.number, self._watched(worker, request), done)

    def _watched(self, worker: Worker, request: Request) -> Routine[Outcome]:
        """The algorithm; what it sends and hears is written down."""
        knobs, reply, trouble = self.knobs, None, None
        name = f"r{request.number}"
        way = WAYS[self.name](Ask(request.user, name, knobs.limit, knobs.window_s))
        while True:
            try:
                wish: Any = way.send(reply) if trouble is None else way.throw(trouble)
            except StopIteration as end:
                return "accepted" if end.value else "refused"
            except (ValueError, ReplyError):
                return "error"
            request.next = wish.argv
            if self.knobs.pause_ms and not self.stepped.by_hand:
                yield Sleep(self.chance.randrange(self.knobs.pause_ms * 1000))
            reply = trouble = None
            try:
                reply = yield wish
            except ReplyError as error:
                trouble = error
            time = self.stepped.carried[worker.number]
            sent = Sent(time, worker.number, wish.argv, reply if trouble is None else trouble)
            request.sent.append(sent)
            request.next = ()
            self.wire.append(sent)
            self.promise.saw(request.user, time, wish.argv, sent.reply)

    def _answered(self, worker: Worker, request: Request, outcome: Outcome) -> None:
        time = self.stepped.carried[worker.number]
        slipped = False
        if outcome == "accepted":
            slipped = self.promise.passed(request.user, time)
            self.truth.passed(request.user, time)
            self.over += slipped
            self.most = self.truth.most
        one = RequestFrame(request.number, time, request.user, worker.number, outcome, slipped)
        self.decided.append(one)
        self._step.append(one)
        self.outcomes[outcome] += 1
        self.users.setdefault(request.user, Counter())[outcome] += 1
        worker.last, worker.request = one, None
        if worker.number >= self.knobs.workers:
            self.workers.remove(worker)
        self._serve()

    # knobs

    def set_knobs(self, knobs: Knobs) -> None:
        """From now on; workers that are too many go when they have answered."""
        before, self.knobs = self.knobs, knobs
        if (before.limit, before.window_s) != (knobs.limit, knobs.window_s):
            self._count_anew()
        have = {worker.number for worker in self.workers}
        self.workers += [Worker(number) for number in range(knobs.workers) if number not in have]
        self.workers = [one for one in self.workers if one.number < knobs.workers or one.request]
        self.workers.sort(key=lambda worker: worker.number)
        for number in range(knobs.workers, len(WORKERS)):
            while self.stepped.go(number):  # nobody can say any more that it may go on
                pass
        if knobs.scheduler == "by-hand":
            self._stop()
        else:
            self.stepped.release()
            self.traffic.begin()
            self._serve()
            self._settle()

    def _stop(self) -> None:
        """Every worker has a request and stands before its next command."""
        self.traffic.stop()
        self.stepped.by_hand = True
        self._serve()
        self._settle()

    def _settle(self) -> None:
        """What is due at this very moment."""
        self.world.simulation.run_until(self.world.simulation.now)

    def go(self, worker: int) -> RequestFrame | None:
        """Let a worker carry out its next command; its request, if that is decided now."""
        before = len(self.decided)
        self.stepped.go(worker)
        self._settle()
        return self.decided[-1] if len(self.decided) > before else None

    @property
    def logs(self) -> tuple[list[Any], ...]:
        """What only grows, and is not part of a checkpoint."""
        return (self.decided, self.wire)

    # looking

    def begin_step(self) -> None:
        """A tenth of a second begins."""
        self._step.clear()
        self.per_user = self._most_per_user(self._keys()[1])

    def run_to(self, time: int) -> None:
        """Let time pass."""
        self.world.simulation.run_until(time)

    def take(self) -> LaneFrame:
        """The present moment, without what `LimiterLab.shown` adds."""
        keys, sizes = self._keys()
        return LaneFrame(
            name=self.name, requests=self.requests, done=len(self.decided),
            accepted=self.outcomes["accepted"], refused=self.outcomes["refused"],
            errors=self.outcomes["error"], waiting=len(self.queue), over=self.over,
            most=self.most, bytes=sum(sizes.values()), per_user=self._most_per_user(sizes),
            sent=len(self.wire), sample=self._sample(),
            workers=tuple(map(self._worker, self.workers)), keys=keys, key_count=len(sizes),
            users=tuple(
                UserFrame(name, self.users[name]["accepted"], self.users[name]["refused"])
                for name in nsmallest(USERS, self.users)
            ),
        )  # fmt: skip

    def _sample(self) -> Sample:
        counts = Counter(one.outcome for one in self._step)
        slipped = sum(one.slipped for one in self._step)
        inside = self.truth.inside(self.world.simulation.now)
        return Sample(counts["accepted"], counts["refused"], slipped, inside)

    def _worker(self, worker: Worker) -> WorkerFrame:
        name, last, request = WORKERS[worker.number], worker.last, worker.request
        outcome, slipped = (last.outcome, last.slipped) if last is not None else (None, False)
        if request is None:
            return WorkerFrame(name, last=outcome, slipped=slipped)
        heard = tuple((one.argv[0].decode(), answer_text(one.reply)) for one in request.sent)
        return WorkerFrame(
            name, request.user, request.number, heard,
            command_text(request.next) if request.next else "",
            worker.number in self.stepped.held, outcome, slipped,
        )  # fmt: skip

    def _most_per_user(self, sizes: Mapping[bytes, int]) -> int:
        """What the keys of one user take, of the one who has the most, now or before."""
        users: Counter[bytes] = Counter()
        for name, size in sizes.items():
            users[name.rpartition(b":")[2]] += size
        return max([self.per_user, *users.values()])

    def _keys(self) -> tuple[tuple[KeyFrame, ...], dict[bytes, int]]:
        """The first keys, and what each key takes."""
        engine = self.world.master.engine
        database, now = engine.databases[DATABASE], engine.clock.now_us() // 1000
        found: dict[bytes, int] = {}
        frames: list[KeyFrame] = []
        for name in sorted(database.live_keys()):
            value = database.peek(name)
            if value is None:
                continue
            size = found[name] = memory_usage(engine, name, value)
            if len(frames) < KEYS:
                at = database.expires_at(name)
                left = None if at is None else max(at - now, 0)
                whole = max(self.knobs.window_s * 1000, left or 0)
                text = value_text(value)
                shown = name.decode("utf-8", "replace")
                frames.append(KeyFrame(shown, type_name(value), text, left, whole, size))
        return tuple(frames), found
