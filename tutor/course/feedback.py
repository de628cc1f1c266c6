"""Chooses what to say about a wrong state, and fills the text with what was seen.

Rules stand in order, the first that fits is said; the last has no condition. A rule may look at
the last command, at the whole history, at the present state, at what the last command changed and
at which checks are green.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from tutor.course.model import Diff, FeedbackRule, Step
from tutor.course.observe import Moment, length_of, text_of
from tutor.course.predicates.base import Scene, Verdict
from tutor.course.predicates.patterns import matches
from tutor.course.predicates.replies import clip, reply_text
from tutor.engine.cmdline import quote
from tutor.engine.values import encoding_name, type_name
from tutor.engine.world import Entry


def choose(
    rules: Iterable[FeedbackRule], scene: Scene, green: Collection[str]
) -> FeedbackRule | None:
    """The first rule that fits, or None."""
    for rule in rules:
        if _fits(rule, scene, green):
            return rule
    return None


def _fits(rule: FeedbackRule, scene: Scene, green: Collection[str]) -> bool:
    history = scene.world.history
    last = scene.world.last
    if rule.last is not None and (last is None or not matches(rule.last, last)):
        return False
    if not all(any(matches(pattern, entry) for entry in history) for pattern in rule.used):
        return False
    if any(matches(pattern, entry) for pattern in rule.not_used for entry in history):
        return False
    if rule.diff is not None and (last is None or not _changed(rule.diff, last, scene)):
        return False
    if any(check in green for check in rule.failed):
        return False
    if not all(check in green for check in rule.passed):
        return False
    return all(check.holds(scene) for check in rule.state)


def _changed(diff: Diff, entry: Entry, scene: Scene) -> bool:
    """Whether the last command did this to the key; a command without effect keeps everything."""
    key = diff.key if diff.key is not None else (entry.keys[0] if entry.keys else None)
    if key is None:
        return False
    now = scene.now
    before = now if entry.before is None else Moment.of_snapshot(entry.before)
    return all(
        ASPECTS[aspect](before, now, key, entry.db) == wanted
        for aspect, wanted in diff.changes.items()
    )


def _exists(before: Moment, now: Moment, key: bytes, db: int) -> str:
    was, is_ = before.value(key, db) is not None, now.value(key, db) is not None
    return {(False, True): "created", (True, False): "deleted"}.get((was, is_), "kept")


def _ttl(before: Moment, now: Moment, key: bytes, db: int) -> str:
    was, is_ = before.tables[db][1].get(key), now.tables[db][1].get(key)
    if was == is_:
        return "kept"
    if was is None:
        return "added"
    return "removed" if is_ is None else "changed"


def _value(before: Moment, now: Moment, key: bytes, db: int) -> str:
    was, is_ = before.value(key, db), now.value(key, db)
    if was is None or is_ is None:
        return "kept" if was is is_ else "changed"
    if text_of(was) is not None and text_of(is_) is not None:
        return "kept" if text_of(was) == text_of(is_) else "changed"
    return "kept" if was is is_ else "changed"


def _length(before: Moment, now: Moment, key: bytes, db: int) -> str:
    was, is_ = before.value(key, db), now.value(key, db)
    lengths = [0 if value is None else length_of(value) for value in (was, is_)]
    if lengths[0] == lengths[1]:
        return "kept"
    return "grew" if lengths[1] > lengths[0] else "shrank"


def _named(naming: Callable[[Any], str]) -> Callable[[Moment, Moment, bytes, int], str]:
    def compare(before: Moment, now: Moment, key: bytes, db: int) -> str:
        was, is_ = before.value(key, db), now.value(key, db)
        if was is None or is_ is None:
            return "kept" if was is is_ else "changed"
        return "kept" if naming(was) == naming(is_) else "changed"

    return compare


ASPECTS: dict[str, Callable[[Moment, Moment, bytes, int], str]] = {
    "exists": _exists,
    "ttl": _ttl,
    "value": _value,
    "len": _length,
    "type": _named(type_name),
    "encoding": _named(encoding_name),
}
OUTCOMES: dict[str, tuple[str, ...]] = {
    "exists": ("created", "deleted", "kept"),
    "ttl": ("added", "removed", "changed", "kept"),
    "value": ("changed", "kept"),
    "len": ("grew", "shrank", "kept"),
    "type": ("changed", "kept"),
    "encoding": ("changed", "kept"),
}

# placeholders

STATE = ("value", "type", "encoding", "len", "ttl_s")
PLACEHOLDERS = (
    "cmd", "key", "line", "reply", "got", "want",
    *(f"state.{name}" for name in STATE),
    *(f"before.{name}" for name in STATE),
)  # fmt: skip
_PLACE = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)?)\}")
_PLURAL = re.compile(r"\{plural:([a-z_.]+):([^{}]*)\}")


def placeholders(
    rule: FeedbackRule, scene: Scene, verdicts: Mapping[str, tuple[Verdict, ...]], step: Step
) -> dict[str, str]:
    """What can be put into a rule's text at this moment."""
    entry = scene.world.last
    key = rule.key
    if key is None and entry is not None and entry.keys:
        key = entry.keys[0]
    values: dict[str, str] = {}
    if entry is not None:
        values["cmd"] = entry.command.upper()
        values["line"] = " ".join(quote(word) for word in entry.argv)
        values["reply"] = reply_text(entry.reply)
    if key is not None:
        values["key"] = clip(key)
        _describe(values, "state", scene.now, key)
        if entry is not None and entry.before is not None:
            _describe(values, "before", Moment.of_snapshot(entry.before), key)
    for check in step.checks:
        if rule.failed and check.id not in rule.failed:
            continue
        pairs = zip(check.predicates, verdicts[check.id], strict=True)
        wrong = next(((p, v) for p, v in pairs if not v.ok), None)
        if wrong is not None:
            values["want"] = wrong[0].want()
            values["got"] = wrong[0].got(wrong[1]) if wrong[1].status == "wrong" else "—"
            break
    return values


def _describe(values: dict[str, str], prefix: str, moment: Moment, key: bytes) -> None:
    value = moment.value(key)
    if value is None:
        return
    text = text_of(value)
    if text is not None:
        values[f"{prefix}.value"] = clip(text)
    values[f"{prefix}.type"] = type_name(value)
    values[f"{prefix}.encoding"] = encoding_name(value)
    values[f"{prefix}.len"] = str(length_of(value))
    left = moment.ttl_s(key)
    values[f"{prefix}.ttl_s"] = "-1" if left is None else str(left)


def fill(text: str, values: Mapping[str, str], language: str) -> str:
    """Put values in place of ``{name}`` and ``{plural:name:one|few|many}``.

    A value can never become markup or another placeholder; what is unknown becomes "—".
    """

    def plural(found: re.Match[str]) -> str:
        forms = found[2].split("|")
        try:
            number = int(values.get(found[1], ""))
        except ValueError:
            return forms[-1]
        return forms[min(plural_form(number, language), len(forms) - 1)]

    def place(found: re.Match[str]) -> str:
        if found[1] not in PLACEHOLDERS:
            return found[0]
        return values.get(found[1], "—").replace("`", "'").replace("\n", " ")

    parts: list[str] = []
    at = 0
    for found in re.finditer(f"{_PLURAL.pattern}|{_PLACE.pattern}", text):
        parts.append(text[at : found.start()])
        inner = _PLURAL.fullmatch(found[0])
        if inner is not None:
            parts.append(plural(inner))
        else:
            single = _PLACE.fullmatch(found[0])
            assert single is not None
            parts.append(place(single))
        at = found.end()
    parts.append(text[at:])
    return "".join(parts)


def plural_form(number: int, language: str) -> int:
    """Which form goes with a number: 0 one, 1 few (or other), 2 many."""
    number = abs(number)
    if language != "ru":
        return 0 if number == 1 else 1
    if number % 10 == 1 and number % 100 != 11:
        return 0
    if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14:
        return 1
    return 2


def placeholders_in(text: str) -> list[str]:
    """The names a text uses, plural helpers included (for lint)."""
    names = [found[1] for found in _PLACE.finditer(text)]
    return names + [found[1] for found in _PLURAL.finditer(text)]
