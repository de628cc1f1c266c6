"""Random histories of geo commands, compared with the real server: to the last digit and in order.

Half of the places are crowded into small areas, or lie exactly one upon the other; searches reach
from nothing to farther than the earth is round.
"""

from __future__ import annotations

import random

import pytest

from tests.oracle.histories import run_history

_KEYS = [b"a", b"b", b"c", b"n", b"s"]
_MEMBERS = [b"m%d" % number for number in range(40)]
_CROWD = [b"q%d" % number for number in range(400)]
_SCORES = [b"-1", b"inf", b"-inf", b"1e19", b"0.5", b"1e17", b"4503599627370495", b"-5e18"]


def _degrees(rng: random.Random, most: float, odd: list[bytes], edges: list[bytes]) -> bytes:
    kind = rng.random()
    if kind < 0.02:
        return rng.choice(odd)
    if kind < 0.1:
        return rng.choice(edges)
    if kind < 0.5:
        return b"%.6f" % rng.uniform(-most, most)
    return b"%d" % rng.randint(-3, 3) if kind < 0.7 else b"%.10f" % rng.uniform(37, 38)


def _longitude(rng: random.Random) -> bytes:
    odd = [b"x", b"181", b"-180.1", b"inf", b"1e400", b"nan"]
    return _degrees(rng, 180, odd, [b"180", b"-180", b"0", b"179.9999999"])


def _latitude(rng: random.Random) -> bytes:
    odd = [b"x", b"86", b"-85.06", b"-inf", b""]
    return _degrees(rng, 85, odd, [b"85.05112878", b"-85.05112878", b"0", b"70", b"-70"])


def _unit(rng: random.Random) -> bytes:
    return rng.choice([b"m", b"km", b"KM", b"ft", b"mi"]) if rng.random() < 0.98 else b"x"


def _length(rng: random.Random) -> bytes:
    if rng.random() < 0.03:
        return rng.choice([b"-1", b"x", b"inf", b"1e300", b"0", b"nan"])
    return b"%.3f" % rng.uniform(0, rng.choice([10, 300, 5000, 40_000, 1e7]))


def _options(rng: random.Random, search: bool, store: bool) -> list[list[bytes]]:
    choices: list[list[bytes]] = [[b"ASC"], [b"desc"], [b"any"], [b"x"], [b"COUNT"]]
    count = b"%d" % rng.choice([1, 2, 3, 5, 8, 10, 20, 0, -1])
    choices += [[b"COUNT", count], [b"COUNT", count, b"ANY"]] * 3
    if not store:
        choices += [[b"WITHDIST"], [b"withcoord"], [b"WITHHASH"]] * 2
    if not search:
        choices += [[b"STORE", b"d0"], [b"STOREDIST", b"d1"]]
    if store:
        choices += [[b"STOREDIST"]] * 3
    return rng.choices(choices, k=rng.choice([0, 1, 1, 2, 2, 3]))


def _flat(*parts: list[bytes]) -> list[bytes]:
    return [word for part in parts for word in part]


def _search(rng: random.Random, member: bytes) -> list[bytes]:
    store = rng.random() < 0.3
    key = rng.choice(_KEYS)
    options = _options(rng, True, store)
    for _ in range(rng.choice([1] * 30 + [0, 2])):
        place = [b"FROMLONLAT", _longitude(rng), _latitude(rng)]
        options.append(rng.choice([place, [b"FROMMEMBER", member]]))
    for _ in range(rng.choice([1] * 30 + [0, 2])):
        box = [b"BYBOX", _length(rng), _length(rng), _unit(rng)]
        options.append(rng.choice([box, [b"BYRADIUS", _length(rng), _unit(rng)]]))
    rng.shuffle(options)
    head = [b"GEOSEARCHSTORE", rng.choice([b"d0", b"d1"]), key] if store else [b"GEOSEARCH", key]
    return _flat(head, *options)


def _crowd(rng: random.Random) -> list[bytes]:
    x, y, reach = rng.uniform(-169, 169), rng.uniform(-74, 74), rng.choice([0.001, 0.1, 1, 10])
    words = [b"GEOADD", rng.choice(_KEYS)]
    for _ in range(120):
        longitude = b"%.3f" % (x + rng.uniform(-reach, reach))
        latitude = b"%.3f" % (y + rng.uniform(-reach, reach))
        words += [longitude, latitude, rng.choice(_CROWD)]
    return words


def _draw(rng: random.Random) -> list[bytes]:
    key, kind = rng.choice(_KEYS), rng.random()
    member = rng.choice(rng.choice([_MEMBERS, _CROWD]))
    if kind < 0.03:
        return _crowd(rng)
    if kind < 0.25:
        flags = rng.choice([[], [], [], [b"NX"], [b"xx"], [b"CH"], [b"nx", b"XX"], [b"xx", b"ch"]])
        places = [
            [_longitude(rng), _latitude(rng), rng.choice(_MEMBERS)]
            for _ in range(rng.choice([1, 1, 1, 2, 5, 20]))
        ]
        return _flat([b"GEOADD", key, *flags], *places, [b"z"] if rng.random() < 0.02 else [])
    if kind < 0.3:
        return [b"ZADD", key, rng.choice(_SCORES), member]
    if kind < 0.36:
        unit = rng.choice([[], [_unit(rng)], [b"km", b"x"]])
        return [b"GEODIST", key, member, rng.choice(_MEMBERS), *unit]
    if kind < 0.48:
        name = rng.choice([b"GEOPOS", b"GEOHASH"])
        return [name, key, *rng.choices(_MEMBERS, k=rng.randint(0, 3))]
    if kind < 0.6:
        name = rng.choice([b"GEORADIUS", b"GEORADIUS_RO"])
        area = [_longitude(rng), _latitude(rng), _length(rng), _unit(rng)]
        return _flat([name, key], area, *_options(rng, False, False))
    if kind < 0.7:
        name = rng.choice([b"GEORADIUSBYMEMBER", b"GEORADIUSBYMEMBER_RO"])
        area = [member, _length(rng), _unit(rng)]
        return _flat([name, key], area, *_options(rng, False, False))
    if kind < 0.93:
        return _search(rng, member)
    if kind < 0.96:
        return rng.choice([[b"ZREM", key, member], [b"DEL", key], [b"SET", b"s", b"x"]])
    return [b"ZRANGE", rng.choice([b"d0", b"d1"]), b"0", b"-1", b"WITHSCORES"]


@pytest.mark.parametrize(("seed", "resp"), [(0, 2), (1, 2), (2, 2), (3, 3)])
def test_places_equal_those_of_the_real_server(seed: int, resp: int, redis_port: int) -> None:
    assert run_history(_draw, seed, 700, redis_port, resp) == []
