"""The security lab: one experiment, its lanes side by side in one time.

    attacks   the same attacker against each setting
    rights    the application's password has leaked: what it is good for
    guess     how long a password stands
    harden    a server that is open to everybody is shut, step by step, while it runs

How a run goes on, goes back and is remembered: `tutor.labs.lanes`. A prompt can be at
``attacker@LANE``, ``app@LANE``, ``admin@LANE``; without a lane it is the one that matters most, and
the name of a lane alone means its administrator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from tutor.engine.cmdline import split
from tutor.engine.replies import BLOCKED
from tutor.engine.session import Session
from tutor.labs.knobs import Act, Knob
from tutor.labs.lanes import COMMAND, EVENTS, LaneDeed, LaneLab, chosen_lanes, with_series
from tutor.labs.security.attacks import ATTACKS, RIGHTS_ATTACKS
from tutor.labs.security.frame import Experiment, Knobs, SecurityFrame, Who
from tutor.labs.security.lane import HARDENING, SecurityLane
from tutor.labs.security.passwords import place as place_of
from tutor.labs.security.settings import (
    APP,
    BINDS,
    LOOPBACK,
    PASSWORDS,
    PRIVATE,
    PUBLIC,
    SETTINGS,
)
from tutor.labs.world import World

STEPS: Mapping[str, tuple[float | str, ...]] = {
    "rate": (0, 1, 2, 5, 10, 20, 50),
    "guesses": (0, 10, 50, 100, 200, 500),
    "scan": (0, 1),
    "password": ("weak", "strong"),
    "app-host": (APP, LOOPBACK),
    "configs": ("no", "yes"),
    "account": ("root", "redis"),
}
"""The values of each knob."""

_HARDEN_STEPS: Mapping[str, tuple[float | str, ...]] = {
    "bind": tuple(BINDS),
    "protect": ("no", "yes"),
    "password": ("none", *PASSWORDS),
}

OF: Mapping[Experiment, tuple[str, ...]] = {
    "attacks": ("attack", "scan", "rate", "password", "app-host", "configs", "account"),
    "rights": ("attack", "scan", "rate", "configs", "account"),
    "guess": ("guesses", "rate"),
    "harden": (*HARDENING, "deploy", "attack", "scan", "rate", "app-host"),
}
"""Which knobs an experiment has."""

_FIELDS: Mapping[str, str] = {
    "rate": "rate", "guesses": "guesses", "scan": "scan", "password": "password",
    "app-host": "app_host", "configs": "configs", "account": "account",
}  # fmt: skip
_NUMBERS = frozenset({"rate", "guesses", "scan"})

WHO: tuple[Who, ...] = ("attacker", "app", "admin")
YOURS = "yours"
"""The lane of `harden` that is hardened; the other one is left as it is."""

LANE_FIGURES = (
    "through", "stopped", "untested", "asked", "served", "refused", "empty", "waiting",
    "refused_now", "keys", "lost", "foreign", "missing", "role",
)  # fmt: skip
GUESS_FIGURES = ("tried", "found", "logged")


class SecurityLab(LaneLab[SecurityLane, Knobs, SecurityFrame]):
    """``settings``: which lanes, all of the experiment's if none is named. Raises KeyError for one
    that it has not."""

    kind = "security"
    experiment: Experiment

    def __init__(
        self,
        experiment: Experiment = "attacks",
        seed: int = 7,
        knobs: Knobs | None = None,
        settings: Sequence[str] = (),
        acts: Sequence[Act] = (),
    ) -> None:
        names = chosen_lanes(settings, SETTINGS[experiment])
        super().__init__(experiment, seed, names, knobs or Knobs(), acts)

    def make_lane(self, name: str) -> SecurityLane:
        """At the beginning."""
        return SecurityLane(self.experiment, name, self.seed, self.first)

    # knobs

    def knobs_here(self) -> Sequence[Knob]:
        """Those of the experiment."""
        return [self._knob(kind) for kind in OF[self.experiment]]

    def _knob(self, kind: str) -> Knob:
        if kind == "attack":
            return Knob(kind, (), RIGHTS_ATTACKS if self.experiment == "rights" else tuple(ATTACKS))
        steps = _HARDEN_STEPS if self._hardens(kind) else STEPS
        return Knob(kind, steps.get(kind, ()))

    def _hardens(self, kind: str) -> bool:
        return self.experiment == "harden" and kind in (*HARDENING, "deploy")

    def standing(self, kind: str) -> float | str:
        """In the knob's own unit; what is hardened, as the server has it."""
        if self._hardens(kind) and kind in _HARDEN_STEPS:
            return self._hardened(kind)
        value: float | str = getattr(self.knobs, _FIELDS[kind])
        return value

    def _hardened(self, kind: str) -> str:
        name = YOURS if YOURS in self.names else self.names[0]
        lane = self.lanes[self.names.index(name)]
        config = lane.world.master.engine.config
        if kind == "bind":
            site = lane.site
            return "all" if site.listens(PUBLIC) else "inward" if site.listens(PRIVATE) else "local"
        if kind == "protect":
            return "yes" if config.protected_mode else "no"
        if not config.requirepass:
            return "none"
        return "weak" if place_of(config.requirepass) else "strong"

    def turned(self, knobs: Knobs, act: Act) -> Knobs:
        """The knobs after an act."""
        if act.kind not in _FIELDS or self._hardens(act.kind):
            return knobs
        value = int(act.value) if act.kind in _NUMBERS else str(act.value)
        values: dict[str, Any] = {_FIELDS[act.kind]: value}
        return replace(knobs, **values)

    def act_on(self, lane: SecurityLane, name: str, act: Act, knobs: Knobs) -> str:
        """Nothing is to be told of one lane alone."""
        if act.kind == "attack":
            lane.ask_for(act.target)
        elif not self._hardens(act.kind):
            lane.set_knobs(knobs)
        elif name != "open":
            lane.harden(act.kind, str(act.value))
        return ""

    def tell_act(self, act: Act, outcomes: Mapping[str, str]) -> None:
        """A step of hardening has a sentence of its own, an attack as well."""
        if act.kind == "attack":
            self.tell("asked", attack=act.target)
        elif self._hardens(act.kind):
            self.tell("harden", step=act.kind, value=str(act.value))
        else:
            super().tell_act(act, outcomes)

    # prompts

    @property
    def places(self) -> Sequence[str]:
        """Where a prompt can be: each of three people at each lane."""
        return (*WHO, *(f"{who}@{name}" for name in self.names for who in WHO), *self.names)

    def _placed(self, place: str) -> tuple[str, Who]:
        """The lane and the person. Raises KeyError."""
        if place in self.names:
            return place, "admin"
        who, _at, name = place.partition("@")
        usual = YOURS if YOURS in self.names else self.names[0]
        if who not in WHO or (name or usual) not in self.names:
            raise KeyError(place)
        return name or usual, WHO[WHO.index(who)]

    def _lane_of(self, place: str) -> tuple[SecurityLane, Who]:
        name, who = self._placed(place)
        return self.lanes[self.names.index(name)], who

    def _do(self, lane: SecurityLane, name: str, deed: LaneDeed, knobs: Knobs) -> str:
        act = deed.act
        if act.kind != COMMAND:
            return self.act_on(lane, name, act, knobs)
        at, who = self._placed(act.target)
        if at == name:
            deed.reply = BLOCKED
            lane.typed(who, split(str(act.value)), partial(setattr, deed, "reply"))
        return ""

    def _world_of(self, place: str) -> World:
        return self._lane_of(place)[0].world

    def session_on(self, place: str) -> Session:
        """The session of a prompt; one that goes nowhere while nobody lets it in."""
        lane, who = self._lane_of(place)
        return lane.session_on(who)

    # looking

    def shown(self, number: int) -> SecurityFrame:
        """With the samples that lead up to it."""
        frame: SecurityFrame = with_series(self.frames, number)
        return frame

    def take(self) -> SecurityFrame:
        """The present moment."""
        news = [event for lane in self.lanes for event in lane.news[-EVENTS:]]
        events = sorted([*self.events, *news], key=lambda event: event.time)
        return SecurityFrame(
            time=self._now, seed=self.seed, experiment=self.experiment, knobs=self.knobs,
            lanes=tuple(lane.take() for lane in self.lanes), events=tuple(events[-EVENTS:]),
        )  # fmt: skip

    def figures(self) -> Mapping[str, float | str]:
        """Of each lane ``open.through``, ``acl.refused`` …, and of each of its attacks
        ``open.wipe`` ("through", "stopped" or "")."""
        frame = self.frames[-1]
        found: dict[str, float | str] = {}
        for lane in frame.lanes:
            name = lane.setting
            found |= {f"{name}.{figure}": getattr(lane, figure) for figure in LANE_FIGURES}
            found |= {f"{name}.{attack.name}": attack.outcome for attack in lane.attacks}
            if lane.guess is not None:
                found |= {f"{name}.{word}": getattr(lane.guess, word) for word in GUESS_FIGURES}
        found["attacks.through"] = sum(lane.through for lane in frame.lanes)
        found["app.refused"] = sum(lane.refused for lane in frame.lanes)
        return found


def make(
    experiment: str, seed: int, settings: Mapping[str, float | str], acts: Sequence[Act] = ()
) -> SecurityLab:
    """A run by words: see `tutor.labs.catalog`."""
    if experiment not in OF:
        raise KeyError(experiment)
    knobs = Knobs()
    for kind, value in settings.items():
        hardens = experiment == "harden" and kind in HARDENING
        if kind not in OF[experiment] or kind not in _FIELDS or hardens:
            raise KeyError(kind)
        words = int(value) if kind in _NUMBERS else str(value)
        changed: dict[str, Any] = {_FIELDS[kind]: words}
        knobs = replace(knobs, **changed)
    return SecurityLab(experiment, seed, knobs, (), acts)
