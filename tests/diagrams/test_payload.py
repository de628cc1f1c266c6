"""Bytes of a key on a terminal: nothing moves its neighbours, nothing is lost."""

from __future__ import annotations

from unicodedata import bidirectional

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tutor.diagrams.canvas import clip, pad, prefix_of, width_of
from tutor.diagrams.payload import printable, shown

tricky = st.text(
    st.sampled_from(
        "aZ0 é漢かﾊ한e\u0301\u0308\u0e33\u0915\u094d\u200d\ufe0f👩🏽🇷🇺שلا١\u202e\\\n\t…│"
    )
    | st.characters(),
    max_size=30,
)
texts = st.one_of(tricky.map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary())


@given(texts, st.integers(0, 40))
def test_every_terminal_gives_a_text_as_many_cells_as_are_counted(data: bytes, width: int) -> None:
    text = printable(data)
    assert cell_len(text) == width_of(text)
    assert cell_len(pad(text, width)) == width
    assert cell_len(clip(text, width)) <= width
    assert cell_len(prefix_of(text, width)) <= width


@given(texts)
def test_nothing_runs_from_right_to_left_or_is_invisible(data: bytes) -> None:
    text = printable(data)
    assert text.isprintable()
    assert not any(bidirectional(sign) in ("R", "AL", "AN") for sign in text)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("שלום".encode(), r"\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"),
        ("١".encode(), r"\xd9\xa1"),
        ("漢字".encode(), "漢字"),
        ("e\u0301".encode(), "e\u0301"),
        ("\u0301e".encode(), r"\xcc\x81e"),
        ("👩\u200d🚀".encode(), r"👩\xe2\x80\x8d🚀"),
        (b"a\\b", r"a\\b"),
        (b"plain", "plain"),
        ("ж".encode()[:1], r"\xd0"),
    ],
)
def test_what_would_move_others_is_spelt(data: bytes, text: str) -> None:
    assert printable(data) == text


def test_of_a_long_text_only_the_beginning_is_looked_at() -> None:
    class Watched(bytes):
        """Fails when more than a part is taken."""

        def __getitem__(self, key: object) -> bytes:  # type: ignore[override]
            assert isinstance(key, slice)
            assert (key.stop or 0) <= 1024
            return bytes.__getitem__(self, key)

    assert printable(Watched(b"x" * 100_000)) == "x" * 1024 + "…"
    assert printable("ж".encode() * 1000, 11) == "жжжжж…"
    assert shown(b"two words") == "two words"
    assert shown(b" edge") == '" edge"'
