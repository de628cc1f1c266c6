"""`redis-tutor check-rdb`: every kind of damage, with its place, what was expected, what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.console.files.samples import Tool, rdb
from tutor.engine.structures.crc64 import crc64

WHOLE = rdb()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "dump.rdb"


def summed(data: bytes) -> bytes:
    """The bytes before the checksum with the right one."""
    return data[:-8] + crc64(data[:-8]).to_bytes(8, "little")


def test_a_whole_file_is_whole(tool: Tool, file: Path) -> None:
    file.write_bytes(WHOLE)
    assert tool("check-rdb", file, "--lang", "en") == 0
    assert "RDB version 10" in tool.out
    assert "Read: 7 keys, 2 databases" in tool.out
    assert "The checksum is right." in tool.out
    assert "The file is whole." in tool.out


def test_a_file_without_a_checksum_is_whole_and_it_is_said(tool: Tool, file: Path) -> None:
    file.write_bytes(rdb(checksum=False)[:-8] + bytes(8))
    assert tool("check-rdb", file, "--lang", "en") == 0
    assert "There is no checksum" in tool.out


def test_cut_off_anywhere_it_is_not_whole_and_the_place_is_within(tool: Tool, file: Path) -> None:
    for size in range(len(WHOLE)):
        file.write_bytes(WHOLE[:size])
        assert tool("check-rdb", file, "--lang", "en") == 1, size
        place = re.search(r"At offset (\d+) \(0x", tool.out)
        assert place is not None, (size, tool.out)
        assert int(place[1]) <= size
        assert "What to do: " in tool.out
    assert file.read_bytes() == WHOLE[:-1]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"RUBIS0010" + WHOLE[9:], ["At offset 0 (0x0)", "no file of Redis", "expected REDIS",
                                    "Is it the right file?"]),
        (b"REDIS9999" + WHOLE[9:], ["At offset 5 (0x5)", "version", "found 9999",
                                    "Load it with the Redis that wrote it"]),
        (b"REDISabcd" + WHOLE[9:], ["At offset 5 (0x5)", "found abcd"]),
        (WHOLE[:-8] + b"\1" * 8, [f"At offset {len(WHOLE) - 8} (", "checksum does not fit",
                                  f"expected {int.from_bytes(WHOLE[-8:], 'little'):016x}",
                                  "found 0101010101010101", "rdbchecksum no"]),
    ],
    ids=["magic", "version", "version-letters", "checksum"],
)  # fmt: skip
def test_damage_is_told_with_place_expectation_and_advice(
    tool: Tool, file: Path, data: bytes, said: list[str]
) -> None:
    file.write_bytes(data)
    assert tool("check-rdb", file, "--lang", "en") == 1
    for words in said:
        assert words in tool.out
    assert file.read_bytes() == data


def test_broken_lzf_is_found_in_its_key(tool: Tool, file: Path) -> None:
    at = WHOLE.index(b"\xc3", WHOLE.index(b"greeting"))
    data = bytearray(WHOLE)
    data[at + 3] = 0xE0  # a reference backwards, and nothing is there yet
    file.write_bytes(summed(bytes(data)))
    assert tool("check-rdb", file, "--lang", "en") == 1
    assert "in greeting" in tool.out
    assert "contradict themselves" in tool.out
    assert "An RDB file cannot be mended" in tool.out


def test_an_unknown_opcode_is_named(tool: Tool, file: Path) -> None:
    at = WHOLE.index(b"\x00\x08greeting")
    file.write_bytes(summed(WHOLE[:at] + b"\x63" + WHOLE[at + 1 :]))
    assert tool("check-rdb", file, "--lang", "en") == 1
    assert f"At offset {at} ({at:#x})" in tool.out
    assert "neither a type nor an opcode" in tool.out
    assert "found 63" in tool.out


def test_a_flipped_byte_never_passes(tool: Tool, file: Path) -> None:
    for at in range(9, len(WHOLE) - 8, 7):
        data = bytearray(WHOLE)
        data[at] ^= 0x10
        file.write_bytes(data)
        assert tool("check-rdb", file, "--lang", "en") == 1, at


def test_it_speaks_russian(tool: Tool, file: Path) -> None:
    file.write_bytes(WHOLE[:100])
    assert tool("check-rdb", file, "--lang", "ru") == 1
    assert "По смещению" in tool.out or "смещени" in tool.out.lower()
    assert "Что делать:" in tool.out
    assert not re.search(r"\b(At offset|expected|found|What to do)\b", tool.out)


def test_a_file_that_is_not_there_is_named(tool: Tool, file: Path) -> None:
    assert tool("check-rdb", file) == 1
    assert "dump.rdb" in tool.err
    assert "Traceback" not in tool.err
