"""One row of the table, tried step by step on both engines; at the end, figures.

experiment = Experiment("queue")
while not experiment.done: experiment.advance()
experiment.outcome
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from tutor.labs.rivals.bench import Bench, EngineName, Exchange
from tutor.labs.rivals.rows import (
    KEYS,
    LIMIT,
    LIVES,
    ROWS,
    SIZES,
    USERS,
    Row,
    Step,
    Verdict,
)
from tutor.network.encoder import encode
from tutor.network.requests import RequestParser

Timer = Callable[[], float]
"""Seconds, from whatever beginning: `time.perf_counter` of the caller. Labs read no clock."""

Unit = Literal["bytes", "commands", "keys", "items", "per second", "requests", "text"]
OPERATIONS = 4000
"""Of each kind, where the speed is measured."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Something counted on both; None where an engine has no such thing. ``of``: out of how
    many, 0 if that says nothing. ``about`` is a further word, such as a setting or a size."""

    code: str
    redis: int | None
    memcached: int | None
    unit: Unit
    of: int = 0
    about: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that came out of an experiment; ``taken`` are the steps so far."""

    row: str
    taken: int
    verdict: Verdict
    seed: int
    exchanges: tuple[Exchange, ...]
    figures: tuple[Figure, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists; bytes as text, each byte a character (Latin-1)."""
        steps = [step.code for step in ROWS[self.row].steps]
        told = [
            {
                **asdict(one),
                "step": steps[one.step],
                "request": one.request.decode("latin-1"),
                "reply": one.reply.decode("latin-1"),
            }
            for one in self.exchanges
        ]
        return {
            "row": self.row,
            "verdict": self.verdict,
            "seed": self.seed,
            "exchanges": told,
            "figures": [asdict(figure) for figure in self.figures],
        }


@dataclass(slots=True)
class Experiment:
    """``timer``: without one the speed is not measured. ``exchanges`` are all so far."""

    name: str
    seed: int = 7
    timer: Timer | None = None
    exchanges: list[Exchange] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    position: int = 0
    bench: Bench = field(init=False)

    def __post_init__(self) -> None:
        self.bench = Bench(self.seed)

    @property
    def row(self) -> Row:
        """What is tried."""
        return ROWS[self.name]

    @property
    def done(self) -> bool:
        """Whether every step was taken."""
        return self.position == len(self.row.steps)

    def advance(self) -> Sequence[Exchange]:
        """The next step; what was said in it."""
        step = self.row.steps[self.position]
        self.bench.step = self.position
        if step.act == "clock":
            self.figures += _speed(self.timer)
        elif step.act:
            self.bench.act(step.act)
        said = self._say(step)
        self.exchanges += said
        if step.code in _LOOKS:
            self.figures += _LOOKS[step.code](self, said)
        self.position += 1
        if self.done:
            self.figures += _AT_THE_END.get(self.name, _nothing)(self)
        return said

    def _say(self, step: Step) -> list[Exchange]:
        """A repetition is a line of each after the other, as one client of each would send it."""
        said: list[Exchange] = []
        for number in range(1, step.times + 1):
            for line in step.redis:
                said += [self.bench.redis(line, number), *self.bench.late()]
            said += [self.bench.memcached(line, number) for line in step.memcached]
        return said

    @property
    def outcome(self) -> Outcome:
        """What there is so far."""
        return Outcome(
            self.name,
            self.position,
            self.row.verdict,
            self.seed,
            tuple(self.exchanges),
            tuple(self.figures),
        )


def run(name: str, seed: int = 7, timer: Timer | None = None) -> Outcome:
    """An experiment from its beginning to its end."""
    experiment = Experiment(name, seed, timer)
    while not experiment.done:
        experiment.advance()
    return experiment.outcome


# what replies say


def failed(exchange: Exchange) -> bool:
    """Whether the engine has answered with an error, or not at all."""
    reply = exchange.reply
    if exchange.engine == "redis":
        return exchange.refused or reply.startswith(b"-")
    errors = (b"ERROR", b"CLIENT_ERROR", b"SERVER_ERROR")
    return exchange.refused or reply.startswith(errors)


def _of(said: Sequence[Exchange], engine: EngineName) -> list[Exchange]:
    return [one for one in said if one.engine == engine]


def _found(said: Sequence[Exchange], engine: EngineName) -> int:
    """Reads that came back with a value."""
    if engine == "redis":
        return sum(one.reply not in (b"$-1\r\n", b"") for one in _of(said, engine))
    return sum(one.reply.count(b"VALUE ") for one in _of(said, engine))


def _bytes(said: Sequence[Exchange], engine: EngineName) -> int:
    """What has gone over the wire, both ways."""
    return sum(one.request_length + one.reply_length for one in _of(said, engine))


def _integer(reply: bytes) -> int:
    return int(reply.lstrip(b":").rstrip())


# figures


def _nothing(_experiment: Experiment) -> list[Figure]:
    return []


def _types(experiment: Experiment) -> list[Figure]:
    """How many steps worked without an error, and what one changed field costs on the wire."""
    steps = experiment.row.steps
    taken: dict[EngineName, int] = {"redis": 0, "memcached": 0}
    for at in range(len(steps)):
        for engine in taken:
            said = [one for one in _of(experiment.exchanges, engine) if one.step == at]
            taken[engine] += bool(said) and not any(map(failed, said))
    at = next(number for number, step in enumerate(steps) if step.code == "hash")
    hashed = [one for one in experiment.exchanges if one.step == at]
    changed = [_of(hashed, "redis")[1], *_of(hashed, "memcached")[2:]]
    return [
        Figure("kinds", taken["redis"], taken["memcached"], "commands", len(steps)),
        Figure("one-field", _bytes(changed, "redis"), _bytes(changed, "memcached"), "bytes"),
    ]


def _count(experiment: Experiment, said: Sequence[Exchange]) -> list[Figure]:
    """After a restart: how many keys are back."""
    number = sum(figure.code == "back" for figure in experiment.figures)
    kept, death = LIVES[number]
    back = _integer(_of(said, "redis")[0].reply)
    step = next(one for one in experiment.row.steps if one.code == "write")
    there = _found(said, "memcached")
    return [Figure("back", back, there, "keys", step.times, f"{kept} {death}")]


def _read_all(_experiment: Experiment, said: Sequence[Exchange]) -> list[Figure]:
    return [Figure("survived", _found(said, "redis"), _found(said, "memcached"), "keys", KEYS)]


def _fill(experiment: Experiment, said: Sequence[Exchange]) -> list[Figure]:
    """What a full memory does: errors, and items that had to go."""
    redis = _of(said, "redis")
    refused = sum(map(failed, redis))
    evicted = experiment.bench.info("stats", "evicted_keys")
    if experiment.row.steps[experiment.position].code == "fill-lru":
        return [Figure("evicted-lru", evicted, None, "keys", len(redis))]
    rivals = _of(said, "memcached")
    gone = experiment.bench.cache().store.layout().evictions
    return [
        Figure("refused", refused, sum(map(failed, rivals)), "commands", len(redis)),
        Figure("evicted", evicted, gone, "keys", len(redis)),
    ]


def _torn(_experiment: Experiment, said: Sequence[Exchange]) -> list[Figure]:
    """A reader between the two halves of a push that is made by hand."""
    return [Figure("delivered", _found(said[1:2], "redis"), _found(said, "memcached"), "items", 1)]


def _allowed(experiment: Experiment) -> list[Figure]:
    """Of all requests of the first window, how many were let through."""
    codes = [step.code for step in experiment.row.steps]
    first = [one for one in experiment.exchanges if codes[one.step] == "naive"]
    exec_, incr = _of(first, "redis")[-1], _of(first, "memcached")[-1]
    counts: dict[EngineName, list[int]] = {
        "redis": [_integer(exec_.reply.split(b"\r\n")[1])],
        "memcached": [_integer(incr.reply)],
    }
    for one in experiment.exchanges:
        if codes[one.step] == "twelve":
            counts[one.engine].append(_integer(one.reply))
    allowed = {name: sum(count <= LIMIT for count in some) for name, some in counts.items()}
    total = len(counts["redis"])
    return [Figure("allowed", allowed["redis"], allowed["memcached"], "requests", total)]


def _logged_in(_experiment: Experiment, said: Sequence[Exchange]) -> list[Figure]:
    return [Figure("logged-in", _found(said, "redis"), _found(said, "memcached"), "items", 1)]


def _month(_experiment: Experiment, said: Sequence[Exchange]) -> list[Figure]:
    """What is read back of a lifetime of thirty days and a second."""
    reads = said[1], said[3]
    return [Figure("month", _found(reads, "redis"), _found(reads, "memcached"), "items", 1)]


def _look(experiment: Experiment, said: Sequence[Exchange]) -> list[Figure]:
    """Bytes of a key: the structure itself, and all that there is of memory for each."""
    size = SIZES[sum(figure.code == "per-key" for figure in experiment.figures)]
    bench = experiment.bench
    item = bench.cache().store.item_layout(b"user:100")
    assert item is not None
    usage = _integer(_of(said, "redis")[0].reply)
    used = bench.info("memory", "used_memory") - bench.used_at_first
    pages = bench.cache().store.layout().allocated
    return [
        Figure("per-key", usage, item.chunk, "bytes", 0, str(size)),
        Figure("payload", len(b"user:100") + size, len(b"user:100") + size, "bytes", 0, str(size)),
        Figure("wasted", None, item.chunk - item.size, "bytes", item.chunk, str(size)),
        Figure("taken", used, pages, "bytes", USERS, str(size)),
    ]


def _on_the_wire(experiment: Experiment, said: Sequence[Exchange]) -> list[Figure]:
    code = experiment.row.steps[experiment.position].code.replace("one", "wire")
    return [Figure(code, _bytes(said, "redis"), _bytes(said, "memcached"), "bytes")]


def _speed(timer: Timer | None) -> list[Figure]:
    """Operations a second of our two engines in this process, requests as bytes, replies as bytes.

    This tells of two programs in Python; of redis-server and memcached it tells nothing.
    """
    if timer is None:
        return []
    rates: list[dict[str, int]] = []
    for engine in _LOOPS:
        rates.append({name: _rate(engine, name, timer) for name in ("set", "get")})
    return [
        Figure(f"rate-{name}", rates[0][name], rates[1][name], "per second") for name in rates[0]
    ]


def _rate(engine: EngineName, name: str, timer: Timer) -> int:
    bench = Bench()
    value = b"x" * 60
    words = (b"SET", b"user:100", value) if name == "set" else (b"GET", b"user:100")
    bench.redis("SET user:100 {x60}")
    bench.memcached("set user:100 0 0 60\n{x60}")
    text = b"set user:100 0 0 60\r\n%b\r\n" % value if name == "set" else b"get user:100\r\n"
    request = encode(list(words), 2) if engine == "redis" else text
    serve = _LOOPS[engine](bench, request)
    began = timer()
    for _number in range(OPERATIONS):
        serve()
    took = timer() - began
    return round(OPERATIONS / took) if took > 0 else 0


def _redis_loop(bench: Bench, request: bytes) -> Callable[[], object]:
    node, parser = bench.nodes["redis"], RequestParser()
    session = node.session_of("a:50000")

    def serve() -> object:
        parser.feed(request)
        argv = parser.next(False, 512 << 20)
        assert argv is not None
        return encode(node.engine.execute(session, argv), 2)

    return serve


def _cache_loop(bench: Bench, request: bytes) -> Callable[[], object]:
    line = bench.line_to("cache1", "a")
    return lambda: line.feed(request)


_LOOPS: Mapping[EngineName, Callable[[Bench, bytes], Callable[[], object]]] = {
    "redis": _redis_loop,
    "memcached": _cache_loop,
}

_LOOKS: Mapping[str, Callable[[Experiment, Sequence[Exchange]], list[Figure]]] = {
    "count": _count,
    "read-all": _read_all,
    "fill-noeviction": _fill,
    "fill-lru": _fill,
    "torn": _torn,
    "month": _month,
    "still-in": _logged_in,
    "look": _look,
    "one-set": _on_the_wire,
    "one-get": _on_the_wire,
}
"""What is counted right after a step, by its code."""

_AT_THE_END: Mapping[str, Callable[[Experiment], list[Figure]]] = {
    "types": _types,
    "rate-limit": _allowed,
}
