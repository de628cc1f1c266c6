"""Which part of a line behind ``>>>`` is what, for colouring while it is typed."""

from __future__ import annotations

import re

from tutor.console.highlight import HighlightRole, Span
from tutor.console.render import Line
from tutor.network.django.language import ASYNC_METHODS, CLIENT_METHODS, METHODS, RESERVED

__all__ = ["highlight", "pieces"]

_TOKENS = re.compile(
    r"""(?P<string>[rbu]{0,2}(?:"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?))"""
    r"""|(?P<number>\d[\d_]*(?:\.\d+)?)"""
    r"""|(?P<name>[^\W\d]\w*)"""
    r"""|(?P<remark>\#.*)"""
)
_WORDS = frozenset(
    {
        *("await", "def", "else", "except", "False", "from", "if", "import", "in", "None"),
        *("not", "raise", "return", "True", "try"),
    }
)
_KNOWN = frozenset({*METHODS, *ASYNC_METHODS, *CLIENT_METHODS, "get_client"})
_WORD = re.compile(r"\s*:\w+")


def highlight(line: str) -> list[Span]:
    """The spans of a line in order; what has no role has no span. Never raises."""
    meta = _WORD.match(line)
    if meta is not None:
        return [Span(meta.start(), meta.end(), "client-word")]
    spans = []
    for token in _TOKENS.finditer(line):
        role = _role(line, token)
        if role is not None:
            spans.append(Span(token.start(), token.end(), role))
    return spans


def _role(line: str, token: re.Match[str]) -> HighlightRole | None:
    before, after = line[: token.start()].rstrip(), line[token.end() :].lstrip()
    text = token[0]
    if token.lastgroup == "string":
        first = before.endswith("(") and not before.endswith("((")
        return "key" if first else "string"
    if token.lastgroup == "number":
        return "number"
    if token.lastgroup == "remark":
        return None
    if before.endswith("."):
        known = text in _KNOWN or not after.startswith("(")
        return "command" if known else "unknown-command"
    if text in _WORDS:
        return "option"
    if after.startswith("=") and not after.startswith("==") and "(" in before:
        return "option"
    return "subcommand" if text in RESERVED else None


def pieces(line: str) -> Line:
    """A line of source as pieces with their roles."""
    found: Line = []
    at = 0
    for span in highlight(line):
        found += [(line[at : span.start], ""), (line[span.start : span.end], span.role)]
        at = span.end
    return [*found, (line[at:], "")]
