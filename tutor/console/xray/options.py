"""The options of ``redis-tutor xray``; nothing of what they are for is imported here."""

from __future__ import annotations

import argparse

from tutor.i18n import _


def add_arguments(words: argparse._ArgumentGroup, options: argparse._ArgumentGroup) -> None:
    """The key; what is carried out before; how the picture looks."""
    words.add_argument(
        "key", nargs="?", metavar="KEY", help=_("the key (the default: one the last command names)")
    )
    _step_arguments(options)
    _picture_arguments(options)


def _step_arguments(options: argparse._ArgumentGroup) -> None:
    """What is carried out before the key is looked at, and where."""
    add = options.add_argument
    add(
        "--run",
        dest="steps",
        metavar="LINE",
        action="append",
        type=lambda line: ("run", line),
        help=_("a command to carry out before; may be repeated"),
    )
    add(
        "--file",
        dest="steps",
        metavar="FILE",
        action="append",
        type=lambda name: ("file", name),
        help=_("commands to carry out before, one a line; - is standard input"),
    )
    add("--connect", metavar="URL", help=_("a real server: redis://host:6379/0"))
    add("--force", action="store_true", help=_("with --connect: fetch also a very large value"))
    add("--watch", action="store_true", help=_("with --connect: draw the key whenever it changes"))
    add("--seed", type=int, default=1, metavar="N", help=_("seed of the engine's randomness"))


def _picture_arguments(options: argparse._ArgumentGroup) -> None:
    """How the picture looks, and where it goes."""
    add = options.add_argument
    add(
        "--server",
        metavar="VIEW",
        help=_("the whole server instead: map, memory, expiry, eviction, wire, clients, file"),
    )
    add("--view", metavar="VIEW", help=_("structure (the default), bytes, diff, text, …"))
    add("--all-views", action="store_true", help=_("every view that says something of the key"))
    add(
        "--window",
        metavar="START[:COUNT]",
        help=_("which items of a long structure are drawn"),
    )
    add(
        "--no-marks",
        dest="marks",
        action="store_false",
        help=_("do not mark what the last command changed"),
    )
    add("--svg", metavar="FILE", help=_("write the picture as SVG (- is standard output)"))
    add("--png", metavar="FILE", help=_("write the picture as PNG (- is standard output)"))
    add("--slow", action="store_true", help=_("the last command step by step"))
    add("--gif", metavar="FILE", help=_("write its steps as an animated GIF"))
    add("--text", action="store_true", help=_("print the picture (the default without a file)"))
    add("--plain", action="store_true", help=_("print sentences instead of a picture"))
    add("--ascii", action="store_true", help=_("frames and arrows of ASCII characters"))
    add("--width", metavar="N", help=_("cells from edge to edge at most"))
    add(
        "--theme",
        choices=["dark", "light", "auto"],
        default="dark",
        help=_("colours of a file; auto: as the reader prefers (SVG)"),
    )
    add("--scale", default="2", metavar="N", help=_("size of a PNG, 0.5 to 8"))
    add("--no-title", dest="title", action="store_false", help=_("no bar with the key's name"))
