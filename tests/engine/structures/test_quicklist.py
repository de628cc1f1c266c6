"""Quicklist: contents, nodes, splits, merges, compression."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tutor.engine.structures import listpack
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.quicklist_node import Node
from tutor.engine.structures.window import Window

values = st.one_of(
    st.sampled_from([b"a", b"b", b"c", b"1", b"-70000"]),
    st.integers(0, 300).map(lambda number: b"%d" % number),
    st.sampled_from([b"x" * 60, b"y" * 300, b"z" * 3000]),
)


def of(text: str, fill: int = 3) -> Quicklist:
    """``"abc def"`` = a list with these nodes."""
    made = Quicklist(fill)
    for node in text.split():
        made.append_node([entry.encode() for entry in node])
    return made


def shape(made: Quicklist) -> str:
    return " ".join(b"".join(node.entries).decode() for node in made.nodes())


class QuicklistMachine(RuleBasedStateMachine):
    """Random operations, compared with a plain list."""

    @initialize(
        fill=st.sampled_from([-5, -1, 0, 1, 2, 3, 7]),
        depth=st.integers(0, 2),
        threshold=st.sampled_from([1 << 30, 100]),
    )
    def create(self, fill: int, depth: int, threshold: int) -> None:
        self.ours = Quicklist(fill, depth, threshold)
        self.model: list[bytes] = []

    @rule(value=values, head=st.booleans())
    def push(self, value: bytes, head: bool) -> None:
        if head:
            self.ours.push_head(value)
            self.model.insert(0, value)
        else:
            self.ours.push_tail(value)
            self.model.append(value)

    @precondition(lambda self: self.model)
    @rule(head=st.booleans())
    def pop(self, head: bool) -> None:
        if head:
            assert self.ours.pop_head() == self.model.pop(0)
        else:
            assert self.ours.pop_tail() == self.model.pop()

    @rule(pivot=values, value=values, before=st.booleans())
    def insert(self, pivot: bytes, value: bytes, before: bool) -> None:
        assert self.ours.insert(pivot, value, before) == (pivot in self.model)
        if pivot in self.model:
            place = self.model.index(pivot)
            self.model.insert(place if before else place + 1, value)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), value=values)
    def insert_somewhere(self, data: st.DataObject, value: bytes) -> None:
        pivot = data.draw(st.sampled_from(self.model))
        self.insert(pivot, value, data.draw(st.booleans()))

    @precondition(lambda self: self.model)
    @rule(data=st.data(), value=values)
    def set(self, data: st.DataObject, value: bytes) -> None:
        place = data.draw(st.integers(-len(self.model), len(self.model) - 1))
        self.ours.set(place, value)
        self.model[place] = value

    @rule(value=values, count=st.integers(-3, 3))
    def remove(self, value: bytes, count: int) -> None:
        places = [place for place, entry in enumerate(self.model) if entry == value]
        places = places[count:] if count < 0 else places[: count or None]
        assert self.ours.remove(value, count) == len(places)
        self.model = [entry for place, entry in enumerate(self.model) if place not in places]

    @rule(data=st.data())
    def read(self, data: st.DataObject) -> None:
        size = len(self.model)
        start, stop = sorted(data.draw(st.tuples(st.integers(0, size), st.integers(0, size))))
        assert self.ours.slice(start, stop) == self.model[start:stop]
        if self.model:
            place = data.draw(st.integers(-size, size - 1))
            assert self.ours.index(place) == self.model[place]

    @rule(value=values, reverse=st.booleans(), limit=st.integers(0, 5))
    def find(self, value: bytes, reverse: bool, limit: int) -> None:
        places = list(range(len(self.model)))
        if reverse:
            places.reverse()
        expected = [place for place in places[: limit or None] if self.model[place] == value]
        assert list(self.ours.positions(value, reverse=reverse, limit=limit)) == expected

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def trim(self, data: st.DataObject) -> None:
        size = len(self.model)
        start = data.draw(st.integers(0, min(size, 2)))
        stop = data.draw(st.integers(max(0, size - 2), size))
        self.ours.trim(start, stop)
        self.model = self.model[start:stop]

    @rule()
    def go_on_with_a_clone(self) -> None:
        original, self.ours = self.ours, self.ours.clone()
        assert self.ours.layout() == original.layout()
        original.push_head(b"only in the original")

    @invariant()
    def agree(self) -> None:
        if not hasattr(self, "ours"):
            return
        self.ours.check()
        assert list(self.ours) == self.model
        assert list(reversed(self.ours)) == self.model[::-1]
        assert len(self.ours) == len(self.model)


TestQuicklist = QuicklistMachine.TestCase


@pytest.mark.parametrize(
    ("pivot", "before", "nodes"),
    [
        ("b", False, "ab Xc def ghi"),
        ("b", True, "aX bc def ghi"),
        ("g", True, "abc def X ghi"),
        ("a", True, "X abc def ghi"),
        ("i", False, "abc def ghi X"),
    ],
)
def test_a_full_node_splits_in_the_middle_and_gets_a_neighbour_at_its_edge(
    pivot: str, before: bool, nodes: str
) -> None:
    made = of("abc def ghi")
    assert made.insert(pivot.encode(), b"X", before)
    assert shape(made) == nodes


def test_at_the_edge_of_a_full_node_the_neighbour_with_room_takes_the_entry() -> None:
    made = of("abc de")
    made.insert(b"c", b"X", before=False)
    assert shape(made) == "abc Xde"
    made = of("ab cde")
    made.insert(b"c", b"X", before=True)
    assert shape(made) == "abX cde"


def test_after_a_split_neighbours_that_fit_together_merge() -> None:
    made = of("a b cde f g")
    steps: list[str] = []
    made.trace = lambda kind, /, **particulars: steps.append(kind)
    made.insert(b"c", b"X", before=False)
    assert shape(made) == "abc Xde f g"
    assert steps[:6] == ["search", "search", "search", "room", "split", "node"]
    tried = [step for step in steps[6:] if "merge" in step]
    assert tried == ["merge", "merged", "no-merge", "merge", "merged", "no-merge"]
    made = of("abc def g h")
    made.insert(b"b", b"X", before=True)
    assert shape(made) == "aX bc def g h"
    made.insert(b"e", b"Y", before=True)
    assert shape(made) == "aX bc dY ef gh"


def test_deleting_never_merges() -> None:
    made = of("abc def ghi")
    for gone in (b"b", b"c", b"d", b"f", b"h", b"i"):
        made.remove(gone)
    assert shape(made) == "a e g"


def test_replacing_may_take_a_node_over_its_limit() -> None:
    made = Quicklist(-1)
    for _ in range(40):
        made.push_tail(b"x" * 90)
    made.set(5, b"y" * 4000)
    assert made.node_count == 1
    assert made.layout().nodes[0].size > 4096


@pytest.mark.parametrize(
    ("fill", "nodes"),
    [(-1, 52), (-2, 26), (-3, 13), (-4, 7), (-5, 4), (3, 667), (1, 2000), (0, 2000)],
)
def test_two_thousand_entries_of_a_hundred_bytes_need_the_measured_nodes(
    fill: int, nodes: int
) -> None:
    made = Quicklist(fill)
    for _ in range(2000):
        made.push_tail(b"x" * 100)
    assert made.node_count == nodes


def test_a_new_node_takes_an_entry_over_the_limit() -> None:
    made = Quicklist(-1)
    made.push_tail(b"x" * 10_000)
    made.push_tail(b"y")
    assert [len(node.entries) for node in made.nodes()] == [1, 1]
    assert not made.layout().nodes[0].plain


def test_a_huge_entry_gets_a_plain_node() -> None:
    made = Quicklist(-2, threshold=100)
    for value in (b"a", b"b", b"x" * 100, b"c"):
        made.push_tail(value)
    made.insert(b"a", b"y" * 100, before=False)
    assert [node.plain for node in made.nodes()] == [False, True, False, True, False]
    layout = made.layout(entries=Window(0, 5))
    assert layout.nodes[1].listpack is None
    assert layout.nodes[1].preview == b"yyyyy"


def test_fill_and_depth_are_clamped_as_the_real_ones() -> None:
    assert Quicklist(-9).fill == -5
    assert Quicklist(99_999).fill == 32_767
    assert Quicklist(-2, 99_999).compress == 65_535


def test_nodes_beyond_the_depth_are_compressed_where_it_pays() -> None:
    made = Quicklist(1, compress=1)
    for value in (b"h" * 200, b"x" * 200, bytes(range(200)), b"short", b"t" * 200):
        made.push_tail(value)
    layout = made.layout()
    assert [node.compressed is not None for node in layout.nodes] == [
        False,
        True,
        False,
        False,
        False,
    ]
    assert layout.nodes[1].allocation < layout.nodes[1].size


def test_a_raw_inner_node_that_grows_is_compressed_only_when_it_is_visited() -> None:
    made = Quicklist(2, compress=1)
    for value in (b"h", b"h", b"m", b"t", b"t"):
        made.append_node([value])
    made.insert(b"m", b"x" * 200, before=False)
    assert made.layout().nodes[2].compressed is None
    assert made.index(2) == b"m"
    assert made.layout().nodes[2].compressed is not None


def test_memory_is_estimated_from_the_first_nodes() -> None:
    made = of("abc")
    assert made.memory() == 16 + 40 + 40 + 16
    for _ in range(10):
        made.append_node([b"x" * 1000])
    exact = 16 + 40 + 11 * 40 + 16 + 10 * 1024
    assert made.memory(0) == exact
    assert made.memory(5) == int(16 + 40 + (40 * 5 + 16 + 4 * 1024) / 5 * 11)
    assert made.memory(1) == 16 + 40 + 11 * 56


def test_positions_outside_are_refused() -> None:
    made = of("abc")
    for position in (3, -4):
        with pytest.raises(IndexError):
            made.index(position)
    for pop in (Quicklist().pop_head, Quicklist().pop_tail):
        with pytest.raises(IndexError):
            pop()


@given(st.lists(st.lists(values, min_size=1, max_size=4), max_size=12), st.data())
def test_a_window_shows_the_same_nodes_as_the_whole(
    nodes: list[list[bytes]], data: st.DataObject
) -> None:
    made = Quicklist()
    for entries in nodes:
        made.append_node(list(entries))
    made.check()
    whole = made.layout(Window(0, 99), Window(0, 99))
    assert [node.size for node in whole.nodes] == [
        listpack.total_size(entries) for entries in nodes
    ]
    start, count = data.draw(st.tuples(st.integers(0, 14), st.integers(0, 5)))
    part: Any = made.layout(Window(start, count), Window(0, 99))
    assert part.nodes == whole.nodes[start : start + count]


def test_a_list_that_is_dropped_leaves_no_nodes_behind_and_its_copy_whole() -> None:
    made = Quicklist(fill=2)
    for number in range(500):
        made.push_tail(b"%d" % number)
    gc.collect()
    gc.disable()
    try:
        alive = count_nodes()
        copy = made.clone()
        assert count_nodes() == alive + 250
        del made
        assert count_nodes() == alive
        assert copy.slice(0, 500) == [b"%d" % number for number in range(500)]
        copy.check()
    finally:
        gc.enable()


def count_nodes() -> int:
    return sum(type(one) is Node for one in gc.get_objects())
