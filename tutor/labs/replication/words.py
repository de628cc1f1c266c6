"""The lab in words: what a person types at its prompt, and what a lesson is written in.

SET cart:1 tea             a command on the node where the prompt is
:on replica1 GET cart:1    a command on that node; the prompt stays where it is
:node replica1             the prompt goes there
:cut master-replica1       a knob (`actions.KNOBS`): what it is done to, and a value
:run 2.5                   so many seconds go by
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Literal

from tutor.engine.cmdline import quote
from tutor.labs.replication.actions import KNOBS, LINES, Action, Kind

MOST_SECONDS = 60.0

FIRST_NODE = "master"
"""Where the prompt is at the beginning."""

OWN_WORDS = (":on", ":node", ":run", ":back")
WORDS = (*OWN_WORDS, *(f":{kind}" for kind in KNOBS if kind not in LINES))


class BadWord(ValueError):
    """What was typed is no move; ``usage`` is how it is written, "" for a word that is unknown."""

    def __init__(self, word: str, usage: str = "") -> None:
        super().__init__(f"{word!r} is written: {usage}" if usage else f"there is no word {word!r}")
        self.word, self.usage = word, usage


@dataclass(frozen=True, slots=True)
class Move:
    """What a person does. ``words`` are those of a command, ``value`` of ``run`` and
    ``back`` seconds."""

    kind: Kind | Literal["run", "back", "node"]
    target: str = ""
    value: float | str = 0
    words: tuple[bytes, ...] = ()

    @property
    def action(self) -> Action:
        """As the lab carries it out, its time not yet set; not for ``run``, ``back``, ``node``."""
        assert self.kind not in ("run", "back", "node")
        value = line_of(self.words) if self.kind == "command" else self.value
        return Action(0, self.kind, self.target, value)  # type: ignore[arg-type]


def next_words(before: Sequence[str], nodes: Sequence[str]) -> list[str] | None:
    """What may stand behind the words that are there: a knob's targets and values, names of nodes.
    None where a command begins that goes to a node."""
    if not before:
        return list(WORDS)
    first, *rest = before
    knob = KNOBS.get(first.lower().removeprefix(":"))  # type: ignore[call-overload]
    if first.lower() == ":on":
        return None if rest else list(nodes)
    if first.lower() == ":node":
        return [] if rest else list(nodes)
    if knob is None:
        return []
    links = [f"{one}-{other}" for one in nodes for other in nodes if one != other]
    targets = {"link": links, "node": list(nodes), "lab": []}[knob.of]
    if targets and not rest:
        return targets
    if len(rest) > bool(targets):
        return []
    if knob.kind == "follow":
        return [node for node in nodes if node != rest[0]]
    return [*knob.choices, *(f"{step:g}" for step in knob.steps)]


def usage_of(word: str) -> str:
    """How a word is written: ``:delay master-replica1 300``; "" if there is none."""
    own = {":on": "replica1 PING", ":node": "replica1", ":run": "2", ":back": "2"}
    if word in own:
        return f"{word} {own[word]}"
    knob = KNOBS.get(word.removeprefix(":"))  # type: ignore[call-overload]
    if knob is None or knob.kind in LINES or not word.startswith(":"):
        return ""
    target = {"link": ["master-replica1"], "node": ["replica1"], "lab": []}[knob.of]
    value = [*knob.choices[:1], *(f"{step:g}" for step in knob.steps[-2:-1])]
    if knob.kind == "follow":
        value = ["master"]
    return " ".join([word, *target, *value])


def read_move(words: Sequence[bytes], nodes: Container[str], at: str = FIRST_NODE) -> Move:
    """A move out of its words; a plain command is for the node ``at``. Raises `BadWord`."""
    first, *rest = [word.decode("utf-8", "surrogateescape") for word in words]
    word = first.lower()
    if not word.startswith(":"):
        return Move("command", at, words=tuple(words))
    usage = usage_of(word)
    if not usage:
        raise BadWord(first)
    if word in (":run", ":back"):
        if len(rest) != 1 or not 0 < _number(rest[0], first, usage) <= MOST_SECONDS:
            raise BadWord(first, usage)
        return Move("run" if word == ":run" else "back", value=float(rest[0]))
    if word in (":on", ":node"):
        if not rest or rest[0] not in nodes or (len(rest) == 1) != (word == ":node"):
            raise BadWord(first, usage)
        if word == ":node":
            return Move("node", rest[0])
        return Move("command", rest[0], words=tuple(words[2:]))
    return _knob(first, usage, rest, nodes)


def _knob(word: str, usage: str, rest: list[str], nodes: Container[str]) -> Move:
    knob = KNOBS[word.lower().removeprefix(":")]  # type: ignore[index]
    target = "" if knob.of == "lab" else rest.pop(0) if rest else "?"
    ends = target.split("-")
    sound = {
        "lab": True,
        "node": target in nodes,
        "link": len(ends) == 2 and ends[0] != ends[1] and all(end in nodes for end in ends),
    }[knob.of]
    has_value = bool(knob.steps or knob.choices or knob.kind == "follow")
    if not sound or len(rest) != has_value:
        raise BadWord(word, usage)
    if not has_value:
        return Move(knob.kind, target)
    value = rest[0]
    if knob.steps:
        return Move(knob.kind, target, _number(value, word, usage))
    if value not in (knob.choices or nodes) or value == target:
        raise BadWord(word, usage)
    return Move(knob.kind, target, value)


def _number(text: str, word: str, usage: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise BadWord(word, usage) from None
    if not 0 <= number < 1e9:
        raise BadWord(word, usage)
    return number


def words_of(action: Action) -> tuple[bytes, ...]:
    """An action in the words that would make it; those of a command are the command's own."""
    from tutor.engine.cmdline import split

    if action.kind == "command":
        return tuple(split(str(action.value)))
    if action.kind == "call":
        return (str(action.value).encode(),)
    knob = KNOBS[action.kind]
    words = [f":{action.kind}", *([action.target] if knob.of != "lab" else [])]
    if knob.steps:
        words.append(f"{float(action.value):g}")
    elif knob.choices or knob.kind == "follow":
        words.append(str(action.value))
    return tuple(word.encode() for word in words)


def line_of(words: Sequence[bytes]) -> str:
    """A command as one line that reads back as the same words."""
    return " ".join(quote(word, readable=False) for word in words)
