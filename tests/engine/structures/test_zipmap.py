"""Zipmaps against the measured bytes of Redis 2.4.18, and against themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.structures import zipmap
from tutor.engine.structures.window import Window

texts = st.binary(max_size=40) | st.integers(250, 300).map(lambda size: b"x" * size)
pairs = st.dictionaries(texts, texts, min_size=1, max_size=300).map(lambda some: list(some.items()))


def test_the_measured_hash_of_alice() -> None:
    blob = bytes.fromhex("02046e616d650500416c69636503616765020033 30ff")
    assert zipmap.encode([(b"name", b"Alice"), (b"age", b"30")]) == blob
    assert zipmap.layout(blob).header == b"\x02"


def test_a_shorter_value_leaves_bytes_behind() -> None:
    """Measured: Alice overwritten by Bo; the stale bytes stay."""
    name, value = zipmap.texts_of(bytes.fromhex("01046e616d65 0203426f696365ff"))
    assert (name.value, name.free, name.unused) == (b"name", b"", b"")
    assert (value.value, value.free, value.unused) == (b"Bo", b"\x03", b"ice")
    assert value.size == 7


def test_254_bytes_need_a_length_of_five() -> None:
    first, _value = zipmap.texts_of(zipmap.encode([(b"f" * 254, b"")]))
    assert first.length == bytes.fromhex("fefe000000")


def test_more_than_253_pairs_are_not_counted() -> None:
    blob = zipmap.encode([(b"%d" % number, b"") for number in range(300)])
    assert blob[0] == 254
    assert len(zipmap.decode(blob)) == 300


@given(pairs)
def test_pairs_come_back(some: list[tuple[bytes, bytes]]) -> None:
    assert zipmap.decode(zipmap.encode(some)) == some


@given(pairs, st.integers(0, 20))
def test_a_layout_is_a_cut_out_of_the_bytes(some: list[tuple[bytes, bytes]], start: int) -> None:
    blob = zipmap.encode(some)
    image = zipmap.layout(blob, Window(start, 4), last=2)
    assert image.count == len(some) * 2
    assert start >= image.count or image.entries[-1].value == some[-1][1]
    for text in image.entries:
        there = text.length + text.free + text.value + text.unused
        assert blob[text.offset :].startswith(there)
    whole = zipmap.layout(blob, Window(0, 1000)).entries
    assert blob[1:-1] == b"".join(one.length + one.free + one.value for one in whole)


@given(pairs)
def test_the_image_of_some_texts_is_cut_out_of_the_whole(some: list[tuple[bytes, bytes]]) -> None:
    texts = [text for pair in some for text in pair]
    shown = range(0, len(texts), 3)
    image = zipmap.layout_of(texts, shown)
    whole = zipmap.layout(zipmap.encode(some), Window(0, 1000))
    assert (image.total_bytes, image.header) == (whole.total_bytes, whole.header)
    assert image.entries == tuple(whole.entries[index] for index in shown)


@given(st.binary(max_size=60))
def test_no_bytes_do_worse_than_value_error(blob: bytes) -> None:
    try:
        some = zipmap.decode(blob)
    except ValueError:
        return
    assert zipmap.decode(zipmap.encode(some)) == some


@pytest.mark.parametrize("blob", ["00ff", "01ff", "0101610000", "02016101006100ff"])
def test_damage_is_noticed(blob: str) -> None:
    with pytest.raises(ValueError, match="zipmap: "):
        zipmap.decode(bytes.fromhex(blob))
