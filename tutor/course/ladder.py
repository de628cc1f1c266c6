"""The words above the rungs of hints, in the present language."""

from __future__ import annotations

from tutor.i18n import _


def hint_title(name: str) -> str:
    """The head of a rung of the ladder of hints (`model.HINT_NAMES`)."""
    titles = {
        "idea": _("Hint: the idea"),
        "family": _("Hint: which command"),
        "skeleton": _("Hint: the shape"),
        "solution": _("Hint: the line itself"),
    }
    return titles[name]
