"""Words of a line: `split`, `tokens` and `quote` follow redis-cli's rules."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tutor.console.lexer import UnbalancedQuotes, quote, split, tokens
from tutor.engine.cmdline import unquoted


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", []),
        ("   \t ", []),
        ("SET a 1", [b"SET", b"a", b"1"]),
        ("  SET\ta   1\r", [b"SET", b"a", b"1"]),
        ('SET a "hello world"', [b"SET", b"a", b"hello world"]),
        (r'"\n\r\t\b\a\\\"\q"', [b'\n\r\t\b\a\\"q']),
        (r'"\x41\xfF\x4"', [b"A\xffx4"]),
        ("'it is'", [b"it is"]),
        (r"'it\'s \n'", [b"it's \\n"]),
        ("'a\"b' \"c'd\"", [b'a"b', b"c'd"]),
        ('""', [b""]),
        ('ab"cd"', [b"abcd"]),
        ("Привет мир", ["Привет".encode(), "мир".encode()]),
        (r"a\nb", [rb"a\nb"]),
        ("a\vb", [b"a\vb"]),
        ("\va", [b"a"]),
        ("a\0b", [b"a"]),
        ("\udcff", [b"\xff"]),
    ],
)
def test_a_line_is_cut_as_redis_cli_cuts_it(line: str, words: list[bytes]) -> None:
    assert split(line) == words


@pytest.mark.parametrize(
    ("line", "position", "kind"),
    [
        ('SET a "b', 6, "open"),
        ("SET a 'b", 6, "open"),
        ("it's", 2, "open"),
        ('"a"b', 3, "glued"),
        ("x 'a'b", 5, "glued"),
        ('"a\\"', 0, "open"),
    ],
)
def test_unbalanced_quotes_say_where(line: str, position: int, kind: str) -> None:
    with pytest.raises(UnbalancedQuotes) as caught:
        split(line)
    assert (caught.value.position, caught.value.kind) == (position, kind)


def test_tokens_of_an_unfinished_line_keep_what_was_typed() -> None:
    found = tokens('SET key "hel')
    assert [(one.value, one.closed) for one in found] == [
        (b"SET", True),
        (b"key", True),
        (b"hel", False),
    ]
    assert (found[2].start, found[2].end) == (8, 12)


def test_a_glued_word_is_told_from_an_open_quote() -> None:
    assert [one.glued for one in tokens('"a"b "c')] == [True, False]


@given(st.binary())
@example(b"")
@example("Привет 👩‍💻".encode())
@example(b"\xd0\x9f\xff")
def test_a_quoted_word_comes_back_as_it_was(word: bytes) -> None:
    for readable in (True, False):
        for bare in (True, False):
            assert split(quote(word, readable, bare)) == [word]


@given(st.lists(st.binary(), max_size=5))
def test_quoted_words_stay_apart(words: list[bytes]) -> None:
    assert split(" ".join(map(quote, words))) == words


@given(st.text(alphabet="ab\"'\\x4 \t\0Ж"))
def test_tokens_agree_with_split_where_split_succeeds(line: str) -> None:
    found = tokens(line)
    try:
        words = split(line)
    except UnbalancedQuotes:
        assert not all(one.closed for one in found)
    else:
        assert [one.value for one in found] == words
        assert all(one.closed for one in found)


@given(st.text(max_size=40))
def test_tokens_lie_in_the_line_in_order(line: str) -> None:
    end = 0
    for one in tokens(line):
        assert end <= one.start < one.end <= len(line)
        end = one.end


def test_text_is_left_readable_and_bytes_are_escaped() -> None:
    assert quote("Привет".encode()) == "Привет"
    assert quote("два слова".encode()) == '"два слова"'
    assert quote("Ж".encode(), readable=False) == '"\\xd0\\x96"'
    assert quote(b"\xff\x00") == '"\\xff\\x00"'
    assert quote("\u202eevil".encode()) == '"\\xe2\\x80\\xaeevil"'


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a b", b"a b"),
        (r'"a\x00b"', b"a\x00b"),
        ('"', b'"'),
        ('"a" "b"', b'"a" "b"'),
        ('"open\\"', b'"open\\"'),
    ],
)
def test_a_whole_word_is_unquoted_only_if_it_is_one(text: str, word: bytes) -> None:
    assert unquoted(text) == word
