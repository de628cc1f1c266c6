"""LZF and CRC-64."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.structures import lzf
from tutor.engine.structures.crc64 import REFLECTED_POLYNOMIAL, crc64

repetitive = st.lists(
    st.one_of(st.binary(max_size=12), st.sampled_from([b"user:", b"\0" * 40, b"abcabcabc"])),
    max_size=60,
).map(b"".join)


@given(repetitive)
def test_what_is_compressed_comes_back(data: bytes) -> None:
    image = lzf.compress(data)
    if image is not None:
        assert len(image) <= len(data)
        assert lzf.decompress(image, len(data)) == data


@given(repetitive, st.integers(0, 700))
def test_the_image_never_exceeds_the_room_it_was_given(data: bytes, room: int) -> None:
    image = lzf.compress(data, room)
    unbounded = lzf.compress(data, 10 * len(data) + 10)
    if image is not None:
        assert len(image) <= room
        assert image == unbounded


@pytest.mark.parametrize(
    ("data", "image"),
    [(b"a" * 44, "016161e01f00016161"), (b"a" * 45, "016161e020000161 61")],
)
def test_images_are_those_measured_on_the_real_server(data: bytes, image: str) -> None:
    assert lzf.compress(data, len(data) - 4) == bytes.fromhex(image)


def test_noise_does_not_compress() -> None:
    assert lzf.compress(random.Random(1).randbytes(500)) is None


def test_matches_reach_their_longest_and_farthest() -> None:
    block = random.Random(2).randbytes(8192)
    for data in (b"x" * 5000, block + block[:300], block[:4000] * 3):
        image = lzf.compress(data, len(data) + 1000)
        assert image is not None
        assert lzf.decompress(image, len(data)) == data


@pytest.mark.parametrize(
    ("blob", "size", "message"),
    [
        ("05 61", 6, "runs past the end"),
        ("00 61 e0", 9, "cut short"),
        ("20 00", 3, "before the beginning"),
        ("00 61", 2, "1 bytes came out, 2 were announced"),
        ("01 61 61", 1, "2 bytes came out"),
    ],
)
def test_a_damaged_image_is_refused(blob: str, size: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        lzf.decompress(bytes.fromhex(blob), size)


def naive_crc64(data: bytes, crc: int = 0) -> int:
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (REFLECTED_POLYNOMIAL if crc & 1 else 0)
    return crc


def test_the_checksum_of_the_customary_text_is_the_published_one() -> None:
    assert crc64(b"123456789") == 0xE9C6D914C4B8D9CA


@given(st.binary(max_size=80), st.integers(0, 2**64 - 1))
def test_short_data_has_the_checksum_of_the_definition(data: bytes, before: int) -> None:
    assert crc64(data, before) == naive_crc64(data, before)


@pytest.mark.parametrize("length", [16_383, 16_384, 16_385, 32_768, 50_001])
def test_long_data_has_the_checksum_of_its_parts(length: int) -> None:
    data = random.Random(length).randbytes(length)
    in_parts = 0
    for start in range(0, length, 1000):
        in_parts = crc64(data[start : start + 1000], in_parts)
    assert crc64(data) == in_parts == naive_crc64(data)
