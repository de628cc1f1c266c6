"""Where a dump that comes over a link ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.replication.reception import MARK_SIZE, Reception, is_header

MARK = b"0123456789abcdef0123456789abcdef01234567"


class Kept:
    """An `Incoming` that remembers."""

    stream_db = 0

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data

    def load(self) -> Iterator[object]:
        return iter(())

    def close(self) -> None:
        pass


def _take(reception: Reception, data: bytes, sizes: list[int]) -> bytes | None:
    rest: bytes | None = None
    while data and rest is None:
        size = sizes.pop() if sizes else len(data)
        rest = reception.take(data[:size])
        data = data[size:]
    return None if rest is None else rest + data


@given(
    dump=st.binary(max_size=300), behind=st.binary(max_size=50), sizes=st.lists(st.integers(1, 90))
)
def test_a_dump_of_known_length_ends_there(dump: bytes, behind: bytes, sizes: list[int]) -> None:
    kept = Kept()
    reception = Reception(kept, b"$%d" % len(dump))
    rest = _take(reception, dump + behind, sizes) if dump else reception.take(behind)
    assert kept.data == dump
    assert rest == behind


@given(dump=st.binary(max_size=300), sizes=st.lists(st.integers(1, 90)))
def test_a_dump_of_unknown_length_ends_with_its_mark(dump: bytes, sizes: list[int]) -> None:
    kept = Kept()
    reception = Reception(kept, b"$EOF:" + MARK)
    assert _take(reception, dump + MARK, sizes) == b""
    assert kept.data == dump
    assert reception.read == len(dump) + MARK_SIZE


@pytest.mark.parametrize(
    ("line", "announces"),
    [
        (b"$0", True),
        (b"$123", True),
        (b"$EOF:" + MARK, True),
        (b"$EOF:short", False),
        (b"$-1", False),
        (b"+OK", False),
        (b"-ERR", False),
        (b"", False),
    ],
)
def test_only_a_length_or_a_mark_announces_a_dump(line: bytes, announces: bool) -> None:
    assert is_header(line) is announces
