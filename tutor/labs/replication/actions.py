"""What can be done to the lab: its knobs, as data.

An action has a kind, what it is done to (a node, a link ``a-b``, or nothing) and a value. Scenarios
are lists of actions with their times, and so is what a person does at the keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "delay",  # of a link, ms
    "jitter",  # of a link, ms
    "bandwidth",  # of a link, bytes a second; 0: no limit
    "loss",  # of a link, percent
    "cut",  # a link
    "heal",  # a link
    "isolate",  # a node: all its links
    "rejoin",  # a node: all its links
    "pause",  # a node
    "resume",  # a node
    "crash",  # a node: kill -9
    "power-cut",  # a node
    "restart",  # a node; value: nothing, rdb, aof
    "promote",  # a node: REPLICAOF NO ONE
    "follow",  # a node; value: whom
    "switch",  # clients: the master is this node
    "sentinels",  # value: how many watch; 0: nobody
    "wait",  # value: replicas that each write waits for
    "write-rate",  # value: a second
    "read-rate",  # value: a second
    "kept",  # a node (it counts from its next start, and at once for save and appendonly)
    "command",  # on a node; value: the words
    "call",  # of a program beside the lab; value: its line
]


@dataclass(frozen=True, slots=True)
class Knob:
    """How an action's value is set: its steps, or words to choose from."""

    kind: Kind
    of: Literal["link", "node", "lab"]
    steps: tuple[float, ...] = ()
    choices: tuple[str, ...] = ()


KNOBS: dict[Kind, Knob] = {
    knob.kind: knob
    for knob in (
        Knob("delay", "link", (0, 1, 10, 40, 80, 150, 300, 600, 1000, 2000)),
        Knob("jitter", "link", (0, 5, 20, 50, 100, 300)),
        Knob("bandwidth", "link", (0, 2048, 8192, 65536, 1 << 20)),
        Knob("loss", "link", (0, 1, 2, 5, 10, 25)),
        Knob("cut", "link"),
        Knob("heal", "link"),
        Knob("isolate", "node"),
        Knob("rejoin", "node"),
        Knob("pause", "node"),
        Knob("resume", "node"),
        Knob("crash", "node"),
        Knob("power-cut", "node"),
        Knob("restart", "node", choices=("rdb", "aof", "nothing")),
        Knob("promote", "node"),
        Knob("follow", "node"),
        Knob("switch", "node"),
        Knob("sentinels", "lab", (0, 3, 5)),
        Knob("wait", "lab", (0, 1, 2, 3)),
        Knob("write-rate", "lab", (0, 1, 4, 12, 40, 120)),
        Knob("read-rate", "lab", (0, 1, 4, 20, 60)),
        Knob("kept", "node", choices=("nothing", "rdb", "aof")),
        Knob("command", "node"),
        Knob("call", "lab"),
    )
}


LINES: tuple[Kind, ...] = ("command", "call")
"""What is no knob: it is typed as it is."""


@dataclass(frozen=True, slots=True)
class Action:
    """``time`` in microseconds since the beginning; ``target`` a node or ``first-second``.
    ``by_hand``: a person did it who had seen that moment."""

    time: int
    kind: Kind
    target: str = ""
    value: float | str = 0
    by_hand: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The nodes that it is about."""
        whom = str(self.value) if self.kind == "follow" else ""
        return (*self.target.split("-"), whom)


class UnknownTarget(ValueError):
    """There is no such node or link."""


def next_value(steps: Sequence[float], value: float, by: int) -> float:
    """The next of some steps, up or down; at the ends it stays."""
    if by > 0:
        return min((one for one in steps if one > value), default=steps[-1])
    return max((one for one in steps if one < value), default=steps[0])


def stepped(kind: Kind, value: float, by: int) -> float:
    """The next value of a knob, up or down."""
    return next_value(KNOBS[kind].steps, value, by)
