"""Users, permissions, ACL files and the log of refusals beside the real server's.

Seeded, so bounded; `ROUNDS` of each. Longer runs with other seeds found no difference.
"""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.oracle.acl_rules import random_command, random_rules, random_user, settled
from tests.oracle.compare import neutral, unordered
from tests.oracle.conftest import _answers, _free_port, _server_program
from tests.oracle.raw import Neutral, RawConnection
from tests.oracle.tally import TALLY
from tutor.engine.acl.files import check_user_line, load_text, save_text
from tutor.engine.acl.permissions import denial
from tutor.engine.acl.selector import c_string
from tutor.engine.engine import Engine
from tutor.engine.session import Session
from tutor.engine.table import CATEGORY_ORDER, CommandSpec, load_table

ROUNDS = 250


class Both:
    """The same words for our session and for the real server."""

    def __init__(self, port: int) -> None:
        self.engine = Engine()
        self.port = port
        self.pairs: dict[int, tuple[Session, RawConnection]] = {}

    def client(self, number: int) -> tuple[Session, RawConnection]:
        if number not in self.pairs:
            self.pairs[number] = (self.engine.connect(), RawConnection(self.port))
        return self.pairs[number]

    def ask(self, *argv: bytes, client: int = 1) -> tuple[Neutral, Neutral]:
        session, raw = self.client(client)
        TALLY.calls += 1
        return neutral(self.engine.execute(session, argv), session.resp), raw.call(*argv)

    def same(self, line: str, client: int = 1) -> Neutral:
        """Ask, and insist on the same answer, single commands of a description in any order."""
        ours, theirs = self.ask(*line.encode().split(), client=client)
        assert settled(ours) == settled(theirs), line
        return ours

    def close(self) -> None:
        for _, raw in self.pairs.values():
            raw.close()


@pytest.fixture
def both(redis_port: int) -> Iterator[Both]:
    two = Both(redis_port)
    two.ask(b"ACL", b"LOG", b"RESET")
    yield two
    _, raw = two.client(1)
    raw.call(
        b"ACL",
        b"DELUSER",
        *(name for name in raw.call(b"ACL", b"USERS") if name != b"default"),
        b"-",
    )
    two.close()


def _spec(words: list[bytes]) -> CommandSpec:
    spec = load_table()[words[0].decode()]
    return spec.subcommands[words[1].decode()] if spec.subcommands else spec


def test_random_rules_lead_to_the_same_user(both: Both) -> None:
    chance = random.Random(7)
    for _ in range(ROUNDS):
        rules = random_rules(chance)
        ours, theirs = both.ask(b"ACL", b"SETUSER", b"u", *rules)
        assert ours == theirs, rules
        for question in ("ACL GETUSER u", "ACL LIST"):
            both.same(question)


def test_random_users_may_run_the_same_commands(both: Both) -> None:
    chance = random.Random(7)
    _, raw = both.client(1)
    for _ in range(ROUNDS // 10):
        rules = random_user(chance)
        ours, theirs = both.ask(b"ACL", b"SETUSER", b"u", *rules)
        assert ours == theirs, rules
        for _ in range(40):
            words = random_command(chance)
            spec = _spec(words)
            if spec.arity not in (len(words), *range(-len(words), 0)):
                continue
            told = raw.call(b"ACL", b"DRYRUN", b"u", *words)
            TALLY.calls += 1
            denied = denial(both.engine.acl.users[b"u"].rights, spec, words)
            allowed = not isinstance(told, bytes)
            assert (denied is None) == allowed, (rules, words, told)
            if denied is not None:
                assert b"'%b' %b" % (c_string(denied.what), denied.reason.encode()) in told


@pytest.mark.parametrize("category", CATEGORY_ORDER)
def test_categories_have_the_same_commands(both: Both, category: str) -> None:
    ours, theirs = both.ask(b"ACL", b"CAT", category.encode())
    assert unordered(ours) == unordered(theirs)


# the log


def _log(both: Both) -> tuple[Neutral, Neutral]:
    """Every entry of both logs up to its age; of its client the user and the command."""

    def brief(entries: Neutral) -> Neutral:
        return [
            [*entry[:10], [part for part in entry[13].split() if part.startswith(b"cmd=")]]
            for entry in entries
        ]

    ours, theirs = both.ask(b"ACL", b"LOG", b"100")
    return brief(ours), brief(theirs)


def test_refusals_are_logged_alike(both: Both) -> None:
    both.same("ACL SETUSER u on >pw ~k* &ch* +@all -del -config")
    for line in (
        "AUTH u bad", "AUTH u bad", "auth u bad", "AUTH nobody x", "HELLO 3 AUTH u bad",
        "AUTH u pw", "GET x", "GET x", "SET x 1", "GET y", "DEL k", "CONFIG GET x", "GET x",
        "MGET k x y", "MULTI", "GET x", "DEL k", "AUTH u bad", "EXEC",
    ):  # fmt: skip
        both.same(line, client=2)
    ours, theirs = _log(both)
    assert ours == theirs
    both.same("CONFIG SET acllog-max-len 3")
    for key in "abcda":
        both.same(f"GET {key}", client=2)
    ours, theirs = _log(both)
    assert ours == theirs
    assert len(ours) == 3
    both.same("CONFIG SET acllog-max-len 0")
    both.same("GET e", client=2)
    both.same("ACL LOG")


def test_only_the_last_ten_entries_are_grouped(both: Both) -> None:
    both.same("ACL SETUSER u on nopass +get")
    both.same("AUTH u x", client=2)
    for number in range(12):
        both.same(f"GET {number}", client=2)
    for number in (0, 3, 0, 11):
        both.same(f"GET {number}", client=2)
    ours, theirs = _log(both)
    assert ours == theirs


# who is hung up on


def _is_connected(raw: RawConnection) -> bool:
    try:
        raw.call(b"PING")
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    ("rules", "subscription", "change"),
    [
        ("&*", "SUBSCRIBE a", "resetchannels"),
        ("&*", "SUBSCRIBE a", "resetchannels &a"),
        ("&a*", "SUBSCRIBE ab", "resetchannels &ab"),
        ("&a*", "SUBSCRIBE ab", "resetchannels &ax"),
        ("&a* &b", "SUBSCRIBE b", "resetchannels &b"),
        ("&a*", "PSUBSCRIBE a*", "resetchannels &*b &a"),
        ("&a*", "PSUBSCRIBE a*", "resetchannels (&a*)"),
        ("&a*", "SSUBSCRIBE a", "resetchannels &b"),
        ("&a*", "SUBSCRIBE ab", "resetchannels (allchannels)"),
        ("&a*", "SUBSCRIBE ab", "off -@all"),
        ("&a*", "SUBSCRIBE ab", "reset"),
        ("&a*", "PING", "reset"),
    ],
)
def test_subscribers_that_may_hear_no_longer_are_hung_up_on(
    both: Both, rules: str, subscription: str, change: str
) -> None:
    both.same(f"ACL SETUSER u on nopass +@all {rules}")
    both.same("AUTH u x", client=2)
    session, raw = both.client(2)
    raw.call(*subscription.encode().split())
    name, _, channel = subscription.partition(" ")
    kinds = {
        "SUBSCRIBE": session.subscriptions.channels,
        "PSUBSCRIBE": session.subscriptions.patterns,
        "SSUBSCRIBE": session.subscriptions.shard_channels,
    }
    kinds.get(name, {})[channel.encode()] = None
    both.same(f"ACL SETUSER u {change}")
    assert (session.id in both.engine.sessions) == _is_connected(raw)


def test_clients_of_a_deleted_user_are_hung_up_on(both: Both) -> None:
    both.same("ACL SETUSER u on nopass +@all")
    both.same("AUTH u x", client=2)
    both.same("AUTH u x", client=3)
    both.same("ACL DELUSER u nobody", client=3)
    for number in (1, 2):
        session, raw = both.client(number)
        assert (session.id in both.engine.sessions) == _is_connected(raw)
    assert both.client(3)[0].closing
    assert not _is_connected(both.client(3)[1])


# files


@pytest.fixture(scope="module")
def acl_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """A server with an ACL file; its port and the file."""
    folder = tmp_path_factory.mktemp("acl")
    file, port = folder / "users.acl", _free_port()
    file.write_bytes(b"")
    command = [_server_program(), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    command += ["--aclfile", str(file), "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not _answers(port) and time.monotonic() < deadline:
        time.sleep(0.01)
    yield port, file
    process.terminate()
    process.wait()


def _random_file(chance: random.Random) -> bytes:
    lines: list[bytes] = []
    for name in chance.sample(["default", "a", "b", "c\xff", "a", "x y", ""], chance.randrange(5)):
        first = chance.choice(("user", "user", "user", "user", " user", "USER", "# user"))
        rules = [rule for rule in random_rules(chance) if not _crashes(rule)]
        if name == "default":  # who must be able to load the next file
            rules = [*(rule for rule in rules if b"\0" not in rule), b"on", b"nopass", b"+@all"]
        blank = chance.choice((b" ", b" ", b" ", b"  ", b" \t"))
        words = [first.encode(), name.encode("latin-1"), *rules]
        lines.append(blank.join(words) + chance.choice((b"", b"", b"\r", b" ")))
        lines += [b""] * chance.randrange(2)
    return b"\n".join(lines) + chance.choice((b"", b"\n"))


def _crashes(rule: bytes) -> bool:
    """An open parenthesis makes redis 7.0.15 follow a null pointer."""
    return b"(" in rule or b")" in rule


FILES = (
    b"",
    b"user a\n",
    b"user\n",
    b"user a (+get",
    b"user a (+get ~x) on >p\nuser b\ton\n user  c on\r\nuser d \"on\"\n",
    b"user default on nopass +@all\nuser default on",
    b"user a on\tx\nuser b \ton\t\nuser e +acl|list|x",
    b"user z +\x00on foo\nuser y on",
    b"user a on foo +bar ~* ~x +@nope\nuser b <x\n\n# c\nuser b on",
)  # fmt: skip


def test_an_acl_file_is_read_and_written_alike(acl_server: tuple[int, Path]) -> None:
    port, file = acl_server
    chance = random.Random(7)
    engine = Engine()
    files = [*FILES, *(_random_file(chance) for _ in range(ROUNDS // 4))]
    with RawConnection(port) as raw:
        for text in files:
            file.write_bytes(text)
            told = neutral_error(raw.call(b"ACL", b"LOAD"))
            fault = load_text(engine.acl, text, str(file))
            TALLY.calls += 1
            assert fault == told, text
            raw.call(b"ACL", b"SAVE")
            assert settled_lines(save_text(engine.acl)) == settled_lines(file.read_bytes()), text


def neutral_error(reply: Neutral) -> str | None:
    text = getattr(reply, "text", b"OK").decode("utf-8", "surrogateescape")
    return None if text == "OK" else text.removeprefix("ERR ")


def settled_lines(text: bytes) -> Neutral:
    return [settled(line) for line in text.splitlines()]


def test_faulty_user_lines_are_blamed_alike(tmp_path: Path) -> None:
    chance = random.Random(7)
    program = _server_program()
    lines = [b"user a (+get", b"user a on (+get ~x", b"user a on", b"user a ~* ~x", b"user a on x"]
    for _ in range(ROUNDS // 5):
        words = [rule for rule in random_rules(chance) if rule and _is_plain(rule)]
        lines.append(b" ".join([b"user", b"u", *words]))
    for line in lines:
        config = tmp_path / "redis.conf"
        config.write_bytes(line + b"\nport 0\nsave ''\n")
        ran = subprocess.run([program, config], capture_output=True, timeout=60, check=False)
        told = ran.stdout + ran.stderr
        trouble = check_user_line([], line.split())
        TALLY.calls += 1
        if trouble is None:
            assert b"FATAL" not in told, line
        else:
            blamed = line.split()[trouble[0]]
            expected = b"Error in user declaration '%b': %b" % (blamed, trouble[1].encode())
            assert expected in told, line


def _is_plain(rule: bytes) -> bool:
    """Nothing that a configuration file cuts or quotes otherwise than spaces."""
    return all(0x21 <= byte < 0x7F and byte not in b"\"'\\()" for byte in rule)
