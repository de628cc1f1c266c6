"""What a command did to a quicklist: which node was rewritten, made, split, joined or freed.

The visible nodes before and after are laid beside each other: what is alike at both ends of them
was not touched, what remains in the middle was.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.diagrams.difference import common
from tutor.diagrams.why.compact import block, span
from tutor.diagrams.why.deed import Deed
from tutor.engine.inspect import Inspection
from tutor.engine.structures.quicklist_layout import QuicklistLayout, QuicklistNodeLayout
from tutor.i18n import _, ngettext

Nodes = Sequence[QuicklistNodeLayout]

_PUSHES = ("lpush", "rpush")


def list_clauses(before: Inspection, after: Inspection, deed: Deed) -> list[str]:
    """Nodes touched and how, and those that were compressed or unpacked. O(visible)."""
    old, new = before.layout, after.layout
    assert isinstance(old, QuicklistLayout)
    assert isinstance(new, QuicklistLayout)
    if old.start != new.start or not new.nodes:
        return _figures(old, new)
    was, now, at = _touched(old, new)
    if (was or now) and deed.did(*_PUSHES) and deed.did("lpop", "rpop"):
        return [_("an element went from one end of the list to the other")]
    if not was and not now:
        clauses = _figures(old, new)
    else:
        clauses = _told(was, now, old, new, deed, after.allocator)
    return clauses + _compressed(old, new, len(was), len(now), at)


def _figures(old: QuicklistLayout, new: QuicklistLayout) -> list[str]:
    """What can be said when the place is out of sight."""
    if old.length == new.length and old.node_count == new.node_count:
        return []
    elements = _("elements %(old)d → %(new)d") % {"old": old.length, "new": new.length}
    nodes = _("nodes %(old)d → %(new)d") % {"old": old.node_count, "new": new.node_count}
    return [elements] if old.node_count == new.node_count else [f"{elements}, {nodes}"]


# which nodes


def _identity(node: QuicklistNodeLayout) -> tuple[object, ...]:
    """What stays the same of a node that nobody touched, wherever it stands."""
    entries = node.listpack.entries if node.listpack is not None else ()
    return node.size, node.count, node.plain, node.preview, tuple(one.value for one in entries)


def _touched(old: QuicklistLayout, new: QuicklistLayout) -> tuple[Nodes, Nodes, int]:
    """The nodes that differ, before and after, and the index of the first of them."""
    was, now = list(old.nodes), list(new.nodes)
    more = new.node_count - old.node_count
    if more > 0 and old.start + len(was) < old.node_count:
        del was[len(was) - min(more, len(was)) :]
    if more < 0 and new.start + len(now) < new.node_count:
        del now[len(now) + max(more, -len(now)) :]
    left, right = [_identity(node) for node in was], [_identity(node) for node in now]
    head = common(left, right)
    tail = common(left[head:][::-1], right[head:][::-1])
    return was[head : len(was) - tail], now[head : len(now) - tail], old.start + head


# what was done to them


def _told(
    was: Nodes, now: Nodes, old: QuicklistLayout, new: QuicklistLayout, deed: Deed, allocator: str
) -> list[str]:
    shape = len(was), len(now)
    if shape == (1, 1):
        return _rewritten(was[0], now[0], deed, allocator)
    if not deed.argv:  # whether it was a split or a push is not known
        return _figures(old, new)
    if shape == (2, 1):
        return _joined(was, now[0], old, new)
    if shape == (1, 2) and not deed.did(*_PUSHES):
        return _split(was[0], now, new)
    if not was:
        return _made(now, old, deed)
    if not now:
        return _freed(was, deed)
    if deed.did(*_PUSHES) and len(now) > len(was):
        return _filled_up(was, now, new, deed)
    return _figures(old, new)


def _rewritten(
    was: QuicklistNodeLayout, now: QuicklistNodeLayout, deed: Deed, allocator: str
) -> list[str]:
    line = f"{_stroke(was, now, deed)}, {span(was.size, now.size)}"
    return [line, *(block(was.size, now.size, allocator) if now.compressed is None else [])]


def _stroke(was: QuicklistNodeLayout, now: QuicklistNodeLayout, deed: Deed) -> str:
    """What was written into, or cut out of, one node."""
    words = {"node": now.index}
    if now.plain or was.plain:
        return _("node %(node)d, plain, holds another long text") % words
    if now.count < was.count:
        cut = was.count - now.count
        words["n"] = cut
        return (
            ngettext(
                "%(n)d entry cut out of node %(node)d",
                "%(n)d entries cut out of node %(node)d",
                cut,
            )
            % words
        )
    if now.count == was.count:
        return _("an entry of node %(node)d rewritten") % words
    if not deed.argv:
        words["n"] = now.count - was.count
        more = ngettext(
            "%(n)d entry more in node %(node)d", "%(n)d entries more in node %(node)d", words["n"]
        )
        return more % words
    if deed.did("lpush"):
        return _("node %(node)d written in front, what it held moved") % words
    if deed.did("rpush"):
        return _("node %(node)d written at its end") % words
    return _("set in inside node %(node)d, which has room") % words


def _joined(
    was: Nodes, now: QuicklistNodeLayout, old: QuicklistLayout, new: QuicklistLayout
) -> list[str]:
    """Two nodes before, one after: the one went empty, or they fitted into one."""
    if now.count > max(node.count for node in was):
        words = _("nodes %(one)d and %(two)d fit into one now and were merged, %(n)d B")
        return [words % {"one": was[0].index, "two": was[1].index, "n": now.size}]
    return _figures(old, new)


def _split(was: QuicklistNodeLayout, now: Nodes, new: QuicklistLayout) -> list[str]:
    words = _(
        "node %(node)d had no room (%(full)s) and was split, entries %(n)d → %(one)d + %(two)d"
    )
    figures = {"node": was.index, "full": _fullness(was, new), "n": was.count}
    return [words % {**figures, "one": now[0].count, "two": now[1].count}]


def _made(now: Nodes, old: QuicklistLayout, deed: Deed) -> list[str]:
    """Nodes that are new as a whole, and the full neighbour that is their cause."""
    first, last = now[0].index, now[-1].index
    if len(now) > 1:
        words = _("new nodes %(first)d–%(last)d, at most %(most)s in each")
        return [words % {"first": first, "last": last, "most": _most(old)}]
    if now[0].plain:
        words = _("a text of %(n)d B gets a plain node of its own, node %(node)d")
        return [words % {"n": now[0].size, "node": first}]
    made = _("a new node %(node)d, %(n)d B") % {"node": first, "n": now[0].size}
    beside = _neighbour(old, deed)
    if beside is None:
        return [made]
    words = _("node %(node)d has no room (%(full)s)")
    return [words % {"node": beside.index, "full": _fullness(beside, old)}, made]


def _neighbour(old: QuicklistLayout, deed: Deed) -> QuicklistNodeLayout | None:
    """The node at the end that was pushed to, if it is in sight."""
    if not old.nodes or not deed.did(*_PUSHES):
        return None
    node = old.nodes[0] if deed.did("lpush") else old.nodes[-1]
    return node if node.index == (0 if deed.did("lpush") else old.node_count - 1) else None


def _filled_up(was: Nodes, now: Nodes, new: QuicklistLayout, deed: Deed) -> list[str]:
    """A push that filled the node at the end and went on in new ones."""
    made = len(now) - len(was)
    node = now[-1] if deed.did("lpush") else now[0]
    words = ngettext(
        "node %(node)d was filled (at most %(most)s), %(n)d new node took the rest",
        "node %(node)d was filled (at most %(most)s), %(n)d new nodes took the rest",
        made,
    )
    return [words % {"node": node.index, "most": _most(new), "n": made}]


def _freed(was: Nodes, deed: Deed) -> list[str]:
    if len(was) == 1:
        return [_("node %(node)d went empty and was freed") % {"node": was[0].index}]
    words = _("nodes %(first)d–%(last)d were freed")
    return [words % {"first": was[0].index, "last": was[-1].index}]


def _most(layout: QuicklistLayout) -> str:
    """What one node takes at most (list-max-listpack-size)."""
    if layout.entry_limit is not None:
        most = max(layout.entry_limit, 1)
        return ngettext("%(n)d entry", "%(n)d entries", most) % {"n": most}
    return _("%(n)d B") % {"n": layout.byte_limit}


def _fullness(node: QuicklistNodeLayout, layout: QuicklistLayout) -> str:
    """How much of what it may hold a node holds: entries where those are limited, else bytes."""
    if layout.entry_limit is not None and node.count >= layout.entry_limit:
        most = max(layout.entry_limit, 1)
        words = ngettext("%(actual)d of %(most)d entry", "%(actual)d of %(most)d entries", most)
        return words % {"actual": node.count, "most": most}
    return _("%(actual)d of %(most)d B") % {"actual": node.size, "most": layout.byte_limit}


# compression


def _compressed(
    old: QuicklistLayout, new: QuicklistLayout, was: int, now: int, at: int
) -> list[str]:
    """Untouched nodes that were compressed or unpacked because of their place."""
    known = {node.index: node for node in old.nodes}
    clauses = []
    for node in new.nodes:
        if at <= node.index < at + now:
            continue
        before = known.get(node.index if node.index < at else node.index - now + was)
        if before is None or (before.compressed is None) == (node.compressed is None):
            continue
        figures = {"node": node.index, "raw": node.size, "lzf": node.compressed}
        if node.compressed is None:
            clauses.append(_("node %(node)d is near an end now and was unpacked") % figures)
        else:
            clauses.append(_("node %(node)d is inside now: LZF, %(raw)d → %(lzf)d B") % figures)
    return clauses[:2]
