"""One lesson in lines: what was typed goes to the `Player`, what came of it to the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tutor.console.lexer import UnbalancedQuotes, split
from tutor.console.plain import sights, telling, words
from tutor.console.plain.page import Page
from tutor.console.plain.place import PageHost, WordBackend
from tutor.console.plain.turns import TurnTeller
from tutor.course.company import StepCompany
from tutor.course.moves import USAGE
from tutor.course.player import Player
from tutor.course.views import CheckLine, DemoTurn, Feedback
from tutor.i18n import _
from tutor.labs.replication.words import OWN_WORDS

__all__ = ["PlainLesson"]


class PlainLesson:
    """Plays a lesson. ``enter`` takes a line; ``left`` says where the learner wants to go: to the
    list of ``lessons``, to the ``next`` one, or to ``quit``. ``waits``: whoever types may go on
    while a command waits (a prompt that can be written over), so there is no need to hold."""

    def __init__(
        self,
        player: Player,
        page: Page,
        *,
        interactive: bool = False,
        waits: bool = False,
        keep_language: Callable[[str], None] = lambda code: None,
    ) -> None:
        self.player = player
        self.page = page
        self.left = ""
        self.paste = ""
        """What the prompt begins with next: the line that a hint has given."""
        self._interactive = interactive
        self._keep_language = keep_language
        self._ended = False
        self._told_of_time = False
        self._shown: tuple[CheckLine, ...] = ()
        self._reported = False
        self._said: tuple[str, object] | None = None
        self._was_passed = False
        self._backend = self._new_backend()
        self._turns = TurnTeller(player, page, holds=not waits)

    # what a prompt asks

    @property
    def backend(self) -> WordBackend:
        """Prompt and completion; another object when the step has another world."""
        if self._backend.world is not self.player.world:
            self._backend = self._new_backend()
        self._backend.meet()
        return self._backend

    @property
    def company(self) -> StepCompany | None:
        """Django and Memcached, in steps that have them."""
        return self.player.company

    @property
    def _moves(self) -> Sequence[str]:
        """Words with a colon that are the step's own."""
        stage = self.player.stage
        moves = tuple(USAGE) if stage is None else tuple(stage.words)
        return (*moves, ":mc") if self.player.step.memcached is not None else moves

    def _new_backend(self) -> WordBackend:
        player = self.player
        return WordBackend(self.next_words, player.world, lambda: player.clients)

    def next_words(self, before: Sequence[str]) -> Sequence[str] | None:
        """What may stand behind the words that are there, for completion; None where a command of
        Redis begins."""
        stage = self.player.stage
        if not before:
            return [*words.names(), *self._moves]
        if stage is not None and before[0].lower() in stage.words:
            return stage.next_words(before)
        found = words.find(before[0]) if len(before) == 1 else None
        return found[0].choices if found is not None else ()

    def cancel(self) -> None:
        """Give up what waits (Ctrl-C)."""
        if self.player.cancel():
            self._turns.forget()
            self.page.say(_("Given up waiting."))

    # lines

    def prompt(self) -> str:
        """What stands before the line that is typed: ``127.0.0.1:6379> ``, in a lab the node."""
        player = self.player
        return telling.lab_prompt(player, player.node) or str(self.backend.prompt())

    def enter(self, line: str) -> None:
        """One line: a word of the course, the number of an answer, or a command."""
        line = line.strip()
        self.paste = ""
        if not line:
            self._go_on_if_done()
        elif line.startswith("#"):
            return
        elif not self._answered(line):
            found = words.find(line, self._moves)
            if found is None:
                self._command(line)
            elif len(found[1]) > found[0].most:
                self._usage(found[0].syntax)
            else:
                found[0].run(self, found[1])

    def news(self) -> None:
        """Time has passed: tell what came of it."""
        self.player.tick()
        self._turns.late(self.backend)
        self._judged(None)

    def _go_on_if_done(self) -> None:
        if self._interactive and self.player.may_go_on:
            self.next()

    def _answered(self, line: str) -> bool:
        question = self.player.question()
        if not line.isdecimal():
            return False
        if question is None or question.answered:
            self.page.say(_("No question is open here."), "warning")
            return True
        if not 1 <= int(line) <= len(question.options):
            text = _("Type a number from 1 to {n}.").format(n=len(question.options))
            self.page.say(text, "warning")
            return True
        answer = self.player.answer(question.options[int(line) - 1].id)
        self.page.gap()
        self.page.say(_("Right.") if answer.correct else _("No."), "title")
        self._turns.demonstration()
        answered = self.player.question()
        self.page.show(telling.question_lines(answered, self.page.width))
        self._say_go_on()
        return True

    def _usage(self, syntax: str) -> None:
        self.page.say(_("This is written so: {usage}").format(usage=syntax), "warning")

    def _command(self, line: str) -> None:
        said = self._turns.carry_out(line, self.backend)
        self._judged(said)
        self._hint_at_word(line)

    def _hint_at_word(self, line: str) -> None:
        """``RESET`` went to Redis; who meant the tutor's word hears how it is written."""
        name = line.lower()
        if name in words.WORDS and not words.bare(name):
            text = _("{name} went to Redis. The word of the course is :{word}.")
            self.page.say(text.format(name=name.upper(), word=name))

    # judging

    def _judged(self, said: Feedback | None) -> None:
        """Tell what has changed about the checks, and what is to be said about it."""
        checks = self._checks()
        before = set(self._shown)
        fresh = [check for check in checks if check not in before]
        self._shown = checks
        if fresh:
            self.page.show(telling.check_lines(fresh, self.page.width))
        passed = self.player.passed
        if passed and not self._was_passed:
            self.page.gap()
            self.page.show(telling.recap_lines(self.player, self.page.width))
            self._say_go_on()
        elif said is not None and not said.quiet:
            self._feedback(said, changed=bool(fresh))
        self._was_passed = passed

    def _feedback(self, said: Feedback, changed: bool) -> None:
        """Once; the same again is only named, so that what is new stands out."""
        this = said.id, said.prose
        if this == self._said and not changed:
            done = sum(line.status == "ok" for line in self._shown)
            text = _("Not yet: {n} of {total} checks; why tells what is missing.")
            self.page.say(text.format(n=done, total=len(self._shown)))
            return
        self._said = this
        self.page.show(telling.feedback_lines(said, self.page.width))

    def _checks(self) -> tuple[CheckLine, ...]:
        return tuple(line for check in self.player.checks() for line in check.lines)

    def _say_go_on(self) -> None:
        last = self.player.index + 1 == len(self.player.lesson.steps)
        text = _("Done. next finishes the lesson.") if last else _("Done. next goes on.")
        self.page.gap()
        self.page.say(text, "done")

    # words

    def tell(self) -> None:
        """The step, whole."""
        self.page.gap()
        self.page.show(telling.step_lines(self.player, self.page.width))
        if self.player.lab is not None and not self._told_of_time:
            self._told_of_time = True
            text = _(
                "This step is played in a lab: time stands still between your lines and goes by "
                "with :run 2 (seconds). show tells of the servers; lines such as {line} turn a "
                "knob."
            ).format(line=self._knob_line())
            self.page.gap()
            self.page.say(text)
        self._shown = self._checks()
        self._was_passed = self.player.passed
        if self.player.step.kind in ("read", "free"):
            self.page.gap()
            self.page.say(_("next goes on."))

    def _knob_line(self) -> str:
        """How a knob of the lab is turned."""
        stage = self.player.stage
        assert stage is not None
        knobs = [word for word in stage.words if word not in OWN_WORDS]
        return stage.usage_of(":cut" if ":cut" in knobs else next(iter(knobs), ":run"))

    def _entered(self) -> None:
        self._said = None
        self._reported = False
        self._turns.forget()
        self.tell()

    def next(self) -> None:
        """The next step; after the last one a look back, and then the next lesson. A demo first
        plays to its end, an exam first gives its report."""
        if self._ended:
            self.left = "next"
        elif (played := self.player.play_on()) is not None:
            self._played(played)
        elif self.player.exam is not None and self.player.commands and not self._reported:
            self.report()
            self._reported = True
            self.page.say(_("next goes on."))
        elif self.player.next():
            self._entered()
        else:
            self._ended = True
            self.page.gap()
            self.page.show(telling.finished_lines(self.player, self.page.width))
            self.page.say(_("next opens the next lesson; lessons lists all of them."))

    def _played(self, played: DemoTurn) -> None:
        for entry in played.entries:
            self.page.show(telling.entry_lines(entry, self.page.width))
        self._judged(None)
        self.page.show(telling.demo_lines(self.player, self.page.width))
        if not self.player.passed and self.player.done:
            self._say_go_on()

    def report(self) -> None:
        """What has come of an exam so far."""
        lines = telling.report_lines(self.player, self.page.width)
        self.page.show(lines or [[(_("This step is no exam."), "note")]])

    def previous(self) -> None:
        """The step before."""
        if self._ended:
            self._ended = False
            self._entered()
        elif self.player.previous():
            self._entered()
        else:
            self.page.say(_("This is the first step."))

    def go(self, step_id: str) -> None:
        """Another step, as it was left."""
        self._ended = False
        self.player.jump(step_id)
        self._entered()

    def steps(self) -> None:
        """The list of steps."""
        self.page.show(telling.steps_lines(self.player, self.page.width))

    def task(self) -> None:
        """The task, its checks, or the question."""
        question = self.player.question()
        lines = telling.task_lines(self.player, self.page.width)
        lines = telling.blocks_of([lines, telling.question_lines(question, self.page.width)])
        self.page.show(lines or [[(_("This step asks for nothing."), "note")]])

    def hint(self) -> None:
        """The next rung; if there is none, the last once more."""
        hint = self.player.hint()
        opened = self.player.hints()
        if not opened:
            self.page.say(_("This step has no hints."))
            return
        self.page.show(telling.hint_lines(opened[-1], self.page.width))
        if hint is not None:
            self.paste = hint.paste

    def solution(self) -> None:
        """One way to solve it; nothing is run."""
        lines = self.player.solution()
        if not lines:
            self.page.say(_("This step asks for nothing."))
            return
        self.page.show(telling.solution_lines(lines, self.page.width))

    def why(self) -> None:
        """Every demand that is not met."""
        if not self.player.checks():
            self.page.say(_("This step asks for nothing."))
        elif self.player.passed:
            self.page.say(_("Nothing is missing: every check is met."))
        else:
            self.page.show(telling.unmet_lines(self.player, self.page.width))
            said = self.player.feedback()
            if said is not None:
                self._said = said.id, said.prose
                self.page.show(telling.feedback_lines(said, self.page.width))

    def where(self) -> None:
        """The place in the course."""
        done = sum(mark.done for mark in self.player.marks())
        text = _("{lesson}: {place}, “{title}”. Done: {n} of {total}.").format(
            lesson=self.player.lesson_title(),
            place=telling.place_text(self.player),
            title=self.player.view().title,
            n=done,
            total=len(self.player.lesson.steps),
        )
        self.page.say(f"{text} {telling.exam_text(self.player)}".rstrip())

    def goal(self) -> None:
        """The goal picture in words."""
        self._sentences(sights.goal_in_words(self.player))

    def sight(self, arguments: Sequence[str]) -> None:
        """The stage in words, or one key of it."""
        if not arguments:
            self._sentences(sights.step_in_words(self.player))
            return
        try:
            key, *view = split(" ".join(arguments))
        except UnbalancedQuotes:
            self.page.say("Invalid argument(s)", "error")
            return
        name = view[0].decode("utf-8", "replace").lower() if view else ""
        self._sentences(sights.key_in_words(self.player, key, name))

    def server(self, arguments: Sequence[str]) -> None:
        """The whole server in words."""
        from tutor.console.server_words import run

        if self.player.lab is not None:
            self._sentences(sights.lab_in_words(self.player))
        else:
            run(PageHost(self.backend, self.page), [*(arguments or ["map"]), "text"])

    def slow(self) -> None:
        """The last command, step by step."""
        from tutor.console.slow import run

        if self.player.lab is not None:
            self.page.say(_("Slow motion belongs to steps with a Redis of their own."))
        else:
            run(PageHost(self.backend, self.page), [])

    def _sentences(self, sentences: Sequence[str]) -> None:
        self.page.show([[(sentence, "sentence")] for sentence in sentences], "  ")

    def travel(self, word: str, arguments: Sequence[str]) -> None:
        """``undo`` and ``redo``."""
        from tutor.console import travel

        if self.player.lab is not None:
            self.page.say(_("In a lab :back 2 takes back two seconds."))
            return
        try:
            trip = travel.trip_of(word, arguments)
        except ValueError:
            trip = None
        if trip is None:
            self.page.say(travel.usage(word), "warning")
            return
        taken = travel.take(self.player.world, self.player, trip)
        text = travel.told(self.player.world, trip, taken, None)
        self.page.show([[(text, "typed")]], "  ")
        self._judged(None)

    def reset(self) -> None:
        """The step from its beginning."""
        self.player.reset()
        self._said = None
        self._turns.forget()
        self.page.say(_("The step is as it was at its beginning."))
        self._judged(None)

    def leave(self, to: str) -> None:
        """To the list of ``lessons``, or to ``quit``."""
        self.left = to

    def speak(self, code: str) -> None:
        """Another language, here and now: the step stays as it is and is told anew."""
        problem = words.take_language(code)
        if problem:
            self.page.say(problem, "warning")
            return
        self._keep_language(code.lower())
        self._said = None
        self.tell()
