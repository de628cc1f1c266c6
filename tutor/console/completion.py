"""What may be typed at the cursor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple, Protocol, runtime_checkable

from tutor.console import commands
from tutor.console.backend import Catalog
from tutor.console.lexer import Token, quote
from tutor.console.reading import find_command, read
from tutor.console.signature import summary_of
from tutor.console.spelling import as_latin
from tutor.console.suggestions import Kind, suggestions
from tutor.engine.table import CommandSpec, load_table
from tutor.engine.table.match import Expected, Match, match

__all__ = ["Completion", "Kind", "best", "complete"]


class Completion(NamedTuple):
    """``line[start:cursor]`` may be replaced by ``text``.

    ``display`` is what a menu shows, ``meta`` a short explanation in the present language (summary
    of a command, type of a key).
    """

    text: str
    start: int
    display: str
    meta: str
    kind: Kind


@runtime_checkable
class Vocabulary(Protocol):
    """A catalog of a place that has words of its own besides those of the console."""

    def next_words(self, before: Sequence[str]) -> Sequence[str] | None:
        """What may stand behind ``before``; None where a command begins."""
        ...


def complete(
    line: str, cursor: int | None = None, catalog: Catalog | None = None
) -> list[Completion]:
    """What may stand at the cursor, best first; empty if nothing is known to fit.

    Only keys of types that fit the command, only options that may still come. What is there
    already is not proposed. ``cursor`` is the line's end by default.
    """
    begun = line if cursor is None else line[:cursor]
    unique = {one.text: one for one in _fitting(begun, catalog)}
    return list(unique.values())


def best(line: str, catalog: Catalog | None = None) -> Completion | None:
    """The first of what may stand at the line's end. The others are not looked for."""
    return next(_fitting(line, catalog), None)


def _fitting(begun: str, catalog: Catalog | None) -> Iterator[Completion]:
    reading = read(begun)
    words = list(reading.words)
    current = Token(len(begun), len(begun), b"", True)
    if words and words[-1].end == len(begun):
        current = words.pop()
    own = _of_the_place(begun, words, current, catalog) if isinstance(catalog, Vocabulary) else ()
    if own and words:
        return iter(own)
    if len(words) <= reading.first:
        found = _first_words(current, alone=not words)
        word = commands.find(words[0].value.decode("utf-8", "replace")) if words else None
        if word is not None:
            found = chain(_arguments_of_word(word, [], current, catalog), found)
    else:
        word = commands.find(words[0].value.decode("utf-8", "replace"))
        if word is not None and not reading.first:
            found = _arguments_of_word(word, words[1:], current, catalog)
        else:
            found = _arguments(words[reading.first :], current, catalog)
    return (one for one in chain(own, found) if one.text != begun[current.start :])


def _of_the_place(
    begun: str, words: Sequence[Token], current: Token, place: Vocabulary
) -> Sequence[Completion]:
    """The words of a place that has its own; behind ``:on replica1`` those of a command."""
    fitting = place.next_words([word.value.decode("utf-8", "replace") for word in words])
    if fitting is None:
        start = next((word.end + 1 for word in words[1:2]), 0)
        return [one._replace(start=one.start + start) for one in _fitting(begun[start:], None)]
    typed = current.value.decode("utf-8", "replace")
    if not words and not typed:
        return ()
    return [
        Completion(word, current.start, word, "", "client-word")
        for word in fitting
        if word.startswith(typed) and word != typed
    ]


# the first word


def _first_words(current: Token, alone: bool) -> Iterator[Completion]:
    typed = current.value.decode("utf-8", "replace")
    lower = typed.islower()
    for prefix in dict.fromkeys((typed.upper(), as_latin(typed).upper())):
        for name, spec in _by_use():
            if name.upper().startswith(prefix) and (prefix or "deprecated" not in spec.doc_flags):
                text = name if lower else name.upper()
                yield Completion(text, current.start, text, summary_of(spec), "command")
        if alone:
            yield from _own_words(prefix.lower(), current)


def _own_words(prefix: str, current: Token) -> Iterator[Completion]:
    """Words of the console; a second name only if it begins with a sign, as all of them may."""
    for name in commands.names():
        word = commands.find(name)
        if word is None or not name.startswith(prefix) or not (prefix or name == "help"):
            continue
        if name == word.name:
            yield Completion(name, current.start, word.syntax, word.summary(), "client-word")
        elif name.startswith(":"):
            yield Completion(name, current.start, name, word.summary(), "client-word")


_GROUPS = (
    "string",
    "list",
    "hash",
    "set",
    "sorted-set",
    "stream",
    "bitmap",
    "hyperloglog",
    "geo",
    "generic",
    "transactions",
)


@cache
def _by_use() -> list[tuple[str, CommandSpec]]:
    """The commands, those of the data types before the others; in a group as in the table."""
    order = {group: at for at, group in enumerate(_GROUPS)}
    table = load_table().items()
    return sorted(table, key=lambda item: order.get(item[1].group, len(order)))


_MOST_KEYS = 50


def _arguments_of_word(
    word: commands.ClientWord, before: list[Token], current: Token, catalog: Catalog | None
) -> Iterator[Completion]:
    typed = current.value.decode("utf-8", "replace")
    if word.name == "help":
        yield from _help_topics(before, current)
    elif word.of_key and not before:
        if catalog is not None:
            for key in catalog.keys(current.value, None, _MOST_KEYS):
                yield _value(key, current, catalog.type(key) or "", "key")
    elif word.choices is not None and len(before) == word.of_key:
        for choice in word.choices():
            if choice.startswith(typed):
                yield Completion(choice, current.start, choice, "", "value")


def _help_topics(before: list[Token], current: Token) -> Iterator[Completion]:
    typed = current.value.decode("utf-8", "replace").lower()
    if before:
        spec = find_command(before[0].value)
        if spec is not None and len(before) == 1:
            for name, child in spec.subcommands.items():
                if name.startswith(typed):
                    text = name.upper()
                    yield Completion(text, current.start, text, summary_of(child), "subcommand")
        return
    if typed.startswith("@"):
        for group in dict.fromkeys(spec.group for spec in load_table().values()):
            if group.startswith(typed[1:]):
                yield Completion(f"@{group}", current.start, f"@{group}", "", "value")
        return
    yield from _first_words(current, alone=False)


# what comes after a command


def _arguments(words: list[Token], current: Token, catalog: Catalog | None) -> Iterator[Completion]:
    spec = find_command(words[0].value)
    if spec is None:
        return
    argv = [word.value for word in words]
    fit = match(spec, argv)
    lower = words[0].value.islower()
    values = [one for one in fit.next if one.text is None and one.argument is not None]
    for expected in values:
        yield from _values(expected, fit, argv, current, catalog)
    if not current.quoted:
        typed = current.value.decode("utf-8", "replace").upper()
        for expected in fit.next:
            if expected.text and expected.text.startswith(typed):
                yield _literal(expected, fit, current, lower)


def _literal(expected: Expected, fit: Match, current: Token, lower: bool) -> Completion:
    assert expected.text is not None
    text = expected.text.lower() if lower else expected.text
    if expected.argument is None:
        child = fit.spec.subcommands[expected.text.lower()]
        return Completion(text, current.start, text, summary_of(child), "subcommand")
    argument = expected.argument
    value = "" if argument.type in ("pure-token", "oneof", "block") else argument.name
    return Completion(text, current.start, text, value, "option")


def _values(
    expected: Expected, fit: Match, argv: list[bytes], current: Token, catalog: Catalog | None
) -> Iterator[Completion]:
    argument = expected.argument
    assert argument is not None
    if argument.name in ("command", "command-name") and "|" in fit.spec.name:
        yield from _first_words(current, alone=False)
        return
    for one in suggestions(argument, fit, argv, current.value, catalog):
        yield _value(one.value, current, one.meta, one.kind)


def _value(data: bytes, current: Token, meta: str, kind: Kind) -> Completion:
    """A value spelled so that it continues the quotes that were opened."""
    shown = quote(data)
    return Completion(quote(data, bare=not current.quoted), current.start, shown, meta, kind)
