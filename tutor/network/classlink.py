"""A learner's tutor tells the class where it is: one hash under the learner's own prefix.

    tell ─▶ the newest fields ─▶ thread ─▶ HSET anna:.tutor …

Nothing waits for the class: what is told goes into a slot, of which a thread sends the newest. When
the class is gone the thread tries again now and then, and nobody hears of it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from urllib.parse import unquote, urlparse

from tutor.engine.replies import ReplyError
from tutor.network.client import Client
from tutor.network.link import LinkError

REACH_S = 3.0
ANSWER_S = 5.0
"""How long the way to the class and its answer may take."""

ALIVE_S = 20.0
"""So often the connection is used though there is nothing to tell."""

PAUSES_S = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Before each further try to reach a class that is gone; the last one for ever."""


class ClassLink:
    """``url`` is what the instructor gave out: ``redis://name:word@host:port``. Raises `LinkError`
    ("url") if it names no learner. ``pauses`` as `PAUSES_S`."""

    def __init__(self, url: str, pauses: tuple[float, ...] = PAUSES_S) -> None:
        parts = urlparse(url)
        self.learner = unquote(parts.username or "")
        self._client = Client(url, connect_timeout=REACH_S, reply_timeout=ANSWER_S)
        if not self.learner or not parts.password:
            raise LinkError("url", self._client.address)
        self.sent = 0
        """How often something was told and heard."""
        self._pauses = pauses
        self._failures = 0
        self._told: dict[str, str] = {}
        self._new = False
        self._ends = False
        self._slot = threading.Condition()
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """Where the class is, without the word."""
        return self._client.address

    def begin(self) -> None:
        """Say that we are here, and tell on from a thread. Raises `LinkError` if the class cannot
        be reached or does not know us: the thread is at work all the same unless it does not."""
        trouble: LinkError | None = None
        try:
            self._client.execute([b"CLIENT", b"SETNAME", b"redis-tutor"])
        except LinkError as error:
            trouble = error
        if trouble is None or trouble.trouble != "auth":
            self._thread = threading.Thread(target=self._run, name="class", daemon=True)
            self._thread.start()
        if trouble is not None:
            raise trouble

    def tell(self, fields: Mapping[str, str]) -> None:
        """Where the learner is now; returns at once."""
        with self._slot:
            if fields != self._told:
                self._told, self._new = dict(fields), True
                self._slot.notify()

    def close(self, seconds: float = 1.0) -> None:
        """Send what was told last if that is possible within ``seconds``, and hang up."""
        with self._slot:
            self._ends = True
            self._slot.notify()
        if self._thread is not None:
            self._thread.join(seconds)
            if self._thread.is_alive():
                self._client.interrupt()
        else:
            self._client.close()

    # the thread

    def _run(self) -> None:
        while self._wait():
            with self._slot:
                fields, new, self._new = self._told, self._new, False
            try:
                self._send(fields if new or self._failures else None)
                self._failures = 0
            except LinkError:
                self._failures += 1
                with self._slot:
                    self._new = bool(self._told)
        self._client.close()

    def _wait(self) -> bool:
        """Until there is something to send; False at the end."""
        with self._slot:
            if self._failures:
                pause = self._pauses[min(self._failures, len(self._pauses)) - 1]
                self._slot.wait_for(lambda: self._ends, pause)
                return not self._ends
            self._slot.wait_for(lambda: self._new or self._ends, ALIVE_S)
            return self._new or not self._ends

    def _send(self, fields: Mapping[str, str] | None) -> None:
        fresh = not self._client.connected
        if fresh:
            self._client.execute([b"CLIENT", b"SETNAME", b"redis-tutor"])
        if not fields:
            self._client.execute([b"CLIENT", b"ID"])
            return
        words = [word.encode() for pair in fields.items() for word in pair]
        key = f"{self.learner}:.tutor".encode()
        reply = self._client.execute([b"HSET", key, *words])
        if isinstance(reply, ReplyError):
            raise LinkError("other", self.address, reply.message)
        self.sent += 1
