"""Load on real redis-servers: one, and a cluster of three masters on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from tests.console.load.real import needs_server, real, real_cluster
from tests.console.load.test_crew import asked
from tutor import i18n
from tutor.console.load.command import run
from tutor.console.load.options import ALGORITHMS
from tutor.network.loadtarget import LoadTarget

pytestmark = pytest.mark.oracle


@pytest.fixture(autouse=True)
def english() -> None:
    i18n.set_language("en")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[int]]:
    needs_server()
    with real_cluster(tmp_path_factory.mktemp("cluster")) as ports:
        yield ports


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    needs_server()
    with real(tmp_path_factory.mktemp("alone")) as port:
        yield port


def loaded(port: int, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    code = run(asked("--connect", f"redis://127.0.0.1:{port}", "--json", *words))
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (found["errors"], found["failed"], found["left"]) == ({}, 0, 0)
    return found


def held(*ports: int) -> int:
    """Keys on all of them."""
    count = 0
    for port in ports:
        with redis.Redis(port=port) as client:
            count += int(client.dbsize())
    return count


LIMITER = ("--window", "60", "--limit", "4", "--rate", "0", "--keys", "24", "--zipf", "0",
           "--requests", "300", "--clients", "6")  # fmt: skip


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_runs_on_a_cluster_and_on_one_server(
    algorithm: str, cluster: list[int], alone: int, capsys: pytest.CaptureFixture[str]
) -> None:
    for ports in (cluster, [alone]):
        found = loaded(ports[0], capsys, "--algorithm", algorithm, *LIMITER)
        assert found["server"]["cluster"] is (len(ports) == 3)
        assert set(found["nodes"]) == {f"127.0.0.1:{port}" for port in ports}
        assert all(node["commands"] > 10 for node in found["nodes"].values())
        assert found["outcomes"]["accepted"] >= 24 * 3
        if algorithm != "notes":
            assert found["over"] == 0
        assert found["removed"] == 24
        assert held(*ports) == 0


@pytest.mark.parametrize("cure", ["aside", "lock", "stale", "early"])
def test_the_cache_runs_on_a_cluster(
    cure: str, cluster: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--requests", "250", "--rate", "0", "--cost", "2", "--keys", "30", "--ttl", "20")
    found = loaded(cluster[0], capsys, "--workload", "cache", "--cure", cure, *words)
    assert set(found["nodes"]) == {f"127.0.0.1:{port}" for port in cluster}
    assert found["hit_ratio"] > 0.5
    assert held(*cluster) == 0


def test_all_keys_of_a_user_are_in_one_slot(cluster: list[int]) -> None:
    target = LoadTarget(f"redis://127.0.0.1:{cluster[0]}", b"redis-tutor:load:x:")
    try:
        for number in range(40):
            names = (f":1:rate_limit:{{user:{number}}}", f"rate:{{user:{number}}}",
                     f"shop:1:{{user:{number}}}:lock")  # fmt: skip
            nodes = {target.node_of((b"GET", name.encode())) for name in names}
            assert len(nodes) == 1
            assert target.transaction([(b"INCR", name.encode()) for name in names]) == [1, 1, 1]
        assert target.remove() == (120, 0)
    finally:
        target.close()


def test_foreign_keys_of_a_cluster_stay(
    cluster: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    with redis.RedisCluster("127.0.0.1", cluster[0], decode_responses=True) as client:
        for number in range(30):
            client.set(f"rate:{{user:{number}}}", "theirs")
        loaded(cluster[0], capsys, "--algorithm", "incr", *LIMITER)
        assert [client.get(f"rate:{{user:{number}}}") for number in range(30)] == ["theirs"] * 30
        for number in range(30):
            client.delete(f"rate:{{user:{number}}}")


def test_a_node_of_a_cluster_that_is_taken_for_one_server_says_moved(cluster: list[int]) -> None:
    target = LoadTarget(f"redis://127.0.0.1:{cluster[0]}", b"x:", cluster=False)
    codes = set()
    try:
        for number in range(30):
            try:
                target.send((b"GET", b"{user:%d}" % number))
            except Exception as error:  # what it is, is what is asked
                codes.add(getattr(error, "code", type(error).__name__))
    finally:
        target.close()
    assert codes == {"MOVED"}


def test_a_cluster_that_has_lost_slots_is_told_with_what_to_do(
    cluster: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    with redis.Redis(port=cluster[1]) as node:
        node.execute_command("CLUSTER", "DELSLOTSRANGE", 5461, 10922)
    try:
        with redis.Redis(port=cluster[0]) as other:
            other.ping()
        code = run(asked("--connect", f"redis://127.0.0.1:{cluster[1]}", "--rate", "0",
                         "--seconds", "5", "--requests", "2000", "--clients", "3"))  # fmt: skip
        told = capsys.readouterr()
        assert code in (1, 2)
        assert "cluster" in (told.out + told.err).lower()
        assert "Traceback" not in told.out + told.err
    finally:
        with redis.Redis(port=cluster[1]) as node:
            node.execute_command("CLUSTER", "ADDSLOTSRANGE", 5461, 10922)
