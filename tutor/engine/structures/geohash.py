"""Geohashes: places on the earth as 52-bit scores of a sorted set.

    longitude  -180 ................ 180   halved 26 times: x, 26 bits
    latitude   -85.05112878 ... 85.05112878   halved 26 times: y, 26 bits

    score   x25 y25 x24 y24 ... x0 y0

Neighbouring places mostly share the first bits, so a square of the map (a `Cell` of fewer halvings)
is a range of scores. A search takes the cell of its centre and the eight around it, at a step at
which these nine cover the area. All sums are done in the order in which Redis does them, for the
last digit. Facts: redis 7.0, geohash.c, geohash_helper.c; the latitudes are those of EPSG:3857.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

LONGITUDE_MOST = 180.0
LATITUDE_MOST = 85.05112878
STEPS = 26
EARTH_RADIUS_M = 6372797.560856
_MERCATOR_MOST = 20037726.37
_RADIANS = math.pi / 180.0
_ALPHABET = b"0123456789bcdefghjkmnpqrstuvwxyz"
_UINT32 = 2**32 - 1
_UINT64 = 2**64 - 1

Point = tuple[float, float]
"""Longitude and latitude in degrees."""

# interleaving


def _spread(value: int) -> int:
    """The bits of a 32-bit number at the even places of a 64-bit one."""
    for shift, mask in _SPREADING:
        value = (value | value << shift) & mask
    return value


_SPREADING = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)


def _digits(first: int) -> bytes:
    """For each byte the hexadecimal digit of every second of its bits, from ``first`` on."""
    return bytes(
        b"0123456789abcdef"[sum((byte >> first + 2 * at & 1) << at for at in range(4))]
        for byte in range(256)
    )


_EVEN, _ODD = _digits(0), _digits(1)


def _gathered(bits: int) -> tuple[int, int]:
    """The converse, for the bits at odd and those at even places."""
    octets = bits.to_bytes(8, "big")
    return int(octets.translate(_ODD), 16), int(octets.translate(_EVEN), 16)


# cells


@dataclass(frozen=True, slots=True)
class Cell:
    """A rectangle of the map: the ``x``-th and ``y``-th after ``step`` halvings each way."""

    x: int
    y: int
    step: int

    @property
    def bits(self) -> int:
        return _spread(self.y) | _spread(self.x) << 1

    @property
    def scores(self) -> tuple[int, int]:
        """The range of scores of all places in it: from the first up to, not including, the
        second."""
        rest = (STEPS - self.step) * 2
        return self.bits << rest, self.bits + 1 << rest

    def moved(self, east: int, north: int) -> Cell:
        """A neighbour; over the edge it is the one on the other side."""
        size = 1 << self.step
        x = (self.x + east) % size if east else self.x
        y = (self.y + north) % size if north else self.y
        return Cell(x, y, self.step)

    @property
    def west(self) -> float:
        return _edge(self.x, self.step, LONGITUDE_MOST)

    @property
    def east(self) -> float:
        return _edge(self.x + 1, self.step, LONGITUDE_MOST)

    @property
    def south(self) -> float:
        return _edge(self.y, self.step, LATITUDE_MOST)

    @property
    def north(self) -> float:
        return _edge(self.y + 1, self.step, LATITUDE_MOST)


def _edge(number: int, step: int, most: float) -> float:
    return number / (1 << step) * (most + most) - most


def cell_of(point: Point, step: int = STEPS, latitude_most: float = LATITUDE_MOST) -> Cell:
    """The cell a place lies in."""
    longitude, latitude = point
    x = (longitude + LONGITUDE_MOST) / (LONGITUDE_MOST + LONGITUDE_MOST) * (1 << step)
    y = (latitude + latitude_most) / (latitude_most + latitude_most) * (1 << step)
    return Cell(int(x) & _UINT32, int(y) & _UINT32, step)


def score_of(point: Point) -> int:
    """The score GEOADD gives a place."""
    return cell_of(point).bits


def point_of(score: float) -> Point:
    """The middle of the cell that a score stands for."""
    bits = int(score) if 0 <= score < 2**63 else _as_unsigned(score)
    x, y = _gathered(bits)
    longitude = (_edge(x, STEPS, LONGITUDE_MOST) + _edge(x + 1, STEPS, LONGITUDE_MOST)) / 2
    latitude = (_edge(y, STEPS, LATITUDE_MOST) + _edge(y + 1, STEPS, LATITUDE_MOST)) / 2
    if abs(longitude) <= LONGITUDE_MOST and abs(latitude) <= LATITUDE_MOST:
        return longitude, latitude
    return (
        max(min(longitude, LONGITUDE_MOST), -LONGITUDE_MOST),
        max(min(latitude, LATITUDE_MOST), -LATITUDE_MOST),
    )


def _as_unsigned(score: float) -> int:
    """A score that GEOADD never makes, as C's cast makes a 64-bit number of it (x86-64)."""
    if score < 2**63:
        return as_long_long(score) & _UINT64
    return as_long_long(score - 2**63) & _UINT64 ^ 2**63


def as_long_long(score: float) -> int:
    """A score as C's cast makes a signed 64-bit number of it (x86-64)."""
    return int(score) if -(2**63) <= score < 2**63 else -(2**63)


def text_of_score(score: float) -> bytes:
    """The geohash of eleven letters that other programs know; the last one says nothing.

    They count latitudes from -90 to 90, so the place is encoded anew.
    """
    bits = cell_of(point_of(score), latitude_most=90.0).bits
    return bytes(_ALPHABET[bits >> 47 - 5 * at & 31] for at in range(10)) + _ALPHABET[:1]


# distances


def distance(one: Point, other: Point) -> float:
    """Metres between two places along a great circle (haversine), or along a meridian."""
    longitude, latitude = one[0] * _RADIANS, one[1] * _RADIANS
    other_longitude, other_latitude = other[0] * _RADIANS, other[1] * _RADIANS
    v = math.sin((other_longitude - longitude) / 2)
    if v == 0.0:
        return EARTH_RADIUS_M * abs(other_latitude - latitude)
    u = math.sin((other_latitude - latitude) / 2)
    a = math.sqrt(u * u + math.cos(latitude) * math.cos(other_latitude) * v * v)
    return 2.0 * EARTH_RADIUS_M * math.asin(a) if a <= 1.0 else math.nan


# areas


@dataclass(slots=True)
class Circle:
    """Everything within ``radius`` metres of a place."""

    centre: Point
    radius: float

    @property
    def reach(self) -> float:
        """Metres from the centre to the farthest point."""
        return self.radius

    @property
    def half_width(self) -> float:
        return self.radius

    @property
    def half_height(self) -> float:
        return self.radius

    def distance_to(self, point: Point) -> float | None:
        """Metres from the centre to a place, None if it lies outside."""
        metres = distance(self.centre, point)
        return None if metres > self.radius else metres


@dataclass(slots=True)
class Box:
    """A rectangle of so many ``unit`` (in metres) around a place, its sides along the map's."""

    centre: Point
    width: float
    height: float
    unit: float
    reach: float = field(init=False)
    half_width: float = field(init=False)
    half_height: float = field(init=False)

    def __post_init__(self) -> None:
        half_width, half_height = self.width / 2, self.height / 2
        self.reach = math.sqrt(half_width * half_width + half_height * half_height) * self.unit
        self.half_width, self.half_height = self.unit * half_width, self.unit * half_height

    def distance_to(self, point: Point) -> float | None:
        """Metres from the centre to a place, None if it lies outside."""
        (longitude, latitude), (x, y) = self.centre, point
        if distance(point, (longitude, y)) > self.width * self.unit / 2:
            return None
        if distance(point, (x, latitude)) > self.height * self.unit / 2:
            return None
        return distance(self.centre, point)


Area = Circle | Box


def _estimated_step(metres: float, latitude: float) -> int:
    """How many halvings leave a cell about as large as the area."""
    if metres == 0:
        return STEPS
    step = 1
    while metres < _MERCATOR_MOST:
        metres *= 2
        step += 1
    step -= 2
    if abs(latitude) > 66:
        step -= 1
    if abs(latitude) > 80:
        step -= 1
    return max(1, min(step, STEPS))


Bounds = tuple[float, float, float, float]
"""Where an area ends in the west, south, east and north, in degrees."""


def _bounds(area: Area) -> Bounds:
    longitude, latitude = area.centre
    up = area.half_height / EARTH_RADIUS_M / _RADIANS
    wide = area.half_width / EARTH_RADIUS_M
    # the side nearer to the pole spans more degrees
    edge = latitude - up if latitude < 0 else latitude + up
    cosine = math.cos(edge * _RADIANS) if math.isfinite(edge) else math.nan
    across = wide / cosine / _RADIANS
    return longitude - across, latitude - up, longitude + across, latitude + up


_AROUND = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1))
"""The order in which the nine cells are searched, as steps to the east and to the north."""


def cells_covering(area: Area) -> Iterator[Cell]:
    """The cells in which all places of an area lie, in the order in which Redis searches them.

    A cell that equals the one before it is left out; over large areas others may come twice, as
    they do there.
    """
    bounds = _bounds(area)
    step = _estimated_step(area.reach, area.centre[1])
    centre = cell_of(area.centre, step)
    if step > 1 and _too_small(centre, bounds):
        step -= 1
        centre = cell_of(area.centre, step)
    useless = _useless_sides(centre, bounds) if step >= 2 else frozenset()
    before: Cell | None = None
    for number, (east, north) in enumerate(_AROUND):
        if (east, 0) in useless or (0, north) in useless:
            continue
        cell = centre.moved(east, north)
        if cell == before:
            continue
        yield cell
        before = cell if number else None


def _too_small(centre: Cell, bounds: Bounds) -> bool:
    """Whether the nine cells end before the area does; those over the map's edge always do."""
    west, south, east, north = bounds
    return (
        centre.moved(0, 1).north < north
        or centre.moved(0, -1).south > south
        or centre.moved(1, 0).east < east
        or centre.moved(-1, 0).west > west
    )


def _useless_sides(centre: Cell, bounds: Bounds) -> frozenset[tuple[int, int]]:
    """The directions into which the area does not reach beyond the cell of its centre."""
    west, south, east, north = bounds
    sides = {
        (0, -1): centre.south < south,
        (0, 1): centre.north > north,
        (-1, 0): centre.west < west,
        (1, 0): centre.east > east,
    }
    return frozenset(side for side, useless in sides.items() if useless)
