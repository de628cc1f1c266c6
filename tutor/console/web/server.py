"""The server: checks who comes, serves the page, and gives each visitor a process."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from aiohttp import WSMsgType, web

from tutor.console.web import pages
from tutor.console.web.guard import Guard
from tutor.console.web.messages import LONGEST, BadMessage, Pace, read, size_of
from tutor.console.web.visit import CLOSE_CODES, Ending, Offer, Visit

HEARTBEAT_S = 15.0
CLOSING_S = 5.0
SENDING_S = 30.0
"""A browser that takes nothing for so long is gone."""

TAKING_S = 5.0
"""A process that takes nothing for so long is stuck: a thread of its own reads what comes."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many visitors at once, and for how long one may do nothing, in seconds."""

    visitors: int = 8
    idle_s: float = 900.0


class WebServer:
    """``note(text)`` hears what the host may want to know."""

    def __init__(
        self,
        guard: Guard,
        offer: Offer | None = None,
        limits: Limits | None = None,
        note: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.guard, self.offer, self.limits = guard, offer or Offer(), limits or Limits()
        self.visits: set[Visit] = set()
        self._places = 0
        self._note = note
        self._folder: Path | None = None
        self._sockets: dict[Visit, web.WebSocketResponse] = {}

    def application(self) -> web.Application:
        """For aiohttp; visitors' folders are there as long as it runs."""
        application = web.Application()
        application.router.add_get("/{path:.*}", self._answer)
        application.cleanup_ctx.append(self._folders)
        application.on_shutdown.append(self._close)
        return application

    @property
    def folder(self) -> Path:
        """Where visitors' folders are; only we may enter."""
        assert self._folder is not None
        return self._folder

    async def _folders(self, _application: web.Application) -> AsyncIterator[None]:
        self._folder = Path(mkdtemp(prefix="redis-tutor-web-"))
        yield
        await asyncio.gather(*(visit.stop() for visit in self.visits))
        shutil.rmtree(self.folder, ignore_errors=True)

    async def _close(self, _application: web.Application) -> None:
        """The server is stopped: tell everybody."""
        await asyncio.gather(
            *(self._hang_up(socket, "stopped") for socket in self._sockets.values())
        )

    # requests

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        lang = self.offer.lang or pages.wanted_language(request.headers.get("Accept-Language"))
        pages.speak(lang)
        host = request.headers.get("Host", "")
        if not self.guard.knows(host):
            return _plain(403, pages.stranger_text())
        path = self.guard.within(request.path)
        if path is None:
            return _plain(403, pages.forbidden_text())
        if path == "":
            return self._index(host)
        if path == "ws":
            return await self._meet(request, lang)
        if path in pages.ASSETS:
            return _asset(path)
        return _plain(404, pages.missing_text())

    def _index(self, host: str) -> web.Response:
        if self._places >= self.limits.visitors:
            return _plain(503, pages.full_text())
        response = _html(200, pages.terminal_page(self.guard.base))
        response.headers["Content-Security-Policy"] = pages.content_policy(host)
        return response

    async def _meet(self, request: web.Request, lang: str | None) -> web.StreamResponse:
        """A visit, from its beginning to its end."""
        if not self.guard.same_origin(request.headers.get("Origin"), request.headers.get("Host")):
            return _plain(403, pages.stranger_text())
        socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT_S, max_msg_size=LONGEST, compress=False, timeout=CLOSING_S
        )
        if not socket.can_prepare(request):
            return _plain(400, pages.missing_text())
        await socket.prepare(request)
        if self._places >= self.limits.visitors:
            await self._hang_up(socket, "full")
            return socket
        self._places += 1
        visit = Visit(
            self.offer,
            lang,
            self.folder,
            write=lambda data: asyncio.wait_for(socket.send_bytes(data), SENDING_S),
            close=lambda ending: self._hang_up(socket, ending),
        )
        self.visits.add(visit)
        self._sockets[visit] = socket
        try:
            await self._accompany(visit, socket, request)
        finally:
            self._sockets.pop(visit, None)
            await asyncio.shield(self._leave(visit))
        return socket

    async def _leave(self, visit: Visit) -> None:
        """The place is free when nothing is left of the visit."""
        try:
            await visit.stop()
        finally:
            self.visits.discard(visit)
            self._places -= 1
            if visit.trouble:
                self._note(visit.trouble)

    async def _accompany(
        self, visit: Visit, socket: web.WebSocketResponse, request: web.Request
    ) -> None:
        query = request.query
        try:
            await visit.start(*size_of(query.get("width", ""), query.get("height", "")))
        except OSError as error:
            self._note(ascii(str(error))[1:-1])
            await self._hang_up(socket, "failed")
            return
        tasks = [
            asyncio.create_task(self._listen(visit, socket)),
            asyncio.create_task(self._watch(visit, socket)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, visit: Visit, socket: web.WebSocketResponse) -> None:
        await visit.idle(self.limits.idle_s)
        await self._hang_up(socket, "idle")

    async def _listen(self, visit: Visit, socket: web.WebSocketResponse) -> None:
        """Until the connection is closed, by either side."""
        pace, loop = Pace(), asyncio.get_running_loop()
        async for packet in socket:
            if packet.type is not WSMsgType.TEXT:
                await self._hang_up(socket, "misused")
                return
            try:
                message = read(packet.data)
            except BadMessage:
                await self._hang_up(socket, "misused")
                return
            if message.kind == "ping":
                await socket.send_str(f'["pong", {message.text}]')
            else:
                try:
                    await asyncio.wait_for(visit.take(message), TAKING_S)
                except TimeoutError:
                    await self._hang_up(socket, "failed")
                    return
            wait_s = pace.wait_s(len(packet.data), loop.time())
            if wait_s:
                await asyncio.sleep(wait_s)

    async def _hang_up(self, socket: web.WebSocketResponse, ending: Ending) -> None:
        await socket.close(code=CLOSE_CODES[ending], message=ending.encode())


def _asset(path: str) -> web.Response:
    file, kind = pages.ASSETS[path]
    headers = {**pages.HEADERS, "Cache-Control": "private, max-age=3600"}
    charset = "utf-8" if kind.startswith("text/") else None
    return web.Response(body=file.read_bytes(), content_type=kind, charset=charset, headers=headers)


def _plain(status: int, text: str) -> web.Response:
    return _html(status, pages.word_page(text))


def _html(status: int, text: str) -> web.Response:
    headers = {**pages.HEADERS, "Cache-Control": "no-store"}
    headers["Content-Security-Policy"] = "default-src 'none'; img-src data:; frame-ancestors 'none'"
    return web.Response(status=status, text=text, content_type="text/html", headers=headers)
