"""`help`: what the command table knows about a command, in the present language."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.console import commands
from tutor.console.glossary import explain
from tutor.console.reading import find_command
from tutor.console.render import Line
from tutor.console.signature import complexity_of, summary_of
from tutor.console.spelling import as_latin, nearest
from tutor.engine.table import Argument, CommandSpec, load_table
from tutor.engine.table.notation import signature_parts
from tutor.i18n import _, pgettext

__all__ = ["help_lines", "help_text"]


def help_lines(topic: str = "") -> list[Line]:
    """Help on a command (``set``, ``config get``), a group (``@string``), or help itself.

    Roles: ``command``, ``syntax``, ``label``, ``text``, ``note``, ``warning``. An unknown topic
    gives a line that says so and names what is near.
    """
    words = topic.lower().replace("|", " ").split()
    if not words:
        return list(_overview())
    if words[0].startswith("@"):
        return list(_group(words[0][1:]))
    spec = find_command(words[0].encode())
    word = commands.find(words[0])
    if spec is None and word is not None:
        return [[(word.syntax, "command"), ("  " + word.summary(), "text")]]
    if spec is not None and len(words) > 1 and spec.subcommands:
        spec = spec.subcommands.get(words[1])
    if spec is None:
        return list(_unknown(" ".join(words)))
    return list(_command(spec))


def help_text(topic: str = "") -> str:
    """As `help_lines`, as plain text."""
    return "".join("".join(text for text, _role in line) + "\n" for line in help_lines(topic))


# overview and groups


def _overview() -> Iterator[Line]:
    yield [(_("Type a command of Redis, or a word of the console:"), "text")]
    yield []
    width = max(len(word.syntax) for word in commands.words())
    for word in commands.words():
        yield [("  ", ""), (word.syntax.ljust(width + 2), "command"), (word.summary(), "text")]
    yield []
    groups = "  ".join(f"@{group}" for group in dict.fromkeys(_groups()))
    yield [(_("Groups of commands: "), "label"), (groups, "syntax")]
    yield [(_("Tab completes, Ctrl-R searches in the history, Ctrl-D leaves."), "note")]


def _groups() -> Iterator[str]:
    return (spec.group for spec in load_table().values())


def _group(name: str) -> Iterator[Line]:
    members = [spec for spec in load_table().values() if spec.group == name]
    if not members:
        text = _("There is no group @{name}. There are: {groups}")
        groups = ", ".join(f"@{group}" for group in dict.fromkeys(_groups()))
        yield [(text.format(name=name, groups=groups), "warning")]
        return
    width = max(len(spec.name) for spec in members)
    for spec in members:
        yield [(spec.name.upper().ljust(width + 2), "command"), (summary_of(spec), "text")]


def _unknown(topic: str) -> Iterator[Line]:
    yield [(_("There is no command {word}.").format(word=topic.upper()), "warning")]
    near = nearest(as_latin(topic), load_table())
    if near:
        names = ", ".join(name.upper() for name in near)
        yield [(_("Near: "), "label"), (names, "command")]


# one command


def _command(spec: CommandSpec) -> Iterator[Line]:
    name, *rest = signature_parts(spec)
    yield [(name[0], "command"), ("".join(text for text, _argument in rest), "syntax")]
    yield [(summary_of(spec), "text")]
    if spec.subcommands:
        yield []
        width = max(map(len, spec.subcommands))
        for child, row in spec.subcommands.items():
            yield [(f"  {child.upper().ljust(width + 2)}", "command"), (summary_of(row), "text")]
    arguments = list(_arguments(spec))
    if arguments:
        yield []
        width = max(len(label) for label, _meaning in arguments)
        for label, meaning in arguments:
            yield [("  ", ""), (label.ljust(width + 2), "syntax"), (meaning, "text")]
    yield []
    for label, value in _facts(spec):
        yield [(label + ": ", "label"), (value, "text")]


def _facts(spec: CommandSpec) -> Iterator[tuple[str, str]]:
    if spec.deprecated_since:
        instead = (spec.replaced_by or "").replace("!", "")
        value = _("since {version}; instead: {command}")
        yield (
            pgettext("help", "deprecated"),
            value.format(version=spec.deprecated_since, command=instead),
        )
    if price := complexity_of(spec):
        yield pgettext("help", "complexity"), price
    yield pgettext("help", "group"), f"@{spec.group}"
    yield pgettext("help", "since"), spec.since
    added = _added(spec)
    if added:
        yield (
            pgettext("help", "added later"),
            "; ".join(f"{since}: {', '.join(w)}" for since, w in added.items()),
        )
    encodings = _encodings(spec)
    if encodings:
        yield pgettext("help", "in memory"), encodings
    if "blocking" in spec.flags and spec.group != "stream":  # there BLOCK is an option
        yield (
            pgettext("help", "blocks"),
            _("waits until there is something to take, or the timeout passes"),
        )


def _arguments(spec: CommandSpec) -> Iterator[tuple[str, str]]:
    """The words of the signature that the glossary knows, each once."""
    seen = set()
    for argument in _leaves(spec.signature):
        token = (argument.token or "").upper()
        name = "" if argument.type in ("pure-token", "oneof", "block") else argument.name
        label = f"{token} {name}".strip()
        meaning = explain(spec.name, token, name)
        if meaning and label not in seen:
            seen.add(label)
            yield label, meaning


def _leaves(arguments: tuple[Argument, ...]) -> Iterator[Argument]:
    for argument in arguments:
        if argument.token or not argument.arguments:
            yield argument
        yield from _leaves(argument.arguments)


def _added(spec: CommandSpec) -> dict[str, list[str]]:
    """Options that came after the command itself, by version."""
    found: dict[str, list[str]] = {}

    def look(arguments: tuple[Argument, ...], since: str) -> None:
        for argument in arguments:
            own = argument.since or since
            if argument.token and own and own != spec.since:
                found.setdefault(own, []).append(argument.token.upper())
            look(argument.arguments, own)

    look(spec.signature, "")
    return dict(sorted(found.items(), key=lambda item: tuple(map(int, item[0].split(".")))))


def _encodings(spec: CommandSpec) -> str:
    """How values of the command's type lie in memory; only for commands that make them."""
    if not {"write", "denyoom"} <= spec.flags:
        return ""
    return {
        "string": "int, embstr, raw",
        "list": "quicklist (listpack …)",
        "hash": "listpack → hashtable",
        "set": "intset → hashtable",
        "sorted-set": "listpack → skiplist + hashtable",
        "geo": "listpack → skiplist + hashtable",
        "stream": "stream (rax: listpack …)",
        "hyperloglog": "raw (sparse → dense)",
    }.get(spec.group, "")
