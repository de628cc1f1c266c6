"""What the compositor sends for a few rows is what the whole screen says there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.geometry import Region

from tests.tui.playing import playing
from tutor.tui.compositing import RowCompositor


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
def test_rows_alone_look_as_they_do_on_the_whole_screen(home: Path, size: tuple[int, int]) -> None:
    async def scenario() -> None:
        async with playing(home, size=size) as play:
            await play.press("end", "enter")
            await play.enter("ZADD board 1 ann 2 bob", "HSET user:1 name eve")
            play.app.notify("a window above all")
            await play.pilot.pause()
            compositor = play.app.screen._compositor
            assert isinstance(compositor, RowCompositor)
            whole = [list(map(str, chop.values())) for chop in compositor._render_chops(
                compositor.size.region, lambda _y: True
            )]  # fmt: skip
            for y in range(size[1]):
                crop = Region(size[0] // 2, y, 3, 1)
                chops = compositor._render_chops(crop, y.__eq__)
                assert list(map(str, chops[y].values())) == whole[y]

    asyncio.run(scenario())


def test_a_row_asks_only_the_widgets_that_reach_into_it(home: Path) -> None:
    async def scenario() -> None:
        async with playing(home) as play:
            await play.press("end", "enter")
            screen = play.app.screen
            screen._compositor._render_chops(screen.size.region, lambda _y: True)
            at = play.prompt.region
            asked = [region for region, _clip, _strips in screen._compositor._get_renders(at)]
            assert at in asked
            assert all(region.y <= at.y < region.bottom for region in asked)
            drawn = [strips for _region, _clip, strips in screen._compositor._get_renders(at)]
            assert all(len(strips) == at.height for strips in drawn)

    asyncio.run(scenario())
