"""A lesson in lines on a small course of its own or on the real one, in virtual time."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO, StringIO
from pathlib import Path

from tutor.console.plain.lesson import PlainLesson
from tutor.console.plain.page import Page
from tutor.console.plain.reading import PipeReader
from tutor.console.plain.room import Room
from tutor.console.render import Line
from tutor.course.loader import load_course
from tutor.course.model import Course
from tutor.course.outline import Outline
from tutor.course.player import Player
from tutor.course.progress import Progress
from tutor.engine.clock import VirtualClock

SMALL = Path(__file__).parents[2] / "tui" / "course"
"""Two lessons: a read step, an exercise, a prediction and a quiz; and a second one."""

WIDTH = 72


class Recorded(Page):
    """A page that also keeps the rows with their roles."""

    def __init__(self, width: int = WIDTH, ascii: bool = False) -> None:
        super().__init__(StringIO(), width, ascii=ascii, colour=False)
        self.rows: list[Line] = []

    def _write(self, row: Line) -> None:
        self.rows.append(row)
        super()._write(row)

    @property
    def text(self) -> str:
        """All of it."""
        assert isinstance(self.out, StringIO)
        return self.out.getvalue()


class Script:
    """Types lines into one lesson and hears what is said to each."""

    def __init__(
        self,
        lesson: str,
        step: str | None = None,
        *,
        course: Course | None = None,
        width: int = WIDTH,
        ascii: bool = False,
        interactive: bool = False,
    ) -> None:
        self.page = Recorded(width, ascii)
        self.clock = VirtualClock(1_800_000_000_000_000)
        self.player = Player(course or load_course(), lesson, step, clock=self.clock)
        self.lesson = PlainLesson(self.player, self.page, interactive=interactive)
        self.lesson.tell()

    def type(self, *lines: str) -> str:
        """What is printed for these lines."""
        before = len(self.page.text)
        for line in lines:
            self.lesson.news()
            self.lesson.enter(line)
        return self.page.text[before:]


def small(step: str | None = None, **wishes: int) -> Script:
    """The small course's first lesson."""
    return Script("sample", step, course=load_course(SMALL), **wishes)  # type: ignore[arg-type]


def room(
    lines: Iterable[str],
    home: Path,
    *,
    lesson: str | None = None,
    step: str | None = None,
    folder: Path = SMALL,
) -> str:
    """The list of lessons and whatever is opened from it; the whole of what is printed."""
    page = Recorded()
    progress = Progress(home)
    source = BytesIO("".join(f"{line}\n" for line in lines).encode())
    reader = PipeReader(page, source, echo=True)
    place = Room(Outline(progress, folder), progress, page, reader, clock=VirtualClock())
    place.run(lesson, step)
    return page.text
