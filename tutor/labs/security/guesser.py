"""Nothing but AUTH: how many passwords are tried, and whether one of them is the right one.

Guesses go in pipelines, as real tools send them. Redis neither slows them down nor locks anybody
out; what it does is count them in ACL LOG.
"""

from __future__ import annotations

from tutor.engine.replies import Reply, ReplyError
from tutor.labs.security.client import Client, reply_text, word_text
from tutor.labs.security.frame import AttackFrame, ExchangeFrame, GuessFrame, Outcome
from tutor.labs.security.passwords import choices, guess, place
from tutor.labs.security.settings import ATTACKER, PUBLIC
from tutor.labs.security.site import Site

PIPELINE_US = 100_000
REAL_RATE = 100_000
"""AUTHs a second that a real server answers to one client with a pipeline, about."""


class Guesser:
    """``rate`` guesses a second. ``password`` is the right one, for what is told of it;
    ``named``: it is not the default user's, and no guess without a name is the right one."""

    def __init__(self, site: Site, password: str, rate: int, *, named: bool) -> None:
        self.site = site
        self.rate = rate
        self.told: list[ExchangeFrame] = []
        self.tried = 0
        self.found_at = 0
        self.last = ("", "")
        self.password = password.encode()
        self._place = 0 if named else place(self.password)
        self._choices = 0 if named else choices(self.password)
        self._owed = 0.0
        self.client = Client(site, "attacker", ATTACKER, PUBLIC)
        self.client.quiet = True
        site.simulation.after(PIPELINE_US, self._pipeline)

    def _pipeline(self) -> None:
        self._owed += self.rate * PIPELINE_US / 1_000_000
        count, self._owed = int(self._owed), self._owed % 1
        while count and not self.found_at:
            count -= 1
            self.tried += 1
            word = guess(self.tried)
            replies: list[Reply] = []
            self.client.say((b"AUTH", word), replies.append)
            self.last = f"AUTH {word_text(word)}", reply_text(replies[0])
            if not isinstance(replies[0], ReplyError):
                self.found_at = self.tried
        self.told[:] = [*self.told, *self.client.told[-2:]][-12:]
        self.client.told.clear()
        self.site.simulation.after(PIPELINE_US, self._pipeline)

    def frame(self) -> GuessFrame:
        """How far it is."""
        logged = sum(one.count for one in self.site.master.engine.acl.log if one.reason == "auth")
        return GuessFrame(
            self.password.decode(), self.tried, self._place, self.found_at > 0, self._choices,
            logged,
        )  # fmt: skip

    def frames(self) -> tuple[AttackFrame, ...]:
        """The one attack that there is."""
        outcome: Outcome = "through" if self.found_at else "stopped" if self.tried else ""
        now = self.site.simulation.now
        return (AttackFrame("guess", outcome, now, *self.last, tries=self.tried),)
