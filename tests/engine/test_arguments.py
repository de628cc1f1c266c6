"""How words become numbers and options."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine import errors
from tutor.engine.arguments import (
    FLAG,
    LongDouble,
    Option,
    integer,
    leading_options,
    options,
    parse_integer,
    parse_long_double,
    parse_number,
    positive,
    ranged,
)
from tutor.engine.replies import ReplyError


@pytest.mark.parametrize(
    "word", [b"", b"+1", b"01", b"-0", b" 1", b"1 ", b"1.0", b"0x1", b"1_0", b"-", b"9" * 30]
)
def test_only_the_canonical_form_is_an_integer(word: bytes) -> None:
    assert parse_integer(word) is None
    with pytest.raises(ReplyError, match="not an integer"):
        integer(word)


@given(st.integers(-(2**63), 2**63 - 1))
def test_every_int64_is_an_integer(number: int) -> None:
    assert parse_integer(b"%d" % number) == number


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 2**64])
def test_beyond_int64_nothing_is_an_integer(number: int) -> None:
    assert parse_integer(b"%d" % number) is None


def test_a_range_names_its_bounds_unless_told_what_to_say() -> None:
    with pytest.raises(ReplyError, match="value must between 0 and 5"):
        ranged(b"6", 0, 5)
    with pytest.raises(ReplyError, match="must be positive"):
        positive(b"x")
    with pytest.raises(ReplyError, match="must be positive"):
        positive(b"-1")


@pytest.mark.parametrize(
    ("word", "value"),
    [
        (b"1.5", 1.5),
        (b".5", 0.5),
        (b"5.", 5.0),
        (b"+1e3", 1000.0),
        (b"inf", math.inf),
        (b"-Infinity", -math.inf),
        (b"0x1p4", 16.0),
        (b"0X.8", 0.5),
        (b"5e-324", 5e-324),
        (b"0e99999", 0.0),
    ],
)
def test_a_double_is_what_strtod_reads(word: bytes, value: float) -> None:
    assert parse_number(word) == value


@pytest.mark.parametrize(
    "word",
    [
        b"",
        b".",
        b"1e",
        b" 1",
        b"1 ",
        b"1_0",
        b"nan",
        b"1e400",
        b"1e-400",
        b"0x",
        b"0x1p9999",
        b"1\0",
    ],
)
def test_what_strtod_leaves_over_or_cannot_hold_is_no_double(word: bytes) -> None:
    assert parse_number(word) is None


@given(st.fractions(min_value=-(10**25), max_value=10**25, max_denominator=10**12))
def test_a_long_double_is_within_half_a_unit_of_its_64_bit_mantissa(value: Fraction) -> None:
    text = f"{value.numerator // value.denominator}.{value.denominator}".encode()
    exact = Fraction(text.decode())
    read = parse_long_double(text)
    assert read is not None
    assert read.mantissa.bit_length() <= 64
    got = Fraction(read.mantissa) * Fraction(2) ** read.exponent
    assert abs(got - exact) <= abs(exact) / 2**64


@given(st.integers(-(2**62), 2**62), st.integers(-(2**62), 2**62))
def test_integers_add_up_exactly_in_long_doubles(left: int, right: int) -> None:
    total = LongDouble(left) + LongDouble(right)
    assert total is not None
    assert bytes(total) == b"%d" % (left + right)


def test_infinite_long_doubles_have_no_sum() -> None:
    infinite = parse_long_double(b"inf")
    assert infinite is not None
    assert infinite + LongDouble(1) is None


_TABLE = {
    b"nx": Option(excludes=(b"xx",)),
    b"xx": Option(excludes=(b"nx",)),
    b"count": Option((integer,)),
    b"limit": Option((integer, integer)),
    b"get": Option((bytes,), repeats=True),
    b"asc": FLAG,
    b"desc": FLAG,
}


def _read(line: bytes) -> dict[bytes, object]:
    return options([b"CMD", *line.split()], 1, _TABLE)


def test_options_are_read_into_a_dictionary() -> None:
    found = _read(b"NX Count 5 LIMIT 1 2 GET a get b")
    assert found == {b"nx": True, b"count": 5, b"limit": (1, 2), b"get": [b"a", b"b"]}


def test_the_latest_word_comes_last_and_counts() -> None:
    assert list(_read(b"ASC DESC ASC COUNT 1 COUNT 2")) == [b"desc", b"asc", b"count"]
    assert _read(b"COUNT 1 COUNT 2") == {b"count": 2}


@pytest.mark.parametrize("line", [b"FOO", b"NX XX", b"XX NX", b"COUNT", b"LIMIT 1", b"GET"])
def test_what_fits_no_option_is_a_syntax_error(line: bytes) -> None:
    with pytest.raises(ReplyError) as caught:
        _read(line)
    assert caught.value.message == errors.SYNTAX


def test_the_first_fault_is_reported() -> None:
    with pytest.raises(ReplyError) as caught:
        _read(b"COUNT x FOO")
    assert caught.value.message == errors.NOT_INTEGER


def test_leading_options_stop_at_the_first_other_word() -> None:
    assert leading_options([b"NX", b"COUNT", b"1", b"a", b"XX"], 0, _TABLE) == (
        {b"nx": True, b"count": 1},
        3,
    )
