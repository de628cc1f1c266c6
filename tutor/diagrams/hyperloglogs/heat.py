"""The registers of a HyperLogLog as signs, one for each or one for many, and how many hold what.

A register that holds 0 is ``·``; 1 to 9 are digits, from 10 on letters, as in base 36.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from tutor.diagrams.canvas import MARK, Line, Role, Run, clip_line, gauge, width_of
from tutor.engine.structures.hyperloglog import REGISTERS
from tutor.i18n import _, ngettext

_SIGNS = "·123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LABEL = 6
_BAR_CELLS = 32


def sign(rank: int) -> str:
    """One cell for a register's value."""
    return _SIGNS[min(rank, len(_SIGNS) - 1)]


def ribbon(registers: bytes, raised: Collection[int], width: int) -> list[Line]:
    """All registers in one line: each cell shows the highest of its share."""
    ends = ("0 ", f" {REGISTERS - 1}")
    cells = max(min(width - len(ends[0]) - len(ends[1]), 128), 1)
    edges = [REGISTERS * at // cells for at in range(cells + 1)]
    highest = [max(registers[one:other]) for one, other in pairwise(edges)]
    lines: list[Line] = [
        ((ends[0], "label"), *signs(highest), (ends[1], "label")),
    ]
    marks = {register * cells // REGISTERS for register in raised}
    lines += [((" " * len(ends[0]), "text"), *mark_row(marks, cells))] if marks else []
    most = -(-REGISTERS // cells)
    legend = ngettext(
        "each sign: the highest of %(n)d register",
        "each sign: the highest of %(n)d registers",
        most,
    ) % {"n": most}
    return [*(clip_line(line, width) for line in lines), clip_line([(legend, "label")], width)]


def signs(ranks: Sequence[int]) -> list[Run]:
    """Runs of signs: zeros, and the others."""
    runs: list[Run] = []
    for rank in ranks:
        role: Role = "header" if rank else "free"
        if runs and runs[-1][1] == role:
            runs[-1] = (runs[-1][0] + sign(rank), role)
        else:
            runs.append((sign(rank), role))
    return runs


def mark_row(places: Collection[int], cells: int) -> list[Run]:
    """`MARK` under the cells that changed."""
    runs: list[Run] = []
    at = 0
    for place in sorted(place for place in places if place < cells):
        if place > at:
            runs.append((" " * (place - at), "text"))
        runs.append((MARK, "changed"))
        at = place + 1
    return runs


def per_row(width: int) -> int:
    """How many registers stand in a row."""
    return 64 if width >= 64 + _LABEL else 32 if width >= 32 + _LABEL else 16 if width >= 22 else 4


def heat_map(
    registers: bytes, start: int, stop: int, raised: Collection[int], width: int
) -> list[Line]:
    """Rows of the registers [start, stop), one sign for each."""
    per = per_row(width)
    lines: list[Line] = []
    for first in range(start, stop, per):
        row = registers[first : first + per]
        lines.append(((f"{first:>{_LABEL - 1}} ", "label"), *signs(row)))
        marks = {one - first for one in raised if first <= one < first + per}
        if marks:
            lines.append(((" " * _LABEL, "text"), *mark_row(marks, per)))
    return [clip_line(line, width) for line in lines]


def histogram(counts: Sequence[int], width: int) -> list[Line]:
    """How many registers hold each value; the bars compare those that are not 0, of which there are
    about half as many with every step."""
    whole = max(counts[1:])
    rows = [(rank, count) for rank, count in enumerate(counts) if count]
    number = max(len(str(count)) for _rank, count in rows)
    title = _("value")
    cells = max(min(width - width_of(title) - number - 12, _BAR_CELLS), 4)
    lines: list[Line] = []
    for rank, count in rows:
        head: Line = (
            (f"{title} {rank:>2} ", "label"),
            (f"{sign(rank)}  ", "header" if rank else "free"),
            (f"{count:>{number}} ", "label"),
        )
        bar = gauge(count, whole, cells) if rank else ()
        lines.append(clip_line([*head, *bar], width))
    return lines
