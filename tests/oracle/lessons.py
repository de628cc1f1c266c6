"""A sample of a lesson on our engine and on two real servers at once.

What of a reply may differ, by rule:

- where two real servers that were started alike do not agree (ports, ids, times), that part;
- a reply that the server's own command table calls nondeterministic is compared by its type, a
  number by its sign; one whose order it calls so, without its order;
- what shows in one try and not in another: a script that keeps the time of day keeps a millisecond
  that is not the other server's;
- a report of ``name:value`` or ``name=value`` lines (INFO, CLIENT LIST) by its names.

A sample is cut where a real server cannot follow: at ``:run`` (its time cannot be made to go by),
at what stops the server, and behind a write that hangs on chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.oracle.compare import (
    Error,
    RawConnection,
    Simple,
    Waits,
    as_pairs,
    compare_state,
    directives,
    engine_like_the_oracle,
    neutral,
    order_matters,
    put_back,
    unordered,
)
from tests.oracle.raw import Neutral, Text
from tests.oracle.tally import TALLY
from tutor.course.moves import is_move, read_move
from tutor.engine.replies import BLOCKED, Reply
from tutor.engine.session import Session

PAIRED = frozenset([b"hgetall", b"config"])
"""Flat arrays of names and values: a value is compared with that of its name."""

WATCHER = (b"ACL", b"SETUSER", b"watcher", b"on", b">seen", b"~*", b"&*", b"+@all")
WATCHES = (b"AUTH", b"watcher", b"seen")
"""A user of its own, whom no password of a sample locks out."""

OPEN_TO_ALL = (
    (b"CONFIG", b"SET", b"requirepass", b""),
    (b"ACL", b"SETUSER", b"default", b"reset", b"on", b"nopass", b"~*", b"&*", b"+@all"),
)

QUIET_S = 0.03
TRIES = 60

_NAMES = re.compile(rb"^([a-z_0-9.]+):|(?:^| )([a-z-]+)=", re.M)
_NONDETERMINISTIC = b"nondeterministic_output"
_UNORDERED = b"nondeterministic_output_order"


def stops_the_server(argv: Sequence[bytes]) -> bool:
    """Whether nobody, not even who looks on, is answered afterwards."""
    name, *words = (word.lower() for word in argv)
    if name == b"client" and words[:1] == [b"pause"]:
        return b"write" not in words
    asleep = name == b"debug" and words[:1] in ([b"sleep"], [b"segfault"], [b"restart"])
    return asleep or name in (b"shutdown", b"failover")


class Masked:
    """Stands where nothing is compared."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Masked)

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "…"


@dataclass
class Replayed:
    """What differed, how many replies were compared, and why the sample was cut, if it was."""

    differences: list[str] = field(default_factory=list)
    compared: int = 0
    cut: str = ""


class Side:
    """One real server with the connections of a sample's clients."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.control = RawConnection(port)
        self.control.call(b"FLUSHALL")
        self.control.call(*WATCHER)
        self.control.call(*WATCHES)
        self.before = directives(self.control)
        self.clients: dict[int, RawConnection] = {}

    def client(self, number: int) -> RawConnection:
        if number not in self.clients:
            self.clients[number] = RawConnection(self.port)
        return self.clients[number]

    def drop(self, number: int) -> None:
        found = self.clients.pop(number, None)
        if found is not None:
            found.close()

    def call(self, *words: bytes) -> Neutral:
        """As whoever looks on; a sample may have thrown them out (CLIENT KILL)."""
        try:
            return self.control.call(*words)
        except ConnectionError:
            self.control.close()
            self.control = RawConnection(self.port)
            self.control.call(*WATCHES)
            return self.control.call(*words)

    def open_to_all(self) -> None:
        """No password, nothing forbidden."""
        for words in OPEN_TO_ALL:
            self.call(*words)

    def end(self) -> None:
        """As it was before: configuration, users, scripts, role."""
        for number in list(self.clients):
            self.drop(number)
        call = self.call
        call(b"CLIENT", b"UNPAUSE")
        call(b"REPLICAOF", b"NO", b"ONE")
        for user in call(b"ACL", b"USERS"):
            if user not in (b"default", WATCHER[2]):
                call(b"ACL", b"DELUSER", user)
        self.open_to_all()
        put_back(self.control, self.before)
        self.control.close()
        self.control = RawConnection(self.port)
        self.control.call(b"ACL", b"DELUSER", WATCHER[2])
        for words in (b"FUNCTION FLUSH", b"SCRIPT FLUSH", b"SLOWLOG RESET", b"CONFIG RESETSTAT"):
            call(*words.split())
        self.control.close()


class Replay:
    """Runs one sample; `run` tells what came of it."""

    def __init__(self, ports: Sequence[int]) -> None:
        self.engine = engine_like_the_oracle()
        self.admin = self.engine.connect()
        self.engine.execute(self.admin, WATCHER)
        self.engine.execute(self.admin, WATCHES)
        for port in ports[1:]:  # so that ids of connections are never the same by luck
            RawConnection(port).close()
        self.sides = [Side(port) for port in ports]
        self.sessions: dict[int, Session] = {}
        self.late: dict[int, list[Reply]] = {}
        self.asked: dict[int, tuple[bytes, ...]] = {}
        self.found = Replayed()

    def run(self, lines: Sequence[tuple[bytes, ...]]) -> Replayed:
        client = 1
        try:
            for argv in lines:
                if is_move(argv):
                    move = read_move(argv)
                    if move.kind == "run":
                        self.found.cut = ":run"
                        break
                    client = int(move.value)
                    self._session(client)
                    continue
                if stops_the_server(argv):
                    self.found.cut = "stops the server"
                    break
                self._command(client, argv)
                if self._by_chance(argv):
                    self.found.cut = "chance"
                    return self.found
            self._settle(final=True)
            self._open_ours()
            for side in self.sides:
                side.open_to_all()
            self.found.differences += compare_state(self.engine, self.sides[0].control)
        finally:
            for side in self.sides:
                side.end()
        return self.found

    def _open_ours(self) -> None:
        """Whoever looks at the keys now must be let in."""
        if self.admin.id not in self.engine.sessions:  # CLIENT KILL
            self.admin = self.engine.connect()
            self.engine.execute(self.admin, WATCHES)
        for words in OPEN_TO_ALL:
            self.engine.execute(self.admin, words)

    def _session(self, client: int) -> Session:
        session = self.sessions.get(client)
        if session is None or session.id not in self.engine.sessions:
            session = self.sessions[client] = self.engine.connect()
            for side in self.sides:
                side.drop(client)
                side.client(client)
        return session

    def _command(self, client: int, argv: tuple[bytes, ...]) -> None:
        if client in self.late:  # whoever still waits is stopped, as Ctrl-C does
            self.engine.disconnect(self.sessions[client])
            del self.late[client]
        session = self._session(client)
        ordered = order_matters(session, argv)
        answers: list[Reply] = []
        session.on_reply = answers.append
        ours = self.engine.execute(session, argv)
        for side in self.sides:
            side.client(client).send(*argv)
        if ours is BLOCKED and not answers:
            self.late[client], self.asked[client] = answers, argv
            theirs = [self._if_quiet(side.client(client)) for side in self.sides]
        else:
            theirs = [side.client(client).receive() for side in self.sides]
        self._compare(argv, neutral(ours, session.resp), theirs, ordered)
        if session.closing:
            self.engine.disconnect(session)
        self._settle()

    def _settle(self, final: bool = False) -> None:
        """The end of a turn of the loop, and replies that waiting clients have got meanwhile."""
        self.engine.before_sleep()
        for client, answers in list(self.late.items()):
            raws = [side.client(client) for side in self.sides]
            if answers:
                del self.late[client]
                resp = self.sessions[client].resp
                theirs = [raw.receive() for raw in raws]
                self._compare(self.asked[client], neutral(answers[0], resp), theirs, True)
            elif final:
                self._compare(self.asked[client], Waits(), [self._if_quiet(r) for r in raws], True)

    def _if_quiet(self, raw: RawConnection) -> Neutral:
        return Waits() if raw.quiet(QUIET_S) else raw.receive()

    def _compare(
        self, argv: tuple[bytes, ...], ours: Neutral, theirs: Sequence[Neutral], ordered: bool
    ) -> None:
        tips = self._tips(argv)
        replies = [ours, *theirs]
        if argv[0].lower() in PAIRED and not any(isinstance(each, Error) for each in replies):
            replies = [as_pairs(reply) for reply in replies]
            replies = replies if ordered else [sorted(reply) for reply in replies]
        elif not ordered or _UNORDERED in tips:
            replies = [unordered(reply) for reply in replies]
        if _NONDETERMINISTIC in tips:
            replies = [_kind(reply) for reply in replies]
        ours, one, two = replies
        self.found.compared += 1
        TALLY.calls += 1
        if _masked(ours, one, two) != _masked(one, one, two):
            TALLY.differences += 1
            self.found.differences.append(f"{argv} → ours {ours!r}, theirs {one!r}")

    def _by_chance(self, argv: tuple[bytes, ...]) -> bool:
        """Whether it changed data in a way that no other server would."""
        writes = Simple(b"write") in self._info(argv, 2)
        return writes and _NONDETERMINISTIC in self._tips(argv)

    def _tips(self, argv: tuple[bytes, ...]) -> frozenset[bytes]:
        return frozenset(tip for tip in self._info(argv, 7) if isinstance(tip, bytes))

    def _info(self, argv: tuple[bytes, ...], column: int) -> Sequence[Neutral]:
        """A column of the real server's command table: 2 are flags, 7 tips."""
        names = [argv[0].lower()]
        if len(argv) > 1:
            names.insert(0, b"|".join(word.lower() for word in argv[:2]))
        for name in names:
            row = self.sides[1].call(b"COMMAND", b"INFO", name)[0]
            if isinstance(row, list):
                cells: Sequence[Neutral] = row[column]
                return cells
        return ()


def _kind(reply: Neutral) -> Neutral:
    """What is left of a reply that differs from server to server: its type, names, a sign."""
    if isinstance(reply, Error):
        return reply
    if isinstance(reply, bool | int):
        return (reply > 0) - (reply < 0)
    text = reply.text if isinstance(reply, Text) else reply
    if isinstance(text, bytes):
        return sorted({found[1] or found[2] for found in _NAMES.finditer(text)})
    return type(reply)


def _masked(value: Neutral, one: Neutral, two: Neutral) -> Neutral:
    """``value`` without what two real servers do not agree on."""
    if one == two:
        return value
    lists = all(isinstance(each, list) for each in (value, one, two))
    if lists and len(one) == len(two) == len(value):
        return [_masked(*each) for each in zip(value, one, two, strict=True)]
    return Masked() if type(value) is type(one) else value


def replay(lines: Sequence[tuple[bytes, ...]], ports: Sequence[int]) -> Replayed:
    """A sample; one that differs is tried again, and the least that ever differed counts."""
    counted = TALLY.differences
    best = Replay(ports).run(lines)
    for _again in range(TRIES - 1):
        if not best.differences:
            break
        next_try = Replay(ports).run(lines)
        best = min(best, next_try, key=lambda tried: len(tried.differences))
    TALLY.differences = counted + len(best.differences)
    return best


def samples_of(step: object) -> Iterator[tuple[str, list[tuple[bytes, ...]]]]:
    """Setup and one way through a step of a world, for each way that the lesson speaks of."""
    from tutor.course.model import Line, Step

    assert isinstance(step, Step)

    def words(*parts: tuple[Line, ...]) -> list[tuple[bytes, ...]]:
        return [line.argv for part in (step.setup, *parts) for line in part]

    if step.solution:
        yield "solution", words(step.solution)
    for number, accept in enumerate(step.accept, 1):
        yield f"accept {number}", words(accept.run)
    for number, reject in enumerate(step.reject, 1):
        yield f"reject {number}", words(reject.run, reject.recover or step.solution)
    if step.predict is not None:
        yield "question", words(step.predict.run, (step.predict.ask,))
    if step.demo is not None:
        moved = tuple(beat.moved for beat in step.demo.beats if beat.moved is not None)
        yield "demo", words(moved)
