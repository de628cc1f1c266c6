"""What the blocking commands share: the timeout, and taking from a key or waiting for one.

Redis 7.0, blocked.c and timeout.c. Who waits for what stands in `tutor.engine.clients.waiting`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from tutor.engine import errors
from tutor.engine.arguments import INT64_MAX, long_double
from tutor.engine.replies import NOT_SERVED, NULL_ARRAY, Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.values import Zset

_MANTISSA = 64
"""Bits of a long double's mantissa: what ``seconds * 1000`` is rounded to."""

_V = TypeVar("_V", Quicklist, Zset)

Take = Callable[[Session, bytes, _V, bool], Reply]
"""Take what a command wants from a key that has elements; True if the client had to wait."""


def timeout_ms(session: Session, word: bytes) -> int:
    """A timeout in seconds as milliseconds, rounded up; 0 waits for ever.

    What an int64 cannot hold becomes the least one, and so "negative".
    """
    seconds = long_double(word, errors.TIMEOUT_NOT_FLOAT)
    if seconds.infinite:
        raise ReplyError(errors.TIMEOUT_NEGATIVE)
    product = seconds.mantissa * 1000
    unit = 1 << max(product.bit_length() - _MANTISSA, 0)
    product, rest = divmod(product, unit)
    product += 2 * rest > unit or (2 * rest == unit and product & 1)
    numerator, shift = product * unit, seconds.exponent
    timeout = numerator << shift if shift >= 0 else -(-numerator >> -shift)
    if not 0 <= timeout <= INT64_MAX:
        raise ReplyError(errors.TIMEOUT_NEGATIVE)
    return timeout


def take_or_wait(
    session: Session, keys: Sequence[bytes], timeout: int, kind: type[_V], take: Take[_V]
) -> Reply:
    """Take from the first of the keys that exists, or wait for one of them.

    A key of another type is an error now and is passed over while the client waits.
    """
    db = session.db
    for key in keys:
        value = db.write(key, kind)
        if value is not None:
            return take(session, key, value, False)

    def serve(session: Session, key: bytes) -> Reply:
        value = db.lookup_write(key)
        return take(session, key, value, True) if isinstance(value, kind) else NOT_SERVED

    return session.engine.waiting.block(session, keys, kind, timeout, NULL_ARRAY, serve)
