"""CLIENT: names, ids, and how a client is answered (redis 7.0, networking.c).

CLIENT LIST and KILL stand in `client_list`, CLIENT TRACKING in `client_tracking`.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.arguments import INT64_MAX, integer
from tutor.engine.clients import pause
from tutor.engine.helptext import help_of
from tutor.engine.registry import command
from tutor.engine.replies import NO_REPLY, OK, Reply, ReplyError
from tutor.engine.session import Session


def check_name(name: bytes) -> None:
    """Names of clients consist of printable ASCII without blanks."""
    if any(not 0x21 <= byte <= 0x7E for byte in name):
        raise ReplyError(errors.BAD_CLIENT_NAME)


@command("client|id")
def client_id(session: Session, argv: Sequence[bytes]) -> Reply:
    return session.id


@command("client|getname")
def client_getname(session: Session, argv: Sequence[bytes]) -> Reply:
    return session.name or None


@command("client|setname")
def client_setname(session: Session, argv: Sequence[bytes]) -> Reply:
    check_name(argv[2])
    session.name = argv[2]
    return OK


@command("client|reply")
def client_reply(session: Session, argv: Sequence[bytes]) -> Reply:
    """CLIENT REPLY ON | OFF | SKIP; only ON is answered."""
    mode = argv[2].lower()
    if mode == b"on":
        session.replying, session.skipping = True, False
        session.settle()
        return OK
    if mode == b"off":
        session.replying = False
    elif mode == b"skip":
        session.skip_next = session.replying
    else:
        raise ReplyError(errors.SYNTAX)
    session.settle()
    return NO_REPLY


@command("client|no-evict")
def client_no_evict(session: Session, argv: Sequence[bytes]) -> Reply:
    """CLIENT NO-EVICT ON | OFF: whether ``maxmemory-clients`` may cost this client its place."""
    session.no_evict = _switch(argv[2])
    return OK


def _switch(word: bytes) -> bool:
    value = word.lower()
    if value not in (b"on", b"off"):
        raise ReplyError(errors.SYNTAX)
    return value == b"on"


@command("client|pause")
def client_pause(session: Session, argv: Sequence[bytes]) -> Reply:
    """CLIENT PAUSE milliseconds [WRITE | ALL]."""
    engine = session.engine
    mode = argv[3].lower() if len(argv) == 4 else b"all"
    if len(argv) > 4:
        raise ReplyError(errors.subcommand_syntax("CLIENT", argv[1]))
    if mode not in (b"write", b"all"):
        raise ReplyError(errors.PAUSE_MODE)
    timeout = integer(argv[2], errors.TIMEOUT_NOT_INTEGER)
    if timeout < 0:
        raise ReplyError(errors.TIMEOUT_NEGATIVE)
    until_ms = engine.now_ms + timeout
    if until_ms > INT64_MAX:  # wraps around in Redis, so that the pause is over already
        until_ms = 0
    pause.begin(engine, until_ms, writes_only=mode == b"write")
    return OK


@command("client|unpause")
def client_unpause(session: Session, argv: Sequence[bytes]) -> Reply:
    """CLIENT UNPAUSE: what waits goes on."""
    pause.resume(session.engine)
    return OK


@command("client|help")
def client_help(session: Session, argv: Sequence[bytes]) -> Reply:
    return help_of(session, b"client")
