"""A screen that is recorded: the file replays to what was seen, and troubles end it mildly."""

from __future__ import annotations

import asyncio
import json
import os
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pyte
import pytest
from rich.cells import cell_len
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot

from tests.tui.playing import COURSE, Play
from tests.tui.screen_text import strips
from tutor.console.demo import DemoAsked
from tutor.course.progress import Progress
from tutor.course.scenereading import load_script
from tutor.engine.clock import VirtualClock
from tutor.i18n import set_language
from tutor.tui.application import TutorApp
from tutor.tui.recording import Recording, asked, record


class Shown(HeadlessDriver):
    """Takes the app's output as a terminal would."""

    @property
    def is_headless(self) -> bool:
        return False


def events_of(path: Path) -> tuple[dict[str, Any], list[tuple[float, str, str]]]:
    """Head and events; fails where the file is not asciicast v2 to the letter."""
    raw = path.read_bytes()
    assert raw.endswith(b"\n")
    first, *rest = raw.decode("utf-8", "strict").split("\n")[:-1]
    head = json.loads(first)
    assert head["version"] == 2
    assert set(head) <= {"version", "width", "height", "timestamp", "title"}
    for name in ("width", "height", "timestamp"):
        assert type(head[name]) is int
        assert head[name] > 0
    found, before = [], 0.0
    for line in rest:
        time, kind, data = json.loads(line)
        assert isinstance(time, float | int)
        assert time >= before
        assert kind in ("o", "r")
        assert isinstance(data, str)
        data.encode("utf-8", "strict")
        before = time
        found.append((time, kind, data))
    return head, found


def replay(path: Path) -> pyte.Screen:
    """The last picture in a player."""
    head, found = events_of(path)
    screen = pyte.Screen(head["width"], head["height"])
    stream = pyte.Stream(screen)
    for _time, kind, data in found:
        if kind == "o":
            stream.feed(data)
        else:
            columns, rows = data.split("x")
            screen.resize(int(rows), int(columns))
    return screen


def cells_of(screen: pyte.Screen) -> list[list[str]]:
    """What stands in each cell; the second half of a wide sign is empty."""
    return [[screen.buffer[y][x].data for x in range(screen.columns)] for y in range(screen.lines)]


def cells_seen(app: TutorApp) -> list[list[str]]:
    """The same of the app's own screen."""
    return [
        [cell for sign in strip.text for cell in (sign, "")[: cell_len(sign)]]
        for strip in strips(app)
    ]


@asynccontextmanager
async def recorded(
    home: Path, recording: Recording, size: tuple[int, int], lang: str = "en", **options: Any
) -> AsyncIterator[Play]:
    """The app as it sends its output to a terminal, recorded."""
    options = {"lessons": COURSE, "clock": VirtualClock(), **options}
    app = TutorApp(Progress(home), lang=lang, seed=7, **options)
    app.driver_class = Shown
    record(app, recording)
    async with app.run_test(headless=False, size=size, notifications=True) as pilot:
        await settled(pilot)
        yield Play(app, pilot)


async def settled(pilot: Pilot[None]) -> None:
    """Until all is painted that is known."""
    for _turn in range(3):
        await pilot.pause()


@pytest.mark.parametrize(("size", "lang"), [((120, 40), "ru"), ((80, 24), "en")])
def test_a_recording_ends_on_the_screen_of_the_app(
    home: Path, size: tuple[int, int], lang: str
) -> None:
    path = home / "lesson.cast"

    async def scenario() -> None:
        async with recorded(home, Recording(path, title="tour"), size, lang) as play:
            await play.press("enter", "f8")
            await play.enter("SET user:1 Алиса", "GET user:1")
            await play.type("LPUSH сп")
            await settled(play.pilot)
            seen = cells_seen(play.app)
            assert any("Алиса" in strip.text for strip in strips(play.app))
            assert cells_of(replay(path)) == seen

    asyncio.run(scenario())
    head, _events = events_of(path)
    assert (head["width"], head["height"], head["title"]) == (*size, "tour")


def test_a_lab_that_is_recorded_while_it_plays_and_gets_smaller(home: Path) -> None:
    path = home / "lab.cast"

    async def scenario() -> None:
        recording = Recording(path)
        options = {"lab": ("cut-then-heal", 7, None)}
        async with recorded(home, recording, (120, 40), **options) as play:
            await play.press("full_stop", "full_stop", "full_stop")
            await play.resize(80, 24)
            await play.press("full_stop")
            await settled(play.pilot)
            seen = cells_seen(play.app)
            assert len(seen) == 24
            assert cells_of(replay(path)) == seen
            recording.close()
            assert cells_of(replay(path)) == seen, "the end of the recording changes no cell"

    asyncio.run(scenario())
    _head, found = events_of(path)
    assert [data for _time, kind, data in found if kind == "r"] == ["80x24"]


def test_a_recording_is_whole_after_every_write_and_a_cut_one_replays(tmp_path: Path) -> None:
    path = tmp_path / "a.cast"
    times = iter([5.0, 5.0, 5.5, 6.0])
    recording = Recording(path, clock=lambda: next(times), now=lambda: 1_800_000_000.9)
    recording.output("\x1b[?1049h", 20, 3)
    recording.output("привет", 20, 3)
    head, found = events_of(path)
    assert head == {"version": 2, "width": 20, "height": 3, "timestamp": 1_800_000_000}
    assert [(time, kind) for time, kind, _data in found] == [(0, "o"), (0.5, "o")]
    assert replay(path).display[0].rstrip() == "привет"
    os.close(recording._handle or 0)  # as a killed process would


def test_at_the_end_the_cursor_stands_on_the_last_row(tmp_path: Path) -> None:
    path = tmp_path / "a.cast"
    with Recording(path) as recording:
        recording.output("\x1b[?25l\x1b[?7l\x1b[31mx", 20, 5)
    screen = replay(path)
    assert (screen.cursor.y, screen.cursor.x, screen.cursor.hidden) == (4, 0, False)
    assert screen.cursor.attrs.fg == "default"
    assert pyte.modes.DECAWM in screen.mode


def test_a_file_that_is_there_stays_unless_it_may_be_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a.cast"
    path.write_text("precious\n" * 100)
    with pytest.raises(FileExistsError):
        Recording(path)
    with Recording(path, force=True):
        pass
    assert path.read_text() == "precious\n" * 100, "nothing came: nothing is lost"
    with Recording(path, force=True) as recording:
        recording.output("x", 20, 5)
    assert len(events_of(path)[1]) == 2


def test_a_recording_in_which_nothing_came_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "a.cast"
    with Recording(path):
        assert path.exists()
    assert not path.exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_told_on_the_screen_and_the_app_goes_on(home: Path) -> None:
    async def scenario() -> None:
        recording = Recording(Path("/dev/full"), force=True)
        async with recorded(home, recording, (120, 40)) as play:
            assert "no space is left" in recording.trouble
            await settled(play.pilot)
            assert "The recording ends at 0:00: /dev/full: no space is left." in " ".join(
                play.text.split()
            )
            await play.press("enter", "f8")
            await play.enter("SET a 1")
            assert "OK" in play.text

    asyncio.run(scenario())


def test_what_a_full_disk_took_of_a_line_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.cast"
    recording = Recording(path)
    told: list[str] = []
    recording.on_trouble = told.append
    recording.output("first", 20, 5)
    whole = path.read_bytes()
    write = os.write

    def full(handle: int, data: Any) -> int:
        if len(data) > 10:
            return write(handle, bytes(data[:10]))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    recording.output("second", 20, 5)
    recording.output("third", 20, 5)
    recording.close()
    assert path.read_bytes() == whole
    assert told == [recording.trouble]
    assert str(path) in recording.trouble


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_file_that_cannot_be_is_told_in_one_line(
    tmp_path: Path, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    set_language(lang)
    (tmp_path / "old.cast").touch()
    for name in ("old.cast", "nowhere/a.cast", "old.cast/a.cast", "a\0.cast"):
        args = Namespace(record=str(tmp_path / name), force=False)
        assert asked(args) is None
        said = capsys.readouterr().err
        assert said.startswith("redis-tutor: ")
        assert said.count("\n") == 1
    args = Namespace(record=str(tmp_path), force=True)
    assert asked(args) is None
    assert str(tmp_path) in capsys.readouterr().err


@pytest.mark.parametrize(("size", "lang"), [((120, 40), "en"), ((80, 24), "ru")])
def test_a_demo_is_recorded_while_its_script_types(
    home: Path, size: tuple[int, int], lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_TUTOR_RUNTIME", str(home / "run"))
    path = home / "demo.cast"

    async def scenario() -> None:
        demo = DemoAsked(load_script("replication"))
        options = {"lessons": None, "demo": demo}
        async with recorded(home, Recording(path), size, lang, **options) as play:
            await play.press("pagedown", "pagedown", "pageup")
            await play.resize(size[0] - 10, size[1])
            talk = play.app.talk
            assert talk is not None
            talk.presentation.go(1)
            talk.presentation.next()
            talk.presentation.finish()
            talk.screen.show_all()
            await settled(play.pilot)
            seen = cells_seen(play.app)
            assert "SET cart:anna tea" in play.text
            assert cells_of(replay(path)) == seen

    asyncio.run(scenario())
