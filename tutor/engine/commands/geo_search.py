"""GEOSEARCH and its older forms GEORADIUS and GEORADIUSBYMEMBER (redis 7.0, geo.c).

    words ─▶ _Query ─▶ area ─▶ cells ─▶ ranges of scores ─▶ places inside ─▶ sort, cut ─▶ answer

The order of unsorted results is that of the cells and, within each, of the scores.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice, takewhile
from operator import attrgetter
from typing import NamedTuple

from tutor.engine import errors
from tutor.engine.arguments import integer, number
from tutor.engine.commands.geo import distance_reply, point_reply, read_point, read_unit
from tutor.engine.commands.zset_store import build_zset
from tutor.engine.database import Database
from tutor.engine.registry import command
from tutor.engine.replies import Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.structures.geohash import (
    Area,
    Box,
    Circle,
    Point,
    as_long_long,
    cells_covering,
    point_of,
)
from tutor.engine.structures.partial_sort import sorted_range
from tutor.engine.structures.skiplist_range import ScoreRange
from tutor.engine.values import Zset


class _Found(NamedTuple):
    """A member inside the area; ``distance`` in metres."""

    member: bytes
    score: float
    point: Point
    distance: float


class _Query:
    """The words of one search, read from left to right; ``value`` is what is searched."""

    def __init__(self, value: Zset | None) -> None:
        self.value = value
        self.flags: set[bytes] = set()  # the options that take no words
        self.count = 0
        self.destination: bytes | None = None
        self.store_distance = False
        self.centre: Point | None = None
        self.centre_from = b""
        self.unit = 1.0
        self.radius: float | None = None
        self.box: tuple[float, float] | None = None

    def read_options(self, words: Sequence[bytes], sizes: Mapping[bytes, int]) -> None:
        """What follows the fixed words; ``sizes`` says which options there are."""
        at = 0
        while at < len(words):
            name = words[at].lower()
            size = sizes.get(name, len(words))
            if at + size >= len(words):
                raise ReplyError(errors.SYNTAX)
            read = _READERS.get(name)
            if read is None:
                self.flags.add(name)
            else:
                read(self, words[at + 1 : at + 1 + size])
            if name in _ORDERS:
                self.flags -= _ORDERS - {name}
            at += 1 + size

    def read_count(self, words: Sequence[bytes]) -> None:
        self.count = integer(words[0])
        if self.count <= 0:
            raise ReplyError(errors.GEO_COUNT)

    def read_store(self, words: Sequence[bytes]) -> None:
        self.destination, self.store_distance = words[0], False

    def read_storedist(self, words: Sequence[bytes]) -> None:
        """STOREDIST names the destination in GEORADIUS and only says what to store elsewhere."""
        self.store_distance = True
        if words:
            self.destination = words[0]

    def read_frommember(self, words: Sequence[bytes]) -> None:
        self._set_source(b"frommember")
        self.read_member(words[0])

    def read_fromlonlat(self, words: Sequence[bytes]) -> None:
        self._set_source(b"fromlonlat")
        self.centre = read_point(words[0], words[1])

    def _set_source(self, name: bytes) -> None:
        if self.centre_from not in (b"", name):
            raise ReplyError(errors.SYNTAX)
        self.centre_from = name

    def read_member(self, member: bytes) -> None:
        """Take a member's place as the centre; if there is no key, nothing will be searched."""
        if self.value is None:
            return
        score = self.value.score(member)
        if score is None:
            raise ReplyError(errors.GEO_NO_MEMBER)
        self.centre = point_of(score)

    def read_radius(self, words: Sequence[bytes]) -> None:
        if self.box is not None:
            raise ReplyError(errors.SYNTAX)
        self.radius = number(words[0], errors.GEO_RADIUS)
        if self.radius < 0:
            raise ReplyError(errors.GEO_RADIUS_NEGATIVE)
        self.unit = read_unit(words[1])

    def read_box(self, words: Sequence[bytes]) -> None:
        if self.radius is not None:
            raise ReplyError(errors.SYNTAX)
        width, height = number(words[0], errors.GEO_WIDTH), number(words[1], errors.GEO_HEIGHT)
        if width < 0 or height < 0:
            raise ReplyError(errors.GEO_BOX_NEGATIVE)
        self.box = width, height
        self.unit = read_unit(words[2])

    def check_store(self, name: str) -> None:
        """What is stored has no place for distances and the like."""
        if self.destination is not None and self.flags & _WITH:
            raise ReplyError(errors.geo_store_options(name))

    def area(self) -> Area:
        assert self.centre is not None
        if self.box is not None:
            return Box(self.centre, *self.box, self.unit)
        assert self.radius is not None
        return Circle(self.centre, self.radius * self.unit)

    def found(self) -> list[_Found]:
        """What lies inside, sorted and cut as the options say."""
        assert self.value is not None
        at_once = self.count if b"any" in self.flags else 0
        places = _inside(self.value, self.area(), at_once)
        descending = b"desc" in self.flags
        in_order = descending or b"asc" in self.flags or (self.count and not at_once)
        count = min(self.count, len(places)) if self.count else len(places)
        if not in_order or not places:
            return places[:count]
        if count == len(places):
            return sorted(places, key=_BY_DISTANCE, reverse=descending)
        return sorted_range(places, 0, count, _BY_DISTANCE, descending)


_ORDERS = {b"asc", b"desc"}
_WITH = {b"withdist", b"withhash", b"withcoord"}
_BY_DISTANCE = attrgetter("distance")

_READERS: dict[bytes, Callable[[_Query, Sequence[bytes]], None]] = {
    b"count": _Query.read_count,
    b"store": _Query.read_store,
    b"storedist": _Query.read_storedist,
    b"frommember": _Query.read_frommember,
    b"fromlonlat": _Query.read_fromlonlat,
    b"byradius": _Query.read_radius,
    b"bybox": _Query.read_box,
}

# which options a command knows, and how many words follow each

_ALL = {b"withdist": 0, b"withhash": 0, b"withcoord": 0, b"any": 0, b"asc": 0, b"desc": 0}
_READ_ONLY = {**_ALL, b"count": 1}
_RADIUS = {**_READ_ONLY, b"store": 1, b"storedist": 1}
_SEARCH = {**_READ_ONLY, b"frommember": 1, b"fromlonlat": 2, b"byradius": 2, b"bybox": 3}
_SEARCH_STORE = {**_SEARCH, b"storedist": 0}

# searching


def _inside(value: Zset, area: Area, limit: int) -> list[_Found]:
    """All members inside the area, or with a limit the first so many that turn up."""
    places: list[_Found] = []
    for cell in cells_covering(area):
        low, high = cell.scores
        for score, member in _between(value, low, high):
            point = point_of(score)
            metres = area.distance_to(point)
            if metres is None:
                continue
            places.append(_Found(member, score, point, metres))
            if len(places) == limit:
                return places
    return places


def _between(value: Zset, low: float, high: float) -> Iterator[tuple[float, bytes]]:
    """Members with scores from ``low`` up to, not including, ``high``."""
    skiplist = value.skiplist
    if skiplist is None:
        start = bisect_left(value.ordered, (low,))
        yield from takewhile(lambda pair: pair[0] < high, islice(value.ordered, start, None))
        return
    node = skiplist.first_in_range(ScoreRange(low, high, high_exclusive=True))
    while node is not None and node.score < high:
        yield node.score, node.member
        node = node.next


# answering and storing


def _answer(query: _Query) -> Reply:
    """Members alone, or each with what the WITH… options ask for."""
    places = query.found()
    wanted = query.flags & _WITH
    if not wanted:
        return [place.member for place in places]
    replies: list[Reply] = []
    for place in places:
        reply: list[Reply] = [place.member]
        if b"withdist" in wanted:
            reply.append(distance_reply(place.distance, query.unit))
        if b"withhash" in wanted:
            reply.append(as_long_long(place.score))
        if b"withcoord" in wanted:
            reply.append(point_reply(place.point))
        replies.append(reply)
    return replies


def _store(db: Database, destination: bytes, query: _Query, event: str) -> int:
    """Keep what was found under a key; returns how many."""
    places = [] if query.value is None else query.found()
    scores = {
        place.member: place.distance / query.unit if query.store_distance else place.score
        for place in places
    }
    if not scores:
        if db.peek(destination) is not None:
            db.delete(destination)
            db.changed(destination, "del")
        return 0
    db.set(destination, build_zset(db, scores))
    db.changed(destination, event, len(places))
    return len(places)


def _run(session: Session, query: _Query, event: str) -> Reply:
    """Answer or store, now that all words are read; ``event`` is for a result that is stored."""
    if b"any" in query.flags and not query.count:
        raise ReplyError(errors.GEO_ANY)
    if query.destination is not None:
        return _store(session.db, query.destination, query, event)
    return [] if query.value is None else _answer(query)


def area_of(argv: Sequence[bytes], value: Zset) -> Area | None:
    """The area of which a search that stores nothing asks, for whoever looks on; None if its words
    say none. Raises ReplyError where the command would refuse them."""
    query = _Query(value)
    name = argv[0].lower()
    if name == b"geosearch":
        query.read_options(argv[2:], _SEARCH)
    elif name.startswith(b"georadiusbymember"):
        query.read_member(argv[2])
        query.read_radius(argv[3:5])
    else:
        query.centre = read_point(argv[2], argv[3])
        query.read_radius(argv[4:6])
    if query.centre is None or (query.radius is None and query.box is None):
        return None
    return query.area()


# the commands


def _search(session: Session, argv: Sequence[bytes], store: bool) -> Reply:
    query = _Query(session.db.read(argv[1 + store], Zset))
    if store:
        query.destination = argv[1]
    query.read_options(argv[2 + store :], _SEARCH_STORE if store else _SEARCH)
    query.check_store("GEOSEARCHSTORE")
    if not query.centre_from:
        raise ReplyError(errors.geo_centre(argv[0]))
    if query.radius is None and query.box is None:
        raise ReplyError(errors.geo_shape(argv[0]))
    return _run(session, query, "geosearchstore")


def _radius(
    session: Session, argv: Sequence[bytes], by_member: bool, sizes: Mapping[bytes, int]
) -> Reply:
    query = _Query(session.db.read(argv[1], Zset))
    at = 3 if by_member else 4
    if not by_member:
        query.centre = read_point(argv[2], argv[3])
        query.read_radius(argv[4:6])
    elif query.value is not None:
        query.read_member(argv[2])
        query.read_radius(argv[3:5])
    query.read_options(argv[at + 2 :], sizes)
    query.check_store("STORE option in GEORADIUS")
    return _run(session, query, "georadiusstore")


@command("geosearch")
def geosearch(session: Session, argv: Sequence[bytes]) -> Reply:
    """GEOSEARCH key FROMMEMBER m|FROMLONLAT x y BYRADIUS r unit|BYBOX w h unit [ASC|DESC] …"""
    return _search(session, argv, store=False)


@command("geosearchstore")
def geosearchstore(session: Session, argv: Sequence[bytes]) -> Reply:
    """GEOSEARCHSTORE destination source … [STOREDIST]: the options are those of GEOSEARCH."""
    return _search(session, argv, store=True)


@command("georadius")
def georadius(session: Session, argv: Sequence[bytes]) -> Reply:
    """GEORADIUS key longitude latitude radius unit [WITH…] [COUNT n [ANY]] [STORE key] …"""
    return _radius(session, argv, False, _RADIUS)


@command("georadius_ro")
def georadius_ro(session: Session, argv: Sequence[bytes]) -> Reply:
    """GEORADIUS_RO key …: as GEORADIUS, without STORE and STOREDIST."""
    return _radius(session, argv, False, _READ_ONLY)


@command("georadiusbymember")
def georadiusbymember(session: Session, argv: Sequence[bytes]) -> Reply:
    """GEORADIUSBYMEMBER key member radius unit [WITH…] [COUNT n [ANY]] [STORE key] …"""
    return _radius(session, argv, True, _RADIUS)


@command("georadiusbymember_ro")
def georadiusbymember_ro(session: Session, argv: Sequence[bytes]) -> Reply:
    """GEORADIUSBYMEMBER_RO key …: as GEORADIUSBYMEMBER, without STORE and STOREDIST."""
    return _radius(session, argv, True, _READ_ONLY)
