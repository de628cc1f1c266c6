"""The words of pictures, for lint's P6."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from tutor.course.labstage import LabRun
from tutor.diagrams import describe
from tutor.diagrams.labs.catalog import lab_sentences
from tutor.diagrams.views import VIEWS, View
from tutor.engine.inspect import inspect
from tutor.engine.structures.window import Window
from tutor.engine.world import World

ITEMS = 48
"""Of a long structure so many are told, as the X-ray does."""


class DiagramTwins:
    """What `tutor.diagrams` says of a key or a lab (`tutor.course.lint.Twins`)."""

    def of_key(self, world: World, key: bytes, panel: str) -> Sequence[str]:
        """A view of the X-ray of one key; nothing where there is no such key or view."""
        seen = inspect(world.engine, world.session.db.index, key, Window(0, ITEMS))
        if seen is None or panel not in VIEWS or not VIEWS[cast("View", panel)].fits(seen):
            return ()
        return describe(seen, view=cast("View", panel))

    def of_lab(self, lab: LabRun) -> Sequence[str]:
        """A lab at its present moment."""
        return lab_sentences(lab)
