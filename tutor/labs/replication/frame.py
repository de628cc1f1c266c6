"""A moment of the replication lab as data: what is drawn, asserted and printed as JSON.

    clients ─▶ master ══ link ══▶ replica ─▶ reads
                 │ backlog          │ offset, lag

Nothing of an engine is inside; every value is a number, a text or a tuple of such. Times are in
virtual microseconds unless the name says otherwise, sizes in bytes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Role = Literal["master", "replica", "sentinel"]
State = Literal["online", "down", "paused", "loading", "syncing"]
LinkState = Literal["up", "connecting", "sync", "down", "none"]
"""How a replica stands to its master; "none" for a master."""


@dataclass(frozen=True, slots=True)
class BacklogFrame:
    """The ring of the last bytes of the stream: ``histlen`` bytes up to the master's offset,
    beginning with ``first``; ``size`` is its room. ``size`` 0: there is none."""

    size: int = 0
    first: int = 0
    histlen: int = 0


@dataclass(frozen=True, slots=True)
class NodeFrame:
    """A server. ``behind_bytes`` and ``behind_ms``: how far its data lie behind the present
    master's (0 for the master); ``None`` where nobody can know (down, or another history).
    ``master``: whom it follows, "" for a master. ``replid`` is the first eight digits."""

    name: str
    role: Role
    state: State
    master: str
    link_state: LinkState
    replid: str
    offset: int
    behind_bytes: int | None
    behind_ms: float | None
    keys: int
    ops_per_s: float
    backlog: BacklogFrame = BacklogFrame()
    persistence: str = "nothing"  # nothing, rdb, aof
    dirty: int = 0  # changes that its dump does not hold
    good_replicas: int = 0
    sync_full: int = 0
    sync_partial: int = 0
    loaded: int | None = None  # keys that it found on its disk when it started again


@dataclass(frozen=True, slots=True)
class PacketFrame:
    """Bytes under way on a link. ``place``: 0 where they were sent, 1 where they arrive;
    ``text`` is their first command, or what they are (``RDB``, ``ACK``)."""

    place: float
    size: int
    text: str
    forward: bool  # from the link's first node to its second


@dataclass(frozen=True, slots=True)
class LinkFrame:
    """The wire between two nodes, both ways. ``bandwidth`` is in bytes a second, 0 without limit;
    ``loss`` in percent of segments. ``cut_since`` is None while it is whole."""

    first: str
    second: str
    delay_ms: float
    jitter_ms: float
    bandwidth: int
    loss: float
    cut_since: int | None
    in_flight: int
    waiting: int  # bytes that the sender holds because the wire is full or cut
    packets: tuple[PacketFrame, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadFrame:
    """A read that a client made of a replica: what it got and what the master held then."""

    time: int
    node: str
    key: str
    got: str | None
    should_be: str | None
    stale: bool
    age_ms: float = 0.0  # how old the answer was: since when the master holds another


@dataclass(frozen=True, slots=True)
class Counters:
    """Sums since the beginning. ``acknowledged``: writes that a client was told of as done;
    ``on_replica``: of those, on at least one replica; ``would_be_lost``: if the present master
    vanished and the best replica took over; ``lost``: gone for good in failovers and crashes."""

    acknowledged: int = 0
    refused: int = 0
    on_replica: int = 0
    would_be_lost: int = 0
    lost: int = 0
    reads: int = 0
    stale_reads: int = 0


@dataclass(frozen=True, slots=True)
class SentinelFrame:
    """One of those who watch. ``opinion`` of the master: up, subjectively or objectively down.
    ``voted_for`` is whom it gave its vote in ``epoch``."""

    name: str
    alive: bool
    opinion: Literal["up", "s_down", "o_down"]
    epoch: int
    voted_for: str
    leader: bool
    seen_ms: float  # since the master last answered it


@dataclass(frozen=True, slots=True)
class EventFrame:
    """Something that happened; ``code`` names it, ``params`` fill its sentence."""

    time: int
    code: str
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SampleFrame:
    """Lag of every replica at a moment, for the charts: ``None`` where nobody can know."""

    time: int
    bytes: tuple[int | None, ...]
    ms: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """A moment. ``nodes`` in their order of birth, the first was the first master; ``samples``
    belong to ``lagging``, names of nodes in the order of the samples' figures."""

    time: int
    seed: int
    scenario: str
    master: str  # whom clients take for it; "" while there is none
    nodes: tuple[NodeFrame, ...]
    links: tuple[LinkFrame, ...]
    reads: tuple[ReadFrame, ...]
    counters: Counters
    sentinels: tuple[SentinelFrame, ...]
    events: tuple[EventFrame, ...]
    lagging: tuple[str, ...]
    write_rate: float  # writes a second that clients try
    read_rate: float
    samples: tuple[SampleFrame, ...] = ()
    wait: int = 0  # replicas that each write waits for (WAIT), 0: none

    def node(self, name: str) -> NodeFrame:
        """A node by its name. Raises KeyError."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)

    def as_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists."""
        return asdict(self)
