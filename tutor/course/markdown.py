"""Text of any kind as Markdown that shows exactly that text (CommonMark, with tables)."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ACTIVE = re.compile(r"[\\`*\[\]<>|~]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)")
_FIRST = re.compile(r"(?:[#+\-=](?=\s|$|[#+\-=])|\d{1,9}(?=[.)](?:\s|$)))")
"""What at the beginning of a line would make it a heading, a list or a rule."""

_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def one_line(text: str) -> str:
    """The text without line breaks and other control characters."""
    return _BREAKS.sub(" ", text).strip()


def escaped(text: str) -> str:
    """Words in a paragraph, a heading or a list; never a mark, a tag, a link or a table's edge."""
    line = _ACTIVE.sub(r"\\\g<0>", one_line(text))
    first = _FIRST.match(line)
    if first is None:
        return line
    at = first.end() if first[0][0].isdigit() else 0
    return f"{line[:at]}\\{line[at:]}"


def heading(level: int, text: str) -> str:
    """A heading; a closing run of # is kept as text."""
    line = escaped(text)
    return f"{'#' * level} {line[:-1]}\\#" if line.endswith("#") else f"{'#' * level} {line}"


def code(text: str) -> str:
    """The text in a code span, whatever backticks it has."""
    line = _BREAKS.sub(" ", text)
    if not line.strip():
        return "` `"
    ticks = "`" * (_longest_run(line) + 1)
    pad = " " if line[0] in "` " or line[-1] in "` " else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def fenced(lines: Iterable[str], language: str = "") -> str:
    """Lines in a fenced block that none of them can close."""
    shown = [_BREAKS.sub(" ", line) for line in lines]
    ticks = "`" * max(3, max(map(_longest_run, shown), default=0) + 1)
    return "\n".join([f"{ticks}{language}", *shown, ticks])


def quoted(text: str) -> str:
    """Markdown in a quotation."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
