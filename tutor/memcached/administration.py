"""Commands that tune a server or look into all of it: lru, lru_crawler, slabs, cache_memlimit …

Facts: memcached 1.6.18, proto_text.c, crawler.c.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

from tutor.memcached import pages
from tutor.memcached.integers import signed32, unsigned32
from tutor.memcached.items import FETCHED, Item
from tutor.memcached.settings import MEBIBYTE
from tutor.memcached.slabs import MAX_CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.memcached.connection import Connection
    from tutor.memcached.lru import Queue

_BAD_FORMAT = b"CLIENT_ERROR bad command line format"
_BAD_CLASS = b"BADCLASS invalid class id"
_REASSIGNED: dict[pages.Refusal | None, bytes] = {
    None: b"OK",
    "same": b"SAME src and dst class are identical",
    "bad_class": b"BADCLASS invalid src or dst class id",
    "no_spare": b"NOSPARE source class has no spare pages",
    "busy": b"BUSY currently processing reassign request",
}
_MAX_VERBOSITY = 2**32 - 1


def _quiet(client: Connection, words: list[bytes]) -> None:
    client.noreply = words[-1] == b"noreply"


def _real(word: bytes) -> float | None:
    """A number with a fraction, as C reads it; None if it is none."""
    try:
        return float(word) if b"_" not in word else None
    except ValueError:
        return None


def verbosity(client: Connection, words: list[bytes]) -> None:
    """verbosity level [noreply]"""
    if len(words) not in (2, 3):
        client.say(b"ERROR")
        return
    _quiet(client, words)
    level = unsigned32(words[1])
    if level is None:
        client.say(_BAD_FORMAT)
        return
    client.server.settings.verbosity = min(level, _MAX_VERBOSITY)
    client.say(b"OK")


def memory_limit(client: Connection, words: list[bytes]) -> None:
    """cache_memlimit megabytes [noreply]: pages that there are remain."""
    if len(words) not in (2, 3):
        client.say(b"ERROR")
        return
    _quiet(client, words)
    limit = unsigned32(words[1])
    if limit is None:
        client.say(b"ERROR")
    elif limit < 8:
        client.say(b"MEMLIMIT_TOO_SMALL cannot set maxbytes to less than 8m")
    elif limit > 1_000_000_000:
        client.say(b"MEMLIMIT_ADJUST_FAILED input value is megabytes not bytes")
    else:
        client.server.settings.memory_limit = limit * MEBIBYTE
        client.say(b"OK")


def lru(client: Connection, words: list[bytes]) -> None:
    """lru tune hot% warm% hot-factor warm-factor | lru mode flat/segmented | lru temp_ttl s"""
    if len(words) < 2:
        client.say(b"ERROR")
        return
    _quiet(client, words)
    settings = client.server.settings
    what = words[1]
    if what == b"tune" and len(words) >= 6:
        _tune(client, words)
    elif what == b"mode" and len(words) >= 3 and words[2] in (b"flat", b"segmented"):
        settings.segmented = words[2] == b"segmented"
        client.say(b"OK")
    elif what == b"temp_ttl" and len(words) >= 3:
        ttl = signed32(words[2])
        if ttl is None:
            client.say(b"ERROR")
            return
        settings.temp_lru = ttl >= 0
        if ttl >= 0:
            settings.temp_ttl = ttl
        client.say(b"OK")
    else:
        client.say(b"ERROR")


def _tune(client: Connection, words: list[bytes]) -> None:
    hot, warm = unsigned32(words[2]), unsigned32(words[3])
    hot_factor, warm_factor = _real(words[4]), _real(words[5])
    if hot is None or warm is None or hot_factor is None or warm_factor is None:
        client.say(b"ERROR")
    elif hot + warm > 80:
        client.say(b"ERROR hot and warm pcts must not exceed 80")
    elif hot_factor <= 0 or warm_factor <= 0:
        client.say(b"ERROR hot/warm age factors must be greater than 0")
    else:
        settings = client.server.settings
        settings.hot_percent, settings.warm_percent = hot, warm
        settings.hot_factor, settings.warm_factor = hot_factor, warm_factor
        client.say(b"OK")


def lru_crawler(client: Connection, words: list[bytes]) -> None:
    """lru_crawler enable | disable | sleep us | tocrawl n | crawl which | metadump which"""
    settings = client.server.settings
    what = words[1] if len(words) > 1 else b""
    if len(words) == 2 and what == b"enable":
        client.say(b"ERROR failed to start lru crawler thread" if settings.crawler else b"OK")
        settings.crawler = True
    elif len(words) == 2 and what == b"disable":
        settings.crawler = False
        client.say(b"OK")
    elif len(words) == 3 and what in (b"crawl", b"metadump"):
        if not settings.crawler:
            client.say(b"CLIENT_ERROR lru crawler disabled")
        elif what == b"crawl":
            _crawl(client, words[2])
        else:
            _dump(client, words[2])
    elif len(words) == 3 and what in (b"sleep", b"tocrawl"):
        _pace(client, what, words[2])
    else:
        client.say(b"ERROR")


def _pace(client: Connection, what: bytes, word: bytes) -> None:
    value = unsigned32(word)
    if value is None:
        client.say(_BAD_FORMAT)
    elif what == b"tocrawl":
        client.server.settings.crawler_to_crawl = value
        client.say(b"OK")
    elif value > 1_000_000:
        client.say(b"CLIENT_ERROR sleep must be one second or less")
    else:
        client.server.settings.crawler_sleep_us = value
        client.say(b"OK")


def _queues(client: Connection, which: bytes) -> list[Queue] | None:
    """The queues of the classes named (`all`, or numbers with commas); None if one is none."""
    classes = client.store.slabs.classes
    if which == b"all":
        numbers = range(1, len(classes) + 1)
        return [queue for number in numbers for queue in classes[number - 1].queues]
    found: list[Queue] = []
    for word in filter(None, which.split(b",")):
        number = unsigned32(word)
        if number is None or not 1 <= number <= MAX_CLASSES:
            return None
        if number <= len(classes):
            found += classes[number - 1].queues
    return found


def _crawl(client: Connection, which: bytes) -> None:
    queues = _queues(client, which)
    if queues is None:
        client.say(_BAD_CLASS)
        return
    client.store.tallies.crawler_starts += 1
    for queue in queues:
        client.server.crawler.walk(queue, client.server.settings.crawler_to_crawl)
    client.say(b"OK")


def _dump(client: Connection, which: bytes) -> None:
    """Every item in a line, the oldest of each queue first."""
    if len(client.out) > client.sent:
        client.say(b"ERROR cannot pipeline other commands before metadump")
        return
    store = client.store
    if which == b"hash":
        found: Iterator[Item] = iter(store.index.values())
    else:
        queues = _queues(client, which)
        if queues is None:
            client.say(_BAD_CLASS)
            return
        found = (item for queue in queues for item in _from_tail(queue))
    started, now = client.server.started_s, store.now
    for item in found:
        if store.is_flushed(item) or (item.exptime and item.exptime < now):
            continue
        client.out.append(
            b"key=%b exp=%d la=%d cas=%d fetch=%b cls=%d size=%d\n"
            % (
                quote_from_bytes(item.key, safe="").encode(),
                item.exptime + started if item.exptime else -1,
                item.time + started,
                item.cas,
                b"yes" if item.marks & FETCHED else b"no",
                item.slab.number,
                item.size,
            )
        )
    client.out.append(b"END\r\n")
    client.flush()


def _from_tail(queue: Queue) -> Iterator[Item]:
    item = queue.prev
    while item is not queue:
        yield item
        item = item.prev


def slabs(client: Connection, words: list[bytes]) -> None:
    """slabs reassign from to | slabs automove 0/1/2 | slabs automove ratio r

    No page is moved here unless it is asked for, whatever automove says.
    """
    if len(words) == 4 and words[1] == b"reassign":
        source, target = signed32(words[2]), signed32(words[3])
        if source is None or target is None:
            client.say(_BAD_FORMAT)
        else:
            client.say(_REASSIGNED[pages.reassign(client.store, source, target)])
    elif len(words) >= 3 and words[1] == b"automove":
        _quiet(client, words)
        _automove(client, words)
    else:
        client.say(b"ERROR")


def _automove(client: Connection, words: list[bytes]) -> None:
    settings = client.server.settings
    if words[2] == b"ratio":
        ratio = _real(words[3]) if len(words) > 3 else None
        if ratio is None:
            client.say(b"ERROR")
            return
        settings.automove_ratio = ratio
    else:
        level = unsigned32(words[2])
        if level is None:
            client.say(_BAD_FORMAT)
            return
        if level > 2:
            client.say(b"ERROR")
            return
        settings.automove = level
    client.say(b"OK")


def extstore(client: Connection, words: list[bytes]) -> None:
    """There is no storage on flash to be tuned."""
    client.say(b"ERROR")


def shutdown(client: Connection, words: list[bytes]) -> None:
    """Only a server that was started with -A may be ended by its clients."""
    client.say(b"ERROR: shutdown not enabled")


def refresh_certs(client: Connection, words: list[bytes]) -> None:
    """There is no TLS."""
    client.out.append(b"Error TLS not enabled\r\n")


def watch(client: Connection, words: list[bytes]) -> None:
    """Logs are not sent to clients here."""
    client.say(b"CLIENT_ERROR watch commands not allowed")
