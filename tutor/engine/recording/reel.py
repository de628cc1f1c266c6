"""Where steps are collected while a command runs, and what all watchers have in common."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import get_ident
from typing import Any, ClassVar

Image = Any
"""A layout, an inspection or a pool (`film.Step`)."""

ACTS_MOST = 6
"""Acts (lookups, insertions, removals) of one structure that are filmed in one command."""

STEPS_MOST = 300
"""Steps of one film."""

_MANY = 1 << 30

WALK_BEGIN = 4
WALK_END = 4
"""Of a long walk from entry to entry or node to node its first and its last steps are filmed."""


@dataclass(slots=True)
class Draft:
    """A step whose place is not known yet: ``owner`` is the ``id`` of its structure."""

    owner: int
    kind: str
    image: Image
    facts: dict[str, Any]
    left_out: int = 0


@dataclass(slots=True)
class Reel:
    """The drafts so far. ``muted`` while a conversion fills a new structure."""

    allocator: str = "debian"
    drafts: list[Draft] = field(default_factory=list)
    left_out: int = 0
    muted: bool = False
    _busy: bool = False
    _thread: int = field(default_factory=get_ident)

    def listen(self) -> bool:
        """Whether a trace may speak now: deriving an image also walks through structures, and
        other threads have engines of their own."""
        return not self._busy and get_ident() == self._thread

    def attend(self, tell: Callable[[], object]) -> None:
        """Carry out ``tell``, deaf to what it causes itself."""
        self._busy = True
        try:
            tell()
        finally:
            self._busy = False


class Watcher:
    """The trace of one structure. A subclass has a method for each kind of step it knows; the
    rest is passed over."""

    name = ""
    opens: frozenset[str] = frozenset()
    """Kinds that may begin a new act."""

    few: ClassVar[Mapping[str, int]] = {}
    """How many steps of a kind are filmed at most, where one act may have many."""

    def __init__(self, reel: Reel, structure: Any) -> None:
        self.reel = reel
        self.structure = structure
        self.acts = 0
        self._seen: Counter[str] = Counter()
        self._walk: list[Draft] = []
        self._walk_end: deque[Draft] = deque(maxlen=WALK_END)
        self._walked = 0

    def __call__(self, kind: str, /, **particulars: object) -> None:
        if self.reel.listen():
            self.reel.attend(lambda: self._hear(kind, particulars))

    def _hear(self, kind: str, particulars: Mapping[str, Any]) -> None:
        if self._mute(kind):
            return
        if kind in self.opens and self.begins(particulars):
            self.acts += 1
            if self.acts > ACTS_MOST:
                self.reel.left_out += 1
        method = getattr(self, "on_" + kind.replace("-", "_"), None)
        if method is None or self.acts > ACTS_MOST:
            return
        self._seen[kind] += 1
        if self._seen[kind] > self.few.get(kind, _MANY) or len(self.reel.drafts) >= STEPS_MOST:
            self.reel.left_out += 1
            return
        method(**particulars)

    def begins(self, particulars: Mapping[str, Any]) -> bool:
        """Whether a step of a kind that may begin an act does so."""
        return True

    def _mute(self, kind: str) -> bool:
        return self.reel.muted

    def add(self, kind: str, image: Image, **facts: Any) -> None:
        """A step; steps of a walk that are not filmed yet come first."""
        self.end_walk()
        self.reel.drafts.append(Draft(id(self.structure), f"{self.name}.{kind}", image, facts))

    def walk(self, kind: str, **facts: Any) -> None:
        """A step of a walk that changes nothing. Its image is derived when the walk is over, and
        only for the steps that are kept."""
        self._walked += 1
        kept = self._walk if len(self._walk) < WALK_BEGIN else self._walk_end
        kept.append(self._made(kind, facts))

    def _made(self, kind: str, facts: dict[str, Any]) -> Draft:
        return Draft(id(self.structure), f"{self.name}.{kind}", None, facts)

    def end_walk(self) -> None:
        """Derive the images of the walk; nothing has changed since it began."""
        if not self._walked:
            return
        steps = [*self._walk, *self._walk_end]
        if self._walk_end:
            self._walk_end[0].left_out = self._walked - len(steps)
        self.forget_walk()
        for draft in steps:
            draft.image = self.walk_image(draft.facts)
        self.reel.drafts += steps

    def forget_walk(self) -> None:
        """Leave out the walk since the last step."""
        self._walk, self._walked = [], 0
        self._walk_end.clear()

    def walk_image(self, facts: dict[str, Any]) -> Image:
        """What a step of the walk shows; overridden where there are walks."""
        return None

    def close(self) -> None:
        """The command is over."""
        if self.reel.listen():
            self.reel.attend(self.end_walk)
