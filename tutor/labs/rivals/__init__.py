"""Redis against Memcached: the notes' table as experiments on both engines, in virtual time.

ROWS ─▶ Experiment(row) ─▶ advance() ─▶ exchanges of both ─▶ … ─▶ outcome: figures, a verdict
Shards ─▶ join, leave ─▶ which keys move under each rule
"""

from tutor.labs.rivals.experiment import Experiment, Figure, Outcome, Timer, run
from tutor.labs.rivals.rows import ROWS, Row, RowName, Step
from tutor.labs.rivals.shards import Shards

__all__ = [
    "ROWS",
    "Experiment",
    "Figure",
    "Outcome",
    "Row",
    "RowName",
    "Shards",
    "Step",
    "Timer",
    "run",
]
