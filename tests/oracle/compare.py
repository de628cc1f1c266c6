"""Our replies beside the real server's: one command, all keys, whole scenarios.

Both are brought into the neutral form of `raw.py` first.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.oracle.raw import (
    Bool,
    Double,
    Error,
    Neutral,
    NullArray,
    RawConnection,
    Simple,
    Text,
    Typed,
    Waits,
)
from tests.oracle.stream_strategies import timeless_dump
from tests.oracle.tally import TALLY
from tutor.engine.cmdline import split
from tutor.engine.config import Config
from tutor.engine.engine import Engine
from tutor.engine.replies import (
    BLOCKED,
    NULL_ARRAY,
    MapReply,
    Pairs,
    Push,
    Reply,
    ReplyError,
    SetReply,
    Several,
    Status,
    Verbatim,
    format_double,
)
from tutor.engine.session import Session

__all__ = [
    "Bool",
    "Double",
    "Error",
    "NullArray",
    "RawConnection",
    "Scenario",
    "Simple",
    "Text",
    "Typed",
    "Waits",
    "as_pairs",
    "compare_state",
    "engine_like_the_oracle",
    "knows",
    "load_calls",
    "neutral",
    "run_both",
    "run_scenario",
    "unordered",
    "wait_for",
]


def neutral(reply: Reply, resp: int = 2) -> Neutral:
    """One of our replies in the neutral form, as protocol version ``resp`` would send it."""
    if reply is None:
        return None
    if reply is NULL_ARRAY:
        return None if resp == 3 else NullArray()
    if reply is BLOCKED:
        return Waits()
    if isinstance(reply, bool):
        return Bool(reply) if resp == 3 else int(reply)
    if isinstance(reply, int):
        return reply
    if isinstance(reply, float):
        return Double(format_double(reply)) if resp == 3 else format_double(reply)
    if isinstance(reply, Status):
        return Simple(bytes(reply))
    if isinstance(reply, Verbatim):
        return Text(bytes(reply)) if resp == 3 else bytes(reply)
    if isinstance(reply, bytes):
        return bytes(reply)
    if isinstance(reply, ReplyError):
        return Error(reply.message.encode("utf-8", "surrogateescape"))
    if isinstance(reply, dict):
        pairs = [[neutral(name, resp), neutral(value, resp)] for name, value in reply.items()]
        return Typed("%", pairs) if resp == 3 else [half for pair in pairs for half in pair]
    if isinstance(reply, Pairs):
        pairs = [[neutral(half, resp) for half in pair] for pair in reply]
        return pairs if resp == 3 else [half for pair in pairs for half in pair]
    if isinstance(reply, MapReply) and resp == 3:
        return Typed("%", [[neutral(half, resp) for half in pair] for pair in reply])
    if isinstance(reply, (list, tuple)):
        items = [neutral(item, resp) for item in _unframed(reply)]
        if resp == 3 and isinstance(reply, SetReply):
            return Typed("~", items)
        if resp == 3 and isinstance(reply, Push):
            return Typed(">", items)
        return items
    raise TypeError(f"not a reply: {reply!r}")


def _unframed(items: Iterable[Reply]) -> Iterator[Reply]:
    """Elements as they are sent: a `Several` among them has no frame of its own."""
    for item in items:
        if isinstance(item, Several):
            yield from _unframed(item)
        else:
            yield item


# order

_ORDER_OF_TABLE = frozenset(
    b"smembers sinter sunion sdiff hgetall hkeys hvals sscan hscan zscan".split()
)
"""Replies in bucket order when one of the keys is a hash table."""

_NO_ORDER = frozenset([b"keys", b"scan"])
_PAIRS = frozenset([b"hgetall"])


def unordered(reply: Neutral) -> Neutral:
    """The same reply with every array, at any depth, in one fixed order."""
    if isinstance(reply, Typed):
        return Typed(reply.kind, unordered(reply.items))
    if isinstance(reply, list):
        return sorted((unordered(item) for item in reply), key=repr)
    return reply


def as_pairs(reply: Neutral) -> Neutral:
    """A flat array of names and values as pairs."""
    return (
        [[reply[at], reply[at + 1]] for at in range(0, len(reply) - 1, 2)]
        if isinstance(reply, list)
        else reply
    )


def order_matters(session: Session, argv: Sequence[bytes]) -> bool:
    """False if the reply's order depends on the seed of a hash table. Ask before executing."""
    name = argv[0].lower()
    if name in _NO_ORDER or (name == b"config" and argv[1:2] and argv[1].lower() == b"get"):
        return False
    if name == b"command":
        return False
    if name not in _ORDER_OF_TABLE:
        return True
    data = session.db.keys.data
    return all(_encoding(data.get(word)) not in ("hashtable", "skiplist") for word in argv[1:])


def _encoding(value: object) -> str:
    return str(getattr(value, "encoding", ""))


# running


def run_both(
    session: Session, raw: RawConnection, argv: Sequence[bytes], exact: bool = True
) -> tuple[Any, Any]:
    """One command on our session and on the real server: (ours, theirs), neutral.

    Replies in hash-table order come back sorted. A command that blocks is waited for on both
    sides (so give it a short timeout). Counts one call, and one difference if they differ; not
    ``exact``: the caller compares a part only, so a difference is no difference yet.
    """
    ordered = order_matters(session, argv)
    reply = session.engine.execute(session, argv)
    theirs = raw.call(*argv)
    if reply is BLOCKED:
        reply = wait_for(session)
    ours = neutral(reply, session.resp)
    if not ordered:
        if argv[0].lower() in _PAIRS or argv[0].lower() == b"config":
            ours, theirs = as_pairs(ours), as_pairs(theirs)
        ours, theirs = unordered(ours), unordered(theirs)
    TALLY.calls += 1
    if exact and ours != theirs:
        TALLY.differences += 1
    return ours, theirs


def wait_for(session: Session, seconds: float = 5.0) -> Reply:
    """Turn the engine's cron until the blocked session is answered; `BLOCKED` if it never is."""
    answers: list[Reply] = []
    session.on_reply = answers.append
    deadline = time.monotonic() + seconds
    while not answers and time.monotonic() < deadline:
        session.engine.tick()
        time.sleep(0.001)
    session.on_reply = None
    return answers[0] if answers else BLOCKED


def engine_like_the_oracle() -> Engine:
    """An engine configured as `conftest.py` starts the real server."""
    return Engine(config=Config(save=(), bind=("127.0.0.1",)))


def knows(engine: Engine, name: bytes) -> bool:
    """True if our engine has this command already (``b"memory usage"`` for a subcommand)."""
    words = name.split()
    try:
        engine.find([*words, *[b"x"] * 8])
    except ReplyError as error:
        return "unknown" not in error.message
    return True


_STATE = (b"type", b"object encoding", b"dump", b"memory usage", b"pttl")


def compare_state(engine: Engine, raw: RawConnection) -> list[str]:
    """Every key of every database on both sides: what differs, in words.

    TYPE, OBJECT ENCODING, DUMP (of hash tables the decoded contents, of streams without recent
    times), MEMORY USAGE SAMPLES 0
    (neither of skiplists, whose towers are random, nor amid a rehash) and the sign of PTTL.
    """
    session = engine.connect()
    known = {name for name in _STATE if knows(engine, name)}
    found: list[str] = []
    for index in range(len(engine.databases)):
        session.db = engine.databases[index]
        raw.call(b"SELECT", b"%d" % index)
        engine.now_ms = engine.clock.now_us() // 1000
        theirs = set(raw.call(b"KEYS", b"*"))
        ours = set(session.db.live_keys())
        TALLY.calls += 1
        if ours != theirs:
            TALLY.differences += 1
            found.append(f"db {index}: keys: ours {sorted(ours)}, theirs {sorted(theirs)}")
        for key in sorted(ours & theirs):
            found += _compare_key(session, raw, key, known)
    engine.disconnect(session)
    return found


def _compare_key(
    session: Session, raw: RawConnection, key: bytes, known: set[bytes]
) -> Iterator[str]:
    def differ(*argv: bytes, sign: bool = False) -> Iterator[str]:
        ours, theirs = run_both(session, raw, argv)
        if sign and isinstance(ours, int) and isinstance(theirs, int):
            near = (ours < 0) == (theirs < 0) and abs(ours - theirs) < 5000
            if ours != theirs and near:
                TALLY.differences -= 1
                return
        if ours != theirs:
            yield f"{key!r}: {b' '.join(argv)!r}: ours {ours!r}, theirs {theirs!r}"

    value: Any = session.db.keys.data.get(key)
    encoding = _encoding(value)
    if b"type" in known:
        yield from differ(b"TYPE", key)
    if b"object encoding" in known:
        yield from differ(b"OBJECT", b"ENCODING", key)
    if b"pttl" in known:
        yield from differ(b"PTTL", key, sign=True)
    if encoding == "hashtable":
        yield from differ(b"SMEMBERS" if type(value).__name__ == "Set" else b"HGETALL", key)
    elif encoding == "stream":
        ours, theirs = run_both(session, raw, (b"DUMP", key), exact=False)
        if timeless_dump(ours) != timeless_dump(theirs):
            TALLY.differences += 1
            yield f"{key!r}: DUMP: ours {ours!r}, theirs {theirs!r}"
    elif b"dump" in known:
        yield from differ(b"DUMP", key)
    if b"memory usage" in known and encoding != "skiplist":
        table = getattr(value, "table", None)
        rehashing = table is not None and (
            table.rehashidx >= 0 or b"rehashing target" in raw.call(b"DEBUG", b"HTSTATS-KEY", key)
        )
        if not rehashing:
            yield from differ(b"MEMORY", b"USAGE", key, b"SAMPLES", b"0")


# scenarios


@dataclass
class Call:
    """One line: its number, its words, and how to compare (see `load_calls`)."""

    line: int
    argv: list[bytes]
    client: int = 1
    unordered: bool = False
    ignore: bool = False
    blocks: bool = False
    reply: bool = False


@dataclass
class Scenario:
    """Lines that run one after the other on an empty server."""

    path: Path
    calls: list[Call] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.path.stem}:{self.calls[0].line}"


def load_calls(path: Path) -> list[Scenario]:
    r"""The scenarios of a file.

    One command per line, quoted as in redis-cli (``"a\x00b"``, ``'a b'``). ``#`` begins a comment
    line, an empty line ends a scenario; the next begins on empty servers with fresh clients.
    Words before a command that begin with ``@``:

    ``@unordered``  compare arrays as multisets, at any depth
    ``@ignore``     run on both, do not compare the reply (random, or depends on time)
    ``@2``          run on client 2 (any number; 1 is the default)
    ``@blocks``     the command must wait; its reply is asked for later by
    ``@reply``      a line of its own: the reply that the client waited for
    """
    scenarios: list[Scenario] = []
    current = Scenario(path)
    for number, raw_line in enumerate(path.read_text("utf-8").splitlines(), 1):
        line = raw_line.strip()
        if line.startswith("#"):
            continue
        if not line:
            if current.calls:
                scenarios.append(current)
                current = Scenario(path)
            continue
        current.calls.append(_parse_call(line, number))
    if current.calls:
        scenarios.append(current)
    return scenarios


def _parse_call(line: str, number: int) -> Call:
    call = Call(number, [])
    while line.startswith("@"):
        word, _, line = line.partition(" ")
        line = line.lstrip()
        name = word[1:]
        if name.isdigit():
            call.client = int(name)
        elif name in ("unordered", "ignore", "blocks", "reply"):
            setattr(call, name, True)
        else:
            raise ValueError(f"line {number}: unknown prefix {word}")
    call.argv = split(line)
    if bool(call.argv) == call.reply:
        raise ValueError(f"line {number}: a command is wanted, or @reply alone")
    return call


def run_scenario(scenario: Scenario, engine: Engine, port: int) -> list[str]:
    """Run a scenario on both sides and compare the replies, then the keys: what differs."""
    found: list[str] = []
    sessions: dict[int, Session] = {}
    raws: dict[int, RawConnection] = {}
    answers: dict[int, list[Reply]] = {}

    def compare(call: Call, ours: Neutral, theirs: Neutral) -> None:
        if ours == theirs:
            return
        text = b" ".join(call.argv) if call.argv else b"@reply"
        found.append(f"line {call.line}: {text!r}\n    ours   {ours!r}\n    theirs {theirs!r}")

    with RawConnection(port) as control:
        control.call(b"FLUSHALL")
        before = directives(control)
        try:
            for call in scenario.calls:
                if call.client not in sessions:
                    raws[call.client] = RawConnection(port)
                    sessions[call.client] = engine.connect()
                session, raw = sessions[call.client], raws[call.client]
                if call.reply:
                    replies = answers.pop(call.client, [])
                    theirs = raw.receive()
                    late = replies[0] if replies else wait_for(session)
                    ours = neutral(late, session.resp)
                    session.on_reply = None
                    TALLY.calls += 1
                    TALLY.differences += ours != theirs
                    compare(call, ours, theirs)
                elif call.blocks:
                    answers[call.client] = []
                    session.on_reply = answers[call.client].append
                    ours = neutral(engine.execute(session, call.argv), session.resp)
                    raw.send(*call.argv)
                    theirs = Waits() if raw.quiet(0.03 if ours == Waits() else 5) else raw.receive()
                    TALLY.calls += 1
                    TALLY.differences += ours != theirs
                    compare(call, ours, theirs)
                elif call.ignore:
                    if engine.execute(session, call.argv) is BLOCKED:
                        wait_for(session)
                    raw.call(*call.argv)
                else:
                    differences = TALLY.differences
                    ours, theirs = run_both(session, raw, call.argv)
                    if call.unordered:
                        ours, theirs = unordered(ours), unordered(theirs)
                        TALLY.differences = differences + (ours != theirs)
                    compare(call, ours, theirs)
        finally:
            for raw in raws.values():
                raw.close()
            put_back(control, before)
        found += compare_state(engine, control)
    return found


def directives(control: RawConnection) -> dict[bytes, bytes]:
    """The real server's configuration, to be put back after what changes it."""
    flat = control.call(b"CONFIG", b"GET", b"*")
    return dict(zip(flat[::2], flat[1::2], strict=True))


def put_back(control: RawConnection, before: dict[bytes, bytes]) -> None:
    """Undo what a scenario did to the real server besides its data."""
    limit = b"client-output-buffer-limit"
    control.call(b"CONFIG", b"SET", limit, before[limit])  # a tiny one would cut us off
    control.call(b"CLIENT", b"UNPAUSE")
    control.call(b"DEBUG", b"SET-ACTIVE-EXPIRE", b"1")
    control.call(b"DEBUG", b"QUICKLIST-PACKED-THRESHOLD", b"1073741824")
    for name, value in directives(control).items():
        if before.get(name) != value:
            control.call(b"CONFIG", b"SET", name, before[name])
