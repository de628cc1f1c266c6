"""Libraries of functions as data, and the bytes of FUNCTION DUMP (redis 7.0, functions.c, rdb.c).

A payload is each library's code behind the opcode 245, then version and checksum as in DUMP. The
opcode 246 is that of the releases before 7.0: name, engine, description and code apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from struct import pack

from tutor.engine import codec, errors
from tutor.engine.codec_reader import BadFormat, Reader
from tutor.engine.replies import ReplyError
from tutor.engine.scripting.flags import Flags, shebang_words
from tutor.engine.structures.crc64 import crc64

_OPCODE, _OLD_OPCODE = 245, 246
_NAME = re.compile(rb"[A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Function:
    """A function as FUNCTION LIST shows it."""

    name: str
    description: bytes | None
    flags: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """A library: its name, its whole code, its functions by name.

    The identity of a library tells one load of it from another.
    """

    name: str
    code: bytes
    functions: Mapping[str, Function]

    def refuse_collision(self, others: Iterable[Library]) -> None:
        """Raises `ReplyError` if another library has a function of ours, in whatever case."""
        taken = {
            name.lower() for other in others if other.name != self.name for name in other.functions
        }
        for name in self.functions:
            if name.lower() in taken:
                raise ReplyError(errors.function_exists(name))


def is_name(name: bytes) -> bool:
    """Whether a library or a function may be called so."""
    return _NAME.fullmatch(name) is not None


def read_metadata(code: bytes) -> tuple[str, bytes]:
    """A library's name, and the code that Lua gets. Raises `ReplyError`."""
    if not code.startswith(b"#!"):
        raise ReplyError(errors.LIBRARY_NO_METADATA)
    end = code.find(b"\n")
    words = shebang_words(code[:end]) if end >= 0 else []
    if not words:
        raise ReplyError(errors.LIBRARY_BAD_METADATA)
    name: bytes | None = None
    for word in words[1:]:
        if word[:5].lower() != b"name=":
            raise ReplyError(errors.library_metadata(word))
        if name is not None:
            raise ReplyError(errors.LIBRARY_NAME_TWICE)
        name = word[5:]
    if name is None:
        raise ReplyError(errors.LIBRARY_NO_NAME)
    if not is_name(name):
        raise ReplyError(errors.LIBRARY_BAD_NAME)
    engine = words[0][2:]
    if engine.lower() != b"lua":
        raise ReplyError(errors.library_engine(engine))
    return name.decode(), code[end:]


def dump(libraries: Iterable[Library], compress: bool) -> bytes:
    """The payload of FUNCTION DUMP."""
    content = b"".join(
        bytes((_OPCODE,)) + codec.write_string(library.code, compress) for library in libraries
    )
    content += pack("<H", codec.VERSION)
    return content + pack("<Q", crc64(content))


def read_payload(payload: bytes) -> Iterator[bytes]:
    """The code of each library of a payload. Raises `ReplyError`."""
    if not codec.verify(payload):
        raise ReplyError(errors.BAD_PAYLOAD)
    reader = Reader(payload)
    while reader.position < len(payload) - codec.FOOTER_SIZE:
        opcode = reader.take(1)[0]
        if opcode == _OPCODE:
            yield _string(reader, errors.RESTORE_NO_PAYLOAD)
        elif opcode == _OLD_OPCODE:
            yield _old_library(reader)
        else:
            raise ReplyError(errors.RESTORE_NO_FUNCTION)


def _string(reader: Reader, complaint: str) -> bytes:
    try:
        return reader.string()
    except BadFormat:
        raise ReplyError(complaint) from None


def _old_library(reader: Reader) -> bytes:
    name = _string(reader, errors.RESTORE_NO_NAME)
    engine = _string(reader, errors.RESTORE_NO_NAME)
    try:
        if reader.length():
            reader.string()  # the description
    except BadFormat:
        raise ReplyError(errors.RESTORE_NO_PAYLOAD) from None
    return b"#!%b name=%b\n%b" % (engine, name, _string(reader, errors.RESTORE_NO_PAYLOAD))
