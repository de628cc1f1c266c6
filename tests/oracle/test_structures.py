"""The structures beside the real server: bytes in dumps, allocations, nodes, table sizes."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

import pytest
import redis

from tests.oracle.tally import TALLY
from tutor.engine.structures import listpack, lzf
from tutor.engine.structures.allocator import size_class
from tutor.engine.structures.crc64 import crc64
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.structures.intset import Intset
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.sds import (
    Sds,
    SdsFigures,
    encoding_of,
    key_memory,
    key_sdslen,
    sds_memory,
    sdslen,
    string_memory,
)
from tutor.engine.structures.skiplist import Skiplist
from tutor.engine.structures.skiplist_range import LexEnd, LexRange, ScoreRange
from tutor.engine.structures.window import Window

Setting = Callable[[str, object], None]


@pytest.fixture
def setting(redis_client: redis.Redis) -> Iterator[Setting]:
    """Change a directive of the emptied oracle; all are put back at the end."""
    redis_client.flushall()
    before: dict[str, object] = {}

    def change(name: str, value: object) -> None:
        before.setdefault(name, redis_client.config_get(name)[name])
        redis_client.config_set(name, value)

    yield change
    for name, value in before.items():
        redis_client.config_set(name, value)
    redis_client.flushall()


def length_at(blob: bytes, at: int) -> tuple[int, int, bool]:
    """An RDB length: its value, the offset after it, whether it announces a special string."""
    first = blob[at]
    kind = first >> 6
    if kind == 0:
        return first, at + 1, False
    if kind == 1:
        return (first & 63) << 8 | blob[at + 1], at + 2, False
    if kind == 3:
        return first & 63, at + 1, True
    width = 4 if first == 0x80 else 8
    return int.from_bytes(blob[at + 1 : at + 1 + width], "big"), at + 1 + width, False


def string_at(blob: bytes, at: int) -> tuple[bytes, int, int | None]:
    """An RDB string: its bytes, the offset after it, its compressed size if it is LZF."""
    length, at, special = length_at(blob, at)
    if not special:
        return blob[at : at + length], at + length, None
    if length < 3:
        width = 1 << length
        number = int.from_bytes(blob[at : at + width], "little", signed=True)
        return b"%d" % number, at + width, None
    squeezed, at, _ = length_at(blob, at)
    size, at, _ = length_at(blob, at)
    return lzf.decompress(blob[at : at + squeezed], size), at + squeezed, squeezed


def payload(dump: bytes) -> bytes:
    """A DUMP without its ten last bytes, whose checksum is verified."""
    assert int.from_bytes(dump[-8:], "little") == crc64(dump[:-8])
    return dump[:-10]


def agree(ours: object, theirs: object, about: object = None) -> None:
    """Count one comparison and fail on a difference."""
    TALLY.calls += 1
    if ours != theirs:
        TALLY.differences += 1
        pytest.fail(f"{about!r}\n  ours:   {ours!r}\n  theirs: {theirs!r}", pytrace=False)


def random_value(rng: random.Random, longest: int = 300) -> bytes:
    """A value near the thresholds of the encodings: numbers, their look-alikes, texts."""
    choice = rng.random()
    if choice < 0.35:
        edge = 1 << rng.choice([0, 3, 6, 7, 8, 12, 13, 15, 16, 23, 24, 31, 32, 53, 62, 63, 64])
        return b"%d" % (rng.choice([-1, 1]) * edge + rng.randint(-3, 3))
    if choice < 0.45:
        odd = [b"", b"-", b"-0", b"00", b"01", b"+1", b" 1", b"1 ", b"1.0", b"1e3", b"0x1", b"--1"]
        return rng.choice([*odd, b"1" * 19, b"9" * 19, b"9" * 20, b"-" + b"9" * 19, b"1_000"])
    lengths = [1, 11, 20, 31, 32, 44, 45, 62, 63, 64, 65, 125, 126, 127, 255, 256, longest]
    length = max(0, rng.choice(lengths) + rng.randint(-1, 1))
    return rng.randbytes(length) if rng.random() < 0.5 else bytes([rng.randrange(256)]) * length


def test_a_hash_is_dumped_as_the_listpack_we_derive(
    redis_client: redis.Redis, setting: Setting
) -> None:
    setting("rdbcompression", "no")
    setting("hash-max-listpack-value", 1_000_000)
    rng = random.Random(1)
    for batch in range(30):
        pipe = redis_client.pipeline(transaction=False)
        hashes = []
        for number in range(100):
            longest = 20_000 if batch == 29 else 5000 if batch > 25 else 300
            fields = {
                random_value(rng): random_value(rng, longest) for _ in range(rng.randint(1, 6))
            }
            hashes.append(fields)
            pipe.delete(f"h{number}")
            pipe.hset(f"h{number}", mapping=fields)
        pipe.execute()
        for number in range(100):
            pipe.dump(f"h{number}")
            pipe.memory_usage(f"h{number}")
        replies = pipe.execute()
        for number, fields in enumerate(hashes):
            values = [part for pair in fields.items() for part in pair]
            image = listpack.encode(values)
            theirs = payload(replies[2 * number])
            assert theirs[0] == 0x10
            agree(image, string_at(theirs, 1)[0], fields)
            agree(values, listpack.decode(string_at(theirs, 1)[0]), fields)
            agree(listpack.total_size(values), len(image))
            memory = 24 + key_memory(b"h%d" % number) + 16 + size_class(len(image))
            agree(memory, replies[2 * number + 1], fields)


def test_a_listpack_of_huge_entries_is_dumped_as_derived(
    redis_client: redis.Redis, setting: Setting
) -> None:
    setting("rdbcompression", "no")
    setting("hash-max-listpack-value", 1_000_000_000)
    for length in (16_375, 16_376, 16_377, 16_378, 16_379, 16_380, 70_000, 2_097_145, 2_097_146):
        value = b"v" * length
        redis_client.delete("h")
        redis_client.hset("h", "f", value)
        theirs, _, _ = string_at(payload(redis_client.dump("h")), 1)
        agree(listpack.encode([b"f", value]), theirs, length)
        agree([b"f", value], listpack.decode(theirs), length)


def test_a_listpack_of_more_than_65534_entries_does_not_count_them(
    redis_client: redis.Redis, setting: Setting
) -> None:
    setting("rdbcompression", "no")
    setting("hash-max-listpack-entries", 100_000)
    for count in (65_534, 65_536, 70_000):
        image = listpack.encode(b"%d" % number for number in range(count))
        body = b"\x10\x80" + len(image).to_bytes(4, "big") + image + b"\x0a\x00"
        dump = body + crc64(body).to_bytes(8, "little")
        redis_client.restore("h", 0, dump, replace=True)
        agree(b"listpack", redis_client.object("encoding", "h"), count)
        agree(count // 2, redis_client.hlen("h"), count)
        agree(dump, redis_client.dump("h"), count)


def test_strings_are_dumped_with_the_lzf_image_we_derive(
    redis_client: redis.Redis, setting: Setting
) -> None:
    setting("rdbcompression", "yes")
    rng = random.Random(2)
    words = [rng.randbytes(rng.randint(1, 12)) for _ in range(30)]
    for _ in range(25):
        texts = []
        for _ in range(160):
            kind = rng.random()
            if kind < 0.5:
                text = b"".join(rng.choices(words, k=rng.randint(2, 60)))
            elif kind < 0.8:
                text = bytes(
                    rng.choices(b"ab" if kind < 0.65 else b"abcdef", k=rng.randint(21, 900))
                )
            else:
                text = rng.randbytes(rng.randint(21, 40)) + bytes(rng.randint(0, 3000))
            texts.append(text)
        pipe = redis_client.pipeline(transaction=False)
        for number, text in enumerate(texts):
            pipe.set(f"s{number}", text)
        pipe.execute()
        for number in range(len(texts)):
            pipe.dump(f"s{number}")
        for text, dump in zip(texts, pipe.execute(), strict=True):
            body = payload(dump)
            if len(text) <= 20:
                continue
            image = lzf.compress(text, len(text) - 4)
            _, at, special = length_at(body, 1)
            if not special:
                agree(image, None, text)
                agree(text, body[at:], text)
                continue
            squeezed, at, _ = length_at(body, at)
            size, at, _ = length_at(body, at)
            agree(image, body[at : at + squeezed], text)
            agree(text, lzf.decompress(body[at : at + squeezed], size), text)


def test_a_set_of_integers_is_dumped_as_the_intset_we_derive(
    redis_client: redis.Redis, setting: Setting
) -> None:
    setting("rdbcompression", "no")
    rng = random.Random(3)
    for _ in range(400):
        redis_client.delete("s")
        ours = Intset()
        for _ in range(rng.randint(1, 25)):
            edge = 1 << rng.choice([3, 4, 15, 16, 31, 32, 63])
            value = rng.choice([-1, 1]) * edge + rng.randint(-4, 4)
            value = max(-(2**63), min(2**63 - 1, value))
            if rng.random() < 0.3 and len(ours) > 1:
                gone = rng.choice(ours.values)
                agree(int(ours.discard(gone)), redis_client.srem("s", gone), gone)
            else:
                agree(int(ours.add(value)), redis_client.sadd("s", value), value)
            theirs = payload(redis_client.dump("s"))
            assert theirs[0] == 11
            agree(ours.encode(), string_at(theirs, 1)[0], ours.values)
            agree(ours.values, Intset.decode(string_at(theirs, 1)[0]).values)
        agree(24 + 8 + 16 + ours.memory(), redis_client.memory_usage("s"), ours.values)


def figures(reply: bytes | str) -> tuple[SdsFigures, SdsFigures]:
    """The key's and the value's figures of DEBUG SDSLEN."""
    text = reply.decode() if isinstance(reply, bytes) else reply
    numbers = [int(number) for number in re.findall(r":\s*(\d+)", text)]
    return SdsFigures(*numbers[:3]), SdsFigures(*numbers[3:])


def random_length(rng: random.Random, longest: int) -> int:
    """A length near the edge of a header kind or a size class, or anywhere."""
    edges = [0, 1, 31, 32, 44, 45, 60, 61, 124, 125, 252, 255, 256, 314, 506, 1018, 4090, 8185]
    edge = rng.choice(edges) if rng.random() < 0.5 else int(2 ** rng.uniform(0, 17))
    return max(0, min(longest, edge + rng.randint(-3, 3)))


def change_string(
    rng: random.Random, client: redis.Redis, value: bytes | Sds | None, longest: int
) -> bytes | Sds:
    """One random write to the key ``k``, done to our value as well."""
    choice = rng.random()
    data = rng.randbytes(random_length(rng, longest))
    if value is None or choice < 0.05:
        if choice < 0.6:
            client.set("k", data)
            return data
        client.delete("k")
        offset = random_length(rng, 2000)
        client.setrange("k", offset, data or b"x")
        return Sds.fresh(bytes(offset) + (data or b"x"))
    if choice < 0.1:
        client.copy("k", "k2", replace=True)
        client.rename("k2", "k")
        return Sds.copy_of(value) if encoding_of(value) == "raw" else value
    if choice < 0.15:
        client.set("k", "10.5")
        client.incrbyfloat("k", "1.5")
        return Sds.embstr(b"12")
    if choice < 0.65:
        ours = Sds.from_value(value)
        ours.append(data)
        client.append("k", data)
        return ours
    if choice < 0.75:
        ours = Sds.from_value(value)
        place = rng.randrange(len(ours) + 40)
        ours.write_at(place, ours.data[place : place + 1] or b"\0")
        client.setbit("k", 8 * place + 7, ours.data[place] & 1)
        return ours
    offset = rng.randrange(len(value) + random_length(rng, 3000) + 1)
    client.setrange("k", offset, data)
    if not data:
        return value
    ours = Sds.from_value(value)
    ours.write_at(offset, data)
    return ours


@pytest.mark.parametrize("seed", range(6))
def test_strings_grow_as_the_real_ones_do(
    seed: int, redis_client: redis.Redis, setting: Setting
) -> None:
    rng = random.Random(seed)
    for _ in range(60):
        redis_client.delete("k")
        value: bytes | Sds | None = None
        longest = rng.choice([12, 100, 1000, 20_000])
        for _ in range(rng.randint(2, 14)):
            value = change_string(rng, redis_client, value, longest)
            agree(bytes(value), redis_client.get("k"))
            encoding = encoding_of(value)
            agree(encoding.encode(), redis_client.object("encoding", "k"), value)
            ours = sdslen(value)
            if ours is not None:
                theirs = figures(redis_client.execute_command("DEBUG", "SDSLEN", "k"))
                agree((key_sdslen(b"k"), ours), theirs, (encoding, value))
            agree(32 + string_memory(value), redis_client.memory_usage("k"), value)


def test_growth_beyond_a_mebibyte_adds_a_mebibyte(
    redis_client: redis.Redis, setting: Setting
) -> None:
    ours = Sds.fresh(bytes(600_000))
    redis_client.setrange("k", 599_999, b"\0")
    for size in (1, 500_000, 500_000, 3_000_000, 400_000, 1_100_000):
        ours.append(bytes(size))
        redis_client.append("k", bytes(size))
        theirs = figures(redis_client.execute_command("DEBUG", "SDSLEN", "k"))
        agree(sdslen(ours), theirs[1], size)


def test_names_of_keys_take_the_block_we_derive(
    redis_client: redis.Redis, setting: Setting
) -> None:
    for length in range(1, 700):
        key = b"k" * length
        redis_client.set(key, "v")
        theirs = figures(redis_client.execute_command("DEBUG", "SDSLEN", key))
        agree(key_sdslen(key), theirs[0], length)


def test_an_argument_of_32_kib_keeps_the_buffer_it_arrived_in(redis_port: int) -> None:
    for size in (40_960, 49_152, 57_344, 65_536, 81_920, 131_072, 1_310_720):
        with redis.Redis(host="127.0.0.1", port=redis_port, protocol=2) as client:
            for length in range(size - 16, size + 3):
                value = bytes(length)
                client.set("k", value)
                theirs = figures(client.execute_command("DEBUG", "SDSLEN", "k"))
                agree(sdslen(value), theirs[1], length)
                agree(32 + string_memory(value), client.memory_usage("k"), length)
                client.append("k", b"x")
                ours = Sds.from_value(value)
                ours.append(b"x")
                theirs = figures(client.execute_command("DEBUG", "SDSLEN", "k"))
                agree(sdslen(ours), theirs[1], length)
            client.flushall()


def nodes_of(dump: bytes) -> list[tuple[bool, bytes, int | None]]:
    """The nodes of a dumped list: plain or not, image, compressed size if it was LZF."""
    body = payload(dump)
    assert body[0] == 18
    count, at, _ = length_at(body, 1)
    nodes = []
    for _ in range(count):
        container, at, _ = length_at(body, at)
        image, at, squeezed = string_at(body, at)
        nodes.append((container == 1, image, squeezed))
    return nodes


def our_nodes(ours: Quicklist) -> list[tuple[bool, bytes, int | None]]:
    return [(node.plain, node.image(), node.lzf_size()) for node in ours.nodes()]


def change_list(
    rng: random.Random, client: redis.Redis, ours: Quicklist, values: Callable[[], bytes]
) -> None:
    """One random write to the key ``l``, done to our list as well."""
    choice = rng.random()
    value = values()
    if choice < 0.15 or not ours.length:
        client.lpush("l", value)
        ours.push_head(value)
    elif choice < 0.35:
        client.rpush("l", value)
        ours.push_tail(value)
    elif choice < 0.7:
        pivot = rng.choice(list(ours))
        before = rng.random() < 0.5
        client.linsert("l", "before" if before else "after", pivot, value)
        assert ours.insert(pivot, value, before)
    elif choice < 0.8:
        place = rng.randrange(ours.length)
        client.lset("l", place, value)
        ours.set(place, value)
    elif choice < 0.86:
        pivot = rng.choice(list(ours))
        count = rng.choice([0, 1, -1, 2, -2])
        agree(ours.remove(pivot, count), client.lrem("l", count, pivot))
    elif choice < 0.88:
        start = rng.randrange(min(ours.length, 4))
        stop = ours.length - rng.randrange(min(ours.length, 4))
        client.ltrim("l", start, stop - 1)
        ours.trim(start, max(stop, start))
    elif choice < 0.91:
        agree(ours.pop_head(), client.lpop("l"))
    elif choice < 0.93:
        place = rng.randrange(ours.length)
        agree(ours.index(place), client.lindex("l", place))
    elif choice < 0.95:
        start, stop = sorted(rng.randrange(ours.length + 1) for _ in range(2))
        agree(ours.slice(start, stop), client.lrange("l", start, stop - 1) if stop else [])
    elif choice < 0.97:
        search_list(rng, client, ours, value)
    else:
        agree(ours.pop_tail(), client.rpop("l"))


def search_list(rng: random.Random, client: redis.Redis, ours: Quicklist, absent: bytes) -> None:
    """LPOS, in one direction or the other, with and without bounds."""
    value = rng.choice([*ours, absent])
    reverse, limit, count = rng.random() < 0.5, rng.choice([0, 0, 3]), rng.choice([0, 1, 2])
    places = []
    search = ours.positions(value, reverse=reverse, limit=limit)
    for place in search:
        places.append(place)
        if len(places) == count:
            break
    search.close()
    theirs = client.lpos("l", value, rank=-1 if reverse else 1, count=count, maxlen=limit)
    agree(places, theirs, value)


def run_list(
    rng: random.Random,
    client: redis.Redis,
    ours: Quicklist,
    steps: int,
    values: Callable[[], bytes],
) -> None:
    """Random writes, comparing all nodes after each of them."""
    client.delete("l")
    for _ in range(steps):
        change_list(rng, client, ours, values)
        ours.check()
        if not ours.length:
            assert not client.exists("l")
            ours = Quicklist(ours.fill, ours.compress, ours.threshold)
            continue
        mine, theirs = our_nodes(ours), nodes_of(client.dump("l"))
        agree(mine, theirs, [len(node.entries) for node in ours.nodes()])
        memory = 32 + ours.memory(0)
        agree(memory, client.execute_command("MEMORY", "USAGE", "l", "SAMPLES", 0))
        sampled = 32 + ours.memory()
        agree(sampled, client.memory_usage("l"))


@pytest.mark.parametrize("fill", [-1, -2, 0, 1, 2, 3, 5, 7])
def test_lists_split_and_merge_as_the_real_ones_do(
    fill: int, redis_client: redis.Redis, setting: Setting
) -> None:
    setting("rdbcompression", "no")
    setting("list-max-listpack-size", fill)
    rng = random.Random(fill)
    sizes = [1, 3, 20, 900, 1700, 3000, 4080, 4090, 8190] if fill < 0 else [1, 3, 20, 64]

    def value() -> bytes:
        if rng.random() < 0.3:
            return b"%d" % rng.randint(-70_000, 70_000)
        return b"%d" % rng.randrange(1000) + b"x" * rng.choice(sizes)

    for _ in range(5 if fill < 0 else 12):
        run_list(rng, redis_client, Quicklist(fill), 120, value)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_inner_nodes_are_compressed_as_the_real_ones_are(
    depth: int, redis_client: redis.Redis, setting: Setting
) -> None:
    setting("rdbcompression", "no")
    setting("list-max-listpack-size", 3)
    setting("list-compress-depth", depth)
    rng = random.Random(depth)

    def value() -> bytes:
        return b"%d" % rng.randrange(1000) + b"x" * rng.choice([1, 9, 30, 60, 200])

    for _ in range(20):
        run_list(rng, redis_client, Quicklist(3, depth), 120, value)


def test_huge_entries_get_plain_nodes_as_the_real_ones_do(
    redis_client: redis.Redis, setting: Setting
) -> None:
    setting("rdbcompression", "no")
    setting("list-max-listpack-size", 3)
    rng = random.Random(9)

    def value() -> bytes:
        return b"%d" % rng.randrange(1000) + b"x" * rng.choice([1, 9, 30, 60, 200])

    redis_client.execute_command("DEBUG", "QUICKLIST-PACKED-THRESHOLD", "50b")
    try:
        for _ in range(20):
            depth = rng.choice([0, 0, 1, 2])
            setting("list-compress-depth", depth)
            run_list(rng, redis_client, Quicklist(3, depth, 50), 120, value)
    finally:
        redis_client.execute_command("DEBUG", "QUICKLIST-PACKED-THRESHOLD", "0")


def table_report(client: redis.Redis, key: str) -> str:
    reply = client.execute_command("DEBUG", "HTSTATS-KEY", key)
    return reply.decode() if isinstance(reply, bytes) else reply


def finish_rehash(client: redis.Redis, ours: HashTable) -> None:
    """Look things up until neither table is rehashing."""
    while ours.rehashing:
        ours.find(b"no such member")
    while "rehashing target" in table_report(client, "s"):
        pipe = client.pipeline(transaction=False)
        for _ in range(64):
            pipe.sismember("s", "no such member")
        pipe.execute()


@pytest.mark.parametrize("looked_at", [False, True])
def test_tables_of_sets_grow_and_shrink_as_the_real_ones_do(
    looked_at: bool, redis_client: redis.Redis, setting: Setting
) -> None:
    rng = random.Random(4)
    for _ in range(8):
        redis_client.delete("s")
        ours = HashTable(rng.randbytes(16))
        universe = [b"m%d" % number for number in range(rng.choice([10, 70, 300]))]
        for _ in range(8):
            adding = rng.random() < 0.6 or not ours.data
            for member in rng.sample(universe, rng.randint(1, len(universe))):
                if adding:
                    agree(int(ours.add(member)), redis_client.sadd("s", member), member)
                else:
                    agree(int(ours.discard(member)), redis_client.srem("s", member), member)
                    ours.shrink_if_needed()
                    if not ours.data:
                        ours = HashTable(ours.seed)
                if looked_at:
                    ours.layout(Window(0, 1))
                if ours.data:
                    rehashing = "rehashing target" in table_report(redis_client, "s")
                    agree(ours.rehashing, rehashing, len(ours))
                    finish_rehash(redis_client, ours)
                    size = re.search(r"table size: (\d+)", table_report(redis_client, "s"))
                    assert size is not None
                    agree(ours.size0, int(size[1]), len(ours))
            ours.check()
            if ours.data:
                memory = 32 + 16 + ours.overhead()
                memory += sum(24 + sds_memory(len(member)) for member in ours.data)
                samples = redis_client.execute_command("MEMORY", "USAGE", "s", "SAMPLES", 0)
                agree(memory, samples, len(ours))


def test_the_report_on_a_table_reads_as_the_real_one(
    redis_client: redis.Redis, setting: Setting
) -> None:
    for count in (1, 4, 5, 64, 65):
        redis_client.delete("s")
        redis_client.sadd("s", *[f"m{number}" for number in range(count)])
        theirs = table_report(redis_client, "s")
        ours = HashTable()
        for number in range(count):
            ours.add(b"m%d" % number)
        if count == 64:  # a duplicate makes a full table grow: the new one is still empty
            redis_client.sadd("s", "m0")
            theirs = table_report(redis_client, "s")
            ours.add(b"m0")
        shape = re.compile(r"\d+")
        mine = "".join(stats.text() for stats in ours.stats())
        agree(
            [shape.sub("#", part.split("Chain length")[0]) for part in mine.split("Hash table ")],
            [shape.sub("#", part.split("Chain length")[0]) for part in theirs.split("Hash table ")],
            count,
        )


def test_cursors_advance_in_the_order_of_the_real_scan(
    redis_client: redis.Redis, setting: Setting
) -> None:
    for count in (64, 512):
        redis_client.delete("s")
        members = [b"m%d" % number for number in range(count)]
        redis_client.sadd("s", *members)
        ours = HashTable()
        for member in members:
            ours.add(member)
        finish_rehash(redis_client, ours)
        order = []
        cursor = 0
        while True:
            cursor, _ = ours.scan(cursor, 1, visits=0)
            order.append(cursor)
            if not cursor:
                break
        assert len(order) == ours.size0
        seen = []
        cursor = 0
        while True:
            cursor, _ = redis_client.sscan("s", cursor, count=1)
            seen.append(cursor)
            if not cursor:
                break
        places = [order.index(cursor) for cursor in seen]
        agree(sorted(places), places, count)


def test_sorted_sets_have_the_order_ranks_and_ranges_of_the_real_ones(
    redis_client: redis.Redis, setting: Setting
) -> None:
    setting("zset-max-listpack-entries", 0)
    rng = random.Random(5)
    for _ in range(40):
        redis_client.delete("z")
        scores: dict[bytes, float] = {}
        ours = Skiplist(rng.random)
        pool = [0.0, -0.0, 1.0, -1.0, 1.5, 1e300, -1e-300, float("inf"), float("-inf")]
        for _ in range(60):
            member = random_value(rng, 40)
            score = rng.choice(pool) if rng.random() < 0.7 else rng.uniform(-3, 3)
            if member in scores:
                ours.update_score(scores[member], member, score)
            else:
                ours.insert(score, member)
            scores[member] = score
            redis_client.zadd("z", {member: score})
        ours.check()
        agree([node.member for node in ours], redis_client.zrange("z", 0, -1), scores)
        for member in rng.sample(list(scores), 10):
            agree(ours.rank(scores[member], member), redis_client.zrank("z", member), member)
        for _ in range(20):
            low, high = rng.choice(pool), rng.choice(pool)
            span = ScoreRange(low, high, rng.random() < 0.5, rng.random() < 0.5)
            ends = [
                ("(" if span.low_exclusive else "") + repr(low),
                ("(" if span.high_exclusive else "") + repr(high),
            ]
            agree(ours.count_in_range(span), redis_client.zcount("z", *ends), span)
            if rng.random() < 0.1:
                gone = ours.delete_range(span)
                agree(len(gone), redis_client.zremrangebyscore("z", *ends), span)
                ours.check()
                scores = {key: score for key, score in scores.items() if key not in gone}


def test_ranges_of_members_are_those_of_the_real_ones(
    redis_client: redis.Redis, setting: Setting
) -> None:
    setting("zset-max-listpack-entries", 0)
    rng = random.Random(6)
    ours = Skiplist(rng.random)
    members = {random_value(rng, 40) for _ in range(150)}
    for member in members:
        ours.insert(0.0, member)
        redis_client.zadd("z", {member: 0})
    pool = [*members, b"", b"m", b"\xff", LexEnd.LOWEST, LexEnd.HIGHEST]
    for _ in range(600):
        low, high = rng.choice(pool), rng.choice(pool)
        span = LexRange(low, high, rng.random() < 0.5, rng.random() < 0.5)
        ends = [
            end.value.encode() if isinstance(end, LexEnd) else (b"(" if open_end else b"[") + end
            for end, open_end in ((low, span.low_exclusive), (high, span.high_exclusive))
        ]
        agree(ours.count_in_range(span), redis_client.zlexcount("z", *ends), span)
