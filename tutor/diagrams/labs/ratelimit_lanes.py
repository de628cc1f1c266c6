"""Limiters side by side: a column for each request, a row for each algorithm.

                 │4 s          │6 s          passed  over  most   B
► notes' version │■■■▲▲×××     │■■■■■××·         11     2     7  72
  sliding log    │■■■■■×××     │■■××××··          7     0     5 144
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tutor.diagrams.canvas import Line, Run, clip_line, fill_line, line_width, pad, width_of
from tutor.diagrams.labs.amounts import grouped
from tutor.diagrams.labs.cache_parts import joined
from tutor.diagrams.labs.ratelimit_words import limiter_text
from tutor.i18n import _, pgettext
from tutor.labs.ratelimit.frame import Knobs, LaneFrame, RateFrame, RequestFrame

_LEAST_STRIP = 24
_EDGE = 0
"""Stands among the numbers of requests where a window of the clock begins."""


class Figure(NamedTuple):
    """A column: its title, its text of a lane, and whether that is bad news."""

    title: Callable[[], str]
    text: Callable[[LaneFrame], str]
    bad: Callable[[LaneFrame, Knobs], bool] = lambda lane, knobs: False


FIGURES = (
    Figure(lambda: pgettext("column", "passed"), lambda lane: grouped(lane.accepted)),
    Figure(lambda: pgettext("column", "over"), lambda lane: grouped(lane.over),
           lambda lane, knobs: lane.over > 0),
    Figure(lambda: pgettext("column", "most"), lambda lane: grouped(lane.most),
           lambda lane, knobs: lane.most > knobs.limit),
    Figure(lambda: pgettext("column", "B a user"), lambda lane: grouped(lane.per_user)),
    Figure(lambda: pgettext("column", "refused"), lambda lane: grouped(lane.refused)),
)  # fmt: skip


def sign_of(one: RequestFrame | None) -> Run:
    """A request as a cell: passed, slipped past, refused, failed, not decided yet."""
    if one is None:
        return "·", "free"
    if one.slipped:
        return "▲", "warning"
    if one.outcome == "accepted":
        return "■", "payload"
    return ("×", "gone") if one.outcome == "refused" else ("!", "warning")


def legend(width: int) -> Line:
    """What the signs mean, of those for which there is room."""
    signs: tuple[tuple[Run, str], ...] = (
        (("■", "payload"), _("passed")),
        (("▲", "warning"), _("slipped past the limit")),
        (("×", "gone"), _("refused")),
        (("!", "warning"), _("failed")),
        (("│", "frame"), _("a window of the clock begins")),
    )
    line: list[Run] = []
    for sign, text in signs:
        told: list[Run] = [("   " if line else "", "text"), sign, (f" {text}", "label")]
        if line_width([*line, *told]) <= width:
            line += told
    return clip_line(line, width)


def draw_limiters(frame: RateFrame, chosen: int, width: int) -> list[Line]:
    """A line for each lane; ``chosen`` has a mark."""
    names = [limiter_text(lane.name) for lane in frame.lanes]
    column = min(max(map(width_of, names)) + 3, max(width * 3 // 10, 10))
    texts = [[one.text(lane) for one in FIGURES] for lane in frame.lanes]
    rooms = [max(width_of(one.title()), *(width_of(row[at]) for row in texts)) + 2
             for at, one in enumerate(FIGURES)]  # fmt: skip
    while len(rooms) > 2 and width - column - sum(rooms) < _LEAST_STRIP:
        rooms.pop()
    cells = max(width - column - sum(rooms), 6)
    columns, times = _columns(frame, cells)
    head: list[Run] = [(pad("", column), "text"), *_ruler(columns, times, cells)]
    for one, room in zip(FIGURES, rooms, strict=False):
        head.append((one.title().rjust(room), "label"))
    lines: list[Line] = [clip_line(head, width)]
    for at, lane in enumerate(frame.lanes):
        mark: Run = ("►", "changed") if at == chosen else (" ", "text")
        name: Run = (names[at], "title" if at == chosen else "text")
        row: list[Run] = [*fill_line([mark, (" ", "text"), name], column - 1), (" ", "text")]
        row += fill_line(_strip(lane, columns), cells)
        for one, text, room in zip(FIGURES, texts[at], rooms, strict=False):
            bad = one.bad(lane, frame.knobs)
            row.append((text.rjust(room), "warning" if bad else "header"))
        lines.append(clip_line(row, width))
    return lines


def _columns(frame: RateFrame, cells: int) -> tuple[list[int], dict[int, int]]:
    """The numbers of the last requests, with `_EDGE` before the first of each window of the clock;
    and when each was decided, by whom it was first."""
    times: dict[int, int] = {}
    for lane in frame.lanes:
        for one in lane.recent:
            times[one.number] = min(one.time, times.get(one.number, one.time))
    last = max((lane.requests for lane in frame.lanes), default=0)
    window = frame.knobs.window_us
    found: list[int] = []
    before = -1
    for number in range(max(last - cells, 0) + 1, last + 1):
        at = times.get(number)
        if at is not None and at // window > before:
            before = at // window
            found.append(_EDGE)
            times[-len(found)] = before * window
        found.append(number)
    cut = max(len(found) - cells, 0)
    starts = {at - cut: times[-at - 1] for at, one in enumerate(found) if one == _EDGE}
    return found[cut:], {at: time for at, time in starts.items() if at >= 0}


def _strip(lane: LaneFrame, columns: Sequence[int]) -> list[Run]:
    known = {one.number: one for one in lane.recent}
    signs: list[Run] = [
        ("│", "frame") if number == _EDGE else sign_of(known.get(number)) for number in columns
    ]
    return joined(signs)


def _ruler(columns: Sequence[int], starts: dict[int, int], cells: int) -> Line:
    """When the windows of the clock begin, where there is room to say it."""
    text = ""
    edges = sorted(starts)
    for at, following in zip(edges, [*edges[1:], cells], strict=False):
        words = "│" + _("%(n)s s") % {"n": f"{starts[at] / 1_000_000:g}"}
        text = pad(text, at) + (words if at + width_of(words) <= following else "│")
    return fill_line([(text, "label")], cells)
