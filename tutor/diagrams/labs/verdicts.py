"""The sums of a run: what was acknowledged, where it is, what is gone."""

from __future__ import annotations

from tutor.diagrams.canvas import Line, Role, Run
from tutor.diagrams.labs.amounts import grouped
from tutor.diagrams.tables import packed
from tutor.i18n import _
from tutor.labs.replication.frame import Frame


def _elsewhere(frame: Frame) -> list[tuple[str, int, Role]]:
    """What replicas have of the writes, where there are replicas."""
    sums = frame.counters
    return [
        (_("on a replica at least"), sums.on_replica, "label"),
        (_("would be lost now"), sums.would_be_lost, "warning"),
    ]


def draw_counters(frame: Frame, width: int) -> list[Line]:
    """Figures with their words, over as many lines as they need."""
    sums = frame.counters
    figures: list[tuple[str, int, Role]] = [
        (_("acknowledged"), sums.acknowledged, "label"),
        *(_elsewhere(frame) if frame.lagging else ()),
        (_("lost"), sums.lost, "gone"),
        (_("refused"), sums.refused, "warning"),
        (_("reads"), sums.reads, "label"),
        (_("stale reads"), sums.stale_reads, "warning"),
    ]
    words: list[Line] = []
    for name, number, role in figures:
        runs: list[Run] = [(f"{name} ", "label"), (grouped(number), role if number else "label")]
        words.append(tuple(runs))
    return packed(words, width)
