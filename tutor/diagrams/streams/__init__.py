"""A stream: its figures, the radix tree that leads to its nodes, its consumer groups.

┌ rax ───────┬ length ┬ last_id ┬ first_id ┬ max_deleted_id ┬ entries_added ┬ cgroups ──┐
│ ► 2 nodes  │ 3      │ 5-0     │ 1-0      │ 2-0            │ 4             │ ► 1 group │
└ 8 B ───────┴ 8 B ───┴ 16 B ───┴ 16 B ────┴ 16 B ──────────┴ 8 B ──────────┴ 8 B ──────┘

The tree stands in `tree`, the nodes in `nodes`, the groups in `groups`, the bytes in `bytes`.
"""

from __future__ import annotations

from tutor.diagrams.boxes import Group, cell, flow
from tutor.diagrams.canvas import Line, Role, omitted, wrapped
from tutor.diagrams.parts import Parts
from tutor.diagrams.payload import shown
from tutor.diagrams.sentences import changed_by_command, not_shown
from tutor.diagrams.streams.groups import describe_group, draw_group
from tutor.diagrams.streams.nodes import describe_node, flags_text, node_parts, stream_id
from tutor.diagrams.streams.tree import describe_tree, draw_path, draw_tree, tree_title
from tutor.engine.structures.stream_layout import StreamLayout
from tutor.engine.structures.stream_node import DELETED, SAME_FIELDS
from tutor.i18n import _, ngettext

Changed = frozenset[object]
FIGURES = ("length", "last_id", "first_id", "max_deleted_id", "entries_added")


def draw_stream(layout: StreamLayout, width: int, changed: Changed) -> list[Line]:
    """``changed`` holds names of `FIGURES`, IDs of nodes, names of groups, and pairs
    ("entry", ID) of new entries, ("flags", ID) of entries marked as deleted; for a group (word,
    name) with one of ``last_id``, ``entries_read``, ``pending``, and triples ("nack", name, ID),
    ("consumer", name, consumer)."""
    lines = [*_above(layout, width, changed), *draw_tree(layout, width, changed)]
    return lines + _below(layout, width, changed)


def stream_parts(layout: StreamLayout, width: int, changed: Changed) -> Parts:
    """The figures; the nodes of the window, of an only one its entries; the groups."""
    above, below = _above(layout, width, changed), _below(layout, width, changed)
    if layout.node_count != 1 or not layout.nodes:
        return Parts(above, draw_tree(layout, width, changed, around=False), below)
    node = node_parts(layout.nodes[0], width, changed)
    path = draw_path(layout, width)
    return Parts([*above, *path, *node.above], node.items, [*node.below, *below])


def _above(layout: StreamLayout, width: int, changed: Changed) -> list[Line]:
    return [*flow([_figures(layout, changed)], width), (), tree_title(layout, width)]


def _below(layout: StreamLayout, width: int, changed: Changed) -> list[Line]:
    lines = [line for text in _notes(layout) for line in wrapped(text, width)]
    for group in layout.groups:
        lines += [(), *draw_group(group, layout, width, changed)]
    rest = layout.group_count - len(layout.groups)
    return [*lines, omitted(_more_groups(rest), width)] if rest else lines


def _figures(layout: StreamLayout, changed: Changed) -> Group:
    """The structure itself, its fields in their order (redis 7.0, stream.h)."""
    nodes = ngettext("%(n)d node", "%(n)d nodes", layout.tree.nodes) % {"n": layout.tree.nodes}
    groups = ngettext("%(n)d group", "%(n)d groups", layout.group_count)
    cgroups = "► " + groups % {"n": layout.group_count} if layout.group_count else "NULL"
    role: Role = "pointer" if layout.group_count else "frame"
    boxes = [
        cell("► " + nodes, "rax", "8 B", "pointer"),
        cell(str(layout.length), "length", "8 B", "header", "length" in changed),
    ]
    for name in ("last_id", "first_id", "max_deleted_id"):
        text = stream_id(getattr(layout, name))
        boxes.append(cell(text, name, "16 B", "header", name in changed))
    new = "entries_added" in changed
    boxes.append(cell(str(layout.entries_added), "entries_added", "8 B", "header", new))
    return [*boxes, cell(cgroups, "cgroups", "8 B", role)]


def _notes(layout: StreamLayout) -> list[str]:
    """How the numbers of an entry are to be read."""
    if not layout.nodes:
        return []
    ids = _("The ID of an entry is not stored: it is the master's plus ms and seq.")
    flags = {one.flags for node in layout.nodes for one in node.entries}
    meanings = {
        SAME_FIELDS: _("same names as the master entry, so they are not repeated"),
        DELETED: _("deleted, but its bytes stay until the whole node goes"),
    }
    said = [f"{flags_text(bit)}: {text}" for bit, text in meanings.items() if _any(flags, bit)]
    return [ids, *([_("Flags: %(flags)s.") % {"flags": "; ".join(said)}] if said else [])]


def _any(flags: set[int], bit: int) -> bool:
    return any(one & bit for one in flags)


def _more_groups(groups: int) -> str:
    return ngettext("%(n)d more group", "%(n)d more groups", groups) % {"n": groups}


def describe_stream(layout: StreamLayout, changed: Changed = frozenset()) -> list[str]:
    """The same facts as sentences."""
    entries = ngettext("%(n)d entry", "%(n)d entries", layout.length) % {"n": layout.length}
    added = ngettext("%(n)d was ever added", "%(n)d were ever added", layout.entries_added) % {
        "n": layout.entries_added
    }
    words = _(
        "The stream has %(entries)s, %(added)s; last ID %(last)s, first ID %(first)s, greatest "
        "deleted ID %(deleted)s."
    )
    lines = [
        words
        % {
            "entries": entries,
            "added": added,
            "last": stream_id(layout.last_id),
            "first": stream_id(layout.first_id),
            "deleted": stream_id(layout.max_deleted_id),
        },
        *describe_tree(layout),
    ]
    for node in layout.nodes:
        lines += describe_node(node)
    lines += _notes(layout)
    for group in layout.groups:
        lines += describe_group(group)
    rest = layout.group_count - len(layout.groups)
    lines += [not_shown(_more_groups(rest))] if rest else []
    return lines + changed_by_command(_news(layout, changed))


def _news(layout: StreamLayout, changed: Changed) -> list[str]:
    names = [name for name in FIGURES if name in changed]
    for node in layout.nodes:
        if node.master in changed:
            names.append(_("node %(index)d") % {"index": node.index})
        for one in node.entries:
            if ("entry", one.id) in changed or ("flags", one.id) in changed:
                names.append(_("entry %(id)s") % {"id": stream_id(one.id)})
    for group in layout.groups:
        if group.name in changed:
            names.append(_("group %(name)s") % {"name": shown(group.name, 256)})
    return names
