"""Who may come in: the token in the path, the names by which we are reached, where a page is from.

A browser on this computer runs pages of strangers too. Such a page reaches a loopback port under a
name of its own (DNS rebinding: the Host header tells) or opens a WebSocket to it (the Origin header
tells); both are turned away, with a token or without one.
"""

from __future__ import annotations

import ipaddress
import secrets
import socket
from dataclasses import dataclass, field
from hmac import compare_digest
from urllib.parse import urlsplit

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(host: str) -> bool:
    """Whether only this computer reaches a server that listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def reached_at(host: str) -> str:
    """The name or address under which others find a server that listens at ``host``."""
    if host not in ("0.0.0.0", "::", ""):
        return host
    family = socket.AF_INET6 if host == "::" else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:  # nothing is sent
            probe.connect(("2001:db8::1" if host == "::" else "192.0.2.1", 9))
            return str(probe.getsockname()[0])
    except OSError:
        return socket.gethostname()


def new_token() -> str:
    """A secret of 128 bits that can stand in a path."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class Guard:
    """``host`` is where the server listens; ``token`` is the first part of every path ("": none is
    asked for); ``names`` are further names by which this computer is known."""

    host: str
    token: str = ""
    names: frozenset[str] = field(default_factory=lambda: _own_names())

    @property
    def base(self) -> str:
        """What every path begins with."""
        return f"/{self.token}/" if self.token else "/"

    def within(self, path: str) -> str | None:
        """The path behind the token, without a slash before it; None if the token is wrong."""
        if not self.token:
            return path.removeprefix("/")
        given, _slash, rest = path.removeprefix("/").partition("/")
        right = compare_digest(given.encode("utf-8", "surrogateescape"), self.token.encode())
        return rest if right else None

    def knows(self, host_header: str | None) -> bool:
        """Whether this Host header names us. Where all may come, any address of digits does: no
        stranger's name leads to it."""
        name = _name_of(host_header)
        if name in LOOPBACK_NAMES:
            return True
        if is_loopback(self.host) or not name:
            return name == self.host != ""
        return name == self.host or name in self.names or _is_address(name)

    def same_origin(self, origin: str | None, host_header: str | None) -> bool:
        """Whether the page that opens a WebSocket is ours: browsers always say where it is from."""
        if not origin or not host_header:
            return False
        parts = urlsplit(origin)
        return parts.scheme in ("http", "https") and origin.lower() == (
            f"{parts.scheme}://{host_header}".lower()
        )


def _name_of(host_header: str | None) -> str:
    """The name in a Host header, in small letters, without its port; "" if that is none."""
    if not host_header:
        return ""
    try:
        parts = urlsplit(f"//{host_header}")
        _port = parts.port
    except ValueError:
        return ""
    if parts.username is not None or parts.path or parts.query or parts.fragment:
        return ""
    return (parts.hostname or "").rstrip(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _own_names() -> frozenset[str]:
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    return frozenset({name, short, f"{short}.local"} - {""})
