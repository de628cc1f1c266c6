"""MODULE: there are none, and none can be loaded (redis 7.0, module.c).

Whether a client may try at all is decided by `enable-module-command`, before the function runs.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.helptext import help_of
from tutor.engine.registry import command
from tutor.engine.replies import Reply, ReplyError
from tutor.engine.session import Session


@command("module|list")
def module_list(session: Session, argv: Sequence[bytes]) -> Reply:
    """MODULE LIST."""
    return []


@command("module|load")
@command("module|loadex")
def module_load(session: Session, argv: Sequence[bytes]) -> Reply:
    """MODULE LOAD path [argument …]: a module is machine code for the original server."""
    raise ReplyError(errors.MODULE_NOT_LOADED)


@command("module|unload")
def module_unload(session: Session, argv: Sequence[bytes]) -> Reply:
    """MODULE UNLOAD name."""
    raise ReplyError(errors.MODULE_UNKNOWN)


@command("module|help")
def module_help(session: Session, argv: Sequence[bytes]) -> Reply:
    """MODULE HELP."""
    return help_of(session, b"module")
