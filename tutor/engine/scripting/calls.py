"""A command that a script calls: its gates (redis 7.0, script.c), then the dispatcher."""

from __future__ import annotations

from collections.abc import Sequence
from math import copysign
from typing import TYPE_CHECKING, Any, Literal

from tutor.engine import errors, standing
from tutor.engine.replies import Reply, ReplyError
from tutor.engine.scripting.conversion import Table, error_text, to_lua
from tutor.engine.scripting.running import RunningScript
from tutor.engine.session import Session

if TYPE_CHECKING:
    from tutor.engine.registry import Command
    from tutor.engine.scripting.scripts import Scripting

_LARGEST_PLAIN = 10**17


def _number(value: float) -> bytes:
    """A number as ``%.17g`` has it."""
    if type(value) is int and -_LARGEST_PLAIN < value < _LARGEST_PLAIN:
        return b"%d" % value
    if value != value and copysign(1.0, value) < 0:
        return b"-nan"
    return b"%.17g" % value


class SpellZeros(Exception):
    """A zero came as a number, without the sign that it may have had in Lua."""


def _words(args: Sequence[Any]) -> list[bytes]:
    """What a script passes, as a command's words; raises `ReplyError`, `SpellZeros`."""
    if not args:
        raise ReplyError(errors.SCRIPT_NO_ARGUMENTS)
    words = []
    for value in args:
        kind = type(value)
        if kind is bytes:
            words.append(value)
        elif kind is int or kind is float:
            if not value:
                raise SpellZeros
            words.append(_number(value))
        else:
            raise ReplyError(errors.SCRIPT_BAD_ARGUMENT)
    return words


class Caller:
    """``redis.call`` of one Lua state. ``session`` is the scripts' own, no client's."""

    def __init__(
        self,
        scripting: Scripting,
        world: Literal["eval", "function"],
        table: Table,
    ) -> None:
        self._engine = scripting.engine
        self._table: Any = table
        self.session = Session(self._engine, 0, world)
        self.session.script = True
        self.session.in_exec = True  # nothing that a script calls waits

    def close(self) -> None:
        """Let go of the Lua state."""
        self._table = None

    def call(self, *args: Any) -> Any:
        """The reply for Lua; or ``(None, text, known)``: an error, and whether it is counted."""
        engine = self._engine
        running = engine.running_script
        if running is None:
            return None, errors.SCRIPT_NOT_RUNNING.encode(), False, True
        try:
            words = _words(args)
        except ReplyError as error:
            return None, error_text(error), None
        except SpellZeros:
            return None, None, None, None, True
        reply = self._carry_out(running, words)
        if type(reply) is ReplyError:
            return None, error_text(reply), True
        return to_lua(reply, self.session.resp, self._table)

    def _carry_out(self, running: RunningScript, words: list[bytes]) -> Reply:
        engine, session = self._engine, self.session
        command: Command | None = None
        wrote = running.wrote
        try:
            command = self._find(words)
            if command is None:
                raise ReplyError(errors.SCRIPT_UNKNOWN_COMMAND)
            if not command.min_args <= len(words) <= command.max_args:
                raise ReplyError(errors.SCRIPT_WRONG_ARITY)
            if command.no_script:
                raise ReplyError(errors.SCRIPT_NOT_ALLOWED)
            if not session.user.unrestricted:
                engine.acl.check(session, command, words)
            if command.may_replicate:
                self._admit_write(running, command)
            if engine.guarded:
                standing.check_in_script(engine, running.session, command, wrote)
        except ReplyError as error:
            return self._rejected(command, error)
        return engine.call(session, command, words)

    def _find(self, words: Sequence[bytes]) -> Command | None:
        try:
            return self._engine.resolve(words)
        except ReplyError:
            return None

    def _admit_write(self, running: RunningScript, command: Command) -> None:
        """Refuse a write that the script may not do now; a script that has written may go on."""
        if running.read_only:
            raise ReplyError(errors.SCRIPT_READ_ONLY)
        if not command.writes:
            return
        if (
            command.deny_oom
            and running.out_of_memory
            and not running.allow_oom
            and not running.wrote
        ):
            raise ReplyError(errors.OUT_OF_MEMORY)
        running.wrote = True

    def _rejected(self, command: Command | None, error: ReplyError) -> ReplyError:
        stats = self._engine.stats
        stats.error_replies += 1
        stats.errors[error.code] += 1
        if command is not None:
            stats.rejected[command.name] += 1
        return error.as_reply()

    def acl_check(self, *args: Any) -> Any:
        """``redis.acl_check_cmd``: whether the caller's user may run a command."""
        try:
            words = _words(args or ())
        except ReplyError as error:
            return None, error_text(error)
        except SpellZeros:
            words = [value if type(value) is bytes else _number(value) for value in args]
        command = self._find(words)
        if command is None:
            return None, errors.SCRIPT_ACL_UNKNOWN.encode()
        return self._engine.acl.allowed(self.session.user, command, words) is None
