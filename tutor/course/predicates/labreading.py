"""Reads the tables ``repl`` and ``lab``: what a check may ask of a lab."""

from __future__ import annotations

from tutor.course.predicates.base import Predicate
from tutor.course.predicates.expect import read_bounds
from tutor.course.predicates.lab import (
    COUNTS,
    NODE_FIGURES,
    NODE_WORDS,
    ClientsCount,
    ClientsSetting,
    NodeFigure,
    NodeWord,
    Synced,
)
from tutor.course.problems import did_you_mean
from tutor.course.schema import Table

_REPL = (*NODE_WORDS, *NODE_FIGURES, "follows", "synced")
_LAB = (*COUNTS, "master", "wait")


def read_repl(table: Table) -> list[Predicate]:
    """``{ node = "replica1", role = "replica", link = "up", synced = true, offset_lag = 0 }``."""
    node = table.require("node", str, "")
    found: list[Predicate] = []
    for name in table.data:
        if name == "node":
            continue
        if name in NODE_WORDS:
            words = NODE_WORDS[name]
            found.append(NodeWord(node, name, table.choice(name, words, words[0])))
        elif name in NODE_FIGURES:
            bounds = read_bounds(table, name)
            found += [] if bounds is None else [NodeFigure(node, name, bounds)]
        elif name == "follows":
            found.append(NodeWord(node, name, table.get(name, str, "")))
        elif name == "synced":
            found.append(Synced(node, table.get(name, bool, True)))
        else:
            _unknown(table, name, (*_REPL, "node"))
    if not found and not table.source.problems:
        table.complain("'repl' names a node but asks nothing of it")
    return found


def read_lab(table: Table) -> list[Predicate]:
    """``{ lost = 0, stale_reads = { ge = 5 }, master = "replica1", wait = 1 }``."""
    found: list[Predicate] = []
    for name in table.data:
        if name in COUNTS:
            bounds = read_bounds(table, name)
            found += [] if bounds is None else [ClientsCount(name, bounds)]
        elif name == "master":
            found.append(ClientsSetting(name, table.get(name, str, "")))
        elif name == "wait":
            found.append(ClientsSetting(name, table.get(name, int, 0)))
        else:
            _unknown(table, name, _LAB)
    if not found and not table.source.problems:
        table.complain("'lab' asks nothing")
    return found


def _unknown(table: Table, name: str, known: tuple[str, ...]) -> None:
    table.raw(name)
    table.complain(f"unknown predicate {name!r}{did_you_mean(name, known)}", name)
