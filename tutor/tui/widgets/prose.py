"""What a lesson tells: paragraphs, boxes, code and transcripts of commands that really ran."""

from __future__ import annotations

from tutor.course.prose import Block, Box, Code, Prose, Text, Transcript, box_title
from tutor.tui.glyphs import glyphs
from tutor.tui.paint import EMPTY, Piece, Row, row, with_action, wrap


def prose_rows(prose: Prose, width: int) -> list[Row]:
    """A lesson's blocks laid out in ``width`` cells."""
    rows: list[Row] = []
    for block in prose:
        made = _block_rows(block, width)
        if made:
            rows += [EMPTY, *made] if rows else made
    return rows


def _block_rows(block: Block, width: int) -> list[Row]:
    from tutor.tui.widgets.markdown import code_rows, markdown_rows

    match block:
        case Text():
            return markdown_rows(block.markdown, width)
        case Code(language="redis"):
            return [row for line in block.text.splitlines() for row in _command_rows(line, width)]
        case Code():
            return code_rows(block.text)
        case Box():
            bar = Piece(f"{glyphs.bar} ", "accent")
            title = (bar, Piece(box_title(block.kind), "accent"))
            return [title, *((bar, *line) for line in markdown_rows(block.markdown, width - 2))]
        case Transcript():
            return _transcript_rows(block, width)
    return []


def _command_rows(line: str, width: int) -> list[Row]:
    from tutor.tui.widgets.commandline import command_pieces
    from tutor.tui.widgets.markdown import paste

    pieces = with_action(command_pieces(line), paste(line))
    return wrap((Piece("> ", "prompt"), *pieces), width, "  ")


def _transcript_rows(block: Transcript, width: int) -> list[Row]:
    from tutor.console.render import render

    rows: list[Row] = []
    for exchange in block.exchanges:
        rows += _command_rows(exchange.line, width)
        said = exchange.said
        lines = render(exchange.reply, argv=exchange.argv) if said is None else map(list, said)
        for line in lines:
            rows += wrap(row(*line), width, "  ")
    return rows
