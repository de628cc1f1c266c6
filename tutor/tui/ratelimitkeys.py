"""The keys of the rate limiting lab, as data."""

from __future__ import annotations

from tutor.diagrams.labs.ratelimit_words import limit_knob_text
from tutor.i18n import _
from tutor.tui.lanekeys import LaneKey


def _go(key: str, worker: str) -> LaneKey:
    return LaneKey(
        key, "go", lambda: worker,
        lambda: _("By hand: let worker %(name)s send its next command") % {"name": worker}, worker,
    )  # fmt: skip


RATE_LIMIT_KEYS: tuple[LaneKey, ...] = (
    LaneKey("h", "scheduler", lambda: limit_knob_text("scheduler"),
            lambda: _("Stop every worker before each of its commands, or let all go on")),
    _go("a", "A"), _go("b", "B"), _go("c", "C"), _go("d", "D"),
    LaneKey("fF", "traffic", lambda: limit_knob_text("traffic"),
            lambda: _("Who asks when: steady, bursts, at random, two users, an attacker, an edge")),
    LaneKey("lL", "limit", lambda: limit_knob_text("limit"),
            lambda: _("How many may pass in a window: more, fewer")),
    LaneKey("iI", "window", lambda: limit_knob_text("window"),
            lambda: _("How long a window is: longer, shorter")),
    LaneKey("uU", "rate", lambda: limit_knob_text("rate"),
            lambda: _("Requests a second: more, fewer, none")),
    LaneKey("nN", "users", lambda: limit_knob_text("users"),
            lambda: _("How many users there are: more, fewer")),
    LaneKey("wW", "workers", lambda: limit_knob_text("workers"),
            lambda: _("Processes of the application: more, fewer")),
    LaneKey("gG", "pause", lambda: limit_knob_text("pause"),
            lambda: _("What a worker does before each command takes longer, shorter")),
)  # fmt: skip
