"""The bucket index of a hash table: which keys lie in which bucket, in which order.

    buckets  [ None, b"k1", (b"k9", b"k4"), None, ... ]      one item a slot
                     one key   a chain, head first

A chain is an immutable tuple, so that a whole table is copied at C speed. All functions work on one
table (a list) or on the pair; none knows the values.
Source: redis 7.0, dict.c (dictScan, dictGetSomeKeys).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Protocol

Bucket = bytes | tuple[bytes, ...] | None
"""Nothing, one key, or the keys of a chain from its head on."""

_BIG_ENDIAN = array("H", [1]).tobytes() == b"\x00\x01"


class Randomness(Protocol):
    """What sampling needs of an injected generator (``random.Random`` has it)."""

    def getrandbits(self, k: int, /) -> int: ...


def key_hash(key: bytes, seed: bytes) -> int:
    """The 64-bit hash of a key."""
    return int.from_bytes(blake2b(key, digest_size=8, key=seed).digest(), "little")


def key_hashes(keys: Iterable[bytes], seed: bytes) -> array[int]:
    """The hashes of many keys."""
    copy = blake2b(digest_size=8, key=seed).copy
    digests = []
    for key in keys:
        state = copy()
        state.update(key)
        digests.append(state.digest())
    hashes = array("Q", b"".join(digests))
    if _BIG_ENDIAN:
        hashes.byteswap()
    return hashes


def fill_in(buckets: list[Bucket], keys: Iterable[bytes], hashes: Iterable[int]) -> None:
    """Insert many keys of known hashes one after the other."""
    mask = len(buckets) - 1
    for key, value in zip(keys, hashes, strict=True):
        place = value & mask
        bucket = buckets[place]
        if bucket is None:
            buckets[place] = key
        elif isinstance(bucket, tuple):
            buckets[place] = (key, *bucket)
        else:
            buckets[place] = (key, bucket)


def push(buckets: list[Bucket], value: int, key: bytes) -> None:
    """Put a key of hash ``value`` at the head of its chain."""
    place = value & (len(buckets) - 1)
    bucket = buckets[place]
    if bucket is None:
        buckets[place] = key
    elif isinstance(bucket, tuple):
        buckets[place] = (key, *bucket)
    else:
        buckets[place] = (key, bucket)


def remove(buckets: list[Bucket], value: int, key: bytes) -> bool:
    """Take a key of hash ``value`` out of its bucket if it is there."""
    place = value & (len(buckets) - 1)
    bucket = buckets[place]
    if bucket == key:
        buckets[place] = None
        return True
    if not isinstance(bucket, tuple) or key not in bucket:
        return False
    rest = tuple(other for other in bucket if other != key)
    buckets[place] = rest[0] if len(rest) == 1 else rest
    return True


def chain(bucket: Bucket) -> tuple[bytes, ...]:
    """The keys of a bucket, head first."""
    if bucket is None:
        return ()
    return bucket if isinstance(bucket, tuple) else (bucket,)


def flatten(buckets: Sequence[Bucket]) -> list[bytes]:
    """All keys of a table in bucket order."""
    keys: list[bytes] = []
    for bucket in buckets:
        if bucket is None:
            continue
        if isinstance(bucket, tuple):
            keys += bucket
        else:
            keys.append(bucket)
    return keys


def next_cursor(cursor: int, bits: int) -> int:
    """Add one to the low ``bits`` of a cursor read backwards; higher bits become 0."""
    backwards = _mirror(cursor & ((1 << bits) - 1), bits) + 1
    return 0 if backwards >> bits else _mirror(backwards, bits)


def _mirror(number: int, bits: int) -> int:
    return int(f"{number:0{bits}b}"[::-1], 2)


def scan_step(
    buckets0: list[Bucket], buckets1: list[Bucket] | None, cursor: int, keys: list[bytes]
) -> int:
    """Emit the bucket a cursor stands for and, while rehashing, those it expands to."""
    if buckets1 is None:
        keys += chain(buckets0[cursor & (len(buckets0) - 1)])
        return next_cursor(cursor, len(buckets0).bit_length() - 1)
    small, large = sorted((buckets0, buckets1), key=len)
    keys += chain(small[cursor & (len(small) - 1)])
    bits = len(large).bit_length() - 1
    beyond = (len(small) - 1) ^ (len(large) - 1)
    while True:
        keys += chain(large[cursor & (len(large) - 1)])
        cursor = next_cursor(cursor, bits)
        if not cursor & beyond:
            return cursor


def _reservoir(keys: list[bytes], count: int, rng: Randomness) -> None:
    """Cut to ``count`` keys so that those at the end of the last chain have the same chance."""
    for seen in range(count, len(keys)):
        place = rng.getrandbits(64) % (seen + 1)
        if place < count:
            keys[place] = keys[seen]
    del keys[count:]


def sample(
    buckets0: list[Bucket],
    buckets1: list[Bucket] | None,
    moved: int,
    count: int,
    rng: Randomness,
) -> list[bytes]:
    """Up to ``count`` keys of consecutive buckets from a random place on.

    ``moved`` is how many buckets of table 0 were moved to table 1. Gives up after ten times
    ``count`` places, so the sample may be short; it jumps when it meets only empty buckets.
    """
    tables = [buckets0] if buckets1 is None else [buckets0, buckets1]
    mask = max(map(len, tables)) - 1
    keys: list[bytes] = []
    place = rng.getrandbits(64) & mask
    empty = 0
    for _ in range(count * 10):
        for number, buckets in enumerate(tables):
            if buckets1 is not None and number == 0 and place < moved:
                if place < len(buckets1):
                    continue
                place = moved
            if place >= len(buckets):
                continue
            bucket = buckets[place]
            if bucket is not None:
                empty = 0
                keys += chain(bucket)
                if len(keys) >= count:
                    _reservoir(keys, count, rng)
                    return keys
                continue
            empty += 1
            if empty >= 5 and empty > count:
                place = rng.getrandbits(64) & mask
                empty = 0
        place = (place + 1) & mask
    return keys
