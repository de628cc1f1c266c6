"""Predicates about the way: which commands were used, what they replied, what they converted.

All of them look at the step's whole history, never at the last command alone: a PING afterwards
must not undo what was right.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tutor.course.predicates.base import PENDING, Bounds, Scene, Verdict, verdict
from tutor.course.predicates.patterns import Used, matches, pattern_text
from tutor.course.predicates.replies import reply_text
from tutor.engine.replies import is_error
from tutor.engine.world import Entry
from tutor.i18n import pgettext


@dataclass(frozen=True, slots=True)
class Replied:
    """``reply = { cmd = "GET", key = "k", is = "v" }``: some command gave this reply; ``after``:
    one that was run later than the first command of that kind."""

    pattern: Used
    key: bytes | None = None
    after: Used | None = None

    def evaluate(self, scene: Scene) -> Verdict:
        assert self.pattern.reply is not None
        asked = replace(self.pattern, reply=None)
        history = scene.world.history
        if self.after is not None:
            at = [n for n, entry in enumerate(history) if _done(self.after, entry)]
            history = history[at[0] + 1 :] if at else []
        seen = [entry for entry in history if matches(asked, entry)]
        if any(self.pattern.reply.fits(entry.reply) for entry in seen):
            return verdict(True)
        return verdict(False, reply_text(seen[-1].reply)) if seen else PENDING

    def name(self) -> str:
        words = pattern_text(self.pattern)
        if not words:
            return pgettext("check", "reply")
        return pgettext("check", "reply to {command}").format(command=words)

    def want(self) -> str:
        assert self.pattern.reply is not None
        return self.pattern.reply.text()

    def got(self, verdict: Verdict) -> str:
        return str(verdict.got)

    def literals(self) -> tuple[str, ...]:
        return _literals(self.pattern)


@dataclass(frozen=True, slots=True)
class UsedCommand:
    """``history = { used = "GETEX" }``: it was run and did not fail."""

    pattern: Used
    key: bytes | None = None

    def evaluate(self, scene: Scene) -> Verdict:
        found = any(_done(self.pattern, entry) for entry in scene.world.history)
        return verdict(True) if found else PENDING

    def name(self) -> str:
        return pgettext("check", "done with {command}").format(command=pattern_text(self.pattern))

    def want(self) -> str:
        return ""

    def got(self, verdict: Verdict) -> str:
        return ""

    def literals(self) -> tuple[str, ...]:
        return _literals(self.pattern)


@dataclass(frozen=True, slots=True)
class NotUsed:
    """``history = { not_used = ["DEL"] }``: not run, or run in vain."""

    pattern: Used
    key: bytes | None = None

    def evaluate(self, scene: Scene) -> Verdict:
        return verdict(not any(_done(self.pattern, entry) for entry in scene.world.history))

    def name(self) -> str:
        return pgettext("check", "without {command}").format(command=pattern_text(self.pattern))

    def want(self) -> str:
        return ""

    def got(self, verdict: Verdict) -> str:
        return ""

    def literals(self) -> tuple[str, ...]:
        return _literals(self.pattern)


@dataclass(frozen=True, slots=True)
class Count:
    """``history = { count = { cmd = "SET", le = 1 } }``: how often it was run."""

    pattern: Used
    wanted: Bounds
    key: bytes | None = None

    def evaluate(self, scene: Scene) -> Verdict:
        count = sum(1 for entry in scene.world.history if matches(self.pattern, entry))
        return verdict(self.wanted.holds(count), count)

    def name(self) -> str:
        text = pgettext("check", "how many times {command}")
        return text.format(command=pattern_text(self.pattern))

    def want(self) -> str:
        return self.wanted.text()

    def got(self, verdict: Verdict) -> str:
        return str(verdict.got)

    def literals(self) -> tuple[str, ...]:
        return _literals(self.pattern)


@dataclass(frozen=True, slots=True)
class Converted:
    """``conversion = { key = "k", from = "embstr", to = "raw" }``: it happened in this step."""

    key: bytes
    before: tuple[str, ...]
    after: tuple[str, ...]

    def evaluate(self, scene: Scene) -> Verdict:
        for entry in scene.world.history:
            for conversion in entry.conversions:
                if conversion.key == self.key and self._fits(conversion.before, conversion.after):
                    return verdict(True)
        return PENDING

    def _fits(self, before: str, after: str) -> bool:
        return (not self.before or before in self.before) and (
            not self.after or after in self.after
        )

    def name(self) -> str:
        return pgettext("check", "conversion")

    def want(self) -> str:
        before = "/".join(self.before) or "…"
        return f"{before} → {'/'.join(self.after) or '…'}"

    def got(self, verdict: Verdict) -> str:
        return ""

    def literals(self) -> tuple[str, ...]:
        return (self.key.decode("utf-8", "replace"),)


def _done(pattern: Used, entry: Entry) -> bool:
    return matches(pattern, entry) and not is_error(entry.reply)


def _literals(pattern: Used) -> tuple[str, ...]:
    key = () if pattern.key is None else (pattern.key.decode("utf-8", "replace"),)
    return (*key, *pattern.args, *([pattern.node] if pattern.node else []))
