"""The image of a string as bits agrees with arithmetic on the whole string."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.structures.bitmap_layout import COUNTED_MOST, bitmap_layout
from tutor.engine.structures.window import Window

texts = st.binary(max_size=40) | st.integers(0, 9).map(bytes) | st.just(b"\xff" * 5)


def digits(text: bytes) -> str:
    return "".join(f"{byte:08b}" for byte in text)


@given(texts, st.integers(0, 45), st.integers(0, 12))
def test_bits_and_figures_are_those_of_the_text(text: bytes, start: int, count: int) -> None:
    layout = bitmap_layout(text, Window(start, count))
    bits = digits(text)
    assert layout.ones == bits.count("1")
    assert layout.first_one == bits.find("1")
    wanted = bits.find("0")
    assert layout.first_zero == (len(bits) if wanted < 0 and text else wanted)
    for offset in range(8 * layout.start, 8 * (layout.start + len(layout.data))):
        assert layout.bit(offset) == int(bits[offset])


@given(texts.filter(len), st.integers(0, 330), st.integers(1, 63), st.booleans())
def test_a_field_is_read_over_the_end_of_the_text(
    text: bytes, offset: int, width: int, signed: bool
) -> None:
    layout = bitmap_layout(text, Window(0, len(text)))
    bits = digits(text).ljust(offset + width, "0")
    value = int(bits[offset : offset + width], 2)
    if signed and value >> width - 1:
        value -= 1 << width
    assert layout.field(offset, width, signed) == value


def test_a_field_that_is_not_wholly_in_sight_is_not_read() -> None:
    layout = bitmap_layout(bytes(20), Window(4, 4))
    assert layout.field(31, 4, False) is None
    assert layout.field(60, 8, False) is None
    assert layout.field(56, 8, False) == 0


def test_a_very_long_text_is_not_counted() -> None:
    layout = bitmap_layout(bytearray(COUNTED_MOST + 1), Window(5, 3))
    assert (layout.ones, layout.first_one, layout.first_zero) == (None, None, None)
    assert layout.data == bytes(3)
