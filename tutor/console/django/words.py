"""Words of the Django console that are not Python: ``:settings``, ``:wire``, ``:step`` …

:lag 2s replica1      the stream to replica1 is held back for two seconds
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tutor.console.cards import card_lines
from tutor.console.cards.case import Card, Try
from tutor.console.django.report import (
    first_bytes,
    form_text,
    outcome_lines,
    server_lines,
    source_lines,
    wire_lines,
)
from tutor.console.django.signature import closest, summary
from tutor.console.render import Line
from tutor.i18n import LANGUAGES, MissingCatalog, _
from tutor.network.django.fleet import CannotServe, NoSuchServer
from tutor.network.django.language import METHODS
from tutor.network.django.recipes import RECIPES
from tutor.network.django.samples import VALUES
from tutor.network.django.session import Session
from tutor.network.django.settings import BLOCKS, Settings, SettingsError, read, read_file

__all__ = ["WORDS", "Host", "choices", "run", "settings_lines", "settings_problem"]


class Host(Protocol):
    """Whoever has the prompt."""

    session: Session

    @property
    def width(self) -> int:
        """Columns there are for text."""
        ...

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
        """Switch the interface; raises `tutor.i18n.MissingCatalog`."""
        ...


@dataclass(frozen=True, slots=True)
class Word:
    """``run(host, rest)`` does it; ``rest`` is what follows the name."""

    name: str
    syntax: str
    summary: Callable[[], str]
    run: Callable[[Host, str], None]


def run(line: str, host: Host) -> bool:
    """Carry out a line that begins with a colon (or is ``help``, ``quit`` …); False for any other.
    What is wrong is explained by `Host.show`."""
    text = line.strip()
    if text in ("help", "quit", "exit", "help()", "quit()", "exit()", "?"):
        text = ":help" if text in ("help", "help()", "?") else ":quit"
    if not text.startswith(":"):
        return False
    name, _blank, rest = text[1:].partition(" ")
    word = WORDS.get(name.lower())
    if word is None:
        close = closest(name.lower(), WORDS)
        _explain(host, _("There is no word :{name}.").format(name=name),
                 f":{close}" if close else ":help")  # fmt: skip
        return True
    word.run(host, rest.strip())
    return True


def choices(name: str, place: int, session: Session | None) -> Sequence[str]:
    """What may follow a word as its argument number ``place`` (from 1)."""
    servers = session.fleet.names if session is not None else ()
    table: Mapping[str, Sequence[str]] = {
        "settings": tuple(BLOCKS),
        "source": tuple(RECIPES),
        "step": tuple(f"{name}(" for name in RECIPES),
        "lang": tuple(LANGUAGES),
        "lag": ("0.5s", "2s", "0s") if place == 1 else servers[1:],
        "cut": servers[1:],
        "heal": servers[1:],
        "stop": servers,
        "start": servers,
    }
    return table.get(name, ()) if place == 1 or name == "lag" else ()


def _explain(host: Host, text: str, *tries: str) -> None:
    title, _dot, meaning = text.partition(". ")
    card = Card(title.rstrip("."), meaning, tuple(map(Try, tries)))
    host.show(card_lines(card, host.width))


# settings


def _settings(host: Host, rest: str) -> None:
    if not rest:
        host.show(settings_lines(host.session))
        return
    try:
        chosen = read(BLOCKS[rest]) if rest in BLOCKS else read_file(rest)
        host.session.choose(chosen)
    except SettingsError as error:
        if error.fault == "file" and rest.isidentifier():
            close = closest(rest, BLOCKS)
            text = _("There are no settings {name}. There are: {names}.")
            said = text.format(name=rest, names=", ".join(BLOCKS))
            _explain(host, said, f":settings {close or 'replicas'}")
            return
        host.show(settings_problem(error, host.width))
        return
    except CannotServe as error:
        host.show([[(str(error), "error")]])
        return
    host.show(settings_lines(host.session, brief=True))


def settings_lines(session: Session, brief: bool = False) -> list[Line]:
    """The settings in force, and which server stands for which address."""
    from tutor.console.django.highlight import pieces

    lines: list[Line] = [pieces(text) for text in session.settings.text.rstrip().splitlines()]
    for alias, endpoints in session.settings.endpoints.items():
        for one in endpoints:
            member = session.fleet[one.server]
            text = _("{address} stands for the embedded {server}, 127.0.0.1:{port}")
            said = text.format(address=one.address, server=one.server, port=member.port)
            lines.append([(f"  {alias}: ", "label"), (said, "note")])
    lines += [[(f"  {row}", "note")] for row in textwrap.wrap(
        _("To lead the connections there and to listen in, OPTIONS have a pool_class of this "
          "program; and pickles are read by a reader that calls no functions."), 76)]  # fmt: skip
    if not brief:
        names = ", ".join(BLOCKS)
        lines.append([(_("  :settings NAME chooses: {names}, or a file").format(names=names),
                       "note")])  # fmt: skip
    return lines


_FAULTS: Mapping[str, Callable[[], str]] = {
    "file": lambda: _("The file cannot be read: {detail}."),
    "syntax": lambda: _("The settings are no Python: {detail}."),
    "literal": lambda: _(
        "Settings are read, never run. `{detail}` would have to be run: write the value."
    ),
    "caches": lambda: _(
        "There is no `CACHES = {{…}}`. It is a dictionary of dictionaries. {detail}"
    ),
    "default": lambda: _("Django wants a cache called `default`. There is none."),
    "backend": lambda: _(
        "This prompt has one backend, django.core.cache.backends.redis.RedisCache. Found: {detail}."
    ),
    "key": lambda: _("`{detail}` is not taken here. What would be imported is left out, too."),
    "option": lambda: _(
        "The option `{detail}` is not taken here. What would be imported is "
        "refused, but for the serializers of this program."
    ),
    "location": lambda: _(
        "`{detail}` is no address that can be embedded. Write "
        "redis://host:port/db (no TLS, no Unix socket)."
    ),
    "replicas": lambda: _(
        "There are too many servers: a master and five replicas at most. One too many: {detail}."
    ),
}


def settings_problem(error: SettingsError, width: int = 80) -> list[Line]:
    """A card for settings that are not taken."""
    text = _FAULTS[error.fault]().format(detail=error.detail)
    title = _("Settings: line {n}").format(n=error.line) if error.line else _("Settings")
    return card_lines(Card(title, text, (Try(":settings single"),)), width)


# the servers


def _wire(host: Host, rest: str) -> None:
    everything = host.session.log.since(0)
    count = int(rest) if rest.isdigit() else 20
    host.show(wire_lines(everything[-count:], count) if everything else
              [[(_("Nothing has been sent yet."), "note")]])  # fmt: skip


def _servers(host: Host, _rest: str) -> None:
    host.show(server_lines(host.session.fleet.states()))


def _on_server(
    do: Callable[[Session, str], object],
) -> Callable[[Host, str], None]:
    def made(host: Host, rest: str) -> None:
        name = rest or (host.session.fleet.names[1] if len(host.session.fleet.names) > 1 else "")
        try:
            do(host.session, name)
        except NoSuchServer as error:
            known = ", ".join(host.session.fleet.names)
            text = _("There is no replica {name}. There are: {known}. `:settings replicas` has a "
                     "master and two replicas.")  # fmt: skip
            _explain(host, text.format(name=error.args[0] or "?", known=known),
                     ":settings replicas")  # fmt: skip
            return
        except CannotServe as error:
            host.show([[(str(error), "error")]])
            return
        _servers(host, "")

    return made


def _lag(host: Host, rest: str) -> None:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s)?\s*(\w*)", rest)
    if found is None:
        _explain(host, _("How long, and which replica?"), ":lag 2s replica1")
        return
    seconds = min(float(found[1]) / (1000 if found[2] == "ms" else 1), 3600.0)
    _on_server(lambda session, name: session.fleet.lag(name, seconds))(host, found[3])


# the keys


def _pickle(host: Host, rest: str) -> None:
    """The bytes of a value taken apart, without loading them."""
    from tutor.diagrams.pickles import dissect, draw

    stored = host.session.stored_value(rest.strip("\"'"))
    if stored is None or stored.form not in ("pickle", "bytes", "json", "int"):
        _explain(host, _("There is no value to take apart. Store one, or name its key:"),
                 'cache.set("k", {"a": 1})', ":pickle k")  # fmt: skip
        return
    if stored.form in ("json", "int"):
        text = _("{key} is no pickle: {form}.")
        said = text.format(key=stored.key.decode("utf-8", "replace"), form=form_text(stored))
        host.show([[(said, "note")], [(f"  {first_bytes(stored.data)}", "string")]])
        return
    host.show([list(line) for line in draw(dissect(stored.data), host.width).lines])


# the functions


def _source(host: Host, rest: str) -> None:
    name = rest.removesuffix("()")
    if name in RECIPES:
        recipe = RECIPES[name]
        host.show(source_lines(recipe))
        said = slip(name)
        if said:
            host.show([[(f"  {row}", "note")] for row in textwrap.wrap(said, host.width - 4)])
        return
    if rest:
        close = closest(name, RECIPES)
        _explain(host, _("There is no function {name}.").format(name=name),
                 f":source {close or 'get_leaderboard'}")  # fmt: skip
        return
    host.show([[(f"  {name:<24}", "key"), (about(name), "note")] for name in RECIPES])


def slip(name: str) -> str:
    """What is wrong with a function of the notes, or how its cure differs."""
    return {
        "get_leaderboard": _("A cached None looks like a miss, and when the key expires every "
                             "worker computes at once. get_leaderboard_or_set knows None by a "
                             "sentinel; the stampede it has, too."),
        "is_rate_limited": _("Between GET and SET, and between GET and INCR, another worker comes "
                             "in: with 20 threads 114 to 126 requests of 100 passed. With replicas "
                             "GET reads an old copy. And incr raises ValueError if the window ends "
                             "just then."),
        "is_rate_limited_add": _("ADD is SET NX: one of all workers begins the window. INCR itself "
                                 "says the count. Two windows still meet at their edge."),
        "send_task": _("A bracket is missing, and Django's cache has no lpush."),
        "take_task": _("Django's cache has no rpop; and a task is lost if the worker dies behind "
                       "RPOP."),
        "push_task": _("redis-py's client, with the raw key: no prefix, no version, no pickle."),
        "pop_task": _("Still lost if the worker dies: LMOVE to a list of one's own, then LREM, or "
                      "a stream."),
        "get_leaderboard_or_set": _("GET, SET NX EX, GET. All who miss at once still compute."),
    }.get(name, "")  # fmt: skip


def about(name: str) -> str:
    """A function in a few words."""
    recipe = RECIPES[name]
    return _("from the notes") if recipe.notes else _("mends {name}").format(name=recipe.cures)


def _step(host: Host, rest: str) -> None:
    if not rest:
        _explain(host, _("Which call is to be stepped?"), ":step is_rate_limited(7)")
        return
    call = rest if rest.endswith(")") else f"{rest}()"
    outcome = host.session.step(call)
    host.show(outcome_lines(outcome, host.session, host.width))


# the console itself


def _help(host: Host, _rest: str) -> None:
    lines: list[Line] = [[(_("Django's cache, on embedded servers. Type a call:"), "title")]]
    for name in METHODS:
        lines.append([(f"  cache.{name:<15}", "command"), (f" {summary(name)}", "note")])
    lines.append([(_("  also: \"k\" in cache, caches[\"default\"], x = …, _, await cache.aget(…)"),
                   "note")])  # fmt: skip
    lines.append([(_("Functions: {names}").format(names=", ".join(RECIPES)), "")])
    lines.append([(_("Values: {names}").format(names=", ".join(VALUES)), "")])
    for word in WORDS.values():
        lines.append([(f"  {word.syntax:<26}", "client-word"), (word.summary(), "note")])
    host.show(lines)


def _lang(host: Host, rest: str) -> None:
    try:
        host.set_language(rest)
    except MissingCatalog as error:
        host.show([[(str(error), "error")]])


def _table() -> Mapping[str, Word]:
    rows = (
        Word("settings", ":settings [NAME|FILE]", lambda: _("show or choose CACHES"), _settings),
        Word("servers", ":servers", lambda: _("the servers, their offsets and lags"), _servers),
        Word("wire", ":wire [N]", lambda: _("the last requests, handshakes too"), _wire),
        Word("pickle", ":pickle [KEY]", lambda: _("a value's bytes, opcode by opcode"), _pickle),
        Word("source", ":source [NAME]", lambda: _("a ready function's text"), _source),
        Word("step", ":step NAME(…)", lambda: _("run it line by line"), _step),
        Word("lag", ":lag 2s replica1", lambda: _("hold a replica's stream back"), _lag),
        Word("cut", ":cut replica1", lambda: _("pull its cable"),
             _on_server(lambda session, name: session.fleet.cut(name))),
        Word("heal", ":heal replica1", lambda: _("plug it in again"),
             _on_server(lambda session, name: session.fleet.heal(name))),
        Word("stop", ":stop master", lambda: _("a server dies"),
             _on_server(lambda session, name: session.fleet.stop_server(name))),
        Word("start", ":start master", lambda: _("it comes back with what it had"),
             _on_server(lambda session, name: session.fleet.start_server(name))),
        Word("help", ":help", lambda: _("this list"), _help),
        Word("lang", ":lang ru|en", lambda: _("language of the interface"), _lang),
        Word("clear", ":clear", lambda: _("an empty screen"), lambda host, rest: host.clear()),
        Word("quit", ":quit", lambda: _("leave"), lambda host, rest: host.quit()),
    )  # fmt: skip
    return {word.name: word for word in rows}


WORDS: Mapping[str, Word] = _table()


def settings_of(path: str | None) -> Settings:
    """Settings of ``--settings``: a name or a file; the notes' first block by default. Raises
    `SettingsError`."""
    if path is None:
        return read(BLOCKS["single"])
    return read(BLOCKS[path]) if path in BLOCKS else read_file(path)
