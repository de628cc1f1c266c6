"""What the trace of a skiplist becomes as steps: a way from tower to tower, with the towers on it.

A search of N members passes O(log N) of them. Their ranks follow from the spans on the way, so the
image of all towers that matter costs the way and not the list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from tutor.engine.recording.reel import Draft, Image, Watcher
from tutor.engine.structures.skiplist import Skiplist, SkiplistNode
from tutor.engine.structures.skiplist_layout import chosen_towers

HEADER = -1
"""The rank of the header, from which every search starts."""

WHOLE = 12
"""A list of at most so many members is in the image whole."""

FILLING = 3
"""Insertions that are shown of those by which a conversion fills a new list."""

Way = tuple[tuple[int, int], ...]
"""Links that were followed: the 0-based rank of the node each starts from, and its level."""


class SkiplistWatcher(Watcher):
    """Searches level by level, coins, and what is linked and unlinked.

    Facts of a step on the way: ``rank`` and ``level`` where the search stands, ``way`` the links
    followed so far, ``member`` and ``score`` of the node it stands on or goes to, ``goal`` what
    it looks for: a ``score`` and ``member``, a 1-based ``rank``, or the ``first`` or ``last`` of
    a range.
    """

    name = "skiplist"
    opens = frozenset({"search"})
    few: ClassVar[Mapping[str, int]] = {"unlink": 6}
    structure: Skiplist

    def __init__(self, reel: Any, structure: Skiplist) -> None:
        super().__init__(reel, structure)
        self._pending: list[Draft] = []
        self._nodes: dict[int, SkiplistNode] = {}
        self._rank = HEADER
        self._way: Way = ()
        self._goal: dict[str, Any] = {}
        self._filled = 0

    def _mute(self, kind: str) -> bool:
        if not self.reel.muted:
            return False
        if kind == "link" and self._filled < FILLING:
            self._filled += 1
            self._nodes, self._way = {}, ()
            return False
        return True

    # the image

    def _image(self) -> Image:
        """The towers on the way, those that were looked at, and the neighbours of the place."""
        nodes = dict(self._nodes)
        skiplist = self.structure
        if len(skiplist) <= WHOLE:
            nodes = dict(enumerate(skiplist))
        else:
            self._neighbours(nodes)
        return chosen_towers(skiplist, nodes)

    def _neighbours(self, nodes: dict[int, SkiplistNode]) -> None:
        here = nodes.get(self._rank)
        if here is not None and here.backward is not None:
            nodes[self._rank - 1] = here.backward
        following = self.structure.first if here is None else here.next
        for rank in range(self._rank + 1, self._rank + 4):
            if following is None or (here is None and self._rank != HEADER):
                break
            nodes[rank] = following
            following = following.next

    def _draft(self, kind: str, **facts: Any) -> None:
        facts = {"rank": self._rank, "way": self._way, "goal": self._goal, **facts}
        self._pending.append(Draft(id(self.structure), f"{self.name}.{kind}", None, facts))

    def _flush(self) -> Image:
        """The steps so far get their image: nothing has changed since they were made."""
        image = self._image()
        for draft in self._pending:
            draft.image = image
        self.reel.drafts += self._pending
        self._pending = []
        return image

    def _show(self, kind: str, image: Image, **facts: Any) -> None:
        facts = {"rank": self._rank, "way": self._way, "goal": self._goal, **facts}
        self.add(kind, image, **facts)

    # searching

    def on_search(self, **goal: Any) -> None:
        if any(not draft.kind.endswith("coin") for draft in self._pending):
            self._flush()
        self._nodes, self._rank, self._way, self._goal = {}, HEADER, (), goal
        self._draft("search", level=self.structure.level - 1)

    def on_move(self, level: int, node: SkiplistNode, span: int) -> None:
        self._way = (*self._way, (self._rank, level))
        self._rank += span
        self._nodes[self._rank] = node
        self._draft("move", level=level, span=span, member=node.member, score=node.score)

    def on_drop(self, level: int, node: SkiplistNode, ahead: SkiplistNode | None) -> None:
        facts: dict[str, Any] = {"ahead": None}
        if ahead is not None:
            there = self._rank + node.links[2 * level + 1]
            self._nodes[there] = ahead
            facts = {"ahead": ahead.member, "ahead_score": ahead.score, "ahead_rank": there}
        self._draft("drop", level=level, **facts)
        if level == 0:
            self._flush()

    def on_rank(self, node: SkiplistNode, rank: int) -> None:
        self._show("rank", self._flush(), member=node.member, score=node.score, at=rank)

    def on_reached(self, node: SkiplistNode, rank: int) -> None:
        self._nodes[rank] = node
        self._show("reached", self._flush(), member=node.member, score=node.score, at=rank)

    def on_read(self, node: SkiplistNode, rank: int, reverse: bool) -> None:
        facts = {"member": node.member, "score": node.score, "at": rank, "reverse": reverse}
        self.walk("read", node=node, rank=rank, way=(), goal={}, **facts)

    def walk_image(self, facts: dict[str, Any]) -> Image:
        node, self._rank = facts.pop("node"), facts["at"]
        self._nodes = {self._rank: node}
        return self._image()

    # changing

    def on_coin(self, level: int, draw: float, won: bool) -> None:
        self._draft("coin", level=level, draw=draw, won=won, rank=HEADER, way=())

    def on_link(self, node: SkiplistNode, height: int, rank: int) -> None:
        self._nodes = {at + (at >= rank): one for at, one in self._nodes.items()}
        self._nodes[rank] = node
        facts = {"member": node.member, "score": node.score, "height": height, "at": rank}
        here, self._rank = self._rank, rank
        image = self._image()
        self._rank = here
        self._show("link", image, **facts)

    def on_unlink(self, node: SkiplistNode, before: Any) -> None:
        rank = self._rank + 1
        self._nodes[rank] = node
        image = self._flush()
        facts = {"member": node.member, "score": node.score, "height": node.height, "at": rank}
        self._show("unlink", image, **facts)
        self._nodes.pop(rank)
        self._nodes = {at - (at > rank): one for at, one in self._nodes.items()}

    def on_stay(self, node: SkiplistNode, old: float) -> None:
        rank = self._rank + 1
        self._nodes[rank] = node
        self._show("stay", self._flush(), member=node.member, score=node.score, old=old, at=rank)

    def close(self) -> None:
        if self.reel.listen() and self._pending:
            self.reel.attend(self._flush)
        super().close()
