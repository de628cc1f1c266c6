"""Where a learner's `Player` is, as the class is told (`model.Place`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from tutor.course.classroom.model import Place
from tutor.course.diary import Event

if TYPE_CHECKING:
    from tutor.course.player import Player


def failed_tries(events: Iterable[Event]) -> int:
    """How many tries have failed since the step came forward last: a command with an error, or one
    after which the lesson had something to say against it."""
    failed = green = 0
    counted = True
    for event in events:
        kind, words = event[1], event[2:]
        if kind == "run":
            counted = bool(words[2])
            failed += counted
        elif kind == "said" and not counted:
            failed, counted = failed + 1, True
        elif kind == "green":
            failed, green = (0 if len(words) > green else failed), len(words)
        elif kind == "done":
            failed = 0
    return failed


def place_of(player: Player) -> Place:
    """Where a player is now."""
    tries = sum(event[1] in ("run", "answer") for event in player.diary)
    ladder = player.step.hints
    return Place(
        lesson=player.lesson.id,
        step=player.step.id,
        number=player.index + 1,
        steps=len(player.lesson.steps),
        done=player.done,
        tries=tries,
        failed=failed_tries(player.diary),
        hints=0 if ladder is None else ladder.rungs - player.hints_left,
    )


class Teller:
    """Tells of whichever player is being played. ``tell`` returns at once (`ClassLink.tell`)."""

    def __init__(self, tell: Callable[[Mapping[str, str]], None]) -> None:
        self._tell = tell

    def follow(self, player: Player) -> None:
        """From now on this one."""
        player.on_change = lambda: self.look(player)
        self.look(player)

    def look(self, player: Player) -> None:
        """Tell where it is."""
        self._tell(place_of(player).fields())
