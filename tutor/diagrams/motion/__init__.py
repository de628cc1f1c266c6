"""Slow motion, drawn: a step of a film in, a picture with its caption out.

`frames.draw_step` is the way in; each structure has a module with its scenes: how a kind of step is
drawn on the structure's own diagram, and the sentence that says what happens and why.
"""

from tutor.diagrams.motion.frames import (
    SCENES,
    caption,
    draw_step,
    film_lines,
    film_title,
    left_out,
    why_no_film,
)

__all__ = [
    "SCENES",
    "caption",
    "draw_step",
    "film_lines",
    "film_title",
    "left_out",
    "why_no_film",
]
