"""CONFIG: reading and changing directives (redis 7.0, config.c)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from tutor.engine import errors
from tutor.engine.config import Config
from tutor.engine.config.rewrite import rewrite
from tutor.engine.helptext import help_of
from tutor.engine.registry import command
from tutor.engine.replies import OK, Reply, ReplyError
from tutor.engine.session import Session

if TYPE_CHECKING:
    from tutor.engine.engine import Engine
    from tutor.engine.host import Host


@command("config|get")
def config_get(session: Session, argv: Sequence[bytes]) -> Reply:
    """CONFIG GET pattern [pattern …]."""
    return session.engine.config.get(argv[2:])


@command("config|set")
def config_set(session: Session, argv: Sequence[bytes]) -> Reply:
    """CONFIG SET directive value [directive value …]: all of them or none."""
    if len(argv) % 2:
        raise ReplyError(errors.SYNTAX)
    engine = session.engine
    pairs = list(zip(argv[2::2], argv[3::2], strict=True))
    engine.config.set(pairs, partial(_follow, engine))
    engine.acl.follow_config()
    return OK


def _follow(engine: Engine, attribute: str) -> str:
    """Tell whoever has to follow a directive that it has changed; why they cannot, or ""."""
    reason = "" if engine.host is None else engine.host.follow(attribute)
    if not reason and engine.persistence is not None:
        reason = engine.persistence.follow(attribute)
    return reason


@command("config|resetstat")
def config_resetstat(session: Session, argv: Sequence[bytes]) -> Reply:
    """CONFIG RESETSTAT: zero what INFO counts."""
    session.engine.stats.reset()
    return OK


@command("config|rewrite")
def config_rewrite(session: Session, argv: Sequence[bytes]) -> Reply:
    """CONFIG REWRITE: bring the configuration file up to date."""
    engine = session.engine
    host = engine.host
    if host is None or not host.config_file:
        raise ReplyError(errors.NO_CONFIG_FILE)
    try:
        old = _text_of(host)
        users = () if engine.config.aclfile else [u.describe() for u in engine.acl.sorted_users()]
        new = rewrite(old, engine.config, Config(enable_debug_command="no"), users)
        host.write_text(host.config_file, new.decode("utf-8", "surrogateescape"))
    except OSError as error:
        host.log("warning", f"CONFIG REWRITE failed: {error.strerror}")
        raise ReplyError(errors.rewriting(error.strerror or "")) from None
    host.log("warning", "CONFIG REWRITE executed with success.")
    return OK


def _text_of(host: Host) -> bytes:
    try:
        return host.read_text(host.config_file).encode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return b""


@command("config|help")
def config_help(session: Session, argv: Sequence[bytes]) -> Reply:
    """CONFIG HELP."""
    return help_of(session, b"config")
