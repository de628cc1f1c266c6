"""One client: bytes in, bytes out (memcached 1.6.18, memcached.c, proto_text.c).

    line ─▶ words ─▶ command ─┬─▶ reply
                              └─▶ a value is coming: so many bytes, then the reply

Replies are gathered while whole commands are at hand, as the real server gathers them, and count as
sent after a `get`, after 20 commands, and at the end. It matters: an item whose reply waits cannot
be changed in place, and a `get` with a key that is too long takes the replies that wait with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.memcached import meta, text
from tutor.memcached.items import Item

if TYPE_CHECKING:
    from tutor.memcached.memcached import Memcached
    from tutor.memcached.store import Mode, Outcome, Store

_BUFFER = 16384
"""Bytes of a read buffer: no line but a `get` may be longer."""
_LONG_LINE = 2048
_MAX_BLANKS = 100
_PER_TURN = 20
_BINARY = 0x80

_NO_ROOM = b"SERVER_ERROR Out of memory during read"
_REPLIES: dict[Outcome, bytes] = {
    "stored": b"STORED\r\n",
    "not_stored": b"NOT_STORED\r\n",
    "exists": b"EXISTS\r\n",
    "not_found": b"NOT_FOUND\r\n",
}


class Connection:
    """A client of a `Memcached`. ``closing``: the connection ends when what `feed` gave is sent.

    ``out``: replies of this turn, of which the first ``sent`` are beyond recall; ``need``: bytes
    of value and CR LF that are coming for ``upload``; ``swallow``: bytes of a value that nobody
    wants; ``noreply``: this command is not answered.
    """

    def __init__(self, server: Memcached, number: int, address: str, listener: str) -> None:
        self.server: Memcached = server
        self.store: Store = server.store
        self.number = number
        self.address = address
        self.listener = listener
        self.last_command = self.store.now
        self.closing = False
        self.more = False
        self.noreply = False
        self.state = "conn_read"  # as `stats conns` calls it; whoever owns the socket may say more
        self.out: list[bytes] = []
        self.sent = 0
        self.need = 0
        self.swallow = 0
        self.upload: Item | None = None
        self._mode: Mode = "set"
        self._cas = 0
        self._may_be_stale = False
        self._meta: meta.SetReply | None = None
        self._part = bytearray()  # of a line, or of a value
        self._pinned: list[Item] = []
        self._started = False

    def feed(self, data: bytes, limit: int = 0) -> bytes:
        """Take what has come; what is to be sent.

        With a ``limit`` not many more bytes than that are given at once; ``more`` says that there
        are commands left, which the next call carries out.
        """
        self.more = False
        server = self.server
        if not server.paced:
            now_us = server.clock.now_us()
            if now_us >= server.due_us:
                server.catch_up(now_us)
        self.store.tallies.bytes_read += len(data)
        if self.closing:
            return b""
        if data[:4] == b"get " and not (self._part or self.need or self.swallow):
            reply = text.one_get(self, data)
            if reply:
                return reply
        if not self._started and data:
            self._started = True
            if data[0] == _BINARY:  # the binary protocol, which we do not speak
                self.closing = True
                return b""
        if self._part:
            if self.upload is None and data and b"\n" not in data:
                self._part += data
                self._check_length()
                return b""
            if self.upload is not None and len(self._part) + len(data) < self.need:
                self._part += data
                self._receive()
                return b"" if self.upload is not None else self._sent()
            self._part += data
            data = bytes(self._part)
            self._part = bytearray()
        self._run(data, limit)
        return self._sent()

    def _sent(self) -> bytes:
        """What counts as sent; while a value is on its way, other replies wait for its own."""
        if not self.need and not self.swallow:
            self.flush()
        out, sent = self.out, self.sent
        if sent == len(out) == 1:
            reply = out[0]
        else:
            reply = b"".join(out[:sent] if sent < len(out) else out)
        del out[:sent]
        self.sent = 0
        self.store.tallies.bytes_written += len(reply)
        return reply

    def _run(self, data: bytes, limit: int) -> None:
        """All whole commands of ``data``; the rest is kept."""
        at, size = 0, len(data)
        left = _PER_TURN + 1
        while at < size:
            if self.swallow:
                taken = min(self.swallow, size - at)
                self.swallow -= taken
                at += taken
                continue
            if self.need:
                after = at + self.need
                if after > size:
                    self._part += data[at:]
                    self._receive()
                    return
                self._complete(data[at:after])
                at = after
                continue
            if not left:
                left = _PER_TURN
                self.flush()
                if limit:
                    limit -= sum(map(len, self.out[-_PER_TURN * 2 :]))
                    if limit <= 0:
                        self._part += data[at:]
                        self.more = True
                        return
            left -= 1
            end = data.find(b"\n", at)
            if end < 0 or end - at >= _BUFFER:
                self._part += data[at:] if end < 0 else data[at:end]
                self._check_length()
                if end < 0 or self.closing:
                    return
                self._part.clear()
            line = data[at : end - 1] if end - at > 1 and data[end - 1] == 13 else data[at:end]
            at = end + 1
            self._carry_out(line)
            if self.closing:
                return
        self.last_command = self.store.now

    def _carry_out(self, line: bytes) -> None:
        """One command line, without its end; what follows a NUL is not seen."""
        if self.server.listener is not None:
            self.server.listener(self, line)
        if b"\0" in line:
            line = line[: line.index(b"\0")]
        words = line.split(b" ")
        if b"" in words:
            words = [word for word in words if word] or [b""]
        self.noreply = False
        handler = text.COMMANDS.get(words[0])
        if handler is None:
            self.out.append(b"ERROR\r\n")
        else:
            handler(self, words)

    def _check_length(self) -> None:
        """A line that does not end is a multiget, or not meant for us."""
        part = self._part
        if len(part) <= _LONG_LINE:
            return
        start = bytes(part[: _MAX_BLANKS + 6])
        stripped = start.lstrip(b" ")
        if len(start) - len(stripped) > _MAX_BLANKS or not stripped.startswith((b"get ", b"gets ")):
            self.recall()
            self.closing = True
            self._part = bytearray()

    # replies

    def say(self, reply: bytes) -> None:
        """A reply line, unless none is wanted."""
        if not self.noreply:
            self.out.append(reply + b"\r\n")

    def fail(self, reply: bytes) -> None:
        """An error of a meta command, which is always told."""
        self.noreply = False
        self.out.append(reply + b"\r\n")

    def flush(self) -> None:
        """What was said until now counts as sent."""
        self.sent = len(self.out)
        if self._pinned:
            for item in self._pinned:
                self.store.unpin(item)
            self._pinned.clear()

    def pin(self, item: Item) -> None:
        """A reply that waits refers to this item."""
        item.pins += 1
        self._pinned.append(item)

    def recall(self) -> None:
        """Drop the replies that wait."""
        del self.out[self.sent :]
        self.flush()

    # values

    def expect(
        self,
        item: Item,
        length: int,
        mode: Mode,
        cas: int = 0,
        *,
        may_be_stale: bool = False,
        reply: meta.SetReply | None = None,
    ) -> None:
        """The next ``length`` bytes are the value of ``item``, CR LF included."""
        self.upload = item
        self.need = length
        self._mode = mode
        self._cas = cas
        self._may_be_stale = may_be_stale
        self._meta = reply

    def _receive(self) -> None:
        """A part of a value has come: a chain takes chunks as they fill."""
        item = self.upload
        assert item is not None
        if item.pieces is None or self.store.receive(item, len(self._part), self.need):
            return
        self.swallow = self.need - len(self._part)
        self._give_up()
        self._part = bytearray()
        self.say(_NO_ROOM)

    def _complete(self, data: bytes) -> None:
        item = self.upload
        assert item is not None
        self.upload = None
        self.need = 0
        store = self.store
        reply = self._meta
        if item.pieces is None:
            item.data = data
        elif not store.fill(item, data):
            store.release(item)
            self.say(_NO_ROOM)
            return
        item.slab.set_cmds += 1
        if data[-2:] != b"\r\n":
            store.release(item)
            if reply is not None:
                self.noreply = False
            self.say(b"CLIENT_ERROR bad data chunk")
            return
        if reply is None and self._mode == "set":
            store.put(item)
            if not self.noreply:
                self.out.append(b"STORED\r\n")
            return
        outcome, stored = store.store(item, self._mode, self._cas, may_be_stale=self._may_be_stale)
        if reply is not None:
            reply.finish(self, outcome, item, stored.cas)
        elif not self.noreply:
            self.out.append(_REPLIES[outcome])

    def abandon(self) -> None:
        """The client is gone: give back what its value was to lie in, and what its replies held."""
        self._give_up()
        self.recall()

    def _give_up(self) -> None:
        if self.upload is not None:
            self.store.release(self.upload)
            self.upload = None
            self.need = 0
