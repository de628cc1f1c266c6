"""Runs that are worth seeing, by name: what is set at the beginning, and what happens when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tutor.labs.node import Kept
from tutor.labs.replication.actions import Action

S = 1_000_000


@dataclass(frozen=True, slots=True)
class Scenario:
    """``chain`` names masters of replicas that do not follow the first node."""

    name: str
    actions: tuple[Action, ...] = ()
    replicas: int = 2
    delay_us: int = 20_000
    write_rate: float = 12.0
    read_rate: float = 20.0
    kept: Kept = "nothing"
    chain: Mapping[str, str] = field(default_factory=dict)


def _slow(link: str) -> tuple[Action, ...]:
    return (Action(0, "delay", link, 600), Action(0, "jitter", link, 100))


_ALL = (
    Scenario("healthy"),
    Scenario("slow-replica", _slow("master-replica2")),
    Scenario(
        "narrow-link",
        (Action(0, "bandwidth", "master-replica2", 2048), Action(3 * S, "write-rate", "", 40)),
    ),
    Scenario("lossy-link", (Action(0, "loss", "master-replica2", 25),)),
    Scenario(
        "cut-then-heal",
        (
            *_slow("master-replica1"),
            Action(3 * S, "cut", "master-replica2"),
            Action(12 * S, "heal", "master-replica2"),
        ),
    ),
    Scenario(
        "long-cut",
        (
            Action(1 * S, "write-rate", "", 120),
            Action(3 * S, "cut", "master-replica2"),
            Action(20 * S, "heal", "master-replica2"),
        ),
    ),
    Scenario("crash-master", (Action(5 * S, "crash", "master"),)),
    Scenario(
        "manual-failover",
        (
            Action(0, "delay", "master-replica1", 300),
            Action(0, "delay", "master-replica2", 600),
            Action(5 * S, "crash", "master"),
            Action(8 * S, "promote", "replica1"),
            Action(8 * S, "switch", "replica1"),
            Action(8 * S + 500_000, "follow", "replica2", "replica1"),
            Action(14 * S, "restart", "master", "nothing"),
            Action(14 * S, "follow", "master", "replica1"),
        ),
    ),
    Scenario(
        "sentinel-failover",
        (
            Action(0, "sentinels", "", 3),
            Action(5 * S, "crash", "master"),
            Action(20 * S, "restart", "master", "nothing"),
        ),
    ),
    Scenario(
        "split-brain",
        (
            Action(0, "sentinels", "", 3),
            Action(5 * S, "isolate", "master"),
            Action(18 * S, "rejoin", "master"),
        ),
    ),
    Scenario(
        "wait-one",
        (
            Action(0, "delay", "master-replica1", 150),
            Action(2 * S, "wait", "", 1),
            Action(6 * S, "cut", "master-replica1"),
            Action(6 * S, "cut", "master-replica2"),
            Action(12 * S, "heal", "master-replica1"),
            Action(12 * S, "heal", "master-replica2"),
        ),
    ),
    Scenario(
        "empty-master",
        (Action(5 * S, "crash", "master"), Action(6 * S, "restart", "master", "nothing")),
    ),
    Scenario("chained", replicas=3, chain={"replica2": "replica1", "replica3": "replica2"}),
    Scenario(
        "paused-replica", (Action(4 * S, "pause", "replica1"), Action(9 * S, "resume", "replica1"))
    ),
)

SCENARIOS: Mapping[str, Scenario] = {scenario.name: scenario for scenario in _ALL}
