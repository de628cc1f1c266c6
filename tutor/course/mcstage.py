"""A Memcached beside a step's world: what stands in it follows from the commands of the history.

    history ─▶ commands with their times ─▶ tutor.memcached, fed again where the past has changed

So undo, redo and another branch hold for it as they do for Redis, and a kept step comes back.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from tutor.course.calls import McEntry
from tutor.course.model import McSetup
from tutor.course.stepclock import StepClock
from tutor.engine.clock import Clock
from tutor.engine.replies import Reply, ReplyError, Status
from tutor.engine.world import Entry
from tutor.memcached.items import Item
from tutor.memcached.memcached import SECOND_US, Memcached
from tutor.memcached.settings import MEBIBYTE, Settings

KIBIBYTE = 1024
FILL = b"fill"
"""Our own word, for many sets at once: ``:mc fill page: 12 200000``, so many keys with values of so
many bytes."""

FILL_MOST = 64 * MEBIBYTE
FILL_USAGE = ":mc fill page: 12 200000"
_BEFORE = {
    **dict.fromkeys((b"set", b"add", b"replace", b"append", b"prepend"), 4),
    b"cas": 5,
}
"""How many words stand before the data, the command's own among them."""

_CHANGING = frozenset(
    (*_BEFORE, FILL, *b"delete incr decr touch gat gats flush_all ms md ma".split())
)
_IN_VAIN = re.compile(
    rb"(?:\d+ )?(ERROR|CLIENT_ERROR|SERVER_ERROR|NOT_\w+|EXISTS|END|EN|NF|NS|EX)\b"
)


class McStage:
    """See the module's text. ``log`` are the commands of the step's setup."""

    def __init__(self, setup: McSetup, clock: Clock, log: Sequence[McEntry] = ()) -> None:
        self._setup = setup
        self._clock = StepClock(clock)
        self._begun_us = log[0].now_us if log else clock.now_us()
        self._log = list(log)
        self._fed: list[McEntry] = []
        self._start()

    def _start(self) -> None:
        setup = self._setup
        settings = Settings(
            memory_limit=setup.memory_mb * MEBIBYTE,
            item_size_max=setup.item_kb * KIBIBYTE,
            slab_chunk_max=min(MEBIBYTE // 2, setup.item_kb * KIBIBYTE),
            evictions=setup.evictions,
        )
        self._clock.held = self._begun_us
        self._fed = []
        self._memcached = Memcached(self._clock, settings=settings)
        self._client = self._memcached.connect()

    def at(self, history: Sequence[Entry]) -> Memcached:
        """The Memcached after a history."""
        wanted = [*self._log, *(entry for entry in history if isinstance(entry, McEntry))]
        fed = self._fed
        same = len(fed) <= len(wanted) and all(map(_same, fed, wanted))
        if not same:
            self._start()
        for entry in wanted[len(self._fed) :]:
            self._feed(entry)
        self._clock.held = None
        return self._memcached

    def carry_out(self, entry: McEntry, history: Sequence[Entry]) -> Reply:
        """A new command, after a history of which it is not yet a part; fills the entry."""
        self.at(history)
        entry.request = request_of(entry.argv)
        entry.answer = self._feed(entry)
        name = entry.argv[0].removeprefix(b"mc.")
        entry.undoable = name in _CHANGING and _IN_VAIN.match(entry.answer) is None
        return reply_of(entry.argv, entry.answer)

    def note(self, entry: McEntry) -> Reply:
        """A command of the setup."""
        reply = self.carry_out(entry, ())
        self._log.append(entry)
        return reply

    @property
    def log(self) -> Sequence[McEntry]:
        """The commands of the setup."""
        return self._log

    def _feed(self, entry: McEntry) -> bytes:
        if self._client.closing:
            self._memcached.disconnect(self._client)
            self._client = self._memcached.connect()
        self._clock.held = entry.now_us
        answer = self._client.feed(entry.request)
        if entry.argv[0] == b"mc.fill" and not fill_fault(entry.argv[1:]):
            answer = _in_sum(answer)
        self._clock.held = None
        self._fed.append(entry)
        return answer


def _same(one: object, other: object) -> bool:
    return one is other


def alive(memcached: Memcached, key: bytes) -> Item | None:
    """An item as a `get` would find it now, without reading it."""
    store = memcached.store
    item = store.index.get(key)
    if item is None or store.is_flushed(item):
        return None
    return None if item.exptime and item.exptime <= second(memcached) else item


def second(memcached: Memcached) -> int:
    """The present second as it counts them."""
    return memcached.clock.now_us() // SECOND_US - memcached.started_s


def request_of(words: Sequence[bytes]) -> bytes:
    """The bytes of a command written with its data at the end: ``mc.set k 0 60 hello``."""
    name = words[0].removeprefix(b"mc.")
    rest = list(words[1:])
    if name == FILL:
        return _many(rest)
    before = _BEFORE.get(name)
    if name == b"ms" and len(rest) > 1:
        data = rest.pop()
        rest.insert(1, b"%d" % len(data))
    elif before is not None and len(rest) >= before - 1:
        data = b" ".join(rest[before - 1 :])
        rest[3:] = [b"%d" % len(data), *rest[3 : before - 1]]
    else:
        return b" ".join((name, *rest)) + b"\r\n"
    return b" ".join((name, *rest)) + b"\r\n" + data + b"\r\n"


def fill_fault(words: Sequence[bytes]) -> str:
    """What is wrong with the words behind ``fill``; "" if nothing is."""
    sound = len(words) == 3 and words[1].isdigit() and words[2].isdigit()
    if sound and 0 < int(words[1]) * (int(words[2]) + 100) <= FILL_MOST:
        return ""
    return f"it is written: {FILL_USAGE}, {FILL_MOST // MEBIBYTE} MB at most"


def _many(words: Sequence[bytes]) -> bytes:
    if fill_fault(words):
        return b" ".join((FILL, *words)) + b"\r\n"
    prefix, count, size = words[0], int(words[1]), int(words[2])
    value = b"x" * size
    return b"".join(
        b"set %b%d 0 0 %d\r\n%b\r\n" % (prefix, number, size, value)
        for number in range(1, count + 1)
    )


def _in_sum(answer: bytes) -> bytes:
    """Each reply once, with how often it came."""
    counts = Counter(line for line in answer.split(b"\r\n") if line)
    return b"".join(b"%d %b\r\n" % (count, line) for line, count in counts.items())


def reply_of(words: Sequence[bytes], answer: bytes) -> Reply:
    """An answer as a reply of Redis would have it: a value as bytes, none as nil, a number."""
    name = words[0].removeprefix(b"mc.")
    first = answer.partition(b"\r\n")[0]
    if first.split(b" ")[0] in (b"ERROR", b"CLIENT_ERROR", b"SERVER_ERROR"):
        return ReplyError(first.decode("utf-8", "surrogateescape"))
    if name in (b"get", b"gets", b"gat", b"gats"):
        keys = words[1:] if name in (b"get", b"gets") else words[2:]
        found = dict(_values(answer))
        values = [_value(found.get(key), name.endswith(b"s")) for key in keys]
        return values[0] if len(values) == 1 else values
    if name == b"stats":
        lines = (line.split(b" ", 2) for line in answer.split(b"\r\n"))
        return {line[1]: line[2] for line in lines if line[0] == b"STAT" and len(line) == 3}
    if name == FILL:
        return int(first.partition(b" ")[0])
    return int(first) if first.isdigit() else Status(answer.removesuffix(b"\r\n"))


def _value(found: tuple[bytes, int] | None, with_cas: bool) -> Reply:
    if found is None:
        return None
    return list(found) if with_cas else found[0]


def _values(answer: bytes) -> list[tuple[bytes, tuple[bytes, int]]]:
    """Key, value and CAS id (0 where none is told) of each VALUE."""
    found = []
    at = 0
    while answer.startswith(b"VALUE ", at):
        end = answer.index(b"\r\n", at)
        _word, key, _flags, length, *cas = answer[at:end].split(b" ")
        size = int(length)
        found.append((key, (answer[end + 2 : end + 2 + size], int(cas[0]) if cas else 0)))
        at = end + 4 + size
    return found
