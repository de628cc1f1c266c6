"""`lessons play`: plays the solutions without a hand, in virtual time, and writes a transcript.

steps ─▶ Player ─▶ scenes (words, lines with replies, verdicts) ─▶ Markdown, or an asciicast
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tutor.console import asciicast
from tutor.console.render import render_text
from tutor.course import questions
from tutor.course.model import Course, Lesson
from tutor.course.moves import is_move
from tutor.course.player import Player
from tutor.course.prose import Prose, as_markdown
from tutor.engine.clock import VirtualClock
from tutor.engine.cmdline import quote
from tutor.engine.replies import BLOCKED, Reply
from tutor.engine.world import Entry
from tutor.i18n import _, language, set_language

CAST = ".cast"
COLUMNS, ROWS = 80, 24
TYPING_S, READING_S, PAGE_S = 0.04, 0.8, 3.0
"""How fast an asciicast goes: a character, a reply, a page."""


@dataclass(frozen=True, slots=True)
class Done:
    """A line that was carried out; its reply may have come later."""

    line: str
    entry: Entry

    @property
    def reply(self) -> str:
        """As redis-cli prints it; of a move nothing."""
        if is_move(self.entry.argv):
            return ""
        if self.entry.reply is BLOCKED:
            return "…\n"
        return _rendered(self.entry.reply, self.entry.argv)


@dataclass(frozen=True, slots=True)
class Scene:
    """One step as it was played."""

    heading: str
    before: tuple[str, ...]
    done: tuple[Done, ...]
    after: tuple[str, ...]
    solved: bool


def play_lessons(course: Course, lessons: Sequence[Lesson], code: str, record: str | None) -> int:
    """Play, and write into the file ``record`` (None: print). 1 if a step was not solved."""
    before = language()
    set_language(code)
    try:
        played = [(lesson, list(_scenes(course, lesson))) for lesson in lessons]
        write = _cast if record is not None and record.endswith(CAST) else _markdown
        text = "".join(write(played))
    finally:
        set_language(before)
    if record is None:
        print(text, end="")
    else:
        try:
            Path(record).write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            print(f"redis-tutor: {record}: {error.strerror}", file=sys.stderr)
            return 1
    unsolved = 0
    for lesson, scenes in played:
        failed = [scene.heading for scene in scenes if not scene.solved]
        unsolved += len(failed)
        lines = sum(len(scene.done) for scene in scenes)
        said = f"{lesson.id}: {len(scenes)} steps played, {lines} lines"
        print(said + "".join(f"; not solved: {name}" for name in failed), file=sys.stderr)
    return 1 if unsolved else 0


Played = Sequence[tuple[Lesson, Sequence[Scene]]]


def _scenes(course: Course, lesson: Lesson) -> Iterator[Scene]:
    for step in lesson.steps:
        yield _scene(Player(course, lesson.id, step.id, clock=VirtualClock()))


def _scene(player: Player) -> Scene:
    view = player.view()
    before = [_words(view.body)]
    if view.task:
        before.append(f"**{_('Task')}**\n\n{_words(view.task)}")
    done, after = _act(player)
    after += [f"- {line.text}" for check in player.checks() for line in check.lines]
    if player.done and view.recap:
        after.append(f"**{_('What happened')}**\n\n{_words(view.recap)}")
    solved = player.done or player.step.kind in ("read", "free")
    return Scene(view.title, tuple(filter(None, before)), tuple(done), tuple(after), solved)


def _act(player: Player) -> tuple[list[Done], list[str]]:
    """What the step asks for: its solution, the right answer, the demo."""
    step = player.step
    done = [Done(line.text, player.run(line.argv).entry) for line in step.solution]
    said: list[str] = []
    while (turn := player.play_on()) is not None:
        done += [Done(_typed(entry), entry) for entry in turn.entries]
        shown = player.demo()
        if shown is not None and shown.note and not turn.checkpoint:
            said.append(_words(shown.note))
    if step.predict is not None or step.quiz is not None:
        right = questions.correct_option(step, player.lesson.seed)
        if right is not None:
            answer = player.answer(right)
            question = player.question()
            assert question is not None
            label = next(option.label for option in question.options if option.id == right)
            said.append(f"→ {label}\n\n{_words(answer.explanation)}")
        if step.predict is not None:
            done += [Done(_typed(entry), entry) for entry in player.history]
    return _answered(done, player), said


def _answered(done: list[Done], player: Player) -> list[Done]:
    """A lab tells of an answer that came later in its history."""
    commands = iter([each for each in player.history if not is_move(each.argv)])
    if player.lab is None:
        return done
    return [
        each if is_move(each.entry.argv) else Done(each.line, next(commands, each.entry))
        for each in done
    ]


def _typed(entry: Entry) -> str:
    return " ".join(quote(word) for word in entry.argv)


def _words(prose: Prose) -> str:
    return as_markdown(prose, lambda reply: _rendered(reply, ()), _box_title)


def _box_title(kind: str) -> str:
    titles = {
        "notes": _("In the notes"),
        "today": _("Today"),
        "ram": _("In memory"),
        "tip": _("Worth knowing"),
    }
    return titles[kind]


def _rendered(reply: Reply, argv: Sequence[bytes]) -> str:
    text = render_text(reply, argv=argv)
    return text.encode("utf-8", "backslashreplace").decode()


# writing it down


def _markdown(played: Played) -> Iterator[str]:
    for lesson, scenes in played:
        yield f"# {lesson.title(language())}\n\n"
        for scene in scenes:
            yield f"## {scene.heading}\n\n"
            yield from (f"{part}\n\n" for part in scene.before)
            if scene.done:
                yield _fenced("".join(f"> {each.line}\n{each.reply}" for each in scene.done))
            checks = [part for part in scene.after if part.startswith("- ")]
            rest = [part for part in scene.after if not part.startswith("- ")]
            if checks:
                yield "\n".join(checks) + "\n\n"
            yield from (f"{part}\n\n" for part in rest)


def _fenced(text: str) -> str:
    """In a fence longer than any in the text."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}redis\n{text}{fence}\n\n"


def _cast(played: Played) -> Iterator[str]:
    """Asciicast, version 2: a head, then events with their times."""
    yield asciicast.head(COLUMNS, ROWS)
    time = 0.0

    def event(text: str) -> str:
        return asciicast.event(time, text.replace("\n", "\r\n"))

    for lesson, scenes in played:
        for scene in scenes:
            yield event(f"\n{lesson.title(language())} · {scene.heading}\n\n")
            time += PAGE_S
            for each in scene.done:
                yield event("> ")
                for sign in each.line:
                    time += TYPING_S
                    yield event(sign)
                yield event(f"\n{each.reply}")
                time += READING_S
            for part in scene.after:
                yield event(f"{part}\n")
            time += PAGE_S
