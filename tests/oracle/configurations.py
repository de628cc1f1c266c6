"""Configurations for redis-server and for us: made by chance, and run on the real program.

What would harm the one who asks is left out: ``daemonize yes``, ports, sizes that take the memory
or the connection away.
"""

from __future__ import annotations

import contextlib
import random
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tutor.engine.config import Config
from tutor.engine.config.directive_types import Bool, Enum, Flags, Memory, Number, Octal, Percent
from tutor.engine.config.directives import DIRECTIVES, Directive

SOCKET = "s.sock"
ENDING = f"\nport 0\nunixsocket {SOCKET}\n".encode()
"""What every configuration ends with, so that servers do not meet."""

UNTRIED = frozenset(
    {
        "cluster-enabled",
        "daemonize",
        "databases",
        "dir",
        "io-threads",
        "maxclients",
        "maxmemory-clients",
        "pidfile",
        "server_cpulist",
        "supervised",
        "tls-cluster",
        "tls-port",
        "tls-replication",
        "unixsocket",
    }
)
"""Directives that are not given values by chance."""

_GOOD = {
    "aclfile": (b"",),
    "activedefrag": (b"no",),
    "bind": (b"127.0.0.1", b"127.0.0.1 -::1", b'"127.0.0.1 ::1"', b"", b'""', b"*"),
    "client-output-buffer-limit": (
        b"normal 0 0 0",
        b"replica 256mb 64mb 60",
        b"pubsub 32mb 8mb 60 replica 1gb 0 0",
        b'"slave 5mb 6mb 7"',
        b"normal 1gb 1gb ''",
        b"",
    ),
    "cluster-announce-hostname": (b"a.b-c", b"''"),
    "latency-tracking-info-percentiles": (b"50 99.9", b'"1 2 3"', b"", b'""', b"33.3333333"),
    "logfile": (b"''",),
    "notify-keyspace-events": (b"KEA", b"Kg", b'""', b"mnKE"),
    "oom-score-adj-values": (b"1 2 3", b"'0 200 800'", b"-5 0 ''"),
    "proc-title-template": (b'"{title} {port}"',),
    "replicaof": (b"127.0.0.1 1", b"no one", b"'127.0.0.1 1'"),
    "save": (b"900 1", b"60 5 30 7", b'""', b"'1 2'", b"", b"900 ''", b'"5 6 7 8"'),
    "shutdown-on-sigint": (b"now", b"save now force", b"'nosave force'", b"default"),
    "shutdown-on-sigterm": (b"NOW", b"save", b"default now"),
}
_BAD = (
    b"",
    b"x",
    b"a b",
    b"-1",
    b"99999999999999999999",
    b'"open',
    b"'glued'x",
    b"5mb # no",
    b"1.5",
    b"''",
    b"maybe",
    b"1001",
)
_TEXTS = (b"abc", b'"a b"', b"'it\\'s'", b'"\\x41\\n\\"q\\""', "«é»".encode(), b"\xff\xfe", b"''")

_OTHER_GOOD = (
    b"",
    b"  \t ",
    b"# a comment",
    b"   # HZ 5",
    b"list-max-ziplist-entries 5",
    b"lua-replicate-commands yes",
    b'rename-command FLUSHALL ""',
    b"rename-command get xget",
    b"rename-command flushdb flushall2",
    b"include no-such-*.conf",
    b"include more.conf",
    b"include m?re.[c]onf",
    b"user alice on >secret ~cache:* +@read",
    b"user bob",
    b"user carol on nopass ~* &* +@all (+get ~x)",
    b"sentinel",
    b"dir .",
)
_OTHER_BAD = (
    b"nope",
    b"nope 1 2",
    b"include",
    b"include no-such-file.conf",
    b"include a b",
    b"include broken.conf",
    b"rename-command nope x",
    b"rename-command get set",
    b"rename-command get",
    b"user",
    b"user dave zz",
    b"user erin on on on zz",
    b"user alice on",
    b"user frank (+get",
    b"loadmodule",
    b"a.b",
    b"sentinel monitor a b",
    b'hz "5',
    b"hz '5\"",
    b'"" 5',
    b"hz 5 6",
    b"dir /no/such/folder",
    b"dir",
    b"hz 5\x00 and what follows",
    b"list-max-ziplist-value",
)

FILES = {
    "more.conf": b"# more\nhz 33\nsave 7 7\n",
    "broken.conf": b"# a\n\nhz 44\n  maxmemory lots \nhz 45\n",
}
"""Files that `include` may name."""


class Maker:
    """Makes configurations from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def text(self) -> bytes:
        """A configuration, mostly good."""
        lines = [self._line() for _ in range(self.random.randint(1, 9))]
        end = self.random.choice((b"\n", b"\n", b"\r\n"))
        return end.join(lines) + ENDING

    def options(self) -> list[str]:
        """Words of a command line; a configuration file may come before."""
        words: list[str] = []
        for _ in range(self.random.randint(1, 4)):
            row = self._row()
            given = self._value(row).replace(b"\0", b"")
            text = given.decode("utf-8", "surrogateescape")
            name = self.random.choice(("--", "--", "--", "", "-", "---")) + row.name
            shape = self.random.randrange(6)
            if shape == 0:
                words.append(f"{name} {text}")
            elif shape == 1:
                words.append(name)
            elif shape == 2:
                words += [name, text.strip("\"'")]
            elif shape == 3 and row.name.endswith("save"):
                words.append("--save")
            else:
                words += [name, *text.split(" ")]
        return words

    def settings(self) -> list[tuple[bytes, bytes]]:
        """Pairs for CONFIG SET; some it refuses."""
        pairs = {}
        for _ in range(self.random.randint(0, 5)):
            row = self._row()
            value = self._value(row).strip(b"\"'")
            if not row.immutable and row.name not in ("bind", "requirepass", "protected-mode"):
                pairs[row.name.encode()] = value
        return list(pairs.items())

    def _row(self) -> Directive:
        while True:
            row = self.random.choice(list(DIRECTIVES.values()))
            if not {row.name, row.attribute.replace("_", "-")} & UNTRIED:
                return row

    def _line(self) -> bytes:
        chance = self.random.random()
        if chance < 0.15:
            return self.random.choice(_OTHER_GOOD)
        if chance < 0.19:
            return self.random.choice(_OTHER_BAD)
        row = self._row()
        name = row.name.encode()
        if self.random.random() < 0.2:
            name = self.random.choice((name.upper(), b'"%b"' % name, b"  " + name + b"\t"))
        return name + b" " + self._value(row)

    def _value(self, row: Directive) -> bytes:
        if self.random.random() < 0.04:
            return self.random.choice(_BAD)
        primary = row.attribute.replace("_", "-")
        if primary in _GOOD:
            return self.random.choice(_GOOD[primary])
        return self.random.choice(list(_values(row)))


def _values(row: Directive) -> Sequence[bytes]:
    kind = row.kind
    if isinstance(kind, Octal):
        return (b"700", b"0", b"0777", b"1000", b"8", b"''")
    if isinstance(kind, Percent):
        return (b"0", b"1gb", b"50%")
    if isinstance(kind, Memory):
        low = max(kind.low, 1 << 20)
        return (b"%d" % low, b"3mb", b"5gb", b"1500m", b"%d" % kind.low)
    if isinstance(kind, Number):
        return tuple(b"%d" % number for number in {kind.low, kind.low + 1, min(kind.high, 9)})
    if isinstance(kind, Bool):
        return (b"yes", b"no", b"YES", b'"no"')
    if isinstance(kind, (Enum, Flags)):
        return tuple(name.encode() for name in kind.names)
    return _TEXTS


@dataclass
class Outcome:
    """What a program made of a configuration.

    ``complaint``: what it refused it with, without time and process. ``settings``: CONFIG GET * of
    the running server. ``rewritten``: the file after CONFIG REWRITE. ``refused``: replies to CONFIG
    SET.
    """

    complaint: bytes = b""
    settings: dict[str, str] | None = None
    rewritten: bytes | None = None
    refused: list[str] = field(default_factory=list)


_STAMP = re.compile(rb"^\d+:[A-Z] \d\d \w{3} \d{4} [\d:.]+ . ", re.MULTILINE)
_NOT_OURS = re.compile(rb"Reading config from stdin\n")


def run_redis(
    program: str,
    folder: Path,
    text: bytes | None,
    options: Sequence[str] = (),
    given: bytes | None = None,
    settings: Sequence[tuple[bytes, bytes]] = (),
    password: bytes = b"",
    rewrite: bool = False,
) -> Outcome:
    """Start the real redis-server in ``folder``, ask it, end it.

    ``text`` becomes its file, ``given`` its standard input, which an option has to ask for.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    words = [program]
    if text is not None:
        (folder / "redis.conf").write_bytes(text)
        words.append("redis.conf")
    words += options
    if given is not None:
        (folder / "input").write_bytes(given)
    with contextlib.ExitStack() as stack:
        source = stack.enter_context(open(folder / "input", "rb")) if given is not None else None
        process = subprocess.Popen(
            words,
            cwd=folder,
            stdin=source or subprocess.DEVNULL,
            stdout=stack.enter_context(open(folder / "out", "wb")),
            stderr=stack.enter_context(open(folder / "err", "wb")),
        )
        outcome = Outcome()
        try:
            client = _client(process, folder / SOCKET, password)
            if client is not None:
                with contextlib.suppress(redis.exceptions.ConnectionError):  # it gave up after all
                    _ask(client, outcome, settings, rewrite)
        finally:
            process.kill()
            process.wait()
    if outcome.settings is None:
        said = (folder / "err").read_bytes()
        out = _NOT_OURS.sub(b"", _STAMP.sub(b"", (folder / "out").read_bytes()))
        outcome.complaint = said or out
    elif rewrite:
        outcome.rewritten = (folder / "redis.conf").read_bytes()
    return outcome


def _client(process: subprocess.Popen[bytes], path: Path, password: bytes) -> redis.Redis | None:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket(socket.AF_UNIX) as probe:  # redis-py would wait a second between tries
            if probe.connect_ex(str(path)) == 0:
                return redis.Redis(
                    unix_socket_path=str(path),
                    protocol=2,
                    password=password or None,
                    retry=Retry(NoBackoff(), 0),
                )
        time.sleep(0.002)
    return None


def _ask(
    client: redis.Redis,
    outcome: Outcome,
    settings: Sequence[tuple[bytes, bytes]],
    rewrite: bool,
) -> None:
    for name, value in settings:
        try:
            client.execute_command("CONFIG", "SET", name, value)
        except redis.exceptions.ResponseError as error:
            outcome.refused.append(str(error))
    flat = client.execute_command("CONFIG", "GET", "*")
    pairs = flat.items() if isinstance(flat, dict) else zip(flat[::2], flat[1::2], strict=True)
    outcome.settings = {name.decode(): value.decode("latin-1") for name, value in pairs}
    if rewrite:
        client.execute_command("CONFIG", "REWRITE")
    client.close()


def shown(config: Config) -> dict[str, str]:
    """CONFIG GET * of ours."""
    return {
        name: config.show(row).decode("latin-1")
        for name, row in DIRECTIVES.items()
        if not row.hidden
    }
