"""A learner's try at one step: the world, what was done in it (to be done again), and verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tutor.course import stage
from tutor.course.calls import essence, is_mc
from tutor.course.judged import Judged, number
from tutor.course.model import Line, Step
from tutor.course.moves import is_move, read_move
from tutor.course.predicates.base import Scene
from tutor.course.stepclock import StepClock
from tutor.engine.clock import Clock
from tutor.engine.replies import Reply
from tutor.engine.session import Session
from tutor.engine.world import Entry, World

if TYPE_CHECKING:
    from tutor.network.django.desk import Desk

KEPT_CHARACTERS = 200_000
"""A learner who pastes a novel comes back to the moment before it, not to a progress file of its
size."""

Action = list[Any]
"""``["run", milliseconds since the start, word, …]``, ``["undo", ms]``, ``["redo", ms]``, …"""


class Attempt(Judged):
    """See the module's text. ``world`` becomes another object on `reset`."""

    def __init__(self, step: Step, seed: int, clock: Clock) -> None:
        super().__init__(step, seed)
        self.clock = StepClock(clock)
        self.actions: list[Action] = []
        self._begin()

    def _begin(self) -> None:
        self.started_us = self.clock.now_us()
        self.stage = stage.build(self.step, self.seed, self.clock)
        self._begin_record()
        self.judge()

    @property
    def world(self) -> World:
        return self.stage.world

    @property
    def desk(self) -> Desk:
        """The Django process. Only for a step that has one."""
        beside = self.stage.play.beside
        assert beside is not None
        return beside.desk

    @property
    def clients(self) -> Mapping[int, Session]:
        """Who is connected, by number."""
        return self.stage.play.clients

    @property
    def client(self) -> int:
        """The number of the present client."""
        return self.stage.play.client

    @property
    def scene(self) -> Scene:
        return self.stage.scene

    # what a learner does

    def run(self, argv: Sequence[bytes]) -> Entry:
        """Carry out one line, remember it, judge."""
        if not is_move(argv) or is_mc(argv):
            self.cancel()
        words = [word.decode("utf-8", "surrogateescape") for word in argv]
        self.actions.append(["run", self.elapsed_ms, *words])
        entry = self.stage.play.run(argv)
        self.judge()
        return entry

    def undo(self) -> Entry | None:
        """Take back the last change."""
        if not self.world.can_undo:
            return None
        self.actions.append(["undo", self.elapsed_ms])
        entry = self.world.undo()
        self.judge()
        return entry

    def redo(self) -> Entry | None:
        """Do again what was taken back."""
        if not self.world.can_redo:
            return None
        self.actions.append(["redo", self.elapsed_ms])
        entry = self.world.redo()
        self.judge()
        return entry

    def go(self, index: int) -> None:
        """Go to another moment of this try (`World.go`)."""
        self.world.go(index)
        self.actions.append(["go", self.elapsed_ms, str(index)])
        self.judge()

    def switch(self, number: int) -> None:
        """Go over to a branch (`World.switch`)."""
        self.world.switch(number)
        self.actions.append(["switch", self.elapsed_ms, str(number)])
        self.judge()

    def reset(self) -> None:
        """Back to a clean start, session included; hints opened stay opened."""
        self.actions.clear()
        self.beat = 0
        self._begin()

    def cancel(self) -> bool:
        """Stop waiting in a blocking command; False if nothing waited."""
        if not self.world.waiting:
            return False
        self.actions.append(["cancel", self.elapsed_ms])
        self.world.stop_waiting(None)
        return True

    def tick(self) -> bool:
        """Let time pass; True if a verdict or a waiting command changed."""
        waited, before = self._waiting, self.verdicts
        if any(waited):
            self.world.engine.tick()
        self.judge()
        return waited != self._waiting or before != self.verdicts

    @property
    def _waiting(self) -> tuple[bool, int]:
        """Whether the present client waits, and how many do."""
        return self.world.waiting, len(self.stage.play.waiting)

    def next_line(self) -> str:
        """The first line of the solution that was not run yet."""
        play = self.stage.play
        history = self.world.history
        typed = [(entry.client, entry.argv[0].lower(), *entry.argv[1:]) for entry in history]
        made = list(play.moves)
        client = 1
        for line in self.step.solution:
            words = essence(line.argv)
            if not is_move(line.argv) or is_mc(line.argv):
                if (client, *words) not in typed:
                    return line.text if client == play.client else f":client {client}"
                typed.remove((client, *words))
                continue
            move = read_move(line.argv)
            if move.kind == "client":
                client = int(move.value)
            elif words in made:
                made.remove(words)
            else:
                return line.text
        return self.step.solution[0].text if self.step.solution else ""

    # keeping and coming back

    def state(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            "actions": kept_actions(self.actions),
            "elapsed_ms": self.elapsed_ms if self.actions or self.record else 0,
            **self._record_state(),
            **self._help_state(),
        }

    @classmethod
    def resumed(cls, step: Step, seed: int, clock: Clock, state: dict[str, Any]) -> Attempt:
        """An attempt in the state that was kept: the same commands at the same intervals.

        Time stood still meanwhile: a key that had 40 seconds left has 40 seconds left. Data that
        does not fit (another version's) yields a clean start.
        """
        attempt = cls(step, seed, clock)
        actions = [action for action in state.get("actions", []) if _sound(action)]
        held = attempt.clock
        held.ahead_us = 0
        beginning = clock.now_us() - 1000 * number(state.get("elapsed_ms"))
        held.held = beginning
        attempt._begin()
        for action in actions:
            held.held = beginning + 1000 * action[1]
            attempt._again(action)
        held.held = None
        return attempt._take_help_state(state)

    def _again(self, action: Action) -> None:
        if any(self._waiting):
            self.world.engine.tick()
        match action[0]:
            case "run":
                self.run([word.encode("utf-8", "surrogateescape") for word in action[2:]])
            case "undo":
                self.undo()
            case "redo":
                self.redo()
            case "go" | "switch" as way:
                with suppress(IndexError, ValueError):
                    (self.go if way == "go" else self.switch)(int(action[2]))
            case "cancel":
                self.cancel()

    def run_lines(self, lines: Sequence[Line]) -> Reply:
        """Carry out prepared commands; the reply of the last."""
        reply: Reply = None
        for line in lines:
            reply = self.run(line.argv).reply
        return reply

    @property
    def elapsed_ms(self) -> int:
        return max(0, (self.clock.now_us() - self.started_us) // 1000)

    @property
    def commands(self) -> int:
        return sum(action[0] == "run" for action in self.actions)


def kept_actions(actions: Sequence[Action]) -> list[Action]:
    """The actions as they go into the progress file: from the beginning, as many as have room."""
    kept: list[Action] = []
    room = KEPT_CHARACTERS
    for action in actions:
        room -= 16 + sum(map(len, action[2:]))
        if room < 0:
            break
        kept.append(list(action))
    return kept


def _sound(action: Any) -> bool:
    return (
        isinstance(action, list)
        and len(action) >= 2
        and action[0] in ("run", "undo", "redo", "go", "switch", "cancel")
        and isinstance(action[1], int)
        and (action[0] not in ("run", "go", "switch") or len(action) > 2)
        and all(isinstance(word, str) for word in action[2:])
    )
