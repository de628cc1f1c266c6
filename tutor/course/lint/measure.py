"""How many lines of a terminal a text takes: the rule of 80×24 is counted, not guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from wcwidth import wcwidth

from tutor.course.prose import Box, Code, Exchange, Prose, Text, Transcript
from tutor.engine.replies import NULL_ARRAY, Pairs

WIDTH = 74
_MARKUP = re.compile(r"`([^`]*)`|\[([^\]]*)\]\([^)]*\)|[*_]")
"""Code, whose signs stay; a link, of which its words are shown; emphasis."""


def cell_width(text: str) -> int:
    """Terminal cells of a text."""
    return sum(max(wcwidth(char), 0) for char in text)


def rendered_lines(prose: Prose, width: int = WIDTH) -> int:
    """Lines of the blocks as Markdown is drawn, a blank line between two of them."""
    heights = []
    for block in prose:
        match block:
            case Text():
                parts = re.split(r"\n\s*\n", block.markdown)
                heights += [_paragraph(part, width) for part in parts]
            case Code():
                heights.append(len(block.text.splitlines()))
            case Box():
                inner = Text(block.markdown)
                heights.append(1 + rendered_lines((inner,), width - 2))
            case Transcript():
                heights.append(sum(_exchange_lines(one, width) for one in block.exchanges))
    return sum(heights) + max(0, len(heights) - 1)


def _exchange_lines(one: Exchange, width: int) -> int:
    if one.said is None:
        return 1 + reply_lines(one.reply)
    texts = ("".join(text for text, _role in line) for line in one.said)
    return 1 + sum(_flowing(text, width) for text in texts)


def _flowing(text: str, width: int) -> int:
    """Lines of a text whose later lines are indented by two cells."""
    lines, used = 1, 0
    for word in re.findall(r" *[^ ]+", text):
        size = cell_width(word)
        if used and used + size > width:
            lines, used = lines + 1, 2 + cell_width(word.lstrip(" "))
        else:
            used += size
    return lines


def widest_code(prose: Prose) -> int:
    """Cells of the longest line of code."""
    lines: list[str] = []
    for block in prose:
        if isinstance(block, Code):
            lines += block.text.splitlines()
        elif isinstance(block, Transcript):
            lines += [f"> {exchange.line}" for exchange in block.exchanges]
    return max((cell_width(line) for line in lines), default=0)


def _paragraph(text: str, width: int) -> int:
    """A paragraph flows; list items, table rows and quoted lines begin a line each."""
    pieces: list[str] = []
    for line in text.splitlines():
        starts = re.match(r"\s*([-*+]|\d+\.|\|)\s?", line) is not None
        if starts or not pieces:
            pieces.append(line.strip())
        else:
            pieces[-1] += " " + line.strip()
    return sum(_wrapped(piece, width) for piece in pieces)


def _wrapped(text: str, width: int) -> int:
    lines, used = 1, 0
    for word in _MARKUP.sub(lambda found: found[1] or found[2] or "", text).split(" "):
        size = cell_width(word)
        if used and used + 1 + size > width:
            lines += 1
            used = size
        else:
            used += size + (1 if used else 0)
    return lines


def reply_lines(reply: Any) -> int:
    """Lines of a reply as redis-cli prints it."""
    if reply is NULL_ARRAY:
        return 1
    if isinstance(reply, dict):
        return sum(1 + reply_lines(value) for value in reply.values()) or 1
    if isinstance(reply, Pairs):
        return 2 * len(reply) or 1
    if isinstance(reply, Sequence) and not isinstance(reply, (bytes, str)):
        return sum(reply_lines(item) for item in reply) or 1
    return 1
