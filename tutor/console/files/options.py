"""The options of ``redis-tutor dissect``; nothing of what they are for is imported here."""

from __future__ import annotations

import argparse

from tutor.i18n import _


def add_arguments(options: argparse._ArgumentGroup) -> None:
    add = options.add_argument
    add("--from", dest="start", metavar="OFFSET", help=_("begin there, e.g. 1000 or 0x3e8"))
    add("--key", metavar="KEY", help=_("begin at this key of an RDB file"))
    add("--pickle", action="store_true", help=_("the file is a pickle; it is never loaded"))
    add("--count", default="60", metavar="N", help=_("lines at most; 0: all"))
    add("--width", metavar="N", help=_("cells from edge to edge at most"))
    add("--export", metavar="FILE", help=_("write it as .svg, .png or .txt"))
    add("--theme", choices=["dark", "light"], default="dark", help=_("colours of a file"))
    add("--ascii", action="store_true", help=_("frames and arrows of ASCII characters"))
    add("--plain", action="store_true", help=_("print sentences instead of a picture"))
