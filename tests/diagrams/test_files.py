"""A key as it would stand in files, and files as `dissect` draws them: goldens and properties.

`UPDATE_GOLDENS=1 pytest tests/diagrams/test_files.py` writes the golden files anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.diagrams.samples import new_world, run
from tests.diagrams.test_golden import roles_of
from tests.diagrams.test_properties import assert_ascii, assert_fits, commands, configs, thorough
from tests.diagrams.test_without_colour import assert_told
from tutor import i18n
from tutor.console.xray.sight import Sight, sight_in
from tutor.diagrams.files import Part, draw_file
from tutor.diagrams.server import draw_server
from tutor.diagrams.server.rdb_file import FileFigures
from tutor.engine.cmdline import split
from tutor.engine.inspect import inspect
from tutor.engine.structures.window import Window
from tutor.engine.world import World
from tutor.persistence.dissect import Span, open_bytes
from tutor.persistence.dissect.pair_file import LongPair, pair_of
from tutor.persistence.dissect.server_file import ServerFile
from tutor.persistence.rdb import RdbInfo, write_rdb

GOLDEN = Path(__file__).parent / "golden_files"
WIDTHS = (40, 70, 110)
INFO = RdbInfo(1_700_000_000, 948_392)
SAMPLES = {
    "string": ("SET k 12", "INCR k"),
    "string-lzf": ("SET k " + "abcabcabc" * 9, "EXPIRE k 100"),
    "binary-cjk-emoji-rtl": ('HSET k "\\x00\\xff" 日本語 🎉 v', "HSET k имя שלום"),
    "hash": ("HSET k name Ann age 30", "HSET k age 31"),
    "set-popped": ("SADD k a b c d", "SPOP k"),
    "set-long": ("SADD k " + " ".join(f"m{n}" for n in range(300)), "SADD k new"),
    "zset-long": (
        "ZADD k " + " ".join(f"{n} m{n}" for n in range(300)),
        "ZADD k 298.5 new",
    ),
    "list-nodes": ("CONFIG SET list-max-listpack-size 2", "RPUSH k a b c d e", "RPUSH k f"),
    "stream": ("XADD k 1-1 f v", "XGROUP CREATE k g 0", "XADD k 2-1 f w"),
    "lru": ("CONFIG SET maxmemory-policy allkeys-lru", "SET k v", "GET k"),
    "nothing-written": ("SET k v", "GET k"),
}


def sight(name: str) -> Sight:
    world = new_world()
    for line in SAMPLES[name]:
        run(world, *split(line))
    return sight_in(world, 0, b"k")


def compare(name: str, sections: list[tuple[str, str]]) -> None:
    text = "\n".join(f"=== {title}\n\n{body}\n" for title, body in sections)
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDENS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert file.is_file(), f"{file} is missing: run with UPDATE_GOLDENS=1"
    assert text.splitlines() == file.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_key_is_drawn_as_in_the_golden_file(name: str) -> None:
    seen = sight(name)
    sections = [(f"{width} cells", seen.draw("file", width).plain) for width in WIDTHS]
    drawing = seen.draw("file", 70)
    sections.append(("in words", drawing.text))
    sections.append(("roles, 70 cells", roles_of(drawing)))
    sections.append(("ascii, 70 cells", drawing.ascii().plain))
    compare(name, sections)
    assert_told(drawing)


@pytest.mark.parametrize("name", ["hash", "string-lzf", "set-long"])
def test_a_key_is_drawn_in_russian(name: str, russian: None) -> None:
    assert i18n.language() == "ru"
    drawing = sight(name).draw("file", 70)
    compare(f"{name}.ru", [("70 cells", drawing.plain), ("in words", drawing.text)])


def test_no_golden_file_is_left_over() -> None:
    expected = {*SAMPLES, "hash.ru", "string-lzf.ru", "set-long.ru"}
    assert {file.stem for file in GOLDEN.glob("*.txt")} == expected


def test_the_value_that_changed_is_marked_and_nothing_else() -> None:
    lines = sight("hash").draw("file", 100).plain.splitlines()
    assert [line.split("⁺")[1].strip() for line in lines if "⁺ " in line][:1] == ["number 31"]
    assert sum("⁺ " in line[8:60] for line in lines) == 1


def test_the_incr_file_has_the_effect_and_not_the_words_of_the_command() -> None:
    text = sight("set-popped").draw("file", 100).plain
    incr = text[text.index("AOF incr") :]
    assert "SREM" in incr
    assert "  SPOP" not in incr


def test_a_command_that_changed_nothing_appends_nothing() -> None:
    assert "Nothing: it changed no data." in sight("nothing-written").draw("file", 80).plain


def test_looking_into_the_file_again_and_again_finds_the_same_effects() -> None:
    world = new_world()
    for number in range(4):
        run(world, "RPUSH", "k", str(number))
        incr = sight_in(world, 0, b"k").draw("file", 80).plain.split("AOF incr")[1]
        assert "RPUSH" in incr
        assert f" {number}\n" in incr


# properties


def in_order(spans: list[Span]) -> int:
    """Asserts that each byte is covered once; gives where they end."""
    at = spans[0].offset if spans else 0
    for span in spans:
        if not span.unpacked:
            assert span.offset == at, span
            at = span.end
    return at


def flat(pieces: list[list[Span]]) -> list[Span]:
    return [span for spans in pieces for span in spans]


def in_bytes(command: tuple[str | bytes, ...]) -> list[bytes]:
    return [word.encode() if isinstance(word, str) else word for word in command]


keyspaces = st.lists(st.tuples(commands, st.integers(0, 2), st.booleans()), max_size=5)
policies = st.sampled_from(["noeviction", "allkeys-lru", "allkeys-lfu"])


def fill(
    config: dict[str, int], policy: str, held: list[tuple[tuple[str | bytes, ...], int, bool]]
) -> World:
    world = new_world()
    world.run([b"CONFIG", b"SET", b"maxmemory-policy", policy.encode()])
    for name, value in config.items():
        run(world, "CONFIG", "SET", name, str(value))
    for number, (command, db, expires) in enumerate(held):
        run(world, "SELECT", str(db))
        argv = in_bytes(command)
        argv[1] = b"key:%d" % number
        world.run(argv)
        if expires:
            world.run([b"EXPIRE", argv[1], b"1000"])
    return world


@thorough
@given(configs, policies, keyspaces)
def test_the_file_of_a_server_is_what_would_be_written_and_each_byte_is_covered_once(
    config: dict[str, int],
    policy: str,
    held: list[tuple[tuple[str | bytes, ...], int, bool]],
) -> None:
    world = fill(config, policy, held)
    whole = b"".join(write_rdb(world.engine, INFO, compress=True, checksum=True))
    file = ServerFile(world.engine, INFO)
    while file.go_on():
        pass
    assert file.size == len(whole)
    spans = [span for _piece, some in file.pieces(0, file.count) for span in some]
    assert in_order(spans) == len(whole)
    for span in spans:
        if not span.unpacked and span.code != "not shown":
            assert whole[span.offset : span.offset + len(span.data)] == span.data
    dissection = open_bytes(whole)
    pieces = list(dissection.pieces())
    assert dissection.damage is None
    assert in_order(flat([dissection.spans(piece) for piece in pieces])) == len(whole)
    drawing = draw_file((Part(one, dissection.spans(one)) for one in pieces), 60)
    assert_fits(drawing, 60)


@thorough
@given(configs, commands, st.integers(20, 130), st.integers(0, 70))
def test_a_pair_in_units_is_the_pair_and_each_byte_is_covered_once(
    config: dict[str, int], command: tuple[str | bytes, ...], width: int, start: int
) -> None:
    world = new_world()
    for name, value in config.items():
        run(world, "CONFIG", "SET", name, str(value))
    run(world, *command)
    seen = inspect(world.engine, 0, b"k", Window(start, 8))
    assert seen is not None
    pair = pair_of(seen)
    text = b"".join(pair.texts(0))
    assert text in b"".join(write_rdb(world.engine, INFO, compress=True, checksum=False))
    assert in_order(flat(list(pair.spans(0, pair.count)))) == len(text)
    assert flat(list(pair.spans(start, start + 8))) == flat(
        list(pair.spans(0, pair.count))[start : start + 8]
    )
    drawing = Sight(b"k", seen).draw("file", width)
    assert_fits(drawing, width)
    assert_ascii(drawing)


LONG = {
    "set": ["SADD", "k", *(f"m{n}" for n in range(3000))],
    "hash": ["HSET", "k", *(f"m{n}" for n in range(3000))],
    "zset": ["ZADD", "k", *(w for n in range(3000) for w in (str(n), f"m{n}"))],
    "list": ["RPUSH", "k", *(f"element number {n}" for n in range(9000))],
    "text": ["SET", "k", "x" * 400_000],
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_value_is_counted_in_steps_and_any_part_is_the_same(name: str) -> None:
    world = new_world()
    run(world, *LONG[name])
    seen = inspect(world.engine, 0, b"k", Window(0, 4))
    assert seen is not None
    pair = pair_of(seen)
    assert isinstance(pair, LongPair)
    last = pair.count - 3
    early = flat(list(pair.spans(last, last + 3)))
    while pair.go_on():
        pass
    late = flat(list(pair.spans(last, last + 3)))
    assert [one.data for one in early] == [one.data for one in late]
    assert late[-1].end == pair.size
    whole = flat(list(pair.spans(0, pair.count)))
    assert in_order(whole) == pair.size
    assert late == whole[-len(late) :]
    if name == "text":
        return
    written = b"".join(write_rdb(world.engine, INFO, compress=True, checksum=False))
    assert b"".join(pair.texts(0)) in written


def test_a_value_of_a_million_elements_is_drawn_from_its_middle_without_the_rest() -> None:
    world = new_world()
    run(world, "SADD", "k", *(f"m{n}" for n in range(70_000)))
    seen = inspect(world.engine, 0, b"k", Window(60_000, 8))
    assert seen is not None
    drawing = Sight(b"k", seen).draw("file", 80)
    assert "········" in drawing.plain  # not counted so far
    assert "member m59999" in drawing.plain
    assert len(drawing.lines) < 120


def test_a_file_that_is_not_counted_yet_says_so_and_promises_no_checksum() -> None:
    world = new_world()
    run(world, *LONG["set"])
    for number in range(3000):
        run(world, "SET", f"key:{number}", "v")
    file = ServerFile(world.engine, INFO)
    drawing = draw_server("file", FileFigures(file, file.count - 3, file.count), 120)
    assert "counted so far" in drawing.plain
    assert "········  FF" in drawing.plain
    assert "CRC64 of all bytes before it: not summed up yet" in drawing.plain
    while file.go_on():
        pass
    drawing = draw_server("file", FileFigures(file, file.count - 3, file.count), 120)
    assert "counted so far" not in drawing.plain
    assert ": right" in drawing.plain


def test_a_key_is_found_in_the_file_whether_it_is_old_or_new() -> None:
    world = new_world()
    for number in range(1000):
        run(world, "SET", f"key:{number}", "v")
    file = ServerFile(world.engine, INFO)
    for number in (0, 500, 999):
        place = file.place(0, b"key:%d" % number)
        assert place is not None
        assert next(file.pieces(place, place + 1))[0].key == b"key:%d" % number
    assert file.place(0, b"nothing") is None
    assert file.place(7, b"key:1") is None


def test_of_a_large_node_the_ends_are_drawn() -> None:
    world = new_world()
    for first in range(0, 3000, 1000):
        run(world, "RPUSH", "k", *(f"e{number}" for number in range(first, first + 1000)))
    sight = sight_in(world, 0, b"k", Window(1, 1))
    assert sight.now is not None
    spans = next(iter(pair_of(sight.now).spans(1, 2)))
    lines = sight.draw("file", 110).plain.splitlines()
    assert any(f"… {len(spans) - 102} more parts" in line for line in lines)
    assert any(line.endswith(" e0") for line in lines)
    assert any("end of the listpack" in line for line in lines)
    assert len(lines) < 250 < len(spans)
