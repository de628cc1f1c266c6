"""Reads typed values out of a TOML table and says file and line of whatever does not fit.

A `Table` is asked for its keys one by one; what was never asked for is an unknown key. Problems
are collected, so that an author sees all of them at once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from tutor.course.calls import is_python, line_words
from tutor.course.problems import LessonError, Problem, did_you_mean, shown_path
from tutor.course.toml_lines import Path as Place
from tutor.course.toml_lines import key_lines
from tutor.engine.cmdline import UnbalancedQuotes

_T = TypeVar("_T")
_NAMES = {
    bool: "true or false",
    int: "an integer",
    str: "a string",
    list: "a list",
    dict: "a table",
}


class Source:
    """One TOML file: its data, the lines of its keys, and what is wrong with it."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.problems: list[Problem] = []
        self._lines: dict[Place, int] | None = None
        try:
            self.data: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise LessonError([_syntax(file, text, str(error))]) from error

    @classmethod
    def read(cls, path: Path) -> Source:
        """Raises `LessonError` if the file is absent, not UTF-8 or not TOML."""
        file = shown_path(path)
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            message = f"not UTF-8 at byte {error.start}"
            raise LessonError([Problem(file, 0, "S1", message)]) from error
        except OSError as error:
            message = f"cannot be read: {error.strerror}"
            raise LessonError([Problem(file, 0, "S1", message)]) from error
        return cls(file, text)

    def line(self, place: Place) -> int:
        """The line of a path, or of the nearest table that contains it."""
        if self._lines is None:
            self._lines = key_lines(self.text)
        while place not in self._lines:
            place = place[:-1]
        return self._lines[place]

    def complain(self, place: Place, message: str, rule: str = "S1") -> None:
        """Add a problem at the line of a path."""
        self.problems.append(Problem(self.file, self.line(place), rule, message))

    @property
    def top(self) -> Table:
        return Table(self, self.data, ())

    def has_django(self, place: Place) -> bool:
        """Whether a path lies in a step beside which Django's cache stands."""
        steps = self.data.get("step")
        if len(place) < 2 or place[0] != "step" or not isinstance(steps, list):
            return False
        step = steps[int(place[1])]
        return isinstance(step, dict) and isinstance(step.get("django"), dict)


def _syntax(file: str, text: str, message: str) -> Problem:
    words, _, place = message.partition(" (at ")
    line = 0
    if place.startswith("line "):
        line = int(place.removeprefix("line ").split(",")[0])
    elif place:
        line = text.count("\n") + 1
    return Problem(file, line, "S1", f"not valid TOML: {words[:1].lower()}{words[1:]}")


class Table:
    """A table of a `Source`; `close` complains about keys that nobody asked for."""

    def __init__(self, source: Source, data: Mapping[str, Any], place: Place) -> None:
        self.source = source
        self.data = data
        self.place = place
        self._known: set[str] = set()

    @property
    def line(self) -> int:
        return self.source.line(self.place)

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def complain(self, message: str, key: str | None = None, rule: str = "S1") -> None:
        """A problem with this table, or with one of its keys."""
        self.source.complain(self.place if key is None else (*self.place, key), message, rule)

    def get(self, key: str, kind: type[_T], default: _T) -> _T:
        """The value of a key if it is there and of the right type."""
        self._known.add(key)
        if key not in self.data:
            return default
        value = self.data[key]
        fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
        if fits:
            return value  # type: ignore[no-any-return]
        self.complain(f"{key!r} must be {_NAMES[kind]}, not {_described(value)}", key)
        return default

    def require(self, key: str, kind: type[_T], default: _T) -> _T:
        """As `get`, for a key that may not be left out."""
        if key not in self.data:
            self._known.add(key)
            self.complain(f"the key {key!r} is missing")
            return default
        return self.get(key, kind, default)

    def raw(self, key: str) -> Any:
        """Whatever stands there, for values of several types."""
        self._known.add(key)
        return self.data.get(key)

    def strings(self, key: str) -> tuple[str, ...]:
        """A list of strings; a single string stands for a list of one."""
        self._known.add(key)
        value = self.data.get(key, [])
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.complain(f"{key!r} must be a list of strings", key)
            return ()
        return tuple(value)

    def choice(self, key: str, options: Sequence[str], default: str) -> str:
        """A string that must be one of ``options``."""
        value = self.get(key, str, default)
        if value not in options:
            self.complain(f"{key!r} cannot be {value!r}{did_you_mean(value, options)}", key)
            return default
        return value

    def table(self, key: str) -> Table | None:
        """A nested table, or None."""
        if key not in self.data:
            self._known.add(key)
            return None
        data = self.get(key, dict, {})
        return Table(self.source, data, (*self.place, key))

    def tables(self, key: str) -> Iterator[Table]:
        """The tables of an array."""
        for index, data in enumerate(self.get(key, list, [])):
            place = (*self.place, key, index)
            if isinstance(data, dict):
                yield Table(self.source, data, place)
            else:
                self.source.complain(place, f"each element of {key!r} must be a table")

    def close(self) -> None:
        """Every key that was not asked for is an error."""
        for key in self.data:
            if key not in self._known:
                self.complain(f"unknown key {key!r}{did_you_mean(key, self._known)}", key)


def command_words(source: Source, place: Place, text: str) -> tuple[bytes, ...]:
    """A command line in words; an empty or unbalanced one is a problem. In a step with Django a
    call of its cache is one word."""
    django = source.has_django(place)
    if not django and text.startswith("cache.") and is_python(text):
        source.complain(place, f"{text!r} is a call of Django's cache: it needs [step.django]")
        return ()
    try:
        argv = line_words(text, django)
    except UnbalancedQuotes as error:
        source.complain(place, f"unbalanced quotes in {text!r} ({error})")
        return ()
    if not argv:
        source.complain(place, "an empty command")
    return argv


def _described(value: Any) -> str:
    return next(
        (name for kind, name in _NAMES.items() if isinstance(value, kind)), type(value).__name__
    )
