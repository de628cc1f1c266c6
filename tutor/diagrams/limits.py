"""How far a compact structure is from its conversion: gauges under the picture, and a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.diagrams.canvas import Line, Run, clip_line, gauge, width_of
from tutor.engine.inspect import Limit
from tutor.i18n import _, ngettext

_GAUGE = 10


def draw_limits(limits: Sequence[Limit], width: int) -> list[Line]:
    """``hash-max-listpack-entries  █░░░░░░░░░ 3 of 512`` for each limit."""
    names = max((width_of(limit.directive) for limit in limits), default=0)
    lines: list[Line] = []
    for limit in limits:
        over = limit.actual > limit.most
        figures = _("%(actual)d of %(most)d") % {"actual": limit.actual, "most": limit.most}
        value: Run = (" " + figures, "warning" if over else "label")
        bar = gauge(limit.actual, limit.most, _GAUGE)
        name = limit.directive.ljust(names)
        if names + 2 + _GAUGE + width_of(value[0]) > width:
            lines += [clip_line([(limit.directive, "label")], width)]
            lines.append(clip_line([("  ", "text"), *bar, value], width))
        else:
            lines.append((((name + "  "), "label"), *bar, value))
    return lines


def _longest(directive: str, most: int) -> str:
    if directive.startswith("zset"):
        return ngettext(
            "A member of more than %(most)d byte does the same (the longest: %(actual)d).",
            "A member of more than %(most)d bytes does the same (the longest: %(actual)d).",
            most,
        )
    return ngettext(
        "A field or value of more than %(most)d byte does the same (the longest: %(actual)d).",
        "A field or value of more than %(most)d bytes does the same (the longest: %(actual)d).",
        most,
    )


def describe_limits(limits: Sequence[Limit], after: str) -> list[str]:
    """What would turn the structure into ``after``."""
    if not limits:
        return []
    entries = limits[0]
    words = ngettext(
        "It becomes a %(after)s with more than %(most)d element (now: %(actual)d).",
        "It becomes a %(after)s with more than %(most)d elements (now: %(actual)d).",
        entries.most,
    )
    lines = [words % {"most": entries.most, "actual": entries.actual, "after": after}]
    for longest in limits[1:]:
        figures = {"most": longest.most, "actual": longest.actual}
        lines.append(_longest(longest.directive, longest.most) % figures)
    return lines
