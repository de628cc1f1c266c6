"""Joins the rows of the command table with the functions that carry them out."""

from __future__ import annotations

import importlib
import pkgutil
import sys
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


class Command:
    """A row of the table and its function, flattened for the dispatcher."""

    __slots__ = (
        "function",
        "immediate",
        "max_args",
        "min_args",
        "name",
        "no_auth",
        "no_multi",
        "spec",
        "subcommands",
        "writes",
    )

    def __init__(self, spec: CommandSpec, function: Function) -> None:
        self.spec = spec
        self.name = spec.name
        self.function = function
        self.min_args = abs(spec.arity)
        self.max_args = spec.arity if spec.arity > 0 else sys.maxsize
        self.writes = "write" in spec.flags
        self.no_auth = "no_auth" in spec.flags
        self.no_multi = "no_multi" in spec.flags
        self.immediate = spec.name in _IMMEDIATE
        self.subcommands: dict[bytes, Command] = {}


_IMMEDIATE = frozenset({"exec", "discard", "multi", "watch", "quit", "reset"})
"""Commands that MULTI does not queue (redis 7.0, server.c: processCommand)."""


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


def _container_only(session: Session, argv: Sequence[bytes]) -> Reply:
    raise AssertionError(f"{argv[0]!r} is dispatched by its subcommand")
