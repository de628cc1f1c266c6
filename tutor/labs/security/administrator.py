"""Who looks after the server: on its own machine, over loopback.

After an attack he puts right what was broken, as far as the server lets him in; what he is told to
do (`harden`) he does by commands, as one does on a server that must not stand still.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from tutor.engine.replies import Reply, ReplyError
from tutor.labs.security.attacks import DATA, PLANTED, spoiled
from tutor.labs.security.client import Client
from tutor.labs.security.settings import (
    ADMIN_PASSWORD,
    ADMIN_RULES,
    APP_RULES,
    BINDS,
    DEFAULT_OFF,
    LOOPBACK,
    PASSWORDS,
    Credentials,
)
from tutor.labs.security.site import HOME, Site

NOTICE_US = 1_200_000
"""So long after the first BUSY he has seen it."""


class Administrator:
    """``secrets``: the password of each user as he has set it, "" for the default user. ``rules``:
    those that he has given to users."""

    def __init__(self, site: Site, credentials: Credentials, app: Credentials) -> None:
        self.site = site
        self.client = Client(site, "admin", LOOPBACK, LOOPBACK, credentials)
        self.secrets: dict[str, str] = {}
        self.rules = {words[0]: words[1:] for words in site.setting.users}
        for one in (app, credentials):
            if one.password:
                self.secrets[one.user] = one.password
        self.mended = 0
        site.on_hang = self._hung

    def say(self, *words: str | bytes, then: Callable[[], None] | None = None) -> None:
        """A command; once it is carried out, ``then`` what follows from it."""
        argv = tuple(word.encode() if isinstance(word, str) else word for word in words)
        self.client.say(argv, partial(self._heard, argv, then))

    def _heard(
        self, argv: tuple[bytes, ...], then: Callable[[], None] | None, reply: Reply
    ) -> None:
        if isinstance(reply, ReplyError):
            return
        self.learn(argv)
        if then is not None:
            then()

    def learn(self, argv: Sequence[bytes]) -> None:
        """What a command of his says of passwords, so that the application can be told."""
        words = [word.decode("utf-8", "replace") for word in argv]
        lower = [word.lower() for word in words]
        if lower[:2] == ["config", "set"]:
            for name, value in zip(lower[2::2], words[3::2], strict=False):
                if name == "requirepass":
                    self.secrets[""] = value
        elif lower[:2] == ["acl", "setuser"] and len(words) > 2:
            user = "" if words[2] == "default" else words[2]
            self.rules[words[2]] = (*self.rules.get(words[2], ()), *words[3:])
            for rule in words[3:]:
                if rule[:1] == ">":
                    self.secrets[user] = rule[1:]

    def for_the_app(self) -> Credentials:
        """With what the application gets in now, as far as he knows."""
        users = self.site.master.engine.acl.users
        app = users.get(b"app")
        if app is not None and app.rights.enabled and self.secrets.get("app"):
            return Credentials("app", self.secrets["app"])
        return Credentials("", self.secrets.get("", ""))

    # hardening

    def harden(self, kind: str, value: str) -> None:
        """One step: ``bind``, ``protect``, ``password``, ``acl``, ``kick``."""
        if kind == "bind":
            self.say("CONFIG", "SET", "bind", BINDS[value])
        elif kind == "protect":
            self.say("CONFIG", "SET", "protected-mode", value)
        elif kind == "password":
            self.set_password(PASSWORDS.get(value, ""))
        elif kind == "acl":
            for rules in (ADMIN_RULES, APP_RULES):
                self.say("ACL", "SETUSER", *rules)
            himself = partial(self._come_as, Credentials("admin", ADMIN_PASSWORD))
            self.say("ACL", "SETUSER", *DEFAULT_OFF, then=himself)
        elif kind == "kick":
            self.say("CLIENT", "KILL", "TYPE", "normal")

    def set_password(self, password: str) -> None:
        """Another requirepass, and he knows it."""
        named = bool(self.client.credentials.user)
        again = None if named else partial(self._come_as, Credentials("", password))
        self.say("CONFIG", "SET", "requirepass", password, then=again)

    def _come_as(self, credentials: Credentials) -> None:
        self.client.close()
        self.client.credentials = credentials

    # putting right

    def _hung(self) -> None:
        wait = self.site.master.engine.config.busy_reply_threshold * 1000 + NOTICE_US
        self.site.simulation.after(wait, self._kill_script)

    def _kill_script(self) -> None:
        if self.site.hang is not None:
            self.say("SCRIPT", "KILL")
            if self.site.hang is not None:  # it has written, or he is not let in
                self.site.restart()
                self.fill()
            else:
                self.say("SCRIPT", "FLUSH")  # Lua is let go: the world can be kept as bytes again

    def mend(self) -> None:
        """Put right what differs from what should be there."""
        site = self.site
        if not site.master.up:
            self.mended += 1
            site.restart()
            self.fill()
            return
        if site.hang is not None:
            return
        engine = site.master.engine
        if site.master.is_replica:
            self._mend("REPLICAOF", "NO", "ONE")
        if engine.config.dir != HOME.encode():
            self._mend("CONFIG", "SET", "dir", HOME, "dbfilename", "dump.rdb")
        if not engine.config.rdbcompression:
            self._mend("CONFIG", "SET", "rdbcompression", "yes")
        for path, file, _line in PLANTED.values():
            site.folders[path].remove(file)
        keys = set(engine.databases[0].live_keys())
        if keys - set(DATA):
            self._mend("DEL", *sorted(keys - set(DATA)))
        for key in sorted(spoiled(engine.databases[0].peek)):
            self._mend(*DATA[key])

    def _mend(self, *words: str | bytes) -> None:
        self.mended += 1
        self.say(*words)

    def fill(self) -> None:
        """Store everything: the server is new."""
        for command in DATA.values():
            self.say(*command)
