"""A sorted set read as places: a map of geohash cells, the bits of a score, distances.

Nothing in a key says that its scores are geohashes; this view is offered where they may be. After
a search it shows the cells that are searched and which places lie inside the area.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tutor.diagrams.canvas import Line, Role, marked, omitted, wrapped
from tutor.diagrams.geohashes.bits import describe_interleaving, draw_interleaving
from tutor.diagrams.geohashes.map import draw_grid, letters_of, squares
from tutor.diagrams.payload import shown
from tutor.diagrams.sentences import changed_by_command, not_shown
from tutor.diagrams.tables import Column, fitting, table
from tutor.engine.inspect import Inspection
from tutor.engine.structures.geohash import Area, Box, Cell, Circle, Point, distance
from tutor.engine.structures.geohash_layout import (
    GridLayout,
    PlaceLayout,
    grid_around,
    grid_of_search,
    is_place,
    place_layout,
)
from tutor.engine.structures.listpack import ListpackEntry, ListpackLayout
from tutor.engine.structures.outside_layout import RankedLayout
from tutor.engine.structures.skiplist_layout import SkiplistLayout
from tutor.engine.structures.ziplist import ZiplistEntry, ZiplistLayout
from tutor.i18n import _, ngettext

Changed = frozenset[object]
_WORD = 24
_LEGEND = 52
_ROOMY = 70


def has_places(inspection: Inspection) -> bool:
    """Whether every visible score may be a geohash."""
    if inspection.type != "zset":
        return False
    some = [is_place(score) for _member, score, _new in _members(inspection, frozenset())]
    return bool(some) and all(some)


def _members(inspection: Inspection, changed: Changed) -> Iterator[tuple[bytes, float, bool]]:
    """The visible members, their scores, and whether they are marked."""
    layout = inspection.layout
    if isinstance(layout, (ListpackLayout, ZiplistLayout)):
        entries: Sequence[ListpackEntry | ZiplistEntry] = layout.entries
        for member, score in zip(entries[::2], entries[1::2], strict=True):
            new = member.index in changed or score.index in changed
            yield member.value, float(score.value), new
    elif isinstance(layout, SkiplistLayout):
        for tower in layout.towers:
            new = tower.member in changed or ("value", tower.member) in changed
            yield tower.member, tower.score, new
    elif isinstance(layout, RankedLayout):
        for one in layout.members:
            yield one.member, one.score, one.member in changed


@dataclass(frozen=True, slots=True)
class _Look:
    """What is drawn: places, which of them are new, the grid; if there was a search its area, its
    cells and how many members each holds; how many members are not visible."""

    places: list[PlaceLayout]
    new: list[bool]
    grid: GridLayout
    area: Area | None
    cells: list[Cell]
    held: list[int]
    hidden: int

    @property
    def focus(self) -> int:
        """The place whose bits are shown: the one nearest to the centre of a search, else the first
        that is new, else the first."""
        if self.area is not None:
            away = [distance(self.area.centre, place.point) for place in self.places]
            return away.index(min(away))
        return self.new.index(True) if True in self.new else 0

    @property
    def origin(self) -> Point:
        """From where distances are measured."""
        return self.places[self.focus].point if self.area is None else self.area.centre


def _look(inspection: Inspection, width: int, changed: Changed) -> _Look:
    members = list(_members(inspection, changed))
    places = [place_layout(member, score) for member, score, _new in members]
    area = _area(changed)
    cells: list[Cell] = []
    if area is None:
        grid = grid_around(places, *squares(width))
    else:
        grid, cells = grid_of_search(area)
    new = [fresh for _member, _score, fresh in members]
    held = [inspection.count(*cell.scores) for cell in cells]
    return _Look(places, new, grid, area, cells, held, inspection.length - len(places))


def _area(changed: Changed) -> Area | None:
    """The area of the last command's search."""
    for item in changed:
        if isinstance(item, tuple) and item[0] == "circle":
            return Circle((item[1], item[2]), item[3])
        if isinstance(item, tuple) and item[0] == "box":
            return Box((item[1], item[2]), *item[3:])
    return None


def draw_map(inspection: Inspection, width: int, changed: Changed) -> list[Line]:
    """``changed`` may hold what the sorted set's own diagram knows, and of `named` ("circle", …)
    or ("box", …)."""
    look = _look(inspection, width, changed)
    lines = [line for text in _notes(look) for line in wrapped(text, width)]
    order = {cell: number for number, cell in reversed(list(enumerate(look.cells, 1)))}
    centre = None if look.area is None else look.area.centre
    lines += [(), *draw_grid(look.grid, look.places, look.new, order, centre, width), ()]
    lines += _legend(look, width)
    lines += [omitted(_hidden(look.hidden), width)] if look.hidden else []
    if look.area is not None:
        lines += [(), *_searched(look, width)]
    focus = look.places[look.focus]
    return [*lines, (), *draw_interleaving(focus, look.grid.step, width)]


def _notes(look: _Look) -> list[str]:
    """What the squares are."""
    step = look.grid.step
    width, height = look.grid.size
    words = _(
        "Scores read as geohashes, as GEOADD writes them. A square is a cell of %(step)d + "
        "%(step)d halvings, the first %(bits)d of 52 bits: %(width)s × %(height)s."
    )
    figures = {"step": step, "bits": 2 * step, "width": metres(width), "height": metres(height)}
    return [words % figures]


def metres(length: float) -> str:
    """A distance in a unit that suits it."""
    if not length:
        return _("%(n)s m") % {"n": "0"}
    if length >= 100_000:
        return _("%(n)s km") % {"n": f"{length / 1000:.0f}"}
    if length >= 1000:
        return _("%(n)s km") % {"n": f"{length / 1000:.1f}"}
    return _("%(n)s m") % {"n": f"{length:.0f}" if length >= 10 else f"{length:.1f}"}


def _hidden(members: int) -> str:
    return ngettext("%(n)d more member", "%(n)d more members", members) % {"n": members}


def _legend(look: _Look, width: int) -> list[Line]:
    """Each letter: whose place it is, where, and how far away."""
    rows = list(zip(look.places, letters_of(look.places), look.new, strict=True))[:_LEGEND]
    names = [marked(shown(place.member, _WORD), "key", new) for place, _letter, new in rows]
    letters: list[Line] = [((letter, "key"),) for _place, letter, _new in rows]
    hashes: list[Line] = [((place.geohash.decode(), "header"),) for place, _, _ in rows]
    scores: list[Line] = [((str(place.score), "header"),) for place, _, _ in rows]
    points: list[Line] = [
        (("{:.5f} {:.5f}".format(*place.point), "label"),) for place, _, _ in rows
    ]
    origin = _("to the centre ×") if look.area else _("to %(letter)s") % {"letter": _letter(look)}
    far: list[Line] = [((_far(look, place), _role(look, place)),) for place, _, _ in rows]
    head = [Column(" ", letters), Column(_("member"), names)]
    where = Column(_("longitude, latitude"), points)
    geohash, score = Column("GEOHASH", hashes), Column("score", scores)
    away = Column(origin, far)
    shapes = [
        [*head, where, geohash, score, away],
        [*head, geohash, score, away],
        [*head, geohash, away],
        [head[0], Column(_("member"), names, gives=True), away],
    ]
    return table(fitting(shapes, width), width)


def _letter(look: _Look) -> str:
    return letters_of(look.places)[look.focus]


def _far(look: _Look, place: PlaceLayout) -> str:
    """The distance; after a search also whether the place lies inside the area."""
    away = metres(distance(look.origin, place.point))
    if look.area is None:
        return away
    inside = look.area.distance_to(place.point) is not None
    where = _("inside") if inside else _("outside")
    return f"{away} · {where}"


def _role(look: _Look, place: PlaceLayout) -> Role:
    inside = look.area is None or look.area.distance_to(place.point) is not None
    return "header" if inside else "label"


def _searched(look: _Look, width: int) -> list[Line]:
    """The cells in the order in which they are searched: each is one range of scores."""
    area = look.area
    assert area is not None
    what = (
        _("a box of %(width)s × %(height)s")
        % {"width": metres(area.width * area.unit), "height": metres(area.height * area.unit)}
        if isinstance(area, Box)
        else _("a circle of %(radius)s around") % {"radius": metres(area.radius)}
    )
    words = ngettext(
        "The search, %(what)s, looks at %(n)d range of scores (the numbered cells), then measures "
        "each member found there.",
        "The search, %(what)s, looks at %(n)d ranges of scores (the numbered cells), then measures "
        "each member found there.",
        len(look.cells),
    )
    lines = wrapped(words % {"what": what, "n": len(look.cells)}, width)
    ranges = [cell.scores for cell in look.cells]
    columns = [
        Column(_("cell"), [((str(at), "header"),) for at in range(1, len(ranges) + 1)]),
        Column(_("scores from"), [((str(low), "label"),) for low, _high in ranges]),
        Column(_("up to, not including"), [((str(high), "label"),) for _low, high in ranges]),
        Column(_("members"), [((str(count), "header"),) for count in look.held]),
    ]
    return lines + table(fitting([columns, [*columns[:2], columns[3]]], width), width)


def describe_map(inspection: Inspection, changed: Changed) -> list[str]:
    """The same facts as sentences."""
    look = _look(inspection, _ROOMY, changed)
    lines = _notes(look)
    words = _(
        "%(letter)s: %(member)s lies at longitude %(x).5f, latitude %(y).5f, geohash %(hash)s, "
        "score %(score)d, %(far)s."
    )
    for place, letter in zip(look.places, letters_of(look.places), strict=True):
        longitude, latitude = place.point
        lines.append(
            words
            % {
                "letter": letter,
                "member": shown(place.member),
                "x": longitude,
                "y": latitude,
                "hash": place.geohash.decode(),
                "score": place.score,
                "far": _distance(look, place),
            }
        )
    lines += [not_shown(_hidden(look.hidden))] if look.hidden else []
    lines += _cells(look)
    lines.append(describe_interleaving(look.places[look.focus], look.grid.step))
    names = [shown(place.member) for place, new in zip(look.places, look.new, strict=True) if new]
    return [*lines, *changed_by_command(names)]


def _distance(look: _Look, place: PlaceLayout) -> str:
    centre = _("the centre") if look.area else shown(look.places[look.focus].member)
    return _("distance to %(what)s: %(far)s") % {"what": centre, "far": _far(look, place)}


def _cells(look: _Look) -> Iterator[str]:
    words = _("Cell %(number)d of the search: scores from %(low)d up to %(high)d; members: %(n)d.")
    for number, (cell, count) in enumerate(zip(look.cells, look.held, strict=True), 1):
        low, high = cell.scores
        yield words % {"number": number, "low": low, "high": high, "n": count}
