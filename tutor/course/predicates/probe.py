"""A probe asks what would happen: commands on a fork, after a leap of virtual time."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.course.predicates.base import PENDING, Scene, Verdict, verdict
from tutor.course.predicates.replies import ReplySpec, reply_text
from tutor.engine.clock import VirtualClock
from tutor.engine.cmdline import quote
from tutor.engine.replies import Reply
from tutor.i18n import pgettext


@dataclass(frozen=True, slots=True)
class Probe:
    """``probe = { advance_s = 61, run = ["EXISTS k"], reply = 0 }``: the last reply counts.

    The learner's world stays as it is; a fork shares its values until one of them writes.
    ``needs`` is a key without which the question is idle ("pending").
    """

    advance_ms: int
    run: tuple[tuple[bytes, ...], ...]
    reply: ReplySpec
    needs: bytes | None = None
    key: bytes | None = None

    def evaluate(self, scene: Scene) -> Verdict:
        if self.needs is not None and scene.now.value(self.needs) is None:
            return PENDING
        engine = scene.whole.engine
        clock = VirtualClock(engine.clock.now_us())
        fork = engine.fork(clock)
        clock.advance(ms=self.advance_ms)
        session = fork.connect()
        session.db = fork.databases[scene.whole.session.db.index]
        reply: Reply = None
        for argv in self.run:
            reply = fork.execute(session, argv)
        return verdict(self.reply.fits(reply), reply_text(reply))

    def name(self) -> str:
        command = " ".join(quote(word) for word in self.run[-1]) if self.run else ""
        if self.advance_ms:
            seconds = f"{self.advance_ms / 1000:g}"
            text = pgettext("check", "in {seconds} s {command}")
            return text.format(seconds=seconds, command=command)
        return command

    def want(self) -> str:
        return self.reply.text()

    def got(self, verdict: Verdict) -> str:
        return str(verdict.got)

    def literals(self) -> tuple[str, ...]:
        return ()
