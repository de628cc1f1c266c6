"""What a look at the whole server costs against the number of its keys: flat, or it is a defect.

    python -m benchmarks.census [--most 1000000]

``list``: the first slice, which also lists the names of all keys (one copy of a list of pointers);
``slice``: the median of the others; ``window``: asking for and drawing 30 rows of the map when all
is counted; ``write``: the same after a command has changed one key; ``figures``: memory by type and
encoding. Processor time in milliseconds; the ratio is that of the most keys to the fewest.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

from tutor.diagrams.server import draw_server
from tutor.engine.census import Census
from tutor.engine.engine import Engine

WIDTH = 110
ROWS = 30
LOOKS = 30


def _ms(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return (time.process_time() - start) * 1000


def _filled(keys: int) -> Engine:
    engine = Engine(seed=1)
    session = engine.connect()
    engine.execute(session, [b"DEBUG", b"POPULATE", b"%d" % keys, b"key", b"40"])
    for number in range(0, keys, 7):
        engine.execute(session, [b"EXPIRE", b"key:%d" % number, b"%d" % (number + 100)])
    return engine


def _measured(keys: int) -> dict[str, float]:
    engine = _filled(keys)
    session = engine.connect()
    census = Census(engine)
    first = _ms(census.advance)
    slices = [first]
    while not census.finished:
        slices.append(_ms(census.advance))

    def look() -> None:
        draw_server("map", census.keyspace(rows=ROWS), WIDTH)

    look()
    window = statistics.median(_ms(look) for _ in range(LOOKS))
    written = []
    for number in range(LOOKS):
        engine.execute(session, [b"SET", b"key:%d" % number, b"x" * 40])
        written.append(_ms(lambda: (census.advance(), look())))
    figures = statistics.median(
        _ms(lambda: draw_server("memory", census.figures(), WIDTH)) for _ in range(LOOKS)
    )
    return {
        "list": first,
        "slice": statistics.median(slices[1:] or slices),
        "window": window,
        "write": statistics.median(written),
        "figures": figures,
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--most", type=int, default=1_000_000, help="keys of the largest server")
    most = parser.parse_args().most
    rows = {}
    keys = 1000
    while keys <= most:
        rows[keys] = _measured(keys)
        keys *= 10
    names = list(next(iter(rows.values())))
    print(f"{'keys':>9}" + "".join(f"{name:>10}" for name in names))
    for keys, row in rows.items():
        print(f"{keys:>9}" + "".join(f"{row[name]:>10.2f}" for name in names))
    first, last = rows[min(rows)], rows[max(rows)]
    print(f"{'ratio':>9}" + "".join(f"{last[name] / first[name]:>10.2f}" for name in names))


if __name__ == "__main__":
    main()
