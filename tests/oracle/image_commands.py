"""Random commands that build one key: values near the thresholds at which its image changes."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.oracle.test_structures import random_value

Argv = list[bytes]
Chance = random.Random
Builder = Callable[[Chance, bytes], list[Argv]]


def string_commands(chance: Chance, key: bytes) -> list[Argv]:
    """A string that is set, computed, grown and edited."""
    commands = [[b"SET", key, _text(chance)]] if chance.random() < 0.8 else []
    for _ in range(chance.choice([0, 0, 1, 2, 4])):
        at = b"%d" % chance.choice([0, 1, chance.randrange(60), chance.randrange(3000)])
        commands.append(
            chance.choice(
                [
                    [b"APPEND", key, _text(chance)],
                    [b"APPEND", key, _text(chance)],
                    [b"SETRANGE", key, at, _text(chance)],
                    [b"SETBIT", key, at, b"%d" % chance.randrange(2)],
                    [b"INCRBY", key, b"%d" % chance.randint(-20_000, 20_000)],
                    [b"INCRBYFLOAT", key, b"0.5"],
                    [b"GETSET", key, _text(chance)],
                ]
            )
        )
    return commands or [[b"APPEND", key, b"x"]]


def _text(chance: Chance) -> bytes:
    if chance.random() < 0.5:
        return random_value(chance)
    edge = chance.choice([0, 11, 12, 31, 32, 44, 45, 60, 124, 252, 255, 256, 506, 1018, 4090, 9000])
    return chance.randbytes(max(0, edge + chance.randint(-2, 2)))


def hash_commands(chance: Chance, key: bytes) -> list[Argv]:
    count = chance.choice([1, 2, 5, 5, 12, 40])
    pairs = [word for _ in range(count) for word in (_word(chance), _word(chance))]
    commands = [[b"HSET", key, *pairs]]
    for _ in range(chance.randrange(4)):
        field = chance.choice(pairs[::2])
        commands.append(
            chance.choice(
                [
                    [b"HDEL", key, field],
                    [b"HSET", key, field, _word(chance)],
                    [b"HSET", key, _word(chance), _word(chance)],
                    [b"HINCRBY", key, b"n", b"%d" % chance.randint(-40_000, 40_000)],
                ]
            )
        )
    return [*commands, [b"HSET", key, b"last", b"1"]]


def _word(chance: Chance) -> bytes:
    return random_value(chance, chance.choice([20, 63, 64, 65, 300]))


def set_commands(chance: Chance, key: bytes) -> list[Argv]:
    width = chance.choice([1 << 7, 1 << 15, 1 << 31, 1 << 62])
    numbers = [b"%d" % chance.randint(-width, width) for _ in range(chance.choice([1, 3, 9, 30]))]
    members = [_word(chance) for _ in range(chance.choice([0, 0, 0, 1, 20]))]
    commands = [[b"SADD", key, *numbers, *members]]
    for _ in range(chance.randrange(4)):
        one = chance.choice([*numbers, *members])
        more = b"%d" % chance.randint(-(1 << 33), 1 << 33)
        commands.append(chance.choice([[b"SREM", key, one], [b"SADD", key, more]]))
    return [*commands, [b"SADD", key, b"7"]]


def zset_commands(chance: Chance, key: bytes) -> list[Argv]:
    count = chance.choice([1, 2, 5, 12, 40])
    members = [_word(chance) for _ in range(count)]
    pairs = [word for member in members for word in (_score(chance), member)]
    commands = [[b"ZADD", key, *pairs]]
    for _ in range(chance.randrange(4)):
        one = chance.choice(members)
        commands.append(
            chance.choice(
                [
                    [b"ZREM", key, one],
                    [b"ZADD", key, _score(chance), one],
                    [b"ZADD", key, _score(chance), _word(chance)],
                    [b"ZINCRBY", key, b"2.5", one],
                ]
            )
        )
    return [*commands, [b"ZADD", key, b"1", b"last"]]


def _score(chance: Chance) -> bytes:
    numbers = [b"0", b"-0", b"1", b"-5", b"1.5", b"3.14159", b"1e100", b"70000", b"5000000000"]
    return chance.choice(
        [*numbers, b"%d" % chance.randint(-300, 300), b"%r" % chance.uniform(-9, 9)]
    )


def list_commands(chance: Chance, key: bytes) -> list[Argv]:
    elements = [_element(chance) for _ in range(chance.choice([1, 3, 8, 30, 80]))]
    commands = [[chance.choice([b"RPUSH", b"LPUSH"]), key, *elements]]
    for _ in range(chance.randrange(8)):
        one = chance.choice(elements)
        at = b"%d" % chance.randrange(len(elements))
        commands.append(
            chance.choice(
                [
                    [b"LINSERT", key, chance.choice([b"BEFORE", b"AFTER"]), one, _element(chance)],
                    [b"LINSERT", key, b"BEFORE", one, _element(chance)],
                    [b"LREM", key, b"1", one],
                    [b"LSET", key, at, _element(chance)],
                    [b"LPOP", key],
                    [b"RPOP", key],
                    [b"LMOVE", key, key, b"LEFT", b"RIGHT"],
                    [b"RPUSH", key, _element(chance)],
                ]
            )
        )
    return [*commands, [b"LPUSH", key, b"last"]]


def _element(chance: Chance) -> bytes:
    kind = chance.random()
    if kind < 0.5:
        return random_value(chance, 70)
    if kind < 0.8:
        return b"%d" % chance.randrange(1000) + b"ab" * chance.choice([5, 20, 40])
    return chance.randbytes(chance.choice([20, 200, 900, 4100]) if kind > 0.97 else 9)


KINDS: dict[str, tuple[Builder, dict[str, list[object]]]] = {
    "strings": (string_commands, {}),
    "hashes": (
        hash_commands,
        {"hash_max_listpack_entries": [512, 128, 8], "hash_max_listpack_value": [64, 64, 1000, 20]},
    ),
    "sets": (set_commands, {"set_max_intset_entries": [512, 512, 16]}),
    "sorted sets": (
        zset_commands,
        {"zset_max_listpack_entries": [128, 128, 4], "zset_max_listpack_value": [64, 300]},
    ),
    "lists": (
        list_commands,
        {"list_max_listpack_size": [-2, -1, 1, 3, 5, 16], "list_compress_depth": [0, 0, 1, 2]},
    ),
}
"""Who makes the commands, and directives of which one value each is chosen now and then."""
