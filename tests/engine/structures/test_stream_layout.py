"""The image of a stream: windows joined are the whole, and cost what they show."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.engine.structures import listpack
from tutor.engine.structures.stream import NodeLimits, Stream
from tutor.engine.structures.stream_group import Consumer, Nack
from tutor.engine.structures.stream_layout import (
    GROUPS_SHOWN,
    PENDING_SHOWN,
    stream_items,
    stream_layout,
)
from tutor.engine.structures.window import Window


def stream_of(entries: int, per_node: int, deleted: int = 0) -> Stream:
    stream = Stream()
    for number in range(1, entries + 1):
        name = b"other" if number % 7 == 0 else b"name"
        stream.append(number << 64, [name, b"value-%d" % number], NodeLimits(0, per_node))
    stream.delete_all([number << 64 for number in range(2, 2 + deleted)], "debian")
    return stream


@settings(max_examples=50)
@given(st.integers(1, 60), st.integers(1, 70), st.integers(1, 20), st.integers(0, 20))
def test_windows_joined_are_the_listpacks(
    entries: int, per_node: int, pitch: int, deleted: int
) -> None:
    stream = stream_of(entries, per_node, min(deleted, max(entries - 2, 0)))
    for node in stream.nodes.values.values():
        image = node.image()
        covered = bytearray(len(image))
        for start in range(0, stream_items(stream), pitch):
            layout = stream_layout(stream, Window(start, pitch), "debian")
            for shown in layout.nodes:
                if shown.master != node.master:
                    continue
                assert shown.header == image[:6]
                parts = [*shown.master_parts]
                for entry in shown.entries:
                    assert entry.id == node.ids[entry.index]
                    parts += entry.parts
                for part in parts:
                    data = part.prefix + part.data + part.backlen
                    assert image[part.offset : part.offset + len(data)] == data
                    covered[part.offset : part.offset + len(data)] = b"\1" * len(data)
        if len(stream.nodes) == 1:
            assert sum(covered) == len(image) - listpack.EMPTY_SIZE


def test_the_entries_of_the_only_node_are_the_items() -> None:
    assert stream_items(stream_of(50, 100)) == 50
    assert stream_items(stream_of(50, 5)) == 10
    assert stream_items(Stream()) == 0


def test_the_last_entries_are_shown_beside_the_window_unless_that_is_not_wanted() -> None:
    stream = stream_of(50, 100)
    both = stream_layout(stream, Window(3, 2), "debian")
    assert [one.index for one in both.nodes[0].entries] == [3, 4, 48, 49]
    alone = stream_layout(stream, Window(3, 2), "debian", ends=False)
    assert [one.index for one in alone.nodes[0].entries] == [3, 4]
    assert stream_layout(stream, Window(0, 0), "debian").nodes == ()


@pytest.mark.parametrize("pending", [0, 3, 40])
def test_groups_are_shown_with_their_first_entries(pending: int) -> None:
    stream = stream_of(40, 100)
    for number in range(GROUPS_SHOWN + 4):
        group = stream.add_group(b"g%03d" % number, 0, 0)
        assert group is not None
    group = stream.own_group(b"g001")
    assert group is not None

    group.consumers[b"ann"] = Consumer(b"ann", 5)
    for number in range(1, pending + 1):
        group.assign(number << 64, Nack(b"ann", 7, number))
    layout = stream_layout(stream, Window(), "debian")
    assert layout.group_count == GROUPS_SHOWN + 4
    assert len(layout.groups) == GROUPS_SHOWN
    shown = layout.groups[1]
    assert shown.pending == pending
    assert len(shown.nacks) == min(pending, PENDING_SHOWN)
    assert shown.consumers[0].pending == pending
    assert shown.tree_nodes == group.pending.nodes
    assert shown.lag == 40


def test_looking_at_a_long_stream_costs_the_window() -> None:
    """The nodes that are not looked at are not even asked for their size."""
    stream = stream_of(3000, 3)

    class Untouchable:
        def __getattr__(self, name: str) -> object:
            raise AssertionError(name)

    seen = stream.nodes.keys[400:410]
    for key in stream.nodes.keys:
        if key not in seen:
            stream.nodes.values[key] = Untouchable()  # type: ignore[assignment]
    layout = stream_layout(stream, Window(400, 10), "debian")
    assert [node.master for node in layout.nodes] == seen
    assert sum(node.key is not None for node in layout.tree.root.walk()) == 10
