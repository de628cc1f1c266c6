"""What the terminal can do; nothing heavy is imported to find out."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from tutor.console.confinement import closed

__all__ = ["can_draw", "is_dumb"]


def is_dumb(environ: Mapping[str, str] = os.environ) -> bool:
    """True for a terminal that can only be written to line by line."""
    return environ.get("TERM", "") in ("dumb", "unknown")


def can_draw() -> bool:
    """Whether screens can be shown: a terminal on both sides that can move its cursor, or a
    browser."""
    return closed() or (not is_dumb() and sys.stdin.isatty() and sys.stdout.isatty())
