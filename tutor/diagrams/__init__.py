"""Pictures of memory: pure functions from a layout to styled lines and a text twin.

Start at `picture.draw`; each structure has its own module, `difference` says what to mark.
"""

from tutor.diagrams.canvas import MARK, Drawing, Line, Role, Run, to_ascii
from tutor.diagrams.conversion import conversion_line
from tutor.diagrams.difference import NOTHING, Changes, changes
from tutor.diagrams.picture import View, describe, draw

__all__ = [
    "MARK",
    "NOTHING",
    "Changes",
    "Drawing",
    "Line",
    "Role",
    "Run",
    "View",
    "changes",
    "conversion_line",
    "describe",
    "draw",
    "to_ascii",
]
