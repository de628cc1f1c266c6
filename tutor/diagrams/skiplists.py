"""A skiplist: towers in the order of scores, each link with its span.

L2  H ──────2──────▶ p2 ────────────▶ nil
L1  H ──▶ p1 ──▶ p2 ──▶ p3 ──▶ nil
          100    120    150
"""

from __future__ import annotations

from dataclasses import dataclass

from tutor.diagrams.canvas import (
    MARK,
    Line,
    Run,
    clip,
    clip_line,
    pad,
    printable,
    width_of,
    wrapped,
)
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.skiplist_layout import LinkLayout, SkiplistLayout, TowerLayout
from tutor.i18n import _

_ARROW = 6
_WIDEST = 16
_MARGIN = " L32 H "


@dataclass(frozen=True, slots=True)
class _Column:
    """A tower on the screen: where its text begins and how many cells it takes."""

    tower: TowerLayout
    x: int
    width: int
    name: str
    changed: bool


def draw_skiplist(
    layout: SkiplistLayout,
    table: HashTableLayout | None,
    width: int,
    changed: frozenset[object],
) -> list[Line]:
    """``changed`` holds members. Towers that do not fit the width go to further bands."""
    lines: list[Line] = wrapped(_figures(layout, table), width)
    towers = list(layout.towers)
    coming: dict[int, LinkLayout] = {}
    if layout.start == 0:
        coming = {link.level + 1: link for link in layout.header}
    start = "H" if layout.start == 0 else "…"
    while towers:
        columns = _columns(towers, width, changed)
        lines += _band(layout, columns, width, start, coming)
        towers = towers[len(columns) :]
        start = "…"
    rest = layout.length - layout.start - len(layout.towers)
    if rest > 0:
        lines.append(((_("… %(n)d more members") % {"n": rest}, "label"),))
    return lines


def _figures(layout: SkiplistLayout, table: HashTableLayout | None) -> str:
    words = _("%(count)d members · %(levels)d levels · beside it a hash table") % {
        "count": layout.length,
        "levels": layout.level,
    }
    if table is not None:
        words += " " + _("of %(slots)d slots: member → score") % {
            "slots": sum(one.size for one in table.tables)
        }
    return words


def _columns(towers: list[TowerLayout], width: int, changed: frozenset[object]) -> list[_Column]:
    """As many towers as fit between the header and the right edge."""
    columns: list[_Column] = []
    x = len(_MARGIN) + _ARROW
    for tower in towers:
        new = tower.member in changed
        name = clip((MARK if new else "") + printable(tower.member, 60), _WIDEST)
        cells = max(width_of(name), len(_score(tower.score)))
        if columns and x + cells + _ARROW + 4 > width:
            break
        columns.append(_Column(tower, x, cells, name, new))
        x += cells + _ARROW
    return columns


def _band(
    layout: SkiplistLayout,
    columns: list[_Column],
    width: int,
    start: str,
    coming: dict[int, LinkLayout],
) -> list[Line]:
    """The towers that stand side by side. ``coming`` carries links from band to band."""
    lines: list[Line] = []
    for level in range(layout.level, 0, -1):
        lines.append(clip_line(_level(columns, level, start, coming), width))
    at = len(_MARGIN)
    scores: list[Run] = [(pad(_("score"), at), "label")]
    for column in columns:
        scores.append((" " * (column.x - at), "text"))
        scores.append((pad(_score(column.tower.score), column.width), "header"))
        at = column.x + column.width
    return [*lines, clip_line(scores, width), ()]


def _level(
    columns: list[_Column], level: int, start: str, coming: dict[int, LinkLayout]
) -> list[Run]:
    """One level: the header (or what came before), the towers this high, the links between."""
    runs: list[Run] = [(f" L{level:<2} ", "label"), (start + " ", "title")]
    at = len(_MARGIN)
    link = coming.get(level)
    for column in columns:
        if column.tower.height < level:
            continue
        runs += _arrow(column.x - at, link.span if link else None)
        runs.append((column.name, "changed" if column.changed else "payload"))
        at = column.x + width_of(column.name)
        link = column.tower.links[level - 1]
    end = columns[-1].x + columns[-1].width + _ARROW
    goes_on = link is not None and link.target_rank is not None
    runs += _arrow(end - at, link.span if link is not None and link.span else None)
    runs.append(("…", "pointer") if goes_on else ("nil", "frame"))
    if link is not None:
        coming[level] = link
    return runs


def _arrow(cells: int, span: int | None) -> list[Run]:
    """``─2──▶`` of this many cells, a space of air at both ends."""
    inside = max(1, cells - 3)
    label = "" if span is None or len(str(span)) > inside else str(span)
    left = (inside - len(label)) // 2
    return [
        (" " + "─" * left, "pointer"),
        (label, "label"),
        ("─" * (inside - len(label) - left) + "▶ ", "pointer"),
    ]


def _score(score: float) -> str:
    """The shortest text that gives this score back."""
    return f"{score:.0f}" if score == round(score, 0) and abs(score) < 1e15 else repr(score)


def describe_skiplist(layout: SkiplistLayout, table: HashTableLayout | None) -> list[str]:
    """The same facts as sentences."""
    lines = [_figures(layout, table)]
    for tower in layout.towers:
        links = ", ".join(
            f"L{link.level + 1} +{link.span} → "
            + ("nil" if link.target is None else printable(link.target))
            for link in tower.links
        )
        lines.append(
            _("rank %(rank)d: %(member)s, score %(score)s; %(links)s")
            % {
                "rank": tower.rank,
                "member": printable(tower.member),
                "score": _score(tower.score),
                "links": links,
            }
        )
    return lines
