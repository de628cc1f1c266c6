"""Predicates about a lab: how a node stands, what the clients have lived through, what once was.

A node that is down answers nobody: of what only it could tell there is nothing to compare.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tutor.course.predicates.base import (
    PENDING,
    Bounds,
    Predicate,
    Scene,
    Verdict,
    WholeLine,
    line_text,
    verdict,
)
from tutor.i18n import pgettext
from tutor.labs.replication.frame import NodeFrame

NODE_WORDS = {
    "role": ("master", "replica"),
    "state": ("online", "down", "paused", "loading", "syncing"),
    "link": ("up", "connecting", "sync", "down", "none"),
}
NODE_FIGURES = ("offset_lag", "lag_ms", "keys", "loaded", "sync_full", "sync_partial")
COUNTS = ("acknowledged", "refused", "on_replica", "would_be_lost", "lost", "reads", "stale_reads")
"""What the clients have lived through since the learner came; ``would_be_lost`` is of now."""


NEAR_MS = 1000
"""Whoever is less behind keeps up: INFO tells a replica's lag in whole seconds."""


def _nodes_name(node: str, text: str) -> str:
    return f"{node}: {text}"


@dataclass(frozen=True, slots=True)
class NodeWord:
    """``role = "master"``, ``link = "up"``, ``state = "down"``, ``follows = "replica1"``."""

    node: str
    what: str
    wanted: str
    key: bytes | None = None

    def evaluate(self, scene: Scene) -> Verdict:
        frame = scene.lab.frame.node(self.node)
        if frame.state == "down" and self.what != "state":
            return PENDING
        got = frame.master if self.what == "follows" else getattr(frame, _FIELDS[self.what])
        return verdict(got == self.wanted, got)

    def name(self) -> str:
        names = {
            "role": pgettext("check", "role"),
            "state": pgettext("check", "state"),
            "link": pgettext("check", "link to its master"),
            "follows": pgettext("check", "follows"),
        }
        return _nodes_name(self.node, names[self.what])

    def want(self) -> str:
        return self._said(self.wanted)

    def got(self, verdict: Verdict) -> str:
        text = pgettext("check", "{what}: {got}, needs: {want}")
        got = self._said(str(verdict.got))
        return WholeLine(text.format(what=self.name(), got=got, want=self.want()))

    def _said(self, word: str) -> str:
        if self.what == "follows":
            return word or pgettext("check", "nobody")
        said = {
            "role": {
                "master": pgettext("check", "master"),
                "replica": pgettext("check", "replica"),
            },
            "state": {
                "online": pgettext("state", "runs"),
                "down": pgettext("state", "is down"),
                "paused": pgettext("state", "stands still"),
                "loading": pgettext("state", "loads its data"),
                "syncing": pgettext("state", "copies everything"),
            },
            "link": {
                "up": pgettext("link", "up"),
                "connecting": pgettext("link", "connecting"),
                "sync": pgettext("link", "copying everything"),
                "down": pgettext("link", "down"),
                "none": pgettext("link", "none"),
            },
        }
        return said[self.what].get(word, word)

    def literals(self) -> tuple[str, ...]:
        return (self.node, *([self.wanted] if self.what == "follows" else []))


_FIELDS = {"role": "role", "state": "state", "link": "link_state"}


@dataclass(frozen=True, slots=True)
class NodeFigure:
    """``offset_lag`` in bytes, ``lag_ms``, ``keys``, ``loaded`` (from its disk, once it has
    started again),
    ``sync_full``, ``sync_partial``."""

    node: str
    what: str
    wanted: Bounds
    key: bytes | None = None

    def evaluate(self, scene: Scene) -> Verdict:
        frame = scene.lab.frame.node(self.node)
        if frame.state == "down":
            return PENDING
        figure = self._figure(frame)
        if figure is None and self.what == "loaded":
            return PENDING
        return verdict(figure is not None and self.wanted.holds(figure), figure)

    def _figure(self, frame: NodeFrame) -> int | None:
        if self.what == "lag_ms":
            return None if frame.behind_ms is None else round(frame.behind_ms)
        if self.what == "offset_lag":
            return frame.behind_bytes
        figure: int | None = getattr(frame, self.what)
        return figure

    def name(self) -> str:
        names = {
            "offset_lag": pgettext("check", "bytes behind the master"),
            "lag_ms": pgettext("check", "milliseconds behind the master"),
            "keys": pgettext("check", "keys"),
            "loaded": pgettext("check", "keys found on its disk"),
            "sync_full": pgettext("check", "full syncs given"),
            "sync_partial": pgettext("check", "partial syncs given"),
        }
        return _nodes_name(self.node, names[self.what])

    def want(self) -> str:
        return self.wanted.text()

    def got(self, verdict: Verdict) -> str:
        return pgettext("check", "unknown") if verdict.got is None else str(verdict.got)

    def literals(self) -> tuple[str, ...]:
        return (self.node, *limits_of(self.wanted))


@dataclass(frozen=True, slots=True)
class Synced:
    """``synced = true``: the link is up, and what the master had a second ago is there. While
    clients write, an offset that is equal to the byte is a matter of luck (``offset_lag = 0``)."""

    node: str
    wanted: bool
    key: bytes | None = None

    def evaluate(self, scene: Scene) -> Verdict:
        frame = scene.lab.frame.node(self.node)
        if frame.state == "down":
            return PENDING
        behind = frame.behind_ms
        synced = frame.link_state == "up" and behind is not None and behind < NEAR_MS
        return verdict(synced == self.wanted, (frame.link_state, behind))

    def name(self) -> str:
        if self.wanted:
            return _nodes_name(self.node, pgettext("check", "keeps up with its master"))
        return _nodes_name(self.node, pgettext("check", "does not keep up with its master"))

    def want(self) -> str:
        return ""

    def got(self, verdict: Verdict) -> str:
        if not isinstance(verdict.got, tuple) or not self.wanted:
            return ""
        link, behind = verdict.got
        if link != "up" or behind is None:
            text = pgettext("check", "no link to its master")
        else:
            text = pgettext("check", "{n} ms behind its master").format(n=round(behind))
        return WholeLine(_nodes_name(self.node, text))

    def literals(self) -> tuple[str, ...]:
        return (self.node,)


@dataclass(frozen=True, slots=True)
class ClientsCount:
    """``lab = { lost = 0, stale_reads = { ge = 5 } }``, since the learner came."""

    what: str
    wanted: Bounds
    key: bytes | None = None

    def evaluate(self, scene: Scene) -> Verdict:
        view = scene.lab
        now = self.what == "would_be_lost"
        count = view.frame.counters.would_be_lost if now else view.since(self.what)
        return verdict(self.wanted.holds(count), count)

    def name(self) -> str:
        names = {
            "acknowledged": pgettext("check", "writes acknowledged"),
            "refused": pgettext("check", "writes refused"),
            "on_replica": pgettext("check", "writes that reached a replica"),
            "would_be_lost": pgettext("check", "writes that a failover would lose"),
            "lost": pgettext("check", "acknowledged writes lost"),
            "reads": pgettext("check", "reads"),
            "stale_reads": pgettext("check", "stale reads"),
        }
        return names[self.what]

    def want(self) -> str:
        return self.wanted.text()

    def got(self, verdict: Verdict) -> str:
        return str(verdict.got)

    def literals(self) -> tuple[str, ...]:
        return limits_of(self.wanted)


@dataclass(frozen=True, slots=True)
class ClientsSetting:
    """``lab = { master = "replica1", wait = 1 }``: whom clients write to, what they wait for."""

    what: str
    wanted: str | int
    key: bytes | None = None

    def evaluate(self, scene: Scene) -> Verdict:
        clients = scene.lab.lab.clients
        got = clients.master if self.what == "master" else clients.rates.wait
        return verdict(got == self.wanted, got)

    def name(self) -> str:
        if self.what == "master":
            return pgettext("check", "clients write to")
        return pgettext("check", "replicas that each write waits for")

    def want(self) -> str:
        return str(self.wanted)

    def got(self, verdict: Verdict) -> str:
        return str(verdict.got)

    def literals(self) -> tuple[str, ...]:
        return (str(self.wanted),)


@dataclass(frozen=True, slots=True)
class OnNode:
    """A predicate about a key, on a node: ``expect = { node = "replica1", key = … }``."""

    node: str
    part: Predicate

    @property
    def key(self) -> bytes | None:
        return self.part.key

    def evaluate(self, scene: Scene) -> Verdict:
        if not scene.run.is_up(self.node):
            return PENDING
        return self.part.evaluate(replace(scene, node=self.node))

    def name(self) -> str:
        return _nodes_name(self.node, self.part.name())

    def want(self) -> str:
        return self.part.want()

    def got(self, verdict: Verdict) -> str:
        got = self.part.got(verdict)
        return WholeLine(_nodes_name(self.node, got)) if isinstance(got, WholeLine) else got

    def literals(self) -> tuple[str, ...]:
        return (self.node, *self.part.literals())


@dataclass(frozen=True, slots=True)
class Once:
    """``once = { repl = { … } }``: it was so at some moment since the learner came. While it has
    not been, that is nobody's mistake."""

    part: Predicate
    key: bytes | None = None

    def evaluate(self, scene: Scene) -> Verdict:
        if not scene.run.has_seen(id(self)):
            if not self.part.evaluate(scene).ok:
                return PENDING
            scene.run.see(id(self))
        return verdict(True)

    def name(self) -> str:
        text = pgettext("check", "it happened: {what}")
        return text.format(what=line_text(self.part, verdict(True)))

    def want(self) -> str:
        return ""

    def got(self, verdict: Verdict) -> str:
        return ""

    def literals(self) -> tuple[str, ...]:
        return self.part.literals()


def limits_of(bounds: Bounds) -> tuple[str, ...]:
    """Numbers that a learner cannot guess: 0 and 1 are what "none" and "any" say."""
    return tuple(str(limit) for limit in bounds.limits.values() if limit > 1)
