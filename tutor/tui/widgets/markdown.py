"""Markdown as rows: paragraphs, lists, tables, quotes and code, laid out for a width.

A table that does not fit is told as a list, cell by cell under the names of its columns. Code is
clickable: a click puts it into the prompt.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from rich.cells import cell_len

from tutor.tui.glyphs import glyphs
from tutor.tui.paint import EMPTY, Piece, Row, plain, row, width_of, wrap


@lru_cache(1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def markdown_rows(text: str, width: int) -> list[Row]:
    """The Markdown laid out in ``width`` cells, blocks separated by an empty row."""
    return _blocks(SyntaxTreeNode(_parser().parse(text)), width)


def markdown_line(text: str, role: str = "") -> Row:
    """One line of Markdown without blocks, its plain text in ``role``."""
    inline = SyntaxTreeNode(_parser().parseInline(text)).children
    return tuple(piece for node in inline for piece in _pieces(node, role))


def paste(command: str) -> str:
    """The action that puts a command into the screen's prompt."""
    return f"screen.paste({command!r})"


def _blocks(node: SyntaxTreeNode, width: int) -> list[Row]:
    rows: list[Row] = []
    for child in node.children:
        block = _block(child, width)
        if block:
            rows += [EMPTY, *block] if rows else block
    return rows


def _block(node: SyntaxTreeNode, width: int) -> list[Row]:
    kind = node.type
    if kind == "heading":
        return wrap(_inline(node, "title"), width)
    if kind == "paragraph":
        return _paragraph(node, width)
    if kind in ("bullet_list", "ordered_list"):
        return _list(node, width)
    if kind in ("fence", "code_block"):
        return code_rows(node.content)
    if kind == "blockquote":
        bar = Piece(f"{glyphs.bar} ", "rule")
        return [(bar, *line) for line in _blocks(node, width - 2)]
    if kind == "table":
        return _table(node, width)
    if kind == "hr":
        return [row((glyphs.rule * width, "rule"))]
    return _blocks(node, width) if node.children else []


def _paragraph(node: SyntaxTreeNode, width: int) -> list[Row]:
    rows: list[Row] = []
    line: list[Piece] = []
    for piece in _inline(node, ""):
        if piece.text == "\n":
            rows += wrap(tuple(line), width)
            line = []
        else:
            line.append(piece)
    return rows + wrap(tuple(line), width)


def code_rows(text: str) -> list[Row]:
    """A fenced block, as it stands."""
    return [row("  ", (plain(line), "code")) for line in text.rstrip("\n").split("\n")]


def _list(node: SyntaxTreeNode, width: int) -> list[Row]:
    rows: list[Row] = []
    number = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else 0
    for item in node.children:
        mark = f"{number}. " if number else f"{glyphs.bullet} "
        number += bool(number)
        inside = _blocks(item, width - len(mark))
        for index, line in enumerate(inside):
            lead = Piece(mark, "accent") if index == 0 else Piece(" " * len(mark))
            rows.append((lead, *line) if line else EMPTY)
    return rows


def _inline(node: SyntaxTreeNode, role: str) -> Row:
    return tuple(_pieces(node, role))


def _pieces(node: SyntaxTreeNode, role: str) -> Iterator[Piece]:
    for child in node.children:
        kind = child.type
        if kind == "text":
            if child.content:
                yield Piece(plain(child.content), role)
        elif kind == "softbreak":
            yield Piece(" ", role)
        elif kind == "hardbreak":
            yield Piece("\n")
        elif kind == "code_inline":
            yield Piece(plain(child.content), "code")
        elif kind == "strong":
            yield from _pieces(child, "strong")
        elif kind == "em":
            yield from _pieces(child, "em")
        else:
            yield from _pieces(child, "link" if kind == "link" else role)


def _table(node: SyntaxTreeNode, width: int) -> list[Row]:
    lines = [
        [_inline(cell, "title" if part.type == "thead" else "") for cell in line.children]
        for part in node.children
        for line in part.children
    ]
    columns = [max(width_of(line[at]) for line in lines) for at in range(len(lines[0]))]
    if sum(columns) + 3 * (len(columns) - 1) <= width:
        return _grid(lines, columns)
    return _told(lines[0], lines[1:], width)


def _grid(lines: list[list[Row]], columns: list[int]) -> list[Row]:
    rows = []
    for index, line in enumerate(lines):
        cells: list[Piece] = []
        for at, cell in enumerate(line):
            cells += [*cell, Piece(" " * (columns[at] - width_of(cell) + 3))]
        rows.append(tuple(cells[:-1]))
        if index == 0:
            rows.append(row((glyphs.rule * (sum(columns) + 3 * (len(columns) - 1)), "rule")))
    return rows


def _told(names: list[Row], lines: list[list[Row]], width: int) -> list[Row]:
    """A table that is too wide: the first cell as a head, the others named beneath it."""
    rows: list[Row] = []
    for line in lines:
        rows += wrap(tuple(piece._replace(role=piece.role or "strong") for piece in line[0]), width)
        for name, cell in zip(names[1:], line[1:], strict=True):
            if width_of(cell):
                label = "".join(piece.text for piece in name)
                head = (Piece(f"  {label}: ", "muted"),) if cell_len(label) else ()
                rows += wrap((*head, *cell), width, "    ")
    return rows
