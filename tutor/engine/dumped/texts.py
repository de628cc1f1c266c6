"""What DEBUG says of a key, read out of its texts. Anything that does not look as expected is
nothing: then less is known."""

from __future__ import annotations

import re

from tutor.engine.structures.hashtable_layout import TableStats
from tutor.engine.structures.sds import SdsFigures

_SDSLEN = re.compile(r"val_sds_len: ?(\d+), ?val_sds_avail: ?(\d+), ?val_zmalloc: ?(\d+)")
_FIGURE = re.compile(r"(\w+):(-?[\d.]+)")
_TABLE = re.compile(
    r"Hash table (?P<number>[01]) stats \([^)]*\):\s+table size: (?P<size>\d+)\s+"
    r"number of elements: (?P<used>\d+)\s+different slots: (?P<slots>\d+)\s+"
    r"max chain length: (?P<chain>\d+)\s+.*?Chain length distribution:(?P<rows>[^A-Z]*)",
    re.DOTALL,
)
_ROW = re.compile(r"(\d+): (\d+) \(")


def sds_figures(text: str) -> SdsFigures | None:
    """The value's three figures of DEBUG SDSLEN (redis 7.0, debug.c)."""
    found = _SDSLEN.search(text)
    return SdsFigures(*map(int, found.groups())) if found else None


def object_figures(text: str) -> dict[str, float]:
    """The figures of DEBUG OBJECT by name: ``refcount``, ``serializedlength``, ``ql_nodes`` …"""
    return {name: float(value) for name, value in _FIGURE.findall(text) if _is_number(value)}


def _is_number(text: str) -> bool:
    return text.count(".") <= 1 and text[-1:].isdigit()


def table_figures(text: str) -> tuple[TableStats, ...]:
    """The tables of DEBUG HTSTATS-KEY (redis 7.0, dict.c: _dictGetStatsHt)."""
    return tuple(
        TableStats(
            number=int(found["number"]),
            size=int(found["size"]),
            used=int(found["used"]),
            slots_used=int(found["slots"]),
            max_chain=int(found["chain"]),
            histogram={int(length): int(slots) for length, slots in _ROW.findall(found["rows"])},
        )
        for found in _TABLE.finditer(text)
    )
