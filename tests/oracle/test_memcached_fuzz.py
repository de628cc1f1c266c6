"""Random conversations over TCP with memcached 1.6.18 and with ours.

ORACLE_FUZZ=1000000 python3 -m pytest tests/oracle/test_memcached_fuzz.py   a night's worth
ORACLE_SEED=123 …                                                          the same again

Compared are all replies; then every key with its CAS id, flags, expiry and size; then what the
slabs hold. Not compared is what the real server's threads do at moments of their own: in which
segment an item stands, and who found that an item had expired. While an item waits for the thread
that moves it from COLD to WARM, incr writes a new item and leaves the old one's bytes: commands
that change numbers are compared in `lru mode flat`, where nothing waits; all others in both modes.

Threads and the clock's seconds do not follow from the seed, all else does: a difference that three
fresh pairs of servers do not show again is told as a warning, any other is a failure.
"""

from __future__ import annotations

import os
import random
import time
import warnings

import pytest

from tests.oracle.memcached.grammar import Grammar, questions
from tests.oracle.memcached.pair import Pair, close_enough, pair

COMMANDS = int(os.environ.get("ORACLE_FUZZ", "30000"))
SETTLES_S = 10
"""A true difference is waited for so long again and again while it is made smaller."""
LENGTH = 300
BATCH = 15
"""Commands in one packet: no more than the real server carries out before it sends replies."""
ONE_READ = 8_000
"""Bytes that arrive together, and that the real server reads together."""

COUNTERS = (
    *("cmd_get", "cmd_set", "cmd_flush", "cmd_touch", "cmd_meta", "get_hits", "get_misses"),
    *("delete_misses", "delete_hits", "incr_misses", "incr_hits", "decr_misses", "decr_hits"),
    *("cas_misses", "cas_hits", "cas_badval", "touch_hits", "touch_misses", "store_too_large"),
    *("store_no_memory", "bytes", "curr_items", "total_items", "evictions", "limit_maxbytes"),
)


def batches(commands: list[bytes], draw: random.Random) -> list[list[bytes]]:
    """Packets of some commands each, no longer than the real server reads at once.

    A large value stands alone: of what comes in pieces, a line of 2 KiB that has not ended ends the
    connection, and where the pieces end is chance.
    """
    found: list[list[bytes]] = []
    while commands:
        count = draw.randrange(1, BATCH + 1)
        while count > 1 and sum(map(len, commands[:count])) > ONE_READ:
            count -= 1
        found.append(commands[:count])
        commands = commands[count:]
    return found


def conversation(seed: int, mode: str) -> list[list[bytes]]:
    """What is said in one round."""
    said = Grammar(seed, deltas=mode == "flat").conversation(LENGTH)
    return [[b"lru mode %b\r\n" % mode.encode()], *batches(said, random.Random(seed))]


def differs(both: Pair, talks: list[list[bytes]]) -> str:
    """What differs when these batches are said, each on a connection of its own; "" if nothing."""
    for number, batch in enumerate(talks):
        ours, theirs = both.ask(b"".join(batch))
        if not close_enough(ours, theirs):
            return f"batch {number}: {_short(batch)}\n{first_difference(ours, theirs)}"
    ours, theirs = both.ask(questions())
    if not close_enough(ours, theirs):
        pairs = zip(ours.split(b"\r\n"), theirs.split(b"\r\n"), strict=False)
        return "keys:\n" + "\n".join(f"{a!r} {b!r}" for a, b in pairs if a != b)
    both.ask(b"lru_crawler crawl all\r\n")  # whatever is dead and was not asked for
    deadline = time.monotonic() + SETTLES_S
    while found := _figures_differ(both):
        if time.monotonic() > deadline:
            return found
    return ""


def _figures_differ(both: Pair) -> str:
    for what, names in (("slabs", None), ("", COUNTERS)):
        mine, real = both.stats(what)
        wrong = {
            name: (mine.get(name), real.get(name))
            for name in names or {**mine, **real}
            if mine.get(name) != real.get(name)
        }
        if wrong:
            return f"stats {what}, ours and theirs: {wrong}"
    return ""


def _short(batch: list[bytes]) -> str:
    return repr([line if len(line) < 400 else line[:400] + b"..." for line in batch])


def first_difference(ours: bytes, theirs: bytes) -> str:
    """Where two replies part."""
    pairs = zip(ours, theirs, strict=False)
    short = min(len(ours), len(theirs))
    at = max(next((at for at, (a, b) in enumerate(pairs) if a != b), short) - 150, 0)
    return (
        f"at byte {at} of {len(ours)} and {len(theirs)}\n"
        f"ours:   {ours[at : at + 400]!r}\ntheirs: {theirs[at : at + 400]!r}"
    )


def difference(talks: list[list[bytes]]) -> str:
    """What differs between two servers that have just been started."""
    with pair() as both:
        return differs(both, talks)


def smaller(talks: list[list[bytes]]) -> list[list[bytes]]:
    """Leave out batches, then commands, as long as a fresh pair of servers still differs."""

    size = max(len(talks) // 2, 1)
    while size:
        at = 0
        while at < len(talks):
            without = talks[:at] + talks[at + size :]
            if without and difference(without):
                talks = without
            else:
                at += size
        size //= 2
    for number in range(len(talks)):
        at = 0
        while at < len(talks[number]) and len(talks[number]) > 1:
            batch = talks[number][:at] + talks[number][at + 1 :]
            without = [*talks[:number], batch, *talks[number + 1 :]]
            if difference(without):
                talks = without
            else:
                at += 1
    return talks


@pytest.mark.parametrize("mode", ["flat", "segmented"])
def test_both_servers_say_and_hold_the_same(mode: str) -> None:
    seed = int(os.environ.get("ORACLE_SEED", random.SystemRandom().randrange(2**32)))
    for turn in range(max(COMMANDS // LENGTH // 2, 1)):
        talks = conversation(seed + turn, mode)
        found = difference(talks)
        if not found:
            continue
        said = f"ORACLE_SEED={seed + turn} ORACLE_FUZZ={LENGTH} ({mode})"
        if not any(difference(talks) for _ in range(3)):
            warnings.warn(f"once of four times: {said}\n{found}", stacklevel=1)
        else:
            least = smaller(talks)
            pytest.fail(f"{said}\n{difference(least) or found}\n{least!r}"[:6000])
