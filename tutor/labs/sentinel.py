"""Those who watch a master and replace it: a model of Sentinel (redis 7.0, sentinel.c).

    PING, INFO ─▶ subjectively down ─ others agree ─▶ objectively down
      ─▶ vote for a leader of the next epoch ─▶ leader: REPLICAOF NO ONE on the best replica
      ─▶ the others follow it, clients are told ─▶ the old master, when it is back, has to follow

Every watcher sits on a server's machine, so a cut that isolates the server isolates it too.
Messages take the time of the wire, and do not pass where it is cut.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from tutor.labs.node import PORT, Node
from tutor.labs.simulation import Simulation

Opinion = Literal["up", "s_down", "o_down"]
Tell = Callable[..., None]
Question = Callable[[Node], Callable[[], None]]
"""Asked at a server; what it gives is done where the answer arrives."""

DOWN_AFTER_US = 2_000_000
PING_EVERY_US = 500_000
ASK_EVERY_US = 500_000
FAILOVER_TIMEOUT_US = 6_000_000
ELECTION_US = 3_000_000
DEMOTE_AFTER_US = 3_000_000
TICK_US = 100_000
_LOCAL_US = 200


@dataclass(slots=True)
class Seen:
    """What a watcher knows of a server. Times in microseconds since the beginning."""

    answered: int
    is_replica: bool = False
    master: str = ""
    offset: int = 0
    wrong_since: int = 0  # since when it calls itself a master and should not


@dataclass(slots=True)
class Failover:
    """A failover that this watcher leads or wants to lead."""

    epoch: int
    began: int
    votes: set[str] = field(default_factory=set)
    leads: bool = False
    chosen: str = ""


class Sentinel:
    """One watcher, beside the server ``home``."""

    def __init__(self, group: Sentinels, name: str, home: str) -> None:
        self.group = group
        self.name = name
        self.home = home
        self.alive = True
        self.master = group.master
        self.epoch = 0  # the highest that it has heard of
        self.config_epoch = 0  # in which its master was elected
        self.voted_for = ""
        self.vote_epoch = 0
        self.seen: dict[str, Seen] = {}
        self.agree: dict[str, int] = {}  # who else thinks that the master is down, and since when
        self.failover: Failover | None = None
        self.not_before = 0  # it does not want to lead again until then
        self._asked = -ASK_EVERY_US
        self._said = "up"

    @property
    def now(self) -> int:
        return self.group.simulation.now

    def start(self) -> None:
        """It begins to watch."""
        now = self.now
        self.seen = {name: Seen(now) for name in self.group.nodes}
        offset = self.group.simulation.random.randrange(PING_EVERY_US)
        self.group.simulation.after(offset, self._ping)
        self.group.simulation.after(offset % TICK_US, self._tick)

    # watching

    def _ping(self) -> None:
        if not self.group.watching(self):
            return
        if self.alive:
            for name in self.group.nodes:
                self.group.ask(self, name, self._look_at(name))
            for other in self.group.others(self):
                self._say_hello(other)
        self.group.simulation.after(PING_EVERY_US, self._ping)

    def _say_hello(self, other: Sentinel) -> None:
        """Whom we take for the master, and since which epoch: the higher one is right."""
        master, epoch = self.master, self.config_epoch
        self.group.message(self, other, lambda: other.adopt(master, epoch))

    def _look_at(self, name: str) -> Question:
        """At the server: what it answers to PING and INFO; back here: note it."""

        def there(node: Node) -> Callable[[], None]:
            replica, offset = node.is_replica, node.offset
            master = node.replication.follower.host.decode() if replica else ""

            def here() -> None:
                seen = self.seen[name]
                seen.answered, seen.is_replica = self.now, replica
                seen.master, seen.offset = master, offset

            return here

        return there

    def since_answer(self, name: str) -> int:
        """Microseconds since a server last answered."""
        return self.now - self.seen[name].answered

    @property
    def opinion(self) -> Opinion:
        """What it thinks of the master."""
        if self.since_answer(self.master) <= DOWN_AFTER_US:
            return "up"
        recent = [at for at in self.agree.values() if self.now - at <= 5 * ASK_EVERY_US]
        return "o_down" if len(recent) + 1 >= self.group.quorum else "s_down"

    def _tick(self) -> None:
        if not self.group.watching(self):
            return
        if self.alive:
            self._think()
        self.group.simulation.after(TICK_US, self._tick)

    def _think(self) -> None:
        opinion = self.opinion
        if opinion != self._said:
            self._said = opinion
            if opinion == "s_down":
                self.group.tell("s-down", sentinel=self.name, node=self.master)
            elif opinion == "o_down":
                self.group.tell_once("o-down", node=self.master)
        if opinion == "up":
            self.agree.clear()
            self._keep_order()
        elif self.now - self._asked >= ASK_EVERY_US:
            self._asked = self.now
            self._ask_others()
        if self.failover is not None:
            self._go_on(self.failover)
        elif opinion == "o_down" and self.now >= self.not_before:
            self._run_for_leader()

    def _ask_others(self) -> None:
        master = self.master
        for other in self.group.others(self):
            self.group.message(self, other, partial(self._asked_by, other, master))

    def _asked_by(self, other: Sentinel, master: str) -> None:
        """``other`` has been asked what it thinks; its answer comes back."""
        down = other.master == master and other.since_answer(master) > DOWN_AFTER_US
        self.group.message(other, self, lambda: self._answered(other, master, down))

    def _answered(self, other: Sentinel, master: str, down: bool) -> None:
        if master == self.master and down:
            self.agree[other.name] = self.now
        else:
            self.agree.pop(other.name, None)

    # leading

    def _run_for_leader(self) -> None:
        self.epoch += 1
        self.failover = Failover(self.epoch, self.now)
        self._take_vote(self.name, self.epoch)
        self.failover.votes.add(self.name)
        epoch = self.epoch
        for other in self.group.others(self):
            self.group.message(self, other, partial(self._request, other, epoch))

    def _request(self, other: Sentinel, epoch: int) -> None:
        """``other`` is asked for its vote."""
        granted = other._take_vote(self.name, epoch)
        if granted:
            self.group.message(other, self, lambda: self._voted(other.name, epoch))

    def _take_vote(self, candidate: str, epoch: int) -> bool:
        """One vote an epoch, for whoever asks first."""
        self.epoch = max(self.epoch, epoch)
        if epoch > self.vote_epoch:
            self.vote_epoch, self.voted_for = epoch, candidate
            if candidate != self.name:
                spread = self.group.simulation.random.randrange(1_000_000)
                self.not_before = self.now + FAILOVER_TIMEOUT_US + spread
            self.group.tell("vote", sentinel=self.name, leader=candidate, epoch=str(epoch))
            return True
        return self.vote_epoch == epoch and self.voted_for == candidate

    def _voted(self, voter: str, epoch: int) -> None:
        if self.failover is not None and self.failover.epoch == epoch:
            self.failover.votes.add(voter)

    def _go_on(self, failover: Failover) -> None:
        if not failover.leads:
            needed = max(len(self.group.all) // 2 + 1, self.group.quorum)
            if len(failover.votes) >= needed:
                failover.leads = True
                self.group.tell("leader", sentinel=self.name, epoch=str(failover.epoch))
            elif self.now - failover.began > ELECTION_US:
                self.group.tell("no-leader", epoch=str(failover.epoch))
                self._give_up()
            return
        if not failover.chosen:
            failover.chosen = self._best()
            if not failover.chosen or self.now - failover.began > FAILOVER_TIMEOUT_US:
                self._give_up()
                return
            self.group.command(self, failover.chosen, (b"REPLICAOF", b"NO", b"ONE"))
        seen = self.seen[failover.chosen]
        if not seen.is_replica and seen.answered > failover.began:
            self._promoted(failover.chosen, failover.epoch)
        elif self.now - failover.began > FAILOVER_TIMEOUT_US:
            self._give_up()

    def _give_up(self) -> None:
        self.failover = None
        spread = self.group.simulation.random.randrange(1_000_000)
        self.not_before = self.now + FAILOVER_TIMEOUT_US // 2 + spread

    def _best(self) -> str:
        """The replica that answers and has come farthest."""
        candidates = [
            (-seen.offset, name)
            for name, seen in self.seen.items()
            if name != self.master and seen.is_replica and self.now - seen.answered < DOWN_AFTER_US
        ]
        return min(candidates)[1] if candidates else ""

    def _promoted(self, chosen: str, epoch: int) -> None:
        """The chosen one is a master: all others follow it, everybody is told."""
        self.failover = None
        self.adopt(chosen, epoch)
        for name in self.group.nodes:
            if name != chosen:
                self.group.command(self, name, follow_words(chosen))
        for other in self.group.others(self):
            self._say_hello(other)
        self.group.switched(chosen)

    def adopt(self, master: str, epoch: int) -> None:
        """A newer configuration."""
        if epoch <= self.config_epoch:
            return
        self.epoch = max(self.epoch, epoch)
        self.config_epoch, self.master = epoch, master
        self.agree.clear()
        self.failover = None
        self._said = "up"
        self.seen[master].answered = max(self.seen[master].answered, self.now - DOWN_AFTER_US // 2)

    def _keep_order(self) -> None:
        """Servers that follow somebody else, or nobody, have to follow the master."""
        for name, seen in self.seen.items():
            wrong = name != self.master and (not seen.is_replica or seen.master != self.master)
            if not wrong or self.since_answer(name) > PING_EVERY_US * 2:
                seen.wrong_since = 0
            elif not seen.wrong_since:
                seen.wrong_since = self.now
            elif self.now - seen.wrong_since > DEMOTE_AFTER_US:
                seen.wrong_since = 0
                if not seen.is_replica:
                    self.group.tell_once("demote", node=name, master=self.master)
                self.group.command(self, name, follow_words(self.master))


def follow_words(master: str) -> tuple[bytes, ...]:
    """REPLICAOF."""
    return (b"REPLICAOF", master.encode(), b"%d" % PORT)


class Sentinels:
    """All who watch. ``switched`` is called with the new master's name."""

    def __init__(
        self,
        simulation: Simulation,
        nodes: Mapping[str, Node],
        tell: Tell,
        switched: Callable[[str], None],
    ) -> None:
        self.simulation = simulation
        self.nodes = nodes
        self.tell = tell
        self.switched = switched
        self.master = next(iter(nodes))
        self.all: list[Sentinel] = []
        self._told: set[tuple[str, ...]] = set()

    @property
    def quorum(self) -> int:
        """How many have to agree that the master is down."""
        return len(self.all) // 2 + 1

    def watch(self, count: int, master: str) -> None:
        """``count`` watchers from now on, 0: nobody."""
        self.master = master
        homes = list(self.nodes)
        self.all = [
            Sentinel(self, f"s{number + 1}", homes[number % len(homes)]) for number in range(count)
        ]
        for sentinel in self.all:
            sentinel.start()

    def watching(self, sentinel: Sentinel) -> bool:
        """Whether it is still one of us."""
        return sentinel in self.all

    def others(self, one: Sentinel) -> Sequence[Sentinel]:
        """All but one."""
        return [other for other in self.all if other is not one]

    def tell_once(self, code: str, **params: str) -> None:
        """Say something that several come to know at about the same time."""
        mark = (code, *params.values(), str(self.simulation.now // FAILOVER_TIMEOUT_US))
        if mark not in self._told:
            self._told.add(mark)
            self.tell(code, **params)

    # messages

    def _way(self, home: str, other: str) -> int | None:
        """Microseconds between two machines, None if nothing passes."""
        if home == other:
            return _LOCAL_US
        wire = self.nodes[home].wires.get(other)
        if wire is None or wire.cut_since is not None:
            return None
        return wire.settings.delay + _LOCAL_US

    def message(self, sender: Sentinel, receiver: Sentinel, happens: Callable[[], None]) -> None:
        """One watcher says something to another; it is lost where nothing passes."""
        way = self._way(sender.home, receiver.home)
        if way is None or not sender.alive or not receiver.alive:
            return
        self.simulation.after(way, lambda: happens() if receiver.alive else None)

    def ask(
        self, sentinel: Sentinel, name: str, there: Callable[[Node], Callable[[], None]]
    ) -> None:
        """Ask a server; the answer comes back if it is online."""

        def arrive(node: Node) -> None:
            answer = there(node)
            back = self._way(name, sentinel.home)
            if back is not None:
                self.simulation.after(back, answer)

        self._reach(sentinel, name, arrive)

    def command(self, sentinel: Sentinel, name: str, words: Sequence[bytes]) -> None:
        """Have a server carry out a command."""

        def arrive(node: Node) -> None:
            node.execute(node.session_of(f"{sentinel.name}:26379"), words)
            if words[0] == b"REPLICAOF":
                node.master = "" if words[1] == b"NO" else words[1].decode()

        self._reach(sentinel, name, arrive)

    def _reach(self, sentinel: Sentinel, name: str, arrive: Callable[[Node], None]) -> None:
        """What happens at a server when a message comes there, if it is online then."""
        way, node = self._way(sentinel.home, name), self.nodes[name]
        if way is not None:
            self.simulation.after(way, lambda: arrive(node) if node.condition == "online" else None)
