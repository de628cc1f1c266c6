"""The security lab in words: experiments, settings, attacks, knobs, events."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tutor.diagrams.labs.amounts import rate_text
from tutor.i18n import _, pgettext
from tutor.labs.replication.frame import EventFrame
from tutor.labs.security.frame import Experiment, Knobs, SecurityFrame
from tutor.labs.security.settings import BINDS


def experiment_text(experiment: Experiment) -> str:
    """Its name on a tab."""
    return {
        "attacks": pgettext("experiment", "attacks"),
        "rights": pgettext("experiment", "stolen password"),
        "guess": pgettext("experiment", "guessing"),
        "harden": pgettext("experiment", "hardening"),
    }[experiment]


def experiment_about(experiment: Experiment) -> str:
    """What is tried."""
    return {
        "attacks": _("A stranger on another host tries the same attacks against the same server "
                     "under each setting, while an application on a third host has to go on "
                     "working."),
        "rights": _("The application's password has leaked. What a stranger can do with it depends "
                    "on what the application itself may do."),
        "guess": _("Nothing but AUTH with one password after the other. Redis neither slows it "
                   "down nor locks anybody out: only the password's own strength counts."),
        "harden": _("A server that is open to everybody runs and must not stand still. Shut it "
                    "step by step; the other one is left as it was."),
    }[experiment]  # fmt: skip


def setting_text(setting: str) -> str:
    """Its name in a table."""
    row = _NAMES.get(setting)
    return row() if row is not None else setting


_NAMES: Mapping[str, Callable[[], str]] = {
    "open": lambda: pgettext("setting", "open to all"),
    "protected": lambda: "protected-mode",
    "bind": lambda: "bind",
    "password": lambda: "requirepass",
    "renamed": lambda: "rename-command",
    "acl": lambda: "ACL",
    "one-password": lambda: pgettext("setting", "one password"),
    "acl-commands": lambda: "ACL +get +set",
    "acl-read": lambda: pgettext("setting", "ACL, reads only"),
    "common": lambda: pgettext("setting", "from the list"),
    "dated": lambda: pgettext("setting", "word and year"),
    "short": lambda: pgettext("setting", "three letters"),
    "long": lambda: "ACL GENPASS",
    "yours": lambda: pgettext("setting", "yours"),
}


def setting_about(experiment: Experiment, setting: str) -> str:
    """What it does, and its price."""
    row = _ABOUT.get((experiment, setting)) or _ABOUT.get(("attacks", setting))
    return row() if row is not None else ""


_ABOUT: Mapping[tuple[Experiment, str], Callable[[], str]] = {
    ("attacks", "open"): lambda: _(
        "bind *, protected-mode no, no password: what is found on the internet within minutes. "
        "Only what Redis 7.0 forbids by itself (dir, MODULE) is forbidden."
    ),
    ("attacks", "protected"): lambda: _(
        "As it comes: without a password nobody but this machine is served. The application on "
        "another host is refused as well, and whoever switches it off has the first line."
    ),
    ("attacks", "bind"): lambda: _(
        "bind names the server's own addresses to listen on: loopback and the inner network. From "
        "outside there is nobody to talk to; within the inner network everybody still is admin."
    ),
    ("attacks", "password"): lambda: _(
        "One password for everything. A weak one is guessed, and then it is as if there were none; "
        "a strong one stops a stranger, but the application has all rights."
    ),
    ("attacks", "renamed"): lambda: _(
        "Commands without a name are out of reach, for the administrator too. SCAN finds the keys "
        "all the same, GET reads them, DEL deletes them: no lock, only fewer tools."
    ),
    ("attacks", "acl"): lambda: _(
        "The user default is off, the application has a user of its own: ~app:* +@read +@write "
        "-@dangerous. A stranger needs a name and a password to say anything at all."
    ),
    ("rights", "one-password"): lambda: _(
        "requirepass is everybody's password: who reads it in the application's settings is "
        "administrator of the server."
    ),
    ("rights", "renamed"): lambda: _(
        "The same password, some commands without a name: the data are as open as before."
    ),
    ("rights", "acl"): lambda: _(
        "With the application's own user a thief sees names of keys and does to app:* whatever the "
        "application can do, DEL included. The neighbour's keys and the server stay shut."
    ),
    ("rights", "acl-commands"): lambda: _(
        "Just the two commands that this application sends. The thief cannot list and cannot "
        "delete; what the application may read and write, he may."
    ),
    ("rights", "acl-read"): lambda: _(
        "Too narrow: the thief can only read, but the application cannot store its pages either."
    ),
    ("guess", "common"): lambda: _("redis123 stands in every list of passwords."),
    ("guess", "dated"): lambda: _("tea-2026: a word, a sign, a year. Tools try these as well."),
    ("guess", "short"): lambda: _(
        "Three small letters. All of them are tried within a second by a tool that uses pipelines."
    ),
    ("guess", "long"): lambda: _(
        "64 hexadecimal digits, as ACL GENPASS makes them. Nobody types it, and nobody guesses it."
    ),
    ("guess", "acl"): lambda: _(
        "redis123 again, but of the user app, and default is off. AUTH with a password alone means "
        "default; with the right name this password falls like the first one. A name is no secret."
    ),
    ("harden", "open"): lambda: _("Left as it was, to compare with."),
    ("harden", "yours"): lambda: _(
        "Done when every attack was tried anew and stopped, and the application is served. Who is "
        "connected stays connected until the connection is cut."
    ),
}


def attack_text(attack: str) -> str:
    """In a table."""
    return _ATTACKS[attack][0]()


def attack_about(attack: str) -> str:
    """What the attacker is after."""
    return _ATTACKS[attack][1]()


_Words = tuple[Callable[[], str], Callable[[], str]]
_ATTACKS: Mapping[str, _Words] = {
    "look": (lambda: pgettext("attack", "look"), lambda: _("which keys are there")),
    "guess": (lambda: pgettext("attack", "guess"), lambda: _("to be let in")),
    "steal": (lambda: pgettext("attack", "steal"), lambda: _("the application's sessions")),
    "neighbour": (lambda: pgettext("attack", "others"), lambda: _("another application's keys")),
    "forge": (lambda: pgettext("attack", "forge"), lambda: _("to be somebody else in a session")),
    "monitor": (lambda: pgettext("attack", "spy"), lambda: _("to read along with MONITOR")),
    "file": (lambda: pgettext("attack", "ssh"), lambda: _("a key of his in authorized_keys")),
    "cron": (lambda: "cron", lambda: _("a command of his for cron")),
    "replica": (lambda: pgettext("attack", "rogue"), lambda: _("his data in place of yours")),
    "lua": (lambda: "lua", lambda: _("that nobody is served")),
    "wipe": (lambda: pgettext("attack", "wipe"), lambda: _("that the data are gone")),
}


def knobs_text(frame: SecurityFrame) -> str:
    """What the experiment is set to."""
    return " · ".join(_SETTINGS[one](frame.knobs) for one in _SHOWN[frame.experiment])


_SHOWN: Mapping[Experiment, tuple[str, ...]] = {
    "attacks": ("rate", "app-host", "password", "configs", "account"),
    "rights": ("rate", "configs", "account"),
    "guess": ("guesses", "rate"),
    "harden": ("rate", "app-host"),
}


def _password(knobs: Knobs) -> str:
    return _("password: weak") if knobs.password == "weak" else _("password: strong")


_SETTINGS: Mapping[str, Callable[[Knobs], str]] = {
    "rate": lambda knobs: _("application %(rate)s") % {"rate": rate_text(knobs.rate)},
    "app-host": lambda knobs: _("from %(host)s") % {"host": knobs.app_host},
    "password": _password,
    "configs": lambda knobs: f"enable-protected-configs {knobs.configs}",
    "account": lambda knobs: _("server runs as %(user)s") % {"user": knobs.account},
    "guesses": lambda knobs: _("AUTH %(rate)s") % {"rate": rate_text(knobs.guesses)},
}


def security_event_text(event: EventFrame) -> str:
    """What has happened, as a sentence."""
    params = dict(event.params)
    if event.code in ("through", "stopped"):
        words = _("%(lane)s: the attack “%(attack)s” gets through")
        if event.code == "stopped":
            words = _("%(lane)s: the attack “%(attack)s” is stopped now")
        lane, attack = setting_text(params["lane"]), attack_text(params["attack"])
        return words % {"lane": lane, "attack": attack}
    if event.code == "asked":
        return _("next attack: %(attack)s") % {"attack": attack_text(params["attack"])}
    if event.code == "harden":
        return _step(params["step"], params["value"])
    return _("%(name)s is %(value)s now") % {**params, "name": knob_text(params["name"])}


def _step(step: str, value: str) -> str:
    """A step of hardening."""
    if step in _STEPS:
        return _STEPS[step]()
    if step == "password" and value == "none":
        return _("the password is taken away")
    return {
        "bind": _("CONFIG SET bind \"%(value)s\""),
        "protect": _("CONFIG SET protected-mode %(value)s"),
        "password": _("CONFIG SET requirepass: a password that is %(value)s"),
    }[step] % {"value": BINDS.get(value) or _strength(value)}  # fmt: skip


def _strength(value: str) -> str:
    """Of a password; everything else is told as it is."""
    return {
        "weak": pgettext("password is", "weak"), "strong": pgettext("password is", "strong"),
    }.get(value, value)  # fmt: skip


_STEPS: Mapping[str, Callable[[], str]] = {
    "acl": lambda: _("ACL: users app and admin, default off"),
    "deploy": lambda: _("the application is told what it needs to log in"),
    "kick": lambda: _("CLIENT KILL TYPE normal: all connections are cut"),
}


def knob_text(kind: str) -> str:
    """What a knob is called."""
    return _KNOBS[kind]()


_KNOBS: Mapping[str, Callable[[], str]] = {
    "attack": lambda: pgettext("knob", "attack"),
    "scan": lambda: pgettext("knob", "by himself"),
    "rate": lambda: pgettext("knob", "application"),
    "guesses": lambda: "AUTH",
    "password": lambda: pgettext("knob", "password"),
    "app-host": lambda: pgettext("knob", "its host"),
    "configs": lambda: pgettext("knob", "protected configs"),
    "account": lambda: pgettext("knob", "account"),
    "bind": lambda: "bind",
    "protect": lambda: "protected-mode",
    "acl": lambda: "ACL",
    "deploy": lambda: pgettext("knob", "tell the app"),
    "kick": lambda: pgettext("knob", "cut"),
}
