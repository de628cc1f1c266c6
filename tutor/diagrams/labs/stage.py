"""The persistence stage drawn: every setting with its writes, and the way to the disk of one.

► appendonly yes, appendfsync everysec   188 ■■■■■■■■■■■■■■■■■■■■▒▒  kill 0   power 6    gone 0

┌ client ──────┐  ┌ server ● ────────┐  ┌ page cache ──────┐  ┌ disk ────────────┐
│ told OK 194  │─►│ only here ░ 0    │─►│ not synced ▒ 6   │─►│ synced ■ 188     │
└──────────────┘  └──────────────────┘  └──────────────────┘  └──────────────────┘
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tutor.diagrams.amounts import size_text
from tutor.diagrams.canvas import (
    Drawing,
    Line,
    Role,
    Run,
    clip_line,
    fill_line,
    width_of,
    wrapped,
)
from tutor.diagrams.labs.amounts import clock_text, grouped, lag_time_text, rate_text
from tutor.diagrams.labs.events import event_lines
from tutor.diagrams.tables import framed, packed
from tutor.i18n import _, ngettext, pgettext
from tutor.labs.durability.frame import Place, Runs, StageFrame, in_runs
from tutor.labs.durability.policies import POLICIES

SIGNS: dict[Place, tuple[str, Role]] = {
    "memory": ("░", "warning"),
    "buffer": ("░", "warning"),
    "cache": ("▒", "key"),
    "disk": ("■", "payload"),
    "gone": ("×", "gone"),
}
_ORDER: tuple[Place, ...] = ("gone", "memory", "buffer", "cache", "disk")
"""Which of several writes in one cell is shown: the one that is worst off."""

_BESIDE = 92
"""From so many cells on the four places stand beside one another."""

_WIDE = 110
"""From so many cells on the figures of the settings have long titles."""

_EVENT_ROWS, _MAP_ROWS = 5, 8
"""Of a tall picture: lines for what happened, and at most so many for a sign of each write."""


def place_text(place: Place) -> str:
    """Where a write is."""
    return {
        "memory": pgettext("place", "server's memory"),
        "buffer": pgettext("place", "AOF buffer"),
        "cache": pgettext("place", "page cache"),
        "disk": pgettext("place", "disk"),
        "gone": pgettext("place", "gone"),
    }[place]


def promise_text(policy: str) -> str:
    """What a setting promises."""
    return {
        "memory": _("Nothing is written to the disk: whatever ends the process takes everything."),
        "save-60": _("After 60 s with 10 changes a dump is written. What came after the last dump "
                     "lives in memory only, and any death takes it."),
        "save-2": _("After 2 s with a change a dump is written. What came after the last dump "
                    "lives in memory only, and any death takes it."),
        "aof-no": _("Each write is in the page cache before its OK, so kill -9 takes nothing. When "
                    "it comes to the disk the system decides: Linux within about 30 s."),
        "aof-everysec": _("Each write is in the page cache before its OK; the disk has it a second "
                          "later. While an fsync takes long, writes wait in the buffer, two "
                          "seconds at most."),
        "aof-always": _("The disk has each write before its OK. The price: every write waits for "
                        "the fsync."),
    }[policy]  # fmt: skip


def draw_stage(
    moment: Sequence[StageFrame], chosen: int, width: int, height: int = 40
) -> list[Line]:
    """All settings, then the chosen one from client to disk, its last writes and what happened; at
    most ``height`` lines."""
    frame = moment[chosen]
    roomy = height >= 24
    gap: list[Line] = [()] if roomy else []
    lines = [*draw_settings(moment, chosen, width), *gap]
    lines += [*_way(frame, width, roomy), *gap, _recent(frame, width)]
    lines += [*gap, *wrapped(promise_text(frame.policy), width), *gap]
    left = max(height - len(lines), 1)
    if left > _EVENT_ROWS + 4:
        made = _map(frame, width, min(left - _EVENT_ROWS - 3, _MAP_ROWS))
        lines += [*made, ()]
        left -= len(made) + 1
    lines += event_lines(frame.events, width, left)
    return [clip_line(line, width) for line in lines[:height]]


def stage_drawing(moment: Sequence[StageFrame], chosen: int, width: int) -> Drawing:
    """The whole stage as a picture, with its text twin."""
    lines = ((_head(moment[chosen]),), (), *draw_stage(moment, chosen, width))
    return Drawing(tuple(clip_line(line, width) for line in lines), describe_stage(moment))


def _head(frame: StageFrame) -> Run:
    words = _("t = %(time)s s · seed %(seed)d · %(scenario)s") % {
        "time": clock_text(frame.time), "seed": frame.seed,
        "scenario": POLICIES[frame.policy].words,
    }  # fmt: skip
    return (words, "title")


# all settings


def draw_settings(moment: Sequence[StageFrame], chosen: int, width: int) -> list[Line]:
    """A line for each: its writes as signs, and what a death would take or has taken."""
    words = [POLICIES[frame.policy].words for frame in moment]
    if width < _BESIDE:
        words = [text.removeprefix("appendonly yes, ") for text in words]
    column = min(max(map(width_of, words)), width * 2 // 5) + 2
    titles = [_("kill takes"), _("power cut takes"), _("gone")]
    if width < _WIDE:
        titles = [_("kill"), _("power"), _("gone")]
    figures = [max(width_of(title), 5) + 2 for title in titles]
    cells = max(width - column - sum(figures) - 2, 8)
    head: list[Run] = [*fill_line([("  " + _("setting"), "label")], column)]
    head += fill_line([(" ", "text"), *_legend(cells)], cells + 2)
    head += [run for title, room in zip(titles, figures, strict=True)
             for run in _right(title, "label", room)]  # fmt: skip
    lines: list[Line] = [tuple(head)]
    for at, frame in enumerate(moment):
        mark: Run = ("►", "changed") if at == chosen else (" ", "text")
        name: list[Run] = [mark, (" ", "text"), (words[at], "title" if at == chosen else "text")]
        row: list[Run] = [*fill_line(name, column), ("│", "frame")]
        row += [*_strip(frame.runs, cells), ("│", "frame")]
        crash = frame.crash_takes if frame.up else None
        power = frame.power_takes if frame.up else frame.count("cache")
        for number, room, role in zip(
            (crash, power, frame.count("gone")), figures, ("warning", "key", "gone"), strict=True
        ):
            text = "–" if number is None else grouped(number)
            row += _right(text, role if number else "label", room)  # type: ignore[arg-type]
        lines.append(tuple(row))
    return lines


def _legend(room: int) -> list[Run]:
    """What the signs mean."""
    long = _("■ disk  ▒ page cache  ░ memory  × gone")
    text = long if width_of(long) < room else _("■ disk ▒ cache ░ memory × gone")
    roles = dict(SIGNS.values())
    return [(word, roles.get(word, "label")) for word in re.split("([■▒░×])", text) if word]


def _right(text: str, role: Role, room: int) -> list[Run]:
    return [(" " * max(room - width_of(text), 0), "text"), (text, role)]


def _strip(runs: Runs, cells: int) -> list[Run]:
    """All writes in so many cells, the oldest at the left."""
    total = sum(count for _place, count in runs)
    shown: list[Run] = []
    used = min(cells, total)
    starts: list[tuple[int, int, Place]] = []
    at = 0
    for place, count in runs:
        starts.append((at, at + count, place))
        at += count
    for cell in range(used):
        first, last = cell * total // used, (cell + 1) * total // used
        here = {place for start, end, place in starts if start < last and end > first}
        sign = SIGNS[min(here, key=_ORDER.index)]
        if shown and shown[-1][1] == sign[1]:
            shown[-1] = shown[-1][0] + sign[0], sign[1]
        else:
            shown.append(sign)
    return [*shown, (" " * (cells - used), "text")]


# the way of one


def _way(frame: StageFrame, width: int, roomy: bool) -> list[Line]:
    titles, bodies = _stations(frame)
    if width < _BESIDE or not roomy:
        column = max(width_of("".join(text for text, _role in title)) for title in titles) + 2
        lines = [
            (*fill_line([("  ", "text"), *title], column + 2), *_joined(body))
            for title, body in zip(titles, bodies, strict=True)
        ]
        return [*lines, *_takes(frame, width)]
    box = (width - 3 * 4) // 4
    widths = (box - 2, box - 2, box, box + 4)
    boxes = [
        framed(title, [body], room, least=room - 4)
        for title, body, room in zip(titles, bodies, widths, strict=True)
    ]
    arrow = ("─►" if frame.up else "  ", "pointer")
    lines = []
    for row in range(len(boxes[0])):
        line: list[Run] = []
        for number, one in enumerate(boxes):
            if number:
                middle: Run = arrow if row == 1 else ("  ", "text")  # type: ignore[assignment]
                line += [(" ", "text"), middle, (" ", "text")]
            line += fill_line(one[row], widths[number])
        lines.append(tuple(line))
    return [*lines, *_takes(frame, width)]


def _joined(body: Sequence[Line]) -> list[Run]:
    line: list[Run] = []
    for part in body:
        if part:
            line += [*([(" · ", "frame")] if line else []), *part]  # type: ignore[list-item]
    return line


def _stations(frame: StageFrame) -> tuple[list[Line], list[list[Line]]]:
    """Client, server, page cache, disk: a title and two lines for each."""
    policy = POLICIES[frame.policy]
    sign: Run = ("●", "pointer") if frame.up else ("×", "gone")
    titles: list[Line] = [
        ((pgettext("station", "client"), "title"),),
        ((pgettext("station", "server") + " ", "title"), sign),
        ((pgettext("station", "page cache"), "title"),),
        ((pgettext("station", "disk"), "title"),),
    ]
    client: list[Line] = [
        ((_("told OK: %(n)s") % {"n": grouped(frame.acknowledged)}, "header"),),
        ((rate_text(frame.rate), "label"),),
    ]
    if frame.refused:
        client[1] += ((" · " + _("refused %(n)s") % {"n": grouped(frame.refused)}, "warning"),)
    cache: list[Line] = [_counted("cache", frame.count("cache")), _syncs(frame)]
    disk: list[Line] = [_counted("disk", frame.count("disk")), _stored(frame)]
    if policy.kept != "aof":
        cache[0] = ((_("empty"), "label"),)
    return titles, [client, _server(frame), cache, disk]


def _counted(place: Place, count: int) -> Line:
    sign, role = SIGNS[place]
    writes = ngettext("%(n)s write", "%(n)s writes", count) % {"n": grouped(count)}
    return ((sign, role), (" ", "text"), (writes, "header" if count else "label"))


def _server(frame: StageFrame) -> list[Line]:
    if not frame.up:
        since = lag_time_text((frame.time - (frame.died or frame.time)) / 1000)
        how = _("killed") if frame.death == "crash" else _("without power")
        return [((f"{how}, {since}", "gone"),), _counted("gone", frame.count("gone"))]
    policy, here = POLICIES[frame.policy], frame.count("memory", "buffer")
    sign, role = SIGNS["memory"]
    first: Line = ((sign, role), (" ", "text"), (_("only here: %(n)s") % {"n": grouped(here)},
                                         "warning" if here else "label"))  # fmt: skip
    if policy.kept == "aof":
        text = _("AOF buffer %(size)s") % {"size": size_text(frame.buffered)}
    elif policy.kept == "rdb":
        text = _("writes a dump") if frame.dump else _("waits for a save point")
    else:
        text = _("writes no files")
    return [first, ((text, "label"),)]


def _syncs(frame: StageFrame) -> Line:
    policy = POLICIES[frame.policy]
    if policy.kept != "aof":
        text = _("a dump is synced at once") if policy.kept == "rdb" else ""
    elif frame.syncing:
        return ((_("fsync is under way"), "changed"),)
    else:
        text = {
            "always": _("fsync before each OK"),
            "everysec": _("fsync each second"),
            "no": _("no fsync: the system's time"),
        }[policy.appendfsync]
    return ((text, "label"),)


def _stored(frame: StageFrame) -> Line:
    if frame.synced is None or not frame.on_disk:
        return ((_("no data yet"), "label"),)
    name = "RDB" if POLICIES[frame.policy].kept == "rdb" else "AOF"
    ago = lag_time_text((frame.time - frame.synced) / 1000)
    words = _("%(name)s %(size)s, %(time)s ago") % {
        "name": name, "size": size_text(frame.on_disk), "time": ago,
    }  # fmt: skip
    return ((words, "label"),)


def _takes(frame: StageFrame, width: int) -> list[Line]:
    """What a death would take now, or has taken."""
    if not frame.up:
        gone, cached = frame.count("gone"), frame.count("cache")
        words: list[Line] = [
            _sum(_("gone"), gone, "gone"),
            _sum(_("there when it starts again"), frame.count("disk") + cached, "payload"),
        ]
        return packed(words, width)
    crash, power = frame.crash_takes, frame.power_takes
    words = [
        _sum(_("kill -9 now would take"), crash, "warning"),
        _sum(_("a power cut now, at most"), power, "key"),
    ]  # fmt: skip
    if frame.count("gone"):
        words.append(_sum(_("gone in earlier deaths"), frame.count("gone"), "gone"))
    return packed(words, width)


def _sum(words: str, number: int, role: Role) -> Line:
    return ((f"{words} ", "label"), (grouped(number), role if number else "label"))


def _map(frame: StageFrame, width: int, rows: int) -> list[Line]:
    """A sign for each of the last writes, the newest last."""
    signs = [place for place, count in frame.runs for _one in range(min(count, rows * width))]
    signs = signs[-rows * width :]
    lines: list[Line] = [((_("each write a sign, the newest last"), "label"),)]
    for at in range(0, len(signs), width):
        lines.append(
            tuple(
                (SIGNS[place][0] * count, SIGNS[place][1])
                for place, count in in_runs(signs[at : at + width])
            )
        )
    return lines


def _recent(frame: StageFrame, width: int) -> Line:
    """The last writes by number, each with its place."""
    line: list[Run] = [(_("last writes") + "  ", "label")]
    room = width - width_of(line[0][0])
    shown: list[list[Run]] = []
    for write in reversed(frame.recent):
        sign, role = SIGNS[write.place]
        text = f"v{write.number}"
        room -= width_of(text) + 2
        if room < 0:
            break
        shown.append([(text, "label"), (sign, role), (" ", "text")])
    for one in reversed(shown):
        line += one
    return tuple(line)


# in words


def describe_stage(moment: Sequence[StageFrame]) -> str:
    """A sentence for each setting."""
    first = moment[0]
    said = [_("Second %(time)s of the run with seed %(seed)d.") % {
        "time": clock_text(first.time), "seed": first.seed,
    }]  # fmt: skip
    for frame in moment:
        figures = {
            "words": POLICIES[frame.policy].words, "all": grouped(frame.acknowledged),
            "disk": grouped(frame.count("disk")), "cache": grouped(frame.count("cache")),
            "memory": grouped(frame.count("memory", "buffer")),
            "gone": grouped(frame.count("gone")),
        }  # fmt: skip
        state = _("runs") if frame.up else _("is down")
        said.append(
            _(
                "%(words)s: the server %(state)s; of %(all)s acknowledged writes %(disk)s are on "
                "the disk, %(cache)s in the page cache, %(memory)s in its memory only, "
                "%(gone)s gone."
            )
            % {**figures, "state": state}
        )  # fmt: skip
    return "\n".join(said)
