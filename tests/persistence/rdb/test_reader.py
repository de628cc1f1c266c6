"""Files taken in: all of what they hold, or nothing; and what is said of one that is damaged."""

from __future__ import annotations

import contextlib
import random
import string
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine import dumps
from tests.engine.fingerprint import fingerprint
from tests.persistence.rdb.keyspaces import (
    LIBRARY,
    OTHER_LIBRARY,
    REPL,
    contents,
    file_of,
    fill,
    new_engine,
    run,
)
from tutor.engine.codec import write_length, write_string
from tutor.engine.engine import Engine
from tutor.engine.replies import NULL_ARRAY
from tutor.engine.structures.crc64 import crc64
from tutor.engine.world import World
from tutor.persistence.rdb import DamagedRdb, RdbInfo, load_rdb, load_steps, write_rdb


def sealed(body: bytes, version: int = 10) -> bytes:
    """A file of a version with a right checksum."""
    content = b"REDIS%04d" % version + body + b"\xff"
    return content + pack("<Q", crc64(content)) if version >= 5 else content


def cut(data: bytes, sizes: random.Random) -> list[bytes]:
    """The same bytes in chunks of any size."""
    pieces, at = [], 0
    while at < len(data):
        step = sizes.choice((0, 1, 2, 7, 100, 5000, 200_000))
        pieces.append(data[at : at + step])
        at += step
    return pieces


def loaded(data: bytes, **settings: object) -> Engine:
    engine = new_engine(**settings)
    load_rdb(engine, [data])
    return engine


# whole files


@pytest.mark.parametrize("compress", [True, False])
@pytest.mark.parametrize("seed", range(12))
def test_what_is_written_comes_back_in_chunks_of_any_size(seed: int, compress: bool) -> None:
    engine = new_engine()
    fill(engine, seed)
    data = file_of(engine, compress=compress)
    other = new_engine(seed=2)
    result = load_rdb(other, cut(data, random.Random(seed)))
    assert contents(other) == contents(engine)
    assert result.keys == sum(map(len, engine.databases))
    assert result.size == len(data)
    assert result.rest == b""
    for database in other.databases:
        database.keys.check()
        database.expires.check()
    again = new_engine(seed=2)
    load_rdb(again, [file_of(other, compress=compress)])
    assert contents(again) == contents(other)


_TEXT = st.one_of(
    st.binary(max_size=80),
    st.integers(-(2**63), 2**63 - 1).map(lambda number: b"%d" % number),
    st.sampled_from([b"", b"-0", b"007", b"a" * 21, b"a" * 63, b"b" * 64]),
    st.sampled_from([16_383, 16_384, 70_000]).map(lambda size: b"c" * size),
)


@settings(max_examples=200)
@given(
    st.dictionaries(_TEXT, st.tuples(_TEXT, st.none() | st.integers(1, 2**50)), max_size=40),
    st.booleans(),
    st.integers(0, 2**32),
)
def test_any_texts_come_back(
    texts: dict[bytes, tuple[bytes, int | None]], compress: bool, seed: int
) -> None:
    engine = new_engine()
    for key, (value, when) in texts.items():
        engine.databases[0].set(key, value)
        if when is not None:
            engine.databases[0].set_expiry(key, when)
    data = file_of(engine, compress=compress)
    other = new_engine()
    load_rdb(other, cut(data, random.Random(seed)), keep_expired=True)
    assert contents(other) == contents(engine)


def test_what_stands_behind_a_file_is_handed_on() -> None:
    engine = new_engine()
    run(engine, b"SET k v")
    data = file_of(engine)
    chunks = iter([data + b"*1\r\n", b"$4\r\nPING\r\n"])
    result = load_rdb(new_engine(), chunks)
    assert result.size == len(data)
    assert result.rest + b"".join(chunks) == b"*1\r\n$4\r\nPING\r\n"


def test_what_a_file_says_of_itself_is_told() -> None:
    engine = new_engine()
    engine.execute(engine.connect(), [b"FUNCTION", b"LOAD", LIBRARY])
    info = RdbInfo(ctime=5, used_memory=3_000_000_000, aof_base=True, repl=REPL)
    data = b"".join(write_rdb(engine, info, compress=True, checksum=True))
    result = load_rdb(new_engine(), [data])
    assert result.version == 10
    assert result.repl == REPL
    assert result.functions == 1
    assert result.aux[b"used-mem"] == b"3000000000"
    assert result.aux[b"aof-base"] == b"1"


def test_progress_is_told_between_slices_and_nothing_is_there_before_the_end() -> None:
    engine = new_engine()
    run(engine, *(b"SET key%d value%d" % (at, at) for at in range(20_000)))
    data = file_of(engine)
    other = new_engine()
    run(other, b"SET old 1")
    steps = load_steps(other, [data], total=len(data))
    seen = []
    for progress in steps:
        seen.append(progress)
        assert run(other, b"GET old") == b"1"
        assert len(other.databases[0]) == 1
    assert len(seen) > 5
    assert all(one.total == len(data) for one in seen)
    assert [one.done for one in seen] == sorted({one.done for one in seen})
    assert len(other.databases[0]) == 20_000


def test_expired_keys_are_dropped_unless_they_are_to_be_kept() -> None:
    engine = new_engine()
    run(engine, b"SET a v PX 10", b"SET b v PX 100000", b"RPUSH c x", b"PEXPIRE c 10")
    data = file_of(engine)
    other = new_engine()
    other.clock.advance(ms=11)  # type: ignore[attr-defined]
    result = load_rdb(other, [data])
    assert (result.keys, result.expired) == (1, 2)
    assert set(other.databases[0].keys.data) == {b"b"}
    assert load_rdb(other, [data], keep_expired=True).keys == 3
    assert len(other.databases[0]) == 3


def test_libraries_of_a_file_take_the_place_of_those_that_were_there() -> None:
    engine = new_engine()
    engine.execute(engine.connect(), [b"FUNCTION", b"LOAD", LIBRARY])
    other = new_engine()
    other.execute(other.connect(), [b"FUNCTION", b"LOAD", OTHER_LIBRARY])
    load_rdb(other, [file_of(engine)])
    assert list(other.scripting.libraries) == ["lib"]
    assert run(other, b"FCALL f 0") == 1


def test_what_was_there_before_is_gone_and_whoever_watched_it_hears() -> None:
    engine = new_engine()
    run(engine, b"SET new 1")
    other = new_engine()
    session = other.connect()
    for line in (b"SET old 1", b"WATCH old", b"MULTI", b"GET new"):
        other.execute(session, line.split())
    load_rdb(other, [file_of(engine)])
    assert other.execute(session, [b"EXEC"]) is NULL_ARRAY
    assert set(other.databases[0].keys.data) == {b"new"}


def test_idle_times_and_counters_come_back_under_a_policy_that_looks_at_them() -> None:
    engine = new_engine(maxmemory_policy="allkeys-lru")
    run(engine, b"SET a v")
    engine.clock.advance(ms=500_000)  # type: ignore[attr-defined]
    run(engine, b"SET b v")
    other = loaded(file_of(engine), maxmemory_policy="allkeys-lru")
    assert run(other, b"OBJECT IDLETIME a") == 500
    assert run(other, b"OBJECT IDLETIME b") == 0
    counted = new_engine(maxmemory_policy="allkeys-lfu")
    run(counted, b"SET a v", *[b"GET a"] * 300)
    frequency = run(counted, b"OBJECT FREQ a")
    again = loaded(file_of(counted), maxmemory_policy="allkeys-lfu")
    assert frequency > 6
    assert run(again, b"OBJECT FREQ a") == frequency


def test_keys_of_which_a_file_tells_nothing_count_as_used_when_it_was_loaded() -> None:
    engine = new_engine()
    run(engine, b"SET a v", b"SET b v")
    other = new_engine()
    load_rdb(other, [file_of(engine)])
    other.clock.advance(ms=70_000)  # type: ignore[attr-defined]
    assert run(other, b"OBJECT IDLETIME a") == 70
    other = loaded(file_of(engine), maxmemory_policy="allkeys-lfu")
    assert run(other, b"OBJECT FREQ a") == 5


def test_a_value_that_was_loaded_is_not_shared_with_anyone() -> None:
    engine = new_engine()
    run(engine, b"RPUSH l a", b"HSET h f v", b"ZADD z 1 m", b"SADD s m", b"XADD x 1-1 f v")
    other = loaded(file_of(engine))
    before = dict(other.databases[0].keys.data)
    run(other, b"RPUSH l b", b"HSET h g v", b"ZADD z 1 n", b"SADD s n", b"XADD x 1-2 f v")
    assert all(other.databases[0].keys.data[key] is value for key, value in before.items())


def test_a_world_can_take_back_what_was_done_after_a_file_was_loaded() -> None:
    engine = new_engine()
    run(engine, b"SET new 1", b"RPUSH l a")
    world = World(new_engine())
    world.run([b"SET", b"old", b"1"])
    load_rdb(world.engine, [file_of(engine)])
    world.run([b"RPUSH", b"l", b"b"])
    world.run([b"DEL", b"new"])
    world.undo()
    world.undo()
    assert contents(world.engine) == contents(engine)


# older and newer versions


def _pair(kind: int, body: bytes, key: bytes = b"k") -> bytes:
    return bytes((kind,)) + write_string(key) + body


@pytest.mark.parametrize(
    ("version", "payload", "lines"),
    [
        (6, dumps.hash_6_2({b"f": b"v"}), {b"HGET k f": b"v", b"OBJECT ENCODING k": b"listpack"}),
        (7, dumps.zset_6_2([(b"m", b"2.5")]), {b"ZSCORE k m": 2.5}),
        (9, dumps.list_6_2([[b"a", b"1"], [b"b"]]), {b"LRANGE k 0 -1": [b"a", b"1", b"b"]}),
        (9, dumps.intset_6_2([1, 2]), {b"SISMEMBER k 2": 1, b"OBJECT ENCODING k": b"intset"}),
        (11, dumps.set_7_2([b"a", b"1"]), {b"SCARD k": 2, b"OBJECT ENCODING k": b"hashtable"}),
        (11, dumps.set_7_2([b"2", b"1"]), {b"SCARD k": 2, b"OBJECT ENCODING k": b"intset"}),
        (11, dumps.list_7_2([b"a"]), {b"LRANGE k 0 -1": [b"a"]}),
        (11, dumps.stream(11, 21), {b"XLEN k": 1}),
        (9, dumps.stream(9, 15), {b"XLEN k": 1}),
        (12, dumps.zset_7_2([b"m", b"1"]), {b"ZSCORE k m": 1.0}),
    ],
)
def test_values_of_older_and_newer_versions_are_read(
    version: int, payload: bytes, lines: dict[bytes, object]
) -> None:
    engine = loaded(sealed(_pair(payload[0], payload[1:-10]), version))
    for line, reply in lines.items():
        assert run(engine, line) == reply


def test_a_file_without_checksum_is_read_as_versions_before_5_wrote_it() -> None:
    engine = loaded(sealed(b"\xfe\0" + _pair(0, b"\x01v"), 4))
    assert run(engine, b"GET k") == b"v"


def test_opcodes_of_other_versions_are_read_over() -> None:
    body = b"\xf4\x01\x02\x03\xfd" + pack("<i", 1_900_000_000) + b"\xf9\x05" + _pair(0, b"\x01v")
    assert run(loaded(sealed(body, 12)), b"PEXPIRETIME k") == 1_900_000_000_000


def test_an_empty_collection_gives_no_key() -> None:
    body = _pair(2, b"\0", b"s") + _pair(18, b"\0", b"l") + _pair(0, b"\x01v")
    engine = new_engine()
    result = load_rdb(engine, [sealed(body)])
    assert (result.keys, result.empty) == (1, 2)
    assert set(engine.databases[0].keys.data) == {b"k"}


# damage


def refusal(data: bytes, **how: bool) -> DamagedRdb:
    """How a file is refused; the engine must be left as it was."""
    engine = new_engine()
    fill(engine, 99, 60)
    before = fingerprint(engine)
    with pytest.raises(DamagedRdb) as caught:
        load_rdb(engine, [data], **how)
    assert fingerprint(engine) == before
    assert 0 <= caught.value.offset <= len(data)
    return caught.value


def _told(error: DamagedRdb) -> tuple[str, int, str, str, bytes | None]:
    return error.fault, error.offset, error.expected, error.found, error.key


def _module(name: str, version: int) -> int:
    """A module's identity: six bits for each sign, ten for the version."""
    signs = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    number = 0
    for sign in name:
        number = number << 6 | signs.index(sign)
    return number << 10 | version


_ZSETS = dumps.zset_7_2([b"m"])


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", ("truncated", 0, "9 bytes of header", "0", None)),
        (b"REDIS00", ("truncated", 7, "9 bytes of header", "7", None)),
        (b"GARBAGE, a lot", ("not-rdb", 0, "REDIS", "'GARBA'", None)),
        (b"GAR", ("not-rdb", 0, "REDIS", "'GAR'", None)),
        (b"REDIS0099" + b"\xff", ("version", 5, "0001..0012", "0099", None)),
        (b"REDISABCD" + b"\xff", ("version", 5, "0001..0012", "ABCD", None)),
        (b"REDIS0010", ("truncated", 9, "FF, the end of the file", "end of file", None)),
        (b"REDIS0010\0\x01k\x05ab", ("truncated", 15, "the rest of a value", "end of file", b"k")),
        (b"REDIS0010\xff123", ("truncated", 13, "8 bytes of checksum", "3", None)),
        (sealed(b"\xfe\x20"), ("database", 9, "a number below 16", "32", None)),
        (sealed(b"\x1e\x01k"), ("opcode", 9, "an opcode or a type", "0x1e", None)),
        (
            sealed(b"\xf6\x01k"),
            ("function", 9, "", "a library of a release candidate of 7.0", None),
        ),
        (sealed(_pair(0, b"\x01v") * 2), ("duplicate", 14, "", "", b"k")),
        (sealed(_pair(8, b"")), ("newer-type", 9, "", "type 8", b"k")),
        (sealed(_pair(26, b""), 12), ("newer-type", 9, "", "type 26", b"k")),
        (sealed(_pair(0, b"\xc4")), ("value", 12, "", "unknown string encoding 4", b"k")),
        (
            sealed(_pair(17, _ZSETS[1:-10])),
            ("value", 12, "", "an entry without its partner", b"k"),
        ),
        (
            sealed(_pair(7, b"\x81" + _module("ReJSON-RL", 3).to_bytes(8, "big"))),
            ("module", 9, "", "ReJSON-RL", b"k"),
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    data: bytes, told: tuple[str, int, str, str, bytes | None]
) -> None:
    assert _told(refusal(data)) == told


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize("make", [dumps.hash_7_4, dumps.small_hash_7_4])
def test_a_hash_whose_fields_expire_is_refused_by_name(make: object, early: bool) -> None:
    payload = make(dumps.FIELDS, early)  # type: ignore[operator]
    kind = payload[0]
    data = sealed(_pair(0, b"\x01v", b"a") + _pair(kind, payload[1:-10]), 12)
    assert _told(refusal(data)) == ("field-expiry", 14, "", f"type {kind}", b"k")


def test_a_library_that_does_not_load_is_refused_with_what_lua_says() -> None:
    code = b"#!lua name=x\nnonsense("
    error = refusal(sealed(b"\xf5" + write_length(len(code)) + code))
    assert (error.fault, error.offset) == ("function", 9)
    assert "nonsense" in error.found or "expected" in error.found


def test_a_wrong_checksum_is_told_with_both_sums() -> None:
    engine = new_engine()
    run(engine, b"SET k value")
    data = bytearray(file_of(engine))
    right = int.from_bytes(data[-8:], "little")
    data[-1] ^= 1
    error = refusal(bytes(data))
    assert (error.fault, error.offset) == ("checksum", len(data) - 8)
    assert error.expected == f"{right:016x}"
    assert load_rdb(new_engine(), [bytes(data)], checksum=False).keys == 1


def _sound_file() -> bytes:
    engine = new_engine()
    fill(engine, 5, 250)
    return file_of(engine)


_SOUND = _sound_file()


@settings(max_examples=150)
@given(st.integers(0, len(_SOUND) - 1))
def test_a_file_that_ends_early_is_refused_and_leaves_everything_as_it_was(size: int) -> None:
    error = refusal(_SOUND[:size])
    assert (error.fault, error.offset) == ("truncated", size)


@settings(max_examples=300)
@given(st.integers(0, len(_SOUND) - 1), st.integers(1, 255))
def test_a_byte_that_was_changed_is_noticed_and_leaves_everything_as_it_was(
    place: int, change: int
) -> None:
    data = bytearray(_SOUND)
    data[place] ^= change
    refusal(bytes(data))


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(9, len(_SOUND) - 1), st.integers(1, 255)), min_size=1))
def test_without_a_checksum_damage_is_read_or_refused_but_never_crashes(
    changes: list[tuple[int, int]],
) -> None:
    data = bytearray(_SOUND)
    for place, change in changes:
        data[place] ^= change
    engine = new_engine()
    with contextlib.suppress(DamagedRdb):
        load_rdb(engine, [bytes(data)], checksum=False)
        file_of(engine)
