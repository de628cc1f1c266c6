"""Pictures of memory: pure functions from a layout to styled lines and a text twin.

Start at `picture.draw`; `views` is the table of ways to look at a key, each structure has its own
module, `difference` says what to mark. `why` tells in a line what a command did, `compare` draws
two looks beside each other.
"""

from tutor.diagrams.canvas import MARK, Drawing, Line, Role, Run, to_ascii
from tutor.diagrams.compare import draw_diff
from tutor.diagrams.difference import NOTHING, Changes, changes
from tutor.diagrams.picture import describe, draw
from tutor.diagrams.views import View, views_of
from tutor.diagrams.why import why

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
    "describe",
    "draw",
    "draw_diff",
    "to_ascii",
    "views_of",
    "why",
]
