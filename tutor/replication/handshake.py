"""What a replica says to its master before it gets any data, as a table.

    PING ─▶ +PONG
    AUTH …, REPLCONF listening-port …, REPLCONF ip-address …, REPLCONF capa eof capa psync2
         ─▶ one answer each; all but AUTH's may be errors
    PSYNC <id> <offset> ─▶ +FULLRESYNC <id> <offset> | +CONTINUE <id> | an error

Redis 7.0, replication.c: syncWithMaster.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tutor.engine.config import Config

CAPABILITIES = (b"REPLCONF", b"capa", b"eof", b"capa", b"psync2")
_NOT_YET = (b"-NOAUTH", b"-NOPERM", b"-ERR operation not permitted")
"""Errors to PING that only mean that we have not logged in."""


@dataclass(frozen=True, slots=True)
class Step:
    """One question: ``words`` says it (None: there is nothing to say), ``refused`` what the log
    says of an error; ``fatal``: nothing comes after one."""

    words: Callable[[Config], Sequence[bytes] | None]
    refused: str
    fatal: bool = False


def _ping(config: Config) -> Sequence[bytes]:
    return (b"PING",)


def _auth(config: Config) -> Sequence[bytes] | None:
    if not config.masterauth:
        return None
    if config.masteruser:
        return (b"AUTH", config.masteruser, config.masterauth)
    return (b"AUTH", config.masterauth)


def _port(config: Config) -> Sequence[bytes]:
    port = config.replica_announce_port or config.port
    return (b"REPLCONF", b"listening-port", b"%d" % port)


def _address(config: Config) -> Sequence[bytes] | None:
    address = config.replica_announce_ip
    return (b"REPLCONF", b"ip-address", address) if address else None


def _capabilities(config: Config) -> Sequence[bytes]:
    return CAPABILITIES


GREETING = Step(_ping, "Error reply to PING from master: '{reply}'", fatal=True)

INTRODUCTION: Sequence[Step] = (
    Step(_auth, "Unable to AUTH to MASTER: {reply}", fatal=True),
    Step(_port, "(Non critical) Master does not understand REPLCONF listening-port: {reply}"),
    Step(_address, "(Non critical) Master does not understand REPLCONF ip-address: {reply}"),
    Step(_capabilities, "(Non critical) Master does not understand REPLCONF capa: {reply}"),
)


def is_greeting(reply: bytes) -> bool:
    """Whether the master lets us go on after PING."""
    return reply.startswith((b"+", *_NOT_YET))
