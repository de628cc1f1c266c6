"""Passwords side by side: how many guesses each has stood, and how many it can stand.

                   tried of all of its kind     tried   comes as       at 100 000/s
► from the list    ████████████████████ ×          16         16             1 ms
  ACL GENPASS      ░░░░░░░░░░░░░░░░░░░░          4 500      never    10⁶⁴ years
"""

from __future__ import annotations

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
from tutor.diagrams.labs.security_detail import app_rows, wire_rows
from tutor.diagrams.labs.security_words import setting_about, setting_text
from tutor.i18n import _, ngettext, pgettext
from tutor.labs.security.frame import GuessFrame, LaneFrame, SecurityFrame
from tutor.labs.security.guesser import REAL_RATE

_YEAR_S = 31_557_600
_LEAST_BAR = 8


def span_text(seconds: float) -> str:
    """``1 ms``, ``3.2 s``, ``4 h``, ``10^64 years``."""
    if seconds < 1:
        return _("%(n)s ms") % {"n": max(round(seconds * 1000), 1)}
    if seconds < 3600:
        return _("%(n)s s") % {"n": f"{seconds:.1f}"}
    if seconds < _YEAR_S:
        return _("%(n)d h") % {"n": round(seconds / 3600)}
    power = len(str(int(seconds / _YEAR_S))) - 1
    return _("10^%(n)d years") % {"n": power}


def _guess_of(lane: LaneFrame) -> GuessFrame:
    assert lane.guess is not None
    return lane.guess


def _span(one: GuessFrame) -> str:
    return span_text(one.choices / REAL_RATE) if one.choices else "–"


def _place(one: GuessFrame) -> str:
    return grouped(one.place) if one.place else pgettext("guess", "never")


def draw_guesses(frame: SecurityFrame, chosen: int, width: int) -> list[Line]:
    """A line for each lane; ``chosen`` has a mark."""
    guesses = [_guess_of(lane) for lane in frame.lanes]
    columns = [
        (pgettext("column", "tried"), [grouped(one.tried) for one in guesses]),
        (pgettext("column", "comes as"), [_place(one) for one in guesses]),
        (_("all, at 100 000/s"), [_span(one) for one in guesses]),
        (pgettext("column", "in ACL LOG"), [grouped(one.logged) for one in guesses]),
    ]
    names = [setting_text(lane.setting) for lane in frame.lanes]
    column = min(max(map(width_of, names)) + 4, max(width // 3, 10))
    rooms = [max(width_of(title), *map(width_of, texts)) + 2 for title, texts in columns]
    while len(rooms) > 1 and width - column - sum(rooms) < _LEAST_BAR + 3:
        rooms.pop()
    cells = max(width - column - sum(rooms) - 3, 4)
    head: list[Run] = [(pad("", column), "text")]
    head += [*fill_line([(_("of all of its kind"), "label")], cells + 3)]
    head += [(title.rjust(room), "label")
             for (title, _texts), room in zip(columns, rooms, strict=False)]  # fmt: skip
    lines: list[Line] = [clip_line(head, width)]
    for at, one in enumerate(guesses):
        mark: Run = ("►", "changed") if at == chosen else (" ", "text")
        name: Run = (names[at], "title" if at == chosen else "text")
        row: list[Run] = [*fill_line([mark, (" ", "text"), name], column - 1), (" ", "text")]
        row += [*gauge(min(one.tried, one.choices), one.choices or 1, cells)]
        row.append((" × " if one.found else "   ", "warning"))
        role: Role = "warning" if one.found else "header"
        row += [(texts[at].rjust(room), role)
                for (_title, texts), room in zip(columns, rooms, strict=False)]  # fmt: skip
        lines.append(clip_line(row, width))
    return lines


def draw_guess(frame: SecurityFrame, chosen: int, width: int, height: int) -> list[Line]:
    """The chosen password in detail."""
    lane = frame.lanes[chosen]
    one = _guess_of(lane)
    lines = wrapped(setting_about("guess", lane.setting), width)
    words = _("the password is %(password)s") % {"password": one.password}
    lines.append(clip_line([(words, "title")], width))
    lines.append(clip_line([(_verdict(one), "warning" if one.found else "header")], width))
    lines += app_rows(lane, width)
    lines += [clip_line([("  ", "text"), (line, "text")], width) for line in lane.conf]
    left = height - len(lines)
    if left >= 2:
        title: Line = ((_("last commands"), "label"),)
        lines += [title, *wire_rows(lane.wire, width, left - 1)]
    return lines[:height]


def _verdict(one: GuessFrame) -> str:
    words = ngettext("let in after %(n)s guess", "let in after %(n)s guesses", one.tried)
    if not one.found:
        words = ngettext("%(n)s guess, not let in", "%(n)s guesses, not let in", one.tried)
    return words % {"n": grouped(one.tried)}


def tell_guesses(frame: SecurityFrame) -> list[str]:
    """A sentence for each password."""
    told: list[str] = []
    for lane in frame.lanes:
        one = _guess_of(lane)
        words = _("%(setting)s: %(verdict)s; all of its kind take %(span)s at 100 000 a second, "
                  "ACL LOG has counted %(logged)s failed logins.")  # fmt: skip
        told.append(words % {
            "setting": setting_text(lane.setting), "verdict": _verdict(one),
            "span": _span(one), "logged": grouped(one.logged),
        })  # fmt: skip
    return told
