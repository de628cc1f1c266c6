"""An engine in virtual time that notes what it announces, and a short way to type at it."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.events import Conversion
from tutor.engine.replies import Reply
from tutor.engine.session import Session


class Client:
    """A session; `run` takes a line, `answers` are the replies that came later."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.session: Session = engine.connect()
        self.answers: list[Reply] = []
        self.session.on_reply = self.answers.append

    def run(self, line: str, *more: bytes) -> Reply:
        """Execute the words of ``line`` and ``more``."""
        return self.engine.execute(self.session, [*line.encode().split(), *more])


class Watched:
    """See the module's text."""

    def __init__(self, seed: int = 1) -> None:
        self.clock = VirtualClock()
        self.engine = Engine(clock=self.clock, seed=seed, observer=self)
        self.events: list[tuple[bytes, str]] = []
        self.conversions: list[Conversion] = []
        self.client = self.connect()
        self.run = self.client.run

    def connect(self) -> Client:
        return Client(self.engine)

    def take_events(self) -> list[tuple[bytes, str]]:
        """The events since the last call."""
        events, self.events = self.events, []
        return events

    def later(self, ms: int) -> None:
        """Let time pass and the periodic work run."""
        self.clock.advance(ms=ms)
        self.engine.tick()

    # Observer

    def changed(self, db: int, key: bytes, event: str) -> None:
        self.events.append((key, event))

    def converted(self, conversion: Conversion) -> None:
        self.conversions.append(conversion)

    def executed(self, session: Session, argv: Sequence[bytes], reply: Reply, took_us: int) -> None:
        """Not of interest here."""
