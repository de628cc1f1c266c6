"""While a command of the past is carried out again nobody hears of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tutor.engine.clients.pubsub import PubSub
from tutor.engine.clients.tracking import TrackingTable
from tutor.engine.statistics.latency import Latency
from tutor.engine.statistics.slowlog import SlowLog
from tutor.engine.statistics.stats import Stats

if TYPE_CHECKING:
    from tutor.engine.engine import Engine


@contextmanager
def silence(engine: Engine) -> Iterator[None]:
    """Take away who waits, watches, tracks, is subscribed or monitors, the append-only file and the
    replicas, the host and the counters; afterwards all of them are as they were."""
    kept: list[tuple[Any, str, Any]] = []

    def instead(owner: Any, **others: Any) -> None:
        for name, other in others.items():
            kept.append((owner, name, getattr(owner, name)))
            setattr(owner, name, other)

    instead(engine, tracking=TrackingTable(engine), pubsub=PubSub(), monitors={})
    instead(engine, stats=Stats(), slowlog=SlowLog(), latency=Latency())
    instead(engine, host=None, persistence=None, replication=None, pause=None, ready=[])
    instead(engine, _telling=None)  # writes that tell of themselves know the counters
    instead(engine.propagation, sinks=[], active=False)
    for database in engine.databases:
        instead(database, blocked={}, watchers={})
    engine.settle()
    try:
        yield
    finally:
        for owner, name, value in reversed(kept):
            setattr(owner, name, value)
        engine.settle()
