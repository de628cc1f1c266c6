"""A picture drawn in parts: where a part stands, what is drawn, that nothing jumps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tutor.tui.paint import Row, row
from tutor.tui.sheet import Heights, Part, Sheet

PITCH = 4


class Paper:
    """Parts of given heights; it counts what is drawn of them."""

    def __init__(self, heights: list[int], above: int = 0, below: int = 0) -> None:
        self.heights, self.drawn = heights, 0
        self.above = tuple(row(f"above {n}") for n in range(above))
        self.below = tuple(row(f"below {n}") for n in range(below))
        self.free = True

    def __call__(self, number: int) -> Part | None:
        if not self.free:
            return None
        self.drawn += 1
        rows = tuple(row(f"{number}:{at}") for at in range(self.heights[number]))
        return Part(self.above, rows, self.below)

    @property
    def rows(self) -> list[Row]:
        """The whole."""
        parts = [
            row(f"{part}:{at}") for part, high in enumerate(self.heights) for at in range(high)
        ]
        return [*self.above, *parts, *self.below]

    def sheet(self, height: int) -> Sheet:
        """Looked at for the first time."""
        sheet = Sheet(PITCH)
        sheet.look(len(self.heights) * PITCH, height, self)
        return sheet


papers = st.builds(
    Paper,
    st.lists(st.integers(1, 9), min_size=1, max_size=40),
    st.integers(0, 3),
    st.integers(0, 3),
)


@given(st.integers(1, 9), st.dictionaries(st.integers(0, 60), st.integers(1, 30), max_size=30))
def test_heights_add_up_whatever_is_known_of_them(estimate: int, known: dict[int, int]) -> None:
    heights = Heights(estimate)
    for part, height in known.items():
        heights[part] = height
    row_number = 0
    for part in range(70):
        height = known.get(part, estimate)
        assert heights[part] == height
        assert heights.offset(part) == row_number
        assert heights.find(row_number) == (part, 0)
        assert heights.find(row_number + height - 1) == (part, height - 1)
        row_number += height


@given(papers, st.integers(1, 12))
def test_line_by_line_every_row_is_seen_once_and_in_its_order(paper: Paper, height: int) -> None:
    sheet = paper.sheet(height)
    seen = list(sheet.rows)
    assert seen == paper.rows[: len(seen)]
    for _step in range(len(paper.rows) + 1):
        before, top = list(sheet.rows), sheet.top
        sheet.scroll(sheet.top + 1, paper)
        if sheet.top == top:
            break
        assert list(sheet.rows)[:-1] == before[1:]
        seen.append(sheet.rows[-1])
    assert seen == paper.rows
    for _step in range(len(paper.rows)):
        before, top = list(sheet.rows), sheet.top
        sheet.scroll(sheet.top - 1, paper)
        if sheet.top == top:
            break
        assert list(sheet.rows)[1:] == before[:-1]
    assert list(sheet.rows) == paper.rows[:height]


@given(papers, st.integers(1, 12), st.lists(st.integers(-40, 400), max_size=12))
def test_from_wherever_one_has_jumped_what_is_seen_is_a_piece_of_the_whole(
    paper: Paper, height: int, jumps: list[int]
) -> None:
    sheet = paper.sheet(height)
    whole = paper.rows
    for jump in jumps:
        sheet.scroll(jump, paper)
        seen = list(sheet.rows)
        at = whole.index(seen[0])
        assert seen == whole[at : at + len(seen)]
        assert len(seen) == min(height, len(whole))
        top, last = sheet.top, sheet.items_seen
        sheet.look(sheet.items, height, paper)
        assert (sheet.top, sheet.items_seen, list(sheet.rows)) == (top, last, seen)


@given(papers, st.integers(1, 12))
def test_the_end_is_the_end(paper: Paper, height: int) -> None:
    sheet = paper.sheet(height)
    sheet.scroll(10_000, paper)
    assert list(sheet.rows) == paper.rows[-height:]
    assert sheet.items_seen[1] == sheet.items - 1


@given(papers, st.integers(2, 12), st.integers(0, 159))
def test_an_item_is_brought_into_sight(paper: Paper, height: int, item: int) -> None:
    sheet = paper.sheet(height)
    item %= sheet.items
    sheet.bring(item, paper)
    part = item // PITCH
    assert any(piece.text.startswith(f"{part}:") for line in sheet.rows for piece in line)


def test_only_what_is_visible_is_drawn() -> None:
    paper = Paper([3] * 100_000)
    sheet = paper.sheet(24)
    assert paper.drawn == 8
    sheet.scroll(150_000, paper)
    assert paper.drawn <= 17
    sheet.scroll(150_001, paper)
    assert paper.drawn <= 18
    assert sheet.total == 300_000


def test_what_is_marked_is_brought_into_sight_and_stays_where_it_is_if_it_was() -> None:
    class Marked(Paper):
        """Row 2 of part 7 is marked."""

        def __call__(self, number: int) -> Part | None:
            part = super().__call__(number)
            if part is None or number != 7:
                return part
            marked = row((part.rows[2][0].text, "changed"))
            return part._replace(rows=(*part.rows[:2], marked, *part.rows[3:]))

    paper = Marked([5] * 20)
    sheet = paper.sheet(10)
    sheet.bring(7 * PITCH, paper)
    assert any(piece.role == "changed" for line in sheet.rows for piece in line)
    top = sheet.top
    sheet.bring(7 * PITCH, paper)
    assert sheet.top == top


def test_brackets_go_from_part_to_part_and_stop_at_the_ends() -> None:
    paper = Paper([5, 3, 7, 4, 9, 2], above=2)
    sheet = paper.sheet(4)
    tops = []
    while sheet.turn(1, paper):
        tops.append(sheet.rows[0][0].text)
    assert tops[:3] == ["1:0", "2:0", "3:0"]
    while sheet.turn(-1, paper):
        pass
    assert sheet.top == 0


def test_what_cannot_be_drawn_now_is_empty_and_is_drawn_later() -> None:
    paper = Paper([4] * 50)
    sheet = paper.sheet(8)
    paper.free = False
    sheet.scroll(100, paper)
    assert set(sheet.rows) == {()}
    paper.free = True
    sheet.scroll(100, paper)
    assert sheet.rows[0] == row("25:0")


def test_a_structure_that_shrank_is_shown_to_its_end() -> None:
    paper = Paper([4] * 50)
    sheet = paper.sheet(8)
    sheet.scroll(190, paper)
    sheet.look(12, 8, paper)
    assert sheet.rows[-1] == row("2:3")
    sheet.look(1, 8, paper)
    assert list(sheet.rows) == [row(f"0:{at}") for at in range(4)]
