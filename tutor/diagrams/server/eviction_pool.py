"""Eviction: memory against the limit, the pool of candidates, and who went after which sample.

allkeys-lru  1.10 MB of 1.11 MB  █████████░
pool 3 of 16: the longest unused goes first
  ► cold:3    idle 90 s
    cold:1    idle 61 s
    warm:7    idle 8 s
gone, 0.4 s ago: cold:9, idle 120 s
    sampled: cold:9 120 s ⁺  hot:1 0 s  warm:2 9 s ⁺
"""

from __future__ import annotations

from tutor.diagrams.amounts import percent_text, size_text, time_text
from tutor.diagrams.canvas import (
    MARK,
    Line,
    Role,
    Run,
    clip,
    clip_line,
    gauge,
    line_width,
    omitted,
    wrapped,
)
from tutor.diagrams.payload import shown
from tutor.diagrams.sentences import as_sentence
from tutor.engine.memory.eviction_watch import Candidate, Eviction, EvictionFigures
from tutor.i18n import _, ngettext, pgettext

_BAR = 20
_GONE = 8
_NAME = 32


def draw_eviction(figures: EvictionFigures, width: int) -> list[Line]:
    """The limit, the rule, the pool (the next victim on top), the latest evictions."""
    lines = [*_limit(figures, width), (), *wrapped(rule_text(figures), width)]
    if figures.by not in ("", "random"):
        lines += [(), *_pool(figures, width)]
    if figures.limit or figures.evicted_keys:
        lines += [(), clip_line([(_gone_text(figures), "title")], width)]
    for one in figures.evictions[:_GONE]:
        lines += _eviction(figures, one, width)
    left_out = len(figures.evictions) - _GONE
    if left_out > 0:
        lines.append(omitted(_more_keys(left_out), width))
    return lines


def _more_keys(keys: int) -> str:
    return ngettext("%(n)d more key", "%(n)d more keys", keys) % {"n": keys}


def _limit(figures: EvictionFigures, width: int) -> list[Line]:
    runs: list[Run] = [(figures.policy, "title"), ("  ", "text")]
    if not figures.limit:
        used = _("used %(used)s, no maxmemory") % {"used": size_text(figures.used)}
        return [clip_line([*runs, (used, "label")], width)]
    over = figures.used > figures.limit
    text = _("%(used)s of %(limit)s") % {
        "used": size_text(figures.used),
        "limit": size_text(figures.limit),
    }
    bar = gauge(min(figures.used, figures.limit), figures.limit, _BAR)
    share = percent_text(figures.used, figures.limit)
    role: Role = "warning" if over else "label"
    end: list[Run] = [(f" {share}", role)]
    if over:
        end.append((" · " + _("over the limit"), "warning"))
    line: list[Run] = [*runs, (text + "  ", role), *bar, *end]
    if line_width(line) <= width:
        return [tuple(line)]
    return [clip_line([*runs, (text, role)], width), clip_line([*bar, *end], width)]


def rule_text(figures: EvictionFigures) -> str:
    """What happens when there is no room."""
    if not figures.limit:
        return _(
            "Without a maxmemory nothing is ever evicted. Try CONFIG SET maxmemory 2mb and "
            "CONFIG SET maxmemory-policy allkeys-lru, then write."
        )
    if not figures.by:
        return _("noeviction: a command that needs memory over the limit is refused with OOM.")
    who = _("Only keys with a TTL may go.") if figures.volatile else _("Any key may go.")
    if figures.by == "random":
        return who + " " + _("Which one is chance.")
    judged = {
        "lru": _("the longest unused of them goes"),
        "lfu": _("the most rarely used of them goes"),
        "ttl": _("the one with the least time left goes"),
    }
    samples = ngettext(
        "%(n)d key of each database is sampled before each eviction",
        "%(n)d keys of each database are sampled before each eviction",
        figures.samples,
    )
    words = _("%(who)s %(samples)s, the best candidates wait in the pool, %(judged)s.")
    figures_of_rule = {
        "who": who,
        "samples": samples % {"n": figures.samples},
        "judged": judged[figures.by],
    }
    return words % figures_of_rule


def reading_text(figures: EvictionFigures, one: Candidate) -> str:
    """``idle 90 s``, ``uses 5``, ``TTL 12 s``."""
    words = {
        "lfu": _("uses %(n)s"),
        "ttl": _("TTL %(n)s"),
        "lru": _("idle %(n)s"),
    }
    return words[figures.by] % {"n": _figure(figures, one)} if figures.by in words else ""


def _figure(figures: EvictionFigures, one: Candidate) -> str:
    """The figure alone. Redis knows idleness to the second, so seconds are shown."""
    if figures.by == "lru":
        return _("%(n)s s") % {"n": one.reading}
    return time_text(one.reading) if figures.by == "ttl" else str(one.reading)


# the pool


def _pool_text(figures: EvictionFigures) -> str:
    words = _("pool: %(n)d of %(size)d places taken, the next to go first")
    return words % {"n": len(figures.pool), "size": figures.pool_size}


def _pool(figures: EvictionFigures, width: int) -> list[Line]:
    lines = wrapped(_pool_text(figures), width, "title")
    if not figures.pool:
        return lines + wrapped(_("The pool is empty: nothing had to go yet."), width)
    ranked = list(reversed(figures.pool))
    most = max(_strength(figures, one) for one in ranked)
    names = [_name(one) for one in ranked]
    room = max(min(max(len(name) for name in names), _NAME, width - 24), 6)
    first = True
    for name, one in zip(names, ranked, strict=True):
        next_one = first and one.there
        first = first and not one.there
        sign = "► " if next_one else "  "
        name = clip(name, room)
        gap = " " * (room - line_width([(name, "key")]))
        bar = gauge(_strength(figures, one), most, 10) if width >= 56 else ()
        state: Run = ("", "text") if one.there else (" " + pgettext("key", "gone"), "warning")
        lines.append(
            clip_line(
                [
                    (sign, "pointer"),
                    (name, "key" if one.there else "label"),
                    (gap + "  ", "text"),
                    *bar,
                    (" " + reading_text(figures, one), "text"),
                    state,
                ],
                width,
            )
        )
    return lines


def _strength(figures: EvictionFigures, one: Candidate) -> int:
    """How good a victim, for a bar: the more idle, the rarer, the sooner dead."""
    if figures.by == "ttl":
        longest = max((each.reading for each in figures.pool), default=0)
        return max(longest - one.reading, 0) + 1
    return one.score + 1


def _name(one: Candidate) -> str:
    return (f"[{one.db}] " if one.db else "") + shown(one.key, 200)


# who went


def _gone_text(figures: EvictionFigures) -> str:
    n = figures.evicted_keys
    return ngettext("%(n)d key was evicted so far", "%(n)d keys were evicted so far", n) % {"n": n}


def _victim_text(figures: EvictionFigures, one: Eviction) -> str:
    reading = reading_text(figures, one.victim)
    return _("%(ago)s ago: %(key)s") % {
        "ago": time_text(figures.now_ms - one.at_ms),
        "key": _name(one.victim) + (f", {reading}" if reading else ""),
    }


def _eviction(figures: EvictionFigures, one: Eviction, width: int) -> list[Line]:
    lines = [clip_line([("× ", "warning"), (_victim_text(figures, one), "text")], width)]
    if not one.sample:
        return lines
    runs: list[Run] = [("    " + _("sampled:"), "label")]
    for candidate in one.sample:
        text = clip(_name(candidate), 16)
        runs += [
            ("  ", "text"),
            *(((MARK, "changed"),) if candidate.pooled else ()),
            (text, "key"),
            (f" {_figure(figures, candidate)}" if figures.by != "random" else "", "label"),
        ]
    return [*lines, clip_line(runs, width)]


# in words


def describe_eviction(figures: EvictionFigures) -> list[str]:
    """The same facts as sentences."""
    used = size_text(figures.used)
    if figures.limit:
        words = _("The policy is %(policy)s; %(used)s of %(limit)s are used.")
        limit = {"policy": figures.policy, "used": used, "limit": size_text(figures.limit)}
        lines = [words % limit]
    else:
        words = _("The policy is %(policy)s; %(used)s are used, there is no limit.")
        lines = [words % {"policy": figures.policy, "used": used}]
    lines.append(rule_text(figures))
    if figures.by not in ("", "random"):
        names = ", ".join(
            f"{_name(one)} ({reading_text(figures, one)})" for one in reversed(figures.pool)
        )
        lines.append(as_sentence(_pool_text(figures) + (f": {names}" if names else "")))
    if figures.limit or figures.evicted_keys:
        lines.append(as_sentence(_gone_text(figures)))
    for one in figures.evictions[:_GONE]:
        lines.append(_victim_text(figures, one) + ".")
        if one.sample:
            sampled = ", ".join(
                f"{_name(each)} ({reading_text(figures, each)})"
                + (" " + _("into the pool") if each.pooled else "")
                for each in one.sample
            )
            lines.append(_("Sampled before: %(keys)s.") % {"keys": sampled})
    return lines
