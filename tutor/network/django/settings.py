"""``CACHES`` as data: the notes' blocks and a learner's own file, read as literals, never run.

    text ─ ast.literal_eval ─▶ dictionary ─ checked ─▶ Settings: which URL means which server

A settings file names classes to be imported; here only those of `SERIALIZERS` and Django's Redis
backend are, and nothing else that would be imported is accepted.
"""

from __future__ import annotations

import ast
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from tutor.network.django.fleet import MASTER, MOST_REPLICAS

BACKEND = "django.core.cache.backends.redis.RedisCache"
JSON_SERIALIZER = "tutor.network.django.serializers.JSONSerializer"
SERIALIZERS = frozenset({JSON_SERIALIZER, "django.core.cache.backends.redis.RedisSerializer"})
LONGEST = 20_000
"""Characters of a settings text."""

Fault = Literal[
    "file",  # cannot be read
    "syntax",  # not Python
    "literal",  # something in it would have to be run
    "caches",  # no dictionary of dictionaries called CACHES
    "default",  # no alias "default"
    "backend",  # another backend
    "key",  # an unknown key of an alias
    "option",  # an unknown option, or one that imports
    "location",  # not an address of Redis
    "replicas",  # more servers than there can be
]
_KEYS = frozenset({"BACKEND", "LOCATION", "TIMEOUT", "KEY_PREFIX", "VERSION", "OPTIONS"})
_OPTIONS = frozenset(
    {
        "serializer",
        "db",
        "socket_timeout",
        "socket_connect_timeout",
        "health_check_interval",
        "max_connections",
        "protocol",
    }
)


class SettingsError(ValueError):
    """``detail`` is the word, file or message that ``fault`` is about; ``line`` counts from 1 (0:
    not known)."""

    def __init__(self, fault: Fault, detail: str = "", line: int = 0) -> None:
        super().__init__(f"{fault}: {detail}")
        self.fault, self.detail, self.line = fault, detail, line


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One URL of LOCATION. ``server`` is the embedded server that stands for it."""

    url: str
    host: str
    port: int
    db: int
    password: str
    server: str

    @property
    def address(self) -> str:
        """As the settings name it."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Settings:
    """``caches`` is what Django gets, ``endpoints`` the URLs of each alias in Django's order."""

    text: str
    caches: Mapping[str, Mapping[str, Any]]
    endpoints: Mapping[str, Sequence[Endpoint]] = field(default_factory=dict)

    @property
    def replicas(self) -> int:
        """How many replicas these settings reach."""
        named = {one.server for each in self.endpoints.values() for one in each} - {MASTER}
        return max((int(name.removeprefix("replica")) for name in named), default=0)

    @property
    def password(self) -> str:
        """The servers' password: the first that a URL names."""
        each = (one.password for ones in self.endpoints.values() for one in ones)
        return next(filter(None, each), "")

    def endpoint(self, host: str, port: int) -> Endpoint | None:
        """What a connection's host and port stand for."""
        return next(
            (one for each in self.endpoints.values() for one in each
             if (one.host, one.port) == (host, port)), None)  # fmt: skip


def read_file(path: str | Path) -> Settings:
    """Settings of a file. Raises `SettingsError`."""
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise SettingsError("file", f"{path}: not a file")
        with open(path, encoding="utf-8") as file:
            text = file.read(LONGEST + 1)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingsError("file", f"{path}: {reason}") from None
    return read(text)


def read(text: str) -> Settings:
    """Settings of a text: ``CACHES = {…}`` (other assignments are passed over), or the dictionary
    alone. Raises `SettingsError`."""
    caches = _literal(text)
    if not isinstance(caches, dict) or not all(
        isinstance(alias, str) and isinstance(each, dict) for alias, each in caches.items()
    ):
        raise SettingsError("caches")
    if "default" not in caches:
        raise SettingsError("default")
    for alias, each in caches.items():
        _check(alias, each)
    return Settings(text, caches, _endpoints(caches))


def _literal(text: str) -> Any:
    if len(text) > LONGEST:
        raise SettingsError("caches", f"{len(text)} > {LONGEST}")
    try:
        body = ast.parse(text).body
    except SyntaxError as error:
        raise SettingsError("syntax", error.msg, error.lineno or 0) from None
    except (ValueError, MemoryError, RecursionError) as error:
        raise SettingsError("syntax", str(error)) from None
    node: ast.expr | None = None
    for one in body:
        named = isinstance(one, ast.Assign) and [ast.unparse(each) for each in one.targets]
        alone = isinstance(one, ast.Expr) and isinstance(one.value, ast.Dict) and len(body) == 1
        if isinstance(one, (ast.Assign, ast.Expr)) and (named == ["CACHES"] or alone):
            node = one.value
    if node is None:
        raise SettingsError("caches")
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, MemoryError, RecursionError):
        culprit = next((one for one in ast.walk(node) if not isinstance(one, _DATA)), node)
        raise SettingsError(
            "literal", ast.unparse(culprit)[:60], getattr(culprit, "lineno", 0)
        ) from None


_DATA = (ast.Dict, ast.List, ast.Tuple, ast.Set, ast.Constant, ast.Load, ast.UnaryOp, ast.USub)


def _check(alias: str, params: Mapping[str, Any]) -> None:
    for key in params:
        if key not in _KEYS:
            raise SettingsError("key", str(key))
    if params.get("BACKEND") != BACKEND:
        raise SettingsError("backend", str(params.get("BACKEND", alias)))
    options = params.get("OPTIONS", {})
    if not isinstance(options, dict):
        raise SettingsError("option", "OPTIONS")
    for key, value in options.items():
        if key not in _OPTIONS:
            raise SettingsError("option", str(key))
        if key == "serializer" and value not in SERIALIZERS:
            raise SettingsError("option", f"serializer: {value}")


def _urls(params: Mapping[str, Any]) -> list[str]:
    location = params.get("LOCATION", "")
    urls = re.split("[;,]", location) if isinstance(location, str) else location
    if not isinstance(urls, (list, tuple)) or not urls:
        raise SettingsError("location", repr(location)[:60])
    for url in urls:
        if not isinstance(url, str):
            raise SettingsError("location", repr(url)[:60])
    return list(urls)


def _endpoints(caches: Mapping[str, Mapping[str, Any]]) -> dict[str, list[Endpoint]]:
    servers: dict[tuple[str, int], str] = {}
    found: dict[str, list[Endpoint]] = {}
    for alias, params in caches.items():
        found[alias] = []
        for url in _urls(params):
            host, port, db, password = _parts(url)
            server = servers.get((host, port)) or _server_for(host, list(servers.values()))
            servers[host, port] = server
            found[alias].append(Endpoint(url, host, port, db, password, server))
    return found


def _parts(url: str) -> tuple[str, int, int, str]:
    try:
        parts = urlsplit(url)
        port = parts.port or 6379
        db = int(parts.path.strip("/") or 0)
    except ValueError:
        raise SettingsError("location", url) from None
    if parts.scheme != "redis" or parts.query:
        raise SettingsError("location", url)
    return unquote(parts.hostname or "localhost"), port, db, unquote(parts.password or "")


def _server_for(host: str, taken: Sequence[str]) -> str:
    """A host that calls itself a replica is one; of the others the first is the master."""
    wanted = re.fullmatch(r"(?:replica|slave)[-_]?(\d?).*", host)
    if wanted is None and MASTER not in taken:
        return MASTER
    free = [name for number in range(1, MOST_REPLICAS + 1)
            if (name := f"replica{number}") not in taken]  # fmt: skip
    if not free:
        raise SettingsError("replicas", host)
    named = f"replica{wanted[1]}" if wanted is not None else ""
    return named if named in free else free[0]


_HEAD = f'CACHES = {{\n    "default": {{\n        "BACKEND": "{BACKEND}",\n'
_ONE = '        "LOCATION": "redis://127.0.0.1:6379/1",\n'


def _block(lines: str) -> str:
    return f"{_HEAD}{lines}    }}\n}}\n"


BLOCKS: Mapping[str, str] = {
    "single": _block(f'{_ONE}        "TIMEOUT": 300,\n        "KEY_PREFIX": "myapp",\n'),
    "replicas": _block(
        '        "LOCATION": [\n'
        '            "redis://master:6379",\n'
        '            "redis://replica1:6379",\n'
        '            "redis://replica2:6379",\n'
        "        ],\n"
    ),
    "password": _block('        "LOCATION": "redis://:password@10.0.0.10:6379",\n'),
    "swapped": _block(
        '        "LOCATION": [\n'
        '            "redis://replica1:6379",\n'
        '            "redis://master:6379",\n'
        "        ],\n"
    ),
    "default": _block(_ONE),
    "forever": _block(f'{_ONE}        "TIMEOUT": None,\n'),
    "zero": _block(f'{_ONE}        "TIMEOUT": 0,\n'),
    "negative": _block(f'{_ONE}        "TIMEOUT": -1,\n'),
    "prefix": _block(f'{_ONE}        "KEY_PREFIX": "shop",\n        "VERSION": 2,\n'),
    "json": _block(
        f'{_ONE}        "KEY_PREFIX": "myapp",\n'
        f'        "OPTIONS": {{"serializer": "{JSON_SERIALIZER}"}},\n'
    ),
}
"""Ready settings by name; the first three are the notes'."""
