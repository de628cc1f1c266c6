"""What lessons are shown in, as far as lint must know it: words of pictures, sources of the app."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tutor.course.labstage import LabRun
from tutor.engine.world import World


class Twins(Protocol):
    """Pictures in words. They are drawn on a floor above the course, so whoever runs lint from up
    there hands them down; lint hands them on to other processes, so they must pickle."""

    def of_key(self, world: World, key: bytes, panel: str) -> Sequence[str]:
        """A panel of the X-ray of one key; nothing where there is no such key."""

    def of_lab(self, lab: LabRun) -> Sequence[str]:
        """The picture of a lab at its present moment."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """``twins`` None: P6 is not proved. ``app``: the folder that holds `tutor/` and `locales/` with
    their sources; None: T7 and T8 are proved of the lessons alone."""

    twins: Twins | None = None
    app: Path | None = None
