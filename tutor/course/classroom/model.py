"""The class as the instructor sees it: one row for each learner, from what passes and the time.

Nothing here listens or looks at a clock: commands are told by `Classroom.heard`, connections by
`Classroom.connected`, keys by `Classroom.counted`; moments are milliseconds since the Unix epoch.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from tutor.course.classroom.roster import Learner, Roster
from tutor.engine.cmdline import quote

Stuck = Literal["", "errors", "tries", "hints", "idle"]
"""Why a learner seems to be stuck: so many errors in a row, so many failed tries in a row in a
step, so many hints opened, or nothing done for so long in a step that is not done."""

State = Literal["absent", "left", "here", "working", "done"]
"""Never seen; was here; connected; in a step that is not done; in one that is."""

ERRORS_IN_A_ROW = 3
TRIES_IN_A_ROW = 3
HINTS_OPENED = 3
IDLE_MS = 5 * 60_000
"""The rule by which one is stuck."""

MINUTE_MS = 60_000
MOST_STEPS = 400
"""Steps of one learner that are remembered: more than the course has."""

LONGEST = 120
"""Characters of a last command or of a name that a learner's tutor tells."""

_SILENT = frozenset({b"auth", b"hello", b"command"})
"""What clients say by themselves."""

_SILENT_CLIENT = frozenset({b"setname", b"setinfo", b"id"})


class Place(NamedTuple):
    """Where a learner's own tutor is: ids of lesson and step, which of how many steps it is (from
    1), whether it is done, the tries in it, those that failed in a row, and hints opened."""

    lesson: str = ""
    step: str = ""
    number: int = 0
    steps: int = 0
    done: bool = False
    tries: int = 0
    failed: int = 0
    hints: int = 0

    @classmethod
    def read(cls, told: Mapping[str, str]) -> Place:
        """From the fields of a hash, as far as they can be read."""
        numbers = {name: _number(told.get(name, "")) for name in _NUMBERS}
        done = told.get("done") == "1"
        return cls(_name(told, "lesson"), _name(told, "step"), done=done, **numbers)

    def fields(self) -> dict[str, str]:
        """The fields of the hash."""
        told = {name: str(value) for name, value in self._asdict().items()}
        return {**told, "done": "1" if self.done else "0"}


NOWHERE = Place()
_NUMBERS = ("number", "steps", "tries", "failed", "hints")


def _number(text: str) -> int:
    return min(int(text), 999_999) if text.isascii() and text.isdecimal() and text else 0


def _name(told: Mapping[str, str], field_name: str) -> str:
    return one_line(told.get(field_name, ""))


def one_line(text: str) -> str:
    """Text of a learner's, short and fit for a row."""
    return "".join(char if char.isprintable() else "�" for char in text[:LONGEST])


class Connection(NamedTuple):
    """A client that is logged in as a learner."""

    user: bytes
    peer: str


@dataclass(slots=True)
class StepRecord:
    """What a learner did while in a step; ``lesson`` and ``step`` are "" before and without any."""

    lesson: str
    step: str
    first_ms: int
    last_ms: int
    done: bool = False
    tries: int = 0
    hints: int = 0
    commands: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One learner at a moment. ``last`` is his last command; ``wrong_words`` counts logins refused;
    ``idle_ms`` is None for one who has never been seen."""

    learner: Learner
    state: State
    clients: int
    addresses: tuple[str, ...]
    place: Place
    last: str
    last_ms: int
    failed: bool
    errors_minute: int
    keys: int
    idle_ms: int | None
    stuck: Stuck
    commands: int
    errors: int
    wrong_words: int


@dataclass(slots=True)
class _Desk:
    """What is known of one learner."""

    learner: Learner
    place: Place = NOWHERE
    records: dict[tuple[str, str], StepRecord] = field(default_factory=dict)
    addresses: tuple[str, ...] = ()
    clients: int = 0
    last: Sequence[bytes] = ()
    last_ms: int = 0
    failed: bool = False
    row_of_errors: int = 0
    seconds: deque[list[int]] = field(default_factory=deque)
    keys: int = 0
    seen_ms: int = 0
    commands: int = 0
    errors: int = 0
    wrong_words: int = 0

    def record(self, now_ms: int) -> StepRecord:
        """Of the present step."""
        name = self.place.lesson, self.place.step
        found = self.records.get(name)
        if found is None:
            if len(self.records) >= MOST_STEPS:
                self.records.pop(next(iter(self.records)))
            found = self.records[name] = StepRecord(*name, now_ms, now_ms)
        return found

    def erred(self, now_ms: int) -> None:
        """One more error reply; those of one second are counted together."""
        second = now_ms - now_ms % 1000
        if self.seconds and self.seconds[-1][0] == second:
            self.seconds[-1][1] += 1
        else:
            self.seconds.append([second, 1])
            if len(self.seconds) > 61:
                self.seconds.popleft()

    def errors_since(self, moment_ms: int) -> int:
        """Error replies of the seconds from that one on."""
        return sum(count for second, count in self.seconds if second > moment_ms)

    @property
    def working(self) -> bool:
        """In a step that is not done."""
        return bool(self.place.step) and not self.place.done

    def stuck(self, now_ms: int) -> Stuck:
        """By the rule (see `Stuck`); one who is not here or has done his step is not."""
        if not self.clients:
            return ""
        if self.row_of_errors >= ERRORS_IN_A_ROW:
            return "errors"
        if not self.working:
            return ""
        if self.place.failed >= TRIES_IN_A_ROW:
            return "tries"
        if self.place.hints >= HINTS_OPENED:
            return "hints"
        return "idle" if now_ms - self.seen_ms > IDLE_MS else ""


class Classroom:
    """See the module's text. Learners may be added to the roster at any time."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        self.strangers = 0
        """Connections that are not logged in."""
        self.refused = 0
        """Logins refused that named no learner."""
        self._desks: dict[bytes, _Desk] = {}

    def _desk(self, user: bytes) -> _Desk | None:
        desk = self._desks.get(user)
        if desk is None:
            try:
                learner = self.roster.get(user.decode("ascii"))
            except UnicodeDecodeError:
                return None
            if learner is None:
                return None
            desk = self._desks[user] = _Desk(learner)
        return desk

    # what is told

    def heard(self, now_ms: int, user: bytes, argv: Sequence[bytes], error: str = "") -> None:
        """A command of whoever is logged in as ``user`` was carried out or refused."""
        name = argv[0].lower()
        if name in (b"auth", b"hello") and error:
            self._refused(now_ms, argv)
            return
        desk = self._desk(user)
        if desk is None or _is_silent(name, argv):
            return
        desk.seen_ms = now_ms
        if _tells(name, user, argv):
            if not error:
                self._moved(desk, now_ms, argv[2:])
            return
        desk.last = [word[: 2 * LONGEST] for word in argv[:12]]
        desk.last_ms, desk.failed = now_ms, bool(error)
        record = desk.record(now_ms)
        record.last_ms = now_ms
        record.commands += 1
        desk.commands += 1
        if error:
            record.errors += 1
            desk.errors += 1
            desk.row_of_errors += 1
            desk.erred(now_ms)
        else:
            desk.row_of_errors = 0

    def _refused(self, now_ms: int, argv: Sequence[bytes]) -> None:
        """A login failed: of whom, the command says."""
        at = 1
        if argv[0].lower() == b"hello":
            lower = [word.lower() for word in argv]
            if b"auth" not in lower:
                return
            at = lower.index(b"auth") + 1
        desk = self._desk(argv[at]) if len(argv) > at + 1 else None
        if desk is None:
            self.refused += 1
        else:
            desk.wrong_words += 1

    def _moved(self, desk: _Desk, now_ms: int, words: Sequence[bytes]) -> None:
        texts = [word[: 4 * LONGEST].decode("utf-8", "replace") for word in words[:32]]
        told = {**desk.place.fields(), **dict(zip(texts[::2], texts[1::2], strict=False))}
        before, desk.place = desk.place, Place.read(told)
        if before[:2] != desk.place[:2]:
            desk.row_of_errors = 0
        record = desk.record(now_ms)
        record.last_ms = now_ms
        record.done = record.done or desk.place.done
        record.tries, record.hints = desk.place.tries, desk.place.hints

    def connected(self, connections: Iterable[Connection], now_ms: int, strangers: int = 0) -> None:
        """Who is connected now, and how many are not logged in."""
        self.strangers = strangers
        peers: dict[bytes, list[str]] = {}
        for connection in connections:
            peers.setdefault(connection.user, []).append(connection.peer)
        for user in peers:
            desk = self._desk(user)
            if desk is not None and not desk.seen_ms:
                desk.seen_ms = now_ms
                desk.record(now_ms)
        for user, desk in self._desks.items():
            found = peers.get(user, [])
            desk.clients = len(found)
            desk.addresses = tuple(dict.fromkeys(peer.rpartition(":")[0] for peer in found))

    def counted(self, keys: Mapping[bytes, int]) -> None:
        """How many keys each user has; who is not named has none."""
        for user in keys:
            self._desk(user)
        for user, desk in self._desks.items():
            desk.keys = keys.get(user, 0)

    # what is seen

    def rows(self, now_ms: int) -> list[Row]:
        """All learners, in the order of the roster."""
        return [self.row(learner, now_ms) for learner in self.roster]

    def row(self, learner: Learner, now_ms: int) -> Row:
        """One learner now."""
        desk = self._desks.get(learner.user) or _Desk(learner)
        seen = desk.seen_ms
        return Row(
            learner=learner,
            state=_state(desk),
            clients=desk.clients,
            addresses=desk.addresses,
            place=desk.place,
            last=typed(desk.last),
            last_ms=desk.last_ms,
            failed=desk.failed,
            errors_minute=desk.errors_since(now_ms - MINUTE_MS),
            keys=desk.keys,
            idle_ms=max(now_ms - seen, 0) if seen else None,
            stuck=desk.stuck(now_ms),
            commands=desk.commands,
            errors=desk.errors,
            wrong_words=desk.wrong_words,
        )

    def records(self, learner: Learner) -> list[StepRecord]:
        """What a learner did, step by step in the order in which he came there; what he did before
        any is left out if that is nothing and he has been in a step."""
        desk = self._desks.get(learner.user)
        found = list(desk.records.values()) if desk is not None else []
        return [each for each in found if each.step or each.commands] or found

    def stuck(self, now_ms: int) -> list[Learner]:
        """Who seems to be stuck."""
        return [desk.learner for desk in self._desks.values() if desk.stuck(now_ms)]


def _state(desk: _Desk) -> State:
    if not desk.clients:
        return "left" if desk.seen_ms else "absent"
    if desk.place.step:
        return "done" if desk.place.done else "working"
    return "here"


def _is_silent(name: bytes, argv: Sequence[bytes]) -> bool:
    if name == b"client":
        return len(argv) > 1 and argv[1].lower() in _SILENT_CLIENT
    return name in _SILENT


def is_silent(user: bytes, argv: Sequence[bytes]) -> bool:
    """Whether a command is one that clients and tutors send by themselves."""
    name = argv[0].lower()
    return _is_silent(name, argv) or _tells(name, user, argv)


def _tells(name: bytes, user: bytes, argv: Sequence[bytes]) -> bool:
    """A learner's tutor says where it is."""
    return name == b"hset" and len(argv) > 1 and argv[1] == user + b":.tutor"


def typed(argv: Sequence[bytes]) -> str:
    """A command as a line, its beginning if it is long."""
    line = ""
    for word in argv:
        line += (" " if line else "") + quote(word)
        if len(line) > LONGEST:
            break
    return one_line(line)
