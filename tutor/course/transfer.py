"""Progress as one file that goes from machine to machine: written whole, checked before it is read.

{"redis-tutor": "progress", "format": 1, "written": "2025-…Z", "by": "0.1.0",
 "progress": {"lessons": …, "reviews": …, "settings": …, "last": …}}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from tutor.course.diary import sound
from tutor.course.spacing import GRADES
from tutor.i18n import _

FORMAT = 1
KIND = "progress"
KEYS = ("lessons", "reviews", "settings", "last")
MOST_FAULTS = 5


class Unfit(ValueError):
    """A file that is no progress; each line says the place of a fault and what it is. ``newer``:
    a later version wrote it."""

    def __init__(self, faults: list[str], newer: bool = False) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults
        self.newer = newer


def wrapped(data: Mapping[str, Any], written: str, version: str) -> dict[str, Any]:
    """The progress with what a reader needs to know about it."""
    kept = {key: data[key] for key in KEYS if key in data}
    return {
        "redis-tutor": KIND,
        "format": FORMAT,
        "written": written,
        "by": version,
        "progress": kept,
    }


def write(path: Path, data: Mapping[str, Any]) -> None:
    """Raises OSError."""
    text = json.dumps(data, ensure_ascii=True, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="ascii")


def read(path: Path) -> dict[str, Any]:
    """The progress in a file. Raises `Unfit`, OSError."""
    return unwrapped(path.read_bytes())


def unwrapped(text: bytes) -> dict[str, Any]:
    """The same for what a file holds."""
    whole = _parsed(text)
    if not isinstance(whole, dict) or whole.get("redis-tutor") != KIND:
        raise Unfit([_("this is no progress that redis-tutor has exported")])
    version = whole.get("format")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise Unfit([_at("format", _("{value} is no version"), version)])
    if version > FORMAT:
        told = _("a newer redis-tutor wrote this (format {n}); upgrade with: {command}")
        command = "pip install -U redis-tutor"
        raise Unfit([told.format(n=version, command=command)], newer=True)
    data = whole.get("progress")
    found = list(faults(data))
    if found:
        raise Unfit(found[:MOST_FAULTS])
    assert isinstance(data, dict)
    return data


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text.decode("utf-8-sig"), parse_constant=_constant)
    except UnicodeDecodeError as error:
        raise Unfit([_("byte {n}: not UTF-8").format(n=error.start)]) from error
    except json.JSONDecodeError as error:
        told = _("line {line}, column {column}: not JSON ({reason})").format(
            line=error.lineno, column=error.colno, reason=error.msg
        )
        raise Unfit([told]) from error
    except RecursionError as error:
        raise Unfit([_("not JSON that can be read: nested too deeply")]) from error
    except _Constant as error:
        raise Unfit([_("not JSON: {value}").format(value=error)]) from error


class _Constant(Exception):
    """NaN and its kin, which Python takes for JSON."""


def _constant(name: str) -> NoReturn:
    raise _Constant(name)


def faults(data: Any) -> Iterator[str]:
    """What is wrong with progress data, each with its place."""
    if not isinstance(data, dict):
        yield _at("progress", _("{value} is no object"), data)
        return
    for key in data:
        if key not in KEYS:
            yield _at(f"progress.{key}", _("there is no such key"), None)
    lessons = data.get("lessons")
    if not isinstance(lessons, dict):
        yield _at("progress.lessons", _("{value} is no object"), lessons)
    else:
        for id_, lesson in lessons.items():
            yield from _lesson_faults(f"progress.lessons.{id_}", lesson)
    yield from _list_faults("progress.reviews", data.get("reviews", []), sound_review)
    if not isinstance(data.get("settings", {}), dict):
        yield _at("progress.settings", _("{value} is no object"), data["settings"])
    if not isinstance(data.get("last", ""), str):
        yield _at("progress.last", _("{value} is no text"), data["last"])


_LESSON: dict[str, type] = {"step": str, "steps": int, "touched": int}
_ATTEMPT: dict[str, type | tuple[type, ...]] = {
    "done": bool, "saw_solution": bool, "rung": int, "elapsed_ms": int, "clock_s": int,
    "answer": (str, type(None)),
}  # fmt: skip


def _lesson_faults(place: str, lesson: Any) -> Iterator[str]:
    if not isinstance(lesson, dict):
        yield _at(place, _("{value} is no object"), lesson)
        return
    yield from _field_faults(place, lesson, _LESSON)
    attempts = lesson.get("attempts", {})
    if not isinstance(attempts, dict):
        yield _at(f"{place}.attempts", _("{value} is no object"), attempts)
        return
    for id_, attempt in attempts.items():
        here = f"{place}.attempts.{id_}"
        if not isinstance(attempt, dict):
            yield _at(here, _("{value} is no object"), attempt)
            continue
        yield from _field_faults(here, attempt, _ATTEMPT)
        yield from _list_faults(f"{here}.actions", attempt.get("actions", []), _sound_action)
        yield from _list_faults(f"{here}.log", attempt.get("log", []), sound)


def _field_faults(
    place: str, data: Mapping[str, Any], fields: Mapping[str, type | tuple[type, ...]]
) -> Iterator[str]:
    for name, kind in fields.items():
        if name not in data:
            continue
        value = data[name]
        if not isinstance(value, kind) or (kind is int and _no_count(value)):
            yield _at(f"{place}.{name}", _("{value} cannot stand here"), value)


def _no_count(value: Any) -> bool:
    return isinstance(value, bool) or value < 0


def _list_faults(place: str, value: Any, fits: Callable[[Any], bool]) -> Iterator[str]:
    if not isinstance(value, list):
        yield _at(place, _("{value} is no list"), value)
        return
    for index, each in enumerate(value):
        if not fits(each):
            yield _at(f"{place}[{index}]", _("{value} cannot stand here"), each)


def _sound_action(action: Any) -> bool:
    return (
        isinstance(action, list)
        and len(action) >= 2
        and isinstance(action[0], str)
        and isinstance(action[1], int)
        and not _no_count(action[1])
        and all(isinstance(word, str) for word in action[2:])
    )


def sound_review(review: Any) -> bool:
    """Whether this is a rating: ``[ms, concept, lesson/step, grade]``."""
    return (
        isinstance(review, list)
        and len(review) == 4
        and isinstance(review[0], int)
        and not _no_count(review[0])
        and all(isinstance(word, str) for word in review[1:])
        and review[3] in GRADES
    )


def _at(place: str, text: str, value: Any) -> str:
    """A fault with its place: keys from the outside in, indexes of lists in brackets."""
    return f"{place}: {text.format(value=_shown(value))}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:39]}…"
