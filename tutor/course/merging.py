"""The progress of two machines in one: nothing that was solved anywhere gets unsolved.

Joining is the same in any order and any number of times, but for the settings: those of this
machine stay, others fill the gaps. Of a step:

    done              if it was done on either
    solution seen     unless it was solved without on either
    hints             as many as were opened on either
    answer            the one that was given first
    actions, time     of the machine on which it was played last
    log               of both
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tutor.course.diary import Event, events_of, sound, trimmed
from tutor.course.transfer import sound_review

Data = dict[str, Any]

_KINDS = ("reset", "run", "undo", "redo", "hint", "solution", "answer", "green", "said", "done")
"""Of the same millisecond, in this order."""


def merged(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Data:
    """Both; ``mine`` is this machine's. Both are sound (`transfer.faults`)."""
    lessons: dict[str, Data] = {}
    for id_ in sorted({*mine["lessons"], *theirs["lessons"]}):
        pair = mine["lessons"].get(id_, {}), theirs["lessons"].get(id_, {})
        lessons[id_] = _lesson(*pair)
    data: Data = {
        **mine,
        "lessons": lessons,
        "settings": {**theirs.get("settings", {}), **mine.get("settings", {})},
    }
    reviews = joined_reviews(mine.get("reviews") or [], theirs.get("reviews") or [])
    if reviews:
        data["reviews"] = reviews
    last = _latest(lessons, mine.get("last"), theirs.get("last"))
    if last is not None:
        data["last"] = last
    return data


def _latest(lessons: Mapping[str, Data], *names: Any) -> str | None:
    known = sorted({name for name in names if isinstance(name, str)})
    return max(known, key=lambda name: _touched(lessons.get(name, {})), default=None)


def _touched(lesson: Mapping[str, Any]) -> int:
    touched = lesson.get("touched")
    return touched if isinstance(touched, int) else 0


def _lesson(one: Mapping[str, Any], other: Mapping[str, Any]) -> Data:
    newer, older = sorted((one, other), key=lambda each: (_touched(each), _text(each)))[::-1]
    attempts: dict[str, Data] = {}
    kept = one.get("attempts") or {}, other.get("attempts") or {}
    for id_ in sorted({*kept[0], *kept[1]}):
        both = [each[id_] for each in kept if id_ in each]
        attempts[id_] = merged_attempt(*both) if len(both) == 2 else dict(both[0])
    lesson = {**older, **newer, "attempts": attempts}
    steps = [each["steps"] for each in (one, other) if isinstance(each.get("steps"), int)]
    if steps:
        lesson["steps"] = max(steps)
    return lesson


def merged_attempt(one: Mapping[str, Any], other: Mapping[str, Any]) -> Data:
    """Two tries at the same step."""
    both = one, other
    played = max(both, key=lambda each: (_age(each), _text(each)))
    unaided = any(each.get("done") and not each.get("saw_solution") for each in both)
    attempt = {**played, "done": any(each.get("done") for each in both)}
    attempt["saw_solution"] = not unaided and any(each.get("saw_solution") for each in both)
    attempt["rung"] = max(_whole(each.get("rung")) for each in both)
    answers = [_answer(each) for each in both if each.get("answer")]
    attempt["answer"] = min(answers)[1] if answers else None
    log = joined_log(_log(one), _log(other))
    if log:
        attempt["log"] = log
    return attempt


def joined_log(one: Iterable[Event], other: Iterable[Event]) -> list[Event]:
    """The events of both, each once, in order of time; of the same millisecond as they stood, if
    one goes on where the other ends."""
    both = sorted(([each for each in log if sound(each)] for log in (one, other)), key=len)
    if both[1][: len(both[0])] == both[0]:
        return trimmed(both[1])
    unique = {_text(event): event for event in (*both[0], *both[1])}
    ordered = sorted(unique.items(), key=lambda pair: (pair[1][0], _rank(pair[1]), pair[0]))
    return trimmed([event for _key, event in ordered])


def joined_reviews(one: Iterable[list[Any]], other: Iterable[list[Any]]) -> list[list[Any]]:
    """The ratings of both, each once, in order of time."""
    return sorted({_text(each): each for each in (*one, *other) if sound_review(each)}.values())


def _rank(event: Event) -> int:
    return _KINDS.index(event[1])


def _log(attempt: Mapping[str, Any]) -> list[Event]:
    return events_of(attempt.get("log"))


def _age(attempt: Mapping[str, Any]) -> int:
    return max((event[0] for event in _log(attempt)), default=0)


def _answer(attempt: Mapping[str, Any]) -> tuple[int, str]:
    given = next((event[0] for event in _log(attempt) if event[1] == "answer"), 1 << 62)
    return given, str(attempt["answer"])


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _text(data: Any) -> str:
    return json.dumps(data, sort_keys=True)
