"""Payloads measured on redis-server 7.0.15 (the fact sheet), and the old formats in parts."""

from __future__ import annotations

import pytest

from tutor.engine import codec
from tutor.engine.clock import VirtualClock
from tutor.engine.codec_reader import BadFormat, Reader, load
from tutor.engine.engine import Engine
from tutor.engine.structures import ziplist, zipmap

GOLDEN = {
    b'SET k ""': "00000a005d9b5c400f7fa2da",
    b"SET k a": "0001610a00bffeef9b8f367db4",
    b"SET k 5": "00c0050a00632f5f66832fb351",
    b"SET k 10000": "00c110270a00e4b7ca6c864325d1",
    b"SET k 007": "00033030370a007258e27b4c69bad9",
    b"SET k 2147483648": "000a323134373438333634380a00e7b129a34c1d76ee",
    b"SET k " + b"a" * 45: "00c3092d016161e020000161610a00b825a6f9a5128ed9",
    b"RPUSH k a b c": "12010210100000000300816102816202816302ff0a00c818b90c9533529e",
    b"HSET k f v": "100d0d0000000200816602817602ff0a0020f13d442354089d",
    b"HSET k f " + b"a" * 65: "04010166c3094041016161e034000161610a00441292631043cc36",
    b"SADD k 1 2 3": "0b0e02000000030000000100020003000a00a5025ce26d6e4d1b",
    b"SADD k a": "020101610a006296e97e44d21a6d",
    b"ZADD k 1.5 a": "110f0f000000020081610283312e3504ff0a00080c6e19808e7d98",
    b"ZADD k 1 " + b"m" * 65: "0501c3094041016d6de03400016d6d000000000000f03f0a006bd7627f45d7b0e9",
}


@pytest.fixture
def engine() -> Engine:
    return Engine(VirtualClock(), seed=1)


@pytest.mark.parametrize("line", GOLDEN)
def test_a_value_is_dumped_as_measured_and_comes_back(engine: Engine, line: bytes) -> None:
    session = engine.connect()
    argv = [b"" if word == b'""' else word for word in line.split()]
    engine.execute(session, argv)
    payload = engine.execute(session, [b"DUMP", b"k"])
    assert payload.hex() == GOLDEN[line]
    assert codec.verify(payload)
    assert codec.dump(engine, load(engine, payload)) == payload


def test_a_payload_of_a_newer_version_or_with_a_wrong_sum_is_not_right() -> None:
    payload = bytes.fromhex(GOLDEN[b"SET k a"])
    assert not codec.verify(payload[:-1] + b"\0")
    assert not codec.verify(payload[:3] + b"\x0b" + payload[4:])
    assert not codec.verify(b"short")


@pytest.mark.parametrize("length", [0, 63, 64, 16_383, 16_384, 2**32 - 1, 2**32, 2**40])
def test_lengths_come_back(length: int) -> None:
    assert Reader(codec.write_length(length)).length() == length


@pytest.mark.parametrize(
    "text", [b"", b"5", b"-129", b"70000", b"2147483648", b"x" * 300, bytes(range(256))]
)
def test_strings_come_back(text: bytes) -> None:
    for compress in (True, False):
        assert Reader(codec.write_string(text, compress)).string() == text


def test_what_is_missing_is_named_with_its_place() -> None:
    with pytest.raises(BadFormat, match="offset 1"):
        Reader(b"\x05abc").string()


# ziplist and zipmap, as Redis 6.2 and 2.4 wrote them


def test_a_ziplist_tells_numbers_and_texts() -> None:
    blob = bytes.fromhex("210000001e000000070000f302f602fe6403016103c02c0104d07011010006fdff")
    assert ziplist.decode(blob) == [b"2", b"5", b"100", b"a", b"300", b"70000", b"12"]


def test_an_empty_ziplist_has_eleven_bytes() -> None:
    assert ziplist.decode(bytes.fromhex("0b0000000a0000000000ff")) == []


@pytest.mark.parametrize(
    "blob",
    ["", "0b0000000a0000000000fe", "0c0000000a0000000000ff", "0d0000000a000000010000f1ff00"],
)
def test_a_damaged_ziplist_is_refused(blob: str) -> None:
    with pytest.raises(ValueError, match="ziplist"):
        ziplist.decode(bytes.fromhex(blob))


def test_a_zipmap_skips_the_bytes_that_are_free() -> None:
    blob = bytes.fromhex("02046e616d650203426f6963650361676502003330ff")
    assert zipmap.decode(blob) == [(b"name", b"Bo"), (b"age", b"30")]


@pytest.mark.parametrize("blob", ["", "00ff", "0101610100ff", "020161010062ff"])
def test_a_damaged_zipmap_is_refused(blob: str) -> None:
    with pytest.raises(ValueError, match="zipmap"):
        zipmap.decode(bytes.fromhex(blob))
