"""The view of older forms: measured bytes stand in it, cascades are told, it fits any screen."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given

from tests.diagrams.samples import Sample, build, look, new_world, run, sample
from tests.diagrams.test_properties import assert_ascii, assert_fits, commands, configs, thorough
from tutor.diagrams import Changes, changes, draw, views_of
from tutor.diagrams.picture import draw_parts
from tutor.engine.structures.window import Window

ALICE = ["HSET k name Alice age 30"]


def lines_of(made: Sample, width: int = 110) -> list[str]:
    return made.draw(width, "then").plain.splitlines()


def test_each_entry_of_alice_stands_in_a_row_with_its_measured_bytes() -> None:
    rows = {line.split(" ")[0]: line.split() for line in lines_of(build(ALICE)) if line}
    assert rows["name"][1:] == ["│04│name│", "5", "│00│04│name│", "6", "│84│name│05│", "6"]
    assert rows["Alice"][1:4] == ["│05│00│Alice│", "7", "│06│05│Alice│"]
    assert rows["30"][1:] == ["│02│00│30│", "4", "│05│fe", "1e│", "3", "│1e│01│", "2"]
    assert rows["end"][1:] == ["│ff│"] * 3


def test_the_versions_and_sizes_stand_above() -> None:
    text = "\n".join(lines_of(build(ALICE)))
    for words in ("zipmap · 2.0–2.4", "ziplist · 2.6–6.2", "listpack · 7.0+"):
        assert words in text
    for size in ("22 B", "32 B", "27 B"):
        assert size in text


def test_columns_stand_exactly_under_each_other() -> None:
    rows = [line for line in lines_of(sample("hash-listpack")) if line.count("│") >= 6]
    starts = {line.rindex("  │") for line in rows if not line.startswith(("total", "tail"))}
    assert len(starts) == 1


def test_a_narrow_screen_has_one_form_under_the_other() -> None:
    text = lines_of(build(ALICE), 40)
    names = ("zipmap ·", "ziplist ·", "listpack ·")
    heads = [at for at, line in enumerate(text) if line.startswith(names)]
    assert len(heads) == 3
    assert all(two - one > 5 for one, two in pairwise(heads))


def test_an_integer_of_2_4_takes_more_than_one_of_6_2() -> None:
    text = "\n".join(lines_of(build(["ZADD k 12 a"])))
    assert "│c0 0c 00│" in text
    assert "│03│fd│" in text


def test_the_last_change_is_marked_in_every_form() -> None:
    made = build(["HSET k name Alice age 30", "HSET k age 31"])
    row = next(line for line in made.draw(110, "then").lines if any("31" in run[0] for run in line))
    assert row[0] == ("⁺", "changed")
    assert [text for text, role in row if role == "changed"] == ["⁺", "31", "31", "fe 1f", "1f"]


def test_a_cascade_that_the_command_would_have_caused_is_told() -> None:
    text = sample("list-cascade").draw(110, "then").plain
    assert "with this command" in text
    assert "■ [0] hhhh" in text
    assert text.count("prevlen 1 → 5") == 6
    assert "…" in text
    assert "in a listpack none does" in text


def test_a_cascade_that_could_be_is_told_as_such() -> None:
    text = sample("list-cascade-ahead").draw(110, "then").plain
    assert "if an entry grew to 254 B" in text
    assert "■ [0] first → 254 B" in text


def test_where_none_can_be_it_is_told_what_it_would_take() -> None:
    text = sample("hash-listpack").draw(200, "then").plain
    assert "There it stops" in text
    assert "If each entry took 250 to 253 B, 7 would have to grow" in text


@pytest.mark.parametrize(
    ("command", "offered"),
    [("HSET k f v", True), ("SADD k a", True), ("SADD k 1", False), ("SET k v", False)],
)
def test_the_view_is_offered_where_it_says_something(command: str, offered: bool) -> None:
    assert ("then" in views_of(build([command]).after)) is offered


def test_the_twin_says_what_the_table_shows() -> None:
    made = build(ALICE)
    text = made.draw(110, "then").text
    assert "zipmap (2.0–2.4): 22 bytes." in text
    assert "[1] Alice: zipmap 2.0–2.4 7 B (05 00 Alice); ziplist 2.6–6.2 7 B (06 05 Alice)" in text


@thorough
@given(configs, commands, commands)
def test_it_fits_whatever_the_key_holds(
    config: dict[str, int], first: tuple[str | bytes, ...], second: tuple[str | bytes, ...]
) -> None:
    world = new_world()
    for name, value in config.items():
        run(world, "CONFIG", "SET", name, str(value))
    run(world, *first)
    before = look(world, window=Window(1, 9))
    world.run([word.encode() if isinstance(word, str) else word for word in second])
    after = look(world, window=Window(1, 9))
    if "then" not in views_of(after):
        return
    marks: list[Changes] = [changes(None, after), changes(before, after)]
    for marked in marks:
        for width in (12, 25, 40, 71, 118):
            drawing = draw(after, width, "then", marked)
            assert_fits(drawing, width)
            assert_ascii(drawing)


def test_parts_of_many_entries_are_set_under_each_other_without_gaps() -> None:
    """Window after window, as a viewer that scrolls shows them: each row once."""
    made = build(["HSET k " + " ".join(f"field:{n} value-{n}" for n in range(60))])
    rows: list[str] = []
    for start in range(0, 60, 20):
        parts = draw_parts(made.after.at(Window(start, 20)), 110, "then")
        assert len(parts.above) == 6
        rows += ["".join(text for text, _role in line).split()[0] for line in parts.items]
    assert rows == [word for n in range(60) for word in (f"field:{n}", f"value-{n}")]


def test_parts_of_a_table_are_its_members() -> None:
    made = build(["SADD k " + " ".join(f"m{n}" for n in range(100))])
    total = made.after.items_total
    rows = [
        "".join(text for text, _role in line).split()[0]
        for start in range(0, total, 48)
        for line in draw_parts(made.after.at(Window(start, 48)), 110, "then").items
    ]
    assert sorted(rows) == sorted(f"m{n}" for n in range(100))


def test_nodes_of_a_list_are_parts() -> None:
    lines = ["CONFIG SET list-max-listpack-size 2", "RPUSH k a b c d e f g h i j"]
    found = build(lines).after
    told = [
        text
        for start in (0, 3)
        for line in draw_parts(found.at(Window(start, 3)), 110, "then").items
        for text, role in line
        if role == "title" and text.startswith("node ")
    ]
    assert told == [f"node {index}" for index in range(5)]
