"""The syntax of the command at hand, and where in it the cursor stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Literal, NamedTuple

from tutor.console.reading import read
from tutor.engine.table import Argument, CommandSpec
from tutor.engine.table.match import Expected, Match
from tutor.engine.table.match import Word as TypedWord
from tutor.engine.table.notation import signature_parts
from tutor.i18n import language

__all__ = ["Signature", "State", "Word", "complexity_of", "signature", "summary_of"]

State = Literal["done", "active", "remaining"]


class Word(NamedTuple):
    """A piece of the syntax (``key``, `` [``, ``EX``) and how far it is typed.

    Pieces carry their own spaces: put together they are the syntax.
    """

    text: str
    state: State


class Signature(NamedTuple):
    """What the prompt shows under the line.

    ``command`` is the full name in capitals ("OBJECT ENCODING"), ``words`` the pieces of its
    syntax in order, ``summary`` one line in the present language, ``complexity`` such as ``O(1)``.
    """

    command: str
    words: tuple[Word, ...]
    summary: str
    complexity: str

    @property
    def syntax(self) -> str:
        """The arguments' syntax on one line, without the command."""
        return "".join(word.text for word in self.words)


def signature(line: str, cursor: int | None = None) -> Signature | None:
    """None while the line names no command that is known. ``cursor`` is the line's end by default.

    Active is the argument under the cursor, or after a blank the one that must come next; where
    none must, a value that may come. Options may come in any order, so none of them is active
    until it is begun.
    """
    begun = line if cursor is None else line[:cursor]
    reading = read(begun)
    if reading.spec is None or reading.fit is None:
        return None
    fit = reading.fit
    typed = list(zip(reading.words[reading.first :], fit.words, strict=True))
    inside = len(typed) > 1 and typed[-1][0].end == len(begun)
    named = len(typed) > 1 or typed[0][0].end < len(begun)  # a blank follows the name
    spec = fit.spec
    name = spec.name.upper().replace("|", " ")
    if spec.subcommands:
        words: tuple[Word, ...] = (Word(_subcommand(spec), "active" if named else "remaining"),)
    else:
        used = [_leaf_of(word) for _, word in typed]
        active = _coming(fit) if named else set()
        if inside:
            active = {used.pop()}
            if typed[-1][1].partial:
                active = {_leaf_expected(one) for one in fit.next}
        words = tuple(_states(spec, Counter(used), active))
    return Signature(name, words, summary_of(spec), complexity_of(spec))


def complexity_of(spec: CommandSpec) -> str:
    """The command's price in the present language: ``O(N), N = members added``."""
    return spec.complexity.get(language()) or spec.complexity["en"]


def summary_of(spec: CommandSpec) -> str:
    """The command's one-line summary in the present language."""
    return spec.summary.get(language()) or spec.summary.get("en", "")


def _subcommand(spec: CommandSpec) -> str:
    return "subcommand" if spec.arity < -1 else "[subcommand]"


_Leaf = tuple[Argument | None, bool]
"""A node of the signature, and whether its token is meant or its value (``EX``, ``seconds``)."""


def _leaf_of(word: TypedWord) -> _Leaf:
    return word.argument, word.role == "token"


def _leaf_expected(expected: Expected) -> _Leaf:
    return expected.argument, expected.text is not None


def _coming(fit: Match) -> set[_Leaf]:
    """What must come, else the values that may."""
    required = {_leaf_expected(one) for one in fit.next if not one.optional}
    return required or {_leaf_expected(one) for one in fit.next if one.text is None}


class _Piece(NamedTuple):
    text: str
    leaf: _Leaf | None  # None: brackets, bars, blanks
    again: bool  # inside `[x ...]`
    branches: tuple[tuple[Argument, int], ...]  # the choices above it, and which way
    top: int  # the index of the command's argument it belongs to


def _states(spec: CommandSpec, used: Counter[_Leaf], active: set[_Leaf]) -> Iterator[Word]:
    pieces = _pieces_of(spec)
    begun = [one for one in pieces if not one.again and (one.leaf in used or one.leaf in active)]
    tops = {piece.top for piece in begun}
    chosen = {branch for piece in begun for branch in piece.branches}
    choices = {choice for choice, _ in chosen}
    passed = {piece.top for piece in begun if piece.leaf in used}
    in_place = [not (one.optional or one.unordered) for one in spec.signature]
    positional = max((top for top in passed if in_place[top]), default=-1)
    repeatable = {piece.leaf for piece in pieces if piece.again}
    for piece in pieces:
        state: State = "remaining"
        leaf = piece.leaf
        if leaf in active:
            if not (used[leaf] and leaf in repeatable):
                state = "remaining" if piece.again else "active"
            else:
                state = "active" if piece.again else "done"
        elif not piece.again and (
            (leaf in used)
            or (leaf is None and piece.top in tops)
            or any(one not in chosen and one[0] in choices for one in piece.branches)
            or (piece.top not in tops and piece.top < positional)
        ):
            state = "done"
        yield Word(piece.text, state)


@cache
def _pieces_of(spec: CommandSpec) -> tuple[_Piece, ...]:
    """The parts of the signature, each with its place in the tree of arguments."""
    places = dict(_places(spec))
    found: list[_Piece] = []
    again = 0
    top = -1
    for text, argument in signature_parts(spec)[1:]:
        if argument is None:  # the blank before the next of the command's arguments
            top += 1
            if top:
                found.append(_Piece(text, None, False, (), top))
            continue
        again += text == " ["
        found.append(_Piece(text, _leaf(text, argument), again > 0, places[argument], top))
        again -= text == " ...]"
    return tuple(found)


def _leaf(text: str, argument: Argument) -> _Leaf | None:
    if argument.token is not None and text.strip() == (argument.token.upper() or '""'):
        return argument, True
    return (argument, False) if text == argument.name and not argument.arguments else None


def _places(spec: CommandSpec) -> Iterator[tuple[Argument, tuple[tuple[Argument, int], ...]]]:
    """Every argument of the tree with the choices above it, and which way they went."""
    waiting: list[tuple[Argument, tuple[tuple[Argument, int], ...]]] = [
        (argument, ()) for argument in spec.signature
    ]
    while waiting:
        argument, branches = waiting.pop()
        yield argument, branches
        for at, part in enumerate(argument.arguments):
            choice = ((argument, at),) if argument.type == "oneof" else ()
            waiting.append((part, (*branches, *choice)))
