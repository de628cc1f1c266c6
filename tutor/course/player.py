"""Plays one lesson without a screen: the model that the TUI, the plain mode and lint drive.

    player = Player(course, "string", progress=progress)
    turn = player.run([b"SET", b"session:abc123", b"..."])    # a reply, verdicts, feedback
    player.checks()                                            # ✓ ✗ ○ with texts
    player.next()

Texts come in the present language (`tutor.i18n`), each time they are asked for; a switch of the
language in the middle of a step therefore loses nothing. ``player.world`` is the step's world: the
X-ray looks at it, commands go through `Player.run`. It is **another object** after `reset`, `next`,
`previous`, `jump`; `on_change` tells when to look again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tutor.course import feedback, questions, stage
from tutor.course.attempt import Attempt
from tutor.course.calls import line_words
from tutor.course.company import StepCompany
from tutor.course.labattempt import LabAttempt
from tutor.course.model import HINT_NAMES, Course, Lesson, Step
from tutor.course.predicates.base import WholeLine, line_text
from tutor.course.progress import Progress
from tutor.course.prose import Prose, Text
from tutor.course.texts import Texts
from tutor.course.views import (
    Answer,
    CheckLine,
    CheckView,
    Feedback,
    Hint,
    Question,
    StepMark,
    StepView,
    Turn,
)
from tutor.engine.clock import Clock, SystemClock
from tutor.engine.session import Session
from tutor.engine.world import Entry, World
from tutor.i18n import language, pgettext
from tutor.labs.replication.lab import Lab


class Player:
    """See the module's text.

    ``step_id`` None resumes where ``progress`` says, else at the first step. ``clock`` is the
    system's for learners and a `VirtualClock` for tests. ``on_change`` is called after everything
    that may change what is shown.
    """

    def __init__(
        self,
        course: Course,
        lesson_id: str,
        step_id: str | None = None,
        *,
        clock: Clock | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.course = course
        self.lesson: Lesson = course.lesson(lesson_id)
        self.clock: Clock = clock or SystemClock()
        self.progress = progress
        self.on_change: Callable[[], None] | None = None
        self.index = 0
        self._attempts: dict[str, Attempt | LabAttempt] = {}
        self._kept: dict[str, dict[str, Any]] = {}
        self._texts = Texts(self.lesson)
        if progress is not None:
            self._adopt(progress.place(self.lesson.id))
        if step_id is not None:
            self.index = self.lesson.index_of(step_id)
        self._enter()

    # where we are

    @property
    def step(self) -> Step:
        """The present step."""
        return self.lesson.steps[self.index]

    @property
    def world(self) -> World:
        """The present step's world: its engine, session and history."""
        return self._attempt.world

    @property
    def clients(self) -> Mapping[int, Session]:
        """Who is connected to the present step's world, by number."""
        return self._attempt.clients

    @property
    def company(self) -> StepCompany | None:
        """What stands beside the present step's Redis, if anything does."""
        attempt = self._attempt
        return StepCompany.of(self.step, lambda: attempt.desk)

    @property
    def lab(self) -> Lab | None:
        """The lab in which the present step is played, if it is; another object after `reset`,
        `answer` and moving. Whoever plays it calls `tick` now and then."""
        attempt = self._attempt
        return attempt.lab if isinstance(attempt, LabAttempt) else None

    @property
    def passed(self) -> bool:
        """All checks of the step are green at this moment."""
        return self._attempt.passed

    @property
    def done(self) -> bool:
        """The step was solved, answered or read at some time; stays True after a reset."""
        return self._attempt.done

    @property
    def assisted(self) -> bool:
        """The learner saw the solution of this step (last rung included)."""
        return self._attempt.saw_solution

    def marks(self) -> list[StepMark]:
        """All steps with titles, for a list of contents."""
        return [
            StepMark(
                step.id,
                self._texts.title(step),
                step.kind,
                self._is_done(step),
                self._is_assisted(step),
                index == self.index,
            )
            for index, step in enumerate(self.lesson.steps)
        ]

    def lesson_title(self) -> str:
        """The lesson's name."""
        return self.lesson.title(language())

    # words

    def view(self) -> StepView:
        """Title, body, task, recap and the instructor's note. Replies in it were just computed."""
        id_, texts = self.step.id, self._texts
        return StepView(
            id=id_,
            title=texts.title(self.step),
            body=texts.prose(id_),
            task=texts.prose(f"{id_}/task"),
            recap=texts.prose(f"{id_}/recap"),
            note=texts.prose(f"{id_}/note"),
            stale=texts.stale(id_),
            missing=texts.missing(id_),
        )

    # doing

    def run(self, argv: Sequence[bytes]) -> Turn:
        """Carry out one command in the step's world, or one move in its lab, and judge the step.

        The reply may be `BLOCKED`: then call `tick` now and then, or `cancel`.
        """
        attempt = self._attempt
        was = attempt.passed
        entry = attempt.run(argv)
        self._changed()
        return Turn(
            entry=entry,
            reply=entry.reply,
            passed=attempt.passed,
            just_passed=attempt.passed and not was,
            feedback=self.feedback(),
        )

    def run_line(self, line: str) -> Turn:
        """As `run`, for a typed line; raises `cmdline.UnbalancedQuotes`, ValueError if empty."""
        argv = line_words(line, self.step.django is not None)
        if not argv:
            raise ValueError("an empty line")
        return self.run(argv)

    def tick(self) -> bool:
        """Let time pass (a waiting BLPOP, a TTL that a check watches); True if something changed.

        Call about every half second, or not at all where no clock runs.
        """
        changed = self._attempt.tick()
        if changed:
            self._changed()
        return changed

    def cancel(self) -> bool:
        """Stop a command that waits (Ctrl-C); False if none does."""
        cancelled = self._attempt.cancel()
        if cancelled:
            self._changed()
        return cancelled

    def undo(self) -> Entry | None:
        """Take back the newest change; returns its command."""
        entry = self._attempt.undo()
        if entry is not None:
            self._changed()
        return entry

    def redo(self) -> Entry | None:
        """Do again what was taken back."""
        entry = self._attempt.redo()
        if entry is not None:
            self._changed()
        return entry

    def go(self, index: int) -> None:
        """Go to another moment of the step."""
        self._attempt.go(index)
        self._changed()

    def switch(self, number: int) -> None:
        """Go over to another branch."""
        self._attempt.switch(number)
        self._changed()

    def reset(self) -> None:
        """The step from its beginning, the session too (MULTI, SELECT). Opened hints stay open."""
        self._attempt.reset()
        self._changed()

    # judging

    def checks(self) -> list[CheckView]:
        """Every check of the step with its lines; empty where the step asks for nothing."""
        attempt = self._attempt
        keys = {p.key for check in self.step.checks for p in check.predicates if p.key}
        views = []
        for check in self.step.checks:
            verdicts = attempt.verdicts[check.id]
            label = self._texts.line(f"{self.step.id}/check.{check.id}")
            lines = []
            for predicate, verdict in zip(check.predicates, verdicts, strict=True):
                text = line_text(predicate, verdict)
                if predicate.key and len(keys) > 1:
                    text = f"{predicate.key.decode('utf-8', 'replace')} · {text}"
                lines.append(CheckLine(verdict.status, text))
            ok = all(verdict.ok for verdict in verdicts)
            if label:
                wrong = any(verdict.status == "wrong" for verdict in verdicts)
                status = "ok" if ok else "wrong" if wrong else "pending"
                detail = "" if len(lines) != 1 or status != "wrong" else self._got(check.id)
                lines = [CheckLine(status, f"{label}{detail}")]  # type: ignore[arg-type]
            views.append(CheckView(check.id, ok, tuple(lines)))
        return views

    def feedback(self) -> Feedback | None:
        """What to say about the present state: the first rule that fits; None when all is green."""
        rule = self._attempt.feedback()
        if rule is None:
            return None
        section = self._texts.raw(f"{self.step.id}/feedback.{rule.id}")
        if section is None:
            return None
        values = feedback.placeholders(rule, self._attempt.scene, self._attempt.verdicts,
                                       self.step)  # fmt: skip
        prose: Prose = (Text(feedback.fill(section, values, language())),)
        quiet = rule.catch_all and self._attempt.progressed
        return Feedback(rule.id, prose, quiet)

    # help

    def hints(self) -> list[Hint]:
        """The rungs opened so far."""
        return [self._hint(rung) for rung in range(1, self._attempt.rung + 1)]

    @property
    def hints_left(self) -> int:
        """How many rungs are still closed."""
        hints = self.step.hints
        return 0 if hints is None else max(0, hints.rungs - self._attempt.rung)

    def hint(self) -> Hint | None:
        """Open the next rung; None if the step has none or all are open (see `hints`).

        A rung about what is already right is passed over. The last rung fills ``paste`` with the
        next line of the solution, and marks the step as assisted.
        """
        attempt, ladder = self._attempt, self.step.hints
        if ladder is None or attempt.rung >= ladder.rungs:
            return None
        attempt.rung += 1
        green = attempt.green()
        while attempt.rung < ladder.rungs and ladder.skip.get(attempt.rung) in green:
            attempt.rung += 1
        if attempt.rung == ladder.rungs:
            attempt.saw_solution = True
        self._changed()
        return self._hint(attempt.rung)

    def solution(self) -> list[str]:
        """The solution's lines, to be shown or pasted, never run; marks the step as assisted."""
        if not self.step.solution:
            return []
        if not self._attempt.saw_solution:
            self._attempt.saw_solution = True
            self._changed()
        return [line.text for line in self.step.solution]

    def goal_world(self) -> World | None:
        """A separate world in the goal state, for a picture beside the present one; or None."""
        lines = self.step.goal or self.step.solution
        if not lines or self.step.lab is not None:
            return None
        play = stage.build(self.step, self.lesson.seed, self.clock).play
        for line in lines:
            play.run(line.argv)
        return play.world

    # questions

    def question(self) -> Question | None:
        """The question of a predict or quiz step."""
        chosen = self._attempt.answer
        return questions.question(self.step, chosen, self._texts.prose, self.lesson.seed)

    def answer(self, option_id: str) -> Answer:
        """Choose an option. A predict question is then really run, in the step's clean world.

        The first choice counts and is kept; a later one is judged but changes nothing. Raises
        KeyError for an unknown option, ValueError where the step asks nothing.
        """
        attempt = self._attempt
        correct = questions.correct_option(self.step, self.lesson.seed)
        if option_id not in questions.options(self.step):
            raise KeyError(option_id)
        reply = None
        if attempt.answer is None:
            attempt.answer = option_id
            attempt.done = True
            if self.step.predict is not None:
                attempt.reset()
                reply = attempt.run_lines((*self.step.predict.run, self.step.predict.ask))
            self._changed()
        elif self.step.predict is not None:
            reply = questions.computed_reply(self.step, self.lesson.seed)
        explanation = self._texts.prose(f"{self.step.id}/answer.{option_id}")
        return Answer(option_id, option_id == correct, explanation, reply)

    # moving

    def next(self) -> bool:
        """To the next step; False at the end. A read or free step counts as done by this."""
        if self.step.kind in ("read", "free"):
            self._attempt.done = True
        if self.index + 1 >= len(self.lesson.steps):
            self._changed()
            return False
        self._move(self.index + 1)
        return True

    def previous(self) -> bool:
        """To the step before; False at the beginning."""
        if self.index == 0:
            return False
        self._move(self.index - 1)
        return True

    def jump(self, step_id: str) -> None:
        """To any step, as it was left; raises KeyError."""
        self._move(self.lesson.index_of(step_id))

    # keeping

    def state(self) -> dict[str, Any]:
        """Where the learner is, as plain JSON data: the step, and what was done in every step."""
        attempts = dict(self._kept)
        attempts.update({id_: attempt.state() for id_, attempt in self._attempts.items()})
        kept = {id_: state for id_, state in attempts.items() if _worth_keeping(state)}
        return {"step": self.step.id, "attempts": kept}

    def restore(self, state: dict[str, Any]) -> None:
        """Come back to what `state` returned; what does not fit any more is left out."""
        self._attempts.clear()
        self._adopt(state)
        self._enter()
        self._changed()

    # inside

    @property
    def _attempt(self) -> Attempt | LabAttempt:
        return self._attempts[self.step.id]

    def _adopt(self, state: dict[str, Any] | None) -> None:
        if not state:
            return
        attempts = state.get("attempts")
        known = {step.id for step in self.lesson.steps}
        if isinstance(attempts, dict):
            self._kept = {
                self._present_id(id_): kept
                for id_, kept in attempts.items()
                if self._present_id(id_) in known and isinstance(kept, dict)
            }
        step_id = self._present_id(str(state.get("step", "")))
        if step_id in known:
            self.index = self.lesson.index_of(step_id)

    def _present_id(self, step_id: str) -> str:
        full = f"{self.lesson.id}/{step_id}"
        return self.course.aliases.get(full, full).partition("/")[2]

    def _enter(self) -> None:
        step = self.step
        if step.id in self._attempts:
            return
        kept, seed = self._kept.pop(step.id, None), self.lesson.seed
        if step.lab is not None:
            made = LabAttempt(step, seed) if kept is None else LabAttempt.resumed(step, seed, kept)
            self._attempts[step.id] = made
        elif kept is None:
            self._attempts[step.id] = Attempt(step, seed, self.clock)
        else:
            self._attempts[step.id] = Attempt.resumed(step, seed, self.clock, kept)

    def _move(self, index: int) -> None:
        self.index = index
        self._enter()
        self._changed()

    def _changed(self) -> None:
        if self.progress is not None:
            self.progress.keep(self.lesson.id, self.state(), len(self.lesson.steps))
        if self.on_change is not None:
            self.on_change()

    def _is_done(self, step: Step) -> bool:
        if step.id in self._attempts:
            return self._attempts[step.id].done
        return bool(self._kept.get(step.id, {}).get("done"))

    def _is_assisted(self, step: Step) -> bool:
        if step.id in self._attempts:
            return self._attempts[step.id].saw_solution
        return bool(self._kept.get(step.id, {}).get("saw_solution"))

    def _got(self, check_id: str) -> str:
        check = next(check for check in self.step.checks if check.id == check_id)
        predicate, verdict = check.predicates[0], self._attempt.verdicts[check_id][0]
        got = predicate.got(verdict)
        if not got or isinstance(got, WholeLine):
            return f": {got}" if got else ""
        text = pgettext("check", "is {got}, needs {want}")
        return ": " + text.format(got=got, want=predicate.want())

    def _hint(self, rung: int) -> Hint:
        ladder = self.step.hints
        assert ladder is not None
        last = rung == ladder.rungs
        name = "solution" if last else HINT_NAMES[rung - 1]
        prose = self._texts.prose(f"{self.step.id}/hint.{rung}")
        paste = self._attempt.next_line() if last else ""
        return Hint(rung, ladder.rungs, name, prose, paste)  # type: ignore[arg-type]


def _worth_keeping(state: dict[str, Any]) -> bool:
    return bool(
        state.get("actions")
        or state.get("rung")
        or state.get("answer")
        or state.get("done")
        or state.get("saw_solution")
    )
