"""The slow log: the last commands that took longer than allowed (redis 7.0, slowlog.c)."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.engine.clients.redaction import redacted

if TYPE_CHECKING:
    from tutor.engine.engine import Engine
    from tutor.engine.registry import Command
    from tutor.engine.session import Session

MOST_WORDS = 32
MOST_BYTES = 128


@dataclass(frozen=True, slots=True)
class Slow:
    """One entry: when (Unix seconds), how long (µs), what and who."""

    id: int
    at: int
    usec: int
    argv: tuple[bytes, ...]
    peer: str
    name: bytes


class SlowLog:
    """Entries, newest first; ids never repeat."""

    def __init__(self) -> None:
        self.entries: deque[Slow] = deque()
        self.next_id = 0


def note(
    engine: Engine, session: Session, command: Command, argv: Sequence[bytes], usec: int
) -> None:
    """A command has taken ``usec``: remember it, if the configuration says so."""
    config = engine.config
    threshold = config.slowlog_log_slower_than
    if not 0 <= threshold <= usec or "skip_slowlog" in command.spec.flags:
        return
    log = engine.slowlog
    entry = Slow(
        log.next_id,
        engine.clock.now_us() // 1_000_000,
        usec,
        clipped(redacted(command, argv)),
        "?:0" if session.script else session.peer,
        session.name,
    )
    log.next_id += 1
    log.entries.appendleft(entry)
    while len(log.entries) > config.slowlog_max_len:
        log.entries.pop()


def clipped(argv: Sequence[bytes]) -> tuple[bytes, ...]:
    """At most 32 words of at most 128 bytes; what was left out is said."""
    words = list(argv[:MOST_WORDS])
    if len(argv) > MOST_WORDS:
        words[-1] = b"... (%d more arguments)" % (len(argv) - MOST_WORDS + 1)
    return tuple(
        word
        if len(word) <= MOST_BYTES
        else word[:MOST_BYTES] + b"... (%d more bytes)" % (len(word) - MOST_BYTES)
        for word in words
    )
