"""The text commands (memcached 1.6.18, proto_text.c).

A handler gets the connection and the words of the line, the command's own first. What memcached
leaves to chance it leaves here too: `gat 10` without a key answers END, `delete k 0` is allowed,
`noreply` counts wherever it is the last word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from tutor.memcached import administration, meta, stats
from tutor.memcached.integers import signed32, unsigned32, unsigned64
from tutor.memcached.items import ACTIVE, FETCHED, Item
from tutor.memcached.lru import was_read
from tutor.memcached.settings import KEY_MAX, VERSION

if TYPE_CHECKING:
    from tutor.memcached.connection import Connection
    from tutor.memcached.store import Delta, Mode

Words = list[bytes]
Handler = Callable[["Connection", Words], None]

BAD_FORMAT = b"CLIENT_ERROR bad command line format"
BAD_EXPTIME = b"CLIENT_ERROR invalid exptime argument"
TOO_LARGE = b"SERVER_ERROR object too large for cache"
NO_MEMORY = b"SERVER_ERROR out of memory storing object"
_INT_MAX = 0x7FFF_FFFF

DELTA_ERRORS: dict[Delta, bytes] = {
    "non_numeric": b"CLIENT_ERROR cannot increment or decrement non-numeric value",
    "no_memory": b"SERVER_ERROR out of memory",
    "not_found": b"NOT_FOUND",
}


def quiet(client: Connection, words: Words) -> bool:
    """Take note of a `noreply` at the end."""
    client.noreply = words[-1] == b"noreply"
    return client.noreply


def one_get(client: Connection, data: bytes) -> bytes:
    """The reply to a whole ``get`` of one key that is there; b"" if it is anything else.

    Most of what a cache is asked is this.
    """
    if data.find(b"\n") != len(data) - 1 or data[-2:] != b"\r\n":
        return b""
    key = data[4:-2]
    store = client.store
    item = store.index.get(key)
    if (
        item is None
        or item.exptime
        or store.flushed_until
        or b" " in key
        or b"\0" in key
        or len(client.out)
        or client.server.listener is not None
    ):
        return b""
    tallies = store.tallies
    tallies.get_cmds += 1
    if not item.marks & ACTIVE:
        if item.marks & FETCHED:
            was_read(store, item)
        else:
            item.marks |= FETCHED
    item.queue.hits += 1  # type: ignore[union-attr]
    value = item.data
    reply = b"VALUE %b %d %d\r\n%bEND\r\n" % (key, item.flags, len(value) - 2, value)
    tallies.bytes_written += len(reply)
    client.last_command = store.now
    return reply


def get(client: Connection, words: Words) -> None:
    """get key [key …]"""
    _get(client, words)


def _get(client: Connection, words: Words, *, with_cas: bool = False) -> None:
    """get and gets, any number of keys."""
    if len(words) < 2:
        client.say(b"ERROR")
        return
    store = client.store
    tallies = store.tallies

    def look(key: bytes) -> Item | None:
        item = store.index.get(key)
        tallies.get_cmds += 1
        if item is not None and (item.exptime or store.flushed_until):
            item = store.get(key)
        if item is None:
            tallies.get_misses += 1
            return None
        if not item.marks & ACTIVE:
            was_read(store, item)
        item.queue.hits += 1  # type: ignore[union-attr]
        return item

    _show(client, words[1:], look, with_cas)


def get_and_touch(client: Connection, words: Words, *, with_cas: bool = False) -> None:
    """gat and gats: exptime key [key …]"""
    if len(words) < 2:
        client.say(b"ERROR")
        return
    exptime = signed32(words[1])
    if exptime is None:
        client.say(BAD_EXPTIME)
        return
    until = client.server.deadline(exptime)
    tallies = client.store.tallies

    def look(key: bytes) -> Item | None:
        item = client.store.touch(key, until)
        tallies.touch_cmds += 1
        if item is None:
            tallies.touch_misses += 1
        else:
            item.slab.touch_hits += 1
        return item

    _show(client, words[2:], look, with_cas)


def _show(
    client: Connection, keys: Sequence[bytes], look: Callable[[bytes], Item | None], with_cas: bool
) -> None:
    out = client.out
    for key in keys:
        if len(key) > KEY_MAX:
            client.recall()
            client.say(BAD_FORMAT)
            return
        item = look(key)
        if item is not None:
            data = item.data
            size = len(data) - 2
            if with_cas:
                line = b"VALUE %b %d %d %d\r\n" % (key, item.flags, size, item.cas)
            else:
                line = b"VALUE %b %d %d\r\n" % (key, item.flags, size)
            out += (line, data)
    out.append(b"END\r\n")
    client.flush()


def storage(client: Connection, words: Words, *, mode: Mode) -> None:
    """set, add, replace, append, prepend, cas: key flags exptime bytes [cas] [noreply]"""
    count = len(words) - (mode == "cas")
    if count != 5 and count != 6:
        client.out.append(b"ERROR\r\n")
        return
    if words[-1] == b"noreply":
        client.noreply = True
    key = words[1]
    zero = b"0"
    flags = 0 if words[2] == zero else unsigned32(words[2])
    exptime = 0 if words[3] == zero else signed32(words[3])
    length = signed32(words[4])
    cas = unsigned64(words[5]) if mode == "cas" else 0
    if (
        len(key) > KEY_MAX
        or flags is None
        or exptime is None
        or length is None
        or not 0 <= length <= _INT_MAX - 2
        or cas is None
    ):
        client.say(BAD_FORMAT)
        return
    store = client.store
    length += 2
    item = store.allocate(key, flags, client.server.deadline(exptime) if exptime else 0, length)
    if item is None:
        client.say(no_room(client, key, flags, length))
        client.swallow = length
        if mode == "set":
            forget(client, key)
    else:
        client.expect(item, length, mode, cas)


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


def delta(client: Connection, words: Words, *, down: bool) -> None:
    """incr and decr: key number [noreply]"""
    if len(words) not in (3, 4):
        client.say(b"ERROR")
        return
    quiet(client, words)
    key = words[1]
    if len(key) > KEY_MAX:
        client.say(BAD_FORMAT)
        return
    amount = unsigned64(words[2])
    if amount is None:
        client.say(b"CLIENT_ERROR invalid numeric delta argument")
        return
    result, _item = client.store.add_delta(key, amount, down=down)
    if isinstance(result, int):
        client.say(b"%d" % result)
        return
    if result == "not_found":
        missed(client, down=down)
    client.say(DELTA_ERRORS[result])


def missed(client: Connection, *, down: bool) -> None:
    """incr or decr of a key that is not there."""
    if down:
        client.store.tallies.decr_misses += 1
    else:
        client.store.tallies.incr_misses += 1


def touch(client: Connection, words: Words) -> None:
    """touch key exptime [noreply]"""
    if len(words) not in (3, 4):
        client.say(b"ERROR")
        return
    quiet(client, words)
    if len(words[1]) > KEY_MAX:
        client.say(BAD_FORMAT)
        return
    exptime = signed32(words[2])
    if exptime is None:
        client.say(BAD_EXPTIME)
        return
    tallies = client.store.tallies
    tallies.touch_cmds += 1
    item = client.store.touch(words[1], client.server.deadline(exptime))
    if item is None:
        tallies.touch_misses += 1
        client.say(b"NOT_FOUND")
    else:
        item.slab.touch_hits += 1
        client.say(b"TOUCHED")


def delete(client: Connection, words: Words) -> None:
    """delete key [0] [noreply]"""
    count = len(words)
    if not 2 <= count <= 4:
        client.say(b"ERROR")
        return
    if count > 2:
        no_delay = words[2] == b"0"
        silent = quiet(client, words)
        if not ((count == 3 and (no_delay or silent)) or (count == 4 and no_delay and silent)):
            client.say(BAD_FORMAT + b".  Usage: delete <key> [noreply]")
            return
    if len(words[1]) > KEY_MAX:
        client.say(BAD_FORMAT)
        return
    item = client.store.get(words[1])
    if item is None:
        client.store.tallies.delete_misses += 1
        client.say(b"NOT_FOUND")
    else:
        item.slab.delete_hits += 1
        client.store.remove(item)
        client.say(b"DELETED")


def flush_all(client: Connection, words: Words) -> None:
    """flush_all [delay] [noreply]"""
    if len(words) > 3:
        client.say(b"ERROR")
        return
    silent = quiet(client, words)
    store = client.store
    store.tallies.flush_cmds += 1
    exptime: int | None = 0
    if len(words) != (2 if silent else 1):
        exptime = signed32(words[1])
        if exptime is None:
            client.say(BAD_EXPTIME)
            return
    store.flush(client.server.deadline(exptime) if exptime and exptime > 0 else store.now)
    client.say(b"OK")


def version(client: Connection, words: Words) -> None:
    """version"""
    client.say(b"VERSION " + VERSION.encode())


def leave(client: Connection, words: Words) -> None:
    """quit"""
    client.closing = True


COMMANDS: dict[bytes, Handler] = {
    b"get": get,
    b"bget": get,
    b"gets": partial(_get, with_cas=True),
    b"gat": get_and_touch,
    b"gats": partial(get_and_touch, with_cas=True),
    b"set": partial(storage, mode="set"),
    b"add": partial(storage, mode="add"),
    b"replace": partial(storage, mode="replace"),
    b"append": partial(storage, mode="append"),
    b"prepend": partial(storage, mode="prepend"),
    b"cas": partial(storage, mode="cas"),
    b"incr": partial(delta, down=False),
    b"decr": partial(delta, down=True),
    b"touch": touch,
    b"delete": delete,
    b"flush_all": flush_all,
    b"version": version,
    b"quit": leave,
    b"mg": meta.get,
    b"ms": meta.set_,
    b"md": meta.delete,
    b"ma": meta.arithmetic,
    b"mn": meta.no_op,
    b"me": meta.debug,
    b"stats": stats.stats,
    b"verbosity": administration.verbosity,
    b"cache_memlimit": administration.memory_limit,
    b"lru": administration.lru,
    b"lru_crawler": administration.lru_crawler,
    b"slabs": administration.slabs,
    b"extstore": administration.extstore,
    b"shutdown": administration.shutdown,
    b"refresh_certs": administration.refresh_certs,
    b"watch": administration.watch,
}
