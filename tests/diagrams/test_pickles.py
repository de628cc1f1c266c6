"""Pickles taken apart: every byte once, nothing carried out, whatever the bytes are.

`UPDATE_GOLDENS=1 pytest tests/diagrams/test_pickles.py` writes the golden files anew.
"""

from __future__ import annotations

import copyreg
import datetime
import decimal
import json
import os
import pickle
import pickletools
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.diagrams.canvas import line_width
from tutor.diagrams.pickles import PickleLayout, dissect, draw, tell
from tutor.diagrams.pickles.machine import _DEEDS, PUSHED
from tutor.diagrams.pickles.meanings import _MEANINGS

GOLDEN = Path(__file__).parent / "golden_pickles"
WIDTHS = (50, 80, 112)


class Attack:
    """Loading it would write down that it was loaded."""

    ran: list[str] = []  # noqa: RUF012 - the point of it

    def __reduce__(self) -> tuple[Any, ...]:
        return Attack.strike, ("rm -rf /",)

    @staticmethod
    def strike(words: str) -> None:
        Attack.ran.append(words)


class Point:
    """An instance with a state."""

    def __init__(self) -> None:
        self.x = 1


SYSTEM = b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R."
SAMPLES: dict[str, bytes] = {
    "dictionary": pickle.dumps({"id": 7, "name": "Алиса", "tags": ("a", "b"), "ok": True}, 5),
    "refused": pickle.dumps({"when": datetime.date(2026, 1, 2), "sum": decimal.Decimal("1.50")}, 5),
    "attack": SYSTEM,
    "old-attack": b"cos\nsystem\n(S'id'\ntR.",
    "cut": pickle.dumps({"id": 7, "name": "Алиса"}, 5)[:-9],
    "trailing": b"K\x01.junk behind it",
    "unknown": b"\x80\x05]\xff\x00\x01",
    "number": b"42",
}

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
    | st.datetimes() | st.decimals() | st.binary().map(bytearray)
    | st.frozensets(st.integers()) | st.sets(st.text(max_size=3)),
    lambda inner: st.lists(inner) | st.tuples(inner, inner, inner, inner)
    | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=12,
)  # fmt: skip


def assert_covered(layout: PickleLayout, data: bytes) -> None:
    at = 0
    for op in layout.ops:
        assert op.offset == at
        assert op.size > 0
        assert op.data == data[at : at + op.size][: len(op.data)]
        at += op.size
    if layout.rest is not None:
        assert layout.rest.offset == at
        at += layout.rest.size
    assert at == layout.size == len(data)


@given(plain, st.integers(0, 5))
def test_every_byte_of_a_pickle_belongs_to_one_opcode(value: object, protocol: int) -> None:
    data = pickle.dumps(value, protocol)
    layout = dissect(data, 1 << 20)
    assert_covered(layout, data)
    assert layout.whole
    assert layout.rest is None
    assert [(op.offset, op.name) for op in layout.ops] == [
        (at, info.name) for info, _argument, at in pickletools.genops(data)
    ]


@given(plain)
def test_json_is_what_json_dumps_says(value: object) -> None:
    twin = dissect(pickle.dumps(value, 5), 1 << 20).json
    assert twin is not None
    expected, error = dumped(value)
    assert (twin.size, twin.error) == (len(expected) if not error else None, error)
    if not error:
        tight = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        assert twin.compact == len(tight.encode("utf-8", "surrogatepass"))
        again = json.loads(expected)
        assert (again == value and repr(again) == repr(value)) or twin.losses


def dumped(value: object) -> tuple[str, str]:
    """What json.dumps writes, or the text of its refusal."""
    try:
        return json.dumps(value), ""
    except TypeError as error:
        return "", f"TypeError: {error}"


hostile = st.binary(max_size=200) | st.lists(
    st.sampled_from([bytes([ord(one.code)]) for one in pickletools.opcodes])
    | st.binary(max_size=3) | st.just(b"\n") | st.just(b"\xff\xff\xff\x7f"),
    max_size=60,
).map(b"".join)  # fmt: skip


@settings(max_examples=400)
@given(hostile, st.sampled_from([0, 1, 7, 4096]), st.sampled_from([20, 50, 80, 130]))
def test_no_bytes_raise_and_no_line_is_too_wide(data: bytes, limit: int, width: int) -> None:
    layout = dissect(data, limit)
    assert_covered(layout, data)
    drawing = draw(layout, width)
    assert max(map(line_width, drawing.lines)) <= max(width, 50)
    assert drawing.text == tell(layout)


@given(plain, st.data())
def test_a_cut_pickle_is_shown_up_to_the_cut(value: object, chance: st.DataObject) -> None:
    data = pickle.dumps(value, 5)
    data = data[: chance.draw(st.integers(0, len(data) - 1))]
    layout = dissect(data, 1 << 20)
    assert_covered(layout, data)
    assert not layout.whole
    assert layout.faults


def test_nothing_is_carried_out_and_the_call_is_named() -> None:
    data = pickle.dumps(Attack(), 5)
    layout = dissect(data)
    draw(layout, 80)
    assert not Attack.ran
    calls = [danger for danger in layout.dangers if danger.deed == "calls"]
    assert any("strike" in one.name or "strike" in one.arguments for one in calls)
    pickle.loads(data)  # that loading it does run it
    assert Attack.ran == ["rm -rf /"]
    Attack.ran.clear()


@pytest.mark.parametrize(
    ("data", "name", "arguments"),
    [
        (SYSTEM, "os.system", "('id')"),
        (b"cos\nsystem\n(S'id'\ntR.", "os.system", "('id')"),
        (b"(S'id'\nios\nsystem\n.", "os.system", "('id')"),
        (b"(cos\nsystem\nS'id'\no.", "os.system", "('id')"),
        (b"\x80\x02cos\nsystem\nq\x00h\x00X\x02\x00\x00\x00id\x85R.", "os.system", "('id')"),
        (b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x031+1\x85R.", "builtins.eval", "('1+1')"),
        (b"\x80\x04\x8c\x0asubprocess\x8c\x05Popen\x93\x8c\x02ls\x85\x81.", "subprocess.Popen",
         "('ls')"),
    ],
)  # fmt: skip
def test_each_way_of_an_attack_is_seen_through(data: bytes, name: str, arguments: str) -> None:
    layout = dissect(data)
    found = [one for one in layout.dangers if one.deed in ("calls", "makes")]
    assert [(one.name, one.arguments, one.weapon) for one in found] == [(name, arguments, True)]
    assert f"{name}{arguments}" in "".join(draw(layout, 80).plain.split())


def test_an_instance_is_no_attack_and_its_state_is_shown() -> None:
    layout = dissect(pickle.dumps(Point(), 5))
    assert [one.deed for one in layout.dangers] == ["names", "makes", "builds"]
    assert not any(one.weapon for one in layout.dangers)
    assert layout.dangers[2].arguments == "{'x': 1}"


def test_extensions_and_persistent_objects_are_marked() -> None:
    copyreg.add_extension(Point.__module__, "Point", 0xF0)
    try:
        data = pickle.dumps(Point, 2)
    finally:
        copyreg.remove_extension(Point.__module__, "Point", 0xF0)
    assert [one.deed for one in dissect(data).dangers] == ["registry"]
    assert [one.deed for one in dissect(b"Ptoken\n.").dangers] == ["outside"]


TEN: list[Any] = []
for _level in range(40):
    TEN = [TEN] * 10
ITSELF: list[Any] = []
ITSELF.append(ITSELF)
HOSTILE: dict[str, bytes] = {
    "nested": b"\x80\x05" + b"]" * 100_000 + b"a" * 99_999 + b".",
    "tuples": b")" + b"\x85" * 4000 + b".",
    "marks": b"(" * 1_000_000,
    "huge length": b"\x8d" + b"\xff" * 8 + b"abc",
    "negative length": b"\x8b\xff\xff\xff\xff",
    "memo": b"Nr\xff\xff\xff\xff.",
    "many": b"N" * 100_000_000,
    "large text": b"\x8d" + (50_000_000).to_bytes(8, "little") + b"a" * 50_000_000 + b".",
    "large number": b"I" + b"9" * 1_000_000 + b"\n.",
    "endless line": b"c" + b"a" * 10_000_000,
    "ten times ten": pickle.dumps(TEN, 5),
    "itself": pickle.dumps(ITSELF, 5),
    "frame": b"\x80\x05\x95\xff\xff\xff\xff\xff\xff\xff\x7fN.",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_pickle_takes_little_memory_and_is_drawn(name: str) -> None:
    data = HOSTILE[name]
    tracemalloc.start()
    try:
        layout = dissect(data)
        drawing = draw(layout, 80)
        taken = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert taken < 40_000_000
    assert_covered(layout, data)
    assert len(drawing.lines) < 3000
    assert len(layout.value) < 2000


def test_what_contradicts_the_bytes_is_named() -> None:
    assert [one.code for one in dissect(HOSTILE["memo"]).faults] == ["room"]
    assert [one.code for one in dissect(HOSTILE["frame"]).faults] == ["frame"]
    assert [one.code for one in dissect(HOSTILE["huge length"]).faults] == ["cut"]
    assert [one.code for one in dissect(b"").faults] == ["empty"]
    assert [one.code for one in dissect(b"N").faults] == ["no-stop"]
    assert [one.code for one in dissect(b"h\x07.").faults] == ["memo"]
    assert [one.code for one in dissect(b"e").faults] == ["mark"]
    assert [one.code for one in dissect(b"0").faults] == ["underflow"]
    assert [one.code for one in dissect(b"NNa.").faults] == ["kind"]
    assert [one.code for one in dissect(b"\x80\x09N.").faults] == ["protocol"]


def test_every_opcode_of_python_is_known() -> None:
    names = {one.name for one in pickletools.opcodes}
    assert names == set(_MEANINGS)
    assert names == set(_DEEDS) | PUSHED


def test_what_json_loses_is_counted() -> None:
    value = {1: (1, 2), "1": (3,), "s": {1}, "b": b"x", "nan": float("nan"), ("k",): 0}
    twin = dissect(pickle.dumps(value, 5)).json
    assert twin is not None
    assert dict(twin.losses) == {
        "tuple": 2, "key": 1, "same": 1, "set": 1, "bytes": 1, "nan": 1, "bad-key": 1,
    }  # fmt: skip


def section(title: str, text: str) -> str:
    return f"=== {title}\n\n{text}\n\n"


def compare(name: str, text: str) -> None:
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDENS"):
        file.write_text(text, encoding="utf-8")
    assert file.is_file(), f"{file} is missing: run with UPDATE_GOLDENS=1"
    assert text.splitlines() == file.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", SAMPLES)
def test_drawn_as_in_the_golden_file(name: str) -> None:
    layout = dissect(SAMPLES[name])
    text = "".join(section(f"{width} cells", draw(layout, width).plain) for width in WIDTHS)
    text += section("ASCII", draw(layout, 80).ascii().plain)
    compare(name, text + section("in words", tell(layout)))


@pytest.mark.parametrize("name", ["dictionary", "refused", "attack", "cut"])
def test_drawn_in_russian(name: str, russian: None) -> None:
    layout = dissect(SAMPLES[name])
    compare(f"{name}.ru", section("80 cells", draw(layout, 80).plain) + tell(layout))
