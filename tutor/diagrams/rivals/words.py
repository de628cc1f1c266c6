"""The experiments in words: the notes, what is tried, what came out, what to think of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tutor.diagrams.amounts import size_text
from tutor.diagrams.labs.amounts import grouped
from tutor.i18n import _, pgettext
from tutor.labs.rivals.bench import MEMCACHED_LIMIT
from tutor.labs.rivals.experiment import Figure
from tutor.labs.rivals.rows import LIMIT, Row, Verdict

_ROWS: Mapping[str, Callable[[], str]] = {
    "types": lambda: _("Types"),
    "persistence": lambda: _("Persistence"),
    "replication": lambda: _("Replication"),
    "cache": lambda: _("Use: cache"),
    "queue": lambda: _("Use: queue"),
    "rate-limit": lambda: _("Use: rate limit"),
    "sessions": lambda: _("Use: sessions"),
    "memory": lambda: _("Memory per item"),
    "speed": lambda: _("Speed"),
    "popularity": lambda: _("Popularity"),
}


def row_text(name: str) -> str:
    """The row's name."""
    return _ROWS[name]()


_NOTES: Mapping[str, tuple[Callable[[], str], Callable[[], str]]] = {
    "types": (
        lambda: _("string, hash, list, set, sorted set"),
        lambda: _("only a string"),
    ),
    "persistence": (lambda: _("yes (RDB, AOF)"), lambda: _("no")),
    "replication": (lambda: _("yes"), lambda: _("no (only sharding by the client)")),
    "use": (lambda: _("cache, queue, rate limit, sessions"), lambda: _("only a cache")),
    "speed": (lambda: _("very high"), lambda: _("a little higher (simpler architecture)")),
    "popularity": (lambda: _("the standard in new projects"), lambda: _("legacy")),
}


def notes_text(row: Row) -> tuple[str, str] | None:
    """What the notes say of Redis and of Memcached; None if they have no such row."""
    if row.of is None:
        return None
    redis, memcached = _NOTES[row.of]
    return redis(), memcached()


_VERDICTS: Mapping[Verdict, Callable[[], str]] = {
    "right": lambda: pgettext("verdict", "right"),
    "imprecise": lambda: pgettext("verdict", "not that simple"),
    "opinion": lambda: pgettext("verdict", "an opinion"),
    "measure": lambda: pgettext("verdict", "measure it"),
}


def verdict_text(verdict: Verdict) -> str:
    """A word for what the notes say."""
    return _VERDICTS[verdict]()


_SAID: Mapping[str, Callable[[], str]] = {
    "types": lambda: _(
        "A value is bytes of any kind with 32 bits of flags; and the server itself counts (incr, "
        "decr), appends and compares (cas). What it lacks is structure: to change one field, the "
        "client reads the whole value and writes it back."
    ),
    "persistence": lambda: _(
        "Redis brings back what its settings have had written: with the default save points a "
        "SHUTDOWN keeps everything, a kill before the first save keeps nothing, the append-only "
        "file all but the last second. Memcached begins empty (its -e keeps memory over an orderly "
        "restart of the process alone, nothing more)."
    ),
    "replication": lambda: _(
        "A replica has every key, but somebody must promote it: it does not do that itself. "
        "Memcached's servers know nothing of each other: what a dead one held is a miss, the "
        "other keys stay where they are."
    ),
    "cache": lambda: _(
        "Both forget what nobody reads when the memory is full, Redis only if maxmemory-policy "
        "says so: without a policy it refuses to write. A cache is a setting there."
    ),
    "queue": lambda: _(
        "Out of incr and set a queue can be built, but a push is two commands: a reader can come "
        "between them, the item may be evicted, and nobody can wait for it. (RPOP loses a task as "
        "well if the worker dies: LMOVE and streams do not.)"
    ),
    "rate-limit": lambda: _(
        "Memcached can do this: add and incr are atomic, both let the same number pass. But it "
        "promises nothing: a counter may be evicted before its window ends, and then counting "
        "begins anew."
    ),
    "sessions": lambda: _(
        "Memcached can hold sessions if a restart may log everybody out. More than 30 days it "
        "takes for a Unix time: such a session is gone at once."
    ),
    "memory": lambda: _(
        "Redis pays for objects and for growing tables, Memcached for the rest of each chunk and "
        "for whole pages of 1 MB. Which of them needs less depends on the sizes of your values: "
        "measure with those."
    ),
    "speed": lambda: _(
        "Not a fact: Memcached works with 4 threads, Redis carries out commands in one; which is "
        "faster depends on cores, value sizes and the client. What is measured here are the two "
        "engines of this program, in one Python process: of the real servers it says nothing."
    ),
    "popularity": lambda: _(
        "Memcached 1.6 is being developed: the meta commands came with it, one of them sends a "
        "single client to renew an entry. Django ships two backends for it. For a plain cache it "
        "is a sound choice."
    ),
}


def verdict_sentence(name: str) -> str:
    """What to think of the notes' row."""
    return _SAID[name]()


_STEPS: Mapping[str, Callable[[], str]] = {
    "string": lambda: _("A value is stored and read"),
    "counter": lambda: _("The server counts"),
    "append": lambda: _("The server appends"),
    "flags": lambda: _("32 bits that belong to the client"),
    "cas": lambda: _("Somebody else writes between reading and writing"),
    "hash": lambda: _("One field of several is changed"),
    "list": lambda: _("A list"),
    "set": lambda: _("A set"),
    "zset": lambda: _("A sorted set"),
    "fresh-rdb": lambda: _("Empty servers; Redis with its default save points"),
    "fresh-aof": lambda: _("Empty servers; Redis with appendonly yes"),
    "fresh-nothing": lambda: _('Empty servers; Redis with save ""'),
    "write": lambda: _("Keys are written"),
    "kill": lambda: _("Two seconds later both processes are killed (kill -9)"),
    "stop": lambda: _("Both are shut down (SHUTDOWN, SIGTERM)"),
    "start": lambda: _("Both start again"),
    "count": lambda: _("What is there?"),
    "replicaof": lambda: _("A second server is to follow the first"),
    "other-server": lambda: _("A key is read on other servers"),
    "machine-dies": lambda: _("A machine of each dies"),
    "promote": lambda: _("The replica is promoted"),
    "read-all": lambda: _("All keys are read"),
    "put": lambda: _("A page is cached for 60 s"),
    "hit": lambda: _("A hit"),
    "expired": lambda: _("61 s later"),
    "limit": lambda: _("Empty servers; each may use %(limit)s"),
    "fill-noeviction": lambda: _("More is written than there is room for"),
    "policy": lambda: _("Redis is told to be a cache"),
    "fill-lru": lambda: _("The same writes once more"),
    "first-page": lambda: _("The oldest page and the newest"),
    "push": lambda: _("Tasks are pushed"),
    "pop": lambda: _("A worker takes them"),
    "by-hand": lambda: _("A queue out of counters and keys"),
    "torn": lambda: _("A reader comes between the two halves of a push"),
    "wait-for": lambda: _("A worker waits for the next task"),
    "naive": lambda: _("The first request of a window"),
    "twelve": lambda: _("More requests, the limit is %(limit)d"),
    "window-ends": lambda: _("61 s later: a new window"),
    "login": lambda: _("Somebody logs in, for two weeks"),
    "prolong": lambda: _("Each request prolongs the session"),
    "month": lambda: _("A session of thirty days and a second"),
    "deploy": lambda: _("A deployment restarts both"),
    "still-in": lambda: _("Is the user still logged in?"),
    "fill-8": lambda: _("200 values of 8 bytes"),
    "fill-60": lambda: _("200 values of 60 bytes"),
    "fill-500": lambda: _("200 values of 500 bytes"),
    "look": lambda: _("What one of them takes"),
    "one-set": lambda: _("One write on the wire"),
    "one-get": lambda: _("One read on the wire"),
    "many": lambda: _("Thousands of them, by a clock"),
    "version": lambda: _("Who are you?"),
    "meta": lambda: _("Meta commands: flags say what to do and what to return"),
    "stampede": lambda: _("Two clients miss the same report"),
}


def step_text(code: str) -> str:
    """What is tried, as a short sentence without its full stop."""
    figures = {"limit": size_text(MEMCACHED_LIMIT) if code == "limit" else LIMIT}
    text = _STEPS[code]()
    return text % figures if "%(" in text else text


_FIGURES: Mapping[str, Callable[[], str]] = {
    "kinds": lambda: _("tried without an error"),
    "one-field": lambda: _("wire bytes to change one field"),
    "back": lambda: _("keys that are back"),
    "survived": lambda: _("keys that can be read"),
    "refused": lambda: _("writes refused"),
    "evicted": lambda: _("keys evicted"),
    "evicted-lru": lambda: _("keys evicted, allkeys-lru"),
    "delivered": lambda: _("tasks delivered"),
    "allowed": lambda: _("requests let through"),
    "logged-in": lambda: _("sessions after the restart"),
    "month": lambda: _("sessions of 30 days and a second"),
    "payload": lambda: _("key and value alone"),
    "per-key": lambda: _("MEMORY USAGE, chunk of the item"),
    "wasted": lambda: _("of which unused in the chunk"),
    "taken": lambda: _("used_memory, pages, for all of them"),
    "wire-set": lambda: _("a write on the wire, both ways"),
    "wire-get": lambda: _("a read on the wire, both ways"),
    "rate-set": lambda: _("writes a second, this program"),
    "rate-get": lambda: _("reads a second, this program"),
}
_ABOUT: Mapping[str, Callable[[], str]] = {
    "rdb kill": lambda: _("default save points, killed"),
    "rdb stop": lambda: _("default save points, shut down"),
    "aof kill": lambda: _("appendonly yes, killed"),
    "nothing stop": lambda: _('save "", shut down'),
}


def figure_text(figure: Figure) -> str:
    """What was counted."""
    text = _FIGURES[figure.code]()
    if figure.about in _ABOUT:
        return f"{text}: {_ABOUT[figure.about]()}"
    if figure.about:
        return _("%(size)s B: %(text)s") % {"size": figure.about, "text": text}
    return text


def value_text(figure: Figure, value: int | None) -> str:
    """A number with what it is out of."""
    if value is None:
        return "–"
    if figure.unit == "bytes":
        return size_text(value)
    text = grouped(value)
    if figure.of:
        return _("%(n)s of %(of)s") % {"n": text, "of": grouped(figure.of)}
    return text
