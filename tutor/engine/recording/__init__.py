"""Slow motion: what a command's algorithm did, step by step, each step with a picture's facts.

Start at `record`, which runs a command with traces attached to the structures of its keys, or at
`record_entry`, which takes one of a world's history back to its moment. `film` says what a step is;
`watchers` turn the traces of each structure into steps.
"""

from tutor.engine.recording.film import Film, Place, Step
from tutor.engine.recording.housekeeping import PoolImage
from tutor.engine.recording.record import record, record_entry, record_expiry, record_last

__all__ = [
    "Film",
    "Place",
    "PoolImage",
    "Step",
    "record",
    "record_entry",
    "record_expiry",
    "record_last",
]
