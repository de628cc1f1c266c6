"""What a command names inside a value, whether it changed it or not: marks for the views of
registers, bits and places, to be added to those of `difference`.

    PFADD k ann            ("element", b"ann")
    SETBIT k 7 1           ("field", 7, 1, False)         offset, width, signed
    GEOSEARCH k … BYRADIUS ("circle", longitude, latitude, metres)
    GEOSEARCH k … BYBOX    ("box", longitude, latitude, width, height, metres of a unit)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tutor.engine.arguments import integer
from tutor.engine.commands.bitfield import fields_of
from tutor.engine.commands.geo_search import area_of
from tutor.engine.inspect import Inspection
from tutor.engine.replies import ReplyError
from tutor.engine.structures.geohash import Box
from tutor.engine.values import Zset

Changes = frozenset[object]
_MOST = 8
"""Parts of a value that are named at most."""


def named(argv: Sequence[bytes], inspection: Inspection) -> Changes:
    """What the words of a command name in the key that was inspected; nothing in another key."""
    read = _READERS.get(argv[0].lower()) if len(argv) > 1 else None
    if read is None or argv[1] != inspection.key:
        return frozenset()
    try:
        found = list(read(argv, inspection))
    except (ReplyError, IndexError):
        return frozenset()
    return frozenset(found[:_MOST])


Reader = Callable[[Sequence[bytes], Inspection], Iterator[object]]


def _elements(argv: Sequence[bytes], inspection: Inspection) -> Iterator[object]:
    for element in argv[2:]:
        yield "element", element


def _bit(argv: Sequence[bytes], inspection: Inspection) -> Iterator[object]:
    yield "field", integer(argv[2]), 1, False


def _fields(argv: Sequence[bytes], inspection: Inspection) -> Iterator[object]:
    for field in fields_of(argv):
        yield "field", field.offset, field.width, field.signed


def _area(argv: Sequence[bytes], inspection: Inspection) -> Iterator[object]:
    if not isinstance(inspection.value, Zset):
        return
    area = area_of(argv, inspection.value)
    if area is None:
        return
    if isinstance(area, Box):
        yield "box", *area.centre, area.width, area.height, area.unit
    else:
        yield "circle", *area.centre, area.radius


_READERS: dict[bytes, Reader] = {
    b"pfadd": _elements,
    b"setbit": _bit,
    b"getbit": _bit,
    b"bitfield": _fields,
    b"bitfield_ro": _fields,
    b"geosearch": _area,
    b"georadius": _area,
    b"georadius_ro": _area,
    b"georadiusbymember": _area,
    b"georadiusbymember_ro": _area,
}
