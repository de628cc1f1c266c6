"""Skiplist: order, spans, ranges, towers."""

from __future__ import annotations

import gc
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tutor.engine.structures.skiplist import Skiplist, SkiplistNode
from tutor.engine.structures.skiplist_range import LexEnd, LexRange, ScoreRange
from tutor.engine.structures.window import Window

members = st.sampled_from([b"%c%d" % (letter, number) for letter in b"abc" for number in range(8)])
scores = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, -1.0, float("inf"), float("-inf"), 1e300, 5e-324]),
    st.integers(-3, 3).map(float),
)
score_ranges = st.builds(ScoreRange, scores, scores, st.booleans(), st.booleans())
ends = st.one_of(st.sampled_from(LexEnd), members, st.just(b""))
lex_ranges = st.builds(LexRange, ends, ends, st.booleans(), st.booleans())


def within(span: ScoreRange, score: float) -> bool:
    above = score > span.low if span.low_exclusive else score >= span.low
    below = score < span.high if span.high_exclusive else score <= span.high
    return above and below


class SkiplistMachine(RuleBasedStateMachine):
    """Random operations, compared with a sorted list."""

    @initialize(seed=st.integers(0, 1000))
    def create(self, seed: int) -> None:
        self.ours = Skiplist(random.Random(seed).random)
        self.model: dict[bytes, float] = {}

    def ordered(self) -> list[tuple[float, bytes]]:
        return sorted((score, member) for member, score in self.model.items())

    @rule(member=members, score=scores)
    def put(self, member: bytes, score: float) -> None:
        if member in self.model:
            node = self.ours.update_score(self.model[member], member, score)
        else:
            node = self.ours.insert(score, member)
        assert (node.member, node.score) == (member, score)
        self.model[member] = score

    @rule(member=members)
    def delete(self, member: bytes) -> None:
        score = self.model.pop(member, None)
        assert self.ours.delete(0.0 if score is None else score, member) == (score is not None)

    @rule(span=score_ranges)
    def look_at_a_range(self, span: ScoreRange) -> None:
        inside = [pair for pair in self.ordered() if within(span, pair[0])]
        first, last = self.ours.first_in_range(span), self.ours.last_in_range(span)
        assert (first and (first.score, first.member)) == (inside[0] if inside else None)
        assert (last and (last.score, last.member)) == (inside[-1] if inside else None)
        assert self.ours.count_in_range(span) == len(inside)

    @rule(span=score_ranges)
    def delete_a_range(self, span: ScoreRange) -> None:
        if abs(span.high - span.low) > 1:
            return
        inside = [member for score, member in self.ordered() if within(span, score)]
        assert self.ours.delete_range(span) == inside
        for member in inside:
            del self.model[member]

    @rule(start=st.integers(0, 30), count=st.integers(0, 3))
    def delete_ranks(self, start: int, count: int) -> None:
        inside = [member for _, member in self.ordered()[start : start + count]]
        assert self.ours.delete_ranks(start, start + count) == inside
        for member in inside:
            del self.model[member]

    @rule()
    def go_on_with_a_clone(self) -> None:
        original, self.ours = self.ours, self.ours.clone()
        assert self.ours.layout(Window(0, 99)) == original.layout(Window(0, 99))
        original.insert(0.0, b"only in the original")

    @invariant()
    def agree(self) -> None:
        if not hasattr(self, "ours"):
            return
        self.ours.check()
        ordered = self.ordered()
        assert [(node.score, node.member) for node in self.ours] == ordered
        assert [(node.score, node.member) for node in reversed(self.ours)] == ordered[::-1]
        for rank, (score, member) in enumerate(ordered):
            assert self.ours.rank(score, member) == rank
            node = self.ours.by_rank(rank)
            assert node is not None
            assert node.member == member
        assert self.ours.by_rank(len(ordered)) is None
        assert self.ours.by_rank(-1) is None


TestSkiplist = SkiplistMachine.TestCase


def flat(*names: bytes, heights: list[int] | None = None) -> Skiplist:
    made = Skiplist(lambda: 1.0)
    for place, name in enumerate(names):
        made.insert(0.0, name, heights[place] if heights else None)
    return made


@given(st.sets(members, max_size=20), lex_ranges)
def test_ranges_of_members_are_those_of_byte_order(names: set[bytes], span: LexRange) -> None:
    made = flat(*names)
    node = made.first

    def low_enough(member: bytes) -> bool:
        if isinstance(span.high, LexEnd):
            return span.high is LexEnd.HIGHEST
        return member < span.high if span.high_exclusive else member <= span.high

    def high_enough(member: bytes) -> bool:
        if isinstance(span.low, LexEnd):
            return span.low is LexEnd.LOWEST
        return member > span.low if span.low_exclusive else member >= span.low

    inside = [name for name in sorted(names) if low_enough(name) and high_enough(name)]
    first, last = made.first_in_range(span), made.last_in_range(span)
    assert (first and first.member) == (inside[0] if inside else None)
    assert (last and last.member) == (inside[-1] if inside else None)
    assert made.count_in_range(span) == len(inside)
    assert made.delete_range(span) == inside
    made.check()
    assert node is None or made.length == len(names) - len(inside)


def test_equal_scores_are_ordered_by_bytes_and_a_prefix_comes_first() -> None:
    made = flat(b"b", b"ab", b"a", b"\xff", b"B")
    assert [node.member for node in made] == [b"B", b"a", b"ab", b"b", b"\xff"]


def test_a_new_score_between_the_neighbours_keeps_node_and_tower() -> None:
    made = Skiplist(lambda: 1.0)
    for score, member in ((1.0, b"a"), (2.0, b"b"), (3.0, b"c")):
        made.insert(score, member, 2)
    node = made.by_rank(1)
    assert made.update_score(2.0, b"b", 2.5) is node
    moved = made.update_score(2.5, b"b", 3.0)
    assert moved is not node
    assert moved.height == 1


def test_a_missing_member_has_no_rank_and_no_score_to_update() -> None:
    made = flat(b"a")
    assert made.rank(0.0, b"b") is None
    assert made.rank(1.0, b"a") is None
    assert not made.delete(1.0, b"a")
    with pytest.raises(KeyError):
        made.update_score(1.0, b"a", 2.0)


def test_a_tower_rises_one_level_in_four_and_to_32_at_most() -> None:
    assert Skiplist(lambda: 0.0).random_level() == 32
    assert Skiplist(lambda: 0.25).random_level() == 1
    chances = iter([0.24, 0.0, 0.5])
    assert Skiplist(lambda: next(chances)).random_level() == 3
    made = Skiplist(random.Random(7).random)
    for number in range(4000):
        made.insert(0.0, b"%d" % number)
    counts = made.height_counts
    assert sum(counts.values()) == 4000
    assert 0.72 < counts[1] / 4000 < 0.78


def test_a_layout_shows_where_every_link_leads() -> None:
    made = flat(b"a", b"b", b"c", b"d", heights=[2, 1, 3, 1])
    layout = made.layout(Window(1, 2))
    assert (layout.length, layout.level, layout.start, layout.tail) == (4, 3, 1, b"d")
    assert [(link.span, link.target_rank, link.target) for link in layout.header] == [
        (1, 0, b"a"),
        (1, 0, b"a"),
        (3, 2, b"c"),
    ]
    b, c = layout.towers
    assert (b.rank, b.member, b.backward, b.height) == (1, b"b", b"a", 1)
    assert [(link.level, link.span, link.target) for link in c.links] == [
        (0, 1, b"d"),
        (1, 1, None),
        (2, 1, None),
    ]
    assert (b.allocation, c.allocation) == (48, 80)


def test_an_empty_list_has_a_layout() -> None:
    layout = Skiplist(lambda: 1.0).layout()
    assert (layout.length, layout.level, layout.towers, layout.tail) == (0, 1, (), None)


def test_the_list_sinks_when_its_tallest_tower_goes() -> None:
    made = flat(b"a", b"b", heights=[1, 5])
    assert made.level == 5
    made.delete(0.0, b"b")
    assert made.level == 1
    made.check()


def test_a_trace_walks_the_same_path_as_the_silent_search() -> None:
    rng = random.Random(3)
    made = Skiplist(rng.random)
    for number in range(300):
        made.insert(float(rng.randrange(40)), b"%d" % number)
    for node in list(made)[::17]:
        steps: list[tuple[str, dict[str, Any]]] = []

        def note(kind: str, /, **particulars: object) -> None:
            steps.append((kind, particulars))  # noqa: B023

        made.trace = note
        rank = made.rank(node.score, node.member)
        made.trace = None
        assert rank == made.rank(node.score, node.member)
        assert sum(step["span"] for kind, step in steps if kind == "move") == rank
        levels = [step["level"] for kind, step in steps if kind == "drop"]
        assert levels == list(range(made.level - 1, -1, -1))


def test_an_insertion_reports_the_tower_it_links() -> None:
    made = flat(b"a", b"c")
    steps: list[tuple[str, dict[str, Any]]] = []
    made.trace = lambda kind, /, **rest: steps.append((kind, rest))
    node = made.insert(0.0, b"b", 2)
    assert steps[-1] == ("link", {"node": node, "height": 2, "rank": 1})
    made.check()


def test_a_list_that_is_dropped_leaves_no_nodes_behind_and_its_copy_whole() -> None:
    made = Skiplist(random.Random(1).random)
    for number in range(500):
        made.insert(float(number), b"%d" % number)
    gc.collect()
    gc.disable()
    try:
        alive = count_nodes()
        copy = made.clone()
        assert count_nodes() >= alive + 500
        del made
        assert count_nodes() <= alive + 1
        assert [node.score for node in copy] == [float(number) for number in range(500)]
        assert [node.score for node in reversed(copy)] == [float(499 - at) for at in range(500)]
        copy.check()
    finally:
        gc.enable()


def count_nodes() -> int:
    return sum(type(one) is SkiplistNode for one in gc.get_objects())


@given(st.dictionaries(st.binary(max_size=4), st.sampled_from([-1.5, -0.0, 0.0, 2.0, 1e300])))
def test_a_list_filled_at_once_is_sound_and_can_be_changed(scores: dict[bytes, float]) -> None:
    skiplist = Skiplist(random.Random(5).random)
    skiplist.link_all(sorted((score, member) for member, score in scores.items()))
    skiplist.check()
    assert [node.member for node in skiplist] == sorted(
        scores, key=lambda name: (scores[name], name)
    )
    skiplist.insert(1.0, b"another")
    skiplist.check()
    for member, score in scores.items():
        assert skiplist.delete(score, member)
    skiplist.check()
    assert len(skiplist) == 1


def test_a_list_filled_at_once_tells_its_trace_of_every_tower() -> None:
    skiplist = Skiplist(random.Random(5).random)
    told: list[str] = []
    skiplist.trace = lambda event, **_facts: told.append(event)
    skiplist.link_all([(1.0, b"a"), (2.0, b"b")])
    assert told.count("link") == 2
    skiplist.trace = None
    skiplist.check()
