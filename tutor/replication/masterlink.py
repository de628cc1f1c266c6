"""One connection of a replica to its master, from the first PING to the end of the stream.

    connecting ─▶ greeting ─▶ introduction ─▶ PSYNC ─┬─ +CONTINUE ───────────────▶ stream
                                                     └─ +FULLRESYNC ─▶ header ─▶ transfer
                                                                          ─▶ loading ─▶ stream

What outlives a connection stands in `Follower`. Redis 7.0, replication.c: syncWithMaster,
slaveTryPartialResynchronization, readSyncBulkPayload.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from enum import Enum, auto
from typing import TYPE_CHECKING

from tutor.engine.propagation.stream import encode_command
from tutor.engine.replies import BLOCKED, Reply, ReplyError
from tutor.persistence.rdb import DamagedRdb
from tutor.replication.handshake import GREETING, INTRODUCTION, Step, is_greeting
from tutor.replication.history import ID_SIZE
from tutor.replication.links import Incoming, Link
from tutor.replication.reception import Reception, is_header
from tutor.replication.stream import BrokenStream, StreamReader

if TYPE_CHECKING:
    from tutor.engine.host import Level
    from tutor.engine.session import Session
    from tutor.replication.follower import Follower

_LOAD_SLICE_US = 10_000
_NEWLINE_EVERY_MS = 1000
_LONGEST_LINE = 1024
_LATER = (b"-NOMASTERLINK", b"-LOADING")


class Phase(Enum):
    """How far a connection is."""

    CONNECTING = auto()
    GREETING = auto()
    INTRODUCTION = auto()
    PSYNC = auto()
    HEADER = auto()
    TRANSFER = auto()
    LOADING = auto()
    STREAM = auto()
    OVER = auto()


LINES = (Phase.GREETING, Phase.INTRODUCTION, Phase.PSYNC, Phase.HEADER)
SYNCING = (Phase.HEADER, Phase.TRANSFER, Phase.LOADING)
HANDSHAKE = (Phase.GREETING, Phase.INTRODUCTION, Phase.PSYNC)


class MasterLink:
    """A `LinkListener`. ``origin`` and ``identity`` are what FULLRESYNC said; once it is a stream,
    ``session`` is the master as a client of ours, and ``applied`` the last byte of its history that
    our data contain."""

    def __init__(self, follower: Follower) -> None:
        self._follower = follower
        self._engine = follower.engine
        self._log = follower.log
        self.link: Link | None = None
        self.phase = Phase.CONNECTING
        self.session: Session | None = None
        self.identity = b""
        self.origin = -1
        self.reception: Reception | None = None
        self._line = b""
        self._asked: deque[Step] = deque()
        self._early: list[bytes] = []  # the stream's beginning, while its dump is loaded
        self._loading: Iterator[object] | None = None
        self._newline_ms = 0
        self._reader = StreamReader()
        self._base = 0  # the offset at which the reader has begun
        self._read = 0  # bytes of stream that have come
        self.acknowledges = True  # a master that we had to say SYNC to wants nothing of the kind
        self._waiting = False  # a command is held back by CLIENT PAUSE
        self._applying = False

    # LinkListener

    def opened(self) -> None:
        """The master has taken the connection."""
        if self.phase is Phase.CONNECTING:
            self._log("notice", "Non blocking connect for SYNC fired the event.")
            self._follower.heard()
            self.phase = Phase.GREETING
            self.say(*(GREETING.words(self._engine.config) or ()))

    def received(self, data: bytes) -> None:
        """Bytes have come."""
        if self.phase is Phase.OVER:
            return
        self._engine.now_ms = self._engine.clock.now_us() // 1000
        self._follower.heard()
        self._engine.stats.repl_input_bytes += len(data)
        while data and self.phase in LINES:
            line, newline, data = (self._line + data).partition(b"\n")
            if not newline:
                self._line = line
                if len(line) > _LONGEST_LINE:
                    self.fail("The master says more in one line than it ever should")
                return
            self._line = b""
            self._hear(line.removesuffix(b"\r"))
        if not data:
            return
        if self.phase is Phase.TRANSFER:
            self._receive(data)
        elif self.phase is Phase.LOADING:
            self._early.append(data)
        elif self.phase is Phase.STREAM:
            self._read += len(data)
            self._reader.feed(data)
            self.apply()

    def closed(self, why: str) -> None:
        """The connection failed or has ended."""
        if self.phase is Phase.OVER:
            return
        phase = self.phase
        self.end()
        if phase is Phase.STREAM:
            self._follower.lost()
        elif phase is Phase.CONNECTING:
            self._log("warning", f"Error condition on socket for SYNC: {why}")
            self._follower.failed()
        elif phase in (Phase.HEADER, Phase.TRANSFER, Phase.LOADING):
            problem = f"I/O error trying to sync with MASTER: {why or 'connection lost'}"
            self._log("warning", problem)
            self._follower.failed(again=True)
        else:
            self._log("warning", f"Failed to read response from the server: {why}")
            self._log("warning", "Master did not respond to command during SYNC handshake")
            self._follower.failed()

    def say(self, *words: bytes) -> None:
        """Send a command."""
        if self.link is not None and words:
            self.link.send(encode_command(words))

    def end(self) -> None:
        """Hang up, whatever is under way."""
        self.phase = Phase.OVER
        if self.link is not None:
            self.link.close()
        self._loading = None
        self._early.clear()
        if self.reception is not None:
            self.reception.incoming.close()
            self.reception = None
        self._follower.loading(False)

    def fail(self, message: str, *, again: bool = False, level: Level = "warning") -> None:
        """This connection leads nowhere; ``again``: try another at once."""
        self._log(level, message)
        self.end()
        self._follower.failed(again=again)

    # handshake

    def _hear(self, line: bytes) -> None:
        if self.phase is Phase.GREETING:
            self._greeted(line)
        elif self.phase is Phase.INTRODUCTION:
            self._answered_step(line)
        elif self.phase is Phase.PSYNC:
            self._psync_answered(line)
        else:
            self._announced(line)

    def _greeted(self, line: bytes) -> None:
        if not is_greeting(line):
            self.fail(GREETING.refused.format(reply=_text(line)))
            return
        self._log("notice", "Master replied to PING, replication can continue...")
        self.phase = Phase.INTRODUCTION
        for step in INTRODUCTION:
            words = step.words(self._engine.config)
            if words is not None:
                self._asked.append(step)
                self.say(*words)

    def _answered_step(self, line: bytes) -> None:
        step = self._asked.popleft()
        if line.startswith(b"-"):
            message = step.refused.format(reply=_text(line))
            if step.fatal:
                self.fail(message)
                return
            self._log("notice", message)
        if not self._asked:
            self.phase = Phase.PSYNC
            self.say(*self._follower.psync())

    def _psync_answered(self, line: bytes) -> None:
        if not line:  # it keeps the link alive while it makes up its mind
            return
        follower, text = self._follower, _text(line)
        full, goes_on = line.startswith(b"+FULLRESYNC"), line.startswith(b"+CONTINUE")
        if not follower.failover_answered(accepted=full or goes_on):
            self.end()
            follower.failed()
        elif full:
            self._full_resync(line)
        elif goes_on:
            identity = line[len(b"+CONTINUE") :].strip()
            follower.goes_on(self, identity if len(identity) == ID_SIZE else b"")
        elif line.startswith(_LATER):
            self.fail(
                f"Master is currently unable to PSYNC but should be in the future: {text}",
                level="notice",
            )
        else:
            if line.startswith(b"-ERR"):
                reason = "Master does not support PSYNC or is in error state (reply: {})"
            else:
                reason = "Unexpected reply to PSYNC from master: {}"
            self._log("notice" if line.startswith(b"-ERR") else "warning", reason.format(text))
            follower.forget_position()
            self._log("notice", "Retrying with SYNC...")
            if self.link is not None:
                self.link.send(b"SYNC\r\n")
            self.phase = Phase.HEADER

    def _full_resync(self, line: bytes) -> None:
        words = line.split()
        if len(words) == 3 and len(words[1]) == ID_SIZE and words[2].isdigit():
            self.identity, self.origin = words[1], int(words[2])
            self._log("notice", f"Full resync from master: {_text(words[1])}:{self.origin}")
        else:
            self._log("warning", "Master replied with wrong +FULLRESYNC syntax.")
        self.phase = Phase.HEADER

    # the dump

    def _announced(self, line: bytes) -> None:
        if not line:
            return
        if line.startswith(b"-"):
            self.fail(
                f"MASTER aborted replication with an error: {_text(line[1:])}",
                again=True,
            )
            return
        if not is_header(line):
            self.fail(
                "Bad protocol from MASTER, the first byte is not '$' (we received"
                f" '{_text(line)}'), are you sure the host and port are right?",
                again=True,
            )
            return
        try:
            incoming = self._follower.receive(self.identity)
        except OSError as error:
            self.fail(
                "Opening the temp file needed for MASTER <-> REPLICA synchronization:"
                f" {error.strerror or error}",
            )
            return
        self.reception = Reception(incoming, line)
        self.phase = Phase.TRANSFER
        where = self._follower.where
        if self.reception.mark:
            self._log(
                "notice",
                f"MASTER <-> REPLICA sync: receiving streamed RDB from master with EOF {where}",
            )
        else:
            self._log(
                "notice",
                f"MASTER <-> REPLICA sync: receiving {self.reception.size} bytes from master"
                f" {where}",
            )
        self._receive(b"")

    def _receive(self, data: bytes) -> None:
        assert self.reception is not None
        try:
            rest = self.reception.take(data)
        except OSError as error:
            self.fail(
                "Write error or short write writing to the DB dump file needed for MASTER <->"
                f" REPLICA synchronization: {error.strerror or error}",
                again=True,
            )
            return
        if rest is None:
            return
        if rest:
            self._early.append(rest)
        self.phase = Phase.LOADING
        self._follower.dump_arrived()
        self._loading = iter(self.reception.incoming.load())

    @property
    def busy(self) -> bool:
        """`pump` has something to do that waits for nothing."""
        return self.phase is Phase.LOADING

    def pump(self) -> None:
        """Load the dump for some milliseconds; or go on with a stream that was held up."""
        if self.phase is Phase.STREAM:
            self.apply()
        if self._loading is None:
            return
        clock = self._engine.clock
        started = clock.stopwatch_us()
        try:
            while clock.stopwatch_us() - started < _LOAD_SLICE_US:
                next(self._loading)
        except StopIteration:
            self._loaded()
            return
        except (DamagedRdb, OSError) as error:
            self._log("warning", f"The RDB from the master is damaged: {error}")
            self.fail(
                "Failed trying to load the MASTER synchronization DB from disk, check server logs.",
                again=True,
            )
            return
        if self._engine.now_ms - self._newline_ms >= _NEWLINE_EVERY_MS and self.link is not None:
            self._newline_ms = self._engine.now_ms
            self.link.send(b"\n")  # or it would take us for dead

    def _loaded(self) -> None:
        assert self.reception is not None
        incoming: Incoming = self.reception.incoming
        stream_db = incoming.stream_db
        incoming.close()
        self.reception, self._loading = None, None
        self._follower.loading(False)
        self.begin_stream(stream_db, self.origin)
        self._follower.synchronized(self)
        early, self._early = self._early, []
        for data in early:
            if self.phase is Phase.STREAM:
                self._read += len(data)
                self._reader.feed(data)
                self.apply()

    # the stream

    def begin_stream(self, db: int, offset: int) -> None:
        """From here on the master's commands come, behind ``offset``."""
        engine = self._engine
        self.phase = Phase.STREAM
        self.acknowledges = offset >= 0
        self._base = max(offset, 0)
        session = engine.connect(self._follower.address, counted=False)
        session.authenticated = True
        session.from_master = True
        session.on_reply = self._answered
        session.db = engine.databases[max(db, 0) % len(engine.databases)]
        session.settle()
        self.session = session

    @property
    def applied(self) -> int:
        """The last byte of the master's history that our data contain."""
        return self._base + self._reader.applied

    @property
    def read(self) -> int:
        """The last byte of it that has come."""
        return self._base + self._read

    def apply(self) -> None:
        """Carry out what has come."""
        engine, session, reader = self._engine, self.session, self._reader
        if session is None or self._applying:
            return
        self._applying = True
        try:
            while not self._waiting and engine.running_script is None:
                argv = reader.next()
                if argv is None:
                    break
                reply = engine.execute(session, argv)
                if self.phase is not Phase.STREAM:  # it has cost us this link
                    return
                if reply is BLOCKED:
                    self._waiting = True
                    break
                self._done(session, argv, reply)
        except BrokenStream as broken:
            self._log(
                "warning",
                "WARNING: Receiving inline protocol from master, master stream corruption? Closing"
                f" the master connection and discarding the cached master. ({broken})",
            )
            self.end()
            self._follower.lost(broken=True)
            return
        finally:
            self._applying = False
        self._relay()

    def _done(self, session: Session, argv: list[bytes], reply: Reply) -> None:
        if session._transaction is None:
            self._reader.commit()
        if type(reply) is ReplyError:
            self._engine.stats.unexpected_error_replies += 1
            name = session.last_command.name if session.last_command else "<unknown>"
            self._log(
                "warning",
                f"== CRITICAL == This replica is sending an error to its master: '{reply}' after"
                f" processing the command '{name}'",
            )

    def _answered(self, reply: Reply) -> None:
        """A command that CLIENT PAUSE has held back is carried out."""
        if self._waiting and self.session is not None:
            self._waiting = False
            self._done(self.session, [], reply)
            self.apply()

    def _relay(self) -> None:
        """What was applied is our stream too."""
        raw = self._reader.settle()
        if raw:
            self._follower.relay(raw)

    def acknowledge(self) -> None:
        """Tell the master how far we are."""
        if self.phase is Phase.STREAM and self.acknowledges:
            self.say(b"REPLCONF", b"ACK", b"%d" % self.applied)


def _text(line: bytes) -> str:
    return line.decode("utf-8", "backslashreplace")
