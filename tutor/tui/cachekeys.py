"""The keys of the cache lab, as data: see `tutor.tui.labkeys`."""

from __future__ import annotations

from tutor.diagrams.labs.cache_words import knob_text
from tutor.i18n import _, pgettext
from tutor.labs.cache import EXPERIMENTS
from tutor.tui.labkeys import TIME_KEYS, PlayKey, Section, StageKey, play_section

CACHE_KEYS: tuple[StageKey, ...] = (
    StageKey("wW", "workers", lambda: knob_text("workers"),
             lambda: _("Processes of the application: more, fewer")),
    StageKey("uU", "rate", lambda: knob_text("rate"),
             lambda: _("Requests a second: more, fewer, none")),
    StageKey("cC", "cost", lambda: knob_text("cost"),
             lambda: _("How long the slow function takes: longer, shorter")),
    StageKey("tT", "ttl", lambda: knob_text("ttl"),
             lambda: _("How long a value lives: longer, shorter")),
    StageKey("nN", "keys", lambda: knob_text("keys"),
             lambda: _("How many different keys are asked for: more, fewer")),
    StageKey("dD", "delay", lambda: knob_text("delay"),
             lambda: _("How far the replicas lie behind: more, less")),
    StageKey("gG", "gap", lambda: knob_text("gap"),
             lambda: _("How soon after a write its user reads: later, sooner")),
    StageKey("rR", "rows", lambda: knob_text("rows"),
             lambda: _("How many rows are stored together: more, fewer")),
    StageKey("k", "kill", lambda: knob_text("kill"),
             lambda: _("Kill the worker that computes, in every lane")),
)  # fmt: skip

CACHE_PLAY_KEYS: tuple[PlayKey, ...] = (
    *TIME_KEYS,
    PlayKey("1 – 5", tuple((str(at + 1), name) for at, name in enumerate(EXPERIMENTS)),
            lambda: _("Another experiment; each goes on where it was left")),
    PlayKey("↑ ↓", (("up", "up"), ("down", "down")),
            lambda: _("Choose a lane; a click does the same"),
            lambda: pgettext("knob", "choose")),
    PlayKey("x", (("x", "seed"),), lambda: _("Another seed: other chances, from the beginning"),
            lambda: pgettext("knob", "seed")),
)  # fmt: skip


def cache_help() -> list[Section]:
    """Every key of the cache lab, in groups."""
    lines = [(" ".join(key.keys), key.help()) for key in CACHE_KEYS]
    return [
        play_section(TIME_KEYS, _("Keys: time")),
        (_("Keys: all lanes"), lines),
        play_section(CACHE_PLAY_KEYS[len(TIME_KEYS) :], _("Keys: the lab")),
    ]
