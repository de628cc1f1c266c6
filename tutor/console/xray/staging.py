"""Commands carried out for the sake of one look: in a fresh engine of our own, or on a real server.

The engine's clock stands still and its randomness comes from a seed, so that the same commands give
the same picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from tutor.console.aftermath import error_in
from tutor.console.backend import Backend, EmbeddedBackend
from tutor.console.cards import card, card_lines, quoting_card
from tutor.console.lexer import UnbalancedQuotes, quote, split
from tutor.console.reading import find_command
from tutor.console.remark import without_remark
from tutor.console.render import Line, render
from tutor.console.repeat import BadRepeat, repeated
from tutor.console.xray.server_sight import ServerSight
from tutor.console.xray.sight import WINDOW, Sight, part_of_change, sight_in
from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.inspect import Inspection, inspect
from tutor.engine.locate import remember
from tutor.engine.replies import BLOCKED, Reply
from tutor.engine.structures.window import Window
from tutor.engine.table import keys_of
from tutor.engine.world import World
from tutor.i18n import _

if TYPE_CHECKING:
    from tutor.console.remote import RemoteBackend

__all__ = [
    "CommandLine",
    "Failed",
    "Local",
    "Remote",
    "Stage",
    "look_after",
    "look_at_server",
    "peek",
    "run_lines",
]


class Failed(Exception):
    """Why there is nothing to look at; ``lines`` are to be shown."""

    def __init__(self, lines: Sequence[Line]) -> None:
        super().__init__("\n".join("".join(text for text, _role in line) for line in lines))
        self.lines = lines

    @classmethod
    def because(cls, text: str) -> Failed:
        """With one sentence."""
        return cls([[(text, "warning")]])


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A line with a command, and where it stands in a file: ``file:line``; "" for any other."""

    text: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class _Command:
    argv: list[bytes]
    place: str


class Stage(Protocol):
    """Where the commands run. Without a ``window`` a look is at the part that was changed last."""

    backend: Backend
    window: Window | None

    @property
    def db(self) -> int:
        """The database of the present client."""
        ...

    def has(self, key: bytes) -> bool:
        """Whether there is such a key now."""
        ...

    def run(self, argv: Sequence[bytes]) -> Reply:
        """Carry out a command of which nothing need be known later."""
        ...

    def run_last(self, argv: Sequence[bytes], keys: Sequence[bytes]) -> Reply:
        """Carry out the command whose doings to these keys will be asked for."""
        ...

    def look(self, key: bytes) -> Sight:
        """The key as it is now, and what the last command did to it, as far as it is known."""
        ...


class Local:
    """A world of its own: the same for the same seed."""

    def __init__(self, seed: int, window: Window | None) -> None:
        self.world = World(Engine(VirtualClock(), seed=seed))
        self.backend: Backend = EmbeddedBackend(self.world, may_serve=False)
        self.window = window

    @property
    def db(self) -> int:
        return self.world.session.db.index

    def has(self, key: bytes) -> bool:
        return inspect(self.world.engine, self.db, key, Window(0, 0)) is not None

    def run(self, argv: Sequence[bytes]) -> Reply:
        return self.world.engine.execute(self.world.session, argv)

    def run_last(self, argv: Sequence[bytes], keys: Sequence[bytes]) -> Reply:
        return self.backend.execute(argv)

    def look(self, key: bytes) -> Sight:
        return sight_in(self.world, self.db, key, self.window)


class Remote:
    """A real server at a URL. Raises `LinkError` if the address cannot be understood."""

    def __init__(self, url: str, window: Window | None, force: bool = False) -> None:
        from tutor.console.remote import RemoteBackend

        self._server = RemoteBackend(url)
        self.backend: Backend = self._server
        self.window = window
        self._force = force
        self._argv: tuple[bytes, ...] = ()
        self._before: dict[bytes, Inspection | None] = {}

    @property
    def db(self) -> int:
        return self._server.db

    def has(self, key: bytes) -> bool:
        return self._server.type(key) is not None

    def run(self, argv: Sequence[bytes]) -> Reply:
        if self.backend.streams(argv):
            raise Failed.because(_("{command} has no end.").format(command=_said(argv[:1])))
        return self.backend.execute(argv)

    def run_last(self, argv: Sequence[bytes], keys: Sequence[bytes]) -> Reply:
        for key in keys:
            seen = self.peek(key)
            self._before[key] = seen and remember(seen, argv)
        self._argv = tuple(argv)
        return self.run(argv)

    def look(self, key: bytes) -> Sight:
        """Raises `LinkError`, and `Failed` where the server or the bytes do not allow a look."""
        now = self.peek(key)
        if key not in self._before:
            return Sight(key, now)
        before = self._before[key]
        if self.window is None and before is not None and now is not None:
            part = part_of_change(self._argv, before, now)
            if part != now.window:
                now, before = now.at(part), replace(before.at(part), noted=before.noted)
        return Sight(key, now, before, self._argv, events=_event_of(self._argv))

    def peek(self, key: bytes) -> Inspection | None:
        """The key as it is now. Raises as `look` does."""
        return peek(self._server, key, self.window or Window(0, WINDOW), self._force)


def _event_of(argv: Sequence[bytes]) -> tuple[str, ...]:
    """The keyspace event of a command that can raise no other; a real server does not tell it."""
    name = argv[0].decode("utf-8", "replace").lower().removesuffix("x")
    return (name,) if name in ("lpush", "rpush") else ()


def peek(
    server: RemoteBackend, key: bytes, window: Window, force: bool = False
) -> Inspection | None:
    """A key of a real server. Raises `LinkError`, and `Failed` where the server or the bytes do
    not allow a look."""
    from tutor.engine.dumped import DamagedDump, UnknownDump
    from tutor.network.outside import DumpRefused, TooLarge

    try:
        return server.look(key, window, force)
    except (TooLarge, DumpRefused, UnknownDump, DamagedDump) as error:
        raise Failed.because(_why_not(error)) from error


def _why_not(error: Exception) -> str:
    """Why a server's key cannot be drawn."""
    from tutor.engine.dumped import DamagedDump, UnknownDump
    from tutor.network.outside import DumpRefused, TooLarge

    if isinstance(error, TooLarge):
        text = _(
            "The value takes about {size} MB, and a look fetches all of it. To look nevertheless: "
            "--force"
        )
        return text.format(size=error.size >> 20)
    if isinstance(error, DumpRefused):
        text = _("The server does not give the bytes of the key (DUMP): {message}")
        return text.format(message=error.message)
    if isinstance(error, UnknownDump) and error.kind is None:
        text = _("This server writes values in RDB version {version}, which is not known here.")
        return text.format(version=error.version)
    if isinstance(error, UnknownDump):
        text = _("A value of type {kind} of RDB version {version} is not known here.")
        return text.format(kind=error.kind, version=error.version)
    assert isinstance(error, DamagedDump), error
    return _("The bytes of the key contradict themselves: {message}").format(message=error)


def look_after(stage: Stage, lines: Iterable[CommandLine], key: bytes | None) -> Sight:
    """Carry out command lines and look at a key: what the last of them did to it is known then.

    Without a ``key`` it is one that the last command named. Empty lines and those that begin with
    ``#`` are no commands. Raises `Failed` where a command fails, and what `Stage.look` raises.
    """
    commands = [command for line in lines for command in _commands(line)]
    if not commands:
        if key is None:
            raise Failed.because(_("Which key? Name one, or run a command that has one: --run."))
        return stage.look(key)
    last = commands[-1]
    names = [key] if key is not None else _keys(last.argv)
    if not names and _complete(last.argv):
        text = _("Which key? {command} names none.")
        raise Failed.because(text.format(command=_said(last.argv)))
    for each in commands[:-1]:
        with _carrying_out(each):
            _check(stage, each.argv, stage.run(each.argv))
    db = stage.db
    with _carrying_out(last):
        _check(stage, last.argv, stage.run_last(last.argv, names))
    if not names:  # a command of a module: which words are keys is not known
        raise Failed.because(_("Which key? Name one, or run a command that has one: --run."))
    sight = _worth_showing(stage, names)
    return sight if stage.db == db else Sight(sight.key, sight.now)


def look_at_server(stage: Local, lines: Iterable[CommandLine], view: str) -> ServerSight:
    """Carry out command lines, listening to what this view of the whole server shows."""
    sight = ServerSight(stage.world, view)
    run_lines(stage, lines)
    return sight


def run_lines(stage: Local, lines: Iterable[CommandLine]) -> int:
    """Carry out command lines, all of which the world remembers; returns how many commands they
    were. Raises `Failed` where one fails."""
    commands = [command for line in lines for command in _commands(line)]
    for each in commands:
        with _carrying_out(each):
            _check(stage, each.argv, stage.run_last(each.argv, ()))
    return len(commands)


def _worth_showing(stage: Stage, names: Sequence[bytes]) -> Sight:
    """Of the keys of a command the last that is there and was changed, else the first that is
    there, else the first."""
    sights = [stage.look(name) for name in names if stage.has(name)]
    changed = [sight for sight in sights if sight.now != sight.before]
    return changed[-1] if changed else sights[0] if sights else stage.look(names[0])


def _commands(line: CommandLine) -> list[_Command]:
    """The command of a line as often as it is to be carried out."""
    if not line.text.strip() or line.text.lstrip().startswith("#"):
        return []
    text, _remark = without_remark(line.text)
    with _carrying_out(line):
        try:
            times, argv = repeated(split(text))
        except UnbalancedQuotes as error:
            wrong: Line = [(f"{text}: Invalid argument(s)", "error")]
            raise Failed([wrong, *card_lines(quoting_card(text, error))]) from error
        except BadRepeat as error:
            raise Failed.because(f"{text}: {error}") from error
    return [_Command(argv, line.place)] * times


@contextmanager
def _carrying_out(what: CommandLine | _Command) -> Iterator[None]:
    """Whatever fails, the file and the line are told first."""
    try:
        yield
    except Failed as error:
        if not what.place:
            raise
        raise Failed([[(f"{what.place}:", "label")], *error.lines]) from error


def _check(stage: Stage, argv: Sequence[bytes], reply: Reply) -> None:
    """Raises `Failed`, with the error and its card, if that was no answer to go on with."""
    if reply is BLOCKED:
        text = _("{command} waits for another client, and there is none here.")
        raise Failed.because(text.format(command=_said(argv)))
    error = error_in(reply)
    if error is None:
        return
    lines: list[Line] = [[(_said(argv), "command")], *render(reply, stage.backend.resp)]
    found = card(argv, error, stage.backend)
    raise Failed([*lines, *(card_lines(found) if found is not None else ())])


def _complete(argv: Sequence[bytes]) -> bool:
    """Whether there is such a command and it has words enough; else a server says it better."""
    spec = find_command(argv[0])
    if spec is None:
        return False
    return len(argv) == spec.arity or len(argv) >= -spec.arity > 0


def _keys(argv: Sequence[bytes]) -> list[bytes]:
    """The keys that a command names, each once."""
    spec = find_command(argv[0])
    try:
        return list(dict.fromkeys(argv[at] for at in keys_of(spec, argv))) if spec else []
    except ValueError:
        return []


def _said(argv: Sequence[bytes]) -> str:
    return " ".join(quote(word) for word in argv)
