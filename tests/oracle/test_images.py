"""What the X-ray draws beside what lies in the real server's memory.

The same random commands build the same keys on both sides. Of each key the bytes of the bytes view,
put together from windows of a random size, equal those inside the oracle's DUMP; encoding and size
equal OBJECT ENCODING and MEMORY USAGE; headers of strings equal DEBUG SDSLEN; tables equal DEBUG
HTSTATS-KEY. (How entries spread over buckets, and how tall towers grow, is chance.)

    ORACLE_IMAGES=20000 pytest tests/oracle/test_images.py     so many keys of each kind
    ORACLE_SEED=123 …                                          the same again
"""

from __future__ import annotations

import os
import random
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import redis

from tests.oracle.compare import engine_like_the_oracle
from tests.oracle.image_commands import KINDS, Argv, Chance
from tests.oracle.images import EVERYTHING, Image, looks, pictured, windows_over
from tests.oracle.test_structures import (
    agree,
    figures,
    length_at,
    payload,
    string_at,
)
from tutor.engine.engine import Engine
from tutor.engine.image import TEXT_SHOWN
from tutor.engine.inspect import Inspection, inspect
from tutor.engine.memory.usage import memory_usage
from tutor.engine.replies import ReplyError
from tutor.engine.structures import lzf
from tutor.engine.structures.allocator import size_class
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.quicklist_layout import QuicklistLayout
from tutor.engine.structures.sds import SdsFigures, StringLayout
from tutor.engine.structures.skiplist_layout import SkiplistLayout
from tutor.engine.structures.window import Window

KEYS = int(os.environ.get("ORACLE_IMAGES", "600"))
BATCH = 50
SIZES = (1, 2, 3, 5, 8, 13, 48)
"""Of windows."""


@dataclass
class Sides:
    """Our engine and the oracle, which are told the same."""

    engine: Engine
    client: redis.Redis

    def __post_init__(self) -> None:
        self.session = self.engine.connect()

    def ours(self, *argv: bytes) -> object:
        return self.engine.execute(self.session, argv)

    def both(self, commands: list[Argv]) -> None:
        """Carry out commands; replies must be alike in being errors."""
        pipe = self.client.pipeline(transaction=False)
        for argv in commands:
            pipe.execute_command(*argv)
        for argv, theirs in zip(commands, pipe.execute(raise_on_error=False), strict=True):
            ours = self.ours(*argv)
            assert isinstance(ours, ReplyError) == isinstance(theirs, Exception), (argv, theirs)

    def ask(self, questions: list[Argv]) -> list[object]:
        """The oracle's answers."""
        pipe = self.client.pipeline(transaction=False)
        for argv in questions:
            pipe.execute_command(*argv)
        return list(pipe.execute())

    def set(self, **directives: object) -> None:
        words = [
            word
            for name, value in directives.items()
            for word in (name.replace("_", "-").encode(), str(value).encode())
        ]
        self.both([[b"CONFIG", b"SET", *words]])


@pytest.fixture
def sides(redis_client: redis.Redis) -> Iterator[Sides]:
    redis_client.flushall()
    redis_client.config_set("rdbcompression", "no")
    made = Sides(engine_like_the_oracle(), redis_client)
    yield made
    redis_client.execute_command("DEBUG", "QUICKLIST-PACKED-THRESHOLD", "0")
    redis_client.flushall()


@pytest.fixture
def chance() -> Chance:
    """A fresh seed, which a failure prints."""
    seed = int(os.environ.get("ORACLE_SEED", random.SystemRandom().randrange(2**32)))
    print(f"ORACLE_SEED={seed}")
    return random.Random(seed)


# comparing one key


Reports = dict[str, object]
QUESTIONS: dict[str, Callable[[bytes], Argv]] = {
    "encoding": lambda key: [b"OBJECT", b"ENCODING", key],
    "dump": lambda key: [b"DUMP", key],
    "memory": lambda key: [b"MEMORY", b"USAGE", key],
}


def compare_keys(sides: Sides, chance: Chance, keys: list[bytes]) -> None:
    questions = [ask(key) for key in keys for ask in QUESTIONS.values()]
    replies = sides.ask(questions)
    for at, key in enumerate(keys):
        told = replies[at * len(QUESTIONS) : (at + 1) * len(QUESTIONS)]
        compare_key(sides, chance, key, dict(zip(QUESTIONS, told, strict=True)))


def compare_key(sides: Sides, chance: Chance, key: bytes, reports: Reports) -> None:
    seen = inspect(sides.engine, 0, key, EVERYTHING)
    agree(None if seen is None else seen.encoding.encode(), reports["encoding"], key)
    if seen is None:  # what was done to the key made none (SETRANGE with nothing)
        return
    if seen.encoding not in ("hashtable", "skiplist"):
        agree(seen.memory, reports["memory"], key)
    body = payload(reports["dump"])  # type: ignore[arg-type]
    windows = windows_over(seen.items_total, chance.choice(SIZES))
    COMPARISONS[seen.encoding](sides, seen, list(looks(sides.engine, key, windows)), body)


def compare_text(sides: Sides, seen: Inspection, parts: list[Inspection], body: bytes) -> None:
    """A string: its header is that of DEBUG SDSLEN, its text that of the dump."""
    layout = seen.layout
    assert isinstance(layout, StringLayout)
    text = string_at(body, 1)[0]
    agree(layout.length, len(text), seen.key)
    images = pictured([seen])
    if layout.integer is not None:
        agree(images["robj"].pieces[8], struct.pack("<q", int(text)), seen.key)
        return
    said = figures(sides.client.execute_command("DEBUG", "SDSLEN", seen.key))[1]
    block = layout.allocation - (16 if layout.encoding == "embstr" else 0)
    agree(SdsFigures(layout.length, layout.free, block), said, seen.key)
    image = images["embstr"] if layout.encoding == "embstr" else images["sds"]
    start = 16 if layout.encoding == "embstr" else 0
    shown = {at - start: data for at, data in image.pieces.items() if at >= start}
    head = b"".join(data for at, data in sorted(shown.items()) if at < layout.header_size)
    fit = sds_headers(said, layout.encoding == "embstr")
    agree(head in fit, True, (seen.key, head, fit))
    whole = head + text + b"\0"
    if layout.encoding == "embstr":
        agree(Image(shown).joined(), whole, seen.key)
        return
    step = SIZES[len(text) % len(SIZES)] * 80
    windows = [Window(start, 1) for start in range(0, max(len(text), 1), step)]
    joined = pictured(looks(sides.engine, seen.key, windows))["sds"].joined()
    agree(joined, whole, seen.key)


def sds_headers(said: SdsFigures, embedded: bool) -> list[bytes]:
    """The headers (redis 7.0, sds.h) that a string of these figures may have: the block tells how
    long they are, and that leaves two only where they end in the same size class."""
    alloc, rest = said.length + said.avail, 16 if embedded else 0
    layouts = [(1, "<BBB", 0xFF), (2, "<HHB", 0xFFFF), (3, "<IIB", 0xFFFF_FFFF)]
    fit = [
        struct.pack(code, said.length, alloc, kind)
        for kind, code, most in layouts
        if alloc <= most
        and size_class(rest + struct.calcsize(code) + alloc + 1) - rest == said.zmalloc
    ]
    if not embedded and not said.avail and said.length < 32:
        fit.append(bytes([said.length << 3]))
    return fit


def compare_listpack(sides: Sides, seen: Inspection, parts: list[Inspection], body: bytes) -> None:
    agree(pictured(parts)["listpack"].joined(), string_at(body, 1)[0], seen.key)


def compare_intset(sides: Sides, seen: Inspection, parts: list[Inspection], body: bytes) -> None:
    agree(pictured(parts)["intset"].joined(), string_at(body, 1)[0], seen.key)


def compare_list(sides: Sides, seen: Inspection, parts: list[Inspection], body: bytes) -> None:
    """A list: every node of every window, its header, its listpack, its compression."""
    whole, pieces = pictured([seen]), pictured(parts)
    layout = seen.layout
    assert isinstance(layout, QuicklistLayout)
    theirs = _nodes(body)
    agree(len(layout.nodes), len(theirs), seen.key)
    for at, (node, (plain, image, squeezed)) in enumerate(zip(layout.nodes, theirs, strict=True)):
        agree((node.plain, node.size, node.compressed), (plain, len(image), squeezed), seen.key)
        name = f"node {at} text" if plain else f"node {at} listpack"
        agree(whole[name].joined(), image[:TEXT_SHOWN] if plain else image, (seen.key, name))
        for offset, data in pieces[name].pieces.items():
            agree(data, image[offset : offset + len(data)], (seen.key, name, offset))
        if squeezed is not None:
            agree(len(lzf.compress(image, len(image)) or b""), squeezed, seen.key)
        count = 1 if plain else int.from_bytes(image[4:6], "little")
        agree(node.count, count, seen.key)
        header = struct.pack("<QH", len(image), count)
        fields = pieces[f"node {at}"].pieces
        agree(fields[24] + fields[32], header, (seen.key, at))


def _nodes(body: bytes) -> list[tuple[bool, bytes, int | None]]:
    """The nodes of a dumped list: plain or not, image, compressed size."""
    count, at, _special = length_at(body, 1)
    nodes = []
    for _ in range(count):
        container, at, _special = length_at(body, at)
        image, at, squeezed = string_at(body, at)
        nodes.append((container == 1, image, squeezed))
    return nodes


def compare_table(sides: Sides, seen: Inspection, parts: list[Inspection], body: bytes) -> None:
    """A hash or a set as a table: its entries are those of the dump, its sizes those reported."""
    count, at, _special = length_at(body, 1)
    theirs: dict[bytes, bytes | None] = {}
    for _ in range(count):
        name, at, _squeezed = string_at(body, at)
        theirs[name] = None
        if seen.type == "hash":
            theirs[name], at, _squeezed = string_at(body, at)
    shown: dict[bytes, bytes | None] = {}
    for part in parts:
        layout = part.layout
        assert isinstance(layout, HashTableLayout)
        for table in layout.tables:
            for bucket in table.buckets:
                for entry in bucket.entries:
                    shown[entry.key] = entry.value
                    agree(entry.hash % table.size, bucket.index, seen.key)
    agree(shown, theirs, seen.key)
    settle(sides, seen)
    after = inspect(sides.engine, 0, seen.key, Window(0, 1))
    assert after is not None
    layout = after.layout
    assert isinstance(layout, HashTableLayout)
    said = table_report(sides, seen.key)
    agree([(table.size, table.used) for table in layout.tables], said, seen.key)
    value = after.value
    memory = sides.client.execute_command("MEMORY", "USAGE", seen.key, "SAMPLES", 0)
    agree(memory_usage(sides.engine, seen.key, value, samples=0), memory, seen.key)


def table_report(sides: Sides, key: bytes) -> list[tuple[int, int]]:
    """Slots and entries of each table (DEBUG HTSTATS-KEY)."""
    report = sides.client.execute_command("DEBUG", "HTSTATS-KEY", key)
    text = report.decode() if isinstance(report, bytes) else report
    sizes = map(int, re.findall(r"table size: (\d+)", text))
    counts = map(int, re.findall(r"number of elements: (\d+)", text))
    return list(zip(sizes, counts, strict=True))


LOOKUPS = {
    "hash": lambda key: [b"HEXISTS", key, b"no such field"],
    "set": lambda key: [b"SISMEMBER", key, b"no such member"],
    "zset": lambda key: [b"ZSCORE", key, b"no such member"],
}


def settle(sides: Sides, seen: Inspection) -> None:
    """Look into the table until neither side is rehashing."""
    lookup = LOOKUPS[seen.type](seen.key)
    for _ in range(100):
        now = inspect(sides.engine, 0, seen.key, Window(0, 0))
        assert now is not None
        figures = now.table or now.layout
        ours = figures.rehashidx >= 0  # type: ignore[union-attr]
        if not ours and len(table_report(sides, seen.key)) == 1:
            return
        sides.both([lookup] * 32)
    raise AssertionError("a table never came to rest")


def compare_skiplist(sides: Sides, seen: Inspection, parts: list[Inspection], body: bytes) -> None:
    """A sorted set: order and the bytes of scores as in the dump, links that lead where they say,
    spans that add up to ranks, the companion table."""
    pairs = []
    count, at, _special = length_at(body, 1)
    for _ in range(count):
        member, at, _squeezed = string_at(body, at)
        pairs.append((member, body[at : at + 8]))
        at += 8
    order = pairs[::-1]
    towers = {tower.rank: tower for part in parts for tower in part.layout.towers}  # type: ignore[union-attr]
    shown = [
        (towers[rank].member, struct.pack("<d", towers[rank].score)) for rank in sorted(towers)
    ]
    agree(shown, order, seen.key)
    layout = seen.layout
    assert isinstance(layout, SkiplistLayout)
    for rank, tower in sorted(towers.items()):
        for link in tower.links:
            target = rank + link.span
            ends = order[target][0] if target < count else None
            agree(link.target, ends if link.target is not None else None, seen.key)
        before = order[rank - 1][0] if rank else None
        agree(tower.backward, before, seen.key)
    ranked = random.Random(count).choice(order)[0]
    rank = sum(link.span for link in _path(layout, ranked)) - 1
    agree(rank, sides.client.execute_command("ZRANK", seen.key, ranked), seen.key)
    settle(sides, seen)
    after = inspect(sides.engine, 0, seen.key, Window(0, 0))
    assert after is not None
    assert after.table is not None
    agree([(after.table.sizes[0], after.table.used)], table_report(sides, seen.key), seen.key)


def _path(layout: SkiplistLayout, member: bytes) -> Iterator[object]:
    """The links of a search for a member, by the picture alone."""
    towers = {tower.member: tower for tower in layout.towers}
    wanted = towers[member].rank
    links, rank = layout.header, -1
    for level in range(layout.level - 1, -1, -1):
        while level < len(links) and links[level].target is not None:
            link = links[level]
            if rank + link.span > wanted:
                break
            yield link
            rank += link.span
            links = towers[link.target].links  # type: ignore[index]
    assert rank == wanted


COMPARISONS = {
    "int": compare_text,
    "embstr": compare_text,
    "raw": compare_text,
    "listpack": compare_listpack,
    "intset": compare_intset,
    "quicklist": compare_list,
    "hashtable": compare_table,
    "skiplist": compare_skiplist,
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_drawn_is_what_lies_in_the_real_server(
    kind: str, sides: Sides, chance: Chance
) -> None:
    builder, directives = KINDS[kind]
    for start in range(0, KEYS, BATCH):
        sides.set(
            **{name: chance.choice(values) for name, values in directives.items()} or {"hz": 10}
        )
        if kind == "lists":
            threshold = chance.choice([b"0", b"0", b"60b"])
            sides.both([[b"DEBUG", b"QUICKLIST-PACKED-THRESHOLD", threshold]])
        keys = [b"k%d" % number for number in range(start, min(start + BATCH, KEYS))]
        sides.both([argv for key in keys for argv in builder(chance, key)])
        compare_keys(sides, chance, keys)
        sides.both([[b"DEL", *keys]])
