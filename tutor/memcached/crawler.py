"""The LRU crawler: walks whole queues now and then and drops what has expired.

Every queue is walked a few seconds after the start, then less and less often, up to once an hour,
unless the walk finds that more than 1 % of what can expire will do so soon (memcached 1.6.18,
items.c, crawler.c). The real one walks in a thread of its own; here a walk is one step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.memcached.items import FETCHED

if TYPE_CHECKING:
    from tutor.memcached.lru import Queue
    from tutor.memcached.store import Store

_MINUTE_S = 60
_HOUR_S = 3600
_RETRY_S = 5


class Crawler:
    """When each queue is walked next, in the store's seconds."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._next: dict[Queue, int] = {}
        self._wait: dict[Queue, int] = {}

    def check(self) -> None:
        """Once a second: walk the queues whose time has come."""
        now = self._store.now
        started = False
        for slab in self._store.slabs.classes:
            if not slab.pages:
                continue
            for queue in slab.queues:
                if now > self._next.get(queue, 0):
                    started = True
                    self._next[queue] = now + self._pause(queue, self.walk(queue))
        self._store.tallies.crawler_starts += started

    def walk(self, queue: Queue, at_most: int = 0) -> list[int]:
        """From the tail to the head: drop what is over. Of what remains and can expire: how many
        in each of the next 60 minutes, and in position 60 all others. ``at_most`` items (0: all).
        """
        store = self._store
        now = store.now
        minutes = [0] * (_MINUTE_S + 1)
        item = queue.prev
        checked = 0
        while item is not queue and not (at_most and checked >= at_most):
            before = item.prev
            checked += 1
            flushed = store.is_flushed(item)
            if flushed or (item.exptime and item.exptime < now):
                queue.crawler_reclaimed += 1
                if not item.marks & FETCHED and not flushed:
                    queue.expired_unfetched += 1
                store.remove(item, "expired")
            elif item.exptime:
                minutes[min((item.exptime - now) // _MINUTE_S, _MINUTE_S)] += 1
            item = before
        queue.crawler_checked += checked
        return minutes

    def _pause(self, queue: Queue, minutes: list[int]) -> int:
        """Seconds until the next walk."""
        wait = self._wait.get(queue, 0)
        enough = sum(minutes) // 100 + 1
        soon = 0
        for minute, count in enumerate(minutes[:_MINUTE_S]):
            soon += count
            if soon > enough:
                if wait < minute * _MINUTE_S:
                    wait += _MINUTE_S
                elif wait >= _MINUTE_S:
                    wait -= _MINUTE_S
                break
        if not soon:
            wait += _MINUTE_S
        self._wait[queue] = wait = min(wait, _HOUR_S)
        return wait + _RETRY_S
