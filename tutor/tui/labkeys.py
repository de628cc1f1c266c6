"""The keys of the lab, as data: what each does to the chosen node or link, and how it is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from tutor.i18n import pgettext
from tutor.labs.replication.actions import Kind

Of = Literal["link", "node", "lab"]


class LabKey(NamedTuple):
    """``keys`` are for up and down, or one for a switch. ``word`` is shown beside them."""

    keys: str
    kind: Kind
    of: Of
    word: Callable[[], str]


LAB_KEYS: tuple[LabKey, ...] = (
    LabKey("dD", "delay", "link", lambda: pgettext("knob", "delay")),
    LabKey("jJ", "jitter", "link", lambda: pgettext("knob", "jitter")),
    LabKey("bB", "bandwidth", "link", lambda: pgettext("knob", "bandwidth")),
    LabKey("lL", "loss", "link", lambda: pgettext("knob", "loss")),
    LabKey("c", "cut", "link", lambda: pgettext("knob", "cut")),
    LabKey("i", "isolate", "node", lambda: pgettext("knob", "isolate")),
    LabKey("k", "crash", "node", lambda: pgettext("knob", "crash")),
    LabKey("o", "power-cut", "node", lambda: pgettext("knob", "power off")),
    LabKey("r", "restart", "node", lambda: pgettext("knob", "restart")),
    LabKey("e", "kept", "node", lambda: pgettext("knob", "keeps")),
    LabKey("z", "pause", "node", lambda: pgettext("knob", "freeze")),
    LabKey("p", "promote", "node", lambda: pgettext("knob", "promote")),
    LabKey("f", "follow", "node", lambda: pgettext("knob", "follow the master")),
    LabKey("S", "sentinels", "lab", lambda: pgettext("knob", "sentinels")),
    LabKey("wW", "wait", "lab", lambda: pgettext("knob", "WAIT")),
    LabKey("uU", "write-rate", "lab", lambda: pgettext("knob", "writes")),
    LabKey("yY", "read-rate", "lab", lambda: pgettext("knob", "reads")),
)

PLAY_KEYS: tuple[tuple[str, str, Callable[[], str]], ...] = (
    ("space", "play", lambda: pgettext("knob", "play")),
    (". ,", "step", lambda: pgettext("knob", "step")),
    ("+ -", "pace", lambda: pgettext("knob", "pace")),
    ("↑ ↓", "choose", lambda: pgettext("knob", "choose")),
    ("v", "panel", lambda: pgettext("knob", "panel")),
    ("n", "scenario", lambda: pgettext("knob", "scenario")),
    ("m", "replicas", lambda: pgettext("knob", "replicas")),
    ("x", "seed", lambda: pgettext("knob", "seed")),
)
"""Keys, what they do, and the word."""

OF_THE_RUN = frozenset(["scenario", "replicas", "seed"])
"""Actions that begin another run."""
