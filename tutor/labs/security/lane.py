"""A lane: one server, its application, its administrator, and the attacker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from tutor.engine.replies import Reply, ReplyError
from tutor.engine.session import Session
from tutor.labs.replication.frame import EventFrame
from tutor.labs.security.administrator import Administrator
from tutor.labs.security.application import Application
from tutor.labs.security.attacker import Attacker
from tutor.labs.security.attacks import ATTACKS, DATA, RIGHTS_ATTACKS, spoiled
from tutor.labs.security.client import Client
from tutor.labs.security.frame import (
    ClientFrame,
    Experiment,
    Knobs,
    LaneFrame,
    Outcome,
    Who,
)
from tutor.labs.security.guesser import Guesser
from tutor.labs.security.settings import (
    APP,
    ATTACKER,
    LOOPBACK,
    PRIVATE,
    PUBLIC,
    setting_of,
)
from tutor.labs.security.site import Site
from tutor.labs.world import World

_T = TypeVar("_T")

MEND_US = 150_000
WIRE = 14
_HASH = 12

HARDENING = ("bind", "protect", "password", "acl", "kick")


class SecurityLane:
    """``name`` is the setting's. ``news``: attacks that have come to
    another end than before."""

    def __init__(self, experiment: Experiment, name: str, seed: int, knobs: Knobs) -> None:
        self.experiment, self.name, self.knobs = experiment, name, knobs
        setting = self.setting = setting_of(experiment, name, knobs)
        self.site = Site(seed, setting, knobs.account)
        self.world: World = self.site
        self.news: list[EventFrame] = []
        self.admin = Administrator(self.site, setting.admin, setting.app)
        self.admin.fill()
        self.application = Application(self.site, seed, knobs, setting.app)
        self.lost = 0
        self._ended: dict[str, Outcome] = {}
        self._conf: tuple[str, ...] = ()
        self._clients: tuple[ClientFrame, ...] = ()
        self.attacker: Attacker | None = None
        self.guesser: Guesser | None = None
        self._typed: dict[Who, Client] = {}
        if experiment == "guess":
            password = setting.app.password
            self.guesser = Guesser(self.site, password, knobs.guesses, named=bool(setting.users))
        else:
            names = RIGHTS_ATTACKS if experiment == "rights" else tuple(ATTACKS)
            self.attacker = Attacker(self.site, names, setting.stolen, self._over)
            self.attacker.scan = bool(knobs.scan)

    # what happens

    def _over(self, name: str, outcome: Outcome) -> None:
        """An attack is over."""
        assert self.attacker is not None
        lost = len(self._spoiled())
        self.lost += lost
        if outcome != self._ended.get(name, "stopped"):
            params = (("lane", self.name), ("attack", name))
            self.news.append(EventFrame(self.site.simulation.now, outcome, params))
        self._ended[name] = outcome
        self.site.simulation.after(MEND_US, self.admin.mend)

    def _spoiled(self) -> set[bytes]:
        if not self.site.master.up:
            return set(DATA)
        return spoiled(self.site.master.engine.databases[0].peek)

    # what is done

    def ask_for(self, attack: str) -> None:
        """Let the attacker try this next."""
        if self.attacker is not None:
            self.attacker.ask_for(attack)

    def set_knobs(self, knobs: Knobs) -> None:
        """From now on."""
        before, self.knobs = self.knobs, knobs
        self.application.set_knobs(knobs)
        if self.attacker is not None:
            self.attacker.scan = bool(knobs.scan)
            self.attacker.go_on()
        if self.guesser is not None:
            self.guesser.rate = knobs.guesses
        if knobs.configs != before.configs:
            self.site.configs = knobs.configs
            self._changed()
        if knobs.account != before.account:
            self.site.account = knobs.account
            self.site.make_folders()
            self._changed()
        if knobs.password != before.password and self.name == "password":
            setting = setting_of(self.experiment, self.name, knobs)
            self.admin.set_password(setting.admin.password)
            self.application.deploy(setting.app)
            self._changed()

    def harden(self, kind: str, value: str) -> None:
        """The administrator does a step; ``deploy`` tells the application what it needs."""
        if kind == "deploy":
            self.application.deploy(self.admin.for_the_app())
            return
        self.admin.harden(kind, value)
        self._changed()

    def _changed(self) -> None:
        if self.attacker is not None:
            self.attacker.change += 1

    # who types

    def _place(self, who: Who) -> Client:
        """The client of a prompt."""
        if who not in self._typed:
            source, target = {"attacker": (ATTACKER, PUBLIC), "app": (APP, PRIVATE)}.get(
                who, (LOOPBACK, LOOPBACK)
            )
            self._typed[who] = Client(self.site, who, source, target)
        return self._typed[who]

    def typed(self, who: Who, argv: Sequence[bytes], hear: Callable[[Reply], object]) -> None:
        """A command that somebody types there; ``hear`` gets its reply, now or later."""
        client = self._place(who)
        if not client.connected:
            if who == "app":
                client.credentials = self.application.client.credentials
            elif who == "admin":
                client.credentials = self.admin.client.credentials
        self.world.live += 1  # who waits cannot be frozen
        client.say(argv, partial(self._heard, who, argv, hear))

    def _heard(
        self, who: Who, argv: Sequence[bytes], hear: Callable[[Reply], object], reply: Reply
    ) -> None:
        self.world.live -= 1
        if who == "admin" and not isinstance(reply, ReplyError):
            self.admin.learn(argv)
            self._changed()
        hear(reply)

    def session_on(self, who: Who) -> Session:
        """The session of a prompt; one that is connected to nothing if nobody lets it in."""
        client = self._place(who)
        if client.connected and client.session is not None:
            return client.session
        lost = Session(self.site.master.engine, 0, f"{client.source}:0")
        lost.local = client.source == LOOPBACK
        return lost

    # looking

    @property
    def logs(self) -> tuple[list[Any], ...]:
        """What only grows, and is not part of a checkpoint."""
        found: list[list[Any]] = [self.news, self.admin.client.told, self.application.client.told]
        if self.attacker is not None:
            found += [self.attacker.told, self.attacker.files]
        return tuple(found)

    def begin_step(self) -> None:
        """A tenth of a second begins."""
        self.application.begin_step()

    def run_to(self, time: int) -> None:
        """Let time pass."""
        self.site.simulation.run_until(time)

    def take(self) -> LaneFrame:
        """The present moment."""
        app, site, attacker = self.application, self.site, self.attacker
        attacks = attacker.frames() if attacker is not None else ()
        if self.guesser is not None:
            attacks = self.guesser.frames()
        known = attacker.known if attacker is not None else None
        keys = set(site.master.engine.databases[0].live_keys()) if site.master.up else set()
        conf = self._conf = _kept(self._conf, conf_of(site, self.admin.rules))
        clients = self._clients = _kept(self._clients, _clients(self))
        told = [*self.admin.client.told[-WIRE:], *app.client.told[-WIRE:]]
        told += attacker.told[-WIRE:] if attacker is not None else []
        told += self.guesser.told if self.guesser is not None else []
        told.sort(key=lambda one: one.time)
        return LaneFrame(
            setting=self.name, attacks=attacks,
            under_way=next((one.name for one in attacks if one.now), ""),
            through=sum(one.outcome == "through" for one in attacks),
            stopped=sum(one.outcome == "stopped" for one in attacks),
            untested=sum(one.stale or not one.tries for one in attacks),
            asked=app.asked, served=app.served, refused=app.refused, empty=app.empty,
            waiting=app.waiting, refused_now=app.refused_now, app_error=app.error, keys=len(keys),
            lost=self.lost, foreign=len(keys - set(DATA)), missing=len(set(DATA) - keys),
            role="replica" if site.master.is_replica else "master", busy=site.hang is not None,
            up=site.master.up, known=" ".join(known) if known is not None else "",
            conf=conf, clients=clients,
            files=tuple(attacker.files[-2:]) if attacker is not None else (),
            wire=tuple(told[-WIRE:]), sample=app.sample(),
            guess=self.guesser.frame() if self.guesser is not None else None,
        )  # fmt: skip


def _kept(old: tuple[_T, ...], new: tuple[_T, ...]) -> tuple[_T, ...]:
    """The old one, if it says the same: frames share it."""
    return old if old == new else new


def conf_of(site: Site, rules: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """What redis.conf would say of all that keeps people out, as it stands now."""
    config, engine = site.master.engine.config, site.master.engine
    bind = " ".join(config.bind)
    lines = [f"bind {bind}", f"protected-mode {'yes' if config.protected_mode else 'no'}"]
    if config.requirepass:
        lines.append(f"requirepass {_short(config.requirepass.decode())}")
    if site.setting.renames:
        hidden = " ".join(name.decode() for name in site.setting.renames)
        lines.append(f'rename-command {hidden} ""')
    if len(engine.acl.users) > 1:
        names = [user.name.decode() for user in engine.acl.sorted_users()]
        lines += [" ".join(map(_short, ("user", one, *rules.get(one, ())))) for one in names]
    if site.configs != "no":
        lines.append(f"enable-protected-configs {site.configs}")
    return tuple(lines)


def _short(word: str) -> str:
    """A hash or a long password by its beginning."""
    return word if len(word) < 2 * _HASH else f"{word[:_HASH]}…"


def _clients(lane: SecurityLane) -> tuple[ClientFrame, ...]:
    """Who is connected."""
    if not lane.site.master.up:
        return ()
    found: list[ClientFrame] = []
    for session in lane.site.master.engine.sessions.values():
        host = session.peer.partition(":")[0]
        who = {ATTACKER: "attacker", lane.application.client.source: "app"}.get(host, "admin")
        if lane.application.client.session is session:
            who = "app"
        user = session.user.name.decode() if session.authenticated else ""
        found.append(ClientFrame(who, session.peer, user))
    return tuple(found)
