"""The learner's place, what was solved, and settings, in one file: ``progress.json``.

Every change is written at once, as a change: the file is read again, the change applied, the
whole written anew (`storage`). So two copies of the tutor do not destroy each other's data, and a
process killed at any moment loses at most what it was just writing.

Nothing here raises because of the file: the course goes on without it, and `notices` says so.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.course.merging import joined_log, joined_reviews, merged
from tutor.course.spacing import Grade
from tutor.course.storage import Damaged, JsonFile, Newer
from tutor.course.transfer import KEYS, sound_review
from tutor.i18n import _
from tutor.resources import state_folder

if TYPE_CHECKING:
    from tutor.course.model import Course, Lesson

FORMAT = 1
FILE_NAME = "progress.json"

Change = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """How far a lesson is; ``steps`` is 0 for a lesson that was never opened."""

    done: frozenset[str]
    assisted: frozenset[str]
    steps: int
    current: str


class Progress:
    """See the module's text. ``folder`` is `state_folder()` unless given."""

    def __init__(self, folder: Path | None = None) -> None:
        self._data: dict[str, Any] = _empty()
        self._pending: list[Change] = []
        self._notices: list[Callable[[], str]] = []
        self._written: dict[str, dict[str, Any]] = {}
        self._file: JsonFile | None = None
        self._told = False
        self._why_not = ""
        try:
            path = (folder or state_folder()) / FILE_NAME
        except (OSError, RuntimeError, KeyError) as error:  # no home folder at all
            self._stop(str(error).rstrip("."))
            return
        self._file = JsonFile(path, FORMAT)
        self._load()

    @property
    def path(self) -> Path | None:
        """The file; None where nothing is kept."""
        return None if self._file is None else self._file.path

    def notices(self) -> list[str]:
        """What the learner should know about the file, each told once, in the present language."""
        told = [text() for text in self._notices]
        self._notices.clear()
        return told

    # settings

    def setting(self, name: str, default: Any = None) -> Any:
        """A setting: ``language``, ``theme``, ``reduced_motion``, …"""
        return self._data["settings"].get(name, default)

    def set_setting(self, name: str, value: Any) -> None:
        """Keep a setting (JSON data)."""

        def change(data: dict[str, Any]) -> None:
            data["settings"][name] = value

        self._apply(change)

    @property
    def settings(self) -> dict[str, Any]:
        """All settings."""
        return dict(self._data["settings"])

    # lessons

    @property
    def last_lesson(self) -> str | None:
        """The lesson that was touched last."""
        last = self._data.get("last")
        return last if isinstance(last, str) else None

    def place(self, lesson_id: str) -> dict[str, Any] | None:
        """What `keep` was given for a lesson."""
        lesson = self._lesson(lesson_id)
        if not lesson:
            return None
        return {"step": lesson.get("step", ""), "attempts": dict(lesson.get("attempts") or {})}

    def attempts(self, course: Course, lesson: Lesson) -> dict[str, dict[str, Any]]:
        """What was kept of a lesson's steps, by the ids that they have now."""
        kept = self._lesson(lesson.id).get("attempts") or {}
        return {course.present_step(lesson, id_): attempt for id_, attempt in kept.items()}

    def summary(self, lesson_id: str) -> Summary:
        """How far a lesson is."""
        lesson = self._lesson(lesson_id)
        attempts = lesson.get("attempts") or {}
        return Summary(
            done=frozenset(id_ for id_, kept in attempts.items() if kept.get("done")),
            assisted=frozenset(id_ for id_, kept in attempts.items() if kept.get("saw_solution")),
            steps=_number(lesson.get("steps")),
            current=str(lesson.get("step") or ""),
        )

    def keep(self, lesson_id: str, state: Mapping[str, Any], steps: int) -> None:
        """Remember a player's state. Only what changed since the last call is applied."""
        before = self._written.get(lesson_id, {})
        attempts: Mapping[str, Any] = state.get("attempts", {})
        fresh = {
            id_: kept
            for id_, kept in attempts.items()
            if _essence(kept) != _essence(before.get(id_, {}))
        }
        place = str(state.get("step", ""))
        if not fresh and self._lesson(lesson_id).get("step") == place:
            return
        self._written[lesson_id] = dict(attempts)
        now = time.time_ns() // 1_000_000

        def change(data: dict[str, Any]) -> None:
            lesson = data["lessons"].setdefault(lesson_id, {})
            lesson["step"] = place
            lesson["steps"] = steps
            lesson["touched"] = now
            kept = lesson.setdefault("attempts", {})
            for id_, attempt in fresh.items():
                earlier = kept.get(id_, {})
                done = bool(attempt.get("done")) or bool(earlier.get("done"))
                kept[id_] = {**attempt, "done": done}
                log = joined_log(earlier.get("log") or [], attempt.get("log") or [])
                if log:
                    kept[id_]["log"] = log
            data["last"] = lesson_id

        self._apply(change)

    def forget(self, lesson_id: str) -> None:
        """Start a lesson over."""
        self._written.pop(lesson_id, None)
        self._apply(lambda data: data["lessons"].pop(lesson_id, None))

    # reviews

    def reviews(self) -> list[tuple[int, str, str, Grade]]:
        """Every rating of a review: milliseconds since the Unix epoch, concept, lesson/step,
        grade."""
        kept = self._data.get("reviews")
        found = kept if isinstance(kept, list) else []
        return [(each[0], each[1], each[2], each[3]) for each in found if sound_review(each)]

    def rate(self, ms: int, concept: str, item: str, grade: Grade) -> None:
        """Keep a rating."""

        def change(data: dict[str, Any]) -> None:
            kept = data.get("reviews")
            earlier = kept if isinstance(kept, list) else []
            data["reviews"] = joined_reviews(earlier, [[ms, concept, item, grade]])

        self._apply(change)

    # from machine to machine

    def contents(self) -> dict[str, Any]:
        """All that is kept, for another machine (`tutor.course.transfer`)."""
        return {key: self._data[key] for key in KEYS if key in self._data}

    def take_in(self, theirs: Mapping[str, Any]) -> Path | None:
        """Join the progress of another machine, which was found sound, to what is here. What was
        here is kept beside it: returns that copy, None if there was nothing.

        Raises OSError, and changes nothing then.
        """
        if self._file is None:
            raise OSError(self._why_not or "progress is not kept")
        with self._file.locked():
            mine = self._read()
            if self._file is None:
                raise OSError(self._why_not or "progress is not kept")
            copy = _set_aside(self._file.path)
            data = merged(mine, theirs)
            self._file.write(data)
            self._data = data
            self._written.clear()
        return copy

    # the file

    def _lesson(self, lesson_id: str) -> dict[str, Any]:
        lesson = self._data["lessons"].get(lesson_id)
        return lesson if isinstance(lesson, dict) else {}

    def _load(self) -> None:
        assert self._file is not None
        try:
            self._data = self._read()
        except OSError as error:
            self._stop(_reason(error))

    def _read(self) -> dict[str, Any]:
        """The file's data, or what we know where there is none; takes care of a damaged file."""
        assert self._file is not None
        try:
            data = self._file.read()
            if data is not None and not _sound(data):
                raise Damaged(self._file.put_aside(self._file.path.read_bytes()))
        except Damaged as damaged:
            aside = damaged.kept_as
            self._notices.append(lambda: _damaged_text(aside))
            return self._data
        except Newer as newer:
            self._file = None
            self._told = True
            path = newer.path
            self._why_not = _newer_text(path)
            self._notices.append(lambda: _newer_text(path))
            return self._data
        return self._data if data is None else data

    def _apply(self, change: Change) -> None:
        change(self._data)
        if self._file is None:
            return
        self._pending.append(change)
        try:
            with self._file.locked():
                data = self._read()
                if self._file is None:
                    return
                if data is not self._data:
                    for pending in self._pending:
                        pending(data)
                self._file.write(data)
                self._data = data
                self._pending.clear()
        except OSError as error:
            self._warn(_reason(error))

    def _stop(self, reason: str) -> None:
        self._file = None
        self._why_not = reason
        self._warn(reason)

    def _warn(self, reason: str) -> None:
        """Said once; the next change tries again where there is a file to try."""
        if not self._told:
            self._told = True
            self._notices.append(lambda: _unkept_text(reason))


def _empty() -> dict[str, Any]:
    return {"format": FORMAT, "settings": {}, "lessons": {}}


def _set_aside(path: Path) -> Path | None:
    """A copy of the file under a name that is free."""
    if not path.exists():
        return None
    number = 1
    while (copy := path.with_name(f"{path.stem}.before-import-{number}{path.suffix}")).exists():
        number += 1
    shutil.copy2(path, copy)
    return copy


def _essence(attempt: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in attempt.items() if key != "elapsed_ms"}


def _sound(data: dict[str, Any]) -> bool:
    """The shape we rely on; a lesson's insides are read with care by the player."""
    lessons, settings = data.get("lessons"), data.get("settings")
    if not isinstance(lessons, dict) or not isinstance(settings, dict):
        return False
    for lesson in lessons.values():
        if not isinstance(lesson, dict):
            return False
        attempts = lesson.get("attempts", {})
        if not isinstance(attempts, dict):
            return False
        if not all(isinstance(kept, dict) for kept in attempts.values()):
            return False
    return True


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _reason(error: OSError) -> str:
    text = error.strerror or str(error)
    return f"{error.filename}: {text}" if error.filename else text


def _damaged_text(aside: Path) -> str:
    return _(
        "The progress file was damaged. It is kept as {file}; the course starts afresh."
    ).format(file=aside)


def _newer_text(path: Path) -> str:
    return _(
        "{file} was written by a newer redis-tutor. It stays untouched, so progress is not kept "
        "now; upgrade with: pip install -U redis-tutor"
    ).format(file=path)


def _unkept_text(reason: str) -> str:
    return _("Progress is not kept: {reason}. The course works all the same.").format(reason=reason)
