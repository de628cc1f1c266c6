"""Does a frame of the X-ray cost the same for a hundred elements and for a million?

    python -m benchmarks.frames [--sizes 100,1000,10000,100000,1000000] [--frames 60]

The real app runs in this process, without a terminal, at 120×40, in the sandbox, with the X-ray on
a sorted set, a list (of as many nodes as elements up to 100,000, two elements in a node above that)
or a hash. Printed is processor time per frame, the median: to derive, draw and paint it, down to
the bytes that would go to the terminal.

    scroll    one line further, from the middle of the structure on
    change    a command that changes an element in the middle, and the picture that follows it
    key       a letter typed into the prompt beside that picture, and as a ratio to the same letter
              in a bare Textual app with one Input

A frame at 30 a second may take 33 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.playing import playing
from tutor.tui.workbench import Workbench

SIZE = (120, 40)
BATCH = 1000
ROUNDS = 40
"""Turns of the event loop after which all that an action set going has been done."""
NODES = 100_000
Argv = list[bytes]


def zset(count: int) -> Iterator[Argv]:
    """A sorted set that is a skiplist, whatever its size."""
    yield [b"CONFIG", b"SET", b"zset-max-listpack-entries", b"0"]
    for start in range(0, count, BATCH):
        words = [b"ZADD", b"k"]
        for number in range(start, min(start + BATCH, count)):
            words += [b"%d" % number, b"member:%d" % number]
        yield words


def zset_change(count: int, turn: int) -> Argv:
    return [b"ZADD", b"k", b"%d.5" % (count // 2 + turn % 7), b"mover"]


def hashes(count: int) -> Iterator[Argv]:
    """A hash that is a table, whatever its size."""
    yield [b"CONFIG", b"SET", b"hash-max-listpack-entries", b"0"]
    for start in range(0, count, BATCH):
        words = [b"HSET", b"k"]
        for number in range(start, min(start + BATCH, count)):
            words += [b"field:%d" % number, b"value"]
        yield words


def hashes_change(count: int, turn: int) -> Argv:
    return [b"HSET", b"k", b"field:%d" % (count // 2), b"%d" % turn]


def lists(count: int) -> Iterator[Argv]:
    """A list with one element in a node, with more where there would be too many nodes."""
    per_node = b"%d" % -(-count // NODES)
    yield [b"CONFIG", b"SET", b"list-max-listpack-size", per_node]
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        yield [b"RPUSH", b"k", *(b"element:%d" % number for number in numbers)]


def lists_change(count: int, turn: int) -> Argv:
    return [b"LPUSH" if turn % 2 else b"RPUSH", b"k", b"%d" % turn]


KINDS: dict[str, tuple[Callable[[int], Iterator[Argv]], Callable[[int, int], Argv]]] = {
    "zset": (zset, zset_change),
    "list": (lists, lists_change),
    "hash": (hashes, hashes_change),
}


class Bare(App[None]):
    """What a keystroke is compared with."""

    def compose(self) -> ComposeResult:
        """One input."""
        yield Input()


def to_terminal(app: App[Any]) -> None:
    """Let the app make the bytes that it would send, which it does not without a terminal."""

    def display(_screen: object, update: Any) -> None:
        if hasattr(update, "render_segments"):
            update.render_segments(app.console)

    app._display = display  # type: ignore[method-assign,assignment]


async def median_ms(frames: int, pilot: Pilot[None], act: Callable[[int], object]) -> float:
    """Processor time of ``act`` and of the paint after it."""
    taken: list[float] = []
    for turn in range(frames):
        start = time.process_time()
        act(turn)
        for _round in range(ROUNDS):
            await asyncio.sleep(0)
        pilot.app.screen._on_timer_update()
        taken.append(time.process_time() - start)
    return statistics.median(taken) * 1000


async def letters(pilot: Pilot[None], field: Input, frames: int) -> float:
    """A keystroke, counted from the key to the bytes for the terminal."""

    def letter(turn: int) -> None:
        if turn % 20 == 0:
            field.clear()
        key = events.Key("abcdefghij"[turn % 10], "abcdefghij"[turn % 10])
        key.set_sender(pilot.app)
        pilot.app.post_message(key)

    took = await median_ms(frames, pilot, letter)
    assert field.value, "no letter arrived"
    return took


async def measure(kind: str, count: int, frames: int) -> tuple[float, float, float]:
    """Milliseconds of a scrolled line, a change, a keystroke."""
    fill, change = KINDS[kind]
    async with playing(Path(tempfile.mkdtemp()), size=SIZE) as play:
        await play.press("end", "enter")
        screen = play.app.screen
        assert isinstance(screen, Workbench)
        to_terminal(play.app)
        for words in fill(count):
            screen.desk.world.engine.execute(screen.desk.world.session, words)
        await play.enter("EXISTS k")
        while screen.xray.indexing:
            screen.xray.work(1)
        screen.look()
        canvas = screen.xray_pane.canvas
        canvas.scroll_to(y=canvas.max_scroll_y // 2)
        await play.pilot.pause()

        def line(_turn: int) -> None:
            end = canvas.is_vertical_scroll_end
            canvas.scroll_to(y=0 if end else canvas.scroll_y + 1)

        def deed(turn: int) -> None:
            screen.console_pane.enter(" ".join(word.decode() for word in change(count, turn)))

        scrolled = await median_ms(frames, play.pilot, line)
        changed = await median_ms(frames, play.pilot, deed)
        play.prompt.focus()
        typed = await letters(play.pilot, play.prompt, frames)
    return scrolled, changed, typed


async def bare(frames: int) -> float:
    """The keystroke of a bare app."""
    app = Bare()
    async with app.run_test(size=SIZE) as pilot:
        to_terminal(app)
        return await letters(pilot, app.query_one(Input), frames)


def main() -> int:
    """Measure and print; 1 if a frame takes longer than 33 ms at the largest size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="100,1000,10000,100000,1000000")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--frames", type=int, default=60)
    given = parser.parse_args()
    sizes = [int(size) for size in given.sizes.split(",")]
    floor = asyncio.run(bare(given.frames))
    print(f"a letter in a bare Input: {floor:.1f} ms")
    print(f"{'':8}{'elements':>10}{'scroll ms':>11}{'change ms':>11}{'key ms':>9}{'key ratio':>11}")
    slow = False
    for kind in given.kinds.split(","):
        rows = [(size, asyncio.run(measure(kind, size, given.frames))) for size in sizes]
        for size, (scrolled, changed, typed) in rows:
            print(
                f"{kind:8}{size:>10,}{scrolled:>11.1f}{changed:>11.1f}{typed:>9.1f}"
                f"{typed / floor:>11.2f}"
            )
            slow |= max(scrolled, changed) > 1000 / 30
        first, last = rows[0][1], rows[-1][1]
        ratios = [after / before for before, after in zip(first, last, strict=True)]
        print(f"{kind:8}{'last/first':>10}{ratios[0]:>11.2f}{ratios[1]:>11.2f}{ratios[2]:>9.2f}")
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
