"""Pictures of places and of bits: what they say is what the real server answers.

Places: geohashes equal GEOHASH, points GEOPOS, distances GEODIST, and what is shown as inside an
area is what GEOSEARCH finds. Bits: each bit shown equals GETBIT, the figures BITCOUNT and BITPOS,
integers BITFIELD GET. ``ORACLE_IMAGES`` times as many values are compared.
"""

from __future__ import annotations

import os
import random

import pytest

from tests.oracle.compare import RawConnection, engine_like_the_oracle, run_both
from tests.oracle.tally import TALLY
from tutor.diagrams import draw
from tutor.diagrams.geohashes import has_places
from tutor.diagrams.named import named
from tutor.engine.inspect import Inspection, inspect
from tutor.engine.session import Session
from tutor.engine.structures.bitmap_layout import bitmap_layout
from tutor.engine.structures.geohash import Circle, distance, score_of
from tutor.engine.structures.geohash_layout import (
    PlaceLayout,
    grid_around,
    grid_of_search,
    is_place,
    place_layout,
)
from tutor.engine.structures.window import Window
from tutor.engine.values import Zset

ROUNDS = int(os.environ.get("ORACLE_IMAGES", "12"))


def _places(seen: Inspection) -> list[PlaceLayout]:
    assert isinstance(seen.value, Zset)
    return [place_layout(member, score) for member, score in seen.value.scores.items()]


def _look(session: Session) -> Inspection:
    seen = inspect(session.engine, 0, b"k", Window(0, 1000))
    assert seen is not None
    return seen


def _crowd(chance: random.Random) -> list[bytes]:
    """GEOADD of places all over the world, or near each other."""
    east, north = chance.uniform(-170, 170), chance.uniform(-75, 80)
    reach = chance.choice([0.001, 0.1, 3, 400])
    words = [b"GEOADD", b"k"]
    for number in range(chance.choice([1, 2, 5, 40])):
        longitude = max(min(east + chance.uniform(-reach, reach), 179.9999), -180)
        latitude = max(min(north + chance.uniform(-reach, reach), 85), -78)
        words += [b"%.6f" % longitude, b"%.6f" % latitude, b"m%d" % number]
    return words


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_places_are_where_the_real_server_says(raw: RawConnection, seed: int) -> None:
    chance = random.Random(seed)
    session = engine_like_the_oracle().connect()
    for _ in range(8):
        run_both(session, raw, [b"DEL", b"k"])
        run_both(session, raw, _crowd(chance))
        seen = _look(session)
        places = _places(seen)
        members = [place.member for place in places]
        assert raw.call(b"GEOHASH", b"k", *members) == [place.geohash for place in places]
        points = raw.call(b"GEOPOS", b"k", *members)
        for place, (longitude, latitude) in zip(places, points, strict=True):
            assert place.point == (float(longitude), float(latitude))
            _assert_bits(place)
        first = places[0]
        for place in places:
            away = distance(first.point, place.point)
            assert raw.call(b"GEODIST", b"k", first.member, place.member) == b"%.4f" % away
        TALLY.calls += 2 + len(places)
        assert has_places(seen) == all(is_place(place.score) for place in places)
        _assert_on_the_map(places)
        _assert_search(session, raw, places, chance)


def _assert_bits(place: PlaceLayout) -> None:
    """Woven together, the two rows of bits are the score."""
    pairs = zip(place.longitude_bits, place.latitude_bits, strict=True)
    assert int("".join(x + y for x, y in pairs), 2) == place.score == score_of(place.point)


def _assert_on_the_map(places: list[PlaceLayout]) -> None:
    grid = grid_around(places, 8, 6)
    for place in places:
        where = grid.within(place.point)
        assert where is not None
        cell = grid.cell(int(where[0]), int(where[1]))
        low, high = cell.scores
        assert low <= place.score < high


def _assert_search(
    session: Session, raw: RawConnection, places: list[PlaceLayout], chance: random.Random
) -> None:
    centre = chance.choice(places)
    radius = chance.choice([10, 5000, 200_000, 3_000_000])
    argv = [b"GEOSEARCH", b"k", b"FROMMEMBER", centre.member, b"BYRADIUS", b"%d" % radius, b"m"]
    found = raw.call(*argv)
    TALLY.calls += 1
    area = Circle(centre.point, radius)
    inside = {place.member for place in places if area.distance_to(place.point) is not None}
    assert inside == set(found)
    grid, cells = grid_of_search(area)
    assert len(cells) <= 9
    for place in places:
        low_high = [cell.scores for cell in cells]
        if place.member in inside:
            assert any(low <= place.score < high for low, high in low_high)
    over_a_pole = grid.rows < 3  # there the neighbour is the cell on the other side
    assert over_a_pole or grid.step < 2 or None not in map(grid.square, cells)
    seen = _look(session)
    if has_places(seen):
        text = draw(seen, 100, "map", named(argv, seen)).text
        words = [line for line in text.splitlines() if line.endswith("inside.")]
        assert len(words) == len(inside)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_bits_are_those_of_the_real_server(raw: RawConnection, seed: int) -> None:
    chance = random.Random(seed)
    session = engine_like_the_oracle().connect()
    text = bytearray(chance.randbytes(chance.choice([1, 2, 9, 60, 700])))
    if chance.random() < 0.3:
        text = bytearray(len(text))
    if chance.random() < 0.3:
        text = bytearray(b"\xff" * len(text))
    run_both(session, raw, [b"SET", b"k", bytes(text)])
    for _ in range(20):
        offset = chance.randrange(8 * len(text) + 40)
        run_both(session, raw, [b"SETBIT", b"k", b"%d" % offset, chance.choice([b"0", b"1"])])
    text = bytearray(raw.call(b"GET", b"k"))
    first = chance.randrange(len(text))
    layout = bitmap_layout(text, Window(first, 40))
    assert layout.ones == raw.call(b"BITCOUNT", b"k")
    assert layout.first_one == raw.call(b"BITPOS", b"k", b"1")
    assert layout.first_zero == raw.call(b"BITPOS", b"k", b"0")
    for offset in range(8 * layout.start, 8 * (layout.start + len(layout.data))):
        assert layout.bit(offset) == raw.call(b"GETBIT", b"k", b"%d" % offset)
        TALLY.calls += 1
    for _ in range(60):
        signed, width = chance.random() < 0.5, chance.randint(1, 63)
        offset = chance.randrange(8 * first, 8 * (first + len(layout.data)))
        value = layout.field(offset, width, signed)
        kind = b"%s%d" % (b"i" if signed else b"u", width)
        wanted = raw.call(b"BITFIELD_RO", b"k", b"GET", kind, b"%d" % offset)
        if value is None:
            assert offset + width > 8 * (layout.start + len(layout.data))
        else:
            assert [value] == wanted
        TALLY.calls += 1
