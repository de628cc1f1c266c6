"""What differs between two inspections of one key: what a diagram marks as changed.

The names are those that each diagram's ``changed`` parameter documents. Whether an element was
there before is asked of the whole old value, not of its visible part, so that what merely moved
into sight is not taken for new. That needs the old value to be intact; a world that can be rewound
(`tutor.engine.world`) keeps it so. If the value was edited in place the visible parts are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher

from tutor.diagrams.difference.outside import changes_outside
from tutor.engine.image import TableFigures
from tutor.engine.inspect import Inspection, NodeContents
from tutor.engine.structures.hashtable_layout import EntryLayout, HashTableLayout
from tutor.engine.structures.hyperloglog import is_hyperloglog, place
from tutor.engine.structures.hyperloglog_layout import hyperloglog_layout
from tutor.engine.structures.intset import IntsetLayout
from tutor.engine.structures.listpack import ListpackLayout, total_size
from tutor.engine.structures.quicklist_layout import QuicklistLayout
from tutor.engine.structures.sds import Sds, StringLayout
from tutor.engine.structures.skiplist_layout import SkiplistLayout
from tutor.engine.structures.stream_layout import StreamGroupLayout, StreamLayout
from tutor.engine.structures.window import Window

Changes = frozenset[object]
NOTHING: Changes = frozenset()
NEW: Changes = frozenset({"new"})

Find = Callable[[bytes], bytes | float | None]
_FARTHEST = 512


def changes(before: Inspection | None, after: Inspection) -> Changes:
    """Names of what is new or different in ``after``. O(visible).

    A key that was not there before, or was of another type, is new as a whole: that is one mark,
    on its heading.
    """
    if before is None or before.type != after.type:
        return NEW
    if before.encoding != after.encoding:
        return _contents(before, after) | {"encoding"}
    return _contents(before, after)


def alike(before: Inspection, after: Inspection) -> bool:
    """Whether nothing in sight differs, whichever parts are in sight. That it is known which
    registers rose is no difference."""
    return before.memory == after.memory and changes(before, after) <= {"registers"}


def _contents(before: Inspection, after: Inspection) -> Changes:
    new, old = after.layout, before.layout
    outside = changes_outside(before, after)
    if outside is not None:
        return outside
    if isinstance(new, StringLayout):
        assert isinstance(old, StringLayout)
        return _string(old, new) | _registers(before, after)
    if isinstance(new, QuicklistLayout):
        assert isinstance(old, QuicklistLayout)
        return _quicklist(before, old, after, new)
    if isinstance(new, StreamLayout):
        assert isinstance(old, StreamLayout)
        return _stream(old, new)
    find = as_it_was(before, after)
    if isinstance(new, ListpackLayout):
        return _listpack(before, new, find)
    if isinstance(new, IntsetLayout):
        return _intset(old if isinstance(old, IntsetLayout) else None, new, find)
    if isinstance(new, SkiplistLayout):
        return _skiplist(before, after, new, find)
    assert isinstance(new, HashTableLayout | TableFigures)
    return _hashtable(before, new, find)


def as_it_was(before: Inspection, after: Inspection) -> Find:
    """`Inspection.find` of the value before. After an edit in place: what was noted, what was
    visible; what is neither is taken for unchanged. Without notes only what was visible was there,
    where the same part is visible now.
    """
    if before.value is not after.value:
        return before.find
    if before.noted is None and after.noted is not None:
        return after.find
    noted, visible = before.noted or {}, _visible(before)
    if before.noted is None and before.window == after.window:
        return visible

    def find(part: bytes) -> bytes | float | None:
        if part in noted:
            return noted[part]
        was = visible(part)
        return after.find(part) if was is None else was

    return find


def _visible(before: Inspection) -> Find:
    """As `Inspection.find`, from what was visible."""
    layout = before.layout
    known: dict[bytes, bytes | float] = {}
    if isinstance(layout, ListpackLayout):
        values = [entry.value for entry in layout.entries]
        pairs = zip(values[::2], values[1::2], strict=True)
        known = {one: float(two) if before.type == "zset" else two for one, two in pairs}
    elif isinstance(layout, HashTableLayout):
        known = {entry.key: entry.value or b"" for entry in _entries(layout)}
    elif isinstance(layout, SkiplistLayout):
        known = {tower.member: tower.score for tower in layout.towers}
    elif isinstance(layout, IntsetLayout):
        known = {b"%d" % one.value: b"" for one in layout.elements}
    return known.get


def _string(old: StringLayout, new: StringLayout) -> Changes:
    fields = {
        "len": (old.length, new.length),
        "alloc": (old.alloc, new.alloc),
        "header": (old.header, new.header),
        "text": (old.preview, new.preview),
    }
    names: set[object] = {name for name, (was, now) in fields.items() if was != now}
    if new.integer is not None:
        return frozenset(names & {"text"})
    if old.preview_start != new.preview_start:
        names.discard("text")
    if "text" in names:
        was, now = old.preview, new.preview
        head = common(was, now)
        tail = common(was[head:][::-1], now[head:][::-1])
        if 0 < head + tail < len(now):
            names.add(("text", head, len(now) - tail))
        first, past = new.preview_start + head, new.preview_start + len(now) - tail
        names.add(("was", first, past, was[head : len(was) - tail]))
    elif old.length != new.length:
        names |= {"text", "beyond"}
    return frozenset(names)


def replaced(changed: Changes) -> tuple[int, int, bytes] | None:
    """The visible piece of a string that is new, from byte to byte, and what stood there before."""
    for item in changed:
        if isinstance(item, tuple) and item[0] == "was":
            return item[1], item[2], item[3]
    return None


def _registers(before: Inspection, after: Inspection) -> Changes:
    """Of a HyperLogLog ("register", number) for each that changed, and the word ``registers`` if
    those of the command's words are known. Of one that was edited in place no others are."""
    now = string_text(after)
    if not is_hyperloglog(now):
        return NOTHING
    if before.value is after.value:
        noted = before.noted or {}
        fell = {("register", place(word)[0]) for word in noted if noted[word] != after.find(word)}
        return frozenset({"registers", *fell}) if noted else NOTHING
    one, other = (hyperloglog_layout(text, Window(0, 0)) for text in (string_text(before), now))
    if one is None or other is None or one.corrupt or other.corrupt:
        return NOTHING
    pairs = enumerate(zip(one.registers, other.registers, strict=True))
    return frozenset({"registers", *(("register", at) for at, (old, new) in pairs if old != new)})


def string_text(inspection: Inspection) -> bytes | bytearray:
    """The whole text of a string, not copied where it is large."""
    value = inspection.value
    if isinstance(value, Sds):
        return value.data
    return b"%d" % value if isinstance(value, int) else value if isinstance(value, bytes) else b""


_GROUP_FIGURES = ("last_id", "entries_read", "pending")
_STREAM_FIGURES = ("length", "last_id", "first_id", "max_deleted_id", "entries_added")


def _stream(old: StreamLayout, new: StreamLayout) -> Changes:
    """Figures by name, visible nodes by their first ID with their entries, groups by their name."""
    marked: set[object] = {
        name for name in _STREAM_FIGURES if getattr(old, name) != getattr(new, name)
    }
    nodes = {node.master: (node.last, node.deleted) for node in old.nodes}
    live = {one.id for node in old.nodes for one in node.entries if not one.deleted}
    for node in new.nodes:
        now = (node.last, node.deleted)
        if node.master > old.last_id or nodes.get(node.master, now) != now:
            marked.add(node.master)
        marked |= {("entry", one.id) for one in node.entries if one.id > old.last_id}
        marked |= {("flags", one.id) for one in node.entries if one.deleted and one.id in live}
    groups = {group.name: group for group in old.groups}
    for group in new.groups:
        was = groups.get(group.name)
        if group != was:
            marked |= {group.name, *_group(was, group)}
    return frozenset(marked)


def _group(old: StreamGroupLayout | None, new: StreamGroupLayout) -> set[object]:
    """What of a group that was there before is another: its figures, who holds what."""
    if old is None:
        return set()
    marked: set[object] = {
        (word, new.name) for word in _GROUP_FIGURES if getattr(old, word) != getattr(new, word)
    }
    nacks, last = dict(old.nacks), old.nacks[-1][0] if old.pending > len(old.nacks) else None
    for entry, nack in new.nacks:
        if nacks.get(entry) != nack and (last is None or entry <= last):
            marked.add(("nack", new.name, entry))
    consumers = {one.name: one for one in old.consumers}
    whole = old.consumer_count == len(old.consumers)
    for one in new.consumers:
        if consumers.get(one.name) != one and (whole or one.name in consumers):
            marked.add(("consumer", new.name, one.name))
    return marked


def _listpack(before: Inspection, new: ListpackLayout, find: Find) -> Changes:
    marked: set[object] = set()
    entries = new.entries
    for field, value in zip(entries[::2], entries[1::2], strict=True):
        was = find(field.value)
        if was is None:
            marked |= {field.index, value.index}
        elif was != (float(value.value) if isinstance(was, float) else value.value):
            marked.add(value.index)
    old = before.layout
    if not isinstance(old, ListpackLayout) or old.total_bytes != new.total_bytes:
        marked.add("total")
    if not isinstance(old, ListpackLayout) or old.count != new.count:
        marked.add("count")
    return frozenset(marked)


def _intset(old: IntsetLayout | None, new: IntsetLayout, find: Find) -> Changes:
    marked: set[object] = {one.value for one in new.elements if find(b"%d" % one.value) is None}
    if old is None or old.length != new.length:
        marked.add("length")
    if old is None or old.width != new.width:
        marked.add("width")
    return frozenset(marked)


def _hashtable(before: Inspection, new: HashTableLayout | TableFigures, find: Find) -> Changes:
    marked = _sizes(_figures(before), _of_layout(new))
    marked |= _used(before.layout, new)
    if isinstance(new, TableFigures):
        return frozenset(marked)
    for entry in _entries(new):
        was = find(entry.key)
        if was is None:
            marked.add(entry.key)
        elif was != (entry.value or b""):
            marked.add(("value", entry.key))
    return frozenset(marked)


def _entries(layout: HashTableLayout) -> Iterator[EntryLayout]:
    for table in layout.tables:
        for bucket in table.buckets:
            yield from bucket.entries


def _skiplist(before: Inspection, after: Inspection, new: SkiplistLayout, find: Find) -> Changes:
    marked: set[object] = set()
    for tower in new.towers:
        was = find(tower.member)
        if was is None:
            marked.add(tower.member)
        elif was != tower.score:
            marked.add(("value", tower.member))
    old = before.layout
    if isinstance(old, SkiplistLayout) and old.level != new.level:
        marked.add("level")
    if isinstance(old, SkiplistLayout) and old.length != new.length:
        marked |= {"length", ("used", 0)}
    if after.table is not None:
        marked |= _sizes(_figures(before), after.table)
    return frozenset(marked)


def _sizes(old: TableFigures | None, new: TableFigures) -> set[object]:
    """A table that was not there before has no sizes to compare."""
    marked: set[object] = set()
    if old is not None and old.sizes != new.sizes:
        marked.add("size")
    if old is not None and old.used != new.used:
        marked.add("used")
    if old is not None and old.rehashidx != new.rehashidx:
        marked.add("rehashidx")
    return marked


def _used(old: object, new: object) -> set[object]:
    """Tables whose number of entries is another."""
    if not isinstance(old, HashTableLayout) or not isinstance(new, HashTableLayout):
        return set()
    was = {table.number: table.used for table in old.tables}
    now = {table.number: table.used for table in new.tables}
    return {("used", at) for at in (0, 1) if was.get(at, 0) != now.get(at, 0)}


def _figures(inspection: Inspection) -> TableFigures | None:
    layout = inspection.layout
    if isinstance(layout, (HashTableLayout, TableFigures)):
        return _of_layout(layout)
    return inspection.table


def _of_layout(layout: HashTableLayout | TableFigures) -> TableFigures:
    if isinstance(layout, TableFigures):
        return layout
    sizes = tuple(table.size for table in layout.tables)
    return TableFigures(layout.used, sizes, layout.rehashidx)


# lists


def _quicklist(
    before: Inspection, old: QuicklistLayout, after: Inspection, new: QuicklistLayout
) -> Changes:
    if before.value is after.value:
        return _edited_in_place(before, old, after, new)
    marked = _altered_nodes(before, old, after, new)
    if old.length != new.length:
        marked.add("length")
    if old.node_count != new.node_count:
        marked.add("nodes")
    shift = min(abs(new.length - old.length), _FARTHEST) + 1
    for run in _runs(new, after.position):
        start, stop = run[0][0], run[0][0] + len(run)
        was = before.elements(max(start - shift, 0), stop + shift)
        marked |= {run[at][1] for at in _fresh(was, after.elements(start, stop))}
    return frozenset(marked)


def _edited_in_place(
    before: Inspection, old: QuicklistLayout, after: Inspection, new: QuicklistLayout
) -> Changes:
    """From what was kept of the nodes before, or at least was visible, and what is visible now."""
    was = [value for run in _runs(old) for _position, _place, value in run]
    seen = [one for run in _runs(new) for one in run]
    if before.kept:
        was = [value for _compressed, entries in before.kept for value in entries]
    marked: set[object] = {seen[at][1] for at in _fresh(was, [value for _, _, value in seen])}
    if before.kept and new.nodes:
        now = after.nodes(new.start, new.start + len(new.nodes))
        marked |= _node_marks(before.kept, now, new.start)
    if old.length != new.length:
        marked.add("length")
    if old.node_count != new.node_count:
        marked.add("nodes")
    return frozenset(marked)


Placed = tuple[int, tuple[int, int], bytes]
"""A visible element: its position in the list, its node and entry, its value (or its beginning)."""


def _runs(layout: QuicklistLayout, first: int = 0) -> list[list[Placed]]:
    """The visible elements in unbroken runs of positions; ``first`` is that of the first one."""
    runs: list[list[Placed]] = []
    for node in layout.nodes:
        entries = node.listpack.entries if node.listpack is not None else None
        elements = [(0, node.preview)] if entries is None else [(e.index, e.value) for e in entries]
        for index, value in elements:
            placed = (first + index, (node.index, index), value)
            if runs and runs[-1][-1][0] + 1 == first + index:
                runs[-1].append(placed)
            else:
                runs.append([placed])
        first += node.count
    return runs


def _altered_nodes(
    before: Inspection, old: QuicklistLayout, after: Inspection, new: QuicklistLayout
) -> set[object]:
    """Visible nodes that are new or not as they were, and which of their figures are others."""
    if not new.nodes:
        return set()
    start, stop = new.start, new.start + len(new.nodes)
    shift = min(abs(new.node_count - old.node_count), _FARTHEST) + 1
    was = before.nodes(max(start - shift, 0), stop + shift)
    return _node_marks(was, after.nodes(start, stop), start)


def _node_marks(
    was: Sequence[NodeContents], now: Sequence[NodeContents], start: int
) -> set[object]:
    """Nodes from ``start`` on that are not as they were, and their figures that are others."""
    marked: set[object] = set()
    for at, former in _edits(was, now).items():
        figures = _node_figures(now[at])
        earlier = {} if former is None else _node_figures(was[former])
        marked.add(start + at)
        marked |= {(word, start + at) for word in figures if figures[word] != earlier.get(word)}
    return marked


def _node_figures(node: NodeContents) -> dict[str, int | None]:
    compressed, entries = node
    return {"lzf": compressed, "count": len(entries), "sz": total_size(entries)}


def _fresh(was: Sequence[object], now: Sequence[object]) -> list[int]:
    """Places of ``now`` that an edit of ``was`` put there."""
    return list(_edits(was, now))


def _edits(was: Sequence[object], now: Sequence[object]) -> dict[int, int | None]:
    """Places of ``now`` that an edit put there, and the place in ``was`` of what each replaced."""
    head = common(was, now)
    tail = common(was[head:][::-1], now[head:][::-1])
    old, new = was[head : len(was) - tail], now[head : len(now) - tail]
    edits: dict[int, int | None] = {}
    for kind, i, j, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind in ("insert", "replace"):
            alike = j - i == last - first
            for step in range(last - first):
                edits[head + first + step] = head + i + step if alike else None
    return edits


def common(left: Sequence[object], right: Sequence[object]) -> int:
    """How many elements two sequences share from the beginning."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
