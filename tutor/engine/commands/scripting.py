"""EVAL, EVALSHA, their read-only forms, and SCRIPT (redis 7.0, eval.c)."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.arguments import integer
from tutor.engine.clients.monitor import feed_script
from tutor.engine.helptext import help_of
from tutor.engine.registry import command
from tutor.engine.replies import OK, Reply, ReplyError
from tutor.engine.session import Session

_SHA_LENGTH = 40


def key_count(argv: Sequence[bytes], complaint: str) -> int:
    """How many of the words after the number are keys."""
    count = integer(argv[2], complaint)
    if count > len(argv) - 3:
        raise ReplyError(errors.TOO_MANY_KEYS)
    if count < 0:
        raise ReplyError(errors.NEGATIVE_KEYS)
    return count


def _eval(session: Session, argv: Sequence[bytes], read_only: bool) -> Reply:
    feed_script(session, argv)
    count = key_count(argv, errors.NOT_INTEGER)
    scripting = session.engine.scripting
    return scripting.run_script(session, argv, scripting.add(argv[1]), count, read_only)


def _eval_sha(session: Session, argv: Sequence[bytes], read_only: bool) -> Reply:
    feed_script(session, argv)
    if len(argv[1]) != _SHA_LENGTH:
        raise ReplyError(errors.NO_SCRIPT)
    count = key_count(argv, errors.NOT_INTEGER)
    scripting = session.engine.scripting
    script = scripting.script(argv[1])
    if script is None:
        raise ReplyError(errors.NO_SCRIPT)
    return scripting.run_script(session, argv, script, count, read_only)


@command("eval")
def eval_(session: Session, argv: Sequence[bytes]) -> Reply:
    """EVAL script numkeys [key …] [arg …]."""
    return _eval(session, argv, False)


@command("eval_ro")
def eval_ro(session: Session, argv: Sequence[bytes]) -> Reply:
    """EVAL_RO: as EVAL, and no write command may be called."""
    return _eval(session, argv, True)


@command("evalsha")
def evalsha(session: Session, argv: Sequence[bytes]) -> Reply:
    """EVALSHA sha1 numkeys [key …] [arg …]: a script of the cache."""
    return _eval_sha(session, argv, False)


@command("evalsha_ro")
def evalsha_ro(session: Session, argv: Sequence[bytes]) -> Reply:
    """EVALSHA_RO: as EVALSHA, and no write command may be called."""
    return _eval_sha(session, argv, True)


@command("script|load")
def script_load(session: Session, argv: Sequence[bytes]) -> Reply:
    """SCRIPT LOAD script: its SHA1."""
    return session.engine.scripting.add(argv[2]).sha.encode()


@command("script|exists")
def script_exists(session: Session, argv: Sequence[bytes]) -> Reply:
    """SCRIPT EXISTS sha1 [sha1 …]: 1 or 0 for each."""
    scripting = session.engine.scripting
    return [int(scripting.script(sha) is not None) for sha in argv[2:]]


@command("script|flush")
def script_flush(session: Session, argv: Sequence[bytes]) -> Reply:
    """SCRIPT FLUSH [ASYNC | SYNC]."""
    if len(argv) > 3 or (len(argv) == 3 and argv[2].lower() not in (b"sync", b"async")):
        raise ReplyError(errors.SCRIPT_FLUSH)
    session.engine.scripting.flush_scripts()
    return OK


@command("script|kill")
def script_kill(session: Session, argv: Sequence[bytes]) -> Reply:
    """SCRIPT KILL: end the script that runs, unless it has written."""
    session.engine.scripting.kill(function=False)
    return OK


@command("script|debug")
def script_debug(session: Session, argv: Sequence[bytes]) -> Reply:
    """SCRIPT DEBUG YES | SYNC | NO: there is no debugger here, so scripts run as ever."""
    if argv[2].lower() not in (b"yes", b"sync", b"no"):
        raise ReplyError(errors.SCRIPT_DEBUG)
    return OK


@command("script|help")
def script_help(session: Session, argv: Sequence[bytes]) -> Reply:
    """SCRIPT HELP."""
    return help_of(session, b"script")
