"""No-break spaces of Russian text."""

from __future__ import annotations

import pytest

from tutor.course.prose import Box, Code, Text, parse
from tutor.course.typography import bound


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Ключ — это имя", "Ключ~— это~имя".replace("это~", "это ")),
        ("Ключ\n— имя", "Ключ~— имя"),
        ("`GET` — чтение", "`GET`~— чтение"),
        ("**Жирно** — важно", "**Жирно**~— важно"),
        ("— Начало", "— Начало"),
        ("прошло 10 секунд", "прошло 10~секунд"),
        ("в ключе и в поле", "в~ключе и~в~поле"),
        ("версия 7.0 вышла", "версия 7.0 вышла"),
        ("`SET k 1 — в`", "`SET k 1 — в`"),
        ("[в сети](http://a/в о)", "[в~сети](http://a/в о)"),
        ("какой-то в доме", "какой-то в~доме"),
        ("A key — a name, a 5 x", "A key~— a name, a 5 x"),
    ],
)
def test_russian_spaces_hold_where_a_line_may_not_break(typed: str, shown: str) -> None:
    assert bound(typed, "ru") == shown.replace("~", "\u00a0")
    assert bound(typed, "en") == typed


def test_blocks_are_bound_and_what_is_hashed_is_not() -> None:
    text = "# Т\n## step:a Б\nКлюч — имя\n\n> [!tip]\n> в сети\n\n```\nв сети — да\n```\n"
    document, problems = parse(text, "ru.md", "ru")
    assert problems == []
    section = document.sections["a"]
    assert "\u00a0" not in section.text
    assert section.blocks == (
        Text("Ключ\u00a0— имя"),
        Box("tip", "в\u00a0сети"),
        Code("в сети — да", ""),
    )
