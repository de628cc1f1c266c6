"""LZF."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.structures import lzf, lzf_python

repetitive = st.lists(
    st.one_of(st.binary(max_size=12), st.sampled_from([b"user:", b"\0" * 40, b"abcabcabc"])),
    max_size=60,
).map(b"".join)


@pytest.fixture(autouse=True, params=["compiled", "python"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every test runs with both forms of the algorithm."""
    kind: str = request.param
    if kind == "compiled" and lzf._compiled() is None:
        pytest.skip("lupa has no LuaJIT here")
    monkeypatch.setattr(lzf, "WORTH_COMPILING", -1 if kind == "compiled" else 1 << 62)
    return kind


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


def test_both_forms_give_the_same_bytes_for_much(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(3)
    words = [chance.randbytes(chance.randrange(1, 40)) for _ in range(300)]
    for data in (
        b"".join(chance.choices(words, k=110_000)),  # 2 MB: slots are made in more than one go
        bytes(300_000) + b"x" + bytes(800_000),
    ):
        images = set()
        for worth in (-1, 1 << 62):
            monkeypatch.setattr(lzf, "WORTH_COMPILING", worth)
            image = lzf.compress(data, len(data) - 4)
            assert image is not None
            assert lzf.decompress(image, len(data)) == data
            images.add(image)
        assert len(images) == 1
        assert lzf.compress(data, len(image) - 1) is None


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


@given(st.one_of(repetitive, st.binary(max_size=300)), st.integers(-5, 40), st.integers(1, 300))
def test_both_forms_give_the_same_bytes_or_none(data: bytes, spare: int, times: int) -> None:
    for text in (data, data * times, bytes(255 - byte for byte in data[:40]) * times):
        limit = len(text) + spare
        image = lzf.compress(text, limit)
        assert image == lzf_python.compress(text, limit)
        if image is not None:
            assert lzf.decompress(image, len(text)) == text


def test_of_no_size_everything_is_right() -> None:
    assert lzf.decompress(b"\x00a", 0) == lzf.decompress(b"\xff\xff", 0) == b""


@given(st.binary(max_size=60), st.integers(1, 3000))
def test_both_forms_read_or_refuse_any_bytes_alike(blob: bytes, size: int) -> None:
    try:
        expected = lzf_python.decompress(blob, size)
    except ValueError as error:
        with pytest.raises(ValueError, match=re.escape(str(error))):
            lzf.decompress(blob, size)
    else:
        assert lzf.decompress(blob, size) == expected


def test_places_are_counted_on_without_end(kind: str) -> None:
    if kind == "python":
        pytest.skip("each call begins at 0")
    data = random.Random(3).randbytes(300) * 4000
    expected = lzf.compress(data)
    for _ in range(80):  # past the point at which they begin anew
        assert lzf.compress(data) == expected


def test_a_few_bytes_do_not_make_anything_be_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lzf, "WORTH_COMPILING", 1000)
    monkeypatch.setattr(lzf._Work, "done", 0)
    monkeypatch.setattr(lzf, "_compiled", lambda: pytest.fail("compiled"))
    assert lzf.compress(b"x" * 999) is not None
