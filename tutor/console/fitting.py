"""Which types of keys a command takes at a place: for completion, and to foresee WRONGTYPE."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine.table import Argument, CommandSpec

__all__ = ["accepted_types", "suggested_types"]

_GROUP_TYPES = {
    "string": "string",
    "bitmap": "string",
    "hyperloglog": "string",
    "list": "list",
    "set": "set",
    "hash": "hash",
    "sorted-set": "zset",
    "geo": "zset",
    "stream": "stream",
}
_ANY_TYPE = frozenset({"set", "setnx", "setex", "psetex", "mset", "msetnx", "mget"})
"""Commands of the group string that never answer WRONGTYPE (SET only without GET)."""

_SET_OR_ZSET = frozenset({"zunion", "zinter", "zdiff", "zintercard", "zunionstore",
                          "zinterstore", "zdiffstore"})  # fmt: skip
_SORTABLE = frozenset({"list", "set", "zset"})


def accepted_types(
    spec: CommandSpec, argument: Argument, words: Sequence[bytes] = ()
) -> frozenset[str] | None:
    """The types that do not end in WRONGTYPE for a key at this place; None: any type will do."""
    index = argument.key_spec_index or 0
    if spec.name.endswith("store") and index == 0:
        return None  # the result replaces whatever was there
    if index < len(spec.key_specs) and "OW" in spec.key_specs[index].flags:
        return None
    if spec.name in ("sort", "sort_ro"):
        return _SORTABLE
    if spec.name in _ANY_TYPE:
        gets = spec.name == "set" and any(word.upper() == b"GET" for word in words[3:])
        return frozenset({"string"}) if gets else None
    if spec.name in _SET_OR_ZSET:
        return frozenset({"set", "zset"})
    own = _GROUP_TYPES.get(spec.group)
    return frozenset({own}) if own else None


def suggested_types(
    spec: CommandSpec, argument: Argument, words: Sequence[bytes] = ()
) -> frozenset[str] | None:
    """The types worth proposing at this place: those accepted, else those of the group."""
    accepted = accepted_types(spec, argument, words)
    own = _GROUP_TYPES.get(spec.group)
    return frozenset({own}) if accepted is None and own else accepted
