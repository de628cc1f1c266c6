"""A pattern over one command that was run: its name, a key, words, the reply."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.course.calls import CallEntry, McEntry, is_called
from tutor.course.labview import NodeEntry
from tutor.course.predicates.replies import ReplySpec, clip, read_reply
from tutor.course.schema import Table
from tutor.engine.world import Entry
from tutor.i18n import pgettext


@dataclass(frozen=True, slots=True)
class Used:
    """``commands`` in lower case, ``object encoding`` for a subcommand; empty: any command.

    ``args`` are words that must occur among the arguments, ``no_args`` words that must not; both
    regardless of case. ``node``: in a lab, on that node. ``client``: sent by that one (0: by any).
    """

    commands: tuple[str, ...] = ()
    key: bytes | None = None
    args: tuple[str, ...] = ()
    no_args: tuple[str, ...] = ()
    reply: ReplySpec | None = None
    node: str = ""
    client: int = 0

    @property
    def empty(self) -> bool:
        """True if it would fit anything."""
        named = self.commands or self.args or self.no_args or self.reply or self.node or self.client
        return not named and self.key is None


def matches(pattern: Used, entry: Entry) -> bool:
    """Whether a command that was run is one of the kind."""
    if pattern.commands and not any(_named(name, entry) for name in pattern.commands):
        return False
    if pattern.key is not None and pattern.key not in keys_of(entry):
        return False
    if pattern.node and not (isinstance(entry, NodeEntry) and entry.node == pattern.node):
        return False
    if pattern.client and entry.client != pattern.client:
        return False
    if pattern.args or pattern.no_args:
        words = {word.decode("utf-8", "replace").lower() for word in entry.argv[1:]}
        if not all(word.lower() in words for word in pattern.args):
            return False
        if any(word.lower() in words for word in pattern.no_args):
            return False
    return pattern.reply is None or pattern.reply.fits(entry.reply)


def keys_of(entry: Entry) -> tuple[bytes, ...]:
    """The keys of a command; of a call also as the call names them."""
    named = entry.named if isinstance(entry, (CallEntry, McEntry)) else ()
    return (*entry.keys, *named)


def _named(name: str, entry: Entry) -> bool:
    words = name.split()
    typed = [word.decode("utf-8", "replace").lower() for word in entry.argv[: len(words)]]
    return typed == words


def _shown(name: str) -> str:
    """Calls are written as they are, commands of Redis in capitals."""
    return name if is_called(name) else name.upper()


def read_used(table: Table, key: str = "cmd") -> Used:
    """The pattern's keys of a table: ``cmd`` (or another ``key``), key, args, no_args, reply."""
    commands = tuple(name.lower() for name in table.strings(key))
    about = table.get("key", str, "") if "key" in table else None
    return Used(
        commands=commands,
        key=None if about is None else about.encode(),
        args=table.strings("args"),
        no_args=table.strings("no_args"),
        reply=read_reply(table, "reply") if "reply" in table else None,
        node=table.get("node", str, ""),
        client=table.get("client", int, 0),
    )


def pattern_text(pattern: Used) -> str:
    """``SETEX or PSETEX``, then key and words, as a learner would read it."""
    names = pgettext("check", " or ").join(map(_shown, pattern.commands))
    words: list[str] = [names] if names else []
    if pattern.key is not None:
        words.append(clip(pattern.key, 24))
    words.extend(pattern.args)
    text = " ".join(words)
    if pattern.client:
        return pgettext("check", "client {number}: {text}").format(number=pattern.client, text=text)
    return f"{pattern.node}> {text}" if pattern.node else text
