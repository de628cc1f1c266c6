"""Parts of the chosen limiter: what passed against the limit, its keys, its workers, its wire."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.diagrams.amounts import size_text
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
from tutor.diagrams.labs.cache_parts import bar_rows
from tutor.diagrams.labs.ratelimit_words import limit_outcome_text
from tutor.i18n import _, ngettext, pgettext
from tutor.labs.ratelimit.frame import (
    WORKERS,
    KeyFrame,
    Knobs,
    LaneFrame,
    Outcome,
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
    value = key.value
    if key.type == "zset":
        value = ngettext("%(n)d entry", "%(n)d entries", int(value)) % {"n": int(value)}
    words: list[Run] = [(key.name, "key"), (f" {key.type} ", "label"), (value, "payload")]
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
    room = max(width - line_width(last) - 3, 8)
    next_room = max(room - 12, 8)
    following: list[Run] = []
    if worker.next:
        sign: Run = ("►", "changed") if worker.held else ("→", "frame")
        following = [sign, (" ", "text"), (clip(worker.next, next_room), "text")]
    elif not worker.user:
        following = [(pgettext("worker", "idle"), "free")]
    heard = _heard(worker, room - 2 - line_width(following))
    runs: list[Run] = [(f"{worker.name} ", "title"), *heard, *following]
    return clip_line([*fill_line(runs, room), (" ", "text"), *last], width)


def _heard(worker: WorkerFrame, room: int) -> list[Run]:
    """The last of its commands for which there is room, each with its reply."""
    runs: list[Run] = []
    for command, reply in reversed(worker.heard):
        told: list[Run] = [(f"{command} ", "text"),
                           (clip(reply.removeprefix("(integer) "), 12), "header"),
                           (" · " if runs else " ", "frame")]  # fmt: skip
        if line_width([*told, *runs]) > room:
            break
        runs = [*told, *runs]
    return runs


def _last(worker: WorkerFrame) -> list[Run]:
    """Of the request before this one."""
    if worker.last is None:
        return []
    if worker.slipped:
        return [("▲", "warning"), (" " + _("slipped past"), "warning")]
    signs: dict[Outcome, Run] = {
        "accepted": ("■", "payload"), "refused": ("×", "gone"), "error": ("!", "warning"),
    }  # fmt: skip
    return [signs[worker.last], (" " + limit_outcome_text(worker.last), "label")]


def user_rows(users: Sequence[UserFrame], width: int, most: int) -> list[Line]:
    """What passed and what was refused of each, whoever asked most first."""
    ordered = sorted(users, key=lambda one: -one.accepted - one.refused)
    words = [
        _("user %(name)s: %(accepted)d passed, %(refused)d refused") % {
            "name": one.name, "accepted": one.accepted, "refused": one.refused,
        }
        for one in ordered
    ]  # fmt: skip
    lines = [""]
    for one in words:
        joined = f"{lines[-1]} · {one}" if lines[-1] else one
        if lines[-1] and width_of(joined) > width - 4:
            lines.append(one)
        else:
            lines[-1] = joined
    if len(lines) > most > 0:
        lines[most - 1] += " · …"
    return [clip_line([(line, "label")], width) for line in lines[: max(most, 0)]]


def limiter_wire(wire: Sequence[WireFrame], width: int, most: int) -> list[Line]:
    """The last commands, newest last."""
    lines: list[Line] = []
    for one in wire[-most:] if most > 0 else ():
        head = f"{clock_text(one.time):>8} {WORKERS[one.worker]} "
        reply = clip(one.reply, max(min(width // 3, 24), 6))
        room = max(width - width_of(head) - width_of(reply) - 3, 8)
        role: Role = "gone" if one.reply == "(nil)" else "header"
        lines.append(clip_line(
            [(head, "label"), (clip(one.text, room), "text"), (" → ", "frame"), (reply, role)],
            width,
        ))  # fmt: skip
    return lines
