"""Chooses what to say about a wrong state, and fills the text with what was seen.

Rules stand in order, the first that fits is said; the last has no condition. A rule may look at
the last command, at the whole history, at the present state, at what the last command changed and
at which checks are green.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter

from tutor.course.calls import said_of
from tutor.course.model import Diff, FeedbackRule, Step
from tutor.course.observe import Moment, length_of, text_of
from tutor.course.predicates.base import Scene, Verdict
from tutor.course.predicates.patterns import matches
from tutor.course.predicates.replies import clip
from tutor.engine.values import Value, encoding_name, type_name
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
    now = Seen.of(scene.now, key, entry.db)
    before = now
    if entry.undoable:
        with scene.whole.moment(len(scene.whole.history) - 1) as engine:
            before = Seen.of(Moment.of_engine(engine), key, entry.db)
    rewritten = entry.undoable and scene.whole.rewrote(entry.db, key)
    return all(
        ASPECTS[aspect](before, now, rewritten) == wanted for aspect, wanted in diff.changes.items()
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """What a moment shows of one key; ``value`` is None if it does not live. Figures and texts are
    taken at that moment: a value may go on changing."""

    value: Value | None
    expires: int | None
    text: bytes | None = None
    length: int = 0
    type: str = ""
    encoding: str = ""

    @classmethod
    def of(cls, moment: Moment, key: bytes, db: int) -> Seen:
        """Look at a key."""
        value, expires = moment.value(key, db), moment.tables[db][1].get(key)
        if value is None:
            return cls(None, expires)
        return cls(
            value, expires, text_of(value), length_of(value), type_name(value),
            encoding_name(value),
        )  # fmt: skip


def _exists(before: Seen, now: Seen, rewritten: bool) -> str:
    was, is_ = before.value is not None, now.value is not None
    return {(False, True): "created", (True, False): "deleted"}.get((was, is_), "kept")


def _ttl(before: Seen, now: Seen, rewritten: bool) -> str:
    was, is_ = before.expires, now.expires
    if was == is_:
        return "kept"
    if was is None:
        return "added"
    return "removed" if is_ is None else "changed"


def _value(before: Seen, now: Seen, rewritten: bool) -> str:
    if before.text is not None and now.text is not None:
        return "kept" if before.text == now.text else "changed"
    same = before.value is now.value and not (rewritten and now.value is not None)
    return "kept" if same else "changed"


def _length(before: Seen, now: Seen, rewritten: bool) -> str:
    if before.length == now.length:
        return "kept"
    return "grew" if now.length > before.length else "shrank"


def _named(naming: Callable[[Seen], str]) -> Callable[[Seen, Seen, bool], str]:
    def compare(before: Seen, now: Seen, rewritten: bool) -> str:
        return "kept" if naming(before) == naming(now) else "changed"

    return compare


ASPECTS: dict[str, Callable[[Seen, Seen, bool], str]] = {
    "exists": _exists,
    "ttl": _ttl,
    "value": _value,
    "len": _length,
    "type": _named(attrgetter("type")),
    "encoding": _named(attrgetter("encoding")),
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
    key, db = rule.key, 0
    if key is None and entry is not None and entry.keys:
        key, db = entry.keys[0], entry.db
    values: dict[str, str] = {}
    if entry is not None:
        values["cmd"], values["line"], values["reply"] = said_of(entry)
    if key is not None:
        values["key"] = clip(key)
        _describe(values, "state", scene.now, key, db)
        if entry is not None and entry.undoable:
            with scene.whole.moment(len(scene.whole.history) - 1) as engine:
                _describe(values, "before", Moment.of_engine(engine), key, db)
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


def _describe(values: dict[str, str], prefix: str, moment: Moment, key: bytes, db: int) -> None:
    value = moment.value(key, db)
    if value is None:
        return
    text = text_of(value)
    if text is not None:
        values[f"{prefix}.value"] = clip(text)
    values[f"{prefix}.type"] = type_name(value)
    values[f"{prefix}.encoding"] = encoding_name(value)
    values[f"{prefix}.len"] = str(length_of(value))
    left = moment.ttl_s(key, db)
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
