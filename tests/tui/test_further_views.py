"""The X-ray's views that only some keys have: places, registers, bits, and streams that scroll."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.tui.playing import playing
from tutor.diagrams.views import view_name
from tutor.engine.clock import VirtualClock
from tutor.engine.cmdline import split
from tutor.engine.engine import Engine
from tutor.engine.world import World
from tutor.tui.paint import Row
from tutor.tui.screens.sandbox import SandboxScreen
from tutor.tui.xray import Picture, Xray


def seen_after(*lines: str, view: str = "structure") -> tuple[Xray, World]:
    """An X-ray that watched these commands."""
    world = World(Engine(VirtualClock(), seed=1))
    xray = Xray()
    xray.watch(world)
    xray.view = view
    for line in lines:
        run(xray, world, line)
    return xray, world


def run(xray: Xray, world: World, line: str) -> None:
    argv = split(line)
    xray.before(argv)
    world.run(argv)
    assert world.last is not None
    xray.after(world.last)


def plain(row: Row) -> str:
    return "".join(piece[0] for piece in row)


def text_of(picture: Picture) -> str:
    return "\n".join(map(plain, picture.rows))


def test_a_search_is_shown_on_the_map() -> None:
    xray, _world = seen_after(
        "GEOADD k 13.361389 38.115556 Palermo 15.087269 37.502669 Catania",
        "GEOSEARCH k FROMLONLAT 15 37 BYRADIUS 100 km",
        view="map",
    )
    text = text_of(xray.picture(90, 60))
    assert "─ 1 ─" in text
    assert "56.4 km · inside" in text


def test_the_register_of_an_element_is_explained() -> None:
    xray, _world = seen_after("PFADD k a b", "PFADD k ann", view="registers")
    text = text_of(xray.picture(90, 60))
    assert "► register 10757 = ⁺1" in text


def test_a_bit_set_far_behind_is_brought_into_sight() -> None:
    xray, world = seen_after("SETBIT k 400000 1", view="bits")
    xray.picture(80, 20)
    run(xray, world, "SETBIT k 399000 1")
    text = text_of(xray.picture(80, 20))
    assert "⁺" in text
    assert "398976" in text


def test_a_stream_of_many_nodes_scrolls_to_its_end() -> None:
    xray, world = seen_after("CONFIG SET stream-node-max-entries 2")
    for number in range(1, 400):
        world.run(split(f"XADD k {number}-0 job {number}"))
    run(xray, world, "XADD k 400-0 job last")
    text = text_of(xray.picture(80, 20))
    assert "⁺400-0" in text
    assert "node 0 " not in text
    picture = xray.scroll(0)
    assert picture is not None
    assert "entries_added" in text_of(picture)
    assert picture.total > 199 * 6


def test_the_entries_of_an_only_node_scroll_in_columns_that_do_not_jump() -> None:
    xray, world = seen_after("XADD k 1-0 job 0")
    for number in range(2, 91):
        world.run(split(f"XADD k {number}-0 job {'x' * (number % 13)}{number}"))
    run(xray, world, "XADD k 91-0 job end")
    top = xray.scroll(0) or xray.picture(80, 20)
    starts = set()
    for first in range(0, top.total, 15):
        picture = xray.scroll(first)
        assert picture is not None
        for row in picture.rows:
            line = plain(row)
            if line.startswith("│") and "│ +" in line:
                starts.add(tuple(at for at, sign in enumerate(line) if sign == "│"))
    assert len(starts) == 1


def test_the_file_follows_the_last_command_and_marks_its_bytes() -> None:
    xray, world = seen_after("HSET k name Ann age 30", "HSET k age 31", view="file")
    text = text_of(xray.picture(90, 80))
    assert "⁺    number 31" in text
    assert "AOF incr" in text
    run(xray, world, "EXPIRE k 100")
    text = text_of(xray.picture(90, 80))
    assert "⁺EXPIRETIME_MS" in text
    assert "PEXPIREAT" in text[text.index("AOF incr") :]
    run(xray, world, "GET nothing")
    xray.show((0, b"k"))
    assert "⁺" not in text_of(xray.picture(90, 80))


def test_the_file_of_a_big_value_is_counted_little_by_little_and_scrolls() -> None:
    xray, world = seen_after("SET k 1", "DEL k", view="file")
    world.run([b"SADD", b"k", *(b"m%d" % number for number in range(60_000))])
    run(xray, world, "SADD k first")
    picture = xray.picture(80, 20)
    assert "⁺  length: 5 bytes" in text_of(picture)  # of the new member, far behind
    assert "········" in text_of(picture)
    assert picture.total > 120_000
    while xray.indexing:
        xray.work(0.01)
    picture = xray.picture(80, 20)
    assert "········" not in text_of(picture)
    end = xray.scroll(picture.total)
    assert end is not None
    assert "AOF incr" in text_of(end)


def test_after_undo_the_file_is_that_of_then() -> None:
    xray, world = seen_after("SET k one", "SET k other", view="file")
    assert "other" in text_of(xray.picture(80, 60))
    entry = world.undo()
    assert entry is not None
    xray.rewound(entry)
    text = text_of(xray.picture(80, 60))
    assert "value one" in text
    assert "other" not in text


@pytest.mark.parametrize("size", [(120, 40), (112, 30), (100, 30), (80, 24)])
@pytest.mark.parametrize("key", ["k", "bin", "notifications", "a:rather:long:name:of:a:key"])
def test_the_present_view_is_always_named(home: Path, size: tuple[int, int], key: str) -> None:
    async def scenario() -> None:
        async with playing(home, size=size, lang="ru") as play:
            await play.press("end", "enter")
            await play.enter(f"SET {key} {'x' * 100}")
            screen = play.app.screen
            assert isinstance(screen, SandboxScreen)
            screen.show_panel("xray")
            await play.pilot.pause()
            for view in screen.xray.views:
                screen.action_xray_view(view)
                await play.pilot.pause()
                assert f"[{view_name(view)}]" in play.text.splitlines()[1]

    asyncio.run(scenario())
