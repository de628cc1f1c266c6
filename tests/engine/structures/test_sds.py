"""Strings: encodings, headers, growth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.structures.sds import (
    Sds,
    SdsFigures,
    encoding_of,
    header_type,
    key_memory,
    key_sdslen,
    parse_integer,
    sdslen,
    string_layout,
    string_memory,
)
from tutor.engine.structures.window import Window


@given(st.integers(-(2**63), 2**63 - 1))
def test_the_canonical_text_of_a_64_bit_integer_is_an_integer(number: int) -> None:
    assert parse_integer(b"%d" % number) == number


@pytest.mark.parametrize(
    "text",
    [b"", b"-", b"-0", b"00", b"01", b"-01", b"+1", b" 1", b"1 ", b"1.0", b"1e3", b"1_0", b"0x1",
     b"9223372036854775808", b"-9223372036854775809", b"99999999999999999999", b"1\0", b"a",
     "١".encode()],
)  # fmt: skip
def test_look_alikes_of_integers_are_texts(text: bytes) -> None:
    assert parse_integer(text) is None
    assert encoding_of(text) == "embstr"


@given(st.binary(max_size=25))
def test_whatever_parses_prints_back_to_the_same_bytes(text: bytes) -> None:
    number = parse_integer(text)
    assert number is None or b"%d" % number == text


@pytest.mark.parametrize(
    ("length", "kind"),
    [
        (0, 8),
        (1, 5),
        (31, 5),
        (32, 8),
        (255, 8),
        (256, 16),
        (65_535, 16),
        (65_536, 32),
        (2**32, 64),
    ],
)
def test_the_header_kind_follows_the_length(length: int, kind: int) -> None:
    assert header_type(length) == kind


@pytest.mark.parametrize(
    ("value", "encoding", "debian", "upstream"),
    [
        (b"", "embstr", 32, 24),
        (b"bar", "embstr", 32, 24),
        (b"5", "int", 16, 16),
        (b"9223372036854775808", "embstr", 48, 40),
        (b"a" * 44, "embstr", 64, 64),
        (b"a" * 45, "raw", 80, 72),
        (12, "int", 16, 16),
    ],
)
def test_a_set_value_takes_the_bytes_of_the_fact_sheet(
    value: bytes | int, encoding: str, debian: int, upstream: int
) -> None:
    assert encoding_of(value) == encoding
    assert string_memory(value) == debian
    assert string_memory(value, "upstream") == upstream


def test_one_byte_at_a_time_grows_as_measured_on_the_real_server() -> None:
    string = Sds.from_value(b"a")
    measured = [(2, 2, 8), (3, 1, 8), (4, 0, 8), (5, 7, 16), (6, 6, 16)]
    for figures in measured:
        string.append(b"b")
        assert sdslen(string) == SdsFigures(*figures)
    measured = [(36, 40, 80), (66, 10, 80), (96, 124, 224), (126, 94, 224), (156, 64, 224),
                (186, 34, 224), (216, 4, 224), (246, 260, 512)]  # fmt: skip
    for figures in measured:
        string.append(b"c" * 30)
        assert sdslen(string) == SdsFigures(*figures)


def test_below_a_mebibyte_room_doubles_and_above_it_a_mebibyte_is_added() -> None:
    string = Sds.fresh(bytes(600_000))
    string.append(bytes(500_000))
    assert sdslen(string) == SdsFigures(1_100_000, 1_521_430, 2_621_440)


def test_a_write_beyond_the_end_fills_the_gap_with_zero_bytes() -> None:
    string = Sds.from_value(b"abc")
    string.write_at(10, b"x")
    assert bytes(string) == b"abc" + bytes(7) + b"x"
    assert sdslen(string) == SdsFigures(11, 17, 32)


def test_a_write_inside_changes_no_room() -> None:
    string = Sds.from_value(b"x" * 60)
    before = string.alloc
    string.write_at(3, b"abc")
    assert bytes(string) == b"xxxabc" + b"x" * 54
    assert string.alloc == before


def test_a_decoded_integer_becomes_an_exact_raw_string() -> None:
    string = Sds.from_value(12)
    assert (bytes(string), string.encoding, string.kind, string.alloc) == (b"12", "raw", 5, 2)


def test_a_raw_string_is_written_in_place_and_an_embstr_is_not() -> None:
    raw = Sds.fresh(b"abc")
    assert Sds.from_value(raw) is raw
    embedded = Sds.embstr(b"12")
    assert encoding_of(embedded) == "embstr"
    decoded = Sds.from_value(embedded)
    assert decoded is not embedded
    assert encoding_of(decoded) == "raw"


def test_an_embstr_holds_44_bytes_at_most() -> None:
    Sds.embstr(b"x" * 44).check()
    with pytest.raises(ValueError, match="44"):
        Sds.embstr(b"x" * 45)


def test_resizing_gives_exact_room_and_cuts_what_is_beyond() -> None:
    string = Sds.fresh(bytes(18))
    string.resize(42)
    assert sdslen(string) == SdsFigures(18, 24, 48)
    string.resize(5)
    assert (bytes(string), string.alloc) == (bytes(5), 5)


def test_the_room_won_by_growing_is_not_copied() -> None:
    string = Sds.from_value(b"a" * 50)
    string.append(b"b" * 30)
    assert string.alloc > 100
    copy = Sds.copy_of(string)
    assert bytes(copy) == bytes(string)
    assert copy.alloc == 92


def test_a_clone_is_independent_and_has_the_same_memory() -> None:
    string = Sds.from_value(b"a" * 50)
    string.append(b"b" * 30)
    twin = string.clone()
    twin.append(b"c")
    assert len(string) == 80
    assert (twin.alloc, twin.kind, twin.encoding) == (string.alloc, string.kind, string.encoding)


def test_a_layout_shows_the_header_as_it_lies_in_memory() -> None:
    string = Sds.from_value(b"a")
    string.append(b"b")
    layout = string_layout(string, window=Window(1, 10))
    assert layout.header == "sdshdr8"
    assert layout.header_bytes == b"\x02\x04\x01"
    assert (layout.preview, layout.preview_start, layout.free) == (b"b", 1, 2)
    assert (layout.allocation, layout.memory) == (8, 24)
    short = string_layout(Sds.fresh(b"abc"))
    assert (short.header, short.header_bytes) == ("sdshdr5", b"\x18")


def test_a_layout_of_an_integer_says_whether_it_is_shared() -> None:
    for value in (b"9999", 9999, 0):
        assert string_layout(value).shared
    for value in (b"10000", 10_000, -1):
        layout = string_layout(value)
        assert not layout.shared
        assert layout.integer == int(value)
        assert (layout.allocation, layout.memory) == (0, 16)


def test_an_embstr_and_its_object_share_one_block() -> None:
    layout = string_layout(b"a" * 44)
    assert (layout.encoding, layout.allocation, layout.memory) == ("embstr", 64, 64)
    assert layout.header_bytes == b"\x2c\x2c\x01"


def test_a_key_of_32_bytes_needs_the_longer_header() -> None:
    assert key_memory(b"k" * 30) == 32
    assert key_memory(b"k" * 31) == 48
    assert key_sdslen(b"k" * 31) == SdsFigures(31, 0, 48)
    assert key_sdslen(b"k" * 32) == SdsFigures(32, 12, 48)


@given(
    st.one_of(st.binary(max_size=100), st.integers(-(2**63), 2**63 - 1)),
    st.lists(
        st.tuples(st.booleans(), st.integers(0, 400), st.binary(min_size=1, max_size=300)),
        max_size=12,
    ),
    st.sampled_from(["debian", "upstream"]),
)
def test_any_chain_of_writes_gives_the_right_text_in_a_block_that_holds_it(
    value: bytes | int, writes: list[tuple[bool, int, bytes]], allocator: str
) -> None:
    string = Sds.from_value(value, allocator)
    model = bytearray(b"%d" % value if isinstance(value, int) else value)
    for appending, offset, data in writes:
        if appending:
            string.append(data, allocator)
            model += data
        else:
            string.write_at(offset, data, allocator)
            model.extend(bytes(max(0, offset - len(model))))
            model[offset : offset + len(data)] = data
        string.check()
        assert string.data == model
        layout = string_layout(string, allocator=allocator)
        assert layout.allocation >= layout.header_size + layout.alloc + 1
        assert layout.memory == string_memory(string, allocator)
