"""Places: members of a sorted set whose scores are geohashes (redis 7.0, geo.c).

Searching stands in `geo_search`. There is no type of its own: ZRANGE shows scores, ZREM removes.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.arguments import number
from tutor.engine.commands.zset import zadd
from tutor.engine.registry import command
from tutor.engine.replies import NULL_ARRAY, PlainDouble, Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.structures.geohash import (
    LATITUDE_MOST,
    LONGITUDE_MOST,
    Point,
    distance,
    point_of,
    score_of,
    text_of_score,
)
from tutor.engine.values import Zset

_UNITS = {b"m": 1.0, b"km": 1000.0, b"ft": 0.3048, b"mi": 1609.34}
"""Metres of each unit."""

_FLAGS = (b"nx", b"xx", b"ch")


def read_point(longitude: bytes, latitude: bytes) -> Point:
    """A place from two words, in the order longitude, latitude."""
    x, y = number(longitude), number(latitude)
    if abs(x) > LONGITUDE_MOST or abs(y) > LATITUDE_MOST:
        raise ReplyError(errors.bad_coordinates(x, y))
    return x, y


def read_unit(word: bytes) -> float:
    """How many metres a unit is."""
    metres = _UNITS.get(word.lower())
    if metres is None:
        raise ReplyError(errors.GEO_UNIT)
    return metres


def point_reply(point: Point) -> list[PlainDouble]:
    """Longitude and latitude as they are answered."""
    return [PlainDouble(point[0]), PlainDouble(point[1])]


def distance_reply(metres: float, unit: float) -> bytes:
    """A distance as it is answered: always four digits after the point."""
    return b"%.4f" % (metres / unit)


@command("geoadd")
def geoadd(session: Session, argv: Sequence[bytes]) -> Reply:
    """GEOADD key [NX|XX] [CH] longitude latitude member [longitude latitude member …]."""
    at = 2
    while at < len(argv) and argv[at].lower() in _FLAGS:
        at += 1
    flags = {word.lower() for word in argv[2:at]}
    if (len(argv) - at) % 3 or {b"nx", b"xx"} <= flags:
        raise ReplyError(errors.SYNTAX)
    words = [b"zadd", *argv[1:at]]
    for place in range(at, len(argv), 3):
        words += [b"%d" % score_of(read_point(argv[place], argv[place + 1])), argv[place + 2]]
    reply = zadd(session, words)
    session.engine.propagation.instead(*words)
    return reply


@command("geodist")
def geodist(session: Session, argv: Sequence[bytes]) -> Reply:
    """GEODIST key member1 member2 [M|KM|FT|MI]."""
    if len(argv) > 5:
        raise ReplyError(errors.SYNTAX)
    unit = read_unit(argv[4]) if len(argv) == 5 else 1.0
    value = session.db.read(argv[1], Zset)
    if value is None:
        return None
    one, other = value.score(argv[2]), value.score(argv[3])
    if one is None or other is None:
        return None
    return distance_reply(distance(point_of(one), point_of(other)), unit)


@command("geopos")
def geopos(session: Session, argv: Sequence[bytes]) -> Reply:
    """GEOPOS key [member …]: longitude and latitude of each."""
    value = session.db.read(argv[1], Zset)
    scores = [None if value is None else value.score(member) for member in argv[2:]]
    return [NULL_ARRAY if score is None else point_reply(point_of(score)) for score in scores]


@command("geohash")
def geohash(session: Session, argv: Sequence[bytes]) -> Reply:
    """GEOHASH key [member …]: the place of each in eleven letters."""
    value = session.db.read(argv[1], Zset)
    scores = [None if value is None else value.score(member) for member in argv[2:]]
    return [None if score is None else text_of_score(score) for score in scores]
