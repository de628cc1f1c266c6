"""Flags of the meta commands: a letter and what follows it (memcached 1.6.18, proto_text.c).

All of them are read before anything is done. A key that came as base64 is decoded on the way.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tutor.memcached.integers import signed32, unsigned32, unsigned64
from tutor.memcached.replies import BAD_FORMAT

if TYPE_CHECKING:
    from tutor.memcached.connection import Connection

_BAD_TOKEN = b"CLIENT_ERROR bad token in command line format"

_BASE64 = bytes(range(256)).translate(
    None, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
)
_PLAIN_FLAGS = frozenset(b"OPLkstcf")


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


class Flags:
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
