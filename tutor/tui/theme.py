"""Two themes of our own, dark and light, and what each colour means.

A colour has one meaning wherever it appears: in the prompt, in a reply, in a picture. `ROLES` maps
a meaning to a style; text without colours (`NO_COLOR`) keeps bold, underline and reverse, and the
signs of `glyphs`.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

_DARK = {
    "line": "#3b434f",
    "muted": "#8f98a6",
    "faint": "#7b8593",
    "bright": "#f1f3f6",
    "header": "#7fb1de",
    "payload": "#e3cf9f",
    "pointer": "#6fbfae",
    "changed": "#ffa357",
    "key": "#9fd0c6",
    "option": "#c3a6dd",
    "ok": "#86cb8d",
    "fail": "#ef8a85",
    "chosen": "#28384a",
}
_LIGHT = {
    "line": "#d3cfc4",
    "muted": "#5c6470",
    "faint": "#6a717b",
    "bright": "#11151b",
    "header": "#1c5c9c",
    "payload": "#7a5200",
    "pointer": "#0c6b60",
    "changed": "#b13f00",
    "key": "#0f5f58",
    "option": "#6c3f97",
    "ok": "#23702c",
    "fail": "#b0261f",
    "chosen": "#dfe8f1",
}


def _theme(name: str, dark: bool, background: str, surface: str, text: str, accent: str) -> Theme:
    colours = _DARK if dark else _LIGHT
    return Theme(
        name=name,
        primary=accent,
        secondary=colours["pointer"],
        accent=accent,
        warning=colours["changed"],
        error=colours["fail"],
        success=colours["ok"],
        foreground=text,
        background=background,
        surface=surface,
        panel=surface,
        dark=dark,
        variables={
            **colours,
            "border": accent,
            "border-blurred": colours["line"],
            "block-cursor-background": colours["chosen"],
            "block-cursor-foreground": colours["bright"],
            "block-cursor-text-style": "bold",
            "block-cursor-blurred-background": colours["chosen"],
            "block-cursor-blurred-foreground": text,
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


DARK = _theme("tutor-dark", True, "#14171c", "#1b1f26", "#cdd3db", "#6cb2e0")
LIGHT = _theme("tutor-light", False, "#fbfaf6", "#f2f0ea", "#2b313a", "#14639e")

THEMES = {theme.name: theme for theme in (DARK, LIGHT)}

ROLES: Mapping[str, str] = {
    "": "",
    "text": "",
    "title": "bold $bright",
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
    "key": "$key",
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
    "label": "$muted",
    "frame": "$faint",
    "header": "$header",
    "payload": "$payload",
    "free": "$faint",
    "pointer": "$pointer",
    "changed": "bold $changed",
    "warning": "$changed",
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
    "warning": "bold",
    "fail": "bold",
    "active": "bold underline",
    "chosen": "reverse",
}
"""The same without a single colour; what is not named stays plain."""
