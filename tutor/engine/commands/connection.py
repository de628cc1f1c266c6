"""AUTH, HELLO, PING and the rest of what concerns a connection (redis 7.0, networking.c, acl.c)."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.arguments import integer, ranged
from tutor.engine.commands.client import check_name
from tutor.engine.registry import command
from tutor.engine.replies import OK, PONG, Reply, ReplyError, Status
from tutor.engine.session import Session

VERSION = b"7.0.15"
_RESET = Status(b"RESET")


@command("ping")
def ping(session: Session, argv: Sequence[bytes]) -> Reply:
    if len(argv) > 2:
        raise ReplyError(errors.wrong_arity("ping"))
    return argv[1] if len(argv) == 2 else PONG


@command("echo")
def echo(session: Session, argv: Sequence[bytes]) -> Reply:
    return argv[1]


@command("quit")
def quit_(session: Session, argv: Sequence[bytes]) -> Reply:
    """QUIT: the host hangs up after the reply."""
    session.closing = True
    return OK


@command("select")
def select(session: Session, argv: Sequence[bytes]) -> Reply:
    index = ranged(argv[1], -(2**31), 2**31 - 1)
    databases = session.engine.databases
    if not 0 <= index < len(databases):
        raise ReplyError(errors.DB_OUT_OF_RANGE)
    session.db = databases[index]
    return OK


@command("reset")
def reset(session: Session, argv: Sequence[bytes]) -> Reply:
    """RESET: as if newly connected; MULTI, WATCH, database, name and protocol are forgotten."""
    engine = session.engine
    session.transaction = None
    engine.unwatch(session)
    session.db = engine.databases[0]
    session.name = b""
    session.resp = 2
    session.authenticated = not engine.config.requirepass
    return _RESET


@command("auth")
def auth(session: Session, argv: Sequence[bytes]) -> Reply:
    """AUTH [username] password."""
    if len(argv) > 3:
        raise ReplyError(errors.SYNTAX)
    if len(argv) == 2 and not session.engine.config.requirepass:
        raise ReplyError(errors.NO_PASSWORD_SET)
    _log_in(session, argv[1] if len(argv) == 3 else b"default", argv[-1])
    return OK


def _log_in(session: Session, user: bytes, password: bytes) -> None:
    """There is one user, ``default``, whose password ``requirepass`` sets."""
    wanted = session.engine.config.requirepass
    if user != b"default" or (wanted and password != wanted):
        raise ReplyError(errors.WRONG_PASS)
    session.authenticated = True


@command("hello")
def hello(session: Session, argv: Sequence[bytes]) -> Reply:
    """HELLO [version [AUTH user password] [SETNAME name]]."""
    version = 0
    if len(argv) > 1:
        version = integer(argv[1], errors.PROTO_NOT_INTEGER)
        if version not in (2, 3):
            raise ReplyError(errors.NO_PROTO)
    login, name = _hello_options(argv)
    if login is not None:
        _log_in(session, *login)
    if not session.authenticated:
        raise ReplyError(errors.HELLO_NO_AUTH)
    if name is not None:
        session.name = name
    if version:
        session.resp = version
    return {
        b"server": b"redis",
        b"version": VERSION,
        b"proto": session.resp,
        b"id": session.id,
        b"mode": b"standalone",
        b"role": b"master",
        b"modules": [],
    }


def _hello_options(argv: Sequence[bytes]) -> tuple[tuple[bytes, bytes] | None, bytes | None]:
    login: tuple[bytes, bytes] | None = None
    name: bytes | None = None
    at = 2
    while at < len(argv):
        option, left = argv[at].lower(), len(argv) - 1 - at
        if option == b"auth" and left >= 2:
            login = (argv[at + 1], argv[at + 2])
            at += 3
        elif option == b"setname" and left:
            name = argv[at + 1]
            check_name(name)
            at += 2
        else:
            raise ReplyError(errors.hello_option(argv[at]))
    return login, name
