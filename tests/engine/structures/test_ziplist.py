"""Ziplists against measured bytes of Redis 2.4.18 and 6.2.14, against themselves, and cascades."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.structures import ziplist
from tutor.engine.structures.window import Window
from tutor.engine.structures.ziplist import GROWTH, LONG_PREVIOUS

words = st.one_of(
    st.binary(max_size=70),
    st.integers(-(2**63), 2**63 - 1).map(lambda number: b"%d" % number),
    st.integers(-300, 300).map(lambda number: b"%d" % number),
    st.integers(240, 260).map(lambda size: b"x" * size),
    st.integers(16_380, 16_390).map(lambda size: b"y" * size),
)
near_the_edge = st.integers(240, 256).map(lambda size: b"x" * size)


def test_the_measured_hash_of_alice() -> None:
    blob = ziplist.encode([b"name", b"Alice", b"age", b"30"])
    assert blob[:10] == bytes.fromhex("20000000 1c000000 0400")
    assert blob[10:] == bytes.fromhex("00046e616d65 0605416c696365 0703616765 05fe1e ff")
    assert ziplist.layout(blob).header == blob[:10]


def test_twelve_is_one_byte_since_2_6_and_three_before() -> None:
    assert ziplist.encode([b"12"])[11:-1] == b"\xfd"
    assert ziplist.encode([b"12"], old=True)[11:-1] == bytes.fromhex("c00c00")


@pytest.mark.parametrize(
    ("number", "image", "old_image"),
    [
        (0, "f1", "c00000"),
        (13, "fe0d", "c00d00"),
        (-1, "feff", "c0ffff"),
        (-129, "c07fff", "c07fff"),
        (70_000, "f0701101", "d070110100"),
        (2**31 - 1, "d0ffffff7f", "d0ffffff7f"),
        (2**31, "e00000008000000000", "e00000008000000000"),
    ],
)
def test_integers_take_the_narrowest_form_their_version_has(
    number: int, image: str, old_image: str
) -> None:
    value = b"%d" % number
    assert ziplist.encode([value])[11:-1].hex() == image
    assert ziplist.encode([value], old=True)[11:-1].hex() == old_image


def test_an_entry_after_256_bytes_notes_them_in_five() -> None:
    """Measured on 6.2.14: 253 bytes of text make an entry of 256."""
    second = ziplist.entries_of(ziplist.encode([b"x" * 253, b"y"]))[1]
    assert second.previous == bytes.fromhex("fe00010000")


@given(st.lists(words, max_size=30), st.booleans())
def test_values_come_back(values: list[bytes], old: bool) -> None:
    assert ziplist.decode(ziplist.encode(values, old)) == values


@given(st.lists(words, max_size=12), st.booleans(), st.integers(0, 14), st.integers(0, 14))
def test_a_layout_is_a_cut_out_of_the_bytes(
    values: list[bytes], old: bool, start: int, last: int
) -> None:
    blob = ziplist.encode(values, old)
    image = ziplist.layout(blob, Window(start, 3), last)
    assert image.header == blob[:10]
    assert image.total_bytes == len(blob)
    for entry in image.entries:
        assert blob[entry.offset :].startswith(entry.previous + entry.prefix + entry.data)
        assert entry.value == values[entry.index]
    shown = [entry.index for entry in image.entries]
    assert shown == [
        index
        for index in range(start, len(values))
        if index < start + 3 or index >= len(values) - last
    ]
    whole = ziplist.layout(blob, Window(0, 99)).entries
    assert blob[10:-1] == b"".join(one.previous + one.prefix + one.data for one in whole)
    assert all(one.offset + one.size == two.offset for one, two in pairwise(whole))


@given(st.binary(max_size=60))
def test_no_bytes_do_worse_than_value_error(blob: bytes) -> None:
    try:
        values = ziplist.decode(blob)
    except ValueError:
        return
    assert ziplist.decode(ziplist.encode(values)) == values


@given(st.lists(words, min_size=1, max_size=8), st.data())
def test_a_byte_of_the_frame_that_changes_is_noticed(
    values: list[bytes], data: st.DataObject
) -> None:
    """Header, terminator and the notes of sizes contradict the rest when one of them changes."""
    blob = bytearray(ziplist.encode(values))
    notes = [entry.offset for entry in ziplist.entries_of(bytes(blob))]
    at = data.draw(st.sampled_from([*range(8), len(blob) - 1, *notes]))
    blob[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(ValueError, match="ziplist: "):
        ziplist.decode(bytes(blob))


# cascades


@given(st.lists(near_the_edge | words, max_size=25), st.booleans())
def test_sizes_are_those_of_the_encoded_entries(values: list[bytes], old: bool) -> None:
    entries = ziplist.entries_of(ziplist.encode(values, old))
    assert ziplist.entry_sizes(values, old) == [entry.size for entry in entries]
    shown = range(0, len(values), 2)
    image = ziplist.layout_of(values, shown, old)
    whole = ziplist.layout(ziplist.encode(values, old), Window(0, 99))
    assert image.header == whole.header
    assert image.entries == tuple(whole.entries[index] for index in shown)


@given(st.lists(near_the_edge | words, min_size=1, max_size=25), st.data())
def test_a_cascade_is_what_encoding_anew_shows(values: list[bytes], data: st.DataObject) -> None:
    """Entries that the cascade names get five bytes for the size before them, no others do."""
    at = data.draw(st.integers(0, len(values) - 1))
    changed = values.copy()
    changed[at] = values[at] + b"z" * 300
    before, after = (ziplist.entries_of(ziplist.encode(some)) for some in (values, changed))
    steps = ziplist.cascade(ziplist.entry_sizes(values), at, after[at].size)
    wider = [
        one.index
        for one, two in zip(before, after, strict=True)
        if len(two.previous) > len(one.previous)
    ]
    assert [step.index for step in steps] == wider
    for step in steps:
        assert step.before == before[step.index].size
        assert step.after == after[step.index].size == step.before + GROWTH


def test_entries_of_250_to_253_bytes_fall_like_dominoes() -> None:
    sizes = ziplist.entry_sizes([b"first", *[b"x" * 248] * 20])
    assert set(sizes[1:]) == {251}
    steps = ziplist.cascade(sizes, 0, 254)
    assert [step.index for step in steps] == list(range(1, 21))
    assert ziplist.cascade(sizes, 0, 253) == ()


def test_249_bytes_stop_it() -> None:
    sizes = ziplist.entry_sizes([b"first", b"x" * 248, b"x" * 246, b"x" * 248])
    assert [step.index for step in ziplist.cascade(sizes, 0, 254)] == [1, 2]


def test_a_note_of_five_bytes_does_not_grow_again() -> None:
    sizes = ziplist.entry_sizes([b"x" * 300, b"y", b"z"])
    assert ziplist.cascade(sizes, 0, 400) == ()


@given(st.lists(near_the_edge | words, max_size=25))
def test_the_widest_cascade_is_the_longest_of_all(values: list[bytes]) -> None:
    sizes = ziplist.entry_sizes(values)
    lengths = [
        len(ziplist.cascade(sizes, at, max(size, LONG_PREVIOUS))) for at, size in enumerate(sizes)
    ]
    best = ziplist.widest_cascade(sizes)
    if best is None:
        assert not any(lengths)
    else:
        assert lengths[best] == max(lengths)
        assert best == lengths.index(max(lengths))
