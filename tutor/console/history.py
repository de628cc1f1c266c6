"""The history of typed lines, kept across runs; secrets are not."""

from __future__ import annotations

from pathlib import Path


def is_secret(line: str) -> bool:
    """True if the line carries a password (AUTH, ACL SETUSER, CONFIG SET requirepass, …)."""
    raise NotImplementedError


class History:
    """Lines in ``console-history`` of the state folder, oldest first.

    ``problem`` is a text for the learner (in their language) if the file cannot be used; the
    history then lives in memory.
    """

    def __init__(self, path: Path | None = None) -> None:
        raise NotImplementedError

    def lines(self) -> list[str]:
        """What was typed, oldest first."""
        raise NotImplementedError

    def append(self, line: str) -> None:
        """Remember a line unless it is empty, secret, or the same as the last."""
        raise NotImplementedError
