"""Predicates about who is connected, known by the name that CLIENT SETNAME gave."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.course.predicates.base import PENDING, Predicate, Scene, Verdict, verdict
from tutor.course.schema import Table
from tutor.engine.session import Session
from tutor.i18n import pgettext

VERSIONS = (2, 3)


def named(scene: Scene, name: str) -> Session | None:
    """The connection of that name, if there is one."""
    sessions = scene.world.engine.sessions.values()
    return next((one for one in sessions if one.name == name.encode()), None)


@dataclass(frozen=True, slots=True)
class Connected:
    """``clients = { name = "robot", connected = false }``."""

    client: str
    wanted: bool
    key: bytes | None = None

    def evaluate(self, scene: Scene) -> Verdict:
        there = named(scene, self.client) is not None
        if there == self.wanted:
            return verdict(True)
        return PENDING if self.wanted else verdict(False)

    def name(self) -> str:
        if self.wanted:
            text = pgettext("check", "a client named {name} is connected")
        else:
            text = pgettext("check", "no client named {name} is connected")
        return text.format(name=self.client)

    def want(self) -> str:
        return ""

    def got(self, verdict: Verdict) -> str:
        return ""

    def literals(self) -> tuple[str, ...]:
        return (self.client,)


@dataclass(frozen=True, slots=True)
class Speaks:
    """``clients = { name = "shop", resp = 3 }``: the version of the protocol."""

    client: str
    wanted: int
    key: bytes | None = None

    def evaluate(self, scene: Scene) -> Verdict:
        session = named(scene, self.client)
        return PENDING if session is None else verdict(session.resp == self.wanted, session.resp)

    def name(self) -> str:
        return pgettext("check", "{name} speaks RESP, version").format(name=self.client)

    def want(self) -> str:
        return str(self.wanted)

    def got(self, verdict: Verdict) -> str:
        return str(verdict.got)

    def literals(self) -> tuple[str, ...]:
        return (self.client,)


def read_clients(table: Table) -> list[Predicate]:
    """``{ name = "shop", connected = true, resp = 3 }``."""
    name = table.require("name", str, "")
    found: list[Predicate] = []
    if "connected" in table:
        found.append(Connected(name, table.get("connected", bool, True)))
    if "resp" in table:
        version = table.get("resp", int, 2)
        if version not in VERSIONS:
            table.complain(f"'resp' must be 2 or 3, not {version}", "resp")
        found.append(Speaks(name, version))
    if not found:
        table.complain("'clients' names one but asks nothing: connected or resp")
    table.close()
    return found
