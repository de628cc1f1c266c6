"""RDB files of both servers, each loaded by the other.

ORACLE_RDB=500 python3 -m pytest tests/oracle/test_rdb.py     more keyspaces
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.oracle.compare import compare_state, engine_like_the_oracle
from tests.oracle.conftest import _answers, _free_port, _server_program
from tests.oracle.fuzz.grammar import Grammar
from tests.oracle.raw import Error, RawConnection, Simple
from tests.oracle.tally import TALLY
from tests.persistence.rdb.keyspaces import LIBRARY, OTHER_LIBRARY, fill, run
from tutor.engine.codec import dump
from tutor.engine.engine import Engine
from tutor.engine.replies import OK
from tutor.engine.values import Hash, Set
from tutor.persistence.rdb import RdbInfo, ReplInfo, load_rdb, write_rdb

KEYSPACES = int(os.environ.get("ORACLE_RDB", "12"))

_LIMITS: tuple[tuple[bytes, tuple[bytes, ...]], ...] = (
    (b"hash-max-listpack-entries", (b"512", b"4")),
    (b"hash-max-listpack-value", (b"64", b"20")),
    (b"set-max-intset-entries", (b"512", b"4")),
    (b"zset-max-listpack-entries", (b"128", b"4")),
    (b"zset-max-listpack-value", (b"64", b"20")),
    (b"list-max-listpack-size", (b"-2", b"3", b"-1")),
    (b"list-compress-depth", (b"0", b"1")),
    (b"stream-node-max-entries", (b"100", b"3")),
    (b"rdbcompression", (b"yes", b"no")),
)


@dataclass
class Oracle:
    """The real server, and where it keeps its file."""

    raw: RawConnection
    file: Path

    def save(self) -> bytes:
        """Its file, as SAVE writes it."""
        assert self.raw.call(b"SAVE") == Simple(b"OK")
        return self.file.read_bytes()

    def take(self, data: bytes) -> None:
        """Put a file in place of its own and let it load it, in place of all it holds."""
        self.file.write_bytes(data)
        reply = self.raw.call(b"DEBUG", b"RELOAD", b"NOSAVE")
        assert not isinstance(reply, Error), reply


@pytest.fixture
def oracle(raw: RawConnection) -> Iterator[Oracle]:
    folder = Path(raw.call(b"CONFIG", b"GET", b"dir")[1].decode())
    file = folder / "dump.rdb"
    yield Oracle(raw, file)
    raw.call(b"FLUSHALL")
    file.unlink(missing_ok=True)


def _configured(raw: RawConnection, chance: random.Random) -> Engine:
    """An engine, and the oracle, with the same limits drawn by chance."""
    engine = engine_like_the_oracle()
    words = [word for name, values in _LIMITS for word in (name, chance.choice(values))]
    for argv in ([b"CONFIG", b"SET", *words],):
        assert not isinstance(raw.call(*argv), Error)
        engine.execute(engine.connect(), argv)
    return engine


def _fill_the_oracle(raw: RawConnection, seed: int, commands: int = 400) -> None:
    grammar = Grammar(random.Random(seed))
    raw.call(b"FUNCTION", b"LOAD", LIBRARY)
    for at in range(commands):
        if at % 50 == 0:
            raw.call(b"DISCARD")
            raw.call(b"SELECT", b"%d" % (at // 50 % 3 * 2))
        raw.call(*grammar.command())
    raw.call(b"DISCARD")


def _file_of(engine: Engine) -> bytes:
    info = RdbInfo(engine.now_ms // 1000, 1_048_576)
    config = engine.config
    written = write_rdb(engine, info, compress=config.rdbcompression, checksum=config.rdbchecksum)
    return b"".join(written)


def _checked(program_file: Path) -> str:
    program = shutil.which("redis-check-rdb")
    if program is None:
        pytest.skip("redis-check-rdb is not installed")
    said = subprocess.run([program, str(program_file)], capture_output=True, text=True)
    assert said.returncode == 0, said.stdout
    return said.stdout


@pytest.mark.parametrize("seed", range(KEYSPACES))
def test_we_hold_what_a_file_of_the_real_server_holds(oracle: Oracle, seed: int) -> None:
    engine = _configured(oracle.raw, random.Random(seed))
    _fill_the_oracle(oracle.raw, seed)
    oracle.take(oracle.save())  # so that both hold what was loaded, not what was typed
    data = oracle.save()
    result = load_rdb(engine, [data])
    assert result.size == len(data)
    assert compare_state(engine, oracle.raw) == []
    assert result.functions == 1


@pytest.mark.parametrize("seed", range(KEYSPACES))
def test_the_real_server_holds_what_a_file_of_ours_holds(oracle: Oracle, seed: int) -> None:
    engine = _configured(oracle.raw, random.Random(seed))
    fill(engine, seed)
    data = _file_of(engine)
    oracle.take(data)
    assert f"{sum(map(len, engine.databases))} keys read" in _checked(oracle.file)
    again = engine_like_the_oracle()
    again.restore(engine.snapshot())
    load_rdb(again, [data])
    assert compare_state(again, oracle.raw) == []
    listed = oracle.raw.call(b"FUNCTION", b"LIST", b"WITHCODE")
    assert LIBRARY in listed[0]


def _single(oracle: Oracle, payload: bytes, *options: bytes) -> bytes:
    """The real server's file with one key in it, from behind ``aof-base`` to the checksum."""
    oracle.raw.call(b"FLUSHALL")
    reply = oracle.raw.call(b"RESTORE", b"a key", b"0", payload, *options)
    assert not isinstance(reply, Error), reply
    return _keys_part(oracle.save())


def _keys_part(data: bytes) -> bytes:
    mark = b"aof-base\xc0\0"
    return data[data.index(mark) + len(mark) : -8]


@pytest.mark.parametrize("seed", range(4))
def test_a_key_is_written_byte_for_byte_as_the_real_server_writes_it(
    oracle: Oracle, seed: int
) -> None:
    engine = _configured(oracle.raw, random.Random(seed))
    oracle.raw.call(b"FUNCTION", b"FLUSH")
    fill(engine, seed, 600)
    compared = 0
    for database in engine.databases:
        for value in list(database.keys.data.values()):
            if isinstance(value, (Set, Hash)) and "table" in value.encoding and len(value) > 1:
                continue  # its order is the buckets'
            alone = engine_like_the_oracle()
            alone.config.assign(engine.config)
            payload = dump(engine, value)
            reply = alone.execute(alone.connect(), [b"RESTORE", b"a key", b"0", payload])
            assert reply == OK
            ours = _keys_part(_file_of(alone))
            assert ours == _single(oracle, payload)
            compared += 1
            TALLY.calls += 1
    assert compared > 10


@pytest.mark.parametrize("policy", [b"allkeys-lru", b"allkeys-lfu", b"noeviction"])
def test_uses_and_expiries_stand_where_the_real_server_puts_them(
    oracle: Oracle, policy: bytes
) -> None:
    oracle.raw.call(b"CONFIG", b"SET", b"maxmemory-policy", policy)
    oracle.raw.call(b"FUNCTION", b"FLUSH")
    payload = dump(engine_like_the_oracle(), b"v")
    when = b"4102444800000"
    options = [b"ABSTTL"] + ([b"FREQ", b"77"] if policy == b"allkeys-lfu" else [])
    if policy == b"allkeys-lru":
        options += [b"IDLETIME", b"70000"]
    engine = engine_like_the_oracle()
    session = engine.connect()
    engine.execute(session, [b"CONFIG", b"SET", b"maxmemory-policy", policy])
    for side in (oracle.raw.call, lambda *argv: engine.execute(session, argv)):
        side(b"FLUSHALL")
        assert "OK" in str(side(b"RESTORE", b"k", when, payload, *options))
    ours, theirs = _keys_part(_file_of(engine)), _keys_part(oracle.save())
    assert ours == theirs
    oracle.take(_file_of(engine))
    if policy == b"allkeys-lfu":
        assert oracle.raw.call(b"OBJECT", b"FREQ", b"k") == 77
    elif policy == b"allkeys-lru":
        assert oracle.raw.call(b"OBJECT", b"IDLETIME", b"k") - 70_000 in range(5)
    other = engine_like_the_oracle()
    run(other, b"CONFIG SET maxmemory-policy " + policy)
    load_rdb(other, [oracle.save()])
    assert _keys_part(_file_of(other))[:5] == theirs[:5]
    assert run(other, b"PEXPIRETIME k") == int(when)


def test_the_fields_in_front_are_those_of_the_real_server(oracle: Oracle) -> None:
    oracle.raw.call(b"FUNCTION", b"FLUSH")
    theirs = oracle.save()
    result = load_rdb(engine_like_the_oracle(), [theirs])
    info = RdbInfo(int(result.aux[b"ctime"]), int(result.aux[b"used-mem"]))
    ours = b"".join(write_rdb(engine_like_the_oracle(), info, compress=True, checksum=True))
    assert ours == theirs


def test_libraries_come_back_from_both_sides(oracle: Oracle) -> None:
    engine = engine_like_the_oracle()
    session = engine.connect()
    for code in (LIBRARY, OTHER_LIBRARY):
        engine.execute(session, [b"FUNCTION", b"LOAD", code])
    oracle.take(_file_of(engine))
    assert oracle.raw.call(b"FCALL", b"g", b"0") == 2
    other = engine_like_the_oracle()
    assert load_rdb(other, [oracle.save()]).functions == 2
    assert run(other, b"FCALL g 0") == 2


def test_what_our_file_says_of_replication_is_understood(oracle: Oracle) -> None:
    engine = engine_like_the_oracle()
    run(engine, b"SET k v")
    info = RdbInfo(1_700_000_000, 99, aof_base=True, repl=ReplInfo(0, b"f" * 40, 5_000_000_000))
    oracle.file.write_bytes(b"".join(write_rdb(engine, info, compress=True, checksum=True)))
    said = _checked(oracle.file)
    for words in (
        "AUX FIELD redis-ver = '7.0.15'",
        "AUX FIELD repl-id = '" + "f" * 40 + "'",
        "AUX FIELD repl-offset = '5000000000'",
        "AUX FIELD aof-base = '1'",
        "Checksum OK",
    ):
        assert words in said


def test_a_server_starts_from_our_file_without_checksum_and_we_from_its(tmp_path: Path) -> None:
    engine = engine_like_the_oracle()
    fill(engine, 77)
    info = RdbInfo(1_700_000_000, 99)
    file = tmp_path / "dump.rdb"
    file.write_bytes(b"".join(write_rdb(engine, info, compress=True, checksum=False)))
    with _started(tmp_path) as raw:
        assert raw.call(b"SAVE") == Simple(b"OK")
        data = file.read_bytes()
        assert data[-8:] == bytes(8)
        load_rdb(engine, [data])
        assert compare_state(engine, raw) == []


@contextmanager
def _started(folder: Path) -> Iterator[RawConnection]:
    """A redis-server that loads what stands in its folder and sums nothing up."""
    port = _free_port()
    command = [_server_program(), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    command += ["--dir", str(folder), "--rdbchecksum", "no", "--enable-debug-command", "yes"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not _answers(port):
            assert process.poll() is None, "redis-server ended"
            assert time.monotonic() < deadline, "redis-server does not answer"
            time.sleep(0.01)
        with RawConnection(port) as raw:
            yield raw
    finally:
        process.terminate()
        process.wait(60)
