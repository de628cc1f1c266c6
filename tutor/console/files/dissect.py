"""`redis-tutor dissect FILE`: an RDB file, an AOF, a manifest or a DUMP payload, byte by byte."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from tutor.console.trouble import reason
from tutor.console.xray.printing import as_console, print_lines, speaks
from tutor.diagrams import Drawing
from tutor.diagrams.canvas import Line
from tutor.diagrams.files import Part, draw_file
from tutor.diagrams.files.faults import fault_words
from tutor.engine.cmdline import unquoted
from tutor.i18n import _, guess_language, ngettext, pgettext, set_language
from tutor.persistence.dissect import Dissection, open_bytes
from tutor.persistence.dissect.mapped import mapped
from tutor.persistence.rdb.damage import DamagedRdb

__all__ = ["run"]

FILE_WIDTH = 100
_LEAST_WIDTH, _MOST_WIDTH = 40, 1000


class _Refused(Exception):
    """The text says why nothing is shown."""


def run(args: argparse.Namespace) -> int:
    """Show what the arguments say; returns the exit code: 1 if the file cannot be opened, is none
    of Redis, has no such key, or is damaged in what was shown.

    ``args`` has file, start, key, pickle, count, width, export, theme, ascii, plain, lang.
    """
    set_language(args.lang or guess_language() or "en")
    try:
        if args.pickle:
            return _pickle(args)
        with mapped(Path(args.file)) as buffer:
            dissection = open_bytes(buffer)
            drawing = _drawing(args, dissection)
            _hand_over(args, kind_words(dissection.kind), drawing)
            return 1 if dissection.damage is not None else 0
    except DamagedRdb as error:
        print(f"{args.file}: {fault_words(error)}", file=sys.stderr)
    except _Refused as error:
        print(f"redis-tutor: {error}", file=sys.stderr)
    except BrokenPipeError:
        raise
    except OSError as error:
        print(f"redis-tutor: {reason(error)}", file=sys.stderr)
    return 1


def _pickle(args: argparse.Namespace) -> int:
    """A value as Django's cache keeps it; 1 if a reader would not come to its end."""
    from tutor.diagrams.pickles import LIMIT, dissect, draw

    count = _count(args.count)
    layout = dissect(Path(args.file).read_bytes(), min(count or LIMIT, LIMIT))
    _hand_over(args, pgettext("file", "pickle"), draw(layout, _width(args), count or LIMIT))
    return 0 if layout.whole else 1


def _hand_over(args: argparse.Namespace, kind: str, drawing: Drawing) -> None:
    """Print the drawing or write it, as is wanted."""
    if args.export:
        _export(args, kind, drawing)
    else:
        _print(args, drawing)


def _drawing(args: argparse.Namespace, dissection: Dissection) -> Drawing:
    width = _width(args)
    start = _offset(args.start, len(dissection.buffer))
    if args.key is not None:
        start = _place_of(dissection, args.key, start)
    count = _count(args.count)
    parts: list[Part] = []
    shown = end = 0
    for part in _parts(dissection, start):
        if count and shown + len(part.spans) > count:
            left = count - shown
            if not parts:  # one piece alone is more than what was asked for
                parts.append(Part(part.piece, part.spans[:left]))
                end = next((s.end for s in reversed(part.spans[:left]) if not s.unpacked), start)
            break
        parts.append(part)
        shown += len(part.spans)
        end = max(end, *(span.end for span in part.spans if not span.unpacked))
    return draw_file(parts, width, _foot(dissection, end))


def _parts(dissection: Dissection, start: int) -> Iterator[Part]:
    end = start
    for piece in dissection.pieces(start):
        end = piece.end
        yield Part(piece, dissection.spans(piece))
    if dissection.damage is not None:
        yield Part(None, dissection.broken(end if end > start else 0))


def _foot(dissection: Dissection, end: int) -> str:
    """How much of the file stands behind what was shown."""
    left = len(dissection.buffer) - end
    if left <= 0:
        return ""
    words = ngettext("%(n)d byte follows.", "%(n)d bytes follow.", left) % {"n": left}
    return words + " " + _("Go on: --from %(offset)s") % {"offset": f"{end:#x}"}


def _place_of(dissection: Dissection, key: str, start: int) -> int:
    """The offset of the first pair with this key from ``start`` on."""
    wanted = unquoted(key)
    for piece in dissection.pieces(start):
        if piece.kind == "pair" and piece.key == wanted:
            return piece.offset
    raise _Refused(_("There is no key {key} in the file.").format(key=key))


def _offset(text: str | None, size: int) -> int:
    try:
        offset = int(text or "0", 0)
    except ValueError:
        offset = -1
    if not 0 <= offset <= max(size - 1, 0):
        words = _("--from takes an offset from 0 to {most}, for example 1000 or 0x3e8.")
        raise _Refused(words.format(most=max(size - 1, 0)))
    return offset


def _count(text: str) -> int:
    if not text.isdecimal():
        raise _Refused(_("--count takes a number; 0 shows everything."))
    return int(text)


def _width(args: argparse.Namespace) -> int:
    if args.width is None:
        return FILE_WIDTH if args.export else shutil.get_terminal_size((FILE_WIDTH, 24)).columns
    text: str = args.width
    if not (text.isdecimal() and _LEAST_WIDTH <= int(text) <= _MOST_WIDTH):
        words = _("--width takes a number from {least} to {most}.")
        raise _Refused(words.format(least=_LEAST_WIDTH, most=_MOST_WIDTH))
    return int(text)


def _print(args: argparse.Namespace, drawing: Drawing) -> None:
    if args.plain:
        print_lines([[(line, "text")] for line in drawing.text.splitlines()])
        return
    plain = args.ascii or not speaks(sys.stdout, drawing.plain)
    print_lines(as_console((drawing.ascii() if plain else drawing).lines))


def _export(args: argparse.Namespace, kind: str, drawing: Drawing) -> None:
    """Write the picture as the name's ending says."""
    path = Path(args.export)
    if args.ascii:
        drawing = drawing.ascii()
    title: Line = ((path_name(args.file), "title"), ("  " + kind, "label"))
    if path.suffix == ".svg":
        from tutor.diagrams.export.svg import svg

        data = svg(drawing, args.theme, title).encode()
    elif path.suffix == ".png":
        data = _png(args, drawing, title)
    elif path.suffix == ".txt":
        data = (drawing.text if args.plain else drawing.plain).encode() + b"\n"
    else:
        raise _Refused(_("--export takes a file that ends in .svg, .png or .txt."))
    path.write_bytes(data)
    print(path, file=sys.stderr)


def _png(args: argparse.Namespace, drawing: Drawing, title: Line) -> bytes:
    from tutor.diagrams.export.png import TooLarge, png

    try:
        return png(drawing, "light" if args.theme == "light" else "dark", title)
    except TooLarge as error:
        words = _("The picture would have {width} × {height} pixels. A smaller --count helps.")
        raise _Refused(words.format(width=error.width, height=error.height)) from error


def path_name(name: str) -> str:
    """The last part of a path, as it is safe to print."""
    return Path(name).name.encode("utf-8", "backslashreplace").decode()


def kind_words(kind: str) -> str:
    """What a file is."""
    return {
        "rdb": pgettext("file", "RDB file"),
        "aof": pgettext("file", "append-only file"),
        "aof with rdb": pgettext("file", "append-only file with an RDB in front"),
        "manifest": pgettext("file", "manifest of an append-only file"),
        "payload": pgettext("file", "DUMP payload"),
    }[kind]
