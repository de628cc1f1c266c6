"""A presenter's moment in another language than his own."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from tutor.course.model import LANGUAGES
from tutor.course.presence import Moment
from tutor.course.presenting import beat_line
from tutor.course.problems import LessonError
from tutor.course.scenereading import load_script
from tutor.course.scenes import Script
from tutor.resources import lessons_folder

__all__ = ["in_language"]


def in_language(moment: Moment, lang: str) -> Moment | None:
    """The same moment with the words of ``lang``, read from the demo's own files; None where these
    are not here or do not have this moment."""
    try:
        script = _script(moment.demo, lessons_folder())
    except (KeyError, LessonError, OSError):
        return None
    scenes, at = script.scenes, moment.scene - 1
    if lang not in LANGUAGES or len(scenes) != moment.scenes or not 0 <= at < len(scenes):
        return None
    scene, number = scenes[at], moment.beat - 1
    if len(scene.beats) != moment.beats or not 0 <= number < len(scene.beats):
        return None
    following = script.scene_title(scenes[at + 1], lang) if at + 1 < len(scenes) else ""
    is_last = number + 1 == len(scene.beats)
    return replace(
        moment,
        lang=lang,
        scene_title=script.scene_title(scene, lang),
        note=script.words(scene, scene.beats[number].note, lang),
        next_line=following if is_last else beat_line(scene.beats[number + 1]),
        next_scene=following,
    )


@lru_cache(4)
def _script(name: str, folder: Path) -> Script:
    return load_script(name, folder)
