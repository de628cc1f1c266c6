"""Pictures in parts: set one under the other they show the whole, each item once."""

from __future__ import annotations

import pytest

from tests.diagrams.samples import look, new_world, run
from tutor.diagrams.canvas import Line, line_width
from tutor.diagrams.hashtables import describe_hashtable, draw_hashtable
from tutor.diagrams.picture import draw_parts
from tutor.diagrams.views import View
from tutor.engine.image import TableFigures
from tutor.engine.inspect import Inspection
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.skiplist_layout import SkiplistLayout
from tutor.engine.structures.window import Window
from tutor.engine.world import World

COUNT = 150
WIDTHS = (40, 70, 110)


def names(form: str) -> list[str]:
    return [form.format(number) for number in range(COUNT)]


def zset(world: World) -> list[str]:
    run(world, "CONFIG", "SET", "zset-max-listpack-entries", "0")
    members = names("m{:03d}")
    run(world, "ZADD", "k", *(w for n, m in enumerate(members) for w in (str(n), m)))
    return members


def small_zset(world: World) -> list[str]:
    run(world, "CONFIG", "SET", "zset-max-listpack-entries", "500")
    members = names("m{:03d}")
    run(world, "ZADD", "k", *(w for n, m in enumerate(members) for w in (str(n), m)))
    return members


def table(world: World) -> list[str]:
    run(world, "CONFIG", "SET", "hash-max-listpack-entries", "0")
    fields = names("f{:03d}")
    run(world, "HSET", "k", *(w for f in fields for w in (f, "v")))
    for _lookup in range(COUNT):  # the rehash comes to its end: in three columns chains are cut
        run(world, "HGET", "k", "f000")
    return fields


def pairs(world: World) -> list[str]:
    fields = names("f{:03d}")
    run(world, "HSET", "k", *(w for f in fields for w in (f, "v")))
    return fields


def nodes(world: World) -> list[str]:
    run(world, "CONFIG", "SET", "list-max-listpack-size", "3")
    elements = names("e{:03d}")
    run(world, "RPUSH", "k", *elements)
    return elements


def one_node(world: World) -> list[str]:
    elements = names("e{:03d}")
    run(world, "RPUSH", "k", *elements)
    return elements


def numbers(world: World) -> list[str]:
    members = [str(1000 + number) for number in range(COUNT)]
    run(world, "SADD", "k", *members)
    return members


def parts(seen: Inspection, pitch: int, width: int, view: View) -> tuple[list[str], list[Line]]:
    """The texts above and below all items of each window, and all lines of items."""
    edges: set[tuple[str, str]] = set()
    items: list[Line] = []
    for start in range(0, seen.items_total, pitch):
        drawn = draw_parts(seen.at(Window(start, pitch)), width, view)
        edges.add((text(drawn.above), text(drawn.below)))
        items += drawn.items
        for line in (*drawn.above, *drawn.items, *drawn.below):
            assert line_width(line) <= width
    assert len(edges) == 1, "what stands above and below is the same for every window"
    return list(edges.pop()), items


def text(lines: object) -> str:
    return "\n".join("".join(run[0] for run in line) for line in lines)  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("pitch", [7, 24, 1000])
@pytest.mark.parametrize("build", [zset, table, nodes, one_node, numbers, pairs, small_zset])
def test_the_structure_shows_every_item_once(build: object, pitch: int, width: int) -> None:
    world = new_world()
    expected = build(world)  # type: ignore[operator]
    _edges, items = parts(look(world), pitch, width, "structure")
    shown = text(items)
    for name in expected:
        assert shown.count(name) == 1, name
    for word in ("more", "before"):
        assert word not in shown


@pytest.mark.parametrize("pitch", [7, 24])
@pytest.mark.parametrize("build", [pairs, small_zset, one_node, numbers])
def test_the_bytes_of_a_block_are_all_there_in_their_order(build: object, pitch: int) -> None:
    world = new_world()
    expected = build(world)  # type: ignore[operator]
    _edges, items = parts(look(world), pitch, 110, "bytes")
    places = [text(items).find(name) for name in expected]
    assert -1 not in places
    assert places == sorted(places)
    offsets = [int("".join(run[0] for run in line)[:6]) for line in items]
    assert offsets == sorted(offsets)


def test_the_bytes_of_a_long_text_are_all_there_in_their_order() -> None:
    world = new_world()
    data = bytes(range(256)) * 40
    world.run([b"SET", b"k", data])
    seen = look(world)
    assert seen.items_total == len(data)
    _edges, items = parts(seen, 512, 110, "bytes")
    shown = bytes.fromhex("".join(line[2][0] for line in items))
    assert shown == data


@pytest.mark.parametrize("start", [0, 1, 7, 50, 299])
def test_the_links_that_come_in_are_those_that_lead_over_the_edge(start: int) -> None:
    world = new_world()
    run(world, "CONFIG", "SET", "zset-max-listpack-entries", "0")
    run(world, "ZADD", "k", *(w for n in range(300) for w in (str(n), f"m{n:03d}")))
    whole = look(world, window=Window(0, 300)).layout
    seen = look(world, window=Window(start, 5)).layout
    assert isinstance(whole, SkiplistLayout)
    assert isinstance(seen, SkiplistLayout)
    for level, link in enumerate(seen.incoming):
        before = [tower for tower in whole.towers[:start] if tower.height > level]
        expected = before[-1].links[level] if before else whole.header[level]
        assert link == expected
        assert link.target_rank is None or link.target_rank >= start


def test_while_the_slots_are_worked_out_the_picture_says_how_far_it_is() -> None:
    world = new_world()
    table(world)
    value = world.engine.databases[0].keys.data[b"k"].table
    value.drop_index()
    value.prepare(COUNT)
    assert not value.indexed
    seen = look(world, window=Window(0, 0))
    figures = TableFigures(COUNT, (256,), -1, value.prepared)
    from dataclasses import replace

    drawn = draw_parts(replace(seen, layout=figures), 60)
    assert f"{value.prepared} %" in text(drawn.above)
    assert "█" in text(drawn.above)
    assert not drawn.items
    assert isinstance(look(world).layout, HashTableLayout)


def test_a_small_table_without_chains_is_not_said_to_be_too_large_for_them() -> None:
    small, large = TableFigures(6, (4, 8), 3), TableFigures(200_000, (262_144,), -1)
    words = "100000"
    assert words not in text(draw_hashtable(small, 60, frozenset()))
    assert words not in " ".join(describe_hashtable(small))
    assert all(line.strip() for line in describe_hashtable(small))
    assert words in text(draw_hashtable(large, 60, frozenset()))
    assert words in " ".join(describe_hashtable(large))
