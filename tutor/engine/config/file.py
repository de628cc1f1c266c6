"""redis.conf: its text in, a `Config` and what else it says out, or Redis's fatal error.

The rules are those of redis 7.0, config.c, loadServerConfig: comments begin a line, words are
quoted as in `tutor.engine.cmdline`, names are told apart without regard to case, a directive given
twice takes the last value, but ``save`` lines add up until ``save ""``. ``include`` is carried out
where it stands, and ``dir`` at once, so it moves the files that later lines name.

Nothing here opens a file: that is the business of `Surroundings`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tutor.engine.cmdline import UnbalancedQuotes, escape, split
from tutor.engine.config import Config
from tutor.engine.config.directive_types import WRONG_NUMBER, BadValue, Flags, SpecialWords
from tutor.engine.config.directives import DIRECTIVES, Directive

VERSION = "7.0.15"
_CHUNK = 1024  # what one fgets of redis-server reads at most
_DEPTH = 64
_UNPRIVILEGED = (
    "The oom-score-adj-values configuration may not work for non-privileged processes! Please "
    "consult the documentation."
)
_IGNORED = frozenset({b"list-max-ziplist-entries", b"list-max-ziplist-value"}) | {
    b"lua-replicate-commands"
}
"""Directives of older versions, still taken with one argument and without effect."""


class Surroundings(Protocol):
    """The files around a configuration, whose methods raise OSError, and the log."""

    def read(self, pattern: bytes) -> list[bytes]:
        """The contents of a file, or of all files that match where ``pattern`` has wildcards."""
        ...

    def enter(self, folder: bytes) -> None:
        """``dir``: from now on relative paths begin there."""
        ...

    def try_append(self, path: bytes) -> None:
        """See whether a log file can be written to."""
        ...

    def warn(self, message: str) -> None:
        """Put a line into the log."""
        ...


class ConfigError(Exception):
    """The configuration is refused. ``line`` counts from 1; None if no single line is to blame."""

    def __init__(self, reason: bytes, line: int | None = None, text: bytes = b"") -> None:
        super().__init__(reason.decode("utf-8", "replace"))
        self.reason = reason
        self.line = line
        self.text = text

    def report(self) -> bytes:
        """What redis-server writes to stderr before it gives up."""
        parts = [b"\n*** FATAL CONFIG FILE ERROR (Redis %b) ***\n" % VERSION.encode()]
        if self.line is not None:
            parts.append(b"Reading the configuration file, at line %d\n" % self.line)
            parts.append(b">>> '%b'\n" % self.text)
        return b"".join(parts) + self.reason + b"\n"


class CannotOpen(Exception):
    """A configuration file is not there; the message is a line for the log."""

    def __init__(self, path: bytes, error: OSError) -> None:
        name = path.decode("utf-8", "replace")
        super().__init__(f"Fatal error, can't open config file '{name}': {error.strerror}")


@dataclass
class Loaded:
    """What a configuration says besides directives.

    ``users``: the words of each ``user`` line (name, rules …). ``renames``: what rename-command
    says, old and new name, all of it possible; an empty new name removes. ``modules``: the words of
    each ``loadmodule``. ``module_directives``: those whose names have a dot.
    """

    config: Config
    users: list[list[bytes]] = field(default_factory=list)
    renames: list[tuple[bytes, bytes]] = field(default_factory=list)
    modules: list[list[bytes]] = field(default_factory=list)
    module_directives: dict[bytes, bytes] = field(default_factory=dict)


UserCheck = Callable[[Sequence[Sequence[bytes]], Sequence[bytes]], "tuple[int, str] | None"]
"""(users so far, words of a ``user`` line with that word) → (index of the word to blame, why)."""


def load(
    config: Config,
    text: bytes,
    around: Surroundings,
    check_user: UserCheck | None = None,
) -> Loaded:
    """Read a configuration into ``config``. Raises `ConfigError` or `CannotOpen`.

    Without ``check_user`` only the form of ``user`` lines is looked at.
    """
    reader = _Reader(config, around, check_user)
    reader.read(text)
    reader.finish()
    return reader.loaded


def gather(
    around: Surroundings,
    path: bytes | None,
    read_input: Callable[[], bytes] | None,
    options: bytes | None,
) -> bytes:
    """The one text that redis-server makes of its file, its input and its command line.

    Raises `CannotOpen`.
    """
    parts = [] if path is None else [_contents(around, path)]
    if read_input is not None:
        parts.append(_as_read(read_input()))
    if options is not None:
        parts.append(b"\n" + options)
    return b"".join(parts)


def _contents(around: Surroundings, path: bytes) -> bytes:
    try:
        return b"".join(map(_as_read, around.read(path)))
    except OSError as error:
        raise CannotOpen(path, error) from None


def _as_read(data: bytes) -> bytes:
    """A file as C reads it: of each piece only what stands before a NUL."""
    if b"\0" not in data:
        return data
    stream = io.BytesIO(data)
    return b"".join(
        piece.partition(b"\0")[0] for piece in iter(lambda: stream.readline(_CHUNK), b"")
    )


class _Reader:
    def __init__(self, config: Config, around: Surroundings, check_user: UserCheck | None) -> None:
        self.loaded = Loaded(config)
        self._config = config
        self._around = around
        self._check_user = check_user
        self._save_given = False
        self._adding = True
        self._depth = 0
        self._commands: dict[bytes, None] | None = None

    def read(self, text: bytes) -> None:
        self._adding = True
        for number, untrimmed in enumerate(text.split(b"\n"), 1):
            line = untrimmed.strip(b" \t\r\n")
            if not line or line.startswith(b"#"):
                continue
            try:
                words = split(line.decode("utf-8", "surrogateescape"))
                if words:
                    words[0] = words[0].lower()
                    self._line(words)
            except UnbalancedQuotes:
                raise ConfigError(
                    b"Unbalanced quotes in configuration line", number, line
                ) from None
            except BadValue as bad:
                reason = str(bad).encode("utf-8", "surrogateescape")
                raise ConfigError(reason, number, line) from None
        self._adding = False  # as in Redis: after an include each save line replaces all before

    def finish(self) -> None:
        """What is looked at when all lines are read."""
        config = self._config
        if config.logfile:
            try:
                self._around.try_append(config.logfile)
            except OSError as error:
                raise ConfigError(
                    b"Can't open the log file: %b" % (error.strerror or "").encode()
                ) from None
        if config.cluster_enabled and config.replicaof:
            raise ConfigError(b"replicaof directive not allowed in cluster mode")
        config.hz = min(max(config.hz, 1), 500)
        if config.watchdog_period:
            config.watchdog_period = max(config.watchdog_period, 1000 // config.hz * 2)

    def _line(self, words: list[bytes]) -> None:
        name, given = words[0], words[1:]
        row = DIRECTIVES.get(name.decode("latin-1"))
        if row is not None:
            self._directive(row, given)
            return
        if name in _IGNORED and len(given) == 1:
            return
        form = _FORMS.get(name)
        if form is not None and form.least <= len(given) <= form.most:
            form.carry_out(self, given)
        elif b"." in name:
            if not given:
                raise BadValue("Module config specified without value")
            self.loaded.module_directives[name] = b" ".join(given)
        else:
            raise BadValue("Bad directive or wrong number of arguments")

    def _directive(self, row: Directive, given: list[bytes]) -> None:
        kind, old = row.kind, getattr(self._config, row.attribute)
        value: Any
        if row.attribute == "save":
            self._save(row, given)
            return
        if isinstance(kind, (SpecialWords, Flags)):
            value = kind.parse_words(_apart(given), old)
        elif len(given) != 1:
            raise BadValue(WRONG_NUMBER)
        else:
            value = kind.parse(given[0], old)
        if row.attribute == "dir":
            self._enter(value)
        elif row.attribute == "oom_score_adj_values" and list(value) != sorted(value):
            self._around.warn(_UNPRIVILEGED)
        setattr(self._config, row.attribute, value)

    def _enter(self, folder: bytes) -> None:
        try:
            self._around.enter(folder)
        except OSError as error:
            raise BadValue(error.strerror or "") from None

    def _save(self, row: Directive, given: list[bytes]) -> None:
        kind = row.kind
        assert isinstance(kind, SpecialWords)
        words = _apart(given)
        points = kind.parse_words(words, ())
        fresh = not self._adding or not self._save_given or words == [b""]
        self._config.save = points if fresh else self._config.save + points
        self._save_given = self._save_given or self._adding

    # lines that are no directives

    def _include(self, given: list[bytes]) -> None:
        if self._depth >= _DEPTH:
            raise BadValue("The included files include each other")
        self._depth += 1
        self.read(_contents(self._around, given[0]))
        self._depth -= 1

    def _rename_command(self, given: list[bytes]) -> None:
        old, new = given
        names = self._known_commands()
        if old.lower() not in names:
            raise BadValue("No such command in rename-command")
        del names[old.lower()]
        if new:
            if new.lower() in names:
                raise BadValue("Target command name already exists")
            names[new.lower()] = None
        self.loaded.renames.append((old, new))

    def _known_commands(self) -> dict[bytes, None]:
        if self._commands is None:
            from tutor.engine.table import load_table  # long to read, and for hardly anybody

            self._commands = dict.fromkeys(name.encode() for name in load_table())
        return self._commands

    def _user(self, given: list[bytes]) -> None:
        words = [b"user", *given]
        if self._check_user is not None:
            trouble = self._check_user(self.loaded.users, words)
            if trouble is not None:
                blamed = words[trouble[0]].decode("utf-8", "surrogateescape")
                raise BadValue(f"Error in user declaration '{blamed}': {trouble[1]}")
        self.loaded.users.append(given)

    def _load_module(self, given: list[bytes]) -> None:
        self.loaded.modules.append(given)

    def _sentinel(self, given: list[bytes]) -> None:
        if given:
            raise BadValue("sentinel directive while not in sentinel mode")


def _apart(given: list[bytes]) -> list[bytes]:
    """A directive of several words may have them in one: ``save "900 1"``."""
    if len(given) != 1 or not given[0]:
        return given
    try:
        return split(given[0].decode("utf-8", "surrogateescape"))
    except UnbalancedQuotes:
        return []


@dataclass(frozen=True)
class _Form:
    """A line that is no directive: how many words may follow its name, and what to do."""

    least: int
    most: int
    carry_out: Callable[[_Reader, list[bytes]], None]


_MANY = 1 << 30
_FORMS = {
    b"include": _Form(1, 1, _Reader._include),
    b"rename-command": _Form(2, 2, _Reader._rename_command),
    b"user": _Form(1, _MANY, _Reader._user),
    b"loadmodule": _Form(1, _MANY, _Reader._load_module),
    b"sentinel": _Form(0, _MANY, _Reader._sentinel),
}


def options_text(arguments: Iterable[bytes]) -> bytes:
    """The command line's options as lines of a configuration (redis 7.0, server.c: main).

    ``--name`` begins a line, all other words are its values, quoted. A word that begins with
    ``--`` is a value if the name before it has none yet; ``--save`` alone means ``save ""``.
    """
    words = list(arguments)
    text = bytearray()
    may_begin = True
    for at, word in enumerate(words):
        if not may_begin or not word.startswith(b"--"):
            text += _quoted(word) + b" "
            may_begin = True
            continue
        if text:
            text += b"\n"
        text += word[2:] + b" "
        may_begin = not _is_one_word(word)
        if may_begin:
            continue
        last = at == len(words) - 1
        followed = not last and words[at + 1].startswith(b"--")
        if word.lower() == b"--save" and (last or followed):
            text += b'""'
        may_begin = followed and word.lower() in (b"--save", b"--sentinel")
    return bytes(text)


def _is_one_word(word: bytes) -> bool:
    try:
        return len(split(word.decode("utf-8", "surrogateescape"))) == 1
    except UnbalancedQuotes:
        return False


def _quoted(word: bytes) -> bytes:
    return b'"' + escape(word, readable=False).encode() + b'"'
