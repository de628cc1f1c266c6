"""Pictures of keys of other servers: golden files, and what holds of all of them.

`UPDATE_GOLDENS=1 pytest tests/diagrams/test_outside.py` writes the files anew.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.diagrams.test_properties import assert_ascii, assert_fits, words
from tests.engine import dumps
from tutor.diagrams import NOTHING, changes, describe, draw, views_of
from tutor.diagrams.compare import draw_diff
from tutor.diagrams.files.marks import filed_marks
from tutor.diagrams.outside import _WORDS, outside_notes
from tutor.diagrams.picture import draw_parts
from tutor.diagrams.why import why
from tutor.engine import codec
from tutor.engine.dumped import UNKNOWABLE, Outside, inspect_dump
from tutor.engine.inspect import Inspection
from tutor.engine.structures import zipmap
from tutor.engine.structures.window import Window
from tutor.persistence.dissect.pair_file import pair_of

GOLDEN = Path(__file__).parent / "golden" / "outside"
WIDTHS = (40, 70, 110)
ALICE = {b"name": b"Alice", b"age": b"30"}
OLD = Outside(b"k", memory=100, version="6.2.14", allocator="jemalloc-5.1.0")
NEW = replace(OLD, version="7.2.6", allocator="jemalloc-5.3.0")

PAYLOADS: Mapping[str, tuple[bytes, Outside]] = {
    "6.2-hash": (dumps.hash_6_2(ALICE), replace(OLD, encoding="ziplist")),
    "6.2-zset": (
        dumps.zset_6_2([(b"p1", b"100"), (b"p2", b"250"), ("игрок".encode(), b"300.5")]),
        replace(OLD, encoding="ziplist"),
    ),
    "6.2-list": (
        dumps.list_6_2([[b"a", b"b", b"12"], [b"long " * 60, b"end"]]),
        replace(OLD, encoding="quicklist", ttl_ms=90_000),
    ),
    "6.2-table": (
        dumps.table_6_2({b"name": b"Alice", b"bio": b"x" * 70}),
        replace(OLD, encoding="hashtable", table_text=dumps.HTSTATS),
    ),
    "6.2-skiplist": (
        dumps.skiplist_6_2({b"p1": 100.0, b"p2": 250.0, b"m" * 70: -1.5}),
        replace(OLD, encoding="skiplist", memory=None),
    ),
    "2.4-hash": (
        dumps.sealed(9, 9, codec.write_string(zipmap.encode(list(ALICE.items())))),
        Outside(b"k"),
    ),
    "7.2-set": (dumps.set_7_2([b"redis", b"python", b"7"]), replace(NEW, encoding="listpack")),
    "7.2-list": (dumps.list_7_2([b"a", b"b", b"12"]), replace(NEW, encoding="listpack")),
    "7.4-hash": (
        dumps.small_hash_7_4(dumps.FIELDS),
        replace(NEW, version="7.4.1", encoding="listpackex"),
    ),
    "7.4-table": (
        dumps.hash_7_4(dumps.FIELDS),
        replace(NEW, version="7.4.1", encoding="hashtable"),
    ),
    "8.6-stream": (dumps.stream(13, 26), replace(NEW, version="8.6.0", encoding="stream")),
    "7.0-raw": (
        dumps.sealed(10, 0, codec.write_string(b"edited")),
        replace(OLD, version="7.0.15", encoding="raw", refused=frozenset({"ttl"})),
    ),
}


@cache
def outside(name: str) -> Inspection:
    payload, facts = PAYLOADS[name]
    return inspect_dump(payload, facts, Window(0, 32))


def _compare(name: str, widths: tuple[int, ...]) -> None:
    found = outside(name.removesuffix(".ru"))
    parts: list[str] = []
    for view in views_of(found):
        for width in widths:
            parts.append(f"=== {view}, {width} cells\n\n{draw(found, width, view).plain}\n")
        parts.append(f"=== {view}, in words\n\n{draw(found, 110, view).text}\n")
    text = "\n".join(parts)
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDENS"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text.splitlines() == file.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", PAYLOADS)
def test_drawn_as_in_the_golden_file(name: str) -> None:
    _compare(name, WIDTHS)


@pytest.mark.parametrize("name", PAYLOADS)
def test_drawn_in_russian(name: str, russian: None) -> None:
    _compare(f"{name}.ru", (70,))


def test_no_golden_file_is_left_over() -> None:
    expected = {*PAYLOADS, *(f"{name}.ru" for name in PAYLOADS)}
    assert {file.stem for file in GOLDEN.glob("*.txt")} == expected


def test_everything_that_may_be_unknown_has_words() -> None:
    assert set(_WORDS) == set(UNKNOWABLE)


@pytest.mark.parametrize("name", PAYLOADS)
def test_what_is_unknown_is_said_in_the_picture_and_in_words(name: str) -> None:
    found = outside(name)
    assert len(outside_notes(found)) == (2 if found.unknown else 1)
    for view in views_of(found):
        notes = outside_notes(found, view)
        assert found.source in notes[0]
        plain = " ".join(draw(found, 200, view).plain.split())
        for note in notes:
            assert note in plain
        assert describe(found, NOTHING, view)[-len(notes) :] == notes


@pytest.mark.parametrize("width", [24, 40, 70, 100, 200])
def test_every_chain_length_is_told_with_its_number_of_slots(width: int) -> None:
    chains = {0: 391, 1: 380, 2: 166, 3: 62, 4: 23, 5: 2}
    head, _found, _two = dumps.HTSTATS.partition("   0: ")
    told = head + "".join(f"   {n}: {slots} (1%)\n" for n, slots in chains.items())
    facts = replace(OLD, encoding="hashtable", table_text=told.replace("size: 4", "size: 1024"))
    text = draw(inspect_dump(dumps.table_6_2(ALICE), facts), width).plain
    assert {int(n): int(slots) for n, slots in re.findall(r"(\d) [█░]+ (\d+)", text)} == chains


@pytest.mark.parametrize(
    ("told", "encodings"),
    [
        ("ql_ziplist_max:-2 ql_compressed:0", ["1 RAW"] * 4),
        ("ql_ziplist_max:-2 ql_compressed:1", ["1 RAW", "1 RAW | 2 LZF", "1 RAW | 2 LZF", "1 RAW"]),
    ],
)
def test_inner_nodes_may_be_compressed_where_nothing_tells(
    told: str, encodings: Sequence[str]
) -> None:
    nodes = [[b"long " * 60]] * 4
    facts = replace(OLD, encoding="quicklist", object_text=told)
    text = draw(inspect_dump(dumps.list_6_2(nodes), facts), 110, "bytes").plain
    assert re.findall(r"encoding (\d .*) · container", text) == encodings


@pytest.mark.parametrize("name", ["6.2-table", "6.2-skiplist", "7.4-table"])
def test_bytes_that_are_not_known_are_not_offered(name: str) -> None:
    assert "bytes" not in views_of(outside(name))


@pytest.mark.parametrize("name", PAYLOADS)
def test_parts_hold_what_the_whole_holds(name: str) -> None:
    found = outside(name)
    for view in views_of(found):
        for width in (12, 40, 110):
            parts = draw_parts(found, width, view)
            lines = [*parts.above, *parts.items, *parts.below]
            assert lines
            assert all(sum(map(len, (text for text, _ in line))) <= width for line in lines)


pairs = st.dictionaries(words.filter(lambda word: len(word) < 200), words, min_size=1, max_size=12)
moments = st.integers(0, 2**47)


@st.composite
def payloads(draw_from: st.DrawFn) -> bytes:
    some = draw_from(pairs)
    flat = list(some)
    kind = draw_from(st.integers(0, 7))
    if kind == 0:
        return dumps.hash_6_2(some)
    if kind == 1:
        return dumps.list_6_2([flat, flat[:1]])
    if kind == 2:
        return dumps.table_6_2(some)
    if kind == 3:
        scores = draw_from(st.lists(st.floats(allow_nan=False), min_size=12, max_size=12))
        return dumps.skiplist_6_2(dict(zip(flat, scores, strict=False)))
    if kind == 4:
        return dumps.set_7_2(flat)
    if kind == 5:
        return dumps.list_7_2(flat)
    expiring = [(name, text, draw_from(moments)) for name, text in some.items()]
    return dumps.hash_7_4(expiring) if kind == 6 else dumps.small_hash_7_4(expiring)


@settings(max_examples=150)
@given(payloads(), payloads(), st.integers(12, 150), st.integers(0, 5), st.integers(0, 20))
def test_a_picture_fits_whatever_the_key_holds(
    payload: bytes, other: bytes, width: int, start: int, count: int
) -> None:
    found = inspect_dump(payload, OLD, Window(start, count))
    before = inspect_dump(other, OLD, Window(0, 20))
    for one, two in ((before, found), (None, found), (found, None)):
        line = why(one, two, [b"TOUCH", b"k"])
        assert line
        assert "\n" not in line
        assert_fits(draw_diff(one, two, width, [b"TOUCH", b"k"]), width)
    for changed in (NOTHING, changes(None, found), changes(before, found)):
        for view in views_of(found):
            drawing = draw(found, width, view, changed)
            assert_fits(drawing, width)
            assert_ascii(drawing)


# what changed between two looks


def _changed(before: bytes, after: bytes, encoding: str = "") -> frozenset[object]:
    facts = replace(OLD, encoding=encoding)
    return changes(inspect_dump(before, facts), inspect_dump(after, facts))


def test_a_changed_value_of_a_ziplist_is_marked() -> None:
    before, after = dumps.hash_6_2(ALICE), dumps.hash_6_2({**ALICE, b"age": b"31"})
    assert _changed(before, after) == {3}
    assert "⁺31" in draw(inspect_dump(after, OLD), 70, "structure", frozenset({3})).plain


def test_a_new_member_of_a_listpack_set_is_marked() -> None:
    assert _changed(dumps.set_7_2([b"a"]), dumps.set_7_2([b"a", b"b"])) == {1, "total", "count"}


def test_an_element_pushed_in_front_is_the_only_new_one() -> None:
    before, after = dumps.list_7_2([b"a", b"b"]), dumps.list_7_2([b"0", b"a", b"b"])
    assert _changed(before, after, "listpack") == {0, "total", "count"}


def test_changed_fields_of_a_table_and_members_of_a_skiplist_are_marked() -> None:
    before, after = dumps.table_6_2({b"a": b"1"}), dumps.table_6_2({b"a": b"2", b"b": b"1"})
    assert _changed(before, after) == {b"a", b"b"}
    one, two = dumps.skiplist_6_2({b"a": 1.0}), dumps.skiplist_6_2({b"a": 2.0})
    assert _changed(one, two) == {b"a"}
    assert "►⁺a" in draw(inspect_dump(two, OLD), 70, "structure", frozenset({b"a"})).plain


def test_why_tells_what_both_looks_show() -> None:
    one = inspect_dump(dumps.skiplist_6_2({b"a": 1.0, b"b": 2.0}), OLD)
    two = inspect_dump(dumps.skiplist_6_2({b"a": 5.0, b"b": 2.0, b"c": 0.0}), OLD)
    assert why(one, two, [b"ZADD", b"k", b"5", b"a"]).startswith(
        "ZADD: 2 → 3 elements; changed: a, c · "
    )
    small = inspect_dump(dumps.hash_6_2(ALICE), OLD)
    large = inspect_dump(dumps.hash_6_2({**ALICE, b"age": b"1000"}), OLD)
    assert why(small, large).startswith("changed: 1000; ziplist of 32 → 33 B")


# as it would stand in a file


@pytest.mark.parametrize("name", PAYLOADS)
def test_the_view_file_shows_the_bytes_of_the_dump_or_is_not_offered(name: str) -> None:
    found = outside(name)
    body = PAYLOADS[name][0][:-10]
    if "file" not in views_of(found):
        assert name == "8.6-stream"
        return
    pair = pair_of(found)
    spans = [span for some in pair.spans(0, pair.count) for span in some if not span.unpacked]
    told = b"".join(span.data for span in spans)
    assert [span.offset for span in spans] == [
        sum(one.size for one in spans[:at]) for at in range(len(spans))
    ]
    assert sum(span.size for span in spans) == len(body) + len(b"\x01k")
    assert told[:3] == body[:1] + b"\x01k"


def test_a_large_value_from_outside_has_no_view_file() -> None:
    large = dumps.sealed(10, 0, codec.write_string(random.Random(3).randbytes(1 << 18)))
    assert "file" not in views_of(inspect_dump(large, replace(OLD, encoding="raw")))


def test_the_view_file_marks_what_has_changed_outside() -> None:
    before, after = (
        inspect_dump(dumps.list_7_2(entries), replace(NEW, encoding="listpack"))
        for entries in ([b"a", b"b"], [b"a", b"b", b"c"])
    )
    marked = filed_marks(before, after, ())
    text = draw(after, 110, "file", marked).plain
    assert any("⁺" in line and line.endswith(" c") for line in text.splitlines())
    assert not any("⁺" in line and line.endswith(" a") for line in text.splitlines())
