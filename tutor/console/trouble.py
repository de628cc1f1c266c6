"""Why a server could not be reached, in words."""

from __future__ import annotations

import errno

from tutor.i18n import _
from tutor.network.link import LinkError

__all__ = ["explain", "reason"]


def explain(error: LinkError) -> str:
    """One or two sentences: what happened, what to do."""
    text = {
        "url": _("{address} is not an address: write redis://host:port/db, rediss:// or unix://."),
        "refused": _("Nobody listens at {address}. Is redis-server running there?"),
        "unresolved": _("The name of the host in {address} is unknown."),
        "timeout": _("{address} does not answer."),
        "tls": _(
            "The TLS handshake with {address} failed. The address of a server without TLS begins "
            "with redis://"
        ),
        "auth": _(
            "The server at {address} did not accept the login. Put it into the address: "
            "redis://user:password@host:port"
        ),
        "handshake": _("The server at {address} refused the first commands of the session."),
        "lost": _(
            "The connection to {address} broke before the reply came: nobody knows whether the "
            "command was carried out. It was not sent again."
        ),
        "protocol": _("What answers at {address} does not speak Redis's protocol."),
        "other": _("No connection to {address}."),
    }[error.trouble].format(address=error.address or '""')
    telling = error.trouble not in ("refused", "unresolved", "timeout", "lost")
    return f"{text} ({error.detail})" if error.detail and telling else text


def reason(error: OSError) -> str:
    """Why a file could not be read or written, behind its name; what is rare in the system's own
    words."""
    text = {
        errno.ENOENT: _("there is no such file or folder"),
        errno.ENOTDIR: _("a part of the path is no folder"),
        errno.EISDIR: _("that is a folder"),
        errno.EACCES: _("access is not allowed"),
        errno.EPERM: _("access is not allowed"),
        errno.EROFS: _("the file system can only be read"),
        errno.ENOSPC: _("no space is left"),
    }.get(error.errno or 0, error.strerror or str(error))
    return f"{error.filename}: {text}" if error.filename else text
