"""Sorting a part: the right elements in the right order, whatever is equal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.structures.partial_sort import sorted_range


@given(st.data(), st.lists(st.integers(0, 12), min_size=1, max_size=120), st.booleans())
def test_a_part_is_what_a_full_sort_has_there(
    data: st.DataObject, keys: list[int], reverse: bool
) -> None:
    start = data.draw(st.integers(0, len(keys) - 1))
    stop = data.draw(st.integers(start, len(keys)))
    items = list(enumerate(keys))
    part = sorted_range(items, start, stop, lambda item: item[1], reverse)
    assert [key for _, key in part] == sorted(keys, reverse=reverse)[start:stop]
    assert len(set(part)) == len(part)
    assert set(part) <= set(items)


@given(st.lists(st.integers(), unique=True, min_size=1, max_size=60))
def test_different_keys_leave_nothing_to_choose(keys: list[int]) -> None:
    assert sorted_range(keys, 0, len(keys), lambda key: key) == sorted(keys)
