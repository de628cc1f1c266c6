"""The X-ray of long structures: scrolling, following a change, and keys that are hard to show."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from unicodedata import bidirectional

import pytest
from rich.cells import cell_len
from textual import events

from tests.tui.playing import Play, playing
from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.world import World
from tutor.tui.paint import text_of
from tutor.tui.widgets.xraypane import XrayPane
from tutor.tui.xray import Picture, Xray

PLAY = Callable[[Play, XrayPane], Awaitable[None]]


def play(home: Path, scenario: PLAY, size: tuple[int, int] = (120, 40), lang: str = "en") -> None:
    """Open the sandbox and act."""

    async def run() -> None:
        async with playing(home, size=size, lang=lang) as opened:
            await opened.press("end", "enter")
            await scenario(opened, opened.app.screen.query_one(XrayPane))

    asyncio.run(run())


def world_of(opened: Play) -> World:
    world: World = opened.app.screen.desk.world  # type: ignore[attr-defined]
    return world


def members(opened: Play, count: int) -> None:
    """A sorted set ``z`` of so many members, as a skiplist."""
    words = [b"ZADD", b"z"]
    for number in range(count):
        words += [b"%d" % number, b"m%05d" % number]
    world_of(opened).run([b"CONFIG", b"SET", b"zset-max-listpack-entries", b"0"])
    world_of(opened).run(words)


def fields(opened: Play, count: int) -> None:
    words = [b"HSET", b"h"]
    for number in range(count):
        words += [b"f%06d" % number, b"v"]
    world_of(opened).run(words)


def seen(pane: XrayPane) -> str:
    """What the canvas shows."""
    assert pane.picture is not None
    return text_of(pane.picture.rows)


def test_keys_wheel_and_scroll_bar_go_over_the_whole_structure(home: Path) -> None:
    async def scenario(opened: Play, pane: XrayPane) -> None:
        members(opened, 5000)
        await opened.enter("ZCARD z")
        await opened.press("f6", "f6")
        assert opened.app.focused is pane.canvas
        await opened.press("end")
        assert "m04999" in seen(pane)
        assert pane.canvas.is_vertical_scroll_end
        await opened.press("home")
        assert "m00000" in seen(pane)
        await opened.press("down", "down", "pagedown")
        assert pane.canvas.scroll_y == 2 + pane.canvas.size.height
        top = pane.canvas.scroll_y
        pane.canvas.post_message(events.MouseScrollDown(None, 1, 1, 0, 1, 0, False, False, False))
        await opened.pilot.pause()
        assert pane.canvas.scroll_y > top
        pane.canvas.scroll_to(y=pane.canvas.max_scroll_y // 2)
        await opened.pilot.pause()
        assert "m025" in seen(pane) or "m024" in seen(pane)

    play(home, scenario)


def test_where_one_is_stands_under_the_picture_and_can_be_clicked(home: Path) -> None:
    async def scenario(opened: Play, pane: XrayPane) -> None:
        members(opened, 12_000)
        await opened.enter("ZCARD z")
        assert "of 12\u00a0000 ► ]" in opened.text
        await opened.click("► ]")
        assert "[ ◄ 25–" in opened.text
        await opened.click("[ ◄")
        assert "[ ◄ 1–" in opened.text

    play(home, scenario)


def test_a_picture_that_fits_has_no_position(home: Path) -> None:
    async def scenario(opened: Play, pane: XrayPane) -> None:
        await opened.enter("RPUSH l a b c")
        assert " of 3" not in opened.text
        assert not pane.query_one("#position").display

    play(home, scenario)


def test_what_a_command_changed_comes_into_sight(home: Path) -> None:
    async def scenario(opened: Play, pane: XrayPane) -> None:
        members(opened, 3000)
        await opened.enter("ZCARD z")
        assert "m02000" not in seen(pane)
        await opened.enter("ZADD z 2000.5 late")
        assert "⁺late" in seen(pane)
        assert "m02000" in seen(pane)
        await opened.enter("ZADD z -1 early")
        assert "⁺early" in seen(pane)
        assert pane.canvas.scroll_y < 20
        top = pane.canvas.scroll_y
        await opened.enter("ZADD z -2 earlier")
        assert pane.canvas.scroll_y == top, "what is in sight already stays where it is"

    play(home, scenario)


def test_undo_shows_where_it_worked(home: Path) -> None:
    async def scenario(opened: Play, pane: XrayPane) -> None:
        members(opened, 3000)
        await opened.enter("ZADD z 2000.5 late", "ZADD z -1 early")
        assert "late" not in seen(pane)
        await opened.press("ctrl+z", "ctrl+z")
        assert "late" not in seen(pane)
        await opened.press("ctrl+y")
        assert "⁺late" in seen(pane)

    play(home, scenario)


def test_the_same_items_stay_in_sight_when_the_view_or_the_size_changes(home: Path) -> None:
    async def scenario(opened: Play, pane: XrayPane) -> None:
        members(opened, 3000)
        await opened.enter("ZCARD z")
        pane.canvas.scroll_to(y=2000)
        await opened.pilot.pause()
        assert pane.picture is not None
        item = pane.picture.items[0]
        assert item > 1000
        await opened.press("ctrl+x")
        assert f"m{item:05d}" in seen(pane) or f"m{item + 1:05d}" in seen(pane)
        await opened.press(*["ctrl+x"] * (len(pane.xray.views) - 1))
        assert pane.xray.seen_view == "structure"
        await opened.resize(150, 40)
        await opened.pilot.pause()
        assert pane.picture is not None
        assert pane.picture.items[0] <= item <= pane.picture.items[1]

    play(home, scenario)


def test_a_view_that_a_key_has_not_is_wished_for_and_comes_back(home: Path) -> None:
    async def scenario(opened: Play, pane: XrayPane) -> None:
        await opened.enter("PFADD hll a b", "RPUSH l a")
        await opened.enter("PFCOUNT hll")
        opened.app.screen.action_xray_view("registers")  # type: ignore[attr-defined]
        assert pane.xray.seen_view == "registers"
        await opened.enter("LLEN l")
        assert "[structure]" in opened.text
        assert "registers" not in opened.text.splitlines()[1]
        await opened.enter("PFCOUNT hll")
        assert "[registers]" in opened.text

    play(home, scenario)


def test_where_there_is_no_room_for_all_views_arrows_lead_round(home: Path) -> None:
    async def scenario(opened: Play, pane: XrayPane) -> None:
        await opened.enter("PFADD hyperloglog a")
        assert "◄ [structure] bytes" in opened.text
        assert "text " not in opened.text.splitlines()[1]
        names = []
        for _view in pane.xray.views:
            names.append(pane.xray.seen_view)
            at = opened.text.splitlines()[1].rindex("►")
            await opened.pilot.click(offset=(at, 1))
            await opened.pilot.pause()
        assert names == list(pane.xray.views)
        await opened.resize(200, 40)
        assert "[structure] bytes  registers" in opened.text

    play(home, scenario)


def test_the_slots_of_a_big_table_are_worked_out_little_by_little(home: Path) -> None:
    async def scenario(opened: Play, pane: XrayPane) -> None:
        fields(opened, 120_000)
        table = world_of(opened).engine.databases[0].keys.data[b"h"].table
        asked: list[int] = []
        prepare = type(table).prepare

        def some(self: object, count: int) -> bool:
            asked.append(count)
            return bool(prepare(self, count))

        type(table).prepare = some
        try:
            pane.xray.watch(world_of(opened), b"h")
            pane.look()
            assert pane.xray.indexing
            assert "►" not in seen(pane)
            for _frame in range(500):
                if not pane.xray.indexing:
                    break
                pane.xray.work(0.0005)
                pane.look()
                if pane.xray.indexing and table.prepared:
                    assert f"{table.prepared} %" in seen(pane)
        finally:
            type(table).prepare = prepare
        assert len(asked) > 10
        assert max(asked) < 10_000
        pane.look()
        assert " ► f" in seen(pane)
        table.check()

    play(home, scenario)


def test_a_key_that_vanishes_or_becomes_something_else_while_one_scrolls(home: Path) -> None:
    async def scenario(opened: Play, pane: XrayPane) -> None:
        members(opened, 3000)
        await opened.enter("ZCARD z")
        engine, session = world_of(opened).engine, world_of(opened).session
        pane.canvas.scroll_to(y=2000)
        await opened.pilot.pause()
        engine.execute(session, [b"DEL", b"z"])
        pane.canvas.scroll_relative(y=5)
        await opened.pilot.pause()
        pane.look()
        assert "There is no key z now." in opened.text or not seen(pane).strip()
        engine.execute(session, [b"RPUSH", b"z", b"one"])
        pane.canvas.scroll_relative(y=-3)
        pane.look()
        assert "one" in seen(pane)
        engine.execute(session, [b"SET", b"z", b"text"])
        pane.canvas.scroll_relative(y=1)
        pane.look()
        await opened.pilot.pause()
        assert "text" in seen(pane)

    play(home, scenario)


HARD = [
    b"\x00\x01\xff\xfe\r\n\x1b[31m",
    "漢字かな交じり文".encode(),
    "👩‍👩‍👧‍👦🇺🇸👍🏽❤️".encode(),
    "e\u0301a\u0308\u0300\u0301\u0302".encode(),
    "שלום עולם مرحبا ١٢٣".encode(),
    "\u202eright\u202c \u2066left\u2069 \u200b\u00ad".encode(),
    b"\xf0\x9f\x98",
    b" ",
    b"",
    b"x" * 100_000,
    "ж".encode() * 5000,
]

COMMANDS: list[list[bytes]] = [
    *([b"SET", key or b"k", key] for key in HARD),
    *([b"HSET", b"h", key, key] for key in HARD),
    [b"RPUSH", b"l", *HARD],
    [b"SADD", b"s", *HARD],
    [b"ZADD", b"z", *(word for key in HARD for word in (b"1", key))],
    [b"XADD", b"x", b"*", *(word for key in HARD for word in (key, key))],
    [b"XGROUP", b"CREATE", b"x", HARD[1], b"$"],
]


@pytest.mark.parametrize("width", [12, 30, 61, 110])
def test_nothing_that_a_key_may_hold_breaks_a_line_of_the_picture(width: int) -> None:
    world, xray = World(Engine(VirtualClock(), seed=3)), Xray()
    xray.watch(world)
    for argv in COMMANDS:
        xray.before(argv)
        world.run(argv)
        xray.after(world.history[-1])
        for view in xray.views:
            xray.view = view
            assert_whole(xray.picture(width, 20), width)
            further = xray.scroll(10)
            assert further is not None
            assert_whole(further, width)
    assert cell_len(xray.key_text) < 1000


def assert_whole(picture: Picture, width: int) -> None:
    """No row is wider than there is room, none holds a sign that moves others."""
    for cells in picture.rows:
        text = text_of([cells])
        assert cell_len(text) <= width
        assert text.isprintable()
        assert not any(bidirectional(sign) in ("R", "AL", "AN") for sign in text)


@pytest.mark.parametrize("size", [(80, 24), (46, 16), (30, 10), (12, 6), (4, 3)])
def test_on_a_terminal_that_is_too_small_nothing_falls_over(
    home: Path, size: tuple[int, int]
) -> None:
    async def scenario(opened: Play, pane: XrayPane) -> None:
        for argv in COMMANDS:
            world_of(opened).run(argv)
        for key in (HARD[0], HARD[4], b"h", b"l", b"s", b"z", b"x"):
            pane.xray.show((0, key))
            for view in pane.xray.views:
                pane.xray.view = view
                opened.app.screen.look_through()  # type: ignore[attr-defined]
                pane.canvas.scroll_to(y=pane.canvas.max_scroll_y // 2)
                pane.turn(1)
            await opened.pilot.pause()
            for line in opened.text.splitlines():
                assert cell_len(line) <= size[0]
        await opened.resize(120, 40)
        pane.xray.view = "structure"
        pane.look()
        assert pane.picture is not None
        assert "m" in seen(pane)

    play(home, scenario, size=size, lang="ru")


def test_only_what_is_visible_is_derived(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(opened: Play, pane: XrayPane) -> None:
        members(opened, 50_000)
        await opened.enter("ZCARD z")
        from tutor.engine.structures import skiplist_layout

        made = 0
        tower = skiplist_layout._tower

        def counted(*arguments: object) -> object:
            nonlocal made
            made += 1
            return tower(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(skiplist_layout, "_tower", counted)
        pane.canvas.scroll_to(y=40_000)
        for _line in range(50):
            pane.canvas.scroll_relative(y=1)
        assert 0 < made < 50 * 24 * 5
        made = 0
        await opened.enter("ZADD z 25000.5 x")
        assert 0 < made < 24 * 30

    play(home, scenario)


def test_the_picture_has_the_room_that_is_left_when_lines_come_below_it(home: Path) -> None:
    async def scenario(opened: Play, pane: XrayPane) -> None:
        await opened.press("ctrl+x")
        await opened.enter("RPUSH l " + " ".join(f"element:{n}" for n in range(40)))
        await opened.pilot.pause()
        assert pane.picture is not None
        assert pane.picture.news
        assert len(pane.picture.rows) == pane.canvas.size.height
        assert " of 40" in opened.text

    play(home, scenario, size=(80, 24))


def test_the_list_of_keys_does_not_ask_for_bucket_order(home: Path) -> None:
    async def scenario(opened: Play, pane: XrayPane) -> None:
        words = [b"MSET"]
        for number in range(3000):
            words += [b"key:%04d" % number, b"v"]
        world_of(opened).run(words)
        await opened.enter("GET key:0001")
        assert "key:0001" in opened.text
        assert not world_of(opened).engine.databases[0].keys.indexed

    play(home, scenario)
