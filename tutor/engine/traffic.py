"""What comes and goes through an open port: commands of all clients, in the order of arrival.

Thousands may come in a second, so a command is noted as a plain tuple; whoever looks makes
something readable of the few that are visible.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from tutor.engine.clients.redaction import redacted
from tutor.engine.events import Conversion
from tutor.engine.replies import BLOCKED, Reply, ReplyError
from tutor.engine.table import keys_of

if TYPE_CHECKING:
    from tutor.engine.registry import Command
    from tutor.engine.session import Session

KEPT = 1000
"""Commands that are remembered."""

MOST_WORDS = 24
LONGEST_WORD = 256
"""What is remembered of one command: enough for a line, and no megabytes of values."""

Place = tuple[int, bytes]
"""Database and key."""


class Arrival(NamedTuple):
    """A command that was carried out.

    ``error`` is the text of an error reply, "" if there was none; ``waits``: it blocks. ``changed``
    is the last key that it changed, if any.
    """

    at_ms: int
    session: Session
    db: int
    command: Command | None
    argv: Sequence[bytes]
    error: str
    waits: bool
    took_us: int
    changed: Place | None

    @property
    def words(self) -> Sequence[bytes]:
        """The command as it may be shown: passwords are hidden."""
        return redacted(self.command, self.argv) if self.command is not None else self.argv

    @property
    def place(self) -> Place | None:
        """The key it changed, else the first that it names."""
        if self.changed is not None or self.command is None:
            return self.changed
        try:
            keys = keys_of(self.command.spec, self.argv)
        except ValueError:
            return None
        if not keys or len(self.argv[keys[0]]) >= LONGEST_WORD:
            return None
        return self.db, self.argv[keys[0]]


class Traffic:
    """See the module's text. ``total`` counts commands; ``counts`` those of each session's id."""

    def __init__(self) -> None:
        self.total = 0
        self.counts: dict[int, int] = {}
        self.conversions: deque[Conversion] = deque(maxlen=64)
        self._log: deque[tuple[object, ...]] = deque(maxlen=KEPT)
        self._changed: Place | None = None

    def changed(self, db: int, key: bytes) -> None:
        """The present command has changed a key."""
        self._changed = (db, key)

    def executed(self, session: Session, argv: Sequence[bytes], reply: Reply, took_us: int) -> None:
        """A command was carried out."""
        if len(argv) > MOST_WORDS or max(map(len, argv)) > LONGEST_WORD:
            argv = [word[:LONGEST_WORD] for word in argv[:MOST_WORDS]]
        error = reply.message if type(reply) is ReplyError else ""
        self._log.append(
            (
                session.engine.now_ms,
                session,
                session.db.index,
                session.last_command,
                argv,
                error,
                reply is BLOCKED,
                took_us,
                self._changed,
            )
        )
        self._changed = None
        self.total += 1
        counts, number = self.counts, session.id
        counts[number] = counts.get(number, 0) + 1

    def arrivals(self) -> list[tuple[object, ...]]:
        """All that is remembered, oldest first; `Arrival._make` reads one."""
        return list(self._log)

    def latest(self, most: int) -> list[Arrival]:
        """The newest arrivals, newest first."""
        return [Arrival._make(each) for each in islice(reversed(self._log), most)]

    def forget(self, present: set[int]) -> None:
        """Keep counts only of sessions that are ``present``."""
        for number in self.counts.keys() - present:
            del self.counts[number]
