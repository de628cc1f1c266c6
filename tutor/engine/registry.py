"""Joins the rows of the command table with the functions that carry them out."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TypeVar

from tutor.engine import commands as commands_package
from tutor.engine.replies import Reply
from tutor.engine.session import Session
from tutor.engine.table import CommandSpec, load_table

Function = Callable[[Session, Sequence[bytes]], Reply]
_F = TypeVar("_F", bound=Function)

_functions: dict[str, Function] = {}
_NO_LIMIT = (1 << 30) - 1
"""More words than a command can have, and the largest int that Python compares at its fastest."""


class Command:
    """A row of the table and its function, flattened for the dispatcher."""

    __slots__ = (
        "allow_busy",
        "allow_subscribed",
        "deny_oom",
        "function",
        "has_one_key",
        "immediate",
        "max_args",
        "may_replicate",
        "min_args",
        "monitored",
        "name",
        "no_auth",
        "no_multi",
        "no_script",
        "protected_by",
        "quick",
        "reads",
        "spec",
        "subcommands",
        "writes",
    )

    def __init__(self, spec: CommandSpec, function: Function) -> None:
        self.spec = spec
        self.name = spec.name
        self.function = function
        self.min_args = abs(spec.arity)
        self.max_args = spec.arity if spec.arity > 0 else _NO_LIMIT
        flags = spec.flags
        self.writes = "write" in flags
        self.reads = "readonly" in flags
        self.has_one_key = 0 < spec.first_key == spec.last_key
        self.may_replicate = self.writes or spec.name in _MAY_REPLICATE
        self.no_auth = "no_auth" in flags
        self.no_multi = "no_multi" in flags
        self.no_script = "noscript" in flags
        self.deny_oom = "denyoom" in flags
        self.allow_busy = "allow_busy" in flags
        self.monitored = not flags & {"skip_monitor", "admin"}
        self.allow_subscribed = spec.name in _WHILE_SUBSCRIBED
        self.protected_by = _PROTECTED.get(spec.name, "")
        self.immediate = spec.name in _IMMEDIATE
        self.subcommands: dict[bytes, Command] = {}
        own_way = self.protected_by or spec.subcommands or "admin" in flags
        self.quick = not own_way and spec.name not in _CHANGES_CONNECTION


_IMMEDIATE = frozenset({"exec", "discard", "multi", "watch", "quit", "reset"})
"""Commands that MULTI does not queue (redis 7.0, server.c: processCommand)."""


_CHANGES_CONNECTION = frozenset({"hello", "quit", "reset"})
"""What changes how the replies behind it are sent, or ends them."""


_WHILE_SUBSCRIBED = frozenset(
    {
        *("ping", "quit", "reset", "subscribe", "unsubscribe", "psubscribe", "punsubscribe"),
        *("ssubscribe", "sunsubscribe"),
    }
)
"""What a RESP2 client that is subscribed may still say (redis 7.0, server.c: processCommand)."""

_MAY_REPLICATE = frozenset(
    {
        *("publish", "spublish", "pfcount"),
        *("eval", "evalsha", "fcall"),
    }
)
"""Commands without the write flag that replicas may have to hear of."""

_PROTECTED = {
    "debug": "enable_debug_command",
    "module|load": "enable_module_command",
    "module|loadex": "enable_module_command",
    "module|unload": "enable_module_command",
}
"""Commands that a directive (attribute of `Config`) allows to nobody, to local clients, to all."""


def command(name: str) -> Callable[[_F], _F]:
    """Register a function for a row of the table: ``get``, or ``object|encoding``."""

    def register(function: _F) -> _F:
        _functions[name] = function
        return function

    return register


@cache
def all_commands() -> Mapping[bytes, Command]:
    """Every command that has both a row and a function, by lower-case name in bytes."""
    for module in pkgutil.iter_modules(commands_package.__path__):
        importlib.import_module(f"{commands_package.__name__}.{module.name}")
    commands: dict[bytes, Command] = {}
    for name, spec in load_table().items():
        children = {
            child.name.partition("|")[2].encode(): Command(child, _functions[child.name])
            for child in spec.subcommands.values()
            if child.name in _functions
        }
        if name not in _functions and not children:
            continue
        joined = Command(spec, _functions.get(name, _container_only))
        joined.subcommands = children
        commands[name.encode()] = joined
    return commands


@cache
def spellings() -> Mapping[bytes, Command]:
    """`all_commands` by their two usual spellings, ``get`` and ``GET``."""
    commands = all_commands()
    return {**commands, **{name.upper(): command for name, command in commands.items()}}


@cache
def quick_spellings() -> Mapping[bytes, Command]:
    """`spellings` without containers and protected commands: what needs no second look."""
    return {name: command for name, command in spellings().items() if command.quick}


def _container_only(session: Session, argv: Sequence[bytes]) -> Reply:
    raise AssertionError(f"{argv[0]!r} is dispatched by its subcommand")
