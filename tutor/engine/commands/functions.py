"""FCALL and FUNCTION: libraries of functions written in Lua (redis 7.0, functions.c)."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.clients.monitor import feed_script
from tutor.engine.commands.scripting import key_count
from tutor.engine.glob import matches
from tutor.engine.helptext import help_of
from tutor.engine.registry import command
from tutor.engine.replies import OK, Reply, ReplyError, SetReply, Status
from tutor.engine.scripting.flags import FLAGS
from tutor.engine.scripting.libraries import Function, Library, dump, read_payload
from tutor.engine.scripting.scripts import Scripting
from tutor.engine.session import Session

_ENGINE = b"LUA"


def _fcall(session: Session, argv: Sequence[bytes], read_only: bool) -> Reply:
    feed_script(session, argv)
    scripting = session.engine.scripting
    found = scripting.function(argv[1])
    if found is None:
        raise ReplyError(errors.NO_FUNCTION)
    count = key_count(argv, errors.BAD_KEY_COUNT)
    return scripting.run_function(session, argv, found, count, read_only)


@command("fcall")
def fcall(session: Session, argv: Sequence[bytes]) -> Reply:
    """FCALL function numkeys [key …] [arg …]."""
    return _fcall(session, argv, False)


@command("fcall_ro")
def fcall_ro(session: Session, argv: Sequence[bytes]) -> Reply:
    """FCALL_RO: as FCALL, for functions that declare not to write."""
    return _fcall(session, argv, True)


@command("function|load")
def function_load(session: Session, argv: Sequence[bytes]) -> Reply:
    """FUNCTION LOAD [REPLACE] code: the library's name."""
    for word in argv[2:-1]:
        if word.lower() != b"replace":
            raise ReplyError(errors.function_option(word))
    library = session.engine.scripting.load(argv[-1], replace=len(argv) > 3)
    session.engine.stats.dirty += 1
    return library.name.encode()


@command("function|delete")
def function_delete(session: Session, argv: Sequence[bytes]) -> Reply:
    """FUNCTION DELETE library."""
    scripting = session.engine.scripting
    name = argv[2].decode("latin-1")
    if name not in scripting.libraries:
        raise ReplyError(errors.NO_LIBRARY)
    scripting.replace_libraries(
        {key: library for key, library in scripting.libraries.items() if key != name}
    )
    session.engine.stats.dirty += 1
    return OK


@command("function|flush")
def function_flush(session: Session, argv: Sequence[bytes]) -> Reply:
    """FUNCTION FLUSH [ASYNC | SYNC]."""
    if len(argv) > 3:
        raise ReplyError(errors.subcommand_syntax("FUNCTION", argv[1]))
    if len(argv) == 3 and argv[2].lower() not in (b"sync", b"async"):
        raise ReplyError(errors.FUNCTION_FLUSH)
    session.engine.scripting.replace_libraries({})
    session.engine.stats.dirty += 1
    return OK


@command("function|list")
def function_list(session: Session, argv: Sequence[bytes]) -> Reply:
    """FUNCTION LIST [LIBRARYNAME pattern] [WITHCODE]."""
    pattern: bytes | None = None
    with_code = False
    at = 2
    while at < len(argv):
        word = argv[at].lower()
        if word == b"withcode" and not with_code:
            with_code = True
        elif word == b"libraryname" and pattern is None:
            at += 1
            if at == len(argv):
                raise ReplyError(errors.LIBRARY_NAME_MISSING)
            pattern = argv[at]
        else:
            raise ReplyError(errors.function_argument(argv[at]))
        at += 1
    return [
        _describe(library, with_code)
        for library in session.engine.scripting.libraries.values()
        if pattern is None or matches(pattern, library.name.encode(), ignore_case=True)
    ]


def _describe(library: Library, with_code: bool) -> Reply:
    described: dict[bytes, Reply] = {
        b"library_name": library.name.encode(),
        b"engine": _ENGINE,
        b"functions": [_describe_function(function) for function in library.functions.values()],
    }
    if with_code:
        described[b"library_code"] = library.code
    return described


def _describe_function(function: Function) -> Reply:
    flags = SetReply(Status(flag.encode()) for flag in FLAGS if flag in function.flags)
    return {
        b"name": function.name.encode(),
        b"description": function.description,
        b"flags": flags,
    }


@command("function|dump")
def function_dump(session: Session, argv: Sequence[bytes]) -> Reply:
    """FUNCTION DUMP: all libraries as bytes."""
    engine = session.engine
    return dump(engine.scripting.libraries.values(), engine.config.rdbcompression)


@command("function|restore")
def function_restore(session: Session, argv: Sequence[bytes]) -> Reply:
    """FUNCTION RESTORE payload [FLUSH | APPEND | REPLACE]."""
    if len(argv) > 4:
        raise ReplyError(errors.subcommand_syntax("FUNCTION", argv[1]))
    policy = argv[3].lower() if len(argv) == 4 else b"append"
    if policy not in (b"flush", b"append", b"replace"):
        raise ReplyError(errors.RESTORE_POLICY)
    scripting = session.engine.scripting
    loaded: dict[str, Library] = {}
    for code in read_payload(argv[2]):
        scripting.load(code, replace=False, libraries=loaded)
    if policy != b"flush":
        loaded = _joined(scripting, loaded, replace=policy == b"replace")
    scripting.replace_libraries(loaded)
    session.engine.stats.dirty += 1
    return OK


def _joined(scripting: Scripting, loaded: dict[str, Library], replace: bool) -> dict[str, Library]:
    """The present libraries and the restored ones; where names collide, ``replace`` or refuse."""
    joined = dict(scripting.libraries)
    for name in loaded:
        if name in joined and not replace:
            raise ReplyError(errors.library_exists(name))
        joined.pop(name, None)
    for library in loaded.values():
        library.refuse_collision(joined.values())
    return {**joined, **loaded}


@command("function|stats")
def function_stats(session: Session, argv: Sequence[bytes]) -> Reply:
    """FUNCTION STATS: what runs, and how many libraries and functions there are."""
    engine = session.engine
    running = engine.running_script
    described: Reply = None
    if running is not None:
        if not running.is_function:
            raise ReplyError(errors.BUSY_SCRIPT)
        described = {
            b"name": running.name.encode(),
            b"command": list(running.argv),
            b"duration_ms": (engine.clock.stopwatch_us() - running.started_us) // 1000,
        }
    scripting = engine.scripting
    counts = {
        b"libraries_count": len(scripting.libraries),
        b"functions_count": scripting.function_count,
    }
    return {b"running_script": described, b"engines": {_ENGINE: counts}}


@command("function|kill")
def function_kill(session: Session, argv: Sequence[bytes]) -> Reply:
    """FUNCTION KILL: end the function that runs, unless it has written."""
    session.engine.scripting.kill(function=True)
    return OK


@command("function|help")
def function_help(session: Session, argv: Sequence[bytes]) -> Reply:
    """FUNCTION HELP."""
    return help_of(session, b"function")
