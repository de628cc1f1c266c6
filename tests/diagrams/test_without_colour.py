"""A drawing says everything without colours: by its signs, its words and its boxes alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given

from tests.diagrams.samples import SAMPLES, new_world, run, sample
from tests.diagrams.test_golden import WIDTHS
from tests.diagrams.test_properties import commands, configs, thorough
from tutor.diagrams import MARK, NOTHING, Drawing, Role, changes, draw, draw_diff, views_of
from tutor.diagrams.canvas import GONE, Line
from tutor.engine.inspect import inspect

ARROWS = frozenset("►◄▲▼─│┌┐└┘→←├┤┬┴")
DRAWN = frozenset("■█")
"""Parts of a picture beside a word that carries the mark."""

EMPTY = frozenset("░·")
HEX = re.compile(r"[0-9a-fA-F]{2}( [0-9a-fA-F]{2})*")
"""Bytes of a listing; what they are stands beside or above them in words."""


def told_by_sign(line: Line, before: Line, role: Role, sign: str) -> bool:
    """Whether the first run of a role carries its sign, or goes on with that of the line before."""
    words = (text.strip() for text, one in line if one == role)
    runs = [word for word in words if word and not set(word) <= DRAWN]
    return not runs or runs[0].startswith(sign) or any(one == role for _text, one in before)


def assert_told(drawing: Drawing) -> None:
    before: Line = ()
    for line in drawing.lines:
        assert told_by_sign(line, before, "changed", MARK), line
        assert told_by_sign(line, before, "gone", GONE), line
        for text, role in line:
            word = text.strip()
            if not word or HEX.fullmatch(word):
                continue
            if role == "free":
                assert EMPTY & set(word), line
            if role == "pointer" and any(map(str.isalnum, word)):
                assert ARROWS & set(word), line
        before = line


def drawings(name: str) -> Iterator[Drawing]:
    made = sample(name)
    for width in WIDTHS:
        yield made.draw_diff(width)
        for view in views_of(made.after):
            yield made.draw(width, view)


@pytest.mark.parametrize("name", SAMPLES)
def test_changed_gone_free_and_pointers_are_told_by_signs(name: str) -> None:
    for drawing in drawings(name):
        assert_told(drawing)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_mark_that_colours_something_also_changes_the_text(name: str) -> None:
    made = sample(name)
    for view in views_of(made.after):
        bare = draw(made.after, 110, view, NOTHING)
        for mark in made.changed:
            marked = draw(made.after, 110, view, frozenset({mark}))
            assert (marked.lines == bare.lines) == (marked.plain == bare.plain), (view, mark)


@thorough
@given(configs, commands, commands)
def test_whatever_a_key_holds_two_looks_are_compared_by_signs(
    config: dict[str, int], first: tuple[str | bytes, ...], second: tuple[str | bytes, ...]
) -> None:
    world = new_world()
    for name, value in config.items():
        run(world, "CONFIG", "SET", name, str(value))
    run(world, *first)
    before = inspect(world.engine, 0, b"k")
    world.run(in_bytes(second))
    after = inspect(world.engine, 0, b"k")
    assert after is not None
    for width in WIDTHS:
        assert_told(draw_diff(before, after, width, in_bytes(second)))
        for view in views_of(after):
            assert_told(draw(after, width, view, changes(before, after)))


def in_bytes(command: tuple[str | bytes, ...]) -> list[bytes]:
    return [word.encode() if isinstance(word, str) else word for word in command]
