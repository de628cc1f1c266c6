"""The last picture of a film: what has become of the key."""

from __future__ import annotations

from dataclasses import replace

from tutor.diagrams.canvas import Line
from tutor.diagrams.difference import changes
from tutor.diagrams.motion.scene import Facts, Scene
from tutor.diagrams.payload import shown
from tutor.diagrams.structure import draw_structure
from tutor.engine.inspect import Inspection
from tutor.engine.recording import Step
from tutor.i18n import _


def _draw(step: Step, width: int) -> list[Line]:
    """What is visible is compared: the values themselves have moved on."""
    now, was = step.image, step.facts["was"]
    if not isinstance(now, Inspection):
        text = _("There is no key %(key)s now.") % {"key": shown(step.facts["key"])}
        return [((text, "label"),)]
    now = replace(now, value=b"")
    before = None if was is None else replace(was, value=b"")
    return draw_structure(now, width, changes(before, now))


def _after(facts: Facts) -> str:
    was, key = facts["was"], shown(facts["key"])
    if facts["gone"]:
        return _("Nothing is left in it: the key %(key)s is gone.") % {"key": key}
    if was is None:
        return _("Done: the key %(key)s has come into being.") % {"key": key}
    return _("Done: this is what the command has made of %(key)s.") % {"key": key}


SCENES = {"key.after": Scene(_draw, _after)}
