"""The options of ``redis-tutor django``; nothing of what they are for is imported here."""

from __future__ import annotations

import argparse

from tutor.i18n import _


def add_arguments(options: argparse._ArgumentGroup) -> None:
    add = options.add_argument
    add("--settings", metavar="FILE", help=_("CACHES: a file, or single, replicas, json, …"))
    add(
        "--run",
        dest="lines",
        metavar="LINE",
        action="append",
        help=_("carry out this line; may be repeated"),
    )
    add("--json", action="store_true", help=_("one line of JSON for each call"))
