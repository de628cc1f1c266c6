"""The last command in slow motion: `redis-tutor xray --slow`, and as an animated GIF for slides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tutor.console.xray.sight import heading_line
from tutor.console.xray.staging import CommandLine, Failed, Local, run_lines
from tutor.diagrams import Drawing, Line
from tutor.diagrams.canvas import clip, wrapped
from tutor.diagrams.motion import caption, draw_step, film_title, left_out, why_no_film
from tutor.engine.recording import Film, record_entry
from tutor.i18n import _

__all__ = ["SECONDS", "film_after", "frame_titles", "frames"]

SECONDS = 2.5
"""How long a step stays: its caption has to be read."""

_LONGEST = 60
"""Cells of the command above the picture."""


def film_after(stage: Local, lines: Iterable[CommandLine]) -> Film:
    """Carry out command lines; the film of the last. Raises `Failed` if there is nothing to see."""
    if not run_lines(stage, lines):
        raise Failed.because(_("Slow motion needs a command: --run."))
    film = record_entry(stage.world, len(stage.world.history) - 1)
    if not film.steps:
        raise Failed.because(why_no_film(film))
    return film


def frames(film: Film, width: int) -> list[Drawing]:
    """Each step as a drawing: the caption, and the picture beneath, which stays at one height."""
    captions = [wrapped(caption(step), width, "text") for step in film.steps]
    most = max(map(len, captions))
    drawings = []
    for step, words in zip(film.steps, captions, strict=True):
        gap: list[Line] = [()] * (most - len(words) + 1)
        picture = draw_step(step, width)
        drawings.append(Drawing((*words, *gap, *picture.lines), picture.text))
    more = left_out(film)
    if more:
        last = drawings[-1]
        drawings[-1] = Drawing((*last.lines, (), *wrapped(more, width)), f"{last.text}\n{more}")
    return drawings


def frame_titles(film: Film, drawn: Sequence[Drawing]) -> list[Line]:
    """For each step the line above: the command, and at the right how far it is."""
    lines = [line for one in drawn for line in one.lines]
    command = clip(film_title(film), _LONGEST)
    return [
        heading_line(command, _("slow motion"), f"{number} / {len(drawn)}", lines)
        for number in range(1, len(drawn) + 1)
    ]
