"""How the words of a typed command fit its signature.

One algorithm stands behind highlighting, completion, the inline signature and "this argument is
wrong". The signature (`CommandSpec.signature`) is a small regular language whose letters are words:
sequence, choice, repetition, options in any order, and `numkeys` that says how many keys follow.
`_Grammar` compiles it, lazily, into states: a state is what may still come, a move is one word that
may come now and the state after it. Reading is then a walk over the words that keeps every state
reached so far (V. Antimirov's partial derivatives, R. Pike's threads), each with the best way to
it: fewest wrong values first, then the order of the signature. States are kept with the grammar, so
a command that is typed key by key costs little more than a dictionary look-up for each word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple, TypeAlias

from tutor.engine.table.spec import Argument, CommandSpec

__all__ = ["Expected", "Match", "Word", "match"]


class Word(NamedTuple):
    """What one typed word is.

    `role` is "command", "subcommand", "token" (a literal word: NX, EX, LIMIT), "extra" (fits
    nothing), or the kind of the value (`Argument.type`): key, string, integer, score-bound, …
    `argument` is the node of the signature that the word fills (for `EX 10` the same one twice),
    None for command, subcommand and extra. `valid`
    is False when the text cannot be read as that kind, and for extra words. `partial`: the last
    word is only the beginning of a token or of a subcommand that may stand here; it is not valid
    yet, and `argument` is None if several begin so.
    """

    role: str
    argument: Argument | None = None
    valid: bool = True
    partial: bool = False


class Expected(NamedTuple):
    """A word that may come next.

    `text` is the literal word to type (a token, a subcommand), or None for a value, whose name and
    kind are `argument.name` and `argument.type`. `argument` is None for a subcommand. `optional`:
    the command does not need it.
    """

    argument: Argument | None
    text: str | None
    optional: bool


class Match(NamedTuple):
    """How far a command has come.

    `spec` is the subcommand's where one was typed. `words` has one entry for each typed word.
    `next` is what may come after the last of them, in the order of the signature. `complete`: the
    words make a whole command with nothing extra (values may still be invalid).
    """

    spec: CommandSpec
    words: tuple[Word, ...]
    next: tuple[Expected, ...]
    complete: bool

    @property
    def wrong(self) -> int | None:
        """Index of the first word that cannot be right, None if there is none."""
        return next((at for at, word in enumerate(self.words) if not word.valid), None)


def match(spec: CommandSpec, argv: Sequence[bytes]) -> Match:
    """Fit the words `argv`, the command's name among them, to a command's signature.

    `spec` may be a container (then `argv[1]` chooses the subcommand) or the subcommand itself.
    Takes any words, also none, and never raises.
    """
    if not argv:
        command = spec.name.partition("|")[0].upper()
        return Match(spec, (), (Expected(None, command, False),), False)
    head = [Word("command")]
    if "|" in spec.name:
        if len(argv) == 1:
            subcommand = spec.name.partition("|")[2].upper()
            return Match(spec, tuple(head), (Expected(None, subcommand, False),), False)
        head.append(Word("subcommand"))
    elif spec.subcommands:
        if len(argv) == 1:
            return Match(spec, tuple(head), tuple(_subcommands(spec)), spec.arity >= -1)
        chosen = spec.subcommands.get(argv[1].decode("latin-1").lower())
        if chosen is None:
            rest = [_EXTRA] * (len(argv) - 2)
            begun = [one for one in _subcommands(spec) if not rest and _may_become(one, argv[1])]
            head.append(Word("subcommand", None, valid=False, partial=bool(begun)))
            return Match(spec, (*head, *rest), tuple(begun), False)
        head.append(Word("subcommand"))
        spec = chosen
    return _fit(spec, argv, head)


def _subcommands(spec: CommandSpec) -> Iterator[Expected]:
    optional = spec.arity >= -1
    return (Expected(None, name.upper(), optional) for name in spec.subcommands)


def _may_become(expected: Expected, word: bytes) -> bool:
    """Whether a word is the beginning of a literal one, and not all of it."""
    typed = word.decode("latin-1").upper()
    whole = expected.text or ""
    return typed != "" and typed != whole and whole.startswith(typed)


# --- The words a value accepts ------------------------------------------------------------------

_INTEGER = re.compile(rb"0|-?[1-9][0-9]{0,18}")
_STREAM_ID = rb"[0-9]{1,20}(?:-[0-9]{1,20})?"
_FLOAT = rb"[-+]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|inf(?:inity)?)"
_VALUES: dict[str, re.Pattern[bytes]] = {
    "integer": _INTEGER,
    "unix-time": _INTEGER,
    "double": re.compile(_FLOAT, re.IGNORECASE),
    "score-bound": re.compile(rb"\(?" + _FLOAT, re.IGNORECASE),
    "lex-bound": re.compile(rb"[-+]|[\[(].*", re.DOTALL),
    "bit": re.compile(rb"[01]"),
    "bit-offset": re.compile(rb"#?[0-9]+"),
    "bit-type": re.compile(rb"u([1-9]|[1-5][0-9]|6[0-3])|i([1-9]|[1-5][0-9]|6[0-4])"),
    "stream-id": re.compile(_STREAM_ID),
    "stream-bound": re.compile(rb"[-+]|\(?" + _STREAM_ID),
    "stream-new-id": re.compile(_STREAM_ID + rb"|[0-9]{1,20}-\*"),
    "stream-after": re.compile(_STREAM_ID + rb"|\$"),
    "stream-group-id": re.compile(_STREAM_ID + rb"|>"),
}
"""Kinds that do not take every word (redis 7.0, util.c `string2ll`, `string2ld`)."""

_COUNT = re.compile(rb"[1-9][0-9]{0,9}")
_COUNT_OR_NONE = re.compile(rb"0|[1-9][0-9]{0,9}")


# --- The grammar --------------------------------------------------------------------------------


class _Leaf:
    """One word of the signature: a literal token, or a value."""

    __slots__ = ("argument", "bad", "good", "pattern", "token")

    def __init__(self, argument: Argument, token: str | None = None) -> None:
        role = argument.type if token is None else "token"
        self.argument = argument
        self.token = None if token is None else token.lower().encode()
        self.pattern = _VALUES.get(role)
        self.good = Word(role, argument)
        self.bad = Word(role, argument, False)


@dataclass(frozen=True, slots=True)
class _Sequence:
    items: tuple[_Node, ...]


@dataclass(frozen=True, slots=True)
class _Choice:
    items: tuple[_Node, ...]


@dataclass(frozen=True, slots=True)
class _Repeat:
    """An item, at least and at most so many times (None: no end).

    `per_key`: as often as `numkeys` says; the bounds hold as long as nobody knows how much that is.
    """

    item: _Node
    least: int
    most: int | None
    per_key: bool = False


@dataclass(frozen=True, slots=True)
class _Options:
    """Arguments in any order."""

    items: tuple[_Option, ...]


@dataclass(frozen=True, slots=True)
class _Option:
    """One of them: at most once unless it is `repeatable`, and needed only if it is `required`."""

    node: _Node
    repeatable: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class _Counted:
    """A `numkeys` and what follows so many times."""

    count: _Leaf
    keys: _Repeat


@dataclass(frozen=True, slots=True)
class _Paired:
    """Keys, `count` of them so far, then as many ids (XREAD's STREAMS)."""

    key: _Node
    place: _Node
    count: int = 0


_Node: TypeAlias = "_Leaf | _Sequence | _Choice | _Repeat | _Options | _Counted | _Paired"
_Rest: TypeAlias = "tuple[_Node, _Rest] | None"
"""What is to come: a node, then the rest."""


def _sequence(arguments: Sequence[Argument]) -> _Node:
    """Arguments one after another; neighbouring options that begin with a token go in any order."""
    items: list[_Node] = []
    options: list[_Option] = []
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        if argument.unordered or (argument.optional and _begins_with_token(argument)):
            node = _required(argument)
            options.append(_Option(node, argument.multiple_token, argument.unordered))
            continue
        if options:
            items.append(_Options(tuple(options)))
            options = []
        if argument.name == "numkeys" and rest and rest[0].multiple:
            count, keys = _Leaf(argument), rest.pop(0)
            count.pattern = _COUNT_OR_NONE if keys.optional else _COUNT
            items.append(_Counted(count, _Repeat(_unit(keys), 0 if keys.optional else 1, None)))
        elif argument.type == "key" and argument.multiple and rest and rest[0].name == "id":
            items.append(_Paired(_unit(argument), _unit(rest.pop(0))))
        else:
            node = _required(argument)
            items.append(_Repeat(node, 0, 1) if argument.optional else node)
    if options:
        items.append(_Options(tuple(options)))
    return items[0] if len(items) == 1 else _Sequence(tuple(items))


def _begins_with_token(argument: Argument) -> bool:
    if argument.token is not None:
        return True
    if argument.type == "oneof":
        return all(map(_begins_with_token, argument.arguments))
    return argument.type == "block" and _begins_with_token(argument.arguments[0])


def _required(argument: Argument) -> _Node:
    """An argument with its token and its repetition, as if it were not optional."""
    unit = _unit(argument)
    per_key = argument.token == "WEIGHTS"
    many = _Repeat(unit, 1, None, per_key) if argument.multiple else unit
    if argument.type == "pure-token" or argument.token is None:
        return many
    token = _Leaf(argument, argument.token)
    if argument.multiple_token:
        return _Repeat(_Sequence((token, unit)), 1, None)
    return _Sequence((token, many))


def _unit(argument: Argument) -> _Node:
    """An argument once, without its token (a pure token is nothing but that)."""
    if argument.type == "oneof":
        return _Choice(tuple(map(_required, argument.arguments)))
    if argument.type == "block":
        return _sequence(argument.arguments)
    return _Leaf(argument, argument.token if argument.type == "pure-token" else None)


class _Move:
    """One word that may come, and what may come after it.

    `counted` comes next, as many times as the word says if it says so. `target` is the state after
    the move, once somebody has been there (not if counted).
    """

    __slots__ = ("counted", "leaf", "optional", "rest", "target")

    def __init__(
        self, leaf: _Leaf, rest: _Rest, optional: bool, counted: _Repeat | None = None
    ) -> None:
        self.leaf = leaf
        self.rest = rest
        self.optional = optional
        self.counted = counted
        self.target: _State | None = None


def _first(node: _Node, rest: _Rest, optional: bool, moves: list[_Move]) -> bool:
    """Append the moves with which `node` can begin; whether it can also be empty.

    `rest` is what comes after the node; `optional`, whether the command can do without the node.
    """
    match node:
        case _Leaf():
            moves.append(_Move(node, rest, optional))
            return False
        case _Sequence(items):
            for at, item in enumerate(items):
                after = items[at + 1 :]
                if not _first(item, (_Sequence(after), rest) if after else rest, optional, moves):
                    return False
            return True
        case _Choice(items):
            empty = False
            for item in items:
                empty |= _first(item, rest, optional, moves)
            return empty
        case _Repeat(item, least, most):
            if most == 0:
                return True
            more = _Repeat(item, max(least - 1, 0), None if most is None else most - 1)
            _first(item, rest if most == 1 else (more, rest), optional or not least, moves)
            return not least
        case _Options(options):
            for at, option in enumerate(options):
                others = options if option.repeatable else options[:at] + options[at + 1 :]
                after_it = (_Options(others), rest) if others else rest
                _first(option.node, after_it, optional or not option.required, moves)
            return not any(option.required for option in options)
        case _Counted(count, keys):
            moves.append(_Move(count, rest, optional, keys))
            return False
        case _Paired(key, place, so_far):
            if so_far:  # before the keys: a word that can be an id ends them
                places = _Repeat(place, so_far - 1, so_far - 1)
                _first(place, (places, rest) if so_far > 1 else rest, optional, moves)
            more_keys = _Paired(key, place, so_far + 1)
            _first(key, (more_keys, rest), optional or so_far > 0, moves)
            return False


class _State:
    """What may still come: the moves, sorted into tokens and values, and whether nothing must."""

    __slots__ = ("final", "moves", "tokens", "values")

    def __init__(self, rest: _Rest) -> None:
        moves: list[_Move] = []
        after = rest
        while after is not None:
            node, after = after
            if not _first(node, after, False, moves):
                self.final = False
                break
        else:
            self.final = True
        self.moves = moves
        self.tokens: dict[bytes, list[_Move]] = {}
        self.values: list[_Move] = []
        for move in moves:
            if move.leaf.token is None:
                self.values.append(move)
            else:
                self.tokens.setdefault(move.leaf.token, []).append(move)


def _bind(rest: _Rest, count: int) -> _Rest:
    """What is to come, now that the number of keys is known."""
    if rest is None:
        return None
    node, after = rest
    return (_bound(node, count), _bind(after, count))


def _bound(node: _Node, count: int) -> _Node:
    match node:
        case _Repeat(item, per_key=True):
            return _Repeat(item, count, count)
        case _Sequence(items):
            return _Sequence(tuple(_bound(item, count) for item in items))
        case _Options(options):
            bound = (replace(option, node=_bound(option.node, count)) for option in options)
            return _Options(tuple(bound))
    return node


class _Grammar:
    """The states of one signature, made as they are reached."""

    __slots__ = ("_states", "start")

    def __init__(self, arguments: Sequence[Argument]) -> None:
        self._states: dict[_Rest, _State] = {}
        self.start = self.state((_sequence(arguments), None) if arguments else None)

    def state(self, rest: _Rest) -> _State:
        state = self._states.get(rest)
        if state is None:
            state = self._states[rest] = _State(rest)
        return state

    def after(self, move: _Move, word: bytes) -> _State:
        """The state that a move leads to."""
        keys = move.counted
        if keys is not None:
            if move.leaf.pattern is None or not move.leaf.pattern.fullmatch(word):
                return self.state((keys, move.rest))
            count = int(word)
            return self.state((_Repeat(keys.item, count, count), _bind(move.rest, count)))
        if move.target is None:
            move.target = self.state(move.rest)
        return move.target


@cache
def _grammar(spec: CommandSpec) -> _Grammar:
    return _Grammar(spec.signature)


# --- Reading ------------------------------------------------------------------------------------

_Path: TypeAlias = "tuple[_Path, Word] | None"
_EXTRA = Word("extra", None, False)


class _Thread(NamedTuple):
    """One way to read the words so far: the state it led to, and the wrong values on it."""

    state: _State
    wrong: int
    path: _Path


def _fit(spec: CommandSpec, argv: Sequence[bytes], head: Sequence[Word]) -> Match:
    grammar = _grammar(spec)
    before = threads = [_Thread(grammar.start, 0, None)]
    extra = False
    for word in argv[len(head) :]:
        before = threads
        threads = _step(grammar, before, word)
        if not threads:
            extra = True
            threads = [one._replace(path=(one.path, _EXTRA)) for one in before]
    best = min(threads, key=lambda one: (one.wrong, not one.state.final))
    words = [*head, *_words(best.path)]
    following = [one for one in threads if one.wrong == best.wrong]
    if not words[-1].valid and before is not threads:
        begun = [one for one in _expected(before, False) if _may_become(one, argv[-1])]
        if begun:
            argument = begun[0].argument if len(begun) == 1 else None
            words[-1] = Word("token", argument, valid=False, partial=True)
            return Match(spec, tuple(words), tuple(begun), False)
    complete = best.state.final and not extra
    return Match(spec, tuple(words), tuple(_expected(following, complete)), complete)


def _step(grammar: _Grammar, threads: Iterable[_Thread], word: bytes) -> list[_Thread]:
    """Where one more word leads; the best way to each state, empty if it fits nowhere."""
    reached: dict[_State, _Thread] = {}
    lower = word.lower()
    for state, wrong, path in threads:
        # As in Redis, a word that can be an option here is one, and not a value.
        for move in state.tokens.get(lower) or state.values:
            leaf = move.leaf
            target = move.target or grammar.after(move, word)
            if leaf.pattern is None or leaf.pattern.fullmatch(word):
                thread = _Thread(target, wrong, (path, leaf.good))
            else:
                thread = _Thread(target, wrong + 1, (path, leaf.bad))
            other = reached.get(target)
            if other is None or thread.wrong < other.wrong:
                reached[target] = thread
    return list(reached.values())


def _words(path: _Path) -> list[Word]:
    words: list[Word] = []
    while path is not None:
        path, word = path
        words.append(word)
    words.reverse()
    return words


def _expected(threads: Iterable[_Thread], complete: bool) -> list[Expected]:
    """What may come next on any of these ways, each word once."""
    found: dict[_Leaf, Expected] = {}
    for thread in threads:
        for move in thread.state.moves:
            leaf = move.leaf
            if leaf not in found:
                text = None if leaf.token is None else leaf.token.decode().upper()
                found[leaf] = Expected(leaf.argument, text, move.optional or complete)
    return list(found.values())
