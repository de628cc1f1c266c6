"""CLIENT TRACKING, CACHING, TRACKINGINFO and GETREDIR: client-side caching (redis 7.0,
networking.c); what follows from it stands in `tutor.engine.clients.tracking`."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.arguments import integer
from tutor.engine.clients.tracking import Tracking
from tutor.engine.registry import command
from tutor.engine.replies import OK, Reply, ReplyError, SetReply
from tutor.engine.session import Session

_FLAGS = {
    b"bcast": "broadcast",
    b"optin": "opt_in",
    b"optout": "opt_out",
    b"noloop": "no_loop",
}


@command("client|tracking")
def client_tracking(session: Session, argv: Sequence[bytes]) -> Reply:
    """CLIENT TRACKING ON | OFF [REDIRECT id] [PREFIX prefix …] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]:
    an option given twice is given once, but for REDIRECT."""
    wanted, prefixes = _options(session, argv)
    mode = argv[2].lower()
    if mode == b"on":
        _check(session, wanted, prefixes)
        wanted.prefixes = set(prefixes or [b""]) if wanted.broadcast else set()
        session.engine.tracking.start(session, wanted)
    elif mode == b"off":
        session.engine.tracking.stop(session)
    else:
        raise ReplyError(errors.SYNTAX)
    return OK


def _options(session: Session, argv: Sequence[bytes]) -> tuple[Tracking, list[bytes]]:
    wanted, prefixes = Tracking(), []
    words = iter(enumerate(argv[3:], 4 - len(argv)))
    for at, word in words:
        option, more = word.lower(), at < 0
        if option == b"redirect" and more:
            if wanted.redirect:
                raise ReplyError(errors.TRACKING_TWO_TARGETS)
            wanted.redirect = integer(next(words)[1])
            if wanted.redirect not in session.engine.sessions:
                raise ReplyError(errors.TRACKING_NO_TARGET)
        elif option == b"prefix" and more:
            prefixes.append(next(words)[1])
        elif option in _FLAGS:
            setattr(wanted, _FLAGS[option], True)
        else:
            raise ReplyError(errors.SYNTAX)
    return wanted, prefixes


def _check(session: Session, wanted: Tracking, prefixes: list[bytes]) -> None:
    """Options must fit one another, and what the client has chosen before."""
    present = session.tracking
    if prefixes and not wanted.broadcast:
        raise ReplyError(errors.TRACKING_PREFIX)
    if present is not None and present.broadcast != wanted.broadcast:
        raise ReplyError(errors.TRACKING_SWITCH_BCAST)
    if wanted.broadcast and (wanted.opt_in or wanted.opt_out):
        raise ReplyError(errors.TRACKING_BCAST_OPT)
    if wanted.opt_in and wanted.opt_out:
        raise ReplyError(errors.TRACKING_OPTIN_OPTOUT)
    if present is not None and (
        (wanted.opt_in and present.opt_out) or (wanted.opt_out and present.opt_in)
    ):
        raise ReplyError(errors.TRACKING_SWITCH_OPT)
    existing = sorted(present.prefixes) if present is not None else []
    for at, prefix in enumerate(prefixes):
        for other in existing:
            if _overlap(prefix, other):
                raise ReplyError(errors.prefixes_overlap(prefix, other, existing=True))
        for other in prefixes[at + 1 :]:
            if _overlap(prefix, other):
                raise ReplyError(errors.prefixes_overlap(prefix, other, existing=False))


def _overlap(one: bytes, other: bytes) -> bool:
    return one.startswith(other) or other.startswith(one)


@command("client|caching")
def client_caching(session: Session, argv: Sequence[bytes]) -> Reply:
    """CLIENT CACHING YES | NO: whether what the next command reads is tracked."""
    tracking = session.tracking
    if tracking is None:
        raise ReplyError(errors.CACHING_OFF)
    word = argv[2].lower()
    if word == b"yes":
        if not tracking.opt_in:
            raise ReplyError(errors.CACHING_YES)
    elif word == b"no":
        if not tracking.opt_out:
            raise ReplyError(errors.CACHING_NO)
    else:
        raise ReplyError(errors.SYNTAX)
    tracking.caching = True
    return OK


@command("client|trackinginfo")
def client_trackinginfo(session: Session, argv: Sequence[bytes]) -> Reply:
    """CLIENT TRACKINGINFO: flags, redirection and prefixes."""
    tracking = session.tracking
    if tracking is None:
        return {b"flags": SetReply([b"off"]), b"redirect": -1, b"prefixes": []}
    flags = {
        b"on": True,
        b"bcast": tracking.broadcast,
        b"optin": tracking.opt_in,
        b"caching-yes": tracking.opt_in and tracking.caching,
        b"optout": tracking.opt_out,
        b"caching-no": tracking.opt_out and tracking.caching,
        b"noloop": tracking.no_loop,
        b"broken_redirect": tracking.broken,
    }
    return {
        b"flags": SetReply(flag for flag, holds in flags.items() if holds),
        b"redirect": tracking.redirect,
        b"prefixes": sorted(tracking.prefixes),
    }


@command("client|getredir")
def client_getredir(session: Session, argv: Sequence[bytes]) -> Reply:
    """CLIENT GETREDIR: the client that is told instead; 0 for none, -1 without tracking."""
    return session.tracking.redirect if session.tracking is not None else -1
