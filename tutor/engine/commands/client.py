"""CLIENT: who is connected (redis 7.0, networking.c).

Here is what has a meaning without a network: names, ids, lists, killing and waking. Tracking,
CLIENT REPLY and CLIENT PAUSE belong to whoever owns the sockets, and are unknown here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tutor.engine import errors
from tutor.engine.arguments import integer, parse_integer
from tutor.engine.helptext import help_of
from tutor.engine.registry import command
from tutor.engine.replies import OK, Reply, ReplyError, Verbatim
from tutor.engine.session import Session

if TYPE_CHECKING:
    from tutor.engine.engine import Engine

_TYPES = (b"normal", b"slave", b"replica", b"pubsub", b"master")


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


@command("client|info")
def client_info(session: Session, argv: Sequence[bytes]) -> Reply:
    return Verbatim(_describe(session))


@command("client|list")
def client_list(session: Session, argv: Sequence[bytes]) -> Reply:
    """CLIENT LIST [TYPE type | ID id …]."""
    sessions: Iterable[Session] = session.engine.sessions.values()
    if len(argv) == 4 and argv[2].lower() == b"type":
        if _type(argv[3]) != b"normal":
            sessions = ()
    elif len(argv) > 3 and argv[2].lower() == b"id":
        ids = [integer(word, errors.BAD_CLIENT_ID) for word in argv[3:]]
        known = session.engine.sessions
        sessions = [known[number] for number in ids if number in known]
    elif len(argv) != 2:
        raise ReplyError(errors.SYNTAX)
    return Verbatim(b"".join(_describe(one) for one in sessions))


def _type(word: bytes) -> bytes:
    name = word.lower()
    if name not in _TYPES:
        raise ReplyError(errors.unknown_client_type(word))
    return name


def _describe(session: Session) -> bytes:
    """One line of CLIENT LIST. Buffers belong to the network: their sizes are 0 here."""
    now = session.engine.now_ms
    transaction = session.transaction
    flags = "x" if transaction is not None else ""
    flags += "b" if session.blocked is not None else ""
    flags += "d" if session.dirty_cas else ""
    flags += "c" if session.closing else ""
    fields: dict[str, object] = {
        "id": session.id,
        "addr": session.peer,
        "laddr": f"127.0.0.1:{session.engine.config.port}",
        "fd": -1,
        "name": session.name.decode("latin-1"),
        "age": (now - session.created_ms) // 1000,
        "idle": (now - session.last_ms) // 1000,
        "flags": flags or "N",
        "db": session.db.index,
        "sub": 0,
        "psub": 0,
        "ssub": 0,
        "multi": len(transaction.queue) if transaction is not None else -1,
        "qbuf": 0,
        "qbuf-free": 0,
        "argv-mem": 0,
        "multi-mem": 0,
        "rbs": 0,
        "rbp": 0,
        "obl": 0,
        "oll": 0,
        "omem": 0,
        "tot-mem": 0,
        "events": "r",
        "cmd": session.last_command or "NULL",
        "user": "default",
        "redir": -1,
        "resp": session.resp,
    }
    return " ".join(f"{name}={value}" for name, value in fields.items()).encode() + b"\n"


# killing and waking


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
    victims = _filtered(session, argv)
    _hang_up(engine, session, victims)
    return len(victims)


def _filtered(session: Session, argv: Sequence[bytes]) -> list[Session]:
    victims = list(session.engine.sessions.values())
    skip_me = True
    for at in range(2, len(argv), 2):
        if at + 1 == len(argv):
            raise ReplyError(errors.SYNTAX)
        name, value = argv[at].lower(), argv[at + 1]
        if name == b"id":
            number = parse_integer(value) or 0
            if number < 1:
                raise ReplyError(errors.CLIENT_ID_NOT_POSITIVE)
            victims = [one for one in victims if one.id == number]
        elif name == b"type":
            victims = victims if _type(value) == b"normal" else []
        elif name == b"addr":
            victims = [one for one in victims if one.peer.encode() == value]
        elif name == b"laddr":
            here = b"127.0.0.1:%d" % session.engine.config.port
            victims = victims if value == here else []
        elif name == b"user":
            if value != b"default":
                raise ReplyError(errors.no_such_user(value))
        elif name == b"skipme" and value.lower() in (b"yes", b"no"):
            skip_me = value.lower() == b"yes"
        else:
            raise ReplyError(errors.SYNTAX)
    return [one for one in victims if not (skip_me and one is session)]


def _hang_up(engine: Engine, me: Session, victims: Iterable[Session]) -> None:
    """Disconnect them; whoever kills himself still gets his reply."""
    for victim in victims:
        victim.closing = True
        if victim is not me:
            engine.disconnect(victim)


@command("client|unblock")
def client_unblock(session: Session, argv: Sequence[bytes]) -> Reply:
    """CLIENT UNBLOCK id [TIMEOUT | ERROR]: 1 if that client was waiting."""
    reason = b"timeout"
    if len(argv) == 4:
        reason = argv[3].lower()
        if reason not in (b"timeout", b"error"):
            raise ReplyError(errors.UNBLOCK_REASON)
    elif len(argv) != 3:
        raise ReplyError(errors.subcommand_syntax("CLIENT", argv[1]))
    other = session.engine.sessions.get(integer(argv[2]))
    if other is None or other.blocked is None:
        return 0
    error = reason == b"error"
    reply = ReplyError(errors.UNBLOCKED) if error else other.blocked.timeout_reply
    session.engine.unblock(other, reply)
    return 1


@command("client|help")
def client_help(session: Session, argv: Sequence[bytes]) -> Reply:
    return help_of(session, b"client")
