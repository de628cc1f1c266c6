"""A quicklist: a doubly linked list whose nodes are listpacks, drawn from head to tail.

       ┌ node 0 · 16 B ┐   ┌ node 1 · 13 B ┐
head ► │ a │ b │ c     │◄─►│ d │ e         │ ◄ tail
       └ ████ 3 of 3 ──┘   └ ███░ 2 of 3 ──┘
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.diagrams.canvas import (
    Line,
    Role,
    Run,
    clip_line,
    fill_line,
    gauge,
    line_width,
    marked,
    omitted,
    wrapped,
)
from tutor.diagrams.parts import Parts
from tutor.diagrams.paths import HERE, PASSED, NodeAt, path_in
from tutor.diagrams.payload import shown
from tutor.diagrams.sentences import changed_by_command, not_shown
from tutor.engine.structures.listpack import ListpackEntry
from tutor.engine.structures.quicklist_layout import QuicklistLayout, QuicklistNodeLayout
from tutor.engine.structures.ziplist import ZiplistEntry, ZiplistLayout
from tutor.i18n import _, ngettext

Changed = frozenset[object]
_LINK: Line = (("◄─►", "pointer"),)
_LEAD = 7
_STACKED = 44
_WORD = 28
_BAR = 8
Box = Sequence[Line]


def draw_quicklist(layout: QuicklistLayout, width: int, changed: Changed) -> list[Line]:
    """``changed`` holds pairs (node index, entry index), indexes of altered or new nodes, and, for
    the bytes, the words ``length``, ``nodes`` and pairs of a word (``sz``, ``count``, ``lzf``) and
    a node index."""
    lines = [line for text in _notes(layout) for line in wrapped(text, width)]
    if layout.start:
        lines.append(omitted(_before(layout.start), width))
    lines += _nodes(layout, width, changed)
    rest = layout.node_count - layout.start - len(layout.nodes)
    if rest > 0:
        lines.append(omitted(_more(rest), width))
    return lines


def quicklist_parts(layout: QuicklistLayout, width: int, changed: Changed) -> Parts:
    """The limits of a node, and the window's nodes; of an only node the window's entries."""
    notes = [line for text in _notes(layout) for line in wrapped(text, width)]
    if layout.node_count == 1 and layout.nodes and layout.nodes[0].listpack is not None:
        return _only_node(layout, notes, width, changed)
    lines = _nodes(layout, width, changed) if layout.nodes else []
    return Parts(notes, [line[:-1] if line[-1:] == _ON else line for line in lines])


def _nodes(layout: QuicklistLayout, width: int, changed: Changed) -> list[Line]:
    draw = _stacked if width < _STACKED else _chained
    return draw(layout, width, changed)


def _only_node(
    layout: QuicklistLayout, notes: Sequence[Line], width: int, changed: Changed
) -> Parts:
    """One box as wide as the screen, its edges above and below the entries."""
    node, inside = layout.nodes[0], width - 4
    assert node.listpack is not None
    rows = _lines_of(_words(node, inside, changed), inside) if node.listpack.entries else []
    return Parts(
        [*notes, _border("┌", _node_title(node, node.index in changed), "┐", inside)],
        [(("│ ", "frame"), *fill_line(row, inside), (" │", "frame")) for row in rows],
        [_border("└", _fill(node, layout), "┘", inside)],
    )


def _notes(layout: QuicklistLayout) -> list[str]:
    if layout.fill is None:
        return []
    size = f"list-max-listpack-size {layout.fill}: "
    if layout.entry_limit is None:
        most = layout.byte_limit
        size += ngettext(
            "a node holds up to %(n)d byte.", "a node holds up to %(n)d bytes.", most
        ) % {"n": most}
    else:
        most = max(layout.entry_limit, 1)
        size += ngettext(
            "a node holds up to %(n)d entry.", "a node holds up to %(n)d entries.", most
        ) % {"n": most}
    if not layout.compress:
        return [size]
    depth = ngettext(
        "list-compress-depth %(n)d: but for %(n)d node at each end, nodes are compressed.",
        "list-compress-depth %(n)d: but for %(n)d nodes at each end, nodes are compressed.",
        layout.compress,
    )
    return [size, depth % {"n": layout.compress}]


def _before(nodes: int) -> str:
    return ngettext("%(n)d node before", "%(n)d nodes before", nodes) % {"n": nodes}


def _more(nodes: int) -> str:
    return ngettext("%(n)d more node", "%(n)d more nodes", nodes) % {"n": nodes}


def _stacked(layout: QuicklistLayout, width: int, changed: Changed) -> list[Line]:
    """For a narrow screen: one node under the other."""
    lines: list[Line] = [(("head ", "title"), ("▼", "pointer"))] if not layout.start else []
    for number, node in enumerate(layout.nodes):
        if number or layout.start:
            lines.append((("  ▲▼", "pointer"),))
        lines += _box(node, layout, width, changed)
    last = layout.start + len(layout.nodes) == layout.node_count
    return [*lines, (("tail ", "title"), ("▲", "pointer"))] if last else lines


def _chained(layout: QuicklistLayout, width: int, changed: Changed) -> list[Line]:
    """As many nodes in a row as there is room for, joined by their pointers."""
    room = width - 2 * _LEAD
    rows: list[list[Box]] = [[]]
    used = 0
    for node in layout.nodes:
        box = _box(node, layout, room, changed)
        need = line_width(box[0])
        if rows[-1] and used + 3 + need > room:
            rows.append([])
            used = 0
        used += need + (3 if rows[-1] else 0)
        rows[-1].append(box)
    lines: list[Line] = []
    for number, row in enumerate(rows):
        first = number == 0 and layout.start == 0
        end = number == len(rows) - 1
        last = end and layout.start + len(layout.nodes) == layout.node_count
        lines += _row(row, _HEAD if first else _FROM, _TAIL if last else _ON if end else ())
    return lines


_HEAD: Line = (("head ", "title"), ("► ", "pointer"))
_FROM: Line = (("  ◄─► ", "pointer"),)
_TAIL: Line = ((" ◄", "pointer"), (" tail", "title"))
_ON: Line = (("◄─► …", "pointer"),)


def _row(boxes: Sequence[Box], lead: Line, end: Line) -> list[Line]:
    """Boxes side by side; pointers run at the height of their first line of entries."""
    lines: list[Line] = []
    for level in range(max(map(len, boxes), default=0)):
        line: list[Run] = [*fill_line(lead if level == 1 else (), _LEAD)]
        for number, box in enumerate(boxes):
            if number:
                line += _LINK if level == 1 else ((" " * 3, "text"),)
            line += box[level] if level < len(box) else ((" " * line_width(box[0]), "text"),)
        lines.append((*line, *end) if level == 1 else tuple(line))
    return lines


def _box(node: QuicklistNodeLayout, layout: QuicklistLayout, width: int, changed: Changed) -> Box:
    """A node in at most ``width`` cells: what it is, its entries, how full it is."""
    title = (*_walk_sign(node, changed), *_node_title(node, node.index in changed))
    bottom = _fill(node, layout)
    rows = _entries(node, width - 4, changed)
    widest = max(map(line_width, [title, bottom, *rows]))
    inside = min(widest, width - 4)
    lines = [_border("┌", title, "┐", inside)]
    for row in rows:
        lines.append((("│ ", "frame"), *fill_line(row, inside), (" │", "frame")))
    return [*lines, _border("└", bottom, "┘", inside)]


def _border(left: str, label: Line, right: str, inside: int) -> Line:
    if not label:
        return ((left + "─" * (inside + 2) + right, "frame"),)
    label = clip_line(label, inside)
    rest = "─" * (inside - line_width(label))
    return ((left + " ", "frame"), *label, (" " + rest + right, "frame"))


def _node_title(node: QuicklistNodeLayout, changed: bool) -> Line:
    size = f" · {node.size} B"
    if node.compressed is not None:
        share = 100 * node.compressed // max(node.size, 1)
        size = f" · LZF {node.compressed} B ← {node.size} B, {share} %"
    kind = " · plain" if node.plain else ""
    kind += " · ziplist" if isinstance(node.listpack, ZiplistLayout) else ""
    return (*marked(f"node {node.index}", "title", changed), (kind + size, "label"))


def _walk_sign(node: QuicklistNodeLayout, changed: Changed) -> Line:
    """Whether a walk from node to node stands at this one or has passed it."""
    path = path_in(changed, NodeAt)
    if path is not None and node.index == path.node:
        return ((HERE + " ", "path"),)
    return ((PASSED + " ", "label"),) if path is not None and node.index in path.passed else ()


def _fill(node: QuicklistNodeLayout, layout: QuicklistLayout) -> Line:
    """How full the node is, by the measure that limits it."""
    if node.plain or layout.fill is None:
        return ()
    if layout.entry_limit is None:
        actual, most, unit = node.size, layout.byte_limit, " B"
    else:
        actual, most, unit = node.count, max(layout.entry_limit, 1), ""
    figures = _("%(actual)d of %(most)d") % {"actual": actual, "most": most}
    return (*gauge(actual, most, _BAR), (f" {figures}{unit}", "label"))


def _entries(node: QuicklistNodeLayout, width: int, changed: Changed) -> list[Line]:
    """Entries between bars, over as many lines as they need; what is left out is counted."""
    if node.listpack is None:
        return [clip_line([(shown(node.preview), "payload")], width)]
    words: list[Line] = []
    entries: Sequence[ListpackEntry | ZiplistEntry] = node.listpack.entries
    due = 0
    for entry, word in zip(entries, _words(node, width, changed), strict=True):
        if entry.index > due:
            words.append(((_left_out(entry.index - due), "label"),))
        words.append(word)
        due = entry.index + 1
    if due < node.count:
        words.append(((_left_out(node.count - due), "label"),))
    return _lines_of(words, width)


def _words(node: QuicklistNodeLayout, width: int, changed: Changed) -> list[Line]:
    """The visible entries of a node, each cut to the width of a word."""
    role: Role = "payload" if node.compressed is None else "label"
    entries = node.listpack.entries if node.listpack is not None else ()
    path = path_in(changed, NodeAt)
    here = path is not None and path.node == node.index
    words: list[Line] = []
    for one in entries:
        word = marked(shown(one.value), role, (node.index, one.index) in changed)
        if path is not None and here and one.index == path.cut:
            word = (("║ ", "path"), *word)
        elif path is not None and here and one.index == path.entry:
            word = ((HERE, "path"), *word)
        words.append(clip_line(word, max(min(width, _WORD), 1)))
    return words


def _left_out(entries: int) -> str:
    return ngettext("… %(n)d more", "… %(n)d more", entries) % {"n": entries}


def _lines_of(words: Sequence[Line], width: int) -> list[Line]:
    rows: list[list[Run]] = [[]]
    for word in words:
        if rows[-1] and line_width(rows[-1]) + 3 + line_width(word) > width:
            rows.append([])
        if rows[-1]:
            rows[-1].append((" │ ", "frame"))
        rows[-1] += word
    return [tuple(row) for row in rows]


def describe_quicklist(layout: QuicklistLayout, changed: Changed = frozenset()) -> list[str]:
    """The same facts as sentences."""
    head = ngettext(
        "It is a quicklist of %(n)d node, linked both ways.",
        "It is a quicklist of %(n)d nodes, linked both ways.",
        layout.node_count,
    ) % {"n": layout.node_count}
    lines = [head, *_notes(layout)]
    if layout.start:
        lines.append(not_shown(_before(layout.start)))
    for node in layout.nodes:
        lines += _describe_node(node)
    rest = layout.node_count - layout.start - len(layout.nodes)
    if rest > 0:
        lines.append(not_shown(_more(rest)))
    return [*lines, *_news(layout, changed)]


def _describe_node(node: QuicklistNodeLayout) -> list[str]:
    if node.listpack is None:
        words = _("Node %(index)d is one plain element of %(bytes)d bytes: %(text)s")
        return [words % {"index": node.index, "bytes": node.size, "text": shown(node.preview)}]
    if isinstance(node.listpack, ZiplistLayout):
        words = ngettext(
            "Node %(index)d is a ziplist of %(bytes)d bytes with %(count)d entry: %(values)s.",
            "Node %(index)d is a ziplist of %(bytes)d bytes with %(count)d entries: %(values)s.",
            node.count,
        )
    else:
        words = ngettext(
            "Node %(index)d is a listpack of %(bytes)d bytes with %(count)d entry: %(values)s.",
            "Node %(index)d is a listpack of %(bytes)d bytes with %(count)d entries: %(values)s.",
            node.count,
        )
    head = words % {
        "index": node.index,
        "bytes": node.size,
        "count": node.count,
        "values": _values(node, node.listpack.entries),
    }
    if node.compressed is None:
        return [head]
    squeezed = _("It is compressed to %(bytes)d bytes (LZF).") % {"bytes": node.compressed}
    return [f"{head} {squeezed}"]


def _values(node: QuicklistNodeLayout, entries: Sequence[ListpackEntry | ZiplistEntry]) -> str:
    words: list[str] = []
    due = 0
    for entry in entries:
        if entry.index > due:
            words.append(_left_out(entry.index - due))
        words.append(shown(entry.value))
        due = entry.index + 1
    if due < node.count:
        words.append(_left_out(node.count - due))
    return ", ".join(words)


def _news(layout: QuicklistLayout, changed: Changed) -> list[str]:
    names: list[str] = []
    for node in layout.nodes:
        if node.index in changed:
            names.append(_("node %(index)d") % {"index": node.index})
        entries = node.listpack.entries if node.listpack is not None else ()
        names += [shown(one.value) for one in entries if (node.index, one.index) in changed]
    return changed_by_command(names)
