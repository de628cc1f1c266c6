"""The parameters of the call at hand, and which of them stands under the cursor."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from tutor.console.signature import Signature, State, Word
from tutor.console.spelling import nearest
from tutor.i18n import _
from tutor.network.django.language import CLIENT_METHODS, METHODS
from tutor.network.django.recipes import RECIPES

__all__ = ["closest", "signature", "summary"]

_CALL = re.compile(r"([.\w]*?)(\w+)\(")

_SUMMARIES: Mapping[str, Callable[[], str]] = {
    "get": lambda: _("read a value; default if the key is missing"),
    "set": lambda: _("store a value; timeout in seconds, None for ever, 0 not at all"),
    "add": lambda: _("store only if the key is missing; True if it did"),
    "get_or_set": lambda: _("read, or store the default and read that"),
    "touch": lambda: _("a new timeout for a key that exists"),
    "delete": lambda: _("remove a key; True if it was there"),
    "has_key": lambda: _("whether the key is there, as `in`"),
    "incr": lambda: _("add to an integer that is there; its TTL stays"),
    "decr": lambda: _("subtract from an integer that is there"),
    "get_many": lambda: _("read several keys in one trip"),
    "set_many": lambda: _("store several keys in one trip"),
    "delete_many": lambda: _("remove several keys in one trip"),
    "clear": lambda: _("empty the whole database"),
    "incr_version": lambda: _("move a key to the next version"),
    "decr_version": lambda: _("move a key to the version before"),
    "make_key": lambda: _("the key as it is named on the server"),
    "close": lambda: _("nothing, with this backend: connections stay in the pool"),
}


def summary(method: str) -> str:
    """What a method of the cache does, in one line; "" if there is nothing to say."""
    made = _SUMMARIES.get(method) or _SUMMARIES.get(method.removeprefix("a"))
    return made() if made is not None else ""


def closest(word: str, known: Iterable[str]) -> str:
    """What was probably meant; "" if nothing is near."""
    return next(iter(nearest(word, known)), "")


def signature(line: str, cursor: int | None = None) -> Signature | None:
    """None while no call is open at the cursor (the line's end by default)."""
    begun = line if cursor is None else line[:cursor]
    at = _open_bracket(begun)
    found = _CALL.search(begun[: at + 1]) if at >= 0 else None
    if found is None:
        return None
    calls = list(_CALL.finditer(begun[: at + 1]))
    before, name = calls[-1][1], calls[-1][2]
    parameters = _parameters(before, name)
    if parameters is None:
        return None
    words = _words(parameters, begun[at + 1 :])
    return Signature(name, words, "" if before.startswith(".") else summary(name), "")


def _open_bracket(begun: str) -> int:
    """Where the innermost call that is still open begins; -1 if none is."""
    return next((at for at, name in reversed(_open(begun)) if name), -1)


def _open(begun: str) -> list[tuple[int, bool]]:
    """Brackets that are open: where, and whether it is a call's."""
    stack: list[tuple[int, bool]] = []
    quote = ""
    for at, letter in enumerate(begun):
        if quote:
            quote = "" if letter == quote and begun[at - 1] != "\\" else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "([{":
            called = letter == "(" and begun[:at].rstrip()[-1:].isidentifier()
            stack.append((at, called))
        elif letter in ")]}" and stack:
            stack.pop()
    return stack


def _parameters(before: str, name: str) -> str | None:
    if not before:
        recipe = RECIPES.get(name)
        if recipe is None:
            return None
        return recipe.source.split("(", 1)[1].split(")", 1)[0]
    if name == "get_client":
        return "key=None, *, write=False"
    of_cache = before in ("cache.", "].") or before.endswith("].")
    table = METHODS if of_cache or before == "cache." else CLIENT_METHODS
    return table.get(name) or (METHODS.get(name.removeprefix("a")) if of_cache else None)


def _words(parameters: str, typed: str) -> tuple[Word, ...]:
    names = parameters.split(", ") if parameters else []
    active = _active(names, typed)
    words = [Word("(", "remaining")]
    for at, one in enumerate(names):
        state: State = "active" if at == active else "done" if at < active else "remaining"
        words.append(Word(one if at == len(names) - 1 else f"{one}, ", state))
    return (*words, Word(")", "remaining"))


def _active(names: list[str], typed: str) -> int:
    """The parameter at the end of what is typed."""
    depth, quote, count, start = 0, "", 0, 0
    for at, letter in enumerate(typed):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == "," and not depth:
            count, start = count + 1, at + 1
    named = re.match(r"\s*(\w+)\s*=", typed[start:])
    if named is not None:
        return next((at for at, one in enumerate(names) if one.split("=")[0] == named[1]), count)
    starred = next((at for at, one in enumerate(names) if one.startswith("*")), len(names))
    return min(count, starred)
