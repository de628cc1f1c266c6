"""What the pictures of the queue lab are made of: tasks, workers, keys, the wire, what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tutor.diagrams.canvas import Line, Role, Run, clip, clip_line, fill_line, line_width, width_of
from tutor.diagrams.labs.amounts import clock_text, lag_time_text
from tutor.diagrams.labs.cache_parts import joined
from tutor.diagrams.labs.queue_words import doing_text, happening_text, state_text
from tutor.i18n import _, ngettext, pgettext
from tutor.labs.queue.frame import (
    STATES,
    KeyFrame,
    LaneFrame,
    State,
    TaskFrame,
    WireFrame,
    WorkerFrame,
)
from tutor.labs.replication.frame import EventFrame

SIGNS: Mapping[State, tuple[str, Role]] = {
    "waiting": ("·", "free"),
    "working": ("►", "changed"),
    "scheduled": ("○", "key"),
    "done": ("✓", "payload"),
    "doubled": ("²", "warning"),
    "dead": ("†", "pointer"),
    "lost": ("✗", "gone"),
}
_DOING: Mapping[str, Run] = {
    "work": ("►", "changed"), "sleep": ("▒", "key"), "frozen": ("■", "warning"),
    "down": ("×", "gone"), "": ("·", "free"),
}  # fmt: skip
_ASKS: Run = ("○", "payload")
_ROLES: Mapping[str, Role] = {
    "lost": "gone", "crash": "warning", "doubled": "warning", "dead": "pointer",
    "frozen": "warning", "again": "key",
}  # fmt: skip


def task_rows(lane: LaneFrame, width: int, legend: bool) -> list[Line]:
    """A sign for each of the last tasks, in the order in which they were made; and what the signs
    mean."""
    head: Run = (_("tasks") + "  ", "label")
    room = max(width - width_of(head[0]), 1)
    signs = [SIGNS[task.state] for task in lane.recent[-room:]]
    lines: list[Line] = [clip_line([head, *joined(signs)], width)]
    return [*lines, clip_line(legend_of(lane.recent), width)] if legend else lines


def legend_of(tasks: Sequence[TaskFrame]) -> list[Run]:
    """The states that there are."""
    there = {task.state for task in tasks}
    runs: list[Run] = []
    for state in STATES:
        if state in there:
            runs += [("   " if runs else "", "text"), SIGNS[state]]
            runs.append((" " + state_text(state), "label"))
    return runs


# workers


def worker_rows(workers: Sequence[WorkerFrame], now: int, width: int) -> list[Line]:
    """A line for each: how fast it is, what it does at which task, for how long."""
    words = [doing_text(worker.doing) for worker in workers]
    room = max(map(width_of, words), default=0)
    lines: list[Line] = []
    for worker, word in zip(workers, words, strict=True):
        pace = f"×{worker.pace:g}" if worker.pace != 1 else ""
        since = lag_time_text(max(now - worker.since, 0) / 1000)
        sign, role = _DOING.get(worker.doing, _ASKS)
        line: list[Run] = [*fill_line([(worker.name, "header"), (f" {pace}", "label")], 9)]
        line += [(sign, role), (" ", "text"), *fill_line([(word, "text")], room)]
        line += [(f"  {since:>7}", "label"), (f"  {worker.task}", "key")]
        lines.append(clip_line(line, width))
    return lines


def worker_line(workers: Sequence[WorkerFrame], width: int) -> Line:
    """All of them in one line."""
    runs: list[Run] = []
    for worker in workers:
        sign, role = _DOING.get(worker.doing, _ASKS)
        what = worker.task or doing_text(worker.doing)
        runs += [("   " if runs else "", "text"), (worker.name + " ", "header"), (sign, role)]
        runs.append((" " + what, "key" if worker.task else "label"))
    return clip_line(runs, width)


# keys


def key_rows(keys: Sequence[KeyFrame], count: int, width: int, most: int) -> list[Line]:
    """Each key with its type, its size and what is left of its life; ``count``: how many there
    are."""
    if most < 1:
        return []
    if not keys:
        return [clip_line([(_("no key in this database"), "label")], width)]
    shown = keys[:most] if count <= min(most, len(keys)) else keys[: max(most - 1, 1)]
    column = min(max(width_of(key.name) for key in shown), width // 3)
    lines: list[Line] = []
    for key in shown:
        left = lag_time_text(key.ttl_ms) if key.ttl_ms is not None else _("no TTL")
        line: list[Run] = [*fill_line([(key.name, "key")], column), (f" {key.kind:<6}", "label")]
        line += [(f" {key.size:>5}", "header"), (f"  {left}", "label")]
        if key.kind == "stream":
            words = _("%(waiting)d unread, %(pending)d pending")
            words %= {"waiting": key.waiting, "pending": key.pending}
            line[-1] = ("  " + words, "payload")
        lines.append(clip_line(line, width))
    if len(shown) < count:
        more = count - len(shown)
        words = ngettext("… %(n)d more key", "… %(n)d more keys", more) % {"n": more}
        lines.append(((clip(words, width), "label"),))
    return lines[:most]


# the wire, and what happened


def wire_rows(wire: Sequence[WireFrame], width: int, most: int) -> list[Line]:
    """The last commands, newest last."""
    lines: list[Line] = []
    for one in wire[-most:] if most > 0 else ():
        who = pgettext("wire", "site") if one.who == "site" else one.who
        head: list[Run] = [(f"{clock_text(one.time):>8} ", "label"), (f"{who:<6} ", "label")]
        reply = min(width_of(one.reply), max(width // 3, 20))
        room = max(width - line_width(head) - reply - 3, 10)
        role: Role = "gone" if one.reply == "(nil)" else "payload"
        lines.append(clip_line(
            [*head, (clip(one.text, room), "text"), (" → ", "frame"),
             *clip_line([(one.reply, role)], reply)], width,
        ))  # fmt: skip
    return lines


def event_rows(events: Sequence[EventFrame], width: int, most: int) -> list[Line]:
    """The last happenings of a lane, newest last."""
    lines: list[Line] = []
    for one in events[-most:] if most > 0 else ():
        time: Run = (f"{clock_text(one.time):>8} ", "label")
        lines.append(clip_line([time, (happening_text(one), _ROLES.get(one.code, "text"))], width))
    return lines


def titled(title: str, rows: Sequence[Line], width: int) -> list[Line]:
    """Rows under a title; nothing if there are none."""
    return [clip_line([(title, "label")], width), *rows] if rows else []


def beside(left: Sequence[Line], right: Sequence[Line], width: int, split: int) -> list[Line]:
    """Two blocks side by side: the left one ``split`` cells wide."""
    rows = max(len(left), len(right))
    lines: list[Line] = []
    for at in range(rows):
        one: Line = left[at] if at < len(left) else ()
        other: Line = right[at] if at < len(right) else ()
        line = [*fill_line(one, split), (" │ ", "frame"), *other]
        lines.append(clip_line(line, width))
    return lines
