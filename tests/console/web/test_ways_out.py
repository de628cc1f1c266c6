"""Attempts of a visitor to get out: by what is typed, by keys, by raw messages, by addresses.

After each: nothing outside of the visitor's folder has changed, nothing of the host's files is on
the screen, nobody has knocked at the host's ports, and no process has come up.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest

from tests.console.web.serving import (
    PATIENCE_S,
    Serving,
    Visitor,
    eventually,
    processes_in,
    serving,
)
from tests.console.web.test_messages import BAD
from tutor.console.web.messages import LONGEST
from tutor.console.web.visit import CLOSE_CODES

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks into /proc")

CANARY = "canary-of-the-host"


class Host(NamedTuple):
    """What lies outside: a folder with a secret file in it, and a port that somebody may try."""

    folder: Path
    port: socket.socket

    @property
    def secret(self) -> Path:
        return self.folder / "secret"

    @property
    def number(self) -> int:
        return int(self.port.getsockname()[1])

    def is_untouched(self) -> bool:
        """Whether there is what was there, and nobody has knocked."""
        self.port.setblocking(False)
        try:
            self.port.accept()
        except BlockingIOError:
            pass
        else:
            return False
        found = [path.name for path in self.folder.iterdir()]
        return found == ["secret"] and self.secret.read_text() == CANARY


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    """The host's folder is also where the server was started and what it calls home."""
    folder = tmp_path / "host"
    folder.mkdir()
    (folder / "secret").write_text(CANARY)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("REDIS_TUTOR_HOME", str(folder))
    return Host(folder, socket.create_server(("127.0.0.1", 0)))


def play(scene: Coroutine[None, None, None]) -> None:
    asyncio.run(asyncio.wait_for(scene, 4 * PATIENCE_S))


TYPED: Mapping[str, Sequence[str]] = {
    "files of the server": (
        "CONFIG SET dir {folder}",
        "CONFIG SET dbfilename secret",
        "CONFIG SET appendonly yes",
        "CONFIG SET logfile {folder}/log",
        "CONFIG SET aclfile {secret}",
        "CONFIG SET unixsocket {folder}/socket",
        "CONFIG REWRITE",
        "SET k v",
        "SAVE",
        "BGSAVE",
        "BGREWRITEAOF",
        "DEBUG RELOAD",
        "DEBUG LOADAOF",
        "DEBUG CONFIG-REWRITE-FORCE-ALL",
        "ACL LOAD",
        "ACL SAVE",
        "MODULE LOAD {secret}",
        "MODULE LOADEX {secret}",
    ),
    "other servers": (
        "REPLICAOF 127.0.0.1 {port}",
        "SLAVEOF 127.0.0.1 {port}",
        "REPLICAOF NO ONE",
        "MIGRATE 127.0.0.1 {port} k 0 1000",
        "FAILOVER TO 127.0.0.1 {port}",
        "CLUSTER MEET 127.0.0.1 {port}",
        "PSYNC ? -1",
        "RESET",
    ),
    "ports": (
        "CONFIG SET port 16399",
        "CONFIG SET bind 0.0.0.0",
        "CONFIG SET protected-mode no",
        "/serve",
        "/serve 16399",
        ":serve 16399",
        "/serve 0.0.0.0:16399",
        "/serve stop",
    ),
    "the process": (
        "SHUTDOWN",
        "SHUTDOWN NOW FORCE",
        "SHUTDOWN SAVE",
        "DEBUG SEGFAULT",
        "DEBUG PANIC",
        "DEBUG RESTART",
        "DEBUG CRASH-AND-RECOVER",
        "DEBUG LEAK 1",
    ),
    "Lua": (
        "EVAL \"return io.open('{secret}'):read('*a')\" 0",
        "EVAL \"return os.execute('touch {folder}/new')\" 0",
        "EVAL \"return loadfile('{secret}')\" 0",
        "EVAL \"return dofile('{secret}')\" 0",
        "EVAL \"return require('os')\" 0",
        "EVAL \"return package.loadlib('libc.so.6', 'system')\" 0",
        "EVAL \"return python.eval('open(1)')\" 0",
        "EVAL \"return python.builtins.open('{secret}').read()\" 0",
        "EVAL \"return getmetatable('').__index.__class__\" 0",
        "EVAL \"return redis.call.__globals__\" 0",
        "EVAL \"return tostring(debug.getinfo(1).source)\" 0",
        "EVAL \"return string.dump(redis.call)\" 0",
        "EVAL \"return loadstring(string.char(27, 76, 117, 97))\" 0",
        "EVAL \"local f = setfenv or load; return f and f(0, {{}})\" 0",
        "FUNCTION LOAD \"#!lua name=l\\nredis.register_function('f', function() return io end)\"",
        "FUNCTION LOAD \"#!../../secret name=l\\n\"",
        "SCRIPT LOAD \"return io.open('{secret}')\"",
    ),
    "the console": (
        ":connect redis://127.0.0.1:{port}",
        "connect 127.0.0.1 {port}",
        ":open {secret}",
        ":load {secret}",
        ":save {folder}/new",
        ":export {folder}/new",
        ":xray k file",
        ":xray k {secret}",
        ":xray {secret} structure",
        ":server file",
        ":lang ../../{secret}",
        ":lang ru/../../..",
        "help {secret}",
        "help ../../../etc/passwd",
        "!cat {secret}",
        "!touch {folder}/new",
        ":!touch {folder}/new",
        "$(touch {folder}/new)",
        "`touch {folder}/new`",
        "; touch {folder}/new",
        "SET k \"$(cat {secret})\"",
        "\"__import__('os').system('touch {folder}/new')\"",
        "{{__import__('os').getcwd()}}",
        "%(folder)s",
    ),
    "markup and control characters that a screen may take for its own": (
        "ECHO \"[@click=app.screenshot]click[/] [link=file://{secret}]x[/link]\"",
        "SET [@click=app.open_url('file://{secret}')]k[/] v",
        "SET k \"\\x1b]52;c;Y2FuYXJ5\\x07\\x1b[?1049l\\x1b]0;title\\x07\"",
        "GET k",
    ),
    "slow motion, which opens a film": (":slow {secret}",),
}  # fmt: skip
"""Lines at the sandbox's prompt; {folder}, {secret} and {port} are the host's."""

KEYS: Mapping[str, str] = {
    "F3, which opens a port": "\x1bOR",
    "F3 again": "\x1bOR",
    "Ctrl-Z, which suspends a program": "\x1a",
    "Ctrl-\\, which quits one": "\x1c",
    "Ctrl-C": "\x03",
    "Ctrl-S, which saves": "\x13",
    "Ctrl-D at an empty prompt and back": "\x04",
    "Ctrl-P, where Textual has its palette": "\x10",
    "F24, to which that palette is bound": "\x1b[24;5~",
    "answers that a terminal gives": "\x1b[?2026;1$y\x1b]11;rgb:0/0/0\x07\x1b[1;1R",
    "a file that is dropped": "\x1b[200~file:///etc/passwd\x1b[201~",
    "the end of a packet, and one to end the app": '\x00\x00\x00M\x00\x00\x00\x0f{"type":"exit"}',
    "a sequence that hardly ends": "\x1b[" + "1;" * 200 + "R",
}
"""Keys and what may pass for keys."""


def test_nothing_that_is_typed_or_pressed_in_the_sandbox_gets_out(host: Host) -> None:
    async def scene() -> None:
        async with serving() as served, Visitor(served) as visitor:
            await _open_sandbox(visitor)
            names = {"folder": host.folder, "secret": host.secret, "port": host.number}
            for at, (group, lines) in enumerate(TYPED.items()):
                for line in lines:
                    await visitor.enter(line.format(**names))
                if group.startswith("slow motion"):
                    await visitor.sees("Esc leave")
                    await visitor.type("\x1b")
                    await eventually(lambda: "Esc leave" not in visitor.screen)
                await visitor.enter(f"ECHO typed-{at}")
                await visitor.sees(f'"typed-{at}"')
                _is_confined(served, host, visitor, group)
            await _palette_has_no_screenshot(visitor)
            _is_confined(served, host, visitor, "the palette")
            for name, keys in KEYS.items():
                await visitor.type(keys)
                await _has_heard(visitor)
                _is_confined(served, host, visitor, name)

    play(scene())


async def _open_sandbox(visitor: Visitor) -> None:
    await visitor.sees("What you keep")
    await visitor.type("\x1b[F\r")  # End, Enter: it is the last line
    await visitor.sees("127.0.0.1:6379>")


async def _palette_has_no_screenshot(visitor: Visitor) -> None:
    await visitor.type("\x14")
    await visitor.sees("What would you like to do?")
    await visitor.type("screenshot")
    await visitor.sees("Nothing fits.")
    await visitor.type("\x1b")
    await eventually(lambda: "Nothing fits." not in visitor.screen)


async def _has_heard(visitor: Visitor) -> None:
    """Wait until the app has taken all keys so far: F2 is one more, and every screen answers."""
    for code in ("RU", "EN"):
        await visitor.type("\x1bOQ")
        await eventually(
            lambda wanted=code: visitor.screen.splitlines()[0].rstrip().endswith(wanted)
        )


def _is_confined(served: Serving, host: Host, visitor: Visitor, name: str) -> None:
    assert host.is_untouched(), name
    assert CANARY not in visitor.screen, name
    assert visitor.code is None, name
    assert CANARY.encode() not in visitor.received, name
    (visit,) = served.server.visits
    assert processes_in(served.server.folder) == [visit.pid], name
    assert len(list(served.server.folder.iterdir())) == 1, name
    assert not _ports_of(visit.pid), name
    assert not visitor.texts, name  # no page to open, no file to fetch


def _ports_of(pid: int | None) -> list[str]:
    """Listening sockets of a process."""
    mine = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        target = os.readlink(entry)
        if target.startswith("socket:["):
            mine.add(target[8:-1])
    listening = []
    for table in ("tcp", "tcp6"):
        rows = Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        listening += [row.split()[1] for row in rows if row.split()[9] in mine]
    return listening


CALLS: Sequence[str] = (
    "cache.__class__.__mro__",
    "cache.get.__globals__",
    "cache._cache",
    "cache.client",
    "cache.get(open('{secret}').read())",
    "cache.set('k', open('{secret}').read())",
    "cache.set('k', __import__('os').system('touch {folder}/new'))",
    "cache.set('k', (lambda: 1)())",
    "cache.set('k', [x for x in open('{secret}')])",
    "cache.set('k', f'{{open(1)}}')",
    "cache.set('k', eval('1'))",
    "cache.get_or_set('k', __import__)",
    "import os",
    "exec('import os')",
    "print(open('{secret}').read())",
    "caches['default'].__init__.__globals__['os']",
    "SELECT 1",
    # a pickle that calls os.system, under a key that Django reads
    "SET myapp:1:evil \"cos\\nsystem\\n(S'touch {folder}/new'\\ntR.\"",
    "SELECT 0",
    "cache.get('evil')",
    "cache.incr('evil')",
    "cache.get_many(['evil'])",
)
"""Lines at the prompt of a lesson on Django's cache."""


def test_nothing_that_is_typed_in_a_lesson_on_djangos_cache_gets_out(host: Host) -> None:
    async def scene() -> None:
        words = ("lesson", "django-cache", "--step", "first")
        async with serving(*words) as served, Visitor(served) as visitor:
            await visitor.sees("127.0.0.1:6379>")
            for line in CALLS:
                await visitor.enter(line.format(folder=host.folder, secret=host.secret))
            await visitor.enter("ECHO typed-all")
            await visitor.sees('"typed-all"')
            _is_confined(served, host, visitor, "calls")

    play(scene())


def test_what_no_page_sends_ends_only_the_visit_that_has_sent_it(host: Host) -> None:
    async def scene() -> None:
        async with serving() as served, Visitor(served) as stays:
            await stays.sees("What you keep")
            for text in BAD:
                if len(text) > LONGEST:
                    continue
                async with Visitor(served) as bad:
                    await bad.socket.send_str(text)
                    assert await bad.is_closed() == CLOSE_CODES["misused"], text
            async with Visitor(served) as bad:
                await bad.socket.send_bytes(b'M\x00\x00\x00\x0f{"type":"exit"}')
                assert await bad.is_closed() == CLOSE_CODES["misused"]
            async with Visitor(served) as bad:
                await bad.socket.send_str(json.dumps(["stdin", "x" * LONGEST]))
                assert await bad.is_closed() == 1009  # "message too big"
            await eventually(lambda: len(served.server.visits) == 1)
            assert host.is_untouched()
            await stays.type("\x1b[F")
            await stays.sees("An empty Redis of your own")
            _is_confined(served, host, stays, "bad messages")

    play(scene())


def test_a_flood_of_sizes_and_keys_reaches_the_app_at_a_walk(host: Host) -> None:
    async def scene() -> None:
        async with serving() as served, Visitor(served) as visitor:
            await visitor.sees("What you keep")
            (visit,) = served.server.visits
            sizes: list[tuple[int, int]] = []
            passed_on = visit.set_terminal_size

            async def counted(width: int, height: int) -> None:
                sizes.append((width, height))
                await passed_on(width, height)

            visit.set_terminal_size = counted  # type: ignore[method-assign]
            begun = asyncio.get_running_loop().time()
            for at in range(900):
                await visitor.send("resize", {"width": 10**at % 1009, "height": -at})
                await visitor.send("ping", at)
            await visitor.send("resize", {"width": 120, "height": 40})
            await eventually(lambda: sizes and sizes[-1] == (120, 40))
            spent = asyncio.get_running_loop().time() - begun
            assert len(sizes) <= 10 * spent + 2
            assert all(1 <= width <= 500 and 1 <= height <= 200 for width, height in sizes)
            visitor.texts.clear()
            await visitor.type("\x1b[F")
            await visitor.sees("An empty Redis of your own")
            _is_confined(served, host, visitor, "a flood")

    play(scene())


PATHS: Sequence[str] = (
    "static/",
    "static",
    "static/../page.js",
    "static/..%2f..%2f..%2f..%2fetc/passwd",
    "static/%2e%2e/%2e%2e/server.py",
    "static/....//....//etc/passwd",
    "static/page.js%00.css",
    "static//etc/passwd",
    "static/..\\..\\secret",
    "static/fonts/RobotoMono-VariableFont_wght.ttf",
    "download/x",
    "download/../../secret",
    "download/%2e%2e%2fsecret",
    "download/visitor-",
    "visitor-",
    "file:///etc/passwd",
    "ws/",
    "ws/visitor-",
    "%2e%2e/%2e%2e/etc/passwd",
    "..%2fsecret",
    "secret",
    "~root/",
    "cgi-bin/",
)
"""Behind the token, if there is one; `{secret}` is put in where an absolute path may work."""


@pytest.mark.parametrize("token", ["", "the-token"])
def test_no_address_leads_to_a_file_that_is_not_of_the_page(host: Host, token: str) -> None:
    async def scene() -> None:
        async with serving(token=token) as served, aiohttp.ClientSession() as browser:
            for path in (*PATHS, f"static/{host.secret}", f"static{host.secret}", str(host.secret)):
                status, text = await _get(served, f"/{token}/{path}" if token else f"/{path}")
                assert status in (403, 404), path
                assert CANARY not in text
                assert "root:" not in text
            for method in ("POST", "PUT", "DELETE", "OPTIONS"):
                async with browser.request(method, served.url) as answer:
                    assert answer.status == 405
            assert host.is_untouched()

    play(scene())


async def _get(served: Serving, path: str) -> tuple[int, str]:
    """A request whose path is sent as it stands: no client tidies it up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    answer = (await reader.read()).decode("utf-8", "replace")
    writer.close()
    return int(answer.split()[1]), answer


def test_without_the_token_nothing_is_given_and_no_process_is_made(host: Host) -> None:
    async def scene() -> None:
        async with serving(token="the-token") as served, aiohttp.ClientSession() as browser:
            for path in (
                "",
                "ws",
                "static/page.js",
                "download/x",
                "wrong/",
                "wrong/ws",
                "the-toke/",
            ):
                async with browser.get(f"{served.origin}/{path}") as answer:
                    assert answer.status == 403, path
                    assert "the-token" not in await answer.text()
            for path in ("ws", "wrong/ws", "the-token2/ws"):
                headers = {"Origin": served.origin}
                with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                    await browser.ws_connect(f"{served.origin}/{path}", headers=headers)
                assert refused.value.status == 403
            async with browser.get(served.url) as answer:
                assert answer.status == 200
            async with browser.get(served.url + "static/page.js") as answer:
                assert answer.status == 200
            assert list(served.server.folder.iterdir()) == []

    play(scene())


def test_a_strangers_page_opens_no_socket_and_a_strangers_name_no_page(host: Host) -> None:
    async def scene() -> None:
        async with serving() as served, aiohttp.ClientSession() as browser:
            for origin in ("http://evil.example", "null", f"http://localhost:{served.port}", None):
                headers = {} if origin is None else {"Origin": origin}
                with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                    await browser.ws_connect(served.url + "ws", headers=headers)
                assert refused.value.status == 403
            for path in ("", "ws", "static/page.js"):
                rebound = {"Host": "evil.example", "Origin": "http://evil.example"}
                async with browser.get(served.url + path, headers=rebound) as answer:
                    assert answer.status == 403
            async with browser.get(served.url) as answer:
                policy = answer.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy
                assert "frame-ancestors 'none'" in policy
                assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert list(served.server.folder.iterdir()) == []

    play(scene())
