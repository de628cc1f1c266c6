"""A skiplist: towers in the order of scores, each link with its span.

     L2  H ──────2──────▶ p2 ────────────▶ nil
     L1  H ──▶ p1 ──▶ p2 ──▶ p3 ──▶ nil
               100    120    150
"""

from __future__ import annotations

from dataclasses import dataclass

from tutor.diagrams.canvas import MARK, Line, Role, Run, clip, clip_line, pad, printable, width_of
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.skiplist_layout import LinkLayout, SkiplistLayout, TowerLayout
from tutor.i18n import _

_ARROW = 5
_WIDEST = 16


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
    lines: list[Line] = [_figures(layout, table, width)]
    towers = list(layout.towers)
    first = True
    while towers or first:
        columns = _columns(towers, width, changed)
        shown = [column.tower for column in columns]
        lines += _band(layout, columns, width, first and layout.start == 0)
        towers = towers[len(shown) :]
        first = False
        if not shown:
            break
    rest = layout.length - layout.start - len(layout.towers)
    if rest > 0:
        lines.append(((_("… %(n)d more members") % {"n": rest}, "label"),))
    return lines


def _figures(layout: SkiplistLayout, table: HashTableLayout | None, width: int) -> Line:
    words = _("%(count)d members · %(levels)d levels · beside it a hash table") % {
        "count": layout.length,
        "levels": layout.level,
    }
    if table is not None:
        words += " " + _("of %(slots)d slots: member → score") % {
            "slots": sum(one.size for one in table.tables)
        }
    return clip_line([(words, "label")], width)


def _columns(
    towers: list[TowerLayout], width: int, changed: frozenset[object]
) -> list[_Column]:
    """As many towers as fit between the header and the right edge."""
    columns: list[_Column] = []
    x = len(" L32 H ") + _ARROW
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
    layout: SkiplistLayout, columns: list[_Column], width: int, from_header: bool
) -> list[Line]:
    lines: list[Line] = []
    highest = layout.level
    for level in range(highest, 0, -1):
        lines.append(clip_line(_level(layout, columns, level, from_header), width))
    scores: list[Run] = [(pad(_("score"), len(" L32 H ")), "label")]
    at = len(" L32 H ")
    for column in columns:
        scores.append((" " * (column.x - at), "text"))
        scores.append((pad(_score(column.tower.score), column.width), "header"))
        at = column.x + column.width
    lines.append(clip_line(scores, width))
    lines.append(())
    return lines


def _level(
    layout: SkiplistLayout, columns: list[_Column], level: int, from_header: bool
) -> list[Run]:
    """One level: the header (or what came before), the towers this high, the links between."""
    start = "H" if from_header else "…"
    runs: list[Run] = [(f" L{level:<2} ", "label"), (start + " ", "title")]
    at = len(" L32 H ")
    link: LinkLayout | None = None
    if from_header and level <= len(layout.header):
        link = layout.header[level - 1]
    for column in columns:
        if column.tower.height < level:
            continue
        runs += _arrow(column.x - at, link.span if link else None)
        role: Role = "changed" if column.changed else "payload"
        runs.append((pad(column.name, column.width), role))
        at = column.x + column.width
        link = column.tower.links[level - 1]
    end = columns[-1].x + columns[-1].width + _ARROW if columns else at + _ARROW
    if link is not None and link.target_rank is not None:
        runs += _arrow(end - at, link.span)
        runs.append(("…", "pointer"))
    else:
        runs += _arrow(end - at, link.span if link and link.span else None)
        runs.append(("nil", "frame"))
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
    lines = ["".join(text for text, _role in _figures(layout, table, 200))]
    for tower in layout.towers:
        links = ", ".join(
            f"L{link.level + 1} +{link.span} → {printable(link.target) if link.target is not None else 'nil'}"
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
