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
from tutor.course.exam import ExamView, Record
from tutor.course.labattempt import LabAttempt
from tutor.course.labstage import LabStage
from tutor.course.model import HINT_NAMES, Course, FeedbackRule, Lesson, Step
from tutor.course.predicates.base import Verdict
from tutor.course.progress import Progress
from tutor.course.prose import Prose, Text
from tutor.course.scribe import Scribe
from tutor.course.texts import Texts
from tutor.course.verdicts import check_views
from tutor.course.views import (
    Answer,
    CheckView,
    DemoTurn,
    DemoView,
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
from tutor.i18n import language


class Player:
    """See the module's text.

    ``step_id`` None resumes where ``progress`` says, else at the first step. ``clock`` is the
    system's for learners and a `VirtualClock` for tests. ``on_change`` is called after everything
    that may change what is shown. With ``shuffle``, a seed, options of questions stand in another
    order than the lesson's.
    """

    def __init__(
        self,
        course: Course,
        lesson_id: str,
        step_id: str | None = None,
        *,
        clock: Clock | None = None,
        progress: Progress | None = None,
        shuffle: int | None = None,
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
        self._scribe = Scribe(self.clock)
        self._shuffle = shuffle
        self._told_s: int | None = None
        """Seconds that an exam had left when that was last told."""
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
    def history(self) -> Sequence[Entry]:
        """What was done in the present step, in its world or its lab, oldest first."""
        return self._attempt.scene.world.history

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
    def stage(self) -> LabStage | None:
        """What the present step's lab offers, if it is played in one."""
        attempt = self._attempt
        return attempt.stage if isinstance(attempt, LabAttempt) else None

    @property
    def lab(self) -> Any:
        """The run in which the present step is played (`LabRun`), if it is in a lab, else None;
        another object after `reset`, `answer` and moving. Whoever plays it calls `tick` now and
        then."""
        attempt = self._attempt
        return attempt.lab if isinstance(attempt, LabAttempt) else None

    @property
    def node(self) -> str:
        """In a lab: the node of the prompt, as `run` has it; else ""."""
        attempt = self._attempt
        return attempt.node if isinstance(attempt, LabAttempt) else ""

    @property
    def passed(self) -> bool:
        """All checks of the step are green at this moment."""
        return self._attempt.passed

    @property
    def done(self) -> bool:
        """The step was solved, answered or read at some time; stays True after a reset."""
        return self._attempt.done

    @property
    def may_go_on(self) -> bool:
        """Nothing is left to do in the step: its checks are green, its question is answered, or it
        asks for nothing."""
        question = self.question()
        answered = question is not None and question.answered
        return self.passed or answered or self.step.kind in ("read", "free", "demo")

    @property
    def assisted(self) -> bool:
        """The learner saw the solution of this step (last rung included)."""
        return self._attempt.saw_solution

    @property
    def exam(self) -> ExamView | None:
        """How much time there is, where the step is an exam."""
        record, attempt = self._attempt.record, self._attempt
        if record is None:
            return None
        limit, done = record.exam.limit_ms, record.all_right_ms if attempt.passed else None
        spent = attempt.elapsed_ms if done is None else done
        return ExamView(limit, spent, attempt.passed, late=spent > limit)

    @property
    def record(self) -> Record | None:
        """What has come of the exam so far, check by check."""
        return self._attempt.record

    @property
    def commands(self) -> int:
        """How many commands and moves the learner has made in this attempt."""
        return self._attempt.commands

    @property
    def diary(self) -> Sequence[list[Any]]:
        """What the learner did in the step (`tutor.course.diary`)."""
        return self._attempt.diary.events

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
        self._write_down(entry)
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
        changed = self._write_down(None) or changed
        exam, told = self.exam, self._told_s
        self._told_s = None if exam is None else exam.left_ms // 1000
        changed = changed or told != self._told_s
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
            self._scribe.note(self._attempt, "undo")
            self._write_down(None)
            self._changed()
        return entry

    def redo(self) -> Entry | None:
        """Do again what was taken back."""
        entry = self._attempt.redo()
        if entry is not None:
            self._scribe.note(self._attempt, "redo")
            self._write_down(None)
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
        self._scribe.note(self._attempt, "reset")
        self._scribe.meet(self._attempt)
        self._changed()

    # judging

    def checks(self) -> list[CheckView]:
        """Every check of the step with its lines; empty where the step asks for nothing."""
        if self.step.demo is not None:
            return []
        return self.check_views(self._attempt.verdicts)

    def check_views(self, verdicts: Mapping[str, tuple[Verdict, ...]]) -> list[CheckView]:
        """The same for the verdicts of another moment of the step."""
        return check_views(self.step, self._texts, verdicts)

    def green(self) -> frozenset[str]:
        """The ids of the step's checks that hold now."""
        return self._attempt.green()

    def feedback(self) -> Feedback | None:
        """What to say about the present state: the first rule that fits; None when all is green."""
        found = self._found_rule()
        if found is None:
            return None
        rule, section, values = found
        prose: Prose = (Text(feedback.fill(section, values, language())),)
        quiet = rule.catch_all and self._attempt.progressed
        return Feedback(rule.id, prose, quiet)

    def _found_rule(self) -> tuple[FeedbackRule, str, dict[str, str]] | None:
        """The rule that fits, its text, and what may be put into it."""
        attempt = self._attempt
        rule = attempt.feedback()
        section = None if rule is None else self._texts.raw(f"{self.step.id}/feedback.{rule.id}")
        if rule is None or section is None:
            return None
        values = feedback.placeholders(rule, attempt.scene, attempt.verdicts, self.step)
        return rule, section, values

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
        self._scribe.note(attempt, "hint", str(attempt.rung))
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
            self._scribe.note(self._attempt, "solution")
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
        chosen, seed = self._attempt.answer, self.lesson.seed
        return questions.question(self.step, chosen, self._texts.prose, seed, self._shuffle)

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
                self._scribe.meet(attempt)
            right = "right" if option_id == correct else "wrong"
            self._scribe.note(attempt, "answer", option_id, right)
            self._scribe.done(attempt, right)
            self._changed()
        elif self.step.predict is not None:
            reply = questions.computed_reply(self.step, self.lesson.seed)
        explanation = self._texts.prose(f"{self.step.id}/answer.{option_id}")
        return Answer(option_id, option_id == correct, explanation, reply)

    # demos

    def demo(self) -> DemoView | None:
        """How far the step's demo is; None if the step is none."""
        demo, beat = self.step.demo, self._attempt.beat
        if demo is None:
            return None
        read = [each.name for each in demo.beats[:beat] if each.kind == "pause"]
        note = self._texts.prose(f"{self.step.id}/{read[-1]}") if read else ()
        return DemoView(beat, len(demo.beats), note)

    def play_on(self) -> DemoTurn | None:
        """Play the demo up to its next pause or checkpoint; None if there is nothing (more) to
        play. With its last beat the step is done."""
        attempt, demo = self._attempt, self.step.demo
        if demo is None or attempt.beat >= len(demo.beats):
            return None
        entries: list[Entry] = []
        checkpoint, typed = "", None
        while attempt.beat < len(demo.beats):
            beat = demo.beats[attempt.beat]
            attempt.beat += 1
            typed = beat.moved or typed
            if beat.kind in ("run", "clock") and typed is not None:
                entries.append(attempt.run(typed.argv))
            elif beat.kind in ("pause", "checkpoint"):
                checkpoint = beat.name if beat.kind == "checkpoint" else ""
                break
        if attempt.beat >= len(demo.beats):
            attempt.done = True
        self._changed()
        return DemoTurn(tuple(entries), checkpoint)

    # moving

    def next(self) -> bool:
        """To the next step; False at the end. A read or free step counts as done by this."""
        if self.step.kind in ("read", "free"):
            self._attempt.done = True
            self._scribe.done(self._attempt, "read")
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
                self.course.present_step(self.lesson, id_): kept
                for id_, kept in attempts.items()
                if self.course.present_step(self.lesson, id_) in known and isinstance(kept, dict)
            }
        step_id = self.course.present_step(self.lesson, str(state.get("step", "")))
        if step_id in known:
            self.index = self.lesson.index_of(step_id)

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
        self._scribe.meet(self._attempts[step.id])

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

    def _write_down(self, entry: Entry | None) -> bool:
        """What has just happened goes into the step's diary; True if something was run."""
        attempt = self._attempt
        ran = self._scribe.ran(attempt, entry)
        if attempt.passed:
            self._scribe.solved(attempt)
        found = self._found_rule() if ran else None
        if found is not None and not (found[0].catch_all and attempt.progressed):
            self._scribe.said(attempt, found[0].id, found[1], found[2])
        return ran

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
        or state.get("log")
    )
