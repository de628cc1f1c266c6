"""COMMAND: the command table as the server itself tells it (redis 7.0, server.c).

Rows of the table that this engine does not carry out are not shown. Summaries, complexities and
histories are in our words; the prose notes on key specs are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from tutor.engine import errors
from tutor.engine.glob import compile_glob
from tutor.engine.helptext import help_of
from tutor.engine.registry import Command, command
from tutor.engine.replies import Reply, ReplyError, SetReply, Status
from tutor.engine.session import Session
from tutor.engine.table import (
    CATEGORY_ORDER,
    FLAG_ORDER,
    Argument,
    CommandSpec,
    KeySpec,
    keys_and_flags,
)


@command("command")
def command_(session: Session, argv: Sequence[bytes]) -> Reply:
    """COMMAND: every command's row."""
    return [_row(one) for one in session.engine.commands.values()]


@command("command|count")
def command_count(session: Session, argv: Sequence[bytes]) -> Reply:
    return len(session.engine.commands)


@command("command|info")
def command_info(session: Session, argv: Sequence[bytes]) -> Reply:
    """COMMAND INFO [name …]: null for what does not exist."""
    if len(argv) == 2:
        return command_(session, argv)
    found = (_find(session, word) for word in argv[2:])
    return [None if one is None else _row(one) for one in found]


@command("command|docs")
def command_docs(session: Session, argv: Sequence[bytes]) -> Reply:
    """COMMAND DOCS [name …]: what does not exist is left out."""
    commands: Iterable[Command | None] = session.engine.commands.values()
    if len(argv) > 2:
        commands = [_find(session, word) for word in argv[2:]]
    return {one.name.encode(): _docs(one) for one in commands if one is not None}


@command("command|list")
def command_list(session: Session, argv: Sequence[bytes]) -> Reply:
    """COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN pattern]."""
    commands = session.engine.commands.values()
    everything = (two for one in commands for two in (one, *one.subcommands.values()))
    if len(argv) == 2:
        return [one.name.encode() for one in everything]
    if len(argv) != 5 or argv[2].lower() != b"filterby":
        raise ReplyError(errors.SYNTAX)
    wanted = _filter(argv[3].lower(), argv[4])
    return [one.name.encode() for one in everything if wanted(one)]


def _filter(kind: bytes, value: bytes) -> Callable[[Command], bool]:
    if kind == b"module":
        return lambda one: False
    if kind == b"aclcat":
        category = value.decode("latin-1").lower()
        return lambda one: category in one.spec.categories
    if kind == b"pattern":
        matches = compile_glob(value, ignore_case=True)
        return lambda one: matches(one.name.encode())
    raise ReplyError(errors.SYNTAX)


@command("command|getkeys")
def command_getkeys(session: Session, argv: Sequence[bytes]) -> Reply:
    """COMMAND GETKEYS command [argument …]."""
    words = argv[2:]
    spec = _spec_of(session, words)
    return [words[at] for at, _ in _keys(spec, words)]


@command("command|getkeysandflags")
def command_getkeysandflags(session: Session, argv: Sequence[bytes]) -> Reply:
    """COMMAND GETKEYSANDFLAGS command [argument …]."""
    words = argv[2:]
    spec = _spec_of(session, words)
    return [[words[at], _statuses(flags)] for at, flags in _keys(spec, words)]


@command("command|help")
def command_help(session: Session, argv: Sequence[bytes]) -> Reply:
    return help_of(session, b"command")


# keys


def _spec_of(session: Session, words: Sequence[bytes]) -> CommandSpec:
    found = session.engine.commands.get(words[0].lower())
    if found is not None and found.subcommands and len(words) > 1:
        found = found.subcommands.get(words[1].lower())
    if found is None:
        raise ReplyError(errors.INVALID_COMMAND)
    return found.spec


def _keys(spec: CommandSpec, words: Sequence[bytes]) -> list[tuple[int, tuple[str, ...]]]:
    try:
        return keys_and_flags(spec, words)
    except ValueError as error:
        raise ReplyError(f"ERR {error}") from None


# rows


def _find(session: Session, word: bytes) -> Command | None:
    """A command by name, a subcommand as ``config|get``."""
    name, bar, sub = word.lower().partition(b"|")
    found = session.engine.commands.get(name)
    if found is not None and bar:
        found = found.subcommands.get(sub)
    return found


def _statuses(words: Iterable[str]) -> Reply:
    return SetReply(Status(word.encode()) for word in words)


def _row(one: Command) -> Reply:
    """What COMMAND INFO says of one command."""
    spec = one.spec
    subcommands = [_row(child) for child in one.subcommands.values()]
    return [
        spec.name.encode(),
        spec.arity,
        _statuses(flag for flag in FLAG_ORDER if flag in spec.flags),
        spec.first_key,
        spec.last_key,
        spec.step,
        _statuses(f"@{name}" for name in CATEGORY_ORDER if name in spec.categories),
        SetReply(tip.encode() for tip in spec.tips),
        SetReply(_key_spec(key_spec) for key_spec in spec.key_specs),
        subcommands or SetReply(),
    ]


def _key_spec(spec: KeySpec) -> Reply:
    begin: dict[str, dict[bytes, Reply]] = {
        "index": {b"index": spec.index},
        "keyword": {b"keyword": spec.keyword.encode(), b"startfrom": spec.index},
        "unknown": {},
    }
    find: dict[str, dict[bytes, Reply]] = {
        "range": {b"lastkey": spec.last_key, b"keystep": spec.step, b"limit": spec.limit},
        "keynum": {
            b"keynumidx": spec.keynum,
            b"firstkey": spec.first_key,
            b"keystep": spec.step,
        },
        "unknown": {},
    }
    return {
        b"flags": _statuses(spec.flags),
        b"begin_search": _typed(spec.begin_search, begin[spec.begin_search]),
        b"find_keys": _typed(spec.find_keys, find[spec.find_keys]),
    }


def _typed(kind: str, particulars: Reply) -> Reply:
    return {b"type": kind.encode(), b"spec": particulars}


def _docs(one: Command) -> Reply:
    """What COMMAND DOCS says of one command; what is empty is left out."""
    spec = one.spec
    fields: dict[bytes, Reply] = {
        b"summary": spec.summary["en"].encode(),
        b"since": spec.since.encode(),
        b"group": spec.group.encode(),
        b"complexity": spec.complexity["en"].encode(),
        b"doc_flags": _statuses(spec.doc_flags),
        b"deprecated_since": (spec.deprecated_since or "").encode(),
        b"replaced_by": (spec.replaced_by or "").encode(),
        b"history": SetReply([version.encode(), text.encode()] for version, text in spec.history),
        b"arguments": [_argument(argument) for argument in spec.arguments],
        b"subcommands": {child.name.encode(): _docs(child) for child in one.subcommands.values()},
    }
    return {name: value for name, value in fields.items() if value}


def _argument(argument: Argument) -> Reply:
    return dict(_argument_fields(argument))


def _argument_fields(argument: Argument) -> Iterator[tuple[bytes, Reply]]:
    yield b"name", argument.name.encode()
    yield b"type", argument.type.encode()
    if argument.key_spec_index is not None:
        yield b"key_spec_index", argument.key_spec_index
    if argument.token is not None:
        yield b"token", argument.token.encode()
    if argument.since:
        yield b"since", argument.since.encode()
    if argument.deprecated_since:
        yield b"deprecated_since", argument.deprecated_since.encode()
    flags = [name for name in ("optional", "multiple", "multiple_token") if getattr(argument, name)]
    if flags:
        yield b"flags", _statuses(flags)
    if argument.arguments:
        yield b"arguments", [_argument(inner) for inner in argument.arguments]
