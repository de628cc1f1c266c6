"""An exchange as it stands on the wire: the bytes of a command, and those of its reply.

A client sends an array of bulk strings; what comes back depends on the protocol (`encoder`). Of a
long reply only the beginning is written: a prefix of the true bytes, with the true lengths.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tutor.engine.replies import BLOCKED, NO_REPLY, MapReply, Pairs, Push, Reply, SetReply, Verbatim
from tutor.network.encoder import encode

MOST = 16 * 1024
"""Bytes of either side that are written out."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """``request`` and ``reply`` are bytes, at most about `MOST` of each; ``whole_request`` and
    ``whole_reply`` tell whether that is all. ``waits``: the reply is still to come. ``client`` is
    the number of the client whose they are, 0 if they are one's own."""

    request: bytes
    reply: bytes
    resp: int
    whole_request: bool = True
    whole_reply: bool = True
    waits: bool = False
    client: int = 0


def exchange(argv: Sequence[bytes], reply: Reply, resp: int, most: int = MOST) -> Exchange:
    """What a command and its reply look like in protocol ``resp`` (2 or 3). Costs what is written,
    not the size of the reply."""
    request, whole_request = beginning(list(argv), 2, most)
    if reply is BLOCKED or reply is NO_REPLY:
        return Exchange(request, b"", resp, whole_request, True, reply is BLOCKED)
    answer, whole_reply = beginning(reply, resp, most)
    return Exchange(request, answer, resp, whole_request, whole_reply)


def beginning(reply: Reply, resp: int, most: int = MOST) -> tuple[bytes, bool]:
    """The first bytes of ``encode(reply, resp)``, at most ``most``, and whether they are all."""
    parts: list[bytes] = []
    left = most
    for part in _parts(reply, resp, most):
        parts.append(part[:left])
        left -= len(part)
        if left < 0:
            return b"".join(parts), False
    return b"".join(parts), True


def _parts(reply: Reply, resp: int, most: int) -> Iterator[bytes]:
    """The bytes piece by piece; what lies beyond ``most`` need not be right."""
    kind = type(reply)
    if kind in (bytes, Verbatim) and len(reply) > most:
        head = b"=%d\r\ntxt:" % (len(reply) + 4) if kind is Verbatim and resp == 3 else None
        yield b"$%d\r\n" % len(reply) if head is None else head
        yield reply[: most + 1]
    elif kind in _AGGREGATES and len(reply):
        items, count = _AGGREGATES[kind](reply, resp)
        yield encode(kind(), resp)[:1] + b"%d\r\n" % count
        for item in items:
            yield from _parts(item, resp, most)
    else:
        yield encode(reply, resp)


def _plain(reply: Any, resp: int) -> tuple[Iterator[Reply], int]:
    return iter(reply), len(reply)


def _halves(reply: Any) -> Iterator[Reply]:
    for pair in reply:
        yield from pair


def _of_map(reply: Any, resp: int) -> tuple[Iterator[Reply], int]:
    return _halves(reply.items()), len(reply) * (2 if resp == 2 else 1)


def _of_pairs(reply: Any, resp: int) -> tuple[Iterator[Reply], int]:
    return (_halves(reply), 2 * len(reply)) if resp == 2 else (map(list, reply), len(reply))


def _of_map_reply(reply: Any, resp: int) -> tuple[Iterator[Reply], int]:
    return (_halves(reply) if resp == 3 else iter(reply)), len(reply)


_AGGREGATES: dict[type, Any] = {
    list: _plain,
    tuple: _plain,
    SetReply: _plain,
    Push: _plain,
    dict: _of_map,
    Pairs: _of_pairs,
    MapReply: _of_map_reply,
}
