"""Django's cache on the fleet: what goes where, what is noted, what is left behind."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections import Counter

import pytest
import redis

from tests.network.django.conftest import Make
from tests.network.serving import until
from tutor.engine.replies import ReplyError, Status
from tutor.network.django.fleet import Fleet
from tutor.network.django.serializers import RefusedPickle
from tutor.network.django.stored import form_of, key_names, keys_of, look
from tutor.network.django.wirelog import without_handshake


def test_the_package_does_not_import_django_by_itself() -> None:
    code = (
        "import sys, tutor.network.django.caches, tutor.network.django.recipes,"
        " tutor.network.django.stored; assert 'django' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_django_settings_are_left_alone(make: Make) -> None:
    from django.conf import settings

    before = settings.configured
    make("single").cache.set("k", 1)
    assert settings.configured is before


def test_a_call_is_noted_with_server_and_reply(make: Make) -> None:
    caches = make("replicas")
    caches.cache.set("k", {"a": 1}, timeout=60)
    (call,) = without_handshake(caches.log.since(0))
    assert (call.server, call.index, call.role, call.address) == (
        "master", 0, "master", "master:6379",
    )  # fmt: skip
    assert call.argv == (b"SET", b":1:k", pickle.dumps({"a": 1}, 5), b"EX", b"60")
    assert call.reply == b"OK"
    assert isinstance(call.reply, Status)
    assert call.answered
    assert call.received == len(b"+OK\r\n")


def test_the_handshake_is_kept_apart(make: Make) -> None:
    caches = make("single")
    caches.cache.get("k")
    handshake = [one for one in caches.log.since(0) if one.handshake]
    assert {one.argv[0] for one in handshake} <= {b"HELLO", b"CLIENT", b"SELECT"}
    assert (b"SELECT", b"1") in [one.argv for one in handshake]
    assert any(isinstance(one.reply, ReplyError) for one in handshake)
    assert [one.argv[0] for one in without_handshake(caches.log.since(0))] == [b"GET"]


def test_a_pipeline_is_noted_reply_by_reply(make: Make) -> None:
    caches = make("single")
    mark = caches.log.count
    caches.cache.set_many({"a": 1, "b": 2}, timeout=9)
    calls = without_handshake(caches.log.since(mark))
    assert [(one.argv[0], one.reply) for one in calls] == [
        (b"MULTI", b"OK"), (b"MSET", b"QUEUED"), (b"EXPIRE", b"QUEUED"), (b"EXPIRE", b"QUEUED"),
        (b"EXEC", [b"OK", 1, 1]),
    ]  # fmt: skip


def test_a_long_value_is_noted_whole(make: Make) -> None:
    caches = make("single")
    caches.cache.set("k", "x" * 1_000_000)
    assert caches.cache.get("k") == "x" * 1_000_000
    call = caches.log.since(0)[-1]
    assert isinstance(call.reply, bytes)
    assert len(call.reply) > 1_000_000


def test_reads_never_go_to_the_first_of_several_servers(make: Make) -> None:
    caches = make("replicas")
    caches.cache.get("warm")
    mark = caches.log.count
    for number in range(400):
        caches.cache.get(f"k{number}")
    seen = Counter(one.server for one in without_handshake(caches.log.since(mark)))
    assert set(seen) == {"replica1", "replica2"}
    assert sum(seen.values()) == 400
    assert min(seen.values()) > 100  # half each: less than 100 in 10**25 such runs


def test_what_was_just_written_may_not_be_read(make: Make, fleet: Fleet) -> None:
    caches = make("replicas")
    caches.cache.set("k", "old")
    fleet.settle(5)
    for name in ("replica1", "replica2"):
        fleet.lag(name, 60)
    caches.cache.set("k", "new")
    assert caches.cache.get("k") == "old"
    client = caches.cache._cache.get_client(None, write=True)
    assert caches.cache._cache._serializer.loads(client.get(":1:k")) == "new"
    for name in ("replica1", "replica2"):
        fleet.lag(name, 0)
    until(lambda: caches.cache.get("k") == "new")


def test_of_two_replicas_one_dead_fails_some_reads(make: Make, fleet: Fleet) -> None:
    caches = make("replicas")
    caches.cache.set("k", 1)
    fleet.settle(5)
    fleet.stop_server("replica1")
    outcomes = Counter()
    for _ in range(100):
        try:
            outcomes[str(caches.cache.get("k"))] += 1
        except redis.exceptions.ConnectionError as error:
            outcomes[str(error)] += 1
    refused = "Error 111 connecting to replica1:6379. Connection refused."
    assert set(outcomes) <= {
        "1",
        refused,
        "Error 61 connecting to replica1:6379. Connection refused.",
    }
    assert outcomes["1"]
    assert len(outcomes) == 2


def test_a_dead_master_fails_writes_and_leaves_reads(make: Make, fleet: Fleet) -> None:
    caches = make("replicas")
    caches.cache.set("k", 1)
    fleet.settle(5)
    fleet.stop_server("master")
    with pytest.raises(redis.exceptions.ConnectionError, match="connecting to master:6379"):
        caches.cache.set("k", 2)
    tried = caches.log.since(0)[-1]
    assert (tried.server, tried.argv, tried.answered) == ("master", (), False)
    assert tried.failed == "Connection refused"
    assert caches.cache.get("k") == 1


def test_a_replica_in_the_first_place_refuses_writes(make: Make) -> None:
    caches = make("swapped")
    with pytest.raises(redis.exceptions.ReadOnlyError):
        caches.cache.set("k", 1)
    (call,) = without_handshake(caches.log.since(0))
    assert (call.server, call.role) == ("replica1", "replica")


@pytest.mark.parametrize(
    ("value", "form", "protocol"),
    [(7, "int", 0), (True, "pickle", 5), ("12", "pickle", 5), (1.5, "pickle", 5)],
)
def test_what_is_stored_can_be_looked_at(
    make: Make, fleet: Fleet, value: object, form: str, protocol: int
) -> None:
    make("single").cache.set("k", value, timeout=50)
    found = look(fleet, "master", 1, b"myapp:1:k")
    assert found is not None
    assert (found.form, found.protocol, found.type) == (form, protocol, "string")
    assert found.ttl_ms is not None
    assert 0 < found.ttl_ms <= 50_000
    assert found.data == (b"7" if value == 7 and form == "int" else pickle.dumps(value, 5))
    assert key_names(fleet, "master", 1) == [b"myapp:1:k"]


def test_json_is_stored_as_text(make: Make, fleet: Fleet) -> None:
    cache = make("json").cache
    cache.set("k", {"имя": "Алиса", "list": (1, 2)})
    cache.set("n", 41)
    found = look(fleet, "master", 1, b"myapp:1:k")
    assert found is not None
    assert found.data.decode() == '{"имя":"Алиса","list":[1,2]}'
    assert found.form == "json"
    assert cache.incr("n") == 42
    with pytest.raises(TypeError):
        cache.set("k", {1, 2})


def test_a_pickle_that_would_call_something_is_not_carried_out(make: Make) -> None:
    caches = make("single")
    evil = b"cos\nsystem\n(S'exit 1'\ntR."
    caches.cache._cache.get_client(None, write=True).set("myapp:1:k", evil)
    with pytest.raises(RefusedPickle, match=r"os\.system"):
        caches.cache.get("k")


def test_plain_data_come_back_as_django_brings_them(make: Make) -> None:
    from datetime import datetime
    from decimal import Decimal

    from tutor.network.django.samples import Player

    cache = make("single").cache
    for value in ({1, 2}, Decimal("1.5"), datetime(2026, 1, 2), Player(1, "a", 2), b"\0", None):
        cache.set("k", value)
        assert cache.get("k", "missing") == value


def test_keys_of_requests(make: Make) -> None:
    caches = make("single")
    mark = caches.log.count
    caches.cache.set_many({"a": 1, "b": 2})
    caches.cache.get_many(["b", "c"])
    assert keys_of(caches.log.since(mark)) == [b"myapp:1:a", b"myapp:1:b", b"myapp:1:c"]


def test_form_of_bytes() -> None:
    assert form_of(b"-12") == ("int", 0)
    assert form_of(pickle.dumps([1], 4)) == ("pickle", 4)
    assert form_of(b'{"a": 1}') == ("json", 0)
    assert form_of(b"plain") == ("bytes", 0)
    assert form_of(b"\xff\xfe") == ("bytes", 0)
