"""`redis-tutor repl`: chooses between the prompt (`prompt`) and a pipe (`pipe`).

prompt_toolkit and redis-py are imported only if they are needed: the time to the first prompt is
what a learner feels, and a script pays for neither.
"""

from __future__ import annotations

import argparse
import sys

from tutor.console.backend import Backend, EmbeddedBackend
from tutor.i18n import MissingCatalog, guess_language, set_language
from tutor.network.link import LinkError

__all__ = ["run"]


def run(args: argparse.Namespace) -> int:
    """Run until the input ends; returns the exit code.

    ``args`` has connect (URL or None), exit_error, resp3, raw, readable, lang; what is absent has
    its default. Without a terminal on both sides lines are read from stdin and nothing is asked.
    As in redis-cli, the format of replies follows stdout alone.
    """
    options = _Options(args)
    _speak(options.lang)
    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    try:
        backend = _backend(options, interactive)
    except LinkError as error:
        from tutor.console.trouble import explain

        print(explain(error), file=sys.stderr)
        return 1
    try:
        if interactive:
            from tutor.console.prompt import PromptRepl

            return PromptRepl(backend, raw=bool(options.raw), readable=options.readable).run()
        from tutor.console.pipe import Pipe

        plain = not sys.stdout.isatty() if options.raw is None else options.raw
        return Pipe(backend, plain, options.readable, options.exit_error).run(sys.stdin.buffer)
    finally:
        backend.close()


class _Options:
    def __init__(self, args: argparse.Namespace) -> None:
        self.connect: str | None = getattr(args, "connect", None)
        self.exit_error: bool = getattr(args, "exit_error", False)
        self.resp: int = 3 if getattr(args, "resp3", False) else 2
        self.raw: bool | None = getattr(args, "raw", None)
        self.readable: bool = getattr(args, "readable", True)
        self.lang: str | None = getattr(args, "lang", None)


def _speak(lang: str | None) -> None:
    code = lang or guess_language() or "en"
    try:
        set_language(code)
    except MissingCatalog as error:
        if code != "en":
            print(f"redis-tutor: {error}", file=sys.stderr)


def _backend(options: _Options, interactive: bool) -> Backend:
    if options.connect is not None:
        from tutor.console.remote import RemoteBackend

        return RemoteBackend(options.connect, options.resp)
    return EmbeddedBackend(remember=interactive, resp=options.resp)
