"""A lane: the same tasks handed out in one way.

    traffic ─ put ─▶ Redis ◀─ take, done ─ workers ─▶ letters, counted by the ledger
                       ▲ reaper, where there is one

The traffic has chances of its own (`Arrivals`), and a task brings along when its first worker dies:
so every lane has the same tasks and, at first, the same mishaps.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial
from typing import Any

from tutor.engine.replies import Reply, ReplyError
from tutor.labs.arrivals import Arrivals
from tutor.labs.queue.frame import Knobs, LaneFrame, Moment
from tutor.labs.queue.ledger import Ledger, Letter, number_of, tasks_in
from tutor.labs.queue.looks import look
from tutor.labs.queue.process import REAPER, SITE, Process
from tutor.labs.queue.ways import TAKE_SHA, WAY, Shift, Worked, reap
from tutor.labs.replication.frame import EventFrame
from tutor.labs.rounds import Round
from tutor.labs.simulation import EPOCH_US
from tutor.labs.world import DATABASE, HOP_US, Logged, World

LATER_SHARE = 0.3
"""So many of the tasks are put off where tasks can be."""

MOMENTS: tuple[Moment, ...] = ("before", "while", "while", "after")


class QueueLane:
    """``way`` names one of `WAY`; ``later``: some tasks are put off. ``most``: so many tasks are
    made, then no more; 0: for ever."""

    def __init__(
        self, way: str, seed: int, knobs: Knobs, *, later: bool = False, most: int = 0
    ) -> None:
        self.way = way
        self.knobs = knobs
        self.later = later
        self.most = most
        self.world = World(seed)
        self.ledger = Ledger(self.world.master.engine)
        self.chance = random.Random(f"{seed}:{way}")
        self.arrivals = Arrivals(self.world.simulation, seed, self._rate, self._arrive)
        self.workers: list[Process] = []
        self.reaper = Process(self.world, REAPER, "reaper", self)
        self.events: list[EventFrame] = []
        self.crashes = self.vain = self._numbered = 0
        self._site((b"SELECT", b"%d" % DATABASE))
        for argv in WAY[way].prepare:
            self._site(argv)
        self._employ()
        if WAY[way].reaps:
            self.reaper.begin()
        self.arrivals.begin()

    # the site makes tasks

    def _rate(self) -> float:
        return 0 if self.most and self._numbered >= self.most else self.knobs.rate

    def _arrive(self, chance: random.Random) -> None:
        self._numbered += 1
        now, knobs = self.world.simulation.now, self.knobs
        factor, poison, crash = chance.uniform(0.6, 1.4), chance.random(), chance.random()
        moment, part, share = chance.choice(MOMENTS), chance.random(), chance.random()
        late = round(knobs.delay_ms * 1000 * (1 + 2 * chance.random()))
        letter = Letter(
            self._numbered, now, round(knobs.work_ms * 1000 * factor),
            now + late if self.later and share < LATER_SHARE else 0,
            poison * 100 < knobs.poison, crash * 100, moment, part,
        )  # fmt: skip
        self.world.simulation.after(HOP_US, partial(self._put, letter))

    def _put(self, letter: Letter) -> None:
        due = (EPOCH_US + max(letter.due_us, letter.time)) // 1000
        self.ledger.made(letter)
        self._site(WAY[self.way].put(letter.name, due))

    def _site(self, argv: tuple[bytes, ...]) -> None:
        node = self.world.master
        logged = self._log(SITE, argv)  # before those whom it wakes
        logged.reply = node.execute(node.session_of("site:50000"), argv)

    # workers take them

    def _employ(self) -> None:
        """As many as the knob says; those that are too many go after their round."""
        while len(self.workers) < self.knobs.workers:
            number = len(self.workers) + 1
            self.workers.append(Process(self.world, number, f"w{number}", self))
        for worker in self.workers:
            worker.leaving = worker.number > self.knobs.workers
            if not worker.leaving and worker.life == 0:
                worker.begin()
            elif not worker.leaving and not worker.alive:
                self.world.simulation.after(HOP_US, partial(worker.begin, worker.life))

    def next_round(self, process: Process) -> Round | None:
        """What a process does next."""
        knobs, now = self.knobs, self.world.simulation.now
        if process is self.reaper:
            names = tuple(worker.name.encode() for worker in self.workers)
            return Round(reap, names, knobs.idle_ms * 1000 // 3)
        claim = now - process.claimed >= knobs.idle_ms * 1000 // 3
        if claim:
            process.claimed = now
        shift = Shift(
            process.name.encode(), knobs.idle_ms, knobs.attempts, knobs.delay_ms,
            (EPOCH_US + now) // 1000, claim,
        )  # fmt: skip
        way = WAY[self.way]
        return Round(way.begin if process.fresh and way.begin else way.take, shift)

    def work(self, process: Process, task: bytes) -> None:
        """Somebody begins a task; it ends, or the worker does."""
        number = number_of(task)
        letter, begun = self.ledger.letter(number), self.ledger.begun[number]
        self.ledger.begun[number] += letter is not None
        work_us = self.knobs.work_ms * 1000 if letter is None else letter.work_us
        time = round(work_us * process.pace)
        if begun:
            self._tell("again", worker=process.name, task=task.decode(), count=str(begun + 1))
        moment, part = self._mishap(letter, begun)
        life, after = process.life, self.world.simulation.after
        if moment == "before":
            after(0, partial(self._die, process, life, moment))
        elif moment == "while":
            after(round(time * part), partial(self._die, process, life, moment))
        else:
            dies = moment == "after"
            after(time, partial(self._worked, process, life, task, dies))

    def _mishap(self, letter: Letter | None, begun: int) -> tuple[Moment | None, float]:
        """When this worker dies of this task; None: it does not. The first of a task as in every
        lane, later ones by chance."""
        if letter is None:
            return None, 0
        if not begun:
            return (letter.moment if letter.crash < self.knobs.crash else None), letter.part
        chance = self.chance
        crash, moment, part = chance.random() * 100, chance.choice(MOMENTS), chance.random()
        return (moment if crash < self.knobs.crash else None), part

    def _die(self, process: Process, life: int, moment: Moment) -> None:
        if process.life == life:
            process.die(moment)

    def _worked(self, process: Process, life: int, task: bytes, dies: bool) -> None:
        """The work is done, unless it stands still."""
        if process.life != life:
            return
        now = self.world.simulation.now
        if process.frozen:
            again = partial(self._worked, process, life, task, dies)
            self.world.simulation.at(process.frozen_until, again)
            return
        number = number_of(task)
        letter = self.ledger.letter(number)
        refused = self.knobs.outage == "on" or (letter is not None and letter.poison)
        success = not refused
        if success and self.ledger.effect(number, now, self.knobs.once == "on"):
            self._tell("doubled", worker=process.name, task=task.decode())
        if dies:
            process.die("after")
        else:
            process.go_on(life, Worked(success, (EPOCH_US + now) // 1000))

    # what happens to them

    def told(self, process: Process, argv: tuple[bytes, ...], reply: Reply) -> None:
        """A command was answered."""
        if _is_question(argv) and not _brings_something(reply):
            self.vain += 1
            self.world.commands += 1
        else:
            self._log(process.number, argv, reply)
        if b"dead" in argv and reply:
            task = argv[2] if argv[0] == b"LPUSH" else reply
            self._tell("dead", task=task.decode())

    def _log(self, number: int, argv: tuple[bytes, ...], reply: Reply = None) -> Logged:
        world = self.world
        world.commands += 1
        logged = Logged(world.simulation.now, number, "master", argv, reply)
        world.log.append(logged)
        return logged

    def died(self, process: Process, reason: str) -> None:
        """A process is gone."""
        self.crashes += 1
        self._tell("crash", worker=process.name, task=process.task.decode(), moment=reason)

    def hung_up(self, process: Process, held: list[object]) -> None:
        """The server has noticed: whatever it alone had is lost now."""
        numbers = [number for reply in held for number in tasks_in(reply)]
        if any(number in self.ledger.open for number in numbers):
            states = self.ledger.states(self.heard())
            for number in dict.fromkeys(numbers):
                if states.get(number) == "lost":
                    self._tell("lost", worker=process.name, task=f"letter:{number}")

    def heard(self) -> list[object]:
        """What the living workers have in their memory."""
        return [reply for worker in self.workers for reply in worker.heard]

    def _tell(self, code: str, **params: str) -> None:
        told = (("lane", self.way), *params.items())
        self.events.append(EventFrame(self.world.simulation.now, code, told))

    # knobs

    def set_knobs(self, knobs: Knobs) -> None:
        """From now on."""
        self.knobs = knobs
        self._employ()

    def kill(self) -> str:
        """The first worker that works dies; its name, "" if nobody works."""
        for worker in self.workers:
            if worker.doing == "work":
                worker.die("killed")
                return worker.name
        return ""

    def freeze(self) -> str:
        """The first worker that works stands still for longer than others wait for it; its name."""
        for worker in self.workers:
            if worker.doing == "work" and not worker.frozen:
                worker.freeze(self.knobs.idle_ms * 1500 + 2_500_000)
                self._tell("frozen", worker=worker.name, task=worker.task.decode())
                return worker.name
        return ""

    # looking

    @property
    def logs(self) -> tuple[list[Any], ...]:
        """What only grows, and is not part of a checkpoint."""
        return (self.events, self.ledger.letters)

    @property
    def settled(self) -> bool:
        """Whether all tasks were made, and nothing can become of any of them any more."""
        if not self.most or len(self.ledger.letters) < self.most:
            return False
        return self.ledger.quiet(self.heard())

    def begin_step(self) -> None:
        """A tenth of a second begins."""
        self.ledger.step_slowest = self.ledger.step_done = 0

    def run_to(self, time: int) -> None:
        """Let time pass."""
        self.world.simulation.run_until(time)

    def take(self) -> LaneFrame:
        """The present moment."""
        return look(self)


def _is_question(argv: Sequence[bytes]) -> bool:
    """Whether somebody asks for a task."""
    return argv[0] in _QUESTIONS or argv[1:2] == (TAKE_SHA,)


_QUESTIONS = frozenset((b"RPOP", b"BRPOP", b"BLMOVE", b"XREADGROUP", b"XAUTOCLAIM"))


def _brings_something(reply: Reply) -> bool:
    """Whether there is a task in it; an error is news as well."""
    if isinstance(reply, ReplyError):
        return True
    return any(True for _number in tasks_in(reply))
