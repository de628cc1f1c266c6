"""The forms that other versions have for the same data: measured bytes, and one against another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.diagrams.samples import build, look, new_world, run
from tutor.engine.ancestors import Ancestry, Form, LinkedForm, ancestors, dominoes, has_ancestors
from tutor.engine.structures import listpack, ziplist, zipmap
from tutor.engine.structures.listpack import ListpackLayout
from tutor.engine.structures.window import Window
from tutor.engine.structures.ziplist import ZiplistLayout
from tutor.engine.structures.zipmap import ZipmapLayout

words = st.binary(max_size=70) | st.integers(-(2**40), 2**40).map(lambda number: b"%d" % number)
hashes = st.dictionaries(words, words, min_size=1, max_size=30)


def image(form: Form) -> bytes:
    """The bytes of a form all of whose entries are in sight."""
    layout = form.layout
    if isinstance(layout, ZipmapLayout):
        texts = (one.length + one.free + one.value + one.unused for one in layout.entries)
        return layout.header + b"".join(texts) + b"\xff"
    if isinstance(layout, ZiplistLayout):
        parts = (one.previous + one.prefix + one.data for one in layout.entries)
        return layout.header + b"".join(parts) + b"\xff"
    assert isinstance(layout, ListpackLayout)
    packed = (one.prefix + one.data + one.backlen for one in layout.entries)
    return layout.header + b"".join(packed) + b"\xff"


def only(*lines: str, window: Window = Window(0, 64)) -> Ancestry:  # noqa: B008 - frozen
    (found,) = ancestors(build(lines, window).after)
    return found


def test_the_measured_hash_of_alice_in_three_versions() -> None:
    found = only("HSET k name Alice age 30")
    assert [(form.structure, form.since, form.until) for form in found.forms] == [
        ("zipmap", "2.0", "2.4"),
        ("ziplist", "2.6", "6.2"),
        ("listpack", "7.0", ""),
    ]
    assert [image(form).hex() for form in found.forms] == [
        "02046e616d650500416c6963650361676502003330ff",
        "200000001c000000040000046e616d650605416c6963650703616765" + "05fe1eff",
        "1b0000000400846e616d650585416c696365068361676504" + "1e01ff",
    ]


@given(hashes)
def test_a_hash_has_the_bytes_of_each_encoder(fields: dict[bytes, bytes]) -> None:
    world = new_world()
    run(world, "CONFIG", "SET", "hash-max-listpack-value", "100")
    flat = [word for pair in fields.items() for word in pair]
    run(world, "HSET", "k", *flat)
    (found,) = ancestors(look(world, window=Window(0, 64)))
    old, middle, new = map(image, found.forms)
    assert zipmap.decode(old) == list(fields.items())
    assert ziplist.decode(middle) == listpack.decode(new) == flat
    assert [form.layout.total_bytes for form in found.forms] == [len(old), len(middle), len(new)]


def test_scores_beyond_2_to_the_52_were_text_before_7_0() -> None:
    found = only("ZADD k 100000000000000000 a 12 b 1.5 c -inf d")
    old, middle, new = (listpack_or_ziplist(form) for form in found.forms)
    assert old == middle == [b"d", b"-inf", b"c", b"1.5", b"b", b"12", b"a", b"1e+17"]
    assert new[-1] == b"100000000000000000"
    assert found.forms[0].layout.total_bytes == found.forms[1].layout.total_bytes + 2


def listpack_or_ziplist(form: Form) -> list[bytes]:
    blob = image(form)
    return listpack.decode(blob) if form.structure == "listpack" else ziplist.decode(blob)


def test_a_linked_list_pays_for_every_element() -> None:
    found = only("RPUSH k hello 5 70000")
    linked = found.forms[0].layout
    assert isinstance(linked, LinkedForm)
    sizes = [[piece.size for piece in one.pieces] for one in linked.entries]
    assert sizes == [[24, 16, 14], [24], [24, 16]]
    assert linked.total_bytes == 48 + 54 + 24 + 40


def test_a_small_set_is_a_listpack_since_7_2() -> None:
    found = only("SADD k redis python")
    table, packed = (form.layout for form in found.forms)
    assert isinstance(table, LinkedForm)
    assert [piece.size for piece in table.head] == [56, 4 * 8]
    assert table.total_bytes == 56 + 32 + (24 + 7) + (24 + 8)
    assert packed.total_bytes == listpack.total_size([b"redis", b"python"])


@pytest.mark.parametrize(
    ("command", "has"),
    [
        ("HSET k f v", True),
        (f"HSET k f {'x' * 65}", False),
        ("ZADD k 1 a", True),
        ("RPUSH k a", True),
        ("SADD k 1 2", False),
        ("SADD k a", True),
        (f"SADD k {'x' * 65}", False),
        (f"SADD k {' '.join(f'm{n}' for n in range(129))}", False),
        ("SET k v", False),
        ("XADD k 1-1 f v", False),
    ],
)
def test_which_keys_have_other_forms(command: str, has: bool) -> None:
    assert has_ancestors(build([command]).after) is has


def test_only_what_is_in_sight_is_there_but_sizes_are_of_the_whole() -> None:
    line = "HSET k " + " ".join(f"f{n} v{n}" for n in range(100))
    near, whole = only(line, window=Window(3, 5)), only(line, window=Window(0, 100))
    assert near.shown == (*range(6, 16), 198, 199)
    for one, other in zip(near.forms, whole.forms, strict=True):
        assert one.layout.total_bytes == other.layout.total_bytes == len(image(other))
        by_index = {entry.index: entry for entry in other.layout.entries}
        assert all(by_index[entry.index] == entry for entry in one.layout.entries)


def test_nodes_of_a_list_are_told_one_by_one() -> None:
    made = build(["CONFIG SET list-max-listpack-size 2", "RPUSH k a b c d e f g h i"])
    found = ancestors(made.after)
    assert [one.node for one in found] == [0, 1, 2]
    assert [list(one.values.values()) for one in found] == [
        [b"a", b"b"],
        [b"c", b"d"],
        [b"e", b"f"],
    ]


# cascades


def test_a_command_that_made_an_entry_large_is_told_as_the_cause() -> None:
    made = build([f"RPUSH k {' '.join(['x' * 247] * 5)} end", f"LPUSH k {'h' * 300}"])
    (found,) = ancestors(made.after, made.changed)
    fallen = found.dominoes
    assert fallen is not None
    assert (fallen.index, fallen.happened, fallen.size) == (0, True, 303)
    assert [(one.before, one.after) for one in fallen.steps] == [(250, 254)] * 5 + [(5, 9)]


def test_without_such_a_command_it_is_asked_what_would_be() -> None:
    fallen = dominoes([b"first", *[b"x" * 248] * 3, b"end"], ())
    assert fallen is not None
    assert (fallen.index, fallen.happened, len(fallen.steps), fallen.if_large) == (0, False, 4, 4)


@pytest.mark.parametrize("count", [2, 3, 50])
def test_entries_of_250_bytes_would_all_have_to_grow(count: int) -> None:
    fallen = dominoes([b"%d" % number for number in range(count)], ())
    assert fallen is not None
    assert fallen.if_large == len(ziplist.cascade([250] * count, 0, 254)) == count - 1


@pytest.mark.parametrize(("length", "happened"), [(250, False), (251, True)])
def test_254_bytes_are_the_least_that_a_longer_prevlen_is_needed_for(
    length: int, happened: bool
) -> None:
    words = [b"x" * length, b"y" * 247, b"end"]
    assert ziplist.entry_sizes(words)[0] == length + 3
    fallen = dominoes(words, {0})
    assert fallen is not None
    assert fallen.happened is happened


def test_a_lone_entry_has_nobody_to_push() -> None:
    assert dominoes([b"x" * 300], {0}) is None
    assert dominoes([], ()) is None


@given(st.lists(st.integers(240, 260).map(bytes) | words, max_size=12), st.sets(st.integers(0, 11)))
def test_what_a_cascade_says_is_what_the_bytes_are(some: list[bytes], new: set[int]) -> None:
    fallen = dominoes(some, new)
    if fallen is None:
        return
    grown = some.copy()
    if not fallen.happened:
        grown[fallen.index] = bytes(300)
    after = ziplist.entries_of(ziplist.encode(grown))
    for step in fallen.steps:
        assert len(after[step.index].previous) == 5
        assert after[step.index].size == step.after == step.before + 4
