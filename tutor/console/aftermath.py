"""What a reply leaves to be said: an error among messages, and what has changed for whoever types.

Redis says nothing of it: that messages come from now on, that answers do not, that the connection
is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from tutor.console.backend import Backend, EmbeddedBackend
from tutor.engine.replies import NO_REPLY, Push, Reply, ReplyError, Several
from tutor.i18n import _

__all__ = ["Note", "endings", "error_in", "message_note", "note"]

Note = Callable[[], str]
"""A sentence in whatever language is present when it is shown."""

_UNSUBSCRIBE = {
    b"SUBSCRIBE": "UNSUBSCRIBE",
    b"PSUBSCRIBE": "PUNSUBSCRIBE",
    b"SSUBSCRIBE": "SUNSUBSCRIBE",
}


def error_in(reply: Reply) -> ReplyError | None:
    """The error of a reply, also where messages stand before or after it."""
    if type(reply) is Several:
        return next((one for one in reply if type(one) is ReplyError), None)
    return reply if type(reply) is ReplyError else None


def note(backend: Backend, argv: Sequence[bytes], reply: Reply) -> Note | None:
    """What is different after this command; None if nothing is."""
    words = [word.upper() for word in argv]
    if reply is NO_REPLY:
        return partial(_unanswered, words)
    if not isinstance(backend, EmbeddedBackend) or not words:
        return None
    session = backend.world.session
    if session.id not in backend.world.engine.sessions:
        return _closed
    if error_in(reply) is not None:
        return None
    other = 2 if backend.client == 1 else 1
    end = _UNSUBSCRIBE.get(words[0])
    if end is not None and type(reply) in (Several, Push) and len(session.subscriptions):
        return partial(_subscribed, end, other if session.resp == 2 else 0)
    if words[0] == b"MONITOR" and session.monitoring:
        return partial(_monitoring, other)
    return None


def endings(backend: Backend) -> list[str]:
    """What Ctrl-C types for the present client if it listens to others, so that it listens no
    more; redis-cli would hang up and connect anew."""
    if not isinstance(backend, EmbeddedBackend):
        return []
    session = backend.world.session
    if session.monitoring:
        return ["RESET"]
    mine = session.subscriptions
    kinds = (mine.channels, mine.patterns, mine.shard_channels)
    return [end for end, names in zip(_UNSUBSCRIBE.values(), kinds, strict=True) if names]


def _closed() -> str:
    return _("This client's connection is closed. The next command connects anew.")


def _subscribed(end: str, other: int) -> str:
    """``other`` is a client who may do what this one may not; 0 if it may do everything."""
    text = _("Messages appear as they come; {command} or Ctrl-C ends it.").format(command=end)
    return f"{text} {_go_on(other)}" if other else text


def _monitoring(other: int) -> str:
    text = _("What other clients say appears as it comes; RESET or Ctrl-C ends it.")
    return f"{text} {_go_on(other)}"


def _go_on(other: int) -> str:
    return _(":client {other} goes on as another client.").format(other=other)


def _unanswered(words: Sequence[bytes]) -> str:
    if words[:2] == [b"CLIENT", b"REPLY"]:
        if words[2:] == [b"SKIP"]:
            return _("The next command is carried out without an answer.")
        return _("Commands are carried out without an answer from now on. CLIENT REPLY ON ends it.")
    if words[:1] == [b"MONITOR"]:
        return _("This client is watching already.")
    if words[:1] == [b"SHUTDOWN"]:
        return _("The server stops; nobody is left to answer.")
    return _("Carried out without an answer, as CLIENT REPLY has it.")


def message_note(backend: Backend, client: int) -> str:
    """Whose a message is that came unasked; "" if it came to the present client."""
    if isinstance(backend, EmbeddedBackend) and client != backend.client:
        return _("to client {number}:").format(number=client)
    return ""
