"""The keys of the queue lab, as data: see `tutor.tui.lanekeys`."""

from __future__ import annotations

from tutor.diagrams.labs.queue_words import knob_text
from tutor.i18n import _
from tutor.tui.lanekeys import LaneKey

QUEUE_KEYS: tuple[LaneKey, ...] = (
    LaneKey("uU", "rate", lambda: knob_text("rate"),
            lambda: _("Tasks a second: more, fewer, none")),
    LaneKey("wW", "workers", lambda: knob_text("workers"), lambda: _("Workers: more, fewer")),
    LaneKey("tT", "work", lambda: knob_text("work"),
            lambda: _("How long a task takes: longer, shorter")),
    LaneKey("cC", "crash", lambda: knob_text("crash"),
            lambda: _("In how many of a hundred tasks the worker dies: more, fewer, none")),
    LaneKey("pP", "poison", lambda: knob_text("poison"),
            lambda: _("How many of a hundred tasks always fail: more, fewer, none")),
    LaneKey("nN", "attempts", lambda: knob_text("attempts"),
            lambda: _("How often a task is tried before it is a dead letter: more, less")),
    LaneKey("dD", "delay", lambda: knob_text("delay"),
            lambda: _("How far tasks are put off, and the first pause before another attempt: "
                      "longer, shorter")),
    LaneKey("iI", "idle", lambda: knob_text("idle"),
            lambda: _("After how long a task in hand is given to another: later, sooner")),
    LaneKey("o", "outage", lambda: knob_text("outage"),
            lambda: _("Nobody takes letters: all work fails; once more, and it goes on")),
    LaneKey("e", "once", lambda: knob_text("once"),
            lambda: _("Whoever gets the letters knows those that came already (idempotency)")),
    LaneKey("k", "kill", lambda: knob_text("kill"),
            lambda: _("Kill the first worker that works, in every lane")),
    LaneKey("f", "freeze", lambda: knob_text("freeze"),
            lambda: _("The first worker that works stands still for longer than min-idle, in every "
                      "lane")),
)  # fmt: skip
