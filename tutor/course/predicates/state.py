"""Predicates about a key: what `expect` may name. One class each; `expect` has the table of names.

A key that does not exist yet gives "pending": there is nothing to compare, and the line shows
what is wanted without calling it wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

from tutor.course.observe import (
    INTERNALS,
    Moment,
    fields_of,
    has_member,
    length_of,
    members_of,
    scores_of,
    sequence_of,
    text_of,
)
from tutor.course.predicates.base import PENDING, Bounds, Scene, Verdict, WholeLine, verdict
from tutor.course.predicates.replies import clip, quoted
from tutor.engine.replies import format_double
from tutor.engine.structures.sds import parse_integer
from tutor.engine.values import Value, encoding_name, type_name
from tutor.i18n import pgettext


@dataclass(frozen=True, slots=True)
class KeyPredicate:
    """Shared by all: ``key`` of database ``db``, judged by `judge` if it exists."""

    key: bytes
    db: int

    def evaluate(self, scene: Scene) -> Verdict:
        value = scene.now.value(self.key, self.db)
        return PENDING if value is None else self.judge(value, scene)

    def judge(self, value: Value, scene: Scene) -> Verdict:
        raise NotImplementedError

    def got(self, verdict: Verdict) -> str:
        return "" if verdict.got is None else str(verdict.got)

    def literals(self) -> tuple[str, ...]:
        return (self.key.decode("utf-8", "replace"),)


@dataclass(frozen=True, slots=True)
class Exists(KeyPredicate):
    """``exists = true``; false demands that there be no such key."""

    wanted: bool

    def evaluate(self, scene: Scene) -> Verdict:
        there = scene.now.value(self.key, self.db) is not None
        if there == self.wanted:
            return verdict(True)
        return PENDING if self.wanted else verdict(False)

    def got(self, verdict: Verdict) -> str:
        if self.wanted or verdict.ok:
            return ""
        return WholeLine(pgettext("check", "the key exists, and should not"))

    def name(self) -> str:
        if self.wanted:
            return pgettext("check", "the key exists")
        return pgettext("check", "the key does not exist")

    def want(self) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Stored(KeyPredicate):
    """``stored = false``: the key takes no memory; one whose time is over may still do so."""

    wanted: bool

    def evaluate(self, scene: Scene) -> Verdict:
        return verdict(scene.now.stored(self.key, self.db) == self.wanted)

    def name(self) -> str:
        key = clip(self.key, 24)
        if self.wanted:
            return pgettext("check", "{key} lies in memory").format(key=key)
        return pgettext("check", "{key} takes no memory").format(key=key)

    def want(self) -> str:
        return ""

    def got(self, verdict: Verdict) -> str:
        if self.wanted:
            return ""
        text = pgettext("check", "{key} still lies in memory")
        return WholeLine(text.format(key=clip(self.key, 24)))


@dataclass(frozen=True, slots=True)
class Type(KeyPredicate):
    """``type = "list"``."""

    wanted: str

    def judge(self, value: Value, scene: Scene) -> Verdict:
        return verdict(type_name(value) == self.wanted, type_name(value))

    def name(self) -> str:
        return pgettext("check", "type of the key")

    def want(self) -> str:
        return self.wanted


@dataclass(frozen=True, slots=True)
class Encoding(KeyPredicate):
    """``encoding = "raw"``, or a list of which any will do."""

    wanted: tuple[str, ...]

    def judge(self, value: Value, scene: Scene) -> Verdict:
        return verdict(encoding_name(value) in self.wanted, encoding_name(value))

    def name(self) -> str:
        return pgettext("check", "encoding")

    def want(self) -> str:
        return pgettext("check", " or ").join(self.wanted)


@dataclass(frozen=True, slots=True)
class Text(KeyPredicate):
    """``value = "…"``: the bytes of a string."""

    wanted: bytes

    def judge(self, value: Value, scene: Scene) -> Verdict:
        if length_of(value) != len(self.wanted) and text_of(value) is not None:
            return verdict(False, text_of(value))
        text = text_of(value)
        return verdict(text == self.wanted, text if text is not None else type_name(value))

    def name(self) -> str:
        return pgettext("check", "value")

    def want(self) -> str:
        return quoted(self.wanted)

    def got(self, verdict: Verdict) -> str:
        got = verdict.got
        return quoted(got) if isinstance(got, bytes) else str(got)

    def literals(self) -> tuple[str, ...]:
        return (*KeyPredicate.literals(self), self.wanted.decode())


@dataclass(frozen=True, slots=True)
class Integer(KeyPredicate):
    """``int = 2``: a string that reads as this number, or within limits."""

    wanted: Bounds

    def judge(self, value: Value, scene: Scene) -> Verdict:
        text = text_of(value)
        number = None if text is None else parse_integer(text)
        if number is None:
            return verdict(False, type_name(value) if text is None else quoted(text))
        return verdict(self.wanted.holds(number), number)

    def name(self) -> str:
        return pgettext("check", "number")

    def want(self) -> str:
        return self.wanted.text()

    def literals(self) -> tuple[str, ...]:
        return (*KeyPredicate.literals(self), *map(str, self.wanted.limits.values()))


@dataclass(frozen=True, slots=True)
class Length(KeyPredicate):
    """``len = 3``: bytes of a string, elements of anything else."""

    wanted: Bounds

    def judge(self, value: Value, scene: Scene) -> Verdict:
        length = length_of(value)
        return verdict(self.wanted.holds(length), length)

    def name(self) -> str:
        return pgettext("check", "length")

    def want(self) -> str:
        return self.wanted.text()


@dataclass(frozen=True, slots=True)
class Items(KeyPredicate):
    """``items = [...]``: a list, or a sorted set by rank, from first to last and nothing else."""

    wanted: tuple[bytes, ...]

    def judge(self, value: Value, scene: Scene) -> Verdict:
        got = sequence_of(value, limit=len(self.wanted) + 1)
        if got is None:
            return verdict(False, type_name(value))
        return verdict(tuple(got) == self.wanted, got)

    def name(self) -> str:
        return pgettext("check", "elements in order")

    def want(self) -> str:
        return _joined(self.wanted)

    def got(self, verdict: Verdict) -> str:
        got = verdict.got
        return _joined(got) if isinstance(got, list) else str(got)

    def literals(self) -> tuple[str, ...]:
        return (*KeyPredicate.literals(self), *_texts(self.wanted))


@dataclass(frozen=True, slots=True)
class Range(KeyPredicate):
    """``range = { from = 0, is = [...] }``: neighbours from an index on (−1 is the last)."""

    start: int
    wanted: tuple[bytes, ...]

    def judge(self, value: Value, scene: Scene) -> Verdict:
        items = sequence_of(value)
        if items is None:
            return verdict(False, type_name(value))
        start = self.start if self.start >= 0 else max(0, len(items) + self.start)
        got = items[start : start + len(self.wanted)]
        return verdict(tuple(got) == self.wanted, got)

    def name(self) -> str:
        if len(self.wanted) == 1:
            if self.start == 0:
                return pgettext("check", "first element")
            if self.start == -1:
                return pgettext("check", "last element")
        return pgettext("check", "elements from index {index}").format(index=self.start)

    def want(self) -> str:
        return _joined(self.wanted)

    def got(self, verdict: Verdict) -> str:
        got = verdict.got
        if isinstance(got, list):
            return _joined(got) if got else pgettext("check", "nothing")
        return str(got)

    def literals(self) -> tuple[str, ...]:
        return (*KeyPredicate.literals(self), *_texts(self.wanted))


@dataclass(frozen=True, slots=True)
class Members(KeyPredicate):
    """Members of a set or sorted set: all of them (``members``), at least (``contains``) or
    none of them (``lacks``)."""

    wanted: tuple[bytes, ...]
    mode: str

    def judge(self, value: Value, scene: Scene) -> Verdict:
        if members_of(value, 1) is None:
            return verdict(False, type_name(value))
        present = [member for member in self.wanted if has_member(value, member)]
        if self.mode == "lacks":
            return verdict(not present, ("extra", present))
        missing = [member for member in self.wanted if member not in present]
        if missing:
            return verdict(False, ("missing", missing))
        if self.mode == "members" and length_of(value) != len(self.wanted):
            some = members_of(value, len(self.wanted) + 1) or []
            return verdict(False, ("extra", [item for item in some if item not in self.wanted]))
        return verdict(True)

    def name(self) -> str:
        if self.mode == "lacks":
            return pgettext("check", "not among the members")
        return pgettext("check", "members")

    def want(self) -> str:
        return _joined(self.wanted)

    def got(self, verdict: Verdict) -> str:
        if not isinstance(verdict.got, tuple):
            return str(verdict.got)
        kind, names = verdict.got
        if kind == "missing":
            text = pgettext("check", "members: missing {names}")
        elif self.mode == "lacks":
            text = pgettext("check", "among the members: {names}, and should not be")
        else:
            text = pgettext("check", "members: too many, {names}")
        return WholeLine(text.format(names=_joined(names)))

    def literals(self) -> tuple[str, ...]:
        return (*KeyPredicate.literals(self), *_texts(self.wanted))


@dataclass(frozen=True, slots=True)
class Fields(KeyPredicate):
    """``fields = { name = "Alice" }`` of a hash; others may stand beside them."""

    wanted: tuple[tuple[bytes, bytes], ...]

    def judge(self, value: Value, scene: Scene) -> Verdict:
        fields = fields_of(value)
        if fields is None:
            return verdict(False, type_name(value))
        wrong = [name for name, text in self.wanted if fields.get(name) != text]
        return verdict(not wrong, [(name, fields.get(name)) for name in wrong])

    def name(self) -> str:
        return pgettext("check", "fields")

    def want(self) -> str:
        return ", ".join(f"{clip(name)} = {clip(text)}" for name, text in self.wanted)

    def got(self, verdict: Verdict) -> str:
        if not isinstance(verdict.got, list):
            return str(verdict.got)
        return ", ".join(
            pgettext("check", "{field} — none").format(field=clip(name))
            if text is None
            else f"{clip(name)} = {clip(text)}"
            for name, text in verdict.got
        )

    def literals(self) -> tuple[str, ...]:
        words = [word for pair in self.wanted for word in pair]
        return (*KeyPredicate.literals(self), *_texts(words))


@dataclass(frozen=True, slots=True)
class Scores(KeyPredicate):
    """``scores = { player1 = 100 }`` of a sorted set; others may stand beside them."""

    wanted: tuple[tuple[bytes, float], ...]

    def judge(self, value: Value, scene: Scene) -> Verdict:
        scores = scores_of(value)
        if scores is None:
            return verdict(False, type_name(value))
        wrong = [member for member, score in self.wanted if scores.get(member) != score]
        return verdict(not wrong, [(member, scores.get(member)) for member in wrong])

    def name(self) -> str:
        return pgettext("check", "scores")

    def want(self) -> str:
        return ", ".join(f"{clip(member)} = {_number(score)}" for member, score in self.wanted)

    def got(self, verdict: Verdict) -> str:
        if not isinstance(verdict.got, list):
            return str(verdict.got)
        return ", ".join(
            pgettext("check", "{field} — none").format(field=clip(member))
            if score is None
            else f"{clip(member)} = {_number(score)}"
            for member, score in verdict.got
        )

    def literals(self) -> tuple[str, ...]:
        words = [word for m, score in self.wanted for word in (m.decode(), _number(score))]
        return (*KeyPredicate.literals(self), *words)


@dataclass(frozen=True, slots=True)
class Ttl(KeyPredicate):
    """``ttl_s = { gt = 0, le = 60 }``, or ``"none"`` for a key that does not expire."""

    wanted: Bounds | None

    def judge(self, value: Value, scene: Scene) -> Verdict:
        left = scene.now.ttl_s(self.key, self.db)
        if self.wanted is None:
            return verdict(left is None, left)
        return verdict(left is not None and self.wanted.holds(left), left)

    def name(self) -> str:
        return pgettext("check", "lifetime in seconds")

    def want(self) -> str:
        return pgettext("check", "no limit") if self.wanted is None else self.wanted.text()

    def got(self, verdict: Verdict) -> str:
        return pgettext("check", "no limit") if verdict.got is None else str(verdict.got)

    def literals(self) -> tuple[str, ...]:
        numbers = [] if self.wanted is None else [n for n in self.wanted.limits.values() if n > 1]
        return (*KeyPredicate.literals(self), *map(str, numbers))


@dataclass(frozen=True, slots=True)
class EqualsSetup(KeyPredicate):
    """``equals_setup = true``: the key is as the step gave it, lifetime or none included."""

    def evaluate(self, scene: Scene) -> Verdict:
        assert scene.start is not None
        now, start = scene.now, Moment.of_snapshot(scene.start)
        before, after = start.value(self.key, self.db), now.value(self.key, self.db)
        expires = [moment.tables[self.db][1].get(self.key) for moment in (start, now)]
        return verdict(same_value(before, after) and expires[0] == expires[1])

    def name(self) -> str:
        return pgettext("check", "left as it was")

    def want(self) -> str:
        return ""

    def got(self, verdict: Verdict) -> str:
        text = pgettext("check", "{key} has changed or is gone")
        return WholeLine(text.format(key=clip(self.key, 24)))


@dataclass(frozen=True, slots=True)
class Internal(KeyPredicate):
    """``internals = { "sds.alloc" = { ge = 100 } }``: a figure of the structure in memory."""

    path: str
    wanted: Bounds

    def judge(self, value: Value, scene: Scene) -> Verdict:
        figure = INTERNALS[self.path](value)
        if figure is None:
            return verdict(False, encoding_name(value))
        return verdict(self.wanted.holds(figure), figure)

    def name(self) -> str:
        names = {
            "sds.len": pgettext("check", "SDS: len"),
            "sds.alloc": pgettext("check", "SDS: alloc"),
            "sds.free": pgettext("check", "SDS: spare bytes"),
            "sds.header": pgettext("check", "SDS: header type"),
            "quicklist.nodes": pgettext("check", "quicklist: nodes"),
            "hashtable.slots": pgettext("check", "hash table: slots"),
            "hashtable.rehashing": pgettext("check", "hash table: rehashing"),
            "intset.width": pgettext("check", "intset: bytes per number"),
            "zset.levels": pgettext("check", "skiplist: levels"),
        }
        return names[self.path]

    def want(self) -> str:
        return self.wanted.text()


def same_value(one: Value | None, other: Value | None) -> bool:
    """Equal contents of the same type."""
    if one is other:
        return True
    if one is None or other is None or type_name(one) != type_name(other):
        return False
    if text_of(one) is not None:
        return text_of(one) == text_of(other)
    if length_of(one) != length_of(other):
        return False
    if fields_of(one) is not None:
        return fields_of(one) == fields_of(other)
    if scores_of(one) is not None:
        return scores_of(one) == scores_of(other)
    if sequence_of(one, 0) is not None:
        return sequence_of(one) == sequence_of(other)
    return set(members_of(one) or ()) == set(members_of(other) or ())


def _number(score: float) -> str:
    return format_double(score).decode()


def _texts(words: tuple[bytes, ...] | list[bytes]) -> tuple[str, ...]:
    return tuple(word.decode("utf-8", "replace") for word in words)


def _joined(words: tuple[bytes, ...] | list[bytes]) -> str:
    shown = [quoted(word, 24) for word in words[:6]]
    return ", ".join([*shown, "…"] if len(words) > 6 else shown) or pgettext("check", "nothing")
