"""A class in words: where a learner is, why he seems stuck, what he is to paste."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.course.classroom.model import (
    ERRORS_IN_A_ROW,
    HINTS_OPENED,
    IDLE_MS,
    TRIES_IN_A_ROW,
    Place,
    Row,
    State,
    Stuck,
)
from tutor.i18n import _, language, ngettext, pgettext

if TYPE_CHECKING:
    from tutor.course.classroom.hall import Hall
    from tutor.course.classroom.roster import Learner
    from tutor.course.model import Course

__all__ = [
    "ago",
    "clients_text",
    "join_lines",
    "lesson_text",
    "place_text",
    "rule_text",
    "state_text",
    "stuck_text",
]


def state_text(state: State) -> str:
    """One word or two."""
    return {
        "absent": pgettext("learner", "not come yet"),
        "left": pgettext("learner", "left"),
        "here": pgettext("learner", "here"),
        "working": pgettext("learner", "at work"),
        "done": pgettext("learner", "step done"),
    }[state]


def stuck_text(stuck: Stuck) -> str:
    """Why a learner seems stuck, in few words; "" if he does not."""
    return {
        "": "",
        "errors": _("errors in a row"),
        "tries": _("tries that failed"),
        "hints": _("hints opened"),
        "idle": _("idle in a step"),
    }[stuck]


def rule_text() -> str:
    """When a learner is marked as stuck."""
    return _(
        "Stuck: {errors} errors in a row, or in a step that is not done {tries} failed tries in a "
        "row, {hints} opened hints, or nothing done for {minutes} minutes."
    ).format(
        errors=ERRORS_IN_A_ROW,
        tries=TRIES_IN_A_ROW,
        hints=HINTS_OPENED,
        minutes=IDLE_MS // 60_000,
    )


def lesson_text(place: Place, course: Course) -> str:
    """The lesson's name in the present language; its id if this course has no such lesson."""
    known = next((each for each in course.lessons if each.id == place.lesson), None)
    return place.lesson if known is None else known.title(language())


def place_text(place: Place, course: Course) -> str:
    """``3/7 LIST``; "" where no tutor has told a place."""
    if not place.step:
        return ""
    return f"{place.number}/{place.steps} {lesson_text(place, course)}"


def ago(ms: int | None) -> str:
    """How long something has lasted, in one unit."""
    if ms is None:
        return ""
    seconds = ms // 1000
    if seconds < 60:
        return _("{n} s").format(n=seconds)
    if seconds < 3600:
        return _("{n} min").format(n=seconds // 60)
    return _("{n} h").format(n=seconds // 3600)


def clients_text(row: Row) -> str:
    """How many connections, and from where."""
    if not row.clients:
        return ""
    count = ngettext("{n} client", "{n} clients", row.clients).format(n=row.clients)
    return f"{count}: {', '.join(row.addresses)}"


def join_lines(hall: Hall, learner: Learner) -> tuple[str, str]:
    """What a learner pastes: for redis-cli, and for a tutor."""
    url = hall.url(learner)
    return f"redis-cli -u {url}", f"redis-tutor learn --join {url}"
