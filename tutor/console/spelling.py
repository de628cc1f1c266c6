"""What a learner meant by a misspelt word: a slip, another keyboard layout, look-alike letters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

__all__ = [
    "Foreign",
    "as_latin",
    "by_sound",
    "distance",
    "foreign_letters",
    "from_layout",
    "in_layout",
    "nearest",
    "with_latin",
]

_LAYOUT = dict(
    zip(
        "йцукенгшщзхъфывапролджэячсмитьбюёЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ",
        "qwertyuiop[]asdfghjkl;'zxcvbnm,.`QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>~",
        strict=True,
    )
)
"""Russian letters to what the same keys give in the US layout."""

_KEYS = {latin: letter for letter, latin in _LAYOUT.items()}

_LOOK_ALIKE = dict(
    zip("АВЕЅІЈКМНОРСТУХԚԜаеѕіјорсухԛԝ", "ABESIJKMHOPCTYXQWaesijopcyxqw", strict=True)
)
"""Cyrillic letters to the Latin ones that look the same."""

_SOUND = str.maketrans(
    dict(zip("абвгдеёзийклмнопрстуфхцыэ", "abvgdeeziiklmnoprstufhcye", strict=True))
    | {"ж": "zh", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
)


class Foreign(NamedTuple):
    """A Cyrillic letter among Latin ones: its place, itself, and the Latin letter meant."""

    position: int
    letter: str
    latin: str


def from_layout(word: str) -> str:
    """What the same keys would have typed in the Latin layout: ``ЫУЕ`` is ``SET``."""
    return "".join(_LAYOUT.get(letter, letter) for letter in word)


def in_layout(character: str) -> str:
    """What the key of a US character gives in the Russian layout: ``c`` is ``с``, ``.`` is ``ю``;
    the character itself, where that is no letter."""
    return _KEYS.get(character, character)


def by_sound(word: str) -> str:
    """A Cyrillic word in Latin letters as it is heard: ``ГЕТ`` is ``get``."""
    return word.lower().translate(_SOUND)


def foreign_letters(word: str) -> list[Foreign]:
    """The look-alike Cyrillic letters of a word that would be Latin without them."""
    found = [
        Foreign(at, letter, _LOOK_ALIKE[letter])
        for at, letter in enumerate(word)
        if letter in _LOOK_ALIKE
    ]
    rest = (letter for letter in word if letter not in _LOOK_ALIKE)
    return found if all(letter.isascii() for letter in rest) else []


def with_latin(word: str) -> str:
    """The word with its look-alike Cyrillic letters replaced by Latin ones."""
    letters = list(word)
    for one in foreign_letters(word):
        letters[one.position] = one.latin
    return "".join(letters)


def as_latin(word: str) -> str:
    """The word in Latin letters, if it was typed with look-alikes or in the other layout."""
    if word.isascii():
        return word
    latin = with_latin(word)
    mixed = any(letter.isascii() for letter in word)
    return latin if latin != word and mixed else from_layout(word)


def nearest(word: str, names: Iterable[str], most: int = 3) -> list[str]:
    """The names a word may be a slip for, nearest first; equally near ones in their own order."""
    lower = word.lower()
    allowed = 1 if len(lower) <= 4 else 2 if len(lower) <= 7 else 3
    scored = []
    for order, name in enumerate(names):
        if abs(len(name) - len(lower)) <= allowed:
            far = distance(lower, name)
            if far <= allowed:
                scored.append((far, name[:1] != lower[:1], order, name))
    return [name for *_, name in sorted(scored)[:most]]


def distance(one: str, other: str) -> int:
    """Insertions, deletions, replacements and swaps of neighbours that turn one into the other."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        current = [row]
        for column, rival in enumerate(other, 1):
            cost = min(above[column] + 1, current[-1] + 1, above[column - 1] + (letter != rival))
            swapped = row > 1 and column > 1 and letter == other[column - 2]
            if swapped and rival == one[row - 2]:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        before, above = above, current
    return above[-1]
