"""Stores and rings that are drawn in tests: made by our own Memcached, fed with its protocol."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tutor.console.telnet.talk import Talk
from tutor.diagrams.canvas import Drawing
from tutor.diagrams.memcached import MemcachedView, draw_memcached, ring_figures
from tutor.engine.clock import VirtualClock
from tutor.labs.rivals import Shards
from tutor.memcached.looks import class_in, page_of, queues_of
from tutor.memcached.memcached import Memcached

EPOCH_US = 1_700_000_000_000_000


class Sample(NamedTuple):
    """A view, and the layout that it draws."""

    view: MemcachedView
    layout: Any


def talk(memory: int = 64) -> Talk:
    """A connection to an empty server."""
    return Talk(Memcached(VirtualClock(EPOCH_US), memory_limit=memory << 20))


def store(line: Talk, key: str, value: str, flags: int = 0, exptime: int = 0) -> None:
    """A value, as a person would type it."""
    line.say(f"set {key} {flags} {exptime} {len(value.encode())}")
    assert line.say(value).reply == ("STORED",)


def _item(key: str, value: str, *after: str, flags: int = 0, exptime: int = 0) -> Sample:
    line = talk()
    store(line, key, value, flags, exptime)
    for each in after:
        line.say(each)
    return Sample("item", line.cache.store.item_layout(key.encode()))


def _few() -> Talk:
    """Items of several sizes."""
    line = talk()
    for number in range(40):
        store(line, f"user:{number}", "v" * (number * 37 % 500))
    store(line, "page", "x" * 700_000)
    return line


def _full() -> Talk:
    """More than fits: four items are read again and again, of the others many had to go."""
    line = talk(2)
    for number in range(60):
        store(line, f"page:{number}", "x" * 60_000)
        line.say(f"get page:{number % 4}")
        line.cache.clock.advance(ms=1100)  # type: ignore[attr-defined]
        line.cache.catch_up()
    return line


def _queues(line: Talk, number: int | None = None) -> Sample:
    row = class_in(line.cache.store.layout(), number)
    assert row is not None
    return Sample("queues", queues_of(line.cache.store, row, line.events))


def _page(line: Talk) -> Sample:
    row = class_in(line.cache.store.layout(), None)
    assert row is not None
    return Sample("page", page_of(line.cache.store, row))


def _ring(*changes: str) -> Sample:
    shards = Shards()
    for change in changes:
        if change == "join":
            shards.join()
        else:
            shards.leave(change)
    return Sample("ring", ring_figures(shards, shards.servers[0]))


SAMPLES: Mapping[str, Callable[[], Sample]] = {
    "item": lambda: _item("user:1", "Alice", flags=7, exptime=60),
    "item-wide": lambda: _item("ключ:1", "Привет, 世界 \x1b[31m", "get ключ:1"),
    "item-read-twice": lambda: _item("k", "v" * 300, "get k", "get k"),
    "item-chain": lambda: _item("big", "z" * 700_000),
    "slabs": lambda: Sample("slabs", _few().cache.store.layout()),
    "slabs-empty": lambda: Sample("slabs", talk().cache.store.layout()),
    "slabs-full": lambda: Sample("slabs", _full().cache.store.layout()),
    "page": lambda: _page(_few()),
    "page-full": lambda: _page(_full()),
    "queues": lambda: _queues(_few()),
    "queues-full": lambda: _queues(_full()),
    "ring": _ring,
    "ring-joined": lambda: _ring("join"),
    "ring-left": lambda: _ring("join", "10.0.0.2:11211"),
}


def draw(name: str, width: int) -> Drawing:
    """A sample's picture."""
    return draw_memcached(*SAMPLES[name](), width)
