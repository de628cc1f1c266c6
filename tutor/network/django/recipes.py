"""The notes' functions and their cures as source text that is really run, whole or line by line.

The first of each group is the code of the notes as they have it, slips included. What cannot be
run as it stands says so itself: Python's SyntaxError, Django's AttributeError.
"""

from __future__ import annotations

import inspect
import json
import sys
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any

from tutor.network.django.wirelog import Exchange, WireLog

LONGEST_VALUE = 60
MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class Recipe:
    """A function by name. ``notes`` says that the notes have it like this; ``cures`` names the
    recipe whose slips it mends."""

    name: str
    source: str
    notes: bool = False
    cures: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A line that was carried out.

    ``line`` counts from 1 in the recipe's source; ``variables`` are texts of the local names
    afterwards, ``changed`` the names that this line gave a value; ``exchanges`` what it caused on
    the wire. ``returned`` is a text at the last step, ``error`` the exception that ended it.
    """

    line: int
    text: str
    variables: Mapping[str, str]
    changed: tuple[str, ...]
    exchanges: tuple[Exchange, ...]
    returned: str | None = None
    error: BaseException | None = None


_LEADERBOARD = """
def get_leaderboard():
    key = "leaderboard_v1"
    data = cache.get(key)
    if data is None:
        data = _calculate_leaderboard()
        cache.set(key, data, timeout=60)
    return data
"""
_LEADERBOARD_CURED = """
def get_leaderboard_or_set():
    return cache.get_or_set("leaderboard_v1", _calculate_leaderboard, timeout=60)
"""
_LIMITER = """
def is_rate_limited(user_id, limit=100, window=3600):
    key = f"rate_limit:{user_id}"
    current = cache.get(key)
    if current is None:
        cache.set(key, 1, timeout=window)
        return False
    if current >= limit:
        return True
    cache.incr(key)
    return False
"""
_LIMITER_CURED = """
def is_rate_limited_add(user_id, limit=100, window=3600):
    key = f"rate_limit:{user_id}"
    cache.add(key, 0, timeout=window)
    try:
        return cache.incr(key) > limit
    except ValueError:
        return False
"""
_SEND = """
def send_task():
    cache.lpush("task_queue", json.dumps({"type": "send_email", "to": "..."})
"""
_TAKE = """
def take_task():
    task = cache.rpop("task_queue")
    if task:
        handle_task(json.loads(task))
"""
_PUSH = """
def push_task(kind="send_email", to="..."):
    client = cache._cache.get_client(None, write=True)
    return client.lpush("task_queue", json.dumps({"type": kind, "to": to}))
"""
_POP = """
def pop_task():
    client = cache._cache.get_client(None, write=True)
    task = client.rpop("task_queue")
    if task:
        return handle_task(json.loads(task))
    return None
"""


def _table() -> Mapping[str, Recipe]:
    rows = (
        Recipe("get_leaderboard", _LEADERBOARD, notes=True),
        Recipe("get_leaderboard_or_set", _LEADERBOARD_CURED, cures="get_leaderboard"),
        Recipe("is_rate_limited", _LIMITER, notes=True),
        Recipe("is_rate_limited_add", _LIMITER_CURED, cures="is_rate_limited"),
        Recipe("send_task", _SEND, notes=True),
        Recipe("take_task", _TAKE, notes=True),
        Recipe("push_task", _PUSH, cures="send_task"),
        Recipe("pop_task", _POP, cures="take_task"),
    )
    return {one.name: Recipe(one.name, textwrap.dedent(one.source).strip() + "\n", one.notes,
                             one.cures) for one in rows}  # fmt: skip


RECIPES: Mapping[str, Recipe] = _table()
SLOW = "_calculate_leaderboard"
"""The notes' heavy function; a name of its own for get_or_set."""


class Kitchen:
    """Carries recipes out against ``cache``. ``slow`` is what `SLOW` stands for."""

    def __init__(self, cache: Any, log: WireLog, slow: Callable[[], Any]) -> None:
        self.slow = slow
        self.handled: list[Any] = []
        self._cache = cache
        self._log = log

    def _names(self) -> dict[str, Any]:
        return {
            "__name__": "redis_tutor_recipe",
            "cache": self._cache,
            "json": json,
            SLOW: self.slow,
            "handle_task": self._handle,
        }

    def _handle(self, task: Any) -> Any:
        self.handled.append(task)
        return task

    def function(self, name: str) -> Callable[..., Any]:
        """The function. Raises SyntaxError where the notes' text is no Python; KeyError."""
        recipe = RECIPES[name]
        names = self._names()
        exec(compile(recipe.source, _file(name), "exec"), names)  # our own text, no learner's
        made: Callable[..., Any] = names[name]
        return made

    def parameters(self, name: str) -> inspect.Signature:
        """Its signature, also where its body is no Python."""
        head = RECIPES[name].source.split("\n", 1)[0]
        names: dict[str, Any] = {}
        exec(compile(f"{head} ...", _file(name), "exec"), names)  # our own text as well
        return inspect.signature(names[name])

    def step(self, name: str, *args: Any, **kwargs: Any) -> list[Step]:
        """Run it to its end, writing down each line. What it raises is in the last step.

        Raises SyntaxError where there is nothing to run, and TypeError for wrong arguments.
        """
        function = self.function(name)
        self.parameters(name).bind(*args, **kwargs)
        return _Walk(RECIPES[name], self._log).run(function, args, kwargs)


class _Walk:
    """Follows one call with the interpreter's trace hook, in its own code alone."""

    def __init__(self, recipe: Recipe, log: WireLog) -> None:
        self._file = _file(recipe.name)
        self._lines = recipe.source.splitlines()
        self._log = log
        self._steps: list[Step] = []
        self._line = 0
        self._mark = log.count
        self._before: dict[str, str] = {}
        self._error: BaseException | None = None

    def run(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> list[Step]:
        before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            result = function(*args, **kwargs)
        except Exception as error:
            sys.settrace(before)
            self._end(error=error)
        else:
            sys.settrace(before)
            self._end(returned=short(result))
        finally:
            sys.settrace(before)
        return self._steps

    def _enter(self, frame: FrameType, event: str, _arg: Any) -> Any:
        if frame.f_code.co_filename != self._file or event != "call":
            return None
        self._before = _texts(frame)
        return self._line_reached

    def _line_reached(self, frame: FrameType, event: str, _arg: Any) -> Any:
        if event == "line":
            self._close(frame)
            self._line = frame.f_lineno
        elif event == "return":
            self._last = _texts(frame)
        return self._line_reached

    _last: Mapping[str, str] = {}

    def _close(self, frame: FrameType) -> None:
        """The line before this one is done."""
        if self._line and len(self._steps) < MOST_STEPS:
            self._note(_texts(frame))

    def _end(self, returned: str | None = None, error: BaseException | None = None) -> None:
        self._note(dict(self._last) or self._before, returned, error)

    def _note(
        self,
        now: dict[str, str],
        returned: str | None = None,
        error: BaseException | None = None,
    ) -> None:
        changed = tuple(name for name, text in now.items() if self._before.get(name) != text)
        exchanges = tuple(one for one in self._log.since(self._mark) if not one.handshake)
        text = self._lines[self._line - 1] if self._line else ""
        self._steps.append(Step(self._line, text, now, changed, exchanges, returned, error))
        self._before, self._mark = now, self._log.count


def short(value: Any, most: int = LONGEST_VALUE) -> str:
    """A value as Python writes it, cut in the middle if it is long. Never raises."""
    try:
        text = repr(value)
    except Exception as error:
        text = f"<{type(value).__name__}: {type(error).__name__}>"
    if len(text) <= most:
        return text
    return f"{text[: most * 2 // 3]}…{text[-(most - most * 2 // 3 - 1) :]}"


def _texts(frame: FrameType) -> dict[str, str]:
    return {name: short(value) for name, value in frame.f_locals.items()}


def _file(name: str) -> str:
    return f"<{name}>"
