"""Two applications in one Redis, and four ways for one of them to throw its cache away.

    shop:1:page:0 … shop:1:page:5      blog:1:post:0 … blog:1:post:3

``clear`` is FLUSHDB: the neighbour's keys go as well. ``own-db`` is the same where each application
has a database number of its own. ``version`` raises VERSION in the settings: nobody reads the old
keys any more, they stay until their time is over. ``delete_many`` names every key.
"""

from __future__ import annotations

from typing import Any

from tutor.engine.replies import ReplyError
from tutor.labs.cache.calls import DjangoCache
from tutor.labs.cache.frame import CallFrame, KeyFrame, Knobs, VersionsFrame
from tutor.labs.cache.lane import keys_of
from tutor.labs.cache.wire_text import words_text
from tutor.labs.routines import Routine, Send
from tutor.labs.world import DATABASE, World

PAGES, POSTS = 6, 4
KNOWN = PAGES - 1
"""``delete_many`` throws away those that somebody thought of; one key was forgotten."""

PAUSE_US = 500_000
OWN_DB = 2
_WORKERS = {"shop": 0, "blog": 1}


class VersionsLane:
    """``calls`` are what was done so far, in order."""

    def __init__(self, cure: str, seed: int, knobs: Knobs) -> None:
        self.cure = cure
        self.knobs = knobs
        self.world = World(seed)
        self.shop = DjangoCache("shop", timeout=knobs.ttl_s * 4)
        self.blog = DjangoCache("blog", timeout=knobs.ttl_s * 6)
        self.numbers = {DATABASE: ""} if cure != "own-db" else {DATABASE: "", OWN_DB: "db2 "}
        self.calls: list[CallFrame] = []
        self.old_served = self.neighbour_lost = 0
        self.thrown_away = False
        self._script = self._steps()
        self.world.simulation.after(PAUSE_US, self._next)

    def _steps(self) -> list[tuple[str, str, Any]]:
        """(application, the call as it is written, its routine)."""
        shop, blog = self.shop, self.blog
        page = {"title": "Page", "rows": [1, 2, 3]}
        made: list[tuple[str, str, Any]] = []
        for number in range(PAGES):
            call = f'cache.set("page:{number}", page)'
            made.append(("shop", call, lambda n=number: shop.set(f"page:{n}", page)))
            if number < POSTS:
                call = f'cache.set("post:{number}", post)'
                made.append(("blog", call, lambda n=number: blog.set(f"post:{n}", page)))
        made.append(("shop", 'cache.get("page:0")', lambda: self._look(shop, "page:0", False)))
        thrown = self._throwing()
        self._throws = [make for _app, _call, make in thrown]
        made += thrown
        made += [
            ("shop", f'cache.get("page:{n}")', lambda n=n: self._look(shop, f"page:{n}", True))
            for n in (0, PAGES - 1)
        ]
        made.append(("blog", 'cache.get("post:0")', lambda: self._look(blog, "post:0", False)))
        made.append(("shop", 'cache.set("page:0", page)', lambda: shop.set("page:0", page)))
        made.append(("shop", 'cache.incr_version("page:0")', lambda: shop.incr_version("page:0")))
        return made

    def _throwing(self) -> list[tuple[str, str, Any]]:
        shop = self.shop
        if self.cure == "version":
            version = shop.version + 1
            return [("shop", f'CACHES = {{… "VERSION": {version} …}}', self._raise_version)]
        if self.cure == "delete_many":
            keys = [f"page:{number}" for number in range(KNOWN)]
            return [("shop", f"cache.delete_many([… {KNOWN} …])", lambda: shop.delete_many(keys))]
        return [("shop", "cache.clear()", shop.clear)]

    def _raise_version(self) -> Routine[None]:
        """A deployment with another setting: no command at all."""
        self.shop.version += 1
        return
        yield

    def _look(self, cache: DjangoCache, key: str, old: bool) -> Routine[Any]:
        value = yield from cache.get(key)
        self.old_served += old and value is not None
        return value

    # running

    def _next(self) -> None:
        if not self._script:
            return
        app, call, make = self._script.pop(0)
        sent: list[tuple[bytes, ...]] = []
        number = OWN_DB if app == "blog" and self.cure == "own-db" else DATABASE
        before = self._posts()

        def done(result: object) -> None:
            words = tuple(map(words_text, sent))
            now = self.world.simulation.now
            self.calls.append(CallFrame(now, app, call, words, _result_text(result)))
            if make in self._throws:
                self.thrown_away = True
                self.neighbour_lost = before - self._posts()
            self.world.simulation.after(PAUSE_US, self._next)

        self.world.start(_WORKERS[app], _noting(make(), sent), done, number)

    def _posts(self) -> int:
        """Keys of the neighbour that are there."""
        databases = self.world.master.engine.databases
        keys = (key for number in self.numbers for key in databases[number].live_keys())
        return sum(key.startswith(b"blog:") for key in keys)

    def set_knobs(self, knobs: Knobs) -> None:
        """What is stored from now on lives so long."""
        self.knobs = knobs
        self.shop.timeout, self.blog.timeout = knobs.ttl_s * 4, knobs.ttl_s * 6

    def kill(self) -> str:
        """Nobody computes here."""
        return ""

    @property
    def logs(self) -> tuple[list[Any], ...]:
        """What only grows, and is not part of a checkpoint."""
        return (self.calls,)

    def begin_step(self) -> None:
        """A tenth of a second begins."""

    def run_to(self, time: int) -> None:
        """Let time pass."""
        self.world.simulation.run_until(time)

    def take(self) -> VersionsFrame:
        """The present moment."""
        keys = keys_of(self.world, self.numbers, PAGES + POSTS + 1)
        held = sum(key.size for key in keys if self._unread(key))
        return VersionsFrame(
            self.cure, tuple(self.calls), keys, self.world.commands, self.neighbour_lost,
            self.old_served, held,
        )  # fmt: skip

    def _unread(self, key: KeyFrame) -> bool:
        """Whether nobody asks for this key any more: its version is an earlier one."""
        app, version, _key = key.name.split(":", 2)
        return app == "shop" and int(version) < self.shop.version


def _noting(routine: Routine[Any], sent: list[tuple[bytes, ...]]) -> Routine[Any]:
    """The same routine; what it sends is written down."""
    outcome: Any = None
    while True:
        try:
            wish = routine.send(outcome)
        except StopIteration as end:
            return end.value
        if isinstance(wish, Send):
            sent.append(wish.argv)
        outcome = yield wish


def _result_text(result: object) -> str:
    if isinstance(result, ReplyError):
        return str(result)
    return "{…}" if isinstance(result, dict) else repr(result)
