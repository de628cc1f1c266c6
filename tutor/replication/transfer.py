"""A dump on its way to replicas.

    stored:    $<length>\\r\\n<RDB>                  each replica at its own pace
    streamed:  $EOF:<mark>\\r\\n<RDB><mark>          all at the pace of the slowest

Redis 7.0, replication.c: sendBulkToSlave, rdbPipeReadHandler, updateSlavesWaitingBgsave.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.replication.attached import Replica, State
from tutor.replication.links import Outgoing

CHUNK = 64 * 1024
AHEAD = 1 << 20
"""So many bytes may wait in a replica's connection before more of a dump is read for it."""
AT_ONCE = 1 << 20
"""And so many are read in one turn."""


class Transfer:
    """A dump, and the replicas that get it. ``mark`` is the end of a streamed one, else empty."""

    def __init__(self, outgoing: Outgoing, replicas: Sequence[Replica], mark: bytes) -> None:
        self.outgoing = outgoing
        self.replicas = list(replicas)
        self.mark = mark
        self._at = 0
        for replica in self.replicas:
            if mark:
                replica.send(b"$EOF:%b\r\n" % mark)

    @property
    def streamed(self) -> bool:
        """It is sent while it is made."""
        return bool(self.mark)

    @property
    def joinable(self) -> bool:
        """Another replica may still have it: it is stored, and not whole."""
        return not self.streamed and self.outgoing.size is None

    def forget(self, replica: Replica) -> None:
        """A replica has hung up."""
        if replica in self.replicas:
            self.replicas.remove(replica)

    def pump(self, now_ms: int) -> tuple[list[Replica], bool]:
        """Send what can be sent now: who has got all of it, and whether there is more to do at
        once. Raises `OSError` if the dump cannot be read."""
        return self._pump_stream(now_ms) if self.streamed else self._pump_file()

    def _pump_stream(self, now_ms: int) -> tuple[list[Replica], bool]:
        budget = AT_ONCE
        while budget > 0:
            full = [replica for replica in self.replicas if replica.queued > AHEAD]
            for replica in full:
                replica.stalled_ms = replica.stalled_ms or now_ms
            if full:
                return [], False
            data = self.outgoing.read(self._at, CHUNK)
            if data is None:
                return [], False
            done = self.replicas if not data else ()
            for replica in self.replicas:
                replica.stalled_ms = 0
                replica.send(data or self.mark)
            if not data:
                self.replicas = []
                return list(done), False
            self._at += len(data)
            budget -= len(data)
        return [], True

    def _pump_file(self) -> tuple[list[Replica], bool]:
        size = self.outgoing.size
        if size is None:
            return [], False
        done, more = [], False
        for replica in self.replicas:
            if replica.state is State.WAIT_END:
                replica.state = State.SEND_BULK
                replica.send(b"$%d\r\n" % size)
            if self._pump_to(replica, size):
                done.append(replica)
            elif replica.queued <= AHEAD:
                more = True
        self.replicas = [replica for replica in self.replicas if replica not in done]
        return done, more

    def _pump_to(self, replica: Replica, size: int) -> bool:
        """True once a replica has got all of a stored dump."""
        budget = AT_ONCE
        while replica.at < size and budget > 0 and replica.queued <= AHEAD:
            data = self.outgoing.read(replica.at, CHUNK)
            if not data:
                raise OSError("the dump is shorter than it was")
            replica.send(data)
            replica.at += len(data)
            budget -= len(data)
        return replica.at >= size
