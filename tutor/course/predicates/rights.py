"""Predicates about users: what one may run, and whether a password is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.course.predicates.base import Predicate, Scene, Verdict, WholeLine, verdict
from tutor.course.schema import Table, command_words
from tutor.engine.acl.user import User
from tutor.engine.cmdline import quote
from tutor.engine.engine import Engine
from tutor.engine.registry import Command
from tutor.i18n import pgettext


@dataclass(frozen=True, slots=True)
class Account:
    """A user on the world's server, or on that of a ``node`` in a lab."""

    user: str
    node: str = ""

    def engine(self, scene: Scene) -> Engine:
        """The server that is asked."""
        return scene.run.engine_of(self.node) if self.node else scene.world.engine

    def find(self, scene: Scene) -> User | None:
        """The user if there is one and it is on."""
        user = self.engine(scene).acl.users.get(self.user.encode())
        return user if user is not None and user.rights.enabled else None

    @property
    def literals(self) -> tuple[str, ...]:
        """What a task has to name."""
        return (self.node, self.user) if self.node else (self.user,)

    def said(self, text: str) -> str:
        """A sentence about it, with the node in front in a lab."""
        line = text.format(user=self.user)
        return f"{self.node}: {line}" if self.node else line


@dataclass(frozen=True, slots=True)
class Permitted:
    """``may = ["GET cart:1"]``, ``may_not = ["FLUSHALL"]``: whether the user is there, is on, and
    has the right to run the command."""

    account: Account
    argv: tuple[bytes, ...]
    wanted: bool
    key: bytes | None = None

    def evaluate(self, scene: Scene) -> Verdict:
        user, engine = self.account.find(scene), self.account.engine(scene)
        command = command_of(engine, self.argv)
        allowed = (
            user is not None
            and command is not None
            and engine.acl.allowed(user, command, self.argv) is None
        )
        return verdict(allowed == self.wanted, allowed)

    def name(self) -> str:
        line = " ".join(quote(word) for word in self.argv)
        if self.wanted:
            text = pgettext("check", "{user} may run {line}")
        else:
            text = pgettext("check", "{user} may not run {line}")
        return self.account.said(text.replace("{line}", line.replace("{", "{{")))

    def want(self) -> str:
        return ""

    def got(self, verdict: Verdict) -> str:
        return ""

    def literals(self) -> tuple[str, ...]:
        return self.account.literals


@dataclass(frozen=True, slots=True)
class Open:
    """``nopass = false``: nobody logs in as this user with any password."""

    account: Account
    wanted: bool
    key: bytes | None = None

    def evaluate(self, scene: Scene) -> Verdict:
        user = self.account.find(scene)
        is_open = user is not None and user.rights.nopass
        return verdict(is_open == self.wanted, is_open)

    def name(self) -> str:
        if self.wanted:
            return self.account.said(pgettext("check", "{user} logs in with any password"))
        return self.account.said(pgettext("check", "{user} does not log in with any password"))

    def want(self) -> str:
        return ""

    def got(self, verdict: Verdict) -> str:
        if self.wanted:
            return ""
        return WholeLine(self.account.said(pgettext("check", "{user} logs in with any password")))

    def literals(self) -> tuple[str, ...]:
        return self.account.literals


def command_of(engine: Engine, argv: tuple[bytes, ...]) -> Command | None:
    """The command or subcommand that a line is for."""
    found: Command | None = engine.commands.get(argv[0].lower())
    if found is not None and found.subcommands and len(argv) > 1:
        found = found.subcommands.get(argv[1].lower())
    return found


def read_rights(table: Table) -> list[Predicate]:
    """``{ user = "intern", may = [...], may_not = [...], nopass = false, node = "master" }``."""
    account = Account(table.require("user", str, ""), table.get("node", str, ""))
    found: list[Predicate] = []
    for name, wanted in (("may", True), ("may_not", False)):
        for text in table.strings(name):
            argv = command_words(table.source, (*table.place, name), text)
            if argv:
                found.append(Permitted(account, argv, wanted))
    if "nopass" in table:
        found.append(Open(account, table.get("nopass", bool, False)))
    if not found and not table.source.problems:
        table.complain("'acl' names a user but asks nothing of it")
    table.close()
    return found
