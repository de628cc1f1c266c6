"""The backlog: what it holds, what it lets go."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tutor.replication.backlog import BLOCK_LEAST, Backlog

SIZE = 16384
pieces = st.lists(st.integers(1, 60_000), max_size=40)


def _stream(lengths: list[int]) -> list[bytes]:
    return [bytes([number % 256]) * length for number, length in enumerate(lengths)]


@given(start=st.integers(0, 10**12), lengths=pieces)
def test_it_gives_back_the_end_of_the_stream(start: int, lengths: list[int]) -> None:
    backlog = Backlog(start, lambda: None)
    parts = _stream(lengths)
    for part in parts:
        backlog.append(part, SIZE)
    stream = b"".join(parts)
    assert backlog.offset == start + len(stream)
    assert b"".join(backlog.read(backlog.first)) == stream[len(stream) - backlog.histlen :]
    middle = (backlog.first + backlog.offset) // 2
    assert b"".join(backlog.read(middle)) == stream[middle - start - 1 :]


@given(lengths=pieces)
def test_it_is_as_long_as_asked_for_and_at_most_a_block_longer(lengths: list[int]) -> None:
    backlog, total = Backlog(0, lambda: None), 0
    for part in _stream(lengths):
        backlog.append(part, SIZE)
        total += len(part)
        assert min(total, SIZE) <= backlog.histlen
        assert backlog.histlen <= SIZE + 2 * BLOCK_LEAST


def test_bytes_that_a_replica_still_has_to_get_stay() -> None:
    needed = 1
    backlog = Backlog(0, lambda: needed)
    for _ in range(20):
        backlog.append(b"x" * 10_000, SIZE)
    assert backlog.first == 1
    needed = 150_001
    backlog.trim(SIZE)
    assert 100_000 < backlog.first <= 150_001


def test_the_next_byte_can_be_asked_for_and_the_one_behind_it_cannot() -> None:
    backlog = Backlog(99, lambda: None)
    assert backlog.holds(100)
    backlog.append(b"abc", SIZE)
    assert [backlog.holds(offset) for offset in (99, 100, 103, 104)] == [False, True, True, False]
    assert backlog.read(103) == []


def test_a_larger_size_is_not_trimmed_and_a_smaller_one_is() -> None:
    backlog = Backlog(0, lambda: None)
    for _ in range(30):
        backlog.append(b"x" * 10_000, 1 << 20)
    assert backlog.histlen == 300_000
    backlog.trim(SIZE)
    assert SIZE <= backlog.histlen < SIZE + 70_000
