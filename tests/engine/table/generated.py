"""Commands made at random from the signatures of the table, always the same from one seed."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from tutor.engine.table import Argument, CommandSpec, load_table

_VALUES: dict[str, list[bytes]] = {
    "key": [b"key", b"another", b"third", b"weights", b"limit"],
    "string": [b"word", b"10", b"", "слово".encode(), b"\x00\xff"],
    "pattern": [b"*", b"weight_*"],
    "integer": [b"1", b"2", b"300"],
    "unix-time": [b"99999999999"],
    "double": [b"1", b"0.5", b"2.5e3"],
    "score-bound": [b"(1", b"-inf", b"3.5"],
    "lex-bound": [b"-", b"+", b"[a", b"(b"],
    "bit": [b"0", b"1"],
    "bit-offset": [b"8", b"#2"],
    "bit-type": [b"u8", b"i16"],
    "stream-id": [b"5", b"1700000000000-0"],
    "stream-bound": [b"-", b"+", b"5", b"(5-1"],
    "stream-new-id": [b"5", b"5-1", b"5-*"],
    "stream-after": [b"0", b"5-1", b"$"],
    "stream-group-id": [b"0", b"5-1", b">"],
}


def all_specs() -> list[CommandSpec]:
    """Every command and subcommand of the table; a container before its subcommands."""
    return [one for spec in load_table().values() for one in (spec, *spec.subcommands.values())]


def sendable_specs() -> list[CommandSpec]:
    """Those that can be sent as they are: no containers."""
    return [spec for spec in all_specs() if not spec.subcommands]


def keyed_specs() -> list[CommandSpec]:
    """Those of them that take keys; a shard channel is none."""
    specs = sendable_specs()
    return [spec for spec in specs if any("not_key" not in one.flags for one in spec.key_specs)]


def whole_command(spec: CommandSpec, random: Random) -> list[bytes]:
    """A command that follows its signature: what is optional is there or not, options in order."""
    return [*spec.name.encode().split(b"|"), *_in_order(spec.signature, random)]


def _in_order(arguments: Sequence[Argument], random: Random) -> list[bytes]:
    words: list[bytes] = []
    keys = 0
    if [one.name for one in arguments] == ["key", "id"] and arguments[1].multiple:
        keys = random.randint(1, 3)  # XREAD's STREAMS: as many ids as keys
    for argument in arguments:
        counted = keys > 0 and argument.type == "key"
        if argument.optional and not counted and random.random() < 0.5:
            continue
        if argument.name == "numkeys":
            keys = random.randint(1, 3)
            words.append(b"%d" % keys)
        elif keys and argument.multiple and argument.token in (None, "WEIGHTS"):
            words += [] if argument.token is None else [argument.token.encode()]
            words += [random.choice(_VALUES[argument.type]) for _ in range(keys)]
        else:
            words += _one(argument, random)
    return words


def _one(argument: Argument, random: Random) -> list[bytes]:
    token = [] if argument.token is None else [argument.token.encode()]
    if argument.type == "pure-token":
        return [random.choice((token[0], token[0].lower()))]
    words: list[bytes] = []
    for turn in range(random.randint(1, 3) if argument.multiple else 1):
        if turn == 0 or argument.multiple_token:
            words += token
        if argument.type == "oneof":
            words += _one(random.choice(argument.arguments), random)
        elif argument.type == "block":
            words += _in_order(argument.arguments, random)
        else:
            words.append(random.choice(_VALUES[argument.type]))
    return words
