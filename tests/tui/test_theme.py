"""Colours: legible on their grounds, and none without a meaning."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import Theme

from tutor.tui.theme import (
    CONTRAST_DARK,
    CONTRAST_LIGHT,
    DARK,
    LIGHT,
    PLAIN_ROLES,
    ROLES,
    THEMES,
)

TEXT = ("muted", "faint", "bright", "header", "payload", "pointer", "changed", "key", "option",
        "ok", "fail")  # fmt: skip


def contrast(one: Color, other: Color) -> float:
    """As WCAG 2 computes it."""

    def luminance(color: Color) -> float:
        parts = [part / 255 for part in color.rgb]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("name", TEXT)
def test_text_has_a_contrast_of_at_least_4_5(theme: Theme, name: str) -> None:
    assert theme.background is not None
    assert contrast(Color.parse(theme.variables[name]), Color.parse(theme.background)) >= 4.5


@pytest.mark.parametrize("theme", [CONTRAST_DARK, CONTRAST_LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("name", TEXT)
def test_high_contrast_is_at_least_7(theme: Theme, name: str) -> None:
    for ground in (theme.background, theme.surface, theme.variables["chosen"]):
        assert ground is not None
        least = 4.5 if ground == theme.variables["chosen"] else 7
        assert contrast(Color.parse(theme.variables[name]), Color.parse(ground)) >= least


def test_all_themes_know_the_same_colours() -> None:
    assert len(THEMES) == 4
    for theme in THEMES.values():
        assert set(theme.variables) == set(DARK.variables)


def test_every_role_uses_colours_that_exist() -> None:
    known = {*DARK.variables, "primary", "foreground"}
    used = {word[1:] for style in ROLES.values() for word in style.split() if word[0] == "$"}
    assert used <= known
    assert not any("$" in style for style in PLAIN_ROLES.values())
