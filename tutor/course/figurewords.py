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
    "age_us": lambda: pgettext("figure", "mean age of an answer, µs"),
    "wrong": lambda: pgettext("figure", "answers that had been changed since"),
    "misses": lambda: pgettext("figure", "pages that were not there"),
    "refused": lambda: pgettext("figure", "writes refused"),
    "evicted": lambda: pgettext("figure", "keys evicted"),
    "sessions": lambda: pgettext("figure", "sessions that are there"),
    "lost": lambda: pgettext("figure", "sessions that are gone"),
    "session_misses": lambda: pgettext("figure", "reads of a session that was gone"),
    "scanned": lambda: pgettext("figure", "pages read by the scan"),
    "pages": lambda: pgettext("figure", "pages that are there"),
    "used": lambda: pgettext("figure", "bytes used"),
    "limit": lambda: pgettext("figure", "bytes at most"),
    "queries": lambda: pgettext("figure", "queries to the database"),
}

_RATE_LIMIT: Words = {
    "requests": lambda: pgettext("figure", "requests that came"),
    "done": lambda: pgettext("figure", "requests answered"),
    "accepted": lambda: pgettext("figure", "requests that passed"),
    "refused": lambda: pgettext("figure", "requests refused"),
    "errors": lambda: pgettext("figure", "requests that failed"),
    "waiting": lambda: pgettext("figure", "requests that wait"),
    "over": lambda: pgettext("figure", "passed over the limit"),
    "most": lambda: pgettext("figure", "passed in any window, at most"),
    "bytes": lambda: pgettext("figure", "bytes of all keys"),
    "per_user": lambda: pgettext("figure", "bytes of a user, at most"),
    "key_count": lambda: pgettext("figure", "keys"),
    "sent": lambda: pgettext("figure", "commands sent"),
}

_SECURITY: Words = {
    "through": lambda: pgettext("figure", "attacks that got through"),
    "stopped": lambda: pgettext("figure", "attacks that were stopped"),
    "untested": lambda: pgettext("figure", "attacks not tried since the last change"),
    "asked": lambda: pgettext("figure", "requests of the application"),
    "served": lambda: pgettext("figure", "requests served"),
    "refused": lambda: pgettext("figure", "requests refused"),
    "refused_now": lambda: pgettext("figure", "requests refused within two seconds"),
    "waiting": lambda: pgettext("figure", "requests that wait"),
    "empty": lambda: pgettext("figure", "reads that found nothing"),
    "keys": lambda: pgettext("figure", "keys"),
    "lost": lambda: pgettext("figure", "keys destroyed"),
    "foreign": lambda: pgettext("figure", "keys of the attacker"),
    "missing": lambda: pgettext("figure", "keys that are gone"),
    "role": lambda: pgettext("figure", "the server's role"),
    "tried": lambda: pgettext("figure", "passwords tried"),
    "found": lambda: pgettext("figure", "password found"),
    "logged": lambda: pgettext("figure", "failed logins in ACL LOG"),
}

_WORDS: Mapping[str, Words] = {
    "cache": _CACHE,
    "rate-limit": _RATE_LIMIT,
    "security": _SECURITY,
}


def figure_text(lab: str, figure: str, *, since: bool = False) -> str:
    """A figure in words, with its lane: "lock: runs of the function at once, at most"."""
    if figure.startswith(KNOB):
        return pgettext("figure", "knob {name}").format(name=figure.removeprefix(KNOB))
    lane, dot, what = figure.rpartition(".")
    words = _WORDS.get(lab, {}).get(what)
    text = what if words is None else words()
    text = f"{lane}: {text}" if dot else text
    return pgettext("figure", "{what}, since you came").format(what=text) if since else text
