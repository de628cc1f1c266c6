"""What holds of every drawing, whatever the key holds and however wide the screen is."""

from __future__ import annotations

import struct
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.diagrams.samples import look, new_world, run
from tutor.diagrams import Drawing, Role, View, changes, draw
from tutor.diagrams.canvas import line_width, width_of
from tutor.diagrams.payload import printable, shown
from tutor.engine.inspect import Inspection, inspect
from tutor.engine.structures.window import Window

CONTROL = {"Cc", "Cf", "Cs", "Zl", "Zp"}
KEYS_WORDS: frozenset[Role] = frozenset({"payload", "key", "changed", "gone"})
VIEWS: tuple[View, ...] = ("structure", "bytes")

words = st.one_of(
    st.binary(max_size=24),
    st.text(max_size=12).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.text("aя日🎉e\u0301👍🏽🇷🇺\u200b\u202e ─│…⁺\\\"'\t\n", max_size=40).map(str.encode),
    st.integers(-(2**63), 2**63 - 1).map(lambda number: b"%d" % number),
    st.binary(min_size=60, max_size=300),
)
numbers = st.integers(-(2**63), 2**63 - 1) | st.integers(-300, 300) | st.integers(-(2**33), 2**33)
scores = st.floats(allow_nan=False) | st.integers(-5, 5).map(float)
commands = st.one_of(
    words.map(lambda word: ("SET", "k", word)),
    st.tuples(words.filter(len), st.integers(0, 70)).map(
        lambda pair: ("SETRANGE", "k", str(pair[1]), pair[0])
    ),
    st.tuples(words.filter(len), words).map(lambda pair: ("APPEND", "k", b"".join(pair))),
    st.lists(words, min_size=2, max_size=60).map(
        lambda some: ("HSET", "k", *some[: len(some) // 2 * 2])
    ),
    st.lists(words, min_size=1, max_size=60).map(lambda some: ("RPUSH", "k", *some)),
    st.lists(words, min_size=1, max_size=40).map(lambda some: ("SADD", "k", *some)),
    st.lists(numbers, min_size=1, max_size=60).map(lambda some: ("SADD", "k", *map(str, some))),
    st.dictionaries(words, scores, min_size=1, max_size=40).map(
        lambda some: ("ZADD", "k", *(part for m, s in some.items() for part in (repr(s), m)))
    ),
)
configs = st.fixed_dictionaries(
    {
        "hash-max-listpack-entries": st.sampled_from([0, 4, 512]),
        "zset-max-listpack-entries": st.sampled_from([0, 4, 128]),
        "set-max-intset-entries": st.sampled_from([4, 512]),
        "list-max-listpack-size": st.sampled_from([-5, -2, 1, 3, 0]),
        "list-compress-depth": st.sampled_from([0, 1]),
    }
)
windows = st.builds(Window, st.integers(0, 50), st.integers(0, 64))
thorough = settings(max_examples=150)


def make(config: dict[str, int], command: tuple[str | bytes, ...], window: Window) -> Inspection:
    world = new_world()
    for name, value in config.items():
        run(world, "CONFIG", "SET", name, str(value))
    run(world, *command)
    return look(world, window=window)


def assert_fits(drawing: Drawing, width: int) -> None:
    for line in drawing.lines:
        assert line_width(line) <= width
        for text, _role in line:
            assert cell_len(text) == width_of(text)
    for character in drawing.plain:
        assert character == "\n" or unicodedata.category(character) not in CONTROL


def assert_ascii(drawing: Drawing) -> None:
    plain = drawing.ascii()
    for line, twin in zip(drawing.lines, plain.lines, strict=True):
        for (before, role), (after, same) in zip(line, twin, strict=True):
            assert role == same
            assert width_of(before) == width_of(after)
            assert role in KEYS_WORDS or after.isascii(), (after, role)


@thorough
@given(configs, commands, windows, st.integers(12, 200))
def test_a_drawing_fits_its_width_and_has_no_control_characters(
    config: dict[str, int], command: tuple[str | bytes, ...], window: Window, width: int
) -> None:
    seen = make(config, command, window)
    for view in VIEWS:
        drawing = draw(seen, width, view, changes(None, seen))
        assert_fits(drawing, width)
        assert_ascii(drawing)
        assert drawing.lines[1] == ()
        assert all(unicodedata.category(one) not in CONTROL - {"Cc"} for one in drawing.text)


@thorough
@given(configs, commands, commands, st.integers(12, 200))
def test_a_drawing_with_marks_fits_too(
    config: dict[str, int],
    first: tuple[str | bytes, ...],
    second: tuple[str | bytes, ...],
    width: int,
) -> None:
    world = new_world()
    for name, value in config.items():
        run(world, "CONFIG", "SET", name, str(value))
    run(world, *first)
    before = look(world)
    world.run([word.encode() if isinstance(word, str) else word for word in second])
    after = inspect(world.engine, 0, b"k", before.window)
    assert after is not None
    marked = changes(before, after)
    for view in VIEWS:
        drawing = draw(after, width, view, marked)
        assert_fits(drawing, width)
        assert_ascii(drawing)


@given(st.binary(max_size=64))
def test_bytes_read_back_from_how_they_are_shown(data: bytes) -> None:
    """Nothing is lost or ambiguous: the text can be turned back into the bytes."""
    assert _unescape(printable(data)) == data
    quoted = shown(data)
    if quoted.startswith('"'):
        quoted = quoted[1:-1].replace('\\"', '"')
    assert _unescape(quoted) == data


def _unescape(text: str) -> bytes:
    named = {"n": 10, "r": 13, "t": 9, "a": 7, "b": 8, "\\": 92}
    raw, out, at = text.encode(), bytearray(), 0
    while at < len(raw):
        if raw[at] != 0x5C:
            out.append(raw[at])
            at += 1
        elif raw[at + 1 : at + 2] == b"x":
            out.append(int(raw[at + 2 : at + 4], 16))
            at += 4
        else:
            out.append(named[chr(raw[at + 1])])
            at += 2
    return bytes(out)


@given(st.binary(max_size=400), st.integers(1, 200))
def test_the_header_of_a_string_is_what_the_figures_say(data: bytes, spare: int) -> None:
    world = new_world()
    run(world, "SETRANGE", "k", "0", data or b"x")
    run(world, "APPEND", "k", bytes(spare))
    seen = look(world)
    drawing = draw(seen, 400)
    layout = seen.layout
    length = len(data or b"x") + spare
    image = layout.header_bytes  # type: ignore[union-attr]
    codes = {3: "<BBB", 5: "<HHB", 9: "<IIB"}
    len_, alloc, flags = struct.unpack(codes[len(image)], image)
    assert (len_, flags) == (length, {3: 1, 5: 2, 9: 3}[len(image)])
    boxes = drawing.plain
    assert f"│ {len_} " in boxes
    assert f"│ {alloc} " in boxes
    assert f" {length} B " in boxes
    assert (f" {alloc - length} B " in boxes) == (alloc > length) or alloc - length == length
