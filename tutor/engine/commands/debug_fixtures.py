"""What tests of servers and clients ask DEBUG for: keys to work on, one reply of each type,
switches (redis 7.0, debug.c). The subcommands are listed in `debug`.

Some of them turn knobs of things that are not here, such as the size of reply buffers: they check
their words and answer OK.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.arguments import INT64_MAX, integer, ranged
from tutor.engine.replies import (
    OK,
    Attribute,
    BigNumber,
    Push,
    Reply,
    ReplyError,
    SetReply,
    Several,
    Status,
    Verbatim,
)
from tutor.engine.session import Session

_LEADING_INTEGER = re.compile(rb"\s*[+-]?\d+").match


class UnknownWords(Exception):
    """What follows the name of a subcommand makes no sense; DEBUG refuses the subcommand."""


def atoi(word: bytes) -> int:
    """The integer with which a word begins, as C's `atoi` reads it."""
    found = _LEADING_INTEGER(word)
    return int(found[0]) if found else 0


def _positive(word: bytes) -> int:
    return ranged(word, 0, INT64_MAX, errors.NOT_POSITIVE)


def populate(session: Session, words: Sequence[bytes]) -> Reply:
    """``count [prefix [size]]``: keys ``prefix:n`` that hold ``value:n``, zero bytes after it."""
    count = _positive(words[0])
    prefix = words[1].partition(b"\0")[0] if len(words) > 1 else b"key"
    size = _positive(words[2]) if len(words) > 2 else 0
    db = session.db
    db.keys.expand(count)
    for number in range(count):
        key = b"%b:%d" % (prefix, number)
        if db.touch(key) is None:
            text = b"value:%d" % number
            db.set(key, text[:size].ljust(size, b"\0") if size else text)
            db.changed(key, "", 0)
    return OK


# replies

_SAMPLES: dict[bytes, Reply] = {
    b"string": b"Hello World",
    b"integer": 12345,
    b"double": 3.141,
    b"bignum": BigNumber(b"1234567999999999999999999999999999999"),
    b"null": None,
    b"array": [0, 1, 2],
    b"set": SetReply([0, 1, 2]),
    b"map": {0: False, 1: True, 2: False},
    b"verbatim": Verbatim(b"This is a verbatim\nstring"),
    b"true": True,
    b"false": False,
    b"attrib": Several(
        [
            Attribute({b"key-popularity": [b"key:123", 90]}),
            b"Some real reply following the attribute",
        ]
    ),
    b"push": Several(
        [Push([b"server-cpu-usage", 42]), b"Some real reply following the push reply"]
    ),
}


def protocol(session: Session, words: Sequence[bytes]) -> Reply:
    """``type``: a sample of this type of reply."""
    name = words[0].lower()
    if name not in _SAMPLES:
        raise ReplyError(errors.DEBUG_PROTOCOL)
    if name == b"push" and session.resp == 2:
        raise ReplyError(errors.DEBUG_RESP2)
    return _SAMPLES[name]


# switches


def log(session: Session, words: Sequence[bytes]) -> Reply:
    """``message``: a line in the server's log."""
    host = session.engine.host
    if host is not None:
        host.log("warning", f"DEBUG LOG: {errors.text(words[0])}")
    return OK


def pause_cron(session: Session, words: Sequence[bytes]) -> Reply:
    """``0|1``: stop the periodic work, or let it go on."""
    session.engine.cron.paused = atoi(words[0]) != 0
    return OK


def skip_checksums(session: Session, words: Sequence[bytes]) -> Reply:
    """``0|1``: whether RESTORE believes any checksum."""
    config = session.engine.config
    config.check_payloads = atoi(words[0]) == 0
    config.version += 1
    return OK


def match_test(session: Session, words: Sequence[bytes]) -> Reply:
    """Patterns are regular expressions here, so there is nothing of our own to crash."""
    return Status(b"Apparently Redis did not crash: test passed")


def accepted(session: Session, words: Sequence[bytes]) -> Reply:
    """Of no consequence here."""
    return OK


def reply_buffer(session: Session, words: Sequence[bytes]) -> Reply:
    """``PEAK-RESET-TIME never|reset|ms`` or ``RESIZING 0|1``."""
    name, value = words[0].lower(), words[1].lower()
    if name not in (b"peak-reset-time", b"resizing"):
        raise UnknownWords
    if name == b"peak-reset-time" and value not in (b"never", b"reset"):
        integer(value)
    return OK
