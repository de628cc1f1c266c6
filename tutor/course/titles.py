"""The words above the parts of a step, in the present language: kinds of boxes, rungs of hints."""

from __future__ import annotations

from tutor.i18n import _


def box_title(kind: str) -> str:
    """The head of a quoted box (`prose.BOXES`)."""
    titles = {
        "notes": _("In the notes"),
        "today": _("Today"),
        "ram": _("In memory"),
        "tip": _("Worth knowing"),
    }
    return titles[kind]


def hint_title(name: str) -> str:
    """The head of a rung of the ladder of hints (`model.HINT_NAMES`)."""
    titles = {
        "idea": _("Hint: the idea"),
        "family": _("Hint: which command"),
        "skeleton": _("Hint: the shape"),
        "solution": _("Hint: the line itself"),
    }
    return titles[name]
