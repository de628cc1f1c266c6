"""The options of ``redis-tutor load``; nothing of what they are for is imported here."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from tutor.i18n import _

ALGORITHMS = ("notes", "incr", "lua", "log", "counter", "bucket", "gcra")
"""Of the rate limiting lab."""

CURES = ("aside", "get_or_set", "lock", "early", "stale", "jitter", "without")
"""Of the cache lab; its "warm" needs somebody who knows all keys."""


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(word: str) -> int:
        if not (word.isascii() and word.isdecimal()) or not least <= int(word) <= most:
            text = _("{word} is no number from {least} to {most}")
            raise argparse.ArgumentTypeError(text.format(word=word, least=least, most=most))
        return int(word)

    return read


def _real(least: float, most: float) -> Callable[[str], float]:
    def read(word: str) -> float:
        try:
            number = float(word)
        except ValueError:
            number = float("nan")
        if not least <= number <= most:
            text = _("{word} is no number from {least} to {most}")
            raise argparse.ArgumentTypeError(text.format(word=word, least=least, most=most))
        return number

    return read


def add_arguments(options: argparse._ArgumentGroup) -> None:
    """The options of the command."""
    add = options.add_argument
    add("--connect", metavar="URL", required=True, help=_("the server: redis://host:port"))
    add("--cluster", action="store_true", default=None,
        help=_("it is a cluster (found out by itself where INFO is allowed)"))  # fmt: skip
    add("--workload", choices=("rate-limit", "cache"), default="rate-limit", help=_("what is done"))
    add("--algorithm", choices=ALGORITHMS, default="gcra", metavar="NAME",
        help=_("rate-limit: {names}").format(names=", ".join(ALGORITHMS)))  # fmt: skip
    add("--limit", type=_whole(1, 100_000), default=10, metavar="N",
        help=_("rate-limit: requests of a user in a window"))  # fmt: skip
    add("--window", type=_whole(1, 3600), default=10, metavar="S", help=_("its seconds"))
    add("--cure", choices=CURES, default="aside", metavar="NAME",
        help=_("cache: {names}").format(names=", ".join(CURES)))  # fmt: skip
    add("--ttl", type=_whole(1, 3600), default=5, metavar="S", help=_("cache: lifetime of a value"))
    add("--cost", type=_whole(0, 10_000), default=50, metavar="MS",
        help=_("cache: what the slow function takes"))  # fmt: skip
    add("--seconds", type=_real(0.1, 3600), default=10.0, metavar="S", help=_("how long"))
    add("--requests", type=_whole(1, 10_000_000), default=1_000_000, metavar="N",
        help=_("requests at most"))  # fmt: skip
    add("--clients", type=_whole(1, 256), default=16, metavar="N", help=_("clients at once"))
    add("--rate", type=_real(0, 1_000_000), default=200.0, metavar="N",
        help=_("requests a second; 0: as fast as it goes"))  # fmt: skip
    add("--keys", type=_whole(1, 1_000_000), default=100, metavar="N",
        help=_("different users or pages"))  # fmt: skip
    add("--zipf", type=_real(0, 5), default=1.0, metavar="X",
        help=_("how unequal they are: 0 all alike, 1 as words of a language"))  # fmt: skip
    add("--seed", type=int, default=7, help=_("of the requests"))
    add("--force", action="store_true",
        help=_("also where the server's memory is nearly full and it evicts keys"))  # fmt: skip
    add("--json", action="store_true", help=_("one JSON object at the end"))
