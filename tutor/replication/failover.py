"""FAILOVER: a planned change of roles (redis 7.0, replication.c: failoverCommand).

no failover ─▶ waiting for sync: writes pause until a replica has everything
                   │ it has it, or the time is over and FORCE was said
                   ▼
               in progress: we follow it with PSYNC … FAILOVER, which makes it a master
                   ├─ it accepts ─▶ no failover, and we are its replica
                   └─ it refuses ─▶ aborted, and we are a master again
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING

from tutor.engine import errors
from tutor.engine.clients import pause
from tutor.engine.replies import ReplyError
from tutor.replication.attached import Replica
from tutor.replication.history import History
from tutor.replication.master import Master

if TYPE_CHECKING:
    from tutor.engine.engine import Engine
    from tutor.engine.host import Level

_FOR_EVER_MS = (1 << 63) - 1


class Stage(Enum):
    """How far a failover is, in INFO's words."""

    NONE = "no-failover"
    WAITING = "waiting-for-sync"
    IN_PROGRESS = "failover-in-progress"


class Failover:
    """``hand_over(host, port)`` makes us a replica of the one chosen, ``take_back()`` a master
    again."""

    def __init__(
        self,
        engine: Engine,
        master: Master,
        history: History,
        log: Callable[[Level, str], object],
        hand_over: Callable[[bytes, int], None],
        take_back: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._master = master
        self._history = history
        self._log = log
        self._hand_over = hand_over
        self._take_back = take_back
        self.stage = Stage.NONE
        self._target: tuple[bytes, int] | None = None
        self._end_ms = 0
        self._force = False

    @property
    def under_way(self) -> bool:
        """Whether roles are about to change."""
        return self.stage is not Stage.NONE

    def begin(self, target: tuple[bytes, int] | None, timeout_ms: int, *, force: bool) -> None:
        """FAILOVER, whose words are good. Raises `ReplyError` where it cannot be."""
        if force and not (timeout_ms and target):
            raise ReplyError(errors.FAILOVER_FORCE)
        if target is not None:
            replica = self._find(target)
            if replica is None:
                raise ReplyError(errors.FAILOVER_NO_SUCH_REPLICA)
            if not replica.online:
                raise ReplyError(errors.FAILOVER_NOT_ONLINE)
            self._log("notice", f"FAILOVER requested to {_address(target)}.")
        else:
            self._log("notice", "FAILOVER requested.")
        self._target = target
        self._end_ms = self._engine.now_ms + timeout_ms if timeout_ms else 0
        self._force = force
        self.stage = Stage.WAITING
        pause.begin(self._engine, _FOR_EVER_MS, writes_only=True, purpose=pause.FAILOVER)

    def abort(self, why: str) -> None:
        """Stay what we are, or become it again."""
        if not self.under_way:
            return
        to = f" to {_address(self._target)}" if self._target is not None else ""
        self._log("notice", f"Aborting failover{to} while {self.stage.value}: {why}")
        if self.stage is Stage.IN_PROGRESS:
            self._take_back()
        self._clear()

    def answered(self, accepted: bool) -> None:
        """The chosen replica has heard PSYNC … FAILOVER."""
        if accepted:
            self._clear()
        else:
            self.abort("Failover target rejected psync request")

    def _clear(self) -> None:
        self.stage, self._target = Stage.NONE, None
        self._end_ms, self._force = 0, False
        pause.resume(self._engine, pause.FAILOVER)

    def check(self) -> None:
        """Hand over once a replica has everything, or the time is over."""
        if self.stage is not Stage.WAITING:
            return
        if self._end_ms and self._engine.now_ms >= self._end_ms:
            if self._force and self._target is not None:
                self._log(
                    "notice",
                    f"Failover to {_address(self._target)} time out exceeded, forcing failover.",
                )
                self._go(self._target)
            else:
                self.abort("Replica never caught up before timeout")
            return
        target = self._caught_up()
        if target is not None:
            self._target = target
            self._log("notice", f"Failover target {_address(target)} is synced, failing over.")
            self._go(target)

    def _go(self, target: tuple[bytes, int]) -> None:
        self.stage = Stage.IN_PROGRESS
        self._hand_over(*target)

    def _caught_up(self) -> tuple[bytes, int] | None:
        """The replica that has everything: the chosen one, or any."""
        offset = self._history.offset
        if self._target is not None:
            replica = self._find(self._target)
            return self._target if replica is not None and replica.ack == offset else None
        for replica in self._master.replicas:
            if replica.ack == offset:
                return replica.host.encode(), replica.port
        return None

    def _find(self, target: tuple[bytes, int]) -> Replica | None:
        host, port = target
        for replica in self._master.replicas:
            if replica.host.lower() == host.decode("latin-1").lower() and replica.port == port:
                return replica
        return None


def _address(target: tuple[bytes, int]) -> str:
    return f"{target[0].decode('latin-1')}:{target[1]}"
