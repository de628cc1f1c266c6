"""What a command did to one key in memory, and why, in one line with its price.

    LPUSH: node 0 rewritten in front, 38 → 52 B, block 48 → 64 B · O(N), N = elements added

Everything is told from the two looks: figures that differ, and what the layouts say of the place
where they differ. Nothing is said that they do not show; where nothing special happened the line is
plain. The clauses of each structure stand in a module of their own (`strings`, `compact`, `lists`,
`tables`, `streams`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from tutor.diagrams.difference import alike
from tutor.diagrams.outside import is_foreign
from tutor.diagrams.why.compact import intset_clauses, listpack_clauses
from tutor.diagrams.why.conversions import conversion_clauses
from tutor.diagrams.why.deed import Deed
from tutor.diagrams.why.keys import came, fate, lifetime_clauses, went
from tutor.diagrams.why.lists import list_clauses
from tutor.diagrams.why.outside import outside_clauses
from tutor.diagrams.why.streams import stream_clauses
from tutor.diagrams.why.strings import string_clauses
from tutor.diagrams.why.tables import table_clauses, zset_clauses
from tutor.engine.events import Conversion
from tutor.engine.image import TableFigures
from tutor.engine.inspect import Inspection
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.intset import IntsetLayout
from tutor.engine.structures.listpack import ListpackLayout
from tutor.engine.structures.quicklist_layout import QuicklistLayout
from tutor.engine.structures.sds import StringLayout
from tutor.engine.structures.skiplist_layout import SkiplistLayout
from tutor.engine.structures.stream_layout import StreamLayout
from tutor.engine.table import CommandSpec, load_table
from tutor.i18n import _, language

Clauses = Callable[[Inspection, Inspection, Deed], list[str]]

_CLAUSES: Mapping[type, Clauses] = {
    StringLayout: string_clauses,
    QuicklistLayout: list_clauses,
    ListpackLayout: listpack_clauses,
    IntsetLayout: intset_clauses,
    SkiplistLayout: zset_clauses,
    StreamLayout: stream_clauses,
    HashTableLayout: table_clauses,
    TableFigures: table_clauses,
}
"""Structures as redis 7.0 holds them; of those of other servers `why.outside` tells."""


def why(
    before: Inspection | None,
    after: Inspection | None,
    argv: Sequence[bytes] = (),
    conversions: Sequence[Conversion] = (),
    events: Sequence[str] = (),
    failed: bool = False,
) -> str:
    """One line on what ``argv`` did between two looks at a key; "" if there was no such key.

    ``conversions`` and ``events`` (Redis's keyspace events) are those of this key, in their order;
    ``failed``: the command was answered with an error. O(visible).
    """
    deed = Deed(tuple(argv), tuple(conversions), tuple(filter(None, events)), failed)
    clauses = _clauses(before, after, deed)
    if not clauses:
        return ""
    spec = spec_of(argv)
    price = "" if spec is None or failed else _price(spec)
    name = _name(argv, spec)
    line = "; ".join(clauses)
    return (f"{name}: " if name else "") + line + (f" · {price}" if price else "")


def _clauses(before: Inspection | None, after: Inspection | None, deed: Deed) -> list[str]:
    if before is None and after is None:
        return []
    if deed.failed and _same(before, after):
        return [_("an error: nothing was changed")]
    if after is None:
        assert before is not None
        return went(before, deed)
    if before is None:
        return came(after, deed)
    if before.type != after.type or deed.replaced:
        return [*fate(before), *came(after, deed, instead=True)]
    clauses = conversion_clauses(before, after, deed)
    if before.encoding == after.encoding or after.type == "string":
        clauses += _of_structure(before, after, deed)
    clauses += lifetime_clauses(before, after, deed)
    return clauses or [_nothing(before, after, deed)]


def _of_structure(before: Inspection, after: Inspection, deed: Deed) -> list[str]:
    if is_foreign(before) or is_foreign(after):
        return outside_clauses(before, after)
    return _CLAUSES[type(after.layout)](before, after, deed)


def _same(before: Inspection | None, after: Inspection | None) -> bool:
    if before is None or after is None:
        return before is after
    return alike(before, after)


def _nothing(before: Inspection, after: Inspection, deed: Deed) -> str:
    spec = spec_of(deed.argv)
    if spec is not None and "readonly" in spec.flags:
        return _("only read, memory is as it was")
    if deed.events and not _wholly_seen(after):
        return _("nothing in sight changed")
    return _("memory is as it was")


def _wholly_seen(seen: Inspection) -> bool:
    """Whether the look leaves nothing out."""
    layout = seen.layout
    if isinstance(layout, StringLayout):
        return len(layout.preview) == layout.length
    if isinstance(layout, QuicklistLayout):
        packs = [node.listpack for node in layout.nodes if node.listpack is not None]
        return sum(len(pack.entries) for pack in packs) == layout.length
    return seen.window.start == 0 and seen.items_total <= seen.window.count


# the command


@cache
def _table() -> dict[str, CommandSpec]:
    return dict(load_table())


def spec_of(argv: Sequence[bytes]) -> CommandSpec | None:
    """The row of the command table for typed words, that of the subcommand if it has one."""
    if not argv:
        return None
    spec = _table().get(argv[0].decode("utf-8", "replace").lower())
    if spec is None or not spec.subcommands or len(argv) < 2:
        return spec
    return spec.subcommands.get(argv[1].decode("utf-8", "replace").lower(), spec)


def _name(argv: Sequence[bytes], spec: CommandSpec | None) -> str:
    return spec.name.replace("|", " ").upper() if spec is not None else ""


def _price(spec: CommandSpec) -> str:
    return spec.complexity.get(language()) or spec.complexity["en"]
