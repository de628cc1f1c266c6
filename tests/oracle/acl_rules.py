"""Random rules of users and random commands for them, and how two descriptions are compared.

The real server walks its command table in an order that changes with every start, so single
commands in what it prints of a user are compared as a set; everything else in its order.
"""

from __future__ import annotations

import random
import re

from tests.oracle.raw import Neutral
from tutor.engine.table import CATEGORY_ORDER, CommandSpec, load_table

_NAMES = [
    name
    for spec in load_table().values()
    for name in (spec.name, *(child.name for child in spec.subcommands.values()))
]
_PATTERNS = ("*", "k*", "r?", "w[12]", "", "a\\*", "k1", "\xff*", "x y", "z\0z")
_FLAGS = (
    "on", "off", "nopass", "resetpass", "sanitize-payload", "skip-sanitize-payload", "reset",
    "resetkeys", "resetchannels", "allkeys", "allchannels", "allcommands", "nocommands",
    "clearselectors", "ON", "AllKeys", "+@ALL", "-@all", "+@all", "~*", "&*",
)  # fmt: skip
_FAULTS = (
    "", "+", "-", "+@", "foo", "@read", "+nosuch", "-nosuch", "+@nosuch", "+get|", "+|x", "%~k",
    "+config|set|x", "+config|nosuch", "-get|x", "-config|", "%", "%R", "%RR~k", "%X~k", "(", ")",
    "(on)", "(+get ~k", "()", "( )", "(~* ~a)", '(+get "x)', "(+set (~x", "!abc", "#abc", "<nosuch",
    "on\0x", "~*\0x", "+get\0x", "+get\r\n", "(+get\0 ~x)", "+config|get|x|y", "#" + "A" * 64,
)  # fmt: skip
_HASH = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"


def random_rule(chance: random.Random, nested: bool = False) -> str:
    """One rule, mostly a good one; sometimes a selector, unless ``nested``."""
    kind = chance.random()
    if kind < 0.25:
        return chance.choice("+-") + "@" + chance.choice(CATEGORY_ORDER)
    if kind < 0.50:
        return chance.choice("+-") + _in_some_case(chance, chance.choice(_NAMES))
    if kind < 0.56:
        return "+" + chance.choice(_NAMES) + "|" + chance.choice(("a", "A", "b", "1"))
    if kind < 0.64:
        prefix = chance.choice(("~", "%R~", "%W~", "%rW~", "%WR~"))
        return prefix + chance.choice(_PATTERNS)
    if kind < 0.70:
        return "&" + chance.choice(_PATTERNS)
    if kind < 0.74 and not nested:
        inner = (random_rule(chance, nested=True) for _ in range(chance.randrange(5)))
        return f"({' '.join(inner)})"
    if kind < 0.80 and not nested:
        secret = chance.choice(("a", "b", "", "\xff\0"))
        return chance.choice((">", ">", "<")) + secret if chance.random() < 0.8 else "#" + _HASH
    if kind < 0.84 and chance.random() < 0.5:
        return chance.choice(_FAULTS)
    return chance.choice(_FLAGS[2:] if nested else _FLAGS)


def _in_some_case(chance: random.Random, name: str) -> str:
    return name.upper() if chance.random() < 0.1 else name


def random_rules(chance: random.Random) -> list[bytes]:
    """The words of one ACL SETUSER; sometimes a selector is spread over several of them."""
    words: list[bytes] = []
    for _ in range(chance.choice((1, 1, 2, 3, 5, 8))):
        rule = random_rule(chance).encode("latin-1")
        spread = rule.startswith(b"(") and chance.random() < 0.5
        words += rule.split(b" ") if spread else [rule]
    return words


# what a user is asked to run

_WORDS = (
    "r1", "r2", "w1", "w2", "k1", "k2", "x", "0", "1", "2", "3", "01", "-1", "GET", "SET",
    "STORE", "STOREDIST", "KEYS", "STREAMS", "BY", "LIMIT", "COUNT", "u8", "LEFT", "RIGHT", "AND",
    "GROUP", "ch1", "k*", "c?",
)  # fmt: skip


def random_user(chance: random.Random) -> list[bytes]:
    """Good rules for somebody who may run much but not touch everything."""
    rules = ["reset", *(("+@all",) if chance.random() < 0.8 else ("+@read", "+@write"))]
    for _ in range(chance.randrange(4)):
        rules.append(chance.choice("+-") + chance.choice(_NAMES))
    for _ in range(chance.randrange(1, 5)):
        rules.append(chance.choice(("~", "%R~", "%W~")) + chance.choice(("k*", "r*", "w?", "x")))
    for _ in range(chance.randrange(3)):
        rules.append("&" + chance.choice(("k*", "ch*", "c?", "x")))
    for _ in range(chance.randrange(3)):
        key = chance.choice(("~", "%R~", "%W~")) + chance.choice(("r*", "w*", "1", "x"))
        rules.append(f"(+@{chance.choice(CATEGORY_ORDER)} {key} &{chance.choice(('c*', 'r*'))})")
    if chance.random() < 0.3:
        rules += ["-select", "+select|1", "-set", "+set|k1"]
    return [rule.encode() for rule in rules]


_SPECS: list[CommandSpec] = [
    one for spec in load_table().values() for one in (spec.subcommands.values() or (spec,))
]


def random_command(chance: random.Random) -> list[bytes]:
    """Any command, subcommands included, with any words; mostly as many as it takes."""
    spec = chance.choice(_SPECS)
    words = spec.name.split("|")
    count = abs(spec.arity) if spec.arity > 0 else -spec.arity + chance.randrange(6)
    if chance.random() < 0.02:
        count += chance.choice((-1, 1))
    while len(words) < count:
        words.append(chance.choice(_WORDS))
    return [word.encode() for word in words]


# comparing

_SINGLE = re.compile(rb"[+-][^@]")


def settled(described: Neutral) -> Neutral:
    """A description, however deep in a reply, with every run of single commands sorted."""
    if isinstance(described, list):
        return [settled(part) for part in described]
    if not isinstance(described, bytes):
        return described
    words = described.replace(b")", b" )").split(b" ")
    found: list[bytes] = []
    run: list[bytes] = []
    for word in words:
        if _SINGLE.match(word):
            run.append(word)
        else:
            found += [*sorted(run), word]
            run = []
    return b" ".join([*found, *sorted(run)])
