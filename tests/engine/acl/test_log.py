"""Refusals that are alike are one entry for a minute."""

from __future__ import annotations

from tutor.engine.acl.log import Log, Refusal


def refusal(what: bytes, ms: int = 0, user: bytes = b"u") -> Refusal:
    return Refusal("key", "toplevel", what, user, ms, b"client at %d" % ms)


def seen(log: Log) -> list[tuple[bytes, int]]:
    return [(entry.what, entry.count) for entry in log]


def test_the_latest_is_first_and_what_is_like_it_counts() -> None:
    log = Log()
    for ms, what in enumerate((b"a", b"b", b"a")):
        log.add(refusal(what, ms), 128)
    assert seen(log) == [(b"a", 2), (b"b", 1)]
    assert next(iter(log)).client == b"client at 2"


def test_after_a_minute_it_is_an_entry_of_its_own() -> None:
    log = Log()
    for ms in (0, 60_000, 120_001):
        log.add(refusal(b"a", ms), 128)
    assert seen(log) == [(b"a", 1), (b"a", 2)]


def test_other_users_have_other_entries() -> None:
    log = Log()
    log.add(refusal(b"a"), 128)
    log.add(refusal(b"a", user=b"v"), 128)
    assert len(log) == 2


def test_only_the_last_ten_are_looked_at() -> None:
    log = Log()
    for number in (*range(11), 0, 5):
        log.add(refusal(b"%d" % number), 128)
    assert seen(log)[:2] == [(b"5", 2), (b"0", 1)]


def test_what_exceeds_the_limit_is_dropped() -> None:
    log = Log()
    for number in range(5):
        log.add(refusal(b"%d" % number), 3)
    assert [what for what, _ in seen(log)] == [b"4", b"3", b"2"]
    log.clear()
    assert len(log) == 0
