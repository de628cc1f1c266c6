"""What has a name besides keys and fields: groups of a stream, channels, users, functions, …

Both backends tell it: of the embedded engine it is read here, a real server is asked with the
command of `QUESTIONS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from tutor.engine.replies import Reply

if TYPE_CHECKING:
    from tutor.engine.scripting import Scripting
    from tutor.engine.session import Session
    from tutor.engine.structures.stream import Stream

__all__ = ["QUESTIONS", "Question", "Thing", "names_in"]

Thing = Literal[
    "group",  # of a stream (its key)
    "consumer",  # of a group (key, group)
    "entry",  # the newest ids of a stream (its key)
    "last-id",  # the greatest id that a stream has given out (its key); one
    "channel",  # that anybody is subscribed to
    "shard-channel",
    "own-channel",  # that we are subscribed to ourselves
    "own-shard-channel",
    "own-pattern",
    "user",
    "me",  # the user we are logged in as; one
    "function",
    "library",
    "script",  # by its SHA1
]

_MOST = 200
_ENTRIES = 20


def names_in(session: Session, thing: Thing, of: Sequence[bytes] = ()) -> list[bytes]:
    """The names of all things of a kind in the engine of ``session``; looks, and touches nothing.

    ``of``: what they belong to, as said beside each `Thing`.
    """
    return [*dict.fromkeys(_IN_ENGINE[thing](session, of))][:_MOST]


def _stream(session: Session, of: Sequence[bytes]) -> Stream | None:
    from tutor.engine.structures.stream import Stream

    value = session.db.keys.data.get(of[0]) if of else None
    return value if isinstance(value, Stream) else None


def _groups(session: Session, of: Sequence[bytes]) -> Iterable[bytes]:
    stream = _stream(session, of)
    return stream.groups if stream is not None else ()


def _consumers(session: Session, of: Sequence[bytes]) -> Iterable[bytes]:
    stream = _stream(session, of)
    group = stream.group(of[1]) if stream is not None and len(of) > 1 else None
    return sorted(group.consumers) if group is not None else ()


def _entries(session: Session, of: Sequence[bytes]) -> Iterable[bytes]:
    from tutor.engine.structures.stream import id_text

    stream = _stream(session, of)
    newest = stream.range(count=_ENTRIES, reverse=True) if stream is not None else ()
    return [id_text(entry) for entry, _words in newest]


def _last_id(session: Session, of: Sequence[bytes]) -> Iterable[bytes]:
    from tutor.engine.structures.stream import id_text

    stream = _stream(session, of)
    return [id_text(stream.last_id)] if stream is not None else ()


def _scripting(session: Session) -> Scripting | None:
    found: Scripting | None = vars(session.engine).get("scripting")
    return found


def _functions(session: Session, of: Sequence[bytes]) -> Iterable[bytes]:
    scripting = _scripting(session)
    libraries = scripting.libraries.values() if scripting is not None else ()
    return [name.encode() for library in libraries for name in library.functions]


def _libraries(session: Session, of: Sequence[bytes]) -> Iterable[bytes]:
    scripting = _scripting(session)
    return [name.encode() for name in scripting.libraries] if scripting is not None else ()


def _scripts(session: Session, of: Sequence[bytes]) -> Iterable[bytes]:
    scripting = _scripting(session)
    return [sha.encode() for sha in scripting.scripts] if scripting is not None else ()


_IN_ENGINE: dict[Thing, Callable[[Session, Sequence[bytes]], Iterable[bytes]]] = {
    "group": _groups,
    "consumer": _consumers,
    "entry": _entries,
    "last-id": _last_id,
    "channel": lambda session, of: session.engine.pubsub.channels,
    "shard-channel": lambda session, of: session.engine.pubsub.shard_channels,
    "own-channel": lambda session, of: session.subscriptions.channels,
    "own-shard-channel": lambda session, of: session.subscriptions.shard_channels,
    "own-pattern": lambda session, of: session.subscriptions.patterns,
    "user": lambda session, of: sorted(session.engine.acl.users),
    "me": lambda session, of: [session.user.name],
    "function": _functions,
    "library": _libraries,
    "script": _scripts,
}


# a real server


class Question(NamedTuple):
    """``argv``, then what the things belong to, then ``more``; ``names`` finds them in the reply
    (of RESP2)."""

    argv: tuple[bytes, ...]
    more: tuple[bytes, ...]
    names: Callable[[Reply], Iterable[bytes]]


def _themselves(reply: Reply) -> Iterable[bytes]:
    return [name for name in reply if isinstance(name, bytes)]


def _named(reply: Reply) -> Iterable[bytes]:
    """The field ``name`` of each row."""
    return [_field(row, b"name") for row in reply]


def _field(row: list[Reply], name: bytes) -> bytes:
    return bytes(dict(zip(row[::2], row[1::2], strict=False))[name])


def _function_names(reply: Reply) -> Iterable[bytes]:
    rows = [dict(zip(row[::2], row[1::2], strict=False)) for row in reply]
    return [_field(function, b"name") for row in rows for function in row[b"functions"]]


QUESTIONS: dict[Thing, Question] = {
    "group": Question((b"XINFO", b"GROUPS"), (), _named),
    "consumer": Question((b"XINFO", b"CONSUMERS"), (), _named),
    "entry": Question(
        (b"XREVRANGE",), (b"+", b"-", b"COUNT", b"20"), lambda reply: [row[0] for row in reply]
    ),
    "last-id": Question(
        (b"XINFO", b"STREAM"), (), lambda reply: [_field(reply, b"last-generated-id")]
    ),
    "channel": Question((b"PUBSUB", b"CHANNELS"), (), _themselves),
    "shard-channel": Question((b"PUBSUB", b"SHARDCHANNELS"), (), _themselves),
    "user": Question((b"ACL", b"USERS"), (), _themselves),
    "function": Question((b"FUNCTION", b"LIST"), (), _function_names),
    "library": Question(
        (b"FUNCTION", b"LIST"), (), lambda reply: [_field(row, b"library_name") for row in reply]
    ),
}
"""Only what can be asked without changing anything. What is our own on the connection of the
commands, another connection does not know."""
