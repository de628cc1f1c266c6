"""Before and after: both pictures, what went marked on the one, what came on the other."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.diagrams.samples import new_world, run, sample
from tests.diagrams.test_properties import (
    assert_ascii,
    assert_fits,
    commands,
    configs,
    thorough,
    windows,
)
from tests.diagrams.test_without_colour import in_bytes
from tutor.diagrams import Drawing, draw_diff
from tutor.diagrams.compare import SIDE_BY_SIDE
from tutor.engine.inspect import Inspection, inspect
from tutor.engine.structures.window import Window


def looks(*lines: tuple[str, ...]) -> tuple[Inspection | None, Inspection | None]:
    """The key before and after the last command."""
    world = new_world()
    for words in lines[:-1]:
        run(world, *words)
    before = inspect(world.engine, 0, b"k")
    run(world, *lines[-1])
    return before, inspect(world.engine, 0, b"k")


def test_what_went_is_marked_on_the_left_and_what_came_on_the_right() -> None:
    before, after = looks(("HSET", "k", "a", "old"), ("HSET", "k", "a", "new"))
    row = next(line for line in draw_diff(before, after, 110).plain.splitlines() if "⁻old" in line)
    left, right = row[:53], row[53:]
    assert "⁻old" in left
    assert "⁺new" not in left
    assert "⁺new" in right


def test_a_member_that_was_removed_is_marked_where_it_stood() -> None:
    before, after = looks(("RPUSH", "k", "a", "b", "c"), ("LREM", "k", "1", "b"))
    plain = draw_diff(before, after, 110).plain
    assert "a │ ⁻b │ c" in plain
    assert "⁺b" not in plain


def test_the_figures_that_differ_are_listed_and_no_others() -> None:
    before, after = looks(("APPEND", "k", "x" * 50), ("APPEND", "k", "y" * 20))
    rows = [line.split() for line in draw_diff(before, after, 110).plain.splitlines()[4:9]]
    assert rows[0] == ["length", "50", "→", "⁺70"]
    assert rows[1] == ["alloc", "50", "→", "⁺156"]
    assert rows[2] == ["free", "0", "→", "⁺86"]
    assert rows[3][:2] == ["MEMORY", "USAGE"]
    assert rows[4] == []


def test_a_lifetime_is_a_figure_too_but_time_that_goes_by_is_none() -> None:
    before, after = looks(("SET", "k", "v"), ("EXPIRE", "k", "100"))
    drawing = draw_diff(before, after, 110, [b"EXPIRE"])
    assert "lifetime  no TTL → ⁺TTL 100 s" in drawing.plain
    assert "the structure is as it was" in drawing.plain
    assert after is not None
    assert "lifetime" not in draw_diff(after, replace(after, ttl_ms=99_990), 110).plain


def test_two_pictures_stand_beside_each_other_where_there_is_room() -> None:
    before, after = looks(("SADD", "k", "1"), ("SADD", "k", "2"))
    wide = draw_diff(before, after, SIDE_BY_SIDE).plain.splitlines()
    narrow = draw_diff(before, after, SIDE_BY_SIDE - 1).plain.splitlines()
    assert any("before" in line and "after" in line for line in wide)
    assert not any("before" in line and "after" in line for line in narrow)


def test_a_key_that_came_and_one_that_went() -> None:
    none, came = looks(("SET", "k", "v"))
    assert none is None
    drawing = draw_diff(None, came, 70, [b"SET", b"k", b"v"])
    assert "before" not in drawing.plain
    assert "SET: a new key" in drawing.text.splitlines()[0]
    drawing = draw_diff(came, None, 70, [b"DEL", b"k"], events=["del"])
    assert "⁻gone" in drawing.plain.splitlines()[0]
    assert "DEL: the key went" in drawing.text
    assert draw_diff(None, None, 70).text == "There is no such key."


def test_looks_that_are_alike_say_so() -> None:
    before, after = looks(("SET", "k", "v"), ("GET", "k"))
    drawing = draw_diff(before, after, 110)
    assert "Nothing differs." in drawing.text
    assert "bytes that differ" not in drawing.plain
    assert drawing.plain.count("embstr · 32 B") == 1
    assert not any(role in ("changed", "gone") for line in drawing.lines[4:] for _, role in line)


def test_bytes_that_differ_stand_under_the_name_of_their_block() -> None:
    before, after = looks(("HSET", "k", *(f"{n}" for n in range(40))), ("HSET", "k", "38", "forty"))
    lines = draw_diff(before, after, 110).plain.splitlines()
    changed = next(at for at, line in enumerate(lines) if "[39] 39" in line)
    gone, came = lines[changed], lines[changed + 1]
    assert "[38] 38" in lines[changed - 1]
    assert "[37] 37" not in "".join(lines)
    assert gone[7] == "⁻"
    assert came[7] == "⁺"
    assert any(line.lstrip("⁺").startswith("listpack · ") for line in lines[:changed])


def test_bytes_that_only_moved_do_not_count_as_different() -> None:
    before, after = looks(("RPUSH", "k", *"bcdefghij"), ("LPUSH", "k", "a"))
    assert _signed_entries(before, after) == ["⁺81 61 02  [0] a"]
    before, after = looks(("RPUSH", "k", *"abcdefghij"), ("LREM", "k", "1", "c"))
    assert _signed_entries(before, after) == ["⁻81 63 02  [2] c"]
    before, after = looks(("SADD", "k", *"1345678"), ("SADD", "k", "2"))
    assert _signed_entries(before, after) == ["⁺02 00  [1] = 2"]


def _signed_entries(before: Inspection | None, after: Inspection | None) -> list[str]:
    """The marked lines of elements: sign, bytes, index and value."""
    text = draw_diff(before, after, 110).plain.partition("bytes that differ")[2]
    signed = [line[7:] for line in text.splitlines() if line[7:8] in ("⁻", "⁺")]
    found = [re.match(r"(.[0-9a-f ]+?) {2,}(\[\d+\][^·]+)", line) for line in signed]
    return ["  ".join(part.strip() for part in one.groups()) for one in found if one]


def test_the_line_before_the_first_difference_is_shown_too() -> None:
    pairs = ("ZADD", "k", "1", "a", "2", "b", "3", "c")
    before, after = looks(pairs, ("ZADD", "k", "9", "a"))
    lines = draw_diff(before, after, 110).plain.partition("bytes that differ")[2].splitlines()
    first = next(at for at, line in enumerate(lines) if "⁻" in line)
    assert "count = 6" in lines[first - 1]
    assert not any("total" in line for line in lines)


def test_the_twin_gives_sentences_of_both_moments() -> None:
    text = sample("hash-listpack").draw_diff(70).text.splitlines()
    assert text[1] == "Before:"
    assert text[3] == "Now:"
    assert "holds 30" in text[2]
    assert "holds 31" in text[4]


def without_sentences(drawing: Drawing) -> Drawing:
    """The line that says why names words of the key, which are not respelled."""
    lines = (tuple(one for one in line if one[1] != "text") for line in drawing.lines)
    return Drawing(tuple(lines), drawing.text)


@thorough
@given(configs, commands, commands, windows, windows, st.integers(12, 200))
def test_a_comparison_fits_its_width_whatever_the_two_looks_show(
    config: dict[str, int],
    first: tuple[str | bytes, ...],
    second: tuple[str | bytes, ...],
    one: Window,
    other: Window,
    width: int,
) -> None:
    world = new_world()
    for name, value in config.items():
        run(world, "CONFIG", "SET", name, str(value))
    run(world, *first)
    before = inspect(world.engine, 0, b"k", one)
    world.run(in_bytes(second))
    after = inspect(world.engine, 0, b"k", other)
    drawing = draw_diff(before, after, width, in_bytes(second))
    assert_fits(drawing, width)
    assert_ascii(without_sentences(drawing))
    assert drawing.lines[1] == ()
    assert drawing.text


def test_a_terminal_without_box_characters_gets_ascii_alone() -> None:
    before, after = looks(("RPUSH", "k", "a", "b", "c"), ("LREM", "k", "1", "b"))
    assert draw_diff(before, after, 110, [b"LREM"]).ascii().plain.isascii()


def test_a_long_structure_costs_what_is_shown() -> None:
    world = new_world()
    run(world, "CONFIG", "SET", "zset-max-listpack-entries", "0")
    run(world, "ZADD", "k", *(part for n in range(3000) for part in (str(n), f"m{n}")))
    before = inspect(world.engine, 0, b"k", Window(1000, 20))
    run(world, "ZADD", "k", "1005.5", "new")
    after = inspect(world.engine, 0, b"k", Window(1000, 20))
    plain = draw_diff(before, after, 110).plain
    assert "⁺new" in plain
    assert plain.count("\n") < 200
