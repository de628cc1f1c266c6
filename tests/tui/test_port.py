"""The sandbox's open port: who is connected, what they do, and what the X-ray makes of it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.network.serving import free_port
from tests.oracle.raw import RawConnection
from tests.tui.playing import Play, playing
from tutor.tui.screens import sandbox as module
from tutor.tui.screens.home import HomeScreen
from tutor.tui.screens.sandbox import SandboxScreen

LONG_S = 60


@asynccontextmanager
async def served(home: Path, **options: Any) -> AsyncIterator[tuple[Play, int]]:
    """The sandbox with a port that is open."""
    async with playing(home, **options) as play:
        await play.press("end", "enter")
        port = free_port()
        await play.enter(f"/serve {port}")
        yield play, port


async def until(play: Play, condition: Callable[[], object]) -> None:
    """Let the app go on until something has come true."""
    for _ in range(LONG_S * 50):
        await asyncio.sleep(0.02)
        if condition():
            await play.pilot.pause()
            return
    raise AssertionError(play.text)


def of(play: Play) -> SandboxScreen:
    screen = play.app.screen
    assert isinstance(screen, SandboxScreen)
    return screen


def ask(port: int, *lines: str) -> list[Any]:
    """Send commands as another program, wait for the replies, leave."""
    with redis.Redis(port=port) as client:
        pipeline = client.pipeline(transaction=False)
        for line in lines:
            pipeline.execute_command(*line.split())
        return pipeline.execute(raise_on_error=False)


async def outside(port: int, *lines: str) -> list[Any]:
    return await asyncio.to_thread(ask, port, *lines)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
def test_address_clients_and_commands_are_shown(home: Path, size: tuple[int, int]) -> None:
    async def scenario() -> None:
        async with served(home, size=size) as (play, port):
            with redis.Redis(port=port, client_name="shop", db=3) as client:
                await asyncio.to_thread(client.set, "cart:7", "apples")
                await asyncio.to_thread(client.lpush, "queue", "job")
                await until(play, lambda: "LPUSH queue job" in play.text)
                top = play.text.splitlines()[0]
                assert f"127.0.0.1:{port}" in top
                assert "1 client" in top
                assert f"redis-cli -p {port}" in play.text
                line = next(line for line in play.text.splitlines() if " shop " in line)
                assert line.split()[2:5] == ["shop", "3", "lpush"]
                line = next(line for line in play.text.splitlines() if "SET cart:7" in line)
                assert "[3]" in line
                assert "µs" in line or " ms" in line
            await until(play, lambda: "0 clients" in play.text.splitlines()[0])

    asyncio.run(scenario())


def test_the_x_ray_follows_and_marks_what_others_change(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OWN_TICKS", 0)

    async def scenario() -> None:
        async with served(home) as (play, port):
            await outside(port, "RPUSH q first")
            await until(play, lambda: "X-ray · q" in play.text)
            await outside(port, "RPUSH q second")
            await until(play, lambda: "second" in play.text.split("X-ray")[1])
            assert "⁺" in play.text
            await outside(port, "SET other 1", "GET other")
            await until(play, lambda: "X-ray · other" in play.text)
            of(play).action_pin()
            await outside(port, "SET third 1")
            await until(play, lambda: "3 keys" in play.text)
            assert "X-ray · other" in play.text
            await outside(port, "GET absent", "SET other 2")
            await until(play, lambda: "SET other 2" in play.text)

    asyncio.run(scenario())


def test_a_conversion_that_another_client_causes_is_announced(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OWN_TICKS", 0)

    async def scenario() -> None:
        async with served(home) as (play, port):
            await outside(port, "SADD tags 1 2")
            await until(play, lambda: "X-ray · tags" in play.text)
            await outside(port, "SADD tags word")
            await until(play, lambda: "intset became a hashtable" in play.text)

    asyncio.run(scenario())


def test_errors_are_marked_and_passwords_hidden(home: Path) -> None:
    async def scenario() -> None:
        async with served(home) as (play, port):
            await outside(
                port, "SET a x", "INCR a", "CONFIG SET requirepass hunter2", "AUTH hunter2",
                "HELLO 2 AUTH default hunter2", "CONFIG SET requirepass ''",
            )  # fmt: skip
            await until(play, lambda: "HELLO 2 AUTH" in play.text)
            assert "✗ ERR" in next(line for line in play.text.splitlines() if "INCR a" in line)
            assert "hunter2" not in play.text
            assert "(redacted)" in play.text

    asyncio.run(scenario())


def test_scrolled_up_the_commands_stand_still(home: Path) -> None:
    async def scenario() -> None:
        async with served(home) as (play, port):
            await outside(port, *(f"SET k{number} {number}" for number in range(60)))
            await until(play, lambda: "SET k59 59" in play.text)
            log = of(play).traffic.log_view
            log.focus()
            await until(play, lambda: play.app.focused is log)
            await play.press("home")
            await until(play, lambda: "SET k59 59" not in play.text)
            await outside(port, "SET later 1")
            await until(play, lambda: "newer" in play.text)
            assert "SET later 1" not in play.text
            await play.press("end")
            await until(play, lambda: "SET later 1" in play.text and "newer" not in play.text)

    asyncio.run(scenario())


def test_scrolled_up_the_commands_stand_still_when_somebody_comes_in(home: Path) -> None:
    async def scenario() -> None:
        async with served(home) as (play, port):
            await outside(port, *(f"SET k{number} {number}" for number in range(60)))
            await until(play, lambda: "SET k59 59" in play.text)
            of(play).traffic.log_view.focus()
            await play.press("home")
            await until(play, lambda: "SET k59 59" not in play.text)
            with RawConnection(port):  # a line in the list of clients: less room for commands
                await until(play, lambda: "1 client " in play.text)
                await play.pilot.pause()
                assert "SET k59 59" not in play.text
                await play.press("end")
                await until(play, lambda: "SET k59 59" in play.text)

    asyncio.run(scenario())


def test_keys_and_clients_share_the_left_panel(home: Path) -> None:
    async def scenario() -> None:
        async with served(home) as (play, port):
            await outside(port, "SET theirs 1")
            await until(play, lambda: "1 key" in play.text)
            assert "[Clients" in play.text
            await play.press("f4")
            await until(play, lambda: "encoding" in play.text)
            assert "[Keys]" in play.text
            assert "theirs" in play.text
            await play.click("Clients 0" if "Clients 0" in play.text else " Clients ")
            await until(play, lambda: "[Clients" in play.text)
            await play.press("f6")
            assert play.app.focused is of(play).traffic.log_view

    asyncio.run(scenario())


def test_f3_opens_and_closes_and_asks_twice_if_somebody_is_connected(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setattr("tutor.network.service.USUAL_PORT", port)

    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", "enter", "f3")
            await until(play, lambda: of(play).served)
            with socket.create_connection(("127.0.0.1", port)):
                await until(play, lambda: "1 client" in play.text)
                await play.press("f3")
                assert "1 client is connected. F3 again closes the port." in play.text
                assert of(play).served
                await play.press("f3")
                assert not of(play).served
            await play.press("f3")
            assert of(play).served
            await play.press("f3")
            assert f"127.0.0.1:{port} is closed." in play.text

    asyncio.run(scenario())


def test_undo_never_takes_others_work_back_unasked(home: Path) -> None:
    async def scenario() -> None:
        async with served(home) as (play, port):
            await play.enter("SET mine 1")
            await outside(port, "SET theirs 1")
            await play.press("ctrl+z")
            assert "1 change since then (theirs)" in play.text
            assert await outside(port, "EXISTS mine theirs") == [2]
            await play.press("ctrl+z")
            assert "Taken back: SET mine 1" in play.text
            assert "1 change of other clients went with it" in play.text
            assert await outside(port, "EXISTS mine theirs") == [0]
            await play.press("ctrl+y")
            assert await outside(port, "EXISTS mine theirs") == [2]
            assert of(play).served

    asyncio.run(scenario())


def test_leaving_the_sandbox_closes_the_port(home: Path) -> None:
    async def scenario() -> None:
        async with served(home) as (play, port):
            await play.press("escape")
            assert isinstance(play.app.screen, HomeScreen)
            await until(play, lambda: f"127.0.0.1:{port} is closed" in play.text)
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port))

    asyncio.run(scenario())


def test_leaving_the_app_closes_the_port(home: Path) -> None:
    async def scenario() -> int:
        async with served(home) as (play, port):
            await play.press("f10")
            return port

    port = asyncio.run(scenario())
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


@pytest.mark.parametrize("typed", [True, False], ids=["typed", "sent"])
def test_shutdown_ends_the_port_and_not_the_app(home: Path, typed: bool) -> None:
    async def scenario() -> None:
        async with served(home) as (play, port):
            await play.enter("SET k v")
            if typed:
                await play.enter("SHUTDOWN NOSAVE")
            else:
                with socket.create_connection(("127.0.0.1", port)) as sock:
                    sock.sendall(b"SHUTDOWN NOSAVE\r\n")
            await until(play, lambda: "SHUTDOWN:" in play.text)
            assert "1 key" in play.text.splitlines()[0]
            assert not of(play).served
            await play.enter("GET k")
            assert '"v"' in play.text

    asyncio.run(scenario())


def test_what_waits_at_the_prompt_is_answered_by_another_client(home: Path) -> None:
    async def scenario() -> None:
        async with served(home) as (play, port):
            await play.enter("BLPOP q 0")
            assert "waiting for a reply" in play.text
            await outside(port, "RPUSH q job")
            await until(play, lambda: '2) "job"' in play.text)
            assert "given up" not in play.text

    asyncio.run(scenario())


def test_messages_of_other_clients_are_printed(home: Path) -> None:
    async def scenario() -> None:
        async with served(home) as (play, port):
            await play.enter("SUBSCRIBE news")
            await outside(port, "PUBLISH news hello")
            await until(play, lambda: '3) "hello"' in play.text)
            for number in range(200):
                of(play).desk.backend.pushes.append((1, b"%d" % number))
            await until(play, lambda: '"199"' in play.text)
            assert len(of(play).console_pane.output.exchanges) < 10

    asyncio.run(scenario())


def test_a_lesson_says_where_a_port_can_be_opened(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("enter", "f8")
            await play.enter("/serve")
            assert "In the sandbox /serve opens a port" in play.text

    asyncio.run(scenario())
