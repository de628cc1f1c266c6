"""The keys of the cache lab, as data: see `tutor.tui.lanekeys`."""

from __future__ import annotations

from tutor.diagrams.labs.cache_words import knob_text
from tutor.i18n import _
from tutor.tui.lanekeys import LaneKey

CACHE_KEYS: tuple[LaneKey, ...] = (
    LaneKey("wW", "workers", lambda: knob_text("workers"),
             lambda: _("Processes of the application: more, fewer")),
    LaneKey("uU", "rate", lambda: knob_text("rate"),
             lambda: _("Requests a second: more, fewer, none")),
    LaneKey("cC", "cost", lambda: knob_text("cost"),
             lambda: _("How long the slow function takes: longer, shorter")),
    LaneKey("tT", "ttl", lambda: knob_text("ttl"),
             lambda: _("How long a value lives: longer, shorter")),
    LaneKey("nN", "keys", lambda: knob_text("keys"),
             lambda: _("How many different keys are asked for: more, fewer")),
    LaneKey("dD", "delay", lambda: knob_text("delay"),
             lambda: _("How far the replicas lie behind: more, less")),
    LaneKey("gG", "gap", lambda: knob_text("gap"),
             lambda: _("How soon after a write its user reads: later, sooner")),
    LaneKey("rR", "rows", lambda: knob_text("rows"),
             lambda: _("How many rows are stored together: more, fewer")),
    LaneKey("hH", "change", lambda: knob_text("change"),
             lambda: _("How often the cached data change: more seldom, more often")),
    LaneKey("mM", "memory", lambda: knob_text("memory"),
             lambda: _("CONFIG SET maxmemory: more, less")),
    LaneKey("pP", "pages", lambda: knob_text("pages"),
             lambda: _("How many pages there are: more, fewer")),
    LaneKey("zZ", "skew", lambda: knob_text("skew"),
             lambda: _("How unequally pages are wanted: more, less")),
    LaneKey("s", "scan", lambda: knob_text("scan"),
             lambda: _("Somebody reads every page once, in order")),
    LaneKey("f", "shift", lambda: knob_text("shift"),
             lambda: _("Other pages are wanted from now on")),
    LaneKey("k", "kill", lambda: knob_text("kill"),
             lambda: _("Kill the worker that computes, in every lane")),
)  # fmt: skip
