"""`redis-tutor web`: the command line around the server."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from tutor.console import demo
from tutor.console.confinement import closed
from tutor.console.labs import is_lab
from tutor.i18n import LANGUAGES, MissingCatalog, _, guess_language, set_language

if TYPE_CHECKING:
    from tutor.console.web.guard import Guard

OFFERED = ("learn", "lesson", "lab", "demo", "rivals")
"""Subcommands that a visitor may be given: those that draw screens and need no files."""


def add_arguments(parser: argparse.ArgumentParser, options: argparse._ArgumentGroup) -> None:
    """What may be said."""
    words = parser.add_argument_group(_("arguments"))
    words.add_argument(
        "words",
        nargs=argparse.REMAINDER,
        metavar=_("COMMAND"),
        help=_("what visitors see first, e.g. lesson string, lab cache (the default: all lessons)"),
    )
    add = options.add_argument
    add("--port", type=int, default=8000, metavar="N", help=_("port (the default: 8000)"))
    add(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help=_("where to listen (the default: this computer only); 0.0.0.0 lets others in by a "
               "secret link"),
    )  # fmt: skip
    add(
        "--visitors",
        type=int,
        default=8,
        metavar="N",
        help=_("how many may be there at once (the default: 8)"),
    )
    add(
        "--idle",
        type=float,
        default=900.0,
        metavar="S",
        help=_("seconds without a key after which a visit is closed (the default: 900)"),
    )


def run(args: argparse.Namespace, understood: Callable[[Sequence[str]], argparse.Namespace]) -> int:
    """Serve until Ctrl-C; the exit code. ``understood`` ends the program as argparse does if a
    subcommand's words are wrong."""
    with suppress(MissingCatalog):
        set_language(args.lang or guess_language() or "en")
    wrong = _wrong(args)
    if wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    if args.words:
        meant = understood(args.words)
        if args.words[0] == "lab" and not is_lab(meant.lab):
            return 2
        if args.words[0] == "demo" and not demo.is_there(meant):
            return 2
    try:
        import aiohttp  # noqa: F401
        import textual_serve  # noqa: F401
    except ImportError:
        text = _("The tutor in a browser needs textual-serve. Install it with: {command}")
        sys.stderr.write(text.format(command="pip install textual-serve") + "\n")
        return 2
    return asyncio.run(_serve(args))


def _wrong(args: argparse.Namespace) -> str:
    """Why these arguments cannot be; "" if they can."""
    if closed():
        return _("A visitor cannot open the tutor to others.")
    if not 0 <= args.port <= 65535:
        return _("A port is a number from 1 to {most}.").format(most=65535)
    if args.visitors < 1:
        return _("--visitors must be at least 1.")
    if not 10 <= args.idle <= 86400:
        return _("--idle must be between 10 seconds and a day.")
    if args.words and args.words[0] not in OFFERED:
        known = ", ".join(OFFERED)
        text = _("{word} is not for visitors. There are: {known}.")
        return text.format(word=args.words[0], known=known)
    return _no_such_lesson(args.words)


def _no_such_lesson(words: Sequence[str]) -> str:
    if len(words) < 2 or words[0] not in ("learn", "lesson") or words[1].startswith("-"):
        return ""
    from tutor.course.loader import load_course

    known = [lesson.id for lesson in load_course().lessons]
    if words[1] in known:
        return ""
    return _("There is no lesson {id}. There are: {known}").format(
        id=words[1], known=", ".join(known)
    )


async def _serve(args: argparse.Namespace) -> int:
    from aiohttp import web

    from tutor.console.web.guard import Guard, is_loopback, new_token
    from tutor.console.web.server import Limits, WebServer
    from tutor.console.web.visit import Offer

    logging.getLogger("asyncio").setLevel(logging.ERROR)  # how a child ended is our business
    lang = args.lang if args.lang in LANGUAGES else None
    guard = Guard(args.host, "" if is_loopback(args.host) else new_token())
    limits = Limits(args.visitors, args.idle)
    server = WebServer(guard, Offer(tuple(args.words), lang), limits, _note(_failed_text()))
    runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=5.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, args.host, args.port)
        try:
            await site.start()
        except OSError as error:
            text = _("{host}:{port} cannot be opened: {text}")
            reason = error.strerror or error
            sys.stderr.write(text.format(host=args.host, port=args.port, text=reason) + "\n")
            return 1
        _announce(guard, runner.addresses[0][1])
        await _stopped()
    finally:
        await runner.cleanup()
    return 0


def _announce(guard: Guard, port: int) -> None:
    from tutor.console.web.guard import reached_at

    name = reached_at(guard.host)
    host = f"[{name}]" if ":" in name else name
    lines = [_("The tutor is open: {url}").format(url=f"http://{host}:{port}{guard.base}")]
    if guard.token:
        lines.append(
            _("Whoever has this link comes in; without it nobody does. It is not encrypted: use it "
              "in a network that you trust.")
        )  # fmt: skip
    lines.append(_("Ctrl-C closes it."))
    print("\n".join(lines), flush=True)


def _failed_text() -> str:
    return _("A visitor's tutor has failed: {text}")


def _note(template: str) -> Callable[[str], None]:
    """In the host's language: the present one is that of whoever came last."""

    def note(text: str) -> None:
        sys.stderr.write(template.format(text=text) + "\n")

    return note


async def _stopped() -> None:
    """Wait for Ctrl-C or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(number, stop.set)
    await stop.wait()
