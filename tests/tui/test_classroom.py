"""The instructor's screen: who is where and stuck, commands as they arrive, keys, words, CSV."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.network.serving import free_port
from tests.oracle.raw import RawConnection, Simple
from tests.tui.playing import Play, playing
from tutor.course.classroom.hall import Hall
from tutor.course.classroom.model import Place
from tutor.course.classroom.roster import Roster
from tutor.course.classroom.teller import Teller
from tutor.tui.screens import classroom as module
from tutor.tui.screens.classroom import ClassroomScreen

LONG_S = 60
SIZES = [(120, 40), (80, 24)]


class Room:
    """An open class on the screen, and its learners outside."""

    def __init__(self, play: Play, hall: Hall) -> None:
        self.play, self.hall = play, hall
        self._open: list[RawConnection] = []

    async def come(self, name: str) -> RawConnection:
        client = await asyncio.to_thread(RawConnection, self.hall.service.port)
        self._open.append(client)
        await self.say(client, "AUTH", name, self.hall.words[name])
        return client

    async def say(self, client: RawConnection, *words: str) -> Any:
        return await asyncio.to_thread(client.call, *(word.encode() for word in words))

    async def until(self, condition: Callable[[], object]) -> None:
        for _turn in range(LONG_S * 50):
            await asyncio.sleep(0.02)
            if condition():
                await self.play.pilot.pause()
                return
        raise AssertionError(self.play.text)

    async def sees(self, *texts: str) -> None:
        await self.until(lambda: all(text in self.play.text for text in texts))

    def line(self, name: str) -> str:
        return next(line for line in self.play.text.splitlines() if name in line)

    @property
    def screen(self) -> ClassroomScreen:
        screen = self.play.app.screen
        assert isinstance(screen, ClassroomScreen)
        return screen

    def close(self) -> None:
        for client in self._open:
            client.close()


@asynccontextmanager
async def lesson(
    home: Path, names: Sequence[str] = ("Анна", "Boris"), **options: Any
) -> AsyncIterator[Room]:
    words = (f"word-{number}" for number in count(1))
    hall = Hall(Roster(names), make_word=lambda: next(words))
    hall.open(free_port())
    try:
        async with playing(home, **options) as play:
            play.app.hall, play.app.hall_sheet = hall, str(home / "class.csv")
            play.app.open_class()
            await play.pilot.pause()
            room = Room(play, hall)
            try:
                yield room
            finally:
                room.close()
    finally:
        hall.close()


@pytest.mark.parametrize("size", SIZES)
def test_a_learner_comes_works_and_gets_stuck(home: Path, size: tuple[int, int]) -> None:
    async def scenario() -> None:
        async with lesson(home, size=size) as room:
            await room.sees("2 learners", "0 here", "not come yet")
            anna = await room.come("anna")
            await room.say(anna, "LPUSH", "anna:q", "job")
            await room.sees("1 here", "LPUSH anna:q job")
            place = Place("sample", "first", 2, 7, tries=1)
            words = [word for pair in place.fields().items() for word in pair]
            await room.say(anna, "HSET", "anna:.tutor", *words)
            await room.until(lambda: "2/7" in room.line("Анна"))
            assert ".tutor" not in room.play.text
            for _number in range(3):
                await room.say(anna, "GTE", "x")
            await room.sees("1 stuck")
            assert "errors in a row" in room.line("Анна")
            assert "▲" in room.line("Анна")
            await room.say(anna, "GET", "anna:x")
            await room.until(lambda: "1 stuck" not in room.play.text)

    asyncio.run(scenario())


@pytest.mark.parametrize("size", SIZES)
def test_keys_of_the_chosen_learner_and_their_x_ray(home: Path, size: tuple[int, int]) -> None:
    async def scenario() -> None:
        async with lesson(home, size=size) as room:
            anna, boris = await room.come("anna"), await room.come("boris")
            await room.say(anna, "LPUSH", "anna:q", "job")
            await room.say(boris, "SADD", "boris:ids", "1", "2", "3")
            await room.sees("2 here")
            await room.play.press("down", "enter")
            await room.sees("Keys of Boris: 1", "X-ray", "intset")
            await room.play.press("shift+f6")
            room.screen.list.focus()
            await room.play.press("up")
            await room.sees("Keys of Анна: 1", "quicklist")
            await room.play.press("v")
            await room.until(lambda: "Keys of" not in room.play.text)

    asyncio.run(scenario())


def test_only_the_chosen_learner_s_commands_are_shown_if_that_is_wished(home: Path) -> None:
    async def scenario() -> None:
        async with lesson(home) as room:
            anna, boris = await room.come("anna"), await room.come("boris")
            await room.say(anna, "SET", "anna:x", "1")
            await room.say(boris, "SET", "boris:y", "2")
            await room.sees("SET anna:x 1", "SET boris:y 2", "Commands of all")
            log = room.screen.log_view
            await room.play.press("f")
            await room.sees("Commands of Анна")
            assert len(log._arrivals) == 1
            await room.play.press("down")
            await room.sees("Commands of Boris")
            assert [each[4][1] for each in log._arrivals] == [b"boris:y"]  # type: ignore[index]
            await room.play.press("f")
            await room.sees("Commands of all")
            assert len(log._arrivals) == 2

    asyncio.run(scenario())


def test_kicking_is_asked_twice_and_a_learner_may_come_again(home: Path) -> None:
    async def scenario() -> None:
        async with lesson(home) as room:
            await room.come("anna")
            await room.sees("1 here")
            await room.play.press("k")
            await room.sees("K again ends all connections of Анна")
            assert "1 here" in room.play.text
            await room.play.press("k")
            await room.sees("0 here", "1 connection of Анна has ended")
            await room.come("anna")
            await room.sees("1 here")

    asyncio.run(scenario())


def test_words_are_shown_only_when_asked_for_and_renewed_when_asked_twice(home: Path) -> None:
    async def scenario() -> None:
        async with lesson(home) as room:
            await room.play.press("j")
            await room.sees("redis://anna:word-1@127.0.0.1:", "redis://boris:word-2@127.0.0.1:")
            await room.play.press("escape")
            assert "word-1" not in room.play.text
            await room.play.press("w", "w")
            assert room.hall.words == {"anna": "word-3", "boris": "word-2"}

    asyncio.run(scenario())


def test_one_more_learner_is_let_in_and_a_bad_name_is_explained(home: Path) -> None:
    async def scenario() -> None:
        async with lesson(home) as room:
            await room.play.press("a")
            await room.play.type("boris")
            assert " boris " in room.play.text
            await room.play.press("enter")
            await room.sees("two learners called boris")
            await room.play.type("2")
            await room.play.press("enter")
            await room.sees("3 learners", "boris2")
            assert room.screen.list.index == 2
            client = await room.come("boris2")
            assert await room.say(client, "SET", "boris2:x", "1") == Simple(b"OK")

    asyncio.run(scenario())


def test_the_sheet_is_written_at_any_time(home: Path) -> None:
    async def scenario() -> None:
        async with lesson(home) as room:
            await room.play.press("e")
            await room.sees("Written")
            assert "Анна,,,absent" in (home / "class.csv").read_text(encoding="utf-8")

    asyncio.run(scenario())


def test_the_screen_is_in_russian_too_and_resizes_in_the_middle(home: Path) -> None:
    async def scenario() -> None:
        async with lesson(home) as room:
            anna = await room.come("anna")
            await room.say(anna, "LPUSH", "anna:q", "job")
            await room.play.press("v")
            await room.sees("quicklist")
            for size in ((80, 24), (40, 12), (30, 8), (120, 40)):
                await room.play.resize(*size)
            await room.play.press("f2")
            await room.until(lambda: "RU" in room.play.text.splitlines()[0])
            await room.sees("quicklist")

    asyncio.run(scenario())


def test_keys_work_in_the_russian_layout(home: Path) -> None:
    async def scenario() -> None:
        async with lesson(home) as room:
            await room.play.press("о")  # j
            await room.sees("redis://anna:word-1")

    asyncio.run(scenario())


def test_a_learner_s_tutor_tells_lesson_and_step_from_the_first_moment(home: Path) -> None:
    async def scenario() -> None:
        told: list[Place] = []
        async with playing(home) as play:
            play.app.teller = Teller(lambda fields: told.append(Place.read(fields)))
            play.app.open_lesson("sample")
            await play.pilot.pause()
            assert (told[-1].lesson, told[-1].number) == ("sample", 1)
            await play.press("f8")
            assert told[-1].number == 2
            count_ = told[-1].tries
            await play.enter("GTE x")
            assert told[-1].tries == count_ + 1

    asyncio.run(scenario())


@pytest.mark.parametrize("size", SIZES)
def test_the_chosen_one_of_many_is_in_sight_beneath_the_head(
    home: Path, size: tuple[int, int]
) -> None:
    async def scenario() -> None:
        names = [f"Learner {number:02}" for number in range(50)]
        async with lesson(home, names, size=size) as room:
            for keys, chosen in (
                (["down"] * 30, 30), (["up"] * 3, 27), (["pageup"] * 9, 0), (["end"], 49),
                (["home"], 0), (["pagedown"], None),
            ):  # fmt: skip
                await room.play.press(*keys)
                number = room.screen.list.index
                assert chosen in (number, None)
                await room.until(lambda number=number: f"○ Learner {number:02}" in room.play.text)
                assert "last command" in room.play.text or "where" in room.play.text
            await room.play.press("end")
            await room.play.click("○ Learner 48")
            assert room.screen.list.index == 48

    asyncio.run(scenario())


def test_the_sheet_is_written_now_and_then_where_a_file_was_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT_TICKS", 2)

    async def scenario() -> None:
        async with lesson(home) as room:
            await room.until((home / "class.csv").exists)

    asyncio.run(scenario())


def test_a_server_that_stopped_is_told_once_and_the_rows_stay(home: Path) -> None:
    async def scenario() -> None:
        async with lesson(home) as room:
            await room.come("anna")
            await room.sees("1 here")
            with room.hall.world.lock:
                room.hall.world.engine.execute(room.hall.world.session, [b"SHUTDOWN", b"NOSAVE"])
            await room.sees("The server has stopped", "closed")
            assert "Анна" in room.play.text

    asyncio.run(scenario())
