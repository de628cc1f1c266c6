"""The port to whoever runs an engine as a process: sockets, files, the log, the end.

The engine does none of this itself. `Engine.host` is None where nobody serves (the prompt, a
lesson, a probe): then a command that needs a host answers as a server without that feature.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from tutor.engine.replies import Reply
    from tutor.engine.session import Session

Level = Literal["debug", "verbose", "notice", "warning"]


@dataclass(frozen=True, slots=True)
class Buffers:
    """Bytes that a connection holds, as CLIENT LIST shows them.

    ``query`` and ``query_free``: what was received and not carried out, and room beside it;
    ``peak``: the highest of the reply buffer; ``reply``: its size; ``output``: bytes that wait to
    be sent beyond it, in ``chunks``; ``writable``: whether the socket waits to be written to.
    """

    fd: int = -1
    query: int = 0
    query_free: int = 0
    peak: int = 0
    reply: int = 0
    fixed: int = 0
    chunks: int = 0
    output: int = 0
    writable: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """What another server has answered. ``trouble``: "connecting", "writing" or "reading" where
    something went wrong; ``timed_out``: because it took too long."""

    replies: Sequence[Reply] = ()
    trouble: str = ""
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class ProcessMemory:
    """What the operating system says of the process, in bytes."""

    rss: int
    peak_rss: int
    system: int


class Persistence(Protocol):
    """Who writes the data to files (`Engine.persistence`; None: nobody)."""

    @property
    def last_save(self) -> int:
        """When the last dump was complete, in Unix seconds."""
        ...

    @property
    def trouble(self) -> Literal["", "dump", "log"]:
        """Why writes are refused: the last dump failed (and stop-writes-on-bgsave-error is on), or
        the append-only file cannot be written. Whoever changes it calls `Engine.settle`."""
        ...

    @property
    def trouble_text(self) -> str:
        """What the system says about the append-only file."""
        ...

    @property
    def busy(self) -> bool:
        """Whether something is written in the background."""
        ...

    def save(self) -> Reply:
        """Write the dump now."""
        ...

    def save_in_background(self, *, schedule: bool) -> Reply:
        """Begin to write the dump (``schedule``: or as soon as the append-only file is done)."""
        ...

    def rewrite_in_background(self) -> Reply:
        """Begin to rewrite the append-only file."""
        ...

    def follow(self, attribute: str) -> str:
        """A directive was changed by CONFIG SET; why that cannot be, or ""."""
        ...

    def emptied(self) -> None:
        """FLUSHALL has removed everything."""
        ...

    def before_sleep(self) -> None:
        """Replies are about to be sent."""
        ...

    def cron(self) -> None:
        """The periodic work."""
        ...

    def fields(self) -> Iterable[tuple[str, object]]:
        """The section Persistence of INFO."""
        ...

    def finish(self, save: bool | None) -> str:
        """The server is to end: complete the files; why that cannot be, or ""."""
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...


class Place(Protocol):
    """Where data stand in a master's history: its id, the offset of the last byte that they
    contain, and the database that its stream has selected."""

    @property
    def stream_db(self) -> int: ...

    @property
    def id(self) -> bytes: ...

    @property
    def offset(self) -> int: ...


class Replication(Protocol):
    """Who has links to other servers (`Engine.replication`; None: nobody). When one of the first
    three changes, `Engine.settle` is called."""

    @property
    def is_replica(self) -> bool:
        """Whether we follow another server."""
        ...

    @property
    def link_up(self) -> bool:
        """Whether our master's stream comes in."""
        ...

    @property
    def good_replicas(self) -> int:
        """How many of our replicas have answered within min-replicas-max-lag."""
        ...

    @property
    def changing_roles(self) -> bool:
        """Whether a failover is under way."""
        ...

    @property
    def busy(self) -> bool:
        """There is work that waits for nothing: call `Engine.before_sleep` again at once."""
        ...

    def follow(self, session: Session, host: bytes, port: int) -> Reply:
        """REPLICAOF host port: become a replica of another server."""
        ...

    def unfollow(self, session: Session) -> None:
        """REPLICAOF NO ONE: become a master."""
        ...

    def feed(self, session: Session, argv: Sequence[bytes]) -> Reply:
        """A client has said PSYNC or SYNC: make it a replica of ours."""
        ...

    def introduced(self, session: Session, option: bytes, value: bytes | int) -> None:
        """REPLCONF: something that a client says of itself before PSYNC."""
        ...

    def acknowledged(self, session: Session, offset: bytes) -> None:
        """REPLCONF ACK: how far a replica is."""
        ...

    def asked(self) -> None:
        """REPLCONF GETACK: our master wants to know how far we are."""
        ...

    def wait(self, session: Session, wanted: int, timeout_ms: int) -> Reply:
        """WAIT: how many replicas have what the client wrote, or `BLOCKED`."""
        ...

    def begin_failover(
        self, target: tuple[bytes, int] | None, timeout_ms: int, *, force: bool
    ) -> None:
        """FAILOVER: hand over to a replica that has everything."""
        ...

    def abort_failover(self) -> None:
        """FAILOVER ABORT."""
        ...

    def stands(self) -> Place | None:
        """Where the data stand now, for a dump; None if nobody could go on from there."""
        ...

    def restore(self, place: Place) -> None:
        """The data come from a dump that was made there."""
        ...

    def change_id(self) -> None:
        """DEBUG CHANGE-REPL-ID: nobody can go on with our history."""
        ...

    @property
    def buffer_bytes(self) -> int:
        """Memory of the backlog's blocks, which replicas' output shares; 0 without a backlog."""
        ...

    def role(self) -> Reply:
        """ROLE."""
        ...

    def info(self) -> Iterable[tuple[str, object]]:
        """The fields of INFO replication."""
        ...

    def disconnected(self, session: Session) -> None:
        """A client has gone."""
        ...

    def cron(self) -> None:
        """The periodic work; called with every tick."""
        ...

    def before_sleep(self) -> None:
        """What is due before the host waits for bytes."""
        ...

    def give_out(self) -> None:
        """Replicas get what has come of the stream in this turn."""
        ...

    def ask_how_far(self) -> None:
        """Have replicas acknowledge what they have now."""
        ...

    def laggards(self) -> tuple[int, Sequence[str]]:
        """How many replicas there are, and what the log says of each that has not acknowledged the
        whole stream."""
        ...


class Host(Protocol):
    """What an engine asks of its process. Methods are called synchronously from `execute`."""

    def log(self, level: Level, message: str) -> None:
        """Write a line to the server's log."""
        ...

    def while_busy(self) -> None:
        """A script runs and runs: look after the other clients for a moment (they hear BUSY)."""
        ...

    def shutdown(self, *, save: bool | None, now: bool, force: bool) -> bool:
        """End the process once the present command is over; raises `ReplyError` if it cannot.

        True: first it waits for replicas, and the client with it.
        """
        ...

    def ask(
        self, host: bytes, port: int, commands: Sequence[Sequence[bytes]], timeout_ms: int
    ) -> Call:
        """Have another server carry out commands, and wait for its replies."""
        ...

    def abort_shutdown(self) -> bool:
        """Call off a shutdown that waits; False if none does."""
        ...

    def memory(self) -> ProcessMemory | None:
        """The process's memory, or None if the system does not tell."""
        ...

    def facts(self) -> Mapping[str, object]:
        """Fields of INFO that only a process knows (``process_id``, ``os``, ``executable`` …)."""
        ...

    def follow(self, attribute: str) -> str:
        """A directive was changed by CONFIG SET: follow (port, bind …). Why that cannot be, or "".

        A process that cannot follow is left as it was.
        """
        ...

    def random_bytes(self, count: int) -> bytes:
        """Bytes that nobody can guess (ACL GENPASS)."""
        ...

    def read_text(self, path: str) -> str:
        """A file's text (ACL LOAD). Raises OSError."""
        ...

    def write_text(self, path: str, text: str) -> None:
        """Replace a file as a whole (ACL SAVE, CONFIG REWRITE). Raises OSError."""
        ...

    @property
    def config_file(self) -> str:
        """The configuration file in use, "" if none."""
        ...

    def hang_up(self, session: Session) -> None:
        """The engine has given up a session (CLIENT KILL …): close its connection."""
        ...
