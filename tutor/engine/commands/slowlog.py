"""SLOWLOG (redis 7.0, slowlog.c); what gets into it stands in `tutor.engine.statistics.slowlog`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from tutor.engine import errors
from tutor.engine.arguments import ranged
from tutor.engine.helptext import help_of
from tutor.engine.registry import command
from tutor.engine.replies import OK, Reply, ReplyError
from tutor.engine.session import Session

_DEFAULT_COUNT = 10


@command("slowlog|get")
def slowlog_get(session: Session, argv: Sequence[bytes]) -> Reply:
    """SLOWLOG GET [count]: the newest first; -1 for all of them."""
    if len(argv) > 3:
        raise ReplyError(errors.subcommand_syntax("SLOWLOG", argv[1]))
    entries = session.engine.slowlog.entries
    count = _DEFAULT_COUNT
    if len(argv) == 3:
        count = ranged(argv[2], -1, 2**63 - 1, errors.SLOWLOG_COUNT)
    return [
        [one.id, one.at, one.usec, list(one.argv), one.peer.encode(), one.name]
        for one in islice(entries, len(entries) if count < 0 else min(count, len(entries)))
    ]


@command("slowlog|len")
def slowlog_len(session: Session, argv: Sequence[bytes]) -> Reply:
    """SLOWLOG LEN."""
    return len(session.engine.slowlog.entries)


@command("slowlog|reset")
def slowlog_reset(session: Session, argv: Sequence[bytes]) -> Reply:
    """SLOWLOG RESET: the entries go, their numbers go on."""
    session.engine.slowlog.entries.clear()
    return OK


@command("slowlog|help")
def slowlog_help(session: Session, argv: Sequence[bytes]) -> Reply:
    return help_of(session, b"slowlog")
