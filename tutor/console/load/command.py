"""``redis-tutor load``: rate limiting and caching under load, on a server that is named.

    redis-tutor load --connect redis://127.0.0.1:6379 --algorithm notes --rate 2000 --clients 32
    redis-tutor load --connect redis://node1:7000 --workload cache --cure lock --zipf 1.1
    redis-tutor load --connect redis://127.0.0.1 --json --seconds 5

Every key of a run begins with ``redis-tutor:load:`` and a number of its own; they are removed at
the end, also after Ctrl+C.
"""

from __future__ import annotations

import argparse
import json
import secrets
import shutil
import signal
import sys
import time
from typing import Any

from tutor.console.load.charts import Line, Shown, chart, errors_told, plain
from tutor.console.load.crew import Crew, Pace
from tutor.console.load.work import CacheWork, LimiterWork
from tutor.console.load.zipf import Zipf
from tutor.console.plain.page import wants_ascii
from tutor.console.trouble import explain
from tutor.i18n import _, guess_language, ngettext, set_language
from tutor.network.link import LinkError
from tutor.network.loadtarget import LoadTarget

__all__ = ["run"]

PREFIX = "redis-tutor:load:"
LOOK_S = 0.25


def run(args: argparse.Namespace) -> int:
    """Put on the load; the exit code: 1 without any answer, 2 if it could not begin, 130 after
    Ctrl+C."""
    set_language(args.lang or guess_language() or "en")
    prefix = f"{PREFIX}{secrets.token_hex(4)}:".encode()
    try:
        target = LoadTarget(args.connect, prefix, args.cluster, args.clients)
    except LinkError as error:
        return _refuse(explain(error))
    except Exception as error:  # redis-py's own, of a server that answers oddly
        return _refuse(f"{type(error).__name__}: {error}")
    if target.facts.may_evict and not args.force:
        target.close()
        return _refuse(_(
            "The server's memory is nearly full and it evicts keys: the load could cost others "
            "theirs. --force does it all the same."
        ))  # fmt: skip
    try:
        return _Run(args, target).play()
    finally:
        target.close()


def _refuse(text: str) -> int:
    print(f"redis-tutor: {text}", file=sys.stderr)
    return 2


class _Run:
    """One run, from the first request to the last key removed."""

    def __init__(self, args: argparse.Namespace, target: LoadTarget) -> None:
        self._args, self._target = args, target
        pace = Pace(args.rate, args.seconds, args.requests, args.seed, time.monotonic)
        self.crew = Crew(target, pace, args.clients, args.seed, target.facts.clocks)
        self.crew.work = self._work()
        self._pace = pace
        self._interrupted = False

    def _work(self) -> LimiterWork | CacheWork:
        args, keys = self._args, Zipf(self._args.keys, self._args.zipf)
        if args.workload == "rate-limit":
            return LimiterWork(args.algorithm, args.limit, args.window, keys)
        crew = self.crew
        return CacheWork(args.cure, args.ttl, args.cost, keys, crew.spawn, crew.figures)

    @property
    def _title(self) -> str:
        args = self._args
        if args.workload == "rate-limit":
            text = _("rate-limit: {name}, {n} in {window} s")
            return text.format(name=args.algorithm, n=args.limit, window=args.window)
        text = _("cache: {name}, lifetime {ttl} s, slow function {cost} ms")
        return text.format(name=args.cure, ttl=args.ttl, cost=args.cost)

    def lines(self, width: int) -> list[Line]:
        """The present moment."""
        args, limiter = self._args, self._args.workload == "rate-limit"
        shown = Shown(
            self._title,
            self._target.facts,
            args.seconds,
            args.limit if limiter else 0,
            args.window if limiter else 0,
            width,
            wants_ascii(),
        )
        with self.crew.lock:
            return chart(self.crew.figures, shown, min(self._pace.passed, args.seconds))

    def play(self) -> int:
        """All of it."""
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        took, removed, left, whole = 0.0, 0, 0, True
        try:
            if not self._args.json:
                self._say_keys()
            self.crew.begin()
            self._watch()
        except KeyboardInterrupt:
            self._interrupted = True
        finally:
            signal.signal(signal.SIGTERM, before)
            handler = signal.signal(signal.SIGINT, signal.SIG_IGN)  # the keys are removed first
            try:
                took = min(self._pace.passed, self._args.seconds)
                whole = self.crew.stop()
                removed, left = self._target.remove()
            finally:
                signal.signal(signal.SIGINT, handler)
        self._sum_up(took, removed, left, whole)
        if self._interrupted:
            return 130
        return 0 if self.crew.figures.requests else 1

    def _say_keys(self) -> None:
        held = self._target.facts.keys
        if held is not None:
            text = ngettext("The server holds {n} key, which stays untouched.",
                            "The server holds {n} keys, which stay untouched.", held)  # fmt: skip
            print(text.format(n=held))
        mine = _("Keys of this run begin with {prefix} and are removed at the end; Ctrl+C ends it.")
        print(mine.format(prefix=self._target.prefix.decode()), flush=True)

    def _watch(self) -> None:
        """Until the last request; on a terminal the charts are drawn meanwhile."""
        if self._args.json or not sys.stdout.isatty():
            while self.crew.at_work:
                time.sleep(LOOK_S)
            return
        from rich.console import Console
        from rich.live import Live

        console = Console(highlight=False)
        with Live(console=console, auto_refresh=False, transient=True) as live:
            while self.crew.at_work:
                live.update(_text(self.lines(console.width)), refresh=True)
                time.sleep(LOOK_S)

    def _sum_up(self, took: float, removed: int, left: int, whole: bool) -> None:
        if self._args.json:
            print(json.dumps(self._told(took, removed, left), ensure_ascii=False))
        else:
            lines = self.lines(shutil.get_terminal_size((100, 24)).columns)
            if sys.stdout.isatty():
                from rich.console import Console

                Console(highlight=False).print(_text(lines))
            else:
                print(plain(lines))
            print(self._farewell(removed, left))
        if self.crew.hopeless:
            text = _("Ended early: {n} requests in a row had no answer.")
            print(f"redis-tutor: {text.format(n=self.crew.figures.failed_in_a_row)}",
                  plain(errors_told(self.crew.figures)), file=sys.stderr)  # fmt: skip
        if self.crew.fault is not None:
            fault = self.crew.fault
            print(f"redis-tutor: {type(fault).__name__}: {fault}", file=sys.stderr)
        if not whole:
            print(_("Some clients are still waiting for an answer; keys that they name end by "
                    "their lifetime."), file=sys.stderr)  # fmt: skip

    def _farewell(self, removed: int, left: int) -> str:
        text = ngettext("{n} key was removed.", "{n} keys were removed.", removed)
        told = text.format(n=removed)
        if left:
            more = ngettext(
                "{n} key could not be removed: its lifetime ends it.",
                "{n} keys could not be removed: their lifetimes end them.",
                left,
            )
            told = f"{told} {more.format(n=left)}"
        return told

    def _told(self, took: float, removed: int, left: int) -> dict[str, Any]:
        args, facts, figures = self._args, self._target.facts, self.crew.figures
        told: dict[str, Any] = {
            "workload": args.workload,
            "server": {"version": facts.version, "cluster": facts.cluster, "nodes": facts.nodes},
            "clients": args.clients,
            "rate": args.rate,
            "keys": args.keys,
            "zipf": args.zipf,
            "seed": args.seed,
        }
        if args.workload == "rate-limit":
            told |= {"algorithm": args.algorithm, "limit": args.limit, "window_s": args.window,
                     "over": figures.over, "most_in_any_window": figures.most}  # fmt: skip
        else:
            told |= {"cure": args.cure, "ttl_s": args.ttl, "cost_ms": args.cost,
                     "computed": figures.computed, "at_once": figures.at_once}  # fmt: skip
            told["hit_ratio"] = round(figures.good / max(figures.requests, 1), 4)
        return {**told, **figures.told(took), "removed": removed, "left": left}


def _text(lines: list[Line]) -> Any:
    from rich.text import Text

    made = Text(no_wrap=True, overflow="ellipsis")
    for at, line in enumerate(lines):
        if at:
            made.append("\n")
        for text, style in line:
            made.append(text, style)
    return made
