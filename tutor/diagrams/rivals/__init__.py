"""Redis against Memcached, drawn: the experiments of `tutor.labs.rivals`."""

from tutor.diagrams.rivals.sides import (
    describe_outcome,
    draw_exchanges,
    draw_figures,
    draw_notes,
    draw_outcome,
    draw_steps,
    draw_verdict,
)
from tutor.diagrams.rivals.words import notes_text, row_text, step_text, verdict_text

__all__ = [
    "describe_outcome",
    "draw_exchanges",
    "draw_figures",
    "draw_notes",
    "draw_outcome",
    "draw_steps",
    "draw_verdict",
    "notes_text",
    "row_text",
    "step_text",
    "verdict_text",
]
