"""What each lab of lanes has on the screen: a prompt on its lanes, the X-ray, acts with targets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.tui.playing import Play, playing
from tutor.console.spelling import in_layout
from tutor.diagrams.labs.catalog import lab_picture
from tutor.labs import catalog
from tutor.labs.cache import CURES, CacheLab
from tutor.labs.catalog import LAB_NAMES, LabKind, lab_kind
from tutor.labs.knobs import Act, Knob
from tutor.tui import lanekeys
from tutor.tui.lanekeys import LaneKey, lane_keys
from tutor.tui.screens.help import HelpScreen
from tutor.tui.screens.lane_lab import LaneLabScreen

SIZES = pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])


async def opened(play: Play, steps: int = 54, name: str = "cache") -> LaneLabScreen:
    """The lab, standing still, so many tenths of a second old."""
    play.app.open_lane_lab(name, "stampede")
    await play.pilot.pause()
    screen = play.app.screen
    assert isinstance(screen, LaneLabScreen)
    screen.playing.running = False
    screen.playing.go(0)
    screen.playing.forward(steps)
    screen.look()
    await play.pilot.pause()
    return screen


async def entered(play: Play, line: str) -> None:
    await play.type(line)
    await play.press("enter")
    await play.pilot.pause()


@SIZES
def test_commands_run_on_the_chosen_lanes_server_in_the_labs_time(
    home: Path, size: tuple[int, int]
) -> None:
    async def scenario() -> None:
        async with playing(home, size=size) as play:
            screen = await opened(play, 3)
            await play.press("down", "down", "enter")
            assert screen.focused is screen.console_pane.prompt
            await entered(play, "TTL shop:1:page:0")
            assert "lock:6379[1]> TTL shop:1:page:0\n (integer) 5" in play.text
            await entered(play, "SET mine kept")
            await entered(play, ":on none GET mine")
            assert "none:6379[1]> GET mine\n (nil)" in play.text
            await entered(play, ":run 2")
            assert screen.playing.at == 23
            await entered(play, "TTL shop:1:page:0")
            assert "(integer) 3" in play.text
            await entered(play, ":back 2.1")
            await entered(play, "GET mine")
            assert screen.playing.at == 2
            assert "lock:6379[1]> GET mine\n (nil)" in play.text
            assert "queries at the database" in play.text
            commands = [act.target for act in screen.playing.lab.acts]
            assert commands == ["lock"]

    asyncio.run(scenario())


@pytest.mark.parametrize("leave", ["escape", "f6"])
def test_the_prompt_takes_letters_and_gives_them_back(home: Path, leave: str) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play)
            assert not screen.console_pane.display
            await play.press("colon", "k", "i", "l", "l")
            assert screen.console_pane.prompt.value == ":kill"
            assert screen.console_pane.display
            await play.press("enter")
            await play.pilot.pause()
            assert [act.kind for act in screen.playing.lab.acts] == ["kill"]
            await play.press(leave)
            await play.pilot.pause()
            assert screen.focused is screen.canvas
            assert not screen.console_pane.display
            await play.press("t")
            assert [act.kind for act in screen.playing.lab.acts] == ["kill", "ttl"]

    asyncio.run(scenario())


def test_words_are_refused_with_how_they_are_written(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, 3)
            await play.press("enter")
            await entered(play, ":rate 41")
            assert "written so: :rate 40" in play.text
            await entered(play, ":node nowhere")
            assert ", ".join(CURES["stampede"][:3]) in play.text
            await entered(play, ":node stale")
            assert screen.desk.name == "stale"
            await entered(play, "GTE k")
            assert "unknown command" in play.text
            await play.type(":ra")
            await play.press("tab")
            assert screen.console_pane.prompt.value.startswith(":rate")

    asyncio.run(scenario())


@SIZES
def test_the_xray_shows_a_key_of_the_lane_as_time_goes_on_and_back(
    home: Path, size: tuple[int, int]
) -> None:
    async def scenario() -> None:
        async with playing(home, size=size) as play:
            screen = await opened(play, 3)
            await play.press("v")
            await play.pilot.pause()
            assert "X-ray · shop:1:page:0" in play.text
            assert "TTL 5 s" in play.text
            screen.playing.forward(25)
            screen.look()
            await play.pilot.pause()
            assert "TTL 2 s" in play.text or "TTL 3 s" in play.text
            await play.press("home")
            await play.pilot.pause()
            assert "TTL 5 s" in play.text
            await play.press("enter")
            await entered(play, "RPUSH mine a b c")
            assert "X-ray · mine" in play.text
            await entered(play, ":run 1")
            await play.press("escape", "down")
            await play.pilot.pause()
            assert "There is no key mine now" in play.text
            await play.press("up")
            await play.pilot.pause()
            assert "list · listpack" in play.text or "list · quicklist" in play.text
            await play.press("v")
            await play.pilot.pause()
            assert "X-ray · " not in play.text

    asyncio.run(scenario())


def test_an_experiment_without_servers_has_neither_prompt_nor_xray(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play)
            await play.press("3", "v", "enter", "colon")
            assert screen.experiment == "models"
            assert screen.focused is screen.canvas
            assert not screen.has_class("-prompt")
            assert not screen.has_class("-xray")

    asyncio.run(scenario())


def test_another_experiment_takes_prompt_and_xray_with_it(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play)
            await play.press("v", "5")
            await play.pilot.pause()
            assert screen.desk.name in CURES["routing"]
            assert screen.desk.world.engine is screen.playing.lab.engine_at(screen.desk.name)
            await play.press("x")
            await play.press("enter")
            await entered(play, "PING")
            assert "PONG" in play.text

    asyncio.run(scenario())


@pytest.mark.parametrize("name", LAB_NAMES)
def test_every_lab_of_the_catalog_is_played(home: Path, name: str) -> None:
    """All experiments, all keys, prompt, X-ray and help: nothing fails, the picture is there."""

    async def scenario() -> None:
        async with playing(home, size=(80, 24)) as play:
            play.app.open_lane_lab(name)
            await play.pilot.pause()
            screen = play.app.screen
            assert isinstance(screen, LaneLabScreen)
            letters = "".join(key.keys for key in lane_keys(name))
            for number, experiment in enumerate(lab_kind(name).experiments, 1):
                screen.playing.running = False
                await play.press(str(number))
                screen.playing.running = False
                assert screen.experiment == experiment
                screen.playing.forward(5)
                await play.press("down", *letters)
                screen.playing.forward(5)
                screen.look()
                if not screen.playing.lab.places:
                    continue
                await play.press("v", "enter")
                await entered(play, "PING")
                await entered(play, ":run 1")
                await play.pilot.pause()
                assert not screen.console_pane._holds
                assert screen.desk.name in screen.playing.lab.places
                await play.press("escape", "v")
                await play.pilot.pause()
            assert lab_picture(name).lab_text() in play.text
            await play.press("f1")
            await play.pilot.pause()
            assert isinstance(play.app.screen, HelpScreen)

    asyncio.run(scenario())


def test_a_reply_that_is_waited_for_comes_with_the_labs_time(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, 3)
            await play.press("enter")
            await entered(play, "BLPOP list 1")
            await entered(play, "PING")
            await play.pilot.pause(0.3)
            assert "waiting for a reply" in play.text
            assert "PONG" not in play.text
            await entered(play, ":run 2")
            await play.pilot.pause(0.3)
            assert "(nil)" in play.text
            assert "PONG" in play.text
            await entered(play, "BLPOP list 9")
            await entered(play, ":back 1")
            await play.pilot.pause(0.3)
            assert "given up" not in play.text  # it is done later: time comes back to it
            await entered(play, ":ttl 1")
            await play.pilot.pause(0.3)
            assert "given up" in play.text
            await entered(play, "BLPOP list 9")
            await play.press("escape")
            await play.pilot.pause()
            assert not screen.console_pane._holds
            assert screen.focused is screen.console_pane.prompt

    asyncio.run(scenario())


# acts with targets


class SpillLab(CacheLab):
    """A stampede in which a lane's cache can be emptied."""

    def knobs_here(self) -> Sequence[Knob]:
        return [*super().knobs_here(), Knob("spill", (), self.names),
                Knob("mode", ("soft", "hard"))]  # fmt: skip

    def standing(self, kind: str) -> int | str:  # type: ignore[override]
        if kind == "mode":
            return next((str(a.value) for a in reversed(self.acts) if a.kind == "mode"), "soft")
        return super().standing(kind)

    def act_on(self, lane: object, name: str, act: Act, knobs: object) -> str:  # type: ignore[override]
        if act.kind == "spill" and act.target == name:
            lane.world.master.engine.databases[1].clear()  # type: ignore[attr-defined]
        elif act.kind not in ("spill", "mode"):
            return super().act_on(lane, name, act, knobs)  # type: ignore[arg-type]
        return ""

    def tell_act(self, act: Act, outcomes: object) -> None:  # type: ignore[override]
        pass


SPILL_KEYS = (
    LaneKey("d", "spill", lambda: "spill", lambda: "Empty the chosen lane's cache", "lane"),
    LaneKey("D", "spill", lambda: "spill all", lambda: "Empty the cache of no cure", "none"),
    LaneKey("m", "mode", lambda: "mode", lambda: "Soft or hard"),
)


@pytest.fixture
def spill(monkeypatch: pytest.MonkeyPatch) -> None:
    from tutor.diagrams.labs import catalog as pictures

    kind = LabKind(
        ("stampede",), lambda experiment, seed, settings, acts: SpillLab("stampede", seed),
        lambda experiment: CURES["stampede"],
    )  # fmt: skip
    monkeypatch.setattr(catalog, "_KINDS", {"spill": lambda: kind})
    picture = pictures.lab_picture("cache")
    monkeypatch.setattr(pictures, "_PICTURES", {"spill": lambda: picture})
    monkeypatch.setattr(lanekeys, "_TABLES", {"spill": lambda: SPILL_KEYS})


@pytest.mark.usefixtures("spill")
@pytest.mark.parametrize("layout", ["us", "russian"])
def test_what_is_done_to_the_chosen_lane_and_to_one_by_name(home: Path, layout: str) -> None:
    def key(letter: str) -> str:
        return letter if layout == "us" else in_layout(letter)

    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, 3, "spill")
            lab = screen.playing.lab
            await play.press("down", "down", key("d"))
            assert (lab.acts[-1].kind, lab.acts[-1].target) == ("spill", "lock")
            assert len(lab.engine_at("lock").databases[1]) == 0
            assert len(lab.engine_at("none").databases[1]) == 1
            await play.press(key("D"))
            assert lab.acts[-1].target == "none"
            await play.press(key("m"), key("m"), key("m"))
            assert [act.value for act in lab.acts[-3:]] == ["hard", "soft", "hard"]
            await play.press("enter")
            await entered(play, ":spill warm")
            assert lab.acts[-1].target == "warm"
            await play.press("escape", "f1")
            await play.pilot.pause()
            assert "Keys: the chosen lane" in play.text
            assert "Empty the cache of no cure" in play.text

    asyncio.run(scenario())
