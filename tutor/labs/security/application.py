"""The application: it reads sessions and writes pages, as far as it is let.

Its connections do not live for ever: every two seconds it makes a new one, as pools and
deployments do, and so it feels a setting that concerns new connections only.
"""

from __future__ import annotations

import random
from collections import deque
from functools import partial

from tutor.engine.replies import Reply, ReplyError
from tutor.labs.arrivals import Arrivals
from tutor.labs.security.client import Client, reply_text
from tutor.labs.security.frame import Knobs, Sample
from tutor.labs.security.settings import LOOPBACK, PRIVATE, Credentials
from tutor.labs.security.site import Site

LIFE_US = 2_000_000
NOW_US = 2_000_000
"""``refused_now`` counts so far back."""

_READS = 0.7


class Application:
    """``error``: what it was told last time it was refused, "" while it is served."""

    def __init__(self, site: Site, seed: int, knobs: Knobs, credentials: Credentials) -> None:
        self.site = site
        self.rate = float(knobs.rate)
        self.client = Client(site, "app", *_way(knobs), credentials)
        self.asked = self.served = self.refused = self.empty = 0
        self.error = ""
        self._refusals: deque[int] = deque(maxlen=200)
        self._step = [0, 0, 0]
        self.arrivals = Arrivals(site.simulation, seed, lambda: self.rate, self._arrive)
        self.arrivals.begin()

    def set_knobs(self, knobs: Knobs) -> None:
        """Another rate; another host means another connection."""
        self.rate = knobs.rate
        source, target = _way(knobs)
        if source != self.client.source:
            self.client.close()
            self.client.source, self.client.target = source, target

    def deploy(self, credentials: Credentials) -> None:
        """It is started anew with this user and password."""
        self.client.close()
        self.client.credentials = credentials

    def _arrive(self, chance: random.Random) -> None:
        reads = chance.random() < _READS
        number = chance.randint(1, 6) if reads else chance.randint(1, 4)
        self.asked += 1
        now = self.site.simulation.now
        if now - self.client.since > LIFE_US and not self.client.waits:
            self.client.close()
        if reads:
            self.client.say((b"GET", b"app:session:%d" % number), partial(self._answered, True))
        else:
            page = b"<html>%d</html>" % number
            words = (b"SET", b"app:page:%d" % number, page)
            self.client.say(words, partial(self._answered, False))

    def _answered(self, read: bool, reply: Reply) -> None:
        if isinstance(reply, ReplyError):
            self.refused += 1
            self._step[1] += 1
            self.error = reply_text(reply)
            self._refusals.append(self.site.simulation.now)
            return
        self.error = ""
        self.served += 1
        self._step[0] += 1
        if read and reply is None:
            self.empty += 1
            self._step[2] += 1

    @property
    def waiting(self) -> int:
        """Requests that nobody has answered yet."""
        return self.asked - self.served - self.refused

    @property
    def refused_now(self) -> int:
        """Refused within the last two seconds."""
        since = self.site.simulation.now - NOW_US
        return sum(time > since for time in self._refusals)

    def begin_step(self) -> None:
        self._step = [0, 0, 0]

    def sample(self) -> Sample:
        """Of this step."""
        served, refused, empty = self._step
        return Sample(served, refused, empty, self.waiting)


def _way(knobs: Knobs) -> tuple[str, str]:
    """From where and to which address it comes."""
    local = knobs.app_host == LOOPBACK
    return (LOOPBACK, LOOPBACK) if local else (knobs.app_host, PRIVATE)
