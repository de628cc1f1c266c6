"""DEBUG DIGEST: one checksum of a value or of all data, whatever order tables hold them in.

    value    begins with its type; then ordered parts are mixed in, unordered ones xored
    mix      digest ─▶ SHA1(digest xor SHA1(part))      order matters
    xor      digest ─▶ digest xor SHA1(part)            order does not

Redis 7.0, debug.c: computeDatasetDigest. Two servers with the same data give the same digest.
"""

from __future__ import annotations

from hashlib import sha1
from typing import TYPE_CHECKING

from tutor.engine.replies import format_double
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.sds import Sds
from tutor.engine.structures.stream import SEQUENCE, Stream
from tutor.engine.values import Hash, Set, Value, text_of

if TYPE_CHECKING:
    from tutor.engine.database import Database
    from tutor.engine.engine import Engine

EMPTY = bytes(20)
_STRING, _LIST, _SET, _ZSET, _HASH = (number.to_bytes(4, "big") for number in range(5))
_STREAM = (6).to_bytes(4, "big")


def _xor_digests(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(20, "big")


def _xor(digest: bytes, part: bytes) -> bytes:
    return _xor_digests(digest, sha1(part).digest())


def _mix(digest: bytes, part: bytes) -> bytes:
    return sha1(_xor(digest, part)).digest()


def value_digest(database: Database, key: bytes, value: Value, digest: bytes = EMPTY) -> bytes:
    """The digest of a value and of whether it expires; goes on from ``digest``."""
    if isinstance(value, (bytes, int, Sds)):
        digest = _mix(_mix(digest, _STRING), text_of(value))
    elif isinstance(value, Quicklist):
        digest = _mix(digest, _LIST)
        for element in value:
            digest = _mix(digest, element)
    elif isinstance(value, Set):
        digest = _mix(digest, _SET)
        for member in value.members():
            digest = _xor(digest, member)
    elif isinstance(value, Hash):
        digest = _mix(digest, _HASH)
        for field, text in value.items():
            digest = _xor(digest, _mix(_mix(EMPTY, field), text))
    elif isinstance(value, Stream):
        digest = _mix(digest, _STREAM)
        for entry, words in value.range():
            digest = _mix(digest, b"%d.%d" % (entry >> 64, entry & SEQUENCE))
            for word in words:
                digest = _mix(digest, word)
    else:
        digest = _mix(digest, _ZSET)
        for member, score in value.scores.items():
            digest = _xor(digest, _mix(_mix(EMPTY, member), format_double(score)))
    if database.expires_at(key) is not None:
        digest = _xor(digest, b"!!expire!!")
    return digest


def dataset_digest(engine: Engine) -> bytes:
    """The digest of all databases; zeros when there is nothing."""
    digest = EMPTY
    for database in engine.databases:
        if not len(database):
            continue
        digest = _mix(digest, database.index.to_bytes(4, "big"))
        for key, value in database.keys.data.items():
            digest = _xor(digest, value_digest(database, key, value, _mix(EMPTY, key)))
    return digest
