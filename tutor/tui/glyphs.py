"""The signs of the interface, in Unicode and in ASCII (`REDIS_TUTOR_ASCII=1`, or a locale without UTF-8).

A sign stands beside every colour that means something, so that nothing depends on colour alone.
"""

from __future__ import annotations

import locale
import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of signs, each a single cell wide."""

    ok: str = "✓"
    fail: str = "✗"
    todo: str = "○"
    bullet: str = "•"
    right: str = "►"
    down: str = "▼"
    left: str = "◄"
    arrow: str = "→"
    full: str = "■"
    empty: str = "□"
    changed: str = "⁺"
    pin: str = "◆"
    rule: str = "─"
    heavy: str = "━"
    tee: str = "┬"
    joint: str = "┴"
    bar: str = "│"
    thumb: str = "┃"
    ellipsis: str = "…"
    dot: str = "·"
    dash: str = "—"
    warning: str = "▲"
    enter: str = "↵"
    active: str = "‹{}›"
    """Stands around the argument that comes next."""


UNICODE = Glyphs()
ASCII = Glyphs(
    ok="+",
    fail="x",
    todo="o",
    bullet="*",
    right=">",
    down="v",
    left="<",
    arrow=">",
    full="#",
    empty=".",
    changed="+",
    pin="!",
    rule="-",
    heavy="=",
    tee="+",
    joint="+",
    bar="|",
    thumb="#",
    ellipsis="~",
    dot="-",
    dash="-",
    warning="!",
    enter="Enter",
    active=">{}<",
)


def wants_ascii(environ: Mapping[str, str] = os.environ) -> bool:
    """True if the learner asked for ASCII, or the terminal's encoding cannot carry more."""
    wish = environ.get("REDIS_TUTOR_ASCII", "")
    if wish:
        return wish not in {"0", "no", "false"}
    return "utf" not in locale.getpreferredencoding(False).lower()


class _Current:
    """The set in use; read as `glyphs.ok`, chosen once by the app."""

    def __init__(self) -> None:
        self.ascii = False
        self._set = UNICODE

    def use_ascii(self, ascii_only: bool) -> None:
        """Choose the set."""
        self.ascii = ascii_only
        self._set = ASCII if ascii_only else UNICODE

    def __getattr__(self, name: str) -> str:
        return str(getattr(self._set, name))


glyphs = _Current()
