"""Memcached's commands as data: how they are written and what they are for, in our own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from tutor.i18n import _


class Command(NamedTuple):
    """``syntax`` is what stands behind the name; ``data``: a line with the value follows."""

    name: str
    syntax: str
    about: Callable[[], str]
    data: bool = False


_STORE = "key flags exptime bytes [noreply]"
_TABLE = (
    Command("get", "key [key …]", lambda: _("read values; misses are left out")),
    Command("gets", "key [key …]", lambda: _("read values with their CAS ids")),
    Command("set", _STORE, lambda: _("store a value, whatever was there"), True),
    Command("add", _STORE, lambda: _("store it if the key is not there"), True),
    Command("replace", _STORE, lambda: _("store it if the key is there"), True),
    Command("append", _STORE, lambda: _("add bytes behind the value"), True),
    Command("prepend", _STORE, lambda: _("add bytes before the value"), True),
    Command("cas", "key flags exptime bytes casid [noreply]",
            lambda: _("store it if nobody has changed it since gets"), True),
    Command("incr", "key number [noreply]", lambda: _("add to a decimal number")),
    Command("decr", "key number [noreply]", lambda: _("subtract from it; stops at 0")),
    Command("touch", "key exptime [noreply]", lambda: _("another lifetime")),
    Command("gat", "exptime key [key …]", lambda: _("read and give another lifetime")),
    Command("gats", "exptime key [key …]", lambda: _("the same with CAS ids")),
    Command("delete", "key [noreply]", lambda: _("remove an item")),
    Command("flush_all", "[delay] [noreply]", lambda: _("everything is gone")),
    Command("stats", "[settings|items|slabs|sizes|conns|reset]", lambda: _("figures")),
    Command("version", "", lambda: _("the version")),
    Command("verbosity", "level [noreply]", lambda: _("how much the server logs")),
    Command("mg", "key flag*", lambda: _("meta: read; v value, t TTL, f flags, c CAS, s size, "
                                        "h hit before, l last access, N30 win and renew")),
    Command("ms", "key bytes flag*", lambda: _("meta: store; T60 TTL, F7 flags, C9 CAS, "
                                              "ME MA MP MR MS mode"), True),
    Command("md", "key flag*", lambda: _("meta: delete; I marks it as stale")),
    Command("ma", "key flag*", lambda: _("meta: count; MI MD mode, D2 by how much, N60 J0 begin")),
    Command("me", "key", lambda: _("meta: what the server knows of an item")),
    Command("mn", "", lambda: _("meta: nothing, the end of a batch")),
    Command("quit", "", lambda: _("hang up")),
)  # fmt: skip
COMMANDS: Mapping[str, Command] = {command.name: command for command in _TABLE}


def usage(line: str) -> tuple[Command, str] | None:
    """The command of a line and its syntax as it is written; None if there is none yet."""
    word = line.split(" ", 1)[0]
    command = COMMANDS.get(word)
    return (command, f"{command.name} {command.syntax}".rstrip()) if command else None


def completions(line: str) -> list[str]:
    """Names that the first word may become."""
    if " " in line:
        return []
    return [name for name in COMMANDS if name.startswith(line.lower()) and name != line]
