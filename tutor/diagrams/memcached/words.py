"""Words that the pictures of Memcached's memory share."""

from __future__ import annotations

from tutor.diagrams.canvas import Role
from tutor.i18n import _, ngettext

SEGMENT_ROLES: dict[str, Role] = {
    "hot": "path",
    "warm": "header",
    "cold": "payload",
    "temp": "pointer",
}
SEGMENT_LETTERS = {"hot": "H", "warm": "W", "cold": "C", "temp": "T"}
"""How a segment is written where there is one cell for it."""


def items_text(number: int) -> str:
    """``3 items``."""
    return ngettext("%(n)d item", "%(n)d items", number) % {"n": number}


def pages_text(number: int) -> str:
    """``2 pages``."""
    return ngettext("%(n)d page", "%(n)d pages", number) % {"n": number}


def chunks_text(number: int) -> str:
    """``5 chunks``."""
    return ngettext("%(chunks)d chunk", "%(chunks)d chunks", number) % {"chunks": number}


def bytes_text(number: int) -> str:
    """``96 bytes``."""
    return ngettext("%(n)d byte", "%(n)d bytes", number) % {"n": number}


def lifetime_text(seconds: int | None) -> str:
    """``TTL 60 s``, ``no TTL``."""
    return _("no TTL") if seconds is None else _("TTL %(seconds)d s") % {"seconds": seconds}
