"""The rate limiting lab in words: experiments, algorithms, traffic, knobs, events."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tutor.diagrams.labs.amounts import lag_time_text, rate_text
from tutor.i18n import _, pgettext
from tutor.labs.ratelimit.frame import Knobs, Outcome, RateFrame
from tutor.labs.replication.frame import EventFrame


def limit_experiment_text(experiment: str) -> str:
    """Its name on a tab."""
    return {
        "compare": pgettext("experiment", "side by side"),
        "edge": pgettext("experiment", "edge of a window"),
        "race": pgettext("experiment", "race"),
    }[experiment]


def limit_experiment_about(experiment: str) -> str:
    """What is tried."""
    return {
        "compare": _("The same requests under each algorithm: who passes, what it costs in memory, "
                     "and how many pass in any window, wherever it begins."),
        "edge": _("A burst right before a window ends and another right behind it. A fixed window "
                  "counts each by itself: together nearly twice the limit passes."),
        "race": _("Several workers ask at once. Between a look and a write another may look, too; "
                  "by hand you say who goes on."),
    }[experiment]  # fmt: skip


def limiter_text(name: str) -> str:
    """Its name in a table."""
    row = _NAMES.get(name)
    return row() if row is not None else name


_NAMES: Mapping[str, Callable[[], str]] = {
    "notes": lambda: pgettext("limiter", "notes' version"),
    "incr": lambda: "INCR + EXPIRE NX",
    "lua": lambda: pgettext("limiter", "clock window"),
    "log": lambda: pgettext("limiter", "sliding log"),
    "counter": lambda: pgettext("limiter", "sliding counter"),
    "bucket": lambda: pgettext("limiter", "token bucket"),
    "gcra": lambda: "GCRA",
}


def limiter_about(name: str) -> str:
    """What it does, and its price."""
    row = _ABOUT.get(name)
    return row() if row is not None else ""


_ABOUT: Mapping[str, Callable[[], str]] = {
    "notes": lambda: _(
        "cache.get, then cache.set or cache.incr (EXISTS, INCRBY). Whoever looks before the other "
        "has written sees an old number: more pass than may."
    ),
    "incr": lambda: _(
        "INCR and EXPIRE … NX in MULTI: count first, decide by the reply. The window begins with "
        "its first request; around its end up to 2 × limit − 1 pass."
    ),
    "lua": lambda: _(
        "A script: INCR, and the counter dies when a window of the clock ends (PEXPIREAT). Around "
        "that moment 2 × limit pass."
    ),
    "log": lambda: _(
        "A ZSET with the time of each request that passed: ZREMRANGEBYSCORE, ZCARD, ZADD in one "
        "script. Never more than the limit in any window; an entry for each request."
    ),
    "counter": lambda: _(
        "This window's count and a part of the last one's, in one HASH. It takes the last "
        "requests as evenly spread: small, and now and then a little off."
    ),
    "bucket": lambda: _(
        "Tokens drip into a HASH, a request takes one. At once as many as the bucket holds, on "
        "average no more than drip in."
    ),
    "gcra": lambda: _(
        "The same rule as the bucket in one number: the moment when it would be full again. A "
        "refusal says after how long to ask again."
    ),
}


def traffic_text(traffic: str) -> str:
    """Who asks when."""
    return {
        "steady": pgettext("traffic", "steady"),
        "burst": pgettext("traffic", "bursts"),
        "poisson": pgettext("traffic", "at random"),
        "two-users": pgettext("traffic", "two users"),
        "attacker": pgettext("traffic", "an attacker"),
        "edge": pgettext("traffic", "at the edge"),
    }[traffic]


def scheduler_text(scheduler: str) -> str:
    """Who says which worker goes on."""
    by_hand = scheduler == "by-hand"
    return pgettext("scheduler", "by hand") if by_hand else pgettext("scheduler", "free")


def limit_outcome_text(outcome: Outcome) -> str:
    """What became of a request."""
    return {
        "accepted": pgettext("request", "passed"),
        "refused": pgettext("request", "refused"),
        "error": pgettext("request", "failed"),
    }[outcome]


def limit_knobs_text(frame: RateFrame) -> str:
    """What the experiment is set to."""
    return " · ".join(_SETTINGS[one](frame.knobs) for one in _SHOWN[frame.experiment])


_SHOWN: Mapping[str, tuple[str, ...]] = {
    "compare": ("limit", "traffic", "rate", "users", "workers", "pause"),
    "edge": ("limit", "workers", "pause"),
    "race": ("limit", "traffic", "rate", "workers", "pause", "scheduler"),
}
_SETTINGS: Mapping[str, Callable[[Knobs], str]] = {
    "limit": lambda knobs: _("limit %(n)d in %(window)d s") % {
        "n": knobs.limit, "window": knobs.window_s,
    },
    "traffic": lambda knobs: traffic_text(knobs.traffic),
    "rate": lambda knobs: _("requests %(rate)s") % {"rate": rate_text(knobs.rate)},
    "users": lambda knobs: _("users %(n)d") % {"n": knobs.users},
    "workers": lambda knobs: _("workers %(n)d") % {"n": knobs.workers},
    "pause": lambda knobs: _("pause %(time)s") % {"time": lag_time_text(knobs.pause_ms)},
    "scheduler": lambda knobs: scheduler_text(knobs.scheduler),
}  # fmt: skip


def limit_event_text(event: EventFrame) -> str:
    """What has happened, as a sentence."""
    params = dict(event.params)
    if event.code == "slipped":
        words = _("%(lane)s: a request slipped past the limit at worker %(worker)s")
        return words % {"lane": limiter_text(params["lane"]), "worker": params["worker"]}
    value, name = params["value"], params["name"]
    value = traffic_text(value) if name == "traffic" else value
    value = scheduler_text(value) if name == "scheduler" else value
    return _("%(name)s is %(value)s now") % {"name": limit_knob_text(name), "value": value}


def limit_knob_text(kind: str) -> str:
    """What a knob is called."""
    return _KNOBS[kind]()


_KNOBS: Mapping[str, Callable[[], str]] = {
    "traffic": lambda: pgettext("knob", "traffic"),
    "limit": lambda: pgettext("knob", "limit"),
    "window": lambda: pgettext("knob", "window"),
    "rate": lambda: pgettext("knob", "requests"),
    "users": lambda: pgettext("knob", "users"),
    "workers": lambda: pgettext("knob", "workers"),
    "pause": lambda: pgettext("knob", "pause"),
    "scheduler": lambda: pgettext("knob", "scheduler"),
    "go": lambda: pgettext("knob", "go"),
}
