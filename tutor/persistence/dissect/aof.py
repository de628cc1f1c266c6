"""An append-only file in pieces, its manifest, and a DUMP payload.

    *3\\r\\n $3\\r\\n SET\\r\\n …      a command       #TS:1700000000\\r\\n    a note of the time
    file NAME seq N type b|i|h      a line of a manifest
    type value | version u16 | crc64 a DUMP payload

Redis 7.0, aof.c; cluster.c: createDumpPayload.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tutor.engine.structures.crc64 import crc64
from tutor.persistence.aof import manifest
from tutor.persistence.dissect.rdb import Checksum
from tutor.persistence.dissect.skip import Skipper
from tutor.persistence.dissect.spans import Buffer, Cursor, Piece
from tutor.persistence.dissect.values import value
from tutor.persistence.rdb.damage import DamagedRdb

_LONGEST_HEAD = 128
_FOOTER = 10
_WORDS = re.compile(rb'"(?:[^"\\]|\\.)*"|\S+')


def commands(buffer: Buffer, start: int = 0) -> Iterator[Piece]:
    """Commands and notes. Raises `DamagedRdb` where one is not whole or not a command."""
    at, end = start, len(buffer)
    while at < end:
        begun = at
        if buffer[at] == 0x23:  # #
            at = _line_end(buffer, at, 1 << 16)
            yield Piece(begun, at, "note")
            continue
        count, at = _number(buffer, at, b"*")
        name = b""
        for index in range(count):
            size, at = _number(buffer, at, b"$")
            if at + size + 2 > end:
                raise DamagedRdb(
                    "truncated", at, expected=f"{size + 2} B", found=f"{end - at} B", key=name
                )
            if buffer[at + size : at + size + 2] != b"\r\n":
                found = repr(buffer[at + size : at + size + 2])[1:]
                raise DamagedRdb("value", at + size, expected="\\r\\n", found=found, key=name)
            name = name if index else buffer[at : at + size]
            at += size + 2
        yield Piece(begun, at, "command", 0, name)


def _line_end(buffer: Buffer, at: int, most: int = _LONGEST_HEAD) -> int:
    """Behind the end of a line."""
    found = buffer[at : at + most].find(b"\n")
    if found < 0:
        truncated = at + most > len(buffer)
        raise DamagedRdb(
            "truncated" if truncated else "value",
            at,
            expected="\\r\\n",
            found=repr(buffer[at : at + 12])[1:],
        )
    return at + found + 1


def _number(buffer: Buffer, at: int, mark: bytes) -> tuple[int, int]:
    """The number behind ``*`` or ``$``, and where the next thing begins."""
    head = buffer[at : at + 1]
    if head != mark:
        fault = DamagedRdb(
            "value" if head else "truncated",
            at,
            expected=mark.decode(),
            found=repr(buffer[at : at + 12])[1:] if head else "",
        )
        raise fault
    end = _line_end(buffer, at)
    digits = buffer[at + 1 : end].rstrip(b"\r\n")
    if not digits.isdigit() or buffer[end - 2 : end] != b"\r\n":
        raise DamagedRdb("value", at + 1, expected="0..9", found=repr(buffer[at + 1 : end])[1:])
    return int(digits), end


def dissect_command(cursor: Cursor, end: int) -> None:
    """The spans of a command."""
    count, at = _number(cursor.buffer, cursor.at, b"*")
    cursor.put(at - cursor.at, "opcode", "command words", count)
    cursor.depth += 1
    for index in range(count):
        size, at = _number(cursor.buffer, cursor.at, b"$")
        cursor.put(at - cursor.at, "length", "length of text", size)
        cursor.take(size + 2, "key" if index < 1 else "payload", _word_code(index), None)
    assert cursor.at == end


def _word_code(index: int) -> str:
    return "word" if index else "command name"


def dissect_note(cursor: Cursor, end: int) -> None:
    """The span of a note."""
    text = cursor.peek(end - cursor.at)
    when = text[4:].strip()
    if text.startswith(b"#TS:") and when.isdigit():
        cursor.take(len(text), "frame", "timestamp", int(when))
    else:
        cursor.take(len(text), "frame", "note")


# the manifest


def lines(buffer: Buffer) -> Iterator[Piece]:
    """The lines of a manifest. Raises `DamagedRdb` for one that Redis would not take."""
    text = buffer[:]
    at = 0
    for line in text.splitlines(keepends=True):
        try:
            manifest.parse(line.decode("utf-8", "surrogateescape"))
        except manifest.DamagedManifest as error:
            raise DamagedRdb(
                "value", at, expected="file NAME seq N type b|i|h", found=error.problem
            ) from error
        yield Piece(at, at + len(line), "line")
        at += len(line)


def dissect_line(cursor: Cursor, end: int) -> None:
    """The spans of a line: words, each name before its value."""
    start = cursor.at
    line = cursor.peek(end - start)
    if line.startswith(b"#"):
        cursor.take(len(line), "frame", "note")
        return
    words = list(_WORDS.finditer(line))
    for number, word in enumerate(words):
        stop = words[number + 1].start() if number + 1 < len(words) else len(line)
        name = words[number - 1][0].decode("latin-1").lower() if number % 2 else ""
        code = f"manifest {name}" if name in ("file", "seq", "type") else "manifest word"
        role, depth = ("payload", 1) if number % 2 else ("frame", int(number > 0))
        cursor.depth = depth
        cursor.put(stop - word.start(), role, code, word[0])  # type: ignore[arg-type]


# a DUMP payload


def is_payload(buffer: Buffer) -> bool:
    """Whether the last eight bytes are the checksum of those before them."""
    size = len(buffer)
    if not _FOOTER < size <= 1 << 29:
        return False
    return crc64(buffer[: size - 8]) == int.from_bytes(buffer[size - 8 :], "little")


def payload_pieces(buffer: Buffer) -> Iterator[Piece]:
    """The value and the footer."""
    skipper = Skipper(buffer, 0)
    skipper.value(skipper.byte())
    yield Piece(0, skipper.at, "value")
    skipper.over(_FOOTER)
    yield Piece(skipper.at - _FOOTER, skipper.at, "footer")


def dissect_value(cursor: Cursor) -> None:
    """Type and value."""
    kind = cursor.peek(1)[0]
    cursor.take(1, "opcode", "type", kind)
    cursor.depth += 1
    value(cursor, kind)


def dissect_footer(cursor: Cursor) -> None:
    """Version and checksum."""
    cursor.number(2, "figure", "payload version")
    stored = int.from_bytes(cursor.peek(8), "little")
    computed = crc64(cursor.buffer[: cursor.at])
    cursor.take(8, "checksum", "checksum", Checksum(stored, computed))
