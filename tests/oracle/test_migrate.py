"""MIGRATE from our server and from a real one: to a real target, to a silent one, to nobody."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.network.serving import free_port
from tests.oracle.raw import RawConnection
from tests.oracle.replicas import Kind, Node, compare, running

KINDS: tuple[Kind, ...] = ("real", "ours")
_KEYS = (
    "SET s text",
    "SET n 7 PX 100000000",
    "RPUSH l a b c",
    "HSET h f v",
    "ZADD z 1.5 m",
    "SADD i 1 2 3",
    "XADD x 1-1 f v",
)


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Node]:
    node = Node("real", tmp_path)
    with running(node):
        yield node


def _told(tmp_path: Path, target: Node, *lines: str) -> list[list[str]]:
    """What both kinds of source say to the same lines, the target being as new for each."""
    said = []
    for kind in KINDS:
        source = Node(kind, tmp_path)
        with running(source):
            target.raw.call(b"CONFIG", b"SET", b"requirepass", b"")
            target.call("FLUSHALL")
            for line in _KEYS:
                source.call(line)
            here = [_said(source, target, line) for line in lines]
            here += [repr(node.call("DBSIZE")) for node in (source, target)]
            said.append(here)
    return said


def _said(source: Node, target: Node, line: str) -> str:
    """A reply of the source, or of the target to what begins with ``@``."""
    node, words = (target, line[1:]) if line.startswith("@") else (source, line)
    words = words.replace("TARGET", f"127.0.0.1 {target.port}")
    return re.sub(r"\b\d{5}\b", "port", repr(node.raw.call(*_split(words))))


def _split(line: str) -> list[bytes]:
    return [b"" if word == "''" else word.encode() for word in line.split()]


@pytest.mark.parametrize(
    "lines",
    [
        ("MIGRATE TARGET s 0 1000", "GET s", "@GET s", "MIGRATE TARGET s 0 1000"),
        ("MIGRATE TARGET n 3 1000 COPY", "GET n", "@SELECT 3", "@GET n", "@SELECT 0", "EXISTS n"),
        ("@SET s other", "MIGRATE TARGET s 0 1000", "GET s", "MIGRATE TARGET s 0 1000 REPLACE"),
        ("MIGRATE TARGET '' 0 0 KEYS s l h z none i x", "KEYS *", "@TYPE x", "@TYPE z"),
        ("@SET l other", "MIGRATE TARGET '' 0 1000 KEYS s l h", "EXISTS s l h", "@GET l"),
        ("MIGRATE TARGET s 99 1000", "GET s", "MIGRATE TARGET '' 99 1000 KEYS s l"),
        ("MIGRATE TARGET s 0 1000 AUTH secret", "GET s", "@GET s"),
        ("@CONFIG SET requirepass secret", "MIGRATE TARGET s 0 1000", "GET s"),
        ("@CONFIG SET requirepass secret", "MIGRATE TARGET s 0 1000 AUTH secret", "GET s"),
        ("@CONFIG SET requirepass secret", "MIGRATE TARGET s 0 1000 AUTH wrong", "GET s"),
        ("@CONFIG SET requirepass x", "MIGRATE TARGET s 0 1000 AUTH2 default x", "GET s"),
        ("MIGRATE TARGET none 0 1000", "MIGRATE TARGET s x 1000", "MIGRATE TARGET s 0 x"),
        ("MIGRATE TARGET s 0 1000 COPY REPLACE KEYS l", "MIGRATE TARGET s 0 1000 AUTH"),
        ("MIGRATE TARGET s 0 1000 NONSENSE", "MIGRATE TARGET s 0", "MIGRATE TARGET '' 0 1 KEYS"),
        ("MULTI", "MIGRATE TARGET s 0 1000", "GET s", "EXEC"),
    ],
    ids=lambda lines: lines[0],
)
def test_the_same_moves_and_the_same_is_said(
    tmp_path: Path, target: Node, lines: tuple[str, ...]
) -> None:
    theirs, ours = _told(tmp_path, target, *lines)
    assert ours == theirs


def test_what_arrives_is_what_was_sent(tmp_path: Path, target: Node) -> None:
    source, keep = Node("ours", tmp_path), Node("ours", tmp_path)
    with running(source, keep):
        for line in _KEYS:
            source.call(line)
            keep.call(line)
        names = " ".join(line.split()[1] for line in _KEYS)
        source.raw.call(*_split(f"MIGRATE 127.0.0.1 {target.port} '' 0 0 KEYS {names}"))
        assert int(target.call("PTTL n")) > 99_000_000
        keep.call("DEL n")  # its time goes on
        target.call("DEL n")
        found = compare(keep, target)
        assert found.keys == len(_KEYS) - 1
        assert not found.differences


def test_who_does_not_answer_is_given_up(tmp_path: Path) -> None:
    said = []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for kind in KINDS:
            source, nobody = Node(kind, tmp_path), free_port()
            with running(source), RawConnection(source.port) as raw:
                raw.call(b"SET", b"s", b"text")
                port = b"%d" % silent.getsockname()[1]
                here = [
                    raw.call(b"MIGRATE", b"127.0.0.1", port, b"s", b"0", b"50"),
                    raw.call(b"MIGRATE", b"127.0.0.1", b"%d" % nobody, b"s", b"0", b"50"),
                    raw.call(b"MIGRATE", b"127.0.0.1", b"nonsense", b"s", b"0", b"50"),
                    raw.call(b"GET", b"s"),
                ]
                said.append(here)
    assert said[1] == said[0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kept_socket_that_was_closed_is_made_again(tmp_path: Path, kind: Kind) -> None:
    source, target = Node(kind, tmp_path), Node("real", tmp_path)
    with running(source, target):
        for name in ("a", "b"):
            source.call(f"SET {name} 1")
            assert source.info("stats")["migrate_cached_sockets"] == ("0" if name == "a" else "1")
            source.call(f"MIGRATE 127.0.0.1 {target.port} {name} 0 1000")
            target.call("CLIENT KILL TYPE normal SKIPME yes")
        assert source.call("DBSIZE") == 0
        assert target.call("DBSIZE") == 2


def test_replicas_are_told_of_a_deletion(tmp_path: Path, target: Node) -> None:
    source, replica = Node("ours", tmp_path), Node("real", tmp_path)
    with running(source, replica):
        replica.follow(source.port)
        source.call("SET s text")
        source.call(f"MIGRATE 127.0.0.1 {target.port} s 0 1000")
        assert source.call("WAIT 1 5000") == 1
        assert replica.call("DBSIZE") == 0
