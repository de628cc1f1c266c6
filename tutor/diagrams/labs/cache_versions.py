"""Two applications in one Redis: what each way of throwing a cache away takes along.

                    commands  neighbour lost  old answers  unread
► cache.clear()           19               4            0       0
 4.507  shop  cache.clear()           FLUSHDB                         → None
"""

from __future__ import annotations

from tutor.diagrams.amounts import size_text
from tutor.diagrams.canvas import (
    Line,
    Role,
    Run,
    clip_line,
    fill_line,
    pad,
    width_of,
    wrapped,
)
from tutor.diagrams.labs.amounts import clock_text
from tutor.diagrams.labs.cache_parts import key_rows
from tutor.diagrams.labs.cache_words import cure_about, cure_text
from tutor.i18n import _, pgettext
from tutor.labs.cache.frame import CacheFrame, CallFrame, VersionsFrame

_APP = 6


def draw_ways(frame: CacheFrame, chosen: int, width: int) -> list[Line]:
    """A line for each way, with what it costs."""
    names = [cure_text(one.cure) for one in frame.versions]
    column = max(map(width_of, names)) + 3
    titles = [pgettext("column", "commands"), pgettext("column", "neighbour's keys lost"),
              pgettext("column", "old answers"), pgettext("column", "unread")]  # fmt: skip
    if width < 90:
        titles[1] = pgettext("column", "neighbour")
    while sum(width_of(title) + 2 for title in titles) > width - column and len(titles) > 1:
        titles.pop()
    head: list[Run] = [(pad("", column), "text")]
    head += [(title.rjust(width_of(title) + 2), "label") for title in titles]
    lines: list[Line] = [clip_line(head, width)]
    for at, one in enumerate(frame.versions):
        mark: Run = ("►", "changed") if at == chosen else (" ", "text")
        name: Run = (names[at], "title" if at == chosen else "text")
        row: list[Run] = [*fill_line([mark, (" ", "text"), name], column)]
        values = [
            (str(one.commands), False),
            (str(one.neighbour_lost), one.neighbour_lost > 0),
            (str(one.old_served), one.old_served > 0),
            (size_text(one.held), one.held > 0),
        ]
        for title, (text, bad) in zip(titles, values, strict=False):
            role: Role = "warning" if bad else "header"
            row.append((text.rjust(width_of(title) + 2), role))
        lines.append(clip_line(row, width))
    return lines


def draw_way(frame: CacheFrame, chosen: int, width: int, height: int) -> list[Line]:
    """The chosen way: its calls with their commands, and the keys that are there."""
    one = frame.versions[chosen]
    lines = wrapped(cure_about("versions", one.cure), width)
    left = height - len(lines)
    gap: list[Line] = [()] if left > 12 else []
    keys = key_rows(one.keys, width, max(left // 2 - len(gap), 1))
    rows = max(left - len(keys) - 2 * len(gap), 1)
    lines += [*gap, *keys, *gap, *_calls(one, width, rows)]
    return lines[:height]


def _calls(one: VersionsFrame, width: int, most: int) -> list[Line]:
    """The last calls; each of their commands has a line."""
    lines: list[Line] = []
    for call in one.calls:
        lines += _call(call, width)
    return lines[-most:]


def _call(call: CallFrame, width: int) -> list[Line]:
    column = max(min(34, width // 3), 12)
    app: Role = "key" if call.app == "shop" else "pointer"
    head: list[Run] = [(f"{clock_text(call.time):>7} ", "label"), (pad(call.app, _APP), app)]
    head.append((pad(call.call, column) + " ", "text"))
    first = call.commands[0] if call.commands else _("(no command)")
    room = max(width - 7 - 1 - _APP - column - 1 - 9, 8)
    danger: Role = "warning" if first == "FLUSHDB" else "payload"
    last = len(call.commands) <= 1
    result: Run = (f" → {call.result}" if last else "", "label")
    lines = [clip_line([*head, *clip_line([(first, danger)], room), result], width)]
    for at, more in enumerate(call.commands[1:], 2):
        end = f" → {call.result}" if at == len(call.commands) else ""
        blank = " " * (7 + 1 + _APP + column + 1)
        sent = clip_line([(more, "payload")], room)
        lines.append(clip_line([(blank, "text"), *sent, (end, "label")], width))
    return lines


def tell_ways(frame: CacheFrame) -> list[str]:
    """A sentence for each way, then the calls of all."""
    told: list[str] = []
    for one in frame.versions:
        told.append(_("%(way)s: %(commands)d commands, %(lost)d keys of the neighbour lost, "
                      "%(old)d old answers, %(held)s that nobody reads.") % {
            "way": cure_text(one.cure), "commands": one.commands, "lost": one.neighbour_lost,
            "old": one.old_served, "held": size_text(one.held),
        })  # fmt: skip
        for call in one.calls:
            sent = "; ".join(call.commands) or _("(no command)")
            told.append(f"  {clock_text(call.time)} {call.app} {call.call}: {sent} → {call.result}")
    return told
