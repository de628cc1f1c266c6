"""The hex that is drawn is the memory: put together it is what the structure encodes to."""

from __future__ import annotations

import re
import struct

from hypothesis import given
from hypothesis import strategies as st

from tests.diagrams.samples import look, new_world, run
from tests.diagrams.test_properties import numbers, words
from tutor.diagrams import draw
from tutor.engine.inspect import Inspection
from tutor.engine.structures import listpack
from tutor.engine.structures.allocator import size_class
from tutor.engine.structures.intset import Intset
from tutor.engine.structures.sds import Sds
from tutor.engine.structures.window import Window
from tutor.engine.values import Hash, Set, Zset, score_text

ALL = Window(0, 10_000)
_HEX = re.compile(r"([0-9a-f]{2}(?: [0-9a-f]{2})*)")
short = words.map(lambda word: word[:50])


def hex_under(seen: Inspection, title: str, width: int) -> bytes:
    """The hex column of the block that begins with ``title``."""
    lines = draw(seen, width, "bytes").plain.splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith(title)) + 1
    cells = 3 * (16 if width >= 84 else 8 if width >= 44 else 4)
    image = b""
    for line in lines[start:]:
        if not line.startswith(" "):
            break
        assert int(line[:6]) == len(image)
        column = line[8 : 8 + cells].rstrip()
        if column.startswith("░"):
            break
        assert not column or _HEX.fullmatch(column), line
        image += bytes.fromhex(column)
    return image


@given(st.dictionaries(short, short, min_size=1, max_size=20), st.sampled_from([40, 70, 110]))
def test_a_hash_as_listpack(pairs: dict[bytes, bytes], width: int) -> None:
    world = new_world()
    run(world, "HSET", "k", *(word for pair in pairs.items() for word in pair))
    seen = look(world, window=ALL)
    assert isinstance(seen.value, Hash)
    flat = [word for pair in seen.value.fields.items() for word in pair]
    if width > 40:
        assert hex_under(seen, "listpack ·", width) == listpack.encode(flat)


@given(
    st.dictionaries(short, st.floats(allow_nan=False), min_size=1, max_size=20),
    st.sampled_from([70, 110]),
)
def test_a_sorted_set_as_listpack(pairs: dict[bytes, float], width: int) -> None:
    world = new_world()
    run(world, "ZADD", "k", *(word for m, s in pairs.items() for word in (repr(s), m)))
    seen = look(world, window=ALL)
    assert isinstance(seen.value, Zset)
    flat = [word for score, member in seen.value.ordered for word in (member, score_text(score))]
    assert hex_under(seen, "listpack ·", width) == listpack.encode(flat)


@given(st.lists(numbers, min_size=1, max_size=60), st.sampled_from([40, 70, 110]))
def test_an_intset(some: list[int], width: int) -> None:
    world = new_world()
    run(world, "SADD", "k", *map(str, some))
    seen = look(world, window=ALL)
    assert isinstance(seen.value, Set)
    assert isinstance(seen.value.ints, Intset)
    if width > 40 or seen.value.ints.width < 8:
        assert hex_under(seen, "intset ·", width) == seen.value.ints.encode()


@given(st.lists(short, min_size=1, max_size=20))
def test_the_only_node_of_a_list(some: list[bytes]) -> None:
    world = new_world()
    run(world, "RPUSH", "k", *some)
    seen = look(world, window=ALL)
    assert hex_under(seen, "listpack ·", 70) == listpack.encode(some)


@given(st.binary(min_size=45, max_size=64), st.binary(max_size=64))
def test_a_raw_string(text: bytes, more: bytes) -> None:
    world = new_world()
    run(world, "SET", "k", text)
    run(world, "APPEND", "k", more)
    seen = look(world)
    assert isinstance(seen.value, (Sds, bytes))
    image = hex_under(seen, "sds ·", 110)
    whole = text + more
    length, alloc, flags = struct.unpack("<BBB", image[:3]) if image[2] == 1 else (0, 0, 0)
    if flags == 1:
        assert image[3:] == whole + b"\0"
        assert length == len(whole)
        assert seen.layout.allocation == size_class(3 + alloc + 1)  # type: ignore[union-attr]
    else:
        assert image[:5] == struct.pack("<HHB", len(whole), seen.layout.alloc, 2)  # type: ignore[union-attr]
        assert image[5:] == whole + b"\0"


@given(st.binary(max_size=44).filter(lambda text: not text.lstrip(b"-").isdigit()))
def test_an_embedded_string(text: bytes) -> None:
    world = new_world()
    run(world, "SET", "k", text)
    lines = draw(look(world), 110, "bytes").plain.splitlines()
    offsets = {int(line[:6]): line for line in lines if line[:6].strip().isdigit()}
    assert offsets[16][8:].split()[0] == f"{len(text):02x}"
    assert offsets[19 + len(text)].split()[1] == "00"
    shown = "".join(line[8:56] for at, line in sorted(offsets.items()) if 19 <= at < 19 + len(text))
    assert bytes.fromhex(shown) == text


def test_titles_name_sizes_that_the_allocator_gives() -> None:
    world = new_world()
    run(world, "CONFIG", "SET", "zset-max-listpack-entries", "0")
    run(world, "ZADD", "k", *(part for n in range(9) for part in (str(n), f"m{n}")))
    assert "zskiplistNode · 40 B → 48 B" in draw(look(world), 70, "bytes").plain
    world.engine.config.allocator = "upstream"
    assert "zskiplistNode · 40 B → 40 B" in draw(look(world), 70, "bytes").plain


def test_a_null_pointer_is_drawn_as_the_zeros_it_is() -> None:
    world = new_world()
    run(world, "SADD", "k", "a")
    plain = draw(look(world), 70, "bytes").plain
    assert "00 00 00 00 00 00 00 00 v = NULL" in plain
    assert "00 00 00 00 00 00 00 00 next = NULL" in plain
