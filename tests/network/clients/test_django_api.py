"""Django's documented cache API, call by call: the same results and commands on both servers, and
the table of `docs/django-cache.md` (``UPDATE_GOLDENS=1`` writes it anew)."""

from __future__ import annotations

import asyncio
import os
import pickle
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmarks.processes import ServerProcess
from tutor.engine.replies import ReplyError
from tutor.network.django.serializers import JSONSerializer
from tutor.network.django.wirelog import Exchange, Peer, WireLog, tapped_pool

pytest.importorskip("django", reason="Django is not installed")

CALLS = Path(__file__).with_name("django_calls.txt")
DOCS = Path(__file__).parents[3] / "docs" / "django-cache.md"
BACKEND = "django.core.cache.backends.redis.RedisCache"
LOCATION = [f"redis://server{number}:6379/1" for number in range(3)]
RENEW = "UPDATE_GOLDENS=1 python -m pytest tests/network/clients/test_django_api.py"


@dataclass(frozen=True)
class Row:
    """What a call returned or raised, and what it sent."""

    section: str
    call: str
    result: str
    exchanges: tuple[Exchange, ...]


def reversed_key(key: str, prefix: str, version: int) -> str:
    """A KEY_FUNCTION."""
    return f"{key}|{version}|{prefix}"


def caches(port: int, log: WireLog) -> Mapping[str, Any]:
    """Django's own handler; all three servers of LOCATION are the one that is asked."""
    from django.core.cache import CacheHandler

    def connect(host: str, _port: int) -> tuple[str, int, Peer]:
        index = int(host.removeprefix("server"))
        return "127.0.0.1", port, Peer(host, index, host, 1, lambda: "")

    def block(serializer: Any = None, **params: Any) -> dict[str, Any]:
        options = {"pool_class": tapped_pool(connect, log)}
        if serializer is not None:
            options["serializer"] = serializer
        return {"BACKEND": BACKEND, "LOCATION": LOCATION, "OPTIONS": options, **params}

    handler = CacheHandler(
        {
            "default": block(),
            "shop": block(KEY_PREFIX="shop", VERSION=5, TIMEOUT=None),
            "keyed": block(KEY_FUNCTION=f"{__name__}.reversed_key"),
            "json": block(JSONSerializer),
        }
    )
    names = ("shop", "keyed", "json")
    return {"cache": handler["default"], **{name: handler[name] for name in names}}


def result_of(call: str, names: Mapping[str, Any]) -> str:
    """What it returned, or the error, or the warning."""

    def run() -> Any:
        if not call.startswith("await "):
            return eval(call, dict(names))

        async def later() -> Any:
            return await eval(call.removeprefix("await "), dict(names))

        return asyncio.run(later())

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            said = repr(run())
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
    told = "".join(f" ({one.category.__name__})" for one in caught)
    said = re.sub(r"0x[0-9a-f]+", "0x…", said)
    return re.sub(r": attribute lookup .*", "", said) + told


def play(port: int) -> Iterator[Row]:
    """Every call of the file."""
    log = WireLog()
    names = caches(port, log)
    for name in names:
        for _ in range(16):
            names[name].get("warm")  # every connection that there can be is made
    section = ""
    for line in CALLS.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            section = line.removeprefix("# ")
            names["cache"]._cache.get_client(None, write=True).flushall()
        elif line:
            mark = log.count
            result = result_of(line, names)
            yield Row(section, line, result, tuple(log.since(mark)))


def wire(row: Row) -> list[tuple[bool, tuple[bytes, ...], object]]:
    """What is compared: whether the first server or another was asked, what, and the answer."""
    return [
        (one.index == 0, one.argv, str(one.reply) if isinstance(one.reply, ReplyError) else
         one.reply)
        for one in row.exchanges if not one.handshake
    ]  # fmt: skip


@pytest.mark.oracle
def test_results_and_wire_are_the_same(ours: ServerProcess, theirs: ServerProcess) -> None:
    mine, real = list(play(ours.port)), list(play(theirs.port))
    assert len(mine) > 120
    for one, other in zip(mine, real, strict=True):
        assert (one.call, one.result) == (other.call, other.result)
        assert wire(one) == wire(other), one.call


@pytest.mark.oracle
def test_handshakes_are_the_same(ours: ServerProcess, theirs: ServerProcess) -> None:
    said = []
    for server in (ours, theirs):
        log = WireLog()
        caches(server.port, log)["cache"].get("k")
        said.append([
            (one.argv, str(one.reply) if isinstance(one.reply, ReplyError) else type(one.reply))
            for one in log.since(0)
        ])  # fmt: skip
    assert said[0] == said[1]
    assert said[0]


def test_writes_go_to_the_first_server_and_reads_to_another(ours: ServerProcess) -> None:
    reading = {b"GET", b"MGET"}
    for row in play(ours.port):
        for one in row.exchanges:
            if one.handshake or "get_client" in row.call:
                continue
            if one.argv[0] in reading:
                assert one.index > 0, row.call
            elif one.argv[0] != b"EXISTS":
                assert one.index == 0, row.call


# the documentation


def _word(word: bytes) -> str:
    if word[:2] == b"\x80\x05":
        return f"pickle({pickle.loads(word)!r})"
    text = word.decode("utf-8", "backslashreplace")
    text = text if text.isprintable() and text and " " not in text else repr(text)
    return text if len(text) <= 40 else f"{text[:37]}…"


def _reply(reply: object) -> str:
    if isinstance(reply, ReplyError):
        return str(reply)
    if reply is None:
        return "(nil)"
    if isinstance(reply, list):
        return f"[{', '.join(map(_reply, reply))}]"
    return _word(reply) if isinstance(reply, bytes) else str(reply)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _code(text: str) -> str:
    text = text if len(text) <= 100 else f"{text[:97]}…"
    fence = "``" if "`" in text else "`"
    return f"{fence}{_cell(text)}{fence}"


def versions() -> str:
    """Whose calls these are; other versions order the options of SET in another way."""
    import django
    import redis

    return f"Django {'.'.join(map(str, django.VERSION[:2]))}, redis-py {minor(redis.__version__)}."


def minor(version: str) -> str:
    """``8.1`` of ``8.1.0``."""
    return ".".join(version.split(".")[:2])


def document(rows: list[Row]) -> str:
    """The page."""
    lines = [
        "# Django's cache, call by call",
        "",
        "What each call of Django's cache API sends to Redis, and to which server, when `LOCATION`",
        "is a list: **first** is the server for writing, **other** one of the rest, drawn anew for",
        "every call. Written down at the sockets of Django's own `RedisCache`: redis-tutor and",
        "redis-server 7.0.15 are sent the same commands and give the same replies.",
        "",
        versions(),
        "",
        "This page is written by a test and checked by it:",
        "",
        "```sh",
        RENEW,
        "```",
        "",
        "Try any of it: `redis-tutor django`. `pickle(…)` stands for the bytes of a pickle of",
        "protocol 5.",
    ]
    section = ""
    for row in rows:
        if row.section != section:
            section = row.section
            lines += ["", f"## {section}", "", "| call | result | server | command → reply |",
                      "|---|---|---|---|"]  # fmt: skip
        calls = [one for one in row.exchanges if not one.handshake]
        sent = "<br>".join(
            _code(f"{' '.join(map(_word, one.argv))} → {_reply(one.reply)}") for one in calls
        )
        servers = "<br>".join("first" if one.index == 0 else "other" for one in calls)
        lines.append(f"| {_code(row.call)} | {_code(row.result)} | {servers or '–'} | "
                     f"{sent or 'nothing is sent'} |")  # fmt: skip
    return "\n".join(lines) + "\n"


def test_the_page_says_what_happens(ours: ServerProcess) -> None:
    page = document(list(play(ours.port)))
    if os.environ.get("UPDATE_GOLDENS"):
        DOCS.write_text(page, encoding="utf-8")
    if versions() not in DOCS.read_text(encoding="utf-8"):
        pytest.skip(f"the page was written with other versions; here is {versions()}")
    assert DOCS.read_text(encoding="utf-8") == page, f"renew it: {RENEW}"
