"""Course packs: a folder of lessons by somebody else, data only, with the guarantees of our own.

    redis-tutor --lessons DIR ─▶ open_pack(DIR) ─▶ lessons from there, progress kept apart

A pack is a folder as `lessons/` is; its `course.toml` has an ``id``. Nothing in it is executed but
commands of Redis and moves of a lab, in an engine of its own.
"""

from __future__ import annotations

import os
from pathlib import Path

from tutor.course.loader import COURSE_FILE, read_course
from tutor.course.model import Course
from tutor.course.problems import LessonError, Problem, shown_path
from tutor.course.progress import FILE_NAME, Progress
from tutor.resources import Pack, home_folder, use_pack


def read_pack(folder: Path) -> tuple[Pack, Course]:
    """A pack that can be played. Raises `LessonError` with file and line of whatever is wrong; a
    lesson that cannot be read is left out as long as another can."""
    place = Path(os.path.abspath(folder.expanduser()))
    course, problems = read_course(place)
    errors = [problem for problem in problems if problem.rule in ("S1", "S2", "S7")]
    file = shown_path(place / COURSE_FILE)
    if not course.lessons:
        raise LessonError(errors or [Problem(file, 1, "S1", "there is no lesson in this pack")])
    if not course.id:
        message = "the key 'id' is missing: progress in the pack is kept by it"
        own = [problem for problem in errors if problem.file == file]
        raise LessonError(own or [Problem(file, 1, "S1", message)])
    return Pack(course.id, place), course


def open_pack(folder: Path) -> Pack:
    """From now on lessons are those of a pack. Its progress begins with the settings (language,
    theme) that the learner has chosen already. Raises `LessonError`."""
    pack, _course = read_pack(folder)
    fresh = not (home_folder() / "packs" / pack.id / FILE_NAME).exists()
    settings = Progress(home_folder()).settings if fresh else {}
    use_pack(pack)
    if settings:
        own = Progress()
        for name, value in settings.items():
            own.set_setting(name, value)
    return pack
