"""`redis-tutor repl`: the plain prompt, and pipes."""

from __future__ import annotations

import argparse


def run(args: argparse.Namespace) -> int:
    """Run until the input ends; returns the exit code.

    ``args``: connect (URL or None), exit_error, resp3, raw, readable, lang.
    """
    raise NotImplementedError
