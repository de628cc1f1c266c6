"""A command that takes long, here or of another client: the screen goes on."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.engine.test_turns import held
from tests.network.serving import free_port
from tests.tui.playing import Play, playing
from tests.tui.test_port import of, outside, served, until
from tutor.engine.clock import SystemClock
from tutor.engine.replies import Reply
from tutor.tui.screens.lesson import LessonScreen

LONG_S = 60


class Gate:
    """Stands in for what carries commands out: ``slow`` waits until the test lets it go on."""

    def __init__(self, play: Play) -> None:
        self._desk = of(play).desk
        self._run = self._desk.run
        self.go_on = threading.Event()
        self._desk.run = self.run  # type: ignore[method-assign]

    def run(self, argv: Sequence[bytes]) -> Reply:
        if argv[0] == b"slow":
            assert self.go_on.wait(LONG_S)
            return b"at last"
        return self._run(argv)


@contextmanager
def gate(play: Play) -> Iterator[Gate]:
    made = Gate(play)
    try:
        yield made
    finally:
        made.go_on.set()


def test_the_screen_goes_on_and_the_reply_comes_when_it_is_there(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", "enter")
            with gate(play) as slow:
                await play.enter("slow")
                assert "Redis carries it out and serves nobody else meanwhile" in play.text
                before = of(play)._ticks
                await until(play, lambda: of(play)._ticks > before + 3)
                await play.press("f2")
                await until(play, lambda: "Песочница" in play.text)
                await play.press("f2")
                slow.go_on.set()
                await until(play, lambda: '"at last"' in play.text)
            assert "meanwhile" not in play.text

    asyncio.run(scenario())


def test_what_is_typed_meanwhile_runs_afterwards_in_order(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", "enter")
            with gate(play) as slow:
                await play.enter("slow", "SET a 1", "INCR a", "help set")
                assert "INCR" not in play.text
                slow.go_on.set()
                await until(play, lambda: "(integer) 2" in play.text)
            assert not of(play).console_pane.executing

    asyncio.run(scenario())


def test_ctrl_c_explains_and_esc_stays(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", "enter")
            with gate(play) as slow:
                await play.enter("slow")
                await play.press("ctrl+c")
                assert "Redis has one thread" in play.text
                await play.press("escape")
                of(play)
                assert of(play).console_pane.executing
                slow.go_on.set()
                await until(play, lambda: '"at last"' in play.text)

    asyncio.run(scenario())


def test_undo_waits_for_nobody(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", "enter")
            await play.enter("SET a 1")
            with held(of(play).desk.world.lock):
                await play.press("ctrl+z")
                assert "Redis is busy with a command" in play.text
            await play.press("ctrl+z")
            assert "Taken back: SET a 1" in play.text

    asyncio.run(scenario())


def test_behind_another_clients_command_one_can_give_up(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", "enter")
            await play.enter("SET a 1")
            with held(of(play).desk.world.lock):
                await play.enter("DEL a")
                assert "busy with another client's command" in play.text
                assert "1 key" in play.text
                await play.press("ctrl+c")
                assert "given up" in play.text
            await play.enter("EXISTS a")
            assert "(integer) 1" in play.text

    asyncio.run(scenario())


def test_all_of_the_screen_can_be_used_while_others_have_the_engine(home: Path) -> None:
    """Nothing waits for its turn for long, and what was seen last stays."""

    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", "enter")
            await play.enter("RPUSH q a b c")
            with held(of(play).desk.world.lock):
                await play.type("LRANGE q")
                await play.press("tab")
                await play.press("f6", "f6", "f6", "f6", "ctrl+x", "f9", "f4", "f4", "f1")
                await play.press("escape")
                await play.resize(80, 24)
                await play.resize(120, 40)
                await play.press("f2", "f2")
                assert "X-ray · q" in play.text
            await until(play, lambda: "1 key" in play.text)

    asyncio.run(scenario())


def test_a_step_of_a_lesson_stays_while_its_command_runs(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("enter", "f8")
            screen = play.app.screen
            assert isinstance(screen, LessonScreen)
            index = screen.player.index
            with held(screen.desk.world.lock):
                await play.enter("HSET user:1 name Alice")
                assert screen.console_pane.executing
                await play.press("f8", "f7", "f5", "f3")
                assert screen.player.index == index
            await until(play, lambda: not screen.console_pane.executing)
            await until(play, lambda: "X-ray · user:1" in play.text)

    asyncio.run(scenario())


FOREVER = "while true do end"


def test_a_script_without_end_is_killed_by_ctrl_c(home: Path) -> None:
    async def scenario() -> None:
        async with served(home, clock=SystemClock()) as (play, _port):
            engine = of(play).desk.world.engine
            await play.enter(f"EVAL '{FOREVER}' 0")
            await until(play, lambda: engine.running_script is not None)
            await play.press("ctrl+c")
            await until(play, lambda: "Script killed by user with SCRIPT KILL" in play.text)
            await play.enter("PING")
            assert "PONG" in play.text

    asyncio.run(scenario())


def test_a_script_that_has_written_is_not_killed(home: Path) -> None:
    async def scenario() -> None:
        async with served(home, clock=SystemClock()) as (play, _port):
            engine = of(play).desk.world.engine
            script = "redis.call('SET', 'a', 1) while not redis.call('GET', 'stop') do end"
            await play.enter(f'EVAL "{script}" 0')
            await until(play, lambda: engine.running_script and engine.running_script.wrote)
            await play.press("ctrl+c")
            assert "The script has already written" in play.text
            engine.databases[0].keys.data[b"stop"] = b"1"
            await until(play, lambda: not of(play).console_pane.executing)

    asyncio.run(scenario())


def test_while_a_script_of_the_prompt_runs_other_clients_hear_busy(home: Path) -> None:
    async def scenario() -> None:
        async with served(home, clock=SystemClock()) as (play, port):
            await play.enter("CONFIG SET busy-reply-threshold 50", f"EVAL '{FOREVER}' 0")
            engine = of(play).desk.world.engine
            await until(play, lambda: engine.busy)
            (heard,) = await outside(port, "GET a")
            assert "SCRIPT KILL" in str(heard)
            assert await outside(port, "SCRIPT KILL") == [b"OK"]
            await until(play, lambda: "Script killed by user with SCRIPT KILL" in play.text)

    asyncio.run(scenario())


def test_while_another_clients_script_runs_the_prompt_hears_busy_and_can_kill_it(
    home: Path,
) -> None:
    async def scenario() -> None:
        async with served(home, clock=SystemClock()) as (play, port):
            await play.enter("CONFIG SET busy-reply-threshold 50")
            engine = of(play).desk.world.engine
            with socket.create_connection(("127.0.0.1", port)) as sock:
                sock.sendall(f'EVAL "{FOREVER}" 0\r\n'.encode())
                await until(play, lambda: engine.busy)
                await play.enter("GET a")
                await until(play, lambda: "BUSY Redis is busy running a script" in play.text)
                await play.enter("SCRIPT KILL")
                await until(play, lambda: engine.running_script is None)
                reply = await asyncio.to_thread(sock.recv, 1000)
                assert b"Script killed by user" in reply

    asyncio.run(scenario())


# the real thing: commands whose work is a million keys and members

KEYS = 1_000_000
MEMBERS = 300_000


class Watch:
    """Counts how often the screen's own timer has fired while something went on."""

    def __init__(self, play: Play) -> None:
        self._screen = of(play)
        self.longest = 0.0
        self._last = time.monotonic()

    def look(self) -> None:
        now = time.monotonic()
        self.longest = max(self.longest, now - self._last)
        self._last = now

    async def during(self, play: Play, condition: object) -> tuple[int, float]:
        """Ticks until ``condition()`` holds, and how long that took."""
        assert callable(condition)
        before, started = self._screen._ticks, time.monotonic()
        self._last = started
        while not condition():
            await asyncio.sleep(0.005)
            self.look()
            assert time.monotonic() - started < LONG_S * 3, play.text
        return self._screen._ticks - before, time.monotonic() - started


def fill(play: Play) -> None:
    world = of(play).desk.world
    run = world.engine.execute
    with world.lock:
        for start in range(0, KEYS, 100_000):
            words = [b"MSET"]
            for number in range(start, start + 100_000):
                words += (b"key:%d" % number, b"v")
            run(world.session, words)
        for name, first in ((b"one", 0), (b"two", MEMBERS // 2)):
            members = [b"m%d" % number for number in range(first, first + MEMBERS)]
            run(world.session, [b"SADD", name, *members])
        numbers = [b"%d" % (number * 7919 % 1_000_003) for number in range(MEMBERS)]
        run(world.session, [b"RPUSH", b"list", *numbers])


def test_the_timer_fires_during_keys_sort_and_sunion_on_a_million_keys(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", "enter")
            port = free_port()
            await play.enter(f"/serve {port}")
            await asyncio.to_thread(fill, play)
            watch, console = Watch(play), of(play).console_pane
            for line, count in (
                ("KEYS *", KEYS + 3),
                ("SUNION one two", MEMBERS * 3 // 2),
                ("SORT list", MEMBERS),
            ):
                console.enter(line)
                ticks, took = await watch.during(play, lambda: not console.executing)
                assert ticks >= 1 or took < 1, line
                await play.pilot.pause()
                assert f"… and {count - 1000} more elements" in play.text
                assert play.app.is_running
            assert watch.longest < 10
            for line in ("KEYS *", "SUNION one two", "SORT list"):
                done = threading.Event()
                threading.Thread(target=send, args=(port, line, done), daemon=True).start()
                ticks, took = await watch.during(play, done.is_set)
                assert ticks >= 1 or took < 1, line
            assert watch.longest < 10

    asyncio.run(scenario())


def send(port: int, line: str, done: threading.Event) -> None:
    """Send a command as another program and read all of its reply."""
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(line.encode() + b"\r\nECHO that-is-all\r\n")
        end = b""
        while not end.endswith(b"that-is-all\r\n"):
            data = sock.recv(1 << 20)
            assert data
            end = end[-32:] + data
    done.set()
