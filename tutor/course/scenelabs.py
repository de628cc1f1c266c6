"""The labs that scenes play in: how a run is made, spoken to and read, by the lab's name.

Every lab is asked in the same words here, whatever it is made of: see `SceneLab`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from tutor.course.scenes import SceneSetup
from tutor.labs.catalog import LAB_NAMES, lab_kind
from tutor.labs.knobs import Knob
from tutor.labs.lanewords import LaneWords
from tutor.labs.replication.words import WORDS, read_move

Figures = Mapping[str, float | str]
UNKNOWN = "?"
"""A figure that nobody can know at the moment."""


class Tongue(NamedTuple):
    """The words of a run. ``read(argv, at)`` gives a move, for a prompt at ``at``; it raises
    `BadWord`. ``places`` of a prompt, () if there is none; ``choices``: what can be looked at
    closely; ``panels``, if there are several."""

    words: Sequence[str]
    read: Callable[[Sequence[bytes], str], Any]
    places: Sequence[str]
    choices: Sequence[str]
    panels: Sequence[str] = ()


class SceneLab(NamedTuple):
    """``experiments``: the first is the usual one, () if there is no choice. ``make(setup, seed)``
    raises KeyError for a setting that is none. ``figures`` of the present moment, by flat names
    that do not depend on it."""

    experiments: Sequence[str]
    make: Callable[[SceneSetup, int], Any]
    tongue: Callable[[SceneSetup], Tongue]
    act: Callable[[Any, str, str, float | str], None]
    figures: Callable[[Any], Figures]


def _plain_act(lab: Any, kind: str, target: str, value: float | str) -> None:
    lab.act(kind, target, value)


# replication

PANELS = ("ms", "bytes", "reads", "events", "sentinels")
_NODE = ("behind_ms", "behind_bytes", "keys", "offset", "sync_full", "sync_partial", "state",
         "role", "link_state", "master")  # fmt: skip
_SUMS = ("acknowledged", "refused", "on_replica", "would_be_lost", "lost", "reads", "stale_reads")


def _replication() -> SceneLab:
    from tutor.labs.replication.lab import Lab
    from tutor.labs.replication.scenarios import SCENARIOS

    def make(setup: SceneSetup, seed: int) -> Lab:
        lab = Lab(setup.experiment, seed, setup.replicas)
        for kind, value in setup.settings.items():
            if kind not in REPLICATION_SETTINGS:
                raise KeyError(kind)
            lab.act(kind, "", value)
        return lab

    def tongue(setup: SceneSetup) -> Tongue:
        count = SCENARIOS[setup.experiment].replicas if setup.replicas is None else setup.replicas
        nodes = ("master", *(f"replica{number + 1}" for number in range(count)))
        links = tuple(f"{one}-{other}" for one in nodes for other in nodes if one != other)
        return Tongue(
            WORDS, lambda argv, at: read_move(argv, nodes, at), nodes, (*nodes, *links), PANELS
        )

    def figures(lab: Lab) -> Figures:
        frame = lab.frames[-1]
        found: dict[str, float | str] = {one: getattr(frame.counters, one) for one in _SUMS}
        found["master"] = frame.master
        for node in frame.nodes:
            for name in _NODE:
                value = getattr(node, name)
                found[f"{node.name}.{name}"] = UNKNOWN if value is None else value
        return found

    return SceneLab(tuple(SCENARIOS), make, tongue, _plain_act, figures)


REPLICATION_SETTINGS = ("write-rate", "read-rate", "wait", "sentinels")
"""What of the whole lab can be set from the beginning."""


# durability


def _durability() -> SceneLab:
    from tutor.labs.durability.lab import DurabilityLab
    from tutor.labs.durability.policies import POLICIES
    from tutor.labs.durability.stage import FSYNCS_US, RATES

    in_ms = tuple(one / 1000 for one in FSYNCS_US)
    knobs = (
        Knob("crash"), Knob("power-cut"), Knob("restart"), Knob("rate", RATES),
        Knob("fsync", in_ms),
    )  # fmt: skip
    words = LaneWords(knobs, ())

    def act(lab: DurabilityLab, kind: str, target: str, value: float | str) -> None:
        lab.act(kind, target, float(value) * 1000 if kind == "fsync" else value)

    def make(setup: SceneSetup, seed: int) -> DurabilityLab:
        lab = DurabilityLab(seed)
        for kind, value in setup.settings.items():
            if kind not in ("rate", "fsync"):
                raise KeyError(kind)
            act(lab, kind, "", value)
        return lab

    def tongue(setup: SceneSetup) -> Tongue:
        return Tongue(words.words, words.read, (), tuple(POLICIES))

    def figures(lab: DurabilityLab) -> Figures:
        found: dict[str, float | str] = {}
        for one in lab.frames[-1]:
            here = {
                "acknowledged": one.acknowledged, "refused": one.refused,
                "lost": one.count("gone"), "on_disk": one.count("disk"),
                "crash_takes": one.crash_takes, "power_takes": one.power_takes,
                "up": "yes" if one.up else "no",
            }  # fmt: skip
            found |= {f"{one.policy}.{name}": value for name, value in here.items()}
        return found

    return SceneLab((), make, tongue, act, figures)


# lanes


def _lanes(name: str) -> SceneLab:
    kind = lab_kind(name)

    def make(setup: SceneSetup, seed: int) -> Any:
        return kind.make(setup.experiment, seed, setup.settings, ())

    def tongue(setup: SceneSetup) -> Tongue:
        lab = kind.make(setup.experiment, 0, {}, ())
        words = LaneWords(lab.knobs_here(), lab.places)
        lanes = tuple(kind.lanes(setup.experiment))
        return Tongue(words.words, words.read, tuple(lab.places), lanes)

    return SceneLab(kind.experiments, make, tongue, _plain_act, lambda lab: dict(lab.figures()))


SCENE_LABS: tuple[str, ...] = ("replication", "durability", *LAB_NAMES)


def scene_lab(name: str) -> SceneLab:
    """A lab by its name. Raises KeyError."""
    if name == "replication":
        return _replication()
    if name == "durability":
        return _durability()
    return _lanes(name)
