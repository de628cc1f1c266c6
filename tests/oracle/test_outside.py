"""Keys of the real server seen from outside: against what its DEBUG says, and against our engine.

The picture is made by `tutor.network.outside.look` over a socket, as `redis-tutor xray --connect`
makes it; DEBUG OBJECT, SDSLEN, LISTPACK, HTSTATS-KEY and MEMORY USAGE are asked separately.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.oracle.compare import engine_like_the_oracle
from tests.oracle.raw import RawConnection, Simple
from tests.oracle.tally import TALLY
from tests.oracle.test_image_reports import (  # noqa: F401 - a fixture
    Printing,
    entries_of,
    printing,
)
from tutor.diagrams import draw, views_of
from tutor.engine.cmdline import split
from tutor.engine.inspect import Inspection, inspect
from tutor.engine.structures.allocator import size_class
from tutor.engine.structures.intset import IntsetLayout
from tutor.engine.structures.listpack import ListpackLayout
from tutor.engine.structures.outside_layout import RankedLayout, UnplacedLayout
from tutor.engine.structures.quicklist_layout import QuicklistLayout
from tutor.engine.structures.sds import StringLayout, key_sdslen
from tutor.engine.structures.stream_layout import StreamLayout
from tutor.engine.structures.window import Window
from tutor.network.outside import look

WHOLE = Window(0, 5000)


def _many(pattern: str, count: int) -> str:
    return " ".join(pattern.format(n=n) for n in range(count))


KEYS: Sequence[tuple[str, ...]] = (
    ("SET k 5",),
    ("SET k 123456",),
    ("SET k -9223372036854775808",),
    ("SET k user_id=123;theme=dark",),
    (f"SET k {'x' * 45}",),
    (f"SET k {'x' * 5000}",),
    ("SET k abc", "APPEND k defghij"),
    ("SETRANGE k 100 x",),
    ("SETBIT k 1000 1",),
    ("INCRBYFLOAT k 12", "EXPIRE k 1000"),
    ("PFADD k a b c d e",),
    ("HSET k name Alice age 30 city Москва",),
    (f"HSET k {_many('field:{n} {n}', 500)}",),
    (f"HSET k f {'v' * 65} g 1",),
    (f"HSET k {_many('f{n} v{n}', 600)}",),
    ("RPUSH k a b c 1 2 3",),
    (f"RPUSH k {_many('element-number-{n}', 3000)}",),
    (f"RPUSH k a {'x' * 9000} b",),
    ("SADD k 3 1 2",),
    ("SADD k 1 70000",),
    ("SADD k redis python postgres",),
    (f"SADD k {_many('member:{n}', 65)}",),
    ("ZADD k 1 a 2.5 b +inf c",),
    (f"ZADD k {_many('{n} member:{n}', 300)}",),
    ("ZADD k 1 " + "m" * 65,),
    ("GEOADD k 13.361389 38.115556 Palermo 15.087269 37.502669 Catania",),
    ("XADD k 1-1 f v",),
    (
        "XADD k 1-1 f v",
        "XADD k 2-1 f w g x",
        "XGROUP CREATE k group 0",
        "XREADGROUP GROUP group alice STREAMS k >",
    ),
    tuple(f"XADD k {n}-1 field value-{n}" for n in range(1, 250)),
)


def _argv(line: str) -> list[bytes]:
    return [word.encode() if isinstance(word, str) else word for word in split(line)]


def _seen(raw: RawConnection, port: int, window: Window = WHOLE) -> Inspection:
    found = look(f"redis://127.0.0.1:{port}", b"k", window=window)
    assert found is not None
    return found


def _agree(found: object, wanted: object, what: str) -> None:
    TALLY.calls += 1
    TALLY.differences += found != wanted
    assert found == wanted, what


def _text(raw: RawConnection, *words: bytes) -> str:
    reply = raw.call(*words)
    text = reply.text if isinstance(reply, Simple) else reply
    assert isinstance(text, bytes), reply
    return text.decode()


@pytest.mark.parametrize("lines", KEYS, ids=lambda lines: lines[-1][:30])
def test_a_picture_agrees_with_debug(
    raw: RawConnection, redis_port: int, lines: tuple[str, ...]
) -> None:
    for line in lines:
        raw.call(*_argv(line))
    found = _seen(raw, redis_port)
    about = _text(raw, b"DEBUG", b"OBJECT", b"k")
    figures = dict(re.findall(r"(\w+):(\S+)", about))
    _agree(found.source, "redis 7.0.15, RDB 10", "source")
    _agree(found.encoding, figures["encoding"], "encoding")
    _agree(found.memory, raw.call(b"MEMORY", b"USAGE", b"k"), "memory")
    _agree(found.type, _text(raw, b"TYPE", b"k"), "type")
    _LAYOUTS[type(found.layout)](raw, found, figures)
    for view in views_of(found):
        drawing = draw(found, 70, view)
        assert "redis 7.0.15" in drawing.text


def _string(raw: RawConnection, found: Inspection, figures: dict[str, str]) -> None:
    layout = found.layout
    assert isinstance(layout, StringLayout)
    _agree(found.length, raw.call(b"STRLEN", b"k"), "length")
    _agree(str(2**31 - 1 if layout.shared else 1), figures["refcount"], "refcount")
    if layout.encoding == "int":
        return
    told = re.findall(r"\w+_\w+: ?(\d+)", _text(raw, b"DEBUG", b"SDSLEN", b"k"))
    key = key_sdslen(b"k", found.allocator)
    _agree([key.length, key.avail, key.zmalloc], list(map(int, told[:3])), "key")
    allocation = layout.allocation - (16 if layout.encoding == "embstr" else 0)
    _agree([layout.length, layout.free, allocation], list(map(int, told[3:])), "text")
    _agree(found.unknown, frozenset(), "unknown")


def _list(raw: RawConnection, found: Inspection, figures: dict[str, str]) -> None:
    layout = found.layout
    assert isinstance(layout, QuicklistLayout)
    _agree(layout.length, raw.call(b"LLEN", b"k"), "length")
    _agree(str(layout.node_count), figures["ql_nodes"], "nodes")
    _agree(str(layout.fill), figures["ql_listpack_max"], "fill")
    whole = sum(node.size for node in layout.nodes)
    _agree(str(whole), figures["ql_uncompressed_size"], "bytes")
    _agree(found.unknown, frozenset(), "unknown")


def _listpack(raw: RawConnection, found: Inspection, figures: dict[str, str]) -> None:
    layout = found.layout
    assert isinstance(layout, ListpackLayout)
    length = raw.call(b"HLEN" if found.type == "hash" else b"ZCARD", b"k")
    _agree(found.length, length, "length")
    _agree(layout.count, found.length * 2, "entries")
    _agree(16 + size_class(layout.total_bytes) + 8 + 24, found.memory, "bytes")


def _intset(raw: RawConnection, found: Inspection, figures: dict[str, str]) -> None:
    layout = found.layout
    assert isinstance(layout, IntsetLayout)
    _agree(layout.length, raw.call(b"SCARD", b"k"), "length")
    _agree(str(layout.total_bytes + 1), figures["serializedlength"], "bytes")


def _table(raw: RawConnection, found: Inspection, figures: dict[str, str]) -> None:
    layout = found.layout
    assert isinstance(layout, UnplacedLayout | RankedLayout)
    count = {"hash": b"HLEN", "set": b"SCARD", "zset": b"ZCARD"}[found.type]
    _agree(found.length, raw.call(count, b"k"), "length")
    told = _text(raw, b"DEBUG", b"HTSTATS-KEY", b"k")
    _agree("".join(table.text() for table in layout.tables), told, "tables")
    unplaced = {"buckets", "towers"} if found.type == "zset" else {"buckets"}
    _agree(found.unknown, frozenset(unplaced), "unknown")
    if isinstance(layout, RankedLayout):
        for one in layout.members[:: max(1, len(layout.members) // 20)]:
            _agree(one.rank, raw.call(b"ZRANK", b"k", one.member), "rank")


def _stream(raw: RawConnection, found: Inspection, figures: dict[str, str]) -> None:
    layout = found.layout
    assert isinstance(layout, StreamLayout)
    told = raw.call(b"XINFO", b"STREAM", b"k", b"FULL")
    assert isinstance(told, list)
    said = dict(zip(told[::2], told[1::2], strict=True))
    _agree(layout.length, said[b"length"], "length")
    _agree(layout.node_count, said[b"radix-tree-keys"], "nodes")
    _agree(layout.tree.nodes, said[b"radix-tree-nodes"], "tree")
    _agree(len(layout.groups), len(said[b"groups"]), "groups")
    _agree(found.unknown, frozenset(), "unknown")


_LAYOUTS = {
    StringLayout: _string,
    QuicklistLayout: _list,
    ListpackLayout: _listpack,
    IntsetLayout: _intset,
    UnplacedLayout: _table,
    RankedLayout: _table,
    StreamLayout: _stream,
}


@pytest.mark.parametrize("lines", KEYS, ids=lambda lines: lines[-1][:30])
def test_a_picture_from_outside_is_the_one_from_inside(
    raw: RawConnection, redis_port: int, lines: tuple[str, ...]
) -> None:
    """The same commands here and there: where nothing is unknown, the images are equal."""
    engine = engine_like_the_oracle()
    session = engine.connect()
    for line in lines:
        raw.call(*_argv(line))
        engine.execute(session, _argv(line))
    for window in (WHOLE, Window(0, 8), Window(2, 3)):
        theirs = _seen(raw, redis_port, window)
        ours = inspect(engine, 0, b"k", window)
        assert ours is not None
        for name in ("type", "encoding", "length"):
            _agree(getattr(theirs, name), getattr(ours, name), name)
        if not theirs.unknown & {"towers", "buckets"}:
            _agree(theirs.memory, ours.memory, "memory")
            _agree(_without_clocks(theirs), _without_clocks(ours), "layout")
            _agree(theirs.items_total, ours.items_total, "items")


def _without_clocks(found: Inspection) -> object:
    """When a consumer was seen and an entry was delivered is a matter of two clocks."""
    layout = found.layout
    return replace(layout, groups=()) if isinstance(layout, StreamLayout) else layout


def test_random_keys_agree_with_our_engine(raw: RawConnection, redis_port: int) -> None:
    rng = random.Random(7)
    url = f"redis://127.0.0.1:{redis_port}"
    for _ in range(150):
        engine = engine_like_the_oracle()
        session = engine.connect()
        raw.call(b"DEL", b"k")
        kind = rng.choice(["RPUSH", "HSET", "ZADD", "APPEND", "SADD"])
        for _command in range(rng.randint(1, 6)):
            argv = [kind.encode(), b"k", *_arguments(rng, kind)]
            raw.call(*argv)
            engine.execute(session, argv)
        window = Window(rng.randrange(5), rng.choice([1, 8, 100]))
        theirs, ours = look(url, b"k", window=window), inspect(engine, 0, b"k", window)
        assert theirs is not None
        assert ours is not None
        _agree((theirs.encoding, theirs.length), (ours.encoding, ours.length), kind)
        if not theirs.unknown:
            _agree(theirs.memory, ours.memory, kind)
            _agree(theirs.layout, ours.layout, kind)


def _arguments(rng: random.Random, kind: str) -> list[bytes]:
    def word() -> bytes:
        if rng.random() < 0.3:
            return b"%d" % rng.randint(-100_000, 100_000)
        return rng.randbytes(rng.choice([1, 5, 20, 64, 65, 300]))

    if kind == "APPEND":
        return [word()]
    if kind == "SADD":
        return [b"%d" % rng.randint(-40_000, 40_000) for _ in range(rng.randint(1, 20))]
    if kind == "HSET":
        return [word()[:64] for _ in range(2 * rng.randint(1, 30))]
    if kind == "ZADD":
        pairs = ((b"%d" % rng.randint(-500, 500), word()[:64]) for _ in range(rng.randint(1, 15)))
        return [part for pair in pairs for part in pair]
    return [word() for _ in range(rng.randint(1, 40))]


SMALL = [
    lines for lines in KEYS if lines[-1].startswith(("HSET k name", "HSET k field", "ZADD k 1 a"))
]


def test_listpacks_from_outside_are_those_that_debug_prints(
    printing: Printing,  # noqa: F811
) -> None:
    """DEBUG LISTPACK writes to the server's own output, which is read when it has ended."""
    client: Any = printing.client
    url = f"redis://127.0.0.1:{client.connection_pool.connection_kwargs['port']}"
    shown: list[ListpackLayout] = []
    for number, lines in enumerate(SMALL):
        key = b"k%d" % number
        for line in lines:
            name, _key, *words = _argv(line)
            client.execute_command(name.decode(), key, *words)
        found = look(url, key, window=WHOLE)
        assert found is not None
        assert isinstance(found.layout, ListpackLayout)
        client.execute_command("DEBUG", "LISTPACK", key)
        shown.append(found.layout)
    printed = printing.printed().split(b"{end}\n\n")
    assert len(printed) - 1 == len(shown) == 3
    for layout, text in zip(shown, printed, strict=False):
        entries = [
            (one.index, one.offset, one.prefix + one.data + one.backlen) for one in layout.entries
        ]
        _agree(entries, entries_of(text), "entries")
