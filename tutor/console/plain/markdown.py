"""Markdown as plain lines: paragraphs, lists, tables, quotes and code, laid out for a width.

Code keeps its backticks: without colour nothing else tells it from prose. A table that does not fit
is told row by row, each cell behind the name of its column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from tutor.console.plain.page import wrap
from tutor.console.render import Line, printable
from tutor.course.typography import NO_BREAK
from tutor.diagrams.canvas import line_width

__all__ = ["indented", "inline", "markdown_lines"]

CODE = "syntax"


@lru_cache(1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def markdown_lines(text: str, width: int) -> list[Line]:
    """The Markdown in lines of at most ``width`` cells, blocks separated by an empty line."""
    return _blocks(SyntaxTreeNode(_parser().parse(text)), width)


def inline(text: str, role: str = "") -> Line:
    """Markdown without blocks, in one line."""
    root = SyntaxTreeNode(_parser().parseInline(text))
    return [piece for node in root.children for piece in _pieces(node, role)]


def indented(lines: Sequence[Line], by: str = "  ") -> list[Line]:
    """The same lines further in; empty ones stay empty."""
    return [[(by, ""), *line] if line else [] for line in lines]


def _blocks(node: SyntaxTreeNode, width: int) -> list[Line]:
    lines: list[Line] = []
    for child in node.children:
        block = _LAYOUT.get(child.type, _blocks)(child, width)
        if block:
            lines += [[], *block] if lines else block
    return lines


def _paragraph(node: SyntaxTreeNode, width: int) -> list[Line]:
    rows: list[Line] = [[]]
    for piece in _pieces(node, ""):
        if piece[0] == "\n":
            rows.append([])
        else:
            rows[-1].append(piece)
    return [line for row in rows for line in wrap(row, width)]


def _code(node: SyntaxTreeNode, width: int) -> list[Line]:
    lines = node.content.rstrip("\n").split("\n")
    return [row for line in lines for row in wrap([("  " + line, CODE)], width, "    ")]


def _quote(node: SyntaxTreeNode, width: int) -> list[Line]:
    return indented(_blocks(node, width - 2))


def _list(node: SyntaxTreeNode, width: int) -> list[Line]:
    lines: list[Line] = []
    number = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else 0
    for item in node.children:
        mark = f"{number}. " if number else "- "
        number += bool(number)
        first, *rest = indented(_blocks(item, width - len(mark)), " " * len(mark)) or [[]]
        lines += [[(mark, ""), *first[1:]], *rest]
    return lines


def _table(node: SyntaxTreeNode, width: int) -> list[Line]:
    rows = [
        [list(_pieces(cell, "")) for cell in line.children]
        for part in node.children
        for line in part.children
    ]
    columns = [max(line_width(row[at]) for row in rows) for at in range(len(rows[0]))]  # type: ignore[arg-type]
    if sum(columns) + 3 * (len(columns) - 1) <= width:
        return _grid(rows, columns)
    return _told(rows[0], rows[1:], width)


def _grid(rows: list[list[Line]], columns: list[int]) -> list[Line]:
    lines: list[Line] = []
    for index, row in enumerate(rows):
        line: Line = []
        for at, cell in enumerate(row):
            line += [*cell, (" " * (columns[at] - line_width(cell) + 3), "")]  # type: ignore[arg-type]
        lines.append(line[:-1])
        if index == 0:
            lines.append([("   ".join("-" * column for column in columns), "note")])
    return lines


def _told(names: list[Line], rows: list[list[Line]], width: int) -> list[Line]:
    lines: list[Line] = []
    for row in rows:
        lines += wrap(row[0], width)
        for name, cell in zip(names[1:], row[1:], strict=True):
            if line_width(cell):  # type: ignore[arg-type]
                head: Line = [("  ", ""), *name, (": ", "")] if name else [("  ", "")]
                lines += wrap([*head, *cell], width, "    ")
    return lines


def _pieces(node: SyntaxTreeNode, role: str) -> Iterator[tuple[str, str]]:
    for child in node.children:
        kind = child.type
        if kind == "text":
            if child.content:
                yield _prose(child.content), role
        elif kind in ("softbreak", "hardbreak"):
            yield " " if kind == "softbreak" else "\n", role
        elif kind == "code_inline":
            yield f"`{printable(child.content)}`", CODE
        elif kind == "link":
            yield from _pieces(child, role)
            yield f" ({child.attrs.get('href', '')})", "note"
        else:
            yield from _pieces(child, "title" if kind == "strong" else role)


_LAYOUT: dict[str, Callable[[SyntaxTreeNode, int], list[Line]]] = {
    "heading": _paragraph,
    "paragraph": _paragraph,
    "bullet_list": _list,
    "ordered_list": _list,
    "fence": _code,
    "code_block": _code,
    "blockquote": _quote,
    "table": _table,
}


def _prose(text: str) -> str:
    """Text of a lesson that cannot disturb a terminal; its no-break spaces stay."""
    return NO_BREAK.join(map(printable, text.split(NO_BREAK)))
