"""Skiplist: the order of a big sorted set.

    zskiplist 32 bytes: header, tail, length, level
    header (32 levels, 640 bytes) and nodes (24 + 16 bytes a level), each level: forward, span

    level 3  H ---------------- 3 --------------> c ---------------- NULL
    level 2  H ------ 1 -----> a ------- 2 -----> c ---------------- NULL
    level 1  H -- 1 --> a -- 1 --> b -- 1 --> c -- 1 --> d --------- NULL
                        a <------- b <------- c <------- d           backward, on level 1 only

Order is score, then member bytes (shorter first). A span counts the level-1 steps a link jumps, so
the rank of a node is the sum of the spans on the way to it. A node gets one level more with
probability 1/4, at most 32.

Invariants: spans add up; ``backward`` mirrors level 1; ``level`` is the tallest tower (at least 1).
Search, insert, delete and rank O(log N) expected; ``clone`` O(N).
Constants: redis 7.0, server.h (32 levels, P = 0.25), t_zset.c.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .garbage import collection_paused
from .skiplist_layout import SkiplistLayout, derive_layout
from .skiplist_range import LexRange, ScoreRange
from .trace import Trace, births
from .window import Window

if TYPE_CHECKING:
    from .journal import Log

MAX_LEVEL = 32
LEVEL_PROBABILITY = 0.25
LIST_SIZE = 32
NODE_SIZE = 24
LEVEL_SIZE = 16


class SkiplistNode:
    """One node. ``links`` is flat: forward and span of level 1, forward and span of level 2…"""

    __slots__ = ("backward", "links", "member", "score")

    def __init__(self, member: bytes, score: float, links: list[Any]) -> None:
        self.member = member
        self.score = score
        self.backward: SkiplistNode | None = None
        self.links = links

    @property
    def height(self) -> int:
        """How many levels its tower has."""
        return len(self.links) >> 1

    @property
    def next(self) -> SkiplistNode | None:
        """The following node."""
        following: SkiplistNode | None = self.links[0]
        return following


Range = ScoreRange | LexRange


class Skiplist:
    """Members ordered by score; members are unique, which the owner's dict sees to.

    ``random`` gives floats in [0, 1) and is asked for tower heights only. ``trace`` is told of
    coins, of each link on the way of a search, and of nodes linked, moved and unlinked.
    """

    __slots__ = ("epoch", "header", "heights", "length", "level", "log", "random", "tail", "trace")

    log: Log

    def __init__(self, random: Callable[[], float]) -> None:
        self.header = SkiplistNode(b"", 0.0, [None, 0] * MAX_LEVEL)
        self.tail: SkiplistNode | None = None
        self.length = 0
        self.level = 1
        self.heights = [0] * (MAX_LEVEL + 1)
        self.random = random
        self.epoch = 0
        self.trace: Trace | None = None
        if births.onlooker is not None:
            births.onlooker(self)

    def __del__(self) -> None:
        """Take the chain apart. Its links forward and backward hold one another: left alone, the
        nodes would stay until the garbage collector looks, which a server lets happen rarely."""
        node = self.header.links[0] if self.tail is not None else None
        while node is not None:
            links = node.links
            following = links[0]
            links.clear()
            node.backward = None
            node = following

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[SkiplistNode]:
        node = self.header.links[0]
        while node is not None:
            yield node
            node = node.links[0]

    def __reversed__(self) -> Iterator[SkiplistNode]:
        node = self.tail
        while node is not None:
            yield node
            node = node.backward

    @property
    def first(self) -> SkiplistNode | None:
        """The node of the lowest rank."""
        return self.header.next

    @property
    def height_counts(self) -> dict[int, int]:
        """How many nodes have towers of each height."""
        return {height: count for height, count in enumerate(self.heights) if count}

    def random_level(self) -> int:
        """A tower height: 1, and one more while chance (1 in 4) says so."""
        if self.trace is not None:
            return self._traced_level(self.trace)
        level = 1
        random = self.random
        while level < MAX_LEVEL and random() < LEVEL_PROBABILITY:
            level += 1
        return level

    def _traced_level(self, trace: Trace) -> int:
        """The same draws, reporting each."""
        level = 1
        while level < MAX_LEVEL:
            draw = self.random()
            trace("coin", level=level, draw=draw, won=draw < LEVEL_PROBABILITY)
            if draw >= LEVEL_PROBABILITY:
                break
            level += 1
        return level

    @contextmanager
    def unwatched(self) -> Iterator[Trace | None]:
        """What is done inside is not told to the trace, which is given."""
        trace, self.trace = self.trace, None
        try:
            yield trace
        finally:
            self.trace = trace

    # --- changes

    def insert(self, score: float, member: bytes, level: int | None = None) -> SkiplistNode:
        """Add a member that is not in the list; a height may be given instead of drawn."""
        if level is None:
            level = self.random_level()
        path, before, rank = self._place_of(score, member, level)
        links: list[Any] = [None] * (2 * level)
        node = SkiplistNode(member, score, links)
        for slot, above, at in path:
            jumped = rank - at
            links[slot] = above[slot]
            links[slot + 1] = above[slot + 1] - jumped
            above[slot] = node
            above[slot + 1] = jumped + 1
        if before is not self.header:
            node.backward = before
        following = links[0]
        if following is None:
            self.tail = node
        else:
            following.backward = node
        self.length += 1
        self.heights[level] += 1
        if self.trace is not None:
            self.trace("link", node=node, height=level, rank=rank)
        return node

    def link_all(self, pairs: Iterable[tuple[float, bytes]]) -> None:
        """Fill an empty list with pairs that come in order, one tower behind the other. O(N).
        With a trace they go in one by one, so that each is told of."""
        if self.trace is not None:
            for score, member in pairs:
                self.insert(score, member)
            return
        lasts = [self.header.links] * MAX_LEVEL
        ranks = [0] * MAX_LEVEL
        before: SkiplistNode | None = None
        rank = 0
        for rank, (score, member) in enumerate(pairs, 1):
            level = self.random_level()
            links: list[Any] = [None, 0] * level
            node = SkiplistNode(member, score, links)
            node.backward = before
            for at in range(level):
                above = lasts[at]
                above[2 * at] = node
                above[2 * at + 1] = rank - ranks[at]
                lasts[at], ranks[at] = links, rank
            self.heights[level] += 1
            self.level = max(self.level, level)
            before = node
        for at in range(self.level):
            lasts[at][2 * at + 1] = rank - ranks[at]
        self.tail, self.length = before, rank

    def delete(self, score: float, member: bytes) -> bool:
        """Remove a member of that score; False if it is not there."""
        update, _ = self._path(score, member)
        node = update[0].links[0]
        if node is None or node.member != member or node.score != score:
            return False
        self._unlink(node, update)
        return True

    def update_score(self, score: float, member: bytes, new: float) -> SkiplistNode:
        """Give a member another score; it moves (and gets a new tower) only if it has to.

        KeyError if no such member has the score ``score``.
        """
        update, _ = self._path(score, member)
        node = update[0].links[0]
        if node is None or node.member != member or node.score != score:
            raise KeyError(member)
        before, after = node.backward, node.links[0]
        if (before is None or before.score < new) and (after is None or after.score > new):
            node.score = new
            found: SkiplistNode = node
            if self.trace is not None:
                self.trace("stay", node=found, old=score)
            return found
        self._unlink(node, update)
        return self.insert(new, member)

    def delete_range(self, span: Range) -> list[bytes]:
        """Remove every member within a range of scores or of members; returns them in order."""
        update, _ = self._path_before(span)
        removed: list[bytes] = []
        node = update[0].links[0]
        while node is not None and span.not_above(node):
            following = node.links[0]
            self._unlink(node, update)
            removed.append(node.member)
            node = following
        return removed

    def delete_ranks(self, start: int, stop: int) -> list[bytes]:
        """Remove the 0-based half-open range of ranks [start, stop); returns its members."""
        update: list[SkiplistNode] = [self.header] * self.level
        node = self.header
        travelled = 0
        trace = self.trace
        if trace is not None:
            trace("search", rank=start + 1)
        for level in range(self.level - 1, -1, -1):
            links = node.links
            while links[2 * level] is not None and travelled + links[2 * level + 1] <= start:
                travelled += links[2 * level + 1]
                if trace is not None:
                    trace("move", level=level, node=links[2 * level], span=links[2 * level + 1])
                node = links[2 * level]
                links = node.links
            if trace is not None:
                trace("drop", level=level, node=node, ahead=links[2 * level])
            update[level] = node
        removed: list[bytes] = []
        victim = node.links[0]
        while victim is not None and len(removed) < stop - start:
            following = victim.links[0]
            self._unlink(victim, update)
            removed.append(victim.member)
            victim = following
        return removed

    # --- searches

    def rank(self, score: float, member: bytes) -> int | None:
        """The 0-based rank of a member of that score; None if it is not there."""
        if self.trace is not None:
            self._traced_path(score, member, self.trace)
        links = self.header.links
        rank = 0
        for slot in range(2 * self.level - 2, -2, -2):
            ahead = links[slot]
            while ahead is not None and (
                (other := ahead.score) < score or (other == score and ahead.member < member)
            ):
                rank += links[slot + 1]
                links = ahead.links
                ahead = links[slot]
        node = links[0]
        if node is None or node.member != member or node.score != score:
            return None
        if self.trace is not None:
            self.trace("rank", node=node, rank=rank)
        return rank

    def by_rank(self, rank: int) -> SkiplistNode | None:
        """The node of a 0-based rank; None outside."""
        if not 0 <= rank < self.length:
            return None
        target = rank + 1
        node = self.header
        travelled = 0
        trace = self.trace
        if trace is not None:
            trace("search", rank=target)
        for slot in range(2 * self.level - 2, -1, -2):
            links = node.links
            while links[slot] is not None and travelled + links[slot + 1] <= target:
                travelled += links[slot + 1]
                if trace is not None:
                    trace("move", level=slot >> 1, node=links[slot], span=links[slot + 1])
                node = links[slot]
                links = node.links
            if travelled == target:
                if trace is not None:
                    trace("reached", node=node, rank=rank)
                return node
            if trace is not None:
                trace("drop", level=slot >> 1, node=node, ahead=links[slot])
        return None

    def first_in_range(self, span: Range) -> SkiplistNode | None:
        """The lowest node within a range of scores or of members."""
        update, _ = self._path_before(span)
        node: SkiplistNode | None = update[0].links[0]
        return node if node is not None and span.not_above(node) else None

    def last_in_range(self, span: Range) -> SkiplistNode | None:
        """The highest node within a range of scores or of members."""
        node = self.header
        trace = self.trace
        if trace is not None:
            trace("search", last=span)
        for slot in range(2 * self.level - 2, -1, -2):
            ahead = node.links[slot]
            while ahead is not None and span.not_above(ahead):
                if trace is not None:
                    trace("move", level=slot >> 1, node=ahead, span=node.links[slot + 1])
                node = ahead
                ahead = node.links[slot]
            if trace is not None:
                trace("drop", level=slot >> 1, node=node, ahead=ahead)
        if node is self.header or not span.not_below(node):
            return None
        return node

    def rank_of(self, node: SkiplistNode) -> int:
        """The 0-based rank of a node of this list."""
        rank = self.rank(node.score, node.member)
        assert rank is not None
        return rank

    def count_in_range(self, span: Range) -> int:
        """How many members lie within a range. O(log N)."""
        first = self.first_in_range(span)
        if first is None:
            return 0
        last = self.last_in_range(span)
        if last is None:
            return 0
        return max(self.rank_of(last) - self.rank_of(first) + 1, 0)

    # --- derived

    def layout(self, window: Window = Window(0, 16)) -> SkiplistLayout:  # noqa: B008 - frozen
        """Header and the towers of the window of ranks. O(log N + visible)."""
        return derive_layout(self, window)

    def clone(self) -> Skiplist:
        """An independent copy with the same towers. O(N)."""
        copy = Skiplist(self.random)
        copy.length = self.length
        copy.level = self.level
        copy.heights = self.heights.copy()
        copy.header.links = self.header.links.copy()
        with collection_paused():
            self._copy_nodes(copy)
        return copy

    def _copy_nodes(self, copy: Skiplist) -> None:
        # Each forward link of the copy is first copied with its list and then, when the node it
        # should lead to exists, set from the last copied node that reaches so high.
        ends = [copy.header.links] * MAX_LEVEL
        previous: SkiplistNode | None = None
        node = self.header.links[0]
        while node is not None:
            links = node.links.copy()
            twin = SkiplistNode(node.member, node.score, links)
            twin.backward = previous
            previous = twin
            ends[0][0] = twin
            ends[0] = links
            for slot in range(2, len(links), 2):
                ends[slot >> 1][slot] = twin
                ends[slot >> 1] = links
            node = node.links[0]
        copy.tail = previous

    def check(self) -> None:
        """Assert the invariants."""
        ranks: dict[int, int] = {id(self.header): 0}
        heights = [0] * (MAX_LEVEL + 1)
        previous: SkiplistNode | None = None
        for rank, node in enumerate(self, 1):
            assert node.backward is previous
            if previous is not None:
                assert (previous.score, previous.member) < (node.score, node.member)
            ranks[id(node)] = rank
            heights[node.height] += 1
            previous = node
        assert self.tail is previous
        assert len(ranks) - 1 == self.length
        assert heights == self.heights
        assert self.level == max((h for h in range(MAX_LEVEL + 1) if heights[h]), default=1)
        for level in range(self.level):
            node_or_none: SkiplistNode | None = self.header
            seen = 0
            while node_or_none is not None:
                ahead, span = node_or_none.links[2 * level], node_or_none.links[2 * level + 1]
                here = ranks[id(node_or_none)]
                assert span == (self.length if ahead is None else ranks[id(ahead)]) - here
                seen += 1
                node_or_none = ahead
            assert seen - 1 == sum(heights[level + 1 :])

    # --- the machinery

    def _path(self, score: float, member: bytes) -> tuple[list[SkiplistNode], list[int]]:
        """Per level the last node before (score, member), and that node's rank (header = 0)."""
        levels = self.level
        update = [self.header] * levels
        ranks = [0] * levels
        node = self.header
        rank = 0
        if self.trace is not None:
            return self._traced_path(score, member, self.trace)
        for level in range(levels - 1, -1, -1):
            slot = level + level
            links = node.links
            ahead = links[slot]
            while ahead is not None and (
                (at := ahead.score) < score or (at == score and ahead.member < member)
            ):
                rank += links[slot + 1]
                node = ahead
                links = node.links
                ahead = links[slot]
            update[level] = node
            ranks[level] = rank
        return update, ranks

    def _traced_path(
        self, score: float, member: bytes, trace: Trace
    ) -> tuple[list[SkiplistNode], list[int]]:
        """The same walk, reporting every step."""
        update = [self.header] * self.level
        ranks = [0] * self.level
        node = self.header
        rank = 0
        key = (score, member)
        trace("search", score=score, member=member)
        for level in range(self.level - 1, -1, -1):
            ahead = node.links[2 * level]
            while ahead is not None and (ahead.score, ahead.member) < key:
                span = node.links[2 * level + 1]
                trace("move", level=level, node=ahead, span=span)
                rank += span
                node = ahead
                ahead = node.links[2 * level]
            trace("drop", level=level, node=node, ahead=ahead)
            update[level] = node
            ranks[level] = rank
        return update, ranks

    def _path_before(self, span: Range) -> tuple[list[SkiplistNode], list[int]]:
        """Per level the last node below a range, and its rank."""
        update = [self.header] * self.level
        ranks = [0] * self.level
        node = self.header
        rank = 0
        trace = self.trace
        if trace is not None:
            trace("search", first=span)
        for level in range(self.level - 1, -1, -1):
            ahead = node.links[2 * level]
            while ahead is not None and not span.not_below(ahead):
                jumped = node.links[2 * level + 1]
                if trace is not None:
                    trace("move", level=level, node=ahead, span=jumped)
                rank += jumped
                node = ahead
                ahead = node.links[2 * level]
            if trace is not None:
                trace("drop", level=level, node=node, ahead=ahead)
            update[level] = node
            ranks[level] = rank
        return update, ranks

    def _place_of(
        self, score: float, member: bytes, level: int
    ) -> tuple[list[tuple[int, list[Any], int]], SkiplistNode, int]:
        """Where a tower of ``level`` levels goes: per level the slot, the links that will lead to
        it and the rank they start from; the node before it, and that node's rank.

        Links that pass over the tower have grown by one step when this returns.
        """
        if self.trace is not None:
            self._traced_path(score, member, self.trace)
        before = self.header
        links = before.links
        for slot in range(2 * self.level, 2 * level, 2):
            links[slot + 1] = self.length
        self.level = max(self.level, level)
        path: list[tuple[int, list[Any], int]] = []
        rank = 0
        for slot in range(2 * self.level - 2, -2, -2):
            ahead = links[slot]
            while ahead is not None and (
                (other := ahead.score) < score or (other == score and ahead.member < member)
            ):
                rank += links[slot + 1]
                before = ahead
                links = ahead.links
                ahead = links[slot]
            if slot < 2 * level:
                path.append((slot, links, rank))
            else:
                links[slot + 1] += 1
        return path, before, rank

    def _unlink(self, node: SkiplistNode, update: list[SkiplistNode]) -> None:
        """Take a node out, given the nodes before it on every level."""
        if self.trace is not None:
            self.trace("unlink", node=node, before=tuple(update))
        links = node.links
        height = len(links)
        for level in range(self.level):
            slot = 2 * level
            before = update[level].links
            if slot < height:
                before[slot + 1] += links[slot + 1] - 1
                before[slot] = links[slot]
            else:
                before[slot + 1] -= 1
        following = links[0]
        if following is None:
            self.tail = node.backward
        else:
            following.backward = node.backward
        top = self.header.links
        while self.level > 1 and top[2 * self.level - 2] is None:
            self.level -= 1
        self.length -= 1
        self.heights[height >> 1] -= 1
