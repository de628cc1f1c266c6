"""The meta commands: mg, ms, md, ma, mn, me (memcached 1.6.18, proto_text.c).

    mg key flag …            HD | VA bytes … | EN
    ms key bytes flag …      HD | NS | EX | NF
    md key flag …            HD | NF | EX
    ma key flag …            HD | VA … | NF | NS | EX

A flag is a letter and what follows it. All flags are read before anything is done (`_Flags.read`),
then what the reply shows is gathered in the order in which it was asked for.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tutor.memcached import lru
from tutor.memcached.integers import MASK32, signed32, unsigned32, unsigned64
from tutor.memcached.items import FETCHED, KEY_BINARY, STALE, TOKEN_SENT, Item
from tutor.memcached.settings import KEY_MAX

if TYPE_CHECKING:
    from tutor.memcached.connection import Connection
    from tutor.memcached.store import Mode, Outcome

BAD_FORMAT = b"CLIENT_ERROR bad command line format"
_BAD_TOKEN = b"CLIENT_ERROR bad token in command line format"
_LONG_OPAQUE = b"CLIENT_ERROR opaque token too long"
_OPAQUE_MAX = 32
_WORDS_MAX = 19
_INT_MAX = 0x7FFF_FFFF

_BASE64 = bytes(range(256)).translate(
    None, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
)
_PLAIN_FLAGS = frozenset(b"OPLkstcf")
_MODES: dict[int, Mode] = {
    0: "set",
    ord("E"): "add",
    ord("A"): "append",
    ord("P"): "prepend",
    ord("R"): "replace",
    ord("S"): "set",
}
_DOWN = {0: False, ord("I"): False, ord("+"): False, ord("D"): True, ord("-"): True}
_CODES: dict[Outcome, bytes] = {
    "stored": b"HD",
    "not_stored": b"NS",
    "exists": b"EX",
    "not_found": b"NF",
}


def decode_key(word: bytes) -> bytes:
    """A key that came as base64; b"" if it is none. Foreign characters are passed over, and what
    follows the padding is ignored, as memcached does (base64.c)."""
    found = word.translate(None, _BASE64)
    if not found or len(found) % 4:
        return b""
    end = found.find(b"=")
    if end < 0:
        return a2b_base64(found)
    end += 4 - end % 4
    padding = found.count(b"=", 0, end)
    if padding > 2:
        return b""
    return a2b_base64(found[:end].replace(b"=", b"A"))[:-padding]


def encode_key(key: bytes) -> bytes:
    """A binary key for the wire."""
    return b2a_base64(key, newline=False)


class FlagError(Exception):
    """A flag that memcached does not take; the argument is its reply."""


class _Flags:
    """What the flags of one command say."""

    __slots__ = (
        "binary",
        "cas",
        "client_flags",
        "delta",
        "error",
        "exptime",
        "has_cas",
        "initial",
        "invalidate",
        "key",
        "late_bump",
        "mode",
        "new_ttl",
        "no_bump",
        "quiet",
        "recache",
        "value",
        "vivify",
        "vivify_exptime",
    )

    def __init__(self, client: Connection, words: list[bytes], first: int) -> None:
        self.key = words[1]
        self.binary = self.late_bump = self.vivify = self.value = self.invalidate = False
        self.quiet = self.has_cas = self.new_ttl = self.no_bump = False
        self.mode = 0
        self.exptime = self.vivify_exptime = self.recache = self.client_flags = 0
        self.cas = self.initial = 0
        self.delta = 1
        self.error = b""
        self._read(client, words[first:])

    def _read(self, client: Connection, words: Iterable[bytes]) -> None:
        """Raises `FlagError`."""
        seen = set()
        for word in words:
            letter = word[0]
            if letter >= 127 or letter in seen:
                raise FlagError(b"CLIENT_ERROR duplicate flag")
            seen.add(letter)
            if letter not in _PLAIN_FLAGS:
                self._take(client, letter, word)
        if self.error:
            raise FlagError(self.error)

    def _take(self, client: Connection, letter: int, word: bytes) -> None:
        match chr(letter):
            case "v":
                self.value = True
            case "q":
                self.quiet = True
            case "b":
                self.binary = True
                self.key = decode_key(self.key)
                if not self.key:
                    self.error = b"CLIENT_ERROR error decoding key"
            case "l" | "h":
                self.late_bump = True
            case "u":
                self.no_bump = True
            case "I":
                self.invalidate = True
            case "N" | "T" | "R":
                self._take_time(client, letter, word[1:])
            case "M":
                if len(word) == 2:
                    self.mode = word[1]
                else:
                    self.error = b"CLIENT_ERROR incorrect length for M token"
            case "F" | "C" | "J" | "D":
                self._take_number(letter, word[1:])
            case _:
                raise FlagError(b"CLIENT_ERROR invalid flag")

    def _take_time(self, client: Connection, letter: int, word: bytes) -> None:
        self.late_bump = True
        self.vivify = self.vivify or letter == ord("N")
        seconds = signed32(word)
        if seconds is None:
            self.error = _BAD_TOKEN
            return
        moment = client.server.deadline(seconds)
        if letter == ord("N"):
            self.vivify_exptime = moment
        elif letter == ord("R"):
            self.recache = moment
        else:
            self.exptime = moment
            self.new_ttl = True

    def _take_number(self, letter: int, word: bytes) -> None:
        value = unsigned32(word) if letter == ord("F") else unsigned64(word)
        if value is None:
            self.error = {
                ord("F"): self.error or BAD_FORMAT,
                ord("C"): _BAD_TOKEN,
                ord("J"): b"CLIENT_ERROR invalid numeric initial value",
                ord("D"): b"CLIENT_ERROR invalid numeric delta value",
            }[letter]
        elif letter == ord("F"):
            self.client_flags = value
        elif letter == ord("C"):
            self.cas = value
            self.has_cas = True
        elif letter == ord("J"):
            self.initial = value
        else:
            self.delta = value


def _begin(client: Connection, words: list[bytes], first: int, too_many: bytes) -> _Flags:
    """The flags of a command whose key is good. Raises `FlagError`."""
    if len(words[1]) > KEY_MAX:
        raise FlagError(BAD_FORMAT)
    if len(words) > _WORDS_MAX:
        raise FlagError(too_many)
    flags = _Flags(client, words, first)
    client.noreply = flags.quiet
    return flags


def _common(words: list[bytes], key: bytes, binary: bool) -> bytes:
    """What every command copies back: O and k. Raises `FlagError`."""
    reply = b""
    for word in words:
        if word[:1] == b"O":
            reply += b" " + _opaque(word)
        elif word[:1] == b"k":
            reply += _key(key, binary)
    return reply


def _opaque(word: bytes) -> bytes:
    if len(word) > _OPAQUE_MAX:
        raise FlagError(_LONG_OPAQUE)
    return word


def _key(key: bytes, binary: bool) -> bytes:
    return b" k" + encode_key(key) + b" b" if binary else b" k" + key


def _ttl(client: Connection, item: Item) -> bytes:
    return b"%d" % ((item.exptime - client.store.now) & MASK32) if item.exptime else b"-1"


def get(client: Connection, words: list[bytes]) -> None:
    """mg key flag …"""
    if len(words) < 2:
        client.say(b"ERROR")
        return
    try:
        flags = _begin(client, words, 2, b"CLIENT_ERROR options flags are too long")
        _get(client, words[2:], flags)
    except FlagError as error:
        client.fail(error.args[0])


def _get(client: Connection, words: list[bytes], flags: _Flags) -> None:
    store, tallies = client.store, client.store.tallies
    item = store.get(flags.key)
    created = False
    if item is not None and not flags.late_bump and not flags.no_bump:
        lru.was_read(store, item)
    if item is None and flags.vivify:
        item = store.allocate(flags.key, 0, 0, 2)
        if item is not None:
            item.data = b"\r\n"
            store.link(item)
            created = True
    if item is None:
        tallies.get_cmds += 1
        tallies.get_misses += 1
        reply = b"EN" + _common(words, flags.key, flags.binary)
        client.say(reply)
        return
    reply, touched = _hit(client, words, flags, item, created)
    client.out.append(reply)
    client.pin(item)
    if flags.late_bump and not flags.no_bump:
        lru.was_read(store, item)
    if touched:
        tallies.touch_cmds += 1
        item.slab.touch_hits += 1
    else:
        tallies.get_cmds += 1
        item.queue.hits += 1  # type: ignore[union-attr]


def _hit(
    client: Connection, words: list[bytes], flags: _Flags, item: Item, created: bool
) -> tuple[bytes, bool]:
    """The whole reply of mg, and whether T was among its flags; the item is changed as told."""
    size = len(item.data) - 2
    parts = [b"VA %d" % size if flags.value else b"HD"]
    won = touched = False
    for word in words:
        match chr(word[0]):
            case "T":
                touched = True
                item.exptime = flags.exptime
            case "N":
                if created:
                    item.exptime = flags.vivify_exptime
                    won = True
            case "R":
                fresh = item.marks & TOKEN_SENT or created or not item.exptime
                won = won or (not fresh and item.exptime < flags.recache)
            case "O":
                parts.append(b" " + _opaque(word))
            case letter:
                parts.append(_fact(client, letter, item, size))
    if item.marks & TOKEN_SENT:
        parts.append(b" Z")
    if item.marks & STALE:
        parts.append(b" X")
        won = won or not item.marks & TOKEN_SENT
    if won:
        parts.append(b" W")
        item.marks |= TOKEN_SENT
    parts.append(b"\r\n")
    if flags.value:
        parts.append(item.data)
    return b"".join(parts), touched


def _fact(client: Connection, letter: str, item: Item, size: int) -> bytes:
    match letter:
        case "s":
            return b" s%d" % size
        case "t":
            return b" t" + _ttl(client, item)
        case "c":
            return b" c%d" % item.cas
        case "f":
            return b" f%d" % item.flags
        case "l":
            return b" l%d" % (client.store.now - item.time)
        case "h":
            return b" h1" if item.marks & FETCHED else b" h0"
        case "k":
            return _key(item.key, bool(item.marks & KEY_BINARY))
    return b""


class SetReply:
    """How ms answers when its value has come."""

    __slots__ = ("_words",)

    def __init__(self, words: list[bytes]) -> None:
        self._words = words

    def finish(self, client: Connection, outcome: Outcome, item: Item, cas: int) -> None:
        """Say what became of it; q hides only that it was stored. ``item`` is what came, which
        is not what is stored where it was joined to another."""
        if outcome == "stored" and client.noreply:
            return
        parts = [_CODES[outcome]]
        for word in self._words:
            if word[0] == 79:  # O
                parts.append(b" " + word)
            elif word[0] == 107:  # k
                parts.append(_key(item.key, bool(item.marks & KEY_BINARY)))
            elif word[0] == 99:  # c
                parts.append(b" c%d" % (cas if outcome == "stored" else 0))
        parts.append(b"\r\n")
        client.out.append(b"".join(parts))


def set_(client: Connection, words: list[bytes]) -> None:
    """ms key bytes flag …, then the value"""
    if len(words) < 2:
        client.say(b"ERROR")
        return
    if len(words[1]) > KEY_MAX or len(words) == 2:
        client.fail(BAD_FORMAT)
        return
    if len(words) > _WORDS_MAX:
        client.fail(b"CLIENT_ERROR options flags too long")
        return
    length = signed32(words[2])
    if length is None or not 0 <= length <= _INT_MAX - 2:
        client.fail(BAD_FORMAT)
        return
    try:
        _set(client, words, length + 2)
    except FlagError as error:
        client.fail(error.args[0])
        client.swallow = length + 2


def _set(client: Connection, words: list[bytes], length: int) -> None:
    from tutor.memcached.text import forget, no_room

    flags = _Flags(client, words, 3)
    client.noreply = flags.quiet
    mode = _MODES.get(flags.mode)
    if mode is None:
        raise FlagError(b"CLIENT_ERROR invalid mode for ms M token")
    for word in words[3:]:
        if word[0] == 79:
            _opaque(word)
    if flags.has_cas and mode in ("set", "replace"):
        mode = "cas"
    item = client.store.allocate(flags.key, flags.client_flags, flags.exptime, length)
    if item is None:
        reason = no_room(client, flags.key, flags.client_flags, length)
        forget(client, flags.key)
        raise FlagError(reason)
    if flags.binary:
        item.marks |= KEY_BINARY
    client.expect(
        item,
        length,
        mode,
        flags.cas,
        may_be_stale=flags.invalidate and mode == "cas",
        reply=SetReply(words[3:]),
    )


def delete(client: Connection, words: list[bytes]) -> None:
    """md key flag …"""
    if len(words) < 2:
        client.say(b"ERROR")
        return
    try:
        flags = _begin_or_invalid(client, words)
        if flags is None:
            return
        tail = _common(words[2:], flags.key, flags.binary)
    except FlagError as error:
        client.fail(error.args[0])
        return
    store = client.store
    item = store.get(flags.key)
    if item is None or (flags.has_cas and item.cas != flags.cas):
        store.tallies.delete_misses += 1
        client.noreply = False
        client.say((b"NF" if item is None else b"EX") + tail)
        return
    if flags.invalidate:
        if flags.new_ttl:
            item.exptime = flags.exptime
        item.marks = (item.marks | STALE) & ~TOKEN_SENT
        store.cas += 1
        item.cas = store.cas
    else:
        item.slab.delete_hits += 1
        store.remove(item)
    client.say(b"HD" + tail)


def _begin_or_invalid(client: Connection, words: list[bytes]) -> _Flags | None:
    """md and ma have one error for all bad flags; None if it was said."""
    if len(words[1]) > KEY_MAX:
        client.say(BAD_FORMAT)
    elif len(words) > _WORDS_MAX:
        client.say(b"CLIENT_ERROR options flags too long")
    else:
        try:
            return _begin(client, words, 2, b"")
        except FlagError:
            client.fail(b"CLIENT_ERROR invalid or duplicate flag")
    return None


def arithmetic(client: Connection, words: list[bytes]) -> None:
    """ma key flag …"""
    if len(words) < 2:
        client.say(b"ERROR")
        return
    flags = _begin_or_invalid(client, words)
    if flags is None:
        return
    try:
        _arithmetic(client, words[2:], flags)
    except FlagError as error:
        client.fail(error.args[0])


def _arithmetic(client: Connection, words: list[bytes], flags: _Flags) -> None:
    from tutor.memcached.text import DELTA_ERRORS, missed

    store = client.store
    down = _DOWN.get(flags.mode)
    if down is None:
        raise FlagError(b"CLIENT_ERROR invalid mode for ma M token")
    result, item = store.add_delta(flags.key, flags.delta, down=down, cas=flags.cas)
    created = False
    if result == "not_found" and flags.vivify:
        data = b"%d\r\n" % flags.initial
        item = store.allocate(flags.key, 0, 0, len(data))
        if item is None:
            raise FlagError(b"SERVER_ERROR Out of memory allocating new item")
        item.data = data
        store.link(item)
        created = True
        result = flags.initial
    if isinstance(result, int) and item is not None:
        reply = _changed(client, words, flags, item, b"%d" % result, created)
        if created or not client.noreply:
            client.out.append(reply)
        return
    if result == "not_found":
        missed(client, down=down)
        client.out.append(b"NF" + _common(words, flags.key, flags.binary) + b"\r\n")
    elif result == "mismatch":
        client.out.append(b"EX" + _common(words, flags.key, flags.binary) + b"\r\n")
    else:
        raise FlagError(DELTA_ERRORS[result])


def _changed(
    client: Connection,
    words: list[bytes],
    flags: _Flags,
    item: Item,
    number: bytes,
    created: bool,
) -> bytes:
    """The reply of ma after success; T and N set the item's time on the way."""
    parts = [b"VA %d" % len(number) if flags.value else b"HD"]
    for word in words:
        match chr(word[0]):
            case "c":
                parts.append(b" c%d" % item.cas)
            case "t":
                parts.append(b" t" + _ttl(client, item))
            case "T":
                item.exptime = flags.exptime
            case "N":
                if created:
                    item.exptime = flags.vivify_exptime
            case "O":
                parts.append(b" " + _opaque(word))
            case "k":
                parts.append(_key(flags.key, flags.binary))
    if flags.value:
        parts.append(b"\r\n" + number)
    parts.append(b"\r\n")
    return b"".join(parts)


def no_op(client: Connection, words: list[bytes]) -> None:
    """mn"""
    client.say(b"MN")
    client.flush()


def debug(client: Connection, words: list[bytes]) -> None:
    """me key [b]"""
    if len(words) < 2 or len(words[1]) > KEY_MAX:
        client.say(BAD_FORMAT)
        return
    key = words[1]
    if len(words) >= 3 and words[2] == b"b":
        key = decode_key(key)
        if not key:
            client.say(BAD_FORMAT)
            return
    store = client.store
    item = store.get(key)
    store.tallies.meta_cmds += 1
    if item is None:
        client.say(b"EN")
        return
    name = encode_key(item.key) if item.marks & KEY_BINARY else item.key
    client.say(
        b"ME %b exp=%d la=%d cas=%d fetch=%b cls=%d size=%d"
        % (
            name,
            store.now - item.exptime if item.exptime else -1,
            store.now - item.time,
            item.cas,
            b"yes" if item.marks & FETCHED else b"no",
            item.slab.number,
            item.size,
        )
    )
