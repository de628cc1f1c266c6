"""Any line and any reply: redis-cli and we talk to a server that the test invents.

Not the server but the client is the oracle here: how redis-cli cuts a line into words, and how it
prints what no command happens to answer.
"""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.network.server import Server
from tests.oracle.tally import TALLY
from tutor.console.lexer import UnbalancedQuotes, split
from tutor.console.pipe import Pipe
from tutor.console.remote import RemoteBackend
from tutor.console.repeat import BadRepeat, repeated

CALM = settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Inventor:
    """Answers the n-th command with the n-th reply; greetings of redis-cli are not counted."""

    def __init__(self) -> None:
        self.replies: list[bytes] = []
        self.heard: list[list[bytes]] = []
        self.server = Server(self._answer)

    def _answer(self, argv: list[bytes]) -> bytes:
        if argv[:1] == [b"HELLO"]:
            return b"%0\r\n"
        if argv[:2] == [b"COMMAND", b"DOCS"] or argv == [b"COMMAND"]:
            return b"*0\r\n"
        self.heard.append(argv)
        return self.replies.pop(0) if self.replies else b"+OK\r\n"

    def begin(self, replies: list[bytes] | None = None) -> None:
        self.replies, self.heard = list(replies or ()), []


@pytest.fixture(scope="module")
def inventor() -> Iterator[Inventor]:
    inventor = Inventor()
    yield inventor
    inventor.server.close()


@pytest.fixture(scope="module")
def redis_cli() -> str:
    program = shutil.which("redis-cli")
    if program is None:
        pytest.skip("redis-cli is not installed")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    if "7.0.15" not in said.stdout:
        pytest.skip(f"the oracle is redis-cli 7.0.15; here is: {said.stdout.strip()}")
    return program


def theirs(program: str, port: int, script: bytes, *options: str) -> bytes:
    command = [program, "-p", str(port), *options]
    return subprocess.run(
        command, input=script, capture_output=True, timeout=60, check=False
    ).stdout


# lines

LINES = st.text(alphabet="ab \"'\\xn4fЖ\t\v\r12-", max_size=24)


@CALM
@given(lines=st.lists(LINES, min_size=1, max_size=25))
def test_a_line_is_cut_as_redis_cli_cuts_it(
    redis_cli: str, inventor: Inventor, lines: list[str]
) -> None:
    expected: list[list[bytes]] = []
    for line in lines:
        try:
            argv = split(line)
            times, argv = repeated(argv)
        except (UnbalancedQuotes, BadRepeat):
            continue
        assume(times < 50)
        expected += [argv] * times if argv else []
    inventor.begin()
    theirs(redis_cli, inventor.server.port, "\n".join(lines).encode() + b"\n")
    TALLY.calls += len(lines)
    assert inventor.heard == expected


# replies

TEXT = st.one_of(
    st.binary(max_size=8).map(lambda data: data.replace(b"\r", b"").replace(b"\n", b"")),
    st.sampled_from(["Привет".encode(), b"OK", b"a b", b""]),
)
NO_NUL = TEXT.map(lambda data: data.replace(b"\0", b""))


def bulk(data: bytes) -> bytes:
    return b"$%d\r\n%s\r\n" % (len(data), data)


def aggregate(mark: bytes, items: list[bytes], count: int) -> bytes:
    return b"%s%d\r\n%s" % (mark, count, b"".join(items))


SCALARS = st.one_of(
    st.integers(-(2**63), 2**63 - 1).map(lambda n: b":%d\r\n" % n),
    st.binary(max_size=12).map(bulk),
    TEXT.map(bulk),
    NO_NUL.map(lambda data: b"+%s\r\n" % data),
    NO_NUL.map(lambda data: b"-ERR %s\r\n" % data),
    st.just(b"$-1\r\n"),
)
SCALARS_OF_3 = st.one_of(
    SCALARS,
    st.sampled_from([b"_\r\n", b"#t\r\n", b"#f\r\n", b",1.5\r\n", b",inf\r\n", b",3.10\r\n"]),
    TEXT.map(lambda data: b"=%d\r\ntxt:%s\r\n" % (len(data) + 4, data)),
)


def arrays(inner: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    sizes = st.one_of(st.lists(inner, max_size=4), st.lists(inner, min_size=9, max_size=11))
    return sizes.map(lambda items: aggregate(b"*", items, len(items)))


def aggregates_of_3(inner: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    sets = st.lists(inner, max_size=3).map(lambda items: aggregate(b"~", items, len(items)))
    names = st.lists(st.binary(max_size=3), max_size=3, unique=True)
    maps = names.flatmap(
        lambda keys: st.tuples(*[inner] * len(keys)).map(
            lambda values: aggregate(
                b"%", [bulk(k) + v for k, v in zip(keys, values, strict=True)], len(keys)
            )
        )
    )
    return st.one_of(arrays(inner), sets, maps)


REPLIES_OF_2 = st.recursive(SCALARS, arrays, max_leaves=12)
REPLIES_OF_3 = st.recursive(SCALARS_OF_3, aggregates_of_3, max_leaves=12)


def check(program: str, inventor: Inventor, replies: list[bytes], resp: int, raw: bool) -> None:
    script = b"R\n" * len(replies)
    options = [*(["-3"] if resp == 3 else []), "--raw" if raw else "--no-raw"]
    inventor.begin(replies)
    expected = theirs(program, inventor.server.port, script, *options)
    inventor.begin(replies)
    out = io.BytesIO()
    backend = RemoteBackend(inventor.server.url, resp)
    Pipe(backend, raw=raw, readable=False, out=out).run(io.BytesIO(script))
    backend.close()
    TALLY.calls += len(replies)
    assert out.getvalue() == expected


@CALM
@given(replies=st.lists(REPLIES_OF_2, min_size=1, max_size=20), raw=st.booleans())
def test_any_reply_of_resp2_is_printed_as_by_redis_cli(
    redis_cli: str, inventor: Inventor, replies: list[bytes], raw: bool
) -> None:
    check(redis_cli, inventor, replies, 2, raw)


@CALM
@given(replies=st.lists(REPLIES_OF_3, min_size=1, max_size=20), raw=st.booleans())
def test_any_reply_of_resp3_is_printed_as_by_redis_cli(
    redis_cli: str, inventor: Inventor, replies: list[bytes], raw: bool
) -> None:
    check(redis_cli, inventor, replies, 3, raw)
