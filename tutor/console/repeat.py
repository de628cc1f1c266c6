"""``5 INCR x``: redis-cli carries out a command as often as the number before it says."""

from __future__ import annotations

__all__ = ["BadRepeat", "repeated"]


class BadRepeat(ValueError):
    """The number is not one to count with; the text is redis-cli's own."""


def repeated(argv: list[bytes]) -> tuple[int, list[bytes]]:
    """How many times, and what. Raises `BadRepeat` for a number below 1."""
    if len(argv) < 2 or not argv[0].removeprefix(b"-").isdigit():
        return 1, argv
    times = int(argv[0])
    if times <= 0:
        raise BadRepeat("Invalid redis-cli repeat command option value.")
    return times, argv[1:]
