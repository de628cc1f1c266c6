"""What the last command did to the key on the screen: a line, and two looks compared."""

from __future__ import annotations

from dataclasses import dataclass, field

from tutor.diagrams import NOTHING, Changes, Drawing
from tutor.diagrams.compare import draw_diff
from tutor.diagrams.files.marks import appended_mark
from tutor.diagrams.why import why
from tutor.engine.events import Conversion
from tutor.engine.inspect import Inspection
from tutor.engine.recording.effects import effects_of
from tutor.engine.replies import ReplyError
from tutor.engine.world import Entry, World
from tutor.i18n import language

Place = tuple[int, bytes]


@dataclass(slots=True)
class Comparison:
    """A key before and after. Without ``argv`` it is not known what made the difference: other
    clients were at work, or a command was taken back."""

    before: Inspection | None
    after: Inspection | None
    argv: tuple[bytes, ...] = ()
    conversions: tuple[Conversion, ...] = ()
    events: tuple[str, ...] = ()
    failed: bool = False
    _said: tuple[str, str] = field(default=("", ""))
    _drawn: tuple[object, Drawing | None] = field(default=((), None))

    @classmethod
    def of(
        cls, entry: Entry, place: Place, before: Inspection | None, after: Inspection | None
    ) -> Comparison:
        """What a command did to the key at a place."""
        return cls(
            before,
            after,
            entry.argv,
            tuple(each for each in entry.conversions if (each.db, each.key) == place),
            tuple(event for db, key, event in entry.changed if (db, key) == place),
            isinstance(entry.reply, ReplyError),
        )

    def reason(self) -> str:
        """What was done and why, one line in the present language."""
        if self._said[0] != language():
            line = why(
                self.before, self.after, self.argv, self.conversions, self.events, self.failed
            )
            self._said = language(), line
        return self._said[1]

    def draw(self, width: int) -> Drawing:
        """Before and after, ``width`` cells wide at most."""
        asked, (known, drawing) = (width, language()), self._drawn
        if drawing is None or known != asked:
            seen = (self.before, self.after, width)
            drawing = draw_diff(*seen, self.argv, self.conversions, self.events, self.failed)
            self._drawn = asked, drawing
        return drawing


class Filing:
    """What the last command appended to a file, found when somebody wants to see it."""

    def __init__(self) -> None:
        self._ran: tuple[World, Entry] | None = None
        self._mark: Changes | None = None

    def ran(self, world: World | None, entry: Entry) -> None:
        """A command ran, the last of its world."""
        self._ran, self._mark = (None if world is None else (world, entry)), None

    def forget(self) -> None:
        """Nothing is known of what was done last."""
        self._ran = self._mark = None

    def mark(self) -> Changes:
        """What it appended, as `tutor.diagrams.files.marks` names it."""
        if self._mark is None:
            self._mark = self._found()
        return self._mark

    def _found(self) -> Changes:
        if self._ran is None:
            return NOTHING
        world, entry = self._ran
        if world.last is not entry:
            return NOTHING
        effects = effects_of(world, len(world.history) - 1)
        return appended_mark(None if effects is None else [effect.argv for effect in effects])
