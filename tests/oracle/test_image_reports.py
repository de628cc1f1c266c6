"""Listpacks and quicklists as DEBUG LISTPACK and DEBUG QUICKLIST print them, beside their pictures.

The server prints to its standard output, so it is one of this test's own, which writes to a file.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

from tests.oracle import conftest
from tests.oracle.compare import engine_like_the_oracle
from tests.oracle.image_commands import (
    Argv,
    Chance,
    hash_commands,
    list_commands,
    zset_commands,
)
from tests.oracle.images import EVERYTHING, pictured
from tests.oracle.test_images import Sides, chance  # noqa: F401 - a fixture
from tests.oracle.test_structures import agree
from tutor.engine.inspect import Inspection, inspect
from tutor.engine.structures.quicklist_layout import QuicklistLayout

KEYS = 60
ENTRY = re.compile(rb"\tindex: +(\d+),\n\toffset: (\d+),\n.*?\n\tbytes: ((?:[0-9a-f]{2}\|)*)", re.S)
NODE = re.compile(
    rb"\{container : (\w+) *, encoding: (\w+), size: (\d+), count: (\d+), recompress: \d+"
)
LIST = re.compile(rb"\{count : (\d+)\}\n\{len : (\d+)\}\n\{fill : (-?\d+)\}\n\{compress : (\d+)\}")
LISTPACK = re.compile(rb"\{total bytes (\d+)\} \{num entries (\d+)\}\n")


@dataclass
class Printing:
    """A server whose output is read when it has ended: it writes when its buffer is full."""

    client: redis.Redis
    process: subprocess.Popen[bytes]
    file: Path

    def printed(self) -> bytes:
        with contextlib.suppress(redis.ConnectionError):
            self.client.execute_command("SHUTDOWN", "NOSAVE")
        self.process.wait(60)
        return self.file.read_bytes()


@pytest.fixture
def printing(tmp_path: Path) -> Iterator[Printing]:
    program, port, file = conftest._server_program(), conftest._free_port(), tmp_path / "printed"
    arguments = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    arguments += ["--enable-debug-command", "yes", "--dir", str(tmp_path)]
    arguments += ["--logfile", str(tmp_path / "log"), "--rdbcompression", "no"]
    with file.open("wb") as output:
        process = subprocess.Popen(
            arguments, stdout=output, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    deadline = time.monotonic() + 60
    while not conftest._answers(port) and time.monotonic() < deadline:
        time.sleep(0.01)
    retry = redis.retry.Retry(redis.backoff.NoBackoff(), 0)
    with redis.Redis(port=port, protocol=2, retry=retry) as client:
        try:
            yield Printing(client, process, file)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def build(sides: Sides, commands: list[Argv], key: bytes) -> Inspection:
    sides.both(commands)
    seen = inspect(sides.engine, 0, key, EVERYTHING)
    assert seen is not None
    return seen


def entries_of(printed: bytes) -> list[tuple[int, int, bytes]]:
    """Index, offset and bytes of each entry of one printed listpack."""
    return [
        (int(index), int(offset), bytes.fromhex(data.replace(b"|", b" ").decode()))
        for index, offset, data in ENTRY.findall(printed)
    ]


def agree_on_listpack(seen: Inspection, image: bytes, printed: bytes) -> None:
    """Every entry that the server printed stands at its offset in the picture's bytes."""
    head = LISTPACK.search(printed)
    assert head is not None
    agree(len(image), int(head[1]), seen.key)
    agree(int.from_bytes(image[4:6], "little"), int(head[2]), seen.key)
    due = 6
    for index, offset, data in entries_of(printed[head.end() :]):
        agree(image[offset : offset + len(data)], data, (seen.key, index))
        assert offset == due
        due += len(data)
    agree(due, len(image) - 1, seen.key)


def test_listpacks_are_drawn_as_the_server_prints_them(
    printing: Printing,
    chance: Chance,  # noqa: F811
) -> None:
    sides = Sides(engine_like_the_oracle(), printing.client)
    sides.set(hash_max_listpack_value=1000, zset_max_listpack_value=1000)
    shown = []
    for number in range(KEYS):
        key = b"k%d" % number
        builder = chance.choice([hash_commands, zset_commands])
        seen = build(sides, builder(chance, key), key)
        if seen.encoding == "listpack":
            printing.client.execute_command("DEBUG", "LISTPACK", key)
            shown.append(seen)
    printed = printing.printed().split(b"{end}\n\n")
    assert len(printed) - 1 == len(shown) > KEYS // 2
    for seen, text in zip(shown, printed, strict=False):
        image = pictured([seen])["listpack"].joined()
        assert image is not None
        agree_on_listpack(seen, image, text)


@pytest.mark.parametrize(("fill", "depth"), [(-2, 0), (3, 1), (5, 2), (-1, 1)])
def test_quicklists_are_drawn_as_the_server_prints_them(
    printing: Printing,
    chance: Chance,  # noqa: F811
    fill: int,
    depth: int,
) -> None:
    sides = Sides(engine_like_the_oracle(), printing.client)
    sides.set(list_max_listpack_size=fill, list_compress_depth=depth)
    shown = []
    for number in range(KEYS // 2):
        key = b"k%d" % number
        shown.append(build(sides, list_commands(chance, key), key))
        printing.client.execute_command("DEBUG", "QUICKLIST", key, "1")
    printed = printing.printed()
    starts = [found.start() for found in LIST.finditer(printed)]
    assert len(starts) == len(shown)
    for seen, start, stop in zip(shown, starts, [*starts[1:], len(printed)], strict=True):
        agree_on_list(seen, printed[start:stop])


def agree_on_list(seen: Inspection, printed: bytes) -> None:
    """The list's own figures, then each node with its listpack."""
    layout = seen.layout
    assert isinstance(layout, QuicklistLayout)
    head = LIST.match(printed)
    assert head is not None
    ours = (layout.length, layout.node_count, layout.fill, layout.compress)
    agree(ours, tuple(map(int, head.groups())), seen.key)
    nodes = re.split(rb"\{quicklist node\(\d+\)\n", printed)[1:]
    agree(len(layout.nodes), len(nodes), seen.key)
    images = pictured([seen])
    for node, text in zip(layout.nodes, nodes, strict=True):
        found = NODE.match(text)
        assert found is not None, text
        container = b"PLAIN" if node.plain else b"PACKED"
        encoding = b"RAW" if node.compressed is None else b"LZF"
        figures = (container, encoding, b"%d" % node.size, b"%d" % node.count)
        agree(figures, found.groups(), seen.key)
        if not node.plain:
            image = images[f"node {node.index} listpack"].joined()
            assert image is not None
            agree_on_listpack(seen, image, text)
