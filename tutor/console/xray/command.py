"""`redis-tutor xray KEY`: the picture of one key as text, SVG or PNG, for slides and notes.

The commands of ``--run`` and ``--file`` are carried out in a fresh engine on a fixed seed, or, with
``--connect``, on a real server; then the key is drawn, with marks on what the last one changed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TextIO

from tutor.console.render import Line
from tutor.console.trouble import explain, reason
from tutor.console.xray.printing import as_console, print_lines, speaks
from tutor.console.xray.sight import WINDOW, Sight, heading_line
from tutor.console.xray.staging import (
    CommandLine,
    Failed,
    Local,
    Remote,
    Stage,
    look_after,
    look_at_server,
)
from tutor.console.xray.watching import watch
from tutor.diagrams import Drawing
from tutor.diagrams.canvas import Line as Drawn
from tutor.diagrams.palette import ThemeName
from tutor.engine.cmdline import quote, unquoted
from tutor.engine.structures.window import Window
from tutor.i18n import _, guess_language, set_language
from tutor.network.link import LinkError

__all__ = ["run"]

FILE_WIDTH = 100
"""Cells of a picture in a file, unless ``--width`` says otherwise: the same on every machine."""

WIDEST = 1000


def run(args: argparse.Namespace) -> int:
    """Draw what the arguments say; returns the exit code: 1 if a command failed, the key is not
    there, a view does not fit it, or a file cannot be written.

    ``args`` has key, server, steps (("run" | "file", text) in their order), connect, force, watch,
    slow, gif, view, all_views, window, marks, svg, png, text, plain, ascii, width, theme, scale,
    title, seed, lang.
    """
    set_language(args.lang or guess_language() or "en")
    try:
        _check(args)
        if args.watch:
            _watch(args)
        elif args.slow or args.gif:
            _slow(args)
        else:
            _show(args, _sight(args))
        return 0
    except Failed as error:
        print_lines(error.lines, sys.stderr)
    except LinkError as error:
        print(explain(error), file=sys.stderr)
    except BrokenPipeError:  # whoever reads has seen enough: the entry point knows what to do
        raise
    except OSError as error:
        print(f"redis-tutor: {reason(error)}", file=sys.stderr)
    return 1


def _check(args: argparse.Namespace) -> None:
    """Raises `Failed` for what is wrong with the options, before anything is carried out."""
    _window(args.window)
    if args.width is not None:
        _width(args.width)
    _scale(args.scale)
    slow = args.slow or args.gif
    if slow and args.connect is not None:
        raise Failed.because(
            _("Of a real server only the outcome can be seen: there is no slow motion.")
        )
    if slow and (args.svg or args.png):
        raise Failed.because(_("Slow motion is written as a GIF: --gif."))


class Drawable(Protocol):
    """What was looked at: a key (`Sight`) or the whole server (`ServerSight`)."""

    @property
    def name(self) -> str:
        """What stands in the bar above a picture."""
        ...

    @property
    def argv(self) -> tuple[bytes, ...]:
        """The last command, if there was one."""
        ...

    @property
    def views(self) -> tuple[str, ...]:
        """What can be drawn of it."""
        ...

    def draw(self, view: str, width: int, marks: bool = True) -> Drawing:
        """One of the views."""
        ...

    def misfit(self, view: str) -> str:
        """Why it has no such view."""
        ...

    def view_name(self, view: str) -> str:
        """The word for one of the views."""
        ...


def _sight(args: argparse.Namespace) -> Drawable:
    """Carry out the commands and look."""
    lines, window, key = _wishes(args)
    if args.server:
        if args.connect is not None:
            raise Failed.because(_("Of a real server only keys can be seen through."))
        listening = "eviction" if args.all_views else args.server
        return look_at_server(Local(args.seed, window), lines, listening)
    stage: Stage = Local(args.seed, window)
    if args.connect is not None:
        stage = Remote(args.connect, window, args.force)
    try:
        return look_after(stage, lines, key)
    finally:
        stage.backend.close()


def _watch(args: argparse.Namespace) -> None:
    """Draw a key of a real server whenever it is another."""
    lines, window, key = _wishes(args)
    if args.connect is None or args.server:
        raise Failed.because(_("--watch needs a key of a real server: --connect."))
    stage = Remote(args.connect, window, args.force)

    def show(sight: Sight) -> None:
        if sys.stdout.isatty():
            from prompt_toolkit.shortcuts import clear

            clear()
        else:
            print()
        try:
            _show(args, sight)
        except Failed as error:  # the key went, or is of another type
            print_lines(error.lines)

    try:
        first = look_after(stage, lines, key)
        watch(first, lambda: stage.peek(first.key), show)
    finally:
        stage.backend.close()


def _wishes(args: argparse.Namespace) -> tuple[list[CommandLine], Window | None, bytes | None]:
    """Command lines, the part to look at, the key."""
    lines = [line for kind, text in args.steps or () for line in _READ[kind](text)]
    return lines, _window(args.window), None if args.key is None else unquoted(args.key)


def _window(text: str | None) -> Window | None:
    """``START`` or ``START:COUNT``; None if nothing was said."""
    if text is None:
        return None
    parts = text.split(":")
    if len(parts) > 2 or not all(part.isdecimal() for part in parts):
        raise Failed.because(_("--window takes START or START:COUNT, for example 100:20."))
    return Window(*map(int, parts)) if len(parts) == 2 else Window(int(text), WINDOW)


def _width(text: str) -> int:
    if not (text.isdecimal() and 12 <= int(text) <= WIDEST):
        raise Failed.because(
            _("--width takes a number from {least} to {most}.").format(least=12, most=WIDEST)
        )
    return int(text)


def _scale(text: str) -> float:
    try:
        scale = float(text)
    except ValueError:
        scale = 0
    if not 0.5 <= scale <= 8:
        raise Failed.because(
            _("--scale takes a number from {least} to {most}.").format(least="0.5", most=8)
        )
    return scale


def _read_file(name: str) -> Sequence[CommandLine]:
    """The lines of a file, or of standard input for ``-``."""
    data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    lines = data.decode("utf-8-sig", "surrogateescape").splitlines()
    return [CommandLine(line, f"{name}:{number}") for number, line in enumerate(lines, 1)]


_READ: dict[str, Callable[[str], Sequence[CommandLine]]] = {
    "run": lambda line: [CommandLine(line)],
    "file": _read_file,
}


# slow motion


def _slow(args: argparse.Namespace) -> None:
    """Print the last command's steps, or write them as an animated picture."""
    from tutor.console.xray.filming import film_after, frame_titles, frames
    from tutor.diagrams.motion import film_lines

    lines, window, _unused = _wishes(args)
    film = film_after(Local(args.seed, window), lines)
    drawn = frames(film, _columns(args, for_file=bool(args.gif)))
    titles = frame_titles(film, drawn)
    if args.gif:
        _write(args.gif, _as_gif(args, drawn, titles))
    if args.gif and not (args.text or args.plain):
        return
    if args.plain:
        print_lines([[(line, "text")] for line in film_lines(film)])
        return
    for title, drawing in zip(titles, drawn, strict=True):
        page = Drawing((title, (), *drawing.lines, ()), drawing.text)
        print_lines(as_console(_fit_for(sys.stdout, args, page).lines))


def _as_gif(args: argparse.Namespace, drawn: Sequence[Drawing], titles: Sequence[Drawn]) -> bytes:
    from tutor.console.xray.filming import SECONDS
    from tutor.diagrams.export.png import TooLarge, gif

    frames = list(zip(drawn, titles if args.title else [()] * len(drawn), strict=True))
    try:
        return gif(frames, SECONDS, _paper(args), _scale(args.scale))
    except TooLarge as error:
        raise _too_large(error.width, error.height) from error


# what is shown


def _show(args: argparse.Namespace, sight: Drawable) -> None:
    asked = args.view or args.server or "structure"
    views = sight.views if args.all_views else (asked,)
    for view in views or (asked,):
        if view not in sight.views:
            raise Failed.because(sight.misfit(view))
    for name, make in ((args.svg, _as_svg), (args.png, _as_png)):
        for view in views if name else ():
            _write(_file_of(name, view if len(views) > 1 else ""), make(args, sight, view))
    if args.text or args.plain or not (args.svg or args.png):
        for number, view in enumerate(views):
            if len(views) > 1:
                title: Line = [(sight.view_name(view), "title")]
                print_lines([[], title] if number else [title])
            _print(args, sight, view)


def _print(args: argparse.Namespace, sight: Drawable, view: str) -> None:
    drawing = sight.draw(view, _columns(args), args.marks)
    if args.plain:
        print_lines([[(line, "text")] for line in drawing.text.splitlines()])
    else:
        print_lines(as_console(_fit_for(sys.stdout, args, drawing).lines))


def _columns(args: argparse.Namespace, for_file: bool = False) -> int:
    """Cells of a line: what was asked for, or those of the terminal or of a file."""
    if args.width is not None:
        return _width(args.width)
    return FILE_WIDTH if for_file else shutil.get_terminal_size((FILE_WIDTH, 24)).columns


def _fit_for(stream: TextIO, args: argparse.Namespace, drawing: Drawing) -> Drawing:
    """In ASCII if that is wished, or if the stream's encoding lacks our signs."""
    plain = args.ascii or not speaks(stream, drawing.plain)
    return drawing.ascii() if plain else drawing


# files


def _drawn(args: argparse.Namespace, sight: Drawable, view: str) -> tuple[Drawing, Drawn]:
    """The picture for a file, and the bar above: the name, the view, the command before it."""
    drawing = sight.draw(view, _columns(args, for_file=True), args.marks)
    if args.ascii:
        drawing = drawing.ascii()
    if not args.title:
        return drawing, ()
    aside = ""
    if sight.argv and args.marks:
        aside = "> " + " ".join(quote(word) for word in sight.argv)
    return drawing, heading_line(sight.name, sight.view_name(view), aside, drawing.lines)


def _as_svg(args: argparse.Namespace, sight: Drawable, view: str) -> bytes:
    from tutor.diagrams.export.svg import svg

    drawing, title = _drawn(args, sight, view)
    return svg(drawing, args.theme, title).encode()


def _as_png(args: argparse.Namespace, sight: Drawable, view: str) -> bytes:
    from tutor.diagrams.export.png import TooLarge, png

    drawing, title = _drawn(args, sight, view)
    try:
        return png(drawing, _paper(args), title, _scale(args.scale))
    except TooLarge as error:
        raise _too_large(error.width, error.height) from error


def _paper(args: argparse.Namespace) -> ThemeName:
    """Pixels cannot follow the reader's preference: ``auto`` is dark."""
    return "light" if args.theme == "light" else "dark"


def _too_large(width: int, height: int) -> Failed:
    text = _(
        "The picture would have {width} × {height} pixels. A smaller --window or --scale helps."
    )
    return Failed.because(text.format(width=width, height=height))


def _file_of(name: str, view: str) -> str:
    """The file of one view of several: ``lb.svg`` → ``lb-bytes.svg``."""
    if not view or name == "-":
        return name
    path = Path(name)
    return str(path.with_name(f"{path.stem}-{view}{path.suffix}"))


def _write(name: str, data: bytes) -> None:
    if name == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        Path(name).write_bytes(data)
        print(name, file=sys.stderr)
