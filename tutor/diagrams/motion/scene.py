"""What a kind of step looks like: a picture with its path marked, and a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tutor.diagrams.canvas import Line
from tutor.diagrams.payload import shown
from tutor.engine.recording import Step
from tutor.i18n import ngettext

Facts = Mapping[str, Any]

_WORD = 40


@dataclass(frozen=True, slots=True)
class Scene:
    """``draw`` gives the lines of a step for a width, ``say`` what happens in it and why."""

    draw: Callable[[Step, int], list[Line]]
    say: Callable[[Facts], str]


def named(part: bytes) -> str:
    """A key, field, member or element in a sentence, cut where it is long."""
    return shown(part, _WORD)


def found_text(facts: Facts) -> str:
    """A comparison that ends a search from one to the next."""
    words = ngettext(
        "%(name)s is the one: found after %(n)d comparison.",
        "%(name)s is the one: found after %(n)d comparisons.",
        facts["at"] + 1,
    )
    return words % {"name": named(facts["name"]), "n": facts["at"] + 1}
