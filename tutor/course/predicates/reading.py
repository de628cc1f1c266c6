"""Reads a check: a table with exactly one of the keys of `KINDS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tutor.course.predicates.base import OPERATORS, Bounds, Check, Predicate
from tutor.course.predicates.besides import read_django, read_memcached
from tutor.course.predicates.clients import read_clients
from tutor.course.predicates.combine import All, Any, Not
from tutor.course.predicates.expect import read_expect
from tutor.course.predicates.figures import read_figure
from tutor.course.predicates.lab import Once
from tutor.course.predicates.labreading import read_lab, read_repl
from tutor.course.predicates.patterns import Used, read_used
from tutor.course.predicates.probe import Probe
from tutor.course.predicates.replies import ReplySpec, read_reply
from tutor.course.predicates.rights import read_rights
from tutor.course.predicates.route import Converted, Count, NotUsed, Replied, UsedCommand
from tutor.course.predicates.settings import read_settings
from tutor.course.problems import did_you_mean
from tutor.course.schema import Table, command_words


def read_check(table: Table) -> Check:
    """One ``[[step.check]]``: ``id``, one kind of demand, ``implied`` literals."""
    id_ = table.require("id", str, "")
    implied = table.strings("implied")
    predicates = read_demand(table, ("id", "implied"))
    return Check(id_, tuple(predicates), table.line, implied)


def read_demand(table: Table, besides: tuple[str, ...] = ()) -> list[Predicate]:
    """The predicates of a table that may have nothing else but ``besides``."""
    named = [key for key in table.data if key not in besides]
    for key in named:
        if key not in KINDS:
            table.raw(key)
            table.complain(f"unknown key {key!r}{did_you_mean(key, (*KINDS, *besides))}", key)
    kinds = [key for key in named if key in KINDS]
    if len(kinds) != 1:
        for key in kinds:
            table.raw(key)
        if len(kinds) == len(named):
            table.complain(f"a check needs exactly one of: {', '.join(KINDS)}")
        return []
    return KINDS[kinds[0]](table, kinds[0])


def _expect(table: Table, name: str) -> list[Predicate]:
    inner = table.table(name)
    return [] if inner is None else read_expect(inner)


def _reply(table: Table, name: str) -> list[Predicate]:
    """``reply = { cmd = …, key = …, is = … }``, or the bare reply that any command may give."""
    value = table.data[name]
    if not isinstance(value, dict) or "is" not in value:
        spec = read_reply(table, name)
        return [] if spec is None else [Replied(Used(reply=spec))]
    inner = table.table(name)
    assert inner is not None
    pattern = read_used(inner)
    reply = read_reply(inner, "is")
    after = read_patterns(inner, "after") if "after" in inner else []
    inner.close()
    if reply is None:
        return []
    return [Replied(replace(pattern, reply=reply), after=after[0] if after else None)]


def _history(table: Table, name: str) -> list[Predicate]:
    inner = table.table(name)
    if inner is None:
        return []
    found: list[Predicate] = []
    if "used" in inner:
        found.extend(UsedCommand(pattern) for pattern in read_patterns(inner, "used"))
    if "not_used" in inner:
        found.extend(NotUsed(pattern) for pattern in read_patterns(inner, "not_used"))
    count = inner.table("count")
    if count is not None:
        pattern = read_used(count)
        limits = {name: count.get(name, int, 0) for name in OPERATORS if name in count}
        count.close()
        if not limits:
            count.complain(f"'count' needs at least one of: {', '.join(OPERATORS)}")
        found.append(Count(pattern, Bounds(limits)))
    inner.close()
    if not found:
        inner.complain("'history' needs used, not_used or count")
    return found


def read_patterns(table: Table, name: str) -> list[Used]:
    """Command names (any of them will do), one pattern table, or a list of pattern tables."""
    value = table.data.get(name)
    if isinstance(value, dict):
        inner = table.table(name)
        assert inner is not None
        pattern = read_used(inner)
        inner.close()
        return [pattern]
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        patterns = []
        for inner in table.tables(name):
            patterns.append(read_used(inner))
            inner.close()
        return patterns
    names = tuple(word.lower() for word in table.strings(name))
    return [Used(commands=names)] if names else []


def _conversion(table: Table, name: str) -> list[Predicate]:
    inner = table.table(name)
    if inner is None:
        return []
    key = inner.require("key", str, "").encode()
    before, after = inner.strings("from"), inner.strings("to")
    inner.close()
    return [Converted(key, before, after)]


def _probe(table: Table, name: str) -> list[Predicate]:
    inner = table.table(name)
    if inner is None:
        return []
    seconds = inner.raw("advance_s") or 0
    if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or seconds < 0:
        inner.complain("'advance_s' must be a number of seconds, not below 0", "advance_s")
        seconds = 0
    lines = inner.strings("run")
    argv = [command_words(table.source, (*inner.place, "run"), text) for text in lines]
    if not lines:
        inner.complain("a probe needs at least one command in 'run'")
    reply = read_reply(inner, "reply") if "reply" in inner else ReplySpec("any")
    needs = inner.get("needs", str, "").encode() or None
    inner.close()
    if reply is None or not all(argv) or not argv:
        return []
    return [Probe(round(seconds * 1000), tuple(argv), reply, needs)]


def _several(kind: type[All] | type[Any]) -> Callable[[Table, str], list[Predicate]]:
    def read(table: Table, name: str) -> list[Predicate]:
        parts: list[Predicate] = []
        for inner in table.tables(name):
            found = read_demand(inner)
            parts.append(found[0] if len(found) == 1 else All(tuple(found)))
        return [kind(tuple(parts))]

    return read


def _not(table: Table, name: str) -> list[Predicate]:
    inner = table.table(name)
    if inner is None:
        return []
    found = read_demand(inner)
    return [Not(found[0] if len(found) == 1 else All(tuple(found)))] if found else []


def _repl(table: Table, name: str) -> list[Predicate]:
    inner = table.table(name)
    return [] if inner is None else read_repl(inner)


def _lab(table: Table, name: str) -> list[Predicate]:
    inner = table.table(name)
    return [] if inner is None else read_lab(inner)


def _clients(table: Table, name: str) -> list[Predicate]:
    inner = table.table(name)
    return [] if inner is None else read_clients(inner)


def _config(table: Table, name: str) -> list[Predicate]:
    inner = table.table(name)
    return [] if inner is None else read_settings(inner)


def _acl(table: Table, name: str) -> list[Predicate]:
    inner = table.table(name)
    return [] if inner is None else read_rights(inner)


def _django(table: Table, name: str) -> list[Predicate]:
    inner = table.table(name)
    return [] if inner is None else read_django(inner)


def _memcached(table: Table, name: str) -> list[Predicate]:
    inner = table.table(name)
    return [] if inner is None else read_memcached(inner)


def _figure(table: Table, name: str) -> list[Predicate]:
    inner = table.table(name)
    return [] if inner is None else read_figure(inner)


def _once(table: Table, name: str) -> list[Predicate]:
    """Several demands under ``once`` must have held at the same moment."""
    inner = table.table(name)
    if inner is None:
        return []
    found = read_demand(inner)
    return [Once(found[0] if len(found) == 1 else All(tuple(found)))] if found else []


KINDS: dict[str, Callable[[Table, str], list[Predicate]]] = {
    "expect": _expect,
    "reply": _reply,
    "history": _history,
    "conversion": _conversion,
    "probe": _probe,
    "all": _several(All),
    "any": _several(Any),
    "not": _not,
    "repl": _repl,
    "lab": _lab,
    "figure": _figure,
    "once": _once,
    "config": _config,
    "acl": _acl,
    "django": _django,
    "memcached": _memcached,
    "clients": _clients,
}

LAB_ONLY = ("repl", "lab", "figure", "once")
WORLD_ONLY = ("conversion", "probe", "clients")
"""Kinds that need a lab, and kinds that need a world with a past of its own."""

NODE_LAB_ONLY = ("repl", "lab")
LANE_LAB_ONLY = ("figure",)
"""Of the former: those of the replication lab, and those of labs of lanes."""
