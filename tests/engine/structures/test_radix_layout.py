"""The image of a radix tree: its nodes are those that are counted, its leaves the wanted keys."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.engine.structures.test_radix import keys
from tutor.engine.structures.radix import KEY_SIZE, Radix
from tutor.engine.structures.radix_layout import RadixNodeLayout, radix_layout


def tree_of(some: list[int]) -> Radix[None]:
    tree: Radix[None] = Radix()
    for key in some:
        tree.set(key, None)
    return tree


def spelt(node: RadixNodeLayout, before: bytes) -> list[tuple[int, bytes]]:
    """Each leaf with the bytes on the way to it."""
    if node.key is not None:
        return [(node.key, before)]
    if node.ways == 1:
        return [leaf for child in node.children for leaf in spelt(child, before + node.text)]
    found: list[tuple[int, bytes]] = []
    for number, child in enumerate(node.children, node.first):
        found += spelt(child, before + node.text[number : number + 1])
    return found


@given(st.lists(keys, max_size=60, unique=True))
def test_the_whole_tree_has_the_nodes_that_are_counted(some: list[int]) -> None:
    tree = tree_of(some)
    layout = radix_layout(tree, 0, len(some))
    nodes = list(layout.root.walk())
    assert len(nodes) == tree.nodes == layout.nodes
    leaves = spelt(layout.root, b"")
    if some:
        assert leaves == [(key, key.to_bytes(KEY_SIZE, "big")) for key in sorted(some)]
    for node in nodes:
        assert node.size % 8 == 0
        assert node.depth + len(node.text) * node.compressed <= KEY_SIZE
        assert not node.compressed or len(node.children) == 1


@given(st.lists(keys, min_size=1, max_size=60, unique=True), st.integers(0, 59), st.integers(0, 60))
def test_a_part_of_the_tree_leads_to_its_keys_and_counts_the_others(
    some: list[int], start: int, count: int
) -> None:
    tree = tree_of(some)
    start = min(start, len(some))
    stop = min(start + count, len(some))
    layout = radix_layout(tree, start, stop)
    wanted = sorted(some)[start:stop]
    nodes = list(layout.root.walk())
    assert [node.key for node in nodes if node.key is not None] == wanted
    if len(some) > 1 or wanted:
        hidden = sum(node.before + node.after for node in nodes)
        assert hidden + len(wanted) == len(some)
    whole = {(node.depth, node.text, node.key) for node in radix_layout(tree, 0, 99).root.walk()}
    assert {(node.depth, node.text, node.key) for node in nodes} <= whole


def test_headers_are_those_of_rax() -> None:
    root = radix_layout(tree_of([1 << 64 | 1, 2 << 64 | 1]), 0, 2).root
    nodes = list(root.walk())
    assert [len(node.text) for node in nodes] == [7, 2, 8, 0, 8, 0]
    assert [node.compressed for node in nodes] == [True, False, True, False, True, False]
    assert [node.header.hex() for node in nodes] == [
        "3c000000",
        "10000000",
        "44000000",
        "01000000",
        "44000000",
        "01000000",
    ]
    assert [node.size for node in nodes] == [24, 24, 24, 16, 24, 16]
    assert [node.padding for node in nodes] == [5, 2, 4, 4, 4, 4]


def test_an_empty_tree_is_one_node_without_text() -> None:
    layout = radix_layout(tree_of([]), 0, 10)
    assert (layout.keys, layout.nodes) == (0, 1)
    assert list(layout.root.walk()) == [RadixNodeLayout(0, b"", None, ())]
