"""What each scenario shows, in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tutor.i18n import _

_TEXTS: Mapping[str, Callable[[], str]] = {
    "healthy": lambda: _("a master, its replicas, and nothing wrong"),
    "slow-replica": lambda: _("one link takes 600 ms: what is read there is old"),
    "narrow-link": lambda: _("more is written than one link lets through"),
    "lossy-link": lambda: _("every fourth segment of a link is lost: TCP repeats it"),
    "cut-then-heal": lambda: _("a link is cut for nine seconds, then the replica goes on"),
    "long-cut": lambda: _("a cut so long that the backlog is not enough: everything is copied"),
    "crash-master": lambda: _("the master dies, and no replica takes over by itself"),
    "manual-failover": lambda: _("somebody promotes a replica: some acknowledged writes are gone"),
    "sentinel-failover": lambda: _("three sentinels notice, vote and promote"),
    "split-brain": lambda: _("the old master is cut off and goes on taking writes: they are lost"),
    "wait-one": lambda: _("each write waits for a replica (WAIT 1), and then none answers"),
    "empty-master": lambda: _("the master starts again with nothing, and the replicas copy that"),
    "chained": lambda: _("a replica of a replica of a replica"),
    "paused-replica": lambda: _("a replica stands still for five seconds"),
}


def scenario_text(name: str) -> str:
    """The sentence. Raises KeyError for a scenario that has none."""
    return _TEXTS[name]()
