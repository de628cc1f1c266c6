"""Mistakes with bits, HyperLogLog and points on the map."""

from __future__ import annotations

import pytest

from tests.console.cards.asking import card_of, first_try, world
from tutor.console.backend import EmbeddedBackend


@pytest.fixture
def backend() -> EmbeddedBackend:
    return world("SET text abc", "GEOADD geo 37.62 55.75 Moscow", "SETBIT b 1 1", "PFADD hll a")


@pytest.mark.parametrize(
    ("line", "attempt"),
    [
        ("SETBIT b 0 2", "SETBIT b 0 1"),
        ("BITPOS b 2", "BITPOS b 1"),
        ("BITOP NOT d b text", "BITOP NOT d b"),
        ("BITFIELD b GET u64 0", "BITFIELD b GET i64 0"),
        ("BITFIELD b GET int8 0", "BITFIELD b GET i8 0"),
        ("BITFIELD b GET 8 0", "BITFIELD b GET u8 0"),
        ("BITFIELD b SET uint16 0 5", "BITFIELD b SET u16 0 5"),
        ("BITFIELD_RO b SET u8 0 1", "BITFIELD b SET u8 0 1"),
        ("BITFIELD b OVERFLOW FOO", "BITFIELD b OVERFLOW SAT INCRBY u8 0 10"),
        ("PFADD text a", "GET text"),
        ("PFMERGE hll text", "GET hll"),
        ("GEOADD geo 30 91 P", "GEOADD geo 91 30 P"),
        ("GEOADD geo Tver 35.9 56.8", "GEOADD geo 35.9 56.8 Tver"),
        ("GEODIST geo Moscow Moscow meters", "GEODIST geo Moscow Moscow m"),
        ("GEODIST geo Moscow Moscow км", "GEODIST geo Moscow Moscow km"),
        (
            "GEOSEARCH geo FROMMEMBER moscow BYRADIUS 1 km",
            "GEOSEARCH geo FROMMEMBER Moscow BYRADIUS 1 km",
        ),
        (
            "GEOSEARCH geo FROMMEMBER Moscow BYRADIUS 1 km ANY",
            "GEOSEARCH geo FROMMEMBER Moscow BYRADIUS 1 km COUNT 10 ANY",
        ),
        (
            "GEOSEARCHSTORE d geo FROMMEMBER Moscow BYRADIUS 1 km WITHDIST",
            "GEOSEARCHSTORE d geo FROMMEMBER Moscow BYRADIUS 1 km",
        ),
    ],
)
def test_the_first_line_to_try_is_what_was_meant(
    backend: EmbeddedBackend, line: str, attempt: str
) -> None:
    assert first_try(backend, line) == attempt


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("SETBIT b -1 1", "4294967295"),
        ("BITFIELD b GET u8 x", "`#2`"),
        ("GEOADD geo 200 0 x", "-180 to 180"),
        ("GEOADD geo 37 x y", "`latitude`"),
        ("GEOADD geo NX XX 1 1 a", "`XX`"),
        ("GEOSEARCH geo FROMLONLAT 20 0 BYRADIUS x km", "`radius`"),
        ("GEOSEARCH geo FROMLONLAT 20 0 BYBOX 1 -1 km", "begin at 0"),
        ("GEOSEARCH geo FROMMEMBER Moscow BYRADIUS 1 km COUNT 0", "at most"),
        ("PFCOUNT text", "`text`"),
    ],
)
def test_the_meaning_names_what_is_wrong(backend: EmbeddedBackend, line: str, word: str) -> None:
    assert word in card_of(backend, line).meaning


def test_a_damaged_hyperloglog_is_told_from_an_ordinary_string(backend: EmbeddedBackend) -> None:
    backend.execute([b"SETRANGE", b"hll", b"16", b"\xff\xff\xff"])
    assert "damaged" in card_of(backend, "PFCOUNT hll").title
