"""A run of a demo written down: its pictures, and everything it says and does as Markdown.

Script, seed ─▶ Presentation, beat by beat ─▶ pages ─┬─▶ Markdown
                                                     └─▶ SVG and PNG of each scene's end
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tutor.console.render import render_text
from tutor.course import markdown
from tutor.course.presenting import Presentation, Said
from tutor.course.scenelabs import UNKNOWN
from tutor.course.scenes import Beat, Scene, Script
from tutor.diagrams.canvas import Drawing, Line
from tutor.diagrams.export.png import png
from tutor.diagrams.export.svg import svg
from tutor.diagrams.palette import ThemeName
from tutor.diagrams.scenes import figure_text, moment_drawing
from tutor.engine.replies import BLOCKED
from tutor.i18n import _, ngettext

__all__ = ["Page", "as_markdown", "link_to", "picture_names", "pictures", "played"]

WIDTH = 110
"""Cells of a picture from edge to edge at most."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one key did, ``lines`` as they stand in a transcript, and what is said then."""

    lines: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Page:
    """A scene as it was played: ``number`` from 1, what the figures were at its end."""

    number: int
    scene: Scene
    title: str
    turns: tuple[Turn, ...]
    figures: tuple[tuple[str, str], ...]
    drawing: Drawing


def played(
    script: Script, lang: str, seed: int | None = None, only: int | None = None
) -> Iterator[Page]:
    """Play the scenes, or one by its number, to their ends. Raises IndexError for a number that
    none has."""
    if only is not None and not 1 <= only <= len(script.scenes):
        raise IndexError(only)
    for number, scene in enumerate(script.scenes, 1):
        if only in (None, number):
            yield _page(Presentation(script, lang, seed, number), scene)


def _page(presentation: Presentation, scene: Scene) -> Page:
    number = presentation.scene_number
    parts = [((scene.beats[0], len(presentation.said)), presentation.note)]
    while presentation.coming is not None:
        beat = presentation.coming
        presentation.next()
        presentation.finish()
        parts.append(((beat, len(presentation.said)), presentation.note))
    turns, before = [], 0
    for (beat, until), note in parts:
        turns.append(Turn(tuple(_transcript(beat, presentation.said[before:until])), note))
        before = until
    return Page(
        number, scene, presentation.title, tuple(turns), tuple(_figures(presentation, scene)),
        moment_drawing(presentation, WIDTH),
    )  # fmt: skip


def _transcript(beat: Beat, said: Sequence[Said]) -> Iterator[str]:
    """The lines of a beat with their replies, and how long the lab went on between them."""
    waiting = iter(said)
    for cue in beat.cues:
        if cue.kind in ("run", "knob"):
            yield from _exchange(next(waiting))
        elif cue.kind == "play":
            n = f"{cue.seconds:g}"
            yield "# " + ngettext("{n} second", "{n} seconds", _plural(cue.seconds)).format(n=n)


def _plural(seconds: float) -> int:
    """The number whose form goes with so many seconds; a part of one goes with two."""
    return int(seconds) if seconds == int(seconds) else 2


def _exchange(said: Said) -> Iterator[str]:
    yield f"{said.place}> {said.line}" if said.place else f"> {said.line}"
    if not said.is_command:
        return
    reply = said.answer
    text = "…\n" if reply is BLOCKED else render_text(reply, argv=said.argv)
    yield from text.encode("utf-8", "backslashreplace").decode().splitlines()


def _figures(presentation: Presentation, scene: Scene) -> Iterator[tuple[str, str]]:
    figures, script = presentation.figures(), presentation.script
    for number, name in enumerate(scene.figures, 1):
        words = script.words(scene, f"figure.{number}", presentation.lang)
        yield markdown.one_line(words), figure_text(name, figures.get(name, UNKNOWN))


# pictures


def picture_names(script: Script, only: int | None = None) -> list[str]:
    """Names of the scenes' pictures without their endings: ``01-stampede``."""
    return [
        f"{number:02}-{scene.id}"
        for number, scene in enumerate(script.scenes, 1)
        if only in (None, number)
    ]


def pictures(page: Page, theme: ThemeName) -> Iterator[tuple[str, bytes]]:
    """The scene's last moment as files: ending and contents."""
    bar: Line = ((f"{page.number} · {page.title}", "title"),)
    yield ".svg", svg(page.drawing, theme, bar, page.title).encode("utf-8")
    yield ".png", png(page.drawing, theme, bar)


# Markdown


def as_markdown(
    script: Script, pages: Sequence[Page], lang: str, seed: int, links: Sequence[str] = ()
) -> str:
    """The run as a document; ``links`` lead to the pictures of its pages, () if there are none."""
    command = f"redis-tutor demo {script.name} --lang {lang} --seed {seed}"
    parts = [markdown.heading(1, script.title(lang)), script.about(lang), markdown.code(command)]
    for at, page in enumerate(pages):
        parts += _section(page, links[at] if links else "")
    return "\n\n".join(filter(None, (part.strip("\n") for part in parts))) + "\n"


def _section(page: Page, link: str) -> Iterator[str]:
    yield markdown.heading(2, f"{page.number} · {page.title}")
    for turn in page.turns:
        if turn.lines:
            yield markdown.fenced(turn.lines, "redis")
        yield turn.note
    if page.figures:
        rows = [f"| {markdown.escaped(words)} | {markdown.escaped(value)} |"
                for words, value in page.figures]  # fmt: skip
        head = _("at the end")
        yield "\n".join([f"| {head} | |", "|---|---:|", *rows])
    if link:
        yield f"![{markdown.escaped(page.title)}]({quote(link)})"
    else:
        yield markdown.fenced(page.drawing.plain.splitlines(), "text")


def link_to(picture: Path, document: Path) -> str:
    """How a document leads to a picture, from its own folder."""
    try:
        found = os.path.relpath(picture.resolve(), document.resolve().parent)
    except ValueError:  # on another drive
        return picture.resolve().as_posix()
    return Path(found).as_posix()
