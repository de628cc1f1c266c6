"""What the figures of labs of lanes are called in the lines of checks.

A figure's name is a lane and what is counted there (``lock.at_once``), a knob (``knob.ttl``), or
what is counted alone. Without words of its own it is called by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tutor.course.laneoffer import KNOB
from tutor.i18n import pgettext

Words = Mapping[str, Callable[[], str]]

_CACHE: Words = {
    "requests": lambda: pgettext("figure", "requests that came"),
    "done": lambda: pgettext("figure", "requests answered"),
    "hits": lambda: pgettext("figure", "answers without the function"),
    "hit_ratio": lambda: pgettext("figure", "answers without the function, percent"),
    "computed": lambda: pgettext("figure", "runs of the function"),
    "background": lambda: pgettext("figure", "runs of the function in the background"),
    "stale": lambda: pgettext("figure", "old answers"),
    "killed": lambda: pgettext("figure", "workers killed at work"),
    "mean_us": lambda: pgettext("figure", "mean answer, µs"),
    "worst_us": lambda: pgettext("figure", "slowest answer, µs"),
    "saved_us": lambda: pgettext("figure", "time that was saved, µs"),
    "at_once": lambda: pgettext("figure", "runs of the function at once, at most"),
    "oldest_us": lambda: pgettext("figure", "age of the oldest answer, µs"),
    "load": lambda: pgettext("figure", "queries at the database"),
    "peak": lambda: pgettext("figure", "queries at the database at once, at most"),
    "writes": lambda: pgettext("figure", "writes"),
    "at_master": lambda: pgettext("figure", "reads from the master"),
    "missing": lambda: pgettext("figure", "reads that found nothing"),
    "key_count": lambda: pgettext("figure", "keys"),
    "commands": lambda: pgettext("figure", "commands sent"),
    "neighbour_lost": lambda: pgettext("figure", "keys of the neighbour that are gone"),
    "old_served": lambda: pgettext("figure", "reads of what was thrown away"),
    "held": lambda: pgettext("figure", "bytes that nobody reads any more"),
}

_WORDS: Mapping[str, Words] = {"cache": _CACHE}


def figure_text(lab: str, figure: str, *, since: bool = False) -> str:
    """A figure in words, with its lane: "lock: runs of the function at once, at most"."""
    if figure.startswith(KNOB):
        return pgettext("figure", "knob {name}").format(name=figure.removeprefix(KNOB))
    lane, dot, what = figure.rpartition(".")
    words = _WORDS.get(lab, {}).get(what)
    text = what if words is None else words()
    text = f"{lane}: {text}" if dot else text
    return pgettext("figure", "{what}, since you came").format(what=text) if since else text
