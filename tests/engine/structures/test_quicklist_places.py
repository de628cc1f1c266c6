"""Way marks in a quicklist: the node of an index, whatever happened since the last look."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.structures import quicklist_places
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.quicklist_node import Node

DEEDS = st.lists(
    st.tuples(
        st.sampled_from(
            ["lpush", "rpush", "lpop", "rpop", "insert", "remove", "trim", "look", "look"]
        ),
        st.integers(0, 2000),
    ),
    max_size=60,
)


def list_of(count: int) -> Quicklist:
    made = Quicklist(fill=2)
    for number in range(count):
        made.push_tail(b"%d" % (number % 50))
    return made


def do(made: Quicklist, name: str, argument: int) -> None:
    if name in ("lpush", "rpush"):
        push = made.push_head if name == "lpush" else made.push_tail
        for number in range(argument % 40):
            push(b"%d" % number)
    elif name in ("lpop", "rpop"):
        pop = made.pop_head if name == "lpop" else made.pop_tail
        for _number in range(min(argument % 40, len(made))):
            pop()
    elif name == "insert":
        made.insert(b"%d" % (argument % 50), b"new", before=bool(argument % 2))
    elif name == "remove":
        made.remove(b"%d" % (argument % 50), argument % 3)
    elif len(made):
        made.trim(argument % 20, max(len(made) - 1 - argument % 30, 0))


@given(st.integers(0, 400), DEEDS, st.integers(1, 40))
def test_a_node_is_found_by_its_index_whatever_happened_since_the_last_look(
    count: int, deeds: list[tuple[str, int]], stride: int
) -> None:
    usual, quicklist_places.STRIDE = quicklist_places.STRIDE, stride
    try:
        made = list_of(count)
        for name, argument in deeds:
            if name != "look":
                do(made, name, argument)
                continue
            nodes = list(made.nodes())
            index = argument % (len(nodes) + 1)
            assert made.node_at(index) is (nodes[index] if index < len(nodes) else None)
        for index, node in enumerate(made.nodes()):
            assert made.node_at(index) is node
    finally:
        quicklist_places.STRIDE = usual


def test_a_second_look_nearby_walks_a_stride_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    made = list_of(40_000)
    made.node_at(15_000)
    walked: list[int] = []
    walk = quicklist_places._walk

    def counted(node: Node, steps: int) -> Node:
        walked.append(abs(steps))
        return walk(node, steps)

    monkeypatch.setattr(quicklist_places, "_walk", counted)
    for _number in range(4):
        made.push_head(b"x")
    found = made.node_at(15_100)
    assert sum(walked) <= quicklist_places.STRIDE
    assert found is not None
    assert found.entries == [b"%d" % (2 * 15_098 % 50), b"%d" % ((2 * 15_098 + 1) % 50)]
