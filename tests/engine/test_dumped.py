"""Keys of other servers: each as its server holds it, and what cannot be known said to be so."""

from __future__ import annotations

from dataclasses import replace
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.diagrams.samples import new_world, run
from tests.diagrams.test_properties import commands, configs
from tests.engine import dumps
from tutor.engine import codec
from tutor.engine.dumped import (
    UNKNOWABLE,
    DamagedDump,
    Outside,
    UnknownDump,
    inspect_dump,
)
from tutor.engine.dumped.values import READERS, HeldNode
from tutor.engine.inspect import Inspection, inspect
from tutor.engine.structures import listpack, zipmap
from tutor.engine.structures.crc64 import crc64
from tutor.engine.structures.intset import IntsetLayout
from tutor.engine.structures.listpack import ListpackLayout
from tutor.engine.structures.outside_layout import RankedLayout, UnplacedLayout
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.quicklist_layout import QuicklistLayout
from tutor.engine.structures.sds import Sds, StringLayout, sdslen
from tutor.engine.structures.stream_layout import StreamLayout
from tutor.engine.structures.window import Window
from tutor.engine.structures.ziplist import ZiplistLayout
from tutor.engine.structures.zipmap import ZipmapLayout
from tutor.engine.values import Hash, Set, Zset, text_of

ALLOCATORS = {"debian": "jemalloc-5.3.0", "upstream": "jemalloc-5.2.1"}


def seen(payload: bytes, encoding: str = "", version: str = "", **facts: object) -> Inspection:
    about = Outside(b"k", encoding=encoding, version=version, memory=100, allocator="libc")
    return inspect_dump(payload, replace(about, **facts))  # type: ignore[arg-type]


def values(layout: object) -> list[bytes]:
    assert isinstance(layout, (ListpackLayout, ZiplistLayout, ZipmapLayout))
    return [entry.value for entry in layout.entries]


# Redis 6.2


def test_a_small_hash_of_6_2_is_a_ziplist() -> None:
    found = seen(dumps.hash_6_2({b"name": b"Alice", b"age": b"30"}), "ziplist", "6.2.14")
    assert (found.type, found.encoding, found.length) == ("hash", "ziplist", 2)
    assert isinstance(found.layout, ZiplistLayout)
    assert values(found.layout) == [b"name", b"Alice", b"age", b"30"]
    assert found.source == "redis 6.2.14, RDB 9"
    assert found.unknown == frozenset()
    assert found.find(b"age") == b"30"


def test_a_small_sorted_set_of_6_2_keeps_the_texts_of_its_scores() -> None:
    found = seen(dumps.zset_6_2([(b"b", b"1.5"), (b"a", b"1e+17")]), "ziplist")
    assert values(found.layout) == [b"b", b"1.5", b"a", b"1e+17"]
    assert found.find(b"a") == 1e17


def test_a_list_of_6_2_is_a_quicklist_of_ziplists() -> None:
    told = "ql_nodes:2 ql_avg_node:1.50 ql_ziplist_max:-2 ql_compressed:0 ql_uncompressed_size:9"
    payload = dumps.list_6_2([[b"a", b"1"], [b"b"]])
    found = seen(payload, "quicklist", "6.2.14", object_text=told, allocator="jemalloc-5.1.0")
    layout = found.layout
    assert isinstance(layout, QuicklistLayout)
    assert (layout.length, layout.node_count, layout.fill, layout.compress) == (3, 2, -2, 0)
    assert [values(node.listpack) for node in layout.nodes] == [[b"a", b"1"], [b"b"]]
    assert all(isinstance(node.listpack, ZiplistLayout) for node in layout.nodes)
    assert [node.size for node in layout.nodes] == [16, 14]
    assert found.unknown == frozenset()
    assert found.elements(1, 3) == [b"1", b"b"]


def test_a_table_shows_its_entries_but_not_its_buckets() -> None:
    found = seen(dumps.table_6_2({b"a": b"1", b"b": b"x" * 70}), "hashtable")
    assert isinstance(found.layout, UnplacedLayout)
    assert [(one.key, one.value) for one in found.layout.entries] == [
        (b"a", b"1"),
        (b"b", b"x" * 70),
    ]
    assert found.unknown == {"buckets", "tables"}


def test_debug_tells_how_large_a_table_is() -> None:
    found = seen(dumps.table_6_2({b"a": b"1", b"b": b"2"}), "hashtable", table_text=dumps.HTSTATS)
    assert isinstance(found.layout, UnplacedLayout)
    (table,) = found.layout.tables
    assert (table.size, table.used, table.histogram) == (4, 2, {0: 2, 1: 2})
    assert found.unknown == {"buckets"}


def test_figures_that_do_not_fit_are_not_believed() -> None:
    found = seen(dumps.table_6_2({b"a": b"1"}), "hashtable", table_text=dumps.HTSTATS)
    assert found.unknown == {"buckets", "tables"}
    text = seen(dumps.string_6_2(b"x" * 50), "raw", sdslen_text="val_sds_len:3, val_sds_avail:0")
    assert "spare" in text.unknown


def test_a_skiplist_shows_ranks_but_no_towers() -> None:
    payload = dumps.skiplist_6_2({b"b": 2.0, b"a": 1.0, b"c": float("inf")})
    found = seen(payload, "skiplist")
    assert isinstance(found.layout, RankedLayout)
    told = [(one.rank, one.member, one.score) for one in found.layout.members]
    assert told == [(0, b"a", 1.0), (1, b"b", 2.0), (2, b"c", float("inf"))]
    assert found.unknown == {"towers", "buckets", "tables"}


def test_an_intset_is_an_intset() -> None:
    found = seen(dumps.intset_6_2([1, 70_000]), "intset")
    assert isinstance(found.layout, IntsetLayout)
    assert found.layout.width == 4


def test_what_nobody_writes_any_more_is_still_read() -> None:
    pairs = [(b"name", b"Alice")]
    old = dumps.sealed(6, 9, codec.write_string(zipmap.encode(pairs)))
    assert isinstance(seen(old).layout, ZipmapLayout)


# strings


@pytest.mark.parametrize(
    ("text", "encoding", "unknown"),
    [
        (b"12", "int", {"refcount"}),
        (b"12345", "int", set()),
        (b"12", "embstr", {"allocations"}),
        (b"hello", "raw", {"spare", "allocations"}),
        (b"hello", "", {"encoding", "allocations"}),
    ],
)
def test_a_string_is_what_object_encoding_says(
    text: bytes, encoding: str, unknown: set[str]
) -> None:
    found = seen(dumps.string_6_2(text), encoding)
    assert found.encoding == (encoding or "embstr")
    assert found.unknown == unknown


def test_the_reference_count_tells_whether_an_integer_is_shared() -> None:
    shared = seen(dumps.string_6_2(b"12"), "int", refcount=2**31 - 1).layout
    alone = seen(dumps.string_6_2(b"12"), "int", refcount=1).layout
    assert isinstance(shared, StringLayout)
    assert isinstance(alone, StringLayout)
    assert (shared.shared, alone.shared) == (True, False)


def test_debug_sdslen_tells_the_room_behind_a_text() -> None:
    told = "key_sds_len:1, key_sds_avail:0, key_zmalloc: 8, val_sds_len:6, val_sds_avail:6, "
    found = seen(
        dumps.sealed(10, 0, codec.write_string(b"abcdef")),
        "raw",
        "7.0.15",
        sdslen_text=told + "val_zmalloc: 16",
        allocator="jemalloc-5.3.0",
    )
    assert isinstance(found.layout, StringLayout)
    assert (found.layout.alloc, found.layout.free, found.layout.allocation) == (12, 6, 16)
    assert found.layout.header == "sdshdr8"
    assert found.unknown == frozenset()


# Redis 7.2


def test_a_small_set_of_7_2_is_a_listpack() -> None:
    found = seen(dumps.set_7_2([b"redis", b"5"]), "listpack", "7.2.6")
    assert (found.type, found.encoding, found.length) == ("set", "listpack", 2)
    assert values(found.layout) == [b"redis", b"5"]
    assert found.find(b"redis") == b""
    assert found.unknown == frozenset()


def test_a_small_list_of_7_2_is_a_listpack_without_a_quicklist() -> None:
    payload = dumps.list_7_2([b"a", b"b"])
    found = seen(payload, "listpack", "7.2.6")
    assert (found.type, found.encoding) == ("list", "listpack")
    assert values(found.layout) == [b"a", b"b"]
    assert isinstance(seen(payload, "quicklist").layout, QuicklistLayout)
    assert "encoding" in seen(payload).unknown


def test_scores_of_7_2_are_written_shorter() -> None:
    found = seen(dumps.zset_7_2([b"a", b"3.2"]), "listpack")
    assert isinstance(found.layout, ListpackLayout)
    assert found.layout.total_bytes == listpack.total_size([b"a", b"3.2"])


# Redis 7.4


@pytest.mark.parametrize("early", [False, True])
def test_fields_of_a_table_expire(early: bool) -> None:
    found = seen(dumps.hash_7_4(dumps.FIELDS, early), "hashtable", "7.4.1")
    assert isinstance(found.layout, UnplacedLayout)
    told = [(one.key, one.value, one.expires_ms) for one in found.layout.entries]
    assert told == [(name, text, when or None) for name, text, when in dumps.FIELDS]


@pytest.mark.parametrize("early", [False, True])
def test_fields_of_a_listpack_expire(early: bool) -> None:
    found = seen(dumps.small_hash_7_4(dumps.FIELDS, early), "listpackex", "7.4.1")
    assert (found.encoding, found.length) == ("listpackex", 3)
    assert values(found.layout)[:3] == [b"a", b"1", b"1700000000000"]
    assert found.find(b"c") == b"3"


# streams


@pytest.mark.parametrize(("version", "kind"), [(9, 15), (10, 19), (11, 21), (12, 21), (13, 26)])
def test_streams_of_all_versions(version: int, kind: int) -> None:
    found = seen(dumps.stream(version, kind), "stream")
    assert isinstance(found.layout, StreamLayout)
    assert (found.layout.length, found.layout.last_id) == (1, 1 << 64 | 1)
    assert len(found.layout.groups) == 1
    assert ("producers" in found.unknown) is (kind == 26)


# measured: what redis-server 6.2.14 and 8.2.3 answered to DUMP

MEASURED = {
    "6.2.14 HSET k name Alice age 30": (
        "0d20200000001c000000040000046e616d650605416c696365070361676505fe1eff0900a8b8a2ed86164909",
        "ziplist",
        {b"name": b"Alice", b"age": b"30"},
    ),
    "6.2.14 ZADD k 1.5 b 100000000000000000 a": (
        "0c1d1d0000001500000004000001620303312e35050161030531652b3137ff0900e21cc2b2e6029292",
        "ziplist",
        {b"b": 1.5, b"a": 1e17},
    ),
    "6.2.14 RPUSH k a 12 -5": (
        "0e0113130000000f000000030000016103fd02fefbff09005b22b671e9fab5f9",
        "quicklist",
        [b"a", b"12", b"-5"],
    ),
    "6.2.14 SADD k a": ("020101610900b264b8b2105479dc", "hashtable", {b"a"}),
    "8.2.3 SADD k redis 5": (
        "1410100000000200857265646973060501ff0c00ce69a6071c7c6526",
        "listpack",
        {b"redis", b"5"},
    ),
    "8.2.3 RPUSH k a 12": (
        "1201020c0c00000002008161020c01ff0c00a2328393fc445dae",
        "listpack",
        [b"a", b"12"],
    ),
    "8.2.3 ZADD k 3.2 a": (
        "110f0f000000020081610283332e3204ff0c007db62fdd05a7af9f",
        "listpack",
        {b"a": 3.2},
    ),
    "8.2.3 HSET k a 1 b 2; HPEXPIREAT k 2000000000000 FIELDS 1 a": (
        "1900204aa9d10100001d1d00000006008161020101f400204aa9d10100000981620202010001ff"
        "0c0099f4358baf6ce13d",
        "listpackex",
        {b"a": b"1", b"b": b"2"},
    ),
    "8.2.3 the same as a table": (
        "1800204aa9d101000002000162c002010161c0010c004a436ff3429cc744",
        "hashtable",
        {b"a": b"1", b"b": b"2"},
    ),
}


def _contents(found: Inspection) -> object:
    value = found.value
    if isinstance(value, Hash):
        return value.fields
    if isinstance(value, Zset):
        return value.scores
    if isinstance(value, Set):
        return set(value.table.data) if value.table is not None else set(value.members())
    assert isinstance(value, Quicklist)
    return list(value)


@pytest.mark.parametrize("name", MEASURED)
def test_payloads_of_real_servers(name: str) -> None:
    payload, encoding, wanted = MEASURED[name]
    found = seen(bytes.fromhex(payload), encoding)
    assert found.encoding == encoding
    assert _contents(found) == wanted


@pytest.mark.parametrize(
    "name", [name for name in MEASURED if "the same" in name or "HPEX" in name]
)
def test_when_a_field_of_a_real_server_expires(name: str) -> None:
    payload, encoding, _wanted = MEASURED[name]
    layout = seen(bytes.fromhex(payload), encoding).layout
    if isinstance(layout, UnplacedLayout):
        told = {one.key: one.expires_ms for one in layout.entries}
        assert told == {b"a": 2_000_000_000_000, b"b": None}
    else:
        # those that expire stand in front
        assert values(layout) == [b"a", b"1", b"2000000000000", b"b", b"2", b"0"]


@pytest.mark.parametrize(
    ("payload", "source"),
    [
        (
            "0f0110000000000000000100000000000000011d1d0000000a0001010001010181660200010201000100018"
            "176020401ff010101010167010101000000000000000100000000000000015970cd15a2010000010105616c"
            "6963655970cd15a2010000010000000000000001000000000000000109000487a8e11dbb104d",
            "RDB 9",
        ),
        (
            "150110000000000000000100000000000000011d1d0000000a0001010001010181660200010201000100018"
            "176020401ff01010101010000010101670101010100000000000000010000000000000001ae72cd15a20100"
            "00010105616c696365ae72cd15a2010000ae72cd15a201000001000000000000000100000000000000010c0"
            "0e198e735349006c7",
            "RDB 12",
        ),
    ],
)
def test_streams_of_real_servers(payload: str, source: str) -> None:
    """XADD k 1-1 f v, XGROUP CREATE k g 0, XREADGROUP GROUP g alice STREAMS k >"""
    found = seen(bytes.fromhex(payload), "stream")
    assert found.source.endswith(source)
    assert isinstance(found.layout, StreamLayout)
    assert (found.layout.length, found.layout.last_id) == (1, 1 << 64 | 1)
    (group,) = found.layout.groups
    assert group.name == b"g"


@pytest.mark.parametrize("memory", [1, 10**6 + 1])
def test_a_size_that_no_room_of_the_last_node_explains_is_not_believed(memory: int) -> None:
    about = {"encoding": "stream", "version": "7.0.15", "allocator": "jemalloc-5.3.0"}
    found = seen(dumps.stream(10, 19), memory=memory, **about)
    plain = seen(dumps.stream(10, 19), memory=None, **about)
    assert "allocations" in found.unknown
    assert found.layout == plain.layout


# what is not understood


@pytest.mark.parametrize("version", [5, 14, 15, 80])
def test_other_versions_are_unknown(version: int) -> None:
    with pytest.raises(UnknownDump) as caught:
        seen(dumps.sealed(version, 0, codec.write_string(b"x")))
    assert (caught.value.version, caught.value.kind) == (version, None)


@pytest.mark.parametrize(
    ("version", "kind"),
    [(10, 7), (10, 20), (11, 24), (12, 26), (13, 27), (9, 16), (13, 200), (9, 1)],
)
def test_types_that_a_version_has_not_are_unknown(version: int, kind: int) -> None:
    with pytest.raises(UnknownDump) as caught:
        seen(dumps.sealed(version, kind, b"\x01a"))
    assert (caught.value.version, caught.value.kind) == (version, kind)


def test_a_wrong_checksum_is_noticed() -> None:
    payload = bytearray(dumps.string_6_2(b"hello"))
    payload[2] ^= 1
    with pytest.raises(DamagedDump, match="checksum"):
        seen(bytes(payload))


@pytest.mark.parametrize(
    "payload",
    [
        dumps.sealed(10, 5, b"\x01" + dumps.strings([b"a"]) + pack("<d", float("nan"))),
        dumps.sealed(10, 3, b"\x01" + dumps.strings([b"a"]) + b"\xfd"),
        dumps.zset_6_2([(b"a", b"nan")]),
        dumps.zset_6_2([(b"a", b"1 000")]),
    ],
)
def test_a_score_that_is_no_number_is_noticed(payload: bytes) -> None:
    with pytest.raises(DamagedDump):
        seen(payload)


@pytest.mark.parametrize("when", [b"soon", b"-1", b"1.5"])
def test_an_expiry_that_is_no_time_is_noticed(when: bytes) -> None:
    blob = listpack.encode([b"field", b"value", when])
    with pytest.raises(DamagedDump):
        seen(dumps.sealed(12, 25, pack("<Q", 1) + dumps.strings([blob])), "listpackex")


def test_an_entry_that_is_not_written_as_redis_writes_it_is_noticed() -> None:
    """The integer 1 as a 16-bit integer, where 7 bits do."""
    blob = pack("<IH", 6 + 4 + 1, 1) + b"\xf1\x01\x00\x03\xff"
    assert listpack.decode(blob) == [b"1"]
    with pytest.raises(DamagedDump):
        seen(dumps.sealed(11, 20, dumps.strings([blob])))


@pytest.mark.parametrize(
    ("size", "squeezed", "may_be"),
    [(48, 39, True), (48, 40, False), (47, 20, False), (100, None, False)],
)
def test_a_node_may_be_compressed_from_48_bytes_on_if_that_saves_more_than_8(
    size: int, squeezed: int | None, may_be: bool
) -> None:
    assert HeldNode(b"x" * size, (), "listpack", squeezed).may_be_compressed is may_be


def test_an_encoding_that_the_dump_contradicts_is_noticed() -> None:
    payload = dumps.set_7_2([b"a"])
    assert seen(payload, "listpack").encoding == "listpack"
    with pytest.raises(DamagedDump, match="hashtable"):
        seen(payload, "hashtable")
    with pytest.raises(DamagedDump, match="integer"):
        seen(dumps.string_6_2(b"x"), "int")


def test_what_was_not_answered_is_unknown() -> None:
    payload = dumps.string_6_2(b"12345")
    found = seen(payload, "int", memory=None, refused=frozenset({"ttl"}))
    assert found.unknown == {"memory", "ttl"}


@settings(max_examples=400)
@given(st.sampled_from(sorted(READERS)), st.integers(6, 13), st.binary(max_size=80))
def test_no_bytes_do_worse_than_the_two_errors(kind: int, version: int, body: bytes) -> None:
    try:
        found = seen(dumps.sealed(version, kind, body))
    except (UnknownDump, DamagedDump):
        return
    assert found.unknown <= set(UNKNOWABLE)


SOME = [
    dumps.hash_6_2({b"name": b"Alice", b"n": b"1"}),
    dumps.list_6_2([[b"a", b"12"], [b"x" * 300]]),
    dumps.zset_6_2([(b"a", b"1"), (b"b", b"2.5")]),
    dumps.skiplist_6_2({b"a": 1.0, b"b": 2.0}),
    dumps.table_6_2({b"a": b"1"}),
    dumps.set_7_2([b"a", b"70000"]),
    dumps.list_7_2([b"a" * 70, b"b"]),
    dumps.hash_7_4(dumps.FIELDS),
    dumps.small_hash_7_4(dumps.FIELDS),
    dumps.stream(11, 21),
]


@settings(max_examples=600)
@given(st.sampled_from(SOME), st.data())
def test_a_changed_byte_does_no_worse_either(payload: bytes, data: st.DataObject) -> None:
    content = bytearray(payload[:-8])
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 3))
        content[at] = data.draw(st.integers(0, 255))
    again = bytes(content) + pack("<Q", crc64(bytes(content)))
    try:
        found = seen(again)
    except (UnknownDump, DamagedDump):
        return
    assert found.unknown <= set(UNKNOWABLE)
    assert found.at(Window(1, 2)).items_total == found.items_total


# against our own


@settings(max_examples=150)
@given(
    configs,
    commands,
    st.builds(Window, st.integers(0, 20), st.integers(0, 40)),
    st.sampled_from(sorted(ALLOCATORS)),
)
def test_a_dump_of_ours_gives_the_picture_that_we_have(
    config: dict[str, int], command: tuple[str | bytes, ...], window: Window, allocator: str
) -> None:
    """Where nothing is unknown, the image from outside is the one from inside."""
    world = new_world()
    world.engine.config.allocator = allocator
    for name, value in config.items():
        run(world, "CONFIG", "SET", name, str(value))
    run(world, *command)
    ours = inspect(world.engine, 0, b"k", window)
    assert ours is not None
    held = world.engine.databases[0].keys.data[b"k"]
    figures = sdslen(held, allocator) if isinstance(held, bytes | int | Sds) else None
    facts = Outside(
        b"k",
        encoding=ours.encoding,
        memory=ours.memory,
        refcount=1,
        version="7.0.15",
        allocator=ALLOCATORS[allocator],
        object_text=_object_text(ours),
        sdslen_text=f"val_sds_len:{figures.length}, val_sds_avail:{figures.avail}, "
        f"val_zmalloc:{figures.zmalloc}"
        if figures
        else "",
    )
    theirs = inspect_dump(codec.dump(world.engine, held), facts, window)
    assert (theirs.type, theirs.length, theirs.memory) == (ours.type, ours.length, ours.memory)
    if isinstance(ours.layout, StringLayout):
        assert isinstance(held, bytes | int | Sds)
        assert isinstance(theirs.value, bytes | int | Sds)
        assert text_of(theirs.value) == text_of(held)
        ours = replace(ours, layout=replace(ours.layout, shared=False))
    if not theirs.unknown:
        assert theirs.layout == ours.layout
        assert theirs.items_total == ours.items_total
    assert theirs.unknown <= {"towers", "buckets", "tables", "depth", "compression", "header"}


def _object_text(found: Inspection) -> str:
    layout = found.layout
    if not isinstance(layout, QuicklistLayout):
        return ""
    return f"ql_listpack_max:{layout.fill} ql_compressed:{int(layout.compress != 0)}"
