"""Sentences that the text twins of several structures share."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.i18n import _


def not_shown(what: str) -> str:
    """What the picture leaves out."""
    return _("Not shown: %(what)s.") % {"what": what}


def changed_by_command(names: Sequence[str]) -> list[str]:
    """What the picture marks, if anything."""
    if not names:
        return []
    return [_("Changed by the last command: %(names)s.") % {"names": ", ".join(names)}]


def as_sentence(words: str) -> str:
    """Words of a picture with a capital letter and a full stop."""
    return words[:1].upper() + words[1:] + "."
