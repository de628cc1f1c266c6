"""Each key of the replication lab: what it changes in the lab's world; and help tells of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.tui.playing import Play, playing
from tests.tui.test_replication_lab import opened, run
from tutor.console.spelling import in_layout
from tutor.labs.replication.lab import Lab
from tutor.tui.labkeys import LAB_KEYS, PLAY_KEYS
from tutor.tui.screens.replication_lab import ReplicationLabScreen

Look = Callable[[Lab], Any]


def wire(lab: Lab) -> Any:
    return lab.wires["master", "replica1"]


def files(lab: Lab) -> list[str]:
    return lab.nodes["replica1"].disk.names()


TURNS: dict[str, tuple[Look, list[Any]]] = {
    # key: what is looked at, and what it is after each press
    "d": (lambda lab: wire(lab).settings.delay, [40_000, 80_000]),
    "D": (lambda lab: wire(lab).settings.delay, [10_000, 1000]),
    "j": (lambda lab: wire(lab).settings.jitter, [5000, 20_000]),
    "J": (lambda lab: wire(lab).settings.jitter, [0]),
    "b": (lambda lab: wire(lab).settings.bandwidth, [2048, 8192]),
    "B": (lambda lab: wire(lab).settings.bandwidth, [0]),
    "l": (lambda lab: wire(lab).settings.loss, [1.0, 2.0]),
    "L": (lambda lab: wire(lab).settings.loss, [0.0]),
    "c": (lambda lab: wire(lab).cut_since is not None, [True, False]),
    "i": (lambda lab: [w.cut_since is None for w in lab.nodes["replica1"].wires.values()],
          [[False, False], [True, True]]),
    "k": (lambda lab: lab.nodes["replica1"].condition, ["down"]),
    "o": (lambda lab: lab.nodes["replica1"].condition, ["down"]),
    "r": (lambda lab: lab.nodes["replica1"].life, [2, 3]),
    "e": (lambda lab: (lab.nodes["replica1"].settings.kept,
                       lab.nodes["replica1"].engine.config.appendonly,
                       lab.nodes["replica1"].engine.config.save),
          [("rdb", False, ((2, 1),)), ("aof", True, ()), ("nothing", False, ())]),
    "z": (lambda lab: lab.nodes["replica1"].condition, ["paused", "online"]),
    "p": (lambda lab: (lab.clients.master, lab.nodes["replica1"].is_replica),
          [("replica1", False)]),
    "f": (lambda lab: [(a.kind, a.target, a.value) for a in lab.actions],
          [[("follow", "replica1", "master")]]),
    "S": (lambda lab: len(lab.sentinels.all), [3, 5, 0]),
    "w": (lambda lab: lab.clients.rates.wait, [1, 2]),
    "W": (lambda lab: lab.clients.rates.wait, [0]),
    "u": (lambda lab: lab.clients.rates.writes, [40, 120]),
    "U": (lambda lab: lab.clients.rates.writes, [4, 1, 0]),
    "y": (lambda lab: lab.clients.rates.reads, [60]),
    "Y": (lambda lab: lab.clients.rates.reads, [4, 1, 0]),
}  # fmt: skip


def test_every_key_is_asked_about() -> None:
    assert "".join(TURNS) == "".join(key.keys for key in LAB_KEYS)


@pytest.mark.parametrize("layout", ["us", "russian"])
def test_each_key_changes_what_it_says(home: Path, layout: str) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, "healthy")
            for letter, (look, values) in TURNS.items():
                await begin_anew(play, screen)
                of = next(key.of for key in LAB_KEYS if letter in key.keys)
                await play.press("down", *(["down"] if of == "node" else []))
                assert screen.chosen == ("replica1" if of == "node" else "master-replica1")
                before = look(screen.playing.lab)
                assert before != values[0] or letter in "JBLW", letter
                for value in values:
                    await play.press(letter if layout == "us" else in_layout(letter))
                    assert look(screen.playing.lab) == value, letter

    asyncio.run(scenario())


async def begin_anew(play: Play, screen: ReplicationLabScreen) -> None:
    """The healthy lab, two seconds old, nothing done."""
    screen._begin()
    screen.chosen = "master"
    await run(play, screen, 20)


def test_keys_of_time_and_of_the_run(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, "healthy")
            player = screen.playing
            await play.press("space")
            assert player.running
            await play.press("space")
            assert not player.running
            player.go(player.last)
            last = player.last
            await play.press("full_stop", "right", "ю")
            assert player.at == last + 3
            await play.press("comma", "left", "б")
            assert player.at == last
            await play.press("end")
            assert player.at == last + 3
            await play.press("home")
            assert player.at == 0
            await play.press("plus", "equals_sign", "minus")
            assert player.speed == 2.0
            await play.press("x", "ч")
            assert player.lab.seed == 9
            await play.press("m", "ь")
            assert player.lab.replicas == 4
            await play.press("n", "т")
            assert player.lab.scenario.name == "narrow-link"
            await play.press("v", "м")
            assert screen.panel == "reads"
            await play.press("up")
            assert screen.chosen == "replica2"
            await play.press("Ж")
            assert screen.focused is screen.console_pane.prompt

    asyncio.run(scenario())


def test_keys_that_mean_nothing_change_nothing(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            screen = await opened(play, "healthy")
            await run(play, screen, 5)
            await play.press("q", "й", "0", "R", "C", "delete", "slash", "tab")
            assert screen.playing.lab.actions == []
            assert screen.playing.at == 5

    asyncio.run(scenario())


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_help_lists_every_key(home: Path, lang: str) -> None:
    async def scenario() -> None:
        async with playing(home, size=(100, 100), lang=lang) as play:
            await opened(play, "healthy")
            await play.press("f1")
            for key in LAB_KEYS:
                assert f"{' '.join(key.keys)} " in play.text
                assert key.help()[:25] in play.text
            for one in PLAY_KEYS:
                assert one.help()[:25] in play.text
            await play.press("escape", "f6", "f1")
            assert LAB_KEYS[0].help()[:25] in play.text

    asyncio.run(scenario())
