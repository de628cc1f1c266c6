"""Words that the console itself understands: `help`, `clear`, `quit`, `:undo`, `:lang ru`, …

The table is open: `register` adds a word. A word with a colon never reaches Redis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tutor.console.backend import Backend, EmbeddedBackend
from tutor.console.confinement import closed, closed_text
from tutor.console.lexer import UnbalancedQuotes, quote, split
from tutor.console.render import Line
from tutor.i18n import LANGUAGES, MissingCatalog, _, language, ngettext

if TYPE_CHECKING:
    from tutor.engine.world import Loss
    from tutor.network.service import PortRefused

__all__ = ["ClientWord", "Host", "find", "is_word", "names", "register", "run", "words"]


class Host(Protocol):
    """Who shows the console: the plain prompt or the TUI."""

    backend: Backend
    raw: bool
    """Replies in the plain format."""
    readable: bool
    """Valid UTF-8 is printed as text."""

    def show(self, lines: Sequence[Line]) -> None:
        """Print under the prompt."""
        ...

    def clear(self) -> None:
        """Empty the screen."""
        ...

    def quit(self) -> None:
        """Leave."""
        ...

    def set_language(self, code: str) -> None:
        """Switch the interface, here and now; raises `tutor.i18n.MissingCatalog`."""
        ...


@dataclass(frozen=True, slots=True)
class ClientWord:
    """``syntax`` is shown by help (":client [N]"); ``summary`` is called when it is shown.

    ``run(host, arguments)`` does it; ``choices(host)`` are the arguments to complete. ``odd`` says
    what becomes of bytes that are no UTF-8 (an error handler of `bytes.decode`). With ``of_key``
    the first argument is a key, and the choices are for the second.
    """

    name: str
    syntax: str
    summary: Callable[[], str]
    run: Callable[[Host, Sequence[str]], None]
    choices: Callable[[], Sequence[str]] | None = None
    odd: str = "replace"
    of_key: bool = False


_words: dict[str, ClientWord] = {}
_ALIASES = {"?": "help", "exit": "quit", ":serve": "/serve"}


def register(word: ClientWord) -> None:
    """Add a word, or replace the one of the same name."""
    _words[word.name] = word


def words() -> Sequence[ClientWord]:
    """Every word, in order of the table."""
    return tuple(_words.values())


def names() -> Sequence[str]:
    """What may be typed: names and aliases."""
    return (*_words, *_ALIASES)


def find(name: str) -> ClientWord | None:
    """The word of this name, in any case."""
    lower = name.lower()
    return _words.get(_ALIASES.get(lower, lower))


def is_word(first: bytes, count: int) -> bool:
    """True if a line of ``count`` words that begins with ``first`` belongs to the console.

    As in redis-cli, ``clear`` with an argument is not the console's.
    """
    name = first.decode("utf-8", "replace").lower()
    if name == "clear" and count > 1:
        return False
    return find(name) is not None


def run(line: str, host: Host) -> bool:
    """Carry out a line that belongs to the console; False if it is one for Redis.

    A wrong argument is explained by `Host.show`; nothing is raised.
    """
    try:
        argv = split(line)
    except UnbalancedQuotes:
        return False
    if not argv:
        return False
    name = argv[0].decode("utf-8", "replace")
    if not is_word(argv[0], len(argv)):
        if not name.startswith(":"):
            return False
        complain(host, _("There is no {word}. Type help to see what there is.").format(word=name))
        return True
    word = find(name)
    assert word is not None
    word.run(host, [arg.decode("utf-8", word.odd) for arg in argv[1:]])
    return True


def say(host: Host, text: str) -> None:
    """Show a message of the console."""
    host.show([[(part, "note")] for part in text.split("\n")])


def complain(host: Host, text: str) -> None:
    """Show what was wrong with a word's arguments."""
    host.show([[(part, "warning")] for part in text.split("\n")])


# The words


def _help(host: Host, arguments: Sequence[str]) -> None:
    from tutor.console.help import help_lines

    host.show(help_lines(" ".join(arguments)))


def _clear(host: Host, arguments: Sequence[str]) -> None:
    host.clear()


def _quit(host: Host, arguments: Sequence[str]) -> None:
    host.quit()


def _undo(host: Host, arguments: Sequence[str]) -> None:
    _travel(host, ":undo", arguments)


def _redo(host: Host, arguments: Sequence[str]) -> None:
    _travel(host, ":redo", arguments)


def _time(host: Host, arguments: Sequence[str]) -> None:
    _travel(host, ":time", arguments)


def _travel(host: Host, word: str, arguments: Sequence[str]) -> None:
    from tutor.console.travel import run as travel

    travel(host, word, arguments)


def busy_text() -> str:
    """Others have the engine for long."""
    return _("Redis is busy with a command. Try again when it is done.")


def loss_text(loss: Loss, how: str) -> str:
    """What else a rewind would take back, and ``how`` to do it nevertheless."""
    text = ngettext(
        "Other clients have made {n} change since then ({keys}): it would be taken back as well. "
        "To do it nevertheless: {how}",
        "Other clients have made {n} changes since then ({keys}): they would be taken back as "
        "well. To do it nevertheless: {how}",
        loss.changes,
    )
    keys = [quote(key) for key in loss.keys[:_NAMED]]
    if len(loss.keys) > _NAMED or not keys:
        keys.append("…")
    return text.format(n=loss.changes, keys=", ".join(keys), how=how)


def lost_text(loss: Loss) -> str:
    """What else was taken back."""
    text = ngettext(
        "{n} change of other clients went with it.",
        "{n} changes of other clients went with it.",
        loss.changes,
    )
    return text.format(n=loss.changes)


def _lang(host: Host, arguments: Sequence[str]) -> None:
    if not arguments:
        known = ", ".join(f"{code} ({name})" for code, name in LANGUAGES.items())
        say(host, _("Language: {code}. There are: {known}.").format(code=language(), known=known))
        return
    try:
        host.set_language(arguments[0].lower())
    except MissingCatalog as error:
        complain(host, str(error))
        return
    say(host, _("The interface is in English now."))


def _client(host: Host, arguments: Sequence[str]) -> None:
    backend = host.backend
    if not isinstance(backend, EmbeddedBackend):
        complain(host, _("On a real server open a second terminal for a second client."))
        return
    if not arguments:
        host.show([_client_line(backend, number) for number in sorted(backend.clients)])
        return
    number = int(arguments[0]) if arguments[0].isdigit() else 0
    if not 1 <= number <= _MOST_CLIENTS:
        text = _("A client is a number from 1 to {most}: :client 2")
        complain(host, text.format(most=_MOST_CLIENTS))
        return
    with backend.world.lock.glance(_BUSY_S) as mine:
        if not mine:
            complain(host, busy_text())
            return
        new = number not in backend.clients
        backend.use_client(number)
    text = _("Client {number} has connected.") if new else _("You are client {number} again.")
    say(host, text.format(number=number))


def _run(host: Host, arguments: Sequence[str]) -> None:
    backend = host.backend
    if not isinstance(backend, EmbeddedBackend) or not backend.may_pass_time:
        complain(host, _("Time goes by itself here; in a lesson it can be told to hurry."))
    elif len(arguments) == 1 and backend.pass_time(arguments[0]):
        seconds = float(arguments[0])
        text = ngettext("{n} second has gone by.", "{n} seconds have gone by.", round(seconds))
        say(host, text.format(n=f"{seconds:g}"))
    else:
        complain(host, _("Say how many seconds go by, up to a day: :run 61"))


_MOST_CLIENTS = 9
_BUSY_S = 0.2
_NAMED = 4


def _client_line(backend: EmbeddedBackend, number: int) -> Line:
    session = backend.clients[number]
    mark = "►" if number == backend.client else " "
    text = _("{mark} client {number}, database {db}")
    line: Line = [(text.format(mark=mark, number=number, db=session.db.index), "note")]
    if session.blocked is not None:
        keys = ", ".join(quote(key) for key in session.blocked.keys)
        count = len(session.blocked.keys)
        waits = ngettext("waits for key {keys}", "waits for keys {keys}", count)
        line.append((" · " + waits.format(keys=keys), "note"))
    return line


def _serve(host: Host, arguments: Sequence[str]) -> None:
    backend = host.backend
    if not isinstance(backend, EmbeddedBackend):
        complain(host, _("This is a real server: it has a port already."))
    elif closed():
        complain(host, closed_text())
    elif not backend.may_serve:
        complain(
            host,
            _("A lesson keeps its world to itself. In the sandbox /serve opens a port."),
        )
    elif len(arguments) > 1:
        complain(host, _("A port is one number: /serve 7000"))
    elif not arguments:
        _open_port(host, backend, None)
    elif arguments[0].lower() == "stop":
        was = ", ".join(backend.service.addresses) if backend.service is not None else ""
        backend.stop_serving()
        text = _("{address} is closed.").format(address=was) if was else _("No port is open.")
        say(host, text)
    elif arguments[0].isdecimal() and 1 <= int(arguments[0]) <= _LAST_PORT:
        _open_port(host, backend, int(arguments[0]))
    elif ":" in arguments[0]:
        complain(
            host,
            _(
                "/serve listens on this computer only (127.0.0.1). Protected mode would turn "
                "other computers away anyway: whoever reaches a Redis without a password can do "
                "everything with it. If you want to let them in, do it as on a real server: "
                "/serve, then CONFIG SET requirepass <password>, then CONFIG SET bind 0.0.0.0"
            ),
        )
    else:
        text = _("A port is a number from 1 to {most}: /serve 7000")
        complain(host, text.format(most=_LAST_PORT))


_LAST_PORT = 65535


def _open_port(host: Host, backend: EmbeddedBackend, wanted: int | None) -> None:
    """Open a port and say how to reach it."""
    from tutor.network.service import USUAL_PORT, PortRefused

    if backend.service is not None and backend.serving:
        present = backend.service.port
        text = _("{address} is open: redis-cli -p {port}")
        if wanted not in (None, present):
            text = _("One port at a time: {address} is open, /serve stop closes it.")
        say(host, text.format(address=", ".join(backend.service.addresses), port=present))
        return
    try:
        port = backend.serve(wanted)
    except PortRefused as error:
        complain(host, _why_refused(error))
        return
    if wanted is None and port != USUAL_PORT:
        text = _("Port {usual} is taken by another program, so it is {port}.")
        say(host, text.format(usual=USUAL_PORT, port=port))
    text = _(
        "Other programs on this computer reach this Redis now. In another terminal: "
        "redis-cli -p {port}\n/serve stop closes the port."
    )
    say(host, text.format(port=port))


def _why_refused(error: PortRefused) -> str:
    if error.reason == "busy":
        return busy_text()
    if error.reason == "taken":
        text = _("Port {port} is taken by another program. Without a number /serve finds one.")
    elif error.reason == "forbidden":
        text = _("The system does not let you open port {port}. From 1024 on everybody may.")
    else:
        text = _("Port {port} cannot be opened: {text}")
    return text.format(port=error.port, text=error.text)


def _xray(host: Host, arguments: Sequence[str]) -> None:
    from tutor.console.xray.word import run as look

    look(host, arguments)


def _server(host: Host, arguments: Sequence[str]) -> None:
    from tutor.console.server_words import run as look

    look(host, arguments)


def _slow(host: Host, arguments: Sequence[str]) -> None:
    from tutor.console.slow import run as show

    show(host, arguments)


def _raw(host: Host, arguments: Sequence[str]) -> None:
    value = _switch(host, arguments, host.raw)
    if value is not None:
        host.raw = value
        say(
            host,
            _("Replies are plain now, as in a pipe.")
            if value
            else _("Replies are formatted now, as on a terminal."),
        )


def _readable(host: Host, arguments: Sequence[str]) -> None:
    value = _switch(host, arguments, host.readable)
    if value is not None:
        host.readable = value
        say(
            host,
            _("Text in UTF-8 is shown as text now.")
            if value
            else _("Bytes outside ASCII are shown as \\xHH now, as redis-cli does."),
        )


def _switch(host: Host, arguments: Sequence[str], present: bool) -> bool | None:
    """What ``on``, ``off`` or nothing (the other way round) means."""
    if not arguments:
        return not present
    known = {"on": True, "off": False}
    if arguments[0].lower() not in known:
        complain(host, _("Say on or off."))
        return None
    return known[arguments[0].lower()]


for _word in (
    ClientWord(
        "help", "help [command | @group]", lambda: _("what a command does and takes"), _help
    ),
    ClientWord("clear", "clear", lambda: _("empty the screen"), _clear),
    ClientWord("quit", "quit", lambda: _("leave (also exit, Ctrl-D)"), _quit),
    ClientWord(":undo", ":undo [N]", lambda: _("take back the last change"), _undo),
    ClientWord(":redo", ":redo [N]", lambda: _("do again what was taken back"), _redo),
    ClientWord(
        ":time",
        ":time [N | branch K]",
        lambda: _("list all moments, or go to one"),
        _time,
        lambda: ("branch",),
    ),
    ClientWord(
        ":run",
        ":run SECONDS",
        lambda: _("let time go by at once (in lessons)"),
        _run,
    ),
    ClientWord(
        ":client",
        ":client [N]",
        lambda: _("go on as another client (to see what blocks whom)"),
        _client,
        lambda: ("1", "2", "3"),
    ),
    ClientWord(
        "/serve",
        "/serve [port | stop]",
        lambda: _("open a port for redis-cli and your own programs"),
        _serve,
        lambda: ("stop", "6379"),
    ),
    ClientWord(
        ":xray",
        ":xray [key [view]]",
        lambda: _("a picture of a key in memory (structure, bytes, diff, text, …)"),
        _xray,
        lambda: ("structure", "bytes", "diff", "text", "registers", "bits", "map", "then"),
        odd="surrogateescape",
        of_key=True,
    ),
    ClientWord(
        ":server",
        ":server [map | memory | expiry | eviction | wire | clients | file]",
        lambda: _("the whole server: its keys, memory, expiry, eviction, wire, clients and file"),
        _server,
        lambda: ("map", "memory", "expiry", "eviction", "wire", "clients"),
    ),
    ClientWord(
        ":slow",
        ":slow [command | N | expiry | off]",
        lambda: _("slow motion: a command step by step (without one: the last, or the last N)"),
        _slow,
        lambda: ("off", "expiry"),
        odd="surrogateescape",
    ),
    ClientWord(
        ":lang",
        ":lang ru | en",
        lambda: _("language of the interface"),
        _lang,
        lambda: tuple(LANGUAGES),
    ),
    ClientWord(
        ":raw",
        ":raw [on | off]",
        lambda: _("plain replies, as in a pipe"),
        _raw,
        lambda: ("on", "off"),
    ),
    ClientWord(
        ":readable",
        ":readable [on | off]",
        lambda: _("show UTF-8 as text rather than \\xHH"),
        _readable,
        lambda: ("on", "off"),
    ),
):
    register(_word)
