"""Scripts on an engine of their own, and a host that does what a test wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tutor.engine.clock import SystemClock, VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.host import ProcessMemory
from tutor.engine.replies import Reply
from tutor.engine.session import Session


class StubHost:
    """A host whose `while_busy` is given; remembers what was logged."""

    config_file = ""

    def __init__(self, busy: Callable[[], object] = lambda: None) -> None:
        self.lines: list[tuple[str, str]] = []
        self.busy = busy

    def log(self, level: str, message: str) -> None:
        self.lines.append((level, message))

    def while_busy(self) -> None:
        self.busy()

    def shutdown(self, *, save: bool | None, now: bool, force: bool) -> None:
        raise AssertionError("not expected")

    def abort_shutdown(self) -> bool:
        return False

    def memory(self) -> ProcessMemory | None:
        return None

    def facts(self) -> Mapping[str, object]:
        return {}

    def apply(self, changed: frozenset[str]) -> None:
        pass

    def read_text(self, path: str) -> str:
        raise OSError(path)

    def write_text(self, path: str, text: str) -> None:
        raise OSError(path)

    def hang_up(self, session: Session) -> None:
        pass


def new_session() -> Session:
    """A client of a new engine whose clock stands still."""
    return Engine(clock=VirtualClock(), seed=1).connect()


def hosted_session(busy: Callable[[Engine], object]) -> tuple[Session, StubHost]:
    """A client of an engine with a host and a real clock; scripts are slow after a millisecond."""
    engine = Engine(clock=SystemClock(), seed=1)
    host: Any = StubHost(lambda: busy(engine))
    engine.host = host
    engine.config.busy_reply_threshold = 1
    return engine.connect(), host


def run(session: Session, *words: str | bytes | int) -> Reply:
    """One command."""
    return session.engine.execute(
        session, [word if isinstance(word, bytes) else str(word).encode() for word in words]
    )


def lua(session: Session, script: str, *args: str | bytes | int) -> Reply:
    """EVAL of a script with arguments and no keys."""
    return run(session, "EVAL", script, 0, *args)


def message(reply: Reply) -> str:
    """The text of an error reply."""
    return str(reply.message)
