"""Text twins say what the pictures show, conversions say why, and both say it in Russian too."""

from __future__ import annotations

import re

import pytest
from babel.messages.extract import extract_from_dir

from tests.diagrams.samples import SAMPLES, sample
from tutor import i18n
from tutor.diagrams import MARK, View, describe, draw
from tutor.diagrams.canvas import Drawing
from tutor.resources import data_folder

PACKAGE = data_folder("locales").parent / "tutor" / "diagrams"
PLACE = re.compile(r"%\(\w+\)(?:d|s|\.2f)")
KEYWORDS = {"_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}


def messages() -> dict[tuple[str, str | None], tuple[str, ...]]:
    """Every message of the diagrams: (first form, context) → its forms."""
    found = {}
    for _file, _line, message, _comments, context in extract_from_dir(PACKAGE, keywords=KEYWORDS):
        forms = message if isinstance(message, tuple) else (message,)
        found[forms[0], context] = tuple(forms)
    return found


MESSAGES = messages()
TERMS = re.compile(
    "load factor|cache-aside|Django|min-idle|CONFIG SET bind|protected-mode|protected configs"
)
"""What engineers call so in both languages."""


@pytest.mark.parametrize(("key", "context"), MESSAGES)
def test_every_message_is_translated(key: str, context: str | None, russian: None) -> None:
    forms = MESSAGES[key, context]
    if context is not None:
        translated = [i18n.pgettext(context, key)]
    elif len(forms) > 1:
        translated = [i18n.ngettext(key, forms[1], n) for n in (1, 2, 5)]
    else:
        translated = [i18n._(key)]
    places = set(PLACE.findall(key))
    for text in translated:
        assert set(PLACE.findall(text)) == places, text
        if re.search(r"[a-z]{4}", PLACE.sub("", TERMS.sub("", key))):
            assert re.search("[а-я]", text), f"no Russian in {text!r}"


def shown_words(drawing: Drawing) -> set[str]:
    """Words of the key that the picture shows (of long ones, the beginning)."""
    words: set[str] = set()
    for line in drawing.lines[2:]:
        for text, role in line:
            if role in ("payload", "key", "changed"):
                words.add(text.rstrip("…").strip("█■►"))
    return words - {"", MARK}


@pytest.mark.parametrize("view", ["structure", "bytes"])
@pytest.mark.parametrize("name", SAMPLES)
def test_a_twin_says_what_the_picture_shows(name: str, view: View) -> None:
    drawing = sample(name).draw(160, view)
    for word in shown_words(drawing):
        known = re.fullmatch("(?:[0-9a-f]{2} ?)+", word) if view == "bytes" else None
        if known is None and not re.fullmatch(r"\d \(\d+ bits\)", word):
            assert word in drawing.text


@pytest.mark.parametrize("name", SAMPLES)
def test_a_twin_consists_of_sentences(name: str) -> None:
    made = sample(name)
    views: tuple[View, ...] = ("structure", "bytes")
    for view in views:
        for line in made.draw(80, view).text.splitlines():
            assert line[0].isupper() or line[0] in "ehilrstuqdnz0123456789", line
            assert line[-1] in ".:" or "is: " in line or "plain element" in line, line


@pytest.mark.parametrize("name", SAMPLES)
def test_a_twin_names_what_is_marked(name: str) -> None:
    made = sample(name)
    drawing = made.draw(160)
    marked = MARK in "".join(text for line in drawing.lines for text, _role in line)
    says = "last command" in drawing.text
    assert says >= marked
    assert "last command" not in "\n".join(describe(made.after))


def test_a_picture_without_changes_has_no_marks() -> None:
    for name in ("hash-listpack", "list-nodes", "zset-skiplist-9", "string-append"):
        made = sample(name)
        assert MARK not in draw(made.after, 100).plain
        assert MARK not in draw(made.after, 100, "bytes").plain
