"""Geohashes: scores and places, cells, areas."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.structures.geohash import (
    LATITUDE_MOST,
    STEPS,
    Area,
    Box,
    Cell,
    Circle,
    Point,
    as_long_long,
    cell_of,
    cells_covering,
    distance,
    point_of,
    score_of,
    text_of_score,
)

places = st.tuples(st.floats(-180, 180), st.floats(-LATITUDE_MOST, LATITUDE_MOST))
inner_places = st.tuples(st.floats(-179, 179), st.floats(-60, 60))


def test_scores_and_texts_are_those_of_the_documentation() -> None:
    palermo, catania = score_of((13.361389, 38.115556)), score_of((15.087269, 37.502669))
    assert (palermo, catania) == (3479099956230698, 3479447370796909)
    assert (text_of_score(palermo), text_of_score(catania)) == (b"sqc8b49rny0", b"sqdtr74hyu0")
    assert b"%.4f" % distance(point_of(palermo), point_of(catania)) == b"166274.1516"


@given(places)
def test_a_place_comes_back_within_its_cell(place: Point) -> None:
    longitude, latitude = point_of(score_of(place))
    assert abs(longitude - place[0]) <= 360 / 2**STEPS
    assert abs(latitude - place[1]) <= 2 * LATITUDE_MOST / 2**STEPS


@given(places, st.integers(1, STEPS))
def test_the_score_of_a_place_lies_among_those_of_its_cell(place: Point, step: int) -> None:
    low, high = cell_of(place, step).scores
    assert low <= score_of(place) < high or 180 in place or LATITUDE_MOST in place


def test_neighbours_go_round_the_earth() -> None:
    corner = Cell(0, 0, 3)
    assert corner.moved(-1, -1) == Cell(7, 7, 3)
    assert Cell(7, 7, 3).moved(1, 1) == corner
    assert Cell(8, 3, 3).moved(0, 1) == Cell(8, 4, 3)  # longitude 180 itself lies in no cell


@given(inner_places, inner_places, st.floats(1, 1_000_000))
def test_what_lies_in_a_circle_lies_in_its_cells(
    centre: Point, place: Point, radius: float
) -> None:
    _check_covered(Circle(centre, radius), centre, place)


@given(inner_places, inner_places, st.floats(1, 900), st.floats(1, 900))
def test_what_lies_in_a_box_lies_in_its_cells(
    centre: Point, place: Point, width: float, height: float
) -> None:
    _check_covered(Box(centre, width, height, 1000.0), centre, place)


def _check_covered(area: Area, centre: Point, place: Point) -> None:
    """Pull the place towards the centre until it lies inside, then look for it."""
    longitude, latitude = place
    while area.distance_to((longitude, latitude)) is None:
        longitude, latitude = (longitude + centre[0]) / 2, (latitude + centre[1]) / 2
    score = score_of((longitude, latitude))
    ranges = [cell.scores for cell in cells_covering(area)]
    assert any(low <= score < high for low, high in ranges)


def test_a_nearby_area_is_covered_by_few_small_cells() -> None:
    cells = list(cells_covering(Circle((15.0, 37.0), 100.0)))
    assert len(cells) <= 9
    assert {cell.step for cell in cells} == {17}


def test_an_endless_area_is_everything() -> None:
    cells = list(cells_covering(Circle((15.0, 37.0), math.inf)))
    assert {cell.scores for cell in cells} >= {
        Cell(x, y, 1).scores for x in range(2) for y in range(2)
    }


@pytest.mark.parametrize(
    ("score", "number"),
    [(5.9, 5), (-1.0, -1), (1e19, -(2**63)), (math.inf, -(2**63)), (-math.inf, -(2**63))],
)
def test_scores_become_integers_as_c_casts_them(score: float, number: int) -> None:
    assert as_long_long(score) == number


@given(st.floats(allow_nan=False))
def test_any_score_is_some_place(score: float) -> None:
    longitude, latitude = point_of(score)
    assert -180 <= longitude <= 180
    assert -LATITUDE_MOST <= latitude <= LATITUDE_MOST
