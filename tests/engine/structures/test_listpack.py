"""Listpack: sizes, images, decoding."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.structures import listpack
from tutor.engine.structures.window import Window

numbers = st.integers(-(2**63), 2**63 - 1).map(lambda number: b"%d" % number)
small_numbers = st.integers(-9000, 9000).map(lambda number: b"%d" % number)
entries = st.one_of(small_numbers, numbers, st.binary(max_size=140))


@given(st.lists(entries, max_size=40))
def test_what_is_encoded_decodes_to_the_same_values(values: list[bytes]) -> None:
    listpack.check(values)


@pytest.mark.parametrize("length", [0, 1, 62, 63, 64, 125, 126, 4094, 4095, 4096, 16_376, 16_377,
                                    16_378, 16_379, 2_097_145, 2_097_146])  # fmt: skip
def test_entries_at_the_edges_of_encodings_have_the_size_of_their_image(length: int) -> None:
    value = b"x" * length
    assert listpack.entry_size(value) == len(listpack.encode_entry(value))
    assert listpack.decode(listpack.encode([value])) == [value]


@pytest.mark.parametrize(
    ("values", "image"),
    [
        ([], "0700 0000 0000 ff"),
        ([b"f", b"v"], "0d00 0000 0200 816602 817602 ff"),
        ([b"1024"], "0a00 0000 0100 c40002 ff"),
        ([b"-1"], "0a00 0000 0100 dfff02 ff"),
        ([b"250"], "0a00 0000 0100 c0fa02 ff"),
        ([b"1", b"2", b"3"], "0d00 0000 0300 0101 0201 0301 ff"),
    ],
)
def test_images_are_those_measured_on_the_real_server(values: list[bytes], image: str) -> None:
    assert listpack.encode(values) == bytes.fromhex(image)


def test_the_backlen_is_read_from_the_right() -> None:
    assert listpack.encode_backlen(127) == b"\x7f"
    assert listpack.encode_backlen(128) == b"\x01\x80"
    assert listpack.encode_backlen(16_382) == b"\x7f\xfe"
    assert listpack.encode_backlen(16_383) == b"\x00\xff\xff"


def test_more_entries_than_the_header_can_count_are_left_uncounted() -> None:
    values = [b"7"] * 70_000
    blob = listpack.encode(values)
    assert blob[4:6] == b"\xff\xff"
    assert listpack.decode(blob) == values
    assert listpack.layout(values, Window(69_999, 5)).count == 70_000


def test_a_layout_shows_every_part_of_an_entry() -> None:
    values = [b"name", b"30", b"-70000", b"x" * 200]
    layout = listpack.layout(values)
    blob = listpack.encode(values)
    assert [entry.encoding for entry in layout.entries] == [
        "6-bit str",
        "7-bit uint",
        "int24",
        "12-bit str",
    ]
    assert [entry.integer for entry in layout.entries] == [None, 30, -70_000, None]
    for entry in layout.entries:
        image = entry.prefix + entry.data + entry.backlen
        assert blob[entry.offset : entry.offset + entry.size] == image
    assert layout.total_bytes == len(blob)
    assert layout.header == blob[:6]


@given(st.lists(entries, max_size=30), st.integers(0, 35), st.integers(0, 10))
def test_a_window_shows_the_same_entries_as_the_whole(
    values: list[bytes], start: int, count: int
) -> None:
    whole = listpack.layout(values)
    part = listpack.layout(values, Window(start, count))
    assert part.entries == whole.entries[start : start + count]
    assert part.total_bytes == whole.total_bytes == listpack.total_size(values)


@pytest.mark.parametrize(
    ("blob", "message"),
    [
        (b"", "header"),
        (bytes.fromhex("0800 0000 0000 ff"), "header"),
        (bytes.fromhex("0700 0000 0000 00"), "header"),
        (bytes.fromhex("0700 0000 0100 ff"), "counts 1"),
        (bytes.fromhex("0d00 0000 0200 816603 817602 ff"), "backlen of the entry at offset 6"),
        (bytes.fromhex("0d00 0000 0200 896602 817602 ff"), "offset 6 runs past"),
        (bytes.fromhex("0900 0000 0100 f501 ff"), "unknown encoding 0xf5 at offset 6"),
        (bytes.fromhex("0800 0000 0100 c5 ff"), "offset 6 runs past"),
        (bytes.fromhex("0900 0000 0100 f40a ff"), "offset 6 runs past"),
        (bytes.fromhex("0900 0000 0100 f00a ff"), "offset 6 runs past"),
    ],
)
def test_a_damaged_image_is_refused_with_the_offset(blob: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        listpack.decode(blob)


@given(st.lists(entries, min_size=1, max_size=8), st.data())
def test_a_changed_byte_never_breaks_the_decoder(values: list[bytes], data: st.DataObject) -> None:
    blob = bytearray(listpack.encode(values))
    place = data.draw(st.integers(0, len(blob) - 1))
    blob[place] = data.draw(st.integers(0, 255))
    with suppress(ValueError):  # and no other error
        listpack.decode(bytes(blob))
