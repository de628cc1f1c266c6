"""What a command changed in a key's pair of a file: marks, to be added to those of `difference`.

("filed", Filed)          as a short pair stood there before, to be compared with it
("filed unit", 7)         a unit of a long pair that is new or not as it was
("filed part", b"field")  the same of a field or member; its unit is sought by who draws it
("appended", commands)    what an append-only file got, each command a tuple of words
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tutor.diagrams.difference import NOTHING, Changes
from tutor.diagrams.files.pair import marked_units
from tutor.engine.inspect import Inspection
from tutor.engine.locate import item_of_command
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.stream import Stream
from tutor.persistence.dissect.pair_file import is_long


def filed_marks(before: Inspection | None, now: Inspection, argv: Sequence[bytes]) -> Changes:
    """What differs in the pair of ``now``; ``before`` was remembered before the command. O(words
    of the command)."""
    if before is None or before.filed is None or now.filed is None:
        return NOTHING
    if now.filed.dumped or not is_long(now.value):
        image = before.filed.image
        return frozenset({("filed", before.filed)}) if image is not None else NOTHING
    value = now.value
    if isinstance(value, (Quicklist, Stream)):
        item = item_of_command(argv, now) if argv and before.length != now.length else None
        return frozenset() if item is None else frozenset({("filed unit", item + 1)})
    noted = before.noted or {}
    words = [word for word, was in noted.items() if now.find(word) != was]
    marks: set[object] = {("filed part", word) for word in words}
    if before.length != now.length:
        marks.add(("filed unit", 0))
    return frozenset(marks)


def appended_mark(commands: Iterable[Sequence[bytes]] | None) -> Changes:
    """What an append-only file got; nothing if that is not known."""
    if commands is None:
        return NOTHING
    return frozenset({("appended", tuple(tuple(words) for words in commands))})


def first_marked(now: Inspection, changed: Changes) -> int | None:
    """The unit that a viewer should scroll to: what changed behind the head of the pair."""
    marked = sorted(marked_units(now, changed))
    return next((unit for unit in marked if unit), marked[0] if marked else None)
