"""A set of permissions: commands, key patterns and channel patterns (redis 7.0, acl.c).

A user has one (the root) and may have more, each written in parentheses. Rules apply from left to
right; what is printed is not the rules as they were given but the shortest that lead to the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from tutor.engine.acl.catalog import EVERYTHING, NOTHING, Category, Entry, catalog
from tutor.engine.glob import matches

READ, WRITE = 1, 2

UNKNOWN_COMMAND = "Unknown command or category name in ACL"
SYNTAX = "Syntax error"
ALL_KEYS_GIVEN = (
    "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have"
    " any effect. Try 'resetkeys' to start with an empty list of patterns"
)
ALL_CHANNELS_GIVEN = (
    "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not"
    " have any effect. Try 'resetchannels' to start with an empty list of channels"
)
FIRST_ARGUMENT = "Allowing first-arg of a subcommand is not supported"

_PREFIX = {READ | WRITE: b"~", READ: b"%R~", WRITE: b"%W~"}
_LETTERS = {"R": READ, "W": WRITE}
_SPACES = b" \t\n\v\f\r\0"


class BadRule(Exception):
    """A rule that does not apply; the text is Redis's reason."""


def has_spaces(word: bytes) -> bool:
    """Blanks and NUL are not allowed in user names and patterns."""
    return any(byte in _SPACES for byte in word)


def c_string(word: bytes) -> bytes:
    """What C sees of a word: everything before the first NUL."""
    return word.partition(b"\0")[0]


class Selector:
    """``commands`` is a set of bits (`catalog`), ``keys`` maps patterns to `READ` and `WRITE`.

    ``first_arguments``: of commands that are not permitted, the first arguments with which they
    are (``+select|0``), in the order in which they were given.
    """

    __slots__ = ("all_channels", "all_keys", "channels", "commands", "first_arguments", "keys")

    def __init__(self, all_channels: bool = False) -> None:
        self.commands = NOTHING
        self.first_arguments: dict[str, tuple[bytes, ...]] = {}
        self.all_keys = False
        self.keys: dict[bytes, int] = {}
        self.all_channels = all_channels
        self.channels: dict[bytes, None] = {}

    def copy(self) -> Selector:
        """An independent copy."""
        other = Selector(self.all_channels)
        other.commands = self.commands
        other.first_arguments = self.first_arguments.copy()
        other.all_keys = self.all_keys
        other.keys = self.keys.copy()
        other.channels = self.channels.copy()
        return other

    @property
    def unrestricted(self) -> bool:
        """Whether everything is permitted on everything."""
        return self.commands == EVERYTHING and self.all_keys and self.all_channels

    # changing

    def apply(self, rule: bytes) -> None:
        """Carry out one rule; raises `BadRule` and changes nothing if it is none."""
        word = c_string(rule)
        flag = _FLAGS.get(word.lower())
        if flag is not None:
            flag(self)
        elif word[:1] in (b"~", b"%"):
            self._add_key(rule)
        elif word[:1] == b"&":
            self._add_channel(rule)
        elif word[:2] in (b"+@", b"-@"):
            category = catalog().category(word[2:])
            if category is None:
                raise BadRule(UNKNOWN_COMMAND)
            self._switch_category(category, word[:1] == b"+")
        elif word[:1] == b"+" and b"|" in word:
            self._permit_part(word[1:])
        elif word[:1] in (b"+", b"-"):
            self._switch(_entry(word[1:]), word[:1] == b"+")
        else:
            raise BadRule(SYNTAX)

    def _add_key(self, rule: bytes) -> None:
        if self.all_keys:
            raise BadRule(ALL_KEYS_GIVEN)
        access, pattern = READ | WRITE, rule[1:]
        if rule[:1] == b"%":
            letters, _, pattern = rule[1:].partition(b"~")
            access = _access(letters.decode("latin-1").upper())
        if has_spaces(pattern):
            raise BadRule(SYNTAX)
        self.keys[pattern] = self.keys.get(pattern, 0) | access

    def _add_channel(self, rule: bytes) -> None:
        if self.all_channels:
            raise BadRule(ALL_CHANNELS_GIVEN)
        if has_spaces(rule[1:]):
            raise BadRule(SYNTAX)
        self.channels[rule[1:]] = None

    def _permit_part(self, word: bytes) -> None:
        """``config|get``, or a first argument of a command that has no subcommands."""
        name, _, part = word.rpartition(b"|")
        entry = _entry(name)
        if entry.is_subcommand:
            raise BadRule(FIRST_ARGUMENT)
        if not part:
            raise BadRule(SYNTAX)
        if entry.spec.subcommands:
            self._switch(_entry(word), True)
            return
        known = self.first_arguments.get(entry.name, ())
        if part.lower() not in (other.lower() for other in known):
            self.first_arguments[entry.name] = (*known, part)

    def _switch(self, entry: Entry, permit: bool) -> None:
        self.commands = _switched(self.commands, entry.reach, permit)
        self.first_arguments.pop(entry.name, None)

    def _switch_category(self, category: Category, permit: bool) -> None:
        self.commands = _switched(self.commands, category.reach, permit)
        for name in list(self.first_arguments):
            if catalog().entries[name].bit & category.members:
                del self.first_arguments[name]

    def permit_all_commands(self) -> None:
        """``+@all``."""
        self.commands = EVERYTHING
        self.first_arguments.clear()

    def permit_no_commands(self) -> None:
        """``-@all``."""
        self.commands = NOTHING
        self.first_arguments.clear()

    def permit_all_keys(self) -> None:
        """``~*``."""
        self.all_keys = True
        self.keys.clear()

    def reset_keys(self) -> None:
        """``resetkeys``."""
        self.all_keys = False
        self.keys.clear()

    def permit_all_channels(self) -> None:
        """``&*``."""
        self.all_channels = True
        self.channels.clear()

    def reset_channels(self) -> None:
        """``resetchannels``."""
        self.all_channels = False
        self.channels.clear()

    # asking

    def permits_command(self, name: str, argv: Sequence[bytes]) -> bool:
        """Whether a command may run with these words (its name included), keys apart."""
        if self.commands == EVERYTHING or self.commands & catalog().entries[name].bit:
            return True
        allowed = self.first_arguments.get(name)
        return (
            allowed is not None
            and len(argv) > 1
            and c_string(argv[1]).lower() in (word.lower() for word in allowed)
        )

    def permits_key(self, key: bytes, access: int) -> bool:
        """Whether a key may be used in all the ways of ``access`` at once, by one pattern."""
        return self.all_keys or any(
            granted & access == access and matches(pattern, key)
            for pattern, granted in self.keys.items()
        )

    @property
    def reads_all_keys(self) -> bool:
        """Whether every key there may ever be may be read."""
        return self.all_keys or bool(self.keys.get(b"*", 0) & READ)

    def permits_channel(self, channel: bytes, literal: bool) -> bool:
        """Whether a channel may be used; ``literal``: it is a pattern itself, and must be given
        to the letter (PSUBSCRIBE)."""
        return self.all_channels or channel_fits(channel, self.channels, literal)

    # printing

    def describe(self) -> bytes:
        """All rules, as ACL LIST prints them."""
        channels = b"&*" if self.all_channels else b"resetchannels " + self.describe_channels()
        parts = (self.describe_keys(), channels.rstrip(b" "), self.describe_commands())
        return b" ".join(part for part in parts if part)

    def describe_keys(self) -> bytes:
        """``~* `` or the patterns."""
        if self.all_keys:
            return b"~*"
        return b" ".join(_PREFIX[access] + pattern for pattern, access in self.keys.items())

    def describe_channels(self) -> bytes:
        """``&*`` or the patterns."""
        if self.all_channels:
            return b"&*"
        return b" ".join(b"&" + pattern for pattern in self.channels)

    def describe_commands(self) -> bytes:
        """``+@all`` or ``-@all``, the categories that come nearest, then single commands."""
        if not self.first_arguments:
            return _described(self.commands)
        return b" ".join(_words_for(self.commands, self.first_arguments))


@lru_cache(maxsize=256)
def _described(commands: int) -> bytes:
    """Most users have one of a few sets of commands, and all are listed again and again."""
    return b" ".join(_words_for(commands, {}))


def _words_for(commands: int, first_arguments: Mapping[str, Iterable[bytes]]) -> Iterator[bytes]:
    adds = commands >= 0
    yield b"-@all" if adds else b"+@all"
    drawn = NOTHING if adds else EVERYTHING
    for category in _nearest_categories(commands, adds):
        yield b"%b@%b" % (b"+" if adds else b"-", category.name.encode())
        drawn = _switched(drawn, category.reach, adds)
    for entry in catalog().entries.values():
        permitted, name = bool(commands & entry.bit), entry.name.encode()
        if permitted != bool(drawn & entry.bit):
            yield (b"+" if permitted else b"-") + name
            drawn = _switched(drawn, entry.reach, permitted)
        if not permitted:
            for word in first_arguments.get(entry.name, ()):
                yield b"+%b|%b" % (name, word)


def channel_fits(channel: bytes, patterns: dict[bytes, None], literal: bool) -> bool:
    """Whether a channel fits one of the patterns, or, ``literal``, is one of them."""
    if literal:
        return c_string(channel) in patterns
    return any(matches(pattern, channel) for pattern in patterns)


def _nearest_categories(commands: int, adds: bool) -> list[Category]:
    """Categories most of whose members are permitted (or, starting from all, forbidden), each the
    best of those left: with the fewest exceptions and, among equals, the most members. What an
    earlier one has settled no longer counts."""
    found: list[Category] = []
    left = list(catalog().categories.values())
    while True:
        best: Category | None = None
        least, most = 0, 0
        for category in left:
            on = (commands & category.members).bit_count()
            off = category.members.bit_count() - on
            same, other = (on, off) if adds else (off, on)
            if same > other and (best is None or (other, -same) < (least, -most)):
                best, least, most = category, other, same
        if best is None:
            return found
        found.append(best)
        left.remove(best)
        commands = _switched(commands, best.reach, not adds)


def _switched(commands: int, bits: int, permit: bool) -> int:
    return commands | bits if permit else commands & ~bits


def _entry(word: bytes) -> Entry:
    entry = catalog().find(word)
    if entry is None:
        raise BadRule(UNKNOWN_COMMAND)
    return entry


def _access(letters: str) -> int:
    """R, W or both, each at most once."""
    access = 0
    for letter in letters:
        bit = _LETTERS.get(letter, 0)
        if not bit or access & bit:
            raise BadRule(SYNTAX)
        access |= bit
    if not access:
        raise BadRule(SYNTAX)
    return access


_FLAGS = {
    b"allkeys": Selector.permit_all_keys,
    b"~*": Selector.permit_all_keys,
    b"resetkeys": Selector.reset_keys,
    b"allchannels": Selector.permit_all_channels,
    b"&*": Selector.permit_all_channels,
    b"resetchannels": Selector.reset_channels,
    b"allcommands": Selector.permit_all_commands,
    b"+@all": Selector.permit_all_commands,
    b"nocommands": Selector.permit_no_commands,
    b"-@all": Selector.permit_no_commands,
}
