"""``5 INCR x``: redis-cli carries out a command as often as the number before it says."""

from __future__ import annotations

import re

__all__ = ["BadRepeat", "repeated"]


_NUMBER = re.compile(rb"(?:[ \t\n\v\f\r]*[-+]?[0-9]+)?")
"""What C's `strtol` reads to the end; an empty word counts as 0."""


class BadRepeat(ValueError):
    """The number is not one to count with; the text is redis-cli's own."""


def repeated(argv: list[bytes]) -> tuple[int, list[bytes]]:
    """How many times, and what. Raises `BadRepeat` for a number below 1."""
    if len(argv) < 2 or not _NUMBER.fullmatch(argv[0]):
        return 1, argv
    times = int(argv[0] or b"0")
    if times <= 0:
        raise BadRepeat("Invalid redis-cli repeat command option value.")
    return times, argv[1:]
