"""One failed command as the families of cards look at it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from tutor.console.backend import Catalog
from tutor.console.fitting import accepted_types
from tutor.console.lexer import quote
from tutor.console.reading import find_command
from tutor.console.spelling import nearest
from tutor.console.things import Thing
from tutor.engine.table import CommandSpec
from tutor.engine.table.match import Match, match
from tutor.engine.table.notation import syntax
from tutor.i18n import _, pgettext

__all__ = [
    "Card",
    "Case",
    "Families",
    "Try",
    "alike",
    "help_of",
    "help_tries",
    "holds",
    "listed",
    "several",
    "shown",
]


_SENTENCE = 64


class Try(NamedTuple):
    """A line to try, ready to be typed ("" if it is only advice), and why."""

    command: str
    why: str = ""


class Card(NamedTuple):
    """``meaning`` is one to three sentences; ``try_lines`` may be empty.

    In ``meaning`` the learner's own words and pieces of syntax stand in back-quotes, as Markdown's
    code; nothing else of Markdown is meant there.
    """

    title: str
    meaning: str
    try_lines: tuple[Try, ...] = ()


class Case:
    """``argv``, the error's ``message``, and how the words fit the command's signature."""

    def __init__(self, argv: Sequence[bytes], message: str, catalog: Catalog | None) -> None:
        self.argv = list(argv)
        self.message = message
        self.catalog = catalog
        found = find_command(argv[0])
        self.fit: Match | None = match(found, argv) if found is not None else None
        self.spec: CommandSpec | None = self.fit.spec if self.fit is not None else None

    @property
    def name(self) -> str:
        """The command in capitals: ``OBJECT ENCODING``."""
        if self.spec is None:
            return shown(self.argv[0]).upper()
        return self.spec.name.upper().replace("|", " ")

    @property
    def signature(self) -> str:
        """The command's syntax, without its last options if it is too long for a sentence."""
        text = syntax(self.spec) if self.spec is not None else ""
        if len(text) > _SENTENCE:
            text = text[: max(text.rfind(" [", 0, _SENTENCE), text.find(" [", 1))] + " […]"
        return text

    def line(self, words: Sequence[bytes]) -> str:
        """Words as a line to type."""
        return " ".join(map(quote, words))

    def with_word(self, index: int, word: str) -> str:
        """The command with another word at ``index``."""
        return self.line(self.replaced(index, word.encode()))

    def replaced(self, index: int, word: bytes) -> list[bytes]:
        """The words with another one at ``index``."""
        return [*self.argv[:index], word, *self.argv[index + 1 :]]

    def would_fit(self, index: int, word: bytes) -> bool:
        """Whether with another word at ``index`` it and the next one are right."""
        if self.spec is None:
            return False
        wrong = match(self.spec, self.replaced(index, word)).wrong
        return wrong is None or wrong > index + 1

    def word(self, index: int) -> str:
        """A typed word for a sentence."""
        return shown(self.argv[index])

    @property
    def wrong(self) -> int | None:
        """The index of the first word that cannot be right, by the signature."""
        return self.fit.wrong if self.fit is not None else None

    def kind(self, index: int) -> str:
        """The role of a word (`match.Word.role`), or ""."""
        return self.fit.words[index].role if self.fit is not None else ""

    def place(self, *names: str) -> int | None:
        """The index of the first word that fills an argument of one of these names."""
        typed = self.fit.words if self.fit is not None else ()
        return next(
            (
                at
                for at, word in enumerate(typed)
                if word.argument is not None
                and word.argument.name in names
                and word.role != "token"
            ),
            None,
        )

    def value(self, *names: str) -> bytes | None:
        """The word at `place`."""
        at = self.place(*names)
        return self.argv[at] if at is not None else None

    def named(self, thing: Thing, *of: bytes) -> list[bytes]:
        """What there is of a kind (`tutor.console.things`), as far as anybody knows."""
        return self.catalog.named(thing, of) if self.catalog is not None else []

    def key(self, default: str = "key") -> str:
        """The first key of the command as it would be typed."""
        keys = self.named_keys()
        return quote(keys[0]) if keys else default

    def due(self) -> list[str]:
        """What must come after the last word: names of values, or literal words."""
        if self.fit is None:
            return []
        found = [one for one in self.fit.next if not one.optional]
        return [one.text or (one.argument.name if one.argument else "") for one in found]

    def named_keys(self) -> list[bytes]:
        """The keys of the command, in order, each once."""
        if self.fit is None:
            return []
        words = zip(self.argv, self.fit.words, strict=True)
        return list(dict.fromkeys(arg for arg, word in words if word.role == "key"))

    def type(self, key: bytes) -> str | None:
        """The type of a key, None if it does not exist or nobody knows."""
        return self.catalog.type(key) if self.catalog is not None else None

    def misfits(self) -> list[tuple[bytes, str]]:
        """Keys whose present type does not fit the command, with that type."""
        if self.fit is None:
            return []
        found = {}
        for arg, word in zip(self.argv, self.fit.words, strict=True):
            if word.role == "key" and word.argument is not None:
                accepted = accepted_types(self.fit.spec, word.argument, self.argv)
                present = self.type(arg)
                if present is not None and accepted is not None and present not in accepted:
                    found[arg] = present
        return list(found.items())


Families: TypeAlias = "tuple[tuple[str, Callable[[Case], Card | None]], ...]"
"""Patterns of error texts, and what makes the card of an error that begins so."""


def help_of(case: Case) -> str:
    """The command's syntax as a sentence."""
    return _("The syntax: `{signature}`.").format(signature=case.signature)


def help_tries(case: Case) -> tuple[Try, ...]:
    """Where all options are explained."""
    return (Try(f"help {case.name}", _("all options")),)


def alike(word: bytes, names: Sequence[bytes], most: int = 2) -> list[bytes]:
    """The names that a word may be a slip for; those that differ only in case alone."""
    known = {name.decode("utf-8", "replace"): name for name in names}
    wanted = word.decode("utf-8", "replace")
    exact = [found for name, found in known.items() if name.lower() == wanted.lower()]
    lower = {name.lower(): found for name, found in known.items()}
    return exact or [lower[name] for name in nearest(wanted, lower, most)]


def several(words: Sequence[bytes], most: int = 6) -> str:
    """Words for a sentence: `a`, `b`, …"""
    found = ", ".join(f"`{shown(word)}`" for word in words[:most])
    return found + ", …" if len(words) > most else found


def shown(word: bytes) -> str:
    """A typed word for a sentence: readable, and not longer than a sentence bears."""
    text = quote(word).replace("`", "'")  # a back-quote would end the emphasis
    return text if len(text) <= 40 else text[:39] + "…"


def listed(words: list[str]) -> str:
    """Words of a syntax, any of which will do: `key` or `value`."""
    return _(" or ").join(f"`{word}`" for word in dict.fromkeys(words))


def holds(kind: str) -> str:
    """What a key of this type holds: "a list"."""
    names = {
        "string": pgettext("holds", "a string"),
        "list": pgettext("holds", "a list"),
        "hash": pgettext("holds", "a hash"),
        "set": pgettext("holds", "a set"),
        "zset": pgettext("holds", "a sorted set"),
        "stream": pgettext("holds", "a stream"),
    }
    return names.get(kind, kind)
