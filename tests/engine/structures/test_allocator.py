"""Size classes of the two builds."""

from __future__ import annotations

import pytest

from tutor.engine.structures.allocator import size_class
from tutor.engine.structures.window import Window

DEBIAN = [8, 16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768]
UPSTREAM = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512]


@pytest.mark.parametrize(("allocator", "classes"), [("debian", DEBIAN), ("upstream", UPSTREAM)])
def test_a_request_gets_the_smallest_class_that_holds_it(
    allocator: str, classes: list[int]
) -> None:
    for request in range(classes[-1] + 1):
        expected = min(size for size in classes if size >= request)
        assert size_class(request, allocator) == expected


@pytest.mark.parametrize("allocator", ["debian", "upstream"])
def test_large_classes_stand_four_to_a_doubling(allocator: str) -> None:
    for request, size in (
        (14_337, 16_384),
        (16_385, 20_480),
        (101_000, 114_688),
        (2**20 + 1, 1310720),
    ):
        assert size_class(request, allocator) == size
        assert size_class(size, allocator) == size


def test_an_unknown_allocator_is_named_in_the_error() -> None:
    with pytest.raises(ValueError, match="'hoard'"):
        size_class(10, "hoard")


def test_a_window_is_clamped_to_the_structure() -> None:
    assert Window(2, 3).bounds(10) == (2, 5)
    assert Window(8, 5).bounds(10) == (8, 10)
    assert Window(20, 5).bounds(10) == (10, 10)
    assert Window(-3, 2).bounds(10) == (0, 2)
    assert Window(0, -1).bounds(10) == (0, 0)
