"""check-rdb and check-aof accept and refuse what redis-check-rdb and redis-check-aof do."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.console.files.samples import aof, rdb
from tests.oracle.tally import TALLY
from tutor import cli, i18n

pytestmark = pytest.mark.oracle

WHOLE = rdb()
COMMANDS = ("SELECT 0", "SET a 1", "MULTI", "SET b 2", "EXEC", "RPUSH l x y", "DEL a")
LOG = aof(*COMMANDS)


def real(name: str, *words: object) -> int:
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"{name} is not installed")
    TALLY.calls += 1
    done = subprocess.run(
        [program, *map(str, words)], capture_output=True, stdin=subprocess.DEVNULL
    )
    return done.returncode


def ours(*words: object) -> int:
    before = i18n.language()
    try:
        return cli.main([str(word) for word in words])
    finally:
        i18n.set_language(before)


def agree(tool: str, file: Path, data: bytes) -> bool:
    """Whether both give the same exit code, and leave the file as it is."""
    file.write_bytes(data)
    same = (real(f"redis-check-{tool}", file) == 0) == (ours(f"check-{tool}", file) == 0)
    assert file.read_bytes() == data
    return same


def test_an_rdb_file_whole_and_cut_off_anywhere(tmp_path: Path) -> None:
    file = tmp_path / "dump.rdb"
    wrong = [at for at in range(1, len(WHOLE) + 1, 3) if not agree("rdb", file, WHOLE[:at])]
    assert wrong == []
    assert agree("rdb", file, WHOLE)
    assert agree("rdb", file, rdb(checksum=False))


def test_an_rdb_file_with_a_byte_changed(tmp_path: Path) -> None:
    file = tmp_path / "dump.rdb"
    chance = random.Random(7)
    wrong = []
    for _ in range(120):
        data = bytearray(WHOLE)
        at = chance.randrange(len(data))
        data[at] = chance.randrange(256)
        if not agree("rdb", file, bytes(data)):
            wrong.append((at, data[at]))
    assert wrong == []


def test_an_rdb_file_without_a_checksum_with_a_byte_changed(tmp_path: Path) -> None:
    file, whole = tmp_path / "dump.rdb", rdb(checksum=False)
    chance = random.Random(11)
    wrong = []
    for _ in range(150):
        data = bytearray(whole)
        at = chance.randrange(9, len(data) - 9)
        data[at] = chance.choice((chance.randrange(256), chance.randrange(0xC0, 0xC4)))
        if data[at] == 0xF6:
            continue  # functions of a release candidate: only redis-check-rdb takes them
        if not agree("rdb", file, bytes(data)):
            wrong.append((at, whole[at], data[at]))
    assert wrong == []


def test_an_append_only_file_whole_and_cut_off_anywhere(tmp_path: Path) -> None:
    file = tmp_path / "appendonly.aof"
    wrong = [at for at in range(1, len(LOG) + 1) if not agree("aof", file, LOG[:at])]
    assert wrong == []


@pytest.mark.parametrize(
    "data",
    [
        rdb(aof_base=True) + LOG,
        rdb(aof_base=True) + LOG[:-3],
        rdb(aof_base=True)[:-3],
        LOG + b"garbage\r\n",
        b"#TS:1700000000\r\n" + LOG,
        aof("SET a 1", "MULTI", "SET b 2"),
        aof("SET a 1", "EXEC"),
        LOG.replace(b"$1\r\na", b"$2\r\na", 1),
        LOG.replace(b"*3", b"*4", 1),
    ],
    ids=["preamble", "cut", "preamble-cut", "garbage", "note", "open", "exec", "length", "words"],
)
def test_an_append_only_file_of_any_kind(tmp_path: Path, data: bytes) -> None:
    assert agree("aof", tmp_path / "appendonly.aof", data)


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("cut", [0, 3])
def test_a_manifest(tmp_path: Path, missing: bool, cut: int) -> None:
    (tmp_path / "base.rdb").write_bytes(rdb(aof_base=True))
    (tmp_path / "one.aof").write_bytes(LOG)
    if not missing:
        (tmp_path / "two.aof").write_bytes(LOG[: len(LOG) - cut])
    text = b"file base.rdb seq 1 type b\nfile one.aof seq 1 type i\nfile two.aof seq 2 type i\n"
    assert agree("aof", tmp_path / "appendonly.aof.manifest", text)
