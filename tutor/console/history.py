"""The history of typed lines, kept across runs; secrets are not."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from tutor.i18n import _
from tutor.resources import state_folder

__all__ = ["History", "is_secret"]

_KEPT = 5000
_SECRET_DIRECTIVES = frozenset(
    {"requirepass", "masterauth", "masteruser", "tls-key-file-pass", "tls-client-key-file-pass"}
)


def is_secret(line: str) -> bool:
    """True if the line carries a password, however misspelt or unfinished.

    AUTH, ACL SETUSER, CONFIG SET of a password, HELLO … AUTH, MIGRATE … AUTH or AUTH2, SENTINEL …
    auth-pass (redis 7.0, redis-cli.c: `isSensitiveCommand`, and a little more).
    """
    from tutor.console.lexer import tokens
    from tutor.console.spelling import as_latin

    words = [as_latin(token.value.decode("utf-8", "replace")).lower() for token in tokens(line)]
    if words and words[0].isdigit():  # a repeat count
        del words[0]
    return bool(words) and _carries_password(words[0], words[1:])


def _carries_password(name: str, rest: Sequence[str]) -> bool:
    if name == "auth":
        return True
    if name == "acl":
        return rest[:1] == ["setuser"]
    if name == "config":
        return rest[:1] == ["set"] and not _SECRET_DIRECTIVES.isdisjoint(rest[1::2])
    if name == "hello":
        return "auth" in rest
    if name == "migrate":
        return "auth" in rest or "auth2" in rest
    return name == "sentinel" and ("auth-pass" in rest or "auth-user" in rest)


class History:
    """Lines in ``console-history`` of the state folder, oldest first; shared by prompt and TUI.

    Nothing is raised: if the file cannot be used, ``problem`` says so (in the present language)
    and the history lives in memory.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._cause: OSError | None = None
        self._path: Path | None = None
        self._lines: list[str] = []
        try:
            self._path = path or state_folder() / "console-history"
            self._lines = self._load(self._path)
        except (OSError, RuntimeError) as error:  # RuntimeError: no home directory
            self._fail(error)

    @property
    def problem(self) -> str:
        """Why history will not be kept, or ""."""
        if self._cause is None:
            return ""
        reason = self._cause.strerror or str(self._cause)
        where = self._path or ""
        text = _("The history of commands will not be kept: {path}: {reason}")
        return text.format(path=where, reason=reason)

    def lines(self) -> list[str]:
        """What was typed, oldest first."""
        return self._lines

    def append(self, line: str) -> None:
        """Remember a line unless it is empty, secret, or the same as the last."""
        line = line.strip()
        if not line or "\n" in line or line == (self._lines or [""])[-1] or is_secret(line):
            return
        self._lines.append(line)
        if self._path is None or self._cause is not None:
            return
        try:
            with self._open(self._path, os.O_APPEND) as file:
                file.write(line.encode("utf-8", "surrogateescape") + b"\n")
        except OSError as error:
            self._fail(error)

    def _load(self, path: Path) -> list[str]:
        """Read the file, cutting it when it has grown too long, and see that it can be written."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._open(path, os.O_APPEND):
            pass
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        lines = [line for line in text.split("\n") if line]
        if len(lines) > 2 * _KEPT:
            lines = lines[-_KEPT:]
            shorter = path.with_name(f"{path.name}.{os.getpid()}")
            with self._open(shorter, os.O_TRUNC) as file:
                file.write(
                    "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
                )
            os.replace(shorter, path)
        return lines

    @staticmethod
    def _open(path: Path, mode: int) -> BinaryIO:
        """Open for writing; only the owner may read what was typed."""
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | mode, 0o600), "wb")

    def _fail(self, error: OSError | RuntimeError) -> None:
        self._cause = error if isinstance(error, OSError) else OSError(str(error))
