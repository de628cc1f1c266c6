"""The bucket index in slices: whatever happens to the table meanwhile, it comes out right."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.structures.hashtable import HashTable

KEYS = st.integers(0, 400).map(lambda number: b"k%d" % number)
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["insert", "add", "discard", "pop", "find"]), KEYS),
        st.tuples(st.just("slice"), st.integers(1, 60)),
        st.tuples(st.just("shrink"), st.none()),
        st.tuples(st.just("clone"), st.none()),
    ),
    max_size=200,
)


def table_of(count: int) -> HashTable:
    table = HashTable(b"s" * 16)
    for number in range(count):
        table.insert(b"k%d" % number, b"v")
    return table


def order(table: HashTable) -> list[tuple[bytes, ...]]:
    """The chains of both tables."""
    return [
        tuple(entry.key for entry in bucket.entries)
        for part in table.layout().tables
        for bucket in part.buckets
    ]


@given(st.integers(0, 300), DEEDS)
def test_whatever_happens_while_it_is_built_every_key_is_in_its_bucket(
    count: int, deeds: list[tuple[str, object]]
) -> None:
    table = table_of(count)
    table.prepare(1)
    for name, argument in deeds:
        if name == "slice":
            table.prepare(argument)  # type: ignore[arg-type]
        elif name == "shrink":
            table.shrink_if_needed()
        elif name == "clone":
            table = table.clone()
        elif name in ("insert", "add"):
            getattr(table, name)(argument, b"w")
        else:
            getattr(table, name)(argument)
        table.check()
    while not table.prepare(50):
        assert 0 <= table.prepared < 100
    assert table.prepared == 100
    table.check()
    assert sorted(table.iterate()) == sorted(table.data)


@given(st.integers(0, 300), st.integers(1, 100))
def test_slices_and_one_go_give_the_same_chains(count: int, size: int) -> None:
    at_once, in_slices = table_of(count), table_of(count)
    at_once.iterate()
    while not in_slices.prepare(size):
        pass
    assert order(in_slices) == order(at_once)


def test_a_command_that_needs_the_order_at_once_finishes_what_was_begun() -> None:
    table = table_of(1000)
    assert not table.prepare(500)
    assert table.prepared == 25
    _cursor, keys = table.scan(0, 10)
    assert keys
    assert table.indexed
    assert table.prepared == 100
    assert table.building is None


def test_the_copy_of_a_table_goes_on_where_the_original_was() -> None:
    table = table_of(1000)
    table.prepare(1500)
    copy = table.clone()
    table.insert(b"only here", b"")
    copy.discard(b"k7")
    while not (table.prepare(100) and copy.prepare(100)):
        pass
    table.check()
    copy.check()
    assert b"only here" in table.iterate()
    assert b"k7" not in copy.iterate()
    assert b"k7" in table.iterate()
