"""A world whose workers may be stopped before each command, so that somebody says who goes on."""

from __future__ import annotations

from tutor.labs.routines import Query, Send, Sleep
from tutor.labs.world import HOP_US, Task, World


class SteppedWorld(World):
    """``by_hand``: every command waits for `go`, and is then carried out at once. ``held``: which
    task of which worker waits with what; ``carried``: when each worker's last command reached the
    server."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.by_hand = False
        self.held: dict[int, tuple[Task, Send]] = {}
        self.carried: dict[int, int] = {}

    def grant(self, task: Task, wish: Send | Query | Sleep) -> None:
        """What a routine waits for."""
        if isinstance(wish, Send):
            if self.by_hand:
                self.held[task.worker] = task, wish
                return
            self.carried[task.worker] = self.simulation.now + HOP_US
        super().grant(task, wish)

    def go(self, worker: int) -> bool:
        """Carry out the command that a worker waits with; False if there is none."""
        held = self.held.pop(worker, None)
        if held is None:
            return False
        task, wish = held
        self.carried[worker] = self.simulation.now
        self.commands += 1
        task.go_on(self.master.execute(self.session_of(task, "master"), wish.argv))
        return True

    def release(self) -> None:
        """All go on by themselves."""
        self.by_hand = False
        held, self.held = self.held, {}
        for task, wish in held.values():
            self.grant(task, wish)
