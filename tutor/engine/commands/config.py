"""CONFIG: reading and changing directives (redis 7.0, config.c)."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.helptext import help_of
from tutor.engine.registry import command
from tutor.engine.replies import OK, Reply, ReplyError
from tutor.engine.session import Session


@command("config|get")
def config_get(session: Session, argv: Sequence[bytes]) -> Reply:
    """CONFIG GET pattern [pattern …]."""
    return session.engine.config.get(argv[2:])


@command("config|set")
def config_set(session: Session, argv: Sequence[bytes]) -> Reply:
    """CONFIG SET directive value [directive value …]: all of them or none."""
    if len(argv) % 2:
        raise ReplyError(errors.SYNTAX)
    session.engine.config.set(list(zip(argv[2::2], argv[3::2], strict=True)))
    return OK


@command("config|resetstat")
def config_resetstat(session: Session, argv: Sequence[bytes]) -> Reply:
    """CONFIG RESETSTAT: zero what INFO counts."""
    session.engine.stats.reset()
    return OK


@command("config|rewrite")
def config_rewrite(session: Session, argv: Sequence[bytes]) -> Reply:
    """CONFIG REWRITE: there is no file to write to."""
    raise ReplyError(errors.NO_CONFIG_FILE)


@command("config|help")
def config_help(session: Session, argv: Sequence[bytes]) -> Reply:
    """CONFIG HELP."""
    return help_of(session, b"config")
