"""AUTH, HELLO, PING and the rest of what concerns a connection (redis 7.0, networking.c, acl.c)."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.arguments import integer, ranged
from tutor.engine.clients import monitor
from tutor.engine.commands.client import check_name
from tutor.engine.registry import command
from tutor.engine.replies import OK, PONG, Reply, ReplyError, Status
from tutor.engine.session import Session
from tutor.engine.standing import is_replica

VERSION = b"7.0.15"
_RESET = Status(b"RESET")


@command("ping")
def ping(session: Session, argv: Sequence[bytes]) -> Reply:
    if len(argv) > 2:
        raise ReplyError(errors.wrong_arity("ping"))
    if session.resp == 2 and len(session.subscriptions):
        return [b"pong", argv[1] if len(argv) == 2 else b""]
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
    """RESET: as if newly connected; all that a client has asked for is forgotten but NO-EVICT."""
    engine = session.engine
    if session.monitoring:
        monitor.stop(engine, session)
    engine.tracking.stop(session)
    engine.pubsub.forget(session)
    session.transaction = None
    engine.unwatch(session)
    session.replying, session.skip_next = True, False
    session.db = engine.databases[0]
    session.name = b""
    session.resp = 2
    session.user = engine.acl.default
    session.authenticated = engine.acl.open
    return _RESET


@command("auth")
def auth(session: Session, argv: Sequence[bytes]) -> Reply:
    """AUTH [username] password."""
    if len(argv) > 3:
        raise ReplyError(errors.SYNTAX)
    acl = session.engine.acl
    if len(argv) == 2 and acl.default.rights.nopass:
        raise ReplyError(errors.NO_PASSWORD_SET)
    name = argv[1] if len(argv) == 3 else acl.default.name
    acl.authenticate(session, name, argv[-1], via=argv[0])
    return OK


@command("hello")
def hello(session: Session, argv: Sequence[bytes]) -> Reply:
    """HELLO [version [AUTH user password] [SETNAME name]]."""
    version = 0
    if len(argv) > 1:
        version = integer(argv[1], errors.PROTO_NOT_INTEGER)
        if version not in (2, 3):
            raise ReplyError(errors.NO_PROTO)
    _hello_options(session, argv)
    if not session.authenticated:
        raise ReplyError(errors.HELLO_NO_AUTH)
    if version:
        session.resp = version
    return {
        b"server": b"redis",
        b"version": VERSION,
        b"proto": session.resp,
        b"id": session.id,
        b"mode": b"standalone",
        b"role": b"replica" if is_replica(session.engine) else b"master",
        b"modules": [],
    }


def _hello_options(session: Session, argv: Sequence[bytes]) -> None:
    """Carried out one by one: what stands before a faulty word has happened."""
    at = 2
    while at < len(argv):
        option, left = argv[at].lower(), len(argv) - 1 - at
        if option == b"auth" and left >= 2:
            session.engine.acl.authenticate(session, argv[at + 1], argv[at + 2], via=argv[0])
            at += 3
        elif option == b"setname" and left:
            check_name(argv[at + 1])
            session.name = argv[at + 1]
            at += 2
        else:
            raise ReplyError(errors.hello_option(argv[at]))
