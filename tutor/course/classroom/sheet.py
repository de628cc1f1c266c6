"""The progress of a class as CSV (RFC 4180): a row for each step that a learner has been in.

Names and steps come from others, and a spreadsheet takes what begins with ``=`` for a formula:
such a cell gets an apostrophe before it, which a spreadsheet does not show.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from tutor.course.classroom.model import Classroom, StepRecord
from tutor.course.classroom.roster import Learner

HEAD: Final = (
    *("name", "lesson", "step", "state", "tries", "hints", "commands", "errors"),
    *("first seen", "last seen"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) or text.startswith("'") else text


def sheet_rows(classroom: Classroom) -> Iterator[tuple[str | int, ...]]:
    """The rows beneath `HEAD`; one who never came has a row as well."""
    for learner in classroom.roster:
        records = classroom.records(learner)
        for record in records:
            yield _row(learner, record)
        if not records:
            yield (harmless(learner.name), "", "", "absent", 0, 0, 0, 0, "", "")


def _row(learner: Learner, record: StepRecord) -> tuple[str | int, ...]:
    state = ("done" if record.done else "begun") if record.step else ""
    return (
        *(harmless(learner.name), harmless(record.lesson), harmless(record.step), state),
        *(record.tries, record.hints, record.commands, record.errors),
        *(_moment(record.first_ms), _moment(record.last_ms)),
    )


def _moment(ms: int) -> str:
    """ISO 8601 with the local offset."""
    return datetime.fromtimestamp(ms / 1000).astimezone().isoformat(timespec="seconds")


def sheet_text(classroom: Classroom) -> str:
    """The whole sheet; lines end with CR LF."""
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    writer.writerow(HEAD)
    writer.writerows(sheet_rows(classroom))
    return made.getvalue()


def write_sheet(classroom: Classroom, path: Path) -> None:
    """Write it to a file: the old one or the new one, nothing between. With a byte order mark, by
    which spreadsheets know UTF-8. Raises OSError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(sheet_text(classroom), encoding="utf-8-sig", newline="")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
