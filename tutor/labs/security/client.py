"""A client of the lab: from where it comes, where to, as whom it logs in, what it was told."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from functools import partial

from tutor.engine.cmdline import quote
from tutor.engine.replies import Reply, ReplyError, Several, Status
from tutor.engine.session import Session
from tutor.labs.security.frame import ExchangeFrame, Who
from tutor.labs.security.settings import NOBODY, Credentials
from tutor.labs.security.site import CLOSED, Done, Site

_LONG = 240
_SHOWN = 60


class Client:
    """One connection at a time, made anew where it is gone. ``told`` gets what passes; ``quiet``:
    only what was refused."""

    def __init__(
        self, site: Site, who: Who, source: str, target: str, credentials: Credentials = NOBODY
    ) -> None:
        self.site = site
        self.who: Who = who
        self.source = source
        self.target = target
        self.credentials = credentials
        self.session: Session | None = None
        self.since = 0
        self.quiet = False
        self.told: list[ExchangeFrame] = []
        self._waits: tuple[tuple[bytes, ...], Done] | None = None
        self._queue: deque[tuple[tuple[bytes, ...], Done]] = deque()

    @property
    def connected(self) -> bool:
        """Whether its connection stands."""
        return self.site.stands(self.session)

    @property
    def waits(self) -> bool:
        """Whether a reply is owed to it."""
        return self._waits is not None

    def close(self) -> None:
        """Hang up."""
        if self.connected and self.session is not None:
            self.session.engine.disconnect(self.session)
        self.session = None

    def connect(self) -> ReplyError | None:
        """Come in, and log in if there is a password; what it is told where that fails."""
        found = self.site.connect(self.source, self.target)
        if isinstance(found, ReplyError):
            self.session = None
            return found
        self.session, self.since = found, self.site.simulation.now
        found.on_push = self.heard
        words = self.credentials.words
        if not words:
            return None
        replies: list[Reply] = []
        self.site.send(found, words, replies.append)
        if replies:
            self.note(words, replies[0])
            if isinstance(replies[0], ReplyError):
                return replies[0]
        return None

    def say(self, argv: Sequence[bytes], done: Done) -> None:
        """Have a command carried out, over a new connection if need be; behind one whose reply has
        not come yet, when it has."""
        words = tuple(argv)
        if self._waits is not None and not self.connected:
            self._lose()
        if self._waits is not None:
            self._queue.append((words, done))
            return
        if not self.connected:
            problem = self.connect()
            if problem is not None and not self.connected:
                self._answered(words, done, problem)
                return
        assert self.session is not None
        self._waits = words, done
        self.site.send(self.session, words, partial(self._came, self._waits))

    def _came(self, waited: tuple[tuple[bytes, ...], Done], reply: Reply) -> None:
        """The reply, unless it was given up."""
        if self._waits is not waited:
            return
        self._waits = None
        self._answered(*waited, reply)
        while self._queue and self._waits is None:
            self.say(*self._queue.popleft())

    def _lose(self) -> None:
        """The connection is gone, and with it the replies that it owed."""
        lost = [self._waits] if self._waits is not None else []
        lost += self._queue
        self._waits = None
        self._queue.clear()
        for words, done in lost:
            self._answered(words, done, ReplyError(CLOSED))

    def _answered(self, words: tuple[bytes, ...], done: Done, reply: Reply) -> None:
        self.note(words, reply)
        done(reply)

    def note(self, words: Sequence[bytes], reply: Reply) -> None:
        """Write down what was said and answered."""
        refused = isinstance(reply, ReplyError)
        if refused or not self.quiet:
            text = " ".join(map(word_text, words))
            now = self.site.simulation.now
            self.told.append(ExchangeFrame(now, self.who, text, reply_text(reply), refused))

    def heard(self, message: Reply) -> None:
        """A line that nobody asked for: MONITOR's."""
        now = self.site.simulation.now
        self.told.append(ExchangeFrame(now, self.who, "", reply_text(message)))


def word_text(word: bytes) -> str:
    """A word as it is typed; of a long one its beginning."""
    text = quote(word)
    return text if len(text) <= _LONG else text[:_LONG] + "…"


def reply_text(reply: Reply) -> str:
    """On one line, as redis-cli says it in short."""
    if reply is None:
        return "(nil)"
    if isinstance(reply, ReplyError):
        return f"(error) {reply.message}"
    if isinstance(reply, Status):
        return reply.decode("utf-8", "replace")
    if isinstance(reply, bytes):
        return _bytes_text(reply)
    if isinstance(reply, int):
        return f"(integer) {reply}"
    if isinstance(reply, Several):
        return " ".join(map(reply_text, reply))
    if isinstance(reply, dict):
        return " ".join(f"{reply_text(name)} {reply_text(value)}" for name, value in reply.items())
    if isinstance(reply, list | tuple):
        return " ".join(map(reply_text, reply)) if reply else "(empty array)"
    return str(reply)


def _bytes_text(reply: bytes) -> str:
    text = reply.decode("utf-8", "backslashreplace")
    if "\r\n" in text:  # INFO: its first lines
        return " ".join(text.split("\r\n"))[:_SHOWN] + "…"
    return quote(reply) if reply else '""'
