"""What eviction and the cycle of expiry become as steps: keys that are looked at, and keys that go.

Both are no structures, but have a trace like one. Their steps carry the place of their key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.engine.cron import CronState
from tutor.engine.memory.eviction import Candidate, EvictionState
from tutor.engine.recording.images import table_image
from tutor.engine.recording.reel import Watcher

if TYPE_CHECKING:
    from tutor.engine.engine import Engine


@dataclass(frozen=True, slots=True)
class PoolImage:
    """The pool of candidates for eviction, the best victim last; each a score (the higher the
    sooner it goes), a database and a key. ``policy`` says what the score means."""

    policy: str
    pool: tuple[Candidate, ...]


class EvictionWatcher(Watcher):
    """Keys that are sampled, the pool they may come into, and the ones that are evicted."""

    name = "eviction"
    opens = frozenset({"evict"})
    structure: EvictionState
    engine: Engine

    def _image(self) -> PoolImage:
        return PoolImage(str(self.engine.config.maxmemory_policy), tuple(self.structure.pool))

    def on_evict_sample(self, **facts: Any) -> None:
        self.add("sample", self._image(), policy=self._image().policy, **facts)

    def on_evict(self, **facts: Any) -> None:
        self.add("evict", self._image(), policy=self._image().policy, **facts)


class ExpiryWatcher(Watcher):
    """Keys with a TTL that a cycle looks at, and what each look came to."""

    name = "expiry"
    opens = frozenset({"expire-look"})
    structure: CronState
    engine: Engine

    def on_expire(self, **facts: Any) -> None:
        expires = self.engine.databases[facts["db"]].expires
        slot = facts["bucket"] & max(expires.size0 - 1, 0)
        self.add("look", table_image(expires, slot), **facts)

    def on_expire_look(self, **facts: Any) -> None:
        expires = self.engine.databases[facts["db"]].expires
        self.add("round", table_image(expires), **facts)

    def on_expire_cycle(self, **facts: Any) -> None:
        self.add("over", None, **facts)
