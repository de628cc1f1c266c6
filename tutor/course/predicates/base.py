"""What a predicate is: it judges a scene, and says in the present language what it wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol

from tutor.course.labview import LabView, LaneView, RunView
from tutor.course.observe import Moment
from tutor.engine.engine import Engine, Snapshot
from tutor.engine.world import Entry, World
from tutor.i18n import pgettext

if TYPE_CHECKING:
    from tutor.memcached.memcached import Memcached
    from tutor.network.django.desk import Desk

Status = Literal["ok", "wrong", "pending"]


class Lived(Protocol):
    """What was done, and where: a world, or a lab."""

    @property
    def engine(self) -> Engine:
        """The engine that is looked at."""

    @property
    def history(self) -> Sequence[Entry]:
        """What the learner did, in order."""

    @property
    def last(self) -> Entry | None:
        """The newest of it."""


class Company(Protocol):
    """A Django process and a Memcached, each only where the step has one."""

    @property
    def desk(self) -> Desk:
        """The Django process."""

    @property
    def memcached(self) -> Memcached:
        """The Memcached as it stands."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is judged: the learner's world and the step's beginning (a lab has none to go back to).
    ``node`` is where in a lab keys are looked at; "": where the last command was run. ``beside`` is
    what the world or lab has besides, in a step that has it."""

    world: Lived
    start: Snapshot | None = None
    node: str = ""
    beside: Company | None = None

    @property
    def now(self) -> Moment:
        """The keyspace as it stands."""
        if self.node:
            return Moment.of_engine(self.run.engine_of(self.node))
        return Moment.of_engine(self.world.engine)

    @property
    def in_lab(self) -> bool:
        """Whether there are several servers."""
        return isinstance(self.world, RunView)

    def on(self, node: str) -> Scene:
        """The same, seen at a node of the lab."""
        return replace(self, node=node)

    @property
    def whole(self) -> World:
        """The world, with its past; the loader sees to it that no lab is asked for that."""
        assert isinstance(self.world, World)
        return self.world

    @property
    def run(self) -> RunView:
        """The lab, whichever it is; the loader sees to it that nothing else is asked for one."""
        assert isinstance(self.world, RunView)
        return self.world

    @property
    def lab(self) -> LabView:
        """The replication lab; the same holds."""
        assert isinstance(self.world, LabView)
        return self.world

    @property
    def lanes(self) -> LaneView:
        """A lab of lanes; the same holds."""
        assert isinstance(self.world, LaneView)
        return self.world


@dataclass(frozen=True, slots=True)
class Verdict:
    """``got`` is raw data for the text; "pending" means that there is nothing to compare yet."""

    status: Status
    got: Any = None

    @property
    def ok(self) -> bool:
        return self.status == "ok"


PENDING = Verdict("pending")


def verdict(ok: bool, got: Any = None) -> Verdict:
    """ok or wrong."""
    return Verdict("ok" if ok else "wrong", got)


class Predicate(Protocol):
    """One demand. Texts are made when they are shown, so they follow the language."""

    @property
    def key(self) -> bytes | None:
        """The key it is about, if it is about one."""

    def evaluate(self, scene: Scene) -> Verdict:
        """Judge; leaves the world as it is, costs what the predicate names."""

    def name(self) -> str:
        """What is looked at: "type", "length"."""

    def want(self) -> str:
        """What it should be."""

    def got(self, verdict: Verdict) -> str:
        """What it is, for a wrong verdict."""

    def literals(self) -> tuple[str, ...]:
        """What a learner can only know from the task: names, values, seconds (lint S4)."""


class WholeLine(str):
    """What `Predicate.got` returns where "is …, needs …" would not read well."""

    __slots__ = ()


class Demand(WholeLine):
    """A whole line that says again what is wanted, since there is no more to say."""

    __slots__ = ()


def line_text(predicate: Predicate, verdict: Verdict) -> str:
    """ "length: 3", or "length: is 2, needs 3"."""
    name, want = predicate.name(), predicate.want()
    if verdict.status == "wrong":
        got = predicate.got(verdict)
        if isinstance(got, WholeLine):
            return got
        if not got:
            text = pgettext("check", "{what}: needs {want}")
            return text.format(what=name, want=want) if want else name
        if not want:
            return pgettext("check", "{what}: is {got}").format(what=name, got=got)
        text = pgettext("check", "{what}: is {got}, needs {want}")
        return text.format(what=name, got=got, want=want)
    return pgettext("check", "{what}: {want}").format(what=name, want=want) if want else name


@dataclass(frozen=True, slots=True)
class Check:
    """Predicates under one id; ``implied`` lists literals that the task need not name."""

    id: str
    predicates: tuple[Predicate, ...]
    line: int
    implied: tuple[str, ...] = ()

    def evaluate(self, scene: Scene) -> tuple[Verdict, ...]:
        """One verdict for each predicate."""
        return tuple(predicate.evaluate(scene) for predicate in self.predicates)

    def holds(self, scene: Scene) -> bool:
        """True if all predicates are satisfied; stops at the first that is not."""
        return all(predicate.evaluate(scene).ok for predicate in self.predicates)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of a number: any of ``eq gt ge lt le``."""

    limits: Mapping[str, float]

    def holds(self, number: float) -> bool:
        return all(_COMPARE[op](number, limit) for op, limit in self.limits.items())

    def text(self) -> str:
        """``3``, or ``> 0, ≤ 60``."""
        if set(self.limits) == {"eq"}:
            return str(self.limits["eq"])
        return ", ".join(f"{_SIGNS[op]} {limit}" for op, limit in self.limits.items())


_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "eq": lambda number, limit: number == limit,
    "gt": lambda number, limit: number > limit,
    "ge": lambda number, limit: number >= limit,
    "lt": lambda number, limit: number < limit,
    "le": lambda number, limit: number <= limit,
}
_SIGNS = {"eq": "=", "gt": ">", "ge": "≥", "lt": "<", "le": "≤"}
OPERATORS = tuple(_COMPARE)
