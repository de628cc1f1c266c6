"""A lesson's texts in the present language, with their `redis run` blocks executed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tutor.course import stage
from tutor.course.calls import said_lines
from tutor.course.model import Lesson, Step
from tutor.course.play import Play
from tutor.course.prose import Box as Boxed
from tutor.course.prose import Code, Prose, Run, Text, perform
from tutor.course.typography import bound
from tutor.course.wiretext import on_the_wire
from tutor.engine.clock import VirtualClock
from tutor.engine.world import Entry
from tutor.i18n import language


class Texts:
    """Looks anchors up in the language of the moment.

    An anchor that only the other language has is shown in that one, and said to be (`missing`).
    """

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        self._performed: dict[tuple[str, str], Prose] = {}

    def language_of(self, anchor: str) -> str:
        """The language in which an anchor is shown."""
        wanted, prose = language(), self.lesson.prose
        if anchor in prose[wanted].sections:
            return wanted
        return next((name for name in prose if anchor in prose[name].sections), wanted)

    def missing(self, step_id: str) -> bool:
        """The step is not there in the present language."""
        return self.language_of(step_id) != language()

    def stale(self, step_id: str) -> bool:
        """Some text of the step lags behind the other language."""
        behind = self.lesson.stale.get(self.language_of(step_id), frozenset())
        return any(anchor.partition("/")[0] == step_id for anchor in behind)

    def title(self, step: Step) -> str:
        """The step's heading, or its id where there is none."""
        titles = self.lesson.prose[self.language_of(step.id)].titles
        return titles.get(step.id, "") or step.id

    def raw(self, anchor: str) -> str | None:
        """The Markdown under an anchor, its places not filled."""
        shown = self.language_of(anchor)
        section = self.lesson.prose[shown].sections.get(anchor)
        return None if section is None else bound(section.text, shown)

    def line(self, anchor: str) -> str:
        """The same in one line; empty if there is none."""
        return " ".join((self.raw(anchor) or "").split("\n"))

    def prose(self, anchor: str) -> Prose:
        """The blocks under an anchor, replies computed; empty if there is none."""
        shown = self.language_of(anchor)
        section = self.lesson.prose[shown].sections.get(anchor)
        if section is None:
            return ()
        known = self._performed.get((shown, anchor))
        if known is None:
            step = self.lesson.steps[self.lesson.index_of(anchor.partition("/")[0])]
            known = perform_section(section.blocks, step, self.lesson.seed)
            self._performed[(shown, anchor)] = known
        return known


def perform_section(blocks: Sequence[Text | Code | Boxed | Run], step: Step, seed: int) -> Prose:
    """Blocks with their ``redis run`` parts executed on a clean start, in virtual time.

    Blocks of one section go on where the one before ended.
    """
    plays: list[Play] = []
    entries: list[Entry] = []

    def execute(argv: tuple[bytes, ...]) -> Any:
        if not plays:
            plays.append(stage.build(step, seed, VirtualClock()).play)
        entries.append(plays[0].run(argv))
        return entries[-1].reply

    def wire(argv: tuple[bytes, ...], reply: Any) -> str:
        return on_the_wire(argv, reply, plays[0].world.session.resp)

    return perform(
        tuple(blocks),
        execute,
        wire,
        lambda: said_lines(entries[-1]),
        step.django is not None,
    )
