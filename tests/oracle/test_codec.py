"""DUMP payloads of every type, old and new, whole and damaged, restored on both sides."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from struct import pack

import pytest

from tests.oracle.compare import RawConnection, compare_state, engine_like_the_oracle, run_both
from tests.oracle.raw import Error, Simple
from tests.oracle.stream_strategies import stream_payload
from tutor.engine import codec
from tutor.engine.engine import Engine
from tutor.engine.structures import listpack
from tutor.engine.structures.crc64 import crc64
from tutor.engine.structures.intset import Intset

_LIMITS = {
    b"hash-max-listpack-entries": b"512",
    b"hash-max-listpack-value": b"64",
    b"set-max-intset-entries": b"512",
    b"zset-max-listpack-entries": b"128",
    b"zset-max-listpack-value": b"64",
    b"list-max-listpack-size": b"-2",
    b"sanitize-dump-payload": b"no",
}
_LOW_LIMITS = {
    b"hash-max-listpack-entries": b"3",
    b"hash-max-listpack-value": b"6",
    b"set-max-intset-entries": b"3",
    b"zset-max-listpack-entries": b"3",
    b"zset-max-listpack-value": b"6",
    b"list-max-listpack-size": b"3",
    b"sanitize-dump-payload": b"yes",
}


@pytest.fixture
def both(raw: RawConnection) -> Iterator[tuple[Engine, RawConnection]]:
    yield engine_like_the_oracle(), raw
    _configure(None, raw, _LIMITS)


def _configure(engine: Engine | None, raw: RawConnection, values: dict[bytes, bytes]) -> None:
    words = [word for pair in values.items() for word in pair]
    raw.call(b"CONFIG", b"SET", *words)
    if engine is not None:
        engine.execute(engine.connect(), [b"CONFIG", b"SET", *words])


# payloads


def _sealed(content: bytes) -> bytes:
    content += pack("<H", 10)
    return content + pack("<Q", crc64(content))


def _strings(words: Iterable[bytes]) -> bytes:
    return b"".join(codec.write_string(word) for word in words)


def _ziplist(words: list[bytes]) -> bytes:
    """As Redis 6.2 would write it, with the narrowest encodings."""
    body, previous, last = b"", 0, 10
    for word in words:
        number = int(word) if word.lstrip(b"-").isdigit() and word == b"%d" % int(word) else None
        last = 10 + len(body)
        entry = pack("<BI", 254, previous) if previous >= 254 else bytes((previous,))
        if number is not None and 0 <= number <= 12:
            entry += bytes((0xF1 + number,))
        elif number is not None and -(2**63) <= number < 2**63:
            mark, width = next(
                (mark, width)
                for mark, width in ((0xFE, 1), (0xC0, 2), (0xF0, 3), (0xD0, 4), (0xE0, 8))
                if -(1 << 8 * width - 1) <= number < 1 << 8 * width - 1
            )
            entry += bytes((mark,)) + number.to_bytes(width, "little", signed=True)
        elif len(word) < 64:
            entry += bytes((len(word),)) + word
        elif len(word) < 16384:
            entry += (0x4000 | len(word)).to_bytes(2, "big") + word
        else:
            entry += b"\x80" + len(word).to_bytes(4, "big") + word
        body, previous = body + entry, len(entry)
    return pack("<IIH", 11 + len(body), last, len(words)) + body + b"\xff"


def _zipmap(pairs: list[tuple[bytes, bytes]], unused: int = 0) -> bytes:
    def length(word: bytes) -> bytes:
        return bytes((len(word),)) if len(word) < 254 else pack("<BI", 254, len(word))

    body = b"".join(
        length(field) + field + length(value) + bytes((unused,)) + value + bytes(unused)
        for field, value in pairs
    )
    return bytes((min(len(pairs), 254),)) + body + b"\xff"


def _words(rng: random.Random, count: int) -> list[bytes]:
    """Different words, many of them numbers."""
    words: dict[bytes, None] = {}
    while len(words) < count:
        number = rng.choice([1, 12, 13, 127, 300, 70000, 2**31, 2**40, 2**63 - 5]) + len(words)
        length = rng.choice([0, 1, 6, 7, 30, 64, 65, 253, 300, rng.choice([40, 5000])])
        words[
            rng.choice([b"%d" % number, b"-%d" % number, rng.randbytes(length), b"ab" * length])
        ] = None
    return list(words)


def _payload(rng: random.Random, kind: int) -> bytes:
    """A sound value of a type."""
    count = rng.choice([1, 2, 3, 4, 5, 9, 40])
    words = _words(rng, 2 * count)
    small = [word[:60] for word in words[:count]]
    scores = [rng.choice([b"1", b"-5", b"2.5", b"inf", b"1e20", b"100000"]) for _ in range(count)]
    pairs = list(zip(words[:count], words[count:], strict=True))
    flat = [word for pair in pairs for word in pair]
    head = bytes((kind,))
    length = codec.write_length(count)
    if kind == codec.STRING:
        return head + codec.write_string(words[0])
    if kind in (codec.LIST, codec.SET):
        if rng.random() < 0.5:
            words = [b"%d" % rng.randrange(at * 1000, at * 1000 + 999) for at in range(count)]
        return head + length + _strings(words[:count])
    if kind == codec.ZSET_TEXT:
        texts = (bytes((len(s),)) + s if s != b"inf" else b"\xfe" for s in scores)
        return (
            head
            + length
            + b"".join(
                codec.write_string(member) + text
                for (member, _), text in zip(pairs, texts, strict=True)
            )
        )
    if kind == codec.HASH:
        return head + length + _strings(flat)
    if kind == codec.ZSET:
        return (
            head
            + length
            + b"".join(
                codec.write_string(member) + pack("<d", float(score))
                for (member, _), score in zip(pairs, scores, strict=True)
            )
        )
    if kind in (codec.STREAM, codec.STREAM_OLD):
        return stream_payload(rng, old=kind == codec.STREAM_OLD)
    if kind == codec.SET_INTSET:
        most = rng.choice([100, 2**20, 2**40])
        return head + codec.write_string(Intset(rng.randrange(most) for _ in range(count)).encode())
    if kind == codec.HASH_ZIPMAP:
        return head + codec.write_string(_zipmap(pairs, rng.choice([0, 3])))
    if kind in (codec.ZSET_ZIPLIST, codec.ZSET_LISTPACK):
        members = sorted(dict.fromkeys(small))
        flat = [word for member in members for word in (member, b"7")]
    if kind in (codec.LIST_ZIPLISTS, codec.LIST_LISTPACKS):
        pack_ = _ziplist if kind == codec.LIST_ZIPLISTS else listpack.encode
        mark = b"" if kind == codec.LIST_ZIPLISTS else b"\x02"
        nodes = [pack_(words[: count // 2]), pack_(words[count // 2 :]), pack_([])]
        plain = b"" if kind == codec.LIST_ZIPLISTS else b"\x01" + codec.write_string(b"plain" * 9)
        body = b"".join(mark + codec.write_string(node) for node in nodes)
        return head + codec.write_length(len(nodes) + bool(plain)) + body + plain
    zip_ = _ziplist if kind in (10, 12, 13) else listpack.encode
    return head + codec.write_string(zip_(flat))


KINDS = (0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19)


@pytest.mark.parametrize("limits", [_LIMITS, _LOW_LIMITS], ids=["usual", "low"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_type_is_restored_alike(
    both: tuple[Engine, RawConnection], kind: int, limits: dict[bytes, bytes]
) -> None:
    engine, raw = both
    _configure(engine, raw, limits)
    session = engine.connect()
    rng = random.Random(kind)
    for number in range(25):
        argv = [b"RESTORE", b"k%d" % number, b"0", _sealed(_payload(rng, kind))]
        ours, theirs = run_both(session, raw, argv)
        assert ours == theirs == Simple(b"OK"), argv
    assert compare_state(engine, raw) == []


@pytest.mark.parametrize("kind", [6, 7, 8, 20, 21, 127, 255])
def test_types_that_are_no_value_here_are_refused(
    both: tuple[Engine, RawConnection], kind: int
) -> None:
    engine, raw = both
    argv = [b"RESTORE", b"k", b"0", _sealed(bytes((kind, 0, 0)))]
    ours, theirs = run_both(engine.connect(), raw, argv)
    assert ours == theirs == Error(b"ERR Bad data format")


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_cut_short_is_refused_alike(both: tuple[Engine, RawConnection], kind: int) -> None:
    engine, raw = both
    raw.call(b"CONFIG", b"SET", b"sanitize-dump-payload", b"yes")
    session = engine.connect()
    rng = random.Random(100 + kind)
    for _ in range(6):
        content = _payload(rng, kind)
        for end in sorted({rng.randrange(len(content)) for _ in range(12)} | {0, 1, 2}):
            argv = [b"RESTORE", b"k", b"0", _sealed(content[:end]), b"REPLACE"]
            ours, theirs = run_both(session, raw, argv)
            assert ours == theirs, argv


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_value_is_judged_alike(both: tuple[Engine, RawConnection], kind: int) -> None:
    engine, raw = both
    raw.call(b"CONFIG", b"SET", b"sanitize-dump-payload", b"yes")
    session = engine.connect()
    rng = random.Random(200 + kind)
    for _ in range(60):
        content = bytearray(_payload(rng, kind))
        first = 2 if kind in range(1, 6) else 1  # a huge count: the server wants all that memory
        place = rng.randrange(first, max(min(len(content), 40), first + 1))
        byte = rng.choice([0, 1, 0x7F, 0x80, 0xC0, 0xFE, 0xFF, rng.randrange(256)])
        content[place % len(content)] = byte
        argv = [b"RESTORE", b"k", b"0", _sealed(bytes(content)), b"REPLACE"]
        ours, theirs = run_both(session, raw, argv)
        assert ours == theirs, argv


def test_dumps_travel_both_ways(both: tuple[Engine, RawConnection]) -> None:
    engine, raw = both
    session = engine.connect()
    lines = b"SET s 12|SET t %s|APPEND r ab|APPEND r 1|HSET h f v g 1|SADD i 1 2 70000|" % (
        b"ab" * 90
    )
    lines += b"SADD m a b 3|ZADD z 1 a 2.5 b -inf c|RPUSH l a 1 2|HSET b f %s g h" % (b"x" * 90)
    for line in lines.split(b"|"):
        run_both(session, raw, line.split())
    for key in [b"s", b"t", b"r", b"h", b"i", b"m", b"z", b"l", b"b"]:
        ours = session.engine.execute(session, [b"DUMP", key])
        theirs = raw.call(b"DUMP", key)
        for payload, name in ((ours, b"ours:"), (theirs, b"theirs:")):
            argv = [b"RESTORE", name + key, b"0", payload]
            assert run_both(session, raw, argv) == (Simple(b"OK"), Simple(b"OK"))
    assert compare_state(engine, raw) == []


def test_a_string_of_many_megabytes_is_dumped_and_comes_back(
    both: tuple[Engine, RawConnection],
) -> None:
    engine, raw = both
    session = engine.connect()
    for line in (b"SETBIT s 1300000000 1", b"SETRANGE s 70000000 middle", b"DUMP s"):
        ours, theirs = run_both(session, raw, line.split())
        assert ours == theirs, line
    assert len(ours) < 2_000_000
    again = [b"RESTORE", b"s", b"0", ours, b"REPLACE"]
    assert run_both(session, raw, again) == (Simple(b"OK"), Simple(b"OK"))
    for line in (b"STRLEN s", b"BITCOUNT s", b"GETRANGE s 69999998 70000010", b"DEL s"):
        ours, theirs = run_both(session, raw, line.split())
        assert ours == theirs, line
