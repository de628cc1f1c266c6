"""One visitor: a process that is confined, a folder that goes with it, and what passes between.

WebSocket ─ messages ─▶ Visit ─ packets ─▶ python -m tutor (REDIS_TUTOR_VISITOR, own folder)
          ◀─ screen ──        ◀─ packets ─
"""

from __future__ import annotations

import asyncio
import os
import shutil
import site
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Literal

from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

import tutor
from tutor.console.confinement import VARIABLE
from tutor.console.web.messages import Message

Ending = Literal["left", "idle", "full", "failed", "misused", "stopped"]

CLOSE_CODES: Mapping[Ending, int] = {
    "left": 4000,
    "idle": 4001,
    "full": 4002,
    "failed": 4003,
    "misused": 4004,
    "stopped": 4005,
}
"""How the WebSocket is closed; `page.js` tells the visitor by the code."""

START_S = 60.0
"""How long a process may take until it draws."""

WARNING_S = 60.0
"""How long before the end an idle visitor is warned; half of the idle time if that is shorter."""

LEAVING_S = 10.0
"""How long an app that has said goodbye may take to end."""

RESIZE_S = 0.1
"""Sizes that follow one another more closely are one."""

LARGEST_PACKET = 8 << 20
_TAIL = 2000
_DRIVER = "tutor.tui.visiting:VisitorDriver"
_READY = b"__GANGLION__\n"
_PRELUDE_LINES = 10
_SYSTEMS = ("SYSTEMROOT",)  # Windows opens no socket without it


@dataclass(frozen=True, slots=True)
class Offer:
    """What visitors get: the words of `redis-tutor` that are carried out (none: the home screen),
    and the language, if it was said."""

    words: Sequence[str] = ()
    lang: str | None = None


class Visit(AppService):
    """``close`` ends the connection and says why. `start`, then `take` messages, then `stop`;
    `idle` waits until the visitor has done nothing for too long."""

    def __init__(
        self,
        offer: Offer,
        lang: str | None,
        parent: Path,
        *,
        write: Callable[[bytes], Awaitable[None]],
        close: Callable[[Ending], Awaitable[None]],
    ) -> None:
        super().__init__(
            "",
            write_bytes=write,
            write_str=_silent,
            close=_silent,
            download_manager=DownloadManager(),
        )
        self._offer, self._lang, self._parent, self._end = offer, lang, parent, close
        self.home: Path | None = None
        """The visitor's folder, while there is one."""
        self.trouble = ""
        """What a process that failed has said at its end, escaped."""
        self._errors = b""
        self._acted = asyncio.get_running_loop().time()
        self._size = self._wanted = (0, 0)
        self._resizing: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[object]] = set()

    @property
    def pid(self) -> int | None:
        """Of its process."""
        return None if self._process is None else self._process.pid

    # beginning and end

    async def start(self, width: int, height: int) -> None:
        """Make the folder and the process. Raises OSError if that cannot be."""
        self.home = Path(mkdtemp(prefix="visitor-", dir=self._parent))
        self._size = self._wanted = width, height
        await self._open_app_process(width, height)
        self._task = asyncio.create_task(self.run())

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        """Nothing of ours but what a program needs to begin with."""
        assert self.home is not None
        return environment(self.home, width, height)

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        """Without a shell; it inherits no open files."""
        lang = self._offer.lang or self._lang
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "tutor",
            *(["--lang", lang] if lang else []),
            *self._offer.words,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=self._build_environment(width, height),
            cwd=self.home,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        self._stdin = self._process.stdin
        return self._process

    async def stop(self) -> None:
        """End the process at once, and remove the folder: nothing in it outlives the visit."""
        if self._resizing is not None:
            self._resizing.cancel()
        tasks = [*self._tasks, *([self._task] if self._task is not None else [])]
        for task in tasks:
            task.cancel()
        process, home = self._process, self.home
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        await asyncio.gather(*tasks, return_exceptions=True)
        if home is not None:
            await asyncio.to_thread(shutil.rmtree, home, True)
            self.home = None

    # what the process says

    async def run(self) -> None:
        """Pass on what it draws until it ends; then close the connection."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        assert process.stderr is not None
        errors = asyncio.create_task(self._read_errors(process.stderr))
        left = False
        try:
            if await asyncio.wait_for(_begins(process.stdout), START_S):
                self._acted = asyncio.get_running_loop().time()
                left = await self._pass_on(process.stdout)
                left = left and await asyncio.wait_for(process.wait(), LEAVING_S) == 0
        except (asyncio.IncompleteReadError, TimeoutError, ValueError):
            pass
        except ConnectionError:  # the browser is gone: whoever reads from it ends the visit
            return
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await errors
        if not left:
            self.trouble = ascii(self._errors.decode("utf-8", "replace").strip())[1:-1]
        await self._end("left" if left else "failed")

    async def _pass_on(self, stdout: asyncio.StreamReader) -> bool:
        """True when the app has left by itself. Of what Textual can ask of a browser (open a page,
        fetch a file) nothing is passed on."""
        while True:
            head = await stdout.readexactly(5)
            length = int.from_bytes(head[1:], "big")
            if length > LARGEST_PACKET:
                return False
            payload = await stdout.readexactly(length)
            if head[:1] == b"D":
                await self.remote_write_bytes(payload)
            elif head[:1] == b"M" and b'"exit"' in payload:
                return True

    async def _read_errors(self, stderr: asyncio.StreamReader) -> None:
        while data := await stderr.read(4096):
            self._errors = (self._errors + data)[-_TAIL:]

    # what the visitor does

    async def take(self, message: Message) -> None:
        """Pass it on to the process."""
        if message.kind == "stdin":
            self._acted = asyncio.get_running_loop().time()
            await self.send_bytes(message.text.encode())
        elif message.kind == "resize":
            self._resize(message.size)
        elif message.kind == "focus":
            await self.focus()
        elif message.kind == "blur":
            await self.blur()

    def _resize(self, size: tuple[int, int]) -> None:
        self._wanted = size
        if self._resizing is None:
            loop = asyncio.get_running_loop()
            self._resizing = loop.call_later(RESIZE_S, self._resized)

    def _resized(self) -> None:
        self._resizing = None
        if self._wanted != self._size:
            self._size = self._wanted
            task: asyncio.Task[object] = asyncio.create_task(self.set_terminal_size(*self._size))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def idle(self, seconds: float) -> None:
        """Return when nothing was typed for so long; before, the app is told to warn."""
        loop = asyncio.get_running_loop()
        warning = min(WARNING_S, seconds / 2)
        warned = -1.0
        while (left := self._acted + seconds - loop.time()) > 0:
            if left > warning:
                await asyncio.sleep(left - warning)
            elif warned < self._acted:
                warned = loop.time()
                await self.send_meta({"type": "idle", "seconds": round(left)})
            else:
                await asyncio.sleep(min(left, 1.0))


async def _begins(stdout: asyncio.StreamReader) -> bool:
    """Whether it is an app that speaks in packets: it says so in one of its first lines."""
    for _number in range(_PRELUDE_LINES):
        line = await stdout.readline()
        if line == _READY:
            return True
        if not line:
            break
    return False


async def _silent(*_arguments: object) -> None:
    """What is not passed on."""


def environment(home: Path, width: int, height: int) -> dict[str, str]:
    """The whole environment of a visitor's process: what it needs, and nothing of the owner's."""
    needed = {name: os.environ[name] for name in _SYSTEMS if name in os.environ}
    paths = [str(Path(tutor.__file__).resolve().parent.parent)]
    if site.ENABLE_USER_SITE:
        paths.append(site.getusersitepackages())
    return {
        **needed,
        VARIABLE: str(home),
        "HOME": str(home),
        "TMPDIR": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "REDIS_TUTOR_HOME": str(home / "tutor"),
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm-256color",
        "TERM_PROGRAM": "textual",
        "COLORTERM": "truecolor",
        "MALLOC_ARENA_MAX": "2",
        "TEXTUAL_DRIVER": _DRIVER,
        "TEXTUAL_COLOR_SYSTEM": "truecolor",
        "TEXTUAL_FPS": "30",
        "COLUMNS": str(width),
        "ROWS": str(height),
    }
