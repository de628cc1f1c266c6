"""Layouts: the parts of an item, the chunks of a page, and that looking costs nothing."""

from __future__ import annotations

import pytest

from tests.memcached.conftest import Machine
from tutor.memcached.settings import MEBIBYTE, Settings, SettingsError
from tutor.memcached.slabs import chunk_sizes


def test_the_classes_of_a_memcached_without_options() -> None:
    sizes = chunk_sizes(Settings())
    assert sizes[:6] == [96, 120, 152, 192, 240, 304]
    assert (len(sizes), sizes[-2:]) == (39, [394840, 524288])


def test_an_item_is_the_sum_of_its_parts(machine: Machine) -> None:
    machine.say(b"set key 7 60 5", b"hello")
    layout = machine.store.item_layout(b"key")
    assert layout is not None
    assert layout.parts == (
        *(("header", 48), ("cas", 8), ("key", 4), ("flags", 4), ("value", 5), ("end", 2)),
    )
    assert layout.size == sum(size for _, size in layout.parts) == 71
    assert (layout.chunk, layout.chunks, layout.slab_class) == (96, 1, 1)
    assert (layout.value, layout.value_length, layout.exptime_s) == (b"hello", 5, 60)


@pytest.mark.parametrize(("length", "chunk"), [(36, 96), (37, 120), (60, 120), (61, 152)])
def test_a_byte_more_may_need_the_next_class(machine: Machine, length: int, chunk: int) -> None:
    machine.set(b"k", b"v" * length)
    layout = machine.store.item_layout(b"k")
    assert layout is not None
    assert layout.chunk == chunk


def test_a_large_item_is_a_chain(machine: Machine) -> None:
    machine.set(b"k", b"v" * 600_000)
    layout = machine.store.item_layout(b"k")
    assert layout is not None
    assert layout.chunks == 3
    assert layout.chunk == 120 + 524_288 + 82_792
    assert len(layout.value) == 4096
    assert layout.value_length == 600_000
    page = machine.store.page_layout(39, 0)
    assert [None if one is None else one.key for one in page.chunks] == [None, b"k"]


def test_a_page_is_filled_from_its_end(machine: Machine) -> None:
    for number in range(3):
        machine.set(b"k%d" % number)
    page = machine.store.page_layout(1, 0, start=10_918, count=64)
    assert [None if one is None else one.key for one in page.chunks] == [None, b"k2", b"k1", b"k0"]
    machine.say(b"delete k1")
    machine.set(b"new")
    page = machine.store.page_layout(1, 0, start=10_920, count=1)
    assert [None if one is None else one.key for one in page.chunks] == [b"new"]
    assert (page.first, page.chunk) == (10_920, 96)


def test_waste_is_what_items_do_not_use(machine: Machine) -> None:
    machine.set(b"a", b"v" * 10)
    machine.set(b"b", b"v" * 30)
    (layout,) = machine.store.layout().classes
    assert (layout.used, layout.requested) == (2, 70 + 90)
    assert layout.used * layout.chunk - layout.requested == 32


def test_looking_marks_nothing(machine: Machine) -> None:
    machine.set(b"k")
    before = machine.say(b"stats")
    machine.store.layout()
    machine.store.item_layout(b"k")
    machine.store.page_layout(1, 0)
    machine.store.segment_keys(1, "hot")
    after = machine.say(b"stats")
    changed = {line.split()[1] for line, old in zip(after, before, strict=True) if line != old}
    assert changed <= {b"bytes_read", b"bytes_written"}


def test_what_is_not_there(machine: Machine) -> None:
    assert machine.store.item_layout(b"none") is None
    with pytest.raises(IndexError):
        machine.store.page_layout(1, 0)
    with pytest.raises(IndexError):
        machine.store.page_layout(99, 0)
    with pytest.raises(ValueError, match="luke"):
        machine.store.segment_keys(1, "luke")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"item_size_max": 100}, "Item max size cannot be less than 1024 bytes."),
        ({"item_size_max": 33 * MEBIBYTE}, "Cannot set item size limit higher than 1/2 of memory"),
        ({"item_size_max": 1_536_000}, "must be evenly divisible by slab_chunk_max"),
        ({"item_size_max": 8192}, "cannot be larger than -I"),
        ({"growth_factor": 1.0}, "Factor must be greater than 1"),
        ({"slab_min_size": 0}, "Chunk size must be greater than 0"),
        ({"connections": 0}, "Maximum connections must be greater than 0"),
    ],
)
def test_settings_that_memcached_refuses(settings: dict[str, int], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Settings(**settings)
