"""Random histories of one group of commands, on the engine and on the real server.

Each reply is compared, then what keyspace events and the count of changes say, and now and then all
keys. ``draw`` makes one command from a generator, so a history repeats with its seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.oracle.compare import RawConnection, compare_state, engine_like_the_oracle, run_both
from tests.oracle.events import Announced, Published

Draw = Callable[[random.Random], list[bytes]]

_LONG = 300


def run_history(draw: Draw, seed: int, count: int, port: int, resp: int = 2) -> list[str]:
    """``count`` commands; returns the first differences, in words."""
    rng = random.Random(seed)
    engine = engine_like_the_oracle()
    engine.observer = announced = Announced()
    session = engine.connect()
    session.resp = resp
    with RawConnection(port) as raw:
        raw.call(b"FLUSHALL")
        published = Published(port)
        if resp == 3:
            raw.call(b"HELLO", b"3")
        try:
            for number in range(1, count + 1):
                argv = draw(rng)
                ours, theirs = run_both(session, raw, argv)
                found = [("reply", ours, theirs)]
                found.append(("events", announced.take(), published.take()))
                found.append(("changes", engine.stats.dirty, published.changes))
                different = [
                    f"{number}: {str(argv)[:_LONG]}: {what}\n  ours {mine}\n  theirs {other}"
                    for what, mine, other in found
                    if mine != other
                ]
                if not different and (number % 200 == 0 or number == count):
                    different = compare_state(engine, raw)
                    raw.call(b"SELECT", b"0")
                if different:
                    return different
        finally:
            published.close()
    return []
