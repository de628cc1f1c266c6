"""Takes frames of a lab: reads its nodes, wires and clients, and notices what has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.labs.node import Node
from tutor.labs.replication.frame import (
    BacklogFrame,
    Counters,
    Frame,
    LinkFrame,
    LinkState,
    NodeFrame,
    PacketFrame,
    SampleFrame,
    SentinelFrame,
    State,
)
from tutor.labs.sentinel import Sentinel
from tutor.labs.wire import Segment, Wire

if TYPE_CHECKING:
    from tutor.labs.replication.lab import Lab

RECENT = 40
_LINK_STATES: dict[str, LinkState] = {
    "none": "none",
    "connect": "down",
    "connecting": "connecting",
    "handshake": "connecting",
    "sync": "sync",
    "connected": "up",
}


class Camera:
    """Looks at ``lab``. Lag in time needs a memory: when each offset was reached by the master.

    ``samples`` are those of all frames; a frame gets its own when it is looked at (`Lab.shown`).
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.samples: list[SampleFrame] = []
        self._reached: dict[str, list[tuple[int, int]]] = {}  # by history: (offset, time)
        self._states: dict[str, tuple[str, int, int]] = {}
        self._held: object = None  # changes with what the truth holds, but for single writes
        self._ops: dict[str, tuple[int, int, float]] = {}
        self._rates: dict[str, float] = {}

    def take(self, again: bool = False) -> Frame:
        """The present moment; ``again``: the same one, after something was done in it."""
        lab, truth = self._lab, self.watch()
        nodes = tuple(self._node(node, truth) for node in lab.nodes.values())
        lagging = tuple(lab.nodes)[1:]
        by_name = {node.name: node for node in nodes}
        sample = SampleFrame(
            lab.now,
            tuple(by_name[name].behind_bytes for name in lagging),
            tuple(by_name[name].behind_ms for name in lagging),
        )
        if again and self.samples:
            self.samples[-1] = sample
        else:
            self.samples.append(sample)
        return Frame(
            time=lab.now,
            seed=lab.seed,
            scenario=lab.scenario.name,
            master=lab.clients.master if truth.up else "",
            nodes=nodes,
            links=tuple(self._link(wire) for wire in self._links()),
            reads=tuple(lab.clients.reads[-RECENT:]),
            counters=self._counters(),
            sentinels=tuple(self._sentinel(one) for one in lab.sentinels.all),
            events=tuple(lab.events[-RECENT:]),
            lagging=lagging,
            write_rate=lab.clients.rates.writes,
            read_rate=lab.clients.rates.reads,
            wait=lab.clients.rates.wait,
        )

    def watch(self) -> Node:
        """Notice and remember without taking a frame. The node that clients take for the master."""
        lab = self._lab
        self._notice()
        truth = lab.nodes[lab.clients.master]
        self._remember(truth)
        self._look_at_ledger(truth)
        for node in lab.nodes.values():
            if node.up:
                self._rates[node.name] = self._rate(node)
        return truth

    # nodes

    def _node(self, node: Node, truth: Node) -> NodeFrame:
        behind_bytes, behind_ms = self._behind(node, truth)
        if not node.up:
            return NodeFrame(
                node.name, "master" if not node.master else "replica", "down", node.master,
                "none", "", 0, None, None, 0, 0.0, persistence=node.settings.kept,
            )  # fmt: skip
        replication, engine = node.replication, node.engine
        follower, kept = replication.follower, replication.master.backlog
        backlog = BacklogFrame()
        if kept is not None:
            backlog = BacklogFrame(engine.config.repl_backlog_size, kept.first, kept.histlen)
        link_state = _LINK_STATES[follower.state]
        stats = engine.stats
        return NodeFrame(
            name=node.name,
            role="replica" if follower.follows else "master",
            state=self._state(node, link_state),
            master=follower.host.decode(),
            link_state=link_state,
            replid=replication.history.id.decode()[:8],
            offset=replication.history.offset,
            behind_bytes=behind_bytes,
            behind_ms=behind_ms,
            keys=sum([len(database.keys.data) for database in engine.databases]),
            ops_per_s=self._rates[node.name],
            backlog=backlog,
            persistence=node.settings.kept,
            dirty=stats.dirty,
            good_replicas=replication.good_replicas,
            sync_full=stats.sync_full,
            sync_partial=stats.sync_partial_ok,
            loaded=node.loaded if node.life > 1 else None,
        )

    def _state(self, node: Node, link_state: LinkState) -> State:
        if node.condition == "paused":
            return "paused"
        if node.engine.loading:
            return "loading"
        return "syncing" if link_state == "sync" else "online"

    def _rate(self, node: Node) -> float:
        """Commands a second, smoothed."""
        count, now = node.engine.stats.commands_processed, self._lab.now
        before, then, rate = self._ops.get(node.name, (count, now, 0.0))
        if count < before:
            before, rate = count, 0.0
        if now - then >= 500_000:
            rate = (count - before) * 1_000_000 / (now - then)
            self._ops[node.name] = count, now, rate
        elif node.name not in self._ops:
            self._ops[node.name] = count, now, rate
        return round(rate, 1)

    def _remember(self, truth: Node) -> None:
        """When the master reached its present offset."""
        if truth.up:
            history = truth.replication.history
            reached = self._reached.setdefault(history.id.decode(), [])
            if not reached or reached[-1][0] < history.offset:
                reached.append((history.offset, self._lab.now))
                del reached[:-2000]

    def _behind(self, node: Node, truth: Node) -> tuple[int | None, float | None]:
        """How far a node's data lie behind the master's, in bytes and milliseconds."""
        if node is truth:
            return 0, 0.0
        if not node.up or not truth.up:
            return None, None
        mine, theirs = node.replication.history, truth.replication.history
        if mine.id != theirs.id:
            return None, None
        behind = max(theirs.offset - mine.offset, 0)
        if not behind:
            return 0, 0.0
        for offset, time in self._reached.get(theirs.id.decode(), ()):
            if offset > mine.offset:
                return behind, (self._lab.now - time) / 1000
        return behind, 0.0

    # links

    def _links(self) -> list[Wire]:
        """Those over which a replica hears its master, or would."""
        lab, found = self._lab, []
        for wire in lab.wires.values():
            first, second = lab.nodes[wire.first], lab.nodes[wire.second]
            if first.master == second.name or second.master == first.name:
                found.append(wire)
        return found

    def _link(self, wire: Wire) -> LinkFrame:
        settings, flying = wire.settings, wire.flying
        return LinkFrame(
            first=wire.first,
            second=wire.second,
            delay_ms=settings.delay / 1000,
            jitter_ms=settings.jitter / 1000,
            bandwidth=settings.bandwidth,
            loss=settings.loss,
            cut_since=wire.cut_since,
            in_flight=sum(len(segment.data) for segment in flying),
            waiting=wire.waiting_bytes,
            packets=tuple(self._packet(segment) for segment in flying[:40]),
        )

    def _packet(self, segment: Segment) -> PacketFrame:
        sent = segment.sent if segment.sent is not None else self._lab.now
        way = max(segment.arrives - sent, 1)
        place = min(max((self._lab.now - sent) / way, 0.0), 1.0)
        return PacketFrame(round(place, 3), len(segment.data), segment.text, segment.forward)

    # sums

    def _look_at_ledger(self, truth: Node) -> None:
        replicas = [node for node in self._lab.nodes.values() if node is not truth and node.up]
        best = max(replicas, key=lambda node: node.offset, default=None)
        mark = None
        if best is not None:
            mark = best.name, best.life, best.replication.follower.connection
        if truth.up:
            replication = truth.replication
            held = truth.name, truth.life, replication.history.id, replication.follower.state
            if held != self._held:
                self._held = held
                self._lab.settle()
        self._lab.ledger.look(
            [node.engine for node in replicas], None if best is None else best.engine, mark
        )

    def _counters(self) -> Counters:
        ledger, clients = self._lab.ledger, self._lab.clients
        return Counters(
            acknowledged=len(ledger.acknowledged),
            refused=ledger.refused,
            on_replica=ledger.on_replica,
            would_be_lost=ledger.would_be_lost,
            lost=ledger.lost,
            reads=clients.read_count,
            stale_reads=clients.stale_count,
        )

    def _sentinel(self, one: Sentinel) -> SentinelFrame:
        return SentinelFrame(
            name=one.name,
            alive=one.alive,
            opinion=one.opinion,
            epoch=one.vote_epoch,
            voted_for=one.voted_for,
            leader=one.failover is not None and one.failover.leads,
            seen_ms=one.since_answer(one.master) / 1000,
        )

    # what has changed by itself

    def _notice(self) -> None:
        """Tell of links that came up or went down, of full and partial resyncs."""
        lab = self._lab
        for node in lab.nodes.values():
            if not node.up:
                self._states.pop(node.name, None)
                continue
            follower = node.replication.follower
            stats = node.engine.stats
            now = follower.state, stats.sync_full, stats.sync_partial_ok
            before = self._states.get(node.name)
            self._states[node.name] = now
            if before is None or not follower.follows:
                continue
            link = follower.connection
            if now[0] == "connected" and before[0] != "connected" and link is not None:
                if link.origin >= 0:
                    lab.tell("full-sync", node=node.name, master=follower.host.decode())
                else:
                    lab.tell("partial-sync", node=node.name, offset=str(node.offset))
            elif before[0] == "connected" and now[0] != "connected":
                lab.tell("link-down", node=node.name)
