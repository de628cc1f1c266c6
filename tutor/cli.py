"""The one entry point, `redis-tutor`. Each subcommand imports what it needs when it runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tutor import __version__


def main(argv: Sequence[str] | None = None) -> int:
    """Run `redis-tutor` with these arguments; returns the exit code."""
    args = _parser().parse_args(argv)
    try:
        return int(args.run(args))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 141


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="redis-tutor",
        description="Learn Redis by typing real commands and watching what they do in memory.",
    )
    parser.add_argument("--version", action="version", version=f"redis-tutor {__version__}")
    parser.add_argument("--lang", choices=["en", "ru"], help="language of the interface")
    parser.set_defaults(run=_tui, lesson=None)
    commands = parser.add_subparsers(title="commands", metavar="")

    learn = commands.add_parser("learn", help="open a lesson (the default: the home screen)")
    learn.add_argument("lesson", nargs="?", help="id of a lesson, e.g. string")
    learn.add_argument("--lang", choices=["en", "ru"], default=argparse.SUPPRESS)
    learn.set_defaults(run=_tui)

    repl = commands.add_parser("repl", help="the plain prompt, also for pipes and scripts")
    _repl_arguments(repl)
    repl.set_defaults(run=_repl)

    lessons = commands.add_parser("lessons", help="for lesson authors: lint, synced, list")
    lessons.add_argument("rest", nargs=argparse.REMAINDER)
    lessons.set_defaults(run=_lessons)

    pictures = commands.add_parser("pictures", help="draw the README's pictures as SVG")
    pictures.add_argument("folder", help="where the files go, e.g. docs/pictures")
    pictures.add_argument("names", nargs="*", help="only these: home, lesson, sandbox")
    pictures.set_defaults(run=_pictures)
    return parser


def _repl_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--connect", metavar="URL", help="a real server: redis://host:6379/0")
    parser.add_argument("-e", dest="exit_error", action="store_true", help="stop at errors")
    parser.add_argument("-3", dest="resp3", action="store_true", help="use RESP3")
    parser.add_argument("--raw", action="store_true", default=None, help="plain replies")
    parser.add_argument("--no-raw", dest="raw", action="store_false", help="formatted replies")
    parser.add_argument(
        "--no-readable", dest="readable", action="store_false", help="escape non-ASCII as redis-cli"
    )
    parser.add_argument("--lang", choices=["en", "ru"], default=argparse.SUPPRESS)


def _tui(args: argparse.Namespace) -> int:
    from tutor.tui.app import run

    return run(args)


def _repl(args: argparse.Namespace) -> int:
    from tutor.console.repl import run

    return run(args)


def _lessons(args: argparse.Namespace) -> int:
    from tutor.course.commandline import main as lessons_main

    return lessons_main(args.rest)


def _pictures(args: argparse.Namespace) -> int:
    from pathlib import Path

    from tutor.tui.pictures import take

    for path in take(Path(args.folder), args.names):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
