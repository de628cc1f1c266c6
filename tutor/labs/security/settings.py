"""How a server of the lab is set up, and who knows which password.

Passwords and addresses are made up: the networks are those that are kept for documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from tutor.labs.replication.lab import DIRECTIVES
from tutor.labs.security.frame import Experiment, Knobs

LOOPBACK, PRIVATE, PUBLIC = "127.0.0.1", "10.0.0.10", "198.51.100.7"
"""The server's own addresses."""

ATTACKER, APP = "203.0.113.9", "10.0.0.5"

PASSWORDS: Mapping[str, str] = {
    "weak": "redis123",
    "strong": "7c1f0be2a5d94a3e8f6b2790cd51e8a43b9f07d6e2c84a15906fd3b8e7a2c450",
}
APP_PASSWORD = "e91b5c7740fa4d2b8a6e03f9c2d7b8150f4c6ae88d3b9172c05e64af71d8b329"
ADMIN_PASSWORD = "4d0c8f3b96e7a152bb38f6409ce1d57a2e90b4c6735f18dda6420be9f7c83156"

INWARD = "127.0.0.1 10.0.0.10"
"""For ``bind``: this machine, and the network of the application."""

BINDS: Mapping[str, str] = {"all": "* -::*", "inward": INWARD, "local": LOOPBACK}
"""What ``bind`` can be set to, by a word."""

RENAMED: tuple[bytes, ...] = (
    b"CONFIG", b"FLUSHALL", b"FLUSHDB", b"KEYS", b"DEBUG", b"REPLICAOF", b"SLAVEOF", b"MONITOR",
    b"SAVE", b"BGSAVE", b"SHUTDOWN", b"MODULE",
)  # fmt: skip
"""What ``rename-command NAME ""`` takes away."""


class Credentials(NamedTuple):
    """A user's name ("": the default user) and password ("": none)."""

    user: str = ""
    password: str = ""

    @property
    def words(self) -> tuple[bytes, ...]:
        """AUTH as a client sends it; () without a password."""
        if not self.password:
            return ()
        user = (self.user.encode(),) if self.user else ()
        return (b"AUTH", *user, self.password.encode())


NOBODY = Credentials()


class Setting(NamedTuple):
    """``directives`` of redis.conf by their names in Python, ``renames``: commands without a name,
    ``users``: the words of ACL SETUSER. ``stolen``: what the attacker knows from the beginning."""

    directives: Mapping[str, object]
    renames: tuple[bytes, ...] = ()
    users: tuple[tuple[str, ...], ...] = ()
    app: Credentials = NOBODY
    admin: Credentials = NOBODY
    stolen: Credentials = NOBODY


def _conf(bind: str = "* -::*", protected: bool = False, password: str = "") -> dict[str, object]:
    return {
        **DIRECTIVES,
        "bind": tuple(bind.split()),
        "protected_mode": protected,
        "requirepass": password.encode(),
    }


ADMIN_RULES = ("admin", "on", f">{ADMIN_PASSWORD}", "~*", "&*", "+@all")
APP_RULES = ("app", "on", f">{APP_PASSWORD}", "~app:*", "+@read", "+@write", "-@dangerous")
DEFAULT_OFF = ("default", "off")
_APP, _ADMIN = Credentials("app", APP_PASSWORD), Credentials("admin", ADMIN_PASSWORD)


def _acl(*rules: str, password: str = APP_PASSWORD, stolen: bool = False) -> Setting:
    """The application as a user of its own, the administrator too, ``default`` off."""
    user = ("app", "on", f">{password}", *rules)
    app = Credentials("app", password)
    users = (ADMIN_RULES, user, DEFAULT_OFF)
    return Setting(_conf(), (), users, app, _ADMIN, app if stolen else NOBODY)


def _password(
    password: str, renames: tuple[bytes, ...] = (), *, protected: bool = True, stolen: bool = False
) -> Setting:
    one = Credentials("", password)
    conf = _conf(protected=protected, password=password)
    return Setting(conf, renames, (), one, one, one if stolen else NOBODY)


_ONCE = APP_RULES[3:]
"""The application's keys and commands, without name and password."""

Way = Callable[[Knobs], Setting]
_ATTACKED: Mapping[str, Way] = {
    "open": lambda knobs: Setting(_conf()),
    "protected": lambda knobs: Setting(_conf(protected=True)),
    "bind": lambda knobs: Setting(_conf(INWARD)),
    "password": lambda knobs: _password(PASSWORDS[knobs.password]),
    "renamed": lambda knobs: Setting(_conf(), RENAMED),
    "acl": lambda knobs: _acl(*_ONCE),
}
_RIGHTS: Mapping[str, Way] = {
    "one-password": lambda knobs: _password(PASSWORDS["strong"], stolen=True),
    "renamed": lambda knobs: _password(PASSWORDS["strong"], RENAMED, stolen=True),
    "acl": lambda knobs: _acl(*_ONCE, stolen=True),
    "acl-commands": lambda knobs: _acl("~app:*", "+get", "+set", stolen=True),
    "acl-read": lambda knobs: _acl("%R~app:*", "+@read", "-@dangerous", stolen=True),
}
_GUESSED: Mapping[str, Way] = {
    "common": lambda knobs: _password("redis123"),
    "dated": lambda knobs: _password("tea-2026"),
    "short": lambda knobs: _password("mvq"),
    "long": lambda knobs: _password(PASSWORDS["strong"]),
    "acl": lambda knobs: _acl(*_ONCE, password="redis123"),
}
_HARDENED: Mapping[str, Way] = dict.fromkeys(("open", "yours"), _ATTACKED["open"])
_WAYS: Mapping[Experiment, Mapping[str, Way]] = {
    "attacks": _ATTACKED, "rights": _RIGHTS, "guess": _GUESSED, "harden": _HARDENED,
}  # fmt: skip

SETTINGS: Mapping[Experiment, tuple[str, ...]] = {name: tuple(ways) for name, ways in _WAYS.items()}
"""The lanes of each experiment."""


def setting_of(experiment: Experiment, name: str, knobs: Knobs) -> Setting:
    """How the server of a lane starts. Raises KeyError."""
    found = _WAYS[experiment][name](knobs)
    directives = {**found.directives, "enable_protected_configs": knobs.configs}
    return found._replace(directives=directives)
