"""The whole server as it is drawn: golden files at three widths, in words, in Russian; properties.

`UPDATE_GOLDENS=1 pytest tests/diagrams/test_whole_server.py` writes the files anew.
"""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.diagrams.server_samples import SAMPLES, Bench, draw, layout
from tests.network.test_exchange import REPLIES
from tutor import i18n
from tutor.diagrams.canvas import Drawing, line_width
from tutor.diagrams.server import SERVER_VIEWS, draw_server
from tutor.diagrams.server.expiry_cycle import draw_expiry, verdict
from tutor.diagrams.server.keyspace_map import block_at, draw_rows, fit_keyspace
from tutor.diagrams.server.treemap import tiles
from tutor.diagrams.server.wire import draw_wire
from tutor.engine.expiry_watch import ExpiryCycle, ExpiryFigures, ExpiryRound, ExpiryWatch
from tutor.engine.replies import Reply, Status
from tutor.network.exchange import Exchange, exchange

GOLDEN = Path(__file__).parent / "golden_server"
WIDTHS = (40, 70, 110)


def roles(drawing: Drawing) -> str:
    """Role by role: as many letters as cells, so that a lost mark is seen."""
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
    sections.append(("in words", draw(name, 70).text))
    sections.append(("roles, 70 cells", roles(draw(name, 70))))
    compare(name, sections)


@pytest.mark.parametrize("name", SAMPLES)
def test_drawn_in_russian(name: str, russian: None) -> None:
    assert i18n.language() == "ru"
    drawing = draw(name, 70)
    compare(f"{name}.ru", [("70 cells", drawing.plain), ("in words", drawing.text)])


def test_no_golden_file_is_left_over() -> None:
    expected = {*SAMPLES, *(f"{name}.ru" for name in SAMPLES)}
    assert {file.stem for file in GOLDEN.glob("*.txt")} == expected


@pytest.mark.parametrize("name", SAMPLES)
def test_no_line_is_wider_than_asked(name: str) -> None:
    for width in range(12, 131):
        for line in draw(name, width).lines:
            assert line_width(line) <= width, (width, line)


@pytest.mark.parametrize("name", SAMPLES)
def test_frames_and_signs_have_ascii_twins(name: str) -> None:
    for line in draw(name, 70).ascii().lines:
        for text, role in line:
            if role not in ("key", "payload", "changed"):
                assert text.isascii(), text


def test_each_view_has_a_sample() -> None:
    assert {view for view, _make in SAMPLES.values()} == set(SERVER_VIEWS)


# the map


@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=30).map(lambda some: sorted(some)[::-1]),
    st.integers(1, 120),
    st.integers(1, 30),
)
def test_blocks_cover_the_canvas_and_do_not_overlap(
    weights: list[int], width: int, height: int
) -> None:
    placed = tiles(weights, width, height)
    if placed is None:
        return
    assert sorted(tile.index for tile in placed) == list(range(len(weights)))
    seen = set()
    for tile in placed:
        for x in range(tile.x, tile.x + tile.width):
            for y in range(tile.y, tile.y + tile.height):
                assert (x, y) not in seen
                seen.add((x, y))
    assert len(seen) == (width - 1) * (height - 1)


@given(st.integers(20, 130), st.integers(12, 40))
def test_the_key_at_a_cell_is_the_one_whose_name_stands_in_its_block(
    width: int, height: int
) -> None:
    whole = layout("map")
    _trimmed, lines, first = fit_keyspace(whole, width, height)
    for y in range(1, first - 1):
        text = "".join(text for text, _role in lines[y])
        for name in ("board", "log", "queue"):
            x = text.find(f" {name} ")
            if x >= 0:
                assert block_at(whole, width, height, x + 1, y) == (0, name.encode())


def test_a_larger_key_never_has_a_smaller_block() -> None:
    """Where there is room for all; small ones get more than their share."""
    placed = tiles([800, 400, 200, 100], 100, 20)
    assert placed is not None
    areas = {tile.index: tile.width * tile.height for tile in placed}
    assert areas[0] >= areas[1] >= areas[2] >= areas[3]


@given(st.integers(12, 130), st.integers(3, 60))
def test_the_map_fits_the_screen_and_its_keys_stand_where_it_says(width: int, height: int) -> None:
    whole = layout("map")
    trimmed, lines, first = fit_keyspace(whole, width, height)
    assert len(lines) <= max(height, first + 2)
    for at, (place, _facts) in enumerate(trimmed.rows):
        line = "".join(text for text, _role in lines[first + at])
        if place[1].isascii() and width >= 40:
            assert place[1].decode()[:6] in line or b"\x00" in place[1]


def _trail(figures: ExpiryFigures) -> tuple[int, int]:
    """Buckets under which the line of what was just looked at is drawn: first, and behind the
    last."""
    under = draw_expiry(figures, 300)[2]
    text = "".join(text for text, _role in under)
    before = text.index("▲") - text.count("─")
    return before - 1, text.index("▲") - 1


@pytest.mark.parametrize("db", [0, 1])
def test_the_line_under_the_buckets_begins_where_that_database_was_first_looked_at(
    db: int,
) -> None:
    bench = Bench()
    for other in (0, 1):
        bench.run(f"SELECT {other}")
        for n in range(200 + 50 * other):
            bench.run(f"SET k:{n} x EX {1000 + n}")
    watch = ExpiryWatch(bench.engine)
    watch.attach()
    bench.wait(300, 3)
    figures = watch.figures(db, buckets=256)
    assert figures.last is not None
    assert [one.db for one in figures.last.rounds] == [0, 1]
    first = figures.last.rounds[db].keys[0].bucket
    assert first < figures.cursor
    assert _trail(figures) == (first, figures.cursor)


def test_a_round_at_the_limit_was_enough() -> None:
    round_ = ExpiryRound(0, 20, 2, 10, 10, again=False, keys=())
    cycle = ExpiryCycle(0, 20, 2, False, (round_,))
    assert verdict(cycle, round_) == "enough"
    over = replace(round_, expired=3, percent=15)
    assert verdict(replace(cycle, rounds=(over,)), over) == "out of budget"


def test_blocks_are_cut_where_both_sides_weigh_most_alike() -> None:
    """10 against 9 + 2 rather than 10 + 9 against 2: so no block is a thin strip."""
    placed = tiles([10, 9, 2], 101, 31)
    assert placed is not None
    sizes = {tile.index: (tile.width, tile.height) for tile in placed}
    assert sizes == {0: (48, 30), 1: (52, 25), 2: (52, 5)}


def test_a_size_that_is_an_estimate_is_marked() -> None:
    whole = layout("map")
    place, facts = whole.rows[0]
    assert facts is not None

    def size_of(exact: bool) -> str:
        rows = draw_rows(replace(whole, rows=((place, replace(facts, exact=exact)),)), 70)
        return next(text for text, role in rows[1] if role == "payload")

    assert size_of(exact=False) == "~" + size_of(exact=True)


def test_a_ttl_bar_drains() -> None:
    bench = Bench("SET a 1 EX 100", "SET b 1")
    census = bench.census()
    filled = []
    for _ in range(4):
        lines = draw_rows(census.keyspace("ttl"), 110)
        row = next(line for line in lines if any(text.strip() == "a" for text, _ in line))
        bars = [len(text) for text, _role in row if text and set(text) == {"█"}]
        filled.append(bars[1])  # beside that of its size
        bench.wait(25_000)
        census.advance()
    assert filled == sorted(filled, reverse=True)
    assert filled[0] > filled[-1] > 0


# the wire


@settings(max_examples=200)
@given(REPLIES, st.sampled_from([2, 3]), st.integers(12, 120), st.integers(1, 200))
def test_any_reply_is_drawn(reply: Reply, resp: int, width: int, most: int) -> None:
    made = exchange([b"GET", b"k"], reply, resp, most)
    drawing = draw_server("wire", made, width)
    assert all(line_width(line) <= width for line in drawing.lines)


def test_everything_is_drawn_at_a_wide_width() -> None:
    """Nothing of a short exchange is left out: every byte is on the screen, CR LF spelt."""
    made = exchange([b"SET", b"greeting", b"hello"], Status(b"OK"), 2)
    text = "\n".join("".join(text for text, _ in line) for line in draw_wire(made, 110))
    for part in (
        r"*3\r\n",
        r"$3\r\nSET\r\n",
        r"$8\r\ngreeting\r\n",
        r"$5\r\nhello\r\n",
        r"+OK\r\n",
    ):
        assert part in text


def test_nothing_and_waiting_are_told() -> None:
    assert "wire" in draw_wire(None, 80)[0][0][0]
    waits = Exchange(b"*1\r\n$4\r\nPING\r\n", b"", 2, waits=True)
    assert "still to come" in draw_server("wire", waits, 80).text
