"""Policies side by side: hits over time, what had to go, what was refused.

                    pages that were there           hits  evicted  refused  sessions
► allkeys-lru       ▄▄████████▄▄▄▄▄████████████     77 %      348        0   4 of 60
  volatile-lru      ▄▄████████▄▄▄▄▄████████████     75 %      332        0  60 of 60
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tutor.diagrams.amounts import size_text
from tutor.diagrams.canvas import (
    Line,
    Role,
    Run,
    clip_line,
    fill_line,
    gauge,
    pad,
    width_of,
    wrapped,
)
from tutor.diagrams.labs.amounts import grouped
from tutor.diagrams.labs.cache_parts import bar_rows, joined, wire_rows
from tutor.diagrams.labs.cache_words import cure_about
from tutor.i18n import _, pgettext
from tutor.labs.cache.frame import CacheFrame, EvictionFrame, EvictionSample

WINDOW = 20
"""So many steps make one ratio of the chart."""

_LEAST_CHART = 12


class Figure(NamedTuple):
    """A column: its title, its text of a policy, and whether that is bad news."""

    title: Callable[[], str]
    text: Callable[[EvictionFrame], str]
    bad: Callable[[EvictionFrame], bool] = lambda lane: False


def _sessions(lane: EvictionFrame) -> str:
    return _("%(n)d of %(all)d") % {"n": lane.sessions, "all": lane.session_count}


FIGURES: tuple[Figure, ...] = (
    Figure(lambda: pgettext("column", "hits"), lambda lane: f"{round(lane.hit_ratio)} %"),
    Figure(lambda: pgettext("column", "evicted"), lambda lane: grouped(lane.evicted)),
    Figure(lambda: pgettext("column", "refused"), lambda lane: grouped(lane.refused),
           lambda lane: lane.refused > 0),
    Figure(lambda: pgettext("column", "sessions"), _sessions, lambda lane: lane.lost > 0),
    Figure(lambda: pgettext("column", "database"), lambda lane: grouped(lane.queries)),
)  # fmt: skip


def ratios(series: Sequence[EvictionSample]) -> list[int]:
    """Of each step: hits in a hundred within the window that it ends; -1 without a request."""
    found: list[int] = []
    for at in range(len(series)):
        window = series[max(at + 1 - WINDOW, 0) : at + 1]
        hits = sum(one.hits for one in window)
        asked = hits + sum(one.misses for one in window)
        found.append(round(100 * hits / asked) if asked else -1)
    return found


def _bar(sample: EvictionSample) -> Run:
    """What a full cell looks like: another one where a write was refused."""
    return ("▒", "warning") if sample.refused else ("█", "payload")


def _chart(lane: EvictionFrame, cells: int, rows: int) -> list[list[Run]]:
    values = [max(one, 0) for one in ratios(lane.series)]
    return bar_rows(values, [_bar(one) for one in lane.series], 100, cells, rows)


def draw_policies(frame: CacheFrame, chosen: int, width: int) -> list[Line]:
    """A line for each policy; ``chosen`` has a mark."""
    names = [lane.policy for lane in frame.evictions]
    column = min(max(map(width_of, names)) + 4, max(width // 3, 10))
    texts = [[one.text(lane) for one in FIGURES] for lane in frame.evictions]
    rooms = [max(width_of(one.title()), *(width_of(row[at]) for row in texts)) + 2
             for at, one in enumerate(FIGURES)]  # fmt: skip
    while len(rooms) > 1 and width - column - sum(rooms) < _LEAST_CHART:
        rooms.pop()
    cells = max(width - column - sum(rooms), 4)
    head: list[Run] = [(pad("", column), "text")]
    head += [*fill_line([(_("pages that were there"), "label")], cells)]
    head += [(one.title().rjust(room), "label") for one, room in zip(FIGURES, rooms, strict=False)]
    lines: list[Line] = [clip_line(head, width)]
    for at, lane in enumerate(frame.evictions):
        mark: Run = ("►", "changed") if at == chosen else (" ", "text")
        name: Run = (names[at], "title" if at == chosen else "text")
        row: list[Run] = [*fill_line([mark, (" ", "text"), name], column - 1), (" ", "text")]
        row += _chart(lane, cells, 1)[0]
        for one, text, room in zip(FIGURES, texts[at], rooms, strict=False):
            role: Role = "warning" if one.bad(lane) else "header"
            row.append((text.rjust(room), role))
        lines.append(clip_line(row, width))
    return lines


def draw_policy(frame: CacheFrame, chosen: int, width: int, height: int) -> list[Line]:
    """The chosen policy: its memory, which pages are there, hits over time, the wire."""
    lane = frame.evictions[chosen]
    lines = wrapped(cure_about("eviction", lane.policy), width)
    if height < len(lines) + 3:
        lines = []
    gap: list[Line] = [()] if height > 18 else []
    lines += [*gap, memory_row(lane, width), there_row(lane, width)]
    left = height - len(lines)
    if left >= 5:
        words = _("hits of the last 2 s · full height 100 % · ▒ a write was refused")
        rows = 3 if left > 9 else 2
        lines += [*gap, clip_line([(words, "label")], width)]
        lines += [tuple(row) for row in _chart(lane, width, rows)]
    left = height - len(lines)
    if left >= 3 and lane.wire:
        title: Line = clip_line([(_("last commands, hits left out"), "label")], width)
        lines += [*gap, title, *wire_rows(lane.wire, width, left - 1 - len(gap), False)]
    return lines[:height]


def memory_row(lane: EvictionFrame, width: int) -> Line:
    """``used 1.4 MB of 1.4 MB``, what belongs to no key set apart."""
    words = _("%(used)s of %(limit)s, %(base)s of it no keys") % {
        "used": size_text(lane.used), "limit": size_text(lane.limit), "base": size_text(lane.base),
    }  # fmt: skip
    head: Run = (_("memory") + "  ", "label")
    cells = max(min(width - width_of(head[0]) - width_of(words) - 2, 50), 6)
    limit = max(lane.limit, 1)
    base = min(round(cells * lane.base / limit), cells)
    data = max(lane.used - lane.base, 0)
    bar = gauge(min(data, limit - lane.base), max(limit - lane.base, 1), cells - base)
    full: Role = "warning" if lane.used > lane.limit else "header"
    return clip_line([head, ("▒" * base, "frame"), *bar, ("  ", "text"), (words, full)], width)


def there_row(lane: EvictionFrame, width: int) -> Line:
    """A sign for each group of pages, the most wanted first."""
    words = _("pages %(n)d of %(all)d, the most wanted first") % {
        "n": lane.pages, "all": lane.page_count,
    }  # fmt: skip
    signs: list[Run] = []
    for share in lane.there:
        full: Run = ("█", "payload")
        some: Run = ("▒", "key")
        none: Run = ("·", "free")
        signs.append(full if share >= 67 else some if share > 0 else none)
    cells = max(width - width_of(words) - 2, 6)
    return clip_line([*fill_line(joined(signs[:cells]), min(cells, len(signs))), ("  ", "text"),
                      (words, "label")], width)  # fmt: skip


def tell_policies(frame: CacheFrame) -> list[str]:
    """A sentence or two for each policy."""
    told: list[str] = []
    for lane in frame.evictions:
        words = _(
            "%(policy)s: %(hits)d of %(n)d pages were there; %(evicted)d keys evicted, "
            "%(refused)d writes refused, %(sessions)d of %(all)d sessions there."
        )
        told.append(words % {
            "policy": lane.policy, "hits": lane.hits, "n": lane.hits + lane.misses,
            "evicted": lane.evicted, "refused": lane.refused, "sessions": lane.sessions,
            "all": lane.session_count,
        })  # fmt: skip
        told.append("  " + _("Memory: %(used)s of %(limit)s.") % {
            "used": size_text(lane.used), "limit": size_text(lane.limit),
        })  # fmt: skip
    return told
