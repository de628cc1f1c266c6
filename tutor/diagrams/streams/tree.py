"""The radix tree that leads from IDs to nodes: runs of bytes in brackets, ways one under the other.

rax · 24 B · 2 keys · 6 nodes
[00 00 00 00 00 00 01]   run of 7 bytes
├─ 9a [00×8] ► node 0
└─ 9b [00×8] ► node 1

Each listpack is drawn under its leaf.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from tutor.diagrams.canvas import Line, clip_line, line_width, width_of
from tutor.diagrams.sentences import not_shown
from tutor.diagrams.streams.nodes import draw_node, stream_id
from tutor.engine.structures.radix_layout import RAX_SIZE, RadixNodeLayout
from tutor.engine.structures.stream_layout import StreamLayout
from tutor.i18n import _, ngettext

Changed = frozenset[object]
_LEAST = 30
_ROOMY = 60
_FOLDED = 4


def tree_title(layout: StreamLayout, width: int) -> Line:
    """What the whole tree has."""
    figures, each = _figures(layout), _("a key is an ID: 8 bytes of ms, 8 of seq")
    if width_of(f"rax · {figures} · {each}") <= width:
        figures = f"{figures} · {each}"
    return clip_line([("rax", "title"), (f" · {figures}", "label")], width)


def draw_tree(
    layout: StreamLayout, width: int, changed: Changed, around: bool = True
) -> list[Line]:
    """The visible part of the tree with the nodes it leads to; ``around`` counts the keys on either
    side of it."""
    if not layout.tree.keys:
        return []
    painter = _Painter(layout, width, changed, around)
    return list(painter.subtree(layout.tree.root, (), ()))


def draw_path(layout: StreamLayout, width: int) -> list[Line]:
    """The way to the only node, without the node."""
    painter = _Painter(layout, width, frozenset(), False)
    painter.boxes = False
    return list(painter.subtree(layout.tree.root, (), ()))


def _figures(layout: StreamLayout) -> str:
    keys = ngettext("%(n)d key", "%(n)d keys", layout.tree.keys) % {"n": layout.tree.keys}
    nodes = ngettext("%(n)d node", "%(n)d nodes", layout.tree.nodes) % {"n": layout.tree.nodes}
    return f"{RAX_SIZE} B · {keys} · {nodes}"


class _Painter:
    """Draws a tree from the root down. ``stem`` is what stands left of every further line."""

    def __init__(self, layout: StreamLayout, width: int, changed: Changed, around: bool) -> None:
        self.nodes = {node.master: node for node in layout.nodes}
        self.width = width
        self.changed = changed
        self.around = around
        self.boxes = True
        self.roomy = width >= _ROOMY

    def subtree(self, node: RadixNodeLayout, lead: Line, stem: Line) -> Iterator[Line]:
        """Lines of a node and what is below; the first begins with ``lead``."""
        if node.key is not None:
            yield from self._leaf(node.key, lead, stem)
        elif node.ways == 1:
            run = (*lead, (("[" if not lead else " [") + hex_text(node.text) + "]", "key"))
            if node.children:
                yield from self.subtree(node.children[0], run, stem)
            else:
                yield self._cut((*run, (" … " + _keys(node.after), "label")))
        else:
            note = ngettext("%(n)d way", "%(n)d ways", node.ways) % {"n": node.ways}
            head = (*lead, ("  ", "text")) if lead else lead
            yield self._cut((*head, (f"{_('branching')}: {note}", "label")))
            yield from self._ways(node, stem)

    def _ways(self, node: RadixNodeLayout, stem: Line) -> Iterator[Line]:
        if node.before and self.around:
            yield self._cut((*stem, *self._guide("├"), ("… " + _keys(node.before), "label")))
        for number, child in enumerate(node.children):
            last = number == len(node.children) - 1 and not (node.after and self.around)
            way = f"{node.text[node.first + number]:02x}"
            lead = (*stem, *self._guide("└" if last else "├"), (way, "key"))
            yield from self.subtree(child, lead, (*stem, *self._guide(" " if last else "│")))
        if node.after and self.around:
            yield self._cut((*stem, *self._guide("└"), ("… " + _keys(node.after), "label")))

    def _guide(self, sign: str) -> Line:
        """``├─ ``, in a narrow picture without the space."""
        rest = "─" if sign in "├└" else " "
        return ((sign + rest + " " * self.roomy, "frame"),)

    def _leaf(self, key: int, lead: Line, stem: Line) -> Iterator[Line]:
        node = self.nodes.get(key)
        index = "" if node is None else " " + _("node %(index)d") % {"index": node.index}
        to: Line = (*lead, (" ►", "pointer"), (index, "label"))
        same: Line = (*to, (" = " + stream_id(key), "label"))
        yield self._cut(same if line_width(same) <= self.width else to)
        if node is None or not self.boxes:
            return
        if self.width - line_width(stem) < _LEAST:
            stem = ()
        for line in draw_node(node, self.width - line_width(stem), self.changed):
            yield (*stem, *line)

    def _cut(self, line: Line) -> Line:
        return clip_line(line, self.width)


def _keys(keys: int) -> str:
    return ngettext("%(n)d key", "%(n)d keys", keys) % {"n": keys}


def hex_text(data: bytes) -> str:
    """Bytes in hexadecimal; a longer run of zeros is told as such: ``9a 00×8``."""
    words: list[str] = []
    for byte, group in groupby(data):
        count = sum(1 for _one in group)
        folded = count >= _FOLDED and byte == 0
        words += [f"{byte:02x}×{count}"] if folded else [f"{byte:02x}"] * count
    return " ".join(words)


def describe_tree(layout: StreamLayout) -> list[str]:
    """The same facts as sentences: the path of bytes to each visible node."""
    keys, nodes = layout.tree.keys, layout.tree.nodes
    words = ngettext(
        "A radix tree of %(nodes)s leads to %(n)d listpack.",
        "A radix tree of %(nodes)s leads to %(n)d listpacks.",
        keys,
    )
    count = ngettext("%(n)d node", "%(n)d nodes", nodes) % {"n": nodes}
    lines = [words % {"nodes": count, "n": keys}]
    if keys:
        lines += _paths(layout.tree.root, ())
    return lines


def _paths(node: RadixNodeLayout, steps: tuple[str, ...]) -> Iterator[str]:
    """A sentence for each leaf, and for what is left out."""
    if node.key is not None:
        words = _("The path to the listpack of %(id)s is: %(path)s.")
        yield words % {"id": stream_id(node.key), "path": " → ".join(steps)}
        return
    if node.before:
        yield not_shown(_keys(node.before))
    if node.ways == 1:
        step = f"[{hex_text(node.text)}]"
        for child in node.children:
            yield from _paths(child, (*steps, step))
    else:
        for number, child in enumerate(node.children):
            way = node.text[node.first + number : node.first + number + 1]
            yield from _paths(child, (*steps, way.hex()))
    if node.after:
        yield not_shown(_keys(node.after))
