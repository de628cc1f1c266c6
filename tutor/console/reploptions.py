"""The options of ``redis-tutor repl``; nothing of what they are for is imported here."""

from __future__ import annotations

import argparse

from tutor.i18n import _


def add_arguments(options: argparse._ArgumentGroup) -> None:
    add = options.add_argument
    add("--connect", metavar="URL", help=_("a real server: redis://host:6379/0"))
    add("-e", dest="exit_error", action="store_true", help=_("stop at errors"))
    add("-3", dest="resp3", action="store_true", help=_("use RESP3"))
    add("--raw", action="store_true", default=None, help=_("plain replies"))
    add("--no-raw", dest="raw", action="store_false", help=_("formatted replies"))
    add(
        "--no-readable",
        dest="readable",
        action="store_false",
        help=_("escape non-ASCII as redis-cli does"),
    )
