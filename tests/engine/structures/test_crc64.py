"""CRC-64: the published check value, and its definition bit by bit."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.structures.crc64 import crc64

_REFLECTED = int(f"{0xAD93D23594C935A9:064b}"[::-1], 2)


def _by_definition(data: bytes, crc: int = 0) -> int:
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (_REFLECTED if crc & 1 else 0)
    return crc


def test_the_check_value_is_that_of_the_jones_polynomial() -> None:
    assert crc64(b"123456789") == 0xE9C6D914C4B8D9CA


def test_nothing_sums_up_to_nothing() -> None:
    assert crc64(b"") == 0
    assert crc64(b"", 7) == 7


@given(st.binary(max_size=300), st.integers(0, 2**64 - 1))
def test_it_is_the_remainder_bit_by_bit(data: bytes, before: int) -> None:
    assert crc64(data, before) == _by_definition(data, before)


@pytest.mark.parametrize("length", [16_383, 65_537])
def test_long_data_have_the_sum_of_the_definition(length: int) -> None:
    data = random.Random(length).randbytes(length)
    assert crc64(data) == _by_definition(data)


@given(st.binary(max_size=5000), st.integers(0, 5000))
def test_it_goes_on_where_it_was_left(data: bytes, cut: int) -> None:
    assert crc64(data[cut:], crc64(data[:cut])) == crc64(data)
