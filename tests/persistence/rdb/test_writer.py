"""What a file looks like, byte by byte."""

from __future__ import annotations

from struct import pack

import pytest

from tests.persistence.rdb.keyspaces import INFO, LIBRARY, REPL, file_of, new_engine, run
from tutor.engine.structures.crc64 import crc64
from tutor.persistence.rdb import RdbInfo, write_rdb

_HEADER = bytes.fromhex(
    "524544495330303130"
    "fa0972656469732d76657206372e302e3135"  # redis-ver 7.0.15
    "fa0a72656469732d62697473c040"  # redis-bits 64
    "fa056374696d65c200f15365"  # ctime
    "fa08757365642d6d656dc200001000"  # used-mem
)
_NO_BASE = bytes.fromhex("fa08616f662d62617365c000")


def test_an_empty_engine_is_a_header_and_an_end() -> None:
    content = _HEADER + _NO_BASE + b"\xff"
    assert file_of(new_engine()) == content + pack("<Q", crc64(content))


def test_without_checksums_eight_zeros_stand_at_the_end() -> None:
    assert file_of(new_engine(), checksum=False) == _HEADER + _NO_BASE + b"\xff" + bytes(8)


def test_keys_stand_by_database_behind_their_expiries() -> None:
    engine = new_engine()
    run(engine, b"SET foo bar", b"SET ttl v PXAT 1900000000000", b"RPUSH l a 1")
    run(engine, b"SELECT 3", b"SADD s 1 2")
    expected = bytes.fromhex(
        "fe00 fb0301"
        " 00 03666f6f 03626172"
        " fc0038d360ba010000 00 0374746c 0176"
        " 12 016c 01 02 0c 0c000000020081610201 01ff"
        " fe03 fb0100 0b 0173 0c 020000000200000001000200 ff"
    )
    assert file_of(engine)[:-8] == _HEADER + _NO_BASE + expected


def test_numbers_and_long_texts_take_their_short_forms_as_keys_and_values() -> None:
    engine = new_engine()
    session = engine.connect()
    for key, value in ((b"5", b"-129"), (b"", b"70000"), (b"a" * 45, b"a" * 45), (b"c", b"007")):
        engine.execute(session, [b"SET", key, value])
    engine.execute(session, [b"INCRBY", b"n", b"2147483648"])
    squeezed = bytes.fromhex("c3092d016161e020000161 61".replace(" ", ""))
    expected = (
        bytes.fromhex("fe00fb0500 00c005c17fff 0000c270110100")
        + b"\0" + squeezed + squeezed
        + b"\0\x01c\x03007" + b"\0\x01n\x0a2147483648\xff"
    )  # fmt: skip
    assert file_of(engine)[len(_HEADER + _NO_BASE) : -8] == expected
    plain = file_of(engine, compress=False)
    assert b"\0\x2d" + b"a" * 45 + b"\x2d" + b"a" * 45 in plain


def test_what_is_known_of_replication_stands_between_memory_and_base() -> None:
    info = RdbInfo(INFO.ctime, INFO.used_memory, aof_base=True, repl=REPL)
    data = b"".join(write_rdb(new_engine(), info, compress=True, checksum=True))
    told = (
        b"\xfa\x0erepl-stream-db\xc0\x03"
        b"\xfa\x07repl-id\x28" + b"a" * 40 + b"\xfa\x0brepl-offset\xc1\x39\x30"
    )
    assert data[:-9] == _HEADER + told + b"\xfa\x08aof-base\xc0\x01"


def test_libraries_stand_in_front_of_all_keys() -> None:
    engine = new_engine()
    engine.execute(engine.connect(), [b"FUNCTION", b"LOAD", LIBRARY])
    run(engine, b"SET k v")
    data = file_of(engine, compress=False)
    code = b"\xf5\x40" + bytes((len(LIBRARY),)) + LIBRARY
    assert data[:-8] == _HEADER + _NO_BASE + code + b"\xfe\0\xfb\x01\0\0\x01k\x01v\xff"


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-lru"])
def test_under_an_lru_policy_each_key_tells_how_long_it_has_been_idle(policy: str) -> None:
    engine = new_engine(maxmemory_policy=policy)
    run(engine, b"SET a v", b"SET b v PXAT 1900000000000")
    engine.clock.advance(ms=100_000)  # type: ignore[attr-defined]
    run(engine, b"SET c v")
    expected = (
        b"\xfe\0\xfb\x03\x01"
        b"\xf8\x40\x64\0\x01a\x01v"
        b"\xfc" + pack("<q", 1_900_000_000_000) + b"\xf8\x40\x64\0\x01b\x01v"
        b"\xf8\x00\0\x01c\x01v\xff"
    )
    assert file_of(engine)[len(_HEADER + _NO_BASE) : -8] == expected


def test_under_an_lfu_policy_each_key_tells_its_counter() -> None:
    engine = new_engine(maxmemory_policy="allkeys-lfu")
    run(engine, b"SET a v", b"GET a", b"GET a")
    frequency = run(engine, b"OBJECT FREQ a")
    expected = b"\xfe\0\xfb\x01\0\xf9" + bytes((frequency,)) + b"\0\x01a\x01v\xff"
    assert file_of(engine)[len(_HEADER + _NO_BASE) : -8] == expected


def test_a_moment_is_written_as_it_was_while_the_engine_goes_on() -> None:
    engine = new_engine()
    run(engine, *(b"RPUSH list%d a b c" % at for at in range(9000)), b"SET k v")
    before = file_of(engine)
    writing = write_rdb(engine.snapshot(), INFO, compress=True, checksum=True)
    begun = next(writing) + next(writing)
    run(engine, b"FLUSHALL", b"SET other 1", b"RPUSH list1 x")
    assert begun + b"".join(writing) == before


def test_chunks_are_neither_tiny_nor_huge() -> None:
    engine = new_engine()
    run(engine, *(b"SET key%d value%d" % (at, at) for at in range(20_000)))
    run(engine, *(b"HSET hash%d f %b" % (at, b"x%d" % at * 999) for at in range(100)))
    sizes = [len(one) for one in write_rdb(engine, INFO, compress=False, checksum=True)]
    assert max(sizes) < 1 << 18
    assert sum(sizes) / len(sizes) > 1 << 14


def test_an_expired_key_is_written_with_its_expiry() -> None:
    engine = new_engine()
    run(engine, b"SET k v PX 10")
    engine.clock.advance(ms=1000)  # type: ignore[attr-defined]
    assert b"\xfc" + pack("<q", 1_700_000_000_010) + b"\0\x01k\x01v" in file_of(engine)
