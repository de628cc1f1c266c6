"""The attacks of the security lab against a redis-server that is set up alike.

The attacker comes from an address of this machine that is not loopback: only so do protected mode
and ``bind`` mean to the real server what they mean in the lab. Where there is none, those two are
skipped, and the rest is compared over loopback. Paths and the rogue master are others than in the
lab: a folder of the test, and a port where nobody listens.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.oracle.compare import neutral
from tests.oracle.conftest import _answers, _free_port, _server_program
from tests.oracle.raw import Error, Neutral, RawConnection, Simple
from tutor.engine.replies import Reply, ReplyError
from tutor.labs.security.administrator import Administrator
from tutor.labs.security.attacks import ATTACKS, DATA, FOUND, FOUND_OWN, SSH_KEY, Line
from tutor.labs.security.frame import Knobs
from tutor.labs.security.passwords import guess
from tutor.labs.security.settings import (
    ATTACKER,
    LOOPBACK,
    PRIVATE,
    PUBLIC,
    Setting,
    setting_of,
)
from tutor.labs.security.site import HOME, Site

_BUSY_MS = 60
_CASES = [
    *(("attacks", name) for name in ("open", "protected", "bind", "password", "renamed", "acl")),
    *(("rights", name) for name in ("one-password", "renamed", "acl", "acl-commands", "acl-read")),
]
_FOREIGN = ("protected", "bind")
_KNOWN_BY_ORDER = frozenset({b"KEYS", b"SCAN", b"HGETALL"})


def foreign_address() -> str | None:
    """An address of this machine that is not loopback. Nothing is sent to find it out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            address = str(probe.getsockname()[0])
            probe.close()
            with socket.create_server((address, 0)):
                return None if address.startswith("127.") else address
        except OSError:
            return None


class From(RawConnection):
    """A connection from and to an address of this machine."""

    def __init__(self, address: str, port: int) -> None:
        self._socket = socket.create_connection((address, port), 60, (address, 0))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb")


def conf_of(setting: Setting, address: str, folder: Path) -> str:
    """redis.conf of a setting: inwards is loopback here, outwards the other address."""
    outwards = "*" in setting.directives["bind"]  # type: ignore[operator]
    lines = [f"bind 127.0.0.1{f' {address}' if outwards and address != LOOPBACK else ''}"]
    lines.append(f"protected-mode {'yes' if setting.directives['protected_mode'] else 'no'}")
    password = setting.directives["requirepass"]
    assert isinstance(password, bytes)
    lines += [f"requirepass {password.decode()}"] if password else []
    lines += [f'rename-command {name.decode()} ""' for name in setting.renames]
    lines += [f"user {' '.join(user)}" for user in setting.users]
    configs = setting.directives["enable_protected_configs"]
    lines += [f"enable-protected-configs {configs}", f"dir {folder}", 'save ""']
    lines.append(f"busy-reply-threshold {_BUSY_MS}")
    return "\n".join(lines) + "\n"


@contextlib.contextmanager
def real(setting: Setting, address: str, folder: Path) -> Iterator[int]:
    """A redis-server set up like that; its port."""
    program = _server_program()
    port = _free_port()
    file = folder / "redis.conf"
    file.write_text(conf_of(setting, address, folder) + f"port {port}\n")
    process = subprocess.Popen([program, str(file)], stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not _says_something(port):
            time.sleep(0.01)
        yield port
    finally:
        process.kill()
        process.wait()


def _says_something(port: int) -> bool:
    if _answers(port):
        return True
    try:
        with RawConnection(port) as connection:
            return isinstance(connection.call(b"PING"), Error)  # NOAUTH
    except OSError:
        return False


Say = Callable[[Sequence[bytes]], Neutral]


def play(say: Say, attack: str, swap: dict[bytes, bytes]) -> list[tuple[bytes, Neutral]]:
    """An attack line by line; what is said depends on the replies as it does in the lab."""
    told: list[tuple[bytes, Neutral]] = []
    listed: list[bytes] = []
    refused = False
    lines = list(ATTACKS[attack])
    if attack == "guess":
        lines += [Line((b"AUTH", guess(number))) for number in range(1, 18)]
    for line in lines:
        if line.if_refused and not refused:
            continue
        words = tuple(swap.get(word, word) for word in line.words)
        if words[-1] in (FOUND, FOUND_OWN):
            names = [one for one in listed if words[-1] == FOUND or one.startswith(b"app:")]
            if not names:
                continue
            words = (*words[:-1], *names)
        reply = in_order(words, say(words))
        if words[0] == b"KEYS" and isinstance(reply, list):
            listed = reply
        if words[0] == b"SCAN" and isinstance(reply, list):
            listed = reply[1]
        if words[0] != b"INFO" or isinstance(reply, Error):
            told.append((words[0], reply))
        refused = isinstance(reply, Error)
        if refused and line.must:
            break
    return told


def in_order(words: Sequence[bytes], reply: Neutral) -> Neutral:
    """The same reply in an order that does not depend on anybody's hash seed."""
    if words[0] not in _KNOWN_BY_ORDER or not isinstance(reply, list):
        return reply
    if words[0] == b"SCAN":
        return [reply[0], sorted(reply[1])]
    return sorted(reply)


def ours(setting: Setting, attack: str) -> list[tuple[bytes, Neutral]]:
    """What the lab's attacker is told."""
    site = Site(7, setting)
    site.master.engine.config.busy_reply_threshold = _BUSY_MS
    admin = Administrator(site, setting.admin, setting.app)
    admin.fill()
    found = site.connect(ATTACKER, PUBLIC)
    if isinstance(found, ReplyError):
        code = found.message if found.message.startswith("DENIED") else "refused"
        return [(b"", Error(code.encode()))]
    session = found

    def say(argv: Sequence[bytes]) -> Neutral:
        replies: list[Reply] = []
        site.send(session, argv, replies.append)
        if not replies:  # a script without an end
            site.simulation.run_until(site.simulation.now + _BUSY_MS * 1000 + 1000)
            busy: list[Reply] = []
            other = site.connect(LOOPBACK, LOOPBACK)
            assert not isinstance(other, ReplyError)
            if setting.admin.words:
                site.send(other, setting.admin.words, busy.append)
                busy.clear()
            site.send(other, (b"GET", b"app:page:1"), busy.append)
            site.send(other, (b"SCRIPT", b"KILL"), busy.append)
            return [neutral(one) for one in (*busy, *replies)]
        return neutral(replies[0])

    words = setting.stolen.words
    login = [(words[0], say(words))] if words else []
    site.rogue(())
    return login + play(say, attack, {b"/root/.ssh": b"/root/.ssh"})


def denied(setting: Setting, address: str) -> bool:
    """Whether protected mode speaks first."""
    conf = setting.directives
    return bool(conf["protected_mode"] and not conf["requirepass"] and address != LOOPBACK)


def theirs(
    setting: Setting, attack: str, address: str, port: int, folder: Path
) -> list[tuple[bytes, Neutral]]:
    """What the real server tells him."""
    with RawConnection(port) as admin:
        if setting.admin.words:
            admin.call(*setting.admin.words)
        for command in DATA.values():
            admin.call(*command)
        try:
            attacker = From(address, port)
        except ConnectionRefusedError:
            return [(b"", Error(b"refused"))]
        with attacker:
            words = setting.stolen.words
            if denied(setting, address):
                return [(b"", attacker.receive())]

            def say(argv: Sequence[bytes]) -> Neutral:
                if argv[0] != b"EVAL":
                    return attacker.call(*argv)
                attacker.send(*argv)
                if not attacker.quiet(_BUSY_MS / 1000 + 0.15):
                    return attacker.receive()
                said = [admin.call(b"GET", b"app:page:1"), admin.call(b"SCRIPT", b"KILL")]
                return [*said, attacker.receive()]

            login = [(words[0], say(words))] if words else []
            swap = {
                ATTACKER.encode(): b"127.0.0.1", b"6379": b"1",
                b"/root/.ssh": str(folder / "ssh").encode(),
                b"/var/spool/cron": str(folder / "ssh").encode(),
            }  # fmt: skip
            told = login + play(say, attack, swap)
        admin.call(b"REPLICAOF", b"NO", b"ONE")
    return told


def until_the_rogue(told: list[tuple[bytes, Neutral]]) -> list[tuple[bytes, Neutral]]:
    """What is said before the data of the rogue master come (in the lab alone); his address is
    told in one way."""
    kept = told[:-1] if len(told) > 1 else told
    return [
        (name, Error(one.text.replace(b"'203.0.113.9' '6379'", b"'127.0.0.1' '1'")))
        if isinstance(one, Error)
        else (name, one)
        for name, one in kept
    ]


@pytest.mark.parametrize(("experiment", "name"), _CASES)
def test_every_attack_hears_what_the_real_server_says(
    experiment: str, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    address = foreign_address()
    if address is None and name in _FOREIGN:
        pytest.skip("this machine has no address but loopback: the real server sees no stranger")
    folder = tmp_path_factory.mktemp(f"{experiment}-{name}")
    (folder / "ssh").mkdir()
    setting = setting_of(experiment, name, Knobs())
    with real(setting, address or LOOPBACK, folder) as port:
        for attack in ATTACKS:
            mine = ours(setting, attack)
            told = theirs(setting, attack, address or LOOPBACK, port, folder)
            if attack == "replica":
                mine, told = until_the_rogue(mine), until_the_rogue(told)
            assert mine == told, attack


def test_where_protected_configs_are_allowed_the_file_is_written(
    tmp_path: Path,
) -> None:
    setting = setting_of("attacks", "open", Knobs(configs="yes"))
    (tmp_path / "ssh").mkdir()
    with real(setting, LOOPBACK, tmp_path) as port:
        told = theirs(setting, "file", LOOPBACK, port, tmp_path)
        bad = [
            (b"CONFIG", b"SET", b"dir", str(tmp_path / "nowhere").encode()),
            (b"CONFIG", b"SET", b"dbfilename", b"../x"),
        ]
        with RawConnection(port) as real_one:
            refusals = [real_one.call(*argv) for argv in bad]
    assert ours(setting, "file") == told
    assert [reply for _name, reply in told] == [Simple(b"OK")] * 5
    assert SSH_KEY in (tmp_path / "ssh" / "authorized_keys").read_bytes()
    site = Site(7, setting)
    session = site.connect(LOOPBACK, LOOPBACK)
    assert not isinstance(session, ReplyError)
    replies: list[Reply] = []
    for argv in bad:
        site.send(session, argv, replies.append)
    assert [neutral(one) for one in replies] == refusals
    assert site.master.engine.config.dir == HOME.encode()


def test_who_is_inside_stays_inside_until_the_connection_is_cut(tmp_path: Path) -> None:
    setting = setting_of("harden", "yours", Knobs())
    steps: list[tuple[int, tuple[bytes, ...]]] = [
        (0, (b"GET", b"app:page:1")),
        (1, (b"CONFIG", b"SET", b"requirepass", b"tea")),
        (0, (b"GET", b"app:page:1")),
        (2, (b"GET", b"app:page:1")),
        (1, (b"ACL", b"SETUSER", b"app", b"on", b">x", b"~app:*", b"+@read", b"-@dangerous")),
        (1, (b"ACL", b"SETUSER", b"default", b"off")),
        (0, (b"GET", b"app:page:1")),
        (2, (b"AUTH", b"tea")),
        (2, (b"AUTH", b"app", b"x")),
        (2, (b"KEYS", b"*")),
        (1, (b"CLIENT", b"KILL", b"TYPE", b"normal")),
    ]
    with real(setting, LOOPBACK, tmp_path) as port, contextlib.ExitStack() as stack:
        people = [stack.enter_context(RawConnection(port)) for _ in range(2)]
        told: list[Neutral] = []
        for who, argv in steps:
            if who == len(people):
                people.append(stack.enter_context(RawConnection(port)))
            told.append(people[who].call(*argv))
        with pytest.raises(ConnectionError):
            people[0].call(b"PING")
    site = Site(7, setting)
    sessions = [site.connect(LOOPBACK, LOOPBACK), site.connect(PRIVATE, PRIVATE)]
    replies: list[Reply] = []
    for who, argv in steps:
        if who == len(sessions):
            sessions.append(site.connect(LOOPBACK, LOOPBACK))
        session = sessions[who]
        assert not isinstance(session, ReplyError)
        site.send(session, argv, replies.append)
    assert [neutral(one) for one in replies] == told
    assert [isinstance(one, ReplyError) or site.stands(one) for one in sessions] == [
        False, True, False,
    ]  # fmt: skip
