"""Append-only files of both servers, each loaded by the other.

    our server ─▶ appendonlydir ─▶ redis-check-aof, redis-server, our server: equal keyspaces
    redis-server ─▶ appendonlydir ─▶ redis-server again, our server: equal keyspaces

ORACLE_AOF=100 python3 -m pytest tests/oracle/test_aof.py     more histories
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.network.serving import free_port, until
from tests.oracle.compare import compare_state
from tests.oracle.conftest import _answers, _server_program
from tests.oracle.fuzz.grammar import Grammar
from tests.oracle.raw import RawConnection
from tests.persistence.rdb.keyspaces import LIBRARY
from tutor.engine.config import Config
from tutor.engine.engine import Engine
from tutor.engine.replies import BLOCKED
from tutor.persistence.folder import DiskFolder
from tutor.persistence.service import Persister
from tutor.persistence.start import CannotStart

HISTORIES = int(os.environ.get("ORACLE_AOF", "6"))
PARTS = "appendonlydir"
MANIFEST = "appendonly.aof.manifest"


class Ours:
    """Our server without a socket, in a folder."""

    def __init__(self, folder: Path, *, appendonly: bool = True, truncated: bool = True) -> None:
        config = Config(save=(), appendonly=appendonly, bind=("127.0.0.1",))
        config.aof_load_truncated = truncated
        self.engine = Engine(config=config)
        self.lines: list[str] = []
        self.persister = Persister(
            self.engine, DiskFolder(folder), log=lambda _, text: self.lines.append(text)
        )

    def load(self) -> Engine:
        """What the files hold."""
        for _step in self.persister.load():
            pass
        return self.engine

    def fill(self, seed: int, commands: int = 500) -> None:
        """Random commands of every group, with a rewrite in the midst of them."""
        grammar = Grammar(random.Random(seed))
        engine = self.engine
        session = engine.connect()
        engine.execute(session, [b"FUNCTION", b"LOAD", LIBRARY])
        for at in range(commands):
            if at % 50 == 0:
                engine.execute(session, [b"DISCARD"])
                engine.execute(session, [b"SELECT", b"%d" % (at // 50 % 3 * 2)])
            if at == commands // 3:
                engine.execute(session, [b"BGREWRITEAOF"])
            if engine.execute(session, grammar.command()) is BLOCKED:
                index = session.db.index
                engine.disconnect(session)
                session = engine.connect()
                engine.execute(session, [b"SELECT", b"%d" % index])
            engine.before_sleep()
            engine.tick()
        until(self._idle)
        self.persister.close()

    def _idle(self) -> bool:
        self.engine.tick()
        return not self.persister.busy


@contextlib.contextmanager
def real(folder: Path, *directives: str) -> Iterator[RawConnection]:
    """A redis-server on the files of a folder; killed at the end, so that they stay as they are."""
    program, port = _server_program(), free_port()
    arguments = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    arguments += ["--dir", str(folder), "--appendonly", "yes", *directives]
    arguments += ["--logfile", str(folder / "log"), "--enable-debug-command", "yes"]
    process = subprocess.Popen(
        arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until(lambda: process.poll() is not None or _answers(port), 20)
        if process.poll() is not None:
            raise Refused((folder / "log").read_text())
        with RawConnection(port) as raw:
            yield raw
    finally:
        process.kill()
        process.wait()


class Refused(Exception):
    """The real server did not start; its log."""


def copied(folder: Path, name: str) -> Path:
    """The same files once more."""
    other = folder.with_name(f"{folder.name}-{name}")
    return Path(shutil.copytree(folder, other))


def checked(folder: Path) -> None:
    """redis-check-aof has nothing against it."""
    program = shutil.which("redis-check-aof")
    if program is None:
        pytest.skip("redis-check-aof is not installed")
    said = subprocess.run([program, str(folder / PARTS / MANIFEST)], capture_output=True, text=True)
    assert said.returncode == 0, said.stdout
    assert "All AOF files and manifest are valid" in said.stdout


def increment(folder: Path) -> Path:
    """The last increment."""
    return max((folder / PARTS).glob("*.incr.aof"), key=lambda path: int(path.name.split(".")[2]))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder for a server."""
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("preamble", [True, False], ids=["rdb", "commands"])
@pytest.mark.parametrize("seed", range(HISTORIES))
def test_the_real_server_holds_what_our_log_holds(files: Path, seed: int, preamble: bool) -> None:
    writer = Ours(files)
    writer.engine.config.aof_use_rdb_preamble = preamble
    writer.load()
    writer.persister.begin()
    writer.fill(seed)
    names = sorted(path.name for path in (files / PARTS).iterdir())
    ending = "rdb" if preamble else "aof"
    assert names == [f"appendonly.aof.2.base.{ending}", "appendonly.aof.2.incr.aof", MANIFEST]
    checked(files)
    again = Ours(copied(files, "ours")).load()
    with real(files) as raw:
        assert compare_state(again, raw) == []
        assert LIBRARY in raw.call(b"FUNCTION", b"LIST", b"WITHCODE")[0]
    assert_same_keys(writer.engine, again)


def assert_same_keys(one: Engine, other: Engine) -> None:
    """What the writer held is what is loaded (values are compared with the real server's)."""
    for mine, found in zip(one.databases, other.databases, strict=True):
        one.now_ms = other.now_ms = one.clock.now_us() // 1000
        assert sorted(mine.live_keys()) == sorted(found.live_keys())
        assert {key: mine.expires_at(key) for key in mine.live_keys()} == {
            key: found.expires_at(key) for key in found.live_keys()
        }


@pytest.mark.parametrize("preamble", ["yes", "no"])
@pytest.mark.parametrize("seed", range(HISTORIES))
def test_we_hold_what_the_log_of_the_real_server_holds(
    files: Path, seed: int, preamble: str
) -> None:
    grammar = Grammar(random.Random(seed + 1000))
    with real(files, "--aof-use-rdb-preamble", preamble) as raw:
        raw.call(b"FUNCTION", b"LOAD", LIBRARY)
        for at in range(500):
            if at % 50 == 0:
                raw.call(b"DISCARD")
                raw.call(b"SELECT", b"%d" % (at // 50 % 3 * 2))
            if at == 200:
                raw.call(b"DISCARD")
                raw.call(b"BGREWRITEAOF")
            raw.call(*grammar.command())
        raw.call(b"DISCARD")
        until(lambda: b"aof_rewrite_in_progress:0" in raw.call(b"INFO", b"persistence"))
    engine = Ours(copied(files, "ours")).load()
    with real(files) as raw:
        assert compare_state(engine, raw) == []


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_a_log_that_is_cut_short_is_read_as_far_as_the_real_server_reads_it(
    files: Path, seed: int
) -> None:
    writer = Ours(files)
    writer.load()
    writer.persister.begin()
    writer.fill(seed, 120)
    whole = increment(files).read_bytes()
    chance = random.Random(seed)
    for number, size in enumerate(chance.sample(range(1, len(whole)), 4)):
        mine, theirs = copied(files, f"ours-{number}"), copied(files, f"real-{number}")
        for folder in (mine, theirs):
            increment(folder).write_bytes(whole[:size])
        again = Ours(mine)
        engine = again.load()
        with real(theirs) as raw:
            assert compare_state(engine, raw) == []
        assert increment(mine).stat().st_size == increment(theirs).stat().st_size
        assert increment(mine).stat().st_size <= size
        log = (theirs / "log").read_text()
        shortened = "because aof-load-truncated is enabled" in log
        assert shortened == any("because aof-load-truncated is enabled" in ln for ln in again.lines)


@pytest.mark.parametrize("size_from_end", [1, 3, 9])
def test_a_log_that_is_cut_short_is_refused_where_that_is_not_allowed(
    files: Path, size_from_end: int
) -> None:
    writer = Ours(files)
    writer.load()
    writer.persister.begin()
    for word in (b"one", b"two"):
        writer.engine.execute(writer.engine.connect(), [b"SET", b"k", word])
    writer.persister.close()
    path = increment(files)
    before = path.read_bytes()[:-size_from_end]
    path.write_bytes(before)
    with pytest.raises(CannotStart, match="Unexpected end of file"):
        Ours(files, truncated=False).load()
    with (
        pytest.raises(Refused, match="Unexpected end of file"),
        real(files, "--aof-load-truncated", "no"),
    ):
        pass
    assert path.read_bytes() == before


def test_the_single_file_of_an_older_server_is_taken_over(files: Path) -> None:
    (files / "appendonly.aof").write_bytes(
        b"*2\r\n$6\r\nSELECT\r\n$1\r\n2\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$3\r\nold\r\n"
    )
    mine = copied(files, "ours")
    again = Ours(mine)
    engine = again.load()
    again.persister.begin()
    again.persister.close()
    with real(files) as raw:
        assert compare_state(engine, raw) == []
    for folder in (files, mine):
        assert not (folder / "appendonly.aof").exists()
    names = [sorted(path.name for path in (folder / PARTS).iterdir()) for folder in (files, mine)]
    texts = [(folder / PARTS / MANIFEST).read_text() for folder in (files, mine)]
    assert names[0] == names[1]
    assert texts[0] == texts[1]


_FIRST = "file appendonly.aof.1.base.rdb seq 1 type b\n"
_SECOND = "file appendonly.aof.1.incr.aof seq 1 type i\n"


@pytest.mark.parametrize(
    "text",
    [
        _FIRST + _SECOND,
        "# a note\n" + _FIRST + "#\n" + _SECOND,
        _FIRST.replace("file", "FILE") + _SECOND,
        '  file "appendonly.aof.1.base.rdb"   seq 1 type b more words\n' + _SECOND,
        "type b seq 1 file appendonly.aof.1.base.rdb\n" + _SECOND,
        "",
        "\n" + _FIRST + _SECOND,
        _FIRST + "\n" + _SECOND,
        _FIRST + _SECOND.rstrip(),
        _FIRST + _FIRST + _SECOND,
        _FIRST + _SECOND + _SECOND,
        _FIRST + _SECOND.replace("type i", "type x"),
        _FIRST + _SECOND.replace("seq 1", "seq x"),
        _FIRST + _SECOND.replace("seq 1", "seq 0"),
        _FIRST + _SECOND.replace(" seq 1", ""),
        _FIRST + _SECOND.replace("type i", ""),
        _FIRST + _SECOND.replace("appendonly", "../appendonly"),
        _FIRST + _SECOND.replace("1.incr", "7.incr"),
        _FIRST + "#" * 1100 + "\n" + _SECOND,
        _SECOND,
        _FIRST,
        _SECOND + _FIRST,
        _FIRST + _SECOND + "file appendonly.aof.9.incr.aof seq 9 type h\n",
    ],
)
def test_a_manifest_is_taken_or_refused_as_by_the_real_server(files: Path, text: str) -> None:
    writer = Ours(files)
    writer.load()
    writer.persister.begin()
    writer.engine.execute(writer.engine.connect(), [b"SET", b"k", b"v"])
    writer.persister.close()
    (files / PARTS / MANIFEST).write_text(text)
    mine, theirs = copied(files, "ours"), copied(files, "real")
    again = Ours(mine)
    refused = ""
    try:
        with real(theirs) as raw:
            assert compare_state(again.load(), raw) == []
    except Refused as refusal:
        refused = str(refusal)
    if refused:
        with pytest.raises(CannotStart):
            again.load()
        assert (mine / PARTS / MANIFEST).read_text() == text
        return
    again.persister.begin()
    again.persister.close()
    assert (mine / PARTS / MANIFEST).read_text() == (theirs / PARTS / MANIFEST).read_text()
