"""The attacker: one attack after the other, line by line, and what came of each.

    begin ─▶ connection ─▶ line ─▶ reply ─▶ line … ─▶ verdict ─▶ (the administrator puts it right)

He keeps a connection as long as it stands: who is inside stays inside when the door is shut.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from tutor.engine.replies import Reply, ReplyError
from tutor.labs.security.attacks import (
    ATTACKS,
    DATA,
    FOUND,
    FOUND_OWN,
    PLANTED,
    ROGUE_DATA,
    Line,
)
from tutor.labs.security.client import Client, reply_text, word_text
from tutor.labs.security.frame import AttackFrame, ExchangeFrame, FileFrame, Outcome
from tutor.labs.security.passwords import guess
from tutor.labs.security.settings import ATTACKER, NOBODY, PUBLIC, Credentials
from tutor.labs.security.site import Site

REST_US = 300_000
"""Between two attacks."""

GUESSES = 20
"""So many passwords are tried in one attack; the next one goes on from there."""

GUESS_US = 40_000
KEPT = 8
_NOT_IN = ("NOAUTH", "DENIED", "Could not connect", "NOPERM", "BUSY")


@dataclass(slots=True)
class Attempt:
    """An attack under way. ``at``: the next line; ``listed``: names of keys that were found."""

    name: str
    began: int
    at: int = 0
    guesses: int = 0
    refused: bool = False
    let_in: bool = False
    listed: list[bytes] = field(default_factory=list)
    got: list[ExchangeFrame] = field(default_factory=list)
    deciding: tuple[str, str] = ("", "")
    last: tuple[str, str] = ("", "")
    hangs: int = 0


@dataclass(slots=True)
class Known:
    """What is known of an attack: how its last attempt ended, how often it was tried."""

    outcome: Outcome = ""
    time: int = 0
    deciding: tuple[str, str] = ("", "")
    lines: tuple[ExchangeFrame, ...] = ()
    tries: int = 0
    change: int = -1


class Attacker:
    """``over`` is called with the name and the outcome of each attack. ``change`` is the number of
    the server's last change, for `AttackFrame.stale`."""

    def __init__(
        self,
        site: Site,
        names: Sequence[str],
        stolen: Credentials,
        over: Callable[[str, Outcome], None],
    ) -> None:
        self.site = site
        self.known = stolen
        self.stolen = stolen
        self.scan = True
        self.change = 0
        self.results = {name: Known() for name in names}
        self.files: list[FileFrame] = []
        self.told: list[ExchangeFrame] = []
        self.attempt: Attempt | None = None
        self.guessed = 0
        self._frames: tuple[AttackFrame, ...] = ()
        self._asked: list[str] = []
        self._turn = 0
        self._over = over
        self.foothold = self._client()
        self.client = self.foothold
        site.simulation.after(REST_US, self.go_on)

    def _client(self) -> Client:
        made = Client(self.site, "attacker", ATTACKER, PUBLIC, self.known)
        made.told = self.told
        return made

    # which attack

    def ask_for(self, name: str) -> None:
        """This one next."""
        self._asked.append(name)
        if self.attempt is None:
            self.site.simulation.after(0, self.go_on)

    def go_on(self) -> None:
        """The next attack, if there is one to be begun."""
        if self.attempt is not None:
            return
        if self._asked:
            name = self._asked.pop(0)
        elif self.scan:
            names = list(self.results)
            name = names[self._turn % len(names)]
            self._turn += 1
        else:
            return
        self._begin(name)

    def _begin(self, name: str) -> None:
        attempt = self.attempt = Attempt(name, self.site.simulation.now, hangs=self.site.hangs)
        self.foothold.credentials = self.known
        self.client = self.foothold
        if name in ("monitor", "lua"):  # a connection that is good for nothing else afterwards
            self.client = self._client()
        if name == "guess":
            self.client = self._client()
            self.client.credentials = NOBODY
        if name == "replica":
            self.site.rogue(ROGUE_DATA)
        attempt.got = []
        self.results[name].tries += 1
        self._say(attempt)

    # line by line

    def _say(self, attempt: Attempt) -> None:
        """The next line that is to be said."""
        if attempt is not self.attempt:
            return
        lines = ATTACKS[attempt.name]
        while attempt.at < len(lines):
            line = lines[attempt.at]
            if line.if_refused and not attempt.refused:
                attempt.at += 1
                continue
            words = self._filled(line, attempt)
            if words is None:
                break
            self._send(attempt, line, words)
            return
        if attempt.name == "guess" and not attempt.let_in and attempt.guesses < GUESSES:
            self._guess(attempt)
            return
        self._end(attempt)

    def _filled(self, line: Line, attempt: Attempt) -> tuple[bytes, ...] | None:
        names = attempt.listed
        if line.words[-1] == FOUND_OWN:
            names = [name for name in names if name.startswith(b"app:")]
        elif line.words[-1] != FOUND:
            return line.words
        return (*line.words[:-1], *names) if names else None

    def _send(self, attempt: Attempt, line: Line, words: tuple[bytes, ...]) -> None:
        before = len(self.told)

        def heard(reply: Reply) -> None:
            self._heard(attempt, line, words, reply, before)

        self.client.say(words, heard)

    def _heard(
        self, attempt: Attempt, line: Line, words: tuple[bytes, ...], reply: Reply, before: int
    ) -> None:
        attempt.got += self.told[before:]
        text = " ".join(map(word_text, words)), reply_text(reply)
        attempt.last = text
        attempt.refused = isinstance(reply, ReplyError)
        if _gives_away(attempt.name, words, reply, attempt.listed):
            attempt.let_in = True
            attempt.deciding = text
        attempt.at += 1
        if isinstance(reply, ReplyError):
            if not attempt.let_in and not attempt.deciding[1]:
                attempt.deciding = text
            shut = reply.message.startswith(_NOT_IN[:3]) and attempt.name != "guess"
            if shut or line.must or not self.client.connected:
                attempt.at = len(ATTACKS[attempt.name])
                if not self.client.connected:
                    attempt.guesses = GUESSES
        self.site.simulation.after(line.wait_us, lambda: self._say(attempt))

    def _guess(self, attempt: Attempt) -> None:
        """AUTH with the next password of the list."""
        attempt.guesses += 1
        if attempt.guesses == 1 and self.known.password and not self.known.user:
            word = self.known.password.encode()
        else:
            self.guessed += 1
            word = guess(self.guessed)
        before = len(self.told)

        def heard(reply: Reply) -> None:
            attempt.got += self.told[before:]
            attempt.deciding = attempt.last = f"AUTH {word_text(word)}", reply_text(reply)
            if not isinstance(reply, ReplyError):
                attempt.let_in = True
                self.known = Credentials("", word.decode())
                self.foothold.close()
            elif not self.client.connected:
                attempt.guesses = GUESSES
            self.site.simulation.after(GUESS_US, lambda: self._say(attempt))

        self.client.say((b"AUTH", word), heard)

    # what came of it

    def _end(self, attempt: Attempt) -> None:
        outcome: Outcome = "through" if self._through(attempt) else "stopped"
        known = self.results[attempt.name]
        known.outcome, known.time = outcome, self.site.simulation.now
        known.deciding = _deciding(attempt, outcome)
        lines = [*attempt.got]
        if attempt.name == "monitor":
            shown = [one for one in self.told[-40:] if not one.line and one.time >= attempt.began]
            lines += shown
            if shown:
                known.deciding = "MONITOR", shown[-1].reply
        known.lines = tuple(lines[-KEPT:])
        known.change = self.change
        if self.client is not self.foothold:
            self.client.close()
        elif not attempt.let_in and attempt.last[1].startswith(("(error) NOAUTH", "(error) WRONG")):
            self.foothold.close()
            if self.known != self.stolen:
                self.known = NOBODY  # it was changed
                self.guessed = 0
        self.attempt = None
        self._over(attempt.name, outcome)
        self.site.simulation.after(REST_US, self.go_on)

    def _through(self, attempt: Attempt) -> bool:
        name, site = attempt.name, self.site
        if name == "lua":
            return site.hangs > attempt.hangs
        if name == "monitor":
            return attempt.last[1] == "OK"
        if name == "replica":
            return site.master.is_replica and b"pwned" in self._keys()
        if name == "wipe":
            return not set(DATA).issubset(self._keys())
        if name in PLANTED:
            return self._planted(name)
        return attempt.let_in

    def _keys(self) -> set[bytes]:
        return set(self.site.master.engine.databases[0].live_keys())

    def _planted(self, name: str) -> bool:
        """Whether a file with the attacker's line in it is there now; it is told of."""
        path, file, line = PLANTED[name]
        folder = self.site.folders[path]
        if folder.size(file) is None:
            return False
        data = b"".join(folder.read(file))
        if line not in data:
            return False
        now = self.site.simulation.now
        self.files.append(FileFrame(now, f"{path}/{file}", len(data), line.decode()))
        return True

    def frames(self) -> tuple[AttackFrame, ...]:
        """Every attack as it stands; what is as it was is told by the same objects."""
        found: list[AttackFrame] = []
        for name, known in self.results.items():
            tries = self.attempt is not None and self.attempt.name == name
            stale = known.outcome != "" and known.change != self.change
            found.append(
                AttackFrame(
                    name,
                    known.outcome,
                    known.time,
                    *known.deciding,
                    known.lines,
                    known.tries,
                    stale,
                    tries,
                )
            )
        told = tuple(old if old == new else new for old, new in zip_longest(self._frames, found))
        if told != self._frames:
            self._frames = told
        return self._frames


def _deciding(attempt: Attempt, outcome: Outcome) -> tuple[str, str]:
    """The line and the reply that tell best how an attempt ended."""
    if attempt.deciding[1] and (outcome == "stopped" or attempt.let_in):
        return attempt.deciding
    good = [(one.line, one.reply) for one in attempt.got if one.line and not one.refused]
    if outcome == "stopped" or not good:
        return attempt.last
    if attempt.name == "lua":
        return attempt.last
    return good[0] if attempt.name == "replica" else good[-1]


def _gives_away(name: str, words: tuple[bytes, ...], reply: Reply, listed: list[bytes]) -> bool:
    """Whether a reply is what the attacker was after; names of keys are put down."""
    if words[0] == b"KEYS" and isinstance(reply, list):
        listed[:] = reply
    elif words[0] == b"SCAN" and isinstance(reply, list):
        listed[:] = reply[1]
    if name == "look":
        return bool(listed)
    if name in ("guess", "forge"):
        return not isinstance(reply, ReplyError)
    if name in ("steal", "neighbour"):
        return isinstance(reply, bytes | dict) and len(reply) > 0
    return False
