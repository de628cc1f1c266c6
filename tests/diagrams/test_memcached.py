"""Memcached's memory and the ring as they are drawn: golden files at three widths, properties.

`UPDATE_GOLDENS=1 pytest tests/diagrams/test_memcached.py` writes the files anew.
"""

from __future__ import annotations

import os
import re
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.diagrams.memcached_samples import SAMPLES, draw, talk
from tutor import i18n
from tutor.diagrams.canvas import Drawing, line_width
from tutor.diagrams.memcached import draw_memcached, ring_figures
from tutor.diagrams.memcached.items import draw_item
from tutor.diagrams.memcached.slabs import wasted
from tutor.labs.rivals import Shards
from tutor.memcached.looks import ENDS, class_in, queues_of

GOLDEN = Path(__file__).parent / "golden_memcached"
WIDTHS = (60, 80, 120)
RUSSIAN = ("item", "slabs-full", "page", "queues-full", "ring-joined")


def roles(drawing: Drawing) -> str:
    lines = []
    for line in drawing.lines:
        runs = ((role, sum(line_width([run]) for run in some)) for role, some in
                groupby(line, lambda run: run[1]))  # fmt: skip
        lines.append(" ".join(f"{role}:{cells}" for role, cells in runs))
    return "\n".join(lines)


def compare(name: str, sections: list[tuple[str, str]]) -> None:
    text = "\n".join(f"=== {title}\n\n{body}\n" for title, body in sections)
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDENS"):
        file.write_text(text, encoding="utf-8")
    assert file.is_file(), f"{file} is missing: run with UPDATE_GOLDENS=1"
    assert text.splitlines() == file.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", SAMPLES)
def test_drawn_as_in_the_golden_file(name: str) -> None:
    sections = [(f"{width} cells", draw(name, width).plain) for width in WIDTHS]
    sections.append(("ASCII", draw(name, 80).ascii().plain))
    sections.append(("in words", draw(name, 80).text))
    sections.append(("roles, 80 cells", roles(draw(name, 80))))
    compare(name, sections)


@pytest.mark.parametrize("name", RUSSIAN)
def test_drawn_in_russian(name: str, russian: None) -> None:
    assert i18n.language() == "ru"
    drawing = draw(name, 80)
    compare(f"{name}.ru", [("80 cells", drawing.plain), ("in words", drawing.text)])


def test_no_golden_file_is_left_over() -> None:
    expected = {*SAMPLES, *(f"{name}.ru" for name in RUSSIAN)}
    assert {file.stem for file in GOLDEN.glob("*.txt")} == expected


@pytest.mark.parametrize("name", SAMPLES)
def test_no_line_is_wider_than_asked(name: str) -> None:
    view, layout = SAMPLES[name]()
    for width in range(12, 161):
        for line in draw_memcached(view, layout, width).lines:
            assert line_width(line) <= width, (width, line)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "item-wide"])
def test_ascii_is_ascii_and_keeps_every_cell(name: str) -> None:
    drawing = draw(name, 80)
    plain = drawing.ascii()
    assert plain.plain.translate(dict.fromkeys(map(ord, "–…"))).isascii()
    assert [line_width(line) for line in plain.lines] == [
        line_width(line) for line in drawing.lines
    ]


@settings(max_examples=60)
@given(
    st.binary(min_size=1, max_size=250).filter(lambda key: not re.search(rb"[\0-\x20\x7f]", key)),
    st.binary(max_size=3000),
    st.integers(12, 130),
)
def test_any_key_and_value_can_be_drawn(key: bytes, value: bytes, width: int) -> None:
    line = talk()
    reply = line.connection.feed(b"set %b 1 0 %d\r\n%b\r\n" % (key, len(value), value))
    assert reply == b"STORED\r\n"
    layout = line.cache.store.item_layout(key)
    assert layout is not None
    assert sum(size for _name, size in layout.parts) == layout.size <= layout.chunk
    for drawn in draw_item(layout, width):
        assert line_width(drawn) <= width
        assert all(character.isprintable() for text, _role in drawn for character in text)


def test_the_waste_of_all_classes_is_what_their_items_leave_unused() -> None:
    view, layout = SAMPLES["slabs"]()
    assert view == "slabs"
    line = talk()
    line.say("set a 0 0 10")
    line.say("0123456789")
    one = line.cache.store.layout().classes[0]
    item = line.cache.store.item_layout(b"a")
    assert item is not None
    assert wasted(one) == item.chunk - item.size
    assert all(0 <= wasted(row) < row.used * row.chunk for row in layout.classes)


def test_a_full_class_shows_who_had_to_go_and_who_was_read_stays() -> None:
    drawing = draw("queues-full", 120)
    gone = drawing.plain.splitlines()[-1]
    assert "evicted" in gone
    assert all(f"⁻page:{number} " not in gone for number in range(4))
    warm = drawing.plain.split("WARM · ")[1].split("└")[0]
    assert all(f"page:{number}" in warm for number in range(4))


def test_a_long_queue_is_seen_from_both_ends() -> None:
    line = talk()
    for number in range(200):
        line.connection.feed(b"set k%d 0 0 1\r\nv\r\n" % number)
    row = class_in(line.cache.store.layout(), 1)
    assert row is not None
    queues = queues_of(line.cache.store, row)
    longest = max(row.segments, key=lambda name: row.segments[name])
    seen = len(queues.heads[longest]) + len(queues.tails.get(longest, ()))
    assert seen == sum(ENDS)
    assert queues.between(longest) == row.segments[longest] - seen
    said = draw_memcached("queues", queues, 80)
    assert f"{queues.between(longest)} items between them" in said.text


def test_a_key_on_the_ring_stands_beside_its_server() -> None:
    shards = Shards()
    figures = ring_figures(shards)
    drawing = draw_memcached("ring", figures, 80)
    for at, key in enumerate(shards.keys):
        owner = figures.names[figures.now["ketama"][at]]
        assert figures.ring.server(key) == figures.now["ketama"][at]
        assert f"Key {key.decode()}: " in drawing.text
        assert f"ketama {owner}" in drawing.text


def test_moves_are_marked_where_a_rule_made_them() -> None:
    shards = Shards()
    assert "⁺" not in draw_memcached("ring", ring_figures(shards), 80).plain
    shards.join()
    figures = ring_figures(shards)
    rows = draw_memcached("ring", figures, 80).plain.splitlines()
    for at, key in enumerate(shards.keys):
        row = next(line for line in rows if line.startswith(f"{at + 1} {key.decode()} "))
        moves = sum(figures.before[rule][at] != figures.now[rule][at] for rule in figures.now)
        assert row.count("⁺") == moves
