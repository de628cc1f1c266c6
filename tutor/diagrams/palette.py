"""Two sets of colours, dark and light, and the look of each role of a diagram.

A colour has one meaning wherever it appears: on the screen, in an SVG, in a PNG. ``ROLES`` names
colours with a dollar (``bold $bright``); they are looked up in a palette when something is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tutor.diagrams.canvas import Role


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as ``#rrggbb``: the ground, a second ground for bars and panels, text, the accent
    of what can be acted on, and by name those with a meaning."""

    background: str
    surface: str
    text: str
    accent: str
    colours: Mapping[str, str]


DARK = Palette(
    background="#14171c",
    surface="#1b1f26",
    text="#cdd3db",
    accent="#6cb2e0",
    colours={
        "line": "#3b434f",
        "muted": "#8f98a6",
        "faint": "#7b8593",
        "bright": "#f1f3f6",
        "header": "#7fb1de",
        "payload": "#e3cf9f",
        "pointer": "#6fbfae",
        "changed": "#ffa357",
        "key": "#9fd0c6",
        "path": "#f08bd0",
        "option": "#c3a6dd",
        "ok": "#86cb8d",
        "fail": "#ef8a85",
        "chosen": "#28384a",
    },
)
LIGHT = Palette(
    background="#fbfaf6",
    surface="#f2f0ea",
    text="#2b313a",
    accent="#14639e",
    colours={
        "line": "#d3cfc4",
        "muted": "#5c6470",
        "faint": "#6a717b",
        "bright": "#11151b",
        "header": "#1c5c9c",
        "payload": "#7a5200",
        "pointer": "#0c6b60",
        "changed": "#b13f00",
        "key": "#0f5f58",
        "path": "#a31577",
        "option": "#6c3f97",
        "ok": "#23702c",
        "fail": "#b0261f",
        "chosen": "#dfe8f1",
    },
)

CONTRAST_DARK = Palette(
    background="#000000",
    surface="#0d0d0d",
    text="#ffffff",
    accent="#7fd4ff",
    colours={
        "line": "#8a8a8a",
        "muted": "#d6d6d6",
        "faint": "#bdbdbd",
        "bright": "#ffffff",
        "header": "#9fd0ff",
        "payload": "#ffe38a",
        "pointer": "#6ff2d8",
        "changed": "#ffb054",
        "key": "#9dfbe6",
        "path": "#ff9ae6",
        "option": "#dcc2ff",
        "ok": "#8dff98",
        "fail": "#ff9a94",
        "chosen": "#00457a",
    },
)
CONTRAST_LIGHT = Palette(
    background="#ffffff",
    surface="#f4f4f4",
    text="#000000",
    accent="#003f73",
    colours={
        "line": "#757575",
        "muted": "#2b2b2b",
        "faint": "#3d3d3d",
        "bright": "#000000",
        "header": "#003a75",
        "payload": "#4d3300",
        "pointer": "#00423a",
        "changed": "#7a2900",
        "key": "#003f3a",
        "path": "#6e0050",
        "option": "#431f66",
        "ok": "#0a4712",
        "fail": "#7d0f0a",
        "chosen": "#b9dcff",
    },
)
"""For projectors and tired eyes: 7 to 1 at least."""

ThemeName = Literal["dark", "light"]
PALETTES: Mapping[ThemeName, Palette] = {"dark": DARK, "light": LIGHT}

ROLES: Mapping[str, str] = {
    "text": "",
    "title": "bold $bright",
    "label": "$muted",
    "frame": "$faint",
    "header": "$header",
    "key": "$key",
    "payload": "$payload",
    "free": "$faint",
    "pointer": "$pointer",
    "changed": "bold $changed",
    "gone": "$fail",
    "path": "bold $path",
    "warning": "$changed",
}
"""Every role of a diagram. An empty style is plain text."""


class Look(NamedTuple):
    """How a run of text is drawn: its colour as ``#rrggbb`` and its weight."""

    colour: str
    bold: bool


def look(role: Role, palette: Palette) -> Look:
    """The look of a role in a palette."""
    words = ROLES.get(role, "").split()
    names = [word[1:] for word in words if word.startswith("$")]
    return Look(palette.colours[names[0]] if names else palette.text, "bold" in words)
