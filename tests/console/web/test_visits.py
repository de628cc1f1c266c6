"""Visits from beginning to end: each has a world of its own, and nothing is left of it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from tests.console.web.serving import PATIENCE_S, Visitor, eventually, processes_in, serving
from tutor.console.web.server import Limits
from tutor.console.web.visit import CLOSE_CODES, environment

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks into /proc")


def play(scene: Coroutine[None, None, None]) -> None:
    asyncio.run(asyncio.wait_for(scene, 3 * PATIENCE_S))


def test_two_visitors_have_two_worlds_and_one_who_goes_takes_only_his_own() -> None:
    async def scene() -> None:
        async with serving("lesson", "string") as served, Visitor(served) as stays:
            async with Visitor(served) as goes:
                await stays.sees("Console")
                await goes.sees("Console")
                await stays.type("SET mine 1\r")
                await goes.type("SET his 2\r")
                await stays.sees("SET: a new key")
                await goes.sees("SET: a new key")
                await stays.type("EXISTS mine his\r")
                await goes.type("EXISTS mine his\r")
                await stays.sees("(integer) 1")
                await goes.sees("(integer) 1")
                folders = [visit.home for visit in served.server.visits]
                assert len(set(folders)) == 2
                assert len(processes_in(served.server.folder)) == 2
                goes.socket._response.close()  # the cable is pulled: no goodbye
            await eventually(lambda: len(served.server.visits) == 1)
            assert len(processes_in(served.server.folder)) == 1
            assert len(list(served.server.folder.iterdir())) == 1
            await stays.type("GET mine\r")
            await stays.sees('"1"')
            folder = served.server.folder
        assert not folder.exists()
        assert not processes_in(folder)

    play(scene())


def test_one_too_many_is_told_so_and_comes_in_when_a_place_is_free() -> None:
    async def scene() -> None:
        async with serving(lang=None, limits=Limits(visitors=1)) as served:
            async with Visitor(served) as first, aiohttp.ClientSession() as browser:
                await eventually(lambda: served.server.visits)
                for code in ("en", "ru"):
                    wish = {"Accept-Language": f"{code};q=0.9"}
                    async with browser.get(served.url, headers=wish) as answer:
                        assert answer.status == 503
                        assert f'<html lang="{code}">' in await answer.text()
                async with Visitor(served) as second:
                    assert await second.is_closed() == CLOSE_CODES["full"]
                    assert not second.received
                await first.socket.close()
                await eventually(lambda: not served.server.visits)
                async with browser.get(served.url) as answer:
                    assert answer.status == 200
            assert not processes_in(served.server.folder)

    play(scene())


def test_who_does_nothing_is_warned_and_then_the_visit_is_closed() -> None:
    async def scene() -> None:
        async with serving(limits=Limits(idle_s=8.0)) as served, Visitor(served) as visitor:
            await visitor.sees("Are you still there?")
            assert visitor.code is None
            assert await visitor.is_closed() == CLOSE_CODES["idle"]
            await eventually(lambda: not processes_in(served.server.folder))

    play(scene())


def test_a_process_that_is_stuck_ends_with_its_visitor() -> None:
    async def scene() -> None:
        async with serving() as served:
            async with Visitor(served) as visitor:
                await visitor.sees("Quit")
                (pid,) = processes_in(served.server.folder)
                os.kill(pid, signal.SIGSTOP)
                for _number in range(4):  # more than the pipe to it holds
                    await visitor.type("x" * 60_000)
            await eventually(lambda: not served.server.visits)
            assert processes_in(served.server.folder) == []
            assert list(served.server.folder.iterdir()) == []

    play(scene())


def test_visitors_may_be_given_a_demo() -> None:
    async def scene() -> None:
        words = ("demo", "cache", "--scene", "2")
        async with serving(*words) as served, Visitor(served) as one:
            await one.sees("2/6  How long should a value live?")

    play(scene())


def test_leaving_by_the_key_ends_the_visit() -> None:
    async def scene() -> None:
        notes: list[str] = []
        async with serving(notes=notes) as served, Visitor(served) as visitor:
            await visitor.sees("Quit")
            await visitor.type("\x1b[21~")
            assert await visitor.is_closed() == CLOSE_CODES["left"]
            await eventually(lambda: not served.server.visits)
            assert list(served.server.folder.iterdir()) == []
        assert notes == []

    play(scene())


def test_a_process_that_dies_is_told_to_its_visitor_and_to_the_host() -> None:
    async def scene() -> None:
        notes: list[str] = []
        async with serving("lesson", "--step", "\x1b[31m", "--nonsense", notes=notes) as served:
            async with Visitor(served) as visitor:
                assert await visitor.is_closed() == CLOSE_CODES["failed"]
            await eventually(lambda: notes)
        assert "unrecognized arguments: --nonsense" in notes[0]
        assert notes[0].isascii()
        assert notes[0].isprintable()

    play(scene())


def test_who_wants_too_much_memory_ends_alone() -> None:
    async def scene() -> None:
        notes: list[str] = []
        async with (
            serving("lesson", "string", notes=notes) as served,
            Visitor(served) as stays,
            Visitor(served) as greedy,
        ):
            await stays.sees("Console")
            await greedy.sees("Console")
            for key in "abcd":
                await greedy.type(f"SETRANGE {key} 536870900 x\r")
            assert await greedy.is_closed() == CLOSE_CODES["failed"]
            await stays.type("SET mine 1\r")
            await stays.sees("SET: a new key")
            assert len(served.server.visits) == 1
        assert "MemoryError" in notes[0]

    play(scene())


def test_a_process_gets_nothing_of_the_hosts_environment_and_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_HOST", "secret")

    async def scene() -> None:
        reading, writing = os.pipe()
        os.set_inheritable(reading, True)
        os.set_inheritable(writing, True)
        async with serving() as served, Visitor(served) as visitor:
            await visitor.sees("Quit")
            (pid,) = processes_in(served.server.folder)
            process = Path(f"/proc/{pid}")
            given = (process / "environ").read_bytes().split(b"\0")
            names = {one.partition(b"=")[0].decode() for one in given if one}
            assert names == set(environment(Path("/"), 80, 24))
            open_files = {int(entry.name) for entry in (process / "fd").iterdir()}
            inside = {os.readlink(process / "fd" / str(one)) for one in open_files}
            pipe = os.readlink(f"/proc/self/fd/{reading}")
            assert pipe not in inside
            assert not any(name.startswith("socket:") for name in inside - _own_pair(process))
        os.close(reading)
        os.close(writing)

    play(scene())


def _own_pair(process: Path) -> set[str]:
    """Sockets that only this process has: asyncio's pair to wake itself with."""
    mine = set()
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            mine.add(os.readlink(entry))
    theirs = {os.readlink(entry) for entry in (process / "fd").iterdir()}
    return theirs - mine
