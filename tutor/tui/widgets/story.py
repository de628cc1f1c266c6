"""The side panel of a lesson: what it tells, what it asks, and beneath it the verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll

from tutor.course.calls import is_python
from tutor.course.exam import minutes, minutes_left
from tutor.course.player import Player
from tutor.course.prose import Prose
from tutor.course.views import CheckView, Hint, Option, Question, hint_title
from tutor.i18n import _
from tutor.tui.glyphs import glyphs
from tutor.tui.paint import EMPTY, Piece, Row, row, with_action, wrap
from tutor.tui.widgets.commandline import command_pieces
from tutor.tui.widgets.panelhead import PanelHead
from tutor.tui.widgets.prose import prose_rows
from tutor.tui.widgets.rows import Rows


class _Text(VerticalScroll, can_focus=True):
    """The scrolling part; digits answer a question."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(n), f"screen.answer({n})", show=False) for n in range(1, 10)),
        Binding("enter", "screen.go_on", show=False),
    ]


class Story(Vertical):
    """Shows a player's step. `look` after every change, `reveal` brings a section into view."""

    def __init__(self, player: Player, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.player = player
        self.solution: list[str] = []
        """Lines of the solution, once the learner asked for them in this step."""
        self.reviewing = False
        """The step is a question of a review."""
        self.quiet = False
        """The last command brought the task further: say nothing about what is missing."""
        self.text = _Text(id="side")
        self._body = Rows(self._text_rows)
        self._verdicts = Rows(self._verdict_rows, id="verdicts")
        self._head = PanelHead(self, self._title)
        self._sections: dict[str, tuple[int, int]] = {}
        """First row of each section, and the one after its last."""
        self._wanted = ""
        self._laid: dict[tuple[int, int], tuple[Prose, list[Row]]] = {}

    def compose(self) -> ComposeResult:
        """Head, text, verdicts."""
        yield self._head
        with self.text:
            yield self._body
        yield self._verdicts

    def on_mount(self) -> None:
        """See `reveal`."""
        self.watch(self.text, "virtual_size", self._reveal, init=False)

    def look(self) -> None:
        """Show the step as it is now."""
        self._body.renew()
        self._verdicts.renew()
        self._verdicts.display = bool(self._verdict_rows(80))
        self._head.refresh()

    def turned(self) -> None:
        """Another step: from its top."""
        self.solution = []
        self.quiet = False
        self._wanted = ""
        self._laid.clear()
        self.look()
        self.text.scroll_home(animate=False, immediate=True)

    def reveal(self, section: str) -> None:
        """Scroll as little as makes a section visible; call it after `look`."""
        self._wanted = section
        self.call_after_refresh(self._reveal)

    def _reveal(self) -> None:
        """Once now, and again when the text has got its new height."""
        if self._wanted in self._sections:
            start, end = self._sections[self._wanted]
            top, height = self.text.scroll_offset.y, self.text.scrollable_content_region.height
            if not top <= start <= end <= top + height:
                y = start if start < top else min(start, end - height)
                self.text.scroll_to(y=y, animate=False, force=True, immediate=True)

    def retranslate(self) -> None:
        """The step in the present language, scrolled where it was."""
        self._wanted = ""
        self.look()

    def _title(self) -> Row:
        return row((_("Question") if self._question else _("Lesson"), "title"))

    @property
    def _question(self) -> Question | None:
        return self.player.question()

    # the scrolling part

    def _text_rows(self, width: int) -> Sequence[Row]:
        player, view = self.player, self.player.view()
        rows: list[Row] = []
        self._sections = {}

        def add(section: str, made: Sequence[Row]) -> None:
            if made:
                if rows:
                    rows.append(EMPTY)
                self._sections[section] = (len(rows), len(rows) + len(made))
                rows.extend(made)

        add("title", wrap(row((view.title, "title")), width))
        if view.missing or view.stale:
            text = (
                _("This text is not translated yet.")
                if view.missing
                else _("The other language's text is newer than this one.")
            )
            add("stale", wrap(row((f"{glyphs.warning} {text}", "warning")), width, "  "))
        add("body", self._prose(view.body, width))
        add("task", self._boxed(_("Task"), self._prose(view.task, width - 2)))
        add("demo", self._demo_rows(width))
        add("question", self._question_rows(width))
        feedback = player.feedback()
        if feedback is not None and not self.quiet:
            said = self._prose(feedback.prose, width - 2)
            add("feedback", self._boxed(_("Not yet"), said, "changed"))
        for hint in player.hints():
            add(f"hint.{hint.rung}", self._hint_rows(hint, width))
        if self.solution:
            add("solution", self._solution_rows(width))
        if player.done and view.recap:
            add("recap", self._boxed(_("What happened"), self._prose(view.recap, width - 2), "ok"))
        return rows

    def _prose(self, prose: Prose, width: int) -> list[Row]:
        """Laid out once for a width: the player hands out the same prose again and again."""
        found = self._laid.get((id(prose), width))
        if found is None:
            found = self._laid[(id(prose), width)] = (prose, prose_rows(prose, width))
        return found[1]

    def _boxed(self, title: str, rows: Sequence[Row], role: str = "accent") -> list[Row]:
        if not rows:
            return []
        bar = Piece(f"{glyphs.bar} ", role)
        head = Piece(title, "hotkey" if role == "accent" else role)
        return [(bar, head), *((bar, *line) for line in rows)]

    def _hint_rows(self, hint: Hint, width: int) -> list[Row]:
        title = f"{hint_title(hint.name)} {hint.rung}/{hint.rungs}"
        rows = list(self._prose(hint.prose, width - 2))
        if hint.paste:
            rows += self._command(hint.paste, width - 2)
        return self._boxed(title, rows, "pointer")

    def _solution_rows(self, width: int) -> list[Row]:
        rows = [part for line in self.solution for part in self._command(line, width - 2)]
        text = _("A click puts a line into the prompt; running it is yours.")
        rows += wrap(row((text, "muted")), width - 2)
        return self._boxed(_("One way to solve it"), rows, "pointer")

    def _command(self, line: str, width: int) -> list[Row]:
        from tutor.tui.widgets.markdown import paste

        pieces = with_action(command_pieces(line), paste(line))
        return wrap((Piece("> ", "prompt"), *pieces), width, "  ")

    def _demo_rows(self, width: int) -> list[Row]:
        """What is read at this pause of a demo, and how it goes on."""
        demo = self.player.demo()
        if demo is None:
            return []
        rows = list(self._prose(demo.note, width - 2))
        if not demo.over:
            text = _("F8 plays on.") if demo.beat else _("F8 plays it, from pause to pause.")
            rows += wrap(row((text, "muted")), width - 2)
        return self._boxed(_("A demonstration"), rows) if rows else []

    # questions

    def _question_rows(self, width: int) -> list[Row]:
        question = self._question
        if question is None:
            return []
        rows: list[Row] = []
        if question.ask:
            if question.run:
                rows += wrap(row((_("What is run first:"), "strong")), width)
                rows += [line for text in question.run for line in self._command(text, width)]
                rows += [EMPTY]
            beside = is_python(question.ask) or question.ask.startswith(":mc")
            what = _("What will the answer be?") if beside else _("What will Redis reply?")
            rows += wrap(row((what, "strong")), width)
            rows += [*self._command(question.ask, width), EMPTY]
        for number, option in enumerate(question.options, 1):
            mark, role = f" {number} ", "dim" if question.answered else "hotkey"
            if option.chosen or (question.answered and option.correct):
                role = "ok" if option.correct else "fail"
                mark = f" {glyphs.ok if option.correct else glyphs.fail} "
            label = self._label(option, quiz=not question.ask)
            line = with_action((*row((mark, role), " "), *label), f"screen.answer({number})")
            rows += wrap(line, width, "    ")
            if option.chosen:
                rows += [row("    ", *line) for line in self._prose(option.explanation, width - 4)]
        if not question.answered:
            rows += [EMPTY, *wrap(row((_("Press a number or click."), "muted")), width)]
        return rows

    def _label(self, option: Option, quiz: bool) -> Row:
        """A quiz's option is prose, that of a prediction is a reply as it stands."""
        from tutor.tui.widgets.markdown import markdown_line

        role = "strong" if option.chosen else ""
        return markdown_line(option.label, role) if quiz else row((option.label, role))

    # the part that stays

    def _verdict_rows(self, width: int) -> list[Row]:
        rows = self._exam_rows(width)
        gap = [EMPTY] if self.app.size.height >= 30 else []
        for check in self.player.checks():
            rows += check_rows(check, width)
        last = self.player.index + 1 == len(self.player.lesson.steps)
        word = _("finish the lesson") if last else _("next step")
        if self.reviewing:
            word = _("next question")
        elif self.player.exam is not None:
            word = _("report")
        go = with_action(row(("F8", "hotkey"), f" {word}"), "screen.next_step")
        if self.player.passed or (self._question is not None and self._question.answered):
            done = row(Piece(f"{glyphs.ok} ", "ok"), Piece(_("Done."), "ok"), "  ", *go)
            rows += [*gap, *wrap(done, width)] if rows else wrap(done, width)
        elif self.player.step.kind in ("read", "free"):
            rows += wrap(go, width)
        elif self.player.exam is not None and self.player.exam.over:
            rows += [*gap, *wrap(go, width)]
        elif self.player.hints_left and self.player.step.hints is not None:
            left = _("{n} of {total}").format(
                n=self.player.step.hints.rungs - self.player.hints_left + 1,
                total=self.player.step.hints.rungs,
            )
            hint = with_action(
                row(("F3", "hotkey"), " " + _("hint") + " ", (left, "muted")), "screen.hint"
            )
            rows += [*gap, *wrap(hint, width)]
        return rows

    def _exam_rows(self, width: int) -> list[Row]:
        """How much time an exam has left, or that it is over."""
        exam = self.player.exam
        if exam is None:
            return []
        limit = minutes(exam.limit_ms)
        if exam.late:
            text = _("The time of {limit} is over; what you do now counts as late.")
            said = (f"{glyphs.warning} {text.format(limit=limit)}", "warning")
            return wrap(row(said), width, "  ")
        if exam.passed:
            return []
        text = _("time left: {left} of {limit}")
        said = (text.format(left=minutes_left(exam.left_ms), limit=limit), "strong")
        return wrap(row(said), width)

    def on_resize(self, event: events.Resize) -> None:
        """Laid out for other widths before."""
        self._laid.clear()


def check_rows(check: CheckView, width: int) -> list[Row]:
    """One check: ✓ right, ✗ with what is and what is wanted, ○ nothing to compare yet."""
    signs = {
        "ok": (glyphs.ok, "ok"),
        "wrong": (glyphs.fail, "fail"),
        "pending": (glyphs.todo, "dim"),
    }
    rows: list[Row] = []
    for line in check.lines:
        sign, role = signs[line.status]
        text = (line.text, "muted" if role == "dim" else "")
        rows += wrap(row((f"{sign} ", role), text), width, "  ")
    return rows
