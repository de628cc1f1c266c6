"""The list of lessons in lines, and the loop that reads lines until somebody leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tutor.console.plain import words
from tutor.console.plain.lesson import PlainLesson
from tutor.console.plain.page import SIGNS, Page
from tutor.console.plain.place import WordBackend
from tutor.console.plain.reading import LineReader
from tutor.console.plain.telling import place_text
from tutor.console.render import Line
from tutor.course.outline import LessonLine, Outline
from tutor.course.player import Player
from tutor.course.progress import Progress
from tutor.engine.clock import Clock
from tutor.i18n import LANGUAGES, _

__all__ = ["Room"]


class Room:
    """Where a lesson is chosen. ``clock`` is the system's unless a test gives one. ``follow`` is
    told of each player that begins."""

    def __init__(
        self,
        outline: Outline,
        progress: Progress,
        page: Page,
        reader: LineReader,
        *,
        interactive: bool = False,
        clock: Clock | None = None,
        follow: Callable[[Player], None] = lambda player: None,
    ) -> None:
        self._outline, self._progress = outline, progress
        self._page, self._reader = page, reader
        self._interactive, self._clock, self._follow = interactive, clock, follow
        self._backend: WordBackend | None = None
        self.lesson: PlainLesson | None = None

    def run(self, lesson_id: str | None = None, step_id: str | None = None) -> None:
        """Read lines until they end or somebody leaves. Raises
        `outline.NoSuchPlace`."""
        if lesson_id is None:
            self._tell()
        else:
            self._open(lesson_id, step_id)
        self._complain(self._outline.problems())
        while True:
            lesson = self.lesson
            prompt = _("lesson> ") if lesson is None else lesson.prompt()
            line = self._reader.read(prompt, lesson or self, "" if lesson is None else lesson.paste)
            self._complain(self._outline.news())
            self._page.measure()
            if line is None or not self._enter(line):
                break
        self._farewell()

    def _enter(self, line: str) -> bool:
        """One line; False when it was the last."""
        lesson = self.lesson
        if lesson is None:
            return self._choose(line.strip())
        lesson.news()
        lesson.enter(line)
        left, lesson.left = lesson.left, ""
        if left == "lessons":
            self.lesson = None
            self._tell()
        elif left == "next":
            self._open_following(lesson.player.lesson.id)
        return left != "quit"

    def _farewell(self) -> None:
        """A word, and the place that is kept."""
        self._page.gap()
        if self.lesson is None:
            self._page.say(_("Until next time."))
            return
        player = self.lesson.player
        text = _("Until next time: you go on with {lesson}, {place}.")
        if self._progress.path is None:
            text = _("Until next time. You were in {lesson}, {place}; nothing is kept.")
        self._page.say(text.format(lesson=player.lesson_title(), place=place_text(player)))

    def _complain(self, problems: Sequence[str]) -> None:
        for problem in problems:
            self._page.say(problem, "warning")

    # lessons

    def _open(self, lesson_id: str, step_id: str | None = None) -> None:
        found = self._outline.find(lesson_id, step_id)
        player = Player(self._outline.course, *found, clock=self._clock, progress=self._progress)
        self._follow(player)
        self.lesson = PlainLesson(
            player,
            self._page,
            interactive=self._interactive,
            waits=self._reader.waits,
            keep_language=lambda code: self._progress.set_setting("language", code),
        )
        self.lesson.tell()
        self._page.say(_("help lists the words you can type."))

    def _open_following(self, lesson_id: str) -> None:
        lines = self._outline.lines()
        at = next(i for i, line in enumerate(lines) if line.id == lesson_id)
        later = [line.id for line in (*lines[at + 1 :], *lines[:at]) if not line.finished]
        if later:
            self._open(later[0])
            return
        self.lesson = None
        self._tell()
        self._page.say(_("That was the last one."))

    # the list

    def _tell(self) -> None:
        lines: list[Line] = [[("redis-tutor · ", "note"), (_("Lessons"), "title")], []]
        current = self._outline.current
        for line in self._outline.lines():
            lines.append(self._told(line, line.id == current))
        self._page.gap()
        self._page.show(lines, "     ")
        self._page.gap()
        self._page.say(_("Type the number of a lesson; next goes on where you are, quit leaves."))

    def _told(self, line: LessonLine, current: bool) -> Line:
        sign = SIGNS["ok" if line.finished else "pending"]
        notes = [line.id]
        if line.started and not line.finished:
            notes.append(_("{n} of {total}").format(n=line.done, total=line.steps))
        if current:
            notes.append(_("go on here") if line.started else _("begin here"))
        number: tuple[str, str] = (f"{line.number:>2} {sign} ", "label")
        return [number, (line.title, ""), (f" ({', '.join(notes)})", "note")]

    def _choose(self, line: str) -> bool:
        first, _space, rest = line.partition(" ")
        word = first.lower().removeprefix(":")
        lines = self._outline.lines()
        if not line or line.startswith("#"):
            if self._interactive and not line and self._outline.current:
                self._open(self._outline.current)
        elif word in ("quit", "exit"):
            return False
        elif word == "lang" and rest:
            self._speak(rest.strip())
        elif word == "next" and self._outline.current:
            self._open(self._outline.current)
        elif line.isdecimal() and 1 <= int(line) <= len(lines):
            self._open(lines[int(line) - 1].id)
        elif line in [one.id for one in lines]:
            self._open(line)
        elif word == "lessons":
            self._tell()
        else:
            text = _(
                "Type the number of a lesson, from 1 to {n}, or its name; lang ru, lang en, quit."
            )
            self._page.say(text.format(n=len(lines)), "" if word == "help" else "warning")
        return True

    def _speak(self, code: str) -> None:
        problem = words.take_language(code)
        if problem:
            self._page.say(problem, "warning")
            return
        self._progress.set_setting("language", code.lower())
        self._tell()

    # what the prompt asks while no lesson is open

    @property
    def backend(self) -> WordBackend:
        """There is no Redis here; only words to complete."""
        if self._backend is None:
            self._backend = WordBackend(self.next_words)
        return self._backend

    @property
    def company(self) -> None:
        """There is nothing beside it either."""

    def next_words(self, before: Sequence[str]) -> Sequence[str]:
        """Names of lessons and a few words."""
        if before:
            return list(LANGUAGES) if before[0].lower() == "lang" else []
        return [*(line.id for line in self._outline.lines()), "next", "lang", "help", "quit"]

    def news(self) -> None:
        """Nothing goes on here."""

    def cancel(self) -> None:
        """Nothing waits here."""
