"""What COMMAND and its subcommands send, in RESP2 and RESP3, command by command; INFO's fields.

Left out of the comparison: the server's prose (notes, summary, complexity, history, replaced_by),
and the order of the commands, which is that of the server's hash table. Known to differ: COMMAND
DOCS answers once for a command that is named twice.
"""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.engine.table.generated import keyed_specs, whole_command
from tests.oracle.compare import (
    RawConnection,
    Typed,
    engine_like_the_oracle,
    neutral,
    unordered,
)
from tests.oracle.tally import TALLY
from tutor.engine.table import CATEGORY_ORDER

_PROSE = (b"summary", b"complexity", b"replaced_by")
_ENGINE = engine_like_the_oracle()
_NAMES = sorted(
    child.name
    for command in _ENGINE.commands.values()
    for child in (command, *command.subcommands.values())
)


def _replies(raw: RawConnection, resp: int, *words: bytes) -> tuple[Any, Any]:
    raw.call(b"HELLO", b"%d" % resp)
    reply = _ENGINE.execute(_ENGINE.connect(), words)
    TALLY.calls += 1
    return neutral(reply, resp), raw.call(*words)


def _pairs(aggregate: Any) -> list[list[Any]]:
    """The pairs of a map, in RESP3 or flat."""
    if isinstance(aggregate, Typed):
        return aggregate.items
    return [[aggregate[at], aggregate[at + 1]] for at in range(0, len(aggregate), 2)]


def _like(aggregate: Any, pairs: list[list[Any]]) -> Any:
    if isinstance(aggregate, Typed):
        return Typed(aggregate.kind, pairs)
    return [half for pair in pairs for half in pair]


def _row(row: list[Any]) -> list[Any]:
    """A row without notes, its subcommands in order of names."""
    specs, subcommands = row[8], row[9]
    items = specs.items if isinstance(specs, Typed) else specs
    cleaned = [_like(one, [pair for pair in _pairs(one) if pair[0] != b"notes"]) for one in items]
    row = [*row]
    row[8] = Typed(specs.kind, cleaned) if isinstance(specs, Typed) else cleaned
    if isinstance(subcommands, list):
        row[9] = sorted(map(_row, subcommands))
    return row


def _docs(doc: Any) -> Any:
    """A document with its prose blanked."""
    pairs = []
    for name, value in _pairs(doc):
        cleaned = value
        if name in _PROSE:
            cleaned = b""
        elif name == b"history":
            entries = value.items if isinstance(value, Typed) else value
            cleaned = [type(value).__name__, *[version for version, _ in entries]]
        elif name == b"subcommands":
            cleaned = sorted(([sub, _docs(one)] for sub, one in _pairs(value)), key=repr)
        pairs.append([name, cleaned])
    return _like(doc, pairs)


@pytest.mark.parametrize("resp", [2, 3])
@pytest.mark.parametrize("name", _NAMES)
def test_command_info(name: str, resp: int, raw: RawConnection) -> None:
    ours, theirs = _replies(raw, resp, b"COMMAND", b"INFO", name.encode())
    assert _row(ours[0]) == _row(theirs[0])


@pytest.mark.parametrize("resp", [2, 3])
@pytest.mark.parametrize("name", _NAMES)
def test_command_docs(name: str, resp: int, raw: RawConnection) -> None:
    ours, theirs = _replies(raw, resp, b"COMMAND", b"DOCS", name.encode())
    ((our_name, our_doc),), ((their_name, their_doc),) = _pairs(ours), _pairs(theirs)
    assert our_name == their_name == name.encode()
    assert type(ours) is type(theirs)
    assert _docs(our_doc) == _docs(their_doc)


def _agree(raw: RawConnection, *words: str) -> None:
    ours, theirs = _replies(raw, 2, b"COMMAND", *[word.encode() for word in words])
    assert unordered(ours) == unordered(theirs), words


def test_command_has_the_commands_of_the_real_server(raw: RawConnection) -> None:
    _agree(raw, "COUNT")
    _agree(raw, "LIST")
    for words in ([], [b"INFO"]):
        ours, theirs = _replies(raw, 2, b"COMMAND", *words)
        assert {row[0] for row in ours} == {row[0] for row in theirs}
    ours, theirs = _replies(raw, 3, b"COMMAND", b"DOCS")
    assert {name for name, _ in ours.items} == {name for name, _ in theirs.items}


def test_command_list_filters_as_the_real_server(raw: RawConnection) -> None:
    for category in (*CATEGORY_ORDER, "SLOW", "@read", "nosuch", ""):
        _agree(raw, "LIST", "FILTERBY", "ACLCAT", category)
    for pattern in ("*", "x*", "X*", "*|*", "config|*", "CONFIG|GET", "[a-c]*", "?et", "nosuch"):
        _agree(raw, "LIST", "filterby", "pattern", pattern)
    _agree(raw, "LIST", "FILTERBY", "MODULE", "nosuch")
    for wrong in ("FILTERBY", "FILTERBY ACLCAT", "FILTERBY NOSUCH read", "FILTERBY ACLCAT a b"):
        _agree(raw, "LIST", *wrong.split())
    _agree(raw, "LIST", "NOSUCH", "ACLCAT", "read")


@pytest.mark.parametrize("words", ["nosuch", "config|nosuch", "get|x", "|", "config|", "", "a b"])
def test_command_info_and_docs_of_what_does_not_exist(words: str, raw: RawConnection) -> None:
    _agree(raw, "INFO", *words.split(" "))
    _agree(raw, "DOCS", *words.split(" "))


_WORDS = b"""1 2 3 0 -1 2x +1 a b u8 STORE store get by limit KEYS auth STREAMS streams STOREDIST
GROUP COUNT BLOCK NOACK SET INCRBY OVERFLOW SAT m WITHDIST REPLACE"""
_ODD = """bitfield blmpop eval evalsha_ro fcall georadius georadiusbymember lmpop migrate pfcount
set sort sort_ro xread xreadgroup zmpop zunionstore"""


@pytest.mark.parametrize("subcommand", ["GETKEYS", "GETKEYSANDFLAGS"])
def test_command_getkeys_of_whole_commands_and_of_any_words(
    subcommand: str, raw: RawConnection
) -> None:
    random = Random(5)
    for spec in keyed_specs():
        for turn in range(60 if spec.name in _ODD.split() else 6):
            argv = whole_command(spec, random)
            if turn % 2:
                words = random.choices([*_WORDS.split(), b""], k=random.randint(1, 11))
                argv = [*spec.name.encode().split(b"|"), *words]
                argv = argv[: spec.arity] if spec.arity > 0 else argv
            ours, theirs = _replies(raw, 2, b"COMMAND", subcommand.encode(), *argv)
            assert ours == theirs, argv


@pytest.mark.parametrize(
    "words",
    ["GET", "GET k", "NOSUCH k", "CONFIG NOSUCH k", "CONFIG", "XGROUP", "PING x", "SPUBLISH c m",
     "GET a b", "MEMORY USAGE k", "OBJECT|FREQ k", "EVAL s 0", "EVAL s x k", "ZUNION 3 a b",
     "MIGRATE h 1 k 0 1 KEYS a", "EVAL s -1 k", "XREAD STREAMS a", "XREAD BLOCK"],
)  # fmt: skip
def test_command_getkeys_complains_as_the_real_server(words: str, raw: RawConnection) -> None:
    _agree(raw, "GETKEYS", *words.split())
    _agree(raw, "GETKEYSANDFLAGS", *words.split())


# INFO


def _sections(text: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in text.decode().split("\r\n"):
        if line.startswith("# "):
            fields = found[line[2:]] = []
        elif line:
            fields.append(line.partition(":")[0])
    return found


@pytest.mark.parametrize(
    "words", [[], [b"all"], [b"EVERYTHING"], [b"default"], [b"cpu", b"server"]]
)
def test_info_has_the_sections_and_fields_of_the_real_server(
    words: list[bytes], raw: RawConnection
) -> None:
    engine = engine_like_the_oracle()
    session = engine.connect()
    for argv in ([b"CONFIG", b"RESETSTAT"], [b"SET", b"k", b"v"], [b"GET"]):
        engine.execute(session, argv)
        raw.call(*argv)
    ours = _sections(engine.execute(session, [b"INFO", *words]))
    theirs = _sections(raw.call(b"INFO", *words))
    TALLY.calls += 1
    assert list(ours) == list(theirs)
    for name in ("Commandstats", "Latencystats"):
        ours.pop(name, None)
        theirs.pop(name, None)
    assert ours == theirs


def test_info_counts_as_the_real_server_does(raw: RawConnection) -> None:
    session = engine_like_the_oracle().connect()
    script = b"""CONFIG RESETSTAT|SET k v|GET k|GET nokey|GET k x|HGET k f|LPUSH k a|NOSUCH
    MGET k a b|EXISTS k a|TTL k|TYPE a|OBJECT ENCODING k|MULTI|GET k|NOSUCH|EXEC|MULTI|GET k
    HGET k f|EXEC|SET d v PX 1|DEBUG SLEEP 0.01|GET d|HSET h f v|HGET h f|HGET nokey f
    CLIENT FOO|CLIENT ID|CONFIG GET|INCR k|STRLEN k|DEL k h|RENAME k a|SADD s a b|SPOP s
    SINTER s nokey|SORT s|DUMP s|SCAN 0|RANDOMKEY|COPY s s2|SELECT 1|SELECT x"""
    for line in script.replace(b"\n", b"|").split(b"|"):
        session.engine.execute(session, line.split())
        raw.call(*line.split())
    wanted = {
        "total_commands_processed",
        "keyspace_hits",
        "keyspace_misses",
        "total_error_replies",
        "expired_keys",
        "evicted_keys",
    }
    ours, theirs = (
        {
            field: _counts(value)
            for line in text.decode().split("\r\n")
            for field, _, value in [line.partition(":")]
            if field in wanted or field.startswith(("errorstat_", "cmdstat_", "db"))
        }
        for text in (
            session.engine.execute(session, [b"INFO", b"ALL"]),
            raw.call(b"INFO", b"ALL"),
        )
    )
    TALLY.calls += 1
    assert ours == theirs


def _counts(value: str) -> str:
    """A line of commandstats without the time it took."""
    return ",".join(part for part in value.split(",") if not part.startswith("usec"))
