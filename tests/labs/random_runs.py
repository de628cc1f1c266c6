"""Random runs of the replication lab: faults by chance, then peace."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tutor.labs.replication.actions import Action
from tutor.labs.replication.lab import STEP_US, Lab
from tutor.labs.replication.scenarios import Scenario

FAULTS_UNTIL = 12_000_000
CALM_STEPS = 250


@dataclass(frozen=True)
class Plan:
    """A scenario of faults, and how many replicas it has."""

    seed: int
    replicas: int
    scenario: Scenario


def plan(seed: int, *, deaths: bool = True) -> Plan:
    """A random plan; without ``deaths`` no server dies or changes its role."""
    chance = random.Random(seed)
    replicas = chance.randint(1, 4)
    names = ["master", *(f"replica{number + 1}" for number in range(replicas))]
    links = [f"{a}-{b}" for at, a in enumerate(names) for b in names[at + 1 :]]
    actions: list[Action] = []
    for link in links:
        if chance.random() < 0.5:
            actions.append(Action(0, "delay", link, chance.choice((1, 40, 150, 600))))
        if chance.random() < 0.3:
            actions.append(Action(0, "jitter", link, chance.choice((20, 100))))
        if chance.random() < 0.2:
            actions.append(Action(0, "loss", link, chance.choice((2, 10))))
        if chance.random() < 0.2:
            actions.append(Action(0, "bandwidth", link, chance.choice((8192, 65536))))
    kinds = ["cut", "heal", "pause", "resume", "cut", "heal"]
    if deaths:
        kinds += ["crash", "restart", "power-cut", "restart", "promote"]
    sentinels = deaths and chance.random() < 0.4
    if sentinels:
        actions.append(Action(0, "sentinels", "", 3))
        kinds = [kind for kind in kinds if kind != "promote"]
    for _ in range(chance.randint(2, 9)):
        actions += _fault(chance, kinds, names, links)
    scenario = Scenario(
        f"random-{seed}",
        tuple(actions),
        replicas=replicas,
        write_rate=chance.choice((4.0, 12.0, 60.0)),
        read_rate=chance.choice((0.0, 10.0)),
        kept=chance.choice(("nothing", "rdb", "aof")),
    )
    return Plan(seed, replicas, scenario)


def _fault(
    chance: random.Random, kinds: list[str], names: list[str], links: list[str]
) -> list[Action]:
    time = chance.randrange(500_000, FAULTS_UNTIL)
    kind = chance.choice(kinds)
    if kind in ("cut", "heal"):
        return [Action(time, kind, chance.choice(links))]  # type: ignore[arg-type]
    name = chance.choice(names)
    if kind == "restart":
        return [Action(time, "restart", name, chance.choice(("nothing", "rdb", "aof")))]
    if kind == "promote":
        others = [Action(time + 1000, "follow", one, name) for one in names if one != name]
        return [Action(time, "promote", name), Action(time, "switch", name), *others]
    return [Action(time, kind, name)]  # type: ignore[arg-type]


def make(one: Plan) -> Lab:
    """The lab of a plan, at its beginning."""
    return Lab(one.scenario, one.seed, one.replicas)


def mend(lab: Lab) -> None:
    """Faults are over: everything is whole, and everybody runs."""
    for first, second in lab.wires:
        lab.act("heal", f"{first}-{second}")
        for kind in ("loss", "jitter", "bandwidth"):
            lab.act(kind, f"{first}-{second}", 0)
        lab.act("delay", f"{first}-{second}", 1)
    for name, node in lab.nodes.items():
        if node.condition == "paused":
            lab.act("resume", name)
        elif node.condition == "down":
            lab.act("restart", name, node.settings.kept)


def make_peace(lab: Lab) -> None:
    """After faults: everybody follows the clients' master, and nothing is written any more."""
    mend(lab)
    lab.act("sentinels", "", 0)
    lab.step(10)
    master = lab.clients.master
    if lab.nodes[master].is_replica:
        lab.act("promote", master)
    for name in lab.nodes:
        if name != master:
            lab.act("follow", name, master)
    lab.step(20)
    lab.act("write-rate", "", 0)
    lab.act("read-rate", "", 0)
    lab.step(CALM_STEPS)


__all__ = ["CALM_STEPS", "FAULTS_UNTIL", "STEP_US", "Plan", "make", "make_peace", "mend", "plan"]
