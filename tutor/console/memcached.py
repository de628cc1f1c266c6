"""``redis-tutor memcached``: our memcached on a port, with memcached's own options.

redis-tutor memcached --port 11211 --memory-limit 64
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys

from tutor.i18n import _, guess_language, set_language
from tutor.memcached.settings import MEBIBYTE, VERSION, Settings, SettingsError

_SIZE = re.compile(r"(\d+)([kKmM]?)")
_UNITS = {"": 1, "k": 1024, "m": MEBIBYTE}


def _size(word: str) -> int:
    """Bytes of ``1m``, ``512k`` or a bare number."""
    found = _SIZE.fullmatch(word)
    if found is None:
        raise argparse.ArgumentTypeError(_("{word} is no size").format(word=word))
    return int(found[1]) * _UNITS[found[2].lower()]


def _port(word: str) -> int:
    """A TCP port; 0: any that is free."""
    if not word.isdecimal() or int(word) > 65535:
        raise argparse.ArgumentTypeError(_("{word} is no port").format(word=word))
    return int(word)


def add_arguments(options: argparse._ArgumentGroup) -> None:
    """The options of the command."""
    add = options.add_argument
    add("-p", "--port", type=_port, default=11211, metavar="N", help=_("TCP port; 0: any"))
    add(
        "-l",
        "--listen",
        default="127.0.0.1",
        metavar="ADDR",
        help=_("addresses with commas between; the default is loopback only"),
    )
    add("-m", "--memory-limit", type=int, default=64, metavar="MB", help=_("memory for items"))
    add("-c", "--conn-limit", type=int, default=1024, metavar="N", help=_("clients at most"))
    add(
        "-M",
        "--disable-evictions",
        dest="evictions",
        action="store_false",
        help=_("an error when memory is full, instead of eviction"),
    )
    add(
        "-f",
        "--slab-growth-factor",
        type=float,
        default=1.25,
        metavar="X",
        help=_("from one chunk size to the next"),
    )
    add(
        "-n",
        "--slab-min-size",
        type=int,
        default=48,
        metavar="N",
        help=_("bytes for key, value and flags in the smallest chunk"),
    )
    add(
        "-I",
        "--max-item-size",
        type=_size,
        default=MEBIBYTE,
        metavar="N",
        help=_("largest item: bytes, or 512k, or 2m"),
    )
    add("-v", dest="verbosity", action="count", default=0, help=_("log clients; -vv: commands too"))


def run(args: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM; returns the exit code."""
    set_language(args.lang or guess_language() or "en")
    try:
        settings = Settings(
            memory_limit=args.memory_limit * MEBIBYTE,
            connections=args.conn_limit,
            evictions=args.evictions,
            growth_factor=args.slab_growth_factor,
            slab_min_size=args.slab_min_size,
            item_size_max=args.max_item_size,
            verbosity=args.verbosity,
        )
    except SettingsError as error:
        return _fail(str(error))
    return _serve(settings, args.listen.split(","), args.port)


def _serve(settings: Settings, hosts: list[str], port: int) -> int:
    from tutor.engine.clock import SystemClock
    from tutor.memcached.memcached import Memcached
    from tutor.network.memcached import MemcachedServer

    cache = Memcached(SystemClock(), settings=settings)
    server = MemcachedServer(cache, _log if settings.verbosity else None)
    try:
        server.listen(hosts, port)
    except OSError as error:
        server.close()
        number = error.errno or 0
        reason = os.strerror(number) if number > 0 else error.strerror or str(error)
        return _fail(
            _("cannot listen on {host}, port {port}: {reason}").format(
                host=", ".join(hosts), port=port, reason=reason
            )
        )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: server.stop())
    print(
        _(
            "memcached {version} listens on {addresses}, {limit} MB for items; Ctrl+C ends it"
        ).format(
            version=VERSION,
            addresses=", ".join(server.addresses),
            limit=settings.memory_limit // MEBIBYTE,
        ),
        flush=True,
    )
    server.run()
    print(_("memcached has ended; what it held is gone"), flush=True)
    return 0


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


def _log(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
