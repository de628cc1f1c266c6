"""The options of ``redis-tutor class``; nothing of what they are for is imported here."""

from __future__ import annotations

import argparse

from tutor.i18n import _

__all__ = ["add_arguments", "wants_screen"]


def _port(word: str) -> int:
    if not (word.isascii() and word.isdecimal()) or int(word) > 65535:
        raise argparse.ArgumentTypeError(_("{word} is no port").format(word=word))
    return int(word)


def add_arguments(options: argparse._ArgumentGroup) -> None:
    """The options of the command."""
    add = options.add_argument
    add("--port", type=_port, default=6379, metavar="N",
        help=_("the port; 0: 6379 or the first free one after it"))  # fmt: skip
    add("--bind", default="127.0.0.1", metavar="ADDR",
        help=_("addresses with commas between; the default is this computer only"))  # fmt: skip
    add("--learners", metavar="NAMES",
        help=_("names with commas between, or a file with one a line"))  # fmt: skip
    add("--csv", metavar="FILE", help=_("the progress of all, written when asked and at the end"))
    add("--plain", action="store_true", help=_("in lines, without a screen"))


def wants_screen(args: argparse.Namespace) -> bool:
    """Whether the screen is meant and can be shown."""
    from tutor.console.plain.terminal import can_draw

    return not args.plain and can_draw()
