"""Pickles taken apart: what each opcode does, what loading would run, the same value as JSON.

`dissect` reads bytes, and neither imports nor calls anything that they name; `draw` makes rows of
it, `tell` sentences.
"""

from tutor.diagrams.pickles.dissect import LIMIT, dissect
from tutor.diagrams.pickles.drawing import draw, tell
from tutor.diagrams.pickles.layout import Danger, Fault, JsonTwin, Op, PickleLayout, Rest
from tutor.diagrams.pickles.meanings import danger_words, loss_words, meaning, pickle_fault

__all__ = [
    "LIMIT", "Danger", "Fault", "JsonTwin", "Op", "PickleLayout", "Rest", "danger_words", "dissect",
    "draw", "loss_words", "meaning", "pickle_fault", "tell",
]  # fmt: skip
