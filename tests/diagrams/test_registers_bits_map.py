"""The views that only some keys have: registers of a HyperLogLog, bits of a string, places."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.diagrams.samples import build, look, new_world, run
from tests.diagrams.test_properties import assert_ascii, assert_fits
from tutor.diagrams import MARK, draw, views_of
from tutor.diagrams.named import named
from tutor.engine.structures.hyperloglog import place
from tutor.engine.structures.window import Window

VIEWS = ("registers", "bits", "map")


@pytest.mark.parametrize(
    ("command", "offered"),
    [
        (("PFADD", "k", "a"), {"registers", "bits"}),
        (("SET", "k", "HYLL"), {"bits"}),
        (("SET", "k", "12345"), {"bits"}),
        (("SET", "k", ""), set()),
        (("GEOADD", "k", "13.36", "38.11", "Palermo"), {"map"}),
        (("ZADD", "k", "100", "p1", "250", "p2"), set()),
        (("ZADD", "k", "3479099956230698", "a", "1.5", "b"), set()),
        (("HSET", "k", "f", "v"), set()),
    ],
)
def test_a_view_is_offered_where_it_says_something(
    command: tuple[str, ...], offered: set[str]
) -> None:
    world = new_world()
    run(world, *command)
    assert {view for view in views_of(look(world)) if view in VIEWS} == offered


# registers


def test_the_register_that_an_element_raises_is_marked_and_explained() -> None:
    made = build(["PFADD k a b", "PFADD k ann"])
    register, rank = place(b"ann")
    drawing = made.draw(110, "registers")
    assert ("register", register) in made.changed
    assert f"► register {register} = {MARK}{rank}" in drawing.plain
    assert f"its low 14 bits name register {register}" in drawing.text
    assert f"Changed by the last command: register {register}." in drawing.text


def test_an_element_seen_before_changes_nothing_and_the_picture_says_so() -> None:
    made = build(["PFADD k ann b", "PFCOUNT k", "PFADD k ann"])
    plain = made.draw(110, "registers").plain
    assert "holds 1 already: not lower than 1, nothing changes" in plain
    assert MARK not in plain


def test_of_a_dense_value_too_the_raised_register_is_known() -> None:
    elements = " ".join(f"e{number}" for number in range(4000))
    made = build([f"PFADD k {elements}", "PFADD k xx e1"])
    register, rank = place(b"xx")
    plain = made.draw(110, "registers").plain
    assert f"► register {register} = {MARK}{rank}" in plain
    assert f"► register {place(b'e1')[0]} holds" in plain


def test_counting_makes_the_cached_cardinality_right() -> None:
    stale = build(["PFADD k a b c"]).draw(110, "registers").plain
    assert "0 · stale" in stale
    counted = build(["PFADD k a b c", "PFCOUNT k"]).draw(110, "registers").plain
    assert f"{MARK}3" in counted
    assert "PFCOUNT just reads it" in counted


# bits


def test_a_bit_that_was_set_is_marked_below_it() -> None:
    lines = build(["SET k hello", "SETBIT k 2 0"]).draw(70, "bits").plain.splitlines()
    row = next(number for number, line in enumerate(lines) if line.startswith("    0 "))
    assert lines[row].startswith("    0 ·■··■··· ·■■··■·■")
    assert lines[row + 1] == "        ⁺"
    assert "bit 2 = 0: byte 0, mask 20" in lines


def test_a_bit_far_away_is_brought_into_sight() -> None:
    drawing = build(["SETBIT k 9 1", "SETBIT k 30000 1"]).draw(70, "bits")
    assert "bit 30000 = 1: byte 3750, mask 80" in drawing.plain
    assert "29984 ········ ········ ■·······" in drawing.plain
    assert "Changed by the last command: bit 30000." in drawing.text


def test_integers_of_a_bitfield_are_read_and_underlined() -> None:
    drawing = build(["SETBIT k 7 1", "BITFIELD k SET u5 10 13 INCRBY i8 #4 100"]).draw(70, "bits")
    assert "u5 at 10 = 13: bits 10–14" in drawing.plain
    assert "i8 at 32 = 100: bits 32–39" in drawing.plain
    assert "▲⁺⁺▲⁺" in drawing.plain


# places

SICILY = "GEOADD k 13.361389 38.115556 Palermo 15.087269 37.502669 Catania"


def test_places_stand_on_the_map_with_their_geohashes_and_distances() -> None:
    drawing = build([SICILY]).draw(110, "map")
    assert "sqc8b49rny0" in drawing.plain
    assert "3479099956230698" in drawing.plain
    assert "166 km" in drawing.plain
    assert "a: Palermo lies at longitude 13.36139, latitude 38.11556" in drawing.text


def test_a_search_shows_its_cells_and_who_lies_inside() -> None:
    made = build([SICILY, "GEOSEARCH k FROMLONLAT 15 37 BYRADIUS 100 km"])
    drawing = made.draw(110, "map")
    assert "Palermo" in drawing.plain
    assert "190 km · outside" in drawing.plain
    assert "56.4 km · inside" in drawing.plain
    assert "─ 1 ─" in drawing.plain
    assert "Cell 1 of the search: scores from" in drawing.text


def test_a_box_is_searched_too() -> None:
    made = build([SICILY, "GEOSEARCH k FROMMEMBER Palermo BYBOX 400 100 km"])
    assert "a box of 400 km × 100 km" in made.draw(110, "map").plain.replace("\n", " ")


# what a command names


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((b"PFADD", b"k", b"a", b"b"), {("element", b"a"), ("element", b"b")}),
        ((b"setbit", b"k", b"7", b"1"), {("field", 7, 1, False)}),
        ((b"BITFIELD", b"k", b"OVERFLOW", b"SAT", b"GET", b"i5", b"#2"), {("field", 10, 5, True)}),
        ((b"SETBIT", b"other", b"7", b"1"), set()),
        ((b"SETBIT", b"k", b"x", b"1"), set()),
        ((b"BITFIELD", b"k", b"GET", b"q5", b"0"), set()),
        ((b"SETBIT", b"k"), set()),
        ((b"GET", b"k"), set()),
        ((b"PING",), set()),
    ],
)
def test_words_name_parts_of_a_string(words: tuple[bytes, ...], expected: set[object]) -> None:
    world = new_world()
    run(world, "SET", "k", "text")
    assert named(words, look(world)) == expected


def test_words_name_the_area_of_a_search() -> None:
    world = new_world()
    run(world, *SICILY.split())
    seen = look(world)
    argv = b"GEORADIUS k 15 37 200 km WITHDIST".split()
    assert named(argv, seen) == {("circle", 15.0, 37.0, 200_000.0)}
    assert named(b"GEOSEARCH k FROMMEMBER nobody BYRADIUS 1 km".split(), seen) == set()
    assert named(b"GEOSEARCH k BYRADIUS 1 km".split(), seen) == set()
    assert named(b"GEORADIUS k 15".split(), seen) == set()


# whatever a key holds

strings = st.one_of(
    st.lists(st.binary(max_size=6), max_size=30).map(lambda some: ("PFADD", "k", *some)),
    st.binary(min_size=1, max_size=300).map(lambda text: ("SET", "k", text)),
    st.binary(max_size=200).map(lambda body: ("SET", "k", b"HYLL\1\0\0\0" + bytes(8) + body)),
    st.tuples(st.integers(0, 9000), st.integers(0, 1)).map(
        lambda pair: ("SETBIT", "k", str(pair[0]), str(pair[1]))
    ),
)
places = st.lists(
    st.tuples(st.floats(-180, 180), st.floats(-85, 85), st.binary(min_size=1, max_size=12)),
    min_size=1,
    max_size=20,
).map(
    lambda some: (
        "GEOADD",
        "k",
        *(word for x, y, member in some for word in (f"{x:.6f}", f"{y:.6f}", member)),
    )
)


@settings(max_examples=80)
@given(strings | places, st.integers(12, 200), st.integers(0, 400))
def test_these_views_fit_their_width_too(
    command: tuple[str | bytes, ...], width: int, start: int
) -> None:
    world = new_world()
    run(world, *command)
    words = [word.encode() if isinstance(word, str) else word for word in command]
    for window in (Window(0, 32), Window(start, 7)):
        seen = look(world, window=window)
        for view in views_of(seen):
            drawing = draw(seen, width, view, named(words, seen))
            assert_fits(drawing, width)
            assert_ascii(drawing)
