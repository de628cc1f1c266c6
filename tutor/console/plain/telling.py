"""A step of a lesson in lines: text, task, checks, question, hints; laid out for a width."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.console.backend import Prompt
from tutor.console.plain.markdown import indented, inline, markdown_lines
from tutor.console.plain.page import SIGNS, wrap
from tutor.console.render import Line, render
from tutor.console.travel import command_text
from tutor.course.calls import is_python, said_lines
from tutor.course.exam import minutes, minutes_left
from tutor.course.labview import NodeEntry
from tutor.course.moves import is_move
from tutor.course.player import Player
from tutor.course.prose import Block, Box, Code, Exchange, Prose, Text, Transcript, box_title
from tutor.course.report import exam_markdown, report_of
from tutor.course.views import CheckLine, Feedback, Hint, Option, Question, hint_title
from tutor.engine.world import Entry
from tutor.i18n import _, ngettext
from tutor.labs.lanes import LaneLab

__all__ = [
    "blocks_of",
    "check_lines",
    "demo_lines",
    "entry_lines",
    "exam_text",
    "feedback_lines",
    "finished_lines",
    "hint_lines",
    "place_text",
    "question_lines",
    "recap_lines",
    "reply_lines",
    "report_lines",
    "solution_lines",
    "step_lines",
    "steps_lines",
    "task_lines",
    "unmet",
    "unmet_lines",
]


def prose_lines(prose: Prose, width: int) -> list[Line]:
    """Blocks of a lesson's text, an empty line between two."""
    return blocks_of([_block(block, width) for block in prose])


def blocks_of(blocks: Sequence[Sequence[Line]]) -> list[Line]:
    """Groups of lines one under the other, an empty line between two."""
    lines: list[Line] = []
    for block in blocks:
        if block:
            lines += [[], *block] if lines else block
    return lines


def _block(block: Block, width: int) -> list[Line]:
    match block:
        case Text():
            return markdown_lines(block.markdown, width)
        case Code(language="redis"):
            return [row for line in block.text.splitlines() for row in _typed(line, width)]
        case Code():
            rows = block.text.rstrip("\n").split("\n")
            return [part for row in rows for part in wrap([("  " + row, "syntax")], width, "    ")]
        case Box():
            return _titled(box_title(block.kind), markdown_lines(block.markdown, width - 2))
        case Transcript():
            pairs = [(_typed(one.line, width), reply_lines(one, width)) for one in block.exchanges]
            return [row for typed, reply in pairs for row in (*typed, *reply)]
    return []


def reply_lines(done: Entry | Exchange, width: int, resp: int = 2) -> list[Line]:
    """What came of a line: the reply as redis-cli prints it; of a call of Django's cache its value
    and the commands that it sent, of Memcached its answer."""
    said = done.said if isinstance(done, Exchange) else said_lines(done)
    if said is None:
        lines = render(done.reply, resp, argv=done.argv)
    else:
        lines = [[(text, role or "data") for text, role in line] for line in said]
    return [row for line in lines for row in wrap(line, width, "  ")]


def _typed(line: str, width: int, prompt: str = "> ") -> list[Line]:
    return wrap([(prompt, "prompt"), (line, "typed")], width, "  ")


def _titled(title: str, lines: Sequence[Line]) -> list[Line]:
    """Lines under a word that says what they are."""
    return [[(f"{title}:", "title")], *indented(lines)] if lines else []


# a step


def place_text(player: Player) -> str:
    """``step 3 of 10``."""
    return _("step {n} of {total}").format(n=player.index + 1, total=len(player.lesson.steps))


def step_lines(player: Player, width: int) -> list[Line]:
    """Everything that a learner reads on coming to a step."""
    view = player.view()
    head = wrap([(f"{player.lesson_title()} · {place_text(player)}", "note")], width)
    title = wrap([(view.title, "title")], width)
    stale = ""
    if view.missing:
        stale = _("This text is not translated yet.")
    elif view.stale:
        stale = _("The other language's text is newer than this one.")
    return blocks_of(
        [
            [*head, *title],
            wrap([(stale, "warning")], width) if stale else [],
            prose_lines(view.body, width),
            task_lines(player, width),
            demo_lines(player, width),
            question_lines(player.question(), width),
            recap_lines(player, width) if player.done else [],
        ]
    )


def task_lines(player: Player, width: int) -> list[Line]:
    """The task and how its checks stand."""
    task = _titled(_("Task"), prose_lines(player.view().task, width - 2))
    checks = [line for check in player.checks() for line in check.lines]
    time = exam_text(player)
    timed = wrap([(time, "title")], width) if time else []
    return blocks_of([task, [*timed, *check_lines(checks, width)]])


def exam_text(player: Player) -> str:
    """How much time an exam has left, or that it is over; "" where there is none to tell."""
    exam = player.exam
    if exam is None or (exam.passed and not exam.late):
        return ""
    limit = minutes(exam.limit_ms)
    if exam.late:
        return _("The time of {limit} is over; what you do now counts as late.").format(limit=limit)
    return _("time left: {left} of {limit}").format(left=minutes_left(exam.left_ms), limit=limit)


def demo_lines(player: Player, width: int) -> list[Line]:
    """What is read at this pause of a demo, and how it goes on."""
    demo = player.demo()
    if demo is None:
        return []
    how = "" if demo.over else _("next plays on.") if demo.beat else _("next plays it, bit by bit.")
    going = wrap([(how, "note")], width - 2) if how else []
    return _titled(_("A demonstration"), blocks_of([prose_lines(demo.note, width - 2), going]))


def report_lines(player: Player, width: int) -> list[Line]:
    """What has come of an exam so far; nothing where the step is none."""
    report = report_of(player)
    return [] if report is None else markdown_lines(exam_markdown(report), width)


def check_lines(checks: Sequence[CheckLine], width: int) -> list[Line]:
    """``✓ type: list``, ``✗ length: is 2, needs 3``, ``○ lifetime: 60``."""
    return [
        row
        for check in checks
        for row in wrap([(f"{SIGNS[check.status]} ", _ROLES[check.status]),
                         (check.text, "check")], width, "  ")
    ]  # fmt: skip


_ROLES = {"ok": "done", "wrong": "warning", "pending": "note"}


def feedback_lines(said: Feedback, width: int) -> list[Line]:
    """What is said about the present state."""
    return _titled(_("Not yet"), prose_lines(said.prose, width - 2))


def hint_lines(hint: Hint, width: int) -> list[Line]:
    """A rung of the ladder."""
    lines = prose_lines(hint.prose, width - 2)
    if hint.paste:
        lines = [*lines, *_typed(hint.paste, width - 2)]
    return _titled(f"{hint_title(hint.name)} {hint.rung}/{hint.rungs}", lines)


def solution_lines(solution: Sequence[str], width: int) -> list[Line]:
    """One way to solve the task; nothing of it is run."""
    lines = [row for line in solution for row in _typed(line, width - 2)]
    return _titled(_("One way to solve it"), lines)


def recap_lines(player: Player, width: int) -> list[Line]:
    """What a solved step taught."""
    return _titled(_("What happened"), prose_lines(player.view().recap, width - 2))


# questions


def question_lines(question: Question | None, width: int) -> list[Line]:
    """The options by number; once one was chosen, which is right and why."""
    if question is None:
        return []
    lines: list[Line] = []
    if question.ask and not question.answered:
        for line in question.run:
            lines += _typed(line, width)
        beside = is_python(question.ask) or question.ask.startswith(":mc")
        what = _("What will the answer be?") if beside else _("What will Redis reply?")
        lines += [*_typed(question.ask, width), *wrap([(what, "title")], width)]
    for number, option in enumerate(question.options, 1):
        lines += _option_lines(number, option, quiz=not question.ask, width=width)
    if not question.answered:
        lines += wrap([(_("Type the number of an answer."), "note")], width)
    return lines


def _option_lines(number: int, option: Option, quiz: bool, width: int) -> list[Line]:
    mark = f"{number}. "
    if option.chosen or option.correct:
        mark = f"{SIGNS['ok' if option.correct else 'wrong']} {mark}"
    label = inline(option.label) if quiz else [(option.label, "data")]
    chosen: Line = [(" (" + _("your answer") + ")", "note")] if option.chosen else []
    lines = wrap([(mark, "label"), *label, *chosen], width, "   ")
    if option.chosen:
        lines += indented(prose_lines(option.explanation, width - 3), "   ")
    return lines


# a lesson


def steps_lines(player: Player, width: int) -> list[Line]:
    """All steps by number, with what was done."""
    lines: list[Line] = []
    for number, mark in enumerate(player.marks(), 1):
        sign = SIGNS["ok" if mark.done else "pending"]
        notes = [_("with the solution")] * mark.assisted + [_("you are here")] * mark.current
        note = f" ({', '.join(notes)})" if notes else ""
        line: Line = [(f"{number:>2} {sign} ", "label"), (mark.title, ""), (note, "note")]
        lines += wrap(line, width, "     ")
    return lines


def finished_lines(player: Player, width: int) -> list[Line]:
    """After the last step: what was done, and what is still open."""
    still_open = sum(not mark.done for mark in player.marks())
    head = _("The end of {title}") if still_open else _("Finished: {title}")
    title = wrap([(head.format(title=player.lesson_title()), "title")], width)
    lines = blocks_of([title, steps_lines(player, width)])
    if still_open:
        text = ngettext(
            "{n} step is still open; go N goes back to it.",
            "{n} steps are still open; go N goes back to one.",
            still_open,
        ).format(n=still_open)
        lines += [[], *wrap([(text, "note")], width)]
    return lines


def unmet(player: Player) -> list[CheckLine]:
    """Each demand that is not met, also where its check has a text of its own."""
    found = [line for check in player.checks() for line in check.details]
    return [line for line in found if line.status != "ok"]


def unmet_lines(player: Player, width: int) -> list[Line]:
    """Every demand that is not met: what is, what is needed."""
    lines: list[Line] = []
    for line in unmet(player):
        later = _("nothing to compare yet")
        note = "" if line.status == "wrong" else f" ({later})"
        text: Line = [(line.text, "check"), (note, "note")]
        lines += wrap([(f"{SIGNS[line.status]} ", _ROLES[line.status]), *text], width, "  ")
    return lines


def entry_lines(entry: Entry, width: int) -> list[Line]:
    """What was done, by hand or by a question, and the reply unless it was a move."""
    line = command_text(entry, 0)
    if is_move(entry.argv):
        return _typed(line, width)
    node = entry.node if isinstance(entry, NodeEntry) else ""
    prompt = f"{node}:6379> " if node else "> "
    return [*_typed(line, width, prompt), *reply_lines(entry, width)]


def lab_prompt(player: Player, node: str) -> str:
    """What stands before a command on a node of the step's lab; "" without one."""
    if not node:
        return ""
    db = 0
    if player.stage is not None and isinstance(player.lab, LaneLab):
        db = player.stage.session(player.lab, node).db.index
    return str(Prompt(f"{node}:6379", db))
