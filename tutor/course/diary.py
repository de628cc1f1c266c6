"""What a learner did in a step and when: kept through resets, for the history, the cheat sheet and
reviews.

    [ms, "run", line, node, error]     a command or a move; ``node`` "" in a world, ``error`` "" if
                                       the reply was none
    [ms, "green", check, …]            the checks that are green from now on
    [ms, "said", rule, name, value, …] a feedback text that was shown, with what was filled in
    [ms, "hint", rung]  [ms, "solution"]  [ms, "answer", option, "right" | "wrong"]
    [ms, "undo"]  [ms, "redo"]  [ms, "reset"]
    [ms, "done", how]                  the step is done for the first time; see `HOW`

``ms`` are milliseconds since the Unix epoch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tutor.engine.cmdline import quote

Event = list[Any]

HOW = ("alone", "hints", "solution", "right", "wrong", "read")
"""How a step came to be done: an exercise without help, after hints, after the solution was seen;
a question by its first answer; a text by going on."""

KEPT_CHARACTERS = 40_000
"""Of one step; when there is more, the oldest of what was typed and said goes."""

_LASTING = frozenset(["done", "answer", "hint", "solution"])
_WORDS = {"run": 3, "said": 1, "hint": 1, "answer": 2, "done": 1}
"""How many words an event of a kind has at least; other kinds need none."""
_OTHER = frozenset(["green", "solution", "undo", "redo", "reset"])


class Diary:
    """The events of one step, in the order in which they happened."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.events: list[Event] = list(events)

    def note(self, ms: int, kind: str, *words: str) -> None:
        """Something has just happened."""
        self.events.append([ms, kind, *words])

    def last(self, kind: str) -> Event | None:
        """The newest event of a kind."""
        return next((event for event in reversed(self.events) if event[1] == kind), None)

    def state(self) -> list[Event]:
        """As it goes into the progress file."""
        return trimmed(self.events)

    @classmethod
    def resumed(cls, kept: Any) -> Diary:
        """What was kept; events that are none are left out."""
        return cls(list(event) for event in events_of(kept))


def events_of(kept: Any) -> list[Event]:
    """The events of a step's kept ``log``; what is none is left out."""
    return [event for event in kept if sound(event)] if isinstance(kept, list) else []


def trimmed(events: Sequence[Event]) -> list[Event]:
    """The events with as many of the oldest left out as there is no room for."""
    room = KEPT_CHARACTERS - sum(_size(event) for event in events if event[1] in _LASTING)
    kept: list[Event] = []
    for event in reversed(events):
        if event[1] not in _LASTING:
            room -= _size(event)
            if room < 0:
                continue
        kept.append(list(event))
    return kept[::-1]


def _size(event: Event) -> int:
    return 16 + sum(len(word) for word in event[2:])


def sound(event: Any) -> bool:
    """Whether this is an event of a diary."""
    if not (isinstance(event, list) and len(event) >= 2):
        return False
    ms, kind, *words = event
    if not isinstance(ms, int) or isinstance(ms, bool) or ms < 0 or not isinstance(kind, str):
        return False
    if not all(isinstance(word, str) for word in words):
        return False
    if kind == "done" and words[:1] and words[0] not in HOW:
        return False
    return kind in _OTHER or (kind in _WORDS and len(words) >= _WORDS[kind])


def typed(argv: Sequence[bytes]) -> str:
    """A command as a line; a single word is a line as it stands."""
    if len(argv) == 1:
        return argv[0].decode("utf-8", "replace")
    return " ".join(quote(word) for word in argv)
