"""A stream is drawn as its figures, the tree, the nodes and the groups; what changed is marked."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.diagrams.samples import build, bytes_of, look, new_world, run
from tests.diagrams.test_properties import assert_ascii, assert_fits
from tutor.diagrams import MARK, View, changes, draw
from tutor.diagrams.canvas import line_width
from tutor.diagrams.picture import draw_parts
from tutor.diagrams.streams.bytes import node_blocks
from tutor.diagrams.streams.groups import moment
from tutor.diagrams.streams.tree import hex_text
from tutor.engine.structures.stream import Stream
from tutor.engine.structures.stream_layout import StreamLayout
from tutor.engine.structures.window import Window

LINES = [
    "XADD k 1-1 a b",
    "XADD k 2-1 a c",
    "XGROUP CREATE k readers 0",
    "XREADGROUP GROUP readers ann COUNT 1 STREAMS k >",
    "XADD k 3-1 name x",
]


def marked(text: str) -> list[str]:
    return [line for line in text.splitlines() if MARK in line]


def test_figures_tree_node_and_group_are_drawn() -> None:
    plain = build(LINES).draw(80).plain
    assert plain.splitlines()[0].startswith("stream · stream · 3 entries")
    for part in (
        "│ ► 2 nodes │ ⁺3     │ ⁺3-1    │ 1-1      │ 0-0            │",
        "rax · 24 B · 1 key · 2 nodes",
        "[00×7 01 00×7 01] ► node 0 = 1-1",
        "⁺node 0 · 59 of 4096 B █░░░░░░░ · 3 entries",
        "│ master 1-1 │ count 3 │ deleted 0 │ fields 1 │ a │ 0",
        "│ 2-1  │ 2 SAMEFIELDS │ +1 │ +0  │ c         │ 4        │",
        "│ ⁺3-1 │ 0            │ +2 │ +0  │ 1: name=x │ 6        │",
        "│ last_id 1-1 · entries_read 1 ██░░░░░░ · lag 2",
        "│ 1-1 │ ann      │ 2023-11-14 22:13:20.000 │ ×1",
    ):
        assert part in plain, part


def test_the_text_twin_says_the_same() -> None:
    text = build(LINES).draw(80).text
    for fact in (
        "last ID 3-1, first ID 1-1",
        "The path to the listpack of 1-1 is: [00×7 01 00×7 01].",
        "Node 0 is a listpack, 59 of 4096 B: 3 entries",
        "Entry 3-1 (flags 0, ms +2, seq +0, lp-count 6): name = x.",
        "Group readers: last delivered ID 1-1, entries read: 1, lag: 2, pending: 1.",
        "Entry 1-1 is pending for ann since 2023-11-14 22:13:20.000, delivered 1 time.",
    ):
        assert fact in text, fact


def test_only_the_group_that_read_is_marked() -> None:
    sample = build([*LINES, "XREADGROUP GROUP readers bob COUNT 1 STREAMS k >"])
    heads = marked(sample.draw(80).plain)
    assert all("node" not in line and "SAMEFIELDS" not in line for line in heads)
    plain = "\n".join(heads)
    assert "group ⁺readers" in plain
    assert "last_id ⁺2-1 · entries_read ⁺2" in plain
    assert "PEL ⁺2 entries" in plain
    assert "│ ⁺2-1 │ bob" in plain
    assert "⁺bob" in plain


def test_an_acknowledged_entry_leaves_no_mark_on_those_that_stay() -> None:
    sample = build([*LINES, "XREADGROUP GROUP readers ann STREAMS k >", "XACK k readers 1-1"])
    heads = "\n".join(marked(sample.draw(80).plain))
    assert "PEL ⁺2 entries" in heads
    assert "⁺ann" in heads
    assert "⁺2-1" not in heads


def test_a_deleted_entry_stays_with_a_cross_and_a_mark_on_its_flags() -> None:
    plain = build([*LINES, "XDEL k 2-1"]).draw(80).plain
    assert "│ 2-1 │ ⁺3 DELETED SAMEFIELDS × │" in plain
    assert "count 2 │ deleted 1" in plain
    assert "DELETED: deleted, but its bytes stay" in plain


def test_the_bytes_are_those_of_the_structures() -> None:
    plain = build(LINES).draw(100, "bytes").plain
    for part in (
        "type 6 · encoding 10 = stream",
        "stream · 80 B",
        "length = 3",
        "cgroups ► rax",
        "rax · 24 B",
        "raxNode · compressed · 32 B",
        "84 00 00 00",
        "raxNode · leaf · 16 B",
        "[3] field = a · 6-bit str · backlen 2",
        "[6] ms = 0 · 7-bit uint · backlen 1",
        "streamCG · 40 B · readers",
        "streamNACK · 1-1 · 24 B",
        "delivery_time = 1700000000000",
        "streamConsumer · 24 B · ann",
    ):
        assert part in plain, part


def test_a_window_moves_over_the_nodes() -> None:
    world = new_world()
    run(world, "CONFIG", "SET", "stream-node-max-entries", "1")
    for number in range(1, 10):
        run(world, "XADD", "k", f"{number}-0", "a", "b")
    seen = look(world, window=Window(2, 3))
    assert seen.items_total == 9
    assert isinstance(seen.layout, StreamLayout)
    assert seen.layout.start == 2
    plain = draw(seen, 80).plain
    assert "node 2" in plain
    assert "node 5" not in plain
    assert "├─ … 2 keys" in plain
    assert "└─ … 4 keys" in plain
    before = look(world)
    run(world, "XADD", "k", "10-0", "a", "b")
    after = look(world)
    new = 10 << 64
    assert changes(before, after) == {"length", "last_id", "entries_added", new, ("entry", new)}


def test_a_window_moves_over_the_entries_of_the_only_node() -> None:
    world = new_world()
    for number in range(1, 51):
        run(world, "XADD", "k", f"{number}-0", "a", f"v{number}")
    seen = look(world, window=Window(10, 5))
    assert seen.items_total == 50
    layout = seen.layout
    assert isinstance(layout, StreamLayout)
    assert [one.index for one in layout.nodes[0].entries] == [10, 11, 12, 13, 14, 48, 49]
    plain = draw(seen, 80).plain
    assert "… 10 entries before" in plain
    assert "… 33 more entries" in plain


def test_a_narrow_screen_holds_it_too() -> None:
    sample = build([*LINES, "XGROUP CREATE k " + "long" * 40 + " 0"])
    for width in (12, 20, 40):
        assert all(len(line) <= width for line in sample.draw(width).plain.splitlines())


def test_a_time_that_no_calendar_has_is_told_as_a_number() -> None:
    assert moment(1_700_000_000_123) == "2023-11-14 22:13:20.123"
    assert moment(1_700_000_000_123, short=True) == "22:13:20.123"
    assert moment(-1) == "-1 ms"
    assert moment(2**63 - 1) == "9223372036854775807 ms"


def test_zeros_are_folded_in_hexadecimal() -> None:
    assert hex_text(bytes([0, 0, 1, 0, 0, 0, 0, 255])) == "00 00 01 00×4 ff"


words = st.binary(max_size=12) | st.integers(-300, 70_000).map(lambda number: b"%d" % number)
entries = st.lists(
    st.tuples(st.integers(1, 3000), st.lists(words, min_size=2, max_size=6), st.booleans()),
    min_size=1,
    max_size=30,
)


@settings(max_examples=60)
@given(entries, st.integers(1, 8))
def test_blocks_over_a_wide_window_are_the_image_of_each_node(
    adds: list[tuple[int, list[bytes], bool]], most: int
) -> None:
    world = new_world()
    run(world, "CONFIG", "SET", "stream-node-max-entries", str(most))
    at = 0
    for step, pairs, _gone in adds:
        at += step
        run(world, "XADD", "k", str(at), *pairs[: len(pairs) // 2 * 2])
    at = 0
    for step, _pairs, gone in adds:
        at += step
        if gone:
            run(world, "XDEL", "k", str(at))
    seen = look(world, window=Window(0, 1000))
    layout, stream = seen.layout, seen.value
    assert isinstance(layout, StreamLayout)
    assert isinstance(stream, Stream)
    assert len(layout.nodes) == len(stream.nodes)
    for node in layout.nodes:
        whole = stream.nodes.values[node.master]
        assert bytes_of(list(node_blocks(node, frozenset()))) == whole.image()
    twin = draw(seen, 100).text
    assert len(re.findall("^Entry ", twin, re.MULTILINE)) == sum(
        len(node.ids) for node in stream.nodes.values.values()
    )


odd = st.binary(max_size=20) | st.text("aя日🎉e\u0301\u200b ─│…⁺\\\"'\n", max_size=30).map(
    str.encode
)


@settings(max_examples=80)
@given(
    st.lists(st.lists(odd, min_size=2, max_size=6), min_size=1, max_size=12),
    st.lists(odd, max_size=3, unique=True),
    odd,
    st.integers(12, 200),
    st.integers(1, 5),
    st.integers(0, 12),
)
def test_any_stream_fits_its_width(
    adds: list[list[bytes]],
    groups: list[bytes],
    consumer: bytes,
    width: int,
    per_node: int,
    start: int,
) -> None:
    world = new_world()
    run(world, "CONFIG", "SET", "stream-node-max-entries", str(per_node))
    for words_ in adds:
        run(world, "XADD", "k", "*", *words_[: len(words_) // 2 * 2])
    for name in groups:
        run(world, "XGROUP", "CREATE", "k", name, "0")
        run(world, "XREADGROUP", "GROUP", name, consumer, "COUNT", "3", "STREAMS", "k", ">")
    before = look(world, window=Window(start, 4))
    run(world, "XADD", "k", "*", "last", "entry")
    seen = look(world, window=Window(start, 4))
    views: tuple[View, ...] = ("structure", "bytes")
    for view in views:
        for marks in (changes(before, seen), changes(None, seen)):
            drawing = draw(seen, width, view, marks)
            assert_fits(drawing, width)
            assert_ascii(drawing)
        for part in draw_parts(seen, width, view, changes(before, seen)):
            assert all(line_width(line) <= width for line in part)
