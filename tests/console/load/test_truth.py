"""Requests over the limit from outside: a faultless server is never blamed, a faulty one is."""

from __future__ import annotations

import random
from collections import defaultdict, deque
from collections.abc import Callable

import pytest

from tutor.console.load.options import ALGORITHMS, CURES
from tutor.console.load.truth import TRUTHS, AnyWindow
from tutor.labs.cache.cures import WAYS as CURE_WAYS
from tutor.labs.ratelimit.ways import NAMES

LIMIT = 5
WINDOW = 1_000_000
Decide = Callable[[str, int], tuple[bool, bool]]
"""User and moment: whether a request passes, and whether a counter was made by it."""


def own_window(extra: int = 0) -> Decide:
    ends: dict[str, int] = {}
    counts: dict[str, int] = defaultdict(int)

    def decide(user: str, at: int) -> tuple[bool, bool]:
        made = at >= ends.get(user, 0)
        if made:
            ends[user], counts[user] = at + WINDOW, 0
        counts[user] += 1
        return counts[user] <= LIMIT + extra, made

    return decide


def clock_window(extra: int = 0) -> Decide:
    counts: dict[tuple[str, int], int] = defaultdict(int)

    def decide(user: str, at: int) -> tuple[bool, bool]:
        counts[user, at // WINDOW] += 1
        return counts[user, at // WINDOW] <= LIMIT + extra, False

    return decide


def any_window(extra: int = 0) -> Decide:
    passed: dict[str, deque[int]] = defaultdict(deque)

    def decide(user: str, at: int) -> tuple[bool, bool]:
        times = passed[user]
        while times and times[0] <= at - WINDOW:
            times.popleft()
        if len(times) >= LIMIT + extra:
            return False, False
        times.append(at)
        return True, False

    return decide


def drip(extra: int = 0) -> Decide:
    left: dict[str, tuple[float, int]] = {}

    def decide(user: str, at: int) -> tuple[bool, bool]:
        full = LIMIT + extra
        tokens, since = left.get(user, (float(full), at))
        tokens = min(tokens + (at - since) * LIMIT / WINDOW, full)
        passes = tokens >= 1
        left[user] = (tokens - passes, at)
        return passes, False

    return decide


SERVERS: dict[str, Callable[[int], Decide]] = {
    "notes": own_window,
    "incr": own_window,
    "lua": clock_window,
    "log": any_window,
    "counter": clock_window,
    "bucket": drip,
    "gcra": drip,
}


def blamed(name: str, seed: int, extra: int, requests: int = 120) -> tuple[int, int]:
    """How many requests are called one too many, and the most in any window; answers are heard in
    any order, after up to 80 ms."""
    chance = random.Random(f"{name}{seed}")
    decide, truth = SERVERS[name](extra), TRUTHS[name](LIMIT, WINDOW)
    most = AnyWindow(LIMIT, WINDOW)
    heard, at = [], 10 * WINDOW
    for _number in range(requests):
        at += round(chance.expovariate(1 / 30_000))
        sent = at - chance.randrange(40_000)
        heard.append((at + chance.randrange(40_000), sent, at, f"u{chance.randrange(2)}"))
    answers = []
    for end, sent, moment, user in sorted(heard, key=lambda one: one[2]):
        answers.append((end, sent, user, *decide(user, moment)))
    over = 0
    for end, sent, user, passes, made in sorted(answers):
        if name == "notes" and made:
            truth.saw(user, sent, end, (b"SET", b"k", b"1", b"EX", b"1"), True)
        elif name == "incr":
            truth.saw(user, sent, end, (b"EXEC",), [1 if made else 2, 1])
        if passes:
            over += truth.passed(user, sent, end)
            most.passed(user, sent, end)
    return over, most.most


@pytest.mark.parametrize("name", sorted(SERVERS))
def test_a_faultless_server_is_never_blamed_whatever_the_delays(name: str) -> None:
    assert [seed for seed in range(150) if blamed(name, seed, 0)[0]] == []


@pytest.mark.parametrize("name", sorted(SERVERS))
def test_a_server_that_lets_three_too_many_through_is_found_out(name: str) -> None:
    found = sum(blamed(name, seed, 3)[0] > 0 for seed in range(40))
    assert found >= 36


def test_no_window_of_a_sliding_log_holds_more_than_the_limit() -> None:
    assert max(blamed("log", seed, 0)[1] for seed in range(100)) == LIMIT


def test_a_fixed_window_lets_up_to_twice_the_limit_through_at_its_edge() -> None:
    worst = max(blamed("lua", seed, 0)[1] for seed in range(100))
    assert LIMIT < worst <= 2 * LIMIT


def test_a_counter_that_several_clients_set_at_once_is_one_counter() -> None:
    """The notes' race: all see nothing, all SET, and all pass."""
    truth = TRUTHS["notes"](LIMIT, WINDOW)
    over = 0
    for number in range(LIMIT + 4):
        sent, heard = 1000 + number, 2000 + number
        truth.saw("u", sent, heard, (b"SET", b"k", b"1", b"EX", b"1"), True)
        over += truth.passed("u", sent, heard)
    assert over == 4


def test_the_options_name_what_the_labs_have() -> None:
    assert ALGORITHMS == NAMES == tuple(TRUTHS)
    assert set(CURES) == set(CURE_WAYS) - {"none", "warm"}
