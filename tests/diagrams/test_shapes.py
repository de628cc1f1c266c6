"""Drawings taken apart: every sign is drawn once, as a word or as geometry, where it stood."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcwidth

from tutor.diagrams.canvas import Line, Role, width_of
from tutor.diagrams.export.shapes import Shapes, clusters, shapes_of

FRAMES = "─│┌┐└┘├┤┬┴┼━┃╭╯"
BARS = "█▓▒░▀▄▌▐■▁▃▏▋"
HEADS = "►◄▲▼"
roles = st.sampled_from(["text", "frame", "payload", "changed"])
texts = st.text(f"ab日本🎉e\u0301 {FRAMES}{BARS}{HEADS}", max_size=30).filter(
    lambda text: not text or wcwidth(text[0]) > 0
)
drawings = st.lists(st.lists(st.tuples(texts, roles), max_size=4).map(tuple), max_size=6)


def cells_of(lines: list[Line]) -> Iterator[tuple[int, int, str, Role]]:
    """Row, column, sign and role of whatever is not empty."""
    for row, line in enumerate(lines):
        column = 0
        for text, role in line:
            for sign, cells in clusters(text):
                if sign != " ":
                    yield row, column, sign, role
                column += cells


def written(shapes: Shapes) -> set[tuple[int, int, str, Role]]:
    found = set()
    for word in shapes.words:
        column = word.column
        for sign, cells in clusters(word.text):
            if sign != " ":
                found.add((word.row, column, sign, word.role))
            column += cells
    return found


@given(drawings)
def test_every_letter_stands_where_it_stood(lines: list[Line]) -> None:
    letters = {cell for cell in cells_of(lines) if cell[2] not in FRAMES + BARS + HEADS}
    assert written(shapes_of(lines)) == letters


@given(drawings)
def test_words_are_as_long_as_they_say(lines: list[Line]) -> None:
    for word in shapes_of(lines).words:
        signs = [sign for sign, _cells in clusters(word.text)]
        assert " " not in (signs[0], signs[-1])
        assert word.cells == width_of(word.text)
        if word.wide:
            assert all(cells == 2 for _sign, cells in clusters(word.text))


@given(drawings)
def test_frames_bars_and_arrowheads_are_all_drawn(lines: list[Line]) -> None:
    shapes = shapes_of(lines)
    cells = list(cells_of(lines))
    assert len(shapes.heads) == sum(sign in HEADS for _row, _column, sign, _role in cells)
    length = sum(stroke.x2 - stroke.x + stroke.y2 - stroke.y for stroke in shapes.strokes)
    arms = {"┼": 4} | dict.fromkeys("├┤┬┴", 3)
    assert 2 * length == sum(arms.get(sign, 2) for _, _, sign, _ in cells if sign in FRAMES)
    for row, column, sign, role in cells:
        if sign in BARS:
            middle = (column + 0.03, row + 0.5)
            assert (
                any(
                    area.role == role
                    and area.left <= column + 0.06
                    and area.right > middle[0]
                    and area.top >= row
                    and area.bottom <= row + 1
                    for area in shapes.areas
                )
                or sign in "▐"
            )


def test_what_adjoins_is_one_shape() -> None:
    lines: list[Line] = [
        (("┌──┐", "frame"), ("███░░", "payload")),
        (("│  │", "frame"),),
        (("└──┘", "frame"),),
    ]
    shapes = shapes_of(lines)
    assert len(shapes.strokes) == 4
    assert [(area.left, area.right, area.strength) for area in shapes.areas] == [
        (4, 7, 1.0),
        (7, 9, 0.25),
    ]


def test_other_roles_are_other_shapes() -> None:
    shapes = shapes_of([(("──", "frame"), ("──", "pointer"))])
    assert [(s.x, s.x2, s.role) for s in shapes.strokes] == [(0, 2, "frame"), (2, 4, "pointer")]


def test_heavy_lines_stay_heavy() -> None:
    shapes = shapes_of([(("━━", "pointer"),)])
    assert [stroke.weight for stroke in shapes.strokes] == [2]


def test_gaps_part_words_and_single_spaces_do_not() -> None:
    shapes = shapes_of([(("one two  three", "text"),)])
    assert [(word.column, word.text) for word in shapes.words] == [(0, "one two"), (9, "three")]
