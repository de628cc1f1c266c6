"""Words that the console itself understands: `help`, `clear`, `quit`, `:undo`, `:lang ru`, …

The table is open: `register` adds a word. A word with a colon never reaches Redis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tutor.console.backend import Backend, EmbeddedBackend
from tutor.console.lexer import UnbalancedQuotes, quote, split
from tutor.console.render import Line
from tutor.i18n import LANGUAGES, MissingCatalog, _, language, ngettext

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

    ``run(host, arguments)`` does it; ``choices(host)`` are the arguments to complete.
    """

    name: str
    syntax: str
    summary: Callable[[], str]
    run: Callable[[Host, Sequence[str]], None]
    choices: Callable[[], Sequence[str]] | None = None


_words: dict[str, ClientWord] = {}
_ALIASES = {"?": "help", "exit": "quit"}


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
    word.run(host, [arg.decode("utf-8", "replace") for arg in argv[1:]])
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
    _travel(host, back=True)


def _redo(host: Host, arguments: Sequence[str]) -> None:
    _travel(host, back=False)


def _travel(host: Host, back: bool) -> None:
    backend = host.backend
    if not isinstance(backend, EmbeddedBackend):
        complain(host, _("A real server has no undo: what was done is done."))
        return
    entry = backend.world.undo() if back else backend.world.redo()
    if entry is None:
        say(host, _("Nothing to undo.") if back else _("Nothing to redo."))
        return
    command = " ".join(quote(word, host.readable) for word in entry.argv)
    text = _("Taken back: {command}") if back else _("Done again: {command}")
    say(host, text.format(command=command))


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
    new = number not in backend.clients
    backend.use_client(number)
    text = _("Client {number} has connected.") if new else _("You are client {number} again.")
    say(host, text.format(number=number))


_MOST_CLIENTS = 9


def _client_line(backend: EmbeddedBackend, number: int) -> Line:
    session = backend.clients[number]
    mark = "▸" if number == backend.client else " "
    text = _("{mark} client {number}, database {db}")
    line: Line = [(text.format(mark=mark, number=number, db=session.db.index), "note")]
    if session.blocked is not None:
        keys = ", ".join(quote(key) for key in session.blocked.keys)
        count = len(session.blocked.keys)
        waits = ngettext("waits for key {keys}", "waits for keys {keys}", count)
        line.append((" · " + waits.format(keys=keys), "note"))
    return line


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
    ClientWord(":undo", ":undo", lambda: _("take back the last change"), _undo),
    ClientWord(":redo", ":redo", lambda: _("do again what was taken back"), _redo),
    ClientWord(
        ":client",
        ":client [N]",
        lambda: _("go on as another client (to see what blocks whom)"),
        _client,
        lambda: ("1", "2", "3"),
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
