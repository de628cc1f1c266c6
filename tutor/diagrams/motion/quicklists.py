"""Films of quicklists: walks from node to node, full nodes, splits, and the merges after them."""

from __future__ import annotations

from tutor.diagrams.canvas import Line
from tutor.diagrams.motion.scene import Facts, Scene, named
from tutor.diagrams.paths import NodeAt
from tutor.diagrams.quicklists import draw_quicklist
from tutor.engine.recording import Step
from tutor.engine.structures.quicklist_layout import QuicklistLayout
from tutor.i18n import _, ngettext

_NEW = frozenset({"push", "insert", "beside", "replace"})


def _draw(step: Step, width: int) -> list[Line]:
    assert isinstance(step.image, QuicklistLayout)
    facts, kind = step.facts, step.kind.split(".")[1]
    marks: set[object] = {_path(facts, kind, step.image)}
    if kind in _NEW:
        marks.add((facts["index"], facts["offset"]))
    elif kind in ("node", "merged"):
        marks.add(facts["index"])
    return draw_quicklist(step.image, width, frozenset(marks))


def _path(facts: Facts, kind: str, image: QuicklistLayout) -> NodeAt:
    node, offset = facts["index"], facts.get("offset", -1)
    if kind == "visit":
        seen = frozenset(one.index for one in image.nodes)
        passed = {at for at in seen if (at > node if facts["reverse"] else at < node)}
        return NodeAt(node, passed=frozenset(passed))
    if kind == "search":
        passed = {one.index for one in image.nodes if one.index < node}
        return NodeAt(node, offset if offset >= 0 else None, passed=frozenset(passed))
    if kind == "split":
        return NodeAt(node, cut=offset if facts["before"] else offset + 1)
    if kind in ("entry", "take", "weed", "room"):
        return NodeAt(node, offset)
    return NodeAt(node)


def _visit(facts: Facts) -> str:
    figures = {"node": facts["index"], "held": facts["held"], "left": facts["left"]}
    if facts["left"] < facts["held"]:
        words = _(
            "Node %(node)d holds %(held)d entries and %(left)d are left to skip: it is in here."
        )
    elif facts["reverse"]:
        words = _(
            "The tail is nearer, so from there: node %(node)d holds %(held)d entries, "
            "%(left)d are left to skip: skip it whole."
        )
    else:
        words = _("Node %(node)d holds %(held)d entries, %(left)d are left to skip: skip it whole.")
    return words % figures


def _entry(facts: Facts) -> str:
    words = _("In node %(node)d the listpack is walked to entry %(offset)d: %(value)s.")
    return words % {
        "node": facts["index"],
        "offset": facts["offset"],
        "value": named(facts["value"]),
    }


def _search(facts: Facts) -> str:
    figures = {"node": facts["index"], "pivot": named(facts["pivot"]), "offset": facts["offset"]}
    if facts["offset"] < 0:
        return _("Node %(node)d: none of its entries is %(pivot)s. On to the next node.") % figures
    return _("Node %(node)d: entry %(offset)d is %(pivot)s.") % figures


def _weed(facts: Facts) -> str:
    return ngettext(
        "Node %(node)d: %(n)d entry equal to %(value)s goes; the rest closes up.",
        "Node %(node)d: %(n)d entries equal to %(value)s go; the rest closes up.",
        facts["gone"],
    ) % {"node": facts["index"], "n": facts["gone"], "value": named(facts["value"])}


def _limit(facts: Facts) -> str:
    """The limit of a node in words."""
    if facts["entry_limit"]:
        words = ngettext("%(n)d entry a node", "%(n)d entries a node", facts["entry_limit"])
        return words % {"n": facts["entry_limit"]}
    words = ngettext("%(n)d byte a node", "%(n)d bytes a node", facts["byte_limit"])
    return words % {"n": facts["byte_limit"]}


def _full(facts: Facts) -> str:
    words = _("Node %(node)d is full (%(limit)s): a new node is needed.")
    return words % {"node": facts["index"], "limit": _limit(facts)}


def _room(facts: Facts) -> str:
    figures = {"node": facts["index"], "value": named(facts["value"]), "limit": _limit(facts)}
    if facts["fits"]:
        return _("Node %(node)d has room for %(value)s (%(limit)s).") % figures
    if facts["at_edge"]:
        words = _("Node %(node)d is full (%(limit)s), but the place is at its edge: no split.")
        return words % figures
    words = _("Node %(node)d is full (%(limit)s) and the place is inside: it has to be split.")
    return words % figures


def _node(facts: Facts) -> str:
    words = ngettext(
        "Node %(node)d is new: a listpack of %(bytes)d bytes with %(n)d entry, linked both ways.",
        "Node %(node)d is new: a listpack of %(bytes)d bytes with %(n)d entries, linked both ways.",
        facts["held"],
    )
    return words % {"node": facts["index"], "bytes": facts["bytes"], "n": facts["held"]}


def _push(facts: Facts) -> str:
    figures = {"node": facts["index"], "value": named(facts["value"]), "bytes": facts["bytes"]}
    if facts["front"]:
        words = _(
            "%(value)s is written in front of the listpack of node %(node)d, the head: the bytes "
            "behind it move up, %(bytes)d in all. No other node is touched."
        )
    else:
        words = _(
            "%(value)s is written at the end of the listpack of node %(node)d, the tail: "
            "%(bytes)d bytes now. No other node is touched."
        )
    return words % figures


def _take(facts: Facts) -> str:
    figures = {"node": facts["index"], "value": named(facts["value"])}
    if facts["last"]:
        words = _("%(value)s is the only entry of node %(node)d: the node will go with it.")
        return words % figures
    return _("%(value)s will leave the listpack of node %(node)d.") % figures


def _unlink(facts: Facts) -> str:
    words = _("Node %(node)d leaves the chain: its neighbours are linked to each other.")
    return words % {"node": facts["index"]}


def _drop(facts: Facts) -> str:
    gone = facts["stop"] - facts["start"]
    return ngettext(
        "Node %(node)d loses %(n)d entry at its edge.",
        "Node %(node)d loses %(n)d entries at its edge.",
        gone,
    ) % {"node": facts["index"], "n": gone}


def _insert(facts: Facts) -> str:
    words = _(
        "%(value)s is written into node %(node)d; the bytes behind it move up: %(bytes)d now."
    )
    return words % {
        "value": named(facts["value"]),
        "node": facts["index"],
        "bytes": facts["bytes"],
    }


def _beside(facts: Facts) -> str:
    words = _("The neighbour has room: %(value)s goes to the edge of node %(node)d.")
    return words % {"value": named(facts["value"]), "node": facts["index"]}


def _replace(facts: Facts) -> str:
    words = _(
        "Entry %(offset)d of node %(node)d is written over with %(value)s: %(bytes)d bytes now."
    )
    return words % {
        "offset": facts["offset"],
        "node": facts["index"],
        "value": named(facts["value"]),
        "bytes": facts["bytes"],
    }


def _split(facts: Facts) -> str:
    cut = facts["offset"] if facts["before"] else facts["offset"] + 1
    if facts["before"]:
        words = _(
            "Node %(node)d is cut at ║: entries before %(cut)d move into a node of their own."
        )
    else:
        words = _(
            "Node %(node)d is cut at ║: entries from %(cut)d on move into a node of their own."
        )
    return words % {"node": facts["index"], "cut": cut}


def _pair(facts: Facts) -> dict[str, object]:
    """Two neighbours and what they would hold together. Merged, one header and one end go."""
    entries = facts["left"] + facts["right"]
    if facts["entry_limit"]:
        amount = ngettext("%(n)d entry", "%(n)d entries", entries) % {"n": entries}
    else:
        size = facts["left_bytes"] + facts["right_bytes"] - _SAVED
        amount = ngettext("%(n)d byte", "%(n)d bytes", size) % {"n": size}
    left = facts["index"]
    return {"left": left, "right": left + 1, "amount": amount, "limit": _limit(facts)}


_SAVED = 7


def _merge(facts: Facts) -> str:
    words = _("Nodes %(left)d and %(right)d fit into one, %(amount)s (%(limit)s): they are merged.")
    return words % _pair(facts)


def _no_merge(facts: Facts) -> str:
    words = _("Nodes %(left)d and %(right)d would hold %(amount)s (%(limit)s): they stay apart.")
    return words % _pair(facts)


def _merged(facts: Facts) -> str:
    words = ngettext(
        "Node %(node)d holds both now: %(n)d entry, %(bytes)d bytes.",
        "Node %(node)d holds both now: %(n)d entries, %(bytes)d bytes.",
        facts["held"],
    )
    return words % {"node": facts["index"], "n": facts["held"], "bytes": facts["bytes"]}


SCENES = {
    "quicklist.visit": Scene(_draw, _visit),
    "quicklist.entry": Scene(_draw, _entry),
    "quicklist.search": Scene(_draw, _search),
    "quicklist.weed": Scene(_draw, _weed),
    "quicklist.full": Scene(_draw, _full),
    "quicklist.room": Scene(_draw, _room),
    "quicklist.node": Scene(_draw, _node),
    "quicklist.push": Scene(_draw, _push),
    "quicklist.take": Scene(_draw, _take),
    "quicklist.unlink": Scene(_draw, _unlink),
    "quicklist.drop": Scene(_draw, _drop),
    "quicklist.insert": Scene(_draw, _insert),
    "quicklist.beside": Scene(_draw, _beside),
    "quicklist.replace": Scene(_draw, _replace),
    "quicklist.split": Scene(_draw, _split),
    "quicklist.merge": Scene(_draw, _merge),
    "quicklist.no-merge": Scene(_draw, _no_merge),
    "quicklist.merged": Scene(_draw, _merged),
}
