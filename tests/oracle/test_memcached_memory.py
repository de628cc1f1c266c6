"""Where items lie and which of them go: ours and memcached 1.6.18 under the same load.

What a client sees of the slabs is determined and compared as it is. Moves between LRU segments are
made by a thread of the real server's at moments of its own; compared is where it all comes to rest,
and, of evictions, what every order of those moves leads to.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator

import pytest

from tests.oracle.memcached.pair import Pair, pair
from tutor.memcached.settings import MEBIBYTE, Settings
from tutor.memcached.slabs import chunk_sizes

SETTLES_S = 60
"""The real maintainer looks at a quiet class once a second."""


@pytest.fixture
def both() -> Iterator[Pair]:
    with pair() as servers:
        yield servers


def sets(keys: Iterable[bytes], size: int) -> bytes:
    """A set of each key, with a value of so many bytes."""
    value = b"v" * size
    return b"".join(b"set %b 0 0 %d noreply\r\n%b\r\n" % (key, size, value) for key in keys)


def settled(both: Pair, slab_class: int) -> dict[str, int]:
    """Items by segment of a class, once both servers say the same and nothing is left in HOT."""
    names = [f"items:{slab_class}:number_{segment}" for segment in ("hot", "warm", "cold")]
    deadline = time.monotonic() + SETTLES_S
    while True:
        ours, theirs = ([facts.get(name) for name in names] for facts in both.stats("items"))
        if ours == theirs and ours[0] == "0":
            return {
                name.rpartition("_")[2]: int(count or 0)
                for name, count in zip(names, ours, strict=True)
            }
        assert time.monotonic() < deadline, (ours, theirs)
        time.sleep(0.05)


def test_items_of_every_size_lie_in_the_same_class(both: Pair) -> None:
    sizes = [*range(0, 1200, 7), *range(1200, 60_000, 977), *range(60_000, 1_048_400, 48_611)]
    for edge in chunk_sizes(Settings())[:-1]:
        sizes += [edge - 64, edge - 65, edge - 63]
    for number, size in enumerate(sizes):
        key = b"key%04d" % number  # header, CAS id, key and end are 66 bytes
        both.agree(sets([key], max(size - 2, 0)) + b"me %b\r\n" % key)
    ours, theirs = both.stats("slabs")
    assert ours == theirs
    assert int(ours["active_slabs"]) > 35


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        (["-f", "1.08"], {"growth_factor": 1.08}),
        (["-f", "2"], {"growth_factor": 2.0}),
        (["-f", "1.01"], {"growth_factor": 1.01}),
        (["-n", "500"], {"slab_min_size": 500}),
        (["-n", "5"], {"slab_min_size": 5}),
        (["-I", "512k"], {"item_size_max": 512 * 1024}),
        (["-I", "4m"], {"item_size_max": 4 * MEBIBYTE}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_options_make_the_same_classes(options: list[str], settings: dict[str, float]) -> None:
    with pair(*options, **settings) as both:
        for size in (1, 30, 70, 300, 1500, 9_000, 80_000, 300_000, 524_000, 700_000, 3_000_000):
            both.agree(b"set k%d 0 0 %d\r\n%b\r\nme k%d\r\n" % (size, size, b"v" * size, size))
        ours, theirs = both.stats("slabs")
        assert ours == theirs
        ours, theirs = both.stats("settings")
        for name in ("growth_factor", "chunk_size", "item_size_max", "slab_chunk_max", "evictions"):
            assert ours[name] == theirs[name]


def test_items_come_to_rest_in_the_same_segments(both: Pair) -> None:
    """Fresh items sink to COLD; those that are read twice rise to WARM."""
    keys = [b"k%03d" % number for number in range(100)]
    both.ask(sets(keys, 100))
    assert settled(both, 4) == {"hot": 0, "warm": 0, "cold": 100}
    for _ in range(2):
        both.ask(b"get " + b" ".join(keys[:30]) + b"\r\n")
    deadline = time.monotonic() + SETTLES_S
    while settled(both, 4) != {"hot": 0, "warm": 30, "cold": 70}:
        assert time.monotonic() < deadline
    ours, theirs = both.stats("items")
    for name in ("number", "mem_requested", "evicted", "outofmemory", "moves_to_warm"):
        assert ours[f"items:4:{name}"] == theirs[f"items:4:{name}"]


def survivors(both: Pair, keys: list[bytes]) -> tuple[set[bytes], set[bytes]]:
    """Which of the keys are still there, ours first."""
    found = []
    for reply in both.ask(b"".join(b"mg %b k u\r\n" % key for key in keys)):
        found.append({line[4:] for line in reply.split(b"\r\n") if line.startswith(b"HD k")})
    return found[0], found[1]


def test_what_is_read_survives_what_is_only_written() -> None:
    """4 MB, 2000 bytes each: 200 items that are read stay, of 4000 others the last ones do."""
    with pair("-m", "4", memory_limit=4 * MEBIBYTE) as both:
        hot = [b"hot%04d" % number for number in range(200)]
        cold = [b"cold%05d" % number for number in range(4000)]
        both.ask(sets(hot, 2000))
        reads = (b"get " + b" ".join(hot) + b"\r\n") * 2
        for start in range(0, len(cold), 100):
            both.ask(sets(cold[start : start + 100], 2000), reads)
        ours, theirs = survivors(both, hot + cold)
        assert set(hot) <= ours & theirs
        assert set(cold[-900:]) <= ours & theirs
        assert not (ours | theirs) & set(cold[:2000])
        for name in ("evictions", "curr_items", "evicted_unfetched", "bytes"):
            mine, real = (int(facts[name]) for facts in both.stats(""))
            assert abs(mine - real) <= 40, (
                name
            )  # where its thread is late, the real one has no memory
        mine, real = both.stats("slabs")
        assert mine["15:total_pages"] == real["15:total_pages"]
        assert mine["total_malloced"] == real["total_malloced"]


def test_without_eviction_memory_runs_out_at_the_same_item() -> None:
    with pair("-m", "4", "-M", memory_limit=4 * MEBIBYTE, evictions=False) as both:
        for number in range(5000):
            if number % 500 == 0:
                text = b"".join(
                    b"set k%d 0 0 1000\r\n%b\r\n" % (key, b"v" * 1000)
                    for key in range(number, number + 500)
                )
                both.agree(text)
        both.agree(
            b"set new 0 0 1000\r\n"
            + b"v" * 1000
            + b"\r\nget new\r\nset k1 0 0 1000\r\n"
            + b"w" * 1000
            + b"\r\nget k1 k2\r\nset small 0 0 1\r\nx\r\ndelete k3\r\n"
            + b"set new 0 0 1000\r\n"
            + b"v" * 1000
            + b"\r\nmg new s\r\n"
        )
        ours, theirs = both.stats("slabs")
        assert ours == theirs
        ours, theirs = both.stats("")
        for name in ("curr_items", "bytes", "store_no_memory", "evictions"):
            assert ours[name] == theirs[name]


def test_a_flat_lru_evicts_the_same_items() -> None:
    """Without segments the order is that of the commands, and so is what goes."""
    with pair("-m", "4", memory_limit=4 * MEBIBYTE) as both:
        both.ask(b"lru mode flat\r\n")
        keys = [b"k%05d" % number for number in range(3000)]
        for start in range(0, len(keys), 100):
            both.ask(sets(keys[start : start + 100], 2000))
        ours, theirs = survivors(both, keys)
        assert ours == theirs
        assert set(keys[-1700:]) <= ours


def test_a_flat_lru_makes_room_of_what_is_dead_before_it_takes_a_page(both: Pair) -> None:
    """Two values fill a page; the flushed one gives its chunk to the next of their class."""
    large = 523_000
    both.ask(b"lru mode flat\r\n")
    both.ask(sets([b"dead"], large))
    both.ask(b"flush_all\r\n")
    both.ask(sets([b"first"], large))
    both.ask(sets([b"second"], large))
    ours, theirs = both.stats("slabs")
    assert ours["39:total_pages"] == theirs["39:total_pages"] == "1"
    ours, theirs = both.stats("items")
    assert ours["items:39:reclaimed"] == theirs["items:39:reclaimed"] == "1"


def test_a_page_given_away_takes_the_same_items_with_it(both: Pair) -> None:
    """Two pages, all chunks taken: what lies in the older one is lost."""
    keys = [b"k%04d" % number for number in range(2 * 885)]  # class 12
    both.ask(sets(keys, 1000))
    both.ask(sets([b"small"], 1))
    both.agree(b"slabs reassign 12 1\r\n")
    deadline = time.monotonic() + SETTLES_S
    while True:
        ours, theirs = both.stats("slabs")
        if ours == theirs and ours["1:total_pages"] == "2":
            break
        assert time.monotonic() < deadline, (ours, theirs)
        time.sleep(0.05)
    ours_left, theirs_left = survivors(both, keys)
    assert ours_left == theirs_left
    assert len(ours_left) == 885
    both.agree(b"slabs reassign 12 1\r\nslabs reassign 1 1\r\nslabs reassign 1 99\r\n")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_chains_that_do_not_fit_push_out_the_same_items(seed: int) -> None:
    """Values of up to a megabyte in 16 MB: chunks of many classes, some of which get no page."""
    draw = random.Random(seed)
    with pair("-m", "16", memory_limit=16 * MEBIBYTE) as both:
        both.ask(b"lru mode flat\r\n")
        keys = [b"k%02d" % number for number in range(60)]
        for key in keys:
            size = draw.choice([draw.randrange(300_000, 1_040_000), draw.randrange(90_000)])
            verb = draw.choice([b"set", b"set", b"set", b"append", b"prepend"])
            target = key if verb == b"set" else draw.choice(keys)
            both.agree(b"%b %b 0 0 %d\r\n%b\r\n" % (verb, target, size, b"v" * size))
        ours, theirs = survivors(both, keys)
        assert ours == theirs
        assert ours < set(keys)
        mine, real = both.stats("slabs")
        assert mine == real


@pytest.mark.parametrize(
    ("reading", "pages"), [(b"mg k f", 2), (b"mg k v", 2), (b"get k", 1), (b"gat 0 k", 1)]
)
def test_what_an_unsent_reply_refers_to_keeps_its_chunk_until_then(
    reading: bytes, pages: int
) -> None:
    """get and gat send what waits before the next command."""
    with pair() as both:
        both.agree(b"lru mode flat\r\n")
        both.agree(b"set k 0 0 523600\r\n%b\r\n" % (b"v" * 523_600))
        twice = b"prepend k 0 0 1\r\na\r\n" * 2
        for packet in (twice, reading + b"\r\n" + twice):
            both.agree(packet)
            ours, theirs = both.stats("slabs")
            assert ours == theirs
        assert int(ours["39:total_pages"]) == pages
        both.agree(b"delete k\r\n")
        ours, theirs = both.stats("slabs")
        assert ours == theirs
        assert int(ours["39:used_chunks"]) == 0
