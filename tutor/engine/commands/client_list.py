"""CLIENT INFO, LIST, KILL and UNBLOCK: who is connected, and who no longer (redis 7.0,
networking.c)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from tutor.engine import errors
from tutor.engine.arguments import integer, parse_integer
from tutor.engine.clients import pause
from tutor.engine.clients.info import client_type, describe
from tutor.engine.registry import command
from tutor.engine.replies import OK, Reply, ReplyError, Verbatim
from tutor.engine.session import Session

if TYPE_CHECKING:
    from tutor.engine.engine import Engine

_TYPES = {
    b"normal": b"normal",
    b"slave": b"replica",
    b"replica": b"replica",
    b"pubsub": b"pubsub",
    b"master": b"master",
}


@command("client|info")
def client_info(session: Session, argv: Sequence[bytes]) -> Reply:
    return Verbatim(describe(session, argv) + b"\n")


@command("client|list")
def client_list(session: Session, argv: Sequence[bytes]) -> Reply:
    """CLIENT LIST [TYPE type | ID id …]."""
    sessions: Iterable[Session] = session.engine.sessions.values()
    if len(argv) == 4 and argv[2].lower() == b"type":
        wanted = _type(argv[3])
        sessions = [one for one in sessions if client_type(one) == wanted]
    elif len(argv) > 3 and argv[2].lower() == b"id":
        ids = [integer(word, errors.BAD_CLIENT_ID) for word in argv[3:]]
        known = session.engine.sessions
        sessions = [known[number] for number in ids if number in known]
    elif len(argv) != 2:
        raise ReplyError(errors.SYNTAX)
    return Verbatim(
        b"".join(describe(one, argv if one is session else ()) + b"\n" for one in sessions)
    )


def _type(word: bytes) -> bytes:
    name = _TYPES.get(word.lower())
    if name is None:
        raise ReplyError(errors.unknown_client_type(word))
    return name


# killing and waking

Test = Callable[[Session], bool]


@command("client|kill")
def client_kill(session: Session, argv: Sequence[bytes]) -> Reply:
    """CLIENT KILL addr:port, or CLIENT KILL <filter> <value> ….

    The old form answers OK or an error, the new one how many were killed.
    """
    engine = session.engine
    if len(argv) == 3:
        found = [one for one in engine.sessions.values() if one.peer.encode() == argv[2]]
        if not found:
            raise ReplyError(errors.NO_SUCH_CLIENT)
        _hang_up(engine, session, found)
        return OK
    tests, skip_me = _filters(session, argv)
    victims = [
        one
        for one in engine.sessions.values()
        if not (skip_me and one is session) and all(test(one) for test in tests.values())
    ]
    _hang_up(engine, session, victims)
    return len(victims)


def _filters(session: Session, argv: Sequence[bytes]) -> tuple[dict[bytes, Test], bool]:
    """The tests by name (of a filter given twice the last counts), and whether to skip oneself."""
    tests: dict[bytes, Test] = {}
    skip_me = True
    for at in range(2, len(argv), 2):
        if at + 1 == len(argv):
            raise ReplyError(errors.SYNTAX)
        name, value = argv[at].lower(), argv[at + 1]
        if name == b"skipme" and value.lower() in (b"yes", b"no"):
            skip_me = value.lower() == b"yes"
        elif name in _FILTERS:
            tests[name] = _FILTERS[name](session.engine, value)
        else:
            raise ReplyError(errors.SYNTAX)
    return tests, skip_me


def _by_id(engine: Engine, value: bytes) -> Test:
    number = parse_integer(value) or 0
    if number < 1:
        raise ReplyError(errors.CLIENT_ID_NOT_POSITIVE)
    return lambda one: one.id == number


def _by_type(engine: Engine, value: bytes) -> Test:
    wanted = _type(value)
    return lambda one: client_type(one) == wanted


def _by_address(engine: Engine, value: bytes) -> Test:
    return lambda one: one.peer.encode() == value


def _by_local_address(engine: Engine, value: bytes) -> Test:
    return lambda one: one.laddr.encode() == value


def _by_user(engine: Engine, value: bytes) -> Test:
    user = engine.acl.users.get(value)
    if user is None:
        raise ReplyError(errors.no_such_user(value))
    return lambda one: one.user is user


_FILTERS: dict[bytes, Callable[[Engine, bytes], Test]] = {
    b"id": _by_id,
    b"type": _by_type,
    b"addr": _by_address,
    b"laddr": _by_local_address,
    b"user": _by_user,
}


def _hang_up(engine: Engine, me: Session, victims: Iterable[Session]) -> None:
    """Disconnect them; whoever kills himself still gets his reply."""
    for victim in victims:
        victim.closing = True
        if victim is not me:
            engine.disconnect(victim)


@command("client|unblock")
def client_unblock(session: Session, argv: Sequence[bytes]) -> Reply:
    """CLIENT UNBLOCK id [TIMEOUT | ERROR]: 1 if that client was waiting.

    Of a client that CLIENT PAUSE makes wait: the error only. (TIMEOUT ends redis-server 7.0.15.)
    """
    reason = b"timeout"
    if len(argv) == 4:
        reason = argv[3].lower()
        if reason not in (b"timeout", b"error"):
            raise ReplyError(errors.UNBLOCK_REASON)
    elif len(argv) != 3:
        raise ReplyError(errors.subcommand_syntax("CLIENT", argv[1]))
    other = session.engine.sessions.get(integer(argv[2]))
    if other is None:
        return 0
    if other.postponed is not None and reason == b"error":
        pause.give_up(session.engine, other, ReplyError(errors.UNBLOCKED))
        return 1
    if other.blocked is None:
        return 0
    error = reason == b"error"
    reply = ReplyError(errors.UNBLOCKED) if error else other.blocked.timeout_reply
    session.engine.waiting.unblock(other, reply)
    return 1
