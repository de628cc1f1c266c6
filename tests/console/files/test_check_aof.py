"""`redis-tutor check-aof`: verdicts, and an end that is cut off only after a yes, with a copy."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from tests.console.files.samples import Tool, aof, rdb

COMMANDS = ("SELECT 0", "SET a 1", "RPUSH l x y", "DEL a")
WHOLE = aof(*COMMANDS)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "appendonly.aof"


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def manifest(folder: Path, text: str, **parts: bytes) -> Path:
    for name, data in parts.items():
        (folder / f"{name}.aof").write_bytes(data)
    path = folder / "appendonly.aof.manifest"
    path.write_text(text)
    return path


def test_a_whole_file_is_whole(tool: Tool, file: Path) -> None:
    file.write_bytes(WHOLE)
    assert tool("check-aof", file, "--lang", "en") == 0
    assert "4 commands" in tool.out
    assert "The append-only file is whole." in tool.out


def test_cut_off_anywhere_but_between_commands_it_is_not_whole(tool: Tool, file: Path) -> None:
    ends = {len(aof(*COMMANDS[:count])) for count in range(1, 5)}
    for size in range(1, len(WHOLE)):
        file.write_bytes(WHOLE[:size])
        assert tool("check-aof", file, "--lang", "en") == (0 if size in ends else 1), size
        if size not in ends:
            whole = max((end for end in ends if end < size), default=0)
            assert f"Right up to offset {whole}; {size - whole} byte" in tool.out
            assert "Nothing was written." in tool.out
    assert file.read_bytes() == WHOLE[:-1]


@pytest.mark.parametrize("yes", ["y\n", "yes\n", "да\n", "Д\n"])
def test_fix_cuts_after_a_yes_and_keeps_a_copy(
    tool: Tool, file: Path, monkeypatch: pytest.MonkeyPatch, yes: str
) -> None:
    file.write_bytes(WHOLE + b"*2\r\n$3\r\nDE")
    answer(monkeypatch, yes)
    assert tool("check-aof", "--fix", file, "--lang", "en") == 0
    assert "Cut them off? [y/N]" in tool.out
    assert file.read_bytes() == WHOLE
    copy = file.with_name("appendonly.aof.before-fix")
    assert copy.read_bytes() == WHOLE + b"*2\r\n$3\r\nDE"
    assert str(copy) in tool.out
    assert tool("check-aof", file, "--lang", "en") == 0


@pytest.mark.parametrize("no", ["n\n", "\n", "", "yep\n"])
def test_fix_without_a_yes_writes_nothing(
    tool: Tool, file: Path, monkeypatch: pytest.MonkeyPatch, no: str
) -> None:
    file.write_bytes(WHOLE[:-3])
    answer(monkeypatch, no)
    assert tool("check-aof", "--fix", file, "--lang", "en") == 1
    assert "Nothing was written." in tool.out
    assert file.read_bytes() == WHOLE[:-3]
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_an_older_copy_is_not_overwritten(
    tool: Tool, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = file.with_name("appendonly.aof.before-fix")
    older.write_bytes(b"older")
    file.write_bytes(WHOLE[:-3])
    answer(monkeypatch, "y\n")
    assert tool("check-aof", "--fix", file, "--lang", "en") == 0
    assert older.read_bytes() == b"older"
    assert file.with_name("appendonly.aof.before-fix.1").read_bytes() == WHOLE[:-3]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("SET a 1", "MULTI", "SET b 2"), "its EXEC is not there"),
        (("SET a 1", "EXEC"), "EXEC without MULTI"),
        (("SET a 1", "MULTI", "MULTI"), "MULTI within a transaction"),
    ],
)
def test_a_transaction_that_is_not_whole_is_cut_as_a_whole(
    tool: Tool, file: Path, monkeypatch: pytest.MonkeyPatch, lines: tuple[str, ...], said: str
) -> None:
    file.write_bytes(aof(*lines))
    answer(monkeypatch, "y\n")
    assert tool("check-aof", "--fix", file, "--lang", "en") == 0
    assert said in tool.out
    assert file.read_bytes() == aof("SET a 1")


def test_bytes_that_are_no_command_are_told_with_their_place(tool: Tool, file: Path) -> None:
    good = aof("SET a 1")
    file.write_bytes(good + b"garbage\r\n" + good)
    assert tool("check-aof", file, "--lang", "en") == 1
    assert f"At offset {len(good)} (" in tool.out
    assert "expected *" in tool.out


MANIFEST = "file base.aof seq 1 type b\nfile one.aof seq 1 type i\nfile two.aof seq 2 type i\n"


def test_all_files_of_a_manifest_are_read(tool: Tool, tmp_path: Path) -> None:
    path = manifest(tmp_path, MANIFEST, base=rdb(aof_base=True), one=WHOLE, two=WHOLE)
    assert tool("check-aof", path, "--lang", "en") == 0
    assert "in front an RDB with 7 keys" in tool.out


def test_only_the_last_file_may_be_cut(
    tool: Tool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = manifest(tmp_path, MANIFEST, base=rdb(), one=WHOLE[:-3], two=WHOLE)
    answer(monkeypatch, "y\n")
    assert tool("check-aof", "--fix", path, "--lang", "en") == 1
    assert "This is not the last file" in tool.out
    assert (tmp_path / "one.aof").read_bytes() == WHOLE[:-3]
    (tmp_path / "one.aof").write_bytes(WHOLE)
    (tmp_path / "two.aof").write_bytes(WHOLE[:-3])
    answer(monkeypatch, "y\n")
    assert tool("check-aof", "--fix", path, "--lang", "en") == 0
    assert (tmp_path / "two.aof").read_bytes() == aof(*COMMANDS[:-1])
    assert path.read_text() == MANIFEST


def test_a_file_that_the_manifest_names_and_that_is_not_there(tool: Tool, tmp_path: Path) -> None:
    path = manifest(tmp_path, MANIFEST, base=rdb(), two=WHOLE)
    assert tool("check-aof", path, "--lang", "en") == 1
    assert "The manifest names one.aof" in tool.out


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("file base.aof seq 1 type b\nnonsense\n", 2),
        ("file base.aof seq x type b\n", 1),
        ("file base.aof seq 1 type q\n", 1),
        ("file ../base.aof seq 1 type b\n", 1),
        ("file base.aof seq 1 type b\nfile b2.aof seq 2 type b\n", 2),
    ],
)
def test_a_wrong_manifest_is_told_with_its_line(
    tool: Tool, tmp_path: Path, text: str, line: int
) -> None:
    path = manifest(tmp_path, text, base=rdb())
    assert tool("check-aof", path, "--lang", "en") == 1
    assert f"appendonly.aof.manifest, line {line}: " in tool.out


def test_a_damaged_base_is_not_cut(tool: Tool, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = rdb()[:-20] + WHOLE
    file.write_bytes(data)
    answer(monkeypatch, "y\n")
    assert tool("check-aof", "--fix", file, "--lang", "en") == 1
    assert "What to do:" in tool.out
    assert file.read_bytes() == data


def test_it_speaks_russian(tool: Tool, file: Path) -> None:
    file.write_bytes(WHOLE[:-3])
    assert tool("check-aof", file, "--lang", "ru") == 1
    assert "Что делать:" in tool.out
    for english in ("Right up to", "What to do", "Nothing was", "commands"):
        assert english not in tool.out
