"""Ziplists and zipmaps as older versions wrote them: the real server takes ours for its own.

RESTORE of payloads of RDB version 9 (a footer as 6.2 writes it) whose bytes our encoders made, by
redis-server 7.0.15, with deep checks of integrity; what comes back must be what went in.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from struct import pack

import pytest

from tests.oracle.raw import Error, RawConnection
from tests.oracle.tally import TALLY
from tutor.engine import codec
from tutor.engine.structures import ziplist, zipmap
from tutor.engine.structures.crc64 import crc64

VALUES = 1_500


@pytest.fixture
def strict(raw: RawConnection) -> RawConnection:
    raw.call(b"CONFIG", b"SET", b"sanitize-dump-payload", b"yes")
    return raw


def _sealed(kind: int, body: bytes) -> bytes:
    content = bytes((kind,)) + body + pack("<H", 9)
    return content + pack("<Q", crc64(content))


def _restored(raw: RawConnection, kind: int, body: bytes, *reading: bytes) -> object:
    """What the server says of a payload, or what ``reading`` answers of the key it made of it."""
    said = raw.call(b"RESTORE", b"k", b"0", _sealed(kind, body), b"REPLACE")
    return said if isinstance(said, Error) else raw.call(*reading)


def _word(rng: random.Random) -> bytes:
    kind = rng.randrange(8)
    if kind < 2:
        return b"%d" % rng.choice([rng.randint(-20, 20), rng.randint(-(2**63), 2**63 - 1)])
    if kind == 2:
        return b"%d" % (rng.choice([1, -1]) * (1 << rng.randrange(63)) + rng.randint(-1, 1))
    if kind == 3:
        return rng.choice([b"007", b"-0", b"+1", b" 1", b"1 ", b"", b"-", b"9223372036854775808"])
    if kind == 4:
        return bytes(rng.randint(244, 258))
    return rng.randbytes(rng.choice([1, 3, 20, 63, 64, 65]))


def _words(rng: random.Random, most: int) -> list[bytes]:
    return [_word(rng) for _ in range(rng.randint(1, most))]


def _pairs(rng: random.Random) -> list[tuple[bytes, bytes]]:
    return list({_word(rng): _word(rng) for _ in range(rng.randint(1, 12))}.items())


def _differs(found: object, wanted: object) -> bool:
    TALLY.calls += 1
    TALLY.differences += found != wanted
    return found != wanted


@pytest.mark.parametrize("old", [False, True], ids=["2.6 to 6.2", "2.2 and 2.4"])
def test_lists_of_one_ziplist(strict: RawConnection, old: bool) -> None:
    rng = random.Random(f"lists {old}")
    for _ in range(VALUES):
        words = _words(rng, 20)
        body = codec.write_string(ziplist.encode(words, old))
        found = _restored(strict, codec.LIST_ZIPLIST, body, b"LRANGE", b"k", b"0", b"-1")
        assert not _differs(found, words), words


def test_quicklists_of_ziplists(strict: RawConnection) -> None:
    rng = random.Random("quicklists")
    for _ in range(VALUES // 3):
        nodes = [_words(rng, 12) for _ in range(rng.randint(1, 5))]
        body = codec.write_length(len(nodes))
        body += b"".join(codec.write_string(ziplist.encode(words)) for words in nodes)
        found = _restored(strict, codec.LIST_ZIPLISTS, body, b"LRANGE", b"k", b"0", b"-1")
        assert not _differs(found, [word for words in nodes for word in words]), nodes


def test_hashes_as_ziplists_and_as_zipmaps(strict: RawConnection) -> None:
    rng = random.Random("hashes")
    for _ in range(VALUES):
        pairs = _pairs(rng)
        flat = [word for pair in pairs for word in pair]
        packed = codec.write_string(ziplist.encode(flat))
        found = _restored(strict, codec.HASH_ZIPLIST, packed, b"HGETALL", b"k")
        assert not _differs(_as_dict(found), dict(pairs)), pairs
        mapped = codec.write_string(zipmap.encode(pairs))
        found = _restored(strict, codec.HASH_ZIPMAP, mapped, b"HGETALL", b"k")
        assert not _differs(_as_dict(found), dict(pairs)), pairs


def _as_dict(found: object) -> object:
    if not isinstance(found, Sequence) or isinstance(found, bytes | Error):
        return found
    return dict(zip(found[::2], found[1::2], strict=True))


def test_sorted_sets_as_ziplists(strict: RawConnection) -> None:
    rng = random.Random("sorted sets")
    for _ in range(VALUES):
        scores = {_word(rng): rng.randint(-(2**40), 2**40) for _ in range(rng.randint(1, 12))}
        ordered = sorted((score, member) for member, score in scores.items())
        flat = [word for score, member in ordered for word in (member, b"%d" % score)]
        body = codec.write_string(ziplist.encode(flat, old=rng.random() < 0.5))
        asked = b"ZRANGE", b"k", b"0", b"-1", b"WITHSCORES"
        found = _restored(strict, codec.ZSET_ZIPLIST, body, *asked)
        assert not _differs(found, flat), flat


def test_more_pairs_than_a_zipmap_counts(strict: RawConnection) -> None:
    pairs = [(b"field:%d" % number, b"%d" % number) for number in range(400)]
    body = codec.write_string(zipmap.encode(pairs))
    found = _restored(strict, codec.HASH_ZIPMAP, body, b"HGETALL", b"k")
    assert not _differs(_as_dict(found), dict(pairs))
