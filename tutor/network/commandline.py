"""The command line of ``redis-tutor serve``: redis-server's own (redis 7.0, server.c: main).

    serve [/path/to/redis.conf | -] [--directive value …] [-]

The first word is a configuration file unless it begins with ``-``; all others are directives,
read as if they stood at the end of that file (`tutor.engine.config.file.options_text`); ``-`` as
the first or the last word has the standard input read in between.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from tutor.engine.config.file import options_text

USAGE = """\
Usage: redis-tutor serve [/path/to/redis.conf] [--directive value ...] [-]

  /path/to/redis.conf   a configuration file in Redis's format
  --directive value     any directive of such a file; comes after it, so it wins
  -                     as the last word: read directives from standard input as well

  -v, --version         print the version and leave
  -h, --help            print this and leave

Without a configuration that says otherwise the server listens on port 6379 of the loopback
addresses only (bind 127.0.0.1 -::1).

Examples:
  redis-tutor serve
  redis-tutor serve --port 7777 --requirepass secret
  redis-tutor serve /etc/redis/redis.conf --loglevel verbose
  echo 'maxmemory 128mb' | redis-tutor serve --port 7777 -
"""

REFUSED = {
    "--check-system": "redis-tutor serve has no checks of the system to run.",
    "--test-memory": "redis-tutor serve cannot test memory.",
}
"""What redis-server can do instead of serving, and we cannot."""


@dataclass(frozen=True)
class CommandLine:
    """What was asked for. ``options`` are lines of a configuration, None if nothing was typed.

    ``wants`` is "serve", "version", "usage", "sentinel" or a word of `REFUSED`.
    """

    wants: str = "serve"
    file: bytes | None = None
    standard_input: bool = False
    options: bytes | None = None


def parse(words: Sequence[str]) -> CommandLine:
    """Read the words after ``serve``. Never fails: what is wrong shows when they are loaded."""
    if not words:
        return CommandLine()
    if "--sentinel" in words:
        return CommandLine("sentinel")
    first = words[0]
    if first in ("-v", "--version"):
        return CommandLine("version")
    if first in ("-h", "--help"):
        return CommandLine("usage")
    if first in REFUSED:
        return CommandLine(first)
    rest = [os.fsencode(word) for word in words]
    file = rest.pop(0) if not first.startswith("-") else None
    standard_input = False
    for at in (-1, 0) if file is None else (-1,):
        if rest and rest[at] == b"-":
            del rest[at]
            standard_input = True
    return CommandLine("serve", file, standard_input, options_text(rest))
