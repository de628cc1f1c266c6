"""What is done with a presentation besides showing it: record it, follow it, write it down."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress

from tutor.i18n import MissingCatalog, _, guess_language, set_language

__all__ = ["add_record_arguments", "cannot_record"]


def add_record_arguments(options: argparse._ArgumentGroup) -> None:
    """The options of whatever opens a screen."""
    add = options.add_argument
    add("--record", metavar="FILE", help=_("record the screen as an asciicast, e.g. talk.cast"))
    add("--force", action="store_true", help=_("write over files that are there already"))


def cannot_record(args: argparse.Namespace) -> bool:
    """Whether a recording is wished of what has no screen, which is told."""
    if not getattr(args, "record", None):
        return False
    with suppress(MissingCatalog):
        set_language(getattr(args, "lang", None) or guess_language() or "en")
    text = _("--record needs a screen: a terminal, and no option that prints text instead.")
    print(f"redis-tutor: {text}", file=sys.stderr)
    return True
