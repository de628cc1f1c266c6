"""Marks stand exactly where a command changed something, whatever part of a value is in sight."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.diagrams.samples import look, new_world, run
from tutor.diagrams import changes
from tutor.engine.inspect import Inspection, inspect
from tutor.engine.locate import remember
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.intset import IntsetLayout
from tutor.engine.structures.listpack import ListpackLayout
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.quicklist_layout import QuicklistLayout
from tutor.engine.structures.sds import StringLayout
from tutor.engine.structures.skiplist_layout import SkiplistLayout
from tutor.engine.structures.stream_layout import StreamLayout
from tutor.engine.structures.window import Window
from tutor.engine.values import Hash, Set, Value, Zset, text_of
from tutor.engine.world import World

names = st.integers(0, 30).map(lambda n: f"m{n}")
members = st.one_of(names, st.integers(-5, 70_000).map(str))
windows = st.builds(Window, st.integers(0, 8), st.integers(1, 40))
many = settings(max_examples=100)

hash_commands = st.one_of(
    st.tuples(members, members).map(lambda pair: ("HSET", "k", *pair)),
    st.lists(members, min_size=1, max_size=3).map(lambda some: ("HDEL", "k", *some)),
    st.tuples(names, st.integers(-3, 3).map(str)).map(lambda pair: ("HINCRBY", "k", *pair)),
)
set_commands = st.one_of(
    st.lists(members, min_size=1, max_size=3).map(lambda some: ("SADD", "k", *some)),
    st.lists(members, min_size=1, max_size=3).map(lambda some: ("SREM", "k", *some)),
)
zset_commands = st.one_of(
    st.tuples(st.integers(-9, 9).map(str), names).map(lambda pair: ("ZADD", "k", *pair)),
    st.lists(names, min_size=1, max_size=3).map(lambda some: ("ZREM", "k", *some)),
    st.tuples(st.integers(-3, 3).map(str), names).map(lambda pair: ("ZINCRBY", "k", *pair)),
    st.integers(0, 6).map(lambda n: ("ZREMRANGEBYRANK", "k", "0", str(n))),
)


def contents(value: Value) -> dict[bytes, object]:
    """Everything a hash, set or sorted set holds."""
    if isinstance(value, Hash):
        return dict(value.fields)
    if isinstance(value, Zset):
        return dict(value.scores)
    assert isinstance(value, Set)
    return dict.fromkeys(value.members(), True)


def visible(seen: Inspection) -> dict[bytes, object]:
    """What of it is in sight."""
    whole = contents(seen.value)
    layout = seen.layout
    if isinstance(layout, ListpackLayout):
        shown = [entry.value for entry in layout.entries][::2]
    elif isinstance(layout, IntsetLayout):
        shown = [b"%d" % element.value for element in layout.elements]
    elif isinstance(layout, SkiplistLayout):
        shown = [tower.member for tower in layout.towers]
    else:
        assert isinstance(layout, HashTableLayout)
        shown = [e.key for table in layout.tables for b in table.buckets for e in b.entries]
    return {key: whole[key] for key in shown}


def marks(seen: Inspection, changed: frozenset[object]) -> dict[bytes, str]:
    """Which visible elements carry a mark: ``new``, or ``value`` if only that is another."""
    layout = seen.layout
    found: dict[bytes, str] = {}
    if isinstance(layout, ListpackLayout):
        for field, value in zip(layout.entries[::2], layout.entries[1::2], strict=True):
            if field.index in changed:
                assert value.index in changed
                found[field.value] = "new"
            elif value.index in changed:
                found[field.value] = "value"
        return found
    for key in visible(seen):
        if key in changed or (isinstance(layout, IntsetLayout) and int(key) in changed):
            found[key] = "new"
        elif ("value", key) in changed:
            found[key] = "value"
    return found


@pytest.mark.parametrize("limit", ["512", "3"])
@pytest.mark.parametrize("commands", [hash_commands, set_commands, zset_commands])
def test_elements_are_marked_as_a_comparison_of_everything_finds_them(
    limit: str, commands: st.SearchStrategy[tuple[str, ...]]
) -> None:
    @many
    @given(st.lists(commands, min_size=1, max_size=30), commands, windows)
    def check(history: list[tuple[str, ...]], last: tuple[str, ...], window: Window) -> None:
        world = new_world()
        for directive in ("hash-max-listpack-entries", "zset-max-listpack-entries"):
            run(world, "CONFIG", "SET", directive, limit)
        run(world, "CONFIG", "SET", "set-max-intset-entries", limit)
        for command in history:
            world.run([word.encode() for word in command])
        before = inspect(world.engine, 0, b"k", window)
        was = contents(before.value) if before is not None else {}
        world.run([word.encode() for word in last])
        after = inspect(world.engine, 0, b"k", window)
        if after is None:
            return
        changed = changes(before, after)
        if before is None:
            assert changed == {"new"}
            return
        expected = {}
        for key, value in visible(after).items():
            if key not in was:
                expected[key] = "new"
            elif was[key] != value:
                expected[key] = "value"
        assert marks(after, changed) == expected
        assert_figures(before, after, changed)

    check()


def assert_figures(before: Inspection, after: Inspection, changed: frozenset[object]) -> None:
    """Marks on sizes and counts, for structures that are what they were."""
    assert ("encoding" in changed) == (before.encoding != after.encoding)
    old, new = before.layout, after.layout
    if isinstance(old, ListpackLayout) and isinstance(new, ListpackLayout):
        assert ("total" in changed) == (old.total_bytes != new.total_bytes)
        assert ("count" in changed) == (old.count != new.count)
    if isinstance(old, IntsetLayout) and isinstance(new, IntsetLayout):
        assert ("length" in changed) == (old.length != new.length)
        assert ("width" in changed) == (old.width != new.width)
    if isinstance(old, HashTableLayout) and isinstance(new, HashTableLayout):
        sizes = [[table.size for table in one.tables] for one in (old, new)]
        assert ("size" in changed) == (sizes[0] != sizes[1])
        assert ("rehashidx" in changed) == (old.rehashidx != new.rehashidx)
        assert ("used" in changed) == (old.used != new.used)
    if isinstance(old, SkiplistLayout) and isinstance(new, SkiplistLayout):
        assert ("level" in changed) == (old.level != new.level)
        assert ("length" in changed) == (old.length != new.length)


# lists

places = st.integers(-25, 25).map(str)
fresh = st.just("?")
"""Stands for a word that was never in the list."""
list_commands = st.one_of(
    st.lists(fresh, min_size=1, max_size=5).map(lambda some: ("LPUSH", "k", *some)),
    st.lists(fresh, min_size=1, max_size=5).map(lambda some: ("RPUSH", "k", *some)),
    st.integers(1, 4).map(lambda n: ("LPOP", "k", str(n))),
    st.integers(1, 4).map(lambda n: ("RPOP", "k", str(n))),
    st.tuples(places, fresh).map(lambda pair: ("LSET", "k", *pair)),
    st.tuples(st.integers(0, 25), fresh).map(
        lambda pair: ("LINSERT", "k", "BEFORE", f"w{pair[0]}", pair[1])
    ),
    st.integers(0, 25).map(lambda n: ("LREM", "k", "1", f"w{n}")),
    st.tuples(places, places).map(lambda pair: ("LTRIM", "k", *pair)),
)


@many
@given(
    st.integers(1, 26),
    st.lists(list_commands, max_size=6),
    list_commands,
    windows,
    st.sampled_from(["-2", "3", "1"]),
    st.sampled_from(["0", "1"]),
)
def test_list_elements_and_nodes_are_marked_if_they_were_not_there(
    length: int,
    history: list[tuple[str, ...]],
    last: tuple[str, ...],
    window: Window,
    size: str,
    depth: str,
) -> None:
    """Words are all different, so it is plain what is new."""
    world = new_world()
    run(world, "CONFIG", "SET", "list-max-listpack-size", size, "list-compress-depth", depth)
    run(world, "RPUSH", "k", *(f"w{n}" for n in range(length)))
    counter = iter(range(10_000))

    def send(command: tuple[str, ...]) -> None:
        words = [f"new{next(counter)}" if word == "?" else word for word in command]
        world.run([word.encode() for word in words])

    for command in history:
        send(command)
    looked = inspect(world.engine, 0, b"k", window)
    if looked is None:
        return
    before = remember(looked, [word.encode() for word in last])
    was = whole(before)
    send(last)
    after = inspect(world.engine, 0, b"k", window)
    if after is None:
        return
    changed = changes(before, after)
    assert isinstance(after.layout, QuicklistLayout)
    words = {word for _squeezed, entries in was for word in entries}
    for node in after.layout.nodes:
        now = whole(after)[node.index]
        assert (node.index in changed) == (now not in was), (node.index, changed)
        assert node.listpack is not None
        for entry in node.listpack.entries:
            assert ((node.index, entry.index) in changed) == (entry.value not in words)
    assert ("length" in changed) == (before.length != after.length)


def whole(seen: Inspection) -> list[tuple[int | None, tuple[bytes, ...]]]:
    """Every node of a list: compressed size and entries."""
    assert isinstance(seen.value, Quicklist)
    return [(node.lzf_size(), tuple(node.entries)) for node in seen.value.nodes()]


def test_a_rotated_list_marks_only_what_moved() -> None:
    world = new_world()
    run(world, "RPUSH", "k", "a", "b", "c", "d")
    before = look(world)
    run(world, "LMOVE", "k", "k", "LEFT", "RIGHT")
    places = {one for one in changes(before, look(world)) if isinstance(one, tuple)}
    assert {place for place in places if isinstance(place[0], int)} == {(0, 3)}


# strings


@many
@given(
    st.text("abж", max_size=8).map(str.encode),
    st.one_of(
        st.text("abж1", max_size=8).map(lambda text: ("SET", "k", text)),
        st.text("abж", max_size=60).map(lambda text: ("APPEND", "k", text)),
        st.tuples(st.integers(0, 40).map(str), st.text("abж", min_size=1, max_size=8)).map(
            lambda pair: ("SETRANGE", "k", *pair)
        ),
    ),
)
def test_a_string_is_marked_where_it_differs(text: bytes, last: tuple[str, ...]) -> None:
    world = new_world()
    run(world, "SET", "k", text)
    before = look(world)
    was = text_of(before.value)  # type: ignore[arg-type]
    run(world, *last)
    after = look(world)
    now = text_of(after.value)  # type: ignore[arg-type]
    changed = changes(before, after)
    old, new = before.layout, after.layout
    assert isinstance(old, StringLayout)
    assert isinstance(new, StringLayout)
    assert ("text" in changed) == (was != now)
    assert ("encoding" in changed) == (old.encoding != new.encoding)
    if new.integer is None:
        assert ("len" in changed) == (old.length != new.length)
        assert ("alloc" in changed) == (old.alloc != new.alloc)
        assert ("header" in changed) == (old.header != new.header)
    for part in changed:
        if isinstance(part, tuple):
            first, last_ = part[1:3]
            assert now[:first] == was[:first]
            assert now[last_:] == was[len(was) - len(now[last_:]) :]
            assert was != now
        if isinstance(part, tuple) and part[0] == "was":
            assert now[:first] + part[3] + now[last_:] == was


# where the old value is gone


Edit = Callable[[World], None]


def in_place(world: World, *argv: str) -> None:
    """Run a command without the snapshot that keeps the old value."""
    world.engine.execute(world.session, [word.encode() for word in argv])


@pytest.mark.parametrize(
    ("build", "edit", "expected"),
    [
        (("HSET", "k", "a", "1", "b", "2"), ("HSET", "k", "b", "3"), {3}),
        (("SADD", "k", "1", "2"), ("SADD", "k", "3"), {3, "length"}),
        (("SADD", "k", "x", "y"), ("SADD", "k", "z"), {b"z", "used", ("used", 0)}),
        (("ZADD", "k", "1", "a", "2", "b"), ("ZADD", "k", "5", "a"), {3}),
        (("RPUSH", "k", "a", "b"), ("LPUSH", "k", "c"), {(0, 0), "length"}),
    ],
)
def test_a_value_edited_in_place_is_compared_by_what_was_in_sight(
    build: tuple[str, ...], edit: tuple[str, ...], expected: set[object]
) -> None:
    world = new_world()
    in_place(world, *build)
    before = look(world)
    in_place(world, *edit)
    after = look(world)
    assert after.value is before.value
    assert changes(before, after) == expected


def test_a_key_of_another_type_is_new_as_a_whole() -> None:
    world = new_world()
    run(world, "SET", "k", "v")
    before = look(world)
    run(world, "DEL", "k")
    run(world, "RPUSH", "k", "v")
    assert changes(before, look(world)) == {"new"}
    assert changes(None, look(world)) == {"new"}


def test_what_moves_into_sight_is_not_new() -> None:
    """ZREM of the first member brings the next one into the window."""
    world = new_world()
    run(world, "CONFIG", "SET", "zset-max-listpack-entries", "0")
    run(world, "ZADD", "k", *(part for n in range(20) for part in (str(n), f"m{n}")))
    window = Window(0, 8)
    before = look(world, window=window)
    run(world, "ZREM", "k", "m0")
    after = look(world, window=window)
    assert not {one for one in changes(before, after) if isinstance(one, bytes)}


def test_what_was_out_of_sight_is_taken_for_unchanged_after_an_edit_in_place() -> None:
    world = new_world()
    in_place(world, "HSET", "k", "a", "1", "b", "2", "c", "3")
    before = look(world, window=Window(0, 1))
    in_place(world, "HSET", "k", "a", "9")
    after = look(world, window=Window(1, 2))
    assert after.value is before.value
    assert not changes(before, after)


def test_pending_entries_that_move_into_sight_are_not_new() -> None:
    """XACK of the first one brings one more into the group's picture."""
    world = new_world()
    for number in range(1, 60):
        run(world, "XADD", "k", f"{number}-1", "f", "v")
    run(world, "XGROUP", "CREATE", "k", "g", "0")
    run(world, "XREADGROUP", "GROUP", "g", "alice", "STREAMS", "k", ">")
    before = look(world)
    run(world, "XACK", "k", "g", "1-1")
    after = look(world)
    assert isinstance(before.layout, StreamLayout)
    assert isinstance(after.layout, StreamLayout)
    was, now = ({entry for entry, _nack in one.layout.groups[0].nacks} for one in (before, after))
    assert now - was
    assert not {
        one for one in changes(before, after) if isinstance(one, tuple) and one[0] == "nack"
    }
