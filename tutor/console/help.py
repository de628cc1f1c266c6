"""`help`: what the command table knows about a command, in the present language."""

from __future__ import annotations

from tutor.console.render import Line


def help_lines(topic: str = "") -> list[Line]:
    """Help on a command (``set``, ``config get``), a group (``@string``), or help itself.

    Roles: ``command``, ``syntax``, ``label``, ``text``, ``example``, ``error``. An unknown topic
    gives a line that says so and names what is near.
    """
    raise NotImplementedError


def help_text(topic: str = "") -> str:
    """As `help_lines`, as plain text."""
    raise NotImplementedError
