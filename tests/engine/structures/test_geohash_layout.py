"""Places for a look: bits, grids around them, and the nine cells of a search."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.structures.geohash import Circle, cells_covering, score_of
from tutor.engine.structures.geohash_layout import (
    LEAST_SCORE,
    grid_around,
    grid_of_search,
    is_place,
    place_layout,
)

points = st.tuples(st.floats(-179.99, 179.99), st.floats(-78, 85))


@given(st.lists(points, min_size=1, max_size=12), st.integers(1, 10), st.integers(1, 6))
def test_a_grid_holds_all_places_and_is_no_larger_than_asked(
    some: list[tuple[float, float]], columns: int, rows: int
) -> None:
    places = [place_layout(b"m", score_of(point)) for point in some]
    grid = grid_around(places, columns, rows)
    assert 1 <= grid.columns <= max(columns, 3)
    assert 1 <= grid.rows <= max(rows, 3)
    for place in places:
        where = grid.within(place.point)
        assert where is not None
        assert 0 <= where[0] <= grid.columns
        assert 0 <= where[1] <= grid.rows
        low, high = place.cell(grid.step).scores
        assert low <= place.score < high


@given(points)
def test_the_two_rows_of_bits_are_woven_into_the_score(point: tuple[float, float]) -> None:
    place = place_layout(b"m", score_of(point))
    assert len(place.longitude_bits) == len(place.latitude_bits) == 26
    woven = zip(place.longitude_bits, place.latitude_bits, strict=True)
    assert int("".join(x + y for x, y in woven), 2) == place.score
    assert place.cell(26).bits == place.score


@given(points, st.floats(1, 2e6))
def test_a_search_is_drawn_on_the_cells_that_are_searched(
    centre: tuple[float, float], radius: float
) -> None:
    area = Circle(centre, radius)
    grid, cells = grid_of_search(area)
    assert cells == list(cells_covering(area))
    assert grid.within(centre) is not None
    if grid.step > 2 and grid.rows == 3:
        squares = [grid.square(cell) for cell in cells]
        assert None not in squares
        assert len(set(squares)) == len(cells)


@pytest.mark.parametrize(
    ("score", "may_be"),
    [
        (3479099956230698.0, True),
        (float(LEAST_SCORE), True),
        (float(LEAST_SCORE - 1), False),
        (1_764_123_456_789.0, False),  # a time in milliseconds
        (250.0, False),
        (3479099956230698.5, False),
        (-3479099956230698.0, False),
        (float(1 << 52), False),
        (float("inf"), False),
    ],
)
def test_only_whole_numbers_of_52_bits_may_be_places(score: float, may_be: bool) -> None:
    assert is_place(score) == may_be
