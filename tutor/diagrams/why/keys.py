"""What became of a key as a whole: it came, it went, its time was set."""

from __future__ import annotations

from tutor.diagrams.why.conversions import cause_of, sizes_of
from tutor.diagrams.why.deed import Deed
from tutor.diagrams.why.strings import kept
from tutor.engine.image import TableFigures
from tutor.engine.inspect import Inspection
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.intset import IntsetLayout
from tutor.engine.structures.listpack import ListpackLayout
from tutor.engine.structures.quicklist_layout import QuicklistLayout
from tutor.engine.structures.sds import StringLayout
from tutor.engine.structures.skiplist_layout import SkiplistLayout
from tutor.i18n import _, ngettext

_LEAST_MOVE_MS = 1000
"""A lifetime grows only if somebody sets it anew; so much at least, to be sure of it."""

_TAKES_AWAY = (
    *("lpop", "rpop", "lrem", "ltrim", "srem", "spop", "hdel"),
    *("zrem", "zremrangebyscore", "zremrangebyrank", "zremrangebylex", "zpopmin", "zpopmax"),
)


def came(after: Inspection, deed: Deed, instead: bool = False) -> list[str]:
    """A key that was not there before; ``instead``: another value in the place of the old one."""
    if deed.command == "swapdb":
        return [_("the databases changed places: the key came from the other one")]
    if deed.did("rename_to", "move_to"):
        clauses = [_("the value as it was, under this name; nothing was copied")]
    elif deed.did("copy_to"):
        clauses = [_("an independent copy, %(n)d B") % {"n": after.memory}, *_made(after)]
    else:
        clauses = [_news(deed, instead) % {"n": after.memory}, *_caused(after, deed)]
    if after.ttl_ms is not None:
        clauses.append(_("with a TTL it also stands in the table of expires"))
    return clauses


def _news(deed: Deed, instead: bool) -> str:
    if instead:
        return _("a new value, %(n)d B in all")
    if not deed.argv:  # made by somebody else, or there again because its end was taken back
        return _("the key is there, %(n)d B in all")
    return _("a new key, %(n)d B in all")


def _caused(after: Inspection, deed: Deed) -> list[str]:
    """Of what it consists, and what made it convert on its way."""
    made = _made(after)
    if not made or not deed.conversions:
        return made
    return [f"{cause_of(deed.conversions[-1])}: {made[0]}", *made[1:]]


def _made(after: Inspection) -> list[str]:
    """Of what it consists, in a few words."""
    layout = after.layout
    if isinstance(layout, StringLayout):
        return [kept(layout)]
    if isinstance(layout, (ListpackLayout, IntsetLayout)):
        words = _("%(encoding)s of %(n)d B in one block")
        return [words % {"encoding": after.encoding, "n": layout.total_bytes}]
    if isinstance(layout, QuicklistLayout):
        n = layout.node_count
        words = ngettext("a quicklist of %(n)d node", "a quicklist of %(n)d nodes", n)
    elif isinstance(layout, (HashTableLayout, TableFigures)):
        n = sum(sizes_of(layout))
        words = ngettext("a hashtable of %(n)d slot", "a hashtable of %(n)d slots", n)
    elif isinstance(layout, SkiplistLayout):
        n = layout.level
        words = ngettext(
            "a skiplist of %(n)d level and a hash table",
            "a skiplist of %(n)d levels and a hash table",
            n,
        )
    else:
        return []
    return [words % {"n": n}]


def went(before: Inspection, deed: Deed) -> list[str]:
    """A key that is no longer there."""
    if deed.did("rename_from", "move_from"):
        return [_("the value went under another name or into another database, as it was")]
    if deed.command == "swapdb":
        return [_("the databases changed places: the key is in the other one now")]
    freed = _("%(n)d B freed") % {"n": before.memory}
    if deed.did("expired"):
        return [_("its time was up, the key went"), freed]
    if deed.did("evicted"):
        return [_("evicted to make room"), freed]
    if deed.did(*_TAKES_AWAY):
        return [_("the last element went, and the key with it"), freed]
    return [_("the key went"), freed]


def fate(before: Inspection) -> list[str]:
    """What became of a value in whose place there is one another one."""
    words = {"type": before.type, "n": before.memory}
    return [_("the old %(type)s was freed, %(n)d B") % words]


def lifetime_clauses(before: Inspection, after: Inspection, deed: Deed) -> list[str]:
    """What happened to the key's entry in the table of expires."""
    was, now = before.ttl_ms, after.ttl_ms
    if was is None and now is not None:
        return [_("a TTL was set: the key also stands in the table of expires")]
    if was is not None and now is None:
        return [_("the TTL was taken off: the key left the table of expires")]
    if was is None or now is None:
        return []
    if deed.did("expire") or now > was + _LEAST_MOVE_MS:
        return [_("another moment in the table of expires")]
    return []
