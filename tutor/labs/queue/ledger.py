"""What became of every task, seen from outside: who made them, who got the letters, what Redis
holds.

It knows nothing of the ways: where a task is that was not done yet it finds out by looking at every
key and into the memory of every process that lives.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from tutor.engine.engine import Engine
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.stream import Stream
from tutor.engine.values import Zset
from tutor.labs.queue.frame import Moment, State
from tutor.labs.queue.ways import DEAD, GROUP, IN_WORK, MAIL, TASKS
from tutor.labs.world import DATABASE

LATEST = 20
"""The average latency is that of so many."""

_NAME = re.compile(rb"letter:(\d+)\Z")
_LAST_ID = (1 << 128) - 1


@dataclass(frozen=True, slots=True)
class Letter:
    """A task as it was made. ``work_us``: what it takes; ``due_us``: not to be done before that;
    ``poison``: it never succeeds. ``crash`` (0 to 100): its first worker dies where the knob stands
    higher, at ``moment``, having done ``part`` of the work."""

    number: int
    time: int
    work_us: int
    due_us: int
    poison: bool
    crash: float
    moment: Moment
    part: float

    @property
    def name(self) -> bytes:
        """What stands in the queue."""
        return b"letter:%d" % self.number


@lru_cache(1 << 12)
def number_of(task: bytes) -> int:
    """The number of a task, 0 if it is none of ours."""
    found = _NAME.match(task)
    return int(found[1]) if found else 0


def tasks_in(reply: object) -> Iterator[int]:
    """The numbers of the tasks that a reply carries."""
    if isinstance(reply, bytes):
        if number := number_of(reply):
            yield number
    elif isinstance(reply, (list, tuple)):
        for one in reply:
            yield from tasks_in(one)


class Ledger:
    """``letters``: all that were made, in order. ``open``: those not done yet. ``doubled``: done
    more than once, each with how often. ``repeats``: done again while each was taken only once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.letters: list[Letter] = []
        self.open: dict[int, Letter] = {}
        self.begun: Counter[int] = Counter()
        self.done = self.early = self.repeats = self.worst_us = 0
        self.doubled: Counter[int] = Counter()
        self.latencies: deque[int] = deque(maxlen=LATEST)
        self.step_slowest = self.step_done = 0

    # what happened

    def made(self, letter: Letter) -> None:
        """It was put into the queue."""
        self.letters.append(letter)
        self.open[letter.number] = letter

    def letter(self, number: int) -> Letter | None:
        """As it was made; None for a number that nobody has."""
        return self.letters[number - 1] if 0 < number <= len(self.letters) else None

    def effect(self, number: int, now: int, once: bool) -> bool:
        """The letter has come to whoever gets it; whether it came once too often. ``once``: a
        second one is not taken."""
        letter = self.open.pop(number, None)
        if letter is not None:
            took = now - max(letter.time, letter.due_us)
            self.done += 1
            self.early += now < letter.due_us
            self.latencies.append(max(took, 0))
            self.worst_us = max(self.worst_us, took)
            self.step_slowest = max(self.step_slowest, took)
            self.step_done += 1
            return False
        if self.letter(number) is None:
            return False
        if once:
            self.repeats += 1
        else:
            self.doubled[number] += 1
        return not once

    # where the others are

    def states(self, heard: Iterable[object]) -> dict[int, State]:
        """Of each task that was not done. ``heard``: what living processes have in their memory."""
        found: dict[int, State] = dict.fromkeys(self.open, "lost")
        if not found:
            return found
        kept = self._kept()
        kept["working"] += [number for reply in heard for number in tasks_in(reply)]
        for state, numbers in kept.items():  # the later ones count more
            found.update((number, state) for number in numbers if number in found)
        return found

    def quiet(self, heard: Iterable[object]) -> bool:
        """Whether nothing can become of any task any more: none is in a queue or in hand."""
        kept = self._kept()
        if kept["scheduled"] or kept["waiting"] or kept["working"]:
            return False
        return not any(True for reply in heard for _number in tasks_in(reply))

    def _kept(self) -> dict[State, list[int]]:
        kept: dict[State, list[int]] = {
            "scheduled": [], "waiting": [], "working": [], "dead": [],
        }  # fmt: skip
        database = self._engine.databases[DATABASE]
        for key in database.live_keys():
            value = database.peek(key)
            if isinstance(value, Quicklist):
                state: State = "waiting" if key == TASKS else "dead" if key == DEAD else "working"
                kept[state] += map(number_of, value)
            elif isinstance(value, Zset):
                self._by_time(key, value, kept)
            elif isinstance(value, Stream):
                for state, task in entries(key, value):
                    kept[state].append(number_of(task))
        return kept

    def _by_time(self, key: bytes, value: Zset, kept: dict[State, list[int]]) -> None:
        now = self._engine.clock.now_us() // 1000
        for task, score in value.scores.items():
            state: State = (
                "working" if key == IN_WORK else "waiting" if score <= now else "scheduled"
            )
            kept[state].append(number_of(task))


def entries(key: bytes, value: Stream) -> Iterator[tuple[State, bytes]]:
    """The tasks of a stream that are not acknowledged: those in somebody's hands, those that nobody
    has read. Of a stream without the group all are unread."""
    group = value.group(GROUP) if key == MAIL else None
    for entry in group.pending.keys if group is not None else ():
        words = value.get(entry)
        if words is not None:
            yield "working", words[1]
    first = group.last_id + 1 if group is not None else 0
    for _entry, words in value.range(first, _LAST_ID):
        yield "waiting", words[1]
