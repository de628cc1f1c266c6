"""A lab of lanes in words: what a person types at its prompt, and what a lesson is written in.

GET shop:1:page:0          a command on the server where the prompt is
:on lock GET shop:1:page:0 a command on that one; the prompt stays where it is
:node lock                 the prompt goes there
:rate 40   :kill   :go A   a knob of the lab: what it is done to, and a value
:run 2.5   :back 2         so many seconds go by, or are taken back
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutor.engine.cmdline import split
from tutor.labs.knobs import Act, Knob
from tutor.labs.lanes import COMMAND
from tutor.labs.replication.words import MOST_SECONDS, BadWord, line_of

OWN_WORDS = (":on", ":node", ":run", ":back")


@dataclass(frozen=True, slots=True)
class LaneMove:
    """What a person does. ``words`` are those of a command, ``value`` of ``run`` and ``back``
    seconds."""

    kind: str
    target: str = ""
    value: float | str = 0
    words: tuple[bytes, ...] = ()

    def act(self, time: int) -> Act:
        """As the lab carries it out; not for ``run``, ``back`` and ``node``."""
        value = line_of(self.words) if self.kind == COMMAND else self.value
        return Act(time, self.kind, value, self.target)


class LaneWords:
    """The words of an experiment: its ``knobs``, and the ``places`` of its prompts."""

    def __init__(self, knobs: Sequence[Knob], places: Sequence[str]) -> None:
        self.knobs = {knob.kind: knob for knob in knobs}
        self.places = tuple(places)

    @property
    def words(self) -> tuple[str, ...]:
        """Those that the prompt takes besides commands."""
        own = OWN_WORDS if self.places else OWN_WORDS[2:]
        return (*own, *(f":{kind}" for kind in self.knobs))

    def next_words(self, before: Sequence[str]) -> list[str] | None:
        """What may stand behind the words that are there; None where a command begins that goes to
        a server."""
        if not before:
            return list(self.words)
        first, *rest = before
        if first.lower() == ":on":
            return None if rest else list(self.places)
        if first.lower() == ":node":
            return [] if rest else list(self.places)
        knob = self.knobs.get(first.lower().removeprefix(":"))
        if knob is None:
            return []
        if knob.targets and not rest:
            return list(knob.targets)
        return [] if len(rest) > bool(knob.targets) else [text_of(one) for one in knob.values]

    def usage_of(self, word: str) -> str:
        """How a word is written: ``:rate 40``; "" if there is none."""
        if word in (":run", ":back"):
            return f"{word} 2"
        if word in (":on", ":node") and self.places:
            return f"{word} {self.places[0]}{' PING' if word == ':on' else ''}"
        knob = self.knobs.get(word.removeprefix(":"))
        if knob is None or not word.startswith(":"):
            return ""
        return " ".join([word, *knob.targets[:1], *map(text_of, knob.values[-2:][:1])])

    def read(self, argv: Sequence[bytes], at: str) -> LaneMove:
        """A move out of its words; a plain command is for the server ``at``. Raises `BadWord`."""
        first, *rest = [word.decode("utf-8", "surrogateescape") for word in argv]
        word = first.lower()
        if not word.startswith(":"):
            return LaneMove(COMMAND, at, words=tuple(argv))
        usage = self.usage_of(word)
        if not usage:
            raise BadWord(first)
        if word in (":run", ":back"):
            seconds = number_of(rest[0]) if len(rest) == 1 else None
            if seconds is None or not 0 < seconds <= MOST_SECONDS:
                raise BadWord(first, usage)
            return LaneMove(word[1:], value=seconds)
        if word in (":on", ":node"):
            if not rest or rest[0] not in self.places or (len(rest) == 1) != (word == ":node"):
                raise BadWord(first, usage)
            return LaneMove("node", rest[0]) if word == ":node" else LaneMove(
                COMMAND, rest[0], words=tuple(argv[2:])
            )  # fmt: skip
        return self._turn(first, usage, rest)

    def _turn(self, word: str, usage: str, rest: list[str]) -> LaneMove:
        knob = self.knobs[word.lower().removeprefix(":")]
        target = rest.pop(0) if knob.targets and rest else ""
        if (knob.targets and target not in knob.targets) or len(rest) != bool(knob.values):
            raise BadWord(word, usage)
        if not knob.values:
            return LaneMove(knob.kind, target)
        value = value_of(knob, rest[0])
        if value is None:
            raise BadWord(word, usage)
        return LaneMove(knob.kind, target, value)


def place_of(places: Sequence[str], lane: str, at: str = "") -> str:
    """Where one is who goes over to a lane: there, or where the person of the place ``at`` is at
    that lane (``admin@open``); the first place if none is of that lane, "" if there are none."""
    who = at.partition("@")[0]
    of_lane = [one for one in places if one == lane or one.partition("@")[2] == lane]
    near = [one for one in of_lane if one == lane or one.partition("@")[0] == who]
    return next(iter((*near, *of_lane, *places)), "")


def text_of(value: float | str) -> str:
    """A value as it is typed."""
    return value if isinstance(value, str) else f"{value:g}"


def value_of(knob: Knob, text: str) -> float | str | None:
    """A value of a knob out of its text; None if it cannot stand there."""
    number = number_of(text)
    return next((one for one in knob.values if one in (text, number)), None)


def number_of(text: str) -> float | None:
    """A number, if it is one."""
    try:
        return float(text)
    except ValueError:
        return None


def words_of(act: Act, knob: Knob | None) -> tuple[bytes, ...]:
    """An act in the words that would do it; those of a command are the command's own."""
    if knob is None:
        return tuple(split(str(act.value)))
    words = [f":{act.kind}"]
    words += [act.target] if knob.targets else []
    words += [text_of(act.value)] if knob.values else []
    return tuple(word.encode() for word in words)
