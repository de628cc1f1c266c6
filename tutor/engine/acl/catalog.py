"""Commands as bits: what the rules of a user switch on and off (redis 7.0, acl.c).

Every row of the command table, subcommands included, has a bit of its own, and a set of permitted
commands is one integer. ``+@all`` is -1: a number below zero has all further bits too, so it also
permits commands that nobody has heard of yet, whatever is then taken away from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tutor.engine.table import CATEGORY_ORDER, CommandSpec, load_table

NOTHING = 0
EVERYTHING = -1


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One command: its bit, and ``reach``, the bits that ``+name`` switches: its own and those of
    its subcommands."""

    name: str
    spec: CommandSpec
    bit: int
    reach: int
    is_subcommand: bool


@dataclass(frozen=True, slots=True, eq=False)
class Category:
    """``members`` bear the category; ``reach`` is what ``+@name`` switches: the members and all
    subcommands of a member, whether or not they are members themselves."""

    name: str
    members: int
    reach: int


@dataclass(frozen=True, slots=True, eq=False)
class Catalog:
    """``entries`` in the order of the table, a container before its subcommands."""

    entries: dict[str, Entry]
    categories: dict[str, Category]

    def find(self, word: bytes) -> Entry | None:
        """A command by its name in any case; a subcommand as ``config|get``."""
        return self.entries.get(word.decode("latin-1").lower())

    def category(self, word: bytes) -> Category | None:
        """A category by its name in any case, without the ``@``."""
        return self.categories.get(word.decode("latin-1").lower())


@cache
def catalog() -> Catalog:
    """The whole table as bits."""
    entries: dict[str, Entry] = {}
    for spec in load_table().values():
        bit = 1 << len(entries)
        children = list(spec.subcommands.values())
        reach = bit * ((1 << len(children) + 1) - 1)
        entries[spec.name] = Entry(spec.name, spec, bit, reach, False)
        for child in children:
            bit = 1 << len(entries)
            entries[child.name] = Entry(child.name, child, bit, bit, True)
    categories = {name: _category(name, entries) for name in CATEGORY_ORDER}
    return Catalog(entries, categories)


def _category(name: str, entries: dict[str, Entry]) -> Category:
    members = reach = NOTHING
    for entry in entries.values():
        if name in entry.spec.categories:
            members |= entry.bit
            reach |= entry.reach
    return Category(name, members, reach)
