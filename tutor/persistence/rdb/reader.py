"""An RDB file into an engine: all of it, or nothing.

    chunks ─▶ Intake ─▶ header ─▶ Content: opcodes, pairs ─▶ FF ─▶ checksum ─▶ the engine

Keys are gathered beside the engine, which keeps what it holds until the file has been read to its
end and its checksum is right. Versions 1 to 12 are read; what 7.0 has no place for (modules, fields
that expire) is refused with the key's name. Redis 7.0, rdb.c: rdbLoadRio; 7.2 and 7.4, rdb.h.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass

from tutor.engine.engine import Engine
from tutor.engine.replies import ReplyError
from tutor.engine.scripting.libraries import Library
from tutor.engine.structures.garbage import collection_paused
from tutor.persistence.rdb import opcodes
from tutor.persistence.rdb.content import Content
from tutor.persistence.rdb.damage import DamagedRdb
from tutor.persistence.rdb.intake import Intake
from tutor.persistence.rdb.writer import ReplInfo

_ID_SIZE = 40


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a file is read: bytes, of how many if that is known, and keys."""

    done: int
    total: int | None
    keys: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file held. ``keys`` are those that are now there; ``expired`` were dropped because
    their time was over, ``empty`` because they had no elements. ``size`` is the file's with its
    checksum, ``rest`` what was taken in beyond it (an append-only file behind its base)."""

    version: int
    keys: int
    expired: int
    empty: int
    aux: Mapping[bytes, bytes]
    repl: ReplInfo | None
    functions: int
    size: int
    rest: bytes


def load_rdb(
    engine: Engine,
    chunks: Iterable[bytes],
    *,
    keep_expired: bool = False,
    checksum: bool = True,
) -> Loaded:
    """Read a whole file. Raises `DamagedRdb`, and then the engine holds what it held."""
    steps = load_steps(engine, chunks, keep_expired=keep_expired, checksum=checksum)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            loaded: Loaded = end.value
            return loaded


def load_steps(
    engine: Engine,
    chunks: Iterable[bytes],
    *,
    total: int | None = None,
    keep_expired: bool = False,
    checksum: bool = True,
) -> Generator[Progress, None, Loaded]:
    """The same in steps of some milliseconds, between which a host may serve others.

    ``keep_expired``: keys whose time is over are kept, as a replica and the base of an append-only
    file want it. ``checksum``: whether it is verified (rdbchecksum).
    """
    intake = Intake(chunks, checksum)
    version = _header(intake)
    content = Content(engine, version, keep_expired)
    randomness = engine.random.getstate()
    try:
        while True:
            before = intake.offset
            with collection_paused():
                content.take(intake)
                if intake.offset == before:
                    content.take_long(intake)
            if content.ended:
                break
            if intake.offset == before:
                raise _cut_short(intake, content)
            yield Progress(intake.offset, total, content.keys)
            intake.more()
        _verify(intake, version, checksum)
        libraries = _compile(engine, content)
    except BaseException:
        engine.random.setstate(randomness)
        raise
    _put_in_place(engine, content, libraries)
    return Loaded(
        version=version,
        keys=content.keys - content.expired,
        expired=content.expired,
        empty=content.empty,
        aux=content.aux,
        repl=_repl(content.aux),
        functions=len(libraries),
        size=intake.offset,
        rest=intake.rest(),
    )


def _header(intake: Intake) -> int:
    """The version, which stands behind the magic word."""
    if not intake.at_least(opcodes.HEADER_SIZE):
        begun = intake.rest()
        if opcodes.MAGIC.startswith(begun[:5]):
            raise DamagedRdb(
                "truncated",
                len(begun),
                expected=f"{opcodes.HEADER_SIZE} bytes of header",
                found=f"{len(begun)}",
            )
    header = intake.buffer[: opcodes.HEADER_SIZE]
    if not header.startswith(opcodes.MAGIC):
        raise DamagedRdb("not-rdb", 0, expected="REDIS", found=repr(header[:5])[1:])
    digits = header[len(opcodes.MAGIC) :]
    version = int(digits) if digits.isdigit() else 0
    if not opcodes.OLDEST <= version <= opcodes.NEWEST:
        raise DamagedRdb(
            "version",
            len(opcodes.MAGIC),
            expected=f"{opcodes.OLDEST:04d}..{opcodes.NEWEST:04d}",
            found=digits.decode("latin-1"),
        )
    intake.position = opcodes.HEADER_SIZE
    return version


def _cut_short(intake: Intake, content: Content) -> DamagedRdb:
    """The file is over, and its end has not come."""
    end = intake.base + len(intake.buffer)
    expected = "the rest of a value" if content.open_key is not None else "FF, the end of the file"
    return DamagedRdb(
        "truncated",
        end,
        expected=expected,
        found="end of file",
        key=content.open_key,
        db=content.db,
    )


def _verify(intake: Intake, version: int, checksum: bool) -> None:
    """Read the checksum behind the end and compare it; eight zeros stand for none."""
    if version < opcodes.CHECKSUM_SINCE:
        return
    intake.settle()
    computed = intake.crc
    if not intake.at_least(opcodes.CHECKSUM_SIZE):
        raise DamagedRdb(
            "truncated",
            intake.base + len(intake.buffer),
            expected=f"{opcodes.CHECKSUM_SIZE} bytes of checksum",
            found=f"{intake.left}",
        )
    stored = int.from_bytes(intake.buffer[: opcodes.CHECKSUM_SIZE], "little")
    if checksum and stored and stored != computed:
        raise DamagedRdb(
            "checksum", intake.offset, expected=f"{computed:016x}", found=f"{stored:016x}"
        )
    intake.position = opcodes.CHECKSUM_SIZE


def _compile(engine: Engine, content: Content) -> dict[str, Library]:
    """The libraries of functions, loaded beside those that are there."""
    libraries: dict[str, Library] = {}
    for offset, code in content.libraries:
        try:
            engine.scripting.load(code, replace=False, libraries=libraries)
        except ReplyError as error:
            engine.scripting.replace_libraries(engine.scripting.libraries)
            raise DamagedRdb("function", offset, found=str(error)) from error
    return libraries


def _put_in_place(engine: Engine, content: Content, libraries: dict[str, Library]) -> None:
    """The engine holds this from now on, and nothing of what it held."""
    if engine.tracking.active:
        engine.tracking.flushed()
    for database in engine.databases:
        database.fill(*content.database(database.index))
    engine.scripting.replace_libraries(libraries)


def _repl(aux: Mapping[bytes, bytes]) -> ReplInfo | None:
    """What the file says of replication, if it says all of it."""
    try:
        database = int(aux[b"repl-stream-db"])
        identity, offset = aux[b"repl-id"], int(aux[b"repl-offset"])
    except (KeyError, ValueError):
        return None
    return ReplInfo(database, identity, offset) if len(identity) == _ID_SIZE else None
