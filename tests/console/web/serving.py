"""A server of the web view on a free port, and visitors without a browser: they read the screen
that xterm.js would draw."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType

import aiohttp
import pyte
from aiohttp import web

from tutor.console.web.guard import Guard
from tutor.console.web.server import Limits, WebServer
from tutor.console.web.visit import Offer

PATIENCE_S = 90.0
"""For what certainly comes, on a machine that has other things to do."""


class Serving:
    """A running server and where it is."""

    def __init__(self, server: WebServer, port: int) -> None:
        self.server, self.port = server, port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.server.guard.base}"

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def serving(
    *words: str,
    lang: str | None = "en",
    token: str = "",
    limits: Limits | None = None,
    notes: list[str] | None = None,
) -> AsyncIterator[Serving]:
    """Serve these words of `redis-tutor` (none: the list of lessons)."""
    heard = [] if notes is None else notes
    guard = Guard("127.0.0.1", token)
    server = WebServer(guard, Offer(words, lang), limits, heard.append)
    runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=5.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield Serving(server, runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def eventually(what: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Wait until ``what()`` is true."""
    end = time.monotonic() + patience_s
    while not what():
        assert time.monotonic() < end, "it never came"
        await asyncio.sleep(0.02)


class Visitor:
    """A page without a browser. ``async with`` opens it; `screen` is what it shows."""

    def __init__(self, served: Serving, columns: int = 120, rows: int = 40) -> None:
        self._served = served
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._drawn, self._text = 0, ""
        self.received = b""
        self.texts: list[str] = []
        self.code: int | None = None
        """With which the server has closed the connection."""
        self.socket: aiohttp.ClientWebSocketResponse

    async def __aenter__(self) -> Visitor:
        self._session = aiohttp.ClientSession()
        url = f"{self._served.url}ws?width={self._screen.columns}&height={self._screen.lines}"
        headers = {"Origin": self._served.origin}
        self.socket = await self._session.ws_connect(url, headers=headers)
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._reading.cancel()
        with suppress(asyncio.CancelledError):
            await self._reading
        await self._session.close()

    async def _read(self) -> None:
        async for packet in self.socket:
            if packet.type is aiohttp.WSMsgType.BINARY:
                self.received += packet.data
            elif packet.type is aiohttp.WSMsgType.TEXT:
                self.texts.append(packet.data)
        self.code = self.socket.close_code

    @property
    def screen(self) -> str:
        """Its lines."""
        if self._drawn < len(self.received):
            fresh = self.received[self._drawn :].replace(b"\x1b[?2026$p", b"")
            self._drawn = len(self.received)
            self._stream.feed(fresh)
            rows = (self._screen.buffer[y] for y in range(self._screen.lines))
            cells = range(self._screen.columns)
            self._text = "\n".join("".join(row[x].data for x in cells) for row in rows)
        return self._text

    async def type(self, text: str) -> None:
        """Press keys."""
        await self.socket.send_str(json.dumps(["stdin", text]))

    async def enter(self, line: str) -> None:
        """Paste a line into an empty prompt and press Enter."""
        await self.type(f"\x15\x1b[200~{line}\x1b[201~\r")

    async def send(self, *parts: object) -> None:
        """Any message."""
        await self.socket.send_str(json.dumps(parts))

    async def sees(self, text: str, patience_s: float = PATIENCE_S) -> None:
        """Wait until it stands there."""
        end = time.monotonic() + patience_s
        while text not in self.screen:
            assert time.monotonic() < end, f"no {text!r} in\n{self.screen}"
            assert self.code is None, f"closed with {self.code}; no {text!r} in\n{self.screen}"
            await asyncio.sleep(0.02)

    async def is_closed(self) -> int:
        """Wait for the end; how it was closed."""
        await eventually(lambda: self.code is not None)
        assert self.code is not None
        return self.code


def processes_in(folder: Path) -> list[int]:
    """Processes whose present folder is in that one."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and (entry / "cwd").readlink().is_relative_to(folder):
                found.append(int(entry.name))
    return found
