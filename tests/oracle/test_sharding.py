"""ketama and modulo against libmemcached itself: on which of real servers a key is found."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import pytest

from tests.oracle.caches import running_memcached
from tutor.memcached.sharding import RuleName, placing

COUNT, COUNTED = 3, 600
BEHAVIORS: dict[RuleName, dict[str, bool]] = {"modulo": {}, "ketama": {"ketama_weighted": True}}


@pytest.fixture(scope="module")
def ports() -> Iterator[list[int]]:
    with contextlib.ExitStack() as servers:
        yield [servers.enter_context(running_memcached()) for _ in range(COUNT)]


def _said(port: int, words: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 60) as line:
        line.sendall(words + b"\r\nquit\r\n")
        answer = b""
        while chunk := line.recv(65536):
            answer += chunk
    return answer


@pytest.mark.parametrize("rule", list(BEHAVIORS))
def test_keys_lie_where_libmemcached_puts_them(ports: list[int], rule: RuleName) -> None:
    pylibmc = pytest.importorskip("pylibmc", reason="pylibmc brings libmemcached")
    names = [f"127.0.0.1:{port}" for port in ports]
    client = pylibmc.Client(names, behaviors=BEHAVIORS[rule])
    keys = [b"%b:%d" % (rule.encode(), number) for number in range(COUNTED)]
    for key in keys:
        assert client.set(key, b"v")
    ours = placing(rule, names)
    asked = b"get " + b" ".join(keys)
    for name, port in zip(names, ports, strict=True):
        lines = _said(port, asked).split(b"\r\n")
        found = {line.split()[1] for line in lines if line.startswith(b"VALUE ")}
        assert found == {key for key in keys if ours(key) == name}
