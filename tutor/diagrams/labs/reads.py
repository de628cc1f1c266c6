"""What clients have read, and what they should have: stale reads as they happen."""

from __future__ import annotations

from tutor.diagrams.canvas import Line, Run, clip, clip_line, fill_line
from tutor.diagrams.labs.amounts import clock_text, lag_time_text
from tutor.i18n import _, pgettext
from tutor.labs.replication.frame import Frame, ReadFrame

_VALUE = 14


def draw_reads(frame: Frame, width: int, rows: int) -> list[Line]:
    """The newest first."""
    if not frame.reads:
        return [clip_line([(_("nobody has read anything yet"), "label")], width)]
    return [_read(read, width) for read in list(reversed(frame.reads))[:rows]]


def _read(read: ReadFrame, width: int) -> Line:
    runs: list[Run] = [(f"{clock_text(read.time)} ", "label")]
    runs += [*fill_line([(read.node, "title")], 9), (" GET ", "label"), (read.key, "key")]
    runs += [(" → ", "label"), (_value(read.got), "warning" if read.stale else "payload")]
    if read.stale:
        verdict = pgettext("read", "STALE: it is %(value)s, for %(time)s now") % {
            "value": _value(read.should_be),
            "time": lag_time_text(read.age_ms),
        }
        runs.append((f"  {verdict}", "warning"))
    else:
        runs.append(("  " + pgettext("read", "ok"), "pointer"))
    return clip_line(runs, width)


def _value(value: str | None) -> str:
    return _("nothing") if value is None else f"«{clip(value, _VALUE)}»"
