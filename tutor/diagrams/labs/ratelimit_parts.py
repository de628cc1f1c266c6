"""Parts of the chosen limiter: what passed against the limit, its keys, its workers, its wire."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.diagrams.amounts import size_text
from tutor.diagrams.canvas import Line, Role, Run, clip, clip_line, fill_line, gauge, width_of
from tutor.diagrams.labs.amounts import clock_text, lag_time_text
from tutor.diagrams.labs.cache_parts import bar_rows
from tutor.diagrams.labs.ratelimit_words import limit_outcome_text
from tutor.i18n import _, ngettext, pgettext
from tutor.labs.ratelimit.frame import (
    WORKERS,
    KeyFrame,
    Knobs,
    LaneFrame,
    UserFrame,
    WireFrame,
    WorkerFrame,
)

_LEAST_BAR = 6


def inside_chart(lane: LaneFrame, knobs: Knobs, width: int, rows: int) -> list[Line]:
    """How many of one user have passed within the window that ends then, in each step."""
    values = [sample.inside for sample in lane.series][-width:]
    top = max([knobs.limit, *values])
    bars: list[Run] = [("█", "warning" if one > knobs.limit else "payload") for one in values]
    words = _("passed in the last %(window)d s: %(now)d of %(limit)d · full height %(top)d") % {
        "window": knobs.window_s, "now": lane.sample.inside, "limit": knobs.limit, "top": top,
    }  # fmt: skip
    made = bar_rows(values, bars, top, width, rows)
    return [clip_line([(words, "label")], width), *map(tuple, made)]


def limiter_keys(lane: LaneFrame, width: int, most: int) -> list[Line]:
    """Each key with its type, value and size, and what is left of its life as a bar."""
    if most < 1:
        return []
    if not lane.keys:
        return [clip_line([(_("no key in this database"), "label")], width)]
    shown = lane.keys[:most] if lane.key_count <= most else lane.keys[: max(most - 1, 1)]
    lines = [_key(key, width) for key in shown]
    more = lane.key_count - len(shown)
    if more and len(lines) < most:
        words = ngettext("… %(n)d more key", "… %(n)d more keys", more) % {"n": more}
        lines.append(((clip(words, width), "label"),))
    return lines


def _key(key: KeyFrame, width: int) -> Line:
    left = lag_time_text(key.ttl_ms) if key.ttl_ms is not None else _("no TTL")
    tail = f" {left:>7}"
    size = f"{size_text(key.size):>7} "
    bar_cells = min(max(width // 6, _LEAST_BAR), 14)
    room = max(width - bar_cells - width_of(tail) - width_of(size), 10)
    words: list[Run] = [(key.name, "key"), (f" {key.type} ", "label"), (key.value, "payload")]
    bar: Sequence[Run] = (("░" * bar_cells, "free"),)
    if key.ttl_ms is not None:
        bar = gauge(key.ttl_ms, max(key.of_ms, 1), bar_cells)
    late: Role = "warning" if key.ttl_ms is None else "label"
    return clip_line([*fill_line(words, room), (size, "header"), *bar, (tail, late)], width)


def worker_rows(workers: Sequence[WorkerFrame], width: int, most: int) -> list[Line]:
    """What each has read, what it sends next, and what became of its request before."""
    if len(workers) > most > 0:
        shown = [*workers[: most - 1]]
        more = len(workers) - len(shown)
        words = ngettext("… %(n)d more worker", "… %(n)d more workers", more) % {"n": more}
        return [*(_worker(one, width) for one in shown), ((clip(words, width), "label"),)]
    return [_worker(one, width) for one in workers[: max(most, 0)]]


def _worker(worker: WorkerFrame, width: int) -> Line:
    last = _last(worker)
    room = max(width - width_of(last[0]) - 3, 8)
    runs: list[Run] = [(f"{worker.name} ", "title")]
    if not worker.user:
        runs.append((pgettext("worker", "idle"), "free"))
    if worker.read:
        runs += [(worker.read.split(" ", 1)[0], "text"), (" → ", "frame"),
                 (clip(worker.reply, 16), "payload"), (" ", "text")]  # fmt: skip
    if worker.next:
        sign: Run = ("► ", "changed") if worker.held else ("→ ", "frame")
        runs += [sign, (worker.next, "text")]
    return clip_line([*fill_line(runs, room), (" ", "text"), last], width)


def _last(worker: WorkerFrame) -> Run:
    """Of the request before this one."""
    if worker.last is None:
        return "", "text"
    if worker.slipped:
        return "▲ " + _("slipped past"), "warning"
    text = limit_outcome_text(worker.last)
    if worker.last == "accepted":
        return f"■ {text}", "payload"
    return (f"× {text}", "gone") if worker.last == "refused" else (f"! {text}", "warning")


def user_rows(users: Sequence[UserFrame], width: int, most: int) -> list[Line]:
    """What passed and what was refused of each, in one line if there is room."""
    words = [
        _("user %(name)s: %(accepted)d passed, %(refused)d refused") % {
            "name": one.name, "accepted": one.accepted, "refused": one.refused,
        }
        for one in users
    ]  # fmt: skip
    lines: list[Line] = []
    text = ""
    for one in words:
        if text and width_of(text) + width_of(one) + 3 > width:
            lines.append(((text, "label"),))
            text = ""
        text = f"{text} · {one}" if text else one
    lines += [((text, "label"),)] if text else []
    return [clip_line(line, width) for line in lines[: max(most, 0)]]


def limiter_wire(wire: Sequence[WireFrame], width: int, most: int) -> list[Line]:
    """The last commands, newest last."""
    lines: list[Line] = []
    for one in wire[-most:] if most > 0 else ():
        head = f"{clock_text(one.time):>8} {WORKERS[one.worker]} "
        reply = clip(one.reply, max(min(width // 3, 24), 6))
        room = max(width - width_of(head) - width_of(reply) - 3, 8)
        role: Role = "gone" if one.reply == "(nil)" else "payload"
        lines.append(clip_line(
            [(head, "label"), (clip(one.text, room), "text"), (" → ", "frame"), (reply, role)],
            width,
        ))  # fmt: skip
    return lines
