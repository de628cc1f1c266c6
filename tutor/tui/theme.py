"""Themes of our own, dark and light, each also with a high contrast, and what each colour means.

A colour has one meaning wherever it appears: in the prompt, in a reply, in a picture; colours and
the roles of pictures are those of `tutor.diagrams.palette`. `ROLES` maps a meaning to a style; text
without colours (`NO_COLOR`) keeps bold, underline and reverse, and the
signs of `glyphs`.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

from tutor.diagrams import palette
from tutor.diagrams.palette import Palette


def _theme(name: str, dark: bool, shades: Palette) -> Theme:
    colours, accent, background = shades.colours, shades.accent, shades.background
    return Theme(
        name=name,
        primary=accent,
        secondary=colours["pointer"],
        accent=accent,
        warning=colours["changed"],
        error=colours["fail"],
        success=colours["ok"],
        foreground=shades.text,
        background=background,
        surface=shades.surface,
        panel=shades.surface,
        dark=dark,
        variables={
            **colours,
            "border": accent,
            "border-blurred": colours["line"],
            "block-cursor-background": colours["chosen"],
            "block-cursor-foreground": colours["bright"],
            "block-cursor-text-style": "bold",
            "block-cursor-blurred-background": colours["chosen"],
            "block-cursor-blurred-foreground": shades.text,
            "input-cursor-background": accent,
            "input-cursor-foreground": background,
            "input-selection-background": colours["chosen"],
            "link-color": accent,
            "link-style": "underline",
            "scrollbar": colours["faint"],
            "scrollbar-hover": colours["muted"],
            "scrollbar-active": accent,
            "scrollbar-background": background,
            "scrollbar-background-hover": background,
            "scrollbar-background-active": background,
            "scrollbar-corner-color": background,
        },
    )


DARK = _theme("tutor-dark", True, palette.DARK)
LIGHT = _theme("tutor-light", False, palette.LIGHT)
CONTRAST_DARK = _theme("tutor-contrast-dark", True, palette.CONTRAST_DARK)
CONTRAST_LIGHT = _theme("tutor-contrast-light", False, palette.CONTRAST_LIGHT)

THEMES = {theme.name: theme for theme in (DARK, LIGHT, CONTRAST_DARK, CONTRAST_LIGHT)}

ROLES: Mapping[str, str] = {
    "": "",
    "strong": "bold $bright",
    "em": "italic",
    "muted": "$muted",
    "dim": "$faint",
    "rule": "$line",
    "code": "$payload",
    "link": "underline $primary",
    "accent": "$primary",
    "hotkey": "bold $primary",
    "chosen": "bold $bright on $chosen",
    # what is typed
    "command": "bold $bright",
    "subcommand": "bold $bright",
    "client-word": "bold $primary",
    "note": "$muted",
    "string": "$payload",
    "number": "$payload",
    "option": "$option",
    "unknown-command": "underline $fail",
    "error-argument": "underline $fail",
    "active": "bold underline $bright",
    "prompt": "$muted",
    # what Redis answers
    "integer": "$payload",
    "double": "$payload",
    "boolean": "$payload",
    "nil": "$muted",
    "empty": "$muted",
    "status": "$ok",
    "error": "$fail",
    "index": "$faint",
    # what lies in memory
    **palette.ROLES,
    # help
    "syntax": "$key",
    "example": "$payload",
    # verdicts
    "ok": "$ok",
    "fail": "$fail",
}

PLAIN_ROLES: Mapping[str, str] = {
    "title": "bold",
    "strong": "bold",
    "em": "italic",
    "dim": "dim",
    "muted": "dim",
    "rule": "dim",
    "free": "dim",
    "frame": "dim",
    "index": "dim",
    "nil": "dim",
    "note": "dim",
    "code": "bold",
    "link": "underline",
    "hotkey": "bold",
    "command": "bold",
    "subcommand": "bold",
    "client-word": "bold",
    "unknown-command": "underline",
    "error-argument": "underline",
    "error": "bold",
    "changed": "bold reverse",
    "gone": "bold",
    "path": "bold",
    "warning": "bold",
    "fail": "bold",
    "active": "bold underline",
    "chosen": "reverse",
}
"""The same without a single colour; what is not named stays plain."""
