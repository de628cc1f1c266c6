"""Streams: entries in nodes, their bytes, deleting, trimming, groups."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.structures.stream import NodeLimits, Stream, id_text
from tutor.engine.structures.stream_group import Consumer, Nack
from tutor.engine.structures.stream_node import decode, difference

DEBIAN = "debian"
SMALL = NodeLimits(max_bytes=4096, max_entries=4)


def entry(ms: int, seq: int = 0) -> int:
    return ms << 64 | seq


def filled(count: int, limits: NodeLimits = SMALL) -> Stream:
    stream = Stream()
    for number in range(1, count + 1):
        stream.append(entry(number), [b"n", b"%d" % number], limits)
    return stream


def ids(stream: Stream) -> list[int]:
    return [one >> 64 for one, _ in stream.range()]


actions = st.one_of(
    st.tuples(st.just("add"), st.integers(0, 3)),
    st.tuples(st.just("delete"), st.integers(0, 60)),
    st.tuples(st.just("maxlen"), st.integers(0, 30)),
    st.tuples(st.just("minid"), st.integers(0, 60)),
    st.tuples(st.just("clone"), st.just(0)),
)


@given(st.lists(actions, max_size=60), st.sampled_from([0, 1, 3, 100]), st.integers(0, 300))
def test_any_sequence_of_changes_gives_the_entries_in_order(
    changes: list[tuple[str, int]], max_entries: int, max_bytes: int
) -> None:
    limits = NodeLimits(max_bytes, max_entries)
    ours, model = Stream(), dict[int, tuple[bytes, ...]]()
    for action, number in changes:
        if action == "add":
            one = ours.last_id + (number + 1 << 64 if number else 1)
            words = (b"n", b"%d" % number) * (1 + number % 2)
            ours.append(one, words, limits)
            model[one] = words
        elif action == "delete":
            assert ours.delete(entry(number), DEBIAN) == (
                model.pop(entry(number), None) is not None
            )
        elif action == "maxlen":
            gone = sorted(model)[: max(len(model) - number, 0)]
            assert ours.trim(DEBIAN, number, 0, False, 0) == len(gone)
            model = {one: words for one, words in model.items() if one not in gone}
        elif action == "minid":
            ours.trim(DEBIAN, None, entry(number), False, 0)
            model = {one: words for one, words in model.items() if one >= entry(number)}
        else:
            ours = ours.clone()
        ours.check()
        assert dict(ours.range()) == model
        assert list(ours.range(reverse=True)) == list(ours.range())[::-1]


def test_the_bytes_of_a_node_are_those_measured_on_the_real_server() -> None:
    stream = Stream()
    stream.append(entry(1, 1), [b"f", b"v"], NodeLimits())
    node = stream.nodes.values[entry(1, 1)]
    assert node.image() == bytes.fromhex(
        "1d0000000a00 0101 0001 0101 816602 0001 0201 0001 0001 817602 0401 ff"
    )
    assert stream.memory(0, DEBIAN) == 16 + 80 + 504 + 4096


def test_an_entry_with_other_names_carries_them_itself() -> None:
    stream = filled(1)
    stream.append(entry(2), [b"n", b"2"], SMALL)
    alike = stream.nodes.values[entry(1)].size
    stream.append(entry(3), [b"m", b"3"], SMALL)
    assert stream.nodes.values[entry(1)].size - alike == 2 * 5 + 2 + 3
    stream.check()


def test_differences_wrap_as_64_bits_do() -> None:
    most = 2**64 - 1
    assert difference(entry(5, 0), entry(5, most)) == (0, 1)
    assert difference(entry(6, 0), entry(5, 100)) == (1, -100)
    assert difference(entry(most, 0), entry(0, 0)) == (-1, 0)


def test_a_node_of_so_many_entries_is_full_and_cut_to_size() -> None:
    stream = filled(5)
    first, second = stream.nodes.values.values()
    assert (first.count, second.count) == (4, 1)
    assert first.allocation(DEBIAN) < 128
    assert second.allocation(DEBIAN) == 4096


def test_deleted_entries_stay_in_their_node_until_it_is_empty() -> None:
    stream = filled(4)
    node = stream.nodes.values[entry(1)]
    size = node.size
    for number in (2, 1, 4):
        assert stream.delete(entry(number), DEBIAN)
    assert (node.count, node.deleted, node.size) == (1, 3, size)
    assert stream.delete(entry(3), DEBIAN)
    assert len(stream.nodes) == 0
    assert not stream.delete(entry(3), DEBIAN)


def test_an_id_that_is_given_again_stands_behind_its_deleted_self() -> None:
    stream = filled(3, NodeLimits())
    stream.delete(entry(3), DEBIAN)
    stream.last_id = entry(2)  # XSETID
    stream.append(entry(3), [b"n", b"again"], NodeLimits())
    stream.check()
    assert stream.get(entry(3)) == (b"n", b"again")
    assert ids(stream) == [1, 2, 3]
    assert [one >> 64 for one, _ in stream.range(reverse=True)] == [3, 2, 1]
    assert stream.delete(entry(3), DEBIAN)
    assert stream.get(entry(3)) is None
    stream.check()


def test_trimming_about_takes_whole_nodes_only_and_no_more_than_the_limit() -> None:
    stream = filled(12)
    assert stream.trim(DEBIAN, 7, 0, True, 0) == 4
    assert stream.trim(DEBIAN, 1, 0, True, 3) == 0
    assert stream.trim(DEBIAN, 1, 0, True, 4) == 4
    assert ids(stream) == [9, 10, 11, 12]
    assert stream.first_id == entry(9)


def test_a_node_travels_through_bytes() -> None:
    stream = filled(4)
    stream.delete(entry(2), DEBIAN)
    node = stream.nodes.values[entry(1)]
    again = decode(node.master, node.image(), object())
    assert (again.ids, again.words, again.flags) == (node.ids, node.words, node.flags)
    assert again.allocation(DEBIAN) < node.allocation(DEBIAN)


@pytest.mark.parametrize("change_origin", [True, False])
def test_a_clone_and_its_origin_share_nothing_that_changes(change_origin: bool) -> None:
    origin = filled(6)
    group = origin.add_group(b"g", 0, 0)
    assert group is not None
    group.consumers[b"ann"] = Consumer(b"ann", 0)
    group.assign(entry(1), Nack(b"ann", 0, 1))
    copy = origin.clone()
    kept, changed = (copy, origin) if change_origin else (origin, copy)
    before = dict(kept.range())
    changed.append(entry(7), [b"n", b"x"], SMALL)
    changed.delete(entry(2), DEBIAN)
    own = changed.own_group(b"g")
    assert own is not None
    own.release(entry(1))
    own.last_id = entry(9)
    assert dict(kept.range()) == before
    assert kept.groups[b"g"].last_id == 0
    assert kept.groups[b"g"].pending.keys == [entry(1)]
    kept.check()
    changed.check()


def test_a_pending_entry_has_one_holder() -> None:
    stream = filled(3)
    group = stream.add_group(b"g", 0, 0)
    assert group is not None
    for name in (b"ann", b"bob"):
        group.consumers[name] = Consumer(name, 0)
    chance = random.Random(1)
    for _ in range(100):
        name = chance.choice([b"ann", b"bob"])
        group.assign(entry(chance.randint(1, 9)), Nack(name, 0, 1))
        group.release(entry(chance.randint(1, 9)))
        group.check()
    held = len(group.consumers[b"ann"].pending)
    left = len(group.pending) - held
    assert group.remove(b"ann") == held
    assert len(group.pending) == left
    group.check()


def test_the_lag_is_known_as_long_as_nothing_was_deleted_ahead() -> None:
    stream = filled(6)
    group = stream.add_group(b"g", 0, -1)
    assert group is not None
    assert stream.lag(group) == 6
    stream.advance(group, entry(1))
    assert (group.entries_read, stream.lag(group)) == (1, 5)
    stream.delete_all([entry(4)], DEBIAN)
    assert stream.lag(group) is None
    for number in (2, 3, 5, 6):
        stream.advance(group, entry(number))
    assert (group.entries_read, stream.lag(group)) == (6, 0)


def test_an_id_is_written_as_two_numbers() -> None:
    assert id_text(entry(7, 3)) == b"7-3"
    assert id_text(2**128 - 1) == b"18446744073709551615-18446744073709551615"
