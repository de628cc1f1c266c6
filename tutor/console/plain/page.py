"""What the plain course is written on: lines broken to a width, in colour on a terminal only."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TextIO

from tutor.console.plain.terminal import is_dumb
from tutor.console.render import Line
from tutor.console.xray.printing import in_colour, print_lines
from tutor.diagrams.canvas import line_width, prefix_of, to_ascii, width_of

__all__ = ["DATA", "IN_A_PIPE", "SIGNS", "Page", "wants_ascii", "wrap"]

IN_A_PIPE = 72
"""Cells of a line where there is no terminal."""

WIDEST = 100
"""Longer lines of prose are hard to read."""

NARROWEST = 20

SIGNS: Mapping[str, str] = {"ok": "✓", "wrong": "✗", "pending": "○"}
"""What stands before a check."""

DATA = frozenset(
    {"string", "integer", "double", "boolean", "index", "text", "status", "error", "data", "typed"}
)
"""Roles of what Redis replied and of what was typed: not ours to respell, in no language."""

_ASCII = str.maketrans(
    {
        "✓": "+",
        "✗": "x",
        "→": ">",
        "·": "-",
        "–": "-",
        "—": "-",
        "…": "...",
        "▌": "|",
        "≤": "<=",
        "≥": ">=",
        "×": "x",
        "µ": "u",
        "\u00a0": " ",
        **dict.fromkeys("«»“”„", '"'),
        **dict.fromkeys("‘’", "'"),
    }
)


def wants_ascii(environ: Mapping[str, str] = os.environ) -> bool:
    """True if the learner asked for ASCII, or standard output cannot carry more."""
    wish = environ.get("REDIS_TUTOR_ASCII", "")
    if wish:
        return wish not in {"0", "no", "false"}
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return "utf" not in encoding.lower()


class Page:
    """Writes to ``out``. With ``ascii`` signs that are not letters are spelt in ASCII; what is data
    stays as it is. Empty lines never stand side by side."""

    def __init__(
        self, out: TextIO, width: int, *, ascii: bool = False, colour: bool | None = None
    ) -> None:
        self.out = out
        self.width = _readable(width)
        self.ascii = ascii
        self.colour = (in_colour(out) and not is_dumb()) if colour is None else colour
        self._gap = True

    def measure(self) -> None:
        """A terminal may have another size by now."""
        if self.out.isatty():
            self.width = _readable(shutil.get_terminal_size().columns)

    def show(self, lines: Iterable[Line], hang: str = "") -> None:
        """Write lines; of one that is too long the rest begins with ``hang``."""
        rows: list[Line] = []
        for line in lines:
            rows += wrap([self._spelt(*piece) for piece in line], self.width, hang)
        for row in rows:
            empty = not any(text.strip() for text, _role in row)
            if not (empty and self._gap):
                self._write(row)
            self._gap = empty

    def say(self, text: str, role: str = "note") -> None:
        """A sentence of the tutor's own."""
        self.show([[(part, role)] for part in text.split("\n")])

    def gap(self) -> None:
        """An empty line, unless there is one."""
        self.show([[]])

    def ask(self, prompt: str) -> None:
        """A prompt, behind which somebody types: without a line end."""
        self.out.write(self._spelt(prompt, "typed")[0])
        self.out.flush()
        self._gap = False

    def typed(self) -> None:
        """Somebody has typed a line here."""
        self._gap = False

    def _spelt(self, text: str, role: str) -> tuple[str, str]:
        text = text.expandtabs(4)
        if self.ascii and role not in DATA:
            text = to_ascii(text.translate(_ASCII))
        return self._encoded(text), role

    def _write(self, row: Line) -> None:
        if self.colour:
            print_lines([row], self.out)
            return
        self.out.write("".join(piece for piece, _role in row).rstrip(" ") + "\n")

    def _encoded(self, text: str) -> str:
        """What the stream's encoding lacks is spelt with backslashes."""
        encoding = self.out.encoding or "utf-8"
        return text.encode(encoding, "backslashreplace").decode(encoding)


def _readable(width: int) -> int:
    return min(max(width, NARROWEST), WIDEST)


def wrap(line: Sequence[tuple[str, str]], width: int, hang: str = "") -> list[Line]:
    """Break a line at spaces into lines of at most ``width`` cells; the later ones begin with
    ``hang``. A word that is longer than a line is broken where the line ends."""
    if line_width(line) <= width:  # type: ignore[arg-type]
        return [list(line)]
    room = max(width, len(hang) + 2)
    rows: list[Line] = [[]]
    used = 0

    def begin_row() -> None:
        nonlocal used
        rows.append([(hang, "")] if hang else [])
        used = len(hang)

    for word in _words(line):
        if used > len(hang) and used + _visible(word) > room:
            begin_row()
        for text, role in word:
            while used + width_of(text.rstrip(" ")) > room:
                part = prefix_of(text, room - used)
                if not part and used > len(hang):
                    begin_row()
                    continue
                part = part or text[:1]
                rows[-1].append((part, role))
                text = text[len(part) :]
                begin_row()
            rows[-1].append((text, role))
            used += width_of(text)
    return [_trimmed(row) for row in rows]


def _words(line: Sequence[tuple[str, str]]) -> Iterator[Line]:
    """The parts between which a line may be broken, each with the spaces that follow it."""
    word: Line = []
    for text, role in line:
        at = 0
        while at < len(text):
            end = text.find(" ", at)
            if end < 0:
                word.append((text[at:], role))
                break
            while end < len(text) and text[end] == " ":
                end += 1
            word.append((text[at:end], role))
            yield word
            word, at = [], end
    if word:
        yield word


def _visible(word: Line) -> int:
    whole = "".join(text for text, _role in word)
    return width_of(whole.rstrip(" "))


def _trimmed(row: Line) -> Line:
    """Neighbours of one role are one piece; spaces at the end go."""
    joined: Line = []
    for text, role in row:
        if joined and joined[-1][1] == role:
            joined[-1] = (joined[-1][0] + text, role)
        else:
            joined.append((text, role))
    while joined and not joined[-1][0].rstrip(" "):
        joined.pop()
    if joined:
        joined[-1] = (joined[-1][0].rstrip(" "), joined[-1][1])
    return joined
