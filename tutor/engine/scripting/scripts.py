"""The scripts and functions of one engine: what is cached, what runs, and the limits that hold."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.engine import errors, standing
from tutor.engine.memory.accounting import ScriptMemory
from tutor.engine.replies import Reply, ReplyError
from tutor.engine.scripting.conversion import Errors, error_of
from tutor.engine.scripting.flags import Flags, read_shebang
from tutor.engine.scripting.libraries import Function, Library, is_name, read_metadata
from tutor.engine.scripting.random48 import Random48
from tutor.engine.scripting.running import RunningScript
from tutor.engine.structures.sds import ROBJ_SIZE, sds_memory, string_memory

if TYPE_CHECKING:
    from tutor.engine.engine import Engine
    from tutor.engine.host import Level
    from tutor.engine.scripting.runtime import LuaState, ScriptFailure, World
    from tutor.engine.session import Session

_LEVELS: tuple[Level, ...] = ("debug", "verbose", "notice", "warning")
_LOAD_LIMIT_US = 500_000
_ALONE_LIMIT_S = 5.0
_ALONE_STRIKES = 40_000
"""Where no host can let somebody say SCRIPT KILL, a script is ended after so many seconds of the
processor, or so many strikes of the hook (5,000 instructions each)."""


@dataclass(frozen=True, slots=True)
class Script:
    """A script of the cache. ``flags`` None: it declares none (the rules of before 7.0)."""

    sha: str
    body: bytes
    flags: Flags | None


@dataclass(frozen=True, slots=True)
class ScriptingSnapshot:
    """A moment, to come back to."""

    scripts: dict[str, Script]
    libraries: dict[str, Library]
    random_state: int


class Scripting:
    """Scripts, functions and the Lua states that run them; the states are made when needed.

    Scripts and libraries are data: a state compiles what it does not know yet.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.random = Random48()
        self.scripts: dict[str, Script] = {}
        self.libraries: dict[str, Library] = {}
        self.stopped = False  # Lua was told to end, and its hook may strike on
        self.deaf = False  # while that is put right
        self._functions: dict[str, tuple[Function, Library]] = {}
        self._states: dict[World, LuaState] = {}
        self._loaded: dict[Library, str] = {}  # libraries in the Lua state, and their prefixes
        self._loads = 0
        self._loading: dict[str, Function] | None = None
        self._load_started_us = 0
        self._began_at_s = 0.0

    def _state(self, world: World) -> LuaState:
        state = self._states.get(world)
        if state is None:
            from tutor.engine.scripting.runtime import LuaState

            state = self._states[world] = LuaState(self, world)
        return state

    # scripts

    def add(self, body: bytes) -> Script:
        """Compile a script and keep it. Raises `ReplyError`."""
        sha = hashlib.sha1(body).hexdigest()
        script = self.scripts.get(sha)
        if script is None:
            flags, code = read_shebang(body)
            self._compile(sha, code)
            script = self.scripts[sha] = Script(sha, body, flags)
        return script

    def _compile(self, sha: str, code: bytes) -> None:
        problem = self._state("eval").compile(sha, code)
        if problem is not None:
            raise error_of(b"ERR Error compiling script (new function): " + problem)

    def script(self, sha: bytes) -> Script | None:
        """A cached script by its SHA1, in whatever case."""
        return self.scripts.get(sha.lower().decode("latin-1"))

    def flush_scripts(self) -> None:
        """Forget all scripts, and the Lua state with them."""
        self.scripts = {}
        state = self._states.pop("eval", None)
        if state is not None:
            state.close()

    def run_script(
        self, session: Session, argv: Sequence[bytes], script: Script, key_count: int, ro: bool
    ) -> Reply:
        """Run a script with the keys and arguments that begin at ``argv[3]``."""
        state = self._state("eval")
        if not state.knows(script.sha):
            self._compile(script.sha, read_shebang(script.body)[1])
        running = RunningScript(
            script.sha, False, session, argv, self.engine.clock.stopwatch_us(), read_only=ro
        )
        if script.flags is not None:
            self._declare(running, script.flags, ro)
        elif self.engine.guarded and standing.is_stale(self.engine):
            raise ReplyError(errors.MASTER_DOWN)
        return self._run(state, running, script.sha, key_count)

    # functions

    def function(self, name: bytes) -> tuple[Function, Library] | None:
        """A function by its name, in whatever case, and its library."""
        return self._functions.get(name.decode("latin-1").lower())

    def load(
        self, code: bytes, replace: bool, libraries: dict[str, Library] | None = None
    ) -> Library:
        """Load a library into ``libraries`` (the engine's own). Raises `ReplyError`."""
        into = self.libraries if libraries is None else libraries
        name, body = read_metadata(code)
        if name in into and not replace:
            raise ReplyError(errors.library_exists(name, quoted=True))
        library = self._load_into_lua(name, code, body)
        library.refuse_collision(into.values())
        into.pop(name, None)
        into[name] = library
        if libraries is None:
            self._index()
        return library

    def _load_into_lua(self, name: str, code: bytes, body: bytes) -> Library:
        """Run a library's code, which must register something."""
        prefix = self._run_library(body)
        found, self._loading = self._loading, None
        if not found:
            raise ReplyError(errors.LIBRARY_EMPTY)
        library = Library(name, code, found)
        self._loaded[library] = prefix
        return library

    def _run_library(self, body: bytes) -> str:
        """Run a library's code; the prefix under which Lua keeps its functions."""
        state = self._state("function")
        self._loads += 1
        prefix = f"{self._loads}:"
        self._loading = {}
        self._load_started_us = self.engine.clock.stopwatch_us()
        problem = state.load_library(prefix, body)
        if problem is not None:
            self._loading = None
            raise error_of(b"ERR " + problem)
        return prefix

    def register(self, name: bytes, description: bytes | None, flags: bytes) -> bytes | None:
        """``redis.register_function`` while a library loads; a text if it is refused."""
        assert self._loading is not None
        if not is_name(name):
            return errors.LIBRARY_BAD_NAME.removeprefix("ERR ").encode()
        text = name.decode()
        if text in self._loading:
            return errors.FUNCTION_TWICE.removeprefix("ERR ").encode()
        words = flags.decode().split(",") if flags else ()
        self._loading[text] = Function(text, description, frozenset(words))
        return None

    def replace_libraries(self, libraries: dict[str, Library]) -> None:
        """From now on these libraries are there and no others."""
        self.libraries = libraries
        self._index()

    def _index(self) -> None:
        self._functions = {}
        for library in self.libraries.values():
            for name, function in library.functions.items():
                self._functions.setdefault(name.lower(), (function, library))
        kept = set(self.libraries.values())
        for library in [library for library in self._loaded if library not in kept]:
            prefix = self._loaded.pop(library)
            for function in library.functions.values():
                self._state("function").forget(prefix + function.name)

    def run_function(
        self,
        session: Session,
        argv: Sequence[bytes],
        found: tuple[Function, Library],
        key_count: int,
        ro: bool,
    ) -> Reply:
        """Run a function with the keys and arguments that begin at ``argv[3]``."""
        function, library = found
        prefix = self._loaded.get(library)
        if prefix is None:
            prefix = self._loaded[library] = self._run_library(read_metadata(library.code)[1])
            self._loading = None
        running = RunningScript(
            function.name, True, session, argv, self.engine.clock.stopwatch_us(), read_only=ro
        )
        self._declare(running, function.flags, ro)
        return self._run(self._state("function"), running, prefix + function.name, key_count)

    # running

    def _declare(self, running: RunningScript, flags: Flags, ro: bool) -> None:
        """What declared flags allow and forbid (redis 7.0, script.c: scriptPrepareForRun)."""
        reads = "no-writes" in flags
        if not reads and ro:
            raise ReplyError(errors.SCRIPT_WRITES)
        running.read_only = reads
        running.allow_oom = "allow-oom" in flags
        if self.engine.guarded:
            standing.check_declared(
                self.engine, running.session, reads=reads, allow_stale="allow-stale" in flags
            )
        if self.engine.out_of_memory and not running.allow_oom and not reads:
            raise ReplyError(errors.OUT_OF_MEMORY)

    def _run(self, state: LuaState, running: RunningScript, name: str, key_count: int) -> Reply:
        from tutor.engine.scripting.runtime import OutOfMemory, ScriptFailure

        engine, client, own = self.engine, running.session, state.caller.session
        running.out_of_memory = engine.out_of_memory
        own.db = client.db
        if own.user is not client.user:
            own.user = client.user
        engine.running_script = running
        try:
            reply, found = state.run(name, key_count, running.argv[3:], client.resp)
        except ScriptFailure as failure:
            return self._failed(running, failure)
        except OutOfMemory as trouble:
            if running.killed:
                raise ReplyError(errors.SCRIPT_KILLED) from None
            text = str(trouble.args[0], "utf-8", "replace")[:100]
            raise ReplyError(f"ERR Error running script {running.name}, {text}") from None
        finally:
            engine.running_script = None
        if found:
            self._count(running.session, found)
        return reply

    def _failed(self, running: RunningScript, failure: ScriptFailure) -> ReplyError:
        """The error of a script that failed, with the place where it did."""
        text = failure.text if failure.text is not None else b"ERR"
        if failure.source is not None and failure.line is not None:
            place = (running.name.encode(), failure.source, failure.line)
            text = text.partition(b"\0")[0] + b" script: %b, on %b:%d." % place
        error = error_of(text)
        self._count(running.session, [(error, failure.known)])
        return error

    def _count(self, session: Session, found: Errors) -> None:
        """Errors of a script's own making go into the statistics; the command has failed (once
        for all that are new, and once for each that is counted already)."""
        stats, command = self.engine.stats, session.last_command
        fresh = [error for error, known in found if not known]
        for error in fresh:
            stats.error_replies += 1
            stats.errors[error.code if " " in error.message else "ERR"] += 1
        if command is not None:
            stats.failed[command.name] += len(found) - len(fresh) + bool(fresh)

    def begin(self, processor_s: float) -> None:
        """Lua is about to run a script or a library; its own processor clock shows this."""
        self._began_at_s = processor_s

    def interrupt(self, strikes: int, processor_s: float) -> bytes | None:
        """Asked by the hook: why to stop, or None to go on.

        ``strikes``: how often the hook has struck since `begin`.
        """
        if self.deaf:
            return None
        alone_too_long = (
            strikes >= _ALONE_STRIKES or processor_s - self._began_at_s >= _ALONE_LIMIT_S
        )
        running = self.engine.running_script
        if running is None:
            return self._load_interrupt(alone_too_long)
        if self.engine.host is None:
            running.killed = running.killed or alone_too_long
        elif not running.timed_out:
            self._look_at_the_clock(running)
        if running.timed_out and not running.killed:
            self.engine.while_busy()
        if not running.killed:
            return None
        self.stopped = True
        return errors.SCRIPT_KILLED.encode()

    def _look_at_the_clock(self, running: RunningScript) -> None:
        """After ``busy-reply-threshold`` the other clients hear BUSY, and may say SCRIPT KILL."""
        engine = self.engine
        elapsed_ms = (engine.clock.stopwatch_us() - running.started_us) // 1000
        limit_ms = engine.config.busy_reply_threshold
        if not limit_ms or elapsed_ms < limit_ms:
            return
        running.timed_out = True
        if engine.host is not None:
            kill = "FUNCTION KILL" if running.is_function else "SCRIPT KILL"
            engine.host.log(
                "warning",
                f"Slow script detected: still in execution after {elapsed_ms} milliseconds. "
                f"You can try killing the script using the {kill} command. "
                f"Script name is: {running.name}.",
            )

    def _load_interrupt(self, alone_too_long: bool) -> bytes | None:
        if self._loading is None:
            return None
        elapsed_us = self.engine.clock.stopwatch_us() - self._load_started_us
        if elapsed_us <= _LOAD_LIMIT_US and not alone_too_long:
            return None
        self.stopped = True
        return errors.FUNCTION_LOAD_TIMEOUT.encode()

    def kill(self, function: bool) -> None:
        """SCRIPT KILL or FUNCTION KILL. Raises `ReplyError` where there is nothing to kill."""
        running = self.engine.running_script
        if running is None:
            raise ReplyError(errors.NOT_BUSY)
        if running.wrote:
            raise ReplyError(errors.UNKILLABLE)
        if running.is_function != function:
            raise ReplyError(errors.BUSY_FUNCTION if running.is_function else errors.BUSY_SCRIPT)
        running.killed = True

    def log(self, level: float, text: bytes) -> None:
        """``redis.log``."""
        host = self.engine.host
        if host is not None:
            host.log(_LEVELS[int(level)], text.decode("utf-8", "surrogateescape"))

    # worlds

    def snapshot(self) -> ScriptingSnapshot:
        """This moment. Costs the number of scripts and libraries."""
        return ScriptingSnapshot(dict(self.scripts), dict(self.libraries), self.random.state)

    def restore(self, snapshot: ScriptingSnapshot) -> None:
        """Go back to a moment, of this engine or of another."""
        self.scripts = dict(snapshot.scripts)
        self.random.state = snapshot.random_state
        self.replace_libraries(dict(snapshot.libraries))

    # figures

    @property
    def function_count(self) -> int:
        """Functions of all libraries."""
        return len(self._functions)

    def lua_memory(self, world: World) -> int:
        """Bytes that one of the Lua states holds."""
        state = self._states.get(world)
        return state.memory if state is not None else 0

    def memory(self) -> ScriptMemory:
        """What INFO memory and MEMORY STATS show of scripts and functions."""
        fresh = ScriptMemory()
        return ScriptMemory(
            cached=len(self.scripts),
            cached_bytes=self.scripts_memory,
            vm_eval=self.lua_memory("eval") or fresh.vm_eval,
            functions=self.function_count,
            libraries=len(self.libraries),
            functions_bytes=self.functions_memory,
            vm_functions=self.lua_memory("function") or fresh.vm_functions,
        )

    @property
    def scripts_memory(self) -> int:
        """``used_memory_scripts_eval``: bodies and hashes of cached scripts, and their table.

        The server counts both tables while its dictionary grows; ours has only one.
        """
        allocator = self.engine.config.allocator
        return _table_memory(len(self.scripts)) + sum(
            _SCRIPT + string_memory(script.body, allocator) - ROBJ_SIZE
            for script in self.scripts.values()
        )

    @property
    def functions_memory(self) -> int:
        """``used_memory_functions``: libraries, their functions, and the functions' table."""
        allocator = self.engine.config.allocator
        total = _NO_FUNCTIONS + _table_memory(self.function_count)
        for library in self.libraries.values():
            total += _LIBRARY + sds_memory(len(library.name), allocator)
            total += sds_memory(len(library.code), allocator)
            for function in library.functions.values():
                total += _FUNCTION + sds_memory(len(function.name), allocator)
                if function.description is not None:
                    total += sds_memory(len(function.description), allocator)
        return total


_ENTRY = 24  # of a dictionary
_SCRIPT = 16 + 48  # a luaScript, and its name of 40 characters
_LIBRARY, _FUNCTION = 32, 48 + 8  # functionLibInfo; functionInfo and its luaFunctionCtx
_NO_FUNCTIONS = 200  # the engine and its tables


def _table_memory(count: int) -> int:
    """Slots and entries of a dictionary (redis 7.0, dict.c: four slots, then doubled)."""
    slots = 4 if count else 0
    while slots < count:
        slots *= 2
    return slots * 8 + count * _ENTRY
