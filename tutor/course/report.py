"""The report on an exam, in Markdown: what was found and fixed when, and what was not and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutor.course.exam import ExamView, Record, Turn, minutes, minutes_left
from tutor.course.markdown import escaped, heading
from tutor.course.player import Player
from tutor.course.views import CheckView
from tutor.i18n import _, ngettext


@dataclass(frozen=True, slots=True)
class Fault:
    """One check of an exam. ``fixed`` is when it became right for good, within the time, ``late``
    the same after it; ``broken`` that it was right at first and is not; ``why`` is what was not
    right when the exam was judged, got → wanted. ``kept``: it was right from the beginning on."""

    name: str
    why: tuple[str, ...]
    fixed: Turn | None
    late: Turn | None
    kept: bool = False
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What has come of an attempt at an exam, for whoever shows it."""

    title: str
    view: ExamView
    faults: tuple[Fault, ...]
    commands: int
    hints: int
    solution: bool
    spent_ms: int

    @property
    def fixed(self) -> int:
        """Faults that were fixed within the time."""
        return sum(fault.fixed is not None for fault in self.faults if not fault.kept)

    @property
    def total(self) -> int:
        """Faults that there were."""
        return sum(not fault.kept for fault in self.faults)


def report_of(player: Player) -> Report | None:
    """The report on the player's present step; None if that is no exam."""
    view, record = player.exam, player.record
    if view is None or record is None:
        return None
    judged = player.check_views(record.at_limit) if record.at_limit else player.checks()
    return Report(
        title=f"{player.lesson_title()}: {player.view().title}",
        view=view,
        faults=tuple(_fault(record, view, check) for check in judged),
        commands=player.commands,
        hints=len(player.hints()),
        solution=player.assisted,
        spent_ms=view.spent_ms,
    )


def _fault(record: Record, view: ExamView, check: CheckView) -> Fault:
    fixed = record.righted(check.id, view.limit_ms)
    now = record.righted(check.id)
    first = next((turn for turn in record.turns if turn.check == check.id), None)
    at_first = first is not None and first.green and first.ms == 0 and not first.commands
    return Fault(
        name=_name(check),
        why=tuple(line.text for line in check.details if line.status != "ok"),
        fixed=fixed,
        late=now if fixed is None else None,
        kept=at_first and fixed is first,
        broken=at_first and fixed is None,
    )


def _name(check: CheckView) -> str:
    """What the check is called: an author's text without what was measured."""
    return check.label or "; ".join(line.text for line in check.details)


def exam_markdown(report: Report) -> str:
    """The whole report; it ends with a line break."""
    parts = [
        heading(1, _("Exam report")),
        f"**{escaped(report.title)}**",
        "\n".join(f"- {line}" for line in _summary(report)),
        *_section(_("Found and fixed"), [_fixed_line(f) for f in report.faults if _is_fixed(f)]),
        *_section(_("Fixed after the time was over"), _late_lines(report)),
        *_section(_("Not fixed"), _open_lines(report)),
        *_section(_("Was in order, and stayed so"),
                  [escaped(fault.name) for fault in report.faults if fault.kept]),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _is_fixed(fault: Fault) -> bool:
    return fault.fixed is not None and not fault.kept


def _summary(report: Report) -> list[str]:
    limit = minutes(report.view.limit_ms)
    fixed = _("faults fixed in time: {n} of {total}").format(n=report.fixed, total=report.total)
    if report.view.passed and not report.view.late:
        time = _("time: {spent} of {limit}").format(spent=minutes(report.spent_ms), limit=limit)
    elif report.view.passed:
        text = _("time: {limit}; all was right after {spent}, too late")
        time = text.format(limit=limit, spent=minutes(report.spent_ms))
    elif report.view.over:
        time = _("time: {limit}, all of it").format(limit=limit)
    else:
        text = _("time: {left} of {limit} left; the exam goes on")
        time = text.format(left=minutes_left(report.view.left_ms), limit=limit)
    helped = _("hints opened: {n}").format(n=report.hints)
    if report.solution:
        helped += "; " + _("the solution was seen")
    return [fixed, time, _("commands: {n}").format(n=report.commands), helped]


def _section(title: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    return [heading(2, title), "\n".join(f"- {line}" for line in lines)]


def _when(turn: Turn) -> str:
    text = ngettext("after {time} and {n} command", "after {time} and {n} commands", turn.commands)
    return text.format(time=minutes(turn.ms), n=turn.commands)


def _fixed_line(fault: Fault) -> str:
    assert fault.fixed is not None
    return f"**{_when(fault.fixed)}** — {escaped(fault.name)}"


def _late_lines(report: Report) -> list[str]:
    lines = []
    for fault in report.faults:
        if fault.late is not None:
            name = "" if _told(fault) else f"{escaped(fault.name)}; "
            stood = escaped("; ".join(fault.why))
            lines.append(f"**{_when(fault.late)}** — {name}{_judged(stood)}")
    return lines


def _told(fault: Fault) -> bool:
    """What was measured says already which check it is about: the author gave it no name."""
    return not fault.why or any(line in fault.name for line in fault.why)


def _judged(stood: str) -> str:
    return _("when the time was over: {state}").format(state=stood)


def _open_lines(report: Report) -> list[str]:
    lines = []
    for fault in report.faults:
        if fault.fixed is None and fault.late is None:
            broken = " (" + _("was right at the beginning") + ")" if fault.broken else ""
            why = escaped("; ".join(fault.why))
            name = escaped(fault.name)
            said = why or name if _told(fault) else f"{name}: {why}"
            lines.append(said + broken)
    return lines
