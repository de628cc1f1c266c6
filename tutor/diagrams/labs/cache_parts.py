"""What several pictures of the cache lab share: bars over time, keys with their TTL, the wire."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.diagrams.canvas import (
    Line,
    Role,
    Run,
    clip,
    clip_line,
    fill_line,
    gauge,
    line_width,
    width_of,
)
from tutor.diagrams.labs.amounts import clock_text, lag_time_text
from tutor.i18n import _, ngettext
from tutor.labs.cache.frame import KeyFrame, Outcome, Sample, WireFrame, WorkerFrame

SIGNS: dict[Outcome, tuple[str, Role]] = {
    "hit": ("■", "payload"),
    "master": ("▲", "pointer"),
    "waited": ("▒", "key"),
    "early": ("○", "changed"),
    "miss": ("○", "warning"),
    "stale": ("×", "gone"),
    "killed": ("×", "warning"),
}
WORST: tuple[Outcome, ...] = ("killed", "stale", "miss", "early", "waited", "master", "hit")
"""Which of several outcomes in one cell is shown."""

BARS: dict[Outcome, str] = {"waited": "▒", "stale": "░"}
"""What a full cell of a bar is made of, where it is not ``█``."""

_LEAST_BAR = 8


def joined(signs: Sequence[Run]) -> list[Run]:
    """Neighbours of one role as one run."""
    runs: list[Run] = []
    for sign, role in signs:
        if runs and runs[-1][1] == role:
            runs[-1] = (runs[-1][0] + sign, role)
        else:
            runs.append((sign, role))
    return runs


def bar_rows(
    values: Sequence[int], bars: Sequence[Run], top: int, cells: int, rows: int
) -> list[list[Run]]:
    """A column for each of the last values, two steps to a row; nothing is a dot. ``bars``: what
    a full cell of each looks like."""
    kept, looks = values[-cells:], bars[-cells:]
    lines: list[list[Run]] = []
    for row in range(rows - 1, -1, -1):
        signs: list[Run] = []
        for value, (full, role) in zip(kept, looks, strict=True):
            steps = max(round(value / top * rows * 2), 1) - row * 2 if value and top else 0
            blank: Run = ("·", "free") if row == 0 else (" ", "text")
            signs.append((full, role) if steps >= 2 else ("▄", role) if steps == 1 else blank)
        lines.append([*fill_line(joined(signs), cells)])
    return lines


def outcome_strip(series: Sequence[Sample], cells: int) -> list[Run]:
    """A sign for each step: its worst outcome."""
    signs: list[Run] = []
    for sample in series[-cells:]:
        there = {outcome for outcome, _count in sample.counts}
        worst = next((one for one in WORST if one in there), None)
        signs.append(SIGNS[worst] if worst is not None else ("·", "free"))
    return [*fill_line(joined(signs), cells)]


def slowest_chart(series: Sequence[Sample], width: int, rows: int) -> list[Line]:
    """The slowest answer of each step; its colour is how the worst of them was answered."""
    top = max((sample.slowest_us for sample in series), default=0)
    bars: list[Run] = []
    for sample in series:
        there = {outcome for outcome, _count in sample.counts}
        worst: Outcome = next((one for one in WORST if one in there), "hit")
        bars.append((BARS.get(worst, "█"), SIGNS[worst][1]))
    words = _("slowest answer of each 0.1 s · full height %(time)s")
    title: Run = (words % {"time": lag_time_text(top / 1000)}, "label")
    values = [sample.slowest_us for sample in series]
    made = bar_rows(values, bars, top, width, rows)
    return [clip_line([title], width), *map(tuple, made)]


def key_rows(
    keys: Sequence[KeyFrame], width: int, most: int, count: int | None = None
) -> list[Line]:
    """Each key with its size, and what is left of its life as a bar; ``count``: how many keys
    there are."""
    count = len(keys) if count is None else count
    nothing: Line = ((_("no key in this database"), "label"),)
    if not keys or most < 1:
        return [nothing][: max(most, 0)]
    shown = keys[:most] if count <= most else keys[: max(most - 1, 1)]
    column = min(max(width_of(key.name) for key in keys), width // 3)
    lines: list[Line] = []
    for key in shown:
        left = lag_time_text(key.ttl_ms) if key.ttl_ms is not None else _("no TTL")
        name = fill_line([(key.name, "key")], column)
        size = f" {key.size:>5} B "
        cells = max(min(width - column - width_of(size) - 12, 40), _LEAST_BAR)
        bar: Sequence[Run] = (("░" * cells, "free"),)
        if key.ttl_ms is not None:
            bar = gauge(key.ttl_ms, max(key.of_ms, 1), cells)
        lines.append(clip_line([*name, (size, "header"), *bar, (f" {left}", "label")], width))
    if len(shown) < count:
        more = count - len(shown)
        words = ngettext("… %(n)d more key", "… %(n)d more keys", more) % {"n": more}
        lines.append(((clip(words, width), "label"),))
    return lines[:most]


def wire_rows(wire: Sequence[WireFrame], width: int, most: int, servers: bool) -> list[Line]:
    """The last commands, newest last; ``servers``: to whom."""
    lines: list[Line] = []
    for one in wire[-most:] if most > 0 else ():
        where = f" {one.server:<8}" if servers else ""
        head: list[Run] = [(f"{clock_text(one.time):>8} ", "label"), (f"w{one.worker:<2}", "label")]
        head.append((where, "label"))
        room = max(width - line_width(head) - min(width_of(one.reply), 22) - 4, 10)
        role: Role = "gone" if one.reply == "(nil)" else "payload"
        lines.append(clip_line(
            [*head, (" ", "text"), (clip(one.text, room), "text"), (" → ", "frame"),
             *clip_line([(one.reply, role)], 22)], width,
        ))  # fmt: skip
    return lines


def worker_row(workers: Sequence[WorkerFrame], width: int) -> Line:
    """A sign for each worker, and how many do what."""
    signs: list[Run] = []
    for worker in workers:
        query: Run = ("█", "warning")
        wait: Run = ("▒", "key")
        cache: Run = ("■", "payload")
        idle: Run = ("·", "free")
        doing = worker.doing
        signs.append(query if doing == "query" else wait if doing == "sleep" else
                     cache if doing else idle)  # fmt: skip
    queries = sum(worker.doing == "query" for worker in workers)
    waits = sum(worker.doing == "sleep" for worker in workers)
    idle_count = sum(not worker.doing for worker in workers)
    words = _("█ at the database %(queries)d · ▒ wait for the lock %(waits)d · idle %(idle)d") % {
        "queries": queries, "waits": waits, "idle": idle_count,
    }  # fmt: skip
    head: Run = (_("workers") + "  ", "label")
    return clip_line([head, *joined(signs), ("  ", "text"), (words, "label")], width)
