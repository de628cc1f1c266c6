"""What a command did to a stream: entries, nodes, groups and what is pending in them."""

from __future__ import annotations

from tutor.diagrams.why.compact import short, span
from tutor.diagrams.why.deed import Deed
from tutor.engine.inspect import Inspection
from tutor.engine.structures.stream_layout import StreamGroupLayout, StreamLayout
from tutor.i18n import _, ngettext

_BY_HAND = ("last_id", "entries_added", "max_deleted_id")
"""What XSETID sets."""


def stream_clauses(before: Inspection, after: Inspection, deed: Deed) -> list[str]:
    """Figures of the stream that differ, told as what happened to it."""
    old, new = before.layout, after.layout
    assert isinstance(old, StreamLayout)
    assert isinstance(new, StreamLayout)
    if deed.did("xsetid"):
        same = all(getattr(old, name) == getattr(new, name) for name in _BY_HAND)
        return [] if same else [_("its last ID and its counters were set by hand")]
    added = new.entries_added - old.entries_added
    gone = old.length + max(added, 0) - new.length
    clauses = _added(old, new, added) if added > 0 else []
    if gone > 0:
        clauses.append(_gone(old, new, gone))
    if new.node_count < old.node_count:
        freed = old.node_count - new.node_count
        words = ngettext("%(n)d node freed", "%(n)d nodes freed", freed)
        clauses.append(words % {"n": freed})
    return clauses + _groups(old, new)


def _added(old: StreamLayout, new: StreamLayout, added: int) -> list[str]:
    made = new.node_count - old.node_count
    if made > 0:
        words = ngettext(
            "%(n)d entry added; the last node was full, %(made)d node was made",
            "%(n)d entries added; the last node was full, nodes made: %(made)d",
            added,
        )
        return [words % {"n": added, "made": made}]
    words = ngettext(
        "%(n)d entry written at the end of the last node",
        "%(n)d entries written at the end of the last node",
        added,
    )
    return [words % {"n": added} + _sizes(old, new)]


def _sizes(old: StreamLayout, new: StreamLayout) -> str:
    """Bytes of the last node, if it is in sight both times."""
    was = next((node for node in old.nodes if node.index == old.node_count - 1), None)
    now = next((node for node in new.nodes if node.index == new.node_count - 1), None)
    if was is None or now is None or was.master != now.master:
        return ""
    return ", " + span(was.size, now.size)


def _gone(old: StreamLayout, new: StreamLayout, gone: int) -> str:
    if new.node_count == old.node_count:
        words = ngettext(
            "%(n)d entry marked as deleted, its bytes stay",
            "%(n)d entries marked as deleted, their bytes stay",
            gone,
        )
    else:
        words = ngettext("%(n)d entry removed", "%(n)d entries removed", gone)
    return words % {"n": gone}


def _groups(old: StreamLayout, new: StreamLayout) -> list[str]:
    was = {group.name: group for group in old.groups}
    clauses = []
    for group in new.groups:
        before = was.pop(group.name, None)
        if before is None:
            clauses.append(_("group %(name)s was made") % {"name": short(group.name)})
        else:
            clauses += _group(before, group)
    if new.group_count < old.group_count:
        clauses += [_("group %(name)s is gone") % {"name": short(name)} for name in was]
    return clauses


def _group(old: StreamGroupLayout, new: StreamGroupLayout) -> list[str]:
    figures = {"name": short(new.name), "old": old.pending, "new": new.pending}
    if old.pending != new.pending:
        return [_("group %(name)s: pending entries %(old)d → %(new)d") % figures]
    if old.last_id != new.last_id:
        return [_("group %(name)s: its last delivered ID moved on") % figures]
    if old.consumer_count != new.consumer_count:
        words = _("group %(name)s: consumers %(old)d → %(new)d")
        consumers = {"old": old.consumer_count, "new": new.consumer_count}
        return [words % {**figures, **consumers}]
    return _kept(old, new)


def _kept(old: StreamGroupLayout, new: StreamGroupLayout) -> list[str]:
    """Of a group with as many pending entries and consumers as before. A lag alone is no news: it
    follows from the stream's length."""
    name = {"name": short(new.name)}
    if old.entries_read != new.entries_read:
        words = _("group %(name)s: entries_read %(old)d → %(new)d")
        return [words % {**name, "old": old.entries_read, "new": new.entries_read}]
    if [nack.consumer for _id, nack in old.nacks] != [nack.consumer for _id, nack in new.nacks]:
        return [_("group %(name)s: what is pending went to another consumer") % name]
    if old.nacks != new.nacks:
        return [_("group %(name)s: what is pending was delivered anew") % name]
    if old.consumers != new.consumers:
        return [_("group %(name)s: a consumer was seen again") % name]
    return []
