"""Intset: order, width, images."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.structures.intset import Intset
from tutor.engine.structures.window import Window

edges = [edge + by for edge in (0, 2**15, -(2**15), 2**31, -(2**31)) for by in (-1, 0, 1)]
values = st.one_of(st.integers(-20, 20), st.sampled_from(edges), st.integers(-(2**63), 2**63 - 1))


@given(st.lists(st.tuples(st.booleans(), values), max_size=60))
def test_any_sequence_of_changes_gives_the_set_in_order(changes: list[tuple[bool, int]]) -> None:
    ours, model = Intset(), set[int]()
    width = 2
    for adding, value in changes:
        if adding:
            assert ours.add(value) == (value not in model)
            model.add(value)
        else:
            assert ours.discard(value) == (value in model)
            model.discard(value)
        ours.check()
        assert list(ours) == sorted(model)
        assert (value in ours) == (value in model)
        assert ours.width >= width
        width = ours.width
        if model:
            again = Intset.decode(ours.encode())
            assert (again.values, again.width) == (ours.values, ours.width)


def test_images_are_those_measured_on_the_real_server() -> None:
    assert Intset([1, 2, 3]).encode() == bytes.fromhex("02000000 03000000 0100 0200 0300")
    wide = Intset([-1, 5_000_000_000]).encode()
    assert wide == bytes.fromhex("08000000 02000000 ffffffffffffffff 00f2052a01000000")


def test_the_first_value_that_does_not_fit_widens_all_of_them() -> None:
    ours = Intset([1, 2])
    steps: list[tuple[str, dict[str, Any]]] = []
    ours.trace = lambda kind, /, **particulars: steps.append((kind, particulars))
    ours.add(70_000)
    ours.add(3)
    assert steps[:3] == [
        ("too-wide", {"value": 70_000}),
        ("upgrade", {"old": 2, "new": 4, "value": 70_000, "place": 2}),
        ("insert", {"value": 70_000, "place": 2}),
    ]
    assert ours.total_bytes == 8 + 4 * 4


def test_removing_the_wide_value_never_narrows_the_rest() -> None:
    ours = Intset([1, 70_000])
    ours.discard(70_000)
    assert ours.width == 4
    assert ours.clone().width == 4


def test_a_layout_shows_the_visible_elements_only() -> None:
    ours = Intset(range(100))
    layout = ours.layout(Window(98, 10))
    assert [element.value for element in layout.elements] == [98, 99]
    assert layout.elements[0].offset == 8 + 98 * 2
    assert layout.elements[0].data == b"\x62\x00"
    assert (layout.length, layout.width, layout.total_bytes) == (100, 2, 208)


def test_a_clone_is_independent() -> None:
    ours = Intset([1, 2])
    ours.clone().add(3)
    assert list(ours) == [1, 2]


@pytest.mark.parametrize(
    ("blob", "message"),
    [
        ("0200", "shorter"),
        ("03000000 01000000 010203", "width 3"),
        ("02000000 02000000 0100", "does not fit"),
        ("02000000 00000000", "empty"),
        ("02000000 02000000 0200 0100", "out of order"),
        ("02000000 02000000 0100 0100", "out of order"),
    ],
)
def test_a_damaged_image_is_refused(blob: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Intset.decode(bytes.fromhex(blob))
