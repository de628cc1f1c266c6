"""The cache lab in words: experiments, cures, outcomes, knobs, events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from tutor.diagrams.labs.amounts import lag_time_text, rate_text
from tutor.i18n import _, pgettext
from tutor.labs.cache.frame import CacheFrame, Experiment, Knobs, Outcome
from tutor.labs.replication.frame import EventFrame


def experiment_text(experiment: Experiment) -> str:
    """Its name on a tab."""
    return {
        "aside": pgettext("experiment", "cache-aside"),
        "stampede": pgettext("experiment", "stampede"),
        "models": pgettext("experiment", "models"),
        "versions": pgettext("experiment", "versions"),
        "routing": pgettext("experiment", "routing"),
        "ttl": pgettext("experiment", "TTL"),
        "eviction": pgettext("experiment", "eviction"),
    }[experiment]


def experiment_about(experiment: Experiment) -> str:
    """What is tried."""
    return {
        "aside": _("Look into the cache; if nothing is there, call the slow function and store "
                   "what it gave. The same requests without a cache beside it."),
        "stampede": _("A key that everybody wants is over, and everybody makes it anew at once. "
                      "The same requests under each cure."),
        "models": _("Instances of a model in the cache, and the same rows as dictionaries: how "
                    "large they are, and what becomes of them when the code changes."),
        "versions": _("Two applications in one Redis. The shop throws its cache away: four ways, "
                      "and what each takes along or leaves behind."),
        "routing": _("A user saves and the next page reads. Writes go to the first server, reads "
                     "to a random replica, as Django does with a list in LOCATION."),
        "ttl": _("How long is a value to live? The same requests with lifetimes from 1 s to 60 s: "
                 "what the database has to do, how old the answers are, and how many of them are "
                 "out of date."),
        "eviction": _("More pages than maxmemory has room for, some of them wanted far more often "
                      "than others; and sessions, which nobody can make anew. Who has to go?"),
    }[experiment]  # fmt: skip


def cure_text(cure: str) -> str:
    """Its name in a table."""
    row = _NAMES.get(cure)
    return row() if row is not None else cure


def _seconds(seconds: int) -> str:
    return _("TTL %(n)d s") % {"n": seconds}


_NAMES: Mapping[str, Callable[[], str]] = {
    "without": lambda: pgettext("cure", "no cache"),
    "aside": lambda: pgettext("cure", "cache-aside"),
    "none": lambda: pgettext("cure", "no cure"),
    "lock": lambda: pgettext("cure", "lock by add"),
    "early": lambda: pgettext("cure", "early refresh"),
    "stale": lambda: pgettext("cure", "serve stale"),
    "jitter": lambda: pgettext("cure", "jittered TTL"),
    "warm": lambda: pgettext("cure", "kept warm"),
    "sticky": lambda: pgettext("cure", "sticky master"),
    "wait": lambda: "WAIT 2",
    "version": lambda: pgettext("cure", "version in key"),
    "clear": lambda: "cache.clear()",
    "own-db": lambda: pgettext("cure", "clear, own db"),
    "delete_many": lambda: "delete_many",
    **{f"ttl-{seconds}": partial(_seconds, seconds) for seconds in (1, 2, 5, 15, 30, 60)},
}


def cure_about(experiment: Experiment, cure: str) -> str:
    """What it does, and its price."""
    row = _ABOUT.get((experiment, cure)) or _ABOUT.get((experiment, ""))
    return row() if row is not None else ""


_ABOUT: Mapping[tuple[Experiment, str], Callable[[], str]] = {
    ("aside", "without"): lambda: _("Every request calls the slow function."),
    ("aside", "aside"): lambda: _(
        "GET, and after a miss the slow function and SET … EX. Only the first after each expiry "
        "waits; what is read may be as old as the TTL."
    ),
    ("stampede", "none"): lambda: _(
        "Cache-aside as the notes write it: from the expiry until the first has stored its value, "
        "everybody who asks misses and computes."
    ),
    ("stampede", "get_or_set"): lambda: _(
        "cache.get_or_set: GET, the function, SET NX EX, GET. It stores one value, but everybody "
        "who missed has computed: no cure."
    ),
    ("stampede", "lock"): lambda: _(
        "Who can cache.add the lock computes, the others look again each 50 ms. One computation; "
        "the price: the others wait, and if the holder dies, until the lock's own TTL is over."
    ),
    ("stampede", "early"): lambda: _(
        "Each request may refresh before the end, by chance (XFetch): likelier, the later it is "
        "and the dearer the value. No lock; a few may still begin together."
    ),
    ("stampede", "stale"): lambda: _(
        "The value has a soft end and lives 10 s longer. After the soft end one worker refreshes "
        "behind the scenes, all others serve the old value: fast, and a little out of date."
    ),
    ("stampede", "jitter"): lambda: _(
        "A third more or less TTL for each key: many keys that were filled together are not over "
        "together. For one hot key it changes nothing."
    ),
    ("stampede", "warm"): lambda: _(
        "A worker of its own makes every value anew before it is over; requests only read. It "
        "works for keys that are known beforehand."
    ),
    ("routing", "none"): lambda: _(
        "Accept it: whoever reads sooner than the delay gets what was there before, or nothing."
    ),
    ("routing", "sticky"): lambda: _(
        "For a second after a user's own write, the user's reads go to the master. The price: the "
        "master reads too, and other users may still see the old value."
    ),
    ("routing", "wait"): lambda: _(
        "WAIT 2 500 behind each SET: the answer comes once both replicas have it. The price: every "
        "write takes a round trip through the replication."
    ),
    ("routing", "version"): lambda: _(
        "The user's session remembers the version and asks for that key: a replica that has it "
        "not yet says nothing, and the database is asked. Never old; the old versions stay until "
        "their TTL."
    ),
    ("ttl", ""): lambda: _(
        "Cache-aside with this TTL. A longer one saves the database more work, but less and less; "
        "and each answer may be so much older than what the database has by then."
    ),
    ("eviction", "noeviction"): lambda: _(
        "The default: nothing goes, and what may need memory is refused with OOM. What came first "
        "stays until its TTL is over, wanted or not."
    ),
    ("eviction", "allkeys-lru"): lambda: _(
        "Of five keys at random the one that was not used for the longest time. For a cache that "
        "is nothing but a cache. A scan of all pages pushes out what is wanted; sessions go too."
    ),
    ("eviction", "allkeys-lfu"): lambda: _(
        "The least often used of five. A scan hardly matters, for it uses each page once; what was "
        "wanted yesterday stays for some time although nobody wants it any more."
    ),
    ("eviction", "allkeys-random"): lambda: _(
        "Any key. It costs nothing to decide, and the most wanted page goes as easily as any other."
    ),
    ("eviction", "volatile-lru"): lambda: _(
        "As LRU, but of keys with a TTL only: pages go, sessions stay. If no key had a TTL, writes "
        "would be refused."
    ),
    ("eviction", "volatile-ttl"): lambda: _(
        "Of keys with a TTL the one that has least time left, however often it is wanted: good if "
        "the application says by its TTL what may go."
    ),
    ("versions", "clear"): lambda: _(
        "cache.clear() is FLUSHDB: the whole database number, the neighbour's keys too. KEY_PREFIX "
        "protects from reading each other's keys, not from this."
    ),
    ("versions", "own-db"): lambda: _(
        "Another number at the end of LOCATION for each application: FLUSHDB stays at home. Redis "
        "Cluster has only database 0."
    ),
    ("versions", "version"): lambda: _(
        "VERSION in the settings goes up: no command at all, nobody reads the old keys any more. "
        "They take memory until their TTL is over."
    ),
    ("versions", "delete_many"): lambda: _(
        "DEL with every key by name: exact, as long as no key is forgotten. One was."
    ),
}


def outcome_text(outcome: Outcome) -> str:
    """How a request was answered."""
    return {
        "hit": pgettext("outcome", "from the cache"),
        "miss": pgettext("outcome", "made anew"),
        "waited": pgettext("outcome", "waited"),
        "early": pgettext("outcome", "refreshed early"),
        "stale": pgettext("outcome", "old"),
        "master": pgettext("outcome", "from the master"),
        "killed": pgettext("outcome", "killed"),
    }[outcome]


def knobs_text(frame: CacheFrame) -> str:
    """What the experiment is set to."""
    return " · ".join(_SETTINGS[one](frame.knobs) for one in _SHOWN[frame.experiment])


_SHOWN: Mapping[Experiment, tuple[str, ...]] = {
    "aside": ("workers", "rate", "cost", "ttl", "keys"),
    "stampede": ("workers", "rate", "cost", "ttl", "keys"),
    "models": ("rows",),
    "versions": ("life",),
    "routing": ("rate", "delay", "gap"),
    "ttl": ("workers", "rate", "cost", "keys", "change"),
    "eviction": ("memory", "pages", "skew", "rate", "cost"),
}
_SETTINGS: Mapping[str, Callable[[Knobs], str]] = {
    "workers": lambda knobs: _("workers %(n)d") % {"n": knobs.workers},
    "rate": lambda knobs: _("requests %(rate)s") % {"rate": rate_text(knobs.rate)},
    "cost": lambda knobs: _("function %(time)s") % {"time": lag_time_text(knobs.cost_ms)},
    "ttl": lambda knobs: _("TTL %(n)d s") % {"n": knobs.ttl_s},
    "life": lambda knobs: _("TTL %(n)d s") % {"n": knobs.ttl_s * 4},
    "keys": lambda knobs: _("keys %(n)d") % {"n": knobs.keys},
    "rows": lambda knobs: _("rows %(n)d") % {"n": knobs.keys},
    "delay": lambda knobs: _("replication %(time)s") % {"time": lag_time_text(knobs.delay_ms)},
    "change": lambda knobs: _("changes every %(n)d s") % {"n": knobs.change_s},
    "memory": lambda knobs: f"maxmemory {knobs.memory_kb}kb",
    "pages": lambda knobs: _("pages %(n)d") % {"n": knobs.keys},
    "skew": lambda knobs: _("Zipf %(n)s") % {"n": f"{knobs.skew / 100:.1f}"},
    "gap": lambda knobs: _("next page within %(time)s") % {"time": lag_time_text(knobs.gap_ms)},
}


def cache_event_text(event: EventFrame) -> str:
    """What has happened, as a sentence."""
    params = dict(event.params)
    if event.code == "crash":
        words = _("%(lane)s: the worker that computed %(key)s is killed")
        return words % {"lane": cure_text(params["lane"]), "key": params["key"]}
    if event.code == "nobody":
        return _("nobody is computing now, so nobody is hit")
    if event.code == "scan":
        return _("somebody reads every page once")
    if event.code == "shift":
        return _("other pages are wanted from now on")
    return _("%(name)s is %(value)s now") % {**params, "name": knob_text(params["name"])}


def knob_text(kind: str) -> str:
    """What a knob is called."""
    return _KNOBS[kind]()


_KNOBS: Mapping[str, Callable[[], str]] = {
    "workers": lambda: pgettext("knob", "workers"),
    "rate": lambda: pgettext("knob", "requests"),
    "cost": lambda: pgettext("knob", "function"),
    "ttl": lambda: pgettext("knob", "TTL"),
    "keys": lambda: pgettext("knob", "keys"),
    "delay": lambda: pgettext("knob", "delay"),
    "gap": lambda: pgettext("knob", "next page"),
    "rows": lambda: pgettext("knob", "rows"),
    "change": lambda: pgettext("knob", "changes"),
    "memory": lambda: "maxmemory",
    "pages": lambda: pgettext("knob", "pages"),
    "skew": lambda: pgettext("knob", "skew"),
    "scan": lambda: pgettext("knob", "scan"),
    "shift": lambda: pgettext("knob", "shift"),
    "kill": lambda: pgettext("knob", "kill"),
}
