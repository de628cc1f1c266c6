"""A sample sort gives what `sorted` gives, whatever the order and however many are equal."""

from __future__ import annotations

import random

import pytest

from tutor.engine.structures import sample_sort
from tutor.engine.structures.sample_sort import sorted_in_parts


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("kinds", [1, 2, 50, 10**6])
def test_it_is_as_sorted_and_as_stable(
    monkeypatch: pytest.MonkeyPatch, kinds: int, reverse: bool
) -> None:
    monkeypatch.setattr(sample_sort, "PART", 16)
    chance = random.Random(kinds)
    for length in (0, 1, 32, 33, 100, 1000, 5000):
        items = [(chance.randrange(kinds), at) for at in range(length)]
        found = sorted_in_parts(items, lambda item: (item[0],), reverse)
        assert found == sorted(items, key=lambda item: item[0], reverse=reverse)


@pytest.mark.parametrize("items", [range(3000), range(3000, 0, -1)], ids=["rising", "falling"])
def test_what_is_in_order_already_is_dealt_evenly(
    monkeypatch: pytest.MonkeyPatch, items: range
) -> None:
    monkeypatch.setattr(sample_sort, "PART", 64)
    parts = sample_sort._dealt(items, lambda item: (item,), 1)
    assert max(map(len, parts)) < 4 * 64
    assert sorted_in_parts(items, lambda item: (item,)) == sorted(items)
