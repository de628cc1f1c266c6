"""Replies that several commands have in common, and what goes with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.memcached.connection import Connection
    from tutor.memcached.store import Delta

BAD_FORMAT = b"CLIENT_ERROR bad command line format"
BAD_EXPTIME = b"CLIENT_ERROR invalid exptime argument"
TOO_LARGE = b"SERVER_ERROR object too large for cache"
NO_MEMORY = b"SERVER_ERROR out of memory storing object"

DELTA_ERRORS: dict[Delta, bytes] = {
    "non_numeric": b"CLIENT_ERROR cannot increment or decrement non-numeric value",
    "no_memory": b"SERVER_ERROR out of memory",
    "not_found": b"NOT_FOUND",
}


def no_room(client: Connection, key: bytes, flags: int, length: int) -> bytes:
    """Why a value cannot be taken; it is counted."""
    store = client.store
    if store.fits(key, flags, length):
        store.tallies.store_no_memory += 1
        return NO_MEMORY
    store.tallies.store_too_large += 1
    return TOO_LARGE


def forget(client: Connection, key: bytes) -> None:
    """What could not be replaced must not stay."""
    item = client.store.get(key)
    if item is not None:
        client.store.remove(item)


def missed(client: Connection, *, down: bool) -> None:
    """incr or decr of a key that is not there."""
    if down:
        client.store.tallies.decr_misses += 1
    else:
        client.store.tallies.incr_misses += 1
