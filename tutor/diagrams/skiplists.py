"""A big sorted set: a hash table for scores and a skiplist for order.

zset ┬► dict       4 slots · 3 entries  member → score: ZSCORE in O(1)
     └► zskiplist  2 levels · 3 nodes   by score: ZRANK, ZRANGE in O(log N)
 L2    H──────2──────►■─────1─────►nil
 L1    H──1──►■───1──►■──1──►■──0─►nil
 back       nil◄──────■◄─────■◄─tail
              p1      p2     p3
 score        100     120    150
 rank         0       1      2
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutor.diagrams.canvas import (
    Line,
    Role,
    Run,
    clip_line,
    line_width,
    marked,
    omitted,
    pad,
    width_of,
)
from tutor.diagrams.hashtables import slots_text
from tutor.diagrams.parts import Parts
from tutor.diagrams.paths import NODE, TowerPath, path_in
from tutor.diagrams.payload import shown
from tutor.diagrams.sentences import changed_by_command, not_shown
from tutor.engine.image import TableFigures
from tutor.engine.structures.skiplist_layout import LinkLayout, SkiplistLayout, TowerLayout
from tutor.i18n import _, ngettext

Changed = frozenset[object]
_MARGIN = 7
_LEAST = 6
_NAME = 16
_END = 8
_GAP = 4
"""Further cells between towers that are not neighbours."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A tower on the screen: where it stands and how many cells there are to the next."""

    tower: TowerLayout
    x: int
    pitch: int
    name: Line
    score: Line
    changed: bool
    gap: bool = False
    """Towers between it and the one before are left out."""


def draw_skiplist(
    layout: SkiplistLayout, table: TableFigures | None, width: int, changed: Changed
) -> list[Line]:
    """``changed`` holds new members, pairs ("value", member) of those with a new score, and the
    words ``level``, ``length``, ``size``, ``used``, ``rehashidx``. Towers that do not fit the
    width go to further bands; with a `TowerPath` there is one band, of the towers on the way."""
    lines = _objects(layout, table, width, changed)
    path = path_in(changed, TowerPath)
    if path is not None:
        return [*lines, *_way(layout, path, width, changed)]
    if layout.start:
        lines.append(omitted(_before(layout.start), width))
    lines += _bands(layout, width, changed)
    rest = layout.length - layout.start - len(layout.towers)
    if rest > 0:
        lines.append(omitted(_more(rest), width))
    return lines


def skiplist_parts(
    layout: SkiplistLayout, table: TableFigures | None, width: int, changed: Changed
) -> Parts:
    """The objects, and the bands of the window's towers. Bands that are to stand one under the
    other have an empty line between them, windows too."""
    bands = _bands(layout, width, changed)
    more = layout.start + len(layout.towers) < layout.length
    items = [*bands, ()] if more and bands else bands
    return Parts(_objects(layout, table, width, changed), items)


def _bands(layout: SkiplistLayout, width: int, changed: Changed) -> list[Line]:
    lines: list[Line] = []
    towers = list(layout.towers)
    links = layout.header if layout.start == 0 else layout.incoming
    coming = {link.level + 1: link for link in links}
    while towers:
        columns = _columns(towers, width, changed)
        lines += [clip_line(line, width) for line in _band(layout, columns, coming, width)]
        towers = towers[len(columns) :]
        if towers:
            lines.append(())
    return lines


def _way(layout: SkiplistLayout, path: TowerPath, width: int, changed: Changed) -> list[Line]:
    """One band: where the search stands, what it sees from there, and of the way what fits."""
    chosen: list[TowerLayout] = []
    misses = 0
    for tower in sorted(layout.towers, key=lambda one: _distance(one, layout, path, changed)):
        more = sorted([*chosen, tower], key=lambda one: one.rank)
        if len(_columns(more, width, changed)) == len(more):
            chosen, misses = more, 0
        else:
            misses += 1
        if misses == 4:
            break
    coming = {link.level + 1: link for link in layout.header}
    columns = _columns(chosen, width, changed)
    if not columns:
        return [clip_line(_level([], 1, "H", _MARGIN + _LEAST, coming, path), width)]
    return [clip_line(line, width) for line in _band(layout, columns, coming, width, path)]


def _distance(
    tower: TowerLayout, layout: SkiplistLayout, path: TowerPath, changed: Changed
) -> tuple[int, int]:
    """How much a tower matters where the search stands now; small is much."""
    rank = tower.rank
    starts = sorted((start for start, _level in path.links), reverse=True)
    if rank == path.rank or tower.member in changed:
        return 0, 0
    if rank in (_ahead(layout, path), *starts[:1]):
        return 1, 0
    if rank in (path.rank - 1, path.rank + 1):
        return 2, 0
    if rank in starts:
        return 3, starts.index(rank)
    return 4, abs(rank - path.rank)


def _ahead(layout: SkiplistLayout, path: TowerPath) -> int | None:
    """The rank to which the link leads that the search looks along."""
    here = next((one.links for one in layout.towers if one.rank == path.rank), layout.header)
    return here[path.level].target_rank if path.level < len(here) else None


def _before(members: int) -> str:
    return ngettext("%(n)d member before", "%(n)d members before", members) % {"n": members}


def _more(members: int) -> str:
    return ngettext("%(n)d more member", "%(n)d more members", members) % {"n": members}


def _objects(
    layout: SkiplistLayout, table: TableFigures | None, width: int, changed: Changed
) -> list[Line]:
    """The two structures that a sorted set is made of."""
    levels = ngettext("%(n)d level", "%(n)d levels", layout.level) % {"n": layout.level}
    nodes = ngettext("%(n)d node", "%(n)d nodes", layout.length) % {"n": layout.length}
    figures: Line = (
        *marked(levels, "header", "level" in changed),
        (" · ", "label"),
        *marked(nodes, "header", "length" in changed),
    )
    order = _("by score: ZRANK, ZRANGE in O(log N)")
    if table is None:
        alone: Line = (("zskiplist  ", "title"), *figures)
        whole: Line = (*alone, ("  " + order, "label"))
        return [whole if line_width(whole) <= width else clip_line(alone, width)]
    entries = ngettext("%(n)d entry", "%(n)d entries", table.used) % {"n": table.used}
    slots: Line = (
        *marked(slots_text(table), "header", "size" in changed),
        (" · ", "label"),
        *marked(entries, "header", "used" in changed),
    )
    if table.rehashidx >= 0:
        slots += ((" · rehashidx ", "label"),)
        slots += marked(str(table.rehashidx), "header", "rehashidx" in changed)
    room = max(line_width(slots), line_width(figures)) + 2
    rows: list[tuple[Run, str, Line, str]] = [
        (("zset ┬► ", "pointer"), "dict", slots, _("member → score: ZSCORE in O(1)")),
        (("     └► ", "pointer"), "zskiplist", figures, order),
    ]
    lines: list[Line] = []
    for lead, name, facts, purpose in rows:
        gap = " " * (room - line_width(facts))
        head: Line = (lead, (pad(name, 11), "title"), *facts)
        fits = line_width(head) + len(gap) + width_of(purpose) <= width
        lines.append(clip_line([*head, (gap + purpose, "label")] if fits else head, width))
    return lines


def _columns(towers: Sequence[TowerLayout], width: int, changed: Changed) -> list[_Column]:
    """As many towers as fit between the header and the right edge."""
    columns: list[_Column] = []
    x = _MARGIN + _LEAST
    way = path_in(changed, TowerPath) is not None
    due = 0 if way else towers[0].rank if towers else 0
    for tower in towers:
        gap = tower.rank != due
        due = tower.rank + 1
        x += _GAP if gap else 0
        new = tower.member in changed
        moved = ("value", tower.member) in changed
        name = clip_line(marked(shown(tower.member, 64), "key", new), _NAME)
        score = marked(score_text(tower.score), "payload", moved)
        words = max(line_width(name), line_width(score), len(str(tower.rank)))
        pitch = max(words + 2, _LEAST)
        if columns and x + max(words, _END) > width:
            break
        columns.append(_Column(tower, x, pitch, name, score, new or moved, gap))
        x += pitch
    return columns


def _band(
    layout: SkiplistLayout,
    columns: Sequence[_Column],
    coming: dict[int, LinkLayout],
    width: int,
    path: TowerPath | None = None,
) -> list[Line]:
    """The towers that stand side by side. ``coming`` carries links from band to band; levels
    whose link only passes over are left out, but for the first band."""
    first = columns[0].tower.rank == 0 or path is not None
    start = "H" if first else "…"
    highest = layout.level if first else max(column.tower.height for column in columns)
    end = max(min(columns[-1].x + columns[-1].pitch, width - 4), columns[-1].x + 2)
    lines = [_level(columns, level, start, end, coming, path) for level in range(highest, 0, -1)]
    lines.append(_backward(columns, columns[-1].tower.rank == layout.length - 1))
    lines.append(_row("", columns, [column.name for column in columns]))
    lines.append(_row(" score ", columns, [column.score for column in columns]))
    ranks: list[Line] = [((str(one.tower.rank), "label"),) for one in columns]
    return [*lines, _row(" rank ", columns, ranks)]


def _level(
    columns: Sequence[_Column],
    level: int,
    start: str,
    end: int,
    coming: dict[int, LinkLayout],
    path: TowerPath | None = None,
) -> Line:
    """One level: the header (or what came before), the towers this high, the links between."""
    runs: list[Run] = [(pad(f" L{level}", _MARGIN - 1), "label")]
    here = path is not None and (path.rank, path.level) == (-1, level - 1)
    runs.append((NODE, "path") if here else (start, "title"))
    at, rank = _MARGIN, -1
    link = coming.get(level)
    for column in columns:
        if column.tower.height < level:
            continue
        broken = path is not None and link is not None and link.target_rank != column.tower.rank
        runs += _arrow(column.x - at, link, _role(path, rank, level), broken)
        runs.append(_tower_sign(column, level, path))
        at, rank = column.x + 1, column.tower.rank
        link = column.tower.links[level - 1]
    runs += _arrow(end - at, link, _role(path, rank, level))
    goes_on = link is None or link.target_rank is not None
    runs.append(("…", "label") if goes_on else ("nil", "frame"))
    if link is not None:
        coming[level] = link
    return tuple(runs)


def _tower_sign(column: _Column, level: int, path: TowerPath | None) -> Run:
    """A tower on one level: where the search stands, what it came from, or just a tower."""
    rank = column.tower.rank
    if path is not None and (rank, level - 1) == (path.rank, path.level):
        return NODE, "path"
    if path is not None and (rank, level - 1) in path.links:
        return "■", "path"
    return "■", "changed" if column.changed else "payload"


def _role(path: TowerPath | None, rank: int, level: int) -> Role:
    """Whether a link was followed (drawn heavy) or not."""
    return "path" if path is not None and (rank, level - 1) in path.links else "pointer"


def _arrow(
    cells: int, link: LinkLayout | None, role: Role = "pointer", broken: bool = False
) -> Line:
    """``──2──►`` of this many cells; ``─2─►…─►`` where towers it leads over are left out."""
    sign = "━" if role == "path" else "─"
    label = str(link.span) if link is not None else ""
    inside = cells - 1 - (2 if broken and cells > len(label) + 4 else 0)
    if len(label) > inside:
        label = ""
    left = (inside - len(label)) // 2
    right = inside - len(label) - left
    runs: list[Run] = [(sign * left, role), (label, "label")]
    if inside == cells - 1:
        runs.append((sign * right + "►", role))
    else:
        half = right // 2
        runs += [(sign * half + "►", role), ("…", "label"), (sign * (right - half) + "►", role)]
    return tuple(run for run in runs if run[0])


def _backward(columns: Sequence[_Column], last: bool) -> Line:
    """Each node points to the one before it, the list to its tail."""
    runs: list[Run] = [(" back", "label")]
    at = len(" back")
    for number, column in enumerate(columns):
        before = "nil" if column.tower.backward is None else "…" if number == 0 else ""
        start = column.x - 4 - len(before) if number == 0 else at
        runs.append((" " * (start - at) + before, "frame"))
        start += len(before)
        line = "─" * (column.x - start - 1)
        if number and column.gap and len(line) > 3:
            line = line[:-3] + "…◄─"
        runs += [("◄" + line, "pointer"), ("■", "frame")]
        at = column.x + 1
    if last:
        runs += [("◄─", "pointer"), ("tail", "title")]
    return tuple(run for run in runs if run[0])


def _row(label: str, columns: Sequence[_Column], words: Sequence[Line]) -> Line:
    """Words under the towers."""
    runs: list[Run] = [(label, "label")]
    at = len(label)
    for column, word in zip(columns, words, strict=True):
        runs.append((" " * (column.x - at), "text"))
        runs += word
        at = column.x + line_width(word)
    return tuple(runs)


def score_text(score: float) -> str:
    """The shortest text that gives this score back."""
    whole = score == round(score, 0) if abs(score) < 1e15 else False
    return f"{score:.0f}" if whole else repr(score)


def describe_skiplist(
    layout: SkiplistLayout, table: TableFigures | None, changed: Changed = frozenset()
) -> list[str]:
    """The same facts as sentences."""
    levels = ngettext("%(n)d level", "%(n)d levels", layout.level) % {"n": layout.level}
    nodes = ngettext("%(n)d node", "%(n)d nodes", layout.length) % {"n": layout.length}
    words = _("It is a skiplist in the order of scores: %(levels)s, %(nodes)s.")
    lines = [words % {"levels": levels, "nodes": nodes}]
    if table is not None:
        entries = ngettext("%(n)d entry", "%(n)d entries", table.used) % {"n": table.used}
        words = _("Beside it a hash table leads from member to score: %(slots)s, %(entries)s.")
        lines.append(words % {"slots": slots_text(table), "entries": entries})
        if table.rehashidx >= 0:
            lines.append(_("The table is rehashing: rehashidx is %(n)d.") % {"n": table.rehashidx})
    if layout.start == 0:
        header = _("The links of the header are %(links)s.")
        lines.append(header % {"links": _links(layout.header)})
    else:
        lines.append(not_shown(_before(layout.start)))
    lines += map(_tower, layout.towers)
    rest = layout.length - layout.start - len(layout.towers)
    if rest > 0:
        lines.append(not_shown(_more(rest)))
    return [*lines, *_news(layout, changed)]


def _tower(tower: TowerLayout) -> str:
    words = _("Rank %(rank)d is %(member)s with the score %(score)s; its links are %(links)s.")
    return words % {
        "rank": tower.rank,
        "member": shown(tower.member),
        "score": score_text(tower.score),
        "links": _links(tower.links),
    }


def _links(links: Sequence[LinkLayout]) -> str:
    """``L2 +3 → p4``: level, span, target."""
    return ", ".join(
        f"L{link.level + 1} +{link.span} → "
        + ("nil" if link.target is None else shown(link.target))
        for link in links
    )


def _news(layout: SkiplistLayout, changed: Changed) -> list[str]:
    names = [_("the levels")] if "level" in changed else []
    names += [_("the number of members")] if "length" in changed else []
    names += [_("the slots")] if "size" in changed else []
    names += ["rehashidx"] if "rehashidx" in changed else []
    names += [
        shown(one.member)
        for one in layout.towers
        if one.member in changed or ("value", one.member) in changed
    ]
    return changed_by_command(names)
