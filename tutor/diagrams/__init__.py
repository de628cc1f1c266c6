"""Pictures of memory: pure functions from a layout to styled lines and a text twin.

Start at `draw.draw`; each structure has its own module, `changes` says what to mark.
"""

from tutor.diagrams.canvas import Drawing, Line, Role, Run, to_ascii
from tutor.diagrams.changes import NOTHING, Changes, changes
from tutor.diagrams.draw import View, describe, draw

__all__ = [
    "NOTHING",
    "Changes",
    "Drawing",
    "Line",
    "Role",
    "Run",
    "View",
    "changes",
    "describe",
    "draw",
    "to_ascii",
]
