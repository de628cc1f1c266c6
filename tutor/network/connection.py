"""One client's connection: bytes in, commands, bytes out (redis 7.0, networking.c).

    recv ─▶ requests ─▶ Engine.short_way, long_way ─▶ encoder ─▶ output ─▶ send

Replies gather in `output` and are sent when the server has looked after everybody who was ready
(`Server.turn`); what the socket does not take waits until it is writable.
"""

from __future__ import annotations

import math
import socket
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from tutor.engine.cmdline import quote
from tutor.engine.host import Buffers
from tutor.engine.replies import BLOCKED, NO_REPLY, OK, Reply, ReplyError
from tutor.engine.session import Session
from tutor.network.encoder import OK_BYTES, SMALL_INTEGERS, encode
from tutor.network.poller import READ, WRITE
from tutor.network.requests import Argv, CrossProtocol, ProtocolError, RequestParser

if TYPE_CHECKING:
    from tutor.network.server import Server

READ_SIZE = 16 * 1024
READ_MOST = 1024 * 1024
WRITE_MOST = 1024 * 1024
REPLY_BUFFER = 16 * 1024
NORMAL, PUBSUB = 0, 2
VISIT_S = 0.001
"""How long the server looks after one client before it turns to the others."""
SLICE = 256
"""Commands of a queue that are taken at once."""


def _alike(replies: list[Any]) -> bytes:
    """Many replies of one type in one go; b"" for a type that is not often seen many times."""
    kind, count = type(replies[0]), len(replies)
    if kind is int:
        return b":%d\r\n" * count % tuple(replies)
    if kind is bytes:
        parts: list[Any] = []
        for reply in replies:
            parts += len(reply), reply
        return b"$%d\r\n%b\r\n" * count % tuple(parts)
    if replies[0] is OK and replies.count(OK) == count:
        return OK_BYTES * count
    return b""


class Connection:
    """A socket and the session behind it. Lives until `close`."""

    __slots__ = (
        "ending",
        "executing",
        "fd",
        "measured",
        "output",
        "output_bytes",
        "queue",
        "read_size",
        "requests",
        "server",
        "session",
        "sock",
        "soft_since",
        "unfinished",
        "unsent",
        "waiting",
        "writing",
    )

    def __init__(self, server: Server, sock: socket.socket, session: Session) -> None:
        self.server = server
        self.sock = sock
        self.fd = sock.fileno()
        self.session = session
        self.requests: RequestParser | None = None  # only once a chunk was not plain
        self.queue: deque[Argv] = deque()  # read, but an earlier command still waits
        self.output: list[bytes] = []
        self.measured = 0  # so many pieces of the output are in the sum
        self.output_bytes = 0
        self.unsent: memoryview | None = None
        self.read_size = READ_SIZE
        self.executing = False
        self.waiting = False  # a blocking command has not been answered
        self.unfinished = False  # has given way to others, and goes on soon
        self.writing = False  # the socket is full, and watched until it is not
        self.ending = False  # hang up once the output is sent
        self.soft_since = 0
        session.on_reply = self.late_reply
        session.on_push = self.push
        session.on_raw = self.raw
        session.unsent = self._unsent
        session.buffers = self.buffers

    # reading

    def readable(self) -> None:
        """The socket has bytes, or its end."""
        if self.unfinished:
            return  # they wait there until what came before is done
        try:
            data = self.sock.recv(self.read_size)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.close()
            return
        if not data:
            self.close()
            return
        size = len(data)
        stats = self.server.engine.stats
        stats.input_bytes += size
        stats.reads_processed += 1
        if size == self.read_size:
            self.read_size = min(size * 2, READ_MOST)
        elif size < READ_SIZE:
            self.read_size = READ_SIZE
        if self.ending:
            return
        plain = self.requests is None and not self.queue
        known = not self.session.special or self.session.authenticated  # may say long things
        if plain and known and not self.waiting and not self.executing:
            commands = self.server.whole_commands(data)
            if commands is not None:
                many = len(commands) > 1
                self.run(commands, time.monotonic() + VISIT_S if many else math.inf)
                if (self.queue or self.requests is not None) and not self.waiting:
                    self._give_way()
                return
        self._feed(data)
        self.go_on()

    def _feed(self, data: bytes) -> None:
        if self.requests is None:
            self.requests = RequestParser()
        self.requests.feed(data)
        limit = self.server.engine.config.client_query_buffer_limit
        if len(self.requests) > limit:
            self.server.log(
                "warning",
                "Closing client that reached max query buffer length: "
                f"{self.server.describe(self)} (qbuf initial bytes: "
                f"{quote(data[:32], readable=False, bare=False)})",
            )
            self.close()

    def go_on(self) -> None:
        """Carry out what is there: left over in the queue, or kept by the slow reader."""
        self.unfinished = False
        until = time.monotonic() + VISIT_S
        while not (self.waiting or self.executing or self.ending):
            if self.queue:
                self.run(self._slice(), until)
            else:
                argv = self._next()
                if argv is None:
                    return
                self.run([argv], until)
            if time.monotonic() >= until and (self.queue or self.requests is not None):
                self._give_way()
                return

    def _slice(self) -> list[Argv]:
        """The next commands of the queue."""
        take = self.queue.popleft
        return [take() for _ in range(min(len(self.queue), SLICE))]

    def _give_way(self) -> None:
        """The others' turn; the server comes back to the rest (`Server.unfinished`)."""
        if not (self.unfinished or self.ending):
            self.unfinished = True
            self.server.unfinished.append(self)

    def _next(self) -> Argv | None:
        requests = self.requests
        if requests is None:
            return None
        strict = not self.session.authenticated and not self.server.engine.acl.open
        try:
            argv = requests.next(strict, self.server.engine.config.proto_max_bulk_len)
        except ProtocolError as error:
            self.server.log(
                "verbose", f"Protocol error ({error}) from client: {self.server.describe(self)}"
            )
            self.send(ReplyError(f"ERR Protocol error: {error}"))
            self.ending = True
            return None
        except CrossProtocol:
            self.server.log(
                "warning",
                "Possible SECURITY ATTACK detected. It looks like somebody is sending POST or "
                "Host: commands to Redis. This is likely due to an attacker attempting to use "
                "Cross Protocol Scripting to compromise your Redis instance. Connection aborted.",
            )
            self.close()
            return None
        if argv is None and requests.idle:
            self.requests = None
        return argv

    # commands

    def run(self, commands: list[Argv], until: float = math.inf) -> None:
        """Carry out commands one after the other. What follows a blocking one, or what is left
        after ``until``, goes to the head of the queue."""
        session, engine = self.session, self.server.engine
        output = self.output
        if not output and self.unsent is None:
            self.server.pending.append(self)
        self.executing = True
        rest = iter(commands)
        replies: list[Reply] = []
        try:
            while (odd := engine.short_way(session, rest, replies)) is not None:
                self._answer(replies)  # what comes meanwhile stands behind them
                replies.append(engine.long_way(session, odd))
                self._answer(replies)
                if session.closing or self.waiting or time.monotonic() >= until:
                    break
        finally:
            self._answer(replies)
            self.executing = False
        if session.closing:
            self.ending = True
        elif len(commands) > 1:
            self.queue.extendleft(reversed(list(rest)))
        if output:
            self._check_limit()

    def _answer(self, replies: list[Reply]) -> None:
        """Put replies into the output, and forget them."""
        write = self.output.append
        if len(replies) > 1 and len(set(map(type, replies))) == 1:
            alike = _alike(replies)  # half of what one by one costs
            if alike:
                write(alike)
                replies.clear()
        for reply in replies:
            if type(reply) is int:
                small = reply < 4096 and reply >= 0
                write(SMALL_INTEGERS[reply] if small else b":%d\r\n" % reply)
            elif reply is OK:
                write(OK_BYTES)
            elif type(reply) is bytes:
                write(b"$%d\r\n%b\r\n" % (len(reply), reply))
            elif reply is BLOCKED:
                self.waiting = True
            elif reply is not NO_REPLY:
                write(encode(reply, self.session.resp))
        replies.clear()

    def late_reply(self, reply: Reply) -> None:
        """The answer to a command that waited; afterwards the queue goes on."""
        if reply is not NO_REPLY:
            self.send(reply)
        if self.session.closing:
            self.ending = True
        if self.waiting:
            self.waiting = False
            self.server.unfinished.append(self)

    def push(self, message: Reply) -> None:
        """A message that answers nothing."""
        self.send(message)

    def raw(self, data: bytes) -> None:
        """Bytes as they are, for a replica. Its limits are its master's business."""
        if self.ending and not self.executing:
            return
        if not self.output and self.unsent is None:
            self.server.pending.append(self)
        self.output.append(data)

    def _unsent(self) -> int:
        return self.unsent_bytes

    # writing

    def send(self, reply: Reply) -> None:
        """Put a reply behind what is already to be sent."""
        if self.ending and not self.executing:
            return
        if not self.output and self.unsent is None:
            self.server.pending.append(self)
        self.output.append(encode(reply, self.session.resp))
        if not self.executing:
            self._check_limit()

    def flush(self) -> None:
        """Send as much as the socket takes; the rest when it is writable again."""
        output = self.output
        while output or self.unsent is not None:
            unsent: bytes | memoryview
            if self.unsent is not None:
                unsent = self.unsent
            else:
                unsent = output[0] if len(output) == 1 else b"".join(output)
                output.clear()
                self.measured = self.output_bytes = 0
            size = len(unsent)
            try:
                sent = self.sock.send(
                    unsent if size <= WRITE_MOST else memoryview(unsent)[:WRITE_MOST]
                )
            except (BlockingIOError, InterruptedError):
                sent = 0
            except OSError:
                self.close()
                return
            stats = self.server.engine.stats
            if self.session.replica:
                stats.repl_output_bytes += sent
            else:
                stats.output_bytes += sent
            stats.writes_processed += 1
            if sent < size:
                self.unsent = memoryview(unsent)[sent:]
                if not self.writing:
                    self.writing = True
                    self.server.poller.modify(self.fd, READ | WRITE)
                return
            self.unsent = None
        if self.writing:
            self.writing = False
            self.server.poller.modify(self.fd, READ)
        if self.ending:
            self.close()

    @property
    def unsent_bytes(self) -> int:
        """Bytes that wait to be sent."""
        output = self.output
        if self.measured < len(output):
            self.output_bytes += sum(map(len, output[self.measured :]))
            self.measured = len(output)
        return self.output_bytes + (len(self.unsent) if self.unsent is not None else 0)

    def _check_limit(self) -> None:
        """Close a client that does not read (client-output-buffer-limit)."""
        limits = self.server.engine.config.client_output_buffer_limit
        session = self.session
        if session.replica:
            return
        subscribed = session.special and len(session.subscriptions)
        hard, soft, seconds = limits[PUBSUB if subscribed else NORMAL]
        if not hard and not soft:
            return
        size = self.unsent_bytes
        if size <= REPLY_BUFFER:  # the reply buffer itself does not count
            self.soft_since = 0
            return
        over = bool(hard) and size >= hard
        if soft and size >= soft:
            now = self.server.engine.clock.now_us() // 1_000_000
            self.soft_since = self.soft_since or now
            over = over or now - self.soft_since > seconds
        else:
            self.soft_since = 0
        if over:
            self.server.log(
                "warning",
                f"Client {self.server.describe(self)} scheduled to be closed ASAP for overcoming "
                "of output buffer limits.",
            )
            self.server.close_soon(self)

    def buffers(self) -> Buffers:
        """What the connection holds now."""
        waiting = self.unsent_bytes
        beyond = max(waiting - REPLY_BUFFER, 0)
        return Buffers(
            fd=self.fd,
            query=len(self.requests) if self.requests is not None else 0,
            query_free=self.read_size,
            reply=REPLY_BUFFER,
            peak=REPLY_BUFFER,
            fixed=waiting - beyond,
            chunks=-(-beyond // REPLY_BUFFER),
            output=beyond,
            writable=self.writing,
        )

    # the end

    def close(self) -> None:
        """Hang up now; what was not sent is lost."""
        server = self.server
        if server.connections.get(self.fd) is not self:  # closed; a new one may have the number
            return
        del server.connections[self.fd]
        server.connection_of.pop(self.session, None)
        server.poller.unregister(self.fd)
        self.sock.close()
        self.output.clear()
        self.measured = self.output_bytes = 0
        self.unsent = None
        self.queue.clear()
        self.writing = False
        self.ending = True
        session = self.session
        session.on_reply = session.on_push = session.buffers = None
        session.on_raw = session.unsent = None
        server.engine.disconnect(session)
