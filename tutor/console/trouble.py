"""Why a server could not be reached, in words."""

from __future__ import annotations

from tutor.i18n import _
from tutor.network.link import LinkError

__all__ = ["explain"]


def explain(error: LinkError) -> str:
    """One or two sentences: what happened, what to do."""
    text = {
        "url": _("{address} is not an address: write redis://host:port/db, rediss:// or unix://."),
        "refused": _("Nobody listens at {address}. Is redis-server running there?"),
        "unresolved": _("The name of the host in {address} is unknown."),
        "timeout": _("{address} does not answer."),
        "tls": _("The TLS handshake with {address} failed."),
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
    }[error.trouble].format(address=error.address)
    telling = error.trouble not in ("refused", "unresolved", "timeout", "lost")
    return f"{text} ({error.detail})" if error.detail and telling else text
