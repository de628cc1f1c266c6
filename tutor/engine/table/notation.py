"""A command's signature for people: `SET key value [NX | XX] [GET] …`.

The notation is that of Redis's documentation: capitals are typed as they stand, lower case is a
placeholder, [ ] may be left out, < | > is a choice of one, `name [name ...]` may be repeated, and
so may `<a | b> ...`. An empty word that must be typed is `""`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from tutor.engine.table.spec import Argument, CommandSpec

__all__ = ["signature_parts", "syntax"]

Part = tuple[str, Argument | None]


def syntax(spec: CommandSpec, upper: bool = True) -> str:
    """The whole signature on one line; a container's ends with a placeholder for its subcommand.

    `upper=False` writes the command and its tokens in lower case.
    """
    return "".join(text for text, _ in signature_parts(spec, upper))


@cache
def signature_parts(spec: CommandSpec, upper: bool = True) -> tuple[Part, ...]:
    """The signature in pieces, each with the argument it shows; None for the command's name.

    The arguments are those of `spec.signature`, the same objects that `match` assigns to words, so
    that a screen can mark in the signature what has been typed and what comes next. Brackets and
    bars belong to the argument around them. Joined, the pieces are `syntax(spec, upper)`.
    """
    name = spec.name.replace("|", " ")
    parts: list[Part] = [(name.upper() if upper else name, None)]
    if spec.subcommands:
        parts.append((" subcommand" if spec.arity < -1 else " [subcommand]", None))
    for argument in spec.signature:
        parts.append((" ", None))
        parts.extend(_whole(argument, upper))
    return tuple(parts)


def _whole(argument: Argument, upper: bool, bare: bool = False) -> Iterator[Part]:
    """One argument with token, repetition and brackets; `bare` leaves off the outer brackets."""
    choice = argument.type == "oneof"
    optional = argument.optional and not bare
    if optional:
        yield "[", argument
    if argument.token is None or argument.type == "pure-token":
        bracketed = choice and (argument.multiple or not (optional or bare))
        unit = _body(argument, upper, bracketed)
        yield from _repeated(argument, unit) if argument.multiple else unit
    else:
        token: Part = (_token(argument.token, upper) + " ", argument)
        unit = _body(argument, upper, choice)
        if argument.multiple_token:
            yield from _repeated(argument, [token, *unit])
        else:
            yield token
            yield from _repeated(argument, unit) if argument.multiple else unit
    if optional:
        yield "]", argument


def _repeated(argument: Argument, unit: Sequence[Part]) -> Iterator[Part]:
    yield from unit
    if argument.type == "oneof":
        yield " ...", argument
    else:
        yield " [", argument
        yield from unit
        yield " ...]", argument


def _body(argument: Argument, upper: bool, bracketed: bool) -> list[Part]:
    if argument.type == "pure-token":
        return [(_token(argument.token or "", upper), argument)]
    if argument.type not in ("oneof", "block"):
        return [(argument.name, argument)]
    choice = argument.type == "oneof"
    parts: list[Part] = [("<", argument)] if bracketed else []
    for at, inner in enumerate(argument.arguments):
        if at:
            parts.append((" | " if choice else " ", argument))
        # A choice cannot be left out by halves: what its members say of being optional is its own.
        parts.extend(_whole(inner, upper, bare=choice))
    if bracketed:
        parts.append((">", argument))
    return parts


def _token(token: str, upper: bool) -> str:
    return (token.upper() if upper else token.lower()) or '""'
