"""The RDB file of the whole server as it would be written now, byte by byte.

dump.rdb · 1 key · 104 bytes
00000000  52 45 44 49 53         magic word: an RDB file
…
── user:1 · db 0 · 45 bytes ─────────────────────
"""

from __future__ import annotations

from dataclasses import dataclass

from tutor.diagrams.canvas import Line, Run, omitted
from tutor.diagrams.files.rows import pair_heading, sentence, span_rows
from tutor.engine.census import Place
from tutor.i18n import _, ngettext
from tutor.persistence.dissect.server_file import ServerFile


@dataclass(frozen=True, slots=True)
class FileFigures:
    """The units [start, stop) of a file, and the keys that the last command changed."""

    file: ServerFile
    start: int
    stop: int
    changed: frozenset[Place] = frozenset()


def draw_file(figures: FileFigures, width: int) -> list[Line]:
    """The heading, and the rows of the units; what is left out is said."""
    file = figures.file
    lines = [heading(file), ()]
    if figures.start:
        lines.append(omitted(_units(figures.start), width))
    lines += unit_lines(figures, width)
    if figures.stop < file.count:
        lines.append(omitted(_units(file.count - figures.stop), width))
    return lines


def heading(file: ServerFile) -> Line:
    """What the file is, how many keys it has and bytes."""
    keys = ngettext("%(n)d key", "%(n)d keys", file.keys) % {"n": file.keys}
    size = file.size if file.size is not None else file.counted_bytes
    amount = ngettext("%(n)d byte", "%(n)d bytes", size) % {"n": size}
    runs: list[Run] = [("dump.rdb", "title"), (f" · {keys} · ", "label")]
    if file.size is None:
        return (*runs, (_("counted so far: %(size)s") % {"size": amount}, "warning"))
    if not file.exact:
        amount = "~ " + amount
    return (*runs, (amount, "label"))


def unit_lines(figures: FileFigures, width: int) -> list[Line]:
    """The rows of the units, each pair under its name."""
    lines: list[Line] = []
    for piece, spans in figures.file.pieces(figures.start, figures.stop):
        changed = piece.kind == "pair" and (piece.db, piece.key) in figures.changed
        if piece.kind == "pair":
            lines += [(), pair_heading(piece, width, changed)]
        elif piece.kind in ("select", "end"):
            lines.append(())
        for span in spans:
            lines += span_rows(span, width)
    return lines


def describe_file(figures: FileFigures) -> list[str]:
    """The same as sentences."""
    told = ["".join(text for text, _role in heading(figures.file)) + "."]
    for piece, spans in figures.file.pieces(figures.start, figures.stop):
        changed = piece.kind == "pair" and (piece.db, piece.key) in figures.changed
        told += [sentence(span, changed and not at) for at, span in enumerate(spans)]
    behind = figures.file.count - figures.stop
    return [*told, _units(behind) + "."] if behind > 0 else told


def _units(count: int) -> str:
    return ngettext("%(n)d more part", "%(n)d more parts", count) % {"n": count}
