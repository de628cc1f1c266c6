"""The bytes view: each allocation that a key consists of, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tutor.diagrams.canvas import Line
from tutor.diagrams.difference import Changes
from tutor.diagrams.memory import (
    Block,
    bytes_per_line,
    describe_blocks,
    draw_blocks,
    pointer,
    robj,
)
from tutor.diagrams.memory.compact import (
    intset_blocks,
    listpack_blocks,
    long_text_blocks,
    string_blocks,
)
from tutor.diagrams.memory.linked import (
    hashtable_blocks,
    node_blocks,
    quicklist_block,
    quicklist_blocks,
    zset_blocks,
)
from tutor.diagrams.parts import Parts
from tutor.diagrams.streams.bytes import group_blocks, head_blocks, in_sight, stream_blocks
from tutor.diagrams.ziplists import ziplist_blocks
from tutor.diagrams.zipmaps import zipmap_blocks
from tutor.engine.image import TableFigures
from tutor.engine.inspect import Inspection
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.intset import IntsetLayout
from tutor.engine.structures.listpack import ListpackLayout
from tutor.engine.structures.quicklist_layout import QuicklistLayout
from tutor.engine.structures.sds import StringLayout
from tutor.engine.structures.skiplist_layout import SkiplistLayout
from tutor.engine.structures.stream_layout import StreamLayout
from tutor.engine.structures.ziplist import ZiplistLayout
from tutor.engine.structures.zipmap import ZipmapLayout

_TYPES = {"string": 0, "list": 1, "set": 2, "zset": 3, "hash": 4, "stream": 6}
_ENCODINGS = {
    "hashtable": 2,
    "intset": 6,
    "skiplist": 7,
    "quicklist": 9,
    "stream": 10,
    "listpack": 11,
    "zipmap": 3,
    "ziplist": 5,
    "listpackex": 12,
}


def draw_allocations(inspection: Inspection, width: int, changed: Changes) -> list[Line]:
    """The lines of the picture, without its heading."""
    return draw_blocks(blocks_of(inspection, changed), width)


def describe_allocations(inspection: Inspection, changed: Changes) -> list[str]:
    """The same facts as sentences."""
    return describe_blocks(blocks_of(inspection, changed))


def allocation_parts(inspection: Inspection, width: int, changed: Changes) -> Parts | None:
    """The picture in parts that a viewer can scroll; None where it has no parts."""
    layout = inspection.layout
    if isinstance(layout, StringLayout):
        if layout.encoding != "raw":
            return None
        return _parts(*long_text_blocks(layout, bytes_per_line(width), changed), width)
    blocks = list(blocks_of(inspection, changed))
    if isinstance(layout, QuicklistLayout) and layout.node_count > 1:
        head = [blocks[0], quicklist_block(layout, changed)]
        return _parts(head, node_blocks(layout, changed), (), width)
    if isinstance(layout, StreamLayout):
        head = [blocks[0], *head_blocks(layout, changed)]
        return _parts(head, in_sight(layout, changed), group_blocks(layout, changed), width)
    blocks = [block for block in blocks if not block.omitted]
    if isinstance(layout, (QuicklistLayout, ListpackLayout, ZiplistLayout, ZipmapLayout)):
        entries = [at for at, block in enumerate(blocks) if block.meaning]
        if not entries:
            return None
        first, last = entries[0], entries[-1] + 1
        return _parts(blocks[:first], blocks[first:last], blocks[last:], width)
    if isinstance(layout, SkiplistLayout):
        heads = len(blocks) - len(layout.towers)
    elif isinstance(layout, (IntsetLayout, HashTableLayout)):
        heads = 2
    else:
        return None
    return _parts(blocks[:heads], blocks[heads:], (), width)


def _parts(
    above: Iterable[Block], items: Iterable[Block], below: Iterable[Block], width: int
) -> Parts:
    return Parts(*(draw_blocks(blocks, width) for blocks in (above, items, below)))


def blocks_of(inspection: Inspection, changed: Changes) -> Iterator[Block]:
    """Every allocation in sight with its fields; what is out of sight is a block that says so."""
    layout = inspection.layout
    if isinstance(layout, StringLayout):
        yield from string_blocks(layout, changed)
        return
    target = {"hashtable": "dict", "skiplist": "zset"}.get(inspection.encoding)
    encoding = inspection.encoding
    new = "encoding" in changed
    head = robj(_TYPES[inspection.type], _ENCODINGS[encoding], encoding, changed=new)
    yield Block("robj · 16 B", (*head, pointer("ptr", target or encoding)))
    if isinstance(layout, ListpackLayout):
        yield from listpack_blocks(layout, changed)
    elif isinstance(layout, ZiplistLayout):
        yield from ziplist_blocks(layout, changed)
    elif isinstance(layout, ZipmapLayout):
        yield from zipmap_blocks(layout, changed)
    elif isinstance(layout, IntsetLayout):
        yield from intset_blocks(layout, changed)
    elif isinstance(layout, QuicklistLayout):
        yield from quicklist_blocks(layout, changed)
    elif isinstance(layout, SkiplistLayout):
        yield from zset_blocks(layout, inspection.table, inspection.allocator, changed)
    elif isinstance(layout, StreamLayout):
        yield from stream_blocks(layout, changed)
    elif isinstance(layout, HashTableLayout | TableFigures):
        yield from hashtable_blocks(layout, changed)
