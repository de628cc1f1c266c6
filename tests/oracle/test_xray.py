"""`redis-tutor xray KEY --connect` on the real server: what is printed is what its DEBUG says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pytest

from tests.console.test_commands import Screen
from tests.oracle.raw import RawConnection, Simple
from tests.oracle.tally import TALLY
from tests.oracle.test_outside import KEYS
from tutor import cli
from tutor.console.remote import RemoteBackend
from tutor.engine.cmdline import split
from tutor.i18n import set_language

_LENGTH = {b"string": b"STRLEN", b"list": b"LLEN", b"set": b"SCARD", b"hash": b"HLEN",
           b"zset": b"ZCARD", b"stream": b"XLEN"}  # fmt: skip
_HEAD = re.compile(
    r"Key k has the type (\w+) and the encoding (\w+): (\d+) \w+, (\d+) bytes by MEMORY USAGE"
)
_BYTES = re.compile(r"^ *\d+ [ ⁺]((?:[0-9a-f]{2} )+) ", re.MULTILINE)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    yield
    set_language("en")


def _text(raw: RawConnection, *words: bytes) -> str:
    reply = raw.call(*words)
    reply = reply.text if isinstance(reply, Simple) else reply
    return reply.decode("latin-1") if isinstance(reply, bytes) else str(reply)


def _agree(found: object, wanted: object) -> None:
    TALLY.calls += 1
    TALLY.differences += found != wanted
    assert found == wanted


@pytest.fixture
def server(raw: RawConnection, redis_port: int) -> tuple[RawConnection, str]:
    return raw, f"redis://127.0.0.1:{redis_port}"


def seen(capsys: pytest.CaptureFixture[str], url: str, *words: str) -> str:
    assert cli.main(["xray", "k", "--connect", url, *words]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("lines", KEYS, ids=[f"{n}-{one[-1][:20]}" for n, one in enumerate(KEYS)])
def test_a_key_is_drawn_with_the_figures_of_its_server(
    server: tuple[RawConnection, str], lines: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    raw, url = server
    for line in lines:
        raw.call(*split(line))
    head = _HEAD.match(seen(capsys, url, "--plain"))
    assert head is not None
    kind, encoding, length, memory = head.groups()
    _agree(kind, _text(raw, b"TYPE", b"k"))
    _agree(encoding, _text(raw, b"OBJECT", b"ENCODING", b"k"))
    _agree(length, _text(raw, _LENGTH[kind.encode()], b"k"))
    _agree(memory, _text(raw, b"MEMORY", b"USAGE", b"k"))
    _compare_with_debug(raw, encoding, seen(capsys, url, "--text", "--width", "200"))
    for view in re.findall(r"[a-z]+", _views(capsys, url)):
        assert seen(capsys, url, "--view", view)


def _views(capsys: pytest.CaptureFixture[str], url: str) -> str:
    """The views that are offered where one does not fit."""
    assert cli.main(["xray", "k", "--connect", url, "--view", "-"]) == 1
    return capsys.readouterr().err.rpartition(": ")[2]


def _compare_with_debug(raw: RawConnection, encoding: str, picture: str) -> None:
    if encoding == "raw":
        sds = _text(raw, b"DEBUG", b"SDSLEN", b"k")
        figures = dict(re.findall(r"val_(\w+):(\d+)", sds))
        alloc = int(figures["sds_len"]) + int(figures["sds_avail"])
        cells = re.findall(r"^│ (\d+) +│ (\d+) +│ sdshdr", picture, re.MULTILINE)
        _agree(cells, [(figures["sds_len"], str(alloc))])
    elif encoding in ("hashtable", "skiplist"):
        stats = _text(raw, b"DEBUG", b"HTSTATS-KEY", b"k")
        tables = re.findall(
            r"table size: (\d+)\s+number of elements: (\d+).*?max chain length: (\d+)", stats, re.S
        )
        told = re.findall(r"(\d+) slots, (\d+) entr\w+, longest chain (\d+)", picture)
        assert tables
        _agree(told, tables)
    elif encoding == "quicklist":
        nodes = re.search(r"ql_nodes:(\d+)", _text(raw, b"DEBUG", b"OBJECT", b"k"))
        assert nodes is not None
        shown = len(re.findall(r"node \d+ ·", picture))
        more = re.search(r"… (\d+) more nodes", picture)
        _agree(shown + int(more[1] if more else 0), int(nodes[1]))


@pytest.mark.parametrize("line", ["HSET k name Alice age 30", "SADD k 3 1 70000", "ZADD k 1 a 2 b"])
def test_the_bytes_view_holds_the_bytes_of_the_dump(
    server: tuple[RawConnection, str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    raw, url = server
    raw.call(*split(line))
    picture = seen(capsys, url, "--view", "bytes", "--width", "120")
    data = bytes.fromhex("".join(_BYTES.findall(picture)))
    dump = raw.call(b"DUMP", b"k")
    assert isinstance(dump, bytes)
    _agree(dump[2:-10] in data, True)


def test_what_a_command_changed_is_marked(
    server: tuple[RawConnection, str], capsys: pytest.CaptureFixture[str]
) -> None:
    _raw, url = server
    for first, second, mark in (
        ("HSET k f v", "HSET k f w", "⁺w"),
        ("RPUSH k a b", "LPUSH k new", "⁺new"),
        ("SADD k 1 2", "SADD k 70000", "⁺70000"),
        ("SADD k a b", "SADD k new", "⁺new"),
        ("ZADD k 1 a 2 b", f"ZADD k 3 {'m' * 65}", "⁺mm"),
    ):
        text = seen(capsys, url, "--run", "DEL k", "--run", first, "--run", second)
        assert mark in text, text
        assert f"⁺ {second.split()[0]}: " in text
    text = seen(capsys, url, "--run", "DEL k", "--view", "diff")
    assert "gone" in text


def test_a_missing_key_and_a_refused_command(
    server: tuple[RawConnection, str], capsys: pytest.CaptureFixture[str]
) -> None:
    _raw, url = server
    assert cli.main(["xray", "k", "--connect", url]) == 1
    assert "There is no key k." in capsys.readouterr().err
    assert cli.main(["xray", "k", "--connect", url, "--run", "SET k", "--text"]) == 1
    assert "wrong number of arguments" in capsys.readouterr().err


def test_at_the_prompt_a_key_of_the_selected_database_is_drawn(
    server: tuple[RawConnection, str],
) -> None:
    raw, url = server
    raw.call(b"SELECT", b"3")
    raw.call(b"HSET", b"k", b"name", b"Alice")
    screen = Screen()
    screen.backend = RemoteBackend(url)
    try:
        assert "There is no key k." in screen.type(":xray k")
        screen.type("SELECT 3")
        assert "│ name      │ Alice     │" in screen.type(":xray k")
        assert "listpack · 20 B" in screen.type(":xray k bytes")
        assert "Which key?" in screen.type(":xray")
    finally:
        screen.backend.close()
