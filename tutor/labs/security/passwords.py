"""Passwords as they are guessed: a list that everybody has, words with years, short words.

1 …          `COMMON`, the likeliest first
…            WORDS × SEPARATORS × YEARS: tea-2026
…            a, b … zz, aaa … : every word of small letters, the short ones first
"""

from __future__ import annotations

COMMON: tuple[bytes, ...] = tuple(
    b"""
    foobared 123456 password redis admin root 12345678 qwerty 123456789 test 12345 changeme
    123123 pass secret redis123 abc123 password1 letmein master default guest 1234 111111 root123
    admin123 p@ssw0rd cache welcome passw0rd
    """.split()
)
"""``foobared`` stood in the file redis.conf, behind a ``#``, for years."""

WORDS: tuple[bytes, ...] = tuple(
    b"redis cache admin site shop app web prod tea coffee data server django python summer".split()
)
SEPARATORS = (b"", b"-", b"_", b"@")
YEARS = tuple(b"%d" % year for year in range(2026, 2014, -1))

_DATED = len(WORDS) * len(SEPARATORS) * len(YEARS)
_LISTED = len(COMMON) + _DATED
_LETTERS = 26


def guess(number: int) -> bytes:
    """Which password is tried as the ``number``-th, counted from 1."""
    at = number - 1
    if at < len(COMMON):
        return COMMON[at]
    if at < _LISTED:
        rest, year = divmod(at - len(COMMON), len(YEARS))
        word, separator = divmod(rest, len(SEPARATORS))
        return WORDS[word] + SEPARATORS[separator] + YEARS[year]
    return _word(at - _LISTED)


def _word(at: int) -> bytes:
    """Every word of small letters by its number from 0: a … z, aa … zz, aaa …"""
    letters = bytearray()
    at += 1
    while at:
        at, letter = divmod(at - 1, _LETTERS)
        letters.append(ord("a") + letter)
    return bytes(reversed(letters))


def place(password: bytes) -> int:
    """As the how-manieth guess it comes; 0 if never."""
    if password in COMMON:
        return COMMON.index(password) + 1
    for number in range(len(COMMON) + 1, _LISTED + 1):
        if guess(number) == password:
            return number
    if not password or any(not ord("a") <= letter <= ord("z") for letter in password):
        return 0
    at = 0
    for letter in password:
        at = at * _LETTERS + letter - ord("a") + 1
    return _LISTED + at


def choices(password: bytes) -> int:
    """How many passwords there are of the kind of this one, with all that are tried before."""
    if password in COMMON:
        return len(COMMON)
    if 0 < place(password) <= _LISTED:
        return _LISTED
    if password.isalpha() and password.islower():
        return place(b"z" * len(password))
    return 1 << (4 * len(password))
