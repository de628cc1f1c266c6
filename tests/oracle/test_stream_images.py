"""Pictures of streams: bytes, trees and groups are those of the real server.

Random scripts build the same streams on both sides. What our picture shows of each, window by
window, must then be what the server's DUMP and XINFO STREAM FULL say: the listpack of every node
byte for byte, how many nodes the radix trees have, who holds which pending entry. The seed stands
in the test's name; ``ORACLE_IMAGES`` scripts are run.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

from tests.diagrams.samples import bytes_of
from tests.oracle.compare import RawConnection, engine_like_the_oracle, run_both
from tests.oracle.payloads import Payload
from tests.oracle.stream_strategies import StreamCommands
from tests.oracle.tally import TALLY
from tutor.diagrams.streams.bytes import node_blocks, tree_blocks
from tutor.engine.engine import Engine
from tutor.engine.inspect import inspect
from tutor.engine.structures.radix_layout import RAX_SIZE
from tutor.engine.structures.stream import Stream, id_text
from tutor.engine.structures.stream_layout import StreamLayout, StreamNodeLayout
from tutor.engine.structures.window import Window

SCRIPTS = int(os.environ.get("ORACLE_IMAGES", "12"))
STEPS = 150
NODE_SIZE = 4 + 30 * 8
"""What MEMORY USAGE assumes for a node of a radix tree (redis 7.0, object.c)."""


def _images(payload: bytes) -> dict[bytes, bytes]:
    """The listpacks of a stream's DUMP under the IDs of their master entries."""
    reader = Payload(payload[1:])
    return {reader.string(): reader.string() for _ in range(reader.length())}


def _layouts(engine: Engine, key: bytes, pitch: int) -> Iterator[StreamLayout]:
    """The image in windows of so many items that together cover the whole."""
    start = 0
    while True:
        seen = inspect(engine, 0, key, Window(start, pitch))
        assert seen is not None
        assert isinstance(seen.layout, StreamLayout)
        yield seen.layout
        start += pitch
        if start >= seen.items_total:
            return


def _shown_bytes(nodes: list[StreamNodeLayout], image: bytes) -> int:
    """Lay what windows show of one listpack over each other: every byte that is shown must be the
    server's; returns how many of its bytes are covered."""
    covered = bytearray(len(image))
    for node in nodes:
        for block in node_blocks(node, frozenset()):
            data = bytes_of([block])
            if data:
                assert image[block.start : block.start + len(data)] == data
                covered[block.start : block.start + len(data)] = b"\1" * len(data)
    return sum(covered)


def _compare_nodes(engine: Engine, raw: RawConnection, key: bytes, pitch: int) -> int:
    """All listpacks of a key, as shown and in the DUMP; how many."""
    images = _images(raw.call(b"DUMP", key))
    shown: dict[bytes, list[StreamNodeLayout]] = {}
    for layout in _layouts(engine, key, pitch):
        for node in layout.nodes:
            shown.setdefault(node.master.to_bytes(16, "big"), []).append(node)
    assert list(shown) == list(images)
    for master, nodes in shown.items():
        image = images[master]
        covered = _shown_bytes(nodes, image)
        assert all(node.size == len(image) for node in nodes)
        assert covered == len(image) or pitch < 100
    return len(images)


def _compare_tree(engine: Engine, raw: RawConnection, key: bytes) -> None:
    """The tree that is drawn has the nodes that the server counts."""
    seen = inspect(engine, 0, key, Window(0, 1 << 30))
    assert seen is not None
    layout = seen.layout
    assert isinstance(layout, StreamLayout)
    info = _pairs(raw.call(b"XINFO", b"STREAM", key, b"FULL", b"COUNT", b"0"))
    drawn = list(layout.tree.root.walk())
    assert len(drawn) == layout.tree.nodes == info[b"radix-tree-nodes"]
    assert layout.tree.keys == info[b"radix-tree-keys"]
    blocks = list(tree_blocks(layout))
    assert len(blocks) == len(drawn)
    for node, block in zip(drawn, blocks, strict=True):
        assert sum(field.size for field in block.fields) == node.size
    assert RAX_SIZE == 24
    ids = [node.key for node in drawn if node.key is not None]
    assert ids == [int.from_bytes(master, "big") for master in _images(raw.call(b"DUMP", key))]
    _compare_groups(layout, info)


def _compare_groups(layout: StreamLayout, info: dict[bytes, object]) -> None:
    groups = info[b"groups"]
    assert isinstance(groups, list)
    assert len(layout.groups) == layout.group_count == len(groups)
    for ours, words in zip(layout.groups, groups, strict=True):
        theirs = _pairs(words)
        assert ours.name == theirs[b"name"]
        assert id_text(ours.last_id) == theirs[b"last-delivered-id"]
        read, lag = theirs[b"entries-read"], theirs[b"lag"]
        assert ours.entries_read == (-1 if read is None else read)
        assert ours.lag == lag
        assert ours.pending == theirs[b"pel-count"]
        pending = theirs[b"pending"]
        assert isinstance(pending, list)
        shown = [(id_text(entry), nack.consumer, nack.deliveries) for entry, nack in ours.nacks]
        wanted = [(row[0], row[1], row[3]) for row in pending]
        assert shown == wanted[: len(shown)]
        assert len(shown) == min(len(wanted), 16)
        consumers = theirs[b"consumers"]
        assert isinstance(consumers, list)
        held = [(_pairs(one)[b"name"], _pairs(one)[b"pel-count"]) for one in consumers]
        assert [(one.name, one.pending) for one in ours.consumers] == held


def _pairs(words: object) -> dict[bytes, object]:
    assert isinstance(words, list)
    return dict(zip(words[::2], words[1::2], strict=True))


@pytest.mark.parametrize("seed", range(SCRIPTS))
def test_pictures_of_streams_are_those_of_the_real_server(raw: RawConnection, seed: int) -> None:
    chance = random.Random(seed)
    commands = StreamCommands(chance)
    engine = engine_like_the_oracle()
    session = engine.connect()
    compared = 0
    for step in range(STEPS):
        argv = commands.next()
        if argv[0] == b"XADD" and b"*" in argv:
            continue
        run_both(session, raw, argv, exact=False)
        if step % 10:
            continue
        for key in (b"a", b"b", b"future", b"twin"):
            if isinstance(session.db.keys.data.get(key), Stream):
                TALLY.calls += 3
                compared += _compare_nodes(engine, raw, key, 1000)
                _compare_nodes(engine, raw, key, chance.choice([1, 2, 7]))
                _compare_tree(engine, raw, key)
    assert compared


def test_a_node_of_very_many_entries_says_that_their_number_is_unknown(raw: RawConnection) -> None:
    engine = engine_like_the_oracle()
    session = engine.connect()
    for name, value in ((b"entries", b"0"), (b"bytes", b"0")):
        run_both(session, raw, [b"CONFIG", b"SET", b"stream-node-max-" + name, value])
    for number in range(1, 40):
        words = [b"w%d" % at for at in range(4000)]
        run_both(session, raw, [b"XADD", b"k", b"%d-0" % number, *words], exact=False)
    assert _compare_nodes(engine, raw, b"k", 1000) == 1
    seen = inspect(engine, 0, b"k", Window(0, 1))
    assert seen is not None
    assert isinstance(seen.layout, StreamLayout)
    assert seen.layout.nodes[0].header[4:] == b"\xff\xff"
