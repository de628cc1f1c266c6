"""`redis-tutor dissect`: every file of Redis, whole and damaged, byte by byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.console.files.samples import Tool, aof, payload, rdb
from tutor.persistence.dissect import open_bytes
from tutor.persistence.rdb import DamagedRdb

WHOLE = rdb()
LOG = aof("SELECT 0", "SET a 1", "RPUSH l x y")


def test_an_rdb_file(tool: Tool, tmp_path: Path) -> None:
    file = tmp_path / "dump.rdb"
    file.write_bytes(WHOLE)
    assert tool("dissect", file, "--count", "0", "--width", "100", "--lang", "en") == 0
    for words in ("magic word", "version 10", "SELECTDB", "RESIZEDB", "LZF", "EXPIRETIME_MS",
                  "EOF", ": right", "── user:1 · db 0", "── other · db 3"):  # fmt: skip
        assert words in tool.out
    assert max(map(len, tool.out.splitlines())) <= 100


def test_commands_a_manifest_and_a_payload(tool: Tool, tmp_path: Path) -> None:
    file = tmp_path / "any"
    file.write_bytes(b"#TS:1700000000\r\n" + LOG)
    assert tool("dissect", file, "--lang", "en") == 0
    assert "RPUSH" in tool.out
    assert "2023-11-14" in tool.out
    file.write_bytes(b"file base.rdb seq 1 type b\n")
    assert tool("dissect", file, "--lang", "en") == 0
    assert "b: the base" in tool.out
    file.write_bytes(payload())
    assert tool("dissect", file, "--lang", "en") == 0
    assert "type 0: string" in tool.out
    assert ": right" in tool.out
    file.write_bytes(rdb(aof_base=True) + LOG)
    assert tool("dissect", file, "--count", "0", "--lang", "en") == 0
    assert "base of an append-only file" in tool.out
    assert "RPUSH" in tool.out


def test_it_begins_at_an_offset_or_at_a_key(tool: Tool, tmp_path: Path) -> None:
    file = tmp_path / "dump.rdb"
    file.write_bytes(WHOLE)
    assert tool("dissect", file, "--key", "ids", "--count", "5", "--lang", "en") == 0
    assert tool.out.startswith("── ids")
    assert "Go on: --from 0x" in tool.out
    assert tool("dissect", file, "--key", "nothing", "--lang", "en") == 1
    assert "There is no key nothing" in tool.err
    assert tool("dissect", file, "--from", "999999", "--lang", "en") == 1
    assert "--from takes" in tool.err


def test_what_is_no_file_of_redis_is_refused(tool: Tool, tmp_path: Path) -> None:
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"\xff\xd8\xff\xe0 no redis")
    assert tool("dissect", file, "--lang", "en") == 1
    assert "this is no file of Redis" in tool.err
    assert "expected REDIS" in tool.err


@pytest.mark.parametrize("data", [WHOLE, LOG], ids=["rdb", "aof"])
def test_cut_off_anywhere_it_says_where_it_cannot_read_on(
    tool: Tool, tmp_path: Path, data: bytes
) -> None:
    file = tmp_path / "cut"
    between = {piece.end for piece in open_bytes(data).pieces()} if data is LOG else set()
    for size in range(6, len(data), 3):
        if size in between:
            continue
        file.write_bytes(data[:size])
        assert tool("dissect", file, "--count", "0", "--width", "150", "--lang", "en") == 1, size
        assert "the file is over too early" in tool.out, (size, tool.out)


def test_a_wrong_checksum_is_shown_in_its_place(tool: Tool, tmp_path: Path) -> None:
    file = tmp_path / "dump.rdb"
    file.write_bytes(WHOLE[:-8] + b"\1" * 8)
    tool("dissect", file, "--from", hex(len(WHOLE) - 9), "--width", "120", "--lang", "en")
    assert ": wrong, the bytes before have" in tool.out


def test_it_speaks_russian_and_in_sentences(tool: Tool, tmp_path: Path) -> None:
    file = tmp_path / "dump.rdb"
    file.write_bytes(WHOLE)
    assert tool("dissect", file, "--plain", "--count", "0", "--lang", "ru") == 0
    assert "версия 10" in tool.out
    assert "magic word" not in tool.out


@settings(max_examples=200)
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
def test_any_changed_byte_is_read_without_an_accident(at: int, byte: int) -> None:
    """Bytes are covered in order up to the damage, whatever the damage is."""
    data = WHOLE[:at] + bytes((byte,)) + WHOLE[at + 1 :]
    try:
        dissection = open_bytes(data)
    except DamagedRdb:
        return
    end = 0
    for piece in dissection.pieces():
        for span in dissection.spans(piece):
            if not span.unpacked:
                assert span.offset == end
                end = span.end
    if dissection.damage is not None:
        spans = [span for span in dissection.broken(end) if not span.unpacked]
        assert spans[-1].role == "damage"
        assert spans[-1].end == len(data)


def test_a_pickle_is_shown_and_never_loaded(tool: Tool, tmp_path: Path) -> None:
    file = tmp_path / "value"
    trace = tmp_path / "ran"
    words = f"open({str(trace)!r}, 'w')".encode()
    file.write_bytes(b"cbuiltins\neval\n(X" + len(words).to_bytes(4, "little") + words + b"tR.")
    assert tool("dissect", file, "--pickle", "--width", "100", "--lang", "en") == 0
    assert "would call builtins.eval" in " ".join(tool.out.split())
    assert not trace.exists()
    picture = tmp_path / "value.svg"
    assert tool("dissect", file, "--pickle", "--export", picture, "--lang", "en") == 0
    assert "builtins.eval" in picture.read_text()
    file.write_bytes(b"\x80\x05]")
    assert tool("dissect", file, "--pickle", "--lang", "en") == 1
    assert "STOP is missing" in tool.out
