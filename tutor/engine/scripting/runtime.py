"""One Lua 5.1 state with its sandbox, driven from Python through lupa.

Scripts see nothing of Python: no object of Python's is ever within their reach, attribute access is
refused besides, strings travel as bytes. Their heap has a ceiling, which is lifted while Python
works, because the bridge cannot survive an allocation that fails (see ``sandbox.lua``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tutor.engine.scripting.bytecode import keep_frames
from tutor.engine.scripting.calls import Caller
from tutor.engine.scripting.conversion import Errors, TokenReader
from tutor.engine.scripting.flags import FLAGS
from tutor.engine.scripting.floats import FLOAT_FUNCTIONS

if TYPE_CHECKING:
    from tutor.engine.replies import Reply
    from tutor.engine.scripting.scripts import Scripting

World = Literal["eval", "function"]

HEAP_LIMIT = 512 << 20
"""Bytes that the scripts of one state may hold."""

_UNLIMITED = 1 << 60
_COLLECT_ABOVE = 8  # more than an eighth of the limit: garbage does not wait for Lua
_SOURCE = b"=redis"
_MOST_WORDS = 200  # more than so many keys and arguments travel as tables
_DEPTH = 200  # of nested replies: what Python can write without a deep stack
_CHUNK = 4000  # as in driver.lua
_VERSION, _VERSION_NUMBER = b"7.0.15", 0x0007000F
_PARTS = ("bit", "cjson", "cmsgpack", "struct", "api", "library", "reply")


class ScriptFailure(Exception):
    """A script ended with an error: its text, where it happened, whether it is counted already."""

    def __init__(self, text: bytes | None, source: bytes | None, line: int | None, known: bool):
        super().__init__(text)
        self.text = text
        self.source = source
        self.line = line
        self.known = known


class OutOfMemory(Exception):
    """A script wanted more than `HEAP_LIMIT`, or ended in a way that Lua cannot explain."""


class LuaState:
    """A Lua state for scripts (``eval``) or for functions (``function``), each its own world."""

    def __init__(self, scripting: Scripting, world: World) -> None:
        from lupa.lua51 import LuaError, LuaRuntime  # heavy: with the first script only

        self._scripting = scripting
        self._lua_error = LuaError
        self._lua: Any = LuaRuntime(
            encoding=None,
            unpack_returned_tuples=True,
            register_eval=False,
            register_builtins=False,
            attribute_filter=_no_attributes,
            max_memory=_UNLIMITED,
        )
        self._failure: BaseException | None = None
        self._limit: Any = self._lua.set_max_memory
        self._load: Any = self._lua.eval(b"loadstring")
        self._compiled: set[str] = set()
        self._resp = 2
        self._names: frozenset[bytes] = frozenset()
        self.caller = Caller(scripting, world, self._lua.table_from)
        self._driver: Any = self._open(world)
        self._eval: Any = self._driver[b"eval" if world == "eval" else b"fcall"]
        self._eval_tables: Any = self._driver[
            b"eval_tables" if world == "eval" else b"fcall_tables"
        ]

    def _open(self, world: World) -> Any:
        table = self._lua.table_from
        host = table({name: self._guarded(*pair) for name, pair in self._host().items()})
        host[b"version"], host[b"version_number"] = _VERSION, _VERSION_NUMBER
        host[b"flags"] = table({flag.encode(): True for flag in FLAGS})
        host[b"depth"] = _DEPTH
        sandbox = self._chunk("sandbox")(host)
        for name in _PARTS:
            self._chunk(name)(host, sandbox)
        driver = self._chunk("driver")(host, sandbox)
        driver[b"open"](world.encode())
        self._names = frozenset(driver[b"library_functions"]().split())
        self._lua.execute(b"python = nil")
        return driver

    def close(self) -> None:
        """Let go of Lua and its memory. What Lua may ask of Python leads back to it: left alone,
        the two would hold each other until the garbage collector looks."""
        self._lua = self._limit = self._load = None
        self._driver = self._eval = self._eval_tables = None
        self.caller.close()

    def _set_limit(self, most: int) -> None:
        """How much memory Lua may take, in bytes."""
        self._limit(most)

    def _chunk(self, name: str) -> Any:
        return self._load(_image(name, self._lua), _SOURCE)

    def _host(self) -> dict[bytes, tuple[Callable[..., Any], Any]]:
        """What Lua may ask of Python, and what it gets if that fails."""
        scripting = self._scripting
        return {
            b"lift": (partial(self._set_limit, _UNLIMITED), None),
            b"lower": (partial(self._set_limit, HEAP_LIMIT), None),
            b"patch": (lambda image: keep_frames(image, self._names), None),
            b"begin": (scripting.begin, None),
            b"interrupt": (scripting.interrupt, b"ERR internal error"),
            b"running": (lambda: scripting.engine.running_script is not None, False),
            b"random": (scripting.random.next, 0.0),
            b"randomseed": (scripting.random.seed, None),
            b"sha1": (lambda text: hashlib.sha1(text).hexdigest().encode(), None),
            b"log": (scripting.log, None),
            b"call": (self.caller.call, (None, b"ERR internal error", True)),
            b"setresp": (self.set_resp, None),
            b"set_repl": (self._set_repl, None),
            b"acl_check": (self.caller.acl_check, (None, b"ERR internal error")),
            b"register": (scripting.register, b"internal error"),
            **{name: (function, None) for name, function in FLOAT_FUNCTIONS.items()},
        }

    def _guarded(self, function: Callable[..., Any], instead: Any) -> Callable[..., Any]:
        """No exception of Python's may pass through Lua: it is kept, and raised afterwards."""
        if isinstance(function, partial):
            return function

        def ask(*args: Any) -> Any:
            try:
                return function(*args)
            except BaseException as error:
                self._failure = error
                return instead

        return ask

    def _set_repl(self, told: float) -> None:
        running = self._scripting.engine.running_script
        if running is not None:
            running.told = int(told)

    def set_resp(self, version: int) -> None:
        """The protocol of a script's replies, both ways."""
        self._resp = self.caller.session.resp = version
        self._driver[b"setresp"](version)

    # running

    def compile(self, name: str, code: bytes) -> bytes | None:
        """Compile a script; the text of the error if Lua refuses it."""
        problem: bytes | None = self._driver[b"compile"](name.encode(), code, b"@user_script")
        if problem is None:
            self._compiled.add(name)
        return problem

    def load_library(self, prefix: str, code: bytes) -> bytes | None:
        """Run the code of a library; the text of the error if that fails."""
        problem: bytes | None = self._protected(
            self._driver[b"load_library"], prefix.encode(), code
        )
        return problem

    def knows(self, name: str) -> bool:
        """Whether a script is compiled here."""
        return name in self._compiled

    def forget(self, name: str) -> None:
        """Drop a compiled script or function."""
        self._compiled.discard(name)
        self._driver[b"drop"](name.encode())

    def run(
        self, name: str, key_count: int, words: Sequence[bytes], resp: int
    ) -> tuple[Reply, Errors]:
        """Run a script or function: its reply, and the errors that are in it.

        ``resp``: the protocol of the client that will get it.

        Raises `ScriptFailure`, `OutOfMemory`.
        """
        if self._resp != 2:
            self.set_resp(2)
        if len(words) <= _MOST_WORDS:
            result = self._protected(self._eval, name.encode(), key_count, *words)
        else:
            table = self._lua.table_from
            keys, argv = table(words[:key_count]), table(words[key_count:])
            result = self._protected(self._eval_tables, name.encode(), keys, argv)
        if not result[0]:
            _, text, source, line, known, *message = result
            if message:
                raise OutOfMemory(message[0])
            raise ScriptFailure(text, source, line, bool(known))
        return self._reply(result, resp)

    def _reply(self, result: tuple[Any, ...], resp: int) -> tuple[Reply, Errors]:
        size = result[1]
        if size > _CHUNK:
            tokens: list[Any] = []
            while len(tokens) < size:
                tokens += self._driver[b"rest"](len(tokens) + 1)
            self._driver[b"forget"]()
            return self._read(tokens, 0, resp)
        return self._read(result, 2, resp)

    def _read(self, tokens: Sequence[Any], at: int, resp: int) -> tuple[Reply, Errors]:
        reader = TokenReader(tokens, at, resp)
        return reader.read(), reader.errors

    def _protected(self, function: Any, *args: Any) -> Any:
        """Call into Lua; afterwards the ceiling is lifted and Python's own failures come out."""
        try:
            result = function(*args)
        except self._lua_error as error:
            raise OutOfMemory(str(error).encode()) from None
        finally:
            self._limit(_UNLIMITED)
            if self._lua.get_memory_used() > HEAP_LIMIT // _COLLECT_ABOVE:
                self._lua.gccollect()
            if self._scripting.stopped:
                self._scripting.stopped = False
                self._scripting.deaf = True
                self._driver[b"watch"]()
                self._scripting.deaf = False
            if self._failure is not None:
                failure, self._failure = self._failure, None
                try:
                    raise failure
                finally:
                    del failure  # or it and this frame would hold each other
        return result

    @property
    def memory(self) -> int:
        """Bytes that Lua holds."""
        return int(self._lua.get_memory_used())


def _no_attributes(_object: object, _name: object, _setting: bool) -> str:
    raise AttributeError("not for scripts")


@cache
def _source(name: str) -> bytes:
    return Path(__file__).with_name(f"{name}.lua").read_bytes()


_images: dict[str, bytes] = {}


def _image(name: str, lua: Any) -> bytes:
    """One of our own Lua files as byte code that keeps its frames; made once per process."""
    image = _images.get(name)
    if image is None:
        compiled = lua.eval(
            b"function(code, name) return string.dump(assert(loadstring(code, name))) end"
        )
        plain = compiled(_source(name), _SOURCE)
        image = _images[name] = keep_frames(plain, None) or plain
    return image
