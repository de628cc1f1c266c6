"""Where a world stands among its moments, and the ways it did not take.

    past                         │ future
    ○──SET──○──(gap)──○──INCR──○ │ ──LPUSH──○──DEL──○          a branch from here: ──SADD──○
                                 └ we stand here

Each `Step` is one command with what it changed (`Record`), or a *gap*: what happened between two
commands (other clients, keys that expired, the server's periodic work). Steps know the one before
them, so all branches together are a tree, of which ``past`` and ``future`` are the branch that we
are on. Going to another moment takes steps back or does them again, one by one: it costs what they
changed.

What happens while we stand in the past is noted aside (``aside``) and taken back when we leave, so
that the future finds what it knows. Only a command that changes something begins a branch; then the
future becomes a `Branch` that can be returned to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.engine.structures.journal import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.engine.journal import Journal
    from tutor.engine.world import Entry

BRANCHES = 8
"""Ways not taken that are kept, the newest."""

HEAVY = 2_000_000
"""Places that all records together keep (`Record.weight`), about 200 bytes each; then the oldest
steps can no longer be taken back."""


@dataclass(slots=True, eq=False)
class Step:
    """A command, or a gap between two (``entry`` is None), and what it changed."""

    entry: Entry | None
    record: Record
    parent: Step | None
    weight: int = 0


@dataclass(slots=True, eq=False)
class Branch:
    """A way that was left: its last step, how many commands lead to where it begins, and which
    commands it holds from there."""

    tip: Step
    begins: int
    entries: tuple[Entry, ...]


class Timeline:
    """See the module's text. ``future`` is kept backwards: the next step is its last. ``base`` is
    how many commands of the past can no longer be taken back."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.past: list[Step] = []
        self.future: list[Step] = []
        self.aside: list[Record] = []
        self.branches: list[Branch] = []
        self.base = 0
        self._weight = 0

    @property
    def done(self) -> int:
        """How many commands lie behind us."""
        return self.base + sum(step.entry is not None for step in self.past)

    @property
    def ahead(self) -> list[Entry]:
        """The commands of the future, the next one first."""
        return [step.entry for step in reversed(self.future) if step.entry is not None]

    @property
    def next(self) -> Entry | None:
        """The command that lies ahead."""
        return self.future[-1].entry if self.future else None

    def _tip(self) -> Step | None:
        return self.past[-1] if self.past else None

    def _append(self, entry: Entry | None, record: Record) -> Step:
        step = Step(entry, record, self._tip(), record.weight)
        self.past.append(step)
        self._weight += step.weight
        return step

    # what happens

    def before_command(self) -> None:
        """A command is about to run: what happened since the last one is a gap, or lies aside."""
        record = self.journal.close()
        if not record:
            return
        if self.future:
            self.aside.append(record)
        else:
            self._append(None, record)

    def after_command(self, entry: Entry) -> None:
        """It has run. In the past it begins a branch if it changed anything.

        Data and settings count their changes; of users, libraries and scripts the record tells
        (that EVAL has cached a script is no change).
        """
        record = self.journal.close()
        if not entry.undoable:
            entry.undoable = self.journal.altered(record, scripts=entry.command == "script")
        if self.future and not entry.undoable:
            self.aside.append(record)
            step = self._append(entry, Record())
            self.future[-1].parent = step
            return
        if self.future:
            self._leave_future()
            for each in self.aside:
                self._append(None, each)
            self.aside.clear()
        self._append(entry, record)
        self._lighten()

    def within(self, entry: Entry) -> None:
        """A command has run while another one does (a script that lets others in): what it changed
        is part of the other's record."""
        step = self._append(entry, Record())
        if self.future:
            self.future[-1].parent = step

    def _leave_future(self) -> None:
        """What would have come becomes a branch of its own."""
        entries = tuple(self.ahead)
        if entries:
            self.branches.append(Branch(self.future[0], self.done, entries))
        self.future.clear()
        while len(self.branches) > BRANCHES:
            del self.branches[0]

    def _lighten(self) -> None:
        """Forget the oldest steps where all together keep too much."""
        if self._weight <= HEAVY:
            return
        self.branches.clear()
        self._weight = sum(step.weight for step in self.past)
        forgotten = 0
        while self._weight > HEAVY // 2 and forgotten < len(self.past) - 1:
            self._weight -= self.past[forgotten].weight
            self.base += self.past[forgotten].entry is not None
            forgotten += 1
        del self.past[:forgotten]
        self.past[0].parent = None

    def watch_gap(self) -> bool:
        """Others may do very much between two commands. True if that is too much to be kept: then
        nothing from before it can be taken back."""
        if self.journal.log.record.weight <= HEAVY // 2:
            return False
        self.forget(self.done)
        return True

    def forget(self, base: int) -> None:
        """Stand here with no future, and with no past that can be taken back."""
        self.journal.close()
        self.base = base
        self.past.clear()
        self.future.clear()
        self.aside.clear()
        self.branches.clear()
        self._weight = 0

    # what a journey costs

    def lost_by_going(self, commands: int) -> list[Record]:
        """What would be taken back, and is not part of the way, by going so many commands back, or
        by going on (0): what others did meanwhile. The newest first."""
        lost = [self.journal.log.record, *reversed(self.aside)]
        for step in reversed(self.past):
            if commands <= 0:
                break
            lost.append(step.record)
            commands -= step.entry is not None
        return lost

    def lost_by_switching(self, branch: Branch) -> list[Record]:
        """As `lost_by_going`, by going over to a branch."""
        common = self._common(branch)[0]
        behind = self.past[common:]
        return [*self.lost_by_going(0), *(step.record for step in reversed(behind))]

    # going

    def leave(self) -> list[Record]:
        """Before going anywhere: make a gap of what has happened here. In the past that, too, is
        taken back; returned, so that who comes back at once can `resume`."""
        self.before_command()
        for record in reversed(self.aside):
            self.journal.swap(record, back=True)
        aside, self.aside = self.aside, []
        self.journal.close()
        return aside

    def resume(self, aside: list[Record]) -> None:
        """Back at the moment that was left: what lay aside there happens again."""
        for record in aside:
            self.journal.swap(record, back=False)
        self.aside = aside

    def drop(self) -> None:
        """Take back what has happened here since `leave`, for good."""
        self.journal.swap(self.journal.close(), back=True)
        self.journal.close()

    def back(self) -> Entry | None:
        """Take back one command with the gap that followed it; None if there is none."""
        if all(step.entry is None for step in self.past):
            return None
        while True:
            step = self.past.pop()
            self.journal.swap(step.record, back=True)
            self.future.append(step)
            if step.entry is not None:
                return step.entry

    def forth(self) -> Entry | None:
        """Do one command again with the gap that follows it; None if there is none."""
        if not self.future:
            return None
        entry = self._forth_one().entry
        while self.future and self.future[-1].entry is None:
            self._forth_one()
        return entry

    def _forth_one(self) -> Step:
        step = self.future.pop()
        self.journal.swap(step.record, back=False)
        self.past.append(step)
        return step

    def switch(self, branch: Branch) -> Iterator[tuple[Entry, bool]]:
        """Go over to another branch, to its end. Yields each command that is taken back (True) or
        done again (False) on the way. `leave` first."""
        common, way = self._common(branch)
        self.branches.remove(branch)
        while len(self.past) > common:
            taken = self.past.pop()
            self.journal.swap(taken.record, back=True)
            self.future.append(taken)
            if taken.entry is not None:
                yield taken.entry, True
        while len(self.past) < common:
            given = self._forth_one()
            if given.entry is not None:
                yield given.entry, False
        self._leave_future()
        self.future = way
        while self.future:
            given = self._forth_one()
            if given.entry is not None:
                yield given.entry, False

    def _common(self, branch: Branch) -> tuple[int, list[Step]]:
        """How many steps of our way a branch shares, and its own steps, the last first."""
        way: list[Step] = []
        step: Step | None = branch.tip
        present = {id(each): at for at, each in enumerate([*self.past, *reversed(self.future)])}
        while step is not None and id(step) not in present:
            way.append(step)
            step = step.parent
        return 0 if step is None else present[id(step)] + 1, way
