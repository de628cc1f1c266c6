"""Which part of a line is what, for colouring while it is typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from tutor.console import commands
from tutor.console.fitting import accepted_types
from tutor.console.lexer import Token
from tutor.console.reading import read
from tutor.engine.table import load_table
from tutor.engine.table.match import Word
from tutor.labs.replication.words import WORDS

__all__ = ["HighlightRole", "KnownType", "Span", "highlight"]

HighlightRole = Literal[
    "command",
    "subcommand",
    "key",
    "number",
    "string",  # any other value, with quotes or without
    "option",
    "unknown-command",
    "error-argument",  # cannot be right: too many words, not a number, a key of another type
    "client-word",  # :undo, help, quit
]


class Span(NamedTuple):
    """``line[start:end]`` plays ``role``."""

    start: int
    end: int
    role: HighlightRole


KnownType = Callable[[bytes], "str | None"]
"""The type of an existing key ("string", "list", …), or None."""

_ROLES: dict[str, HighlightRole] = {
    "command": "command",
    "subcommand": "subcommand",
    "token": "option",
    "key": "key",
    "integer": "number",
    "double": "number",
    "unix-time": "number",
    "score-bound": "number",
    "bit-offset": "number",
    "stream-id": "number",
    "stream-bound": "number",
    "stream-new-id": "number",
    "stream-after": "number",
    "stream-group-id": "number",
}
_LAB_WORDS = frozenset(word.encode() for word in WORDS)
"""Known everywhere: a prompt without a lab says so itself."""

_NUMBER = re.compile(rb"-?[0-9]+(\.[0-9]+)?")
_BEGINNINGS = frozenset({b"-", b"+", b"(", b"[", b".", b"-.", b"(-", b"#"})
"""What the first characters of a number or a bound may be while it is still being typed."""

_HALF_ID = re.compile(rb"\(?[0-9]+-")
"""The id of a stream's entry whose second number is to come."""


def highlight(line: str, known_type: KnownType | None = None) -> list[Span]:
    """The spans of a line, in order; what has no role yet (a half-typed name) has no span.

    With ``known_type`` a key whose present type does not fit the command is an error-argument.
    What depends on the line alone is cached. Never raises.
    """
    spans = _spans(line)
    if known_type is None:
        return list(spans)
    reading = read(line)
    if reading.fit is None:
        return list(spans)
    argv = [word.value for word in reading.words[reading.first :]]
    misfits = set()
    for token, word in zip(reading.words[reading.first :], reading.fit.words, strict=True):
        if word.role == "key" and word.argument is not None:
            accepted = accepted_types(reading.fit.spec, word.argument, argv)
            if accepted is not None and (known_type(token.value) or "") not in {*accepted, ""}:
                misfits.add(token.start)
    return [
        span._replace(role="error-argument") if span.start in misfits else span for span in spans
    ]


@lru_cache(maxsize=512)
def _spans(line: str) -> tuple[Span, ...]:
    reading = read(line)
    if not reading.words:
        return ()
    first = reading.words[0]
    if first.value.lower() in _LAB_WORDS:
        return _lab_spans(line, reading.words)
    own = commands.is_word(first.value, len(reading.words))
    if own and not reading.first:
        rest = (Span(token.start, token.end, "string") for token in reading.words[1:])
        return (Span(first.start, first.end, "client-word"), *rest)
    before: HighlightRole = "client-word" if own else "number"
    spans = [Span(first.start, first.end, before)] if reading.first else []
    typed = reading.words[reading.first :]
    if reading.fit is None:
        if not _half_typed(line, typed):
            spans.append(Span(typed[0].start, typed[0].end, "unknown-command"))
        spans += [Span(token.start, token.end, _by_look(token)) for token in typed[1:]]
        return tuple(spans)
    last = len(typed) - 1 if typed[-1].end == len(line) else -1
    lost = reading.fit.wrong == 1 and reading.fit.words[1].role == "subcommand"
    for at, (token, word) in enumerate(zip(typed, reading.fit.words, strict=True)):
        role = _by_look(token) if lost and at > 1 else _role(token, word, at == last)
        if role is not None:
            spans.append(Span(token.start, token.end, role))
    return tuple(spans)


def _lab_spans(line: str, words: Sequence[Token]) -> tuple[Span, ...]:
    """A word of the lab; behind ``:on replica1`` stands a command."""
    first = words[0]
    spans = [Span(first.start, first.end, "client-word")]
    inner = 2 if first.value.lower() == b":on" else len(words)
    spans += [Span(token.start, token.end, _by_look(token)) for token in words[1:inner]]
    if len(words) > inner:
        start = words[inner].start
        command = _spans(line[start:])
        spans += [Span(one.start + start, one.end + start, one.role) for one in command]
    return tuple(spans)


def _half_typed(line: str, typed: tuple[Token, ...]) -> bool:
    """True while the first word may still become a command or a word of the console."""
    if len(typed) > 1 or typed[0].end < len(line):
        return False
    word = typed[0].value.decode("utf-8", "replace").lower()
    return any(name.startswith(word) for name in (*load_table(), *commands.names(), *WORDS))


def _role(token: Token, word: Word, being_typed: bool) -> HighlightRole | None:
    if token.glued or not (token.closed or being_typed):
        return "error-argument"
    if not word.valid:
        half_id = word.role.startswith("stream-") and _HALF_ID.fullmatch(token.value)
        begun = word.partial or half_id or token.value in _BEGINNINGS or not token.value
        if being_typed and begun:
            return None
        return "error-argument"
    return _ROLES.get(word.role) or _by_look(token)


def _by_look(token: Token) -> HighlightRole:
    return "number" if _NUMBER.fullmatch(token.value) and not token.quoted else "string"
