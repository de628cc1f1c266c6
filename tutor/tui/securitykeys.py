"""The keys of the security lab, as data: see `tutor.tui.lanekeys`."""

from __future__ import annotations

from collections.abc import Callable

from tutor.diagrams.labs.security_words import attack_text, knob_text
from tutor.i18n import _
from tutor.labs.security import ATTACKS
from tutor.tui.lanekeys import LaneKey

_LETTERS = {
    "look": "l", "guess": "g", "steal": "t", "neighbour": "o", "forge": "f", "monitor": "m",
    "file": "s", "cron": "c", "replica": "r", "lua": "e", "wipe": "w",
}  # fmt: skip


def _attack(name: str) -> LaneKey:
    """Next this attack."""
    word: Callable[[], str] = lambda: attack_text(name)  # noqa: E731
    return LaneKey(
        _LETTERS[name], "attack", word,
        lambda: _("Next attack: %(attack)s") % {"attack": attack_text(name)}, name,
    )  # fmt: skip


SECURITY_KEYS: tuple[LaneKey, ...] = (
    LaneKey("bB", "bind", lambda: knob_text("bind"),
            lambda: _("CONFIG SET bind: fewer addresses, more")),
    LaneKey("pP", "protect", lambda: knob_text("protect"),
            lambda: _("CONFIG SET protected-mode: yes, no")),
    LaneKey("aA", "password", lambda: knob_text("password"),
            lambda: _("The password: stronger, weaker")),
    LaneKey("i", "acl", lambda: knob_text("acl"),
            lambda: _("ACL SETUSER: users app and admin, default off")),
    LaneKey("d", "deploy", lambda: knob_text("deploy"),
            lambda: _("Start the application anew with what it needs to log in")),
    LaneKey("k", "kick", lambda: knob_text("kick"),
            lambda: _("CLIENT KILL TYPE normal: cut all connections")),
    LaneKey("nN", "scan", lambda: knob_text("scan"),
            lambda: _("The attacker goes through all attacks by himself, or waits to be told")),
    LaneKey("uU", "rate", lambda: knob_text("rate"),
            lambda: _("Requests of the application a second: more, fewer")),
    LaneKey("hH", "app-host", lambda: knob_text("app-host"),
            lambda: _("The application's host: the server's own, another one")),
    LaneKey("yY", "configs", lambda: knob_text("configs"),
            lambda: _("enable-protected-configs: yes (as before 7.0), no")),
    LaneKey("jJ", "account", lambda: knob_text("account"),
            lambda: _("The account under which the server runs: redis, root")),
    LaneKey("qQ", "guesses", lambda: knob_text("guesses"),
            lambda: _("AUTH a second: more, fewer")),
    *(_attack(name) for name in ATTACKS),
)  # fmt: skip
