"""Looking at a key of a server that refuses, changes its mind, or holds too much."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.engine import dumps
from tests.network.server import Server
from tutor.network import outside
from tutor.network.client import Client
from tutor.network.link import LinkError
from tutor.network.outside import DamagedDump, DumpRefused, TooLarge, UnknownDump, look

INFO = b"redis_version:7.2.6\r\nmem_allocator:jemalloc-5.3.0\r\n"
REFUSED = b"-NOPERM User app has no permissions to run this command\r\n"


def bulk(data: bytes | None) -> bytes:
    return b"$-1\r\n" if data is None else b"$%d\r\n%s\r\n" % (len(data), data)


def number(value: int) -> bytes:
    return b":%d\r\n" % value


class Fake:
    """Answers by the first words of a command; what it does not know it refuses."""

    def __init__(self, payload: bytes | None, encoding: bytes) -> None:
        self.answers: dict[bytes, Callable[[], bytes]] = {
            b"DUMP": lambda: bulk(payload),
            b"OBJECT ENCODING": lambda: bulk(encoding),
            b"OBJECT REFCOUNT": lambda: number(1),
            b"PTTL": lambda: number(-1),
            b"MEMORY USAGE": lambda: number(72),
            b"INFO": lambda: bulk(INFO),
            b"SELECT": lambda: b"+OK\r\n",
        }
        self.server = Server(self.reply)

    def reply(self, argv: list[bytes]) -> bytes:
        for words in (b" ".join(argv[:2]).upper(), argv[0].upper()):
            if words in self.answers:
                return self.answers[words]()
        return REFUSED

    def asked(self, word: bytes) -> int:
        return sum(argv[0].upper() == word for argv in self.server.heard)


@pytest.fixture
def fake() -> Iterator[Fake]:
    made = Fake(dumps.set_7_2([b"a", b"b"]), b"listpack")
    yield made
    made.server.close()


def test_everything_that_is_answered_is_known(fake: Fake) -> None:
    found = look(fake.server.url, b"k")
    assert found is not None
    assert (found.type, found.encoding, found.memory, found.ttl_ms) == ("set", "listpack", 72, None)
    assert found.source == "redis 7.2.6, RDB 11"
    assert found.unknown == frozenset()


def test_a_server_that_says_nothing_but_dump_is_enough(fake: Fake) -> None:
    fake.answers = {b"DUMP": fake.answers[b"DUMP"]}
    found = look(fake.server.url, b"k")
    assert found is not None
    assert found.encoding == "listpack"
    assert found.source == "RDB 11"
    assert found.unknown == {"memory", "ttl"}


def test_a_server_that_refuses_dump_is_told_from_one_that_has_no_key(fake: Fake) -> None:
    del fake.answers[b"DUMP"]
    with pytest.raises(DumpRefused, match="NOPERM"):
        look(fake.server.url, b"k")
    fake.answers[b"DUMP"] = lambda: bulk(None)
    assert look(fake.server.url, b"k") is None


def test_a_key_that_changes_its_encoding_meanwhile_is_asked_about_again(fake: Fake) -> None:
    told = iter([b"intset"])
    fake.answers[b"OBJECT ENCODING"] = lambda: bulk(next(told, b"listpack"))
    found = look(fake.server.url, b"k")
    assert found is not None
    assert found.encoding == "listpack"
    assert fake.asked(b"DUMP") == 2


def test_a_key_that_never_stands_still_is_given_up(fake: Fake) -> None:
    fake.answers[b"OBJECT ENCODING"] = lambda: bulk(b"intset")
    with pytest.raises(DamagedDump):
        look(fake.server.url, b"k")
    assert fake.asked(b"DUMP") < 10


def test_a_large_value_is_not_fetched_unless_forced(fake: Fake) -> None:
    fake.answers[b"MEMORY USAGE"] = lambda: number(outside.LARGEST + 1)
    with pytest.raises(TooLarge) as caught:
        look(fake.server.url, b"k")
    assert (caught.value.size, caught.value.limit) == (outside.LARGEST + 1, outside.LARGEST)
    assert fake.asked(b"DUMP") == 0
    assert look(fake.server.url, b"k", force=True) is not None


def test_without_memory_usage_a_string_is_measured_by_its_length(fake: Fake) -> None:
    del fake.answers[b"MEMORY USAGE"]
    fake.answers[b"TYPE"] = lambda: b"+string\r\n"
    fake.answers[b"STRLEN"] = lambda: number(100 << 20)
    with pytest.raises(TooLarge):
        look(fake.server.url, b"k")


def test_a_newer_format_is_said_to_be_unknown(fake: Fake) -> None:
    fake.answers[b"DUMP"] = lambda: bulk(dumps.sealed(99, 0, b"\x01a"))
    with pytest.raises(UnknownDump) as caught:
        look(fake.server.url, b"k")
    assert caught.value.version == 99


def test_the_database_of_the_client_is_put_back(fake: Fake) -> None:
    client = Client(fake.server.url)
    found = look(client, b"k", db=3)
    assert found is not None
    assert found.db == 3
    selected = [argv[1] for argv in fake.server.heard if argv[0] == b"SELECT"]
    assert selected == [b"3", b"0"]
    assert client.db == 0
    client.close()


def test_a_look_is_no_use_of_the_key_where_the_server_can_do_so(fake: Fake) -> None:
    fake.answers[b"CLIENT NO-TOUCH"] = lambda: b"+OK\r\n"
    look(fake.server.url, b"k")
    names = [b" ".join(argv) for argv in fake.server.heard if argv[0] in (b"CLIENT", b"DUMP")]
    assert names == [b"CLIENT NO-TOUCH ON", b"DUMP k", b"CLIENT NO-TOUCH OFF"]


def test_a_server_that_knows_no_such_thing_is_not_asked(fake: Fake) -> None:
    fake.answers[b"INFO"] = lambda: bulk(b"redis_version:7.0.15\r\n")
    look(fake.server.url, b"k")
    assert fake.asked(b"CLIENT") == 0


BRIEF = b"Hash table 0 stats (main hash table):\n table size: 4\n number of elements: 2\n"


def test_chains_are_asked_for_where_they_are_not_told_unasked(fake: Fake) -> None:
    """Since 7.2 DEBUG HTSTATS-KEY says more with FULL."""
    replies = iter([bulk(BRIEF), bulk(dumps.HTSTATS.encode())])
    fake.answers = {
        **fake.answers,
        b"DUMP": lambda: bulk(dumps.table_6_2({b"a": b"1", b"b": b"2"})),
        b"OBJECT ENCODING": lambda: bulk(b"hashtable"),
        b"DEBUG HTSTATS-KEY": lambda: next(replies),
    }
    found = look(fake.server.url, b"k")
    assert found is not None
    assert found.unknown == {"buckets"}
    asked = [argv[2:] for argv in fake.server.heard if argv[0] == b"DEBUG"]
    assert asked == [[b"k"], [b"k", b"full"]]


def test_valkey_is_named(fake: Fake) -> None:
    fake.answers[b"INFO"] = lambda: bulk(b"redis_version:7.2.4\r\nvalkey_version:8.0.1\r\n")
    found = look(fake.server.url, b"k")
    assert found is not None
    assert found.source == "valkey 8.0.1, RDB 11"


def test_nobody_there_is_a_link_error() -> None:
    with pytest.raises(LinkError):
        look("redis://127.0.0.1:1", b"k")
