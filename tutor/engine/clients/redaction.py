"""Words of a command that neither the slow log nor MONITOR may show: passwords, users' rules.

Redis 7.0 marks them in the commands themselves (`redactClientCommandArgument`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from tutor.engine.config.directives import DIRECTIVES

if TYPE_CHECKING:
    from tutor.engine.registry import Command

HIDDEN = b"(redacted)"
_SENSITIVE = frozenset(
    {"requirepass", "masterauth", "masteruser", "tls-key-file-pass", "tls-client-key-file-pass"}
)


def redacted(command: Command, argv: Sequence[bytes]) -> Sequence[bytes]:
    """The words as they may be shown."""
    secrets = _SECRETS.get(command.name)
    if secrets is None:
        return argv
    shown = list(argv)
    for at in secrets(argv):
        if at < len(shown):
            shown[at] = HIDDEN
    return shown


def _auth(argv: Sequence[bytes]) -> Iterable[int]:
    return range(1, len(argv)) if len(argv) <= 3 else ()


def _hello(argv: Sequence[bytes]) -> Iterable[int]:
    at = 2
    while at < len(argv):
        option, left = argv[at].lower(), len(argv) - 1 - at
        if option == b"auth" and left >= 2:
            yield from (at + 1, at + 2)
            at += 3
        elif option == b"setname" and left:
            at += 2
        else:
            return


def _setuser(argv: Sequence[bytes]) -> Iterable[int]:
    return range(2, len(argv))


def _config_set(argv: Sequence[bytes]) -> Iterable[int]:
    for at in range(2, len(argv) - 1, 2):
        row = DIRECTIVES.get(argv[at].decode("latin-1").lower())
        if row is not None and row.name in _SENSITIVE:
            yield at + 1


def _migrate(argv: Sequence[bytes]) -> Iterable[int]:
    at = 6
    while at < len(argv):
        option = argv[at].lower()
        if option == b"keys":
            return
        if option == b"auth":
            yield at + 1
            at += 1
        elif option == b"auth2":
            yield from (at + 1, at + 2)
            at += 2
        at += 1


_SECRETS: dict[str, Callable[[Sequence[bytes]], Iterable[int]]] = {
    "auth": _auth,
    "hello": _hello,
    "acl|setuser": _setuser,
    "config|set": _config_set,
    "migrate": _migrate,
}
